//! Providers that vouch for somebody. An identity is an issuer and a subject; an e-mail address never opens an account.

use super::*;

/// How long somebody may take at the provider.
pub(super) const ATTEMPT: Duration = Duration::minutes(10);

/// What to send a browser to the provider with. All of it is derived from the attempt's id: the table holds no secret.
pub struct Begun {
    /// Comes back with the browser.
    pub state: Token,
    /// Comes back inside the ID token.
    pub nonce: Token,
    /// Proves to the provider that who asks for the token is who sent the browser.
    pub verifier: Token,
}

/// An attempt whose browser has come back: spent, so that nobody comes back twice.
pub struct Underway {
    /// What it was begun with.
    pub begun: Begun,
    row: attempt::Model,
}

impl Underway {
    /// The page it was begun on.
    pub fn next(&self) -> Option<&str> {
        self.row.next.as_deref()
    }
}

/// Whom a provider vouches for.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The provider's id in the settings.
    pub provider: String,
    /// Who vouches.
    pub issuer: String,
    /// For whom, in the issuer's own words.
    pub subject: String,
    /// What a person recognises that identity by: an account name, or an address.
    pub label: String,
    /// What the provider calls the person; a suggestion.
    pub name: Option<String>,
    /// Their address, if the provider has verified it.
    pub email: Option<String>,
}

impl Proof {
    pub(super) fn of(provider: &str, issuer: &str, subject: &str, label: &str) -> Proof {
        let text = str::to_owned;
        Proof { provider: text(provider), issuer: text(issuer), subject: text(subject), label: text(label), name: None, email: None }
    }
}

/// Where somebody stands who came back from a provider.
pub enum Arrival {
    /// Their identity is known: signed in.
    SignedIn(Box<SignedIn>),
    /// Nobody here has that identity: a link behind which one joins.
    Joins(Token),
    /// The identity is a way in to the viewer's account from now on.
    Linked(Option<String>),
}

fn begun(forum: &Forum, id: Uuid) -> Begun {
    Begun {
        state: forum.derived_token("provider state", id),
        nonce: forum.derived_token("provider nonce", id),
        verifier: forum.derived_token("provider verifier", id),
    }
}

/// Begins an attempt in a browser that holds `browser`; to add a way in to the viewer's account when `linking`.
///
/// # Errors
/// `SIGN_IN_AGAIN` for linking without a recent proof of who one is; `RATE_LIMITED`; a fault when the database does not answer.
pub async fn begin(visit: &Visit, provider: &str, browser: &Token, next: &str, linking: bool) -> Result<Begun, Error> {
    limits::allow(visit, "sign-in", visit.client().address.as_deref(), 25, Duration::minutes(5)).await?;
    let member = if linking { Some(visit.confirmed()?.id) } else { None };
    let id = visit.id();
    let begun = begun(visit, id);
    let transaction = visit.begin().await?;
    let row = attempt::Model {
        id,
        state_hash: begun.state.hash(),
        browser_hash: browser.hash(),
        provider: provider.to_owned(),
        next: text::local_path(next),
        member_id: member,
        kept_id: kept_here(visit, &transaction).await?,
        created_at: visit.clock.now(),
        used_at: None,
    };
    row.into_active_model().insert(&transaction).await?;
    transaction.commit().await?;
    Ok(begun)
}

/// The attempt that a browser comes back from; none when it is unknown, old, used, of another provider or of another browser.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn resume(visit: &Visit, provider: &str, state: &Token, browser: &Token) -> Result<Option<Underway>, Error> {
    let now = visit.clock.now();
    let transaction = visit.begin().await?;
    let open = attempt::Entity::find()
        .filter(attempt::Column::StateHash.eq(state.hash()))
        .filter(attempt::Column::BrowserHash.eq(browser.hash()))
        .filter(attempt::Column::Provider.eq(provider))
        .filter(attempt::Column::UsedAt.is_null())
        .filter(attempt::Column::CreatedAt.gt(now - ATTEMPT));
    let Some(row) = open.one(&transaction).await? else {
        transaction.rollback().await?;
        return Ok(None);
    };
    let spent = attempt::Entity::update_many()
        .col_expr(attempt::Column::UsedAt, Expr::value(now))
        .filter(attempt::Column::Id.eq(row.id))
        .filter(attempt::Column::UsedAt.is_null())
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    Ok((spent.rows_affected == 1).then(|| Underway { begun: begun(visit, row.id), row }))
}

