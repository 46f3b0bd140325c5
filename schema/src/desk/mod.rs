//! The desk: every contribution is a case that its author may change and moderators decide.
//!
//! A change of state is one guarded write, and one transaction holds all that follows from it. The way into
//! the library is [`Content::publish`], called by `decide` and by nothing else.

use std::collections::HashMap;

use async_graphql::Enum;
use chrono::{DateTime, Duration, Utc};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, IntoActiveModel, Order, QueryFilter, QueryOrder, SqlErr,
    sea_query::{Expr, OnConflict},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    Error, Refusal, Visit,
    error::ErrorCode,
    ids::Kind,
    log::{self, Action},
    markup::Html,
    members,
    outbox::{self, Letter},
    paging::{Connection, Cursor, Window},
    resources::{self, ResourceText},
    text::Reader,
    visit::Loaders,
};
use entity::{change_request, decision, idempotency_key, revision, submission};

mod entity;
mod graphql;

pub(crate) use entity::decision::Model as DecisionRow;
pub(crate) use graphql::prime;
pub use graphql::{
    DecideInput, Decision, DeskMutation, DeskQuery, ReviseSubmissionInput, Submission, SubmitPayload, WithdrawSubmissionInput,
};

/// What a submission is of.
#[derive(Enum, Copy, Clone, Debug, Eq, PartialEq, sea_orm::EnumIter, sea_orm::DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SubmissionKind {
    /// Something others could use.
    Resource,
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
pub enum Content {
    /// Something others could use.
    Resource(ResourceText),
}

impl Content {
    fn kind(&self) -> SubmissionKind {
        match self {
            Content::Resource(_) => SubmissionKind::Resource,
        }
    }

    fn title(&self) -> &str {
        match self {
            Content::Resource(text) => &text.title,
        }
    }

    /// The address that no two open or published submissions may have, unless their author says that it is no duplicate.
    fn address_key(&self) -> Option<String> {
        match self {
            Content::Resource(text) => text.address_key(),
        }
    }

    /// The fields that requests may be anchored to.
    fn fields(&self) -> &'static [&'static str] {
        match self {
            Content::Resource(_) => &resources::FIELDS,
        }
    }

    /// Renders before the transaction: the sanitiser's worst case must not hold the one writer.
    async fn render(&self) -> Result<Html, Error> {
        match self {
            Content::Resource(text) => text.render().await,
        }
    }

    /// Writes the text into the library.
    async fn publish(&self, gate: &Gate<'_>, html: Html) -> Result<(), Error> {
        match self {
            Content::Resource(text) => resources::publish(gate, text, html).await,
        }
    }
}

/// The one way across: what `publish` gets from the decision that ordered it. Only `decide` makes one.
pub(crate) struct Gate<'a> {
    pub transaction: &'a crate::database::Transaction,
    /// The id that the record in the library gets.
    pub id: Uuid,
    pub submission: Uuid,
    pub number: i64,
    pub submitter: Uuid,
    pub at: DateTime<Utc>,
    _made_by_decide: (),
}

/// What answered requests earn in the queue: the author has waited once already.
const ANSWERED_EARNS: Duration = Duration::hours(24);
/// Characters of words to an author, of a request, and of an idempotency key.
const MESSAGE: usize = 2_000;
const REQUEST: usize = 1_000;
const KEY: usize = 100;

fn refuse(code: ErrorCode, field: &str) -> Error {
    Refusal::new(code, field).into()
}

/// "There is something else now than you looked at", with what is there now.
fn stale(code: ErrorCode, submission: Uuid) -> Error {
    Refusal::new(code, "").current(submission).into()
}

/// What a rule puts into a submission when it is sent or kept.
pub(crate) struct Sending {
    pub content: Content,
    pub draft: bool,
    pub not_duplicate: bool,
    pub idempotency_key: Option<String>,
}

