//! Streams of events to clients, by server-sent events: counted, watched, and ended with a word.
//!
//! Source: HTML, section 9.2, for the lines; the graphql-sse protocol, "distinct connections mode", for the events.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_graphql::{Response as Answer, Value};
use futures_util::stream::{self, BoxStream, StreamExt};
use poem::{Body, Response, http::StatusCode};
use schema::{Code, Visit, members::Viewer, news::Place, sessions};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{Instant, interval_at},
};

use crate::{App, door};

/// Streams of one member, and from one address.
const OF_MEMBER: usize = 10;
const FROM_ADDRESS: usize = 20;
/// Events that wait for a client that reads slowly, and how long the next one waits behind them before its stream ends. The rest waits in the log.
const WAITING: usize = 4;
const UNREAD: Duration = Duration::from_secs(10);
/// How often a silent stream shows that it is alive, and finds out whether its client is.
const BEAT: Duration = Duration::from_secs(5);
/// How often it is asked whether those who follow are still signed in.
const WATCH: Duration = Duration::from_secs(1);
/// Milliseconds after which a client comes back, at least; spread over as many again, so that not all come at once.
const RETRY: u64 = 2_000;

/// Every stream that this process serves.
#[derive(Clone)]
pub struct Streams(Arc<Inner>);

struct Inner {
    open: Mutex<HashMap<u64, Open>>,
    count: AtomicU64,
    stopping: watch::Sender<bool>,
}

struct Open {
    viewer: Option<Viewer>,
    address: Option<String>,
    end: Option<oneshot::Sender<()>>,
}

/// A place among the streams, given back when it is dropped.
pub struct Seat {
    streams: Streams,
    number: u64,
    signed_out: oneshot::Receiver<()>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.streams.open().remove(&self.number);
    }
}

impl Default for Streams {
    fn default() -> Streams {
        Streams(Arc::new(Inner { open: Mutex::default(), count: AtomicU64::new(0), stopping: watch::Sender::new(false) }))
    }
}

impl Streams {
    fn open(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Open>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for one more stream; none when its member or its address has enough.
    pub fn seat(&self, visit: &Visit) -> Option<Seat> {
        let mut open = self.open();
        let (viewer, address) = (visit.viewer().cloned(), visit.address().map(String::from));
        let of_member = |me: &Viewer| open.values().filter(|it| it.viewer.as_ref().is_some_and(|it| it.id == me.id)).count();
        let from_address = |from: &String| open.values().filter(|it| it.address.as_ref() == Some(from)).count();
        let is_full = viewer.as_ref().is_some_and(|me| of_member(me) >= OF_MEMBER)
            || address.as_ref().is_some_and(|from| from_address(from) >= FROM_ADDRESS);
        if visit.limits && is_full {
            return None;
        }
        let number = self.0.count.fetch_add(1, Ordering::Relaxed);
        let (end, signed_out) = oneshot::channel();
        open.insert(number, Open { viewer, address, end: Some(end) });
        Some(Seat { streams: self.clone(), number, signed_out })
    }

    /// Ends every stream: the process is asked to end.
    pub fn stop(&self) {
        self.0.stopping.send_replace(true);
    }

    /// Whether the process was asked to end.
    pub fn are_stopping(&self) -> bool {
        *self.0.stopping.borrow()
    }

    /// Ends the streams of those who are not signed in any more.
    async fn watch(&self, app: &App) -> Result<(), schema::Error> {
        let viewers =
            self.open().values().filter_map(|open| Some((open.viewer.as_ref()?.session, open.viewer.clone()?))).collect::<HashMap<_, _>>();
        let viewers: Vec<Viewer> = viewers.into_values().collect();
        if viewers.is_empty() {
            return Ok(());
        }
        let ended = sessions::ended(&Visit::new(app.forum.clone(), None), &viewers).await?;
        for open in self.open().values_mut().filter(|open| open.viewer.as_ref().is_some_and(|it| ended.contains(&it.session))) {
            if let Some(end) = open.end.take() {
                let _ = end.send(());
            }
        }
        Ok(())
    }
}

/// Watches over the streams of `app` until the process ends.
pub async fn watch(app: App) {
    loop {
        tokio::time::sleep(WATCH).await;
        if let Err(error) = app.streams.watch(&app).await {
            tracing::warn!(?error, "it is not known who is still signed in; it is asked again");
        }
    }
}

/// Answers with a stream of events.
pub fn answer(mut seat: Seat, visit: &Visit, place: Place, mut answers: BoxStream<'static, Answer>) -> Response {
    let (sender, receiver) = mpsc::channel::<String>(WAITING);
    let last_words = Arc::new(Mutex::new(String::new()));
    let retry = RETRY + u64::from(visit.randomness.bytes::<10>()[9]) * RETRY / 256;
    // Where it begins, for a client that goes away before anything has happened.
    let begun = format!("retry: {retry}\nid: {}\n\n", place.reached());
    let words = last_words.clone();
    tokio::spawn(async move {
        let told = async {
            let mut beats = interval_at(Instant::now() + BEAT, BEAT);
            loop {
                let (line, is_last) = tokio::select! {
                    answer = answers.next() => match answer {
                        // Without an id: whoever comes back is told what this error is in the place of.
                        Some(answer) if answer.data == Value::Null => (next(answer, 0), true),
                        Some(answer) => (next(answer, place.reached()), false),
                        None => return None,
                    },
                    _ = beats.tick() => (":\n\n".to_owned(), false),
                };
                match sender.send_timeout(line, UNREAD).await {
                    Ok(()) if is_last => return None,
                    Ok(()) => {}
                    Err(_) => return Some(("This was read too slowly. Come back with the last event's id.", Code::Unavailable)),
                }
            }
        };
        let mut stopping = seat.streams.0.stopping.subscribe();
        let end = tokio::select! {
            biased;
            _ = stopping.wait_for(|stopping| *stopping) => Some(("The server is going down. Come back in a moment.", Code::Unavailable)),
            _ = &mut seat.signed_out => Some((Code::Unauthenticated.message(), Code::Unauthenticated)),
            () = sender.closed() => return,
            end = told => end,
        };
        let end = end.map_or(String::new(), |(message, code)| next(Answer::from_errors(vec![door::problem(code.word(), message)]), 0));
        *words.lock().unwrap_or_else(PoisonError::into_inner) = format!("{end}event: complete\ndata: \n\n");
    });
    let lines = stream::unfold((receiver, Some(last_words)), |(mut receiver, last_words)| async move {
        let last_words = last_words?;
        Some(match receiver.recv().await {
            Some(line) => (line, (receiver, Some(last_words))),
            None => (std::mem::take(&mut *last_words.lock().unwrap_or_else(PoisonError::into_inner)), (receiver, None)),
        })
    });
    let lines = stream::once(async move { begun }).chain(lines).map(Ok::<_, std::io::Error>);
    Response::builder()
        .status(StatusCode::OK)
        .content_type("text/event-stream; charset=utf-8")
        // For proxies that would gather the events first.
        .header("x-accel-buffering", "no")
        .body(Body::from_bytes_stream(lines))
}

/// One event; its id is where the stream stands, by which a client goes on later.
fn next(answer: Answer, reached: i64) -> String {
    let id = if reached > 0 { format!("id: {reached}\n") } else { String::new() };
    format!("{id}event: next\ndata: {}\n\n", door::public(answer))
}
