//! The desk as GraphQL shows it: to a submission's author and to moderators.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, InputObject, Object, dataloader::Loader};
use sea_orm::DbErr;

use super::*;
use crate::{
    comments::{CommentInput, WrittenComment},
    diff::{self, FieldChange},
    error::{UserError, payload},
    ids::{self, Node},
    members::Member,
    paging,
    resources::{ResourceInput, ResourceText, Written},
    topics::{TopicInput, WrittenTopic},
};

/// The case of one contribution.
#[derive(Clone, Debug)]
pub struct Submission(pub(super) submission::Model);

/// What was decided about a submission, written once.
#[derive(Clone, Debug)]
pub struct Decision(pub(super) decision::Model);

/// A change that a moderator asked for, anchored to a field.
#[derive(Clone, Debug)]
pub struct ChangeRequest(change_request::Model);

/// One thing that was done to a submission.
pub struct TimelineItem(log::entry::Model);

/// "I'm on it": a moderator's lease on a submission.
pub struct Claim(claim::Model);

/// What stays of something that was taken down: where it was and why, and nothing of what it said.
pub struct Tombstone(tombstone::Model);

payload! {
    /// The submission that was made or changed, or why not.
    SubmitPayload { submission: Submission }
    /// The submission that was changed, or why not.
    SubmissionPayload { submission: Submission }
    /// The submission that was decided and the one to open next, or why not.
    DecidePayload { submission: Submission, next_in_queue: Submission }
}

/// Another text for one's own open submission.
#[derive(InputObject)]
pub struct ReviseSubmissionInput {
    /// Which.
    pub submission_id: ID,
    /// The version that the author looked at.
    pub version: i32,
    /// The whole new text, when it is of a resource.
    pub resource: Option<ResourceInput>,
    /// The whole new text, when it is of a topic.
    pub topic: Option<TopicInput>,
    /// The whole new text, when it is of a comment.
    pub comment: Option<CommentInput>,
    /// The requests that this text answers.
    pub answered: Option<Vec<ID>>,
    /// Keep it as a draft; only a draft can be kept.
    pub draft: Option<bool>,
    /// Yes, the address is here already, and this is something else.
    pub not_duplicate: Option<bool>,
}

/// Another text for something that is in the library.
#[derive(InputObject)]
pub struct EditPublishedInput {
    /// A resource, a topic, or one's own comment.
    pub id: ID,
    /// The whole new text, when it is of a resource.
    pub resource: Option<ResourceInput>,
    /// The whole new text, when it is of a topic.
    pub topic: Option<TopicInput>,
    /// The whole new text, when it is of a comment.
    pub comment: Option<CommentInput>,
    /// Yes, the address is here already, and this is something else.
    pub not_duplicate: Option<bool>,
    /// The same key and input give the same answer, once.
    pub idempotency_key: Option<String>,
}

/// "I'm on it".
#[derive(InputObject)]
pub struct ClaimSubmissionInput {
    /// Which.
    pub submission_id: ID,
}

/// Letting go of a submission.
#[derive(InputObject)]
pub struct ReleaseSubmissionInput {
    /// Which.
    pub submission_id: ID,
    /// Why a colleague's claim is broken; from administrators, at most 500 characters.
    pub reason: Option<String>,
}

/// Many decisions at once.
#[derive(InputObject)]
pub struct DecideManyInput {
    /// At most 100; each is decided on its own.
    pub decisions: Vec<DecideInput>,
}

/// What became of each decision, in order.
#[derive(async_graphql::SimpleObject)]
pub struct DecideManyPayload {
    /// One for each decision that was given.
    results: Vec<DecidePayload>,
    /// Why none was looked at; empty otherwise.
    user_errors: Vec<UserError>,
}

/// Taking back one's own submission.
#[derive(InputObject)]
pub struct WithdrawSubmissionInput {
    /// Which.
    pub submission_id: ID,
    /// The version that the author looked at.
    pub version: i32,
}

/// A decision on a submission.
#[derive(InputObject)]
pub struct DecideInput {
    /// Which.
    pub submission_id: ID,
    /// The version that the moderator looked at.
    pub version: i32,
    /// The revision that the moderator read: the newest.
    pub revision: i32,
    /// What is decided.
    pub decision: DecisionKind,
    /// One of the community's reasons; required to decline and to remove.
    pub reason: Option<String>,
    /// Words for the author.
    pub message: Option<String>,
    /// What should change; at least one with words to request changes.
    pub requests: Option<Vec<ChangeRequestInput>>,
    /// The same key and input give the same answer, once.
    pub idempotency_key: Option<String>,
}

/// What should change in one field.
#[derive(InputObject)]
pub struct ChangeRequestInput {
    /// Such as `title`.
    pub field: String,
    /// What should change; without words it is no request.
    pub message: String,
}