/// Puts a contribution on the desk, or keeps it as a draft. Nobody but its author sees a draft.
pub(crate) async fn submit(visit: &Visit, sending: Sending) -> Result<Submission, Error> {
    let author = visit.member()?.id;
    let Sending { content, draft, not_duplicate, idempotency_key } = sending;
    let (id, now) = (visit.id(), visit.clock.now());
    let state = if draft { SubmissionState::Draft } else { SubmissionState::Pending };
    let hold = held(&content, state, not_duplicate);
    let transaction = visit.begin().await?;
    let input = (&content, draft, not_duplicate);
    if let Some(made) = once(visit, &transaction, idempotency_key.as_deref(), "submit", &input, id).await? {
        // Reading needs a connection of its own: nobody holds two.
        transaction.rollback().await?;
        return again(visit, made).await;
    }
    refuse_twin(&transaction, hold.as_deref(), id).await?;
    let row = submission::ActiveModel {
        id: Set(id),
        kind: Set(content.kind()),
        state: Set(state),
        version: Set(1),
        revision: Set(1),
        author_id: Set(author),
        title: Set(content.title().to_owned()),
        address_hold: Set(hold),
        published_id: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
        due_at: Set(now),
        sent_at: Set((!draft).then_some(now)),
        ..Default::default()
    };
    row.insert(&transaction).await.map_err(twin)?;
    insert_revision(visit, &transaction, id, 1, author, &content).await?;
    let action = if draft { Action::Draft } else { Action::Submit };
    let event =
        log::Event { action, actor: author, submission: id, from: None, to: state, revision: 1, version: 1, at: now, decision: None };
    log::append(visit, &transaction, event).await?;
    transaction.commit().await?;
    again(visit, id).await
}

/// Replaces the text of one's own open submission, ticks off requests, and sends it (again) unless it stays a draft.
async fn revise(visit: &Visit, id: &str, version: i32, answered: &[String], sending: Sending) -> Result<Submission, Error> {
    let author = visit.member()?.id;
    let Sending { content, draft, not_duplicate, .. } = sending;
    let row = own(visit, id).await?;
    let requests: Vec<Uuid> = answered.iter().filter_map(|id| Kind::ChangeRequest.local(id)).collect();
    if requests.len() != answered.len() {
        return Err(refuse(ErrorCode::NotFound, "answered"));
    }
    guard(&row, version, SubmissionAction::Revise)?;
    let draft = draft && row.state == SubmissionState::Draft;
    let to = if draft { SubmissionState::Draft } else { SubmissionState::Pending };
    let hold = held(&content, to, not_duplicate);
    let (now, number) = (visit.clock.now(), row.revision + 1);
    let sent = row.sent_at.or((!draft).then_some(now));
    let due = match row.state {
        SubmissionState::ChangesRequested => now - ANSWERED_EARNS,
        SubmissionState::Draft => now,
        _ => row.due_at,
    };
    let transaction = visit.begin().await?;
    refuse_twin(&transaction, hold.as_deref(), row.id).await?;
    let change = submission::Entity::update_many()
        .col_expr(submission::Column::Revision, Expr::value(number))
        .col_expr(submission::Column::Title, Expr::value(content.title()))
        .col_expr(submission::Column::AddressHold, Expr::value(hold))
        .col_expr(submission::Column::DueAt, Expr::value(due))
        .col_expr(submission::Column::SentAt, Expr::value(sent));
    moved(&transaction, change, &row, to, now).await?;
    insert_revision(visit, &transaction, row.id, number, author, &content).await?;
    change_request::Entity::update_many()
        .col_expr(change_request::Column::AnsweredIn, Expr::value(number))
        .filter(change_request::Column::SubmissionId.eq(row.id))
        .filter(change_request::Column::Id.is_in(requests))
        .exec(&transaction)
        .await?;
    let action = match (row.state, to) {
        (SubmissionState::Draft, SubmissionState::Draft) => Action::Draft,
        (SubmissionState::Draft, _) => Action::Submit,
        _ => Action::Revise,
    };
    let event = log::Event {
        action,
        actor: author,
        submission: row.id,
        from: Some(row.state),
        to,
        revision: number,
        version: version + 1,
        at: now,
        decision: None,
    };
    log::append(visit, &transaction, event).await?;
    transaction.commit().await?;
    again(visit, row.id).await
}

