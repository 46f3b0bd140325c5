//! Comments: what members say about resources and topics, and to each other; threaded, each on its own address.

use std::collections::HashMap;

use async_graphql::Context;
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, DatabaseConnection, EntityTrait, Order, QueryFilter, QuerySelect, Select,
    sea_query::{Expr, ExprTrait},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Error, Refusal, Visit,
    database::Transaction,
    desk::{self, Content, Gate, Sending, Submission, SubmissionKind},
    error::ErrorCode,
    ids::{self, Kind},
    markup::{self, Html},
    members,
    outbox::{self, Letter},
    paging::{self, Connection, Cursor, Window},
    resources,
    text::Reader,
    topics,
};

mod entity;
mod graphql;

pub use graphql::{Comment, CommentInput, CommentMutation, CommentQuery, CommentText as WrittenComment, WriteCommentInput};

/// Characters of a comment. Source: SECURITY, section 4.
const BODY: usize = 10_000;
/// Answers to answers: the deepest that is kept, and the deepest that one page shows.
const DEEPEST: i32 = 50;
const SHOWN: i32 = 6;
/// Characters of a comment that stand for its title on the desk.
const TITLE: usize = 80;

/// What a member said: parsed. Stored as JSON; a field that comes later needs a default.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CommentText {
    /// The resource or topic that the thread is about.
    pub target: Uuid,
    /// Which of the two it is: `RESOURCE` or `TOPIC`.
    pub is_topic: bool,
    /// The comment that this one answers.
    pub parent: Option<Uuid>,
    /// Markdown, as typed.
    pub body: String,
}

/// What these comments are about.
pub(crate) async fn targets(database: &DatabaseConnection, comments: Vec<Uuid>) -> Result<HashMap<Uuid, Uuid>, Error> {
    if comments.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = find().filter(entity::Column::Id.is_in(comments)).all(database).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.target_id)).collect())
}

/// Reads a comment's body.
fn body(typed: &str) -> Result<String, Error> {
    let mut reader = Reader::default();
    let body = reader.markdown("body", typed, BODY);
    let body = reader.required("body", body);
    reader.done()?;
    Ok(body)
}

impl CommentText {
    /// The same thread with another body.
    pub(crate) fn with_body(&self, typed: &str) -> Result<CommentText, Error> {
        Ok(CommentText { body: body(typed)?, ..self.clone() })
    }

    pub(crate) fn called(&self) -> String {
        let line = crate::text::line(&self.body);
        match line.char_indices().nth(TITLE) {
            Some((end, _)) => format!("{}…", line[..end].trim_end()),
            None => line,
        }
    }

    pub(crate) fn fields(&self) -> &'static [&'static str] {
        &["body"]
    }

    pub(crate) async fn render(&self) -> Result<Html, Error> {
        markup::render("body", &self.body).await
    }

    /// Writes an approved comment under what it is about, or replaces its text. Called by the desk, inside its transaction.
    pub(crate) async fn publish(&self, gate: &Gate<'_>, html: Html) -> Result<(), Error> {
        let text = entity::ActiveModel {
            body: Set(self.body.clone()),
            body_html: Set(html.as_str().to_owned()),
            renderer: Set(markup::RENDERER),
            ..Default::default()
        };
        let gone = || desk::refuse(ErrorCode::NotFound, "on");
        if gate.is_edit {
            let row = find().filter(entity::Column::Id.eq(gate.id)).one(gate.transaction).await?.ok_or_else(gone)?;
            entity::ActiveModel { number: Set(row.number), edited_at: Set(Some(gate.at)), ..text }.update(gate.transaction).await?;
            return Ok(());
        }
        // What it is about, or answers, may have been taken down while it waited.
        if !target_is_there(gate.transaction, self.target, self.is_topic).await? {
            return Err(gone());
        }
        let parent = match self.parent {
            Some(parent) => {
                let parent = find().filter(entity::Column::Id.eq(parent)).lock_exclusive().one(gate.transaction).await?;
                Some(parent.filter(|parent| parent.removed_at.is_none()).ok_or_else(gone)?)
            }
            None => None,
        };
        let depth = parent.as_ref().map_or(1, |parent| parent.depth + 1);
        if depth > DEEPEST {
            return Err(too_deep());
        }
        let row = entity::ActiveModel {
            number: Set(gate.number),
            id: Set(gate.id),
            submission_id: Set(gate.submission),
            author_id: Set(gate.submitter),
            target_id: Set(self.target),
            target_kind: Set(if self.is_topic { SubmissionKind::Topic } else { SubmissionKind::Resource }),
            parent_id: Set(self.parent),
            depth: Set(depth),
            thread_key: Set(format!("{}{:012}", parent.as_ref().map_or("", |parent| &parent.thread_key), gate.number)),
            reply_count: Set(0),
            created_at: Set(gate.at),
            orphaned: Set(false),
            ..text
        };
        row.insert(gate.transaction).await?;
        if let Some(parent) = &parent {
            let change = entity::Entity::update_many()
                .col_expr(entity::Column::ReplyCount, Expr::col(entity::Column::ReplyCount).add(1))
                .filter(entity::Column::Number.eq(parent.number));
            change.exec(gate.transaction).await?;
        }
        let reader = match &parent {
            Some(parent) => Some(parent.author_id),
            None if self.is_topic => topics::suggester(gate.transaction, self.target).await?,
            None => resources::submitter(gate.transaction, self.target).await?,
        };
        if let Some(reader) = reader.filter(|reader| *reader != gate.submitter)
            && let Some(address) = members::address_for_replies(gate.transaction, reader).await?
        {
            let variables = serde_json::json!({ "comment": Kind::Comment.global(gate.id).0 });
            outbox::post(gate.forum, gate.transaction, Letter::Reply, address, Some(reader), variables).await?;
        }
        Ok(())
    }
}

