//! Letters to send, written in the transaction that caused them and sent by a job: at least once, with the same Message-ID.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use chrono::{DateTime, Duration, Utc};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    Error, Forum, Visit,
    paging::{Connection, Window},
};

mod entity {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "outbox")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub letter: String,
        pub address: String,
        pub member_id: Option<Uuid>,
        pub variables: String,
        pub created_at: DateTimeUtc,
        pub attempts: i32,
        pub due_at: DateTimeUtc,
        pub sent_at: Option<DateTimeUtc>,
        pub failure: Option<String>,
        pub cancelled_at: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The letters there are; each is a pair of files in the frontend's `letters` folder.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub enum Letter {
    /// A link that signs in.
    SignIn,
    /// Your contribution is in the library.
    Published,
    /// Please change this and that.
    ChangesRequested,
    /// Your contribution is not included, and why.
    Declined,
    /// Your edit of something published took its place.
    EditPublished,
    /// Your edit was not taken over, and why.
    EditDeclined,
    /// What you brought was taken down, and why.
    Removed,
    /// Somebody answered you, or spoke about what you brought.
    Reply,
    /// The topic that you suggested has come further.
    TopicStatus,
    /// Is this address yours?
    ConfirmEmail,
    /// Letters go to another address from now on.
    EmailChanged,
    /// The copy of your data is ready.
    DataExport,
    /// You have another role.
    RoleChanged,
    /// You contribute nothing for a while, and why.
    Silenced,
    /// You cannot sign in, and why.
    Suspended,
    /// What was taken from you is given back.
    Restored,
    /// Your account is deleted.
    Left,
}

impl Letter {
    /// The name of its pair of files.
    pub fn name(self) -> &'static str {
        match self {
            Letter::SignIn => "sign-in",
            Letter::Published => "published",
            Letter::ChangesRequested => "changes-requested",
            Letter::Declined => "declined",
            Letter::EditPublished => "edit-published",
            Letter::EditDeclined => "edit-declined",
            Letter::Removed => "removed",
            Letter::Reply => "reply",
            Letter::TopicStatus => "topic-status",
            Letter::ConfirmEmail => "confirm-email",
            Letter::EmailChanged => "email-changed",
            Letter::DataExport => "data-export",
            Letter::RoleChanged => "role-changed",
            Letter::Silenced => "silenced",
            Letter::Suspended => "suspended",
            Letter::Restored => "restored",
            Letter::Left => "left",
        }
    }
}

/// A letter that is due, and leased to this process until it says what became of it.
pub struct Outgoing {
    /// Also its Message-ID.
    pub id: Uuid,
    /// The name of its pair of files.
    pub letter: String,
    /// Where it goes.
    pub address: String,
    /// As whom its query is asked; none for somebody who is not a member yet.
    pub member: Option<Uuid>,
    /// What its query is asked with.
    pub variables: Value,
    /// When it was caused; also its date, so that a second sending is the same letter.
    pub created_at: DateTime<Utc>,
}

/// How long until a letter that was not sent is tried again.
fn pause(attempts: i32) -> Duration {
    Duration::minutes(match attempts {
        0 | 1 => 1,
        2 => 5,
        3 => 30,
        4 => 120,
        _ => 360,
    })
}

/// Puts a letter into the outbox, as part of the transaction that causes it.
pub(crate) async fn post(
    forum: &Forum,
    transaction: &impl ConnectionTrait,
    letter: Letter,
    address: String,
    member: Option<Uuid>,
    variables: Value,
) -> Result<(), Error> {
    let now = forum.clock.now();
    let row = entity::ActiveModel {
        id: Set(forum.id()),
        letter: Set(letter.name().to_owned()),
        address: Set(address),
        member_id: Set(member),
        variables: Set(variables.to_string()),
        created_at: Set(now),
        attempts: Set(0),
        due_at: Set(now),
        sent_at: Set(None),
        failure: Set(None),
        cancelled_at: Set(None),
    };
    row.insert(transaction).await?;
    Ok(())
}

/// Forgets every letter to somebody who leaves.
pub(crate) async fn forget(transaction: &impl ConnectionTrait, member: Uuid, address: Option<&str>) -> Result<(), Error> {
    let theirs = sea_orm::Condition::any().add(entity::Column::MemberId.eq(member));
    let theirs = address.iter().fold(theirs, |theirs, address| theirs.add(entity::Column::Address.eq(*address)));
    entity::Entity::delete_many().filter(theirs).exec(transaction).await?;
    Ok(())
}

/// How long a letter that has left, or was given up, stays in the list for administrators.
const LISTED: Duration = Duration::days(30);

/// Forgets letters that left long ago; the last one to somebody who is no member any more as soon as it has.
pub(crate) async fn sweep(visit: &Visit, transaction: &impl ConnectionTrait) -> Result<(), Error> {
    let old = visit.clock.now() - LISTED;
    let listed = sea_orm::Condition::any().add(entity::Column::SentAt.lte(old)).add(entity::Column::CancelledAt.lte(old));
    let settled = sea_orm::Condition::any().add(entity::Column::SentAt.is_not_null()).add(entity::Column::CancelledAt.is_not_null());
    let last = sea_orm::Condition::all().add(entity::Column::Letter.eq(Letter::Left.name())).add(settled);
    entity::Entity::delete_many().filter(sea_orm::Condition::any().add(listed).add(last)).exec(transaction).await?;
    Ok(())
}

