//! One more than the limit is refused wherever something is written, and the limit itself is not. Characters count, as they were typed.

use super::*;

/// A mutation, its input, and where the text stands in it.
type Way = (&'static str, Value, &'static str);

/// Passes when each of these is refused, whichever way it is written, and nothing of it is kept.
async fn holds(forum: &Forum, person: &Person, too_long: Vec<(&str, Value)>, ways: impl Fn(Value) -> Vec<Way>) {
    let before = forum.everything().await;
    for (field, text) in too_long {
        let name = field.split('.').next().expect("a name");
        for (mutation, input, within) in ways(json!({ name: text })) {
            let payload = person.mutates(mutation, input).await;
            assert_eq!(refusals(&payload), [format!("TOO_LONG {within}{field}")], "{mutation}");
        }
    }
    assert_eq!(forum.everything().await, before);
}

/// Lines of `length` characters that are no two alike, each of two bytes and more.
fn lines(count: usize, length: usize) -> Vec<String> {
    (0..count).map(|number| format!("{number:02}{}", "é".repeat(length - 2))).collect()
}

#[tokio::test]
async fn a_resource_is_measured_wherever_it_is_written() {
    let forum = Forum::open().await;
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    let record = grace.publishes(&ada.shares("Published").await).await;
    let waiting = ada.shares("Waiting").await;
    let draft = ada.brings("submitResource", with(resource("Draft"), json!({ "draft": true }))).await;
    let ways = |text: Value| {
        // An event has every field that there is.
        let event = json!({ "kind": "event", "startsAt": "2026-03-09T18:00:00Z" });
        let whole = |title: &str| with(with(resource(title), event.clone()), text.clone());
        let (revised, redrafted) = (json!({ "resource": whole("Third") }), json!({ "resource": whole("Fourth"), "draft": true }));
        vec![
            ("submitResource", whole("First"), ""),
            ("submitResource", with(whole("Second"), json!({ "draft": true })), ""),
            ("reviseSubmission", with(revised, json!({ "submissionId": waiting["id"], "version": waiting["version"] })), "resource."),
            ("reviseSubmission", with(redrafted, json!({ "submissionId": draft["id"], "version": draft["version"] })), "resource."),
            ("editPublished", json!({ "id": record["id"], "resource": whole("Fifth") }), "resource."),
        ]
    };
    let too_long = vec![
        ("title", json!("é".repeat(201))),
        ("url", json!(format!("https://a.example/{}", "x".repeat(1_983)))),
        ("description", json!("x".repeat(50_001))),
        // What is not shown counts, too: CVE-2022-23549.
        ("description", json!(format!("<!--{}-->", "x".repeat(49_994)))),
        ("description", json!(format!("[x]: https://a.example/{}", "x".repeat(49_979)))),
        ("authors.0", json!(["é".repeat(201)])),
        ("authors", json!(lines(51, 10))),
        ("publisher", json!("é".repeat(201))),
        ("keywords.0", json!(["é".repeat(51)])),
        ("keywords", json!(lines(11, 10))),
        ("licence", json!("é".repeat(201))),
        ("source", json!("é".repeat(201))),
        ("place", json!("é".repeat(201))),
        ("topics", json!(vec![record["id"].clone(); 11])),
    ];
    holds(&forum, &ada, too_long, &ways).await;

    let full = json!({
        "title": "é".repeat(200), "description": "x".repeat(50_000), "authors": lines(50, 10), "publisher": "é".repeat(200),
        "licence": "é".repeat(200), "keywords": lines(10, 50), "source": "é".repeat(200), "place": "é".repeat(200),
    });
    for (number, (mutation, mut input, _)) in ways(full).into_iter().enumerate() {
        let url = format!("https://{number}.example/");
        let text = if input["resource"].is_object() { &mut input["resource"] } else { &mut input };
        text["url"] = format!("{url}{}", "x".repeat(2_000 - url.len())).into();
        assert_eq!(refusals(&ada.mutates(mutation, input).await), NOTHING, "{mutation} {number}");
    }
}

