//! Members as GraphQL shows them.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, dataloader::Loader};
use sea_orm::DbErr;

use super::*;
use crate::{
    community::Term,
    desk::{self, Submission},
    error::payload,
    ids::Kind,
    paging::{Connection, Window},
    visit::Loaders,
};

/// What a member may change about themselves.
#[derive(InputObject)]
pub struct UpdateProfileInput {
    pub(super) name: String,
    pub(super) sector: String,
    pub(super) organisation: Option<String>,
}

/// Whether letters about replies are wanted.
#[derive(InputObject)]
pub struct SetReplyLettersInput {
    wanted: bool,
}

/// The secret of a letter.
#[derive(InputObject)]
pub struct StopReplyLettersInput {
    token: String,
}

payload! {
    /// The member with the new profile, or why not.
    MemberPayload { member: Member }
    /// Whose letters were stopped, or why not.
    StopPayload { member: Member }
}

impl Member {
    /// Who it is, inside the forum.
    pub fn local_id(&self) -> Uuid {
        self.0.id
    }

    fn is_viewer(&self, visit: &Visit) -> bool {
        visit.viewer().is_some_and(|viewer| viewer.id == self.0.id)
    }
}

/// A person of the community.
#[Object(name = "Member")]
impl Member {
    /// Opaque, and the same for ever.
    pub async fn id(&self) -> ID {
        Kind::Member.global(self.0.id)
    }

    /// As addresses spell it.
    async fn handle(&self) -> &str {
        &self.0.handle
    }

    /// As others read it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Where the member comes from.
    async fn sector(&self, context: &Context<'_>) -> Term {
        let sectors = &Visit::of(context).community.sectors;
        Term { id: self.0.sector.clone(), name: crate::community::Community::name_in(sectors, &self.0.sector).to_owned(), about: None }
    }

    /// Where the member works or lives; may be empty.
    async fn organisation(&self) -> &str {
        &self.0.organisation
    }

    /// What the member may do for others.
    async fn role(&self) -> Role {
        self.0.role
    }

    /// How far the community knows the member.
    async fn standing(&self) -> Standing {
        self.0.standing
    }

    /// Since when.
    async fn joined_at(&self) -> DateTime<Utc> {
        self.0.joined_at
    }

    /// Where letters go. Null for everyone but the member.
    async fn email(&self, context: &Context<'_>) -> Option<&str> {
        if self.is_viewer(Visit::of(context)) { self.0.email.as_deref() } else { None }
    }

    /// Whether letters about replies are wanted. Null for everyone but the member.
    async fn reply_letters(&self, context: &Context<'_>) -> Option<bool> {
        self.is_viewer(Visit::of(context)).then_some(self.0.reply_letters)
    }

    /// What the member brought, newest first. Null for everyone but the member.
    async fn submissions(
        &self,
        context: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Option<Connection<Submission>>, Error> {
        let visit = Visit::of(context);
        let window = Window::parse(first, after, None, None)?;
        if !self.is_viewer(visit) {
            return Ok(None);
        }
        let found = desk::by_author(visit, self.0.id, &window).await?;
        desk::prime(context, &found).await?;
        Ok(Some(found))
    }
}

/// Questions about members.
#[derive(Default)]
pub struct MemberQuery;

#[Object]
impl MemberQuery {
    /// Who asks; null for a stranger.
    async fn viewer(&self, context: &Context<'_>) -> Result<Option<Member>, Error> {
        let visit = Visit::of(context);
        match visit.viewer() {
            Some(viewer) => by_id(visit, viewer.id).await,
            None => Ok(None),
        }
    }
}

/// What members change about themselves.
#[derive(Default)]
pub struct MemberMutation;

#[Object]
impl MemberMutation {
    /// Changes what others read about the viewer.
    async fn update_profile(&self, context: &Context<'_>, input: UpdateProfileInput) -> Result<MemberPayload, Error> {
        let visit = Visit::of(context);
        MemberPayload::answer(visit, update_profile(visit, input).await).await
    }

    /// Says whether the viewer wants letters about replies.
    async fn set_reply_letters(&self, context: &Context<'_>, input: SetReplyLettersInput) -> Result<MemberPayload, Error> {
        let visit = Visit::of(context);
        let id = visit.member()?.id;
        MemberPayload::answer(visit, set_reply_letters(visit, id, input.wanted).await).await
    }

    /// Stops letters about replies by the secret that each of them carries; nobody needs to sign in for it.
    async fn stop_reply_letters(&self, context: &Context<'_>, input: StopReplyLettersInput) -> Result<StopPayload, Error> {
        let visit = Visit::of(context);
        let stopped = async { set_reply_letters(visit, stops(visit, &input.token)?, false).await };
        StopPayload::answer(visit, stopped.await).await
    }
}

#[derive(Clone, Eq, Hash, PartialEq)]
pub(super) struct MemberId(pub Uuid);

impl Loader<MemberId> for Loaders {
    type Value = Member;
    type Error = Arc<DbErr>;

    async fn load(&self, ids: &[MemberId]) -> Result<HashMap<MemberId, Member>, Self::Error> {
        let rows = entity::Entity::find().filter(entity::Column::Id.is_in(ids.iter().map(|id| id.0))).all(&self.database).await?;
        Ok(rows.into_iter().map(|row| (MemberId(row.id), Member(row))).collect())
    }
}
