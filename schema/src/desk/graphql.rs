//! The desk as GraphQL shows it: to a submission's author and to moderators.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, InputObject, Object, dataloader::Loader};
use chrono::{DateTime, Utc};

use super::*;
use crate::{
    error::payload,
    ids::Node,
    members::Member,
    paging,
    resources::{ResourceInput, ResourceText, Written},
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
    /// The whole new text.
    pub resource: Option<ResourceInput>,
    /// The requests that this text answers.
    pub answered: Option<Vec<ID>>,
    /// Keep it as a draft; only a draft can be kept.
    pub draft: Option<bool>,
    /// Yes, the address is here already, and this is something else.
    pub not_duplicate: Option<bool>,
}

/// Taking back one's own open submission.
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
    /// One of the community's reasons; required to decline.
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
        let state = filter.unwrap_or_default().state.unwrap_or(SubmissionState::Pending);
        let visit = Visit::of(context);
        let found = queue(visit, state, sort.unwrap_or(QueueSort::Oldest), &window).await?;
        prime(context, &found).await?;
        Ok(found)
    }

    /// What the viewer would open next; for moderators.
    async fn next_in_queue(&self, context: &Context<'_>) -> Result<Option<Submission>, Error> {
        next(Visit::of(context)).await
    }
}

/// What authors and moderators do on the desk.
#[derive(Default)]
pub struct DeskMutation;

#[Object]
impl DeskMutation {
    /// Replaces the text of one's own open submission and sends it to the desk.
    async fn revise_submission(&self, context: &Context<'_>, input: ReviseSubmissionInput) -> Result<SubmitPayload, Error> {
        let visit = Visit::of(context);
        SubmitPayload::answer(visit, revise_resource(visit, input).await).await
    }

    /// Takes back one's own open submission.
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
    if paging::names(context, "resource") {
        visit.loaders().load_many(rows().map(|row| RevisionOf(row.id, row.revision))).await?;
    }
    if paging::names(context, "decision") || paging::names(context, "requests") {
        visit.loaders().load_many(rows().map(|row| DecisionOf(row.id))).await?;
    }
    if paging::names(context, "published") {
        resources::prime(visit, rows().filter_map(|row| row.published_id)).await?;
    }
    Ok(())
}

async fn revise_resource(visit: &Visit, input: ReviseSubmissionInput) -> Result<Submission, Error> {
    visit.member()?;
    let draft = input.draft.unwrap_or(false);
    let typed = input.resource.ok_or_else(|| refuse(ErrorCode::Required, "resource"))?;
    // The rule speaks of the resource's fields; here they stand one level further inside the input.
    let within = |error| match error {
        Error::Refused(refusals) => Error::Refused(refusals.into_iter().map(|refusal| refusal.within("resource")).collect()),
        other => other,
    };
    let content = Content::Resource(ResourceText::parse(visit, typed, draft).map_err(within)?);
    let sending = Sending { content, draft, not_duplicate: input.not_duplicate.unwrap_or(false), idempotency_key: None };
    let answered: Vec<String> = input.answered.unwrap_or_default().into_iter().map(|id| id.0).collect();
    let url = |refusal: Refusal| {
        if refusal.field == ["url"] { refusal.within("resource") } else { refusal }
    };
    revise(visit, &input.submission_id, input.version, &answered, sending).await.map_err(|error| match error {
        Error::Refused(refusals) => Error::Refused(refusals.into_iter().map(url).collect()),
        other => other,
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
            Some(id) => Ok(resources::by_id(Visit::of(context), id).await?.map(Node::Resource)),
            None => Ok(None),
        }
    }

    /// The text of the newest revision.
    async fn resource(&self, context: &Context<'_>) -> Result<Option<Written>, Error> {
        let newest = Visit::of(context).loaders().load_one(RevisionOf(self.0.id, self.0.revision)).await?;
        Ok(newest.map(|Content::Resource(text)| Written(text)))
    }

    /// What the viewer may do with it now.
    async fn viewer_actions(&self, context: &Context<'_>) -> Vec<SubmissionAction> {
        actions(Visit::of(context), &self.0)
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

/// What was decided about a submission: by whom, when, on which revision, and why.
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

    /// Who decided; null where the community does not name its moderators: read "Moderation team".
    async fn decider(&self, context: &Context<'_>) -> Result<Option<Member>, Error> {
        let visit = Visit::of(context);
        match visit.is_moderator() || visit.community.name_moderators {
            true => members::by_id(visit, self.0.decider_id).await,
            false => Ok(None),
        }
    }

    /// Why it was not included; null otherwise.
    async fn reason(&self, context: &Context<'_>) -> Option<crate::community::Reason> {
        let reason = self.0.reason.as_ref()?;
        Visit::of(context).community.reasons.iter().find(|known| known.id == *reason).cloned()
    }

    /// The moderator's words for the author.
    async fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// What should change.
    async fn requests(&self, context: &Context<'_>) -> Result<Vec<ChangeRequest>, Error> {
        requests(Visit::of(context), self.0.id).await
    }

    /// What it was decided about.
    async fn submission(&self, context: &Context<'_>) -> Result<Option<Submission>, Error> {
        visible(Visit::of(context), self.0.submission_id).await
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
