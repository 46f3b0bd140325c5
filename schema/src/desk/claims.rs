//! "I'm on it": a lease that keeps two moderators off one item. It ends by itself, and with any decision.

use sea_orm::{
    QueryTrait,
    sea_query::{ExprTrait, SelectStatement},
};

use super::*;

/// How long a claim lasts without work on the item.
const LEASE: Duration = Duration::minutes(15);
/// Characters of the reason for which an administrator breaks one.
const REASON: usize = 500;

/// Takes an item, or holds on to it for another quarter of an hour.
pub(super) async fn claim(visit: &Visit, id: &str) -> Result<Submission, Error> {
    visit.contributor()?;
    let me = visit.moderator()?.id;
    let row = rules::seen(visit, id).await?;
    let now = visit.clock.now();
    let transaction = visit.begin().await?;
    // The row's lock puts claims and decisions on one item one after the other.
    let locked = submission::Entity::find_by_id(row.number).lock_exclusive().one(&transaction).await?;
    let row = locked.ok_or(Error::bug("a submission stays"))?;
    if row.author_id == me {
        return Err(refuse(ErrorCode::ConflictOfInterest, ""));
    }
    guard(&row, row.version, SubmissionAction::Claim)?;
    let mine = claim::ActiveModel { submission_id: Set(row.id), member_id: Set(me), until: Set(now + LEASE) };
    let taken = claim::Entity::insert(mine)
        .on_conflict(
            OnConflict::column(claim::Column::SubmissionId)
                .update_columns([claim::Column::MemberId, claim::Column::Until])
                .action_and_where(claim::Column::MemberId.eq(me).or(claim::Column::Until.lte(now)))
                .to_owned(),
        )
        .exec_without_returning(&transaction)
        .await?;
    if taken == 0 {
        return Err(stale(ErrorCode::ClaimedByOther, row.id));
    }
    transaction.commit().await?;
    again(visit, row.id).await
}

/// Lets an item go. An administrator may break a colleague's claim, with a reason that the log keeps.
pub(super) async fn release(visit: &Visit, id: &str, reason: Option<String>) -> Result<Submission, Error> {
    visit.contributor()?;
    let viewer = visit.moderator()?;
    let row = rules::seen(visit, id).await?;
    let now = visit.clock.now();
    let transaction = visit.begin().await?;
    // The version that the log names must be the one that is there.
    let locked = submission::Entity::find_by_id(row.number).lock_exclusive().one(&transaction).await?;
    let row = locked.ok_or(Error::bug("a submission stays"))?;
    let held = claim::Entity::find_by_id(row.id).one(&transaction).await?.filter(|claim| claim.until > now);
    if let Some(held) = held.filter(|held| held.member_id != viewer.id) {
        if row.author_id == viewer.id {
            return Err(refuse(ErrorCode::ConflictOfInterest, ""));
        }
        if viewer.role != members::Role::Admin {
            return Err(stale(ErrorCode::ClaimedByOther, row.id));
        }
        let mut reader = Reader::default();
        let reason = reader.required_line("reason", &reason.unwrap_or_default(), REASON);
        reader.done()?;
        claim::Entity::delete_by_id(held.submission_id).exec(&transaction).await?;
        let event = log::Event { version: row.version, note: Some(reason), ..row.event(Action::BreakClaim, viewer.id, row.state, now) };
        log::append(visit, &transaction, event).await?;
    } else {
        end(&transaction, row.id).await?;
    }
    transaction.commit().await?;
    again(visit, row.id).await
}

/// Ends the claim on an item, whoever holds it.
pub(super) async fn end(transaction: &impl ConnectionTrait, submission: Uuid) -> Result<(), Error> {
    claim::Entity::delete_by_id(submission).exec(transaction).await?;
    Ok(())
}

/// Refuses while another moderator is on the item.
pub(super) async fn refuse_other(transaction: &impl ConnectionTrait, submission: Uuid, me: Uuid, now: DateTime<Utc>) -> Result<(), Error> {
    match claim::Entity::find_by_id(submission).one(transaction).await? {
        Some(claim) if claim.member_id != me && claim.until > now && me != SYSTEM => Err(stale(ErrorCode::ClaimedByOther, submission)),
        _ => Ok(()),
    }
}

/// Work on an item extends one's claim on it.
pub(super) async fn extend(visit: &Visit, submission: Uuid, me: Uuid) -> Result<(), Error> {
    let now = visit.clock.now();
    let transaction = visit.begin().await?;
    claim::Entity::update_many()
        .col_expr(claim::Column::Until, Expr::value(now + LEASE))
        .filter(claim::Column::SubmissionId.eq(submission))
        .filter(claim::Column::MemberId.eq(me))
        .filter(claim::Column::Until.gt(now))
        .exec(&transaction)
        .await?;
    Ok(transaction.commit().await?)
}

/// The items that other moderators are on.
pub(super) fn of_others(me: Uuid, now: DateTime<Utc>) -> SelectStatement {
    claim::Entity::find()
        .select_only()
        .column(claim::Column::SubmissionId)
        .filter(claim::Column::MemberId.ne(me))
        .filter(claim::Column::Until.gt(now))
        .into_query()
}
