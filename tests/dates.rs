//! What has a date: events and calls for funding, ahead and past.

use chrono::Duration;
use poem::http::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Forum, Person, refusals, resource};

/// A resource of a kind with dates.
fn dated(kind: &str, title: &str, dates: Value) -> Value {
    let mut input = resource(title);
    input["kind"] = kind.into();
    input.as_object_mut().expect("an object").extend(dates.as_object().expect("an object").clone());
    input
}

/// Puts a dated resource into the library and answers its path.
async fn puts(ada: &Person, grace: &Person, kind: &str, title: &str, dates: Value) -> String {
    let record = grace.publishes(&ada.brings("submitResource", dated(kind, title, dates)).await).await;
    record["path"].as_str().expect("a path").to_owned()
}

#[tokio::test]
async fn dates_belong_to_events_and_funding_and_fit_together() {
    let forum = Forum::open().await;
    let ada = forum.member("ada").await;
    let (start, end) = ("2026-03-09T18:00:00Z", "2026-03-09T20:00:00Z");
    let cases = [
        ("event", json!({}), vec!["REQUIRED startsAt"]),
        ("event", json!({ "endsAt": end }), vec!["REQUIRED startsAt"]),
        ("event", json!({ "startsAt": end, "endsAt": start }), vec!["INVALID endsAt"]),
        ("event", json!({ "startsAt": start, "endsAt": "2026-03-09T19:59:00+02:00" }), vec!["INVALID endsAt"]),
        ("event", json!({ "startsAt": "1066-10-14T09:00:00Z" }), vec!["INVALID startsAt"]),
        ("event", json!({ "startsAt": start, "closesAt": end }), vec!["INVALID closesAt"]),
        ("event", json!({ "startsAt": start, "url": null }), vec!["REQUIRED url"]),
        ("event", json!({ "startsAt": start, "url": null, "place": " " }), vec!["REQUIRED url"]),
        ("event", json!({ "startsAt": start, "url": "town hall", "place": "Town hall" }), vec!["INVALID url"]),
        ("event", json!({ "startsAt": start, "place": "x".repeat(201) }), vec!["TOO_LONG place"]),
        ("guide", json!({ "startsAt": start }), vec!["INVALID startsAt"]),
        (
            "guide",
            json!({ "endsAt": end, "place": "Town hall", "closesAt": end }),
            vec!["INVALID endsAt", "INVALID place", "INVALID closesAt"],
        ),
        ("guide", json!({ "url": null, "place": "Town hall" }), vec!["REQUIRED url", "INVALID place"]),
        ("funding", json!({ "startsAt": start }), vec!["INVALID startsAt"]),
        ("funding", json!({ "closesAt": "2999-01-01T00:00:00Z" }), vec!["INVALID closesAt"]),
    ];
    let before = forum.everything().await;
    for (kind, dates, expected) in cases {
        let payload = ada.mutates("submitResource", dated(kind, "Circle", dates.clone())).await;
        assert_eq!(refusals(&payload), expected, "{kind} {dates}");
    }
    for nonsense in ["tomorrow", "2026-03-09", "2026-03-09T25:00:00Z", ""] {
        let answer = ada.mutates("submitResource", dated("event", "Circle", json!({ "startsAt": nonsense }))).await;
        assert_eq!(refusals(&answer), ["BAD_REQUEST"], "{nonsense}");
    }
    assert_eq!(forum.everything().await, before);
    let fine = [
        ("event", json!({ "startsAt": start })),
        ("Event", json!({ "startsAt": start, "endsAt": start })),
        ("event", json!({ "startsAt": start, "endsAt": end, "url": null, "place": "Town hall" })),
        ("funding", json!({})),
        ("funding", json!({ "closesAt": end })),
    ];
    for (number, (kind, dates)) in fine.into_iter().enumerate() {
        ada.brings("submitResource", dated(kind, &format!("Circle {number}"), dates)).await;
    }
}

