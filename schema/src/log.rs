//! The log of everything the desk did: append-only, each entry carrying the hash of the one before.
//!
//! What must be erasable for a person's sake (who acted, the words of a decision) lives beside the chain,
//! which keeps a salted hash of it: erase the row with its salt, and the chain still proves the rest.

use std::collections::HashMap;

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    Error, Forum,
    desk::{self, SubmissionState},
};

pub(crate) mod entry {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "log_entry")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i64,
        pub previous: Vec<u8>,
        pub hash: Vec<u8>,
        pub at: DateTimeUtc,
        pub action: super::Action,
        pub submission_id: Uuid,
        /// A submission's state; for an entry about a member, their role or standing.
        pub from_state: Option<String>,
        pub to_state: String,
        pub revision: i32,
        pub version: i32,
        pub detail_id: Uuid,
        pub detail_hash: Vec<u8>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod detail {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "log_detail")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub salt: Vec<u8>,
        pub actor_id: Uuid,
        pub decision_id: Option<Uuid>,
        pub note: Option<String>,
        pub member_id: Option<Uuid>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What was done to a submission.
#[derive(Enum, Copy, Clone, Debug, Eq, PartialEq, sea_orm::EnumIter, sea_orm::DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[graphql(name = "TimelineAction")]
pub enum Action {
    /// Kept as a draft.
    Draft,
    /// Sent to the desk.
    Submit,
    /// Sent again with another text.
    Revise,
    /// Taken back by its author.
    Withdraw,
    /// Put into the library.
    Approve,
    /// Returned with requests.
    RequestChanges,
    /// Not included.
    Decline,
    /// Taken out of the library.
    Remove,
    /// Moved to what is past.
    Archive,
    /// Written into the library from the community file.
    Found,
    /// A colleague's claim was broken by an administrator.
    BreakClaim,
    /// A member got another role.
    Role,
    /// A member contributes nothing for a while.
    Silence,
    /// A member cannot sign in.
    Suspend,
    /// What was taken from a member was given back.
    Restore,
}

/// What is done to a member: such an entry names no submission, and only its detail names the member.
const ABOUT_MEMBERS: [Action; 4] = [Action::Role, Action::Silence, Action::Suspend, Action::Restore];

impl Action {
    /// What the public log shows: the decisions.
    pub(crate) const DECISIONS: [(Action, desk::DecisionKind); 5] = [
        (Action::Approve, desk::DecisionKind::Approve),
        (Action::RequestChanges, desk::DecisionKind::RequestChanges),
        (Action::Decline, desk::DecisionKind::Decline),
        (Action::Remove, desk::DecisionKind::Remove),
        (Action::Archive, desk::DecisionKind::Archive),
    ];
}

/// One thing that was done, as the desk reports it.
pub(crate) struct Event<'a> {
    pub action: Action,
    pub actor: Uuid,
    pub submission: Uuid,
    pub from: Option<SubmissionState>,
    pub to: SubmissionState,
    pub revision: i32,
    pub version: i32,
    pub at: DateTime<Utc>,
    pub decision: Option<&'a desk::DecisionRow>,
    /// Words that belong to no decision, such as why a claim was broken.
    pub note: Option<String>,
}

/// The hash before the first entry.
const BEGINNING: [u8; 32] = [0; 32];
/// What PostgreSQL serialises appends by: any number, the same in every process.
const LOCK: &str = "SELECT pg_advisory_xact_lock(4956180321)";

/// How servers on one PostgreSQL tell each other.
const CALL: &str = "NOTIFY lyceum_log";

/// Appends an entry. Last in its transaction: on PostgreSQL it takes the lock that all appends share.
pub(crate) async fn append(forum: &Forum, transaction: &impl ConnectionTrait, event: Event<'_>) -> Result<(), Error> {
    let detail = detail::Model {
        id: forum.id(),
        salt: forum.randomness.bytes::<32>().to_vec(),
        actor_id: event.actor,
        decision_id: event.decision.map(|decision| decision.id),
        note: event.note,
        member_id: None,
    };
    let entry = entry::Model {
        at: event.at,
        action: event.action,
        submission_id: event.submission,
        from_state: event.from.as_ref().map(word),
        to_state: word(&event.to),
        revision: event.revision,
        version: event.version,
        ..blank(&detail, event.decision)
    };
    chain(transaction, entry, detail).await
}

