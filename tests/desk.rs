//! The desk: who may do what to a submission, when, and what stays of it.

use poem::http::StatusCode;
use sea_orm_migration::sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::harness::{Forum, Person, refusals, resource};

/// One submission on the desk, with its author and a moderator.
async fn desk() -> (Forum, Person, Person, Value) {
    let forum = Forum::open().await;
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    let made = ada.shares("Rota").await;
    (forum, ada, grace, made)
}

#[tokio::test]
async fn a_decision_on_an_old_version_or_revision_is_refused() {
    let (forum, ada, grace, made) = desk().await;
    let newer = json!({ "submissionId": made["id"], "version": 1, "resource": resource("Rota, mended") });
    let newer = ada.mutates("reviseSubmission", newer).await["submission"].clone();
    let before = forum.everything().await;

    let stale = grace.decides("APPROVE", &made, json!({})).await;
    assert_eq!(refusals(&stale), ["STALE_REVISION"]);
    assert_eq!(stale["userErrors"][0]["current"]["version"], 2);
    let stale = grace.decides("APPROVE", &made, json!({ "revision": 2 })).await;
    assert_eq!(refusals(&stale), ["STALE_VERSION"]);
    assert_eq!(forum.everything().await, before);

    grace.approves(&newer).await;
    let second = grace.decides("DECLINE", &newer, json!({ "reason": "OTHER" })).await;
    assert_eq!(refusals(&second), ["STALE_VERSION"]);
    assert_eq!(second["userErrors"][0]["current"]["state"], "PUBLISHED");
    let settled = grace.decides("DECLINE", &newer, json!({ "version": 3, "reason": "OTHER" })).await;
    assert_eq!(refusals(&settled), ["INVALID_TRANSITION"]);
    assert_eq!((forum.count("resource").await, forum.count("decision").await), (1, 1));
}

#[tokio::test]
async fn a_page_that_is_out_of_date_says_what_is_there_now() {
    let (forum, _, grace, made) = desk().await;
    let tobias = forum.moderator("tobias").await;
    let path = made["deskPath"].as_str().expect("a path").to_owned();
    let opened = tobias.opens(&path).await;
    grace.approves(&made).await;

    let mut form = opened.form_that("Decide");
    form.extend([
        ("decision".to_owned(), "DECLINE".to_owned()),
        ("reason".to_owned(), "OTHER".to_owned()),
        ("message".to_owned(), "My words".to_owned()),
    ]);
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&form).finish();
    let headers = [("origin", crate::harness::ORIGIN), ("content-type", "application/x-www-form-urlencoded")];
    let answer = tobias.sends(poem::http::Method::POST, &path, &headers, body).await;
    answer.is(StatusCode::CONFLICT).shows("Somebody was faster").shows("In the library");
    assert_eq!(forum.count("decision").await, 1);
}

#[tokio::test]
async fn the_desk_decides_fairly() {
    let (forum, _, grace, made) = desk().await;
    assert_eq!(refusals(&grace.decides("DECLINE", &made, json!({})).await), ["REQUIRED reason"]);
    assert_eq!(refusals(&grace.decides("DECLINE", &made, json!({ "reason": "UGLY" })).await), ["INVALID reason"]);
    assert_eq!(refusals(&grace.decides("REQUEST_CHANGES", &made, json!({})).await), ["REQUIRED requests"]);
    let blank = json!({ "requests": [{ "field": "title", "message": "  " }] });
    assert_eq!(refusals(&grace.decides("REQUEST_CHANGES", &made, blank).await), ["REQUIRED requests"]);
    let nowhere = json!({ "requests": [{ "field": "shoe size", "message": "Bigger." }] });
    assert_eq!(refusals(&grace.decides("REQUEST_CHANGES", &made, nowhere).await)[0], "INVALID requests.0.field");
    let long = json!({ "reason": "OTHER", "message": "x".repeat(2001) });
    assert_eq!(refusals(&grace.decides("DECLINE", &made, long).await), ["TOO_LONG message"]);
    assert_eq!(forum.count("decision").await, 0);

    let decline = json!({ "reason": "promotional", "message": "It sells something." });
    assert_eq!(grace.decides("DECLINE", &made, decline).await["submission"]["state"], "DECLINED");
    let letter = forum.letters_to("ada").await.pop().expect("a letter");
    assert!(letter.contains("Subject: Not included: Rota") && letter.contains("It sells something."), "{letter}");
    assert!(!letter.contains("Grace"), "the letter does not name the moderator");
    let ada = forum.signs_in("ada").await;
    ada.opens(made["path"].as_str().expect("a path")).await.shows("Not included").shows("It sells something.").does_not_show("Grace");
}

