//! What a member wrote about a resource: parsed, compared, published.

use chrono::{Duration, SubsecRound};
use serde::{Deserialize, Serialize};

use super::*;
use crate::{
    desk::{Gate, SubmissionKind},
    text::{Address, Reader},
};

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
            ("kind", visit.community().kind(&self.kind).name),
            ("description", self.description.clone()),
            ("authors", self.authors.join("\n")),
            ("publisher", given(&self.publisher)),
            ("publishedOn", given(&self.published_on)),
            ("topics", topics.join("\n")),
            ("keywords", self.keywords.join("\n")),
            ("focusAreas", name(&visit.community().focus_areas, &self.focus_areas)),
            ("strategies", name(&visit.community().strategies, &self.strategies)),
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
        let labels = schemes.iter().flat_map(|(scheme, values)| values.iter().map(move |value| (*scheme, value.clone())));
        labelled_with(gate.transaction, number, labels.collect()).await?;
        self.index(gate.transaction, number, &topics, &html).await
    }

    /// Writes what it is found by; topics by slug and name.
    pub(super) async fn index(
        &self,
        transaction: &Transaction,
        number: i64,
        topics: &[(String, String)],
        html: &Html,
    ) -> Result<(), Error> {
        let topics = topics.iter().map(|(_, name)| name);
        let labels = self.keywords.iter().chain(&self.authors).chain(topics).map(String::as_str).chain(self.publisher.as_deref());
        let labels = labels.collect::<Vec<_>>().join(" \n ");
        Ok(search::index(transaction, number, &self.title, &labels, &markup::plain(html, usize::MAX)).await?)
    }
}

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
    let text = reader.markdown("description", typed, DESCRIPTION);
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