#[tokio::test]
async fn home_shows_what_is_ahead_soonest_first() {
    let forum = Forum::open().await;
    let (ada, grace, visitor) = (forum.member("ada").await, forum.moderator("grace").await, forum.visitor());
    visitor.opens("/").await.does_not_show("Coming up");
    puts(&ada, &grace, "funding", "Seed grants", json!({ "closesAt": "2026-03-20T12:00:00Z" })).await;
    puts(&ada, &grace, "event", "Reading circle", json!({ "startsAt": "2026-03-09T18:00:00Z", "place": "Town library", "url": null }))
        .await;
    puts(&ada, &grace, "event", "Spring fair", json!({ "startsAt": "2026-05-01T08:00:00Z" })).await;
    puts(&ada, &grace, "event", "Winter fair", json!({ "startsAt": "2026-02-01T08:00:00Z", "endsAt": "2026-02-02T08:00:00Z" })).await;
    puts(&ada, &grace, "event", "Long camp", json!({ "startsAt": "2026-03-01T08:00:00Z", "endsAt": "2026-03-03T08:00:00Z" })).await;
    puts(&ada, &grace, "funding", "Standing offer", json!({})).await;
    ada.brings("submitResource", dated("event", "Waiting room", json!({ "startsAt": "2026-03-05T08:00:00Z" }))).await;

    let ahead = async || {
        let query = "{ library(filter: { upcoming: true }, sort: SOONEST, first: 10) { totalCount nodes { title } } }";
        let answer = forum.visitor().asks(query, json!({})).await["data"]["library"].clone();
        let titles = crate::harness::each(&answer["nodes"], "title").into_iter().map(String::from).collect::<Vec<_>>();
        assert_eq!(answer["totalCount"], titles.len());
        titles
    };
    assert_eq!(ahead().await, ["Long camp", "Reading circle", "Seed grants", "Spring fair"]);
    let home = visitor.opens("/").await.is(StatusCode::OK).shows("Coming up");
    let words = home.words();
    let coming = words.split_once("Coming up").expect("a heading").1;
    let coming = coming.split_once("Share a resource").map_or(coming, |(before, _)| before);
    let places: Vec<_> =
        ["Long camp", "Reading circle", "Seed grants", "Winter fair", "Waiting room"].map(|title| coming.find(title)).into();
    assert!(places[..3].iter().all(Option::is_some) && places[..3].is_sorted() && places[3..] == [None, None], "{coming}");
    assert!(coming.contains("Town library") && coming.contains("open until"), "{coming}");
    // By the clock alone, before any job has run.
    forum.later(Duration::days(9));
    assert_eq!(ahead().await, ["Seed grants", "Spring fair"]);
    forum.later(Duration::days(80));
    assert_eq!(ahead().await, Vec::<String>::new());
    visitor.opens("/").await.does_not_show("Coming up");
}

const PAST: &str = "query Past($slug: String!) { resource(slug: $slug) { isPast }
    decisionLog(filter: { decision: ARCHIVE }) { totalCount nodes { kind bySystem of decider { name } reason { id } published { ... on Resource { title } } } } }";

#[tokio::test]
async fn what_is_over_moves_to_past_once() {
    let forum = Forum::open().await;
    let (ada, grace, visitor) = (forum.member("ada").await, forum.moderator("grace").await, forum.visitor());
    let start = json!({ "startsAt": "2026-03-09T18:00:00Z", "place": "Town library" });
    let circle = puts(&ada, &grace, "event", "Reading circle", start).await;
    puts(&ada, &grace, "funding", "Seed grants", json!({ "closesAt": "2026-03-20T12:00:00Z" })).await;
    puts(&ada, &grace, "guide", "A guide", json!({})).await;
    assert_eq!((forum.app.retire().await.expect("a job"), forum.count("decision").await), (0, 3));
    // 10 March, 18:00 less a minute: without an end, an event is over a day after it began.
    forum.later(Duration::days(8) + Duration::hours(9) - Duration::minutes(1));
    assert_eq!(forum.app.retire().await.expect("a job"), 0);
    let letters = forum.letters().await.len();
    forum.later(Duration::minutes(2));
    let at_once = tokio::join!(forum.app.retire(), forum.app.retire(), forum.app.retire());
    let moved = at_once.0.expect("a job") + at_once.1.expect("a job") + at_once.2.expect("a job");
    assert_eq!((moved, forum.app.retire().await.expect("a job")), (1, 0), "three at once move it once");

    assert_eq!(forum.count("submission WHERE state = 'ARCHIVED'").await, 1);
    assert_eq!(forum.count("log_entry WHERE action = 'ARCHIVE'").await, 1);
    forum.verifies().await;
    assert_eq!(forum.letters().await.len(), letters, "nobody is told what the calendar told them");
    let slug = circle.rsplit('/').next().expect("a slug").to_owned();
    for person in [&visitor, &grace] {
        let answer = person.asks(PAST, json!({ "slug": slug })).await["data"].clone();
        let entry = json!({ "kind": "ARCHIVE", "bySystem": true, "of": "RESOURCE", "decider": null, "reason": null, "published": { "title": "Reading circle" } });
        assert_eq!(answer, json!({ "resource": { "isPast": true }, "decisionLog": { "totalCount": 1, "nodes": [entry] } }));
    }
    visitor.opens(&circle).await.is(StatusCode::OK).shows("This is over. It stays here for reference.");
    visitor.opens("/library?query=reading").await.shows("1 resource").shows("Reading circle").shows("Past");
    visitor.opens("/decisions").await.shows("by itself, its date passed").shows("Reading circle");
    visitor.opens("/decisions.atom").await.is(StatusCode::OK).shows_json("Its date passed.");

    forum.later(Duration::days(20));
    assert_eq!(forum.app.retire().await.expect("a job"), 1, "the call for funding has closed");
    forum.later(Duration::days(400));
    assert_eq!(forum.app.retire().await.expect("a job"), 0);
    forum.verifies().await;
}