#[tokio::test]
async fn a_draft_is_its_authors_alone() {
    let (forum, ada, grace, _) = desk().await;
    let draft = json!({ "title": "", "url": "", "kind": "", "description": "Half a thought", "draft": true });
    let draft = ada.mutates("submitResource", draft).await["submission"].clone();
    assert_eq!(draft["state"], "DRAFT");
    let path = draft["path"].as_str().expect("a path").to_owned();
    ada.opens(&path).await.shows("Only you see this");
    grace.opens(&path).await.is(StatusCode::NOT_FOUND);
    let find = "query Find($id: ID!) { node(id: $id) { id } submission(id: $id) { id } }";
    assert_eq!(grace.asks(find, json!({ "id": draft["id"] })).await["data"], json!({ "node": null, "submission": null }));

    // Taken back unsent, it stays its author's.
    let taken = ada.mutates("withdrawSubmission", json!({ "submissionId": draft["id"], "version": 1 })).await;
    assert_eq!(taken["submission"]["state"], "WITHDRAWN");
    grace.opens("/desk?state=WITHDRAWN").await.shows("Nothing here");
    grace.opens(&path).await.is(StatusCode::NOT_FOUND);

    // Another one is finished and sent: what a draft may leave empty, the desk asks for.
    let draft =
        ada.mutates("submitResource", json!({ "title": "Later", "kind": "", "description": "", "draft": true })).await["submission"]
            .clone();
    let path = draft["path"].as_str().expect("a path").to_owned();
    let refused = ada.does(&path, "Revise", &[]).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.error_of("resource.url"), "Error: Give the whole address, beginning with https://");
    let fields = [("resource.url", "https://later.example"), ("resource.kind", "guide"), ("resource.description", "Now whole.")];
    ada.does(&path, "Revise", &fields).await.is_accepted();
    grace.opens("/desk").await.shows("Later");
    assert_eq!(forum.count("resource").await, 0);
}

#[tokio::test]
async fn an_author_takes_back_and_nobody_else_does() {
    let (forum, ada, grace, made) = desk().await;
    let input = json!({ "submissionId": made["id"], "version": 1 });
    let eve = forum.member("eve").await;
    assert_eq!(refusals(&eve.mutates("withdrawSubmission", input.clone()).await), ["NOT_FOUND submissionId"]);
    assert_eq!(refusals(&grace.mutates("withdrawSubmission", input).await), ["FORBIDDEN submissionId"]);
    ada.does(made["path"].as_str().expect("a path"), "Withdraw", &[]).await.is_accepted();
    assert_eq!(refusals(&grace.decides("APPROVE", &made, json!({ "version": 2 })).await), ["INVALID_TRANSITION"]);
    // The address is free again.
    eve.shares("Rota").await;
}

#[tokio::test]
async fn the_same_address_twice_is_noticed() {
    let (forum, ada, grace, made) = desk().await;
    let eve = forum.member("eve").await;
    let mut twin = resource("Another name");
    twin["url"] = "http://www.rota.example/page/?utm_source=x#part".into();
    let refused = eve.mutates("submitResource", twin.clone()).await;
    assert_eq!(refusals(&refused), ["DUPLICATE url"]);
    assert_eq!(refused["userErrors"][0]["current"], json!(null), "Eve may not know what is on the desk");
    let own = ada.mutates("submitResource", twin.clone()).await;
    assert_eq!(own["userErrors"][0]["current"]["id"], made["id"]);
    let page =
        eve.submits("/share", &[("title", "Another"), ("kind", "guide"), ("description", "x"), ("url", "https://rota.example/page")]).await;
    page.is(StatusCode::UNPROCESSABLE_ENTITY).shows("This address is here already").shows("It is something else: send it all the same");
    twin["notDuplicate"] = true.into();
    assert_eq!(refusals(&eve.mutates("submitResource", twin).await), Vec::<String>::new());

    let decline = grace.decides("DECLINE", &made, json!({ "reason": "DUPLICATE" })).await;
    assert_eq!(refusals(&decline), Vec::<String>::new());
    eve.shares("Rota").await;
}

