//! Topics as GraphQL shows them: to everyone.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject, dataloader::Loader};
use sea_orm::DbErr;

use super::*;
use crate::{
    comments::{self, Comment},
    desk::SubmitPayload,
    error::payload,
    members::Member,
    paging,
    resources::Resource,
    visit::Loaders,
};

payload! {
    /// The topic with the vote as it counts now, or why not.
    VotePayload { topic: Topic }
    /// The topic as it stands now, or why not.
    TopicPayload { topic: Topic }
}

/// What a topic is called and about.
#[derive(InputObject, Default)]
pub struct TopicInput {
    /// What people call it, at most 100 characters.
    pub name: String,
    /// What it is about: Markdown, at most 10,000 characters.
    pub description: String,
}

/// A suggestion for the desk.
#[derive(InputObject)]
pub struct SuggestTopicInput {
    /// The topic itself; its fields stand beside the others.
    #[graphql(flatten)]
    pub topic: TopicInput,
    /// Why the community should work on it, for the moderators.
    pub why: Option<String>,
    /// The keyword that it grows out of: records with it join the topic. From moderators; others' is left alone.
    pub keyword: Option<String>,
    /// Keeps it for the viewer alone, unsent; fields may be empty then.
    pub draft: Option<bool>,
    /// The same key and input give the same answer, once.
    pub idempotency_key: Option<String>,
}

/// A vote, given or taken back.
#[derive(InputObject)]
pub struct VoteInput {
    topic_id: ID,
    /// True to vote, false to take the vote back.
    vote: bool,
}

/// What the community does about a topic.
#[derive(InputObject)]
pub struct SetTopicStatusInput {
    topic_id: ID,
    status: TopicStatus,
    /// What it led to: ids, slugs or addresses of library records; what is not named any more is taken off.
    led_to: Option<Vec<String>>,
}

/// The order of topics.
#[derive(Enum, Copy, Clone, Debug, Eq, PartialEq)]
pub enum TopicSort {
    /// Most votes first.
    Votes,
    /// What was opened last first.
    Newest,
    /// By name, without case and accents.
    Name,
}

/// A subject that the community works on.
#[derive(Clone, Debug)]
pub struct Topic {
    row: topic::Model,
    /// Whether the viewer voted, where a list has asked for all of its topics at once.
    voted: Option<bool>,
}

impl From<topic::Model> for Topic {
    fn from(row: topic::Model) -> Topic {
        Topic { row, voted: None }
    }
}

impl Topic {
    /// What it is called.
    pub(crate) fn called(&self) -> &str {
        &self.row.name
    }

    /// Whether it has this id.
    pub(crate) fn is(&self, id: Uuid) -> bool {
        self.row.id == id
    }

    /// Where everyone finds it.
    pub(crate) fn address(&self) -> String {
        format!("/topics/{}", self.row.slug)
    }

    /// Its text as it is in the library, and the submission that brought it.
    pub(crate) fn text(&self) -> Result<(super::TopicText, Uuid), Error> {
        Ok((serde_json::from_str(&self.row.content)?, self.row.submission_id))
    }
}

/// A subject that the community works on: suggested by a member, opened by the desk.
#[Object]
impl Topic {
    /// Opaque, and the same for ever.
    pub async fn id(&self) -> ID {
        Kind::Topic.global(self.row.id)
    }

    /// The part of its address that names it.
    async fn slug(&self) -> &str {
        &self.row.slug
    }

    /// Where everyone finds it.
    async fn path(&self) -> String {
        self.address()
    }

    /// What people call it.
    async fn name(&self) -> &str {
        &self.row.name
    }

    /// What it is about.
    async fn description(&self) -> Option<Html> {
        (!self.row.description_html.is_empty()).then(|| Html::stored(self.row.description_html.clone()))
    }

    /// What it is about, as typed: Markdown.
    async fn source(&self) -> Result<String, Error> {
        Ok(self.text()?.0.description)
    }

    /// The first words of what it is about, without marks.
    async fn summary(&self) -> &str {
        &self.row.summary
    }

    /// What the community does about it.
    async fn status(&self) -> TopicStatus {
        self.row.status
    }

    /// How many members voted for it.
    async fn votes(&self) -> i64 {
        self.row.votes
    }

    /// Whether the viewer did.
    async fn viewer_voted(&self, context: &Context<'_>) -> Result<bool, Error> {
        match self.voted {
            Some(voted) => Ok(voted),
            None => Ok(votes_of(Visit::of(context), [self.row.number].into_iter()).await?.contains(&self.row.number)),
        }
    }

    /// Who suggested it.
    async fn suggester(&self, context: &Context<'_>) -> Result<Option<Member>, Error> {
        members::by_id(Visit::of(context), self.row.suggester_id).await
    }

    /// Since when it is open.
    async fn published_at(&self) -> DateTime<Utc> {
        self.row.published_at
    }

    /// When its text was last replaced.
    async fn edited_at(&self) -> Option<DateTime<Utc>> {
        self.row.edited_at
    }

    /// Whether it was moved to what is past.
    async fn is_past(&self) -> bool {
        self.row.archived_at.is_some()
    }

    /// What it led to.
    async fn led_to(&self, context: &Context<'_>) -> Result<Vec<Resource>, Error> {
        let visit = Visit::of(context);
        resources::by_ids(visit, &results(visit, self.row.number).await?).await
    }

    /// How many resources it has.
    async fn resource_count(&self, context: &Context<'_>) -> Result<i64, Error> {
        resources::count_of_topic(Visit::of(context), &self.row.slug).await
    }

