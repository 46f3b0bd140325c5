//! Sign-in links and sessions. Secrets travel; the tables keep their hashes.
//!
//! A link is single use and lasts 15 minutes; looking at it spends nothing, since mail scanners look at every link.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::{Duration, Utc};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};
use uuid::Uuid;

use crate::{
    Error, Forum, Refusal, Visit,
    error::{ErrorCode, UserError},
    forum::Token,
    members::{self, Joining, Member, Role, Viewer},
    outbox::{self, Letter},
    text::{self, Reader},
};

mod link {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "sign_in_link")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub token_hash: Vec<u8>,
        pub email: Option<String>,
        pub member_id: Option<Uuid>,
        pub role: crate::members::Role,
        pub created_at: DateTimeUtc,
        pub expires_at: DateTimeUtc,
        pub used_at: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod session {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "session")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub token_hash: Vec<u8>,
        pub member_id: Uuid,
        pub created_at: DateTimeUtc,
        pub last_seen_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// How long a link lasts.
const LINK: Duration = Duration::minutes(15);
/// How many links an address gets within [`LINKS_WITHIN`]; further ones are not sent, and nobody is told.
const LINKS: u64 = 5;
const LINKS_WITHIN: Duration = Duration::minutes(30);
/// How often a session's last use is written at most.
const SEEN: Duration = Duration::minutes(5);

/// How long a session lasts without a request, and altogether. Source: SECURITY, section 4.
fn lifetimes(role: Role) -> (Duration, Duration) {
    match role {
        Role::Member => (Duration::days(14), Duration::days(30)),
        Role::Moderator | Role::Admin => (Duration::minutes(60), Duration::hours(24)),
    }
}

/// Where a sign-in link should go.
#[derive(InputObject)]
pub struct RequestSignInLinkInput {
    email: String,
}

/// Whether the address could be read. Whether it is known is not told.
#[derive(SimpleObject)]
pub struct RequestSignInLinkPayload {
    /// True when the address could be read: look into its mail.
    sent: bool,
    /// Why not; empty when it was.
    user_errors: Vec<UserError>,
}

/// What a sign-in link would do. Only who holds the link can ask.
#[derive(SimpleObject)]
pub struct SignInLink {
    /// Who would be signed in; null when the link is for somebody who has yet to join.
    member: Option<Member>,
    /// The address it was sent to; null when the person who joins has yet to give one.
    email: Option<String>,
}

/// Sends a link to an address, known or not; the answer is the same.
async fn request_link(visit: &Visit, email: &str) -> Result<(), Error> {
    let typed = email.trim();
    let code = if typed.is_empty() { ErrorCode::Required } else { ErrorCode::Invalid };
    let email = text::email(typed).ok_or(Refusal::new(code, "email"))?;
    let now = visit.clock.now();
    let transaction = visit.begin().await?;
    let recent = link::Entity::find().filter(link::Column::Email.eq(&email)).filter(link::Column::CreatedAt.gt(now - LINKS_WITHIN));
    if recent.count(&transaction).await? < LINKS {
        let id = insert_link(visit, &transaction, Some(email.clone()), None, Role::Member).await?;
        outbox::post(visit, &transaction, Letter::SignIn, email, None, serde_json::json!({ "link": id })).await?;
    }
    transaction.commit().await?;
    Ok(())
}

async fn insert_link(
    forum: &Forum,
    database: &impl sea_orm::ConnectionTrait,
    email: Option<String>,
    member: Option<Uuid>,
    role: Role,
) -> Result<Uuid, Error> {
    let (id, now) = (forum.id(), forum.clock.now());
    let link = link::ActiveModel {
        id: Set(id),
        token_hash: Set(link_token(forum, id).hash()),
        email: Set(email),
        member_id: Set(member),
        role: Set(role),
        created_at: Set(now),
        expires_at: Set(now + LINK),
        used_at: Set(None),
    };
    link.insert(database).await?;
    Ok(id)
}

/// The secret of a link, made again from its id: what waits in the outbox holds no secret.
pub fn link_token(forum: &Forum, link: Uuid) -> Token {
    forum.derived_token("sign-in link", link)
}

/// A link by an operator's word: for a member, or for somebody who will join in `role`.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn operator_link(visit: &Visit, member: Option<Uuid>, role: Role) -> Result<Token, Error> {
    let transaction = visit.begin().await?;
    let id = insert_link(visit, &transaction, None, member, role).await?;
    transaction.commit().await?;
    Ok(link_token(visit, id))
}

async fn open_link(visit: &Visit, database: &impl sea_orm::ConnectionTrait, token: &Token) -> Result<Option<link::Model>, Error> {
    let open = link::Entity::find()
        .filter(link::Column::TokenHash.eq(token.hash()))
        .filter(link::Column::UsedAt.is_null())
        .filter(link::Column::ExpiresAt.gt(visit.clock.now()));
    Ok(open.one(database).await?)
}

