//! What breaks around the program: a database that is gone, slow, hanging, locked, read-only or full; a process that is told to end, or
//! killed; clients that hang up; servers that start at once. People are told so, nothing is half done, and it heals by itself.

use std::{
    collections::BTreeSet,
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use poem::http::{HeaderMap, Method, StatusCode};
use reqwest::{Client, RequestBuilder, Response};
use sea_orm_migration::sea_orm::{
    ConnectOptions, ConnectionTrait, Database as Connect, DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait, TryGetable,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    task::JoinHandle,
    time::{sleep, timeout},
};

use crate::{
    harness::{count, fresh_database, is_postgres, resource, web},
    races::{free_port, lyceum},
};
use proxy::{Mode, Proxy};

mod disk;
mod gone;
mod hanging_up;
mod killed;
mod proxy;
mod servers;
mod slow;
mod stopping;

/// How soon everything works again once a fault is over.
const HEALED: Duration = Duration::from_secs(5);
/// Seconds within which whoever reads, or writes, is answered while it lasts.
const READ: u64 = 10;
const WRITTEN: u64 = 15;

const TOPICS: &str = "{ topics(first: 5) { nodes { name } } }";

/// A running `lyceum serve` that a test ends as it likes; ended with the test.
struct Running {
    child: Child,
    origin: String,
    log: PathBuf,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.is_killed();
    }
}

impl Running {
    /// Starts the program and does not wait for it. What it says goes into `folder`, after what others said.
    fn begin(mut command: Command, folder: &Path) -> Running {
        let (port, log) = (free_port(), folder.join("log"));
        let said = File::options().create(true).append(true).open(&log).expect("a log");
        command.args(["serve", "--listen", &format!("127.0.0.1:{port}")]).stdout(Stdio::null()).stderr(said);
        Running { child: command.spawn().expect("the program starts"), origin: format!("http://127.0.0.1:{port}"), log }
    }

    async fn start(command: Command, folder: &Path) -> Running {
        let mut running = Running::begin(command, folder);
        assert_eq!(running.settles().await, None, "it starts: {}", running.said());
        running
    }

    /// Waits until it is ready. Answers the code that it ended with, if it ended instead.
    async fn settles(&mut self) -> Option<i32> {
        let visitor = self.visitor();
        let settled = async {
            loop {
                if let Some(status) = self.child.try_wait().expect("a child") {
                    return Some(status.code().unwrap_or(-1));
                }
                if visitor.tries("/readyz").await.is_ok_and(|answer| answer.status == StatusCode::OK) {
                    return None;
                }
                pause().await;
            }
        };
        timeout(Duration::from_secs(50), settled).await.expect("it is ready, or ends")
    }

    /// What it said on standard error.
    fn said(&self) -> String {
        std::fs::read_to_string(&self.log).expect("a log")
    }

    fn visitor(&self) -> Person {
        let client = web().timeout(Duration::from_secs(30)).build().expect("a client");
        Person { client, origin: self.origin.clone(), cookie: None }
    }

    fn is_killed(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn is_told_to_end(&self) {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(told.expect("kill runs").success());
    }

    /// The code that it ends with, within the 25 seconds that it has.
    async fn ends(&mut self) -> Option<i32> {
        let ended = async {
            loop {
                if let Some(status) = self.child.try_wait().expect("a child") {
                    return status.code();
                }
                pause().await;
            }
        };
        timeout(Duration::from_secs(25), ended).await.expect("it ends in time")
    }
}

/// A database of its own with a server; for some, with a proxy between the two.
struct Place {
    server: Running,
    proxy: Option<Proxy>,
    url: String,
    folder: TempDir,
}

impl Place {
    /// The server runs.
    async fn open() -> Place {
        Place::with(lyceum).await
    }

    /// The same with a program that is started in another way.
    async fn with(command: impl FnOnce(&str, &Path) -> Command) -> Place {
        let folder = tempfile::tempdir().expect("a folder");
        let url = fresh_database(folder.path()).await;
        Place { server: Running::start(command(&url, folder.path()), folder.path()).await, proxy: None, url, folder }
    }

