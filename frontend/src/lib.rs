//! Pages and letters: pairs of one GraphQL operation and one template. GraphQL is all they know of the forum.

use std::sync::Arc;

use async_graphql::{Request, Response};
use futures_util::future::BoxFuture;
use poem::http::Extensions;

/// Styles and symbols, embedded and addressed by their content.
mod assets;
/// Operations, each linked with the fragments it reaches.
mod documents;
/// Form fields to variables, by declared type.
mod forms;
/// Letters: pairs like pages, rendered to text.
mod letters;
/// A page from its pair: asked, rendered, submitted.
mod pages;
/// The table of contents of the site.
pub mod routes;
/// What templates can say.
mod templates;
/// Words, from Fluent files, with dates and numbers as their language writes them.
mod words;

pub use assets::Assets;
pub use forms::Fields;
pub use letters::Rendered;
pub use pages::{Pages, Problem};
pub use words::{FIRST, Languages};

/// How pages ask the forum. The extensions are those of the HTTP request, from which the server knows who asks.
pub type Run = Arc<dyn Fn(&Extensions, Request) -> BoxFuture<'static, Response> + Send + Sync>;

/// When, where and in which language a request is answered. The server puts it into the request's extensions.
#[derive(Clone)]
pub struct Moment {
    /// The time, by the forum's clock.
    pub now: chrono::DateTime<chrono::Utc>,
    /// Where addresses begin, such as `https://library.example`, without a slash at the end.
    pub base: String,
    /// One of the languages that have words, such as `en`.
    pub language: String,
}

/// What a signed-in person's forms carry. The server puts it into the request's extensions.
#[derive(Clone)]
pub struct FormToken {
    /// Known to the session alone.
    pub secret: String,
    /// Fresh for every page, so that a form sent twice makes one thing.
    pub once: String,
}