/// Whom an open link belongs to: the member it names, or the one who has its address by now.
async fn owner(database: &impl sea_orm::ConnectionTrait, link: &link::Model) -> Result<Option<(Uuid, Role)>, Error> {
    match (link.member_id, &link.email) {
        (Some(member), _) => Ok(members::role(database, member).await?.map(|role| (member, role))),
        (None, Some(email)) => members::by_email(database, email).await,
        (None, None) => Ok(None),
    }
}

/// Spends a link: signs its member in, or lets the person join and signs them in. Answers the session's secret, and whether somebody joined.
///
/// # Errors
/// `NOT_FOUND` on `token` for a link that is used, old or none; every field of `joining` that does not pass.
/// A refusal spends nothing.
pub async fn sign_in(visit: &Visit, token: &Token, email: &str, joining: Joining, agrees: bool) -> Result<(Token, bool), Error> {
    let gone = || Error::from(Refusal::new(ErrorCode::NotFound, "token"));
    let now = visit.clock.now();
    let transaction = visit.begin().await?;
    let link = open_link(visit, &transaction, token).await?.ok_or_else(gone)?;
    // Two presses at once: the guard lets one through.
    let spent = link::Entity::update_many()
        .col_expr(link::Column::UsedAt, Expr::value(now))
        .filter(link::Column::Id.eq(link.id))
        .filter(link::Column::UsedAt.is_null())
        .exec(&transaction)
        .await?;
    if spent.rows_affected != 1 {
        return Err(gone());
    }
    let known = owner(&transaction, &link).await?;
    let (member, _) = match known {
        Some(known) => known,
        None => {
            let mut reader = Reader::default();
            let email = match &link.email {
                Some(email) => email.clone(),
                None => text::email(email).unwrap_or_else(|| {
                    reader.refuse(Refusal::new(if email.trim().is_empty() { ErrorCode::Required } else { ErrorCode::Invalid }, "email"));
                    String::new()
                }),
            };
            let member = joining.parse(visit, email, link.role, &mut reader);
            if !agrees {
                reader.refuse(Refusal::new(ErrorCode::Required, "agrees"));
            }
            reader.done()?;
            members::add(&transaction, member).await?
        }
    };
    let secret = visit.token();
    let session = session::ActiveModel {
        id: Set(visit.id()),
        token_hash: Set(secret.hash()),
        member_id: Set(member),
        created_at: Set(now),
        last_seen_at: Set(now),
    };
    session.insert(&transaction).await?;
    transaction.commit().await?;
    Ok((secret, known.is_none()))
}

/// Whose session a secret belongs to; none when it is unknown, signed out or too old.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn viewer(visit: &Visit, secret: &Token) -> Result<Option<Viewer>, Error> {
    let Some(session) = session::Entity::find().filter(session::Column::TokenHash.eq(secret.hash())).one(visit.database()).await? else {
        return Ok(None);
    };
    let Some(role) = members::recognise(visit, session.member_id).await? else {
        return Ok(None);
    };
    let now = visit.clock.now();
    let (idle, absolute) = lifetimes(role);
    if now - session.last_seen_at > idle || now - session.created_at > absolute {
        return Ok(None);
    }
    if now - session.last_seen_at > SEEN {
        seen(visit.clone(), session.id, now);
    }
    Ok(Some(Viewer { id: session.member_id, session: session.id, role }))
}

/// Notes the last use, off the request's path. An update alone: it cannot bring a signed-out session back.
fn seen(visit: Visit, session: Uuid, now: chrono::DateTime<Utc>) {
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

/// Questions about signing in.
#[derive(Default)]
pub struct SessionQuery;

#[Object]
impl SessionQuery {
    /// What a sign-in link would do; null when it is used, old or none. Asking spends nothing.
    async fn sign_in_link(&self, context: &Context<'_>, token: String) -> Result<Option<SignInLink>, Error> {
        let visit = Visit::of(context);
        let Some(link) = open_link(visit, visit.database(), &Token(token)).await? else {
            return Ok(None);
        };
        let member = match owner(visit.database(), &link).await? {
            Some((id, _)) => members::by_id(visit, id).await?,
            None => None,
        };
        Ok(Some(SignInLink { member, email: link.email }))
    }
}

/// Asking for a link. Spending one sets a cookie, so that is the server's.
#[derive(Default)]
pub struct SessionMutation;

#[Object]
impl SessionMutation {
    /// Sends a single-use link, good for 15 minutes. The answer does not tell whether the address is known.
    async fn request_sign_in_link(&self, context: &Context<'_>, input: RequestSignInLinkInput) -> Result<RequestSignInLinkPayload, Error> {
        let visit = Visit::of(context);
        match request_link(visit, &input.email).await {
            Ok(()) => Ok(RequestSignInLinkPayload { sent: true, user_errors: Vec::new() }),
            Err(Error::Refused(refusals)) => {
                Ok(RequestSignInLinkPayload { sent: false, user_errors: UserError::all(visit, refusals).await? })
            }
            Err(error) => Err(error),
        }
    }
}
