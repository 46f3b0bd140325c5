//! Resources: what members share and the desk puts into the library.

use std::collections::HashMap;

use async_graphql::Context;
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use crate::{
    Error, Refusal, Visit,
    community::Term,
    database::Transaction,
    desk::{self, Content, Sending, Submission},
    error::ErrorCode,
    ids::Kind,
    markup::{self, Html},
    paging::Window,
    search,
    text::{self, fold},
    topics,
};
use entity::{label, resource};

mod entity;
mod graphql;
/// What the library shows of itself: narrowed, searched, sorted, counted.
mod library;
/// What a member wrote about one.
mod written;

pub use graphql::{Resource, ResourceInput, ResourceMutation, ResourceQuery, SubmitResourceInput, Written};
pub use library::{LibraryFilter, LibrarySort, Results};
pub(crate) use written::KEYWORD;
pub use written::ResourceText;

/// Characters of the summary that lists show.
const SUMMARY: usize = 220;

/// The lists that a resource is filtered by, and the keywords that may become topics.
const FOCUS_AREA: &str = "FOCUS_AREA";
const STRATEGY: &str = "STRATEGY";
const TOPIC: &str = "TOPIC";
const KEYWORDS_OF: &str = "KEYWORD";

/// Puts a resource on the desk, or keeps it as a draft.
async fn submit(visit: &Visit, input: SubmitResourceInput) -> Result<Submission, Error> {
    visit.member()?;
    let draft = input.draft.unwrap_or(false);
    let content = Content::Resource(ResourceText::parse(visit, input.resource, draft).await?);
    let not_duplicate = input.not_duplicate.unwrap_or(false);
    desk::submit(visit, Sending { draft, not_duplicate, ..Sending::new(content, input.idempotency_key) }).await
}

async fn one(database: &impl ConnectionTrait, id: Uuid) -> Result<Option<resource::Model>, Error> {
    Ok(resource::Entity::find().filter(resource::Column::Id.eq(id)).one(database).await?)
}

/// Whether a resource is in the library; it stays until the transaction ends.
pub(crate) async fn is_there(transaction: &Transaction, id: Uuid) -> Result<bool, Error> {
    Ok(resource::Entity::find().filter(resource::Column::Id.eq(id)).lock_shared().one(transaction).await?.is_some())
}

/// The key of a resource's address as it is in the library.
pub(crate) async fn address_key(transaction: &Transaction, id: Uuid) -> Result<Option<String>, Error> {
    let Some(row) = one(transaction, id).await? else { return Ok(None) };
    Ok(serde_json::from_str::<ResourceText>(&row.content)?.address_key())
}

/// Who shared a resource.
pub(crate) async fn submitter(transaction: &Transaction, id: Uuid) -> Result<Option<Uuid>, Error> {
    Ok(one(transaction, id).await?.map(|row| row.submitter_id))
}

/// Takes a resource out of the library. Answers where it stood.
pub(crate) async fn remove(transaction: &Transaction, id: Uuid) -> Result<String, Error> {
    let row = one(transaction, id).await?.ok_or(Error::bug("what is taken down is there"))?;
    search::forget(transaction, row.number).await?;
    resource::Entity::delete_by_id(row.number).exec(transaction).await?;
    Ok(row.slug)
}

/// Moves a resource to what is past. It stays in the library.
pub(crate) async fn archive(transaction: &Transaction, id: Uuid, now: DateTime<Utc>) -> Result<(), Error> {
    let change = resource::Entity::update_many().col_expr(resource::Column::ArchivedAt, Expr::value(now));
    change.filter(resource::Column::Id.eq(id)).exec(transaction).await?;
    Ok(())
}

/// What is over and not yet moved to what is past, at most a hundred.
pub(crate) async fn over(visit: &Visit, now: DateTime<Utc>) -> Result<Vec<Uuid>, Error> {
    let over = resource::Entity::find().filter(resource::Column::OverAt.lte(now)).filter(resource::Column::ArchivedAt.is_null());
    Ok(over.limit(100).all(visit.database()).await?.into_iter().map(|row| row.id).collect())
}

