//! Streams: whoever follows is told of what they may see, in order, for as long as they may, and nobody of anything else.
//!
//! On PostgreSQL there are two servers on one database: what is done at the one is followed at the other.

use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use poem::http::{HeaderValue, Method, StatusCode};
use reqwest::{Client, RequestBuilder, Response};
use sea_orm_migration::sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use server::Database;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    harness::{Forum, ORIGIN, Person, fresh_database, is_postgres, resource, web},
    races::{Server, Someone, free_port, lyceum},
};

const DESK: &str = "subscription { moderationQueueChanged { sequence action
    submission { id title state author { handle } resource { description } comment { body } } } }";
const CASE: &str = "subscription Case($id: ID!) { submissionUpdated(id: $id) {
    id title state comment { body } requests { message } decision { message } } }";
const SAID: &str = "subscription Said($on: ID!) { commentPublished(on: $on) { id source author { handle } submission { id } } }";

/// Waits for what is sure to come, but not for ever.
async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), future).await.unwrap_or_else(|_| panic!("{what}: not within ten seconds"))
}

/// The code of an error.
fn code(error: &Value) -> &str {
    error["extensions"]["code"].as_str().unwrap_or("none")
}

/// One thing that a stream says.
#[derive(Debug, Default)]
struct Said {
    id: Option<i64>,
    event: String,
    data: String,
}

impl Said {
    /// Reads what stands before an empty line; none when it is no event. Source: HTML, section 9.2.6.
    fn read(block: &str) -> Option<Said> {
        let mut said = Said::default();
        for line in block.lines().filter(|line| !line.is_empty() && !line.starts_with(':')) {
            match line.split_once(": ") {
                Some(("id", id)) => said.id = Some(id.parse().expect("a number")),
                Some(("event", event)) => said.event = event.to_owned(),
                Some(("data", data)) => said.data.push_str(data),
                Some(("retry", pause)) => assert!(pause.parse::<u64>().is_ok_and(|pause| pause > 0), "{line}"),
                _ => panic!("a stream says id, event, data and retry, not {line}"),
            }
        }
        (!said.event.is_empty()).then_some(said)
    }

    fn answer(&self) -> Value {
        serde_json::from_str(&self.data).unwrap_or_else(|_| panic!("JSON, not {}", self.data))
    }
}

/// A stream as its reader hears it.
struct Stream {
    answer: Response,
    rest: Vec<u8>,
    /// All that was said so far, as it was sent.
    heard: String,
    /// The number of the event that was told last.
    last: i64,
}

impl Stream {
    fn of(answer: Response) -> Stream {
        Stream { answer, rest: Vec::new(), heard: String::new(), last: 0 }
    }

    /// The next thing it says; none when it has ended.
    async fn next(&mut self) -> Option<Said> {
        loop {
            while let Some(end) = self.rest.windows(2).position(|two| two == b"\n\n") {
                let block = String::from_utf8(self.rest.drain(..end + 2).collect()).expect("UTF-8");
                self.heard.push_str(&block);
                if let Some(said) = Said::read(&block) {
                    return Some(said);
                }
            }
            let chunk = soon("the stream says something", self.answer.chunk()).await.expect("the stream is not cut off")?;
            self.rest.extend_from_slice(&chunk);
        }
    }

    /// The next event, which is not the end; its number is higher than the one before.
    async fn event(&mut self) -> Said {
        let said = self.next().await.expect("the stream goes on");
        assert!(said.event == "next" && said.answer()["errors"].is_null(), "{said:?}");
        let number = said.id.expect("a number");
        assert!(number > self.last, "{number} comes after {}", self.last);
        self.last = number;
        said
    }

    /// What the next event tells, and its number.
    async fn hears(&mut self) -> (i64, Value) {
        let answer = self.event().await.answer();
        let told = answer["data"].as_object().and_then(|data| data.values().next()).expect("data").clone();
        (self.last, told)
    }

    /// Every event up to the one that has these words.
    async fn until(&mut self, words: &str) -> Vec<Said> {
        let mut all = Vec::new();
        loop {
            all.push(self.event().await);
            if all.last().is_some_and(|said| said.data.contains(words)) {
                return all;
            }
        }
    }

