//! Edits of what is published, and what takes it out of the library: everyone reads the old text until the desk says otherwise.

use chrono::Duration;
use poem::http::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Forum, Person, each, refusals, resource};

/// A library with one resource: who shared it, who approved it, who sees what could be better; and the case that brought it.
async fn library() -> (Forum, Person, Person, Person, Value) {
    let forum = Forum::open().await;
    let (ada, grace, eve) = (forum.member("ada").await, forum.moderator("grace").await, forum.member("eve").await);
    let made = grace.approves(&ada.shares("Rota").await).await;
    (forum, ada, grace, eve, made)
}

/// An edit of the resource that a case brought: the same text under another title.
fn edit(made: &Value, title: &str) -> Value {
    let mut text = resource("Rota");
    text["title"] = title.into();
    json!({ "id": made["published"]["id"], "resource": text })
}

/// The resource as everyone reads it.
async fn rota(person: &Person) -> Value {
    let query = "{ resource(slug: \"rota\") { id title url publishedAt editedAt isPast hasOpenEdit submitter { handle } } }";
    person.asks(query, json!({})).await["data"]["resource"].clone()
}

/// How a case stands now, for whoever decides next.
async fn stands(person: &Person, case: &Value) -> Value {
    let query = "query Stands($id: ID!) { submission(id: $id) { id state version revision viewerActions } }";
    person.asks(query, json!({ "id": case["id"] })).await["data"]["submission"].clone()
}

#[tokio::test]
async fn everyone_reads_the_old_text_until_an_edit_is_approved() {
    let (forum, ada, grace, eve, _) = library().await;
    let before = rota(&eve).await;
    let letters = async |handle: &str, subject: &str| {
        let subject = format!("Subject: {subject}");
        forum.letters_to(handle).await.into_iter().filter(|letter| letter.contains(&subject)).count()
    };
    for (decision, title) in [("DECLINE", "Rota, worsened"), ("APPROVE", "Rota, mended")] {
        forum.later(Duration::minutes(20));
        eve.does("/resources/rota/edit", "Edit", &[("resource.title", title)]).await.is_accepted();
        eve.opens("/submissions").await.shows(title).shows("Everyone reads the old text");
        for path in ["/", "/library", "/library?query=rota", "/resources/rota", "/decisions"] {
            forum.visitor().opens(path).await.is(StatusCode::OK).does_not_show(title);
        }
        let now = rota(&forum.visitor()).await;
        assert_eq!((&now["title"], &now["editedAt"], &now["hasOpenEdit"]), (&json!("Rota"), &json!(null), &json!(false)));
        assert_eq!(rota(&eve).await["hasOpenEdit"], true, "a stranger is not told what waits; who could bring a second one is");
        let open = grace.asks("{ nextInQueue { deskPath } }", json!({})).await["data"]["nextInQueue"]["deskPath"].clone();
        let open = open.as_str().expect("an edit waits");
        grace.opens(open).await.shows("What changes").shows("Against what everyone reads now");
        grace.does(open, "Decide", &[("decision", decision), ("reason", "OTHER")]).await.is_accepted();
        if decision == "DECLINE" {
            assert_eq!(rota(&eve).await, before);
        }
    }
    let after = rota(&eve).await;
    for kept in ["id", "publishedAt", "submitter", "url", "isPast", "hasOpenEdit"] {
        assert_eq!(after[kept], before[kept], "{kept}");
    }
    assert_eq!((after["title"].as_str(), after["editedAt"].as_str()), (Some("Rota, mended"), Some("2026-03-02T09:40:00+00:00")));
    forum.visitor().opens("/library?query=mended").await.shows("1 resource").shows("Rota, mended");
    forum.visitor().opens("/resources/rota").await.shows("Rota, mended").shows("Ada");
    assert_eq!((letters("eve", "Edit not included: Rota").await, letters("eve", "Your edit is in place: Rota, mended").await), (1, 1));
    assert_eq!((letters("ada", "").await, forum.count("resource").await), (1, 1));
    ada.opens("/submissions").await.does_not_show("mended");
    assert_eq!(forum.verifies().await, 6);
}

