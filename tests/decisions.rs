//! The public log: everyone reads what was decided and why; nobody reads what was not published.

use chrono::Duration;
use poem::http::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Forum, Page, Person, each, resource};

/// A forum where everything that can be decided was decided, a day apart from 2 March on.
struct Decided {
    forum: Forum,
    ada: Person,
    grace: Person,
    /// The ids of the submissions about which no stranger may read a word.
    hidden: Vec<Value>,
}

/// Words that stand in what was declined, waits, was sent back or taken down, and in what moderators wrote to authors.
const CANARIES: [&str; 7] =
    ["Canarydeclined", "Canarywaiting", "Canaryreturned", "Canaryremoved", "Canarymessage", "Canaryrequest", "Canaryedit"];

impl Decided {
    async fn open() -> Decided {
        let forum = Forum::open().await;
        let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
        let mut hidden = Vec::new();
        let next_day = || forum.later(Duration::days(1));

        let kept = ada.shares("Rota & <b>clinics</b>").await;
        grace.decides("APPROVE", &kept, json!({ "message": "Canarymessage one" })).await;
        next_day();
        let (ada, grace) = (forum.signs_in("ada").await, forum.signs_in("grace").await);
        let declined = ada.shares("Canarydeclined").await;
        grace.decides("DECLINE", &declined, json!({ "reason": "OUT_OF_SCOPE", "message": "Canarymessage two" })).await;
        next_day();
        let (ada, grace) = (forum.signs_in("ada").await, forum.signs_in("grace").await);
        let returned = ada.shares("Canaryreturned").await;
        let requests = json!({ "message": "Canarymessage three", "requests": [{ "field": "title", "message": "Canaryrequest" }] });
        grace.decides("REQUEST_CHANGES", &returned, requests).await;
        next_day();
        let (ada, grace) = (forum.signs_in("ada").await, forum.signs_in("grace").await);
        let removed = ada.shares("Canaryremoved").await;
        let removed = grace.approves(&removed).await;
        next_day();
        let grace = forum.signs_in("grace").await;
        grace.decides("REMOVE", &removed, json!({ "reason": "PRIVACY", "message": "Canarymessage four" })).await;
        next_day();
        let (ada, grace) = (forum.signs_in("ada").await, forum.signs_in("grace").await);
        let topic = grace.publishes(&ada.suggests("Lantern festivals").await).await;
        next_day();
        let (ada, grace) = (forum.signs_in("ada").await, forum.signs_in("grace").await);
        let comment = ada.comments(&topic, "Canarydeclined, too").await;
        grace.decides("DECLINE", &comment, json!({ "reason": "OTHER" })).await;
        next_day();
        let (ada, grace) = (forum.signs_in("ada").await, forum.signs_in("grace").await);
        let old = grace.approves(&ada.shares("An old handbook").await).await;
        let record = old["published"].clone();
        next_day();
        let (ada, grace) = (forum.signs_in("ada").await, forum.signs_in("grace").await);
        let edit = ada.brings("editPublished", json!({ "id": record["id"], "resource": resource("Canaryedit") })).await;
        grace.decides("DECLINE", &edit, json!({ "reason": "INACCURATE" })).await;
        next_day();
        let (ada, grace) = (forum.signs_in("ada").await, forum.signs_in("grace").await);
        grace.decides("ARCHIVE", &old, json!({ "message": "Canarymessage five" })).await;
        hidden.extend([ada.shares("Canarywaiting").await, declined, returned, removed, comment, edit]);
        Decided { forum, ada, grace, hidden }
    }
}

/// What was decided, newest first, about what, with what a stranger may call it.
const ALL: [(&str, &str, &str); 10] = [
    ("ARCHIVE", "RESOURCE", "An old handbook"),
    ("DECLINE", "RESOURCE", ""),
    ("APPROVE", "RESOURCE", "An old handbook"),
    ("DECLINE", "COMMENT", ""),
    ("APPROVE", "TOPIC", "Lantern festivals"),
    ("REMOVE", "RESOURCE", ""),
    ("APPROVE", "RESOURCE", ""),
    ("REQUEST_CHANGES", "RESOURCE", ""),
    ("DECLINE", "RESOURCE", ""),
    ("APPROVE", "RESOURCE", "Rota & <b>clinics</b>"),
];

const LOG: &str = "query Log($filter: DecisionFilter, $first: Int, $after: String) {
    decisionLog(filter: $filter, first: $first, after: $after) {
        totalCount pageInfo { hasNextPage endCursor }
        nodes { id kind of number isEdit bySystem decidedAt revision message decider { handle name } reason { id name words }
            requests { message } submission { id title }
            published { id ... on Resource { title path } ... on Topic { name path } ... on Comment { path source } } } } }";

