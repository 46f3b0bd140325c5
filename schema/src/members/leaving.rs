//! Leaving. Drafts, sessions, tokens, letters and the profile go; contributions stay under "former member" or go, as the member chooses.
//!
//! What the log holds about the person is erased from its side table, and the chain still proves the rest.

use super::*;

/// What becomes of what a member brought.
#[derive(Enum, Copy, Clone, Debug, Eq, PartialEq)]
pub enum ContributionsFate {
    /// What is in the library stays, under "former member".
    Keep,
    /// It is taken back, and its text is erased.
    Remove,
}

/// Deletes the viewer's account. They type their handle, so that nobody does it by accident.
pub(super) async fn leave(visit: &Visit, handle: &str, fate: ContributionsFate) -> Result<bool, Error> {
    let viewer = visit.confirmed()?.id;
    let me = row(visit.database(), viewer).await?.ok_or(Error::Denied(Code::Unauthenticated))?;
    if handle.trim().trim_start_matches('@').to_ascii_lowercase() != me.0.handle {
        return Err(Refusal::new(ErrorCode::NotFound, "handle").into());
    }
    if roles::is_last_administrator(visit, &me).await? {
        return Err(Refusal::new(ErrorCode::Forbidden, "").into());
    }
    let everything = fate == ContributionsFate::Remove;
    let now = visit.clock.now();
    let transaction = loop {
        // Each in a transaction of its own, as if its author took it back: a long library does not hold up everybody else.
        desk::take_back(visit, viewer, everything).await?;
        let transaction = visit.begin().await?;
        let administrators = roles::administrators(&transaction, now).await?;
        if administrators == [viewer] {
            return Err(Refusal::new(ErrorCode::Forbidden, "").into());
        }
        // Nobody writes in this member's name once the row is held; what another of their browsers sent until then is taken back as well.
        held(&transaction, viewer).await?;
        if !desk::has_to_take_back(&transaction, viewer, everything).await? {
            break transaction;
        }
        transaction.rollback().await?;
    };
    let former = built_in(visit, &transaction, "former-member", "Former member", String::new()).await?;
    desk::hand_over(&transaction, viewer, former, everything).await?;
    crate::topics::forget_votes(&transaction, viewer).await?;
    log::erase(&transaction, viewer).await?;
    outbox::forget(&transaction, viewer, me.0.email.as_deref()).await?;
    if let Some(email) = &me.0.email {
        sessions::end_links(&transaction, email).await?;
        outbox::post(visit, &transaction, Letter::Left, email.clone(), None, serde_json::json!({ "language": visit.language() })).await?;
    }
    // Sessions, identities, tokens, links, copies and changes of address go with the row.
    entity::Entity::delete_by_id(viewer).exec(&transaction).await?;
    transaction.commit().await?;
    Ok(true)
}
