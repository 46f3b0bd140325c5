//! Signing in and staying signed in. Secrets travel; the tables keep their hashes.
//!
//! Two ways in: a link that comes by letter, and a provider that vouches for somebody. Both end in a session.

use std::collections::{HashMap, HashSet};

use async_graphql::SimpleObject;
use chrono::{DateTime, Duration, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, SqlErr, sea_query::Expr,
};
use uuid::Uuid;

use crate::{
    Error, Forum, Refusal, Visit,
    database::Transaction,
    error::ErrorCode,
    forum::Token,
    limits,
    members::{self, Joining, Member, Restriction, Role, Viewer},
    outbox::{self, Letter},
    text::{self, Reader},
    tokens,
};
use entity::{attempt, identity, kept, link, session};

mod entity;
mod graphql;
/// Sign-in links, and what pressing one does.
mod links;
/// Providers that vouch for somebody, and whom they have vouched for.
mod providers;

pub use graphql::{Identity, Session, SessionMutation, SessionQuery};
pub(crate) use graphql::{identities_of, sessions_of};
pub use links::{SignedIn, link_token, operator_link, sign_in};
pub use providers::{Arrival, Begun, Proof, Underway, arrive, begin, resume};

/// Ids that are asked for in one statement.
const TOGETHER: usize = 500;
/// How often a session's last use is written at most.
const SEEN: Duration = Duration::minutes(5);
/// How long a session's secret stays the same, and how long the one before still works for what was under way.
const RENEWED: Duration = Duration::hours(24);
const OVERLAP: Duration = Duration::minutes(1);
/// How long what a visitor wrote waits for them to say who they are.
const KEPT: Duration = Duration::hours(24);
/// Characters of a form that is kept: the longest text, each character up to twelve bytes once encoded.
const KEPT_SIZE: usize = 1024 * 1024;

/// How long a session lasts without a request, and altogether. Source: SECURITY, section 4.
fn lifetimes(role: Role) -> (Duration, Duration) {
    match role {
        Role::Member => (Duration::days(14), Duration::days(30)),
        Role::Moderator | Role::Admin => (Duration::minutes(60), Duration::hours(24)),
    }
}

/// Seconds that a browser keeps a session's cookie; each day's new secret begins them anew.
pub const COOKIE_SECONDS: u64 = 14 * 24 * 60 * 60;

impl session::Model {
    fn is_over(&self, role: Role, now: DateTime<Utc>) -> bool {
        let (idle, absolute) = lifetimes(role);
        now - self.last_seen_at > idle || now - self.created_at > absolute
    }
}

/// Whose session a secret belongs to; none when it is unknown, signed out or too old. Once a day a new secret takes its place.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn viewer(visit: &Visit, secret: &Token) -> Result<Option<(Viewer, Option<Token>)>, Error> {
    let (hash, now) = (secret.hash(), visit.clock.now());
    let before = Condition::all().add(session::Column::PreviousHash.eq(hash.clone())).add(session::Column::RenewedAt.gt(now - OVERLAP));
    let known = Condition::any().add(session::Column::TokenHash.eq(hash.clone())).add(before);
    let Some(session) = session::Entity::find().filter(known).one(visit.database()).await? else {
        return Ok(None);
    };
    let Some(member) = members::recognise(visit, session.member_id).await? else {
        return Ok(None);
    };
    if session.is_over(member.rank(), now) || member.is_suspended(now) {
        return Ok(None);
    }
    if now - session.last_seen_at > SEEN {
        seen(visit.clone(), session.id, now);
    }
    let is_current = session.token_hash == hash;
    let renewed = match is_current && now - session.renewed_at.unwrap_or(session.created_at) > RENEWED {
        true => renew(visit, &session, now).await?,
        false => None,
    };
    Ok(Some((member.viewer(session.id, session.confirmed_at, now), renewed)))
}

