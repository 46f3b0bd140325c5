//! Two moderators at once, through real servers: one for SQLite, two on one database for PostgreSQL.

use std::{
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use poem::http::StatusCode;
use reqwest::Client;
use serde_json::{Value, json};
use server::Database;
use tokio::sync::Barrier;

use crate::harness::{Forum, count, fresh_database, is_postgres, program, resource, web};

/// A running `lyceum serve`, ended with the test.
pub struct Server {
    child: Child,
    pub origin: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port()
}

/// The program with the settings of a test.
pub fn lyceum(url: &str, data: &Path) -> Command {
    let mut command = Command::new(program());
    command.env("LYCEUM_DATABASE_URL", url).env("LYCEUM_DATA", data).env("LYCEUM_SECRET", "a secret of the tests, 32 bytes and more");
    command.env("LYCEUM_RATE_LIMITS", "off");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

impl Server {
    pub async fn start(url: &str, data: &Path) -> Server {
        Server::start_with(lyceum(url, data)).await
    }

    /// The same with settings of its own.
    pub async fn start_with(mut command: Command) -> Server {
        let port = free_port();
        command.args(["serve", "--listen", &format!("127.0.0.1:{port}")]).stdout(Stdio::null()).stderr(Stdio::null());
        let server = Server { child: command.spawn().expect("the program starts"), origin: format!("http://127.0.0.1:{port}") };
        let client = web().build().expect("a client");
        let ready = async {
            while !client.get(format!("{}/readyz", server.origin)).send().await.is_ok_and(|answer| answer.status() == StatusCode::OK) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), ready).await.expect("the server is ready");
        server
    }
}

/// Somebody signed in at one server.
#[derive(Clone)]
pub struct Someone {
    pub client: Client,
    pub origin: String,
    pub cookie: String,
}

impl Someone {
    pub async fn signs_in(handle: &str, role: &str, server: &Server, url: &str, data: &Path) -> Someone {
        let run = |arguments: &[&str]| {
            let output = lyceum(url, data).args(arguments).output().expect("the program runs");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).expect("text")
        };
        run(&["member", "add", handle, "--email", &format!("{handle}@example.org"), "--role", role]);
        let link = run(&["member", "sign-in-link", handle]);
        let path = link.trim().split_once("/sign-in/").expect("a link").1;
        let client = web().build().expect("a client");
        let press = client.post(format!("{}/sign-in/{path}", server.origin)).form(&[("x", "y")]).send().await.expect("an answer");
        let cookie = press.headers()["set-cookie"].to_str().expect("a cookie").split(';').next().expect("a pair").to_owned();
        Someone { client, origin: server.origin.clone(), cookie }
    }

    pub async fn mutates(&self, mutation: &str, kind: &str, input: Value) -> Value {
        let query = format!(
            "mutation Act($input: {kind}!) {{ {mutation}(input: $input) {{ submission {{ id version revision }} userErrors {{ code current {{ state version }} }} }} }}"
        );
        let body = json!({ "query": query, "variables": { "input": input } });
        let request = self.client.post(format!("{}/graphql", self.origin)).header("origin", &self.origin).header("cookie", &self.cookie);
        let answer = request.json(&body).send().await.expect("an answer");
        assert!(!answer.status().is_server_error(), "{}", answer.status());
        let answer: Value = answer.json().await.expect("JSON");
        assert!(answer["errors"].is_null(), "{answer}");
        answer["data"][mutation].clone()
    }
}

const ROUNDS: usize = 200;