#[tokio::test]
async fn one_edit_is_open_at_a_time() {
    let (forum, ada, grace, eve, made) = library().await;
    let (one, other) =
        tokio::join!(eve.mutates("editPublished", edit(&made, "Rota, by Eve")), ada.mutates("editPublished", edit(&made, "Rota, by Ada")));
    assert_eq!([refusals(&one), refusals(&other)].concat(), ["DUPLICATE id"]);
    let (open, author, late) = if one["submission"].is_null() { (other, &ada, &eve) } else { (one, &eve, &ada) };
    let before = forum.everything().await;
    let again = author.mutates("editPublished", edit(&made, "Again")).await;
    assert_eq!(refusals(&again), ["DUPLICATE id"]);
    assert_eq!(again["userErrors"][0]["current"]["id"], open["submission"]["id"]);
    let hidden = late.mutates("editPublished", edit(&made, "Again")).await;
    assert_eq!((refusals(&hidden), &hidden["userErrors"][0]["current"]), (vec!["DUPLICATE id".to_owned()], &json!(null)));
    late.opens("/resources/rota/edit").await.shows("An edit is waiting for review already");
    assert_eq!(forum.everything().await, before);

    // Asked for changes it stays open; declined it makes room.
    let asks = json!({ "requests": [{ "field": "title", "message": "Shorter." }] });
    let returned = grace.decides("REQUEST_CHANGES", &open["submission"], asks).await["submission"].clone();
    assert_eq!(refusals(&late.mutates("editPublished", edit(&made, "Again")).await), ["DUPLICATE id"]);
    author.brings("withdrawSubmission", json!({ "submissionId": returned["id"], "version": returned["version"] })).await;
    let mut keyed = edit(&made, "Once");
    keyed["idempotencyKey"] = "form 1".into();
    let first = late.brings("editPublished", keyed.clone()).await;
    assert_eq!(late.brings("editPublished", keyed).await["id"], first["id"]);
    forum.verifies().await;
}

#[tokio::test]
async fn an_edit_is_of_what_everyone_reads() {
    let (forum, _, grace, eve, made) = library().await;
    let open = eve.brings("editPublished", edit(&made, "Rota, mended")).await;
    let member = eve.asks("{ viewer { id } }", json!({})).await["data"]["viewer"]["id"].clone();
    let topic = grace.publishes(&eve.suggests("Compost").await).await;
    let before = forum.everything().await;
    let cases = [(&open["id"], "INVALID id"), (&made["id"], "INVALID id"), (&member, "NOT_FOUND id"), (&json!("garbage"), "NOT_FOUND id")];
    for (id, refusal) in cases {
        let mut input = edit(&made, "Another");
        input["id"] = id.clone();
        assert_eq!(refusals(&eve.mutates("editPublished", input).await), [refusal]);
    }
    let mut input = edit(&made, "Another");
    input["id"] = topic["id"].clone();
    assert_eq!(refusals(&eve.mutates("editPublished", input).await), ["REQUIRED topic"]);
    assert_eq!(refusals(&eve.mutates("editPublished", json!({ "id": made["published"]["id"] })).await), ["REQUIRED resource"]);
    assert_eq!(refusals(&eve.mutates("editPublished", edit(&made, " ")).await), ["REQUIRED resource.title"]);
    assert_eq!(refusals(&forum.visitor().mutates("editPublished", edit(&made, "Another")).await), ["UNAUTHENTICATED"]);
    assert_eq!(forum.everything().await, before);
    forum.visitor().opens("/resources/rota/edit").await.shows("Sign in first");
    eve.opens("/resources/nothing/edit").await.is(StatusCode::NOT_FOUND);
    forum.verifies().await;
}