/// Of these viewers, those whose session, or token, is no more: signed out, ended by a new role or a suspension, revoked, over.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn ended(visit: &Visit, viewers: &[Viewer]) -> Result<Vec<Uuid>, Error> {
    let (by_token, by_session): (Vec<&Viewer>, Vec<&Viewer>) = viewers.iter().partition(|viewer| viewer.scopes.is_some());
    let (mut open, now): (HashSet<Uuid>, _) = (HashSet::new(), visit.clock.now());
    for some in by_session.chunks(TOGETHER) {
        let roles: HashMap<Uuid, Role> = some.iter().map(|viewer| (viewer.session, viewer.role)).collect();
        let rows = session::Entity::find().filter(session::Column::Id.is_in(roles.keys().copied())).all(visit.database()).await?;
        open.extend(rows.iter().filter(|row| !row.is_over(roles[&row.id], now)).map(|row| row.id));
    }
    for some in by_token.chunks(TOGETHER) {
        let ids: Vec<Uuid> = some.iter().map(|viewer| viewer.session).collect();
        let roles = tokens::roles(visit, &ids).await?;
        open.extend(some.iter().filter(|viewer| roles.get(&viewer.session) == Some(&viewer.role)).map(|viewer| viewer.session));
    }
    Ok(viewers.iter().map(|viewer| viewer.session).filter(|session| !open.contains(session)).collect())
}

/// Whether the session, or token, that a visit came with is still there; a stranger's always is.
pub(crate) async fn is_open(visit: &Visit) -> Result<bool, Error> {
    match visit.viewer() {
        Some(viewer) => Ok(ended(visit, std::slice::from_ref(viewer)).await?.is_empty()),
        None => Ok(true),
    }
}

/// Gives a session a new secret. An update alone, guarded by the old one: it cannot bring a signed-out session back.
async fn renew(visit: &Visit, session: &session::Model, now: DateTime<Utc>) -> Result<Option<Token>, Error> {
    let secret = visit.token();
    let transaction = visit.begin().await?;
    let changed = session::Entity::update_many()
        .col_expr(session::Column::TokenHash, Expr::value(secret.hash()))
        .col_expr(session::Column::PreviousHash, Expr::value(session.token_hash.clone()))
        .col_expr(session::Column::RenewedAt, Expr::value(now))
        .filter(session::Column::Id.eq(session.id))
        .filter(session::Column::TokenHash.eq(session.token_hash.clone()))
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    Ok((changed.rows_affected == 1).then_some(secret))
}

/// Notes the last use, off the request's path. An update alone: it cannot bring a signed-out session back.
fn seen(visit: Visit, session: Uuid, now: DateTime<Utc>) {
    tokio::spawn(async move {
        let note = async {
            let transaction = visit.begin().await?;
            session::Entity::update_many()
                .col_expr(session::Column::LastSeenAt, Expr::value(now))
                .filter(session::Column::Id.eq(session))
                .filter(session::Column::LastSeenAt.lt(now))
                .exec(&transaction)
                .await?;
            transaction.commit().await?;
            Ok::<_, Error>(())
        };
        if let Err(error) = note.await {
            tracing::warn!(?error, "a session's last use was not noted");
        }
    });
}

/// Begins a session. The one that the browser had ends: nobody who planted it is signed in with.
async fn start(visit: &Visit, transaction: &Transaction, member: Uuid) -> Result<Token, Error> {
    let (secret, now) = (visit.token(), visit.clock.now());
    if let Some(viewer) = visit.viewer() {
        session::Entity::delete_by_id(viewer.session).exec(transaction).await?;
    }
    let session = session::Model {
        id: visit.id(),
        token_hash: secret.hash(),
        member_id: member,
        created_at: now,
        last_seen_at: now,
        label: visit.client().label(),
        confirmed_at: Some(now),
        renewed_at: None,
        previous_hash: None,
    };
    session.into_active_model().insert(transaction).await?;
    Ok(secret)
}

/// Ends the viewer's session.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn sign_out(visit: &Visit) -> Result<(), Error> {
    if let Some(viewer) = visit.viewer() {
        let transaction = visit.begin().await?;
        session::Entity::delete_by_id(viewer.session).exec(&transaction).await?;
        transaction.commit().await?;
    }
    Ok(())
}

/// Ends one of the viewer's sessions, or all of them but this.
async fn end(visit: &Visit, which: Option<Uuid>) -> Result<(), Error> {
    let viewer = visit.account()?;
    let mine = session::Entity::delete_many().filter(session::Column::MemberId.eq(viewer.id));
    let mine = match which {
        Some(id) => mine.filter(session::Column::Id.eq(id)),
        None => mine.filter(session::Column::Id.ne(viewer.session)),
    };
    let transaction = visit.begin().await?;
    let ended = mine.exec(&transaction).await?;
    transaction.commit().await?;
    match which.is_some() && ended.rows_affected == 0 {
        true => Err(Refusal::new(ErrorCode::NotFound, "sessionId").into()),
        false => Ok(()),
    }
}

