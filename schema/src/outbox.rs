//! Letters to send, written in the transaction that caused them and sent by a job: at least once, with the same Message-ID.

use chrono::{DateTime, Duration, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use serde_json::Value;
use uuid::Uuid;

use crate::{Error, Forum, Visit};

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
}

impl Letter {
    /// The name of its pair of files.
    pub fn name(self) -> &'static str {
        match self {
            Letter::SignIn => "sign-in",
            Letter::Published => "published",
            Letter::ChangesRequested => "changes-requested",
            Letter::Declined => "declined",
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
    };
    row.insert(transaction).await?;
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

/// Notes what became of a leased letter: sent, or why not.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn settle(visit: &Visit, id: Uuid, outcome: Result<(), String>) -> Result<(), Error> {
    let (sent_at, failure) = match outcome {
        Ok(()) => (Some(visit.clock.now()), None),
        Err(failure) => (None, Some(failure)),
    };
    let transaction = visit.begin().await?;
    entity::Entity::update_many()
        .col_expr(entity::Column::SentAt, Expr::value(sent_at))
        .col_expr(entity::Column::Failure, Expr::value(failure))
        .filter(entity::Column::Id.eq(id))
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}
