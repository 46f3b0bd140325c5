//! What breaks around the program: a database that is gone, slow, hanging, locked, read-only or full; a process that is told to end, or
//! killed; clients that hang up; servers that start at once. People are told so, nothing is half done, and it heals by itself.

use std::{
    collections::BTreeSet,
    fs::File,
    hash::{BuildHasher, RandomState},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use migrations::{Migrator, MigratorTrait};
use poem::http::{HeaderMap, Method, StatusCode};
use reqwest::{Client, RequestBuilder, Response};
use sea_orm_migration::sea_orm::{
    ConnectOptions, ConnectionTrait, Database as Connect, DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait, TryGetable,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinHandle,
    time::{sleep, timeout},
};

use crate::{
    harness::{count, empty_database, fresh_database, is_postgres, resource, web},
    races::{free_port, lyceum},
};
use proxy::{Mode, Proxy};

mod proxy;

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

/// The database goes away in the midst of everything and comes back: nothing of the program is touched.
async fn goes_away_and_comes_back(how: Mode) {
    let place = Place::behind_a_proxy().await;
    let (visitor, ada) = (place.server.visitor(), place.signs_in("ada", "member").await);
    ada.shares("Before").await.submission();
    let topics = visitor.asks(TOPICS).await.text;

    // Slow enough that it goes while transactions are open.
    place.turns(Mode::Delay(Duration::from_millis(50)));
    let begun = (0..8).map(|number| {
        let ada = ada.clone();
        tokio::spawn(async move { ada.shares(&title(number)).await })
    });
    let begun = begun.collect::<Vec<_>>();
    let tables = place.tables().await;
    let amid = "pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'";
    until(HEALED, "somebody is in the middle of it", async || count(&tables, amid).await > 0).await;
    place.turns(how);

    let hearts = [&visitor, &ada].map(|person| tokio::spawn(beats(person.clone())));
    let (page, own_page, query, own_query, mutation, ready, still) = tokio::join!(
        visitor.opens("/topics"),
        ada.opens("/submissions"),
        visitor.asks(TOPICS),
        ada.asks(TOPICS),
        ada.shares("Meanwhile"),
        visitor.opens("/readyz"),
        visitor.opens("/guidelines")
    );
    for answer in [page, own_page, query, own_query] {
        answer.is_away(READ);
    }
    mutation.is_away(WRITTEN);
    assert!(ready.status == StatusCode::SERVICE_UNAVAILABLE && ready.after < Duration::from_secs(READ), "{ready:?}");
    assert_eq!(still.status, StatusCode::OK, "what needs no data is there: {still:?}");
    for answer in all(begun).await {
        answer.is_honest(WRITTEN);
    }
    for heart in hearts {
        still_beats(heart);
    }

    place.turns(Mode::Pass);
    until(HEALED, "everything works again", async || {
        let (page, ready) = (visitor.opens("/topics").await.status, visitor.opens("/readyz").await.status);
        page == StatusCode::OK && ready == StatusCode::OK && ada.shares("Meanwhile").await.is_honest(READ)
    })
    .await;
    settles(&ada, &Ledger::of(0..8)).await;
    let crowd = (0..20).map(|_| {
        let visitor = visitor.clone();
        tokio::spawn(async move { visitor.asks(TOPICS).await })
    });
    for answer in all(crowd.collect()).await {
        assert_eq!((answer.status, &answer.text), (StatusCode::OK, &topics), "every connection serves again");
    }
    place.holds((0..8).map(title).chain(["Before".to_owned(), "Meanwhile".to_owned()])).await;
    place.is_whole().await;
}

/// A file that is open cannot be taken away: on SQLite, see who holds its lock.
#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_is_gone_everybody_is_told_so_and_then_everything_works_again() {
    if is_postgres() {
        goes_away_and_comes_back(Mode::Drop).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_hangs_holds_nobody_up_for_long() {
    if is_postgres() {
        goes_away_and_comes_back(Mode::Blackhole).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_database_makes_slow_answers_and_no_wrong_ones() {
    if !is_postgres() {
        return;
    }
    let place = Place::behind_a_proxy().await;
    let (visitor, ada) = (place.server.visitor(), place.signs_in("ada", "member").await);
    ada.shares("Before").await.submission();
    // Every connection that there is has been asked this.
    for _ in 0..30 {
        assert_eq!(visitor.asks(TOPICS).await.status, StatusCode::OK);
    }
    let topics = visitor.asks(TOPICS).await.text;
    let heart = tokio::spawn(beats(visitor.clone()));
    place.turns(Mode::Delay(Duration::from_millis(300)));
    until(Duration::from_secs(30), "a question is answered", async || {
        let answer = visitor.asks(TOPICS).await;
        answer.is_honest(READ) && answer.text == topics
    })
    .await;
    // Whoever is told to come back comes back with the same key. Who asks is asked first, which takes its time, too.
    until(Duration::from_secs(60), "something is shared", async || ada.shares("Slowly").await.is_honest(25)).await;
    visitor.opens("/topics").await.is_honest(READ);
    still_beats(heart);
    place.turns(Mode::Pass);
    until(HEALED, "it is fast again", async || visitor.opens("/topics").await.status == StatusCode::OK).await;
    place.holds(["Before".to_owned(), "Slowly".to_owned()]).await;
    place.is_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_long_for_somebody_elses_lock_is_told_to_come_back() {
    let place = Place::open().await;
    let (visitor, ada) = (place.server.visitor(), place.signs_in("ada", "member").await);
    let made = ada.shares("Rota").await.submission();
    let taken_back = "log_entry WHERE action = 'WITHDRAW'";
    let tables = place.tables().await;
    let held = locks(&place.url, "SELECT number FROM submission FOR UPDATE").await;

    let withdraws = || {
        let (ada, input) = (ada.clone(), json!({ "submissionId": made["id"], "version": made["version"] }));
        tokio::spawn(async move { ada.mutates("withdrawSubmission", input).await })
    };
    let waiting = withdraws();
    for answer in [visitor.opens("/topics").await, visitor.asks(TOPICS).await, ada.opens("/submissions").await] {
        assert_eq!(answer.status, StatusCode::OK, "reading goes on: {answer:?}");
    }
    waiting.await.expect("an answer").is_away(WRITTEN);
    assert_eq!(count(&tables, taken_back).await + count(&tables, "submission WHERE state = 'WITHDRAWN'").await, 0, "nothing was done");

    held.rollback().await.expect("the lock is let go");
    withdraws().await.expect("an answer").submission();
    assert_eq!((count(&tables, taken_back).await, count(&tables, "submission WHERE state = 'WITHDRAWN'").await), (1, 1));
    place.is_whole().await;
}

/// As after a failover to a copy. A SQLite file that cannot be written when the program starts is refused: see `command_line`.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_takes_no_writes_is_still_read() {
    if !is_postgres() {
        return;
    }
    let place = Place::open().await;
    let (visitor, ada) = (place.server.visitor(), place.signs_in("ada", "member").await);
    let (cluster, name) = place.url.rsplit_once('/').expect("the name of a database");
    let cluster = connects(&format!("{cluster}/postgres")).await;
    // Whoever was connected has to connect again, and finds it so.
    let becomes = async |what: &str| {
        cluster.execute_unprepared(&format!("ALTER DATABASE {name} {what}")).await.expect("it is changed");
        let all = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        cluster.execute_unprepared(&all).await.expect("connections end");
    };
    becomes("SET default_transaction_read_only = on").await;
    until(HEALED, "it is read", async || visitor.opens("/topics").await.status == StatusCode::OK).await;
    for answer in [visitor.asks(TOPICS).await, ada.opens("/submissions").await] {
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    }
    ada.shares("Rota").await.is_away(WRITTEN);
    place.holds([]).await;

    becomes("RESET default_transaction_read_only").await;
    until(HEALED, "it is written again", async || ada.shares("Rota").await.is_honest(WRITTEN)).await;
    place.holds(["Rota".to_owned()]).await;
    place.is_whole().await;
}

/// The program with a disk on which no file grows beyond 3 MiB, which is less than the write-ahead log may have.
fn cramped(url: &str, folder: &Path) -> Command {
    let program = lyceum(url, folder);
    let mut shell = Command::new("sh");
    // In units of 512 bytes. Without its signal, a write beyond the limit fails as on a disk that has no room.
    shell.args(["-c", "trap '' XFSZ; ulimit -f 6144; exec \"$0\" \"$@\""]).arg(program.get_program());
    shell.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?)))).stdin(Stdio::null());
    shell
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_stops_writing_and_nothing_else() {
    if is_postgres() {
        return;
    }
    let mut place = Place::with(cramped).await;
    let (visitor, ada) = (place.server.visitor(), place.signs_in("ada", "member").await);
    let mut written = Vec::new();
    loop {
        let title = title(written.len());
        let mut input = sharing(&title);
        input["description"] = json!("All of it. ".repeat(4_500));
        if !ada.mutates("submitResource", input).await.is_honest(WRITTEN) {
            break;
        }
        written.push(title);
        assert!(written.len() < 200, "the disk is full at some time");
    }
    for round in 0..3 {
        // Little may still find room, much does not.
        let title = format!("No room, {round}");
        let mut input = sharing(&title);
        input["description"] = json!("All of it. ".repeat(4_500));
        if ada.mutates("submitResource", input).await.is_honest(WRITTEN) {
            written.push(title);
        }
    }
    for answer in
        [visitor.opens("/topics").await, visitor.asks(TOPICS).await, ada.opens("/submissions").await, visitor.opens("/healthz").await]
    {
        assert_eq!(answer.status, StatusCode::OK, "reading goes on: {answer:?}");
    }
    place.holds(written.clone()).await;
    place.is_whole().await;

    // Somebody makes room: the write-ahead log goes into the file, and begins anew.
    let tables = place.tables().await;
    let makes_room = async || column::<i64>(&tables, "PRAGMA wal_checkpoint(TRUNCATE)").await == [0_i64];
    until(2 * HEALED, "nobody holds the file", makes_room).await;
    until(HEALED, "it is written again", async || ada.shares("Room").await.is_honest(WRITTEN)).await;
    // A write that a rule refuses is undone, and what comes after it is kept, for others to see.
    let mut twin = sharing("Room");
    twin["idempotencyKey"] = json!("another");
    let twin = ada.mutates("submitResource", twin).await;
    assert!(twin.text.contains("DUPLICATE"), "{twin:?}");
    ada.shares("More room").await.submission();
    written.extend(["Room".to_owned(), "More room".to_owned()]);
    place.holds(written.clone()).await;

    place.server.is_killed();
    place.server = place.another().await;
    ada.at(&place.server).shares("No room").await.submission();
    written.push("No room".to_owned());
    place.holds(written).await;
    place.is_whole().await;
}

/// PostgreSQL runs as somebody else, whose disk a test cannot fill: what it says when its disk is full is said by a trigger.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_says_its_disk_is_full_is_believed() {
    if !is_postgres() {
        return;
    }
    let place = Place::open().await;
    let (visitor, ada) = (place.server.visitor(), place.signs_in("ada", "member").await);
    let full = "CREATE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
        CREATE TRIGGER disk_is_full BEFORE INSERT ON revision FOR EACH ROW EXECUTE FUNCTION disk_is_full()";
    place.tables().await.execute_unprepared(full).await.expect("a full disk");
    ada.shares("Rota").await.is_away(WRITTEN);
    assert_eq!(visitor.opens("/topics").await.status, StatusCode::OK);
    place.holds([]).await;
    place.tables().await.execute_unprepared("DROP TRIGGER disk_is_full ON revision").await.expect("room");
    ada.shares("Rota").await.submission();
    place.holds(["Rota".to_owned()]).await;
    place.is_whole().await;
}

