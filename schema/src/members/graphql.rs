//! Members as GraphQL shows them.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, dataloader::Loader};
use sea_orm::DbErr;

use super::{leaving::ContributionsFate, profile::ProfilePart, roles::Measure, *};
use crate::{
    community::{Community, Term},
    desk::Submission,
    error::payload,
    ids::Kind,
    markup::Html,
    paging::{Connection, Window},
    resources::{self, Results},
    sessions::{Identity, Session},
    tokens::AccessToken,
    visit::Loaders,
};

/// What a member may change about themselves.
#[derive(InputObject)]
pub struct UpdateProfileInput {
    pub(super) name: String,
    pub(super) sector: String,
    pub(super) organisation: Option<String>,
    pub(super) pronouns: Option<String>,
    pub(super) region: Option<String>,
    /// Markdown.
    pub(super) about: Option<String>,
    /// Up to five addresses.
    pub(super) links: Option<Vec<String>>,
    /// What visitors do not see; what is there now when it is not said.
    pub(super) hidden: Option<Vec<ProfilePart>>,
}

/// Where letters should go.
#[derive(InputObject)]
pub struct ChangeEmailInput {
    email: String,
}

/// The secret of a letter to a new address.
#[derive(InputObject)]
pub struct ConfirmEmailInput {
    token: String,
}

/// What becomes of an account's contributions; its handle, typed, so that nobody deletes it by accident.
#[derive(InputObject)]
pub struct DeleteAccountInput {
    handle: String,
    contributions: ContributionsFate,
}

/// Whose role becomes what, and why.
#[derive(InputObject)]
pub struct SetRoleInput {
    member_id: ID,
    role: Role,
    reason: String,
}

/// Who contributes nothing until when, and why.
#[derive(InputObject)]
pub struct SilenceInput {
    member_id: ID,
    until: DateTime<Utc>,
    reason: String,
}

/// Who cannot sign in, until when (without an end when it is not said), and why.
#[derive(InputObject)]
pub struct SuspendInput {
    member_id: ID,
    until: Option<DateTime<Utc>>,
    reason: String,
}

/// Who gets back what was taken, and why.
#[derive(InputObject)]
pub struct RestoreInput {
    member_id: ID,
    reason: String,
}

/// Which members are asked for.
#[derive(InputObject)]
pub struct MemberFilter {
    /// Words of the name, the handle or the organisation.
    query: Option<String>,
    /// One of the community's sectors.
    sector: Option<String>,
}

/// An address on the web that somebody names on their page.
#[derive(SimpleObject)]
pub struct ProfileLink {
    url: String,
    /// Where it leads.
    host: String,
}

/// A copy of one's own data, on its way.
#[derive(SimpleObject)]
pub struct DataExport {
    /// When it was asked for.
    requested_at: DateTime<Utc>,
    /// When it was made; null while it is not.
    ready_at: Option<DateTime<Utc>>,
}

/// A new address that waits to be confirmed. Only who holds the secret can ask.
#[derive(SimpleObject)]
pub struct EmailChange {
    email: String,
}

/// Whether letters about replies are wanted.
#[derive(InputObject)]
pub struct SetReplyLettersInput {
    wanted: bool,
}

/// A language to read in.
#[derive(InputObject)]
pub struct SetLanguageInput {
    /// A language tag, such as `es`. Pages and letters without words in it are in English.
    language: String,
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
    /// Whether the account is deleted, or why not.
    DeleteAccountPayload { deleted: bool }
}

/// The viewer as they are after a change of their account, or why it was not made.
pub(crate) async fn answer(visit: &Visit, changed: Result<(), Error>) -> Result<MemberPayload, Error> {
    let member = match changed {
        Ok(()) => match row(visit.database(), visit.member()?.id).await? {
            Some(member) => Ok(member),
            None => Err(Error::Denied(Code::Unauthenticated)),
        },
        Err(error) => Err(error),
    };
    MemberPayload::answer(visit, member).await
}

impl Member {
    fn is_viewer(&self, visit: &Visit) -> bool {
        visit.viewer().is_some_and(|viewer| viewer.id == self.0.id)
    }

