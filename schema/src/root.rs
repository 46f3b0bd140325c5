//! The whole schema, put together from the features' parts.

use async_graphql::{Context, ID, MergedObject, Object};

use crate::{
    Error, Visit,
    comments::{CommentMutation, CommentQuery},
    community::Community,
    desk::{DeskMutation, DeskQuery},
    ids::{self, Node},
    markup::{self, Html},
    members::{MemberMutation, MemberQuery},
    news::Subscription,
    outbox::OutboxQuery,
    resources::{ResourceMutation, ResourceQuery},
    sessions::{SessionMutation, SessionQuery},
    tokens::TokenMutation,
    topics::{TopicMutation, TopicQuery},
};

/// What can be asked.
#[derive(MergedObject, Default)]
pub struct Query(RootQuery, MemberQuery, ResourceQuery, TopicQuery, CommentQuery, DeskQuery, SessionQuery, OutboxQuery);

/// What can be done.
#[derive(MergedObject, Default)]
pub struct Mutation(MemberMutation, ResourceMutation, TopicMutation, CommentMutation, DeskMutation, SessionMutation, TokenMutation);

/// The schema that pages and strangers ask alike; each request carries a [`Visit`] as its data.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// Builds the schema. The limits are a second line of defence behind the door's own.
pub fn schema() -> Schema {
    async_graphql::Schema::build(Query::default(), Mutation::default(), Subscription)
        .limit_depth(20)
        .limit_recursive_depth(32)
        .limit_directives(2)
        .disable_suggestions()
        .finish()
}

#[derive(Default)]
struct RootQuery;

#[Object]
impl RootQuery {
    /// Anything by its id; null for what the viewer may not know of and for what never was.
    async fn node(&self, context: &Context<'_>, id: ID) -> Result<Option<Node>, Error> {
        ids::node(Visit::of(context), &id).await
    }

    /// Who the community is, its lists and its figures.
    async fn community<'a>(&self, context: &Context<'a>) -> &'a Community {
        Visit::of(context).community()
    }

    /// Markdown as it will look, for whoever is still writing it; at most 50,000 characters. Nothing of it is kept.
    async fn preview(&self, markdown: String) -> Result<Html, Error> {
        markup::render("markdown", &markdown).await
    }
}
