//! News of what the desk did: whoever follows is told of each event once, in order, as far as the rules let them see it at that moment.
//!
//! The log is the sequence: its entries are numbered without gaps, in the order of their commits. A server that hears of new entries reads them
//! once and hands their ids, and nothing else, to everyone who follows; whoever fell behind, or comes back, reads on in the log itself.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use async_graphql::{Context, ID, SimpleObject, Subscription};
use futures_util::{
    future::BoxFuture,
    stream::{self, BoxStream, StreamExt, TryStreamExt},
};
use sea_orm::{DatabaseConnection, DbBackend, sqlx::postgres::PgListener};
use tokio::sync::{Notify, broadcast};
use uuid::Uuid;

use crate::{
    Code, Error, Forum, Visit,
    comments::{self, Comment},
    desk::{self, Submission, SubmissionKind},
    ids::{self, Kind, Node},
    log::{self, Action},
    sessions,
};

/// What servers on one PostgreSQL call to each other by: see `log`.
const CHANNEL: &str = "lyceum_log";
/// How often the log is looked at when nobody has called: another program may have written to the file, a call may have been lost.
const POLL: Duration = Duration::from_secs(1);
/// Events that wait in memory; whoever is further behind reads them from the log.
const HELD: usize = 256;
/// Entries read at a time, and how many somebody who comes back may have missed.
const BATCH: u64 = 200;
const REPLAYED: i64 = 10_000;

/// What one process knows of the news.
pub struct News {
    events: broadcast::Sender<Event>,
    woken: Notify,
    /// The last entry that was handed on; none while nobody follows.
    last: Mutex<Option<i64>>,
}

/// An entry of the log as it travels: ids alone.
#[derive(Clone, Debug)]
struct Event {
    number: i64,
    action: Action,
    submission: Uuid,
    /// The comment that it published, and what that is about.
    comment: Option<(Uuid, Uuid)>,
}

impl Default for News {
    fn default() -> News {
        News { events: broadcast::channel(HELD).0, woken: Notify::new(), last: Mutex::new(None) }
    }
}

impl News {
    /// Says that there may be news. Cheap, and never wrong to say.
    pub fn wake(&self) {
        self.woken.notify_one();
    }

    fn last(&self) -> std::sync::MutexGuard<'_, Option<i64>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands on what was written since the last time.
    async fn spread(&self, visit: &Visit) -> Result<(), Error> {
        loop {
            let from = {
                let mut last = self.last();
                if self.events.receiver_count() == 0 {
                    *last = None;
                }
                *last
            };
            let Some(from) = from else { return Ok(()) };
            let events = read(visit.database(), from, i64::MAX).await?;
            let Some(newest) = events.last().map(|event| event.number) else { return Ok(()) };
            for event in events {
                let _ = self.events.send(event);
            }
            if let Some(last) = self.last().as_mut() {
                *last = newest.max(*last);
            }
        }
    }
}

/// Spreads the news in this process until it ends. What cannot be read is tried again.
pub async fn run(forum: Arc<Forum>) {
    let calls = async {
        while forum.database.engine() == DbBackend::Postgres {
            if let Err(error) = hear(&forum).await {
                tracing::warn!(%error, "the database's calls are not heard; the log is looked at each second");
            }
            tokio::time::sleep(POLL).await;
        }
    };
    let readings = async {
        loop {
            let _ = tokio::time::timeout(POLL, forum.news.woken.notified()).await;
            if let Err(error) = forum.news.spread(&Visit::new(forum.clone(), None)).await {
                tracing::warn!(?error, "the news cannot be read; it is tried again");
                tokio::time::sleep(POLL).await;
            }
        }
    };
    tokio::join!(calls, readings);
}

/// Listens on a connection of its own to what other servers did.
async fn hear(forum: &Forum) -> Result<(), sea_orm::sqlx::Error> {
    let mut listener = PgListener::connect(forum.database.address()).await?;
    listener.listen(CHANNEL).await?;
    loop {
        // Nothing means that the connection was lost and is back: there may be news as well.
        listener.try_recv().await?;
        forum.news.wake();
    }
}

/// The events after one entry and up to another, the oldest first, [`BATCH`] at most.
async fn read(database: &DatabaseConnection, after: i64, to: i64) -> Result<Vec<Event>, Error> {
    let entries = log::after(database, after, to, BATCH).await?;
    let approved = entries.iter().filter(|entry| entry.action == Action::Approve).map(|entry| entry.submission_id);
    let published = desk::published(database, SubmissionKind::Comment, approved.collect()).await?;
    let targets = comments::targets(database, published.values().copied().collect()).await?;
    let comment = |submission: Uuid| published.get(&submission).and_then(|id| Some((*id, *targets.get(id)?)));
    Ok(entries
        .into_iter()
        .map(|entry| Event {
            number: entry.number,
            action: entry.action,
            submission: entry.submission_id,
            comment: comment(entry.submission_id).filter(|_| entry.action == Action::Approve),
        })
        .collect())
}

/// Where a stream stands. The door opens it before it answers, so that nothing is missed, and reads how far it came.
#[derive(Clone)]
pub struct Place {
    at: Arc<AtomicI64>,
    following: Arc<Mutex<Option<Following>>>,
}

