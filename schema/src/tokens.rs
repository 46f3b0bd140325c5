//! Personal access tokens: what a member lets a program do in their name. Shown once, stored hashed, never more than its member may.

use std::collections::HashMap;

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chrono::{DateTime, Duration, Utc};
use futures_util::future::try_join_all;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, sea_query::Expr,
};
use uuid::Uuid;

use crate::{
    Error, Refusal, Visit,
    error::{ErrorCode, payload},
    forum::Token,
    ids::Kind,
    members::{self, Member, MemberPayload, Role, Viewer},
    text::Reader,
};

mod entity {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "access_token")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub member_id: Uuid,
        pub name: String,
        pub token_hash: Vec<u8>,
        pub ending: String,
        pub scopes: String,
        pub created_at: DateTimeUtc,
        pub expires_at: DateTimeUtc,
        pub last_used_at: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What every token begins with, so that scanners find one that leaked.
pub const PREFIX: &str = "lyc_";
/// Characters of the secret, and of the checksum behind it: base 62, as in `lyc_[0-9A-Za-z]{49}`.
const SECRET: usize = 43;
const CHECKSUM: usize = 6;
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Characters of a name; tokens of a member; days that one lasts at most.
const NAME: usize = 80;
const MOST: u64 = 50;
const DAYS: i32 = 366;
/// How often the last use is written at most.
const USED: Duration = Duration::minutes(5);

/// What a token is for.
#[derive(Enum, Copy, Clone, Debug, Eq, PartialEq, sea_orm::EnumIter, sea_orm::DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[graphql(name = "TokenScope")]
pub enum Scope {
    /// Reads what its member reads.
    Read,
    /// Shares, suggests, comments, edits, takes back, votes. Reads as well.
    Contribute,
    /// Works at the desk, if its member does. Reads as well.
    Moderate,
}

/// The scopes of one token.
#[derive(Clone, Debug)]
pub struct Scopes(Vec<Scope>);

/// What each mutation takes. What is not here (settings, sign-in, roles, tokens themselves) no token does.
const NEEDED: [(&str, Scope); 13] = [
    ("submitResource", Scope::Contribute),
    ("suggestTopic", Scope::Contribute),
    ("writeComment", Scope::Contribute),
    ("reviseSubmission", Scope::Contribute),
    ("editPublished", Scope::Contribute),
    ("withdrawSubmission", Scope::Contribute),
    ("vote", Scope::Contribute),
    ("claimSubmission", Scope::Moderate),
    ("releaseSubmission", Scope::Moderate),
    ("decide", Scope::Moderate),
    ("decideMany", Scope::Moderate),
    ("setTopicStatus", Scope::Moderate),
    // What no session is asked for, no token is refused.
    ("stopReplyLetters", Scope::Read),
];

impl Scopes {
    /// Whether a token of these scopes may send a mutation.
    pub fn allow(&self, mutation: &str) -> bool {
        NEEDED.iter().any(|(name, scope)| *name == mutation && (*scope == Scope::Read || self.0.contains(scope)))
    }
}

/// Base 62 of a number, at least so many digits.
fn digits(mut number: u128, length: usize) -> String {
    let mut text = Vec::new();
    while number > 0 || text.len() < length {
        text.push(DIGITS[(number % 62) as usize]);
        number /= 62;
    }
    text.reverse();
    String::from_utf8_lossy(&text).into_owned()
}

/// A fresh secret: 256 random bits and a checksum by which a typing error, or a find, is told from a token.
fn fresh(visit: &Visit) -> Token {
    let bytes = visit.randomness.bytes::<32>();
    let half = |part: &[u8]| u128::from_be_bytes(part.try_into().expect("sixteen bytes"));
    let secret = format!("{}{}", digits(half(&bytes[..16]), 22), digits(half(&bytes[16..]), 22));
    let secret = &secret[secret.len() - SECRET..];
    Token(format!("{PREFIX}{secret}{}", checksum(secret)))
}

fn checksum(secret: &str) -> String {
    digits(crc32fast::hash(secret.as_bytes()).into(), CHECKSUM)
}