#[tokio::test]
async fn the_same_key_and_input_give_the_same_answer_once() {
    let (forum, ada, grace, made) = desk().await;
    let mut input = resource("Once");
    input["idempotencyKey"] = "form 1".into();
    let first = ada.mutates("submitResource", input.clone()).await;
    assert_eq!(ada.mutates("submitResource", input.clone()).await["submission"]["id"], first["submission"]["id"]);
    input["title"] = "Twice".into();
    assert_eq!(refusals(&ada.mutates("submitResource", input).await), ["IDEMPOTENCY_MISMATCH idempotencyKey"]);
    assert_eq!(forum.count("submission").await, 2);

    let key = json!({ "idempotencyKey": "decision 1" });
    let decided = grace.decides("APPROVE", &made, key.clone()).await;
    assert_eq!(grace.decides("APPROVE", &made, key).await["submission"], decided["submission"]);
    assert_eq!((forum.count("decision").await, forum.count("resource").await), (1, 1));
}

#[tokio::test]
async fn twenty_sendings_of_one_form_make_one_submission() {
    let (forum, ada, ..) = desk().await;
    let mut input = resource("Once");
    input["idempotencyKey"] = "form 1".into();
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (ada, input) = (ada.clone(), input.clone());
            tokio::spawn(async move { ada.mutates("submitResource", input).await["submission"]["id"].clone() })
        })
        .collect();
    let mut ids = Vec::new();
    for task in tasks {
        ids.push(task.await.expect("an answer").to_string());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1, "{ids:?}");
    assert_eq!(forum.count("submission").await, 2);
}

#[tokio::test]
async fn ids_of_others_of_another_kind_and_of_nothing_answer_alike() {
    let (forum, ada, grace, made) = desk().await;
    grace.approves(&made).await;
    let library = ada.asks("{ library { nodes { id } } viewer { id } }", json!({})).await["data"].clone();
    let (resource_id, member_id) = (&library["library"]["nodes"][0]["id"], &library["viewer"]["id"]);
    let before = forum.everything().await;
    for id in [resource_id, member_id, &json!("garbage"), &json!(""), &json!("c29tZXRoaW5n"), &json!("\u{0}\u{202e}")] {
        let input = json!({ "submissionId": id, "version": 1, "resource": resource("Mine now") });
        assert_eq!(refusals(&ada.mutates("reviseSubmission", input).await), ["NOT_FOUND submissionId"], "{id}");
        let input = json!({ "submissionId": id, "version": 1, "revision": 1, "decision": "APPROVE" });
        assert_eq!(refusals(&grace.mutates("decide", input).await), ["NOT_FOUND submissionId"], "{id}");
        assert_eq!(
            ada.asks("query Q($id: ID!) { submission(id: $id) { id } }", json!({ "id": id })).await["data"]["submission"],
            json!(null)
        );
    }
    for path in
        ["/desk/99999999999", "/desk/abc", "/desk/-1", "/submissions/0", "/submissions/%00", "/resources/%e2%80%ae", "/resources/nothing"]
    {
        grace.opens(path).await.is(StatusCode::NOT_FOUND).shows("There is no page here");
    }
    assert_eq!(forum.everything().await, before);
}