/// The resources with a label.
async fn labelled(database: &impl ConnectionTrait, scheme: &str, value: &str) -> Result<Vec<resource::Model>, Error> {
    let numbers = label::Entity::find()
        .select_only()
        .column(label::Column::ResourceNumber)
        .filter(label::Column::Scheme.eq(scheme))
        .filter(label::Column::Value.eq(value))
        .into_query();
    let found = resource::Entity::find().filter(resource::Column::Number.in_subquery(numbers)).order_by_asc(resource::Column::Number);
    Ok(found.all(database).await?)
}

/// Adds labels to a resource; one that it has already stays one.
async fn labelled_with(transaction: &Transaction, number: i64, labels: Vec<(&str, String)>) -> Result<(), Error> {
    if labels.is_empty() {
        return Ok(());
    }
    let row = |(scheme, value): (&str, String)| label::ActiveModel {
        resource_number: Set(number),
        scheme: Set(scheme.to_owned()),
        value: Set(value),
    };
    let columns = [label::Column::Scheme, label::Column::Value, label::Column::ResourceNumber];
    let once = OnConflict::columns(columns).do_nothing().to_owned();
    label::Entity::insert_many(labels.into_iter().map(row)).on_conflict(once).exec_without_returning(transaction).await?;
    Ok(())
}

/// Writes the index row of a record anew. Answers the topics that it has.
async fn reindex(transaction: &Transaction, row: resource::Model, text: &ResourceText) -> Result<Vec<(String, String)>, Error> {
    let topics = topics::names(transaction, &text.topics).await?;
    text.index(transaction, row.number, &topics, &Html::stored(row.description_html)).await?;
    Ok(topics)
}

/// Makes the records with a keyword records of the topic that grew out of it; the word itself goes.
pub(crate) async fn turn_keyword(transaction: &Transaction, keyword: &str, topic: Uuid) -> Result<(), Error> {
    let keyword = fold(keyword);
    for row in labelled(transaction, KEYWORDS_OF, &keyword).await? {
        let number = row.number;
        let mut text: ResourceText = serde_json::from_str(&row.content)?;
        text.keywords.retain(|word| fold(word) != keyword);
        text.topics.push(topic);
        let content = Set(serde_json::to_string(&text)?);
        resource::ActiveModel { number: Set(number), content, ..Default::default() }.update(transaction).await?;
        label::Entity::delete_by_id((number, KEYWORDS_OF.to_owned(), keyword.clone())).exec(transaction).await?;
        let topics = reindex(transaction, row, &text).await?;
        labelled_with(transaction, number, topics.into_iter().map(|(slug, _)| (TOPIC, slug)).collect()).await?;
    }
    Ok(())
}

/// Writes the index rows of a topic's records anew, because its name changed.
pub(crate) async fn reindex_topic(transaction: &Transaction, slug: &str) -> Result<(), Error> {
    for row in labelled(transaction, TOPIC, slug).await? {
        let text = serde_json::from_str(&row.content)?;
        reindex(transaction, row, &text).await?;
    }
    Ok(())
}

/// Takes a topic that is gone off its records.
pub(crate) async fn leave_topic(transaction: &Transaction, slug: &str) -> Result<(), Error> {
    reindex_topic(transaction, slug).await?;
    label::Entity::delete_many().filter(label::Column::Scheme.eq(TOPIC)).filter(label::Column::Value.eq(slug)).exec(transaction).await?;
    Ok(())
}

/// Writes the index rows that are missing: those of records from before there was an index. Answers how many.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn index_missing(visit: &Visit) -> Result<usize, Error> {
    let transaction = visit.begin().await?;
    let rows = resource::Entity::find().filter(search::is_missing(visit.database.engine())).all(&transaction).await?;
    let count = rows.len();
    for row in rows {
        let text = serde_json::from_str(&row.content)?;
        reindex(&transaction, row, &text).await?;
    }
    transaction.commit().await?;
    Ok(count)
}