    /// The same with a proxy before the database; nothing lies between a program and its file.
    async fn behind_a_proxy() -> Place {
        if !is_postgres() {
            return Place::open().await;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let url = fresh_database(folder.path()).await;
        let proxy = Proxy::before(&url);
        Place { server: Running::start(lyceum(&proxy.url, folder.path()), folder.path()).await, proxy: Some(proxy), url, folder }
    }

    /// How the network behaves from now on, where there is one.
    fn turns(&self, mode: Mode) {
        if let Some(proxy) = &self.proxy {
            proxy.turns(mode);
        }
    }

    /// Another server on the same database, or the same one again.
    async fn another(&self) -> Running {
        Running::start(lyceum(&self.url, self.folder.path()), self.folder.path()).await
    }

    /// Runs a command that succeeds and answers what it printed.
    fn runs(&self, arguments: &[&str]) -> String {
        let output = lyceum(&self.url, self.folder.path()).args(arguments).output().expect("the program runs");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }

    async fn signs_in(&self, handle: &str, role: &str) -> Person {
        self.runs(&["member", "add", handle, "--email", &format!("{handle}@example.org"), "--role", role]);
        let link = self.runs(&["member", "sign-in-link", handle]);
        let path = link.trim().split_once("/sign-in/").expect("a link").1;
        let visitor = self.server.visitor();
        let press = visitor.asking(Method::POST, &format!("/sign-in/{path}")).form(&[("x", "y")]).send().await.expect("an answer");
        let pairs = press.headers().get_all("set-cookie").iter().filter_map(|cookie| cookie.to_str().ok()?.split(';').next());
        let cookie = pairs.into_iter().find(|pair| pair.starts_with("sid=")).expect("a cookie").to_owned();
        Person { cookie: Some(cookie), ..visitor }
    }

    /// The tables themselves, over a connection that no fault is about.
    async fn tables(&self) -> DatabaseConnection {
        connects(&self.url).await
    }

    /// What was shared has its text, its entry in the log and its key; in the midst of everything, too.
    async fn has_nothing_half_done(&self) {
        let half = "submission WHERE kind = 'RESOURCE' AND (
            NOT EXISTS (SELECT 1 FROM revision WHERE submission_id = submission.id)
            OR NOT EXISTS (SELECT 1 FROM log_entry WHERE submission_id = submission.id AND action = 'SUBMIT')
            OR NOT EXISTS (SELECT 1 FROM idempotency_key WHERE submission_id = submission.id))";
        assert_eq!(count(&self.tables().await, half).await, 0);
    }

    /// Nothing is half done, nobody is in the middle of anything, nothing panicked, and the log proves itself.
    async fn is_whole(&self) {
        self.has_nothing_half_done().await;
        let tables = self.tables().await;
        let submissions = count(&tables, "submission WHERE kind = 'RESOURCE'").await;
        let of_one = "JOIN submission ON submission.id = submission_id WHERE submission.kind = 'RESOURCE'";
        let counts = [
            count(&tables, &format!("revision {of_one}")).await,
            count(&tables, &format!("log_entry {of_one} AND action = 'SUBMIT'")).await,
            count(&tables, &format!("idempotency_key {of_one}")).await,
        ];
        assert_eq!(counts, [submissions; 3], "one text, one entry and one key each");
        if is_postgres() {
            let waiting = "pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
            until(HEALED, "no connection is left in a transaction", async || count(&tables, waiting).await == 0).await;
        } else {
            assert_eq!(column::<String>(&tables, "PRAGMA integrity_check").await, ["ok"]);
        }
        self.runs(&["verify-log"]);
        let said = self.server.said();
        for never in ["panicked", "25P02"] {
            assert!(!said.contains(never), "{said}");
        }
    }

    /// The titles of what was shared.
    async fn titles(&self) -> Vec<String> {
        column(&self.tables().await, "SELECT title FROM submission WHERE kind = 'RESOURCE' ORDER BY number").await
    }

    /// Exactly this was shared, each once.
    async fn holds(&self, titles: impl IntoIterator<Item = String>) {
        let (mut held, mut expected) = (self.titles().await, titles.into_iter().collect::<Vec<_>>());
        held.sort();
        expected.sort();
        assert_eq!(held, expected);
    }
}

/// A connection of the test's own, without the program's time-outs.
async fn connects(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    Connect::connect(options).await.expect("the database answers")
}

/// The first column of what a statement answers.
async fn column<T: TryGetable>(tables: &DatabaseConnection, statement: &str) -> Vec<T> {
    let asked = Statement::from_string(tables.get_database_backend(), statement);
    let rows = tables.query_all_raw(asked).await.expect(statement);
    rows.iter().map(|row| row.try_get_by_index(0).expect("a value")).collect()
}

/// Begins a write and goes on holding what it locks: on SQLite the file, on PostgreSQL what `statement` locks.
async fn locks(url: &str, statement: &str) -> DatabaseTransaction {
    let options = TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() };
    let held = connects(url).await.begin_with_options(options).await.expect("a transaction");
    if is_postgres() {
        held.execute_unprepared(statement).await.expect("a lock");
    }
    held
}

/// Somebody at a server, signed in or not.
#[derive(Clone)]
struct Person {
    client: Client,
    origin: String,
    cookie: Option<String>,
}