#[tokio::test(flavor = "multi_thread")]
async fn of_two_decisions_at_once_exactly_one_wins() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = fresh_database(folder.path()).await;
    let first = Server::start(&url, folder.path()).await;
    let second = if is_postgres() { Some(Server::start(&url, folder.path()).await) } else { None };
    let ada = Someone::signs_in("ada", "member", &first, &url, folder.path()).await;
    let grace = Someone::signs_in("grace", "moderator", &first, &url, folder.path()).await;
    let tobias = Someone::signs_in("tobias", "moderator", second.as_ref().unwrap_or(&first), &url, folder.path()).await;

    let mut wins = 0;
    for round in 0..ROUNDS {
        let made = ada.mutates("submitResource", "SubmitResourceInput", resource(&format!("Round {round}"))).await["submission"].clone();
        let barrier = Arc::new(Barrier::new(2));
        let decide = |person: &Someone, decision: &str| {
            let (person, barrier) = (person.clone(), barrier.clone());
            let input = json!({ "submissionId": made["id"], "version": made["version"], "revision": made["revision"], "decision": decision, "reason": "OTHER" });
            tokio::spawn(async move {
                barrier.wait().await;
                person.mutates("decide", "DecideInput", input).await
            })
        };
        let (approve, decline) = (decide(&grace, "APPROVE"), decide(&tobias, "DECLINE"));
        for payload in [approve.await.expect("an answer"), decline.await.expect("an answer")] {
            if payload["submission"].is_null() {
                let error = &payload["userErrors"][0];
                assert_eq!((error["code"].as_str(), error["current"]["version"].as_i64()), (Some("STALE_VERSION"), Some(2)), "{payload}");
                assert!(["PUBLISHED", "DECLINED"].contains(&error["current"]["state"].as_str().expect("a state")));
            } else {
                wins += 1;
            }
        }
    }
    let database = Database::open(&url).await.expect("the database opens");
    let rows = |table: &'static str| count(database.writer(), table);
    let decided = [
        "log_entry WHERE action IN ('APPROVE', 'DECLINE')",
        "outbox WHERE letter IN ('published', 'declined')",
        "submission WHERE kind = 'RESOURCE' AND state IN ('PUBLISHED', 'DECLINED')",
    ];
    let counts = [wins, rows("decision").await, rows(decided[0]).await, rows(decided[1]).await, rows(decided[2]).await];
    println!("wins, decisions, log entries, letters, decided submissions: {counts:?}");
    assert_eq!(counts, [ROUNDS as i64; 5]);
    assert_eq!(rows("resource").await, rows("submission WHERE kind = 'RESOURCE' AND state = 'PUBLISHED'").await);
    let verified = lyceum(&url, folder.path()).arg("verify-log").output().expect("the program runs");
    assert_eq!(String::from_utf8_lossy(&verified.stdout), format!("The log holds: {} entries.\n", 2 * ROUNDS + 11));
}

const SUBMISSIONS: usize = 500;