/// Whether a text has the form of a token and its checksum holds.
pub fn is_well_formed(text: &str) -> bool {
    let body =
        text.strip_prefix(PREFIX).filter(|body| body.len() == SECRET + CHECKSUM && body.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    body.is_some_and(|body| checksum(&body[..SECRET]) == body[SECRET..])
}

/// Whose token a secret is; none when it is unknown, revoked or over, or its member cannot sign in.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn viewer(visit: &Visit, secret: &Token) -> Result<Option<Viewer>, Error> {
    if !is_well_formed(&secret.0) {
        return Ok(None);
    }
    let now = visit.clock.now();
    let valid = entity::Entity::find().filter(entity::Column::TokenHash.eq(secret.hash())).filter(entity::Column::ExpiresAt.gt(now));
    let Some(token) = valid.one(visit.database()).await? else { return Ok(None) };
    let viewer = members::recognise(visit, token.member_id).await?.and_then(|member| shown(&token, &member, now));
    if viewer.is_some() && token.last_used_at.is_none_or(|used| now - used > USED) {
        used(visit.clone(), token.id, now);
    }
    Ok(viewer)
}

/// The same for many by their ids, for what goes on after the requests that they came with: the role that each still gives.
pub(crate) async fn roles(visit: &Visit, ids: &[Uuid]) -> Result<HashMap<Uuid, Role>, Error> {
    let now = visit.clock.now();
    let valid = entity::Entity::find().filter(entity::Column::Id.is_in(ids.iter().copied())).filter(entity::Column::ExpiresAt.gt(now));
    let tokens = valid.all(visit.database()).await?;
    // Asked for at once, they are read in one statement, and anew: whoever follows has a visit that remembers nobody.
    let members = try_join_all(tokens.iter().map(|token| members::by_id(visit, token.member_id))).await?;
    let given = tokens.iter().zip(members).filter_map(|(token, member)| Some((token.id, shown(token, &member?, now)?.role)));
    Ok(given.collect())
}

/// Who acts through a token; nobody when its member cannot sign in.
fn shown(token: &entity::Model, member: &Member, now: DateTime<Utc>) -> Option<Viewer> {
    if member.is_suspended(now) {
        return None;
    }
    let scopes = token.scopes();
    let viewer = member.viewer(token.id, None, now);
    let role = if scopes.0.contains(&Scope::Moderate) { viewer.role } else { Role::Member };
    // What administrators do to others is no work at the desk: it asks for a session, and a fresh one.
    let role = if role == Role::Admin { Role::Moderator } else { role };
    Some(Viewer { role, scopes: Some(scopes), ..viewer })
}

/// Notes the last use, off the request's path. An update alone: it cannot bring a revoked token back.
fn used(visit: Visit, token: Uuid, now: DateTime<Utc>) {
    tokio::spawn(async move {
        let note = async {
            let transaction = visit.begin().await?;
            let update = entity::Entity::update_many().col_expr(entity::Column::LastUsedAt, Expr::value(now));
            update.filter(entity::Column::Id.eq(token)).exec(&transaction).await?;
            transaction.commit().await?;
            Ok::<_, Error>(())
        };
        if let Err(error) = note.await {
            tracing::warn!(?error, "a token's last use was not noted");
        }
    });
}

impl entity::Model {
    fn scopes(&self) -> Scopes {
        let known = <Scope as sea_orm::Iterable>::iter();
        Scopes(known.filter(|scope| self.scopes.split(' ').any(|word| word == crate::log::word(scope))).collect())
    }
}

/// A token, without its secret.
pub struct AccessToken(entity::Model);

/// A token by which a program acts for a member. Its secret is shown once, when it is made.
#[Object]
impl AccessToken {
    /// Opaque.
    async fn id(&self) -> ID {
        Kind::AccessToken.global(self.0.id)
    }

    /// What its member calls it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The last four characters, to tell one from another.
    async fn ending(&self) -> &str {
        &self.0.ending
    }

    /// What it is for.
    async fn scopes(&self) -> Vec<Scope> {
        self.0.scopes().0
    }

    /// Since when.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// Until when.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at
    }

    /// Its last use, to within five minutes; null when it was never used.
    async fn last_used_at(&self) -> Option<DateTime<Utc>> {
        self.0.last_used_at
    }
}

/// What a new token is called, for, and how long it lasts.
#[derive(InputObject)]
pub struct CreateTokenInput {
    name: String,
    /// At least one.
    scopes: Vec<Scope>,
    /// From 1 to 366.
    days: i32,
}

/// Which of the viewer's tokens ends.
#[derive(InputObject)]
pub struct RevokeTokenInput {
    token_id: ID,
}

