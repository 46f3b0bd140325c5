//! "I'm on it": claims keep two moderators off one item; and many are decided at once, each for itself.

use chrono::{DateTime, Duration, Utc};
use poem::http::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Forum, Person, each, refusals, resource};

/// One submission on the desk, with its author and two moderators.
async fn desk() -> (Forum, Person, Person, Person, Value) {
    let forum = Forum::open().await;
    let (ada, grace, tobias) = (forum.member("ada").await, forum.moderator("grace").await, forum.moderator("tobias").await);
    let made = ada.shares("Rota").await;
    (forum, ada, grace, tobias, made)
}

async fn claims(person: &Person, made: &Value) -> Value {
    person.mutates("claimSubmission", json!({ "submissionId": made["id"] })).await
}

async fn releases(person: &Person, made: &Value, reason: Option<&str>) -> Value {
    person.mutates("releaseSubmission", json!({ "submissionId": made["id"], "reason": reason })).await
}

/// The submission with its claim, as somebody sees it.
async fn seen(person: &Person, made: &Value) -> Value {
    let query = "query Seen($id: ID!) { submission(id: $id) { state version viewerActions claim { isViewer until member { handle } } } }";
    person.asks(query, json!({ "id": made["id"] })).await["data"]["submission"].clone()
}

/// Until when somebody is on it.
async fn until(person: &Person, made: &Value) -> Option<DateTime<Utc>> {
    let submission = seen(person, made).await;
    submission["claim"]["until"].as_str().map(|until| DateTime::parse_from_rfc3339(until).expect("a time").to_utc())
}

fn path(made: &Value) -> &str {
    made["deskPath"].as_str().expect("a path")
}

#[tokio::test]
async fn a_colleague_sees_who_is_on_it_and_the_author_that_somebody_is() {
    let (forum, ada, grace, tobias, made) = desk().await;
    let kit = ada.shares("Kit").await;
    grace.does(path(&made), "Claim", &[]).await.is_accepted();
    grace.opens(path(&made)).await.shows("You are on it until 2 March 2026, 09:15 UTC");
    tobias.opens("/desk").await.shows("Grace is on it");
    tobias.opens(path(&made)).await.shows("Grace is on it until 2 March 2026, 09:15 UTC").does_not_show("name=\"decision\"");
    ada.opens(made["path"].as_str().expect("a path")).await.shows("A moderator is reading it now.").does_not_show("Grace");

    let until = "2026-03-02T09:15:00+00:00";
    let (own, others, authors) = (seen(&grace, &made).await, seen(&tobias, &made).await, seen(&ada, &made).await);
    assert_eq!(own["claim"], json!({ "isViewer": true, "until": until, "member": { "handle": "grace" } }));
    assert_eq!(own["viewerActions"], json!(["RELEASE", "APPROVE", "REQUEST_CHANGES", "DECLINE"]));
    assert_eq!(others["claim"], json!({ "isViewer": false, "until": until, "member": { "handle": "grace" } }));
    assert_eq!(others["viewerActions"], json!([]));
    assert_eq!(authors["claim"], json!({ "isViewer": false, "until": until, "member": null }));
    assert_eq!(authors["viewerActions"], json!(["REVISE", "WITHDRAW"]));

    // What others hold is not what one would open next.
    let next = "{ nextInQueue { id } }";
    assert_eq!(tobias.asks(next, json!({})).await["data"]["nextInQueue"]["id"], kit["id"]);
    assert_eq!(grace.asks(next, json!({})).await["data"]["nextInQueue"]["id"], made["id"]);
    claims(&grace, &kit).await;
    assert_eq!(tobias.asks(next, json!({})).await["data"]["nextInQueue"], json!(null));
    forum.later(Duration::minutes(15));
    assert_eq!(tobias.asks(next, json!({})).await["data"]["nextInQueue"]["id"], made["id"]);
    forum.verifies().await;
}