    /// The error with which it ends: then comes `complete`, and nothing more.
    async fn ends(&mut self) -> Value {
        let said = self.next().await.expect("a stream says why it ends");
        let why = said.answer();
        assert!(said.event == "next" && why["data"].is_null() && !why["errors"].is_null(), "{said:?}");
        // Whoever comes back goes on from the last event that they were told of.
        assert!(said.id.is_none_or(|id| id <= self.last), "an end is no event: {said:?}");
        let complete = self.next().await.expect("a stream says that it ends");
        assert_eq!((complete.event.as_str(), complete.data.as_str()), ("complete", ""));
        assert!(self.next().await.is_none(), "nothing comes after the end");
        why["errors"][0].clone()
    }
}

/// Somebody who calls one of the servers: with a cookie, with a token, or with neither.
#[derive(Clone)]
struct Caller {
    client: Client,
    origin: String,
    shows: Option<(&'static str, String)>,
}

impl From<Someone> for Caller {
    fn from(someone: Someone) -> Caller {
        Caller { client: someone.client, origin: someone.origin, shows: Some(("cookie", someone.cookie)) }
    }
}

impl Caller {
    fn visitor(origin: &str) -> Caller {
        Caller { client: web().build().expect("a client"), origin: origin.to_owned(), shows: None }
    }

    /// The same person at another server.
    fn at(&self, server: &Server) -> Caller {
        Caller { origin: server.origin.clone(), ..self.clone() }
    }

