//! How often: each member for themselves, strangers by the address that they really come from, and many at once no more than one by one.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use chrono::Duration;
use poem::http::HeaderMap;
use reqwest::RequestBuilder;
use tokio::task::JoinSet;

use super::*;
use crate::{
    harness::fresh_database,
    races::{Server, Someone, lyceum},
};

const NOTHING: [&str; 0] = [];
const LIMITED: [&str; 1] = ["RATE_LIMITED"];
const SECOND: Duration = Duration::seconds(1);

/// Does something as often as it may be done, and then once more.
async fn exactly(most: usize, who: &str, act: impl AsyncFn(usize) -> Value) {
    for time in 1..=most {
        assert_eq!(refusals(&act(time).await), NOTHING, "{who}, time {time} of {most}");
    }
    assert_eq!(refusals(&act(most + 1).await), LIMITED, "{who}, once more than {most} times");
}

/// What is counted in the database; whose it is and what, the keys do not tell.
async fn counted(forum: &Forum) -> BTreeSet<String> {
    let rows = all(forum, "SELECT \"key\" FROM attempt_count").await;
    rows.iter().map(|row| row.try_get_by_index(0).expect("a key")).collect()
}

/// The same as [`exactly`] for what may be done very often: all but the first and the last time are written into the count.
async fn nearly(forum: &Forum, most: usize, who: &str, act: impl AsyncFn(usize) -> Value) {
    let before = counted(forum).await;
    assert_eq!(refusals(&act(1).await), NOTHING, "{who}, for the first time");
    let new: Vec<String> = counted(forum).await.difference(&before).cloned().collect();
    assert_eq!(new.len(), 1, "{who}: {new:?}");
    let statement = format!("UPDATE attempt_count SET count = {} WHERE \"key\" = '{}'", most - 1, new[0]);
    forum.tables().execute_unprepared(&statement).await.expect("a change");
    assert_eq!(refusals(&act(2).await), NOTHING, "{who}, time {most}");
    assert_eq!(refusals(&act(3).await), LIMITED, "{who}, once more than {most} times");
}

/// Makes a newcomer known, without the three contributions that it takes.
async fn is_known(forum: &Forum, handle: &str) {
    let statement = format!("UPDATE member SET standing = 'MEMBER' WHERE handle = '{handle}'");
    forum.tables().execute_unprepared(&statement).await.expect("a change");
}