#[tokio::test]
async fn what_a_colleague_is_on_is_theirs_to_decide() {
    let (forum, _, grace, tobias, made) = desk().await;
    let opened = tobias.opens(path(&made)).await;
    claims(&grace, &made).await;
    let before = (forum.everything().await, seen(&grace, &made).await);
    for (decision, more) in [("APPROVE", json!({})), ("DECLINE", json!({ "reason": "OTHER" }))] {
        let refused = tobias.decides(decision, &made, more).await;
        assert_eq!(refusals(&refused), ["CLAIMED_BY_OTHER"]);
        assert_eq!(refused["userErrors"][0]["current"]["state"], "PENDING");
    }
    assert_eq!(refusals(&claims(&tobias, &made).await), ["CLAIMED_BY_OTHER"]);
    let typed = [("decision", "DECLINE"), ("reason", "OTHER"), ("message", "My own words")];
    let page = tobias.fills(&opened, opened.form_that("Decide"), &typed).await.is(StatusCode::CONFLICT);
    page.shows("A colleague is on it").shows("Grace is on it until").shows("My own words");
    assert_eq!((forum.everything().await, seen(&grace, &made).await), before);

    // Any decision of the holder ends it.
    let asks = json!({ "requests": [{ "field": "title", "message": "Longer." }] });
    assert_eq!(grace.decides("REQUEST_CHANGES", &made, asks).await["submission"]["claim"], json!(null));
    assert_eq!(forum.count("claim").await, 0);
    assert_eq!(refusals(&claims(&tobias, &made).await), ["INVALID_TRANSITION"]);
    forum.verifies().await;
}

#[tokio::test]
async fn a_claim_ends_by_itself_and_work_prolongs_it() {
    let (forum, ada, grace, tobias, made) = desk().await;
    let in_minutes = |minutes: i64| Some(forum.clock.now() + Duration::minutes(minutes));
    claims(&grace, &made).await;
    forum.later(Duration::minutes(10));
    assert_eq!(until(&grace, &made).await, in_minutes(5));
    claims(&grace, &made).await;
    assert_eq!(until(&grace, &made).await, in_minutes(15));
    forum.later(Duration::minutes(10));
    grace.does(path(&made), "Claim", &[]).await.is_accepted();
    assert_eq!(until(&grace, &made).await, in_minutes(15));

    // A form that has to be filled in again is work; what others try is not.
    forum.later(Duration::minutes(10));
    assert_eq!(refusals(&tobias.decides("APPROVE", &made, json!({})).await), ["CLAIMED_BY_OTHER"]);
    assert_eq!(until(&grace, &made).await, in_minutes(5));
    assert_eq!(refusals(&grace.decides("DECLINE", &made, json!({})).await), ["REQUIRED reason"]);
    assert_eq!(until(&grace, &made).await, in_minutes(15));

    forum.later(Duration::minutes(15) - Duration::seconds(1));
    assert_eq!(refusals(&claims(&tobias, &made).await), ["CLAIMED_BY_OTHER"]);
    forum.later(Duration::seconds(1));
    assert_eq!((until(&ada, &made).await, until(&tobias, &made).await), (None, None));
    assert_eq!(claims(&tobias, &made).await["submission"]["claim"]["isViewer"], true);
    assert_eq!(refusals(&grace.decides("APPROVE", &made, json!({})).await), ["CLAIMED_BY_OTHER"]);

    // One that has run out stops nobody.
    forum.later(Duration::minutes(15));
    grace.approves(&made).await;
    assert_eq!(forum.count("claim").await, 0);
    forum.verifies().await;
}

#[tokio::test]
async fn a_claim_is_let_go_or_broken_with_a_reason() {
    let (forum, ada, grace, tobias, made) = desk().await;
    let ines = forum.person("ines", "admin").await;
    claims(&grace, &made).await;
    grace.does(path(&made), "Release", &[]).await.is_accepted();
    assert_eq!(seen(&tobias, &made).await["claim"], json!(null));

    claims(&grace, &made).await;
    let before = (forum.everything().await, seen(&grace, &made).await);
    assert_eq!(refusals(&releases(&tobias, &made, Some("I am faster")).await), ["CLAIMED_BY_OTHER"]);
    assert_eq!(refusals(&releases(&ada, &made, None).await), ["FORBIDDEN"]);
    assert_eq!(refusals(&releases(&forum.visitor(), &made, None).await), ["UNAUTHENTICATED"]);
    assert_eq!(refusals(&releases(&ines, &made, Some(" ")).await), ["REQUIRED reason"]);
    assert_eq!(refusals(&releases(&ines, &made, Some(&"x".repeat(501))).await), ["TOO_LONG reason"]);
    ines.does(path(&made), "Release", &[("reason", "")]).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refusals(&ines.decides("APPROVE", &made, json!({})).await), ["CLAIMED_BY_OTHER"], "broken first, in the open");
    assert_eq!((forum.everything().await, seen(&grace, &made).await), before);

    ines.does(path(&made), "Release", &[("reason", "Grace is on a train")]).await.is_accepted();
    assert_eq!(seen(&grace, &made).await["claim"], json!(null));
    assert_eq!(forum.count("log_entry WHERE action = 'BREAK_CLAIM'").await, 1);
    assert_eq!(forum.count("log_detail WHERE note = 'Grace is on a train'").await, 1);
    ada.opens(made["path"].as_str().expect("a path")).await.does_not_show("Grace").does_not_show("Ines");
    // Nobody's claim is let go without a word in the log, and the version is what it was.
    releases(&tobias, &made, None).await;
    tobias.approves(&made).await;
    assert_eq!(forum.verifies().await, 3);
}

