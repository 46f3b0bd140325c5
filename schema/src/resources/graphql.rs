//! The library as GraphQL shows it: to everyone.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, InputObject, Object, SimpleObject, dataloader::Loader};
use sea_orm::DbErr;

use super::{library::read, *};
use crate::{
    comments::{self, Comment},
    community::{Community, Kind as ResourceKind},
    desk::SubmitPayload,
    members::{self, Member},
    paging::Connection,
    topics::Topic,
    visit::Loaders,
};

/// What a member says about a resource. Plain strings; the rule parses them and answers each refusal with its field.
#[derive(InputObject, Default)]
pub struct ResourceInput {
    /// As it stands on the thing itself, at most 200 characters.
    pub title: String,
    /// Where it is: the whole address, with `https://`.
    pub url: Option<String>,
    /// One of the community's kinds.
    pub kind: String,
    /// What it is and what one can do with it: Markdown, at most 50,000 characters.
    pub description: String,
    /// Who made it.
    pub authors: Option<Vec<String>>,
    /// Who brought it out.
    pub publisher: Option<String>,
    /// When: `2026`, `2026-10` or `2026-10-05`.
    pub published_on: Option<String>,
    /// Words to find it by: at most 10 of 50 characters.
    pub keywords: Option<Vec<String>>,
    /// Ids of the community's focus areas.
    pub focus_areas: Option<Vec<String>>,
    /// Ids of the community's strategies.
    pub strategies: Option<Vec<String>>,
    /// A language tag, such as `es`.
    pub language: Option<String>,
    /// How it may be used, such as `CC BY 4.0`.
    pub licence: Option<String>,
    /// Where its record came from.
    pub source: Option<String>,
    /// The topics that it belongs to, at most 10.
    pub topics: Option<Vec<ID>>,
    /// When an event begins; an event needs it.
    pub starts_at: Option<DateTime<Utc>>,
    /// When an event ends.
    pub ends_at: Option<DateTime<Utc>>,
    /// Where an event takes place; with it, it needs no address.
    pub place: Option<String>,
    /// When a call for funding closes.
    pub closes_at: Option<DateTime<Utc>>,
}

/// A resource for the desk.
#[derive(InputObject)]
pub struct SubmitResourceInput {
    /// The resource itself; its fields stand beside the others.
    #[graphql(flatten)]
    pub resource: ResourceInput,
    /// Yes, the address is here already, and this is something else.
    pub not_duplicate: Option<bool>,
    /// Keep it as a draft that nobody else sees.
    pub draft: Option<bool>,
    /// The same key and input give the same answer, once.
    pub idempotency_key: Option<String>,
}

/// Something others can use, put into the library by the desk.
#[derive(Clone, Debug)]
pub struct Resource {
    row: resource::Model,
    text: ResourceText,
    /// What was looked for when it was found.
    query: Option<Arc<search::Query>>,
}

/// Where a search found its words.
#[derive(SimpleObject)]
pub struct Match {
    /// The title, with what was found inside `mark`.
    title: Html,
    /// Some words of the description around what was found.
    excerpt: Html,
}

impl From<resource::Model> for Resource {
    fn from(row: resource::Model) -> Resource {
        // The library writes this JSON itself; a row that does not read shows its title and no more.
        let text = serde_json::from_str(&row.content).unwrap_or_else(|error| {
            tracing::error!(resource = row.number, %error, "a resource's content does not read");
            ResourceText { title: row.title.clone(), kind: row.kind.clone(), ..Default::default() }
        });
        Resource { row, text, query: None }
    }
}

impl Resource {
    pub(super) fn found(row: resource::Model, query: Option<Arc<search::Query>>) -> Resource {
        Resource { query, ..Resource::from(row) }
    }

    pub(crate) fn submitter_id(&self) -> Uuid {
        self.row.submitter_id
    }

    pub(super) fn local_id(&self) -> Uuid {
        self.row.id
    }

    pub(super) fn topic_ids(&self) -> &[Uuid] {
        &self.text.topics
    }

    /// What it is called.
    pub(crate) fn called(&self) -> &str {
        &self.row.title
    }

    /// Where everyone finds it.
    pub(crate) fn address(&self) -> String {
        format!("/resources/{}", self.row.slug)
    }

    /// Its text as it is in the library, and the submission that brought it.
    pub(crate) fn written(&self) -> (ResourceText, Uuid) {
        (self.text.clone(), self.row.submission_id)
    }
}

fn terms(list: &[Term], ids: &[String]) -> Vec<Term> {
    ids.iter().map(|id| Term { id: id.clone(), name: Community::name_in(list, id).to_owned(), about: None }).collect()
}

