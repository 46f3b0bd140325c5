//! The library as GraphQL shows it: to everyone.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Enum, ID, InputObject, Object, dataloader::Loader};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{ResourceText, by_slug, library, resource, submit};
use crate::{
    Error, Visit,
    community::{Community, Kind as ResourceKind, Term},
    desk::SubmitPayload,
    ids::Kind,
    markup::Html,
    members::{self, Member},
    paging::{self, Connection, Window},
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

/// What to show of the library. Entries of one list are alternatives; lists narrow each other.
#[derive(InputObject, Default)]
pub struct LibraryFilter {
    /// Ids of kinds.
    pub kinds: Option<Vec<String>>,
    /// Ids of focus areas.
    pub focus_areas: Option<Vec<String>>,
    /// Ids of strategies.
    pub strategies: Option<Vec<String>>,
}

/// The order of the library.
#[derive(Enum, Copy, Clone, Debug, Eq, PartialEq)]
pub enum LibrarySort {
    /// What came last first.
    Newest,
    /// By title, without case and accents.
    Title,
}

/// Something others can use, put into the library by the desk.
#[derive(Clone, Debug)]
pub struct Resource {
    row: resource::Model,
    text: ResourceText,
}

impl From<resource::Model> for Resource {
    fn from(row: resource::Model) -> Resource {
        // The library writes this JSON itself; a row that does not read shows its title and no more.
        let text = serde_json::from_str(&row.content).unwrap_or_else(|error| {
            tracing::error!(resource = row.number, %error, "a resource's content does not read");
            ResourceText { title: row.title.clone(), kind: row.kind.clone(), ..Default::default() }
        });
        Resource { row, text }
    }
}

fn terms(list: &[Term], ids: &[String]) -> Vec<Term> {
    ids.iter().map(|id| Term { id: id.clone(), name: Community::name_in(list, id).to_owned() }).collect()
}

/// What is known about a resource, in the library as on the desk.
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
        Visit::of(context).community.kind(&self.kind)
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
        terms(&Visit::of(context).community.focus_areas, &self.focus_areas)
    }

    /// The ways of working it serves.
    async fn strategies(&self, context: &Context<'_>) -> Vec<Term> {
        terms(&Visit::of(context).community.strategies, &self.strategies)
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

    /// Who shared it.
    async fn submitter(&self, context: &Context<'_>) -> Result<Option<Member>, Error> {
        members::by_id(Visit::of(context), self.row.submitter_id).await
    }

    /// Since when it is in the library.
    async fn published_at(&self) -> DateTime<Utc> {
        self.row.published_at
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
        by_slug(Visit::of(context), &slug).await
    }

    /// What was published, narrowed and sorted.
    async fn library(
        &self,
        context: &Context<'_>,
        filter: Option<LibraryFilter>,
        sort: Option<LibrarySort>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Resource>, Error> {
        let window = Window::parse(first, after, last, before)?;
        let visit = Visit::of(context);
        let found = library(visit, filter.unwrap_or_default(), sort.unwrap_or(LibrarySort::Newest), &window).await?;
        if paging::names(context, "submitter") {
            members::prime(visit, found.edges.iter().map(|edge| edge.node.row.submitter_id)).await?;
        }
        Ok(found)
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