#[tokio::test]
async fn every_field_that_does_not_pass_is_named() {
    let (forum, ada, ..) = desk().await;
    let before = forum.everything().await;
    let empty = json!({ "title": " ", "kind": "", "description": "\n" });
    assert_eq!(
        refusals(&ada.mutates("submitResource", empty).await),
        ["REQUIRED url", "REQUIRED title", "REQUIRED kind", "REQUIRED description"]
    );
    let cases = [
        ("title", json!("x".repeat(201)), "TOO_LONG title"),
        ("url", json!("ridesfromhere"), "INVALID url"),
        ("url", json!("javascript:alert(1)"), "INVALID url"),
        ("url", json!("https://a.example/\tb"), "INVALID url"),
        ("url", json!("https://user:word@a.example"), "INVALID url"),
        ("url", json!(format!("https://a.example/{}", "x".repeat(2000))), "TOO_LONG url"),
        ("kind", json!("sonnet"), "INVALID kind"),
        ("description", json!("x".repeat(50_001)), "TOO_LONG description"),
        ("description", json!(">".repeat(40)), "INVALID description"),
        ("authors", json!(["Ada", "x".repeat(201)]), "TOO_LONG authors.1"),
        ("keywords", json!((0..11).map(|n| n.to_string()).collect::<Vec<_>>()), "TOO_LONG keywords"),
        ("focusAreas", json!(["the moon"]), "INVALID focusAreas.0"),
        ("strategies", json!(["hope"]), "INVALID strategies.0"),
        ("publishedOn", json!("last year"), "INVALID publishedOn"),
        ("publishedOn", json!("2026-13"), "INVALID publishedOn"),
        ("language", json!("a language"), "INVALID language"),
        ("publisher", json!("x".repeat(201)), "TOO_LONG publisher"),
        ("licence", json!("x".repeat(201)), "TOO_LONG licence"),
        ("source", json!("x".repeat(201)), "TOO_LONG source"),
        ("idempotencyKey", json!("x".repeat(101)), "INVALID idempotencyKey"),
    ];
    for (field, value, refusal) in cases {
        let mut input = resource("Rota two");
        input[field] = value;
        assert_eq!(refusals(&ada.mutates("submitResource", input).await), [refusal]);
    }
    // A wrong type is a developer's mistake: the schema says so before any rule is asked.
    for (field, value) in [("title", json!(5)), ("authors", json!({ "name": "x" })), ("draft", json!("yes")), ("role", json!("ADMIN"))] {
        let mut input = resource("Rota two");
        input[field] = value;
        assert_eq!(ada.mutates("submitResource", input).await["errors"][0]["extensions"]["code"], "BAD_REQUEST", "{field}");
    }
    assert_eq!(forum.everything().await, before);
}

#[tokio::test]
async fn text_is_normalised_and_shown_as_text() {
    let forum = Forum::open().await;
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    let mut input = resource("Odd");
    input["title"] = "  Cafe\u{301}\u{0}\u{202e}\u{200b}\n<b>{{ 7*7 }}</b>  ".into();
    input["description"] = "# Big\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) ![i](https://t.example/i.png)\u{0}".into();
    let made = ada.mutates("submitResource", input).await["submission"].clone();
    assert_eq!(made["title"], "Café <b>{{ 7*7 }}</b>");
    grace.approves(&made).await;
    let page = forum.visitor().opens("/resources/cafe-b-7-7-b").await.is(StatusCode::OK).shows("Café <b>{{ 7*7 }}</b>");
    for gone in ["<script>", "javascript:", "<img", "<b>{{"] {
        assert!(!page.text.contains(gone), "{gone}");
    }
    assert!(page.text.contains("<h3>Big</h3>"));
}

#[tokio::test]
async fn the_queue_shows_what_waited_longest_first_and_answers_a_day_sooner() {
    let forum = Forum::open().await;
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    let first = ada.shares("First").await;
    let asks = json!({ "requests": [{ "field": "title", "message": "Longer." }] });
    let returned = grace.decides("REQUEST_CHANGES", &first, asks).await["submission"].clone();
    for hours in 1..=3 {
        forum.later(chrono::Duration::hours(hours));
        ada.shares(&format!("Later {hours}")).await;
    }
    let mut text = resource("First");
    text["title"] = "First, longer".into();
    ada.mutates("reviseSubmission", json!({ "submissionId": first["id"], "version": returned["version"], "resource": text })).await;
    // A moderator's session ends after an hour without a request.
    let grace = forum.signs_in("grace").await;
    let queue = "query Queue($sort: QueueSort) { moderationQueue(sort: $sort) { nodes { title } } nextInQueue { title } }";
    let titles = |answer: &Value| -> Vec<String> {
        answer["data"]["moderationQueue"]["nodes"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|node| node["title"].as_str().expect("a title").to_owned())
            .collect()
    };
    let oldest = grace.asks(queue, json!({ "sort": "OLDEST" })).await;
    assert_eq!(titles(&oldest), ["First, longer", "Later 1", "Later 2", "Later 3"]);
    assert_eq!(oldest["data"]["nextInQueue"]["title"], "First, longer");
    let newest = grace.asks(queue, json!({ "sort": "NEWEST" })).await;
    assert_eq!(titles(&newest)[0], "Later 3");
}

