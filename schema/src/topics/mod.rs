//! Topics: members suggest them, the desk opens or declines them, everyone votes.

use std::collections::{HashMap, HashSet};

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Order, QueryFilter, QueryOrder, QuerySelect, SqlErr,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Error, Refusal, Visit,
    database::Transaction,
    desk::{self, Content, Gate, Sending, Submission},
    error::ErrorCode,
    ids::Kind,
    limits::{self, Act},
    markup::{self, Html},
    members,
    outbox::{self, Letter},
    paging::{Connection, Cursor, Window},
    resources,
    text::{self, Reader, fold},
};
use entity::{result, topic, vote};

mod entity;
mod graphql;

pub use graphql::{SuggestTopicInput, Topic, TopicInput, TopicMutation, TopicQuery, TopicText as WrittenTopic};

/// What the community does about a topic.
#[derive(Enum, Copy, Clone, Debug, Eq, PartialEq, sea_orm::EnumIter, sea_orm::DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TopicStatus {
    /// Open to everyone's votes and thoughts.
    Open,
    /// Something is being prepared.
    Planned,
    /// It led to something.
    Done,
}

/// Characters of a name, a description, and why. Source: SECURITY, section 4.
const NAME: usize = 100;
const DESCRIPTION: usize = 10_000;
const WHY: usize = 2_000;
/// Records that a topic can be said to have led to.
const RESULTS: usize = 20;
/// Characters of the summary that lists show.
const SUMMARY: usize = 220;

/// What a member wrote about a topic: parsed. Stored as JSON; a field that comes later needs a default.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TopicText {
    /// What people call it.
    pub name: String,
    /// What it is about: Markdown, as typed.
    pub description: String,
    /// Why the community should work on it, for the moderators.
    pub why: String,
    /// The keyword that it grows out of: records with it join the topic.
    pub keyword: Option<String>,
}

impl TopicText {
    pub(crate) fn parse(typed: TopicInput, why: &str, keyword: Option<String>, draft: bool) -> Result<TopicText, Error> {
        let mut reader = Reader::default();
        let name = reader.required_line("name", &typed.name, NAME);
        let description = reader.markdown("description", &typed.description, DESCRIPTION);
        let description = reader.required("description", description);
        let why = reader.paragraphs("why", why, WHY);
        let keyword = reader.line("keyword", &keyword.unwrap_or_default(), resources::KEYWORD);
        if draft {
            reader.done_as_draft()?
        } else {
            reader.done()?
        }
        Ok(TopicText { name, description, why, keyword: (!keyword.is_empty()).then_some(keyword) })
    }

    pub(crate) fn called(&self) -> String {
        self.name.clone()
    }

    pub(crate) fn fields(&self) -> &'static [&'static str] {
        &["name", "description"]
    }

    pub(crate) async fn render(&self) -> Result<Html, Error> {
        markup::render("description", &self.description).await
    }

    /// Opens an approved topic, or replaces its text. Called by the desk, inside its transaction.
    pub(crate) async fn publish(&self, gate: &Gate<'_>, html: Html) -> Result<(), Error> {
        let taken = |error: sea_orm::DbErr| match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => desk::refuse(ErrorCode::Duplicate, "name"),
            _ => error.into(),
        };
        let text = topic::ActiveModel {
            name: Set(self.name.clone()),
            name_key: Set(fold(&self.name)),
            content: Set(serde_json::to_string(self)?),
            summary: Set(markup::plain(&html, SUMMARY)),
            description_html: Set(html.as_str().to_owned()),
            renderer: Set(markup::RENDERER),
            ..Default::default()
        };
        if gate.is_edit {
            let row = topic::Entity::find().filter(topic::Column::Id.eq(gate.id)).one(gate.transaction).await?;
            let row = row.ok_or_else(|| desk::refuse(ErrorCode::NotFound, ""))?;
            let change = topic::ActiveModel { number: Set(row.number), edited_at: Set(Some(gate.at)), ..text };
            change.update(gate.transaction).await.map_err(taken)?;
            // The name stands in the index of every record of this topic.
            return resources::reindex_topic(gate.transaction, &row.slug).await;
        }
        // The unique index decides, so two moderators who open twins at once cannot both win.
        let named = topic::Entity::find().filter(topic::Column::NameKey.eq(fold(&self.name))).one(gate.transaction).await?;
        if named.is_some() {
            return Err(desk::refuse(ErrorCode::Duplicate, "name"));
        }
        let slug = text::slug(&self.name, "topic");
        let row = topic::ActiveModel {
            id: Set(gate.id),
            submission_id: Set(gate.submission),
            suggester_id: Set(gate.submitter),
            status: Set(TopicStatus::Open),
            votes: Set(0),
            published_at: Set(gate.at),
            ..text
        };
        let with = |slug: String| topic::ActiveModel { slug: Set(slug), ..row.clone() };
        let numbered = format!("{slug}-{}", gate.number);
        let is_kept = slug == "suggest" || desk::is_tombstone(gate.transaction, desk::SubmissionKind::Topic, &slug).await?;
        // Two names may make one slug: the unique index gives it to one of them.
        let free = OnConflict::column(topic::Column::Slug).do_nothing().to_owned();
        let inserted = match is_kept {
            true => 0,
            false => topic::Entity::insert(with(slug)).on_conflict(free).exec_without_returning(gate.transaction).await.map_err(taken)?,
        };
        if inserted == 0 {
            with(numbered).insert(gate.transaction).await.map_err(taken)?;
        }
        match &self.keyword {
            Some(keyword) => resources::turn_keyword(gate.transaction, keyword, gate.id).await,
            None => Ok(()),
        }
    }
}

