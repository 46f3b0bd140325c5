//! How slowly, and how many at once: who does not get on with what they have begun to say is not waited for, and nobody holds others up.

use std::{fs, net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    sync::Mutex,
    task::JoinSet,
    time::{Instant, sleep, sleep_until, timeout, timeout_at},
};

use super::*;
use crate::{
    harness::{fresh_database, web},
    races::{Server, lyceum},
};

/// Open files are few: one test at a time has as many as these.
static MANY: Mutex<()> = Mutex::const_new(());
/// Connections that one address may have.
const SHARE: usize = 512;
/// Connections that stop in the middle of a header.
const HALVES: usize = 2_000;
/// How long the server may wait: ten seconds for a header and thirty for a body, and some more on a busy machine.
const HEADER: Duration = Duration::from_secs(15);
const BODY: Duration = Duration::from_secs(40);
const NEW: Duration = Duration::from_secs(10);
/// Between one byte and the next of who drips.
const DRIP: Duration = Duration::from_secs(1);

/// Open files that this process may have, with some left for the tests beside this one.
fn files() -> usize {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap_or_default();
    line.split_whitespace().next().and_then(|most| most.parse::<usize>().ok()).unwrap_or(4_096).saturating_sub(100)
}

/// A connection on which something was said.
struct Said {
    stream: TcpStream,
    since: Instant,
}

impl Said {
    async fn to(address: &str, words: &str) -> Said {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        stream.write_all(words.as_bytes()).await.expect("a connection takes what is said");
        Said { stream, since: Instant::now() }
    }

    /// Says no more, or a byte now and then, until the server has had enough; answers what it said to that, if it did so in time.
    async fn waits(mut self, within: Duration, drip: Option<u8>) -> Option<String> {
        let (mut answer, mut buffer, mut next) = (String::new(), [0; 1024], self.since + DRIP);
        loop {
            // An end and a reset are one: nobody is waited for any more.
            let pause = if drip.is_some() { next } else { self.since + within };
            match timeout_at(pause.min(self.since + within), self.stream.read(&mut buffer)).await {
                Ok(Ok(0) | Err(_)) => return Some(answer),
                Ok(Ok(bytes)) => answer.push_str(&String::from_utf8_lossy(&buffer[..bytes])),
                Err(_) if Instant::now() >= self.since + within => return None,
                Err(_) => {
                    next += DRIP;
                    if self.stream.write_all(&[drip.unwrap_or_default()]).await.is_err() {
                        return Some(answer);
                    }
                }
            }
            // Somebody who is told why may hang up by themselves.
            if answer.starts_with("HTTP/1.1 408") {
                return Some(answer);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_get_on_is_not_waited_for() {
    if is_postgres() {
        // What is not said whole reaches no database.
        return;
    }
    let _alone = MANY.lock().await;
    let folder = tempfile::tempdir().expect("a folder");
    let url = fresh_database(folder.path()).await;
    let server = Server::start(&url, folder.path()).await;
    let address = server.origin.strip_prefix("http://").expect("an address").to_owned();
    let client = web().build().expect("a client");

    let post = format!("POST /graphql HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{");
    let mut bodies = JoinSet::new();
    for drip in [None, Some(b' ')] {
        bodies.spawn(Said::to(&address, &post).await.waits(BODY, drip));
    }

    let half = format!("GET /library HTTP/1.1\r\nHost: {address}\r\nX-Half: ");
    let mut halves = JoinSet::new();
    for number in 0..HALVES.min(files()) {
        let half = if number % 2 == 0 { half.as_str() } else { &half[..20] };
        halves.spawn(Said::to(&address, half).await.waits(HEADER, (number == 0).then_some(b'x')));
    }
    assert!(!halves.is_empty());
    for path in ["/healthz", "/library", "/graphql?query=%7B__typename%7D"] {
        let answer = timeout(NEW, client.get(format!("{}{path}", server.origin)).send()).await;
        let answer = answer.unwrap_or_else(|_| panic!("{path} is answered beside {} half headers", halves.len())).expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
    }
    let ended = halves.join_all().await;
    let waited_for = ended.iter().filter(|answer| answer.is_none()).count();
    assert_eq!(waited_for, 0, "of {} connections that stopped in the middle of a header", ended.len());
    for answer in bodies.join_all().await {
        let answer = answer.expect("a body that does not come is not waited for");
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    }
    // Who takes their time within what is allowed is served.
    let mut slow = TcpStream::connect(&address).await.expect("a connection");
    let words = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let (first, rest) = words.split_at(words.len() / 2);
    for part in [first, rest] {
        slow.write_all(part.as_bytes()).await.expect("a connection takes what is said");
        sleep_until(Instant::now() + Duration::from_millis(500)).await;
    }
    let mut answer = String::new();
    timeout(NEW, slow.read_to_string(&mut answer)).await.expect("an answer in time").expect("text");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

/// A connection from an address of this machine that was answered, and is kept; none when it was closed without an answer.
async fn is_answered(from: &str, address: &str) -> Option<TcpStream> {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(SocketAddr::new(from.parse().expect("an address"), 0)).expect("a port");
    let mut stream = socket.connect(address.parse().expect("an address")).await.expect("a connection");
    let words = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\n\r\n");
    let mut buffer = [0; 1024];
    // An end and a reset are one: nobody is there any more.
    stream.write_all(words.as_bytes()).await.ok()?;
    let length = timeout(NEW, stream.read(&mut buffer)).await.expect("an answer or an end").ok().filter(|length| *length > 0)?;
    assert!(buffer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&buffer[..length]));
    Some(stream)
}

/// The same, as soon as others have let go of their connections.
async fn finds_a_place(from: &str, address: &str) -> TcpStream {
    let place = async {
        loop {
            if let Some(stream) = is_answered(from, address).await {
                return stream;
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(NEW, place).await.expect("a place")
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_has_its_share_of_connections_and_leaves_the_others_theirs() {
    if is_postgres() {
        // A connection by itself reaches no database.
        return;
    }
    let _alone = MANY.lock().await;
    let folder = tempfile::tempdir().expect("a folder");
    let url = fresh_database(folder.path()).await;
    let mut command = lyceum(&url, folder.path());
    command.env("LYCEUM_RATE_LIMITS", "on").env("LYCEUM_TRUSTED_PROXIES", "127.0.0.3");
    let server = Server::start_with(command).await;
    let address = server.origin.strip_prefix("http://").expect("an address");

    let mut held = Vec::new();
    for _ in 0..SHARE {
        // Whoever waited for the server to be ready has had a connection from here.
        held.push(finds_a_place("127.0.0.1", address).await);
    }
    assert!(is_answered("127.0.0.1", address).await.is_none(), "one more than {SHARE}");
    assert!(is_answered("127.0.0.2", address).await.is_some(), "another address has a share of its own");

    // One that is closed leaves its place to one other.
    held.pop();
    held.push(finds_a_place("127.0.0.1", address).await);
    assert!(is_answered("127.0.0.1", address).await.is_none(), "once more than {SHARE}");
    drop(held);

    // A proxy brings everybody.
    let mut brought = Vec::new();
    for number in 0..=SHARE {
        brought.push(is_answered("127.0.0.3", address).await.unwrap_or_else(|| panic!("connection {number} of a proxy is answered")));
    }
}
