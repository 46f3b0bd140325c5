//! Resources: what members share and the desk puts into the library.

use std::collections::HashMap;

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, Order, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, OnConflict},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Error, Refusal, Visit,
    community::Term,
    desk::{self, Content, Gate, Sending, Submission},
    error::ErrorCode,
    markup::{self, Html},
    paging::{Connection, Cursor, Window},
    text::{self, Address, Reader, fold},
};
use entity::{label, resource};

mod entity;
mod graphql;

pub use graphql::{LibraryFilter, LibrarySort, Resource, ResourceInput, ResourceMutation, ResourceQuery, SubmitResourceInput, Written};

/// The fields of a resource, to which a moderator may anchor a request.
pub(crate) const FIELDS: [&str; 13] = [
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
];

/// Characters of a title, an address, a description and the short facts; entries of a list. Source: SECURITY, section 4.
const TITLE: usize = 200;
const URL: usize = 2_000;
const DESCRIPTION: usize = 50_000;
const FACT: usize = 200;
const KEYWORD: usize = 50;
const KEYWORDS: usize = 10;
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
}

impl ResourceText {
    /// Parses what a member typed. A draft may leave fields empty.
    ///
    /// # Errors
    /// Every field that does not pass, with its name.
    pub(crate) fn parse(visit: &Visit, typed: ResourceInput, draft: bool) -> Result<ResourceText, Error> {
        let community = &visit.community;
        let mut reader = Reader::default();
        // In the order of the form, so that a page lists what is wrong from top to bottom.
        let resource = ResourceText {
            url: address(&mut reader, typed.url.as_deref().unwrap_or("").trim()),
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
        };
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

    /// Its description as HTML.
    pub(crate) async fn render(&self) -> Result<Html, Error> {
        markup::render("description", &self.description).await
    }
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

/// Reads the address, which is required until files can be shared.
fn address(reader: &mut Reader, typed: &str) -> Option<String> {
    if typed.is_empty() {
        reader.required("url", String::new());
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
    let content = Content::Resource(ResourceText::parse(visit, input.resource, draft)?);
    let sending = Sending { content, draft, not_duplicate: input.not_duplicate.unwrap_or(false), idempotency_key: input.idempotency_key };
    desk::submit(visit, sending).await
}

/// Writes an approved resource into the library. Called by the desk, inside its transaction.
pub(crate) async fn publish(gate: &Gate<'_>, text: &ResourceText, html: Html) -> Result<(), Error> {
    let slug = text::slug(&text.title);
    let row = |slug: &str| -> Result<resource::ActiveModel, Error> {
        Ok(resource::ActiveModel {
            id: Set(gate.id),
            slug: Set(slug.to_owned()),
            submission_id: Set(gate.submission),
            submitter_id: Set(gate.submitter),
            title: Set(text.title.clone()),
            title_key: Set(fold(&text.title)),
            kind: Set(text.kind.clone()),
            content: Set(serde_json::to_string(text)?),
            summary: Set(markup::plain(&html, SUMMARY)),
            description_html: Set(html.as_str().to_owned()),
            renderer: Set(markup::RENDERER),
            published_at: Set(gate.at),
            ..Default::default()
        })
    };
    // The unique index decides, so two of one title that are published at once cannot both have the short address.
    let free = OnConflict::column(resource::Column::Slug).do_nothing().to_owned();
    let inserted = resource::Entity::insert(row(&slug)?).on_conflict(free).exec_without_returning(gate.transaction).await?;
    if inserted == 0 {
        row(&format!("{slug}-{}", gate.number))?.insert(gate.transaction).await?;
    }
    let published = resource::Entity::find().filter(resource::Column::Id.eq(gate.id)).one(gate.transaction).await?;
    let number = published.ok_or(Error::bug("what was inserted is there"))?.number;
    for (scheme, values) in [("FOCUS_AREA", &text.focus_areas), ("STRATEGY", &text.strategies)] {
        for value in values {
            let label = label::ActiveModel { resource_number: Set(number), scheme: Set(scheme.to_owned()), value: Set(value.clone()) };
            label::Entity::insert(label).exec_without_returning(gate.transaction).await?;
        }
    }
    Ok(())
}

/// The library: what was published, narrowed and sorted.
async fn library(visit: &Visit, filter: LibraryFilter, sort: LibrarySort, window: &Window) -> Result<Connection<Resource>, Error> {
    let mut select = resource::Entity::find();
    if let Some(kinds) = filter.kinds.filter(|kinds| !kinds.is_empty()) {
        select = select.filter(resource::Column::Kind.is_in(kinds.iter().map(|kind| kind.to_ascii_lowercase())));
    }
    for (scheme, values) in [("FOCUS_AREA", filter.focus_areas), ("STRATEGY", filter.strategies)] {
        let Some(values) = values.filter(|values| !values.is_empty()) else {
            continue;
        };
        let labelled = label::Entity::find()
            .select_only()
            .column(label::Column::ResourceNumber)
            .filter(label::Column::Scheme.eq(scheme))
            .filter(label::Column::Value.is_in(values));
        select = select.filter(resource::Column::Number.in_subquery(labelled.into_query()));
    }
    match sort {
        LibrarySort::Newest => {
            let order = (resource::Column::PublishedAt, resource::Column::Number, Order::Desc);
            window.read(visit, select, order, |row| Cursor::Time(row.published_at.timestamp_micros(), row.number), Resource::from).await
        }
        LibrarySort::Title => {
            let order = (resource::Column::TitleKey, resource::Column::Number, Order::Asc);
            window.read(visit, select, order, |row| Cursor::Text(row.title_key.clone(), row.number), Resource::from).await
        }
    }
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