    /// Its resources, newest first.
    async fn resources(&self, context: &Context<'_>, first: Option<i32>, after: Option<String>) -> Result<resources::Results, Error> {
        let window = Window::parse(first, after, None, None)?;
        resources::of_topic(context, &self.row.slug, &window).await
    }

    /// How many comments it has, answers included.
    async fn comment_count(&self, context: &Context<'_>) -> Result<i64, Error> {
        comments::count(Visit::of(context), self.row.id).await
    }

    /// The comments that answer the topic itself, oldest first.
    async fn comments(&self, context: &Context<'_>, first: Option<i32>, after: Option<String>) -> Result<Connection<Comment>, Error> {
        comments::answers(context, self.row.id, None, &Window::parse(first, after, None, None)?).await
    }

    /// The whole discussion in reading order, flat, down to depth 6.
    async fn thread(&self, context: &Context<'_>, first: Option<i32>, after: Option<String>) -> Result<Connection<Comment>, Error> {
        comments::thread(context, self.row.id, None, &Window::parse(first, after, None, None)?).await
    }

    /// The case that brought it; null for everyone but its author and moderators.
    async fn submission(&self, context: &Context<'_>) -> Result<Option<Submission>, Error> {
        desk::visible(Visit::of(context), self.row.submission_id).await
    }

    /// Whether an edit of it is being worked on; then there can be no second one. A stranger, who can bring none, is not told.
    async fn has_open_edit(&self, context: &Context<'_>) -> Result<bool, Error> {
        desk::has_open_edit(Visit::of(context), self.row.id).await
    }
}

/// What a member wrote about a topic: the text of one revision.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct TopicText {
    /// What people call it.
    name: String,
    /// What it is about: Markdown, as typed.
    description: String,
    /// Why the community should work on it; may be empty.
    why: String,
    /// The keyword that it grows out of.
    keyword: Option<String>,
}

impl From<super::TopicText> for TopicText {
    fn from(text: super::TopicText) -> TopicText {
        TopicText { name: text.name, description: text.description, why: text.why, keyword: text.keyword }
    }
}

#[async_graphql::ComplexObject]
impl TopicText {
    /// The description as it will look.
    async fn preview(&self) -> Result<Html, Error> {
        markup::preview(&self.description).await
    }
}

/// Questions about topics.
#[derive(Default)]
pub struct TopicQuery;

#[Object]
impl TopicQuery {
    /// A topic; null for what is not, or not yet, one.
    async fn topic(&self, context: &Context<'_>, slug: String) -> Result<Option<Topic>, Error> {
        let visit = Visit::of(context);
        let found = by_slug(visit, &slug).await?;
        if let Some(topic) = &found {
            // At once, so that it does not depend on chance whether people named below it are read together with this one.
            members::prime(visit, [topic.row.suggester_id].into_iter()).await?;
        }
        Ok(found)
    }

    /// What the community works on.
    async fn topics(
        &self,
        context: &Context<'_>,
        status: Option<TopicStatus>,
        sort: Option<TopicSort>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Topic>, Error> {
        let window = Window::parse(first, after, last, before)?;
        let visit = Visit::of(context);
        let mut found = list(visit, status, sort.unwrap_or(TopicSort::Votes), &window).await?;
        let ids: Vec<Uuid> = found.edges.iter().map(|edge| edge.node.row.id).collect();
        if paging::names(context, "suggester") {
            members::prime(visit, found.edges.iter().map(|edge| edge.node.row.suggester_id)).await?;
        }
        if paging::names(context, "viewerVoted") {
            let mine = votes_of(visit, found.edges.iter().map(|edge| edge.node.row.number)).await?;
            found.edges.iter_mut().for_each(|edge| edge.node.voted = Some(mine.contains(&edge.node.row.number)));
        }
        if paging::names(context, "resourceCount") {
            resources::prime_topic_counts(visit, found.edges.iter().map(|edge| &edge.node.row.slug)).await?;
        }
        if paging::names(context, "commentCount") {
            comments::prime_counts(visit, &ids).await?;
        }
        Ok(found)
    }
}

/// What members and moderators do about topics.
#[derive(Default)]
pub struct TopicMutation;

#[Object]
impl TopicMutation {
    /// Puts a suggestion on the desk.
    async fn suggest_topic(&self, context: &Context<'_>, input: SuggestTopicInput) -> Result<SubmitPayload, Error> {
        let visit = Visit::of(context);
        SubmitPayload::answer(visit, suggest(visit, input).await).await
    }

    /// Votes for a topic, once, or takes the vote back.
    async fn vote(&self, context: &Context<'_>, input: VoteInput) -> Result<VotePayload, Error> {
        let visit = Visit::of(context);
        VotePayload::answer(visit, cast(visit, &input.topic_id, input.vote).await).await
    }

    /// Says what the community does about a topic and what it led to; for moderators.
    async fn set_topic_status(&self, context: &Context<'_>, input: SetTopicStatusInput) -> Result<TopicPayload, Error> {
        let visit = Visit::of(context);
        let led_to = input.led_to.unwrap_or_default();
        TopicPayload::answer(visit, set_status(visit, &input.topic_id, input.status, &led_to).await).await
    }
}

/// A topic by id.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub(super) struct TopicId(pub Uuid);

impl Loader<TopicId> for Loaders {
    type Value = Topic;
    type Error = Arc<DbErr>;

    async fn load(&self, ids: &[TopicId]) -> Result<HashMap<TopicId, Topic>, Self::Error> {
        let rows = topic::Entity::find().filter(topic::Column::Id.is_in(ids.iter().map(|id| id.0))).all(&self.database).await?;
        Ok(rows.into_iter().map(|row| (TopicId(row.id), row.into())).collect())
    }
}