/// Appends an entry about a member. The chain itself does not say whom it is about: that stands in the detail, and goes with them.
#[allow(clippy::too_many_arguments)] // One entry, spelled out.
pub(crate) async fn append_about(
    forum: &Forum,
    transaction: &impl ConnectionTrait,
    action: Action,
    actor: Uuid,
    member: Uuid,
    (from, to): (String, String),
    reason: String,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    let salt = forum.randomness.bytes::<32>().to_vec();
    let detail = detail::Model { id: forum.id(), salt, actor_id: actor, decision_id: None, note: Some(reason), member_id: Some(member) };
    let entry = entry::Model { at, action, from_state: Some(from), to_state: to, ..blank(&detail, None) };
    chain(transaction, entry, detail).await
}

fn blank(detail: &detail::Model, decision: Option<&desk::DecisionRow>) -> entry::Model {
    entry::Model {
        number: 0,
        previous: Vec::new(),
        hash: Vec::new(),
        at: DateTime::UNIX_EPOCH,
        action: Action::Found,
        // Of an entry about a member: nothing that stands for anybody once the detail is gone.
        submission_id: detail.id,
        from_state: None,
        to_state: String::new(),
        revision: 0,
        version: 0,
        detail_id: detail.id,
        detail_hash: detail_hash(detail, decision),
    }
}

async fn chain(transaction: &impl ConnectionTrait, mut entry: entry::Model, detail: detail::Model) -> Result<(), Error> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        transaction.execute_unprepared(LOCK).await?;
    }
    let head = entry::Entity::find().order_by_desc(entry::Column::Number).one(transaction).await?;
    (entry.number, entry.previous) = head.map_or((1, BEGINNING.to_vec()), |head| (head.number + 1, head.hash));
    entry.hash = entry_hash(&entry);
    detail.into_active_model().insert(transaction).await?;
    entry.into_active_model().insert(transaction).await?;
    if transaction.get_database_backend() == DbBackend::Postgres {
        // Heard by every server, once this is committed.
        transaction.execute_unprepared(CALL).await?;
    }
    Ok(())
}

/// The number of the newest entry; 0 before the first.
pub(crate) async fn head(database: &DatabaseConnection) -> Result<i64, Error> {
    let number = entry::Entity::find().select_only().column(entry::Column::Number).order_by_desc(entry::Column::Number);
    Ok(number.into_tuple().one(database).await?.unwrap_or(0))
}

/// Entries about submissions after one number and up to another, in order.
pub(crate) async fn after(database: &DatabaseConnection, number: i64, to: i64, most: u64) -> Result<Vec<entry::Model>, Error> {
    let entries = entry::Entity::find().filter(entry::Column::Number.gt(number)).filter(entry::Column::Number.lte(to));
    let entries = entries.filter(entry::Column::Action.is_not_in(ABOUT_MEMBERS)).order_by_asc(entry::Column::Number);
    Ok(entries.limit(most).all(database).await?)
}

/// Appends entries of one transaction, in order.
pub(crate) async fn append_all<'a>(
    forum: &Forum,
    transaction: &impl ConnectionTrait,
    events: impl Iterator<Item = Event<'a>>,
) -> Result<(), Error> {
    for event in events {
        append(forum, transaction, event).await?;
    }
    Ok(())
}

/// Hashes fields with their lengths, so that no two lists of fields have the same bytes.
fn hash<'a>(fields: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut hash = Sha256::new();
    for field in fields {
        hash.update((field.len() as u64).to_be_bytes());
        hash.update(field);
    }
    hash.finalize().to_vec()
}

/// A word of a fixed list as the tables spell it.
pub(crate) fn word<E: sea_orm::ActiveEnum<Value = String>>(value: &E) -> String {
    value.to_value()
}

fn entry_hash(entry: &entry::Model) -> Vec<u8> {
    hash([
        &entry.previous[..],
        &entry.number.to_be_bytes(),
        &entry.at.timestamp_micros().to_be_bytes(),
        word(&entry.action).as_bytes(),
        entry.submission_id.as_bytes(),
        entry.from_state.as_deref().unwrap_or_default().as_bytes(),
        entry.to_state.as_bytes(),
        &entry.revision.to_be_bytes(),
        &entry.version.to_be_bytes(),
        entry.detail_id.as_bytes(),
        &entry.detail_hash,
    ])
}