#[tokio::test]
async fn a_topic_is_measured_wherever_it_is_written() {
    let forum = Forum::open().await;
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    let topic = grace.publishes(&ada.suggests("Published").await).await;
    let waiting = ada.suggests("Waiting").await;
    let draft = ada.brings("suggestTopic", json!({ "name": "Draft", "description": "x", "draft": true })).await;
    let ways = |text: Value| {
        let whole = |name: &str| with(json!({ "name": name, "description": "x" }), text.clone());
        let (revised, redrafted) = (json!({ "topic": whole("Third") }), json!({ "topic": whole("Fourth"), "draft": true }));
        vec![
            ("suggestTopic", whole("First"), ""),
            ("suggestTopic", with(whole("Second"), json!({ "draft": true })), ""),
            ("reviseSubmission", with(revised, json!({ "submissionId": waiting["id"], "version": waiting["version"] })), "topic."),
            ("reviseSubmission", with(redrafted, json!({ "submissionId": draft["id"], "version": draft["version"] })), "topic."),
            ("editPublished", json!({ "id": topic["id"], "topic": whole("Fifth") }), "topic."),
        ]
    };
    let too_long = vec![
        ("name", json!("é".repeat(101))),
        ("description", json!("é".repeat(10_001))),
        ("description", json!(format!("<!--{}-->", "é".repeat(9_994)))),
    ];
    holds(&forum, &ada, too_long, &ways).await;
    for more in [json!({}), json!({ "draft": true })] {
        let why = with(json!({ "name": "Why", "description": "x", "why": "é".repeat(2_001) }), more);
        assert_eq!(refusals(&ada.mutates("suggestTopic", why).await), ["TOO_LONG why"]);
    }
    for (mutation, input, _) in ways(json!({ "name": "é".repeat(100), "description": "é".repeat(10_000) })) {
        assert_eq!(refusals(&ada.mutates(mutation, input).await), NOTHING, "{mutation}");
    }
}

#[tokio::test]
async fn a_comment_is_measured_wherever_it_is_written() {
    let forum = Forum::open().await;
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    let record = grace.publishes(&ada.shares("Rota").await).await;
    let said = grace.publishes(&ada.comments(&record, "Published.").await).await;
    let waiting = ada.comments(&record, "Waiting.").await;
    let ways = |text: Value| {
        vec![
            ("writeComment", with(json!({ "on": record["id"] }), text.clone()), ""),
            ("writeComment", with(json!({ "on": said["id"] }), text.clone()), ""),
            ("reviseSubmission", json!({ "submissionId": waiting["id"], "version": waiting["version"], "comment": text }), "comment."),
            ("editPublished", json!({ "id": said["id"], "comment": text }), "comment."),
        ]
    };
    let too_long = vec![("body", json!("é".repeat(10_001))), ("body", json!(format!("<!--{}-->", "é".repeat(9_994))))];
    holds(&forum, &ada, too_long, &ways).await;
    for (mutation, input, _) in ways(json!({ "body": "é".repeat(10_000) })) {
        assert_eq!(refusals(&ada.mutates(mutation, input).await), NOTHING, "{mutation}");
    }
}

#[tokio::test]
async fn words_to_an_author_are_measured_one_by_one_and_many_at_once() {
    let forum = Forum::open().await;
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    let made = ada.shares("Rota").await;
    let before = forum.everything().await;
    let (message, request) = ("é".repeat(2_001), "é".repeat(1_001));
    for (decision, more, refused) in [
        ("APPROVE", json!({ "message": message }), "TOO_LONG message"),
        ("DECLINE", json!({ "reason": "OTHER", "message": message }), "TOO_LONG message"),
        ("REQUEST_CHANGES", json!({ "requests": [{ "field": "title", "message": "x" }], "message": message }), "TOO_LONG message"),
        ("REQUEST_CHANGES", json!({ "requests": [{ "field": "title", "message": request }] }), "TOO_LONG requests.0.message"),
    ] {
        assert_eq!(refusals(&grace.decides(decision, &made, more.clone()).await), [refused], "{decision}");
        let one = with(json!({ "submissionId": made["id"], "version": 1, "revision": 1, "decision": decision }), more);
        let answer = grace.mutates("decideMany", json!({ "decisions": [one] })).await;
        assert_eq!(refusals(&answer["results"][0]), [refused], "{decision}");
    }
    assert_eq!(forum.everything().await, before);
    let full = json!({ "requests": [{ "field": "title", "message": "é".repeat(1_000) }], "message": "é".repeat(2_000) });
    assert_eq!(refusals(&grace.decides("REQUEST_CHANGES", &made, full).await), NOTHING);
}
