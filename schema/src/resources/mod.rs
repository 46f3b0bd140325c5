//! Resources: what members share and the desk puts into the library.

use std::collections::HashMap;

use async_graphql::Context;
use chrono::{DateTime, Duration, SubsecRound, Utc};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, OnConflict},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Error, Refusal, Visit,
    community::Term,
    database::Transaction,
    desk::{self, Content, Gate, Sending, Submission, SubmissionKind},
    error::ErrorCode,
    ids::Kind,
    markup::{self, Html},
    paging::Window,
    search,
    text::{self, Address, Reader, fold},
    topics,
};
use entity::{label, resource};

mod entity;
mod graphql;
/// What the library shows of itself: narrowed, searched, sorted, counted.
mod library;

pub use graphql::{Resource, ResourceInput, ResourceMutation, ResourceQuery, SubmitResourceInput, Written};
pub use library::{LibraryFilter, LibrarySort, Results};

/// The fields of a resource, to which a moderator may anchor a request.
const FIELDS: [&str; 18] = [
    "title",
    "url",
    "kind",
    "description",
    "authors",
    "publisher",
    "publishedOn",
    "keywords",
    "focusAreas",
    "strategies",
    "language",
    "licence",
    "source",
    "topics",
    "startsAt",
    "endsAt",
    "place",
    "closesAt",
];

/// Characters of a title, an address, a description and the short facts; entries of a list. Source: SECURITY, section 4.
const TITLE: usize = 200;
const URL: usize = 2_000;
const DESCRIPTION: usize = 50_000;
const FACT: usize = 200;
pub(crate) const KEYWORD: usize = 50;
const KEYWORDS: usize = 10;
const TOPICS: usize = 10;
const AUTHORS: usize = 50;
/// Characters of the summary that lists show.
const SUMMARY: usize = 220;

/// What a member wrote about a resource: parsed, so that whoever holds it need not ask again.
///
/// Stored as JSON in revisions and in the library; a field that comes later needs a default.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ResourceText {
    /// As it stands on the thing itself; empty only in a draft.
    pub title: String,
    /// Where it is: absolute, http or https.
    pub url: Option<String>,
    /// The id of one of the community's kinds; empty only in a draft.
    pub kind: String,
    /// What it is and what one can do with it: Markdown, as typed.
    pub description: String,
    /// Who made it.
    pub authors: Vec<String>,
    /// Who brought it out.
    pub publisher: Option<String>,
    /// When, as precisely as it is known: `2026`, `2026-10` or `2026-10-05`.
    pub published_on: Option<String>,
    /// Words to find it by.
    pub keywords: Vec<String>,
    /// Ids of the community's focus areas.
    pub focus_areas: Vec<String>,
    /// Ids of the community's strategies.
    pub strategies: Vec<String>,
    /// A language tag (BCP 47), such as `es`.
    pub language: Option<String>,
    /// How it may be used, such as `CC BY 4.0`.
    pub licence: Option<String>,
    /// Where its record came from.
    pub source: Option<String>,
    /// The topics that it belongs to.
    pub topics: Vec<Uuid>,
    /// When an event begins.
    pub starts_at: Option<DateTime<Utc>>,
    /// When an event ends.
    pub ends_at: Option<DateTime<Utc>>,
    /// Where an event takes place.
    pub place: Option<String>,
    /// When a call for funding closes.
    pub closes_at: Option<DateTime<Utc>>,
}