/// Puts a suggestion on the desk. Nobody else sees it until a moderator opens it.
async fn suggest(visit: &Visit, input: SuggestTopicInput) -> Result<Submission, Error> {
    visit.member()?;
    let draft = input.draft.unwrap_or(false);
    // Joining records to a topic changes what others brought: only the desk proposes it.
    let keyword = input.keyword.filter(|_| visit.is_moderator());
    let text = TopicText::parse(input.topic, &input.why.unwrap_or_default(), keyword, draft)?;
    desk::submit(visit, Sending { draft, ..Sending::new(Content::Topic(text), input.idempotency_key) }).await
}

/// Opens the community's first topics, those of its file, once each.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn found(visit: &Visit) -> Result<(), Error> {
    let founder = members::library(visit).await?;
    for theme in &visit.community.themes {
        let text = TopicText {
            name: theme.name.clone(),
            description: theme.about.clone().unwrap_or_else(|| theme.name.clone()),
            ..Default::default()
        };
        match desk::found(&founder, Content::Topic(text), &format!("theme {}", theme.id)).await {
            Ok(()) => {}
            // A member's topic has the name already, or another server was faster.
            Err(Error::Refused(_)) => tracing::debug!(theme = theme.id, "a topic of that name is there"),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// A topic, held against being taken down meanwhile.
async fn locked(transaction: &Transaction, id: Uuid) -> Result<Option<topic::Model>, Error> {
    Ok(topic::Entity::find().filter(topic::Column::Id.eq(id)).lock_exclusive().one(transaction).await?)
}

/// Whether a topic is there; it stays until the transaction ends.
pub(crate) async fn is_there(transaction: &Transaction, id: Uuid) -> Result<bool, Error> {
    Ok(topic::Entity::find().filter(topic::Column::Id.eq(id)).lock_shared().one(transaction).await?.is_some())
}

/// Gives or takes back the viewer's vote. The row decides, so two clicks at once count once.
async fn cast(visit: &Visit, id: &str, wanted: bool) -> Result<Topic, Error> {
    let me = visit.contributor()?.id;
    let not_found = || desk::refuse(ErrorCode::NotFound, "topicId");
    let id = Kind::Topic.local(id).ok_or_else(not_found)?;
    let transaction = visit.begin().await?;
    limits::act(visit, &transaction, Act::Vote).await?;
    let topic = locked(&transaction, id).await?.ok_or_else(not_found)?;
    let changed = if wanted {
        let vote = vote::ActiveModel { topic_number: Set(topic.number), member_id: Set(me), created_at: Set(visit.clock.now()) };
        let once = OnConflict::columns([vote::Column::TopicNumber, vote::Column::MemberId]).do_nothing().to_owned();
        vote::Entity::insert(vote).on_conflict(once).exec_without_returning(&transaction).await? as i64
    } else {
        -(vote::Entity::delete_by_id((topic.number, me)).exec(&transaction).await?.rows_affected as i64)
    };
    topic::Entity::update_many()
        .col_expr(topic::Column::Votes, Expr::col(topic::Column::Votes).add(changed))
        .filter(topic::Column::Number.eq(topic.number))
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    by_id(visit, id).await?.ok_or_else(not_found)
}

/// Says what the community does about a topic and what it led to; its suggester gets a letter.
async fn set_status(visit: &Visit, id: &str, status: TopicStatus, led_to: &[String]) -> Result<Topic, Error> {
    visit.contributor()?;
    visit.moderator()?;
    let not_found = || desk::refuse(ErrorCode::NotFound, "topicId");
    let id = Kind::Topic.local(id).ok_or_else(not_found)?;
    if led_to.len() > RESULTS {
        return Err(Refusal::new(ErrorCode::TooLong, "ledTo").with("limit", RESULTS).into());
    }
    let mut results: Vec<Uuid> = Vec::new();
    for typed in led_to {
        match resources::named(visit, typed).await? {
            Some(resource) if results.contains(&resource) => {}
            Some(resource) => results.push(resource),
            None => return Err(Refusal::new(ErrorCode::NotFound, "ledTo").with("name", typed).into()),
        }
    }
    let transaction = visit.begin().await?;
    let topic = locked(&transaction, id).await?.ok_or_else(not_found)?;
    let (moved, suggester) = (topic.status != status, topic.suggester_id);
    topic::ActiveModel { number: Set(topic.number), status: Set(status), ..Default::default() }.update(&transaction).await?;
    result::Entity::delete_many().filter(result::Column::TopicNumber.eq(topic.number)).exec(&transaction).await?;
    for (position, resource_id) in results.into_iter().enumerate() {
        let row = result::Model { topic_number: topic.number, position: position as i32, resource_id };
        row.into_active_model().insert(&transaction).await?;
    }
    if moved && let Some(address) = members::address(&transaction, suggester).await? {
        let variables = serde_json::json!({ "topic": Kind::Topic.global(id).0 });
        outbox::post(visit, &transaction, Letter::TopicStatus, address, Some(suggester), variables).await?;
    }
    transaction.commit().await?;
    by_id(visit, id).await?.ok_or_else(not_found)
}

/// Hands the topics of one member to another.
pub(crate) async fn hand_over(transaction: &Transaction, from: Uuid, to: Uuid) -> Result<(), Error> {
    let topics = topic::Entity::update_many().col_expr(topic::Column::SuggesterId, Expr::value(to));
    topics.filter(topic::Column::SuggesterId.eq(from)).exec(transaction).await?;
    Ok(())
}

/// Takes back every vote of a member.
pub(crate) async fn forget_votes(transaction: &Transaction, member: Uuid) -> Result<(), Error> {
    let votes =
        vote::Entity::find().filter(vote::Column::MemberId.eq(member)).order_by_asc(vote::Column::TopicNumber).all(transaction).await?;
    for vote in votes {
        topic::Entity::update_many()
            .col_expr(topic::Column::Votes, Expr::col(topic::Column::Votes).sub(1))
            .filter(topic::Column::Number.eq(vote.topic_number))
            .exec(transaction)
            .await?;
        vote::Entity::delete_by_id((vote.topic_number, member)).exec(transaction).await?;
    }
    Ok(())
}

/// What a member voted for, as rows of a table.
pub(crate) async fn copy_of_votes(database: &impl ConnectionTrait, member: Uuid) -> Result<Vec<Vec<String>>, Error> {
    let votes = vote::Entity::find().filter(vote::Column::MemberId.eq(member)).all(database).await?;
    let topics =
        topic::Entity::find().filter(topic::Column::Number.is_in(votes.iter().map(|vote| vote.topic_number))).all(database).await?;
    let name = |number| topics.iter().find(|topic| topic.number == number).map(|topic| topic.name.clone()).unwrap_or_default();
    Ok(votes.iter().map(|vote| vec![name(vote.topic_number), vote.created_at.to_rfc3339()]).collect())
}

/// Who suggested a topic.
pub(crate) async fn suggester(transaction: &Transaction, id: Uuid) -> Result<Option<Uuid>, Error> {
    Ok(topic::Entity::find().filter(topic::Column::Id.eq(id)).one(transaction).await?.map(|row| row.suggester_id))
}

/// Takes a topic out of the library. Answers where it stood.
pub(crate) async fn remove(transaction: &Transaction, id: Uuid) -> Result<String, Error> {
    let row = topic::Entity::find().filter(topic::Column::Id.eq(id)).one(transaction).await?.ok_or(Error::bug("a topic is there"))?;
    topic::Entity::delete_by_id(row.number).exec(transaction).await?;
    resources::leave_topic(transaction, &row.slug).await?;
    Ok(row.slug)
}

/// Moves a topic to what is past.
pub(crate) async fn archive(transaction: &Transaction, id: Uuid, now: DateTime<Utc>) -> Result<(), Error> {
    let change = topic::Entity::update_many().col_expr(topic::Column::ArchivedAt, Expr::value(now));
    change.filter(topic::Column::Id.eq(id)).exec(transaction).await?;
    Ok(())
}

/// The topics, narrowed and sorted.
async fn list(visit: &Visit, status: Option<TopicStatus>, sort: graphql::TopicSort, window: &Window) -> Result<Connection<Topic>, Error> {
    let mut select = topic::Entity::find();
    if let Some(status) = status {
        select = select.filter(topic::Column::Status.eq(status));
    }
    let (number, newest) = (topic::Column::Number, |row: &topic::Model| row.published_at.timestamp_micros());
    match sort {
        graphql::TopicSort::Votes => {
            let order = (topic::Column::Votes, number, Order::Desc);
            window.read(visit, select, order, |row| Cursor::Count(row.votes, row.number), Topic::from).await
        }
        graphql::TopicSort::Newest => {
            let order = (topic::Column::PublishedAt, number, Order::Desc);
            window.read(visit, select, order, |row| Cursor::Time(newest(row), row.number), Topic::from).await
        }
        graphql::TopicSort::Name => {
            let order = (topic::Column::NameKey, number, Order::Asc);
            window.read(visit, select, order, |row| Cursor::Text(row.name_key.clone(), row.number), Topic::from).await
        }
    }
}

/// A topic by id.
pub(crate) async fn by_id(visit: &Visit, id: Uuid) -> Result<Option<Topic>, Error> {
    Ok(visit.loaders().load_one(graphql::TopicId(id)).await?)
}

/// Topics by id, in that order; what is gone is left out.
pub(crate) async fn by_ids(visit: &Visit, ids: &[Uuid]) -> Result<Vec<Topic>, Error> {
    let mut found = visit.loaders().load_many(ids.iter().copied().map(graphql::TopicId)).await?;
    Ok(ids.iter().filter_map(|id| found.remove(&graphql::TopicId(*id))).collect())
}

/// Slugs and names of the topics among `ids` that are there; they stay until the transaction ends.
pub(crate) async fn names(transaction: &Transaction, ids: &[Uuid]) -> Result<Vec<(String, String)>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = topic::Entity::find().filter(topic::Column::Id.is_in(ids.iter().copied())).lock_shared().all(transaction).await?;
    Ok(rows.into_iter().map(|row| (row.slug, row.name)).collect())
}

/// The names of the topics with these slugs.
pub(crate) async fn by_slugs(visit: &Visit, slugs: impl Iterator<Item = &String>) -> Result<HashMap<String, String>, Error> {
    let rows = topic::Entity::find().filter(topic::Column::Slug.is_in(slugs)).all(visit.database()).await?;
    Ok(rows.into_iter().map(|row| (row.slug, row.name)).collect())
}

/// The names of all topics, folded, with their ids: for an import, which spells them as words.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn by_name(visit: &Visit) -> Result<HashMap<String, async_graphql::ID>, Error> {
    let rows = topic::Entity::find().all(visit.database()).await?;
    let spelled = |row: &topic::Model| [row.name_key.clone(), row.slug.clone(), row.name_key.replace(' ', "-")];
    Ok(rows.iter().flat_map(|row| spelled(row).map(|name| (name, Kind::Topic.global(row.id)))).collect())
}

/// For which of these topics the viewer has voted.
async fn votes_of(visit: &Visit, numbers: impl Iterator<Item = i64>) -> Result<HashSet<i64>, Error> {
    let Some(viewer) = visit.viewer() else { return Ok(HashSet::new()) };
    let mine = vote::Entity::find().filter(vote::Column::MemberId.eq(viewer.id)).filter(vote::Column::TopicNumber.is_in(numbers));
    Ok(mine.all(visit.database()).await?.into_iter().map(|vote| vote.topic_number).collect())
}

async fn by_slug(visit: &Visit, slug: &str) -> Result<Option<Topic>, Error> {
    Ok(topic::Entity::find().filter(topic::Column::Slug.eq(slug)).one(visit.database()).await?.map(Topic::from))
}

/// What a topic led to, in order.
async fn results(visit: &Visit, number: i64) -> Result<Vec<Uuid>, Error> {
    let rows = result::Entity::find().filter(result::Column::TopicNumber.eq(number)).order_by_asc(result::Column::Position);
    Ok(rows.all(visit.database()).await?.into_iter().map(|row| row.resource_id).collect())
}