fn detail_hash(detail: &detail::Model, decision: Option<&desk::DecisionRow>) -> Vec<u8> {
    let words = decision.map(|decision| (decision.id, word(&decision.kind), decision.reason.clone(), decision.message.clone()));
    let (id, kind, reason, message) = words.unwrap_or_default();
    let (reason, message) = (reason.unwrap_or_default(), message.unwrap_or_default());
    let fields = [&detail.salt[..], detail.actor_id.as_bytes(), id.as_bytes(), kind.as_bytes(), reason.as_bytes(), message.as_bytes()];
    // Entries without a note have the hash that they had before there were notes.
    hash(fields.into_iter().chain(detail.note.as_ref().map(String::as_bytes)).chain(detail.member_id.as_ref().map(|id| &id.as_bytes()[..])))
}

/// Proves the chain from its beginning, and that every submission stands where its last entry says.
///
/// Answers how many entries hold, or a sentence that names the row that does not.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn verify(database: &DatabaseConnection) -> Result<Result<u64, String>, Error> {
    let (mut previous, mut number) = (BEGINNING.to_vec(), 0);
    let mut last: HashMap<Uuid, (i64, String, i32, i32)> = HashMap::new();
    loop {
        let after = entry::Entity::find().filter(entry::Column::Number.gt(number));
        let entries = after.order_by_asc(entry::Column::Number).limit(1000).all(database).await?;
        if entries.is_empty() {
            break;
        }
        let details =
            detail::Entity::find().filter(detail::Column::Id.is_in(entries.iter().map(|entry| entry.detail_id))).all(database).await?;
        let decisions = desk::decision_rows(database, details.iter().filter_map(|detail| detail.decision_id)).await?;
        let details: HashMap<_, _> = details.into_iter().map(|detail| (detail.id, detail)).collect();
        for entry in entries {
            number += 1;
            if entry.number != number {
                return Ok(Err(format!("log_entry {number} is missing: the next one is {}", entry.number)));
            }
            if entry.previous != previous || entry.hash != entry_hash(&entry) {
                return Ok(Err(format!("log_entry {number} was changed: its hash does not hold")));
            }
            // A detail that is gone was erased for a person's sake; one that is there must be the one.
            if let Some(detail) = details.get(&entry.detail_id)
                && entry.detail_hash != detail_hash(detail, detail.decision_id.and_then(|id| decisions.get(&id)))
            {
                return Ok(Err(format!("the details of log_entry {number} were changed: log_detail {}, or its decision", detail.id)));
            }
            if !ABOUT_MEMBERS.contains(&entry.action) {
                last.insert(entry.submission_id, (number, entry.to_state, entry.revision, entry.version));
            }
            previous = entry.hash;
        }
    }
    for row in desk::standings(database).await? {
        match last.remove(&row.id) {
            Some((_, state, revision, version))
                if (state.as_str(), revision, version) == (word(&row.state).as_str(), row.revision, row.version) => {}
            Some((entry, state, ..)) => {
                let (now, then) = (word(&row.state), state);
                return Ok(Err(format!(
                    "submission {} is {now}, version {}: log_entry {entry} left it {then}, or at another version",
                    row.number, row.version
                )));
            }
            None => return Ok(Err(format!("submission {} is not in the log", row.number))),
        }
    }
    Ok(match last.into_values().min_by_key(|(entry, ..)| *entry) {
        Some((entry, ..)) => Err(format!("the submission of log_entry {entry} is missing")),
        None => Ok(number as u64),
    })
}

/// Erases what the log holds about a person: who acted where they did, and what was done to them. The chain proves the rest without it.
pub(crate) async fn erase(transaction: &impl ConnectionTrait, member: Uuid) -> Result<(), Error> {
    let theirs = Condition::any().add(detail::Column::ActorId.eq(member)).add(detail::Column::MemberId.eq(member));
    detail::Entity::delete_many().filter(theirs).exec(transaction).await?;
    Ok(())
}

/// Erases the details of every entry about a submission, with the words that they prove.
pub(crate) async fn erase_details_of(transaction: &impl ConnectionTrait, submission: Uuid) -> Result<(), Error> {
    let entries = entry::Entity::find().select_only().column(entry::Column::DetailId).filter(entry::Column::SubmissionId.eq(submission));
    detail::Entity::delete_many().filter(detail::Column::Id.in_subquery(entries.into_query())).exec(transaction).await?;
    Ok(())
}
