//! The desk: every contribution is a case that its author may change and moderators decide.
//!
//! A change of state is one guarded write, and one transaction holds all that follows from it. The way into
//! the library is [`Content::publish`], behind a [`Gate`] that only this file can make.

use std::collections::{HashMap, HashSet};

use async_graphql::Enum;
use chrono::{DateTime, Duration, Utc};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, EntityTrait, IntoActiveModel, Order, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, Select, SqlErr,
    sea_query::{Expr, OnConflict},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Error, Forum, Refusal, Visit,
    comments::{self, CommentText},
    database::Transaction,
    error::ErrorCode,
    ids::Kind,
    limits::{self, Act},
    log::{self, Action},
    markup::Html,
    members,
    outbox::{self, Letter},
    paging::{Connection, Cursor, Window},
    resources::{self, ResourceText},
    text::Reader,
    topics::{self, TopicText},
    visit::Loaders,
};
use entity::{change_request, claim, decision, idempotency_key, revision, submission, tombstone};
use rules::{Verdict, guard, held, once, own, refuse_twin, stale, twin};

/// "I'm on it": leases that keep two moderators off one item.
mod claims;
/// A decision and all that follows from it.
mod deciding;
/// Another text, and what changed.
mod edits;
mod entity;
mod graphql;
/// What becomes of the submissions of somebody who leaves.
mod leaving;
/// Who may do what, when; what a decision needs; what is refused.
mod rules;

pub use deciding::retire;
pub(crate) use entity::decision::Model as DecisionRow;
pub(crate) use graphql::prime;
pub use graphql::{
    DecideInput, Decision, DeskMutation, DeskQuery, EditPublishedInput, ReviseSubmissionInput, Submission, SubmitPayload,
    WithdrawSubmissionInput,
};
pub(crate) use leaving::{copy_of, hand_over, has_to_take_back, release_all, take_back};
pub(crate) use rules::refuse;

/// Drafts of one member. Source: SECURITY, X15.
const DRAFTS: u64 = 50;

/// What a submission is of.
#[derive(Enum, Copy, Clone, Debug, Eq, Hash, PartialEq, sea_orm::EnumIter, sea_orm::DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SubmissionKind {
    /// Something others could use.
    Resource,
    /// A subject to work on.
    Topic,
    /// Something said about a resource or a topic.
    Comment,
}

/// Where a submission stands.
#[derive(Enum, Copy, Clone, Debug, Eq, PartialEq, sea_orm::EnumIter, sea_orm::DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SubmissionState {
    /// Its author alone sees it.
    Draft,
    /// Waits for a moderator.
    Pending,
    /// Waits for its author.
    ChangesRequested,
    /// In the library.
    Published,
    /// Not included, with a reason.
    Declined,
    /// Taken back by its author.
    Withdrawn,
    /// Over or superseded; still in the library.
    Archived,
    /// Taken down; a tombstone with its reason stays.
    Removed,
}

/// What a moderator decides.
#[derive(Enum, Copy, Clone, Debug, Eq, PartialEq, sea_orm::EnumIter, sea_orm::DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DecisionKind {
    /// Put it into the library.
    Approve,
    /// Return it with requests, each anchored to a field.
    RequestChanges,
    /// Do not include it, and say why.
    Decline,
    /// Take it out of the library, and say why.
    Remove,
    /// Move it to what is past; it stays in the library.
    Archive,
}

/// What a viewer may do with a submission now.
#[derive(Enum, Copy, Clone, Debug, Eq, PartialEq)]
pub enum SubmissionAction {
    /// Send another text.
    Revise,
    /// Take it back.
    Withdraw,
    /// Put it into the library.
    Approve,
    /// Return it with requests.
    RequestChanges,
    /// Do not include it.
    Decline,
    /// Take it out of the library.
    Remove,
    /// Move it to what is past.
    Archive,
    /// Say "I'm on it".
    Claim,
    /// Let it go again; for administrators also what another holds.
    Release,
}

/// The order of the queue.
#[derive(Enum, Copy, Clone, Debug, Eq, PartialEq)]
pub enum QueueSort {
    /// What has waited longest first. What came back with answers is let forward by a day.
    Oldest,
    /// What came last first.
    Newest,
}

