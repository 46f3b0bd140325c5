//! Several servers on one database: they start at once, and hear of each other though they cannot call each other.

use migrations::{Migrator, MigratorTrait};

use super::*;
use crate::harness::empty_database;

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