async fn log(person: &Person, variables: Value) -> Value {
    let answer = person.asks(LOG, variables.clone()).await;
    assert!(answer["errors"].is_null(), "{variables}: {answer}");
    answer["data"]["decisionLog"].clone()
}

fn spelled(log: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let called = |it: &Value| if it["title"].is_null() { text(&it["name"]) } else { text(&it["title"]) };
    log["nodes"].as_array().expect("a list").iter().map(|it| (text(&it["kind"]), text(&it["of"]), called(&it["published"]))).collect()
}

fn expected(fits: impl Fn(&str, &str) -> bool) -> Vec<(String, String, String)> {
    let fit = ALL.iter().filter(|(kind, of, _)| fits(kind, of));
    fit.map(|(kind, of, title)| ((*kind).to_owned(), (*of).to_owned(), (*title).to_owned())).collect()
}

#[tokio::test]
async fn every_kind_of_decision_is_listed_newest_first_and_narrowed() {
    let Decided { forum, .. } = Decided::open().await;
    let wren = forum.visitor();
    let whole = log(&wren, json!({})).await;
    assert_eq!((spelled(&whole), whole["totalCount"].as_i64()), (expected(|_, _| true), Some(10)));
    for decision in ["APPROVE", "REQUEST_CHANGES", "DECLINE", "REMOVE", "ARCHIVE"] {
        let found = log(&wren, json!({ "filter": { "decision": decision } })).await;
        assert_eq!(spelled(&found), expected(|kind, _| kind == decision));
        for of in ["RESOURCE", "TOPIC", "COMMENT"] {
            let found = log(&wren, json!({ "filter": { "decision": decision, "kind": of, "month": "2026-03" } })).await;
            assert_eq!(spelled(&found), expected(|kind, about| kind == decision && about == of), "{decision} {of}");
        }
    }
    for (month, count) in [("2026-03", 10), (" 2026-03 ", 10), ("", 10), ("2026-02", 0), ("2026-04", 0), ("0001-01", 0), ("9999-12", 0)] {
        assert_eq!(log(&wren, json!({ "filter": { "month": month } })).await["totalCount"], count, "{month}");
    }
    for month in ["2026-13", "2026-00", "2026-3", "2026", "March", "2026-03-01", "2026-03' OR 1=1 --", "99999-01", "-001-01", "２０２６-03"]
    {
        let answer = wren.asks(LOG, json!({ "filter": { "month": month } })).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_REQUEST", "{month}: {answer}");
        let month: String = url::form_urlencoded::byte_serialize(month.as_bytes()).collect();
        wren.opens(&format!("/decisions?month={month}")).await.is(StatusCode::BAD_REQUEST).shows("This address does not work");
        wren.opens(&format!("/decisions.atom?month={month}")).await.is(StatusCode::BAD_REQUEST);
    }
    for path in ["/decisions?kind=sonnet", "/decisions?decision=maybe", "/decisions?after=garbage"] {
        wren.opens(path).await.is(StatusCode::BAD_REQUEST);
    }
    let page = wren.opens("/decisions?kind=comment&decision=decline&month=2026-03").await.is(StatusCode::OK);
    assert_eq!(page.text.matches("<li id=").count(), 1, "{}", page.words());
    wren.opens("/decisions?kind=topic&decision=remove").await.is(StatusCode::OK).shows("Nothing was decided that fits all of these");

    let (mut seen, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = log(&wren, json!({ "first": 3, "after": after })).await;
        seen.extend(spelled(&page));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(seen, expected(|_, _| true), "page after page, each once");
}

#[tokio::test]
async fn the_last_moment_of_a_month_belongs_to_it_and_the_first_to_the_next() {
    let forum = Forum::open().await;
    let (ada, wren) = (forum.member("ada").await, forum.visitor());
    forum.moderator("grace").await;
    let (last, first) = (ada.shares("Last").await, ada.shares("First").await);
    forum.later(Duration::days(29) + Duration::hours(15) - Duration::milliseconds(1));
    let grace = forum.signs_in("grace").await;
    grace.approves(&last).await;
    forum.later(Duration::milliseconds(1));
    grace.approves(&first).await;
    for (month, title) in [("2026-03", "Last"), ("2026-04", "First")] {
        let found = log(&wren, json!({ "filter": { "month": month } })).await;
        assert_eq!(spelled(&found), [("APPROVE".to_owned(), "RESOURCE".to_owned(), title.to_owned())], "{month}");
    }
}

#[tokio::test]
async fn a_stranger_reads_reasons_and_nothing_that_is_not_published() {
    let Decided { forum, ada, grace, hidden } = Decided::open().await;
    let (wren, eve) = (forum.visitor(), forum.member("eve").await);
    let page = wren.opens("/decisions").await.is(StatusCode::OK);
    for words in [
        "Not included",
        "Taken down",
        "Changes asked for",
        "Past",
        "An old handbook",
        "Lantern festivals",
        "Rota & <b>clinics</b>",
        "the moderation team",
    ] {
        assert!(page.words().contains(words), "{words} in {}", page.words());
    }
    let reasons = log(&wren, json!({ "filter": { "decision": "DECLINE" } })).await;
    let ids: Vec<_> = reasons["nodes"].as_array().expect("a list").iter().map(|it| it["reason"]["id"].clone()).collect();
    assert_eq!(json!(ids), json!(["INACCURATE", "OTHER", "OUT_OF_SCOPE"]));
    for person in [&wren, &eve] {
        let feed = person.opens("/decisions.atom").await;
        let pages = [
            person.opens("/decisions").await,
            feed,
            person.opens("/").await,
            person.opens("/library").await,
            person.opens("/topics/lantern-festivals").await,
        ];
        let asked = person.asks(LOG, json!({})).await.to_string();
        for canary in CANARIES {
            assert!(!asked.contains(canary), "{canary} in {asked}");
            for page in &pages {
                assert!(!page.text.contains(canary), "{canary} on {}", page.path);
            }
        }
        for it in log(person, json!({})).await["nodes"].as_array().expect("a list") {
            assert_eq!(
                (&it["decider"], &it["submission"], &it["message"], &it["requests"]),
                (&json!(null), &json!(null), &json!(null), &json!([]))
            );
            let find = "query Find($id: ID!) { node(id: $id) { id ... on Decision { kind message decider { name } requests { message } submission { title } } } }";
            let node = person.asks(find, json!({ "id": it["id"] })).await["data"]["node"].clone();
            let hides = json!({ "id": it["id"], "kind": it["kind"], "message": null, "decider": null, "requests": [], "submission": null });
            assert_eq!(node, hides);
        }
        for submission in &hidden {
            let find = "query Find($id: ID!) { node(id: $id) { id } submission(id: $id) { title } }";
            assert_eq!(person.asks(find, json!({ "id": submission["id"] })).await["data"], json!({ "node": null, "submission": null }));
        }
    }
    // Its author reads the words, but not who decided; moderators read both, and who it was.
    let by_ada = log(&ada, json!({ "filter": { "decision": "REQUEST_CHANGES" } })).await["nodes"][0].clone();
    assert_eq!((&by_ada["message"], &by_ada["requests"][0]["message"]), (&json!("Canarymessage three"), &json!("Canaryrequest")));
    assert_eq!((&by_ada["submission"]["title"], &by_ada["decider"]), (&json!("Canaryreturned"), &json!(null)));
    let by_grace = log(&grace, json!({})).await;
    for it in by_grace["nodes"].as_array().expect("a list") {
        assert_eq!((&it["decider"]["handle"], it["submission"].is_object()), (&json!("grace"), true));
    }
    let page = grace.opens("/decisions").await.is(StatusCode::OK);
    assert!(page.words().contains("by Grace") && !page.words().contains("the moderation team"), "{}", page.words());
}

#[tokio::test]
async fn a_community_may_name_its_moderators() {
    let Decided { forum, .. } = Decided::open().await;
    let mut community = forum.app.forum.community.clone();
    community.name_moderators = true;
    let open = server::Forum {
        database: forum.app.forum.database.clone(),
        community,
        clock: forum.clock.clone(),
        randomness: forum.app.forum.randomness.clone(),
        secret: forum.app.forum.secret.clone(),
        demonstration: false,
        limits: true,
        searches: Default::default(),
        news: Default::default(),
    };
    let app = server::App::open(std::sync::Arc::new(open), forum.app.site.clone()).await.expect("an app");
    let request = poem::Request::builder().uri("/decisions".parse().expect("a path")).finish();
    let page = poem::Endpoint::get_response(&app.endpoint(), request).await;
    let text = page.into_body().into_string().await.expect("text");
    assert!(text.contains("Grace") && !text.contains("the moderation team"), "{text}");
    assert!(CANARIES.iter().all(|canary| !text.contains(canary)), "{text}");
}

/// The elements of a document that is well-formed XML, each with its text; panics where it is not.
fn elements(page: &Page) -> Vec<(String, String)> {
    let text = page.text.strip_prefix("<?xml version=\"1.0\" encoding=\"utf-8\"?>").expect("a declaration");
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
    assert!(text.chars().all(allowed), "only characters that XML has");
    let plain = |text: &str| {
        let mut plain = String::new();
        let mut parts = text.split('&');
        plain.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let (name, rest) = part.split_once(';').unwrap_or_else(|| panic!("a bare & in {text}"));
            plain.push(match name {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                "apos" => '\'',
                _ => {
                    let number = name.strip_prefix("#x").map(|hex| u32::from_str_radix(hex, 16)).or(name.strip_prefix('#').map(str::parse));
                    number.and_then(Result::ok).and_then(char::from_u32).unwrap_or_else(|| panic!("&{name}; is no entity of XML"))
                }
            });
            plain.push_str(rest);
        }
        plain
    };
    let (mut open, mut found): (Vec<usize>, Vec<(String, String)>) = (Vec::new(), Vec::new());
    let mut pieces = text.split('<');
    assert_eq!(pieces.next().map(str::trim), Some(""));
    for piece in pieces {
        let (tag, after) = piece.split_once('>').unwrap_or_else(|| panic!("an open tag: {piece}"));
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().map(|index| found[index].0.as_str()), Some(name), "tags close in order");
        } else {
            let (inside, is_closed) = tag.strip_suffix('/').map_or((tag, false), |inside| (inside, true));
            let (name, attributes) = inside.split_once(' ').unwrap_or((inside, ""));
            assert!(name.chars().all(|c| c.is_ascii_lowercase()) && attributes.matches('"').count() % 2 == 0, "{tag}");
            plain(attributes);
            found.push((name.to_owned(), String::new()));
            if !is_closed {
                open.push(found.len() - 1);
            }
        }
        match open.last() {
            Some(index) => found[*index].1.push_str(&plain(after)),
            None => assert_eq!(after.trim(), "", "one root"),
        }
    }
    assert!(open.is_empty(), "all is closed");
    found
}