/// The text of one revision. Stored as JSON that outlives this type: new fields get a default.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(clippy::large_enum_variant)] // One at a time, and never kept.
pub enum Content {
    /// Something others could use.
    Resource(ResourceText),
    /// A subject to work on.
    Topic(TopicText),
    /// Something said about a resource or a topic.
    Comment(CommentText),
}

/// The same for every kind of content.
macro_rules! each {
    ($content:expr, $text:ident => $answer:expr) => {
        match $content {
            Content::Resource($text) => $answer,
            Content::Topic($text) => $answer,
            Content::Comment($text) => $answer,
        }
    };
}

impl Content {
    fn kind(&self) -> SubmissionKind {
        match self {
            Content::Resource(_) => SubmissionKind::Resource,
            Content::Topic(_) => SubmissionKind::Topic,
            Content::Comment(_) => SubmissionKind::Comment,
        }
    }

    /// What lists call it.
    fn title(&self) -> String {
        each!(self, text => text.called())
    }

    /// The address that no two open or published submissions may have, unless their author says that it is no duplicate.
    fn address_key(&self) -> Option<String> {
        match self {
            Content::Resource(text) => text.address_key(),
            _ => None,
        }
    }

    /// The fields that requests may be anchored to.
    fn fields(&self) -> &'static [&'static str] {
        each!(self, text => text.fields())
    }

    /// Renders before the transaction: the sanitiser's worst case must not hold the one writer.
    async fn render(&self) -> Result<Html, Error> {
        each!(self, text => text.render().await)
    }

    /// Writes the text into the library, or in place of what it edits.
    async fn publish(&self, gate: &Gate<'_>, html: Html) -> Result<(), Error> {
        each!(self, text => text.publish(gate, html).await)
    }
}

/// The one way across: what the library gets from the act that ordered it. Only this file makes one.
pub(crate) struct Gate<'a> {
    pub forum: &'a Forum,
    pub transaction: &'a Transaction,
    /// The id that the record in the library has, or gets.
    pub id: Uuid,
    /// Whether the text takes the place of a record that is there.
    pub is_edit: bool,
    pub submission: Uuid,
    pub number: i64,
    pub submitter: Uuid,
    pub at: DateTime<Utc>,
    _made_by_the_desk: (),
}

impl<'a> Gate<'a> {
    fn of(forum: &'a Forum, transaction: &'a Transaction, row: &submission::Model, id: Uuid, at: DateTime<Utc>) -> Gate<'a> {
        Gate {
            forum,
            transaction,
            id,
            is_edit: row.revises_id.is_some(),
            submission: row.id,
            number: row.number,
            submitter: row.author_id,
            at,
            _made_by_the_desk: (),
        }
    }
}

/// Who decides when nobody does: an event that is over.
pub(crate) const SYSTEM: Uuid = Uuid::nil();
/// What answered requests earn in the queue: the author has waited once already.
const ANSWERED_EARNS: Duration = Duration::hours(24);
/// States in which a submission is still being worked on.
const OPEN: [SubmissionState; 3] = [SubmissionState::Draft, SubmissionState::Pending, SubmissionState::ChangesRequested];

/// What a rule puts into a submission when it is sent or kept.
pub(crate) struct Sending {
    pub content: Content,
    pub draft: bool,
    pub not_duplicate: bool,
    pub idempotency_key: Option<String>,
    /// The record that this is an edit of, and the submission that brought it.
    pub revises: Option<(Uuid, Uuid)>,
}

impl Sending {
    /// A contribution for the desk.
    pub(crate) fn new(content: Content, idempotency_key: Option<String>) -> Sending {
        Sending { content, draft: false, not_duplicate: false, idempotency_key, revises: None }
    }
}

impl submission::Model {
    /// Inserts a submission with its first revision; what is not said here is as for one that is sent now.
    async fn begin(
        visit: &Visit,
        transaction: &Transaction,
        content: &Content,
        change: impl FnOnce(&mut submission::ActiveModel),
    ) -> Result<submission::Model, Error> {
        let now = visit.clock.now();
        let mut row = submission::ActiveModel {
            id: Set(visit.id()),
            kind: Set(content.kind()),
            state: Set(SubmissionState::Pending),
            version: Set(1),
            revision: Set(1),
            title: Set(content.title()),
            created_at: Set(now),
            updated_at: Set(now),
            due_at: Set(now),
            sent_at: Set(Some(now)),
            not_duplicate: Set(false),
            ..Default::default()
        };
        change(&mut row);
        let row = row.insert(transaction).await.map_err(twin)?;
        insert_revision(visit, transaction, row.id, 1, row.author_id, content).await?;
        Ok(row)
    }