#[tokio::test]
async fn what_is_taken_down_takes_its_open_edits_along() {
    let (forum, ada, grace, eve, made) = library().await;
    let open = eve.brings("editPublished", edit(&made, "Rota, mended")).await;
    grace.mutates("claimSubmission", json!({ "submissionId": open["id"] })).await;
    assert_eq!(refusals(&grace.decides("REMOVE", &made, json!({})).await), ["REQUIRED reason"]);
    let fields = [("decision", "REMOVE"), ("reason", "UNSAFE"), ("message", "It hurt somebody.")];
    grace.does(made["deskPath"].as_str().expect("a path"), "Decide", &fields).await.is_accepted();

    assert_eq!(
        (stands(&ada, &made).await["state"].as_str(), stands(&eve, &open).await["state"].as_str()),
        (Some("REMOVED"), Some("WITHDRAWN"))
    );
    assert_eq!(forum.count("log_entry WHERE action IN ('REMOVE', 'WITHDRAW')").await, 2);
    assert_eq!((forum.count("claim").await, forum.count("resource").await, forum.count("resource_search").await), (0, 0, 0));
    let stale = stands(&grace, &open).await;
    assert_eq!(refusals(&grace.decides("APPROVE", &stale, json!({})).await), ["INVALID_TRANSITION"]);
    assert_eq!(refusals(&eve.mutates("editPublished", edit(&made, "Again")).await), ["NOT_FOUND id"]);
    let visitor = forum.visitor();
    let page = visitor.opens("/resources/rota").await.is(StatusCode::GONE).shows("This was taken down").shows("2 March 2026");
    page.does_not_show("It hurt somebody.").does_not_show("Rota");
    for path in ["/", "/library", "/library?query=rota", "/discuss"] {
        visitor.opens(path).await.is(StatusCode::OK).does_not_show("What Rota is");
    }
    let gone = "{ gone(of: RESOURCE, slug: \"rota\") { path kind byAuthor reason { id } } resource(slug: \"rota\") { id } }";
    let expected = json!({ "path": "/resources/rota", "kind": "RESOURCE", "byAuthor": false, "reason": { "id": "UNSAFE" } });
    assert_eq!(visitor.asks(gone, json!({})).await["data"], json!({ "gone": expected, "resource": null }));
    let letter = forum.letters_to("ada").await.pop().expect("a letter");
    assert!(letter.contains("Subject: Taken down: Rota") && letter.contains("It hurt somebody."), "{letter}");
    assert!(!letter.contains("Grace"), "the letter does not name the moderator");

    // The address on the web is free again; the one in the library keeps its stone.
    let anew = grace.publishes(&eve.shares("Rota").await).await;
    assert_ne!(anew["path"], "/resources/rota");
    visitor.opens("/resources/rota").await.is(StatusCode::GONE);
    forum.verifies().await;
}

#[tokio::test]
async fn what_its_author_takes_back_leaves_a_stone_that_says_so() {
    let (forum, ada, grace, eve, made) = library().await;
    let open = eve.brings("editPublished", edit(&made, "Rota, mended")).await;
    let input = json!({ "submissionId": made["id"], "version": made["version"] });
    assert_eq!(refusals(&eve.mutates("withdrawSubmission", input.clone()).await), ["NOT_FOUND submissionId"]);
    assert_eq!(refusals(&grace.mutates("withdrawSubmission", input).await), ["FORBIDDEN submissionId"]);
    ada.does(made["path"].as_str().expect("a path"), "Withdraw", &[]).await.is_accepted();

    forum.visitor().opens("/resources/rota").await.is(StatusCode::GONE).shows("This was taken back").shows("Its author took it back");
    let gone = "{ gone(of: RESOURCE, slug: \"rota\") { byAuthor reason { id } } }";
    let gone = forum.visitor().asks(gone, json!({})).await["data"]["gone"].clone();
    assert_eq!(gone, json!({ "byAuthor": true, "reason": null }));
    assert_eq!(stands(&eve, &open).await["state"], "WITHDRAWN");
    assert_eq!(forum.count("log_entry WHERE action = 'WITHDRAW'").await, 2);
    assert_eq!(forum.count("resource").await, 0);
    forum.verifies().await;
}