impl ResourceText {
    /// Parses what a member typed. A draft may leave fields empty.
    ///
    /// # Errors
    /// Every field that does not pass, with its name.
    pub(crate) async fn parse(visit: &Visit, typed: ResourceInput, draft: bool) -> Result<ResourceText, Error> {
        let community = &visit.community;
        let mut reader = Reader::default();
        // In the order of the form, so that a page lists what is wrong from top to bottom.
        let kind = text::line(&typed.kind);
        let (is_event, is_funding) = (kind.eq_ignore_ascii_case("event"), kind.eq_ignore_ascii_case("funding"));
        // An event may be somewhere instead of on the web.
        let is_somewhere = is_event && typed.place.as_deref().is_some_and(|place| !place.trim().is_empty());
        let mut resource = ResourceText {
            url: address(&mut reader, typed.url.as_deref().unwrap_or("").trim(), is_somewhere),
            title: reader.required_line("title", &typed.title, TITLE),
            kind: reader.required_word("kind", &typed.kind, community.kinds.iter().map(|kind| kind.id.as_str())),
            description: description(&mut reader, &typed.description),
            authors: reader.lines("authors", &typed.authors.unwrap_or_default(), AUTHORS, FACT),
            publisher: fact(&mut reader, "publisher", typed.publisher, |_| true),
            published_on: fact(&mut reader, "publishedOn", typed.published_on, text::is_partial_date),
            keywords: reader.lines("keywords", &typed.keywords.unwrap_or_default(), KEYWORDS, KEYWORD),
            focus_areas: reader.words("focusAreas", &typed.focus_areas.unwrap_or_default(), ids(&community.focus_areas)),
            strategies: reader.words("strategies", &typed.strategies.unwrap_or_default(), ids(&community.strategies)),
            language: fact(&mut reader, "language", typed.language, text::is_language_tag),
            licence: fact(&mut reader, "licence", typed.licence, |_| true),
            source: fact(&mut reader, "source", typed.source, |_| true),
            topics: Vec::new(),
            starts_at: time(&mut reader, "startsAt", typed.starts_at, is_event),
            ends_at: time(&mut reader, "endsAt", typed.ends_at, is_event),
            place: fact(&mut reader, "place", typed.place, |_| is_event),
            closes_at: time(&mut reader, "closesAt", typed.closes_at, is_funding),
        };
        if is_event && resource.starts_at.is_none() {
            reader.refuse(Refusal::new(ErrorCode::Required, "startsAt"));
        }
        if resource.ends_at.is_some_and(|end| resource.starts_at.is_some_and(|start| end < start)) {
            reader.refuse(Refusal::new(ErrorCode::Invalid, "endsAt"));
        }
        let topics = typed.topics.unwrap_or_default();
        if topics.len() > TOPICS {
            reader.refuse(Refusal::new(ErrorCode::TooLong, "topics").with("limit", TOPICS));
        } else if !topics.is_empty() {
            let ids: Vec<_> = topics.iter().map(|id| Kind::Topic.local(id).unwrap_or_default()).collect();
            let there = topics::by_ids(visit, &ids).await?;
            for (index, id) in ids.into_iter().enumerate() {
                match there.iter().any(|topic| topic.is(id)) {
                    true if resource.topics.contains(&id) => {}
                    true => resource.topics.push(id),
                    false => reader.refuse(Refusal::new(ErrorCode::Invalid, &format!("topics.{index}"))),
                }
            }
        }
        if draft {
            reader.done_as_draft()?
        } else {
            reader.done()?
        }
        Ok(resource)
    }

    /// The key by which two spellings of its address are one.
    pub(crate) fn address_key(&self) -> Option<String> {
        Address::parse(self.url.as_deref()?).map(|address| address.key)
    }

    pub(crate) fn called(&self) -> String {
        self.title.clone()
    }