    /// The entry for a transition of this submission, as it stood before.
    fn event(&self, action: Action, actor: Uuid, to: SubmissionState, at: DateTime<Utc>) -> log::Event<'static> {
        log::Event {
            action,
            actor,
            submission: self.id,
            from: Some(self.state),
            to,
            revision: self.revision,
            version: self.version + 1,
            at,
            decision: None,
            note: None,
        }
    }
}

/// Puts a contribution on the desk, or keeps it as a draft. Nobody but its author sees a draft.
pub(crate) async fn submit(visit: &Visit, sending: Sending) -> Result<Submission, Error> {
    let author = visit.contributor()?.id;
    let Sending { content, draft, not_duplicate, idempotency_key, revises } = sending;
    let (id, now) = (visit.id(), visit.clock.now());
    let state = if draft { SubmissionState::Draft } else { SubmissionState::Pending };
    let address = held(&content, state, not_duplicate);
    let transaction = visit.begin().await?;
    let input = (&content, draft, not_duplicate, revises.map(|(record, _)| record));
    if let Some(made) = once(visit, &transaction, idempotency_key.as_deref(), "submit", &input, id).await? {
        // Reading needs a connection of its own: nobody holds two.
        transaction.rollback().await?;
        return again(visit, made).await;
    }
    if draft && visit.limits {
        let drafts = submission::Entity::find().filter(submission::Column::AuthorId.eq(author));
        if drafts.filter(submission::Column::State.eq(SubmissionState::Draft)).count(&transaction).await? >= DRAFTS {
            return Err(Refusal::new(ErrorCode::TooLong, "draft").with("limit", DRAFTS).into());
        }
    }
    let act = match content.kind() {
        SubmissionKind::Comment => Act::Comment,
        _ if draft => Act::Draft,
        _ => Act::Submit,
    };
    limits::act(visit, &transaction, act).await?;
    // An edit lives at the address of what it edits, which holds it.
    refuse_twin(&transaction, address.as_deref(), &[Some(id), revises.map(|(_, original)| original)]).await?;
    if let Some((record, _)) = revises {
        // It may have been taken down since its page was opened.
        if !is_there(&transaction, content.kind(), record).await? {
            return Err(refuse(ErrorCode::NotFound, "id"));
        }
        rules::refuse_second_edit(&transaction, record).await?;
    }
    let row = submission::Model::begin(visit, &transaction, &content, |row| {
        row.id = Set(id);
        row.state = Set(state);
        row.author_id = Set(author);
        row.address_hold = Set(address.filter(|_| revises.is_none()));
        row.revises_id = Set(revises.map(|(record, _)| record));
        row.sent_at = Set((!draft).then_some(now));
        row.not_duplicate = Set(not_duplicate);
    })
    .await?;
    let action = if draft { Action::Draft } else { Action::Submit };
    let event = log::Event { from: None, version: 1, ..row.event(action, author, state, now) };
    log::append(visit, &transaction, event).await?;
    transaction.commit().await?;
    again(visit, id).await
}

/// Writes what the operator's community file begins with straight into the library, once. Not a decision: nobody else brought it.
pub(crate) async fn found(visit: &Visit, content: Content, key: &str) -> Result<(), Error> {
    let founder = visit.member()?.id;
    let html = content.render().await?;
    let (now, record) = (visit.clock.now(), visit.id());
    let transaction = visit.begin().await?;
    if once(visit, &transaction, Some(key), "found", &key, record).await?.is_some() {
        return Ok(transaction.rollback().await?);
    }
    let row = submission::Model::begin(visit, &transaction, &content, |row| {
        row.state = Set(SubmissionState::Published);
        row.author_id = Set(founder);
        row.published_id = Set(Some(record));
    })
    .await?;
    content.publish(&Gate::of(visit, &transaction, &row, record, now), html).await?;
    let event = log::Event { from: None, version: 1, ..row.event(Action::Found, founder, SubmissionState::Published, now) };
    log::append(visit, &transaction, event).await?;
    Ok(transaction.commit().await?)
}

