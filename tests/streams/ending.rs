//! How a stream ends: whoever follows is signed out, reads too slowly, or their server goes down.

use std::{
    path::PathBuf,
    process::{Child, Stdio},
    time::Instant,
};

use sea_orm_migration::sea_orm::ConnectionTrait;
use server::Database;
use tokio::io::AsyncReadExt;

use super::*;
use crate::races::free_port;

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
    const EVENTS: usize = 80;
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
    // Fifty megabytes were sent; the allocator keeps some of what passed through it.
    assert!(grown < 40 * 1024, "one slow reader costs {grown} kB");

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