/// All that comes over a connection until its end; nothing when it is refused or reset.
async fn answered(stream: std::io::Result<TcpStream>) -> String {
    let mut bytes = Vec::new();
    if let Ok(mut stream) = stream {
        let _ = stream.read_to_end(&mut bytes).await;
    }
    String::from_utf8(bytes).expect("text")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_told_to_end_finishes_what_it_began() {
    let mut place = Place::open().await;
    let (visitor, ada) = (place.server.visitor(), place.signs_in("ada", "member").await);
    let made = ada.shares("Before").await.submission();
    let follow = "subscription Follow($id: ID!) { submissionUpdated(id: $id) { id } }";
    let mut events = ada.follows(follow, &made["id"], "").await.expect("a stream");
    assert_eq!(events.response.status(), StatusCode::OK);

    // Whoever shares now waits for the lock, and so is in the middle of it.
    let held = locks(&place.url, "LOCK TABLE submission IN EXCLUSIVE MODE").await;
    let mut begun = Vec::new();
    for number in 0..30 {
        begun.push((title(number), ada.begins_to_share(&title(number)).await));
    }
    // Connections are taken in order: once the last one is answered, the server has them all.
    assert_eq!(place.server.visitor().opens("/healthz").await.status, StatusCode::OK);
    place.server.is_told_to_end();
    let is_closed = async || !visitor.tries("/readyz").await.is_ok_and(|answer| answer.status == StatusCode::OK);
    until(HEALED, "it takes no more", is_closed).await;
    let late = (30..40).map(|number| {
        let ada = ada.clone();
        tokio::spawn(async move { (title(number), answered(ada.begins_to_share(&title(number)).await).await) })
    });
    let late = late.collect::<Vec<_>>();
    held.rollback().await.expect("the lock is let go");

    let mut acknowledged = vec!["Before".to_owned()];
    let mut takes_notice = |title: String, text: &str| {
        let status = text.split(' ').nth(1).unwrap_or("");
        if status == "200" {
            assert!(text.contains("\"userErrors\":[]"), "{title}: {text}");
            acknowledged.push(title);
        }
        status.to_owned()
    };
    for (title, stream) in begun {
        let text = answered(stream).await;
        let status = takes_notice(title.clone(), &text);
        assert!(["200", "503"].contains(&status.as_str()), "{title} was taken and is answered: {text}");
    }
    for (title, text) in all(late).await {
        let status = takes_notice(title.clone(), &text);
        assert!(["200", "503", ""].contains(&status.as_str()), "{title}: {text}");
    }
    let ends = async {
        let mut ends = Vec::new();
        while let Some((_, name, data)) = events.next().await {
            ends.push((name, data["errors"][0]["extensions"]["code"].as_str().unwrap_or("").to_owned()));
        }
        ends
    };
    let ends = timeout(Duration::from_secs(25), ends).await.expect("the stream ends");
    assert_eq!(ends, [("next".to_owned(), "UNAVAILABLE".to_owned()), ("complete".to_owned(), String::new())]);
    assert_eq!(place.server.ends().await, Some(0), "{}", place.server.said());

    let titles = place.titles().await;
    let unique = titles.iter().collect::<BTreeSet<_>>();
    assert_eq!(unique.len(), titles.len(), "nothing is there twice: {titles:?}");
    assert!(acknowledged.iter().all(|title| unique.contains(title)), "{acknowledged:?} are there: {titles:?}");
    assert!(acknowledged.len() > 1, "what was begun was finished");
    place.is_whole().await;
}

const KILLS: usize = 30;

/// A time between a twentieth of a second and four tenths, never the same.
fn moment() -> Duration {
    Duration::from_millis(50 + RandomState::new().hash_one(0) % 350)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_thirty_kills_and_nothing_is_there_twice() {
    let mut place = Place::open().await;
    let (ada, ledger) = (place.signs_in("ada", "member").await, Ledger::of([]));
    for _ in 0..KILLS {
        let writers = eight_write(&ada.at(&place.server), &ledger, true);
        sleep(moment()).await;
        place.server.is_killed();
        all(writers).await;
        place.server = place.another().await;
    }
    let titles = place.titles().await.into_iter().collect::<BTreeSet<_>>();
    let (begun, acknowledged) = {
        let ledger = ledger.lock().expect("the ledger");
        (ledger.begun, ledger.acknowledged.clone())
    };
    println!("begun, acknowledged, there: {begun}, {}, {}", acknowledged.len(), titles.len());
    assert!(acknowledged.is_subset(&titles), "lost: {:?}", acknowledged.difference(&titles));
    assert!(acknowledged.len() > KILLS, "there was something to lose");
    // What was not acknowledged may be there or not; with its key it can be sent again either way.
    settles(&ada.at(&place.server), &ledger).await;
    place.holds((0..begun).map(title)).await;
    place.is_whole().await;
}

const CLIENTS: usize = 200;

/// Resets a connection, up to a twentieth of a second later.
async fn hangs_up(stream: std::io::Result<TcpStream>, number: usize) {
    let stream = stream.expect("a connection");
    sleep(Duration::from_millis(number as u64 % 51)).await;
    // As it is dropped.
    stream.set_zero_linger().expect("an option");
}

/// Members in the middle of sharing, and visitors whose form is kept until they have said who they are.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_hangs_up_leaves_nothing_half_done() {
    let place = Place::behind_a_proxy().await;
    let (visitor, ada) = (place.server.visitor(), place.signs_in("ada", "member").await);
    place.turns(Mode::Delay(Duration::from_millis(25)));
    let clients = (0..CLIENTS).map(|number| {
        let (visitor, ada) = (visitor.clone(), ada.clone());
        tokio::spawn(async move {
            if number % 4 == 0 {
                let form = "title=A+rota&url=https%3A%2F%2Frota.example%2F&kind=guide&description=When+who+comes.";
                hangs_up(visitor.sends("/share", "application/x-www-form-urlencoded", form).await, number).await;
            }
            hangs_up(ada.begins_to_share(&title(number)).await, number).await;
        })
    });
    all(clients.collect()).await;
    place.turns(Mode::Pass);
    place.has_nothing_half_done().await;
    // Whoever comes back learns what became of it, or does it now.
    settles(&ada, &Ledger::of(0..CLIENTS)).await;
    place.holds((0..CLIENTS).map(title)).await;
    place.is_whole().await;
    assert_eq!(visitor.opens("/topics").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn four_servers_may_start_at_once_on_an_empty_database() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = empty_database(folder.path(), "four_at_once").await;
    let mut servers = (0..4).map(|_| Running::begin(lyceum(&url, folder.path()), folder.path())).collect::<Vec<_>>();
    let mut ends = Vec::new();
    for server in &mut servers {
        ends.push(server.settles().await);
    }
    let said = servers[0].said();
    servers.retain_mut(|server| server.child.try_wait().expect("a child").is_none());
    ends.sort();
    // A SQLite file has one server; the others come again later.
    let expected = if is_postgres() { [None; 4] } else { [None, Some(75), Some(75), Some(75)] };
    assert_eq!((ends.as_slice(), servers.len()), (expected.as_slice(), if is_postgres() { 4 } else { 1 }), "{said}");

    let tables = connects(&url).await;
    let migrations = Migrator::migrations().len() as i64;
    let applied =
        [count(&tables, "seaql_migrations").await, count(&tables, "(SELECT DISTINCT version FROM seaql_migrations) AS versions").await];
    assert_eq!(applied, [migrations; 2], "{said}");
    let topics = count(&tables, "topic").await;
    assert_eq!(count(&tables, "(SELECT DISTINCT name FROM topic) AS names").await, topics, "each topic was founded once");
    let first = servers[0].visitor().asks(TOPICS).await.text;
    assert!(topics > 0 && first.contains("name"), "{first}");
    for server in &servers {
        assert_eq!(server.visitor().asks(TOPICS).await.text, first, "all show the same");
    }
    assert!(lyceum(&url, folder.path()).arg("verify-log").status().expect("the program runs").success());
}

/// Somebody who follows as a browser does: when the stream ends, they come back with the id of the last event.
struct Follower {
    person: Person,
    record: Value,
    events: Option<Events>,
    since: String,
}

impl Follower {
    /// The words of the next comment on the record.
    async fn hears(&mut self) -> String {
        let follow = "subscription Follow($id: ID!) { commentPublished(on: $id) { source } }";
        loop {
            if self.events.is_none() {
                self.events = self.person.follows(follow, &self.record, &self.since).await.ok();
            }
            let event = match &mut self.events {
                Some(events) => events.next().await,
                None => None,
            };
            match event {
                Some((id, name, data)) if name == "next" && data["errors"].is_null() => {
                    self.since = id;
                    return data["data"]["commentPublished"]["source"].as_str().unwrap_or_default().to_owned();
                }
                _ => {
                    self.events = None;
                    pause().await;
                }
            }
        }
    }
}

/// Follows at one server what is published at another, while the first one's connections to the database end, politely and otherwise.
#[tokio::test(flavor = "multi_thread")]
async fn followers_miss_nothing_when_servers_cannot_call_each_other() {
    if !is_postgres() {
        return;
    }
    let place = Place::behind_a_proxy().await;
    let other = place.another().await;
    let (ada, grace) = (place.signs_in("ada", "member").await.at(&other), place.signs_in("grace", "moderator").await.at(&other));
    let record = grace.approves(&ada.shares("Rota").await.submission()).await;
    let publishes = async |words: &str| {
        let said = ada.mutates("writeComment", json!({ "on": record, "body": words })).await.submission();
        grace.approves(&said).await;
    };
    let mut follower = Follower { person: place.server.visitor(), record: record.clone(), events: None, since: String::new() };
    let follow = tokio::spawn(async move {
        let words = follower.hears().await;
        (follower, words)
    });
    // Somebody who has just come hears what is said from then on.
    let mut greetings = 0;
    while !follow.is_finished() {
        greetings += 1;
        publishes(&format!("Hello {greetings}")).await;
        assert!(greetings < 50, "somebody hears it");
    }
    let (mut follower, mut heard) = follow.await.expect("a follower");
    let tables = place.tables().await;
    let ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND query ILIKE 'LISTEN%'";
    for round in 0..2 {
        match round {
            0 => until(HEALED, "servers listen", async || !column::<bool>(&tables, ended).await.is_empty()).await,
            _ => place.turns(Mode::Drop),
        }
        for number in 0..5 {
            publishes(&format!("Round {round}, {number}")).await;
        }
        place.turns(Mode::Pass);
        let mut words = Vec::new();
        let hears = async {
            // What is left of the greetings comes first.
            while words.len() < 5 {
                if !heard.starts_with("Hello") {
                    words.push(std::mem::take(&mut heard));
                }
                if words.len() < 5 {
                    heard = follower.hears().await;
                }
            }
        };
        timeout(HEALED, hears).await.unwrap_or_else(|_| panic!("round {round}: all of it is heard, in time"));
        assert_eq!(words, (0..5).map(|number| format!("Round {round}, {number}")).collect::<Vec<_>>());
        heard = "Hello again".to_owned();
    }
}