/// Leases up to ten letters that are due. A guarded update decides, so two servers on one database do not send one twice.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn lease(visit: &Visit) -> Result<Vec<Outgoing>, Error> {
    let now = visit.clock.now();
    let due = entity::Entity::find()
        .filter(entity::Column::SentAt.is_null())
        .filter(entity::Column::CancelledAt.is_null())
        .filter(entity::Column::DueAt.lte(now))
        .order_by_asc(entity::Column::DueAt)
        .limit(10)
        .all(visit.database())
        .await?;
    let mut leased = Vec::new();
    for row in due {
        let attempts = row.attempts + 1;
        let transaction = visit.begin().await?;
        let taken = entity::Entity::update_many()
            .col_expr(entity::Column::Attempts, Expr::value(attempts))
            .col_expr(entity::Column::DueAt, Expr::value(now + pause(attempts)))
            .filter(entity::Column::Id.eq(row.id))
            .filter(entity::Column::Attempts.eq(row.attempts))
            .filter(entity::Column::SentAt.is_null())
            .exec(&transaction)
            .await?;
        transaction.commit().await?;
        if taken.rows_affected == 1 {
            leased.push(Outgoing {
                id: row.id,
                letter: row.letter,
                address: row.address,
                member: row.member_id,
                variables: serde_json::from_str(&row.variables)?,
                created_at: row.created_at,
            });
        }
    }
    Ok(leased)
}

/// What became of a leased letter.
pub enum Outcome {
    /// The mail server took it.
    Sent,
    /// It was not sent for this reason, and is tried again.
    Later(String),
    /// It is not to be sent any more: nobody can receive it, or what it was about is gone.
    Never(String),
}

/// How often a letter is tried before it is given up: about three days.
const TRIES: i32 = 12;

/// Notes what became of a leased letter.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn settle(visit: &Visit, id: Uuid, outcome: Outcome) -> Result<(), Error> {
    let now = Expr::value(visit.clock.now());
    let letter = entity::Entity::update_many().filter(entity::Column::Id.eq(id));
    let (letter, failure) = match outcome {
        Outcome::Sent => (letter.col_expr(entity::Column::SentAt, now), None),
        Outcome::Never(why) => (letter.col_expr(entity::Column::CancelledAt, now), Some(why)),
        Outcome::Later(why) => {
            let tired = Expr::case(entity::Column::Attempts.gte(TRIES), now).finally(Expr::value(None::<DateTime<Utc>>));
            (letter.col_expr(entity::Column::CancelledAt, tired.into()), Some(why))
        }
    };
    let transaction = visit.begin().await?;
    letter.col_expr(entity::Column::Failure, Expr::value(failure)).exec(&transaction).await?;
    transaction.commit().await?;
    Ok(())
}

/// Which letters.
#[derive(Enum, Copy, Clone, Debug, Eq, PartialEq)]
pub enum LetterState {
    /// Not sent yet.
    Waiting,
    /// Taken by the mail server.
    Sent,
    /// Not sent, and not tried any more.
    Cancelled,
}

/// A letter in the outbox.
#[derive(SimpleObject)]
#[graphql(name = "Letter")]
pub struct Posted {
    /// Also its Message-ID.
    id: ID,
    /// Which letter it is, such as `published`.
    letter: String,
    /// Where it goes.
    to: String,
    /// When it was caused.
    created_at: DateTime<Utc>,
    /// How often it was tried.
    attempts: i32,
    /// When it is tried next.
    due_at: DateTime<Utc>,
    /// When the mail server took it.
    sent_at: Option<DateTime<Utc>>,
    /// When it was given up.
    cancelled_at: Option<DateTime<Utc>>,
    /// Why it was not sent when it was last tried.
    failure: Option<String>,
}

impl From<entity::Model> for Posted {
    fn from(row: entity::Model) -> Posted {
        Posted {
            id: ID(row.id.to_string()),
            letter: row.letter,
            to: row.address,
            created_at: row.created_at,
            attempts: row.attempts,
            due_at: row.due_at,
            sent_at: row.sent_at,
            cancelled_at: row.cancelled_at,
            failure: row.failure,
        }
    }
}

/// Questions about letters.
#[derive(Default)]
pub struct OutboxQuery;

#[Object]
impl OutboxQuery {
    /// The outbox, newest first; for administrators.
    async fn letters(
        &self,
        context: &Context<'_>,
        state: Option<LetterState>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Posted>, Error> {
        let visit = Visit::of(context);
        visit.administrator()?;
        let (sent, cancelled) = (entity::Column::SentAt, entity::Column::CancelledAt);
        let select = entity::Entity::find().filter(match state.unwrap_or(LetterState::Waiting) {
            LetterState::Waiting => sent.is_null().and(cancelled.is_null()),
            LetterState::Sent => sent.is_not_null(),
            LetterState::Cancelled => cancelled.is_not_null(),
        });
        Window::parse(first, after, None, None)?.read_by_id(visit, select, entity::Column::Id, |row| row.id, Posted::from).await
    }
}