async fn by_slug(visit: &Visit, slug: &str) -> Result<Option<Resource>, Error> {
    Ok(resource::Entity::find().filter(resource::Column::Slug.eq(slug)).one(visit.database()).await?.map(Resource::from))
}

/// Hands the resources of one member to another.
pub(crate) async fn hand_over(transaction: &Transaction, from: Uuid, to: Uuid) -> Result<(), Error> {
    let resources = resource::Entity::update_many().col_expr(resource::Column::SubmitterId, Expr::value(to));
    resources.filter(resource::Column::SubmitterId.eq(from)).exec(transaction).await?;
    Ok(())
}

/// A published resource by id.
pub(crate) async fn by_id(visit: &Visit, id: Uuid) -> Result<Option<Resource>, Error> {
    Ok(visit.loaders().load_one(graphql::ResourceId(id)).await?)
}

/// Reads many published resources at once, for a list that will name them.
pub(crate) async fn prime(visit: &Visit, ids: impl Iterator<Item = Uuid>) -> Result<(), Error> {
    visit.loaders().load_many(ids.map(graphql::ResourceId)).await?;
    Ok(())
}

/// Published resources by id, in that order; what is gone is left out.
pub(crate) async fn by_ids(visit: &Visit, ids: &[Uuid]) -> Result<Vec<Resource>, Error> {
    let mut found = visit.loaders().load_many(ids.iter().copied().map(graphql::ResourceId)).await?;
    Ok(ids.iter().filter_map(|id| found.remove(&graphql::ResourceId(*id))).collect())
}

/// The record that somebody names by its id, slug, path or whole address.
pub(crate) async fn named(visit: &Visit, typed: &str) -> Result<Option<Uuid>, Error> {
    let typed = typed.trim();
    if let Some(id) = Kind::Resource.local(typed) {
        return Ok(by_id(visit, id).await?.map(|_| id));
    }
    let slug = typed.rsplit_once("/resources/").map_or(typed, |(_, slug)| slug);
    let slug = slug.split(['?', '#']).next().unwrap_or("").trim_matches('/');
    Ok(resource::Entity::find().filter(resource::Column::Slug.eq(slug)).one(visit.database()).await?.map(|row| row.id))
}

/// A topic's resources, newest first.
pub(crate) async fn of_topic(context: &Context<'_>, slug: &str, window: &Window) -> Result<Results, Error> {
    let filter = LibraryFilter { topics: Some(vec![slug.to_owned()]), ..Default::default() };
    library::read(context, None, filter, LibrarySort::Newest, window).await
}

/// What a member brought, newest first.
pub(crate) async fn of_submitter(context: &Context<'_>, submitter: Uuid, window: &Window) -> Result<Results, Error> {
    let filter = LibraryFilter { submitter: Some(submitter), ..Default::default() };
    library::read(context, None, filter, LibrarySort::Newest, window).await
}

/// How many resources a topic has.
pub(crate) async fn count_of_topic(visit: &Visit, slug: &str) -> Result<i64, Error> {
    Ok(visit.loaders().load_one(graphql::TopicCount(slug.to_owned())).await?.unwrap_or(0))
}

/// Counts the resources of many topics at once, for a list that will name them.
pub(crate) async fn prime_topic_counts(visit: &Visit, slugs: impl Iterator<Item = &String>) -> Result<(), Error> {
    visit.loaders().load_many(slugs.cloned().map(graphql::TopicCount)).await?;
    Ok(())
}

/// How many of each kind the library holds; kinds without any are left out.
pub(crate) async fn counts_by_kind(visit: &Visit) -> Result<HashMap<String, i64>, Error> {
    let counts = resource::Entity::find()
        .select_only()
        .column(resource::Column::Kind)
        .column_as(Expr::cust("COUNT(*)"), "count")
        .group_by(resource::Column::Kind)
        .into_query();
    let rows = visit.database().query_all(&counts).await?;
    rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
}