impl Person {
    /// The same person at another server.
    fn at(&self, server: &Running) -> Person {
        Person { cookie: self.cookie.clone(), ..server.visitor() }
    }

    fn asking(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.origin)).header("origin", &self.origin);
        match &self.cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        }
    }

    async fn tries(&self, path: &str) -> reqwest::Result<Answer> {
        Answer::to(self.asking(Method::GET, path)).await
    }

    async fn opens(&self, path: &str) -> Answer {
        self.tries(path).await.expect("an answer")
    }

    async fn asks(&self, query: &str) -> Answer {
        Answer::to(self.asking(Method::POST, "/graphql").json(&json!({ "query": query }))).await.expect("an answer")
    }

    fn acting(&self, mutation: &str, input: Value) -> RequestBuilder {
        self.asking(Method::POST, "/graphql").json(&act(mutation, input))
    }

    async fn mutates(&self, mutation: &str, input: Value) -> Answer {
        Answer::to(self.acting(mutation, input)).await.expect("an answer")
    }

    /// Shares something; again, with the same key, when it was shared before.
    async fn shares(&self, title: &str) -> Answer {
        self.mutates("submitResource", sharing(title)).await
    }

    /// Puts a submission into the library and answers the record's id.
    async fn approves(&self, made: &Value) -> Value {
        let input = json!({ "submissionId": made["id"], "version": made["version"], "revision": made["revision"], "decision": "APPROVE" });
        self.mutates("decide", input).await.submission()["published"]["id"].clone()
    }

    /// Follows what happens to `id`, from the beginning or after an event that was seen.
    async fn follows(&self, subscription: &str, id: &Value, since: &str) -> reqwest::Result<Events> {
        let body = json!({ "query": subscription, "variables": { "id": id } });
        let request =
            self.asking(Method::POST, "/graphql").header("accept", "text/event-stream").timeout(Duration::from_secs(90)).json(&body);
        let request = if since.is_empty() { request } else { request.header("last-event-id", since) };
        Ok(Events { response: request.send().await?, text: String::new() })
    }

    /// Sends a request over a connection of its own, and leaves the answer there.
    async fn sends(&self, path: &str, kind: &str, body: &str) -> std::io::Result<TcpStream> {
        let (host, origin, length) = (self.origin.trim_start_matches("http://"), &self.origin, body.len());
        let cookie = self.cookie.as_ref().map(|cookie| format!("Cookie: {cookie}\r\n")).unwrap_or_default();
        let fields = format!("Host: {host}\r\nOrigin: {origin}\r\n{cookie}Content-Type: {kind}\r\nContent-Length: {length}");
        let mut stream = TcpStream::connect(host).await?;
        stream.write_all(format!("POST {path} HTTP/1.1\r\n{fields}\r\nConnection: close\r\n\r\n{body}").as_bytes()).await?;
        Ok(stream)
    }

    /// Sends what shares something, in the same way.
    async fn begins_to_share(&self, title: &str) -> std::io::Result<TcpStream> {
        self.sends("/graphql", "application/json", &act("submitResource", sharing(title)).to_string()).await
    }
}

/// A mutation of one input, as it is sent.
fn act(mutation: &str, input: Value) -> Value {
    let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    let thing = "submission { id version revision published { id } } userErrors { code field }";
    let query = format!("mutation Act($input: {kind}!) {{ {mutation}(input: $input) {{ {thing} }} }}");
    json!({ "query": query, "variables": { "input": input } })
}

/// What is shared under a title; the title is its key.
fn sharing(title: &str) -> Value {
    let mut input = resource(title);
    input["idempotencyKey"] = json!(title);
    input
}

fn title(number: usize) -> String {
    format!("Page {number:05}")
}

/// What came back, and after how long.
#[derive(Debug)]
struct Answer {
    path: String,
    status: StatusCode,
    headers: HeaderMap,
    text: String,
    after: Duration,
}