impl Place {
    /// A place after an event that the client has seen; none, or one that is yet to come, means what happens next.
    ///
    /// # Errors
    /// `BAD_REQUEST` when it is more than 10,000 entries of the log ago; a fault when the database does not answer.
    pub async fn open(visit: &Visit, since: Option<i64>) -> Result<Place, Error> {
        // In this order: what is written after the head was read is handed on by then.
        let events = visit.news.events.subscribe();
        let head = log::head(visit.database()).await?;
        // Somebody who opened at the same moment may have seen further, and what lies between will not be handed on.
        let head = (*visit.news.last().get_or_insert(head)).max(head);
        let last = since.filter(|since| (0..head).contains(since)).unwrap_or(head);
        if head - last > REPLAYED {
            return Err(Error::Denied(Code::BadRequest));
        }
        let at = Arc::new(AtomicI64::new(last));
        let following = Following { visit: visit.clone(), at: at.clone(), events, ahead: VecDeque::new(), last, head };
        Ok(Place { at, following: Arc::new(Mutex::new(Some(following))) })
    }

    /// The number of the event that was told last, or that it begins after.
    pub fn reached(&self) -> i64 {
        self.at.load(Ordering::SeqCst)
    }
}

/// Somebody who follows.
struct Following {
    visit: Visit,
    at: Arc<AtomicI64>,
    events: broadcast::Receiver<Event>,
    /// What was read and not yet told.
    ahead: VecDeque<Event>,
    /// The last event that was told, and the last that must be read from the log.
    last: i64,
    head: i64,
}

impl Following {
    async fn next(mut self) -> Result<Option<(Event, Following)>, Error> {
        loop {
            if let Some(event) = self.ahead.pop_front() {
                if event.number > self.last {
                    self.last = event.number;
                    self.at.store(event.number, Ordering::SeqCst);
                    return Ok(Some((event, self)));
                }
            } else if self.last < self.head {
                self.ahead.extend(read(self.visit.database(), self.last, self.head).await?);
                if self.ahead.is_empty() {
                    self.last = self.head;
                }
            } else {
                match self.events.recv().await {
                    Ok(event) => self.ahead.push_back(event),
                    Err(broadcast::error::RecvError::Lagged(_)) => self.head = log::head(self.visit.database()).await?,
                    Err(broadcast::error::RecvError::Closed) => return Ok(None),
                }
            }
        }
    }
}

/// What becomes of the events that concern a stream: asked for anew, by whoever still has the session that they came with.
async fn follow<T: Send + 'static>(
    context: &Context<'_>,
    concerns: impl Fn(&Event) -> bool + Send + 'static,
    tell: impl Fn(Visit, Event) -> BoxFuture<'static, Result<Option<T>, Error>> + Send + Clone + 'static,
) -> Result<BoxStream<'static, Result<T, Error>>, Error> {
    let visit = Visit::of(context).clone();
    let opened = context.data_opt::<Place>().and_then(|place| place.following.lock().unwrap_or_else(PoisonError::into_inner).take());
    let following = opened.ok_or(Error::bug("who follows has a place"))?;
    let events = stream::try_unfold(following, Following::next);
    let told = events.try_filter_map(move |event| {
        let (visit, tell, concerned) = (visit.clone(), tell.clone(), concerns(&event));
        async move {
            if !concerned {
                return Ok(None);
            }
            if !sessions::is_open(&visit).await? {
                return Err(Error::Denied(Code::Unauthenticated));
            }
            tell(visit, event).await
        }
    });
    Ok(told.boxed())
}

/// A change to what the desk shows.
#[derive(SimpleObject)]
pub struct QueueChange {
    /// Its number: what `Last-Event-ID` names to go on from here.
    sequence: i64,
    /// What was done.
    action: Action,
    /// To what, as it stands now.
    submission: Submission,
}

/// What can be followed, by server-sent events.
#[derive(Default)]
pub struct Subscription;

#[Subscription]
impl Subscription {
    /// Everything that is done to what was sent to the desk. For moderators.
    async fn moderation_queue_changed(&self, context: &Context<'_>) -> Result<BoxStream<'static, Result<QueueChange, Error>>, Error> {
        Visit::of(context).moderator()?;
        follow(
            context,
            |event| !matches!(event.action, Action::Draft | Action::BreakClaim | Action::Found),
            |visit, event| {
                Box::pin(async move {
                    let submission = desk::visible(&visit, event.submission).await?;
                    Ok(submission.map(|submission| QueueChange { sequence: event.number, action: event.action, submission }))
                })
            },
        )
        .await
    }

    /// A submission each time that something was done to it. For its author and moderators.
    async fn submission_updated(&self, context: &Context<'_>, id: ID) -> Result<BoxStream<'static, Result<Submission, Error>>, Error> {
        let unknown = Error::Denied(Code::NotFound);
        let Some(id) = Kind::Submission.local(&id) else { return Err(unknown) };
        desk::visible(Visit::of(context), id).await?.ok_or(unknown)?;
        follow(
            context,
            move |event| event.submission == id,
            |visit, event| Box::pin(async move { desk::visible(&visit, event.submission).await }),
        )
        .await
    }

    /// Each comment on a resource or a topic once it is published. For everyone.
    async fn comment_published(&self, context: &Context<'_>, on: ID) -> Result<BoxStream<'static, Result<Comment, Error>>, Error> {
        let Some(Node::Resource(_) | Node::Topic(_)) = ids::node(Visit::of(context), &on).await? else {
            return Err(Error::Denied(Code::NotFound));
        };
        let target = ids::parse(&on).map(|(_, id)| id);
        follow(
            context,
            move |event| event.comment.map(|(_, target)| target) == target,
            |visit, event| {
                Box::pin(async move {
                    match event.comment {
                        Some((comment, _)) => comments::by_id(&visit, comment).await,
                        None => Ok(None),
                    }
                })
            },
        )
        .await
    }
}
