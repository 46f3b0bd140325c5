//! How often something may be tried. Counted in the database, so that every server counts alike.

use chrono::{DateTime, Duration, Utc};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait, OnConflict},
};

use crate::{Code, Error, Visit, database::Transaction};

mod entity {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "attempt_count")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub since: DateTimeUtc,
        pub count: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The longest time over which anything is counted.
const LONGEST: Duration = Duration::hours(24);

/// Counts a try by `who` at `what`. Nobody is counted when it is not known who tries, or when limits are off.
///
/// # Errors
/// `RATE_LIMITED` once there were more than `most` within `within`; a fault when the database does not answer.
pub(crate) async fn allow(visit: &Visit, what: &str, who: Option<&str>, most: i32, within: Duration) -> Result<(), Error> {
    let Some(who) = who.filter(|_| visit.limits) else { return Ok(()) };
    let now = visit.clock.now();
    // Keyed by a hash: the table is no list of who came from where.
    let key = visit.derived(what, who.as_bytes()).0;
    let transaction = visit.begin().await?;
    let count = count(&transaction, key, now, within).await?;
    transaction.commit().await?;
    if count > most { Err(Error::Denied(Code::RateLimited)) } else { Ok(()) }
}

async fn count(transaction: &Transaction, key: String, now: DateTime<Utc>, within: Duration) -> Result<i32, Error> {
    let again = entity::Entity::update_many()
        .col_expr(entity::Column::Count, Expr::col(entity::Column::Count).add(1))
        .filter(entity::Column::Key.eq(&key))
        .filter(entity::Column::Since.gt(now - within))
        .exec(transaction)
        .await?;
    if again.rows_affected == 0 {
        let first = entity::ActiveModel { key: Set(key), since: Set(now), count: Set(1) };
        let anew = OnConflict::column(entity::Column::Key).update_columns([entity::Column::Since, entity::Column::Count]).to_owned();
        entity::Entity::insert(first).on_conflict(anew).exec_without_returning(transaction).await?;
        return Ok(1);
    }
    let row = entity::Entity::find_by_id(key).one(transaction).await?;
    Ok(row.map_or(1, |row| row.count))
}

/// Forgets what no limit asks about any more.
pub(crate) async fn sweep(visit: &Visit, transaction: &Transaction) -> Result<(), Error> {
    entity::Entity::delete_many().filter(entity::Column::Since.lt(visit.clock.now() - LONGEST)).exec(transaction).await?;
    Ok(())
}