#[tokio::test]
async fn only_what_waits_and_is_somebody_elses_can_be_claimed() {
    let (forum, ada, grace, tobias, made) = desk().await;
    let own = grace.shares("Mine").await;
    let draft = json!({ "title": "Later", "kind": "", "description": "", "draft": true });
    let draft = ada.brings("submitResource", draft).await;
    let record = tobias.publishes(&made).await;
    let before = forum.everything().await;
    assert_eq!(refusals(&claims(&grace, &own).await), ["CONFLICT_OF_INTEREST"]);
    assert_eq!(refusals(&claims(&grace, &made).await), ["INVALID_TRANSITION"]);
    for hidden in [&draft, &json!({ "id": "garbage" }), &record] {
        assert_eq!(refusals(&claims(&grace, hidden).await), ["NOT_FOUND submissionId"]);
        assert_eq!(refusals(&releases(&grace, hidden, None).await), ["NOT_FOUND submissionId"]);
    }
    assert_eq!(refusals(&claims(&ada, &own).await), ["FORBIDDEN"]);
    assert_eq!(refusals(&claims(&forum.visitor(), &own).await), ["UNAUTHENTICATED"]);
    assert_eq!(forum.everything().await, before);
}

#[tokio::test]
async fn of_ten_who_say_it_at_once_exactly_one_is_on_it() {
    let (forum, ada, .., made) = desk().await;
    let mut tasks = Vec::new();
    for number in 0..10 {
        let (person, made) = (forum.moderator(&format!("person-{number}")).await, made.clone());
        tasks.push(tokio::spawn(async move { refusals(&claims(&person, &made).await) }));
    }
    let mut refused = Vec::new();
    for task in tasks {
        refused.extend(task.await.expect("an answer"));
    }
    assert_eq!(refused, vec!["CLAIMED_BY_OTHER"; 9]);
    assert_eq!((forum.count("claim").await, until(&ada, &made).await.is_some()), (1, true));
}