/// Which part of the desk.
#[derive(InputObject, Default)]
pub struct QueueFilter {
    /// Waiting for review, when nobody says.
    state: Option<SubmissionState>,
    /// All kinds, when nobody says.
    kind: Option<SubmissionKind>,
}

/// Which decisions.
#[derive(InputObject, Default)]
pub struct DecisionFilter {
    /// About what.
    kind: Option<SubmissionKind>,
    /// What was decided.
    decision: Option<DecisionKind>,
    /// In which month, such as `2026-03`.
    month: Option<String>,
}

/// Questions about the desk.
#[derive(Default)]
pub struct DeskQuery;

#[Object]
impl DeskQuery {
    /// A submission by its id or by its number, for its author and for moderators; null for everyone else.
    async fn submission(&self, context: &Context<'_>, id: Option<ID>, number: Option<i32>) -> Result<Option<Submission>, Error> {
        let visit = Visit::of(context);
        match (id.as_deref().map(|id| Kind::Submission.local(id)), number) {
            (Some(Some(id)), _) => visible(visit, id).await,
            (None, Some(number)) => by_number(visit, number.into()).await,
            _ => Ok(None),
        }
    }

    /// What is on the desk; for moderators.
    async fn moderation_queue(
        &self,
        context: &Context<'_>,
        filter: Option<QueueFilter>,
        sort: Option<QueueSort>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Submission>, Error> {
        let window = Window::parse(first, after, last, before)?;
        let filter = filter.unwrap_or_default();
        let state = filter.state.unwrap_or(SubmissionState::Pending);
        let visit = Visit::of(context);
        let found = queue(visit, state, filter.kind, sort.unwrap_or(QueueSort::Oldest), &window).await?;
        prime(context, &found).await?;
        Ok(found)
    }

    /// What the viewer would open next; for moderators.
    async fn next_in_queue(&self, context: &Context<'_>) -> Result<Option<Submission>, Error> {
        next(Visit::of(context)).await
    }

    /// Every decision, newest first; for everyone. What a decision says to an author is for author and moderators.
    async fn decision_log(
        &self,
        context: &Context<'_>,
        filter: Option<DecisionFilter>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Decision>, Error> {
        decision_log(context, filter.unwrap_or_default(), &Window::parse(first, after, None, None)?).await
    }

    /// What stood at an address once and was taken down, or back by its author; null when nothing did.
    async fn gone(
        &self,
        context: &Context<'_>,
        of: SubmissionKind,
        #[graphql(desc = "The slug of a resource or topic.")] slug: Option<String>,
        #[graphql(desc = "The number of a comment.")] number: Option<i32>,
    ) -> Result<Option<Tombstone>, Error> {
        let slug = slug.or(number.map(|number| number.to_string())).unwrap_or_default();
        let stone = tombstone::Entity::find().filter(tombstone::Column::Kind.eq(of)).filter(tombstone::Column::Slug.eq(slug));
        Ok(stone.one(Visit::of(context).database()).await?.map(Tombstone))
    }
}

/// Reads one page of the public log: the entries of the chain that are decisions.
async fn decision_log(context: &Context<'_>, filter: DecisionFilter, window: &Window) -> Result<Connection<Decision>, Error> {
    let visit = Visit::of(context);
    let decisions = Action::DECISIONS.iter().filter(|(_, kind)| filter.decision.is_none_or(|wanted| wanted == *kind));
    let mut select = log::entry::Entity::find().filter(log::entry::Column::Action.is_in(decisions.map(|(action, _)| *action)));
    if let Some(kind) = filter.kind {
        let of_kind = submission::Entity::find().select_only().column(submission::Column::Id).filter(submission::Column::Kind.eq(kind));
        select = select.filter(log::entry::Column::SubmissionId.in_subquery(sea_orm::QueryTrait::into_query(of_kind)));
    }
    if let Some(month) = filter.month.filter(|month| !month.trim().is_empty()) {
        let start = DateTime::parse_from_rfc3339(&format!("{}-01T00:00:00Z", month.trim()));
        let start = start.map_err(|_| refuse(ErrorCode::Invalid, "month"))?.to_utc();
        let end = start.checked_add_months(chrono::Months::new(1)).unwrap_or(start);
        select = select.filter(log::entry::Column::At.gte(start)).filter(log::entry::Column::At.lt(end));
    }
    let order = (log::entry::Column::At, log::entry::Column::Number, Order::Desc);
    let entries = window.read(visit, select, order, |entry| Cursor::Time(entry.at.timestamp_micros(), entry.number), TimelineItem).await?;
    let at = |entry: &TimelineItem| DecisionAt(entry.0.submission_id, entry.0.version);
    let mut decisions = visit.loaders().load_many(entries.edges.iter().map(|edge| at(&edge.node))).await?;
    visit.loaders().load_many(entries.edges.iter().map(|edge| SubmissionId(edge.node.0.submission_id))).await?;
    let mut log = Connection::with_additional_fields(entries.has_previous_page, entries.has_next_page, entries.additional_fields);
    for edge in entries.edges {
        let decision = decisions.remove(&at(&edge.node)).ok_or(Error::bug("an entry of a decision has its decision"))?;
        log.edges.push(async_graphql::connection::Edge::new(edge.cursor, Decision(decision)));
    }
    if paging::names(context, "published") {
        let mut records: [Vec<Uuid>; 3] = Default::default();
        for edge in &log.edges {
            let row = visit.loaders().load_one(SubmissionId(edge.node.0.submission_id)).await?;
            if let Some((kind, record)) = row.and_then(|row| Some((row.kind, row.published_id?))) {
                records[kind as usize].push(record);
            }
        }
        resources::prime(visit, records[SubmissionKind::Resource as usize].iter().copied()).await?;
        topics::by_ids(visit, &records[SubmissionKind::Topic as usize]).await?;
        comments::prime_ids(visit, &records[SubmissionKind::Comment as usize]).await?;
    }
    if paging::names(context, "decider") && (visit.is_moderator() || visit.community.name_moderators) {
        members::prime(visit, log.edges.iter().map(|edge| edge.node.0.decider_id)).await?;
    }
    Ok(log)
}

/// What a record is in the library now; null when it is not there.
async fn node_of(visit: &Visit, kind: SubmissionKind, record: Uuid) -> Result<Option<Node>, Error> {
    Ok(match kind {
        SubmissionKind::Resource => resources::by_id(visit, record).await?.map(Node::Resource),
        SubmissionKind::Topic => topics::by_id(visit, record).await?.map(Node::Topic),
        SubmissionKind::Comment => comments::by_id(visit, record).await?.map(Node::Comment),
    })
}

/// What authors and moderators do on the desk.
#[derive(Default)]
pub struct DeskMutation;

#[Object]
impl DeskMutation {
    /// Replaces the text of one's own open submission and sends it to the desk.
    async fn revise_submission(&self, context: &Context<'_>, input: ReviseSubmissionInput) -> Result<SubmitPayload, Error> {
        let visit = Visit::of(context);
        SubmitPayload::answer(visit, revise_with(visit, input).await).await
    }

    /// Puts another text for something published on the desk. Everyone reads the old one until a moderator approves.
    async fn edit_published(&self, context: &Context<'_>, input: EditPublishedInput) -> Result<SubmitPayload, Error> {
        let visit = Visit::of(context);
        SubmitPayload::answer(visit, edit_published(visit, input).await).await
    }

    /// Says "I'm on it", for a quarter of an hour; again, to hold on to it; for moderators.
    async fn claim_submission(&self, context: &Context<'_>, input: ClaimSubmissionInput) -> Result<SubmissionPayload, Error> {
        let visit = Visit::of(context);
        SubmissionPayload::answer(visit, claims::claim(visit, &input.submission_id).await).await
    }

    /// Lets a submission go; administrators may break a colleague's claim, with a reason.
    async fn release_submission(&self, context: &Context<'_>, input: ReleaseSubmissionInput) -> Result<SubmissionPayload, Error> {
        let visit = Visit::of(context);
        SubmissionPayload::answer(visit, claims::release(visit, &input.submission_id, input.reason).await).await
    }

    /// Decides on up to 100 submissions, each for itself: one that is refused stops no other.
    async fn decide_many(&self, context: &Context<'_>, input: DecideManyInput) -> Result<DecideManyPayload, Error> {
        let visit = Visit::of(context);
        visit.moderator()?;
        let refusal = match input.decisions.len() {
            0 => Some(Refusal::new(ErrorCode::Required, "decisions")),
            1..=MANY => None,
            _ => Some(Refusal::new(ErrorCode::TooLong, "decisions").with("limit", MANY)),
        };
        let mut payload = DecideManyPayload { results: Vec::new(), user_errors: Vec::new() };
        if let Some(refusal) = refusal {
            payload.user_errors = UserError::all(visit, vec![refusal]).await?;
            return Ok(payload);
        }
        for input in input.decisions {
            payload.results.push(DecidePayload::answer(visit, decide(visit, input).await).await?);
        }
        Ok(payload)
    }

    /// Takes back one's own submission: an open one leaves the desk, a published one leaves the library.
    async fn withdraw_submission(&self, context: &Context<'_>, input: WithdrawSubmissionInput) -> Result<SubmissionPayload, Error> {
        let visit = Visit::of(context);
        SubmissionPayload::answer(visit, withdraw(visit, &input.submission_id, input.version).await).await
    }

    /// Decides on a submission; for moderators, and never on one's own.
    async fn decide(&self, context: &Context<'_>, input: DecideInput) -> Result<DecidePayload, Error> {
        let visit = Visit::of(context);
        let mut payload = DecidePayload::answer(visit, decide(visit, input).await).await?;
        if payload.submission.is_some() {
            payload.next_in_queue = next(visit).await?;
        }
        Ok(payload)
    }
}

/// Reads at once what a query names of every submission in a list.
pub(crate) async fn prime(context: &Context<'_>, list: &Connection<Submission>) -> Result<(), Error> {
    let (visit, rows) = (Visit::of(context), || list.edges.iter().map(|edge| &edge.node.0));
    if paging::names(context, "author") {
        members::prime(visit, rows().map(|row| row.author_id)).await?;
    }
    if ["resource", "topic", "comment"].iter().any(|text| paging::names(context, text)) {
        visit.loaders().load_many(rows().map(|row| RevisionOf(row.id, row.revision))).await?;
    }
    if paging::names(context, "decision") || paging::names(context, "requests") {
        visit.loaders().load_many(rows().map(|row| DecisionOf(row.id))).await?;
    }
    if paging::names(context, "claim") || paging::names(context, "viewerActions") {
        visit.loaders().load_many(rows().map(|row| ClaimOf(row.id))).await?;
    }
    if paging::names(context, "published") {
        let of = |kind| rows().filter(move |row| row.kind == kind).filter_map(|row| row.published_id);
        resources::prime(visit, of(SubmissionKind::Resource)).await?;
        topics::by_ids(visit, &of(SubmissionKind::Topic).collect::<Vec<_>>()).await?;
        comments::prime_ids(visit, &of(SubmissionKind::Comment).collect::<Vec<_>>()).await?;
    }
    Ok(())
}

/// How many decisions one request may bring.
const MANY: usize = 100;

/// The rule speaks of a text's fields; here they stand one level further inside the input.
fn within(outer: &'static str) -> impl Fn(Error) -> Error {
    move |error| match error {
        Error::Refused(refusals) => {
            let is_inside = |refusal: &Refusal| refusal.code != ErrorCode::Duplicate || refusal.field == ["url"];
            let step = |refusal: Refusal| if is_inside(&refusal) && !refusal.field.is_empty() { refusal.within(outer) } else { refusal };
            Error::Refused(refusals.into_iter().map(step).collect())
        }
        other => other,
    }
}

/// The text that a member gave for a submission or record of this kind, which keeps what nobody can change.
async fn given(
    visit: &Visit,
    old: &Content,
    draft: bool,
    (resource, topic, comment): (Option<ResourceInput>, Option<TopicInput>, Option<CommentInput>),
) -> Result<Content, Error> {
    let missing = |field| refuse(ErrorCode::Required, field);
    Ok(match old {
        Content::Resource(_) => {
            let typed = resource.ok_or_else(|| missing("resource"))?;
            Content::Resource(ResourceText::parse(visit, typed, draft).await.map_err(within("resource"))?)
        }
        Content::Topic(old) => {
            let typed = topic.ok_or_else(|| missing("topic"))?;
            Content::Topic(TopicText::parse(typed, &old.why, old.keyword.clone()).map_err(within("topic"))?)
        }
        Content::Comment(old) => {
            let typed = comment.ok_or_else(|| missing("comment"))?;
            Content::Comment(old.with_body(&typed.body).map_err(within("comment"))?)
        }
    })
}

async fn revise_with(visit: &Visit, input: ReviseSubmissionInput) -> Result<Submission, Error> {
    visit.member()?;
    let draft = input.draft.unwrap_or(false);
    let row = own(visit, &input.submission_id).await?;
    let old = content(visit.database(), row.id, row.revision).await?;
    let content = given(visit, &old, draft, (input.resource, input.topic, input.comment)).await?;
    let sending = Sending { draft, not_duplicate: input.not_duplicate.unwrap_or(false), ..Sending::new(content, None) };
    let answered: Vec<String> = input.answered.unwrap_or_default().into_iter().map(|id| id.0).collect();
    revise(visit, &input.submission_id, input.version, &answered, sending).await.map_err(twin_within)
}

/// A twin of an address is the fault of the address, which stands inside the resource.
fn twin_within(error: Error) -> Error {
    match error {
        Error::Refused(refusals) if refusals.iter().any(|refusal| refusal.field == ["url"]) => within("resource")(Error::Refused(refusals)),
        other => other,
    }
}

async fn edit_published(visit: &Visit, input: EditPublishedInput) -> Result<Submission, Error> {
    let me = visit.member()?.id;
    let (kind, id) = ids::parse(&input.id).ok_or_else(|| refuse(ErrorCode::NotFound, "id"))?;
    let gone = || refuse(ErrorCode::NotFound, "id");
    let (old, original) = match kind {
        Kind::Resource => {
            let (text, original) = resources::by_id(visit, id).await?.ok_or_else(gone)?.written();
            (Content::Resource(text), original)
        }
        Kind::Topic => {
            let (text, original) = topics::by_id(visit, id).await?.ok_or_else(gone)?.text()?;
            (Content::Topic(text), original)
        }
        Kind::Comment => {
            let comment = comments::by_id(visit, id).await?.ok_or_else(gone)?;
            if comment.author_id() != me {
                return Err(refuse(ErrorCode::Forbidden, "id"));
            }
            let (text, original) = comment.written();
            (Content::Comment(text), original)
        }
        // An edit is of what everyone reads: one's own open edit is revised instead.
        Kind::Submission => return Err(refuse(ErrorCode::Invalid, "id")),
        _ => return Err(gone()),
    };
    let content = given(visit, &old, false, (input.resource, input.topic, input.comment)).await?;
    let not_duplicate = input.not_duplicate.unwrap_or(false);
    let sending = Sending { not_duplicate, revises: Some((id, original)), ..Sending::new(content, input.idempotency_key) };
    submit(visit, sending).await.map_err(twin_within)
}

/// What is compared between two texts, field by field.
async fn facts(visit: &Visit, content: &Content) -> Result<Vec<(&'static str, String)>, Error> {
    Ok(match content {
        Content::Resource(text) => text.facts(visit).await?,
        Content::Topic(text) => vec![("name", text.name.clone()), ("description", text.description.clone())],
        Content::Comment(text) => vec![("body", text.body.clone())],
    })
}

/// What stands in the library now, as a text.
async fn published_text(visit: &Visit, kind: SubmissionKind, record: Uuid) -> Result<Option<Content>, Error> {
    Ok(match kind {
        SubmissionKind::Resource => resources::by_id(visit, record).await?.map(|it| Content::Resource(it.written().0)),
        SubmissionKind::Topic => match topics::by_id(visit, record).await? {
            Some(topic) => Some(Content::Topic(topic.text()?.0)),
            None => None,
        },
        SubmissionKind::Comment => comments::by_id(visit, record).await?.map(|it| Content::Comment(it.written().0)),
    })
}

/// The case of one contribution: it owns state and version.
#[Object(name = "Submission")]
impl Submission {
    /// Opaque, and the same for ever.
    pub async fn id(&self) -> ID {
        Kind::Submission.global(self.0.id)
    }

    /// A number for people; gaps mean nothing.
    async fn number(&self) -> i64 {
        self.0.number
    }

    /// What it is of.
    async fn kind(&self) -> SubmissionKind {
        self.0.kind
    }

    /// Where it stands.
    async fn state(&self) -> SubmissionState {
        self.0.state
    }

    /// Rises with every new revision and change of state; name it when changing or deciding.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// The number of the newest revision.
    async fn revision(&self) -> i32 {
        self.0.revision
    }

    /// The title of the newest revision; empty in a draft that has none yet.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Who brought it.
    async fn author(&self, context: &Context<'_>) -> Result<Option<Member>, Error> {
        members::by_id(Visit::of(context), self.0.author_id).await
    }

    /// Where its author follows it.
    async fn path(&self) -> String {
        format!("/submissions/{}", self.0.number)
    }

    /// Where moderators review it.
    async fn desk_path(&self) -> String {
        format!("/desk/{}", self.0.number)
    }

    /// When it was begun.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it first came to the desk; null for a draft.
    async fn sent_at(&self) -> Option<DateTime<Utc>> {
        self.0.sent_at
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }

    /// What it became in the library.
    async fn published(&self, context: &Context<'_>) -> Result<Option<Node>, Error> {
        match self.0.published_id {
            Some(id) => node_of(Visit::of(context), self.0.kind, id).await,
            None => Ok(None),
        }
    }

    /// The record in the library that it is an edit of; null when it is none, or the record is gone.
    async fn revises(&self, context: &Context<'_>) -> Result<Option<Node>, Error> {
        match self.0.revises_id {
            Some(id) => node_of(Visit::of(context), self.0.kind, id).await,
            None => Ok(None),
        }
    }

    /// Whether it is an edit of something published.
    async fn is_edit(&self) -> bool {
        self.0.revises_id.is_some()
    }

    /// The text of the newest revision, of a resource.
    async fn resource(&self, context: &Context<'_>) -> Result<Option<Written>, Error> {
        Ok(match newest(context, &self.0).await? {
            Some(Content::Resource(text)) => Some(Written(text)),
            _ => None,
        })
    }

    /// The text of the newest revision, of a topic.
    async fn topic(&self, context: &Context<'_>) -> Result<Option<WrittenTopic>, Error> {
        Ok(match newest(context, &self.0).await? {
            Some(Content::Topic(text)) => Some(text.into()),
            _ => None,
        })
    }

    /// The text of the newest revision, of a comment.
    async fn comment(&self, context: &Context<'_>) -> Result<Option<WrittenComment>, Error> {
        Ok(match newest(context, &self.0).await? {
            Some(Content::Comment(text)) => Some(text.into()),
            _ => None,
        })
    }

    /// What changed, field by field and word by word, between two revisions.
    ///
    /// `to` is the newest when nobody says; `from` is the published text for an edit, and else the revision before. 0 is the published text.
    async fn changes(&self, context: &Context<'_>, from: Option<i32>, to: Option<i32>) -> Result<Vec<FieldChange>, Error> {
        let visit = Visit::of(context);
        let record = self.0.revises_id.or(self.0.published_id);
        let to = to.unwrap_or(self.0.revision);
        let from = from.unwrap_or(if self.0.revises_id.is_some() { 0 } else { to - 1 });
        for (field, number, least) in [("from", from, 0), ("to", to, 1)] {
            if !(least..=self.0.revision).contains(&number) {
                return Err(refuse(ErrorCode::Invalid, field));
            }
        }
        let text = async |number: i32| match (number, record) {
            (0, Some(record)) => published_text(visit, self.0.kind, record).await,
            (0, None) => Ok(None),
            _ => Ok(visit.loaders().load_one(RevisionOf(self.0.id, number)).await?),
        };
        match (text(from).await?, text(to).await?) {
            (Some(before), Some(after)) => diff::changes(facts(visit, &before).await?, facts(visit, &after).await?).await,
            _ => Ok(Vec::new()),
        }
    }

    /// Who is on it, and until when.
    async fn claim(&self, context: &Context<'_>) -> Result<Option<Claim>, Error> {
        Ok(claim_of(Visit::of(context), self.0.id).await?.map(Claim))
    }

    /// What the viewer may do with it now.
    async fn viewer_actions(&self, context: &Context<'_>) -> Result<Vec<SubmissionAction>, Error> {
        let visit = Visit::of(context);
        let claim = if visit.is_moderator() { claim_of(visit, self.0.id).await? } else { None };
        Ok(rules::actions(visit, &self.0, claim.as_ref()))
    }

    /// What the newest decision asks for; empty unless it asked for changes.
    async fn requests(&self, context: &Context<'_>) -> Result<Vec<ChangeRequest>, Error> {
        match Visit::of(context).loaders().load_one(DecisionOf(self.0.id)).await? {
            Some(decision) => requests(Visit::of(context), decision.id).await,
            None => Ok(Vec::new()),
        }
    }

    /// The newest decision.
    async fn decision(&self, context: &Context<'_>) -> Result<Option<Decision>, Error> {
        Ok(Visit::of(context).loaders().load_one(DecisionOf(self.0.id)).await?.map(Decision))
    }

    /// Everything that was done to it, oldest first.
    async fn timeline(&self, context: &Context<'_>, first: Option<i32>, after: Option<String>) -> Result<Connection<TimelineItem>, Error> {
        let window = Window::parse(first, after, None, None)?;
        let select = log::entry::Entity::find().filter(log::entry::Column::SubmissionId.eq(self.0.id));
        let order = (log::entry::Column::At, log::entry::Column::Number, Order::Asc);
        window.read(Visit::of(context), select, order, |entry| Cursor::Time(entry.at.timestamp_micros(), entry.number), TimelineItem).await
    }
}

async fn newest(context: &Context<'_>, row: &submission::Model) -> Result<Option<Content>, Error> {
    Ok(Visit::of(context).loaders().load_one(RevisionOf(row.id, row.revision)).await?)
}

/// The claim on a submission that has not run out.
async fn claim_of(visit: &Visit, submission: Uuid) -> Result<Option<claim::Model>, Error> {
    let now = visit.clock.now();
    Ok(visit.loaders().load_one(ClaimOf(submission)).await?.flatten().filter(|claim| claim.until > now))
}

/// What was decided about a submission: by whom, when, on which revision, and why. What it says to the author is for author and moderators.
#[Object(name = "Decision")]
impl Decision {
    /// Opaque, and the same for ever.
    pub async fn id(&self) -> ID {
        Kind::Decision.global(self.0.id)
    }

    /// What was decided.
    async fn kind(&self) -> DecisionKind {
        self.0.kind
    }

    /// When.
    async fn decided_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// The revision that the moderator read.
    async fn revision(&self) -> i32 {
        self.0.revision
    }

    /// What it was about.
    async fn of(&self, context: &Context<'_>) -> Result<SubmissionKind, Error> {
        Ok(self.about(Visit::of(context)).await?.kind)
    }

    /// The number of the submission.
    async fn number(&self, context: &Context<'_>) -> Result<i64, Error> {
        Ok(self.about(Visit::of(context)).await?.number)
    }

    /// Whether it was about an edit of something published.
    async fn is_edit(&self, context: &Context<'_>) -> Result<bool, Error> {
        Ok(self.about(Visit::of(context)).await?.revises_id.is_some())
    }

    /// Whether nobody decided it: its date passed.
    async fn by_system(&self) -> bool {
        self.0.decider_id == SYSTEM
    }

    /// Who decided; null where the community does not name its moderators: read "Moderation team".
    async fn decider(&self, context: &Context<'_>) -> Result<Option<Member>, Error> {
        let visit = Visit::of(context);
        match self.0.decider_id != SYSTEM && (visit.is_moderator() || visit.community.name_moderators) {
            true => members::by_id(visit, self.0.decider_id).await,
            false => Ok(None),
        }
    }

    /// Why it was not included or taken down; null otherwise.
    async fn reason(&self, context: &Context<'_>) -> Option<crate::community::Reason> {
        reason(Visit::of(context), self.0.reason.as_ref())
    }

    /// The moderator's words for the author; null for everyone else.
    async fn message(&self, context: &Context<'_>) -> Result<Option<&str>, Error> {
        Ok(if self.is_seen(Visit::of(context)).await? { self.0.message.as_deref() } else { None })
    }

    /// What should change; empty for everyone but author and moderators.
    async fn requests(&self, context: &Context<'_>) -> Result<Vec<ChangeRequest>, Error> {
        let visit = Visit::of(context);
        if self.is_seen(visit).await? { requests(visit, self.0.id).await } else { Ok(Vec::new()) }
    }

    /// What it was decided about; null for everyone but author and moderators.
    async fn submission(&self, context: &Context<'_>) -> Result<Option<Submission>, Error> {
        let visit = Visit::of(context);
        Ok(Some(self.about(visit).await?).filter(|row| rules::may_see(visit, row)).map(Submission))
    }

    /// What it is in the library now; null when it is not, or not any more, there.
    async fn published(&self, context: &Context<'_>) -> Result<Option<Node>, Error> {
        let visit = Visit::of(context);
        let row = self.about(visit).await?;
        match row.published_id {
            Some(record) => node_of(visit, row.kind, record).await,
            None => Ok(None),
        }
    }
}

impl Decision {
    async fn about(&self, visit: &Visit) -> Result<submission::Model, Error> {
        let row = visit.loaders().load_one(SubmissionId(self.0.submission_id)).await?;
        row.ok_or(Error::bug("a decision is about a submission"))
    }

    async fn is_seen(&self, visit: &Visit) -> Result<bool, Error> {
        Ok(visit.viewer().is_some() && rules::may_see(visit, &self.about(visit).await?))
    }
}

fn reason(visit: &Visit, id: Option<&String>) -> Option<crate::community::Reason> {
    visit.community.reasons.iter().find(|known| Some(&known.id) == id).cloned()
}

/// "I'm on it": it ends by itself.
#[Object(name = "Claim")]
impl Claim {
    /// Who is on it; null for the author.
    async fn member(&self, context: &Context<'_>) -> Result<Option<Member>, Error> {
        let visit = Visit::of(context);
        if visit.is_moderator() { members::by_id(visit, self.0.member_id).await } else { Ok(None) }
    }

    /// Whether it is the viewer.
    async fn is_viewer(&self, context: &Context<'_>) -> bool {
        Visit::of(context).viewer().is_some_and(|viewer| viewer.id == self.0.member_id)
    }

    /// When it ends, without further work.
    async fn until(&self) -> DateTime<Utc> {
        self.0.until
    }
}

/// What stays of something that was taken down.
#[Object(name = "Tombstone")]
impl Tombstone {
    /// Where it stood.
    async fn path(&self) -> String {
        match self.0.kind {
            SubmissionKind::Resource => format!("/resources/{}", self.0.slug),
            SubmissionKind::Topic => format!("/topics/{}", self.0.slug),
            SubmissionKind::Comment => format!("/comments/{}", self.0.slug),
        }
    }

    /// What it was.
    async fn kind(&self) -> SubmissionKind {
        self.0.kind
    }

    /// Since when it is gone.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// Whether its author took it back.
    async fn by_author(&self) -> bool {
        self.0.by_author
    }

    /// Why it was taken down; null when its author took it back.
    async fn reason(&self, context: &Context<'_>) -> Option<crate::community::Reason> {
        reason(Visit::of(context), self.0.reason.as_ref())
    }
}

/// A change that a moderator asked for.
#[Object(name = "ChangeRequest")]
impl ChangeRequest {
    /// Name it in `answered` when the new text answers it.
    pub async fn id(&self) -> ID {
        Kind::ChangeRequest.global(self.0.id)
    }

    /// The field that it is about, such as `title`.
    async fn field(&self) -> &str {
        &self.0.field
    }

    /// What should change.
    async fn message(&self) -> &str {
        &self.0.message
    }

    /// The revision that answered it, says its author.
    async fn answered_in(&self) -> Option<i32> {
        self.0.answered_in
    }
}

/// One thing that was done to a submission.
#[Object(name = "TimelineItem")]
impl TimelineItem {
    /// What was done.
    async fn action(&self) -> Action {
        self.0.action
    }

    /// When.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// The revision it was done with.
    async fn revision(&self) -> i32 {
        self.0.revision
    }

    /// The decision, where one was made.
    async fn decision(&self, context: &Context<'_>) -> Result<Option<Decision>, Error> {
        let key = DecisionAt(self.0.submission_id, self.0.version);
        Ok(Visit::of(context).loaders().load_one(key).await?.map(Decision))
    }
}

async fn requests(visit: &Visit, decision: Uuid) -> Result<Vec<ChangeRequest>, Error> {
    let requests = visit.loaders().load_one(RequestsOf(decision)).await?.unwrap_or_default();
    Ok(requests.into_iter().map(ChangeRequest).collect())
}

/// The content of one revision of a submission.
#[derive(Clone, Eq, Hash, PartialEq)]
struct RevisionOf(Uuid, i32);

impl Loader<RevisionOf> for Loaders {
    type Value = Content;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[RevisionOf]) -> Result<HashMap<RevisionOf, Content>, Self::Error> {
        let pairs = keys.iter().map(|key| (key.0, key.1));
        let columns = Expr::tuple([Expr::col(revision::Column::SubmissionId), Expr::col(revision::Column::Number)]);
        let rows = revision::Entity::find().filter(sea_orm::sea_query::ExprTrait::in_tuples(columns, pairs)).all(&self.database).await?;
        let read = |row: revision::Model| {
            let content = serde_json::from_str(&row.content).map_err(|error| DbErr::Json(error.to_string()))?;
            Ok((RevisionOf(row.submission_id, row.number), content))
        };
        rows.into_iter().map(read).collect::<Result<_, DbErr>>().map_err(Arc::new)
    }
}

/// The newest decision on a submission.
#[derive(Clone, Eq, Hash, PartialEq)]
struct DecisionOf(Uuid);

impl Loader<DecisionOf> for Loaders {
    type Value = decision::Model;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[DecisionOf]) -> Result<HashMap<DecisionOf, decision::Model>, Self::Error> {
        let all = decision::Entity::find().filter(decision::Column::SubmissionId.is_in(keys.iter().map(|key| key.0)));
        let rows = all.order_by_asc(decision::Column::Version).all(&self.database).await?;
        Ok(rows.into_iter().map(|row| (DecisionOf(row.submission_id), row)).collect()) // the last of a key stays
    }
}