    pub(crate) fn fields(&self) -> &'static [&'static str] {
        &FIELDS
    }

    /// Its description as HTML.
    pub(crate) async fn render(&self) -> Result<Html, Error> {
        markup::render("description", &self.description).await
    }

    /// What is compared between two revisions, field by field; topics by name.
    pub(crate) async fn facts(&self, visit: &Visit) -> Result<Vec<(&'static str, String)>, Error> {
        let name = |list: &[Term], ids: &[String]| {
            ids.iter().map(|id| crate::community::Community::name_in(list, id)).collect::<Vec<_>>().join("\n")
        };
        let given = |text: &Option<String>| text.clone().unwrap_or_default();
        let time = |time: &Option<DateTime<Utc>>| time.map_or_else(String::new, |time| time.format("%Y-%m-%d %H:%M UTC").to_string());
        let topics: Vec<_> = topics::by_ids(visit, &self.topics).await?.iter().map(|topic| topic.called().to_owned()).collect();
        Ok(vec![
            ("title", self.title.clone()),
            ("url", given(&self.url)),
            ("kind", visit.community.kind(&self.kind).name),
            ("description", self.description.clone()),
            ("authors", self.authors.join("\n")),
            ("publisher", given(&self.publisher)),
            ("publishedOn", given(&self.published_on)),
            ("topics", topics.join("\n")),
            ("keywords", self.keywords.join("\n")),
            ("focusAreas", name(&visit.community.focus_areas, &self.focus_areas)),
            ("strategies", name(&visit.community.strategies, &self.strategies)),
            ("language", given(&self.language)),
            ("licence", given(&self.licence)),
            ("source", given(&self.source)),
            ("startsAt", time(&self.starts_at)),
            ("endsAt", time(&self.ends_at)),
            ("place", given(&self.place)),
            ("closesAt", time(&self.closes_at)),
        ])
    }

    /// When it begins or closes, and when it is over. An event without an end is over a day after it began.
    fn times(&self) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
        let over = self.ends_at.or(self.starts_at.map(|start| start + Duration::days(1))).or(self.closes_at);
        (self.starts_at.or(self.closes_at), over)
    }

    /// Writes an approved resource into the library, or replaces its text. Called by the desk, inside its transaction.
    pub(crate) async fn publish(&self, gate: &Gate<'_>, html: Html) -> Result<(), Error> {
        let (soon_at, over_at) = self.times();
        let text = resource::ActiveModel {
            title: Set(self.title.clone()),
            title_key: Set(fold(&self.title)),
            kind: Set(self.kind.clone()),
            content: Set(serde_json::to_string(self)?),
            summary: Set(markup::plain(&html, SUMMARY)),
            description_html: Set(html.as_str().to_owned()),
            renderer: Set(markup::RENDERER),
            soon_at: Set(soon_at),
            over_at: Set(over_at),
            ..Default::default()
        };
        let number = if gate.is_edit {
            let row = one(gate.transaction, gate.id).await?.ok_or_else(|| desk::refuse(ErrorCode::NotFound, ""))?;
            let change = resource::ActiveModel { number: Set(row.number), edited_at: Set(Some(gate.at)), ..text };
            change.update(gate.transaction).await?;
            label::Entity::delete_many().filter(label::Column::ResourceNumber.eq(row.number)).exec(gate.transaction).await?;
            row.number
        } else {
            let slug = text::slug(&self.title, "resource");
            let row = resource::ActiveModel {
                id: Set(gate.id),
                submission_id: Set(gate.submission),
                submitter_id: Set(gate.submitter),
                published_at: Set(gate.at),
                ..text
            };
            let with = |slug: String| resource::ActiveModel { slug: Set(slug), ..row.clone() };
            let numbered = format!("{slug}-{}", gate.number);
            // The unique index decides, so two of one title that are published at once cannot both have the short address.
            let free = OnConflict::column(resource::Column::Slug).do_nothing().to_owned();
            let inserted = match desk::is_tombstone(gate.transaction, SubmissionKind::Resource, &slug).await? {
                true => 0,
                false => resource::Entity::insert(with(slug)).on_conflict(free).exec_without_returning(gate.transaction).await?,
            };
            if inserted == 0 {
                with(numbered).insert(gate.transaction).await?;
            }
            one(gate.transaction, gate.id).await?.ok_or(Error::bug("what was inserted is there"))?.number
        };
        let topics = topics::names(gate.transaction, &self.topics).await?;
        let keywords: Vec<_> = self.keywords.iter().map(|keyword| fold(keyword)).collect();
        let slugs: Vec<_> = topics.iter().map(|(slug, _)| slug.clone()).collect();
        let schemes = [(FOCUS_AREA, &self.focus_areas), (STRATEGY, &self.strategies), (TOPIC, &slugs), (KEYWORDS_OF, &keywords)];
        let labels = schemes.iter().flat_map(|(scheme, values)| {
            values.iter().map(move |value| label::ActiveModel {
                resource_number: Set(number),
                scheme: Set((*scheme).to_owned()),
                value: Set(value.clone()),
            })
        });
        let labels: Vec<_> = labels.collect();
        if !labels.is_empty() {
            let columns = [label::Column::Scheme, label::Column::Value, label::Column::ResourceNumber];
            let once = OnConflict::columns(columns).do_nothing().to_owned();
            label::Entity::insert_many(labels).on_conflict(once).exec_without_returning(gate.transaction).await?;
        }
        self.index(gate.transaction, number, topics.iter().map(|(_, name)| name), &html).await
    }

    /// Writes what it is found by.
    async fn index<'a>(
        &'a self,
        database: &impl ConnectionTrait,
        number: i64,
        topics: impl Iterator<Item = &'a String>,
        html: &Html,
    ) -> Result<(), Error> {
        let labels = self.keywords.iter().chain(&self.authors).chain(topics).map(String::as_str).chain(self.publisher.as_deref());
        let labels = labels.collect::<Vec<_>>().join(" \n ");
        Ok(search::index(database, number, &self.title, &labels, &markup::plain(html, usize::MAX)).await?)
    }
}