/// Takes back one's own open submission.
async fn withdraw(visit: &Visit, id: &str, version: i32) -> Result<Submission, Error> {
    let author = visit.member()?.id;
    let row = own(visit, id).await?;
    guard(&row, version, SubmissionAction::Withdraw)?;
    let now = visit.clock.now();
    let to = SubmissionState::Withdrawn;
    let transaction = visit.begin().await?;
    let change = submission::Entity::update_many().col_expr(submission::Column::AddressHold, Expr::value(None::<String>));
    moved(&transaction, change, &row, to, now).await?;
    let event = log::Event {
        action: Action::Withdraw,
        actor: author,
        submission: row.id,
        from: Some(row.state),
        to,
        revision: row.revision,
        version: version + 1,
        at: now,
        decision: None,
    };
    log::append(visit, &transaction, event).await?;
    transaction.commit().await?;
    again(visit, row.id).await
}

/// A decision as a moderator gives it, parsed.
struct Verdict {
    kind: DecisionKind,
    reason: Option<String>,
    message: Option<String>,
    requests: Vec<(String, String)>,
}

impl Verdict {
    fn parse(visit: &Visit, input: &DecideInput, fields: &[&str]) -> Result<Verdict, Error> {
        let mut reader = Reader::default();
        let typed = |text: &Option<String>| text.clone().unwrap_or_default();
        let reasons = visit.community.reasons.iter().map(|reason| reason.id.as_str());
        // Only declining needs a reason; what a form sends along with another decision is left alone.
        let reason = match input.decision {
            DecisionKind::Decline => reader.required_word("reason", &typed(&input.reason), reasons),
            _ => String::new(),
        };
        let message = reader.paragraphs("message", &typed(&input.message), MESSAGE);
        let mut requests = Vec::new();
        for (index, request) in input.requests.iter().flatten().enumerate().take(fields.len() + 1) {
            let message = reader.paragraphs(&format!("requests.{index}.message"), &request.message, REQUEST);
            // A form shows every field; one about which nothing was asked is no request.
            if message.is_empty() {
                continue;
            }
            let field = reader.word(&format!("requests.{index}.field"), &request.field, fields.iter().copied());
            let field = reader.required(&format!("requests.{index}.field"), field);
            requests.push((field, message));
        }
        if input.decision != DecisionKind::RequestChanges {
            requests.clear();
        } else if requests.is_empty() {
            reader.refuse(Refusal::new(ErrorCode::Required, "requests"));
        }
        reader.done()?;
        let given = |text: String| (!text.is_empty()).then_some(text);
        Ok(Verdict { kind: input.decision, reason: given(reason), message: given(message), requests })
    }

    fn outcome(&self) -> (SubmissionState, Action, Letter, SubmissionAction) {
        match self.kind {
            DecisionKind::Approve => (SubmissionState::Published, Action::Approve, Letter::Published, SubmissionAction::Approve),
            DecisionKind::RequestChanges => {
                (SubmissionState::ChangesRequested, Action::RequestChanges, Letter::ChangesRequested, SubmissionAction::RequestChanges)
            }
            DecisionKind::Decline => (SubmissionState::Declined, Action::Decline, Letter::Declined, SubmissionAction::Decline),
        }
    }
}