/// Replaces the text of one's own open submission, ticks off requests, and sends it (again) unless it stays a draft.
async fn revise(visit: &Visit, id: &str, version: i32, answered: &[String], sending: Sending) -> Result<Submission, Error> {
    let author = visit.contributor()?.id;
    let Sending { content, draft, not_duplicate, .. } = sending;
    let row = own(visit, id).await?;
    let requests: Vec<Uuid> = answered.iter().filter_map(|id| Kind::ChangeRequest.local(id)).collect();
    if requests.len() != answered.len() {
        return Err(refuse(ErrorCode::NotFound, "answered"));
    }
    guard(&row, version, SubmissionAction::Revise)?;
    let draft = draft && row.state == SubmissionState::Draft;
    let to = if draft { SubmissionState::Draft } else { SubmissionState::Pending };
    let address = held(&content, to, not_duplicate);
    let (now, number) = (visit.clock.now(), row.revision + 1);
    let sent = row.sent_at.or((!draft).then_some(now));
    let due = match row.state {
        SubmissionState::ChangesRequested => now - ANSWERED_EARNS,
        SubmissionState::Draft => now,
        _ => row.due_at,
    };
    let transaction = visit.begin().await?;
    if row.state == SubmissionState::Draft && !draft {
        limits::act(visit, &transaction, Act::Submit).await?;
    }
    let original = match row.revises_id {
        Some(record) => original(&transaction, record, false).await?.map(|original| original.id),
        None => None,
    };
    refuse_twin(&transaction, address.as_deref(), &[Some(row.id), original]).await?;
    let change = submission::Entity::update_many()
        .col_expr(submission::Column::Revision, Expr::value(number))
        .col_expr(submission::Column::Title, Expr::value(content.title()))
        .col_expr(submission::Column::AddressHold, Expr::value(address.filter(|_| row.revises_id.is_none())))
        .col_expr(submission::Column::DueAt, Expr::value(due))
        .col_expr(submission::Column::SentAt, Expr::value(sent))
        .col_expr(submission::Column::NotDuplicate, Expr::value(not_duplicate));
    moved(&transaction, change, &row, to, now).await?;
    insert_revision(visit, &transaction, row.id, number, author, &content).await?;
    let asked: HashSet<Uuid> = requests.into_iter().collect();
    let ticked = change_request::Entity::update_many()
        .col_expr(change_request::Column::AnsweredIn, Expr::value(number))
        .filter(change_request::Column::SubmissionId.eq(row.id))
        .filter(change_request::Column::Id.is_in(asked.iter().copied()))
        .exec(&transaction)
        .await?;
    if ticked.rows_affected != asked.len() as u64 {
        return Err(refuse(ErrorCode::NotFound, "answered"));
    }
    let action = match (row.state, to) {
        (SubmissionState::Draft, SubmissionState::Draft) => Action::Draft,
        (SubmissionState::Draft, _) => Action::Submit,
        _ => Action::Revise,
    };
    log::append(visit, &transaction, log::Event { revision: number, ..row.event(action, author, to, now) }).await?;
    transaction.commit().await?;
    again(visit, row.id).await
}

/// Takes back one's own submission: an open one leaves the desk, a published one leaves the library.
async fn withdraw(visit: &Visit, id: &str, version: i32) -> Result<Submission, Error> {
    let author = visit.member()?.id;
    let row = own(visit, id).await?;
    guard(&row, version, SubmissionAction::Withdraw)?;
    let now = visit.clock.now();
    let to = SubmissionState::Withdrawn;
    let transaction = visit.begin().await?;
    let change = submission::Entity::update_many().col_expr(submission::Column::AddressHold, Expr::value(None::<String>));
    moved(&transaction, change, &row, to, now).await?;
    claims::end(&transaction, row.id).await?;
    let event = row.event(Action::Withdraw, author, to, now);
    let followed = if OPEN.contains(&row.state) { Vec::new() } else { deciding::take_down(&transaction, &row, author, None, now).await? };
    log::append_all(visit, &transaction, std::iter::once(event).chain(followed)).await?;
    transaction.commit().await?;
    again(visit, row.id).await
}