/// Ends every session of a member and every link that would begin one, as part of what made that necessary.
pub(crate) async fn end_all(transaction: &Transaction, member: Uuid, email: Option<&str>) -> Result<(), Error> {
    session::Entity::delete_many().filter(session::Column::MemberId.eq(member)).exec(transaction).await?;
    link::Entity::delete_many().filter(link::Column::MemberId.eq(member)).exec(transaction).await?;
    match email {
        Some(email) => end_links(transaction, email).await,
        None => Ok(()),
    }
}

/// Ends every open link that was sent to an address, as part of the address's leaving an account.
pub(crate) async fn end_links(transaction: &Transaction, email: &str) -> Result<(), Error> {
    link::Entity::delete_many().filter(link::Column::Email.eq(email)).exec(transaction).await?;
    Ok(())
}

/// What a visitor wrote, once they have said who they are.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The page of the form.
    pub path: String,
    /// What was posted, as it was posted.
    pub form: String,
}

/// Keeps what a visitor posted until they have said who they are, a day at most. Answers the secret that their browser holds.
///
/// # Errors
/// `TOO_LONG` for more than a megabyte; `RATE_LIMITED`; a fault when the database does not answer.
pub async fn keep(visit: &Visit, path: &str, form: String) -> Result<Token, Error> {
    limits::allow(visit, "keep", visit.client().address.as_deref(), 25, Duration::minutes(5)).await?;
    if form.len() > KEPT_SIZE {
        return Err(Refusal::new(ErrorCode::TooLong, "").with("limit", KEPT_SIZE).into());
    }
    let secret = visit.token();
    let row = kept::Model { id: visit.id(), token_hash: secret.hash(), path: path.to_owned(), form, created_at: visit.clock.now() };
    let transaction = visit.begin().await?;
    row.into_active_model().insert(&transaction).await?;
    transaction.commit().await?;
    Ok(secret)
}

/// What this browser's person wrote before, to be handed to whoever signs in with what begins here.
async fn kept_here(visit: &Visit, database: &impl ConnectionTrait) -> Result<Option<Uuid>, Error> {
    let Some(secret) = &visit.client().kept else { return Ok(None) };
    let row = kept::Entity::find().filter(kept::Column::TokenHash.eq(secret.hash())).one(database).await?;
    Ok(row.map(|row| row.id))
}

/// Hands out what was kept, once.
async fn claim(visit: &Visit, transaction: &Transaction, kept: Option<Uuid>) -> Result<Option<Kept>, Error> {
    let kept = match kept {
        Some(kept) => Some(kept),
        None => kept_here(visit, transaction).await?,
    };
    let Some(id) = kept else { return Ok(None) };
    let fresh = kept::Entity::find_by_id(id).filter(kept::Column::CreatedAt.gt(visit.clock.now() - KEPT));
    let Some(row) = fresh.one(transaction).await? else { return Ok(None) };
    let taken = kept::Entity::delete_by_id(id).exec(transaction).await?;
    Ok((taken.rows_affected == 1).then_some(Kept { path: row.path, form: row.form }))
}

/// Removes what has run out: links, attempts, unclaimed text, sessions that nobody can use any more.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn sweep(visit: &Visit) -> Result<(), Error> {
    let now = visit.clock.now();
    let transaction = visit.begin().await?;
    link::Entity::delete_many().filter(link::Column::ExpiresAt.lt(now - Duration::hours(1))).exec(&transaction).await?;
    attempt::Entity::delete_many().filter(attempt::Column::CreatedAt.lt(now - providers::ATTEMPT)).exec(&transaction).await?;
    kept::Entity::delete_many().filter(kept::Column::CreatedAt.lt(now - KEPT)).exec(&transaction).await?;
    session::Entity::delete_many().filter(session::Column::CreatedAt.lt(now - lifetimes(Role::Member).1)).exec(&transaction).await?;
    limits::sweep(visit, &transaction).await?;
    Ok(transaction.commit().await?)
}

/// What a member's account holds about signing in: for their own copy of their data.
pub(crate) async fn of_member(database: &impl ConnectionTrait, member: Uuid) -> Result<(Vec<session::Model>, Vec<identity::Model>), Error> {
    let sessions = session::Entity::find().filter(session::Column::MemberId.eq(member)).order_by_desc(session::Column::LastSeenAt);
    let identities = identity::Entity::find().filter(identity::Column::MemberId.eq(member)).order_by_asc(identity::Column::CreatedAt);
    Ok((sessions.all(database).await?, identities.all(database).await?))
}
