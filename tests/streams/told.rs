//! Who is told what: what they may see, as it happens or once they come back, and nothing else.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn each_is_told_of_what_they_may_see_and_of_nothing_else() {
    let place = Place::open().await;
    let (ada, ben) = (place.person("ada", "member").await, place.person("ben", "member").await);
    let grace = place.person("grace", "moderator").await;
    let on = what_is_on_the_desk(&place, &ada, &ben, &grace).await;
    what_is_said_in_public(&place, &on, [&ada, &ben, &grace]).await;
    what_another_program_did(&place, &grace).await;
}

/// A case from its draft to the library, whose id is answered: its moderators and its author are told, nobody else.
async fn what_is_on_the_desk(place: &Place, ada: &Caller, ben: &Caller, grace: &Caller) -> Value {
    let (author, moderator) = (ada.at(place.there()), grace.at(place.there()));
    let mut desk = moderator.follows(DESK, json!({})).await;
    for (name, value) in [
        ("content-type", "text/event-stream; charset=utf-8"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "same-origin"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ] {
        assert_eq!(desk.answer.headers()[name], value, "{name}");
    }
    assert!(desk.answer.headers().keys().all(|name| !name.as_str().starts_with("access-control-")), "no other site may read it");

    // A draft is its author's alone: begun, kept and taken back, it is no news.
    let draft = ada.drafts("Umbra").await;
    let draft = ada.revises(&draft, json!({ "resource": resource("Umbra, again"), "draft": true })).await;
    let made = ada.shares("Rota").await;
    let (number, change) = desk.hears().await;
    assert!(desk.heard.starts_with("retry: "), "{}", desk.heard);
    let text = json!({ "description": "What Rota is, and what one can do with it." });
    let submission = json!({
        "id": made["id"], "title": "Rota", "state": "PENDING", "author": { "handle": "ada" }, "resource": text, "comment": null
    });
    assert_eq!(change, json!({ "sequence": number, "action": "SUBMIT", "submission": submission }));

    let (other, visitor) = (ben.at(place.there()), Caller::visitor(&place.there().origin));
    for (who, expected) in [(&author, "FORBIDDEN"), (&other, "FORBIDDEN"), (&visitor, "UNAUTHENTICATED")] {
        assert_eq!(code(&who.may_not_follow(DESK, json!({})).await.1), expected);
    }
    // What is hidden and what never was answer alike.
    let never = BASE64_URL_SAFE_NO_PAD.encode([b"s".as_slice(), &[7; 16]].concat());
    for (who, hidden) in [(&other, &made), (&visitor, &made), (&other, &draft), (&visitor, &draft), (&moderator, &draft)] {
        let nothing = who.may_not_follow(CASE, json!({ "id": never })).await;
        assert_eq!(code(&nothing.1), "NOT_FOUND");
        assert_eq!(who.may_not_follow(CASE, json!({ "id": hidden["id"] })).await, nothing);
        assert_eq!(code(&who.may_not_follow(CASE, json!({ "id": "garbage" })).await.1), "NOT_FOUND");
    }
    ada.brings("withdrawSubmission", json!({ "submissionId": draft["id"], "version": draft["version"] })).await;

    let case = json!({ "id": made["id"] });
    let (mut own, mut theirs) = (author.follows(CASE, case.clone()).await, moderator.follows(CASE, case).await);
    let mut all_hear = async |action: &str, state: &str, title: &str| {
        let (number, change) = desk.hears().await;
        let submission = &change["submission"];
        let told = json!([change["sequence"], change["action"], submission["state"], submission["title"]]);
        assert_eq!(told, json!([number, action, state, title]));
        for stream in [&mut own, &mut theirs] {
            let (same, case) = stream.hears().await;
            assert_eq!(json!([same, case["state"], case["title"]]), json!([number, state, title]));
        }
    };
    let made = ada.revises(&made, json!({ "resource": resource("Rota for nights") })).await;
    all_hear("REVISE", "PENDING", "Rota for nights").await;
    for claim in ["claimSubmission", "releaseSubmission"] {
        grace.brings(claim, json!({ "submissionId": made["id"] })).await;
    }
    let made = grace.decides("REQUEST_CHANGES", &made).await;
    all_hear("REQUEST_CHANGES", "CHANGES_REQUESTED", "Rota for nights").await;
    let made = ada.revises(&made, json!({ "resource": resource("Rota for nurses") })).await;
    all_hear("REVISE", "PENDING", "Rota for nurses").await;
    let made = grace.decides("APPROVE", &made).await;
    all_hear("APPROVE", "PUBLISHED", "Rota for nurses").await;
    assert!(own.heard.contains("Say for whom."), "its author is told what should change");

    let declined = ada.shares("Hare and hounds").await;
    let mut own = author.follows(CASE, json!({ "id": declined["id"] })).await;
    grace.decides("DECLINE", &declined).await;
    let (_, case) = own.hears().await;
    assert_eq!(json!([case["state"], case["decision"]["message"]]), json!(["DECLINED", "Thank you all the same."]));
    for action in ["SUBMIT", "DECLINE"] {
        assert_eq!(desk.hears().await.1["action"], action);
    }
    assert!(!desk.heard.contains("Umbra"), "a draft is no news: {}", desk.heard);
    made["published"]["id"].clone()
}

/// Four follow one thread, and each of them hears what is published, as their own eyes may see it.
async fn what_is_said_in_public(place: &Place, on: &Value, [ada, ben, grace]: [&Caller; 3]) {
    let about = json!({ "on": on });
    let (visitor, other) = (Caller::visitor(&place.there().origin), ben.at(place.there()));
    let (author, moderator) = (ada.at(place.there()), grace.at(place.there()));
    let mut strangers = [visitor.follows(SAID, about.clone()).await, other.follows(SAID, about.clone()).await];
    let mut insiders = [author.follows(SAID, about.clone()).await, moderator.follows(SAID, about.clone()).await];
    let mut desk = moderator.follows(DESK, json!({})).await;

    let waiting = ada.comments(on, "A quokka waits.").await;
    let mut own = author.follows(CASE, json!({ "id": waiting["id"] })).await;
    let waiting = ada.revises(&waiting, json!({ "comment": { "body": "A second quokka waits." } })).await;
    grace.decides("DECLINE", &waiting).await;
    let said = grace.decides("APPROVE", &ada.comments(on, "Well said.").await).await;
    for (streams, case) in [(&mut strangers, Value::Null), (&mut insiders, json!({ "id": said["id"] }))] {
        for stream in streams {
            let id = &said["published"]["id"];
            let comment = json!({ "id": id, "source": "Well said.", "author": { "handle": "ada" }, "submission": case });
            assert_eq!(stream.hears().await.1, comment);
            assert!(!stream.heard.contains("quokka"), "what is not published is told to nobody here: {}", stream.heard);
        }
    }
    for action in ["SUBMIT", "REVISE", "DECLINE", "SUBMIT", "APPROVE"] {
        assert_eq!(desk.hears().await.1["action"], action);
    }
    for _ in ["REVISE", "DECLINE"] {
        own.hears().await;
    }
    assert!(desk.heard.contains("quokka") && own.heard.contains("quokka"), "moderators and its author are told what waits");

    // What was taken down before somebody came back is not told any more.
    let gone = grace.decides("APPROVE", &ada.comments(on, "A numbat leaves.").await).await;
    for stream in strangers.iter_mut().chain(&mut insiders) {
        assert_eq!(stream.hears().await.1["source"], "A numbat leaves.");
    }
    grace.decides("REMOVE", &gone).await;
    grace.decides("APPROVE", &ben.comments(on, "Last words.").await).await;
    for stream in strangers.iter_mut().chain(&mut insiders) {
        assert_eq!(stream.hears().await.1["source"], "Last words.");
    }
    for who in [&visitor, &other, &author, &moderator] {
        let mut late = who.resumes(SAID, about.clone(), b"0").await;
        late.until("Last words.").await;
        assert!(late.heard.contains("Well said."), "{}", late.heard);
        assert!(!late.heard.contains("numbat") && !late.heard.contains("quokka"), "{}", late.heard);
    }
}

/// Nobody calls a server for what an import writes into its database.
async fn what_another_program_did(place: &Place, grace: &Caller) {
    let mut desk = grace.at(place.there()).follows(DESK, json!({})).await;
    let row = "title,url,description,kind,source,licence\nFrom a file,https://file.example/page,One sheet.,guide,own sample,CC0-1.0\n";
    std::fs::write(place.folder.path().join("one.csv"), row).expect("a file");
    let mut import = place.command(&["import", "resources", "one.csv", "--publish", "--as", "grace"]);
    let output = import.output().expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for action in ["SUBMIT", "APPROVE"] {
        let (_, change) = desk.hears().await;
        assert_eq!(json!([change["action"], change["submission"]["title"]]), json!([action, "From a file"]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_is_told_what_they_missed() {
    let place = Place::open().await;
    let (ada, grace) = (place.person("ada", "member").await, place.person("grace", "moderator").await);
    let moderator = grace.at(place.there());
    let mut stayed = moderator.follows(DESK, json!({})).await;
    let mut left = moderator.follows(DESK, json!({})).await;
    ada.shares("First").await;
    let (seen, _) = left.hears().await;
    assert_eq!(stayed.hears().await.0, seen, "an event has one number, whoever hears of it");
    drop(left);

    let second = ada.shares("Second").await;
    ada.drafts("Kept back").await;
    let third = ada.shares("Third").await;
    let third = ada.revises(&third, json!({ "resource": resource("Third, again") })).await;
    grace.decides("DECLINE", &second).await;
    let third = grace.decides("APPROVE", &third).await;
    // Also at the other server: the log is one.
    let mut back = grace.resumes(DESK, json!({}), seen.to_string().as_bytes()).await;
    let (mut all, mut of_third) = (vec![seen], Vec::new());
    for action in ["SUBMIT", "SUBMIT", "REVISE", "DECLINE", "APPROVE"] {
        let ((number, missed), (same, told)) = (back.hears().await, stayed.hears().await);
        assert_eq!(json!([number, missed["action"], missed["submission"]["id"]]), json!([same, action, told["submission"]["id"]]));
        all.push(number);
        if told["submission"]["id"] == third["id"] {
            of_third.push(number);
        }
    }
    ada.shares("Sixth").await;
    let (number, told) = back.hears().await;
    assert_eq!((number, told["submission"]["title"].as_str()), (stayed.hears().await.0, Some("Sixth")));
    all.push(number);
    drop(back);

    // Whatever a client says that it has seen, it is told what happens from now on.
    let odd: [&[u8]; 6] = [b"", b"abc", b"-1", b"9223372036854775807", b"99999999999999999999999", b"\xff"];
    for (round, since) in odd.into_iter().enumerate() {
        let mut stream = moderator.resumes(DESK, json!({}), since).await;
        let title = format!("Marker {round}");
        ada.shares(&title).await;
        stream.until(&title).await;
        all.push(stayed.hears().await.0);
    }

    let mut from_the_beginning = moderator.resumes(DESK, json!({}), b"0").await;
    let told = from_the_beginning.until("Marker 5").await;
    // What the forum began with, before anybody followed, may be told or not.
    let told = told.iter().filter(|said| said.answer()["data"]["moderationQueueChanged"]["action"] != "FOUND");
    assert_eq!(told.filter_map(|said| said.id).collect::<Vec<_>>(), all);
    assert!(!from_the_beginning.heard.contains("Kept back"), "a draft is no news");

    let mut own = ada.at(place.there()).resumes(CASE, json!({ "id": third["id"] }), b"0").await;
    for number in of_third {
        assert_eq!(own.hears().await.0, number);
    }
    grace.decides("ARCHIVE", &third).await;
    assert_eq!(own.hears().await.1["state"], "ARCHIVED");
}