/// Whether a record is in the library; it stays until the transaction ends.
async fn is_there(transaction: &Transaction, kind: SubmissionKind, record: Uuid) -> Result<bool, Error> {
    match kind {
        SubmissionKind::Resource => resources::is_there(transaction, record).await,
        SubmissionKind::Topic => topics::is_there(transaction, record).await,
        SubmissionKind::Comment => comments::is_there(transaction, record).await,
    }
}

/// The submission that brought a record into the library; `held` keeps it as it is until the transaction ends.
async fn original(transaction: &Transaction, record: Uuid, held: bool) -> Result<Option<submission::Model>, Error> {
    let brought =
        submission::Entity::find().filter(submission::Column::PublishedId.eq(record)).filter(submission::Column::RevisesId.is_null());
    Ok(if held { brought.lock_exclusive() } else { brought }.one(transaction).await?)
}

/// The guarded write by which every change of state happens. Whoever comes second changes no row.
async fn moved(
    transaction: &impl ConnectionTrait,
    change: sea_orm::UpdateMany<submission::Entity>,
    row: &submission::Model,
    to: SubmissionState,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let changed = change
        .col_expr(submission::Column::State, Expr::value(to))
        .col_expr(submission::Column::Version, Expr::value(row.version + 1))
        .col_expr(submission::Column::UpdatedAt, Expr::value(now))
        .filter(submission::Column::Number.eq(row.number))
        .filter(submission::Column::Version.eq(row.version))
        .filter(submission::Column::State.eq(row.state))
        .exec(transaction)
        .await
        .map_err(twin)?;
    if changed.rows_affected == 1 { Ok(()) } else { Err(stale(ErrorCode::StaleVersion, row.id)) }
}

async fn row(database: &impl ConnectionTrait, id: Uuid) -> Result<Option<submission::Model>, Error> {
    Ok(submission::Entity::find().filter(submission::Column::Id.eq(id)).one(database).await?)
}

async fn content(database: &impl ConnectionTrait, submission: Uuid, number: i32) -> Result<Content, Error> {
    let revision =
        revision::Entity::find().filter(revision::Column::SubmissionId.eq(submission)).filter(revision::Column::Number.eq(number));
    let revision = revision.one(database).await?.ok_or(Error::bug("a submission has its newest revision"))?;
    Ok(serde_json::from_str(&revision.content)?)
}

async fn insert_revision(
    visit: &Visit,
    transaction: &impl ConnectionTrait,
    submission: Uuid,
    number: i32,
    author: Uuid,
    content: &Content,
) -> Result<(), Error> {
    let revision = revision::ActiveModel {
        id: Set(visit.id()),
        submission_id: Set(submission),
        number: Set(number),
        author_id: Set(author),
        content: Set(serde_json::to_string(content)?),
        created_at: Set(visit.clock.now()),
    };
    revision.insert(transaction).await.map_err(|error| match error.sql_err() {
        // Two revisions at once: the unique number lets one through.
        Some(SqlErr::UniqueConstraintViolation(_)) => stale(ErrorCode::StaleVersion, submission),
        _ => error.into(),
    })?;
    Ok(())
}

/// Reads a submission again after its transaction, as the viewer may see it.
async fn again(visit: &Visit, id: Uuid) -> Result<Submission, Error> {
    visible(visit, id).await?.ok_or(Error::bug("who acted on a submission may see it"))
}

/// A submission, as far as the viewer may know of it.
pub(crate) async fn visible(visit: &Visit, id: Uuid) -> Result<Option<Submission>, Error> {
    Ok(row(visit.database(), id).await?.filter(|row| rules::may_see(visit, row)).map(Submission))
}

/// A decision. That it was made is public; what it says to the author is not.
pub(crate) async fn decision(visit: &Visit, id: Uuid) -> Result<Option<Decision>, Error> {
    Ok(decision::Entity::find_by_id(id).one(visit.database()).await?.map(Decision))
}

async fn by_number(visit: &Visit, number: i64) -> Result<Option<Submission>, Error> {
    let row = submission::Entity::find_by_id(number).one(visit.database()).await?;
    Ok(row.filter(|row| rules::may_see(visit, row)).map(Submission))
}