/// The lists that a resource is filtered by, and the keywords that may become topics.
const FOCUS_AREA: &str = "FOCUS_AREA";
const STRATEGY: &str = "STRATEGY";
const TOPIC: &str = "TOPIC";
const KEYWORDS_OF: &str = "KEYWORD";

/// A time, which only some kinds have.
fn time(reader: &mut Reader, field: &str, typed: Option<DateTime<Utc>>, has_one: bool) -> Option<DateTime<Utc>> {
    let in_reach = |time: &DateTime<Utc>| (1900..=2200).contains(&chrono::Datelike::year(time));
    if typed.as_ref().is_some_and(|time| !has_one || !in_reach(time)) {
        reader.refuse(Refusal::new(ErrorCode::Invalid, field));
    }
    typed.map(|time| time.trunc_subsecs(6))
}

fn ids(list: &[Term]) -> impl Iterator<Item = &str> + Clone {
    list.iter().map(|term| term.id.as_str())
}

/// One optional line that must pass a test when it is there.
fn fact(reader: &mut Reader, field: &str, typed: Option<String>, passes: impl Fn(&str) -> bool) -> Option<String> {
    let text = reader.line(field, typed.as_deref().unwrap_or(""), FACT);
    if !text.is_empty() && !passes(&text) {
        reader.refuse(Refusal::new(ErrorCode::Invalid, field));
    }
    (!text.is_empty()).then_some(text)
}

fn description(reader: &mut Reader, typed: &str) -> String {
    let text = reader.paragraphs("description", typed, DESCRIPTION);
    if let Err(refusal) = markup::check("description", &text) {
        reader.refuse(refusal);
    }
    reader.required("description", text)
}

/// Reads the address, which is required until files can be shared, except where something has a place.
fn address(reader: &mut Reader, typed: &str, is_somewhere: bool) -> Option<String> {
    if typed.is_empty() {
        if !is_somewhere {
            reader.required("url", String::new());
        }
        return None;
    }
    if typed.chars().count() > URL {
        reader.refuse(Refusal::new(ErrorCode::TooLong, "url").with("limit", URL));
        return None;
    }
    let address = Address::parse(typed);
    if address.is_none() {
        reader.refuse(Refusal::new(ErrorCode::Invalid, "url"));
    }
    address.map(|address| address.url)
}

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

