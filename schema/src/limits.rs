//! How often something may be tried. Counted in the database, so that every server counts alike.

use std::num::NonZeroU32;

use chrono::{DateTime, Duration, Utc};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use uuid::Uuid;

use crate::{
    Code, Error, Visit,
    database::Transaction,
    members::{self, Role},
};

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

/// What members do often enough to be counted, and how often they may. Source: SECURITY, section 4.
#[derive(Clone, Copy)]
pub(crate) enum Act {
    /// Bringing a resource, a topic, or an edit.
    Submit,
    /// Keeping one as a draft, for which nobody else's time is asked.
    Draft,
    /// Commenting.
    Comment,
    /// Voting for a topic, or taking the vote back.
    Vote,
    /// Deciding about a submission.
    Decide,
}

/// Counts what a member does, in the transaction that does it: what comes to nothing does not count.
///
/// # Errors
/// `RATE_LIMITED` past what the member's role and standing allow; a fault when the database does not answer.
pub(crate) async fn act(visit: &Visit, transaction: &Transaction, act: Act) -> Result<(), Error> {
    let viewer = visit.member()?;
    if !visit.limits || viewer.is_trusted() {
        return Ok(());
    }
    let is_member = viewer.role == Role::Member;
    let is_new = is_member && matches!(act, Act::Submit | Act::Comment) && members::is_new(transaction, viewer.id).await?;
    let (what, most, within) = match act {
        Act::Submit if is_new => ("submit, new", 3, Duration::hours(24)),
        Act::Submit if is_member => ("submit", 10, Duration::hours(1)),
        Act::Submit => ("submit", 60, Duration::hours(1)),
        Act::Draft => ("draft", 60, Duration::hours(1)),
        Act::Comment if is_new => ("comment, new", 10, Duration::hours(24)),
        Act::Comment if is_member => ("comment", 30, Duration::minutes(10)),
        Act::Comment => ("comment", 120, Duration::minutes(10)),
        Act::Vote => ("vote", 60, Duration::minutes(1)),
        Act::Decide => ("decide", 300, Duration::minutes(10)),
    };
    let key = visit.derived(what, viewer.id.as_bytes()).0;
    match count(transaction, key, visit.clock.now(), within).await? > most {
        true => Err(Error::Denied(Code::RateLimited)),
        false => Ok(()),
    }
}

/// Searches that were made lately. Counted by each process for itself: to find something out, nothing is written.
pub struct Searches {
    members: DefaultKeyedRateLimiter<Uuid>,
    addresses: DefaultKeyedRateLimiter<String>,
}

impl Default for Searches {
    fn default() -> Searches {
        // In ten minutes. A campus is one address.
        let within = std::time::Duration::from_secs(600);
        let quota = |most: NonZeroU32| Quota::with_period(within / most.get()).expect("longer than nothing").allow_burst(most);
        let (one, all) = (NonZeroU32::new(60).expect("more than none"), NonZeroU32::new(600).expect("more than none"));
        Searches { members: RateLimiter::keyed(quota(one)), addresses: RateLimiter::keyed(quota(all)) }
    }
}

/// Counts a search, by member or by address.
///
/// # Errors
/// `RATE_LIMITED` past 60 of a member, or 600 from an address, in ten minutes.
pub(crate) fn search(visit: &Visit) -> Result<(), Error> {
    if !visit.limits {
        return Ok(());
    }
    let passes = match (visit.viewer(), visit.address()) {
        (Some(viewer), _) => visit.searches.members.check_key(&viewer.id).is_ok(),
        (None, Some(address)) => visit.searches.addresses.check_key(&address.to_owned()).is_ok(),
        (None, None) => true,
    };
    if passes { Ok(()) } else { Err(Error::Denied(Code::RateLimited)) }
}

async fn count(transaction: &Transaction, key: String, now: DateTime<Utc>, within: Duration) -> Result<i32, Error> {
    // One statement, so that of two who are first at once one counts as the second.
    let known = |column| Expr::col((entity::Entity, column));
    let counts = || known(entity::Column::Since).gt(now - within);
    let count = Expr::case(counts(), known(entity::Column::Count).add(1)).finally(1);
    let since = Expr::case(counts(), known(entity::Column::Since)).finally(now);
    let again = OnConflict::column(entity::Column::Key).value(entity::Column::Count, count).value(entity::Column::Since, since).to_owned();
    let first = entity::ActiveModel { key: Set(key), since: Set(now), count: Set(1) };
    Ok(entity::Entity::insert(first).on_conflict(again).exec_with_returning(transaction).await?.count)
}

/// Forgets what no limit asks about any more.
pub(crate) async fn sweep(visit: &Visit, transaction: &Transaction) -> Result<(), Error> {
    visit.searches.members.retain_recent();
    visit.searches.addresses.retain_recent();
    entity::Entity::delete_many().filter(entity::Column::Since.lt(visit.clock.now() - LONGEST)).exec(transaction).await?;
    Ok(())
}