/// What is known about a resource, in the library as on the desk. Nothing here may lead back to a resource: types that flatten this one
/// copy its fields, and in a circle would copy them before they are there.
#[Object(name = "ResourceFacts")]
impl ResourceText {
    /// As it stands on the thing itself; empty in a draft that has none yet.
    async fn title(&self) -> &str {
        &self.title
    }

    /// Where it is.
    async fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// The host of its address.
    async fn host(&self) -> Option<String> {
        let url = url::Url::parse(self.url.as_deref()?).ok()?;
        url.host_str().map(|host| host.trim_start_matches("www.").to_owned())
    }

    /// The id of one of the community's kinds; empty in a draft that has none yet.
    async fn kind(&self) -> &str {
        &self.kind
    }

    /// Its kind as people read it.
    async fn kind_details(&self, context: &Context<'_>) -> ResourceKind {
        Visit::of(context).community().kind(&self.kind)
    }

    /// When an event begins.
    async fn starts_at(&self) -> Option<DateTime<Utc>> {
        self.starts_at
    }

    /// When an event ends.
    async fn ends_at(&self) -> Option<DateTime<Utc>> {
        self.ends_at
    }

    /// Where an event takes place.
    async fn place(&self) -> Option<&str> {
        self.place.as_deref()
    }

    /// When a call for funding closes.
    async fn closes_at(&self) -> Option<DateTime<Utc>> {
        self.closes_at
    }

    /// Who made it.
    async fn authors(&self) -> &[String] {
        &self.authors
    }

    /// Who brought it out.
    async fn publisher(&self) -> Option<&str> {
        self.publisher.as_deref()
    }

    /// When, as precisely as it is known.
    async fn published_on(&self) -> Option<&str> {
        self.published_on.as_deref()
    }

    /// Words to find it by.
    async fn keywords(&self) -> &[String] {
        &self.keywords
    }

    /// The fields it is about.
    async fn focus_areas(&self, context: &Context<'_>) -> Vec<Term> {
        terms(&Visit::of(context).community().focus_areas, &self.focus_areas)
    }

    /// The ways of working it serves.
    async fn strategies(&self, context: &Context<'_>) -> Vec<Term> {
        terms(&Visit::of(context).community().strategies, &self.strategies)
    }

    /// A language tag.
    async fn language(&self) -> Option<&str> {
        self.language.as_deref()
    }

    /// How it may be used.
    async fn licence(&self) -> Option<&str> {
        self.licence.as_deref()
    }

    /// Where its record came from.
    async fn source(&self) -> Option<&str> {
        self.source.as_deref()
    }
}

/// Something others can use, put into the library by the desk.
#[Object(name = "Resource")]
impl Resource {
    /// Opaque, and the same for ever.
    pub async fn id(&self) -> ID {
        Kind::Resource.global(self.row.id)
    }

    /// The part of its address that names it.
    async fn slug(&self) -> &str {
        &self.row.slug
    }

    /// Its page.
    async fn path(&self) -> String {
        format!("/resources/{}", self.row.slug)
    }

    #[graphql(flatten)]
    async fn text(&self) -> &ResourceText {
        &self.text
    }

    /// What it is and what one can do with it; null when nobody has said.
    async fn description(&self) -> Option<Html> {
        (!self.text.description.is_empty()).then(|| Html::stored(self.row.description_html.clone()))
    }

    /// The first words of the description, without marks; may be empty.
    async fn summary(&self) -> &str {
        &self.row.summary
    }

    /// The topics that it belongs to.
    async fn topics(&self, context: &Context<'_>) -> Result<Vec<Topic>, Error> {
        topics::by_ids(Visit::of(context), &self.text.topics).await
    }

    /// Who shared it.
    async fn submitter(&self, context: &Context<'_>) -> Result<Option<Member>, Error> {
        members::by_id(Visit::of(context), self.row.submitter_id).await
    }

    /// Since when it is in the library.
    async fn published_at(&self) -> DateTime<Utc> {
        self.row.published_at
    }

    /// When its text was last replaced.
    async fn edited_at(&self) -> Option<DateTime<Utc>> {
        self.row.edited_at
    }

    /// Whether it is over or superseded; it stays in the library.
    async fn is_past(&self) -> bool {
        self.row.archived_at.is_some()
    }

    /// Where the search that found it found its words; null outside of a search.
    #[graphql(name = "match")]
    async fn matched(&self) -> Option<Match> {
        let query = self.query.as_ref()?;
        let plain = markup::plain(&Html::stored(self.row.description_html.clone()), usize::MAX);
        let finds = |word: &str| query.finds(word);
        Some(Match { title: markup::highlighted(&self.row.title, finds), excerpt: markup::excerpt(&plain, SUMMARY, finds) })
    }

