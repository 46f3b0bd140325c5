//! Streams: whoever follows is told of what they may see, in order, for as long as they may, and nobody of anything else.
//!
//! On PostgreSQL there are two servers on one database: what is done at the one is followed at the other.

use std::{process::Command, time::Duration};

use poem::http::{HeaderValue, Method, StatusCode};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::{
    harness::{fresh_database, is_postgres, resource, web},
    races::{Server, Someone, lyceum},
};

mod beginning;
mod ending;
mod told;

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