#[tokio::test]
async fn the_feed_is_xml_whatever_titles_hold() {
    let Decided { forum, ada, grace, .. } = Decided::open().await;
    let odd = "]]> & <![CDATA[ \"x\" 'y' &amp; &nbsp; <!-- \u{fffe}\u{ffff}\u{b} 健康 🙂";
    let mut input = resource("odd");
    input["title"] = odd.into();
    grace.approves(&ada.brings("submitResource", input).await).await;
    let page = forum.visitor().opens("/decisions.atom").await.is(StatusCode::OK);
    assert!(page.header("content-type").starts_with("application/atom+xml"), "{}", page.header("content-type"));
    let found = elements(&page);
    let texts = |name: &str| found.iter().filter(|(tag, _)| tag == name).map(|(_, text)| text.trim().to_owned()).collect::<Vec<_>>();
    assert_eq!((found[0].0.as_str(), texts("entry").len()), ("feed", ALL.len() + 1));
    assert!(texts("title")[1].contains("]]> & <![CDATA[ \"x\" 'y' &amp; &nbsp; <!--"), "{:?}", texts("title"));
    let mut ids = texts("id");
    assert_eq!(ids.len(), ALL.len() + 2);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), ALL.len() + 2, "each has an id of its own");
    let updated = texts("updated");
    assert_eq!(updated[0], updated[1], "as new as its newest entry");
    assert!(updated.iter().all(|time| chrono::DateTime::parse_from_rfc3339(time).is_ok()), "{updated:?}");
    let empty = Forum::open().await.visitor().opens("/decisions.atom").await.is(StatusCode::OK);
    assert_eq!(elements(&empty)[0].0, "feed", "an empty log is a feed, too");
}

