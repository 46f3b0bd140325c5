//! The address that letters go to. A new one counts once its owner has confirmed it; the old one hears of it.

use super::{entity::email_change, *};

/// How long a new address waits for its owner.
const CHANGE: Duration = Duration::hours(24);

/// The secret of a change of address, made again from its id.
pub fn confirm_token(forum: &Forum, change: Uuid) -> Token {
    forum.derived_token("new address", change)
}

/// Asks whoever reads an address to confirm that it is a member's. An older question of theirs is void.
pub(crate) async fn ask_to_confirm(visit: &Visit, transaction: &Transaction, member: Uuid, email: String) -> Result<(), Error> {
    email_change::Entity::delete_many().filter(email_change::Column::MemberId.eq(member)).exec(transaction).await?;
    let id = visit.id();
    let row = email_change::Model {
        id,
        member_id: member,
        email: email.clone(),
        token_hash: confirm_token(visit, id).hash(),
        created_at: visit.clock.now(),
    };
    row.into_active_model().insert(transaction).await?;
    outbox::post(visit, transaction, Letter::ConfirmEmail, email, Some(member), serde_json::json!({ "confirm": id })).await
}

/// Begins a change of the viewer's address. Whether the new one belongs to somebody else is not told: only who reads it finds out.
pub(super) async fn change(visit: &Visit, typed: &str) -> Result<(), Error> {
    let viewer = visit.confirmed()?.id;
    let code = if typed.trim().is_empty() { ErrorCode::Required } else { ErrorCode::Invalid };
    let email = text::email(typed).ok_or(Refusal::new(code, "email"))?;
    limits::allow(visit, "change of address", Some(&viewer.to_string()), 5, Duration::minutes(30)).await?;
    limits::allow(visit, "new address", Some(&email), 5, Duration::minutes(30)).await?;
    let transaction = visit.begin().await?;
    let member = row(&transaction, viewer).await?;
    if member.is_some_and(|member| member.0.email.as_deref() == Some(&email)) {
        return Err(Refusal::new(ErrorCode::Duplicate, "email").into());
    }
    ask_to_confirm(visit, &transaction, viewer, email).await?;
    Ok(transaction.commit().await?)
}

pub(super) async fn open(visit: &Visit, database: &impl ConnectionTrait, token: &str) -> Result<Option<email_change::Model>, Error> {
    let open = email_change::Entity::find()
        .filter(email_change::Column::TokenHash.eq(Token(token.to_owned()).hash()))
        .filter(email_change::Column::CreatedAt.gt(visit.clock.now() - CHANGE));
    Ok(open.one(database).await?)
}

/// The address that a member has asked for and not yet confirmed.
pub(super) async fn pending(visit: &Visit, member: Uuid) -> Result<Option<String>, Error> {
    let waiting = email_change::Entity::find()
        .filter(email_change::Column::MemberId.eq(member))
        .filter(email_change::Column::CreatedAt.gt(visit.clock.now() - CHANGE));
    Ok(waiting.one(visit.database()).await?.map(|change| change.email))
}

/// Makes an address its member's: whoever holds the secret has read the letter to it. Links to the old address are void.
pub(super) async fn confirm(visit: &Visit, token: &str) -> Result<Member, Error> {
    let gone = || Error::from(Refusal::new(ErrorCode::NotFound, "token"));
    let transaction = visit.begin().await?;
    let change = open(visit, &transaction, token).await?.ok_or_else(gone)?;
    let before = held(&transaction, change.member_id).await?.ok_or_else(gone)?;
    // Whoever waited for the row finds the change gone.
    let spent = email_change::Entity::delete_by_id(change.id).exec(&transaction).await?;
    if spent.rows_affected != 1 {
        return Err(gone());
    }
    let changed = entity::ActiveModel { id: Set(change.member_id), email: Set(Some(change.email.clone())), ..Default::default() };
    let member = changed.update(&transaction).await.map_err(|error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => Error::from(Refusal::new(ErrorCode::Duplicate, "token")),
        _ => error.into(),
    })?;
    sessions::end_links(&transaction, &change.email).await?;
    if let Some(old) = before.0.email {
        sessions::end_links(&transaction, &old).await?;
        let said = serde_json::json!({ "said": { "email": masked(&change.email) } });
        outbox::post(visit, &transaction, Letter::EmailChanged, old, Some(member.id), said).await?;
    }
    transaction.commit().await?;
    Ok(Member(member))
}

/// An address as far as whoever reads the old one should see it.
fn masked(email: &str) -> String {
    let (name, domain) = email.split_once('@').unwrap_or((email, ""));
    format!("{}…@{domain}", name.chars().take(2).collect::<String>())
}

/// Forgets addresses that nobody confirmed.
pub(super) async fn sweep(visit: &Visit, transaction: &Transaction) -> Result<(), Error> {
    email_change::Entity::delete_many().filter(email_change::Column::CreatedAt.lt(visit.clock.now() - CHANGE)).exec(transaction).await?;
    Ok(())
}
