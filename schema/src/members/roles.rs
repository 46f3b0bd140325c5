//! What administrators change about others. Nobody changes their own, each change has its reason, its letter and its entry in the log.

use super::*;

/// Characters of a reason.
const REASON: usize = 1_000;
/// How many approved contributions make a newcomer known.
const KNOWN: u64 = 3;

/// What an administrator does to somebody.
pub(super) enum Measure {
    Role(Role),
    Silence(DateTime<Utc>),
    Suspend(Option<DateTime<Utc>>),
    Restore,
}

impl Measure {
    /// The action in the log, the letter, and what the letter says besides the reason.
    fn told(&self) -> (log::Action, Letter, serde_json::Value) {
        match self {
            Measure::Role(role) => (log::Action::Role, Letter::RoleChanged, serde_json::json!({ "role": log::word(role) })),
            Measure::Silence(until) => (log::Action::Silence, Letter::Silenced, serde_json::json!({ "until": until })),
            Measure::Suspend(until) => {
                let until = until.map(|until| until.to_rfc3339()).unwrap_or_default();
                (log::Action::Suspend, Letter::Suspended, serde_json::json!({ "until": until }))
            }
            Measure::Restore => (log::Action::Restore, Letter::Restored, serde_json::json!({})),
        }
    }
}

/// Whether the viewer may change somebody's role and standing.
pub(super) fn may_administer(visit: &Visit, member: &Member) -> bool {
    visit.administrator().is_ok_and(|viewer| viewer.id != member.0.id) && !BUILT_IN.contains(&member.0.handle.as_str())
}

/// Takes a measure. Sessions end where somebody may do something else from now on.
pub(super) async fn take(visit: &Visit, member: Option<Uuid>, measure: Measure, reason: &str) -> Result<Member, Error> {
    visit.administrator()?;
    visit.contributor()?;
    let actor = visit.confirmed()?.id;
    let now = visit.clock.now();
    let mut reader = Reader::default();
    let reason = text::paragraphs(reason);
    let reason = reader.required("reason", reason);
    let reason = reader.paragraphs("reason", &reason, REASON);
    if matches!(measure, Measure::Silence(until) | Measure::Suspend(Some(until)) if until <= now) {
        reader.refuse(Refusal::new(ErrorCode::Invalid, "until"));
    }
    reader.done()?;
    let gone = || Error::from(Refusal::new(ErrorCode::NotFound, "memberId"));
    let transaction = visit.begin().await?;
    let administrators = administrators(&transaction, now).await?;
    let target = held(&transaction, member.ok_or_else(gone)?).await?.ok_or_else(gone)?;
    let is_still_administrator = administrators.contains(&actor);
    if target.0.id == actor || !is_still_administrator || BUILT_IN.contains(&target.0.handle.as_str()) {
        return Err(Refusal::new(ErrorCode::Forbidden, "memberId").into());
    }
    let id = target.0.id;
    let mut change = entity::ActiveModel { id: Set(id), ..Default::default() };
    let restrict = |change: &mut entity::ActiveModel, kind, until| {
        change.restriction = Set(kind);
        change.restricted_until = Set(until);
        change.restriction_reason = Set(kind.map(|_| reason.clone()));
    };
    let current = target.restriction(now);
    let end = |until: Option<DateTime<Utc>>| until.unwrap_or(DateTime::<Utc>::MAX_UTC);
    let asked = match measure {
        Measure::Silence(until) => Some(Some(until)),
        Measure::Suspend(until) => Some(until),
        Measure::Role(_) | Measure::Restore => None,
    };
    if let (Some(until), Some(current)) = (asked, &current) {
        // There is one at a time: a shorter one would quietly end what was decided before.
        if end(until) < end(current.until) || (current.kind == Standing::Suspended && matches!(measure, Measure::Silence(_))) {
            return Err(Refusal::new(ErrorCode::InvalidTransition, "until").into());
        }
    }
    let from = current.map(|restriction| restriction.kind);
    let (from, to) = match measure {
        Measure::Role(role) if role == target.0.role => return Err(Refusal::new(ErrorCode::InvalidTransition, "role").into()),
        Measure::Role(role) => {
            change.role = Set(role);
            if target.0.standing == Standing::New {
                change.standing = Set(Standing::Member);
            }
            (log::word(&target.0.role), log::word(&role))
        }
        Measure::Silence(until) => {
            restrict(&mut change, Some(Standing::Silenced), Some(until));
            (from.as_ref().map(log::word).unwrap_or_default(), log::word(&Standing::Silenced))
        }
        Measure::Suspend(until) => {
            restrict(&mut change, Some(Standing::Suspended), until);
            (from.as_ref().map(log::word).unwrap_or_default(), log::word(&Standing::Suspended))
        }
        Measure::Restore if from.is_none() => return Err(Refusal::new(ErrorCode::InvalidTransition, "memberId").into()),
        Measure::Restore => {
            restrict(&mut change, None, None);
            (from.as_ref().map(log::word).unwrap_or_default(), log::word(&target.0.standing))
        }
    };
    let changed = change.update(&transaction).await?;
    if matches!(measure, Measure::Role(_) | Measure::Suspend(_)) {
        sessions::end_all(&transaction, id, changed.email.as_deref()).await?;
        desk::release_all(&transaction, id).await?;
    }
    let (action, letter, mut said) = measure.told();
    if let Some(address) = changed.email.clone() {
        said["reason"] = reason.clone().into();
        outbox::post(visit, &transaction, letter, address, Some(id), serde_json::json!({ "said": said })).await?;
    }
    log::append_about(visit, &transaction, action, actor, id, (from, to), reason, now).await?;
    transaction.commit().await?;
    Ok(Member(changed))
}

/// Makes a newcomer a member of whom three contributions were approved, in the transaction that approves the third.
pub(crate) async fn known_by_now(transaction: &Transaction, member: Uuid, approved: u64) -> Result<(), Error> {
    if approved >= KNOWN {
        entity::Entity::update_many()
            .col_expr(entity::Column::Standing, Expr::value(Standing::Member))
            .filter(entity::Column::Id.eq(member))
            .filter(entity::Column::Standing.eq(Standing::New))
            .exec(transaction)
            .await?;
    }
    Ok(())
}

/// Whether nobody but this member administers the forum.
pub(super) async fn is_last_administrator(visit: &Visit, member: &Member) -> Result<bool, Error> {
    if member.0.role != Role::Admin {
        return Ok(false);
    }
    let all = entity::Entity::find().filter(entity::Column::Role.eq(Role::Admin)).all(visit.database()).await?;
    Ok(!all.into_iter().any(|row| row.id != member.0.id && !Member(row).is_suspended(visit.clock.now())))
}

/// Everybody who administers the forum now; who is suspended does not. All administrators' rows are held, in one order: two who take the role
/// from each other do not both succeed.
pub(super) async fn administrators(transaction: &Transaction, now: DateTime<Utc>) -> Result<Vec<Uuid>, Error> {
    let rows = entity::Entity::find().filter(entity::Column::Role.eq(Role::Admin)).order_by_asc(entity::Column::Id).lock_exclusive();
    let rows = rows.all(transaction).await?;
    Ok(rows.into_iter().filter(|row| !Member(row.clone()).is_suspended(now)).map(|row| row.id).collect())
}
