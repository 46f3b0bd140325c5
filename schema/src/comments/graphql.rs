//! Comments as GraphQL shows them: to everyone.

use std::sync::Arc;

use async_graphql::{ID, InputObject, Object, SimpleObject, dataloader::Loader};
use sea_orm::{ConnectionTrait, DbErr, QueryTrait};

use super::*;
use crate::{desk::SubmitPayload, members::Member, visit::Loaders};

/// A comment for the desk.
#[derive(InputObject)]
pub struct WriteCommentInput {
    /// A resource, a topic, or the comment that it answers.
    pub on: ID,
    /// Markdown, at most 10,000 characters.
    pub body: String,
    /// The same key and input give the same answer, once.
    pub idempotency_key: Option<String>,
}

/// Another text for one's own comment.
#[derive(InputObject)]
pub struct CommentInput {
    /// Markdown, at most 10,000 characters.
    pub body: String,
}

/// What a thread is about.
#[derive(SimpleObject, Clone)]
pub struct About {
    /// The title of the resource or the name of the topic.
    title: String,
    /// Its page.
    path: String,
    /// `RESOURCE` or `TOPIC`.
    kind: SubmissionKind,
}

/// Finds out what a thread is about; none when that was taken down.
async fn about(visit: &Visit, (target, is_topic): (Uuid, bool)) -> Result<Option<About>, Error> {
    Ok(match is_topic {
        true => topics::by_id(visit, target).await?.map(|topic| About {
            title: topic.called().to_owned(),
            path: topic.address(),
            kind: SubmissionKind::Topic,
        }),
        false => resources::by_id(visit, target).await?.map(|resource| About {
            title: resource.called().to_owned(),
            path: resource.address(),
            kind: SubmissionKind::Resource,
        }),
    })
}

/// Something said about a resource or a topic.
#[derive(Clone, Debug)]
pub struct Comment(entity::Model);

impl From<entity::Model> for Comment {
    fn from(row: entity::Model) -> Comment {
        Comment(row)
    }
}

impl Comment {
    pub(super) fn is_gone(&self) -> bool {
        self.0.removed_at.is_some()
    }

    pub(crate) fn author_id(&self) -> Uuid {
        self.0.author_id
    }

    pub(super) fn target(&self) -> (Uuid, bool) {
        (self.0.target_id, self.0.target_kind == SubmissionKind::Topic)
    }

    pub(super) fn parent_id(&self) -> Option<Uuid> {
        self.0.parent_id
    }

    /// Its text as it is in the library, and the submission that brought it.
    pub(crate) fn written(&self) -> (super::CommentText, Uuid) {
        let (target, is_topic) = self.target();
        (super::CommentText { target, is_topic, parent: self.0.parent_id, body: self.0.body.clone() }, self.0.submission_id)
    }
}

/// Something said about a resource or a topic. One that was taken down keeps its place, not its words.
#[Object]
impl Comment {
    /// Opaque, and the same for ever.
    pub async fn id(&self) -> ID {
        Kind::Comment.global(self.0.id)
    }

    /// The number in its address.
    async fn number(&self) -> i64 {
        self.0.number
    }

    /// Its own page.
    async fn path(&self) -> String {
        format!("/comments/{}", self.0.number)
    }

    /// What was said; empty when it was taken down.
    async fn body(&self) -> Html {
        Html::stored(self.0.body_html.clone())
    }

    /// The first words of what was said, without marks, at most 220 characters; empty when it was taken down.
    async fn summary(&self) -> String {
        markup::plain(&Html::stored(self.0.body_html.clone()), 220)
    }

    /// What was said, as typed: Markdown.
    async fn source(&self) -> &str {
        &self.0.body
    }

    /// Who said it; null when it was taken down.
    async fn author(&self, context: &Context<'_>) -> Result<Option<Member>, Error> {
        if self.is_gone() { Ok(None) } else { members::by_id(Visit::of(context), self.0.author_id).await }
    }

    /// When it was published.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When its text was last replaced.
    async fn edited_at(&self) -> Option<DateTime<Utc>> {
        self.0.edited_at
    }

    /// 1 for what answers the resource or topic itself; at most 50.
    async fn depth(&self) -> i32 {
        self.0.depth
    }

    /// Whether it was taken down, or back by its author.
    async fn is_removed(&self) -> bool {
        self.is_gone()
    }

    /// How many comments answer it directly.
    async fn reply_count(&self) -> i32 {
        self.0.reply_count
    }

    /// What the thread is about.
    async fn about(&self, context: &Context<'_>) -> Result<About, Error> {
        about(Visit::of(context), self.target()).await?.ok_or(Error::bug("a comment in sight is about something that is there"))
    }

    /// The comment that it answers.
    async fn parent(&self, context: &Context<'_>) -> Result<Option<Comment>, Error> {
        match self.0.parent_id {
            Some(parent) => Ok(Visit::of(context).loaders().load_one(CommentId(parent)).await?),
            None => Ok(None),
        }
    }

