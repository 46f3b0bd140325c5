//! What administrators change about others. Nobody changes their own, each change has its reason, its letter and its entry in the log.

use super::*;

/// Characters of a reason.
const REASON: usize = 1_000;
/// How many approved contributions make a newcomer known.
pub(crate) const KNOWN: u64 = 3;

/// What an administrator does to somebody.
pub(super) enum Measure {
    Role(Role),
    Silence(DateTime<Utc>),
    Suspend(Option<DateTime<Utc>>),
    Restore,
}

impl Measure {
    /// Until when it takes something from somebody, which may be without an end; none when it takes nothing.
    fn until(&self) -> Option<Option<DateTime<Utc>>> {
        match self {
            Measure::Silence(until) => Some(Some(*until)),
            Measure::Suspend(until) => Some(*until),
            Measure::Role(_) | Measure::Restore => None,
        }
    }

    /// Refuses what changes nothing. There is one restriction at a time: a shorter or lesser one would quietly end what was decided before.
    fn guard(&self, target: &Member, current: Option<&Restriction>) -> Result<(), Error> {
        let end = |until: Option<DateTime<Utc>>| until.unwrap_or(DateTime::<Utc>::MAX_UTC);
        let field = match (self, current, self.until()) {
            (Measure::Role(role), ..) if *role == target.0.role => "role",
            (Measure::Restore, None, _) => "memberId",
            (_, Some(current), Some(until)) if end(until) < end(current.until) => "until",
            (Measure::Silence(_), Some(current), _) if current.kind == Standing::Suspended => "until",
            _ => return Ok(()),
        };
        Err(Refusal::new(ErrorCode::InvalidTransition, field).into())
    }

    /// What the log says the member was before and is from now on.
    fn words(&self, target: &Member, current: Option<&Restriction>) -> (String, String) {
        let standing = log::word(&current.map_or(target.0.standing, |current| current.kind));
        match self {
            Measure::Role(role) => (log::word(&target.0.role), log::word(role)),
            Measure::Silence(_) => (standing, log::word(&Standing::Silenced)),
            Measure::Suspend(_) => (standing, log::word(&Standing::Suspended)),
            Measure::Restore => (standing, log::word(&target.0.standing)),
        }
    }

    /// What becomes of the member's row.
    fn change(&self, target: &Member, reason: &str) -> entity::ActiveModel {
        let mut row = entity::ActiveModel { id: Set(target.0.id), ..Default::default() };
        let kind = match self {
            Measure::Role(role) => {
                row.role = Set(*role);
                // Somebody was trusted with it: they are known.
                row.standing = Set(if target.0.standing == Standing::New { Standing::Member } else { target.0.standing });
                return row;
            }
            Measure::Silence(_) => Some(Standing::Silenced),
            Measure::Suspend(_) => Some(Standing::Suspended),
            Measure::Restore => None,
        };
        row.restriction = Set(kind);
        row.restricted_until = Set(self.until().flatten());
        row.restriction_reason = Set(kind.map(|_| reason.to_owned()));
        row
    }

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
    let reason = reader.paragraphs("reason", reason, REASON);
    let reason = reader.required("reason", reason);
    if measure.until().flatten().is_some_and(|until| until <= now) {
        reader.refuse(Refusal::new(ErrorCode::Invalid, "until"));
    }
    reader.done()?;
    let gone = || Error::from(Refusal::new(ErrorCode::NotFound, "memberId"));
    let transaction = visit.begin().await?;
    let administrators = administrators(&transaction, now).await?;
    let target = held(&transaction, member.ok_or_else(gone)?).await?.ok_or_else(gone)?;
    if target.0.id == actor || !administrators.contains(&actor) || BUILT_IN.contains(&target.0.handle.as_str()) {
        return Err(Refusal::new(ErrorCode::Forbidden, "memberId").into());
    }
    let (id, current) = (target.0.id, target.restriction(now));
    measure.guard(&target, current.as_ref())?;
    let words = measure.words(&target, current.as_ref());
    let changed = measure.change(&target, &reason).update(&transaction).await?;
    if matches!(measure, Measure::Role(_) | Measure::Suspend(_)) {
        sessions::end_all(&transaction, id, changed.email.as_deref()).await?;
        desk::release_all(&transaction, id).await?;
    }
    let (action, letter, mut said) = measure.told();
    if let Some(address) = changed.email.clone() {
        said["reason"] = reason.clone().into();
        outbox::post(visit, &transaction, letter, address, Some(id), serde_json::json!({ "said": said })).await?;
    }
    log::append_about(visit, &transaction, action, actor, id, words, reason, now).await?;
    transaction.commit().await?;
    Ok(Member(changed))
}

/// Whether somebody has joined and is not known yet.
pub(crate) async fn is_new(transaction: &Transaction, member: Uuid) -> Result<bool, Error> {
    Ok(row(transaction, member).await?.is_some_and(|member| member.0.standing == Standing::New))
}

/// Makes a newcomer known, in the transaction that approves what makes them so.
pub(crate) async fn known(transaction: &Transaction, member: Uuid) -> Result<(), Error> {
    entity::ActiveModel { id: Set(member), standing: Set(Standing::Member), ..Default::default() }.update(transaction).await?;
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
