//! Signing in as GraphQL shows it.

use async_graphql::{Context, ID, InputObject, Object};

use super::*;
use crate::{community::Provider, error::payload, ids::Kind, members::MemberPayload};

/// Where a sign-in link should go.
#[derive(InputObject)]
pub struct RequestSignInLinkInput {
    email: String,
    /// The page of this site that one returns to.
    next: Option<String>,
}

payload! {
    /// Whether the address could be read: then look into its mail. Whether it is known is not told.
    RequestSignInLinkPayload { sent: bool }
}

/// What a sign-in link would do. Only who holds the link can ask.
#[derive(SimpleObject)]
pub struct SignInLink {
    /// Who would be signed in; null when the link is for somebody who has yet to join.
    member: Option<Member>,
    /// The address it was sent to, or that a provider has verified; null when the person who joins has yet to give one.
    email: Option<String>,
    /// What the provider calls the person; a suggestion.
    name: Option<String>,
    /// The provider that vouches for the person; null for a link that came by letter.
    provider: Option<Provider>,
    /// Why the account cannot be signed in to now; null when it can.
    suspended: Option<Restriction>,
}

/// A browser in which a member is signed in.
pub struct Session(session::Model, bool);

/// A browser in which a member is signed in.
#[Object]
impl Session {
    /// Opaque.
    async fn id(&self) -> ID {
        Kind::Session.global(self.0.id)
    }

    /// Browser and system, such as `Firefox on Android`; empty when it did not say.
    async fn label(&self) -> &str {
        &self.0.label
    }

    /// Since when.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// Its last request, to within five minutes.
    async fn last_seen_at(&self) -> DateTime<Utc> {
        self.0.last_seen_at
    }

    /// Whether it is the one that asks.
    async fn current(&self) -> bool {
        self.1
    }
}

/// A way in to an account: somebody at a provider.
pub struct Identity(identity::Model, bool);

/// A way in to an account: somebody at a provider.
#[Object]
impl Identity {
    /// Opaque.
    async fn id(&self) -> ID {
        Kind::Identity.global(self.0.id)
    }

    /// Who vouches.
    async fn provider(&self, context: &Context<'_>) -> Provider {
        let known = Visit::of(context).community.providers.iter().find(|provider| provider.id == self.0.provider);
        known.cloned().unwrap_or_else(|| Provider { id: self.0.provider.clone(), name: self.0.issuer.clone() })
    }

    /// What a person recognises it by: an account name, or an address.
    async fn label(&self) -> &str {
        &self.0.label
    }

    /// Since when.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was last signed in with.
    async fn last_used_at(&self) -> DateTime<Utc> {
        self.0.last_used_at
    }

    /// Whether another way in would remain.
    async fn removable(&self) -> bool {
        self.1
    }
}

/// The sessions of the viewer, the one that was used last first.
pub(crate) async fn sessions_of(visit: &Visit, viewer: &Viewer) -> Result<Vec<Session>, Error> {
    let (sessions, _) = of_member(visit.database(), viewer.id).await?;
    Ok(sessions.into_iter().map(|row| Session(row.clone(), row.id == viewer.session)).collect())
}

/// The ways in of the viewer, the oldest first.
pub(crate) async fn identities_of(visit: &Visit, viewer: &Viewer, has_email: bool) -> Result<Vec<Identity>, Error> {
    let (_, identities) = of_member(visit.database(), viewer.id).await?;
    let removable = has_email || identities.len() > 1;
    Ok(identities.into_iter().map(|row| Identity(row, removable)).collect())
}

/// Which of the viewer's sessions ends.
#[derive(InputObject)]
pub struct EndSessionInput {
    session_id: ID,
}

/// Which way in is taken from the viewer's account.
#[derive(InputObject)]
pub struct RemoveIdentityInput {
    identity_id: ID,
}

/// Questions about signing in.
#[derive(Default)]
pub struct SessionQuery;

#[Object]
impl SessionQuery {
    /// What a sign-in link would do; null when it is used, old or none. Asking spends nothing.
    async fn sign_in_link(&self, context: &Context<'_>, token: String) -> Result<Option<SignInLink>, Error> {
        let visit = Visit::of(context);
        let Some(link) = links::open(visit, visit.database(), &Token(token)).await? else {
            return Ok(None);
        };
        let member = links::owner(visit.database(), &link).await?;
        let suspended = member.as_ref().and_then(|member| member.suspension(visit.clock.now()));
        let provider = link.provider.and_then(|id| visit.community.providers.iter().find(|provider| provider.id == id).cloned());
        Ok(Some(SignInLink { member, email: link.email, name: link.name, provider, suspended }))
    }
}

/// Asking for a link, and ending what was begun. Spending a link sets a cookie, so that is the server's.
#[derive(Default)]
pub struct SessionMutation;

#[Object]
impl SessionMutation {
    /// Sends a single-use link, good for 15 minutes. The answer does not tell whether the address is known.
    async fn request_sign_in_link(&self, context: &Context<'_>, input: RequestSignInLinkInput) -> Result<RequestSignInLinkPayload, Error> {
        let visit = Visit::of(context);
        let sent = links::request(visit, &input.email, input.next.as_deref()).await.map(|()| true);
        RequestSignInLinkPayload::answer(visit, sent).await
    }

    /// Signs the viewer out in one browser.
    async fn end_session(&self, context: &Context<'_>, input: EndSessionInput) -> Result<MemberPayload, Error> {
        let visit = Visit::of(context);
        let id = Kind::Session.local(&input.session_id).ok_or(Refusal::new(ErrorCode::NotFound, "sessionId").into());
        let ended = match id {
            Ok(id) => end(visit, Some(id)).await,
            Err(error) => visit.account().and(Err(error)),
        };
        members::answer(visit, ended).await
    }

    /// Signs the viewer out everywhere but here.
    async fn end_other_sessions(&self, context: &Context<'_>) -> Result<MemberPayload, Error> {
        let visit = Visit::of(context);
        members::answer(visit, end(visit, None).await).await
    }

    /// Takes a way in from the viewer's account; another must remain.
    async fn remove_identity(&self, context: &Context<'_>, input: RemoveIdentityInput) -> Result<MemberPayload, Error> {
        let visit = Visit::of(context);
        members::answer(visit, providers::forget(visit, Kind::Identity.local(&input.identity_id)).await).await
    }
}