/// Decides on a submission: the newest revision, at the current version, by somebody other than its author.
async fn decide(visit: &Visit, input: DecideInput) -> Result<Submission, Error> {
    let decider = visit.moderator()?.id;
    let row = match Kind::Submission.local(&input.submission_id) {
        Some(id) => row(visit.database(), id).await?.filter(|row| may_see(visit, row)),
        None => None,
    }
    .ok_or_else(|| refuse(ErrorCode::NotFound, "submissionId"))?;
    let content = content(visit.database(), row.id, row.revision).await?;
    let verdict = Verdict::parse(visit, &input, content.fields())?;
    let (to, action, letter, needed) = verdict.outcome();
    let html = if verdict.kind == DecisionKind::Approve { Some(content.render().await?) } else { None };
    let now = visit.clock.now();

    let transaction = visit.begin().await?;
    let asked = (
        &input.submission_id.0,
        input.version,
        input.revision,
        format!("{:?}", verdict.kind),
        &verdict.reason,
        &verdict.message,
        &verdict.requests,
    );
    if let Some(made) = once(visit, &transaction, input.idempotency_key.as_deref(), "decide", &asked, row.id).await? {
        // Reading needs a connection of its own: nobody holds two.
        transaction.rollback().await?;
        return again(visit, made).await;
    }
    if row.author_id == decider {
        return Err(refuse(ErrorCode::ConflictOfInterest, ""));
    }
    if input.revision != row.revision {
        return Err(stale(ErrorCode::StaleRevision, row.id));
    }
    guard(&row, input.version, needed)?;
    // The guard comes first, so that the loser of a race has written nothing into the library.
    let published = html.map(|html| (visit.id(), html));
    let mut change =
        submission::Entity::update_many().col_expr(submission::Column::PublishedId, Expr::value(published.as_ref().map(|it| it.0)));
    if to == SubmissionState::Declined {
        change = change.col_expr(submission::Column::AddressHold, Expr::value(None::<String>));
    }
    moved(&transaction, change, &row, to, now).await?;
    if let Some((id, html)) = published {
        let gate = Gate {
            transaction: &transaction,
            id,
            submission: row.id,
            number: row.number,
            submitter: row.author_id,
            at: now,
            _made_by_decide: (),
        };
        content.publish(&gate, html).await?;
    }
    let decision = record(visit, &transaction, &row, decider, verdict, now).await?;
    if let Some(address) = members::address(&transaction, row.author_id).await? {
        let variables = serde_json::json!({ "decision": Kind::Decision.global(decision.id).0 });
        outbox::post(visit, &transaction, letter, address, Some(row.author_id), variables).await?;
    }
    let event = log::Event {
        action,
        actor: decider,
        submission: row.id,
        from: Some(row.state),
        to,
        revision: row.revision,
        version: row.version + 1,
        at: now,
        decision: Some(&decision),
    };
    log::append(visit, &transaction, event).await?;
    transaction.commit().await?;
    again(visit, row.id).await
}

/// Writes a decision with its requests, once.
async fn record(
    visit: &Visit,
    transaction: &impl ConnectionTrait,
    row: &submission::Model,
    decider: Uuid,
    verdict: Verdict,
    now: DateTime<Utc>,
) -> Result<DecisionRow, Error> {
    let decision = DecisionRow {
        id: visit.id(),
        submission_id: row.id,
        decider_id: decider,
        kind: verdict.kind,
        revision: row.revision,
        version: row.version + 1,
        reason: verdict.reason,
        message: verdict.message,
        created_at: now,
    };
    let decision = decision.into_active_model().insert(transaction).await?;
    for (position, (field, message)) in verdict.requests.into_iter().enumerate() {
        let request = change_request::Model {
            id: visit.id(),
            submission_id: row.id,
            decision_id: decision.id,
            position: position as i32,
            field,
            message,
            answered_in: None,
        };
        request.into_active_model().insert(transaction).await?;
    }
    Ok(decision)
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

/// Refuses a version that is no longer the current one, and an action that the state does not allow.
fn guard(row: &submission::Model, version: i32, action: SubmissionAction) -> Result<(), Error> {
    if row.version != version {
        return Err(stale(ErrorCode::StaleVersion, row.id));
    }
    if !allowed(row.state).contains(&action) {
        return Err(stale(ErrorCode::InvalidTransition, row.id));
    }
    Ok(())
}

/// The state machine: what may be done to a submission in each state.
fn allowed(state: SubmissionState) -> &'static [SubmissionAction] {
    use SubmissionAction::{Approve, Decline, RequestChanges, Revise, Withdraw};
    match state {
        SubmissionState::Draft | SubmissionState::ChangesRequested => &[Revise, Withdraw],
        SubmissionState::Pending => &[Revise, Withdraw, Approve, RequestChanges, Decline],
        SubmissionState::Published | SubmissionState::Declined | SubmissionState::Withdrawn => &[],
    }
}