    /// The viewer, if the member is who asks, through a session: nobody else and no token sees an account.
    fn own<'a>(&self, visit: &'a Visit) -> Option<&'a Viewer> {
        visit.account().ok().filter(|viewer| viewer.id == self.0.id)
    }

    fn shown<'a>(&'a self, visit: &Visit, part: ProfilePart, text: &'a str) -> &'a str {
        if self.shows(visit, part) { text } else { "" }
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

    /// Where their page is.
    async fn path(&self) -> String {
        format!("/members/{}", self.0.handle)
    }

    /// Where the member comes from; null when they keep it from this viewer.
    async fn sector(&self, context: &Context<'_>) -> Option<Term> {
        let visit = Visit::of(context);
        let name = Community::name_in(&visit.community().sectors, &self.0.sector).to_owned();
        self.shows(visit, ProfilePart::Sector).then(|| Term { id: self.0.sector.clone(), name, about: None })
    }

    /// Where the member works; empty when unsaid, or kept from this viewer.
    async fn organisation(&self, context: &Context<'_>) -> &str {
        self.shown(Visit::of(context), ProfilePart::Organisation, &self.0.organisation)
    }

    /// How others speak of the member; empty when unsaid, or kept from this viewer.
    async fn pronouns(&self, context: &Context<'_>) -> &str {
        self.shown(Visit::of(context), ProfilePart::Pronouns, &self.0.pronouns)
    }

    /// Where the member lives or works; empty when unsaid, or kept from this viewer.
    async fn region(&self, context: &Context<'_>) -> &str {
        self.shown(Visit::of(context), ProfilePart::Region, &self.0.region)
    }

    /// What the member says about themselves; null when nothing, or kept from this viewer.
    async fn about(&self, context: &Context<'_>) -> Option<Html> {
        let shown = !self.0.about_html.is_empty() && self.shows(Visit::of(context), ProfilePart::About);
        shown.then(|| Html::stored(self.0.about_html.clone()))
    }

    /// The same as Markdown, as typed. Null for everyone but the member.
    async fn about_source(&self, context: &Context<'_>) -> Option<&str> {
        self.own(Visit::of(context)).map(|_| self.0.about.as_str())
    }

    /// Where the member can be found elsewhere; empty when nowhere, or kept from this viewer.
    async fn links(&self, context: &Context<'_>) -> Vec<ProfileLink> {
        let host = |url: &str| url::Url::parse(url).ok().and_then(|url| Some(url.host_str()?.trim_start_matches("www.").to_owned()));
        let shown = self.shown(Visit::of(context), ProfilePart::Links, &self.0.links).lines();
        shown.map(|url| ProfileLink { url: url.to_owned(), host: host(url).unwrap_or_default() }).collect()
    }

    /// What visitors do not see. Null for everyone but the member.
    async fn hidden(&self, context: &Context<'_>) -> Option<Vec<ProfilePart>> {
        self.own(Visit::of(context)).map(|_| self.hidden_parts())
    }

    /// What the member may not do for a while, and why. Null when there is nothing, and for everyone but the member, moderators and
    /// administrators.
    #[graphql(name = "restriction")]
    async fn restricted(&self, context: &Context<'_>) -> Option<Restriction> {
        let visit = Visit::of(context);
        self.restriction(visit.clock.now()).filter(|_| self.is_viewer(visit) || visit.is_moderator())
    }

    /// What the member brought into the library, the newest first.
    async fn resources(&self, context: &Context<'_>, first: Option<i32>, after: Option<String>) -> Result<Results, Error> {
        resources::of_submitter(context, self.0.id, &Window::parse(first, after, None, None)?).await
    }

    /// Whether the viewer may change this member's role and standing.
    async fn may_administer(&self, context: &Context<'_>) -> bool {
        roles::may_administer(Visit::of(context), self)
    }

    /// Whether nobody else administers the forum. Null for everyone but the member.
    async fn is_last_administrator(&self, context: &Context<'_>) -> Result<Option<bool>, Error> {
        let visit = Visit::of(context);
        match self.own(visit) {
            Some(_) => Ok(Some(roles::is_last_administrator(visit, self).await?)),
            None => Ok(None),
        }
    }

    /// Whether the member proved within the last ten minutes who they are. Null for everyone but the member.
    async fn confirmed(&self, context: &Context<'_>) -> Option<bool> {
        let visit = Visit::of(context);
        self.own(visit).map(|_| visit.confirmed().is_ok())
    }

    /// A new address that waits to be confirmed. Null when there is none, and for everyone but the member.
    async fn pending_email(&self, context: &Context<'_>) -> Result<Option<String>, Error> {
        let visit = Visit::of(context);
        match self.own(visit) {
            Some(viewer) => email::pending(visit, viewer.id).await,
            None => Ok(None),
        }
    }

    /// Who vouches for the member when they sign in. Null for everyone but the member.
    async fn identities(&self, context: &Context<'_>) -> Result<Option<Vec<Identity>>, Error> {
        let visit = Visit::of(context);
        match self.own(visit) {
            Some(viewer) => Ok(Some(sessions::identities_of(visit, viewer, self.has_email()).await?)),
            None => Ok(None),
        }
    }

    /// Where the member is signed in. Null for everyone but the member.
    async fn sessions(&self, context: &Context<'_>) -> Result<Option<Vec<Session>>, Error> {
        let visit = Visit::of(context);
        match self.own(visit) {
            Some(viewer) => Ok(Some(sessions::sessions_of(visit, viewer).await?)),
            None => Ok(None),
        }
    }

    /// The programs that the member lets in. Null for everyone but the member.
    async fn tokens(&self, context: &Context<'_>) -> Result<Option<Vec<AccessToken>>, Error> {
        let visit = Visit::of(context);
        match self.own(visit) {
            Some(viewer) => Ok(Some(tokens::list(visit, viewer).await?)),
            None => Ok(None),
        }
    }

    /// The copy of their own data that the member asked for last. Null when there is none, and for everyone but the member.
    async fn data_export(&self, context: &Context<'_>) -> Result<Option<DataExport>, Error> {
        let visit = Visit::of(context);
        match self.own(visit) {
            Some(viewer) => {
                let newest = own_data::newest(visit, viewer.id).await?;
                Ok(newest.map(|(requested_at, ready_at)| DataExport { requested_at, ready_at }))
            }
            None => Ok(None),
        }
    }

    /// What the member may do for others.
    async fn role(&self) -> Role {
        self.0.role
    }

    /// How far the community knows the member.
    async fn standing(&self, context: &Context<'_>) -> Standing {
        let visit = Visit::of(context);
        // That somebody is silenced is between them and those who run the forum.
        let restriction = self.restriction(visit.clock.now()).filter(|_| self.is_viewer(visit) || visit.is_moderator());
        restriction.map_or(self.0.standing, |restriction| restriction.kind)
    }

    /// Since when.
    async fn joined_at(&self) -> DateTime<Utc> {
        self.0.joined_at
    }

    /// Where letters go. Null for everyone but the member.
    async fn email(&self, context: &Context<'_>) -> Option<&str> {
        self.0.email.as_deref().filter(|_| self.own(Visit::of(context)).is_some())
    }

    /// Whether letters about replies are wanted. Null for everyone but the member.
    async fn reply_letters(&self, context: &Context<'_>) -> Option<bool> {
        self.own(Visit::of(context)).map(|_| self.0.reply_letters)
    }

    /// The language in which the member reads pages and letters, such as `es`. Null for everyone but the member, and for whoever has not chosen.
    async fn language(&self, context: &Context<'_>) -> Option<&str> {
        self.0.language.as_deref().filter(|_| self.own(Visit::of(context)).is_some())
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

    /// A member by handle.
    async fn member(&self, context: &Context<'_>, handle: String) -> Result<Option<Member>, Error> {
        by_handle(Visit::of(context), &handle.to_ascii_lowercase()).await
    }

    /// Members by name. Visitors find those who let themselves be found.
    async fn members(
        &self,
        context: &Context<'_>,
        filter: Option<MemberFilter>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Member>, Error> {
        let window = Window::parse(first, after, None, None)?;
        let (query, sector) = filter.map(|filter| (filter.query, filter.sector)).unwrap_or_default();
        profile::directory(Visit::of(context), query.as_deref(), sector.as_deref(), &window).await
    }

    /// What a letter to a new address asks to confirm; null when it is used, old or none. Asking spends nothing.
    async fn email_change(&self, context: &Context<'_>, token: String) -> Result<Option<EmailChange>, Error> {
        let visit = Visit::of(context);
        Ok(email::open(visit, visit.database(), &token).await?.map(|change| EmailChange { email: change.email }))
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
        MemberPayload::answer(visit, profile::update(visit, input).await).await
    }

    /// Says whether the viewer wants letters about replies.
    async fn set_reply_letters(&self, context: &Context<'_>, input: SetReplyLettersInput) -> Result<MemberPayload, Error> {
        let visit = Visit::of(context);
        let id = visit.account()?.id;
        MemberPayload::answer(visit, set_reply_letters(visit, id, input.wanted).await).await
    }

    /// Chooses the language in which the viewer reads pages and letters.
    async fn set_language(&self, context: &Context<'_>, input: SetLanguageInput) -> Result<MemberPayload, Error> {
        let visit = Visit::of(context);
        MemberPayload::answer(visit, set_language(visit, &input.language).await).await
    }

    /// Sends a letter to a new address; it counts once whoever reads it confirms it.
    async fn change_email(&self, context: &Context<'_>, input: ChangeEmailInput) -> Result<MemberPayload, Error> {
        let visit = Visit::of(context);
        answer(visit, email::change(visit, &input.email).await).await
    }

    /// Confirms a new address by the secret of the letter to it; nobody needs to sign in for it.
    async fn confirm_email(&self, context: &Context<'_>, input: ConfirmEmailInput) -> Result<MemberPayload, Error> {
        let visit = Visit::of(context);
        MemberPayload::answer(visit, email::confirm(visit, &input.token).await).await
    }

    /// Has a copy made of everything that the forum holds about the viewer; a letter says where it is.
    async fn request_data_export(&self, context: &Context<'_>) -> Result<MemberPayload, Error> {
        let visit = Visit::of(context);
        answer(visit, own_data::request(visit).await).await
    }

    /// Deletes the viewer's account.
    async fn delete_account(&self, context: &Context<'_>, input: DeleteAccountInput) -> Result<DeleteAccountPayload, Error> {
        let visit = Visit::of(context);
        DeleteAccountPayload::answer(visit, leaving::leave(visit, &input.handle, input.contributions).await).await
    }

    /// Changes what somebody may do for others. For administrators; nobody changes their own.
    async fn set_role(&self, context: &Context<'_>, input: SetRoleInput) -> Result<MemberPayload, Error> {
        measure(context, &input.member_id, Measure::Role(input.role), &input.reason).await
    }

    /// Lets somebody contribute nothing until a time. For administrators.
    async fn silence(&self, context: &Context<'_>, input: SilenceInput) -> Result<MemberPayload, Error> {
        measure(context, &input.member_id, Measure::Silence(input.until), &input.reason).await
    }

    /// Lets somebody not sign in. Their sessions end at once. For administrators.
    async fn suspend(&self, context: &Context<'_>, input: SuspendInput) -> Result<MemberPayload, Error> {
        measure(context, &input.member_id, Measure::Suspend(input.until), &input.reason).await
    }

    /// Ends a silence or a suspension. For administrators.
    async fn restore(&self, context: &Context<'_>, input: RestoreInput) -> Result<MemberPayload, Error> {
        measure(context, &input.member_id, Measure::Restore, &input.reason).await
    }

    /// Stops letters about replies by the secret that each of them carries; nobody needs to sign in for it.
    async fn stop_reply_letters(&self, context: &Context<'_>, input: StopReplyLettersInput) -> Result<StopPayload, Error> {
        let visit = Visit::of(context);
        let stopped = async { set_reply_letters(visit, stops(visit, &input.token)?, false).await };
        StopPayload::answer(visit, stopped.await).await
    }
}

async fn measure(context: &Context<'_>, member: &str, measure: Measure, reason: &str) -> Result<MemberPayload, Error> {
    let visit = Visit::of(context);
    MemberPayload::answer(visit, roles::take(visit, Kind::Member.local(member), measure, reason).await).await
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
