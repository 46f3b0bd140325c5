//! Sign-in links: single use, 15 minutes. Looking at one spends nothing, since mail scanners look at every link.

use super::*;

/// How long a link lasts.
const LINK: Duration = Duration::minutes(15);
/// How many links an address gets within [`LINKS_WITHIN`]; further ones are not sent, and nobody is told.
const LINKS: u64 = 5;
const LINKS_WITHIN: Duration = Duration::minutes(30);

/// Somebody has signed in.
pub struct SignedIn {
    /// The session's secret, for a cookie.
    pub secret: Token,
    /// Whether they joined just now.
    pub newcomer: bool,
    /// The page they came from.
    pub next: Option<String>,
    /// What they wrote before they said who they are.
    pub kept: Option<Kept>,
    /// Who they are now.
    pub viewer: Viewer,
}

/// Sends a link to an address, known or not; the answer is the same.
pub(super) async fn request(visit: &Visit, email: &str, next: Option<&str>) -> Result<(), Error> {
    limits::allow(visit, "sign-in", visit.client().address.as_deref(), 25, Duration::minutes(5)).await?;
    let typed = email.trim();
    let code = if typed.is_empty() { ErrorCode::Required } else { ErrorCode::Invalid };
    let email = text::email(typed).ok_or(Refusal::new(code, "email"))?;
    if next.is_some_and(|next| next.len() > text::LONGEST_ADDRESS) {
        return Err(Refusal::new(ErrorCode::TooLong, "next").with("limit", text::LONGEST_ADDRESS).into());
    }
    let now = visit.clock.now();
    let transaction = visit.begin().await?;
    let recent = link::Entity::find().filter(link::Column::Email.eq(&email)).filter(link::Column::CreatedAt.gt(now - LINKS_WITHIN));
    if recent.count(&transaction).await? < LINKS {
        let link = link::Model {
            email: Some(email.clone()),
            next: next.and_then(text::local_path),
            kept_id: kept_here(visit, &transaction).await?,
            ..blank(visit)
        };
        let id = link.id;
        link.into_active_model().insert(&transaction).await?;
        outbox::post(visit, &transaction, Letter::SignIn, email, None, serde_json::json!({ "link": id, "language": visit.language() }))
            .await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// A link that says nothing yet.
pub(super) fn blank(visit: &Visit) -> link::Model {
    let (id, now) = (visit.id(), visit.clock.now());
    link::Model {
        id,
        token_hash: link_token(visit, id).hash(),
        email: None,
        member_id: None,
        role: Role::Member,
        created_at: now,
        expires_at: now + LINK,
        used_at: None,
        next: None,
        kept_id: None,
        provider: None,
        issuer: None,
        subject: None,
        label: None,
        name: None,
    }
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
    let link = link::Model { member_id: member, role, ..blank(visit) };
    let token = link_token(visit, link.id);
    let transaction = visit.begin().await?;
    link.into_active_model().insert(&transaction).await?;
    transaction.commit().await?;
    Ok(token)
}

pub(super) async fn open(visit: &Visit, database: &impl ConnectionTrait, token: &Token) -> Result<Option<link::Model>, Error> {
    let open = link::Entity::find()
        .filter(link::Column::TokenHash.eq(token.hash()))
        .filter(link::Column::UsedAt.is_null())
        .filter(link::Column::ExpiresAt.gt(visit.clock.now()));
    Ok(open.one(database).await?)
}

/// Whom an open link belongs to: the member it names, or the one who has its address by now.
/// A provider's word about an address makes nobody the owner of an account that is there.
pub(super) async fn owner(database: &impl ConnectionTrait, link: &link::Model) -> Result<Option<Member>, Error> {
    match (link.member_id, &link.email, &link.issuer) {
        (Some(member), ..) => members::row(database, member).await,
        (None, Some(email), None) => members::by_email(database, email).await,
        _ => Ok(None),
    }
}

/// Spends a link: signs its member in, or lets the person join and signs them in.
///
/// # Errors
/// `NOT_FOUND` on `token` for a link that is used, old or none; `FORBIDDEN` on `token` for an account that is suspended;
/// every field of `joining` that does not pass; `RATE_LIMITED` after many that did not work. A refusal spends nothing.
pub async fn sign_in(visit: &Visit, token: &Token, email: &str, joining: Joining, agrees: bool) -> Result<SignedIn, Error> {
    let gone = || Error::from(Refusal::new(ErrorCode::NotFound, "token"));
    let transaction = visit.begin().await?;
    let Some(link) = open(visit, &transaction, token).await? else {
        transaction.rollback().await?;
        // Only what does not work counts: a whole workshop may sign in through one address.
        limits::allow(visit, "press", visit.client().address.as_deref(), 25, Duration::minutes(5)).await?;
        return Err(gone());
    };
    // Two presses at once: the guard lets one through.
    let spent = link::Entity::update_many()
        .col_expr(link::Column::UsedAt, Expr::value(visit.clock.now()))
        .filter(link::Column::Id.eq(link.id))
        .filter(link::Column::UsedAt.is_null())
        .exec(&transaction)
        .await?;
    if spent.rows_affected != 1 {
        return Err(gone());
    }
    let known = owner(&transaction, &link).await?;
    let newcomer = known.is_none();
    let member = match known {
        Some(member) => member,
        None => join(visit, &transaction, &link, email, joining, agrees).await?,
    };
    finish(visit, transaction, member, newcomer, link.next, link.kept_id).await
}

/// Begins the session of somebody who has proved who they are, and ends the transaction.
pub(super) async fn finish(
    visit: &Visit,
    transaction: Transaction,
    member: Member,
    newcomer: bool,
    next: Option<String>,
    kept: Option<Uuid>,
) -> Result<SignedIn, Error> {
    let now = visit.clock.now();
    if member.is_suspended(now) {
        return Err(Refusal::new(ErrorCode::Forbidden, "token").into());
    }
    let secret = start(visit, &transaction, member.local_id()).await?;
    let kept = claim(visit, &transaction, kept).await?;
    transaction.commit().await?;
    let session = session::Entity::find().filter(session::Column::TokenHash.eq(secret.hash())).one(visit.database()).await?;
    let session = session.map(|session| session.id).ok_or(Error::bug("a session that was begun is there"))?;
    Ok(SignedIn { secret, newcomer, next, kept, viewer: member.viewer(session, Some(now), now) })
}

async fn join(
    visit: &Visit,
    transaction: &Transaction,
    link: &link::Model,
    typed: &str,
    joining: Joining,
    agrees: bool,
) -> Result<Member, Error> {
    let mut reader = Reader::default();
    let email = link.email.clone().or_else(|| {
        let code = if typed.trim().is_empty() { ErrorCode::Required } else { ErrorCode::Invalid };
        text::email(typed).or_else(|| {
            reader.refuse(Refusal::new(code, "email"));
            None
        })
    });
    // Nobody has shown yet that they read what is sent to an address that they typed; an operator's own guest is believed.
    let unproved = email.clone().filter(|_| link.email.is_none() && link.issuer.is_some());
    let mut member = joining.parse(visit, email.filter(|_| unproved.is_none()), link.role, &mut reader);
    // Whoever joined in a language gets their letters in it.
    member.language = Set(visit.language().map(String::from));
    if !agrees {
        reader.refuse(Refusal::new(ErrorCode::Required, "agrees"));
    }
    reader.done()?;
    let member = members::add(transaction, member).await?;
    if let Some(email) = unproved {
        members::ask_to_confirm(visit, transaction, member.local_id(), email).await?;
    }
    if let (Some(provider), Some(issuer), Some(subject)) = (&link.provider, &link.issuer, &link.subject) {
        let label = link.label.as_deref().unwrap_or("");
        providers::remember(visit, transaction, member.local_id(), &Proof::of(provider, issuer, subject, label)).await?;
    }
    Ok(member)
}