#[tokio::test]
async fn a_newcomer_brings_three_things_a_day() {
    let forum = Forum::with_limits().await;
    let (ada, stan, grace) = (forum.member("ada").await, forum.member("stan").await, forum.moderator("grace").await);
    let rota = grace.publishes(&stan.shares("Rota").await).await;
    ada.shares("One").await;
    ada.suggests("Two").await;
    let mut mended = resource("Rota");
    mended["title"] = "Rota, mended".into();
    ada.brings("editPublished", json!({ "id": rota["id"], "resource": mended })).await;

    let before = forum.everything().await;
    assert_eq!(refusals(&ada.mutates("submitResource", resource("Four")).await), LIMITED);
    assert_eq!(refusals(&ada.mutates("suggestTopic", json!({ "name": "Four", "description": "What it is about." })).await), LIMITED);
    let typed = [("url", "https://four.example/page"), ("title", "Four"), ("kind", "guide"), ("description", "What I typed.")];
    let page = ada.submits("/share", &typed).await.is(StatusCode::TOO_MANY_REQUESTS);
    for (field, value) in typed {
        assert_eq!(page.value_of(field), value, "{}", page.words());
    }
    assert_eq!(forum.everything().await, before);
    // It can wait as a draft, which goes no earlier than the rest.
    let kept = ada.fills(&page, page.form_that("Submit"), &[("draft", "true")]).await.is_accepted();
    let story = ada.opens(kept.leads_to.as_deref().expect("a page")).await.is(StatusCode::OK);
    let again = ada.fills(&story, story.form_that("Revise"), &[]).await.is(StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(again.value_of("resource.title"), "Four", "{}", again.words());
    // What one has brought is nothing to another.
    stan.shares("Two of his").await;

    forum.later(Duration::days(1) + SECOND);
    let ada = forum.signs_in("ada").await;
    ada.submits("/share", &typed).await.is_accepted();
}

#[tokio::test]
async fn who_is_known_brings_more_and_who_works_at_the_desk_most() {
    let forum = Forum::with_limits().await;
    let (ada, stan) = (forum.member("ada").await, forum.member("stan").await);
    forum.member("kim").await;
    forum.moderator("grace").await;
    is_known(&forum, "kim").await;
    let rota = forum.signs_in("grace").await.publishes(&stan.shares("Rota").await).await;
    let says = async |person: &Person, time: usize| {
        person.mutates("writeComment", json!({ "on": rota["id"], "body": format!("Words {time}.") })).await
    };
    exactly(10, "comments of a newcomer", async |time: usize| says(&ada, time).await).await;
    forum.later(Duration::days(1) + SECOND);
    forum.signs_in("ada").await.comments(&rota, "Words later.").await;

    let kim = forum.signs_in("kim").await;
    exactly(30, "comments", async |time: usize| says(&kim, time).await).await;
    forum.later(Duration::minutes(10) + SECOND);
    kim.comments(&rota, "Words later.").await;
    exactly(10, "submissions", async |time: usize| kim.mutates("submitResource", resource(&format!("Guide {time}"))).await).await;
    forum.later(Duration::hours(1) + SECOND);
    kim.shares("Guide later").await;

    let grace = forum.signs_in("grace").await;
    nearly(&forum, 120, "comments at the desk", async |time: usize| says(&grace, time).await).await;
    let brings = async |time: usize| grace.mutates("submitResource", resource(&format!("Report {time}"))).await;
    nearly(&forum, 60, "submissions at the desk", brings).await;
    forum.later(Duration::minutes(10) + SECOND);
    grace.comments(&rota, "Words later.").await;
    assert_eq!(refusals(&grace.mutates("submitResource", resource("Report later")).await), LIMITED, "an hour is not over");
}

#[tokio::test]
async fn votes_and_searches_are_counted() {
    let forum = Forum::with_limits().await;
    let (ada, eve, grace) = (forum.member("ada").await, forum.member("eve").await, forum.moderator("grace").await);
    let topic = grace.publishes(&eve.suggests("Compost").await).await;
    let votes = async |time: usize| ada.mutates("vote", json!({ "topicId": topic["id"], "vote": time % 2 == 1 })).await;
    exactly(60, "votes", votes).await;
    ada.does("/topics/compost", "Vote", &[("vote", "true")]).await.is(StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refusals(&eve.mutates("vote", json!({ "topicId": topic["id"], "vote": true })).await), NOTHING);
    forum.later(Duration::minutes(1) + SECOND);
    assert_eq!(refusals(&ada.mutates("vote", json!({ "topicId": topic["id"], "vote": true })).await), NOTHING);

    // A real clock gives back one search each ten seconds.
    let searches = async |person: &Person| {
        let answer = person.asks("{ library(query: \"rota\") { totalCount userErrors { code field } } }", json!({})).await;
        if answer["errors"].is_null() { answer["data"]["library"].clone() } else { answer }
    };
    let mut found = 0;
    while refusals(&searches(&ada).await) != LIMITED {
        found += 1;
        assert!(found < 90, "nobody counts searches");
    }
    assert!(found >= 60, "{found} searches");
    ada.opens("/library?query=rota").await.is(StatusCode::TOO_MANY_REQUESTS);
    ada.opens("/library").await.is(StatusCode::OK);
    assert_eq!(refusals(&searches(&eve).await), NOTHING);
}

#[tokio::test]
async fn a_moderator_decides_three_hundred_times_in_ten_minutes() {
    let forum = Forum::with_limits().await;
    let (ada, grace, wren) = (forum.member("ada").await, forum.moderator("grace").await, forum.moderator("wren").await);
    let made = [ada.shares("One").await, ada.shares("Two").await, ada.shares("Three").await];
    nearly(&forum, 300, "decisions", async |time: usize| grace.decides("APPROVE", &made[time - 1], json!({})).await).await;
    let before = forum.everything().await;
    let third = &made[2];
    let many = json!({ "decisions": [
        { "submissionId": third["id"], "version": third["version"], "revision": third["revision"], "decision": "APPROVE" }
    ] });
    assert_eq!(refusals(&grace.mutates("decideMany", many).await), LIMITED, "many at once are no way around it");
    assert_eq!(forum.everything().await, before);
    wren.approves(third).await;
    forum.later(Duration::minutes(10) + SECOND);
    // Three of hers were approved: she is known, and brings more.
    grace.approves(&ada.shares("Four").await).await;
}

/// However it is spelled, it is one mailbox.
#[tokio::test]
async fn an_address_gets_five_links_however_it_is_spelled() {
    let forum = Forum::with_limits().await;
    let spellings = ["ada@example.org", "Ada@Example.org", " ada@example.org ", "ADA@EXAMPLE.ORG", "ada@example.ORG", "aDa@example.org"];
    let query = "mutation Ask($email: String!) { requestSignInLink(input: { email: $email }) { sent userErrors { code field } } }";
    for email in spellings.into_iter().chain(spellings) {
        let answer = forum.visitor().asks(query, json!({ "email": email })).await;
        assert_eq!(answer["data"]["requestSignInLink"], json!({ "sent": true, "userErrors": [] }), "{email}: {answer}");
    }
    assert_eq!(forum.count("outbox WHERE letter = 'sign-in'").await, 5);
    assert_eq!(forum.letters_to("ada").await.len(), 5);
}

/// Requests of a member. A real clock fills up what may be asked, five a second: so it may be a few more.
#[tokio::test]
async fn a_member_asks_fifteen_hundred_times_in_five_minutes() {
    let forum = Forum::with_limits().await;
    let (ada, eve) = (forum.member("ada").await, forum.member("eve").await);
    let asks = async |person: &Person| person.sends(Method::GET, "/graphql?query=%7B__typename%7D", &[], "").await;
    let mut answers = 0;
    let refused = loop {
        let page = asks(&ada).await;
        if page.status == StatusCode::TOO_MANY_REQUESTS {
            break page;
        }
        page.is(StatusCode::OK);
        answers += 1;
        assert!(answers < 2_000, "nobody counts what a member asks");
    };
    assert!(answers >= 1_500, "{answers} answers");
    assert_eq!(answered(&refused)["errors"][0]["extensions"]["code"], "RATE_LIMITED");
    assert!((1..=300).contains(&refused.header("retry-after").parse::<u64>().expect("seconds")), "{:?}", refused.headers);
    asks(&eve).await.is(StatusCode::OK);
    asks(&forum.visitor()).await.is(StatusCode::OK);
}

/// An answer of a real server.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn is_limited(&self) -> bool {
        self.status == StatusCode::TOO_MANY_REQUESTS
    }
}