/// Eight moderators take whatever is waiting, while two authors go on bringing things.
#[tokio::test(flavor = "multi_thread")]
async fn eight_moderators_and_two_authors_leave_nothing_half_done() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = fresh_database(folder.path()).await;
    let first = Server::start(&url, folder.path()).await;
    let second = if is_postgres() { Some(Server::start(&url, folder.path()).await) } else { None };
    let servers = [&first, second.as_ref().unwrap_or(&first)];
    let sign_in =
        async |handle: &str, role: &str, number: usize| Someone::signs_in(handle, role, servers[number % 2], &url, folder.path()).await;
    let (brought, waiting) = tokio::sync::mpsc::channel::<Value>(64);
    let waiting = Arc::new(tokio::sync::Mutex::new(waiting));
    let mut acts = Vec::new();
    for number in 0..8 {
        let (moderator, waiting) = (sign_in(&format!("moderator-{number}"), "moderator", number).await, waiting.clone());
        acts.push(tokio::spawn(async move {
            let mut decided = 0;
            loop {
                let Some(made) = waiting.lock().await.recv().await else { return decided };
                let on = json!({ "submissionId": made["id"] });
                if decided % 3 == 0 {
                    moderator.mutates("claimSubmission", "ClaimSubmissionInput", on).await;
                }
                let decision = if decided % 2 == 0 { "APPROVE" } else { "DECLINE" };
                let input = json!({ "submissionId": made["id"], "version": made["version"], "revision": made["revision"], "decision": decision, "reason": "OTHER" });
                let payload = moderator.mutates("decide", "DecideInput", input).await;
                assert_eq!(payload["userErrors"], json!([]));
                decided += 1;
            }
        }));
    }
    let mut authors = Vec::new();
    for number in 0..2 {
        let (author, brought) = (sign_in(&format!("author-{number}"), "member", number).await, brought.clone());
        authors.push(tokio::spawn(async move {
            for round in 0..SUBMISSIONS / 2 {
                let title = format!("Of {number}, {round}");
                let payload = author.mutates("submitResource", "SubmitResourceInput", resource(&title)).await;
                brought.send(payload["submission"].clone()).await.expect("somebody decides");
            }
        }));
    }
    drop(brought);
    for author in authors {
        author.await.expect("an author");
    }
    let mut decided = 0;
    for act in acts {
        decided += act.await.expect("a moderator");
    }
    let database = Database::open(&url).await.expect("the database opens");
    let rows = async |what: &'static str| count(database.writer(), what).await;
    let counts = [
        decided,
        rows("decision").await,
        rows("log_entry WHERE action IN ('APPROVE', 'DECLINE')").await,
        rows("outbox WHERE letter IN ('published', 'declined')").await,
    ];
    println!("decided, decisions, log entries, letters: {counts:?}");
    assert_eq!(counts, [SUBMISSIONS as i64; 4]);
    // A letter's id is its Message-ID.
    assert_eq!(rows("(SELECT DISTINCT id FROM outbox WHERE letter IN ('published', 'declined')) AS letters").await, SUBMISSIONS as i64);
    assert_eq!(rows("claim").await, 0, "a decision ends the claim");
    let verified = lyceum(&url, folder.path()).arg("verify-log").output().expect("the program runs");
    assert_eq!(String::from_utf8_lossy(&verified.stdout), format!("The log holds: {} entries.\n", 2 * SUBMISSIONS + 11));
}

/// A record is taken down while others publish what belongs to it: one waits for the other, and nobody for each other.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_taken_down_while_others_publish_below_it_holds_nobody_up() {
    let forum = Forum::open().await;
    let (ada, ben) = (forum.member("ada").await, forum.member("ben").await);
    let mut moderators = Vec::new();
    for handle in ["grace", "tobias", "wren", "zoe"] {
        moderators.push(forum.moderator(handle).await);
    }
    for round in 0..25 {
        let title = format!("Round {round}");
        let made = moderators[0].approves(&ada.shares(&title).await).await;
        let said = moderators[0].approves(&ben.comments(&made["published"], "First.").await).await;
        let answer = ada.comments(&said["published"], "An answer.").await;
        let another = ben.comments(&made["published"], "Another.").await;
        let edit = json!({ "id": made["published"]["id"], "resource": resource(&format!("{title}, moved")) });
        let edit = ben.mutates("editPublished", edit).await["submission"].clone();
        // Each by somebody else, all at once: take down the record and a comment, approve the edit, an answer and a comment.
        let plan = [("REMOVE", &made), ("APPROVE", &edit), ("APPROVE", &answer), ("REMOVE", &said), ("APPROVE", &another)];
        let barrier = Arc::new(Barrier::new(plan.len()));
        let acts = plan.iter().enumerate().map(|(index, (decision, submission))| {
            let (person, barrier) = (moderators[index % moderators.len()].clone(), barrier.clone());
            let (decision, submission) = (decision.to_string(), (*submission).clone());
            tokio::spawn(async move {
                barrier.wait().await;
                person.decides(&decision, &submission, json!({ "reason": "OTHER" })).await
            })
        });
        for act in acts.collect::<Vec<_>>() {
            let payload = act.await.expect("an answer");
            assert!(payload["errors"].is_null(), "round {round}: {payload}");
        }
    }
    forum.verifies().await;
    assert_eq!(forum.count("resource").await + forum.count("comment WHERE NOT orphaned").await, 0, "all of it is out of sight");
    let open = "submission WHERE revises_id IS NOT NULL AND state IN ('PENDING', 'CHANGES_REQUESTED')";
    assert_eq!(forum.count(open).await, 0, "no edit of what is gone stays open");
}