/// Makes the records with a keyword records of the topic that grew out of it; the word itself goes.
pub(crate) async fn turn_keyword(transaction: &Transaction, keyword: &str, topic: Uuid) -> Result<(), Error> {
    let keyword = fold(keyword);
    for row in labelled(transaction, KEYWORDS_OF, &keyword).await? {
        let mut text: ResourceText = serde_json::from_str(&row.content)?;
        text.keywords.retain(|word| fold(word) != keyword);
        text.topics.push(topic);
        let topics = topics::names(transaction, &text.topics).await?;
        let content = Set(serde_json::to_string(&text)?);
        resource::ActiveModel { number: Set(row.number), content, ..Default::default() }.update(transaction).await?;
        label::Entity::delete_by_id((row.number, KEYWORDS_OF.to_owned(), keyword.clone())).exec(transaction).await?;
        for (slug, _) in topics.iter() {
            let label = label::ActiveModel { resource_number: Set(row.number), scheme: Set(TOPIC.to_owned()), value: Set(slug.clone()) };
            let columns = [label::Column::Scheme, label::Column::Value, label::Column::ResourceNumber];
            let once = OnConflict::columns(columns).do_nothing().to_owned();
            label::Entity::insert(label).on_conflict(once).exec_without_returning(transaction).await?;
        }
        text.index(transaction, row.number, topics.iter().map(|(_, name)| name), &Html::stored(row.description_html)).await?;
    }
    Ok(())
}

/// Writes the index rows of a topic's records anew, because its name changed.
pub(crate) async fn reindex_topic(transaction: &Transaction, slug: &str) -> Result<(), Error> {
    for row in labelled(transaction, TOPIC, slug).await? {
        let text: ResourceText = serde_json::from_str(&row.content)?;
        let topics = topics::names(transaction, &text.topics).await?;
        text.index(transaction, row.number, topics.iter().map(|(_, name)| name), &Html::stored(row.description_html)).await?;
    }
    Ok(())
}

/// Takes a topic that is gone off its records.
pub(crate) async fn leave_topic(transaction: &Transaction, slug: &str) -> Result<(), Error> {
    let records = labelled(transaction, TOPIC, slug).await?;
    label::Entity::delete_many().filter(label::Column::Scheme.eq(TOPIC)).filter(label::Column::Value.eq(slug)).exec(transaction).await?;
    for row in records {
        let text: ResourceText = serde_json::from_str(&row.content)?;
        let topics = topics::names(transaction, &text.topics).await?;
        text.index(transaction, row.number, topics.iter().map(|(_, name)| name), &Html::stored(row.description_html)).await?;
    }
    Ok(())
}

/// Writes the index rows that are missing: those of records from before there was an index.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn index_missing(visit: &Visit) -> Result<usize, Error> {
    let transaction = visit.begin().await?;
    let missing = resource::Entity::find().filter(Expr::cust(match transaction.get_database_backend() {
        sea_orm::DbBackend::Sqlite => r#""resource"."number" NOT IN (SELECT rowid FROM resource_search)"#,
        _ => r#""resource"."number" NOT IN (SELECT number FROM resource_search)"#,
    }));
    let rows = missing.all(&transaction).await?;
    let count = rows.len();
    for row in rows {
        let text: ResourceText = serde_json::from_str(&row.content)?;
        let topics = topics::names(&transaction, &text.topics).await?;
        text.index(&transaction, row.number, topics.iter().map(|(_, name)| name), &Html::stored(row.description_html)).await?;
    }
    transaction.commit().await?;
    Ok(count)
}

async fn by_slug(visit: &Visit, slug: &str) -> Result<Option<Resource>, Error> {
    Ok(resource::Entity::find().filter(resource::Column::Slug.eq(slug)).one(visit.database()).await?.map(Resource::from))
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