    /// The comments that answer it directly, oldest first.
    async fn replies(&self, context: &Context<'_>, first: Option<i32>, after: Option<String>) -> Result<Connection<Comment>, Error> {
        answers(context, self.0.target_id, Some(self.0.id), &Window::parse(first, after, None, None)?).await
    }

    /// What was said below it in reading order, flat, five levels down at most.
    async fn thread(&self, context: &Context<'_>, first: Option<i32>, after: Option<String>) -> Result<Connection<Comment>, Error> {
        let below = Some((self.0.thread_key.as_str(), self.0.depth));
        thread(context, self.0.target_id, below, &Window::parse(first, after, None, None)?).await
    }

    /// The case that brought it; null for everyone but its author and moderators.
    async fn submission(&self, context: &Context<'_>) -> Result<Option<Submission>, Error> {
        desk::visible(Visit::of(context), self.0.submission_id).await
    }
}

/// What a member said: the text of one revision.
pub struct CommentText(super::CommentText);

impl From<super::CommentText> for CommentText {
    fn from(text: super::CommentText) -> CommentText {
        CommentText(text)
    }
}

/// What a member said: the text of one revision.
#[Object]
impl CommentText {
    /// Markdown, as typed.
    async fn body(&self) -> &str {
        &self.0.body
    }

    /// The comment as it will look.
    async fn preview(&self) -> Result<Html, Error> {
        self.0.render().await
    }

    /// What it is about; null when that was taken down meanwhile.
    async fn about(&self, context: &Context<'_>) -> Result<Option<About>, Error> {
        about(Visit::of(context), (self.0.target, self.0.is_topic)).await
    }

    /// The comment that it answers; null when that was taken down meanwhile.
    async fn parent(&self, context: &Context<'_>) -> Result<Option<Comment>, Error> {
        match self.0.parent {
            Some(parent) => by_id(Visit::of(context), parent).await,
            None => Ok(None),
        }
    }
}

/// Questions about comments.
#[derive(Default)]
pub struct CommentQuery;

#[Object]
impl CommentQuery {
    /// A comment by the number in its address; null when it is not, or not any more, there.
    async fn comment(&self, context: &Context<'_>, number: i32) -> Result<Option<Comment>, Error> {
        by_number(Visit::of(context), number.into()).await
    }

    /// The newest comments everywhere.
    async fn discussion(&self, context: &Context<'_>, first: Option<i32>, after: Option<String>) -> Result<Connection<Comment>, Error> {
        latest(context, &Window::parse(first, after, None, None)?).await
    }
}

/// What members say.
#[derive(Default)]
pub struct CommentMutation;

#[Object]
impl CommentMutation {
    /// Puts a comment on the desk.
    async fn write_comment(&self, context: &Context<'_>, input: WriteCommentInput) -> Result<SubmitPayload, Error> {
        let visit = Visit::of(context);
        SubmitPayload::answer(visit, write(visit, input).await).await
    }
}

/// A comment by id, whether or not it was taken down.
#[derive(Clone, Eq, Hash, PartialEq)]
pub(super) struct CommentId(pub Uuid);

impl Loader<CommentId> for Loaders {
    type Value = Comment;
    type Error = Arc<DbErr>;

    async fn load(&self, ids: &[CommentId]) -> Result<HashMap<CommentId, Comment>, Self::Error> {
        let rows = find().filter(entity::Column::Id.is_in(ids.iter().map(|id| id.0))).all(&self.database).await?;
        Ok(rows.into_iter().map(|row| (CommentId(row.id), Comment(row))).collect())
    }
}

/// How many comments a resource or a topic has.
#[derive(Clone, Eq, Hash, PartialEq)]
pub(super) struct CountOf(pub Uuid);

impl Loader<CountOf> for Loaders {
    type Value = i64;
    type Error = Arc<DbErr>;

    async fn load(&self, targets: &[CountOf]) -> Result<HashMap<CountOf, i64>, Self::Error> {
        let counts = find()
            .select_only()
            .column(entity::Column::TargetId)
            .column_as(Expr::cust("COUNT(*)"), "count")
            .filter(entity::Column::TargetId.is_in(targets.iter().map(|target| target.0)))
            .filter(entity::Column::RemovedAt.is_null())
            .group_by(entity::Column::TargetId)
            .into_query();
        let rows = self.database.query_all(&counts).await?;
        let found = rows.iter().map(|row| Ok((CountOf(row.try_get_by_index(0)?), row.try_get_by_index(1)?)));
        let mut counts: HashMap<_, _> = targets.iter().map(|target| (target.clone(), 0)).collect();
        counts.extend(found.collect::<Result<Vec<_>, DbErr>>()?);
        Ok(counts)
    }
}