    /// Its text as members wrote it, for the form of an edit.
    #[graphql(name = "text")]
    async fn as_written(&self) -> Written {
        Written(self.text.clone())
    }

    /// How many comments it has, answers included.
    async fn comment_count(&self, context: &Context<'_>) -> Result<i64, Error> {
        comments::count(Visit::of(context), self.row.id).await
    }

    /// The comments that answer the resource itself, oldest first.
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

/// What a member wrote about a resource: the text of one revision.
pub struct Written(pub(crate) ResourceText);

/// What a member wrote about a resource: the text of one revision.
#[Object(name = "ResourceText")]
impl Written {
    #[graphql(flatten)]
    async fn text(&self) -> &ResourceText {
        &self.0
    }

    /// The topics that it belongs to.
    async fn topics(&self, context: &Context<'_>) -> Result<Vec<Topic>, Error> {
        topics::by_ids(Visit::of(context), &self.0.topics).await
    }

    /// Markdown, as typed.
    async fn description(&self) -> &str {
        &self.0.description
    }

    /// The description as it will look.
    async fn preview(&self) -> Result<Html, Error> {
        self.0.render().await
    }
}

/// Questions about the library.
#[derive(Default)]
pub struct ResourceQuery;

#[Object]
impl ResourceQuery {
    /// A published resource; null for what is not, or not yet, in the library.
    async fn resource(&self, context: &Context<'_>, slug: String) -> Result<Option<Resource>, Error> {
        let visit = Visit::of(context);
        let found = by_slug(visit, &slug).await?;
        if let Some(resource) = &found {
            // At once, so that it does not depend on chance whether people named below it are read together with this one.
            members::prime(visit, [resource.row.submitter_id].into_iter()).await?;
        }
        Ok(found)
    }

    /// What was published, searched, narrowed and sorted.
    async fn library(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Words, \"phrases\", -not; at most 200 characters. The last word may be the beginning of one.")] query: Option<
            String,
        >,
        filter: Option<LibraryFilter>,
        #[graphql(desc = "RELEVANCE with a query, NEWEST without, when nobody says.")] sort: Option<LibrarySort>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Results, Error> {
        let window = Window::parse(first, after, last, before)?;
        read(context, query.as_deref(), filter.unwrap_or_default(), sort.unwrap_or(LibrarySort::Relevance), &window).await
    }
}

/// What members share.
#[derive(Default)]
pub struct ResourceMutation;

#[Object]
impl ResourceMutation {
    /// Puts a resource on the desk, or keeps it as a draft.
    async fn submit_resource(&self, context: &Context<'_>, input: SubmitResourceInput) -> Result<SubmitPayload, Error> {
        let visit = Visit::of(context);
        SubmitPayload::answer(visit, submit(visit, input).await).await
    }
}

/// A published resource by id.
#[derive(Clone, Eq, Hash, PartialEq)]
pub(super) struct ResourceId(pub Uuid);

impl Loader<ResourceId> for Loaders {
    type Value = Resource;
    type Error = Arc<DbErr>;

    async fn load(&self, ids: &[ResourceId]) -> Result<HashMap<ResourceId, Resource>, Self::Error> {
        let rows = resource::Entity::find().filter(resource::Column::Id.is_in(ids.iter().map(|id| id.0))).all(&self.database).await?;
        Ok(rows.into_iter().map(|row| (ResourceId(row.id), row.into())).collect())
    }
}

/// How many resources a topic has, by its slug.
#[derive(Clone, Eq, Hash, PartialEq)]
pub(super) struct TopicCount(pub String);

impl Loader<TopicCount> for Loaders {
    type Value = i64;
    type Error = Arc<DbErr>;

    async fn load(&self, slugs: &[TopicCount]) -> Result<HashMap<TopicCount, i64>, Self::Error> {
        let counts = label::Entity::find()
            .select_only()
            .column(label::Column::Value)
            .column_as(Expr::cust("COUNT(*)"), "count")
            .filter(label::Column::Scheme.eq(TOPIC))
            .filter(label::Column::Value.is_in(slugs.iter().map(|slug| slug.0.as_str())))
            .group_by(label::Column::Value)
            .into_query();
        let rows = self.database.query_all(&counts).await?;
        let found = rows.iter().map(|row| Ok((TopicCount(row.try_get_by_index(0)?), row.try_get_by_index(1)?)));
        let mut counts: HashMap<_, _> = slugs.iter().map(|slug| (slug.clone(), 0)).collect();
        counts.extend(found.collect::<Result<Vec<_>, DbErr>>()?);
        Ok(counts)
    }
}