/// The decision that brought a submission to a version.
#[derive(Clone, Eq, Hash, PartialEq)]
struct DecisionAt(Uuid, i32);

impl Loader<DecisionAt> for Loaders {
    type Value = decision::Model;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[DecisionAt]) -> Result<HashMap<DecisionAt, decision::Model>, Self::Error> {
        let rows =
            decision::Entity::find().filter(decision::Column::SubmissionId.is_in(keys.iter().map(|key| key.0))).all(&self.database).await?;
        Ok(rows.into_iter().map(|row| (DecisionAt(row.submission_id, row.version), row)).collect())
    }
}

/// The requests of a decision, in order.
#[derive(Clone, Eq, Hash, PartialEq)]
struct RequestsOf(Uuid);

impl Loader<RequestsOf> for Loaders {
    type Value = Vec<change_request::Model>;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[RequestsOf]) -> Result<HashMap<RequestsOf, Vec<change_request::Model>>, Self::Error> {
        let all = change_request::Entity::find().filter(change_request::Column::DecisionId.is_in(keys.iter().map(|key| key.0)));
        let mut requests: HashMap<_, Vec<_>> = HashMap::new();
        for row in all.order_by_asc(change_request::Column::Position).all(&self.database).await? {
            requests.entry(RequestsOf(row.decision_id)).or_default().push(row);
        }
        Ok(requests)
    }
}