fn too_deep() -> Error {
    Refusal::new(ErrorCode::TooLong, "on").with("limit", DEEPEST).into()
}

/// The scope that every read begins with: what is about something that is still there.
fn find() -> Select<entity::Entity> {
    entity::Entity::find().filter(entity::Column::Orphaned.eq(false))
}

/// Puts a comment on the desk: on a resource or a topic, or in answer to another comment.
async fn write(visit: &Visit, input: WriteCommentInput) -> Result<Submission, Error> {
    visit.member()?;
    let gone = || desk::refuse(ErrorCode::NotFound, "on");
    let (target, is_topic, parent) = match ids::parse(&input.on).ok_or_else(gone)? {
        (Kind::Resource, id) => (resources::by_id(visit, id).await?.map(|_| id), false, None),
        (Kind::Topic, id) => (topics::by_id(visit, id).await?.map(|_| id), true, None),
        (Kind::Comment, id) => {
            let parent = find().filter(entity::Column::Id.eq(id)).filter(entity::Column::RemovedAt.is_null());
            let parent = parent.one(visit.database()).await?.ok_or_else(gone)?;
            if parent.depth >= DEEPEST {
                return Err(too_deep());
            }
            (Some(parent.target_id), parent.target_kind == SubmissionKind::Topic, Some(id))
        }
        _ => (None, false, None),
    };
    let text = CommentText { target: target.ok_or_else(gone)?, is_topic, parent, body: body(&input.body)? };
    desk::submit(visit, Sending::new(Content::Comment(text), input.idempotency_key)).await
}

/// Whether a comment is there; it stays until the transaction ends.
pub(crate) async fn is_there(transaction: &Transaction, id: Uuid) -> Result<bool, Error> {
    let row = find().filter(entity::Column::Id.eq(id)).filter(entity::Column::RemovedAt.is_null()).lock_shared();
    Ok(row.one(transaction).await?.is_some())
}

/// Whether what a thread is about is there; it stays until the transaction ends.
async fn target_is_there(transaction: &Transaction, target: Uuid, is_topic: bool) -> Result<bool, Error> {
    if is_topic { topics::is_there(transaction, target).await } else { resources::is_there(transaction, target).await }
}

/// Takes a comment down: its words go, its place in the thread stays while it has answers. Answers its number, which is its address.
pub(crate) async fn remove(transaction: &Transaction, id: Uuid, now: DateTime<Utc>) -> Result<String, Error> {
    let comment = || entity::Entity::find().filter(entity::Column::Id.eq(id));
    let gone = || Error::bug("a comment is there");
    let target = comment().one(transaction).await?.ok_or_else(gone)?;
    // What it is about comes first, as for everyone who changes something below it.
    target_is_there(transaction, target.target_id, target.target_kind == SubmissionKind::Topic).await?;
    let row = comment().lock_exclusive().one(transaction).await?.ok_or_else(gone)?;
    let empty = entity::ActiveModel {
        number: Set(row.number),
        body: Set(String::new()),
        body_html: Set(String::new()),
        removed_at: Set(Some(now)),
        ..Default::default()
    };
    empty.update(transaction).await?;
    // A place that nobody has answered goes, and with it those above that it alone kept.
    let mut gone = (row.reply_count == 0).then_some(row.parent_id).flatten();
    while let Some(parent) = gone {
        let parent = entity::Entity::find().filter(entity::Column::Id.eq(parent)).lock_exclusive().one(transaction).await?;
        let parent = parent.ok_or(Error::bug("a parent is there"))?;
        let left = parent.reply_count - 1;
        entity::ActiveModel { number: Set(parent.number), reply_count: Set(left), ..Default::default() }.update(transaction).await?;
        gone = (left == 0 && parent.removed_at.is_some()).then_some(parent.parent_id).flatten();
    }
    Ok(row.number.to_string())
}

/// Takes the comments on something that was taken down out of everyone's sight.
pub(crate) async fn orphan(transaction: &Transaction, target: Uuid) -> Result<(), Error> {
    let change = entity::Entity::update_many().col_expr(entity::Column::Orphaned, Expr::value(true));
    change.filter(entity::Column::TargetId.eq(target)).exec(transaction).await?;
    Ok(())
}