payload! {
    /// The new token and, this once, its secret.
    CreateTokenPayload { token: AccessToken, secret: String }
}

async fn create(visit: &Visit, input: CreateTokenInput) -> Result<(AccessToken, Token), Error> {
    let viewer = visit.confirmed()?.id;
    let mut reader = Reader::default();
    let name = reader.required_line("name", &input.name, NAME);
    if input.scopes.is_empty() {
        reader.refuse(Refusal::new(ErrorCode::Required, "scopes"));
    }
    if !(1..=DAYS).contains(&input.days) {
        reader.refuse(Refusal::new(ErrorCode::Invalid, "days").with("limit", DAYS));
    }
    reader.done()?;
    let known = <Scope as sea_orm::Iterable>::iter().filter(|scope| input.scopes.contains(scope));
    let scopes: Vec<String> = known.map(|scope| crate::log::word(&scope)).collect();
    let (secret, now) = (fresh(visit), visit.clock.now());
    let row = entity::Model {
        id: visit.id(),
        member_id: viewer,
        name,
        token_hash: secret.hash(),
        ending: secret.0[secret.0.len() - 4..].to_owned(),
        scopes: scopes.join(" "),
        created_at: now,
        expires_at: now + Duration::days(input.days.into()),
        last_used_at: None,
    };
    let transaction = visit.begin().await?;
    if entity::Entity::find().filter(entity::Column::MemberId.eq(viewer)).count(&transaction).await? >= MOST {
        return Err(Refusal::new(ErrorCode::TooLong, "").with("limit", MOST).into());
    }
    let row = row.into_active_model().insert(&transaction).await?;
    transaction.commit().await?;
    Ok((AccessToken(row), secret))
}

async fn revoke(visit: &Visit, id: Option<Uuid>) -> Result<(), Error> {
    let viewer = visit.account()?.id;
    let gone = || Error::from(Refusal::new(ErrorCode::NotFound, "tokenId"));
    let transaction = visit.begin().await?;
    let mine = entity::Entity::delete_by_id(id.ok_or_else(gone)?).filter(entity::Column::MemberId.eq(viewer));
    let revoked = mine.exec(&transaction).await?;
    transaction.commit().await?;
    if revoked.rows_affected == 1 { Ok(()) } else { Err(gone()) }
}

/// The tokens of a member, the newest first.
pub(crate) async fn of_member(database: &impl ConnectionTrait, member: Uuid) -> Result<Vec<entity::Model>, Error> {
    let theirs = entity::Entity::find().filter(entity::Column::MemberId.eq(member)).order_by_desc(entity::Column::CreatedAt);
    Ok(theirs.all(database).await?)
}

/// The tokens of the viewer, as they see them.
pub(crate) async fn list(visit: &Visit, viewer: &Viewer) -> Result<Vec<AccessToken>, Error> {
    Ok(of_member(visit.database(), viewer.id).await?.into_iter().map(AccessToken).collect())
}

/// What members change about their tokens.
#[derive(Default)]
pub struct TokenMutation;

#[Object]
impl TokenMutation {
    /// Makes a token. Its secret is in this answer and nowhere else.
    async fn create_token(&self, context: &Context<'_>, input: CreateTokenInput) -> Result<CreateTokenPayload, Error> {
        let visit = Visit::of(context);
        match create(visit, input).await {
            Ok((token, secret)) => Ok(CreateTokenPayload { token: Some(token), secret: Some(secret.0), user_errors: Vec::new() }),
            Err(error) => CreateTokenPayload::answer(visit, Err(error)).await,
        }
    }

    /// Ends a token at once.
    async fn revoke_token(&self, context: &Context<'_>, input: RevokeTokenInput) -> Result<MemberPayload, Error> {
        let visit = Visit::of(context);
        members::answer(visit, revoke(visit, Kind::AccessToken.local(&input.token_id)).await).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_tells_a_token_from_a_typing_error() {
        let secret = "a".repeat(SECRET);
        let token = format!("{PREFIX}{secret}{}", checksum(&secret));
        assert!(is_well_formed(&token));
        assert!(!is_well_formed(&token.replacen('a', "b", 1)));
        assert!(!is_well_formed(&format!("{token}0")));
        assert!(!is_well_formed(&token.replace(PREFIX, "")));
    }
}