#[tokio::test]
async fn each_of_many_is_decided_for_itself() {
    let (forum, ada, grace, tobias, first) = desk().await;
    let (second, third, fourth) = (ada.shares("Kit").await, ada.shares("Map").await, ada.shares("Plan").await);
    let own = grace.shares("Mine").await;
    claims(&tobias, &third).await;
    let decision = |made: &Value, kind: &str, reason: Option<&str>| json!({ "submissionId": made["id"], "version": made["version"], "revision": made["revision"], "decision": kind, "reason": reason });
    let many = json!({ "decisions": [
        decision(&first, "APPROVE", None),
        decision(&second, "DECLINE", None),
        decision(&third, "APPROVE", None),
        decision(&own, "APPROVE", None),
        decision(&json!({ "id": "garbage", "version": 1, "revision": 1 }), "APPROVE", None),
        decision(&fourth, "DECLINE", Some("OTHER")),
        decision(&first, "DECLINE", Some("OTHER")),
        decision(&second, "APPROVE", None),
    ] });
    let before = forum.everything().await;
    assert_eq!(refusals(&ada.mutates("decideMany", many.clone()).await), ["FORBIDDEN"]);
    assert_eq!(refusals(&grace.mutates("decideMany", json!({ "decisions": [] })).await), ["REQUIRED decisions"]);
    let too_many = vec![decision(&first, "APPROVE", None); 101];
    assert_eq!(refusals(&grace.mutates("decideMany", json!({ "decisions": too_many })).await), ["TOO_LONG decisions"]);
    assert_eq!(forum.everything().await, before);

    let payload = grace.mutates("decideMany", many).await;
    let results = payload["results"].as_array().expect("results");
    let became: Vec<String> =
        results.iter().map(|it| it["submission"]["state"].as_str().map_or_else(|| refusals(it).join(", "), String::from)).collect();
    let expected = [
        "PUBLISHED",
        "REQUIRED reason",
        "CLAIMED_BY_OTHER",
        "CONFLICT_OF_INTEREST",
        "NOT_FOUND submissionId",
        "DECLINED",
        "STALE_VERSION",
        "PUBLISHED",
    ];
    assert_eq!(became, expected);
    assert_eq!(results[0]["submission"]["id"], first["id"]);
    assert_eq!(seen(&tobias, &third).await["claim"]["isViewer"], true);
    assert_eq!((forum.count("decision").await, forum.count("resource").await), (3, 2));
    assert_eq!(forum.count("log_entry WHERE action IN ('APPROVE', 'DECLINE')").await, 3);
    let letters = forum.letters_to("ada").await;
    let subjects: Vec<_> = letters.iter().filter_map(|letter| letter.lines().find(|line| line.starts_with("Subject: "))).collect();
    assert_eq!(subjects, ["Subject: In the library: Rota", "Subject: Not included: Plan", "Subject: In the library: Kit"]);
    forum.verifies().await;
}

#[tokio::test]
async fn the_boxes_of_the_queue_decide_what_was_chosen_and_name_what_changed() {
    let (forum, ada, grace, tobias, _) = desk().await;
    let (_, map, plan) = (ada.shares("Kit").await, ada.shares("Map").await, ada.shares("Plan").await);
    claims(&tobias, &plan).await;
    grace.shares("Mine").await;
    // Rota, Kit and Map have boxes; what a colleague is on and what is one's own have none.
    let opened = grace.opens("/desk").await;
    let form = opened.form_that("DecideMany");
    assert_eq!(form.iter().filter(|(name, _)| name.ends_with(".submissionId")).count(), 3);
    let nothing = grace.fills(&opened, form.clone(), &[("decisions.*.decision", "APPROVE")]).await;
    nothing.is(StatusCode::UNPROCESSABLE_ENTITY).shows("Choose at least one");

    let mut text = resource("Map");
    text["title"] = "Map, redrawn".into();
    ada.brings("reviseSubmission", json!({ "submissionId": map["id"], "version": 1, "resource": text })).await;
    let chosen = [("decisions.0.chosen", "true"), ("decisions.2.chosen", "true"), ("decisions.*.decision", "APPROVE")];
    let page = grace.fills(&opened, form, &chosen).await.is(StatusCode::OK).shows("What became of each");
    page.shows("There is a newer version than the one you read").shows("“Map, redrawn”: Waiting for review");
    let states = "{ moderationQueue { nodes { title } } library { nodes { title } } }";
    let states = tobias.asks(states, json!({})).await["data"].clone();
    assert_eq!(each(&states["library"]["nodes"], "title"), ["Rota"]);
    assert_eq!(each(&states["moderationQueue"]["nodes"], "title"), ["Kit", "Map, redrawn", "Plan", "Mine"]);

    // Declined together, with one reason for all.
    let opened = grace.opens("/desk").await;
    let chosen = [("decisions.0.chosen", "true"), ("decisions.1.chosen", "true"), ("decisions.*.decision", "DECLINE")];
    let missing = grace.fills(&opened, opened.form_that("DecideMany"), &chosen).await;
    missing.is(StatusCode::OK).shows("Choose a reason");
    assert_eq!(forum.count("decision").await, 1);
    let chosen = [&chosen[..], &[("decisions.*.reason", "OUT_OF_SCOPE")][..]].concat();
    grace.fills(&opened, opened.form_that("DecideMany"), &chosen).await.is(StatusCode::OK);
    assert_eq!(forum.count("decision WHERE kind = 'DECLINE' AND reason = 'OUT_OF_SCOPE'").await, 2);
    ada.opens("/desk").await.is(StatusCode::FORBIDDEN);
    forum.verifies().await;
}