#[tokio::test]
async fn what_an_edit_became_belongs_to_the_record() {
    let (forum, ada, grace, eve, made) = library().await;
    let published = grace.approves(&eve.brings("editPublished", edit(&made, "Rota, mended")).await).await;
    let before = forum.everything().await;
    for decision in ["REMOVE", "ARCHIVE", "APPROVE", "DECLINE"] {
        assert_eq!(
            refusals(&grace.decides(decision, &published, json!({ "reason": "OTHER" })).await),
            ["INVALID_TRANSITION"],
            "{decision}"
        );
    }
    let back = json!({ "submissionId": published["id"], "version": published["version"] });
    assert_eq!(refusals(&eve.mutates("withdrawSubmission", back).await), ["INVALID_TRANSITION"]);
    assert_eq!(
        (&stands(&grace, &published).await["viewerActions"], &stands(&eve, &published).await["viewerActions"]),
        (&json!([]), &json!([]))
    );
    assert_eq!(forum.everything().await, before);
    ada.brings("withdrawSubmission", json!({ "submissionId": made["id"], "version": made["version"] })).await;
    forum.visitor().opens("/resources/rota").await.is(StatusCode::GONE);
    forum.verifies().await;
}

#[tokio::test]
async fn what_changed_is_shown_word_by_word() {
    let (forum, _, grace, eve, made) = library().await;
    let mut input = edit(&made, "Rota for <script>alert(1)</script> nights");
    input["resource"]["description"] = "What Rota was, and what one can do with it.".into();
    let open = eve.brings("editPublished", input).await;
    let changes = async |from: Option<i32>, to: Option<i32>| {
        let query = "query Changes($id: ID!, $from: Int, $to: Int) { submission(id: $id) { changes(from: $from, to: $to) { field before after html } } }";
        grace.asks(query, json!({ "id": open["id"], "from": from, "to": to })).await
    };
    let html = |answer: &Value| answer["data"]["submission"]["changes"][0]["html"].as_str().expect("markup").to_owned();
    let first = changes(None, None).await;
    let fields = first["data"]["submission"]["changes"].clone();
    assert_eq!(each(&fields, "field"), ["title", "description"]);
    assert_eq!(
        (fields[0]["before"].as_str(), fields[1]["after"].as_str()),
        (Some("Rota"), Some("What Rota was, and what one can do with it."))
    );
    assert_eq!(html(&first), "Rota<ins> for &lt;script&gt;alert(1)&lt;/script&gt; nights</ins>");
    assert_eq!(fields[1]["html"], "What Rota <del>is</del><ins>was</ins>, and what one can do with it.");
    let page = grace.opens(open["deskPath"].as_str().expect("a path")).await;
    assert!(page.text.contains("<del>is</del><ins>was</ins>") && !page.text.contains("<script>alert"), "{}", page.words());

    let revised = json!({ "submissionId": open["id"], "version": 1, "resource": edit(&made, "Rota for long nights")["resource"] });
    let revised = eve.brings("reviseSubmission", revised).await;
    assert_eq!(html(&changes(None, None).await), "Rota<ins> for long nights</ins>");
    assert_eq!(html(&changes(Some(0), Some(2)).await), "Rota<ins> for long nights</ins>");
    assert_eq!(html(&changes(Some(1), None).await), "Rota for <del>&lt;script&gt;alert(1)&lt;/script&gt;</del><ins>long</ins> nights");
    assert_eq!(changes(Some(2), Some(2)).await["data"]["submission"]["changes"], json!([]));
    for (from, to) in [(Some(-1), None), (Some(3), None), (None, Some(0)), (None, Some(3))] {
        assert_eq!(changes(from, to).await["errors"][0]["extensions"]["code"], "BAD_REQUEST", "{from:?} {to:?}");
    }
    // Between the revisions of something new, too; a first revision has nothing before it.
    let case = "query Case($id: ID!) { submission(id: $id) { changes { html } } }";
    assert_eq!(grace.asks(case, json!({ "id": made["id"] })).await["data"]["submission"]["changes"], json!([]));
    grace.approves(&revised).await;
    forum.verifies().await;
}