    /// A program that acts for them, and the id of its token.
    async fn lets_in(&self, scope: &str) -> (Caller, Value) {
        let made = self.does("createToken", "token { id } secret", json!({ "name": "Follower", "scopes": [scope], "days": 1 })).await;
        let shows = Some(("authorization", format!("Bearer {}", made["secret"].as_str().expect("a secret"))));
        (Caller { shows, ..self.clone() }, made["token"]["id"].clone())
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.origin)).header("origin", &self.origin);
        match &self.shows {
            Some((name, value)) => request.header(*name, value),
            None => request,
        }
    }

    async fn asks(&self, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables });
        let answer = soon("an answer", self.request(Method::POST, "/graphql").json(&body).send()).await.expect("an answer");
        answer.json().await.expect("JSON")
    }

    /// Runs a mutation against which nothing speaks and answers its payload.
    async fn does(&self, mutation: &str, what: &str, input: Value) -> Value {
        let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let query = format!("mutation Act($input: {kind}!) {{ {mutation}(input: $input) {{ {what} userErrors {{ code field }} }} }}");
        let answer = self.asks(&query, json!({ "input": input })).await;
        assert_eq!(answer["data"][mutation]["userErrors"], json!([]), "{mutation}: {answer}");
        answer["data"][mutation].clone()
    }

    /// The same for what is done to a submission, which is answered.
    async fn brings(&self, mutation: &str, input: Value) -> Value {
        self.does(mutation, "submission { id version revision published { id } }", input).await["submission"].clone()
    }

    async fn shares(&self, title: &str) -> Value {
        self.brings("submitResource", resource(title)).await
    }

    async fn drafts(&self, title: &str) -> Value {
        let mut draft = resource(title);
        draft["draft"] = json!(true);
        self.brings("submitResource", draft).await
    }

    async fn comments(&self, on: &Value, body: &str) -> Value {
        self.brings("writeComment", json!({ "on": on, "body": body })).await
    }

    async fn revises(&self, made: &Value, text: Value) -> Value {
        let mut input = json!({ "submissionId": made["id"], "version": made["version"] });
        input.as_object_mut().expect("an object").extend(text.as_object().cloned().expect("a text"));
        self.brings("reviseSubmission", input).await
    }

    async fn decides(&self, decision: &str, made: &Value) -> Value {
        let mut input = json!({
            "submissionId": made["id"], "version": made["version"], "revision": made["revision"], "decision": decision,
            "reason": "OTHER", "message": "Thank you all the same.",
        });
        if decision == "REQUEST_CHANGES" {
            input["requests"] = json!([{ "field": "title", "message": "Say for whom." }]);
        }
        self.brings("decide", input).await
    }

    /// What an administrator does about somebody.
    async fn deals_with(&self, handle: &str, mutation: &str, mut input: Value) {
        let found = self.asks("query Find($handle: String!) { member(handle: $handle) { id } }", json!({ "handle": handle })).await;
        input["memberId"] = found["data"]["member"]["id"].clone();
        input["reason"] = json!("They asked for it.");
        self.does(mutation, "member { name }", input).await;
    }

    /// Presses the button that ends the session.
    async fn signs_out(&self) {
        let page = self.request(Method::GET, "/settings").send().await.expect("a page").text().await.expect("text");
        let token = page.split_once("name=\"token\" value=\"").and_then(|(_, rest)| rest.split_once('"')).expect("a form").0;
        let out = self.request(Method::POST, "/sign-out").form(&[("token", token)]).send().await.expect("an answer");
        assert_eq!(out.status(), StatusCode::SEE_OTHER);
    }

    /// Asks for a stream, beginning after an event when one is named.
    async fn tries_to_follow(&self, subscription: &str, variables: &Value, since: Option<&[u8]>) -> Response {
        let mut request = self.request(Method::POST, "/graphql").header("accept", "text/event-stream");
        if let Some(since) = since {
            request = request.header("last-event-id", HeaderValue::from_bytes(since).expect("a header value"));
        }
        let body = json!({ "query": subscription, "variables": variables });
        soon("an answer", request.json(&body).send()).await.expect("an answer")
    }

    async fn follows(&self, subscription: &str, variables: Value) -> Stream {
        let answer = self.tries_to_follow(subscription, &variables, None).await;
        assert_eq!(answer.status(), StatusCode::OK);
        Stream::of(answer)
    }

    async fn resumes(&self, subscription: &str, variables: Value, since: &[u8]) -> Stream {
        let answer = self.tries_to_follow(subscription, &variables, Some(since)).await;
        assert_eq!(answer.status(), StatusCode::OK, "{}", String::from_utf8_lossy(since));
        Stream::of(answer)
    }

    /// Status and error of a stream that does not begin; said at once, as an answer or as a stream that ends.
    async fn may_not_follow(&self, subscription: &str, variables: Value) -> (StatusCode, Value) {
        let answer = self.tries_to_follow(subscription, &variables, None).await;
        let status = answer.status();
        if answer.headers()["content-type"].as_bytes().starts_with(b"text/event-stream") {
            return (status, Stream::of(answer).ends().await);
        }
        (status, answer.json::<Value>().await.expect("JSON")["errors"][0].clone())
    }

    /// Asks for a stream until there is a place for it.
    async fn finds_a_place(&self, subscription: &str, variables: &Value) -> Response {
        let place = async {
            loop {
                let answer = self.tries_to_follow(subscription, variables, None).await;
                if answer.status() == StatusCode::OK {
                    return answer;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        soon("a place", place).await
    }

    /// Asks for a stream over a connection of its own, which is held and not read.
    async fn follows_without_reading(&self, subscription: &str) -> TcpStream {
        let address = self.origin.trim_start_matches("http://");
        let (name, value) = self.shows.as_ref().expect("somebody");
        let body = json!({ "query": subscription }).to_string();
        let request = format!(
            "POST /graphql HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\norigin: {}\r\n{name}: {value}\r\n\
             accept: text/event-stream\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.origin,
            body.len()
        );
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        stream.write_all(request.as_bytes()).await.expect("a request");
        soon("an answer begins", stream.readable()).await.expect("an answer");
        stream
    }

    /// Something public that can be followed without anybody's doing.
    async fn finds_a_topic(&self) -> Value {
        let found = self.asks("{ topics(first: 1) { nodes { id } } }", json!({})).await;
        json!({ "on": found["data"]["topics"]["nodes"][0]["id"] })
    }
}

/// One database with its servers, and the folder where the operator works.
struct Place {
    here: Server,
    other: Option<Server>,
    url: String,
    folder: TempDir,
}

impl Place {
    async fn open() -> Place {
        let folder = tempfile::tempdir().expect("a folder");
        let url = fresh_database(folder.path()).await;
        let here = Server::start(&url, folder.path()).await;
        let other = if is_postgres() { Some(Server::start(&url, folder.path()).await) } else { None };
        Place { here, other, url, folder }
    }

    /// Where people follow what is done here.
    fn there(&self) -> &Server {
        self.other.as_ref().unwrap_or(&self.here)
    }

    async fn person(&self, handle: &str, role: &str) -> Caller {
        Someone::signs_in(handle, role, &self.here, &self.url, self.folder.path()).await.into()
    }

    /// A member in another browser.
    async fn again(&self, handle: &str) -> Caller {
        let output = self.command(&["member", "sign-in-link", handle]).output().expect("the program runs");
        let link = String::from_utf8(output.stdout).expect("text");
        let path = link.trim().split_once("/sign-in/").expect("a link").1;
        let browser = Caller::visitor(&self.here.origin);
        let press = browser.request(Method::POST, &format!("/sign-in/{path}")).form(&[("x", "y")]).send().await.expect("an answer");
        let cookie = press.headers()["set-cookie"].to_str().expect("a cookie").split(';').next().expect("a pair").to_owned();
        Caller { shows: Some(("cookie", cookie)), ..browser }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = lyceum(&self.url, self.folder.path());
        command.args(arguments).current_dir(self.folder.path());
        command
    }
}

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
async fn whoever_is_signed_out_is_told_nothing_more() {
    let place = Place::open().await;
    let (ada, ben) = (place.person("ada", "member").await, place.person("ben", "member").await);
    let (grace, root) = (place.person("grace", "moderator").await, place.person("ines", "admin").await);
    let desk = async |who: &Caller| who.at(place.there()).follows(DESK, json!({})).await;

    let streams = vec![grace.follows(DESK, json!({})).await, desk(&grace).await];
    grace.signs_out().await;
    end_now(streams, ada.shares("After signing out")).await;

    let (second, third) = (place.again("grace").await, place.again("grace").await);
    let (ended, mut kept) = (desk(&second).await, desk(&third).await);
    let others = third.asks("mutation { endOtherSessions { userErrors { code } } }", json!({})).await;
    assert_eq!(others["data"]["endOtherSessions"]["userErrors"], json!([]), "{others}");
    end_now(vec![ended], ada.shares("After the other browsers")).await;
    assert_eq!(kept.hears().await.1["submission"]["title"], "After the other browsers");

    let (program, token) = third.lets_in("MODERATE").await;
    let ended = desk(&program).await;
    third.does("revokeToken", "member { name }", json!({ "tokenId": token })).await;
    end_now(vec![ended], ada.shares("After the token")).await;
    assert_eq!(kept.hears().await.1["submission"]["title"], "After the token");

    // A role goes with the sessions that it was used in, and from every token.
    let streams = vec![kept, desk(&third.lets_in("MODERATE").await.0).await];
    root.deals_with("grace", "setRole", json!({ "role": "MEMBER" })).await;
    end_now(streams, ada.shares("After the role")).await;

    let made = ben.shares("Of ben").await;
    let mut streams = Vec::new();
    for who in [&ben, &ben.lets_in("READ").await.0] {
        streams.push(who.at(place.there()).follows(CASE, json!({ "id": made["id"] })).await);
    }
    root.deals_with("ben", "suspend", json!({})).await;
    end_now(streams, root.decides("DECLINE", &made)).await;

    // A stream makes no session last longer than it may.
    let (program, _) = ada.lets_in("CONTRIBUTE").await;
    let ended = desk(&root).await;
    let database = Database::open(&place.url).await.expect("the database opens");
    database.writer().execute_unprepared("UPDATE session SET created_at = '2020-01-01 00:00:00+00:00'").await.expect("old sessions");
    end_now(vec![ended], program.shares("After a day")).await;
}

/// These streams end, for what was done just now: they tell why, and nothing of what happens next.
async fn end_now(streams: Vec<Stream>, next: impl Future<Output = Value>) {
    let begun = Instant::now();
    next.await;
    for mut stream in streams {
        assert_eq!(code(&stream.ends().await), "UNAUTHENTICATED");
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_follows_more_than_their_share() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = fresh_database(folder.path()).await;
    let mut command = lyceum(&url, folder.path());
    command.env("LYCEUM_RATE_LIMITS", "on");
    let server = Server::start_with(command).await;
    let ada = Caller::from(Someone::signs_in("ada", "member", &server, &url, folder.path()).await);
    let visitor = Caller::visitor(&server.origin);
    let about = visitor.finds_a_topic().await;
    for (who, most) in [(&ada, 10), (&visitor, 20)] {
        let mut streams = Vec::new();
        for _ in 0..most {
            streams.push(who.finds_a_place(SAID, &about).await);
        }
        let refused = who.tries_to_follow(SAID, &about, None).await;
        assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS, "one more than {most}");
        let pause = refused.headers()["retry-after"].to_str().expect("ASCII").parse::<u32>();
        assert!(pause.is_ok_and(|seconds| seconds > 0));
        assert_eq!(code(&refused.json::<Value>().await.expect("JSON")["errors"][0]), "RATE_LIMITED");
        assert!(who.asks("{ community { name } }", json!({})).await["data"].is_object(), "whoever follows may still ask");

        // One that is closed leaves its place to one other.
        streams.pop();
        streams.push(who.finds_a_place(SAID, &about).await);
        assert_eq!(who.tries_to_follow(SAID, &about, None).await.status(), StatusCode::TOO_MANY_REQUESTS);
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

/// Kilobytes that a server holds in memory.
fn memory(server: &Server) -> u64 {
    let address = server.origin.trim_start_matches("http://").as_bytes().to_vec();
    let is_it = |process: &PathBuf| {
        let line = std::fs::read(process.join("cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).any(|word| word == address)
    };
    let process = std::fs::read_dir("/proc").expect("processes").flatten().map(|entry| entry.path()).find(is_it).expect("the server");
    let status = std::fs::read_to_string(process.join("status")).expect("its status");
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
    resident.trim().trim_end_matches("kB").trim().parse().expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_too_slowly_is_let_go_and_holds_nobody_up() {
    const EVENTS: usize = 40;
    const BEFORE: usize = 10;
    let place = Place::open().await;
    let (ada, grace) = (place.person("ada", "member").await, place.person("grace", "moderator").await);
    let moderator = grace.at(place.there());
    let long = "Hours and phone scripts, ready to copy. ".repeat(1_100);
    let text = |round: usize| {
        let mut text = resource(&format!("Round {round}"));
        text["description"] = json!(long);
        text
    };
    let mut made = ada.brings("submitResource", text(0)).await;
    for round in 1..=BEFORE {
        made = ada.revises(&made, json!({ "resource": text(round) })).await;
    }
    let before = memory(place.there());

    // Two thirds of a megabyte each time: what waits in the network's own buffers is a few events.
    let often: String = (0..15).map(|number| format!("a{number}: description ")).collect();
    let greedy = format!("subscription {{ moderationQueueChanged {{ submission {{ resource {{ {often} }} }} }} }}");
    let mut slow = moderator.follows_without_reading(&greedy).await;
    let mut quick = moderator.follows("subscription { moderationQueueChanged { sequence } }", json!({})).await;
    let reader = tokio::spawn(async move {
        for _ in 0..EVENTS {
            quick.hears().await;
        }
    });
    for round in BEFORE + 1..=BEFORE + EVENTS {
        made = ada.revises(&made, json!({ "resource": text(round) })).await;
    }
    soon("who reads in time is told of everything", reader).await.expect("a reader");
    let begun = Instant::now();
    moderator.asks("{ community { name } }", json!({})).await;
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    let grown = memory(place.there()).saturating_sub(before);
    assert!(grown < 30 * 1024, "one slow reader costs {grown} kB");

    // Ten seconds without a byte taken: time itself is what is waited for.
    tokio::time::sleep(Duration::from_secs(11)).await;
    let mut heard = Vec::new();
    let ended = soon("the slow stream has ended", slow.read_to_end(&mut heard)).await;
    assert!(heard.len() < EVENTS * 15 * long.len(), "nobody keeps everything for whoever does not read");
    let end = String::from_utf8_lossy(&heard[heard.len().saturating_sub(1_000)..]).into_owned();
    let was_told = end.contains("\"UNAVAILABLE\"") && end.contains("event: complete");
    let was_cut_off = ended.is_err() || !end.ends_with("\r\n0\r\n\r\n");
    assert!(was_told || was_cut_off, "told why, or cut off: {end}");
}

/// A server whose end is awaited.
struct Ending(Child);

impl Drop for Ending {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_goes_down_tells_who_follows() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = fresh_database(folder.path()).await;
    let address = format!("127.0.0.1:{}", free_port());
    let mut command = lyceum(&url, folder.path());
    command.args(["serve", "--listen", &address]).stdout(Stdio::null()).stderr(Stdio::null());
    let mut server = Ending(command.spawn().expect("the program starts"));
    let visitor = Caller::visitor(&format!("http://{address}"));
    let ready = async {
        while !visitor.request(Method::GET, "/readyz").send().await.is_ok_and(|answer| answer.status() == StatusCode::OK) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), ready).await.expect("the server is ready");
    let about = visitor.finds_a_topic().await;
    let mut streams = [visitor.follows(SAID, about.clone()).await, visitor.follows(SAID, about).await];

    let begun = Instant::now();
    assert!(Command::new("kill").args(["-TERM", &server.0.id().to_string()]).status().expect("kill runs").success());
    for stream in &mut streams {
        assert_eq!(code(&stream.ends().await), "UNAVAILABLE");
    }
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    let end = async {
        loop {
            if let Some(status) = server.0.try_wait().expect("a child") {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let status = soon("the server ends", end).await;
    assert!(status.success(), "{status}");
}

/// What a request for a stream, or for anything else, is refused for before anything is followed.
#[tokio::test]
async fn a_stream_begins_at_the_door_like_everything_else() {
    const JSON: (&str, &str) = ("content-type", "application/json");
    const STREAM: (&str, &str) = ("accept", "text/event-stream");
    const HOME: (&str, &str) = ("origin", ORIGIN);
    let forum = Forum::open().await;
    let (ada, visitor) = (forum.member("ada").await, forum.visitor());
    let asks = async |who: &Person, headers: &[(&str, &str)], query: &str| {
        who.sends(Method::POST, "/graphql", headers, json!({ "query": query }).to_string()).await
    };
    // Nobody can follow what is not there, so each of these answers ends.
    let follow = "subscription { commentPublished(on: \"nothing\") { id } }";
    asks(&ada, &[JSON, STREAM, HOME], follow).await.shows_json("\"NOT_FOUND\"");
    asks(&visitor, &[JSON, STREAM], follow).await.shows_json("\"NOT_FOUND\"");

    for header in
        [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("x-nothing", "said")]
    {
        let answer = asks(&ada, &[JSON, STREAM, header], follow).await.is(StatusCode::FORBIDDEN).shows_json("\"FORBIDDEN\"");
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }

    asks(&visitor, &[JSON], follow).await.is(StatusCode::NOT_ACCEPTABLE);
    for accept in ["application/json", "application/graphql-response+json", "text/html"] {
        asks(&visitor, &[JSON, ("accept", accept)], follow).await.is(StatusCode::NOT_ACCEPTABLE);
    }
    asks(&visitor, &[JSON, STREAM], "{ community { name } }").await.is(StatusCode::NOT_ACCEPTABLE);
    let both = ("accept", "text/event-stream, application/json");
    asks(&visitor, &[JSON, both], "{ community { name } }").await.is(StatusCode::OK).shows_json("Health Equity Collaborative");
    let mutation =
        "mutation { submitResource(input: { title: \"Rota\", kind: \"guide\", description: \"\", draft: true }) { submission { id } } }";
    asks(&ada, &[JSON, STREAM, HOME], mutation).await.is(StatusCode::NOT_ACCEPTABLE);
    assert_eq!(forum.count("submission").await, 0);
    let address = format!("/graphql?query={}", url::form_urlencoded::byte_serialize(follow.as_bytes()).collect::<String>());
    let by_get = visitor.sends(Method::GET, &address, &[STREAM], "").await.is(StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(by_get.header("allow"), "POST");
    visitor.sends(Method::POST, "/graphql", &[("content-type", "text/plain"), STREAM], follow).await.is(StatusCode::UNSUPPORTED_MEDIA_TYPE);

    let doubling: String = (0..20).map(|level| format!("fragment F{level} on Comment {{ ...F{0} ...F{0} }} ", level + 1)).collect();
    let aliases: String = (0..16).map(|number| format!("a{number}: id ")).collect();
    let deep = format!("{} id {}", "parent {".repeat(12), "}".repeat(12));
    let one = |inside: &str| format!("subscription {{ commentPublished(on: \"nothing\") {{ {inside} }} }}");
    let roots = "a: commentPublished(on: \"nothing\") { id } b: commentPublished(on: \"nothing\") { id }";
    for (document, codes) in [
        (format!("{} {doubling} fragment F20 on Comment {{ id }}", one("...F0")), ["TOO_COMPLEX"].as_slice()),
        (one(&aliases), &["TOO_COMPLEX"]),
        (one(&deep), &["TOO_COMPLEX"]),
        (format!("subscription {{ {roots} }}"), &["TOO_COMPLEX", "BAD_REQUEST"]),
        (format!("subscription {{ ...F }} fragment F on Subscription {{ {roots} }}"), &["TOO_COMPLEX", "BAD_REQUEST"]),
        (format!("{} fragment F on Comment {{ ...F }}", one("...F")), &["BAD_REQUEST"]),
        (one("nothing"), &["BAD_REQUEST"]),
        ("subscription {".to_owned(), &["BAD_REQUEST"]),
    ] {
        let answer = asks(&visitor, &[JSON, STREAM], &document).await.is(StatusCode::BAD_REQUEST);
        let refused: Value = serde_json::from_str(&answer.text).expect("JSON");
        assert!(codes.contains(&code(&refused["errors"][0])) && refused["data"].is_null(), "{document}: {refused}");
    }
}