/// Sends requests, sixteen at once.
async fn sent(requests: Vec<RequestBuilder>) -> Vec<Answer> {
    let requests = Arc::new(Mutex::new(requests));
    let mut clients = JoinSet::new();
    for _ in 0..16 {
        let requests = requests.clone();
        clients.spawn(async move {
            let mut answers = Vec::new();
            loop {
                let next = requests.lock().expect("the requests").pop();
                let Some(request) = next else { return answers };
                let answer = request.send().await.expect("an answer");
                let (status, headers) = (answer.status(), answer.headers().clone());
                answers.push(Answer { status, headers, text: answer.text().await.expect("text") });
            }
        });
    }
    let mut answers = Vec::new();
    while let Some(more) = clients.join_next().await {
        answers.extend(more.expect("a client"));
    }
    answers
}

/// A real server counts for real: three thousand from one address, whatever it says of itself. What may be asked fills up by ten a second.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_counted_whatever_it_says_of_itself_and_its_members_are_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = fresh_database(folder.path()).await;
    let mut command = lyceum(&url, folder.path());
    command.env("LYCEUM_RATE_LIMITS", "on");
    let server = Server::start_with(command).await;
    let Someone { client, cookie, .. } = Someone::signs_in("ada", "member", &server, &url, folder.path()).await;
    let asks = |document: &str| {
        let query: String = url::form_urlencoded::byte_serialize(document.as_bytes()).collect();
        client.get(format!("{}/graphql?query={query}", server.origin))
    };
    let plain = || asks("{__typename}");

    // Searches, six hundred of them, and one more each second.
    let search = || asks("{library(query:\"rota\"){totalCount}}");
    let is_refused = |answer: &Answer| answer.text.contains("\"RATE_LIMITED\"");
    let found = sent((0..600).map(|_| search()).collect()).await;
    assert!(found.iter().all(|answer| answer.status == StatusCode::OK && !is_refused(answer)), "each of 600 searches is answered");
    let more = sent((1..=100).map(|number| search().header("x-forwarded-for", format!("203.0.113.{number}"))).collect()).await;
    assert!(more.iter().filter(|answer| is_refused(answer)).count() > 50, "nobody counts what strangers search for");
    let by_member = sent(vec![search().header("cookie", &cookie)]).await;
    assert!(!is_refused(&by_member[0]), "{}", by_member[0].text);

    // Requests, three thousand of them.
    let first = sent((0..2_250).map(|_| plain()).collect()).await;
    assert!(first.iter().all(|answer| answer.status == StatusCode::OK), "each of 2,950 requests is answered");
    let mut more = 0;
    let refused = loop {
        let answers = sent((0..100).map(|_| plain()).collect()).await;
        more += answers.len();
        if let Some(refused) = answers.into_iter().find(Answer::is_limited) {
            break refused;
        }
        assert!(more < 2_000, "nobody counts what strangers ask");
    };
    let code = serde_json::from_str::<Value>(&refused.text).expect("JSON")["errors"][0]["extensions"]["code"].clone();
    let seconds = refused.headers.get("retry-after").and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    assert!(code == "RATE_LIMITED" && seconds.is_some_and(|seconds| (1..=300).contains(&seconds)), "{code} {:?}", refused.headers);

    // Nobody is somebody else by saying so.
    for (header, value) in [
        ("x-forwarded-for", "203.0.113."),
        ("x-real-ip", "203.0.113."),
        ("forwarded", "for=203.0.113."),
        ("x-forwarded-for", "2001:db8::"),
        ("x-client-ip", "203.0.113."),
        ("cf-connecting-ip", "203.0.113."),
        ("true-client-ip", "203.0.113."),
        ("cookie", "sid="),
    ] {
        let answers = sent((1..=40).map(|number| plain().header(header, format!("{value}{number}"))).collect()).await;
        let passed = answers.iter().filter(|answer| answer.status == StatusCode::OK).count();
        assert!(passed < 20, "{header}: {passed} of 40 passed");
    }
    // A page says it to people; who is signed in, and who asks whether the server is well, is somebody else.
    let pages = sent((0..40).map(|_| client.get(&server.origin)).collect()).await;
    let page = pages.iter().find(|answer| answer.is_limited()).expect("a page is refused as well");
    assert!(page.text.contains("<h1") && page.headers.contains_key("retry-after"), "{}", page.text);
    let members = sent((0..40).map(|_| plain().header("cookie", &cookie)).collect()).await;
    assert!(members.iter().all(|answer| answer.status == StatusCode::OK), "a member at the same address is answered");
    let health = sent((0..40).map(|_| client.get(format!("{}/healthz", server.origin))).collect()).await;
    assert!(health.iter().all(|answer| answer.status == StatusCode::OK), "the server says that it is well");
}