/// Takes in somebody for whom a provider vouches.
///
/// # Errors
/// `FORBIDDEN` for an account that is suspended; `DUPLICATE` for linking what belongs to another account;
/// `UNAUTHENTICATED` for linking when the session has ended meanwhile; a fault when the database does not answer.
pub async fn arrive(visit: &Visit, underway: Underway, proof: Proof) -> Result<Arrival, Error> {
    let row = underway.row;
    let transaction = visit.begin().await?;
    let known = identity::Entity::find()
        .filter(identity::Column::Issuer.eq(&proof.issuer))
        .filter(identity::Column::Subject.eq(&proof.subject))
        .one(&transaction)
        .await?;
    if let Some(member) = row.member_id {
        // Only while its owner is still signed in here: an attempt alone adds nothing to an account.
        if visit.account()?.id != member {
            return Err(Refusal::new(ErrorCode::Forbidden, "").into());
        }
        match known {
            Some(known) if known.member_id != member => return Err(Refusal::new(ErrorCode::Duplicate, "").into()),
            Some(_) => {}
            None => remember(visit, &transaction, member, &proof).await?,
        }
        transaction.commit().await?;
        return Ok(Arrival::Linked(row.next));
    }
    if let Some(known) = known {
        let used = identity::ActiveModel {
            id: Set(known.id),
            label: Set(proof.label),
            last_used_at: Set(visit.clock.now()),
            ..Default::default()
        };
        used.update(&transaction).await?;
        let member = members::row(&transaction, known.member_id).await?.ok_or(Error::bug("an identity belongs to a member"))?;
        let signed_in = links::finish(visit, transaction, member, false, row.next, row.kept_id).await?;
        return Ok(Arrival::SignedIn(Box::new(signed_in)));
    }
    let link = link::Model {
        email: proof.email,
        next: row.next,
        kept_id: row.kept_id,
        provider: Some(proof.provider),
        issuer: Some(proof.issuer),
        subject: Some(proof.subject),
        label: Some(proof.label),
        name: proof.name,
        ..links::blank(visit)
    };
    let token = link_token(visit, link.id);
    link.into_active_model().insert(&transaction).await?;
    transaction.commit().await?;
    Ok(Arrival::Joins(token))
}

/// Makes an identity a way in to an account. The unique index decides, should two come with one at once.
pub(super) async fn remember(visit: &Visit, transaction: &Transaction, member: Uuid, proof: &Proof) -> Result<(), Error> {
    let now = visit.clock.now();
    let row = identity::Model {
        id: visit.id(),
        member_id: member,
        provider: proof.provider.clone(),
        issuer: proof.issuer.clone(),
        subject: proof.subject.clone(),
        label: proof.label.clone(),
        created_at: now,
        last_used_at: now,
    };
    row.into_active_model().insert(transaction).await.map_err(|error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => Error::from(Refusal::new(ErrorCode::Duplicate, "token")),
        _ => error.into(),
    })?;
    Ok(())
}

/// Takes one way in from the viewer's account; another must remain.
pub(super) async fn forget(visit: &Visit, id: Option<Uuid>) -> Result<(), Error> {
    let viewer = visit.confirmed()?.id;
    let gone = || Error::from(Refusal::new(ErrorCode::NotFound, "identityId"));
    let id = id.ok_or_else(gone)?;
    let transaction = visit.begin().await?;
    // The member's row is what two who remove at once wait for.
    let member = members::held(&transaction, viewer).await?.ok_or_else(gone)?;
    let mine = identity::Entity::find().filter(identity::Column::MemberId.eq(viewer)).all(&transaction).await?;
    if !mine.iter().any(|identity| identity.id == id) {
        return Err(gone());
    }
    if mine.len() == 1 && !member.has_email() {
        return Err(Refusal::new(ErrorCode::InvalidTransition, "identityId").into());
    }
    identity::Entity::delete_by_id(id).exec(&transaction).await?;
    Ok(transaction.commit().await?)
}