#[tokio::test]
async fn an_address_moves_with_the_edit_that_changes_it() {
    let (forum, ada, grace, eve, made) = library().await;
    let to = |url: &str| {
        let mut input = edit(&made, "Rota");
        input["resource"]["url"] = url.into();
        input
    };
    let open = eve.brings("editPublished", to("https://elsewhere.example/rota")).await;
    let mut elsewhere = resource("Elsewhere");
    elsewhere["url"] = "http://www.elsewhere.example/rota/".into();
    // Until it is approved, nobody holds the new address; whoever is first has it.
    let twin = ada.brings("submitResource", elsewhere.clone()).await;
    let before = (forum.everything().await, rota(&eve).await);
    assert_eq!(refusals(&grace.decides("APPROVE", &open, json!({})).await), ["DUPLICATE url"]);
    assert_eq!((forum.everything().await, rota(&eve).await), before);
    grace.decides("DECLINE", &twin, json!({ "reason": "OTHER" })).await;
    grace.approves(&open).await;
    assert_eq!(rota(&eve).await["url"], "https://elsewhere.example/rota");
    assert_eq!(refusals(&ada.mutates("submitResource", elsewhere).await), ["DUPLICATE url"]);

    // The old one is free. What then holds it cannot be edited away from under its feet.
    let mut there = resource("There");
    there["url"] = resource("Rota")["url"].clone();
    grace.approves(&ada.brings("submitResource", there).await).await;
    let back = to("https://rota.example/page");
    assert_eq!(refusals(&eve.mutates("editPublished", back.clone()).await), ["DUPLICATE resource.url"]);
    let fields = [("resource.url", "https://rota.example/page")];
    let page = eve.does("/resources/rota/edit", "Edit", &fields).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    page.shows("This address is here already").shows("It is something else: send it all the same");

    // Unless its author says that it is no duplicate, and the desk agrees.
    let mut said = back;
    said["notDuplicate"] = true.into();
    let open = eve.brings("editPublished", said).await;
    grace.approves(&open).await;
    assert_eq!(rota(&eve).await["url"], "https://rota.example/page");
    forum.verifies().await;
}

#[tokio::test]
async fn what_is_past_stays_and_says_so() {
    let (forum, ada, grace, eve, made) = library().await;
    let tobias = forum.moderator("tobias").await;
    let (own, waiting) = (tobias.approves(&grace.shares("Mine").await).await, eve.shares("Kit").await);
    let comment = grace.approves(&eve.comments(&made["published"], "Works for us.").await).await;
    let before = forum.everything().await;
    for decision in ["ARCHIVE", "REMOVE"] {
        let decides = async |case: &Value| refusals(&grace.decides(decision, case, json!({ "reason": "OTHER" })).await);
        assert_eq!(decides(&own).await, ["CONFLICT_OF_INTEREST"]);
        assert_eq!(decides(&waiting).await, ["INVALID_TRANSITION"]);
    }
    assert_eq!(refusals(&grace.decides("ARCHIVE", &comment, json!({})).await), ["INVALID_TRANSITION"]);
    assert_eq!(refusals(&ada.decides("ARCHIVE", &made, json!({})).await), ["FORBIDDEN"]);
    assert_eq!(forum.everything().await, before);

    let told = forum.letters_to("ada").await.len();
    grace.does(made["deskPath"].as_str().expect("a path"), "Decide", &[("decision", "ARCHIVE")]).await.is_accepted();
    let now = stands(&grace, &made).await;
    assert_eq!((now["state"].as_str(), rota(&eve).await["isPast"].as_bool()), (Some("ARCHIVED"), Some(true)));
    forum.visitor().opens("/library?query=rota").await.shows("1 resource").shows("Rota").shows("Past");
    forum.visitor().opens("/resources/rota").await.shows("This is over").shows("Works for us.");
    assert_eq!(forum.letters_to("ada").await.len(), told);
    assert_eq!(refusals(&grace.decides("ARCHIVE", &now, json!({})).await), ["INVALID_TRANSITION"]);

    // It can still be mended, and taken down.
    grace.approves(&eve.brings("editPublished", edit(&made, "Rota, mended")).await).await;
    assert_eq!((rota(&eve).await["title"].as_str(), rota(&eve).await["isPast"].as_bool()), (Some("Rota, mended"), Some(true)));
    assert_eq!(grace.decides("REMOVE", &now, json!({ "reason": "OTHER" })).await["submission"]["state"], "REMOVED");
    forum.verifies().await;
}