#[tokio::test]
async fn an_event_that_is_moved_by_an_edit_is_over_later() {
    let forum = Forum::open().await;
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    let input = dated("event", "Reading circle", json!({ "startsAt": "2026-03-09T18:00:00Z" }));
    let record = grace.publishes(&ada.brings("submitResource", input.clone()).await).await;
    let mut later = input;
    later["startsAt"] = "2026-04-09T18:00:00Z".into();
    let edit = ada.brings("editPublished", json!({ "id": record["id"], "resource": later })).await;
    grace.approves(&edit).await;
    forum.later(Duration::days(15));
    assert_eq!(forum.app.retire().await.expect("a job"), 0);
    forum.later(Duration::days(30));
    assert_eq!(forum.app.retire().await.expect("a job"), 1);
    assert_eq!(forum.count("submission WHERE state = 'ARCHIVED' AND revises_id IS NULL").await, 1, "the one that brought it");
    forum.verifies().await;
}

#[tokio::test]
async fn more_than_a_hundred_that_are_over_are_moved_in_turns() {
    let forum = Forum::open().await;
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    for number in 0..103 {
        puts(&ada, &grace, "event", &format!("Evening {number}"), json!({ "startsAt": "2026-03-09T18:00:00Z" })).await;
    }
    forum.later(Duration::days(30));
    let mut moved = Vec::new();
    while moved.last() != Some(&0) {
        moved.push(forum.app.retire().await.expect("a job"));
    }
    assert_eq!(moved.iter().sum::<usize>(), 103, "{moved:?}");
    assert_eq!(forum.verifies().await, 3 * 103);
}

#[tokio::test]
async fn the_form_takes_what_browsers_send_and_shows_it_again() {
    let forum = Forum::open().await;
    let (ada, grace, visitor) = (forum.member("ada").await, forum.moderator("grace").await, forum.visitor());
    let typed = [
        ("title", "Reading circle"),
        ("kind", "event"),
        ("description", "We read."),
        ("place", "Town library"),
        ("startsAt", "2026-03-09T18:00"),
        ("endsAt", "2026-03-09T17:00"),
    ];
    let refused = ada.submits("/share", &typed).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.error_of("endsAt").contains("An event ends after it begins"), "{}", refused.words());
    for (field, value) in typed {
        assert_eq!(refused.value_of(field), value, "{field}");
    }
    let mut garbled = typed;
    garbled[4].1 = "soon";
    let refused = ada.submits("/share", &garbled).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!((refused.value_of("startsAt"), refused.error_of("startsAt").is_empty()), ("soon".to_owned(), false));
    assert_eq!(forum.count("submission").await, 0);

    let mut right = typed;
    right[5].1 = "2026-03-09T20:30";
    ada.submits("/share", &right).await.is_accepted();
    let waiting =
        ada.asks("{ viewer { submissions { nodes { id version revision resource { startsAt endsAt place url } } } } }", json!({})).await;
    let made = &waiting["data"]["viewer"]["submissions"]["nodes"][0];
    let expected = json!({ "startsAt": "2026-03-09T18:00:00Z", "endsAt": "2026-03-09T20:30:00Z", "place": "Town library", "url": null });
    let time = |field: &str| made["resource"][field].as_str().and_then(|time| chrono::DateTime::parse_from_rfc3339(time).ok());
    for field in ["startsAt", "endsAt"] {
        assert_eq!(time(field), chrono::DateTime::parse_from_rfc3339(expected[field].as_str().expect("a time")).ok(), "{made}");
    }
    assert_eq!((&made["resource"]["place"], &made["resource"]["url"]), (&expected["place"], &expected["url"]));
    let record = grace.publishes(made).await;
    let path = record["path"].as_str().expect("a path");
    visitor.opens(path).await.shows("Town library").shows("9 March 2026");
    let form = ada.opens(&format!("{path}/edit")).await.is(StatusCode::OK);
    assert_eq!(
        (form.value_of("resource.startsAt"), form.value_of("resource.endsAt")),
        ("2026-03-09T18:00".to_owned(), "2026-03-09T20:30".to_owned())
    );
}