/// Hands the comments of one member to another.
pub(crate) async fn hand_over(transaction: &Transaction, from: Uuid, to: Uuid) -> Result<(), Error> {
    let comments = entity::Entity::update_many().col_expr(entity::Column::AuthorId, Expr::value(to));
    comments.filter(entity::Column::AuthorId.eq(from)).exec(transaction).await?;
    Ok(())
}

/// A comment by id; null when it was taken down.
pub(crate) async fn by_id(visit: &Visit, id: Uuid) -> Result<Option<Comment>, Error> {
    Ok(visit.loaders().load_one(graphql::CommentId(id)).await?.filter(|comment| !comment.is_gone()))
}

/// Reads many comments at once, for a list that will name them.
pub(crate) async fn prime_ids(visit: &Visit, ids: &[Uuid]) -> Result<(), Error> {
    visit.loaders().load_many(ids.iter().copied().map(graphql::CommentId)).await?;
    Ok(())
}

/// How many comments something has, answers included.
pub(crate) async fn count(visit: &Visit, target: Uuid) -> Result<i64, Error> {
    Ok(visit.loaders().load_one(graphql::CountOf(target)).await?.unwrap_or(0))
}

/// Counts the comments of many at once, for a list that will name them.
pub(crate) async fn prime_counts(visit: &Visit, targets: &[Uuid]) -> Result<(), Error> {
    visit.loaders().load_many(targets.iter().copied().map(graphql::CountOf)).await?;
    Ok(())
}

/// The comments that answer something, or the comment `parent`, oldest first.
pub(crate) async fn answers(
    context: &Context<'_>,
    target: Uuid,
    parent: Option<Uuid>,
    window: &Window,
) -> Result<Connection<Comment>, Error> {
    let select = find().filter(match parent {
        Some(parent) => entity::Column::ParentId.eq(parent),
        None => entity::Column::TargetId.eq(target).and(entity::Column::ParentId.is_null()),
    });
    in_order(context, select, window).await
}

/// What was said about something, or below the comment with this key and depth, in reading order; as deep as one page shows.
pub(crate) async fn thread(
    context: &Context<'_>,
    target: Uuid,
    below: Option<(&str, i32)>,
    window: &Window,
) -> Result<Connection<Comment>, Error> {
    let mut select = find().filter(entity::Column::TargetId.eq(target));
    select = match below {
        Some((key, depth)) => select
            .filter(entity::Column::ThreadKey.gt(key))
            // Keys are digits: nothing of another thread stands between a key and itself with a colon.
            .filter(entity::Column::ThreadKey.lt(format!("{key}:")))
            .filter(entity::Column::Depth.lt(depth + SHOWN)),
        None => select.filter(entity::Column::Depth.lte(SHOWN)),
    };
    in_order(context, select, window).await
}

async fn in_order(context: &Context<'_>, select: Select<entity::Entity>, window: &Window) -> Result<Connection<Comment>, Error> {
    // A comment that was taken down keeps its place only while somebody has answered it.
    let select = select.filter(entity::Column::RemovedAt.is_null().or(entity::Column::ReplyCount.gt(0)));
    let order = (entity::Column::ThreadKey, entity::Column::Number, Order::Asc);
    let found =
        window.read(Visit::of(context), select, order, |row| Cursor::Text(row.thread_key.clone(), row.number), Comment::from).await?;
    prime(context, &found).await?;
    Ok(found)
}

/// The newest comments everywhere.
async fn latest(context: &Context<'_>, window: &Window) -> Result<Connection<Comment>, Error> {
    let select = find().filter(entity::Column::RemovedAt.is_null());
    let order = (entity::Column::CreatedAt, entity::Column::Number, Order::Desc);
    let cursor = |row: &entity::Model| Cursor::Time(row.created_at.timestamp_micros(), row.number);
    let found = window.read(Visit::of(context), select, order, cursor, Comment::from).await?;
    prime(context, &found).await?;
    Ok(found)
}

/// Reads at once what a query names of every comment in a list.
async fn prime(context: &Context<'_>, list: &Connection<Comment>) -> Result<(), Error> {
    let visit = Visit::of(context);
    if paging::names(context, "author") {
        members::prime(visit, list.edges.iter().map(|edge| edge.node.author_id())).await?;
    }
    if paging::names(context, "about") {
        let of = |is_topic: bool| list.edges.iter().map(|edge| edge.node.target()).filter(move |target| target.1 == is_topic);
        resources::prime(visit, of(false).map(|target| target.0)).await?;
        topics::by_ids(visit, &of(true).map(|target| target.0).collect::<Vec<_>>()).await?;
    }
    if paging::names(context, "parent") {
        let parents: Vec<_> = list.edges.iter().filter_map(|edge| edge.node.parent_id()).collect();
        visit.loaders().load_many(parents.into_iter().map(graphql::CommentId)).await?;
    }
    Ok(())
}

async fn by_number(visit: &Visit, number: i64) -> Result<Option<Comment>, Error> {
    let row = find().filter(entity::Column::Number.eq(number)).filter(entity::Column::RemovedAt.is_null()).one(visit.database()).await?;
    Ok(row.map(Comment::from))
}