/// Which of the actions are this viewer's: revising and taking back are the author's, deciding is anybody else's on the desk.
fn actions(visit: &Visit, row: &submission::Model) -> Vec<SubmissionAction> {
    let own = visit.viewer().is_some_and(|viewer| viewer.id == row.author_id);
    let authors = |action: &SubmissionAction| matches!(action, SubmissionAction::Revise | SubmissionAction::Withdraw);
    allowed(row.state)
        .iter()
        .filter(|action| if own { authors(action) } else { !authors(action) && visit.is_moderator() })
        .copied()
        .collect()
}

/// The author sees it; moderators see what was ever sent to the desk. A draft is its author's alone.
fn may_see(visit: &Visit, row: &submission::Model) -> bool {
    let own = visit.viewer().is_some_and(|viewer| viewer.id == row.author_id);
    own || (visit.is_moderator() && row.sent_at.is_some())
}

async fn row(database: &impl ConnectionTrait, id: Uuid) -> Result<Option<submission::Model>, Error> {
    Ok(submission::Entity::find().filter(submission::Column::Id.eq(id)).one(database).await?)
}

/// One's own submission; somebody else's and none at all answer alike, unless the viewer may know of it.
async fn own(visit: &Visit, id: &str) -> Result<submission::Model, Error> {
    let viewer = visit.member()?.id;
    let found = match Kind::Submission.local(id) {
        Some(id) => row(visit.database(), id).await?.filter(|row| may_see(visit, row)),
        None => None,
    };
    let row = found.ok_or_else(|| refuse(ErrorCode::NotFound, "submissionId"))?;
    if row.author_id == viewer { Ok(row) } else { Err(refuse(ErrorCode::Forbidden, "submissionId")) }
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

/// The address that a submission holds while it is open or published. A draft holds none: it may never be sent.
fn held(content: &Content, state: SubmissionState, not_duplicate: bool) -> Option<String> {
    content.address_key().filter(|_| state != SubmissionState::Draft && !not_duplicate)
}

/// Refuses an address that another open or published submission holds, and says which.
async fn refuse_twin(transaction: &impl ConnectionTrait, hold: Option<&str>, except: Uuid) -> Result<(), Error> {
    let Some(hold) = hold else { return Ok(()) };
    let twin = submission::Entity::find().filter(submission::Column::AddressHold.eq(hold)).filter(submission::Column::Id.ne(except));
    match twin.one(transaction).await? {
        Some(twin) => Err(Refusal::new(ErrorCode::Duplicate, "url").current(twin.id).into()),
        None => Ok(()),
    }
}

/// What the unique index says when two submissions of one address arrive at the same moment.
fn twin(error: DbErr) -> Error {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => refuse(ErrorCode::Duplicate, "url"),
        _ => error.into(),
    }
}