/// What a member brought, newest first.
pub(crate) async fn by_author(visit: &Visit, author: Uuid, window: &Window) -> Result<Connection<Submission>, Error> {
    let select = submission::Entity::find().filter(submission::Column::AuthorId.eq(author));
    let order = (submission::Column::UpdatedAt, submission::Column::Number, Order::Desc);
    window.read(visit, select, order, |row| Cursor::Time(row.updated_at.timestamp_micros(), row.number), Submission).await
}

/// What was sent to the desk and is in one state now.
async fn queue(
    visit: &Visit,
    state: SubmissionState,
    kind: Option<SubmissionKind>,
    sort: QueueSort,
    window: &Window,
) -> Result<Connection<Submission>, Error> {
    visit.moderator()?;
    let order = (submission::Column::DueAt, submission::Column::Number, if sort == QueueSort::Oldest { Order::Asc } else { Order::Desc });
    let mut select =
        submission::Entity::find().filter(submission::Column::State.eq(state)).filter(submission::Column::SentAt.is_not_null());
    if let Some(kind) = kind {
        select = select.filter(submission::Column::Kind.eq(kind));
    }
    window.read(visit, select, order, |row| Cursor::Time(row.due_at.timestamp_micros(), row.number), Submission).await
}

/// What this moderator would open next: what comes `after` in the line, or else what has waited longest, is not their own, and nobody else
/// is on.
async fn next(visit: &Visit, after: Option<&submission::Model>) -> Result<Option<Submission>, Error> {
    use submission::Column::{AuthorId, DueAt, Id, Number, State};
    let me = visit.moderator()?.id;
    let waiting = submission::Entity::find()
        .filter(State.eq(SubmissionState::Pending))
        .filter(AuthorId.ne(me))
        .filter(Id.not_in_subquery(claims::of_others(me, visit.clock.now())))
        .order_by_asc(DueAt)
        .order_by_asc(Number);
    if let Some(row) = after {
        let later = Condition::any().add(DueAt.gt(row.due_at)).add(Condition::all().add(DueAt.eq(row.due_at)).add(Number.gt(row.number)));
        if let Some(found) = waiting.clone().filter(later).one(visit.database()).await? {
            return Ok(Some(Submission(found)));
        }
    }
    Ok(waiting.one(visit.database()).await?.map(Submission))
}

/// Whether somebody's edit of a record is being worked on.
pub(crate) async fn has_open_edit(visit: &Visit, record: Uuid) -> Result<bool, Error> {
    Ok(visit.viewer().is_some() && rules::open_edit(visit.database(), record).await?.is_some())
}

/// Whether something stood at this address and was taken down: nothing else gets it.
pub(crate) async fn is_tombstone(database: &impl ConnectionTrait, kind: SubmissionKind, slug: &str) -> Result<bool, Error> {
    let stone = tombstone::Entity::find().filter(tombstone::Column::Kind.eq(kind)).filter(tombstone::Column::Slug.eq(slug));
    Ok(stone.one(database).await?.is_some())
}

/// The records that these submissions brought into the library; edits of them are left out.
pub(crate) async fn published(
    database: &DatabaseConnection,
    kind: SubmissionKind,
    submissions: Vec<Uuid>,
) -> Result<HashMap<Uuid, Uuid>, Error> {
    if submissions.is_empty() {
        return Ok(HashMap::new());
    }
    let brought = submission::Entity::find().filter(submission::Column::Id.is_in(submissions)).filter(submission::Column::Kind.eq(kind));
    let brought = brought.filter(submission::Column::RevisesId.is_null()).all(database).await?;
    Ok(brought.into_iter().filter_map(|row| Some((row.id, row.published_id?))).collect())
}

/// The decisions of these ids, for the log's proof.
pub(crate) async fn decision_rows(
    database: &DatabaseConnection,
    ids: impl Iterator<Item = Uuid>,
) -> Result<HashMap<Uuid, DecisionRow>, Error> {
    let rows = decision::Entity::find().filter(decision::Column::Id.is_in(ids)).all(database).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Where every submission stands, for the log's proof.
pub(crate) async fn standings(database: &DatabaseConnection) -> Result<Vec<submission::Model>, Error> {
    Ok(submission::Entity::find().order_by_asc(submission::Column::Number).all(database).await?)
}