#[tokio::test]
async fn the_log_sends_as_many_statements_for_many_as_for_few() {
    let forum = Forum::open().await;
    let (mut counts, mut made) = (Vec::new(), 0);
    let visitor = forum.visitor();
    for size in [10, 50] {
        while made < size {
            made += 1;
            // Everyone is somebody else, so that a loader that asks one by one shows.
            let (person, moderator) = (forum.member(&format!("person-{made}")).await, forum.moderator(&format!("desk-{made}")).await);
            let made = match made % 3 {
                0 => person.suggests(&format!("Topic {made}")).await,
                _ => person.shares(&format!("Thing {made}")).await,
            };
            moderator.approves(&made).await;
        }
        let moderator = forum.signs_in("desk-1").await;
        let mut row = Vec::new();
        for (person, path) in [(&visitor, "/decisions"), (&visitor, "/decisions.atom"), (&moderator, "/decisions")] {
            let page = person.opens(path).await.is(StatusCode::OK);
            assert!(page.text.contains("Thing 1"), "{}", page.text);
            row.push(person.costs(path).await);
        }
        counts.push(row);
    }
    println!("statements of the log, for strangers, as a feed, for moderators: {counts:?}");
    assert_eq!(counts[0], counts[1]);
    assert!(counts[0].iter().zip([8, 8, 10]).all(|(count, most)| *count <= most), "{counts:?}");
    let all = log(&visitor, json!({ "first": 100 })).await;
    assert_eq!(each(&all["nodes"], "kind"), ["APPROVE"; 50]);
}