#[tokio::test]
async fn after_a_decision_comes_the_next_in_line_and_after_the_last_the_oldest() {
    let forum = Forum::open().await;
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    let mut cases = Vec::new();
    for title in ["One", "Two", "Three"] {
        cases.push(ada.shares(title).await);
        forum.later(chrono::Duration::minutes(1));
    }
    let page = grace.opens(cases[1]["deskPath"].as_str().expect("a path")).await.shows("Next:");
    let chosen = grace.fills(&page, page.form_that("Decide"), &[("decision", "APPROVE")]).await.is_accepted();
    let next = cases[2]["deskPath"].as_str().expect("a path");
    assert!(chosen.leads_to.as_deref().expect("a page").starts_with(next), "{:?}", chosen.leads_to);
    let page = grace.opens(next).await;
    let chosen = grace.fills(&page, page.form_that("Decide"), &[("decision", "APPROVE")]).await.is_accepted();
    assert!(chosen.leads_to.expect("a page").starts_with(cases[0]["deskPath"].as_str().expect("a path")));
}

#[tokio::test]
async fn an_address_needs_no_scheme() {
    let forum = Forum::open().await;
    let ada = forum.member("ada").await;
    let mut input = resource("Poster");
    input["url"] = json!("ridesfromhere.example/poster?size=a3#print");
    let made = ada.brings("submitResource", input).await;
    let story = ada.opens(made["path"].as_str().expect("a path")).await;
    assert_eq!(story.value_of("resource.url"), "https://ridesfromhere.example/poster?size=a3#print");
    for text in ["someone@ridesfromhere.example", "ridesfromhere.example:8000/poster", "a.b\\c.example", "poster"] {
        let mut input = resource("Poster again");
        input["url"] = json!(text);
        assert_eq!(refusals(&ada.mutates("submitResource", input).await), ["INVALID url"], "{text}");
    }
}

#[tokio::test]
async fn the_log_holds_and_a_changed_row_is_named() {
    let (forum, ada, grace, made) = desk().await;
    let other = ada.shares("Other").await;
    grace.approves(&made).await;
    let declined = grace.decides("DECLINE", &other, json!({ "reason": "OTHER", "message": "Kind words." })).await;
    assert_eq!(declined["submission"]["state"], "DECLINED");
    let verify = async || server::verify_log(&forum.app.forum.database).await.expect("an answer");
    assert_eq!(verify().await, Ok(4));

    let tables = forum.tables();
    assert!(tables.execute_unprepared("UPDATE log_entry SET version = 9 WHERE number = 2").await.is_err(), "the database refuses");
    assert!(tables.execute_unprepared("DELETE FROM log_entry WHERE number = 4").await.is_err(), "the database refuses");
    let changes = [
        (
            "UPDATE decision SET message = 'Unkind words.' WHERE message IS NOT NULL",
            "UPDATE decision SET message = 'Kind words.' WHERE message IS NOT NULL",
            "log_entry 4",
        ),
        (
            "UPDATE submission SET state = 'PENDING' WHERE number = 1",
            "UPDATE submission SET state = 'PUBLISHED' WHERE number = 1",
            "submission 1 is PENDING",
        ),
        ("UPDATE submission SET version = 7 WHERE number = 2", "UPDATE submission SET version = 2 WHERE number = 2", "submission 2"),
    ];
    for (change, back, named) in changes {
        tables.execute_unprepared(change).await.expect("a change");
        let broken = verify().await.expect_err("the log does not hold");
        assert!(broken.contains(named), "{broken}");
        tables.execute_unprepared(back).await.expect("back again");
    }
    // Past the triggers, as somebody with the file could.
    let off = match crate::harness::is_postgres() {
        true => "ALTER TABLE log_entry DISABLE TRIGGER ALL",
        false => "DROP TRIGGER log_entry_no_update",
    };
    tables.execute_unprepared(off).await.expect("triggers are off");
    tables.execute_unprepared("UPDATE log_entry SET revision = 2 WHERE number = 3").await.expect("a change");
    assert!(verify().await.expect_err("broken").contains("log_entry 3"));
    tables.execute_unprepared("UPDATE log_entry SET revision = 1 WHERE number = 3").await.expect("back");
    assert_eq!(verify().await, Ok(4));

    // What is erased for a person's sake breaks nothing.
    tables.execute_unprepared("DELETE FROM log_detail").await.expect("erased");
    assert_eq!(verify().await, Ok(4));
}