/// Takes an idempotency key: the same key and input give the same answer, once.
///
/// Answers the submission that an earlier use of the key was about. The key's row comes first in the transaction,
/// so that a second use waits for the first.
async fn once(
    visit: &Visit,
    transaction: &impl ConnectionTrait,
    key: Option<&str>,
    mutation: &str,
    input: &impl Serialize,
    made: Uuid,
) -> Result<Option<Uuid>, Error> {
    let Some(key) = key.map(str::trim).filter(|key| !key.is_empty()) else {
        return Ok(None);
    };
    if key.chars().count() > KEY || key.chars().any(char::is_control) {
        return Err(Refusal::new(ErrorCode::Invalid, "idempotencyKey").with("limit", KEY).into());
    }
    let member = visit.member()?.id;
    let input_hash = Sha256::digest(serde_json::to_vec(&(mutation, input))?).to_vec();
    let row = idempotency_key::ActiveModel {
        member_id: Set(member),
        key: Set(key.to_owned()),
        input_hash: Set(input_hash.clone()),
        submission_id: Set(Some(made)),
        created_at: Set(visit.clock.now()),
    };
    let columns = [idempotency_key::Column::MemberId, idempotency_key::Column::Key];
    let insert = idempotency_key::Entity::insert(row).on_conflict(OnConflict::columns(columns).do_nothing().to_owned());
    if insert.exec_without_returning(transaction).await? == 1 {
        return Ok(None);
    }
    let earlier = idempotency_key::Entity::find_by_id((member, key.to_owned())).one(transaction).await?;
    match earlier {
        Some(earlier) if earlier.input_hash == input_hash => Ok(earlier.submission_id),
        _ => Err(refuse(ErrorCode::IdempotencyMismatch, "idempotencyKey")),
    }
}

/// Reads a submission again after its transaction, as the viewer may see it.
async fn again(visit: &Visit, id: Uuid) -> Result<Submission, Error> {
    visible(visit, id).await?.ok_or(Error::bug("who acted on a submission may see it"))
}

/// A submission, as far as the viewer may know of it.
pub(crate) async fn visible(visit: &Visit, id: Uuid) -> Result<Option<Submission>, Error> {
    Ok(row(visit.database(), id).await?.filter(|row| may_see(visit, row)).map(Submission))
}

/// A decision, as far as the viewer may know of its submission.
pub(crate) async fn decision(visit: &Visit, id: Uuid) -> Result<Option<Decision>, Error> {
    let Some(decision) = decision::Entity::find_by_id(id).one(visit.database()).await? else {
        return Ok(None);
    };
    Ok(visible(visit, decision.submission_id).await?.map(|_| Decision(decision)))
}

async fn by_number(visit: &Visit, number: i64) -> Result<Option<Submission>, Error> {
    let row = submission::Entity::find_by_id(number).one(visit.database()).await?;
    Ok(row.filter(|row| may_see(visit, row)).map(Submission))
}

/// What a member brought, newest first.
pub(crate) async fn by_author(visit: &Visit, author: Uuid, window: &Window) -> Result<Connection<Submission>, Error> {
    let select = submission::Entity::find().filter(submission::Column::AuthorId.eq(author));
    let order = (submission::Column::UpdatedAt, submission::Column::Number, Order::Desc);
    window.read(visit, select, order, |row| Cursor::Time(row.updated_at.timestamp_micros(), row.number), Submission).await
}

/// What was sent to the desk and is in one state now.
async fn queue(visit: &Visit, state: SubmissionState, sort: QueueSort, window: &Window) -> Result<Connection<Submission>, Error> {
    visit.moderator()?;
    let order = (submission::Column::DueAt, submission::Column::Number, if sort == QueueSort::Oldest { Order::Asc } else { Order::Desc });
    let select = submission::Entity::find().filter(submission::Column::State.eq(state)).filter(submission::Column::SentAt.is_not_null());
    window.read(visit, select, order, |row| Cursor::Time(row.due_at.timestamp_micros(), row.number), Submission).await
}

/// What this moderator would open next: what has waited longest and is not their own.
async fn next(visit: &Visit) -> Result<Option<Submission>, Error> {
    let me = visit.moderator()?.id;
    let oldest = submission::Entity::find()
        .filter(submission::Column::State.eq(SubmissionState::Pending))
        .filter(submission::Column::AuthorId.ne(me))
        .order_by_asc(submission::Column::DueAt)
        .order_by_asc(submission::Column::Number);
    Ok(oldest.one(visit.database()).await?.map(Submission))
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