/// A submission, for rules that ask themselves what may be seen of it.
#[derive(Clone, Eq, Hash, PartialEq)]
struct SubmissionId(Uuid);

impl Loader<SubmissionId> for Loaders {
    type Value = submission::Model;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[SubmissionId]) -> Result<HashMap<SubmissionId, submission::Model>, Self::Error> {
        let rows =
            submission::Entity::find().filter(submission::Column::Id.is_in(keys.iter().map(|key| key.0))).all(&self.database).await?;
        Ok(rows.into_iter().map(|row| (SubmissionId(row.id), row)).collect())
    }
}

/// The claim on a submission, whether or not it has run out.
#[derive(Clone, Eq, Hash, PartialEq)]
struct ClaimOf(Uuid);

impl Loader<ClaimOf> for Loaders {
    // None is an answer, too: a key without one would be asked for again.
    type Value = Option<claim::Model>;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[ClaimOf]) -> Result<HashMap<ClaimOf, Option<claim::Model>>, Self::Error> {
        let rows =
            claim::Entity::find().filter(claim::Column::SubmissionId.is_in(keys.iter().map(|key| key.0))).all(&self.database).await?;
        let mut claims: HashMap<_, _> = keys.iter().map(|key| (key.clone(), None)).collect();
        claims.extend(rows.into_iter().map(|row| (ClaimOf(row.submission_id), Some(row))));
        Ok(claims)
    }
}