// By many requests at once

/// Does something twenty times at once and answers what came of each.
async fn at_once<Act: Future<Output = Value> + Send + 'static>(act: impl Fn(usize) -> Act) -> Vec<Value> {
    let mut acts = JoinSet::new();
    for number in 0..20 {
        acts.spawn(act(number));
    }
    acts.join_all().await
}

fn accepted(payloads: &[Value]) -> usize {
    payloads.iter().filter(|payload| refusals(payload).is_empty()).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_votes_at_once_are_one() {
    let forum = Forum::open().await;
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    let topic = grace.publishes(&ada.suggests("Compost").await).await;
    for (vote, votes) in [(true, 1), (false, 0)] {
        let payloads = at_once(|_| {
            let (ada, input) = (ada.clone(), json!({ "topicId": topic["id"], "vote": vote }));
            async move { ada.mutates("vote", input).await }
        });
        assert_eq!(accepted(&payloads.await), 20);
        let now = ada.asks("{ topic(slug: \"compost\") { votes viewerVoted } }", json!({})).await["data"]["topic"].clone();
        assert_eq!(now, json!({ "votes": votes, "viewerVoted": vote }));
        assert_eq!(forum.count("topic_vote").await, votes);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_decisions_with_one_key_are_one() {
    let forum = Forum::open().await;
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    let made = ada.shares("Rota").await;
    let payloads = at_once(|_| {
        let (grace, made) = (grace.clone(), made.clone());
        async move { grace.decides("APPROVE", &made, json!({ "idempotencyKey": "once" })).await }
    });
    let payloads = payloads.await;
    assert_eq!(accepted(&payloads), 20, "{payloads:?}");
    assert!(payloads.iter().all(|payload| payload["submission"]["version"] == payloads[0]["submission"]["version"]), "{payloads:?}");
    assert_eq!([forum.count("decision").await, forum.count("resource").await, forum.count("outbox").await], [1, 1, 1]);
    forum.verifies().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_confirmations_of_an_address_are_one() {
    let forum = Forum::open().await;
    let ada = forum.member("ada").await;
    assert_eq!(refusals(&ada.mutates("changeEmail", json!({ "email": "ada-new@example.org" })).await), NOTHING);
    let letter = forum.letters_to("ada-new").await.pop().expect("a letter");
    let token = letter.split_once("/settings/address/").expect("a link").1.split_whitespace().next().expect("a secret").to_owned();
    let payloads = at_once(|_| {
        let (visitor, input) = (forum.visitor(), json!({ "token": token }));
        async move { visitor.mutates("confirmEmail", input).await }
    });
    assert_eq!(accepted(&payloads.await), 1);
    assert_eq!(forum.count("outbox WHERE letter = 'email-changed'").await, 1);
}

/// Many at once are no way around a limit, not even the first of a day.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_things_that_a_newcomer_brings_at_once_three_count() {
    let forum = Forum::with_limits().await;
    let ada = forum.member("ada").await;
    let payloads = at_once(|number| {
        let ada = ada.clone();
        async move { ada.mutates("submitResource", resource(&format!("Thing {number}"))).await }
    });
    let payloads = payloads.await;
    assert_eq!(accepted(&payloads), 3, "{payloads:?}");
    assert!(payloads.iter().all(|payload| refusals(payload).is_empty() || refusals(payload) == LIMITED), "{payloads:?}");
    assert_eq!(forum.count("submission").await, 3);
}

#[tokio::test]
async fn fifty_drafts_are_kept_and_no_more() {
    let forum = Forum::with_limits().await;
    let grace = forum.moderator("grace").await;
    let draft = |number: usize| {
        let mut draft = resource(&format!("Draft {number}"));
        draft["draft"] = json!(true);
        draft
    };
    for number in 0..50 {
        grace.brings("submitResource", draft(number)).await;
    }
    assert_eq!(refusals(&grace.mutates("submitResource", draft(50)).await), ["TOO_LONG draft"]);
    assert_eq!(forum.count("submission WHERE state = 'DRAFT'").await, 50);
}