impl Answer {
    async fn to(request: RequestBuilder) -> reqwest::Result<Answer> {
        let asked = Instant::now();
        let response = request.send().await?;
        let (path, status, headers) = (response.url().path().to_owned(), response.status(), response.headers().clone());
        Ok(Answer { path, status, headers, text: response.text().await?, after: asked.elapsed() })
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("JSON, not {self:?}"))
    }

    /// What a mutation made or changed.
    #[track_caller]
    fn submission(&self) -> Value {
        let data = self.json()["data"].clone();
        let payload = data.as_object().and_then(|data| data.values().next()).cloned().unwrap_or_default();
        assert!(self.status == StatusCode::OK && payload["userErrors"] == json!([]), "{self:?}");
        payload["submission"].clone()
    }

    /// Says within so many seconds that the library cannot be reached, and when to come back.
    #[track_caller]
    fn is_away(&self, seconds: u64) {
        let back = self.headers.get("retry-after").and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        assert!(self.status == StatusCode::SERVICE_UNAVAILABLE && back.is_some_and(|back| back > 0), "{self:?}");
        assert!(self.after < Duration::from_secs(seconds), "{self:?}");
        if self.path == "/graphql" {
            assert_eq!(self.json()["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{self:?}");
        }
    }

    /// Was given, or is away.
    #[track_caller]
    fn is_honest(&self, seconds: u64) -> bool {
        if self.status != StatusCode::OK {
            self.is_away(seconds);
        }
        self.status == StatusCode::OK
    }
}

/// A stream of events, as it is read.
struct Events {
    response: Response,
    text: String,
}

impl Events {
    /// The id, the name and the data of the next event; none once the stream has ended.
    async fn next(&mut self) -> Option<(String, String, Value)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field =
                    |name: &str| event.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap_or("").to_owned();
                let (id, name, data) = (field("id"), field("event"), field("data"));
                self.text = rest.to_owned();
                // Other lines are for the connection.
                if !name.is_empty() {
                    return Some((id, name, serde_json::from_str(&data).unwrap_or_default()));
                }
                continue;
            }
            let bytes = self.response.chunk().await.ok()??;
            self.text.push_str(&String::from_utf8_lossy(&bytes));
        }
    }
}

/// Asks again and again until it is so.
async fn until(within: Duration, what: &str, so: impl AsyncFn() -> bool) {
    let asked = async {
        while !so().await {
            pause().await;
        }
    };
    timeout(within, asked).await.unwrap_or_else(|_| panic!("within {within:?}: {what}"));
}

async fn pause() {
    sleep(Duration::from_millis(20)).await;
}

async fn all<T>(tasks: Vec<JoinHandle<T>>) -> Vec<T> {
    let mut done = Vec::new();
    for task in tasks {
        done.push(task.await.expect("a task"));
    }
    done
}

/// Asks whether the process lives, until it is stopped; it ends only when it does not.
async fn beats(person: Person) {
    loop {
        let answer = person.opens("/healthz").await;
        assert!(answer.status == StatusCode::OK && answer.after < Duration::from_secs(1), "{answer:?}");
        sleep(Duration::from_millis(100)).await;
    }
}

#[track_caller]
fn still_beats(heart: JoinHandle<()>) {
    assert!(!heart.is_finished(), "the process answered all the while");
    heart.abort();
}

/// What writers have begun, what was acknowledged, and what has to be sent again.
#[derive(Default)]
struct Ledger {
    begun: usize,
    owed: Vec<usize>,
    acknowledged: BTreeSet<String>,
}

impl Ledger {
    fn of(owed: impl IntoIterator<Item = usize>) -> Arc<Mutex<Ledger>> {
        Arc::new(Mutex::new(Ledger { owed: owed.into_iter().collect(), ..Ledger::default() }))
    }

    /// What to send next: what is owed, then something new, if that is wanted.
    fn takes(&mut self, anew: bool) -> Option<usize> {
        let new = || {
            self.begun += 1;
            self.begun - 1
        };
        self.owed.pop().or_else(|| anew.then(new))
    }
}

/// Shares what the ledger says, until nothing is left or nobody is there.
async fn writes(person: Person, ledger: Arc<Mutex<Ledger>>, anew: bool) {
    loop {
        let taken = ledger.lock().expect("the ledger").takes(anew);
        let Some(number) = taken else { return };
        let answer = Answer::to(person.acting("submitResource", sharing(&title(number)))).await;
        let mut ledger = ledger.lock().expect("the ledger");
        match answer {
            Ok(answer) if answer.is_honest(WRITTEN) => {
                assert!(!answer.submission().is_null());
                ledger.acknowledged.insert(title(number));
            }
            Ok(_) => ledger.owed.push(number),
            Err(_) => {
                ledger.owed.push(number);
                return;
            }
        }
    }
}

fn eight_write(person: &Person, ledger: &Arc<Mutex<Ledger>>, anew: bool) -> Vec<JoinHandle<()>> {
    (0..8).map(|_| tokio::spawn(writes(person.clone(), ledger.clone(), anew))).collect()
}

/// Sends everything that is owed again, with the same keys, until all of it is acknowledged.
async fn settles(person: &Person, ledger: &Arc<Mutex<Ledger>>) {
    all(eight_write(person, ledger, false)).await;
    assert!(ledger.lock().expect("the ledger").owed.is_empty(), "somebody was there all the while");
}
