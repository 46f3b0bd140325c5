//! The forum itself: tables, rules and GraphQL. It knows no HTTP and no page.

/// Comments: what members say about resources and topics, threaded.
pub mod comments;
/// The community file: who the community is, its lists and its words.
pub mod community;
/// The two engines behind one way to read and one way to write.
pub mod database;
/// The desk: every contribution is a case that people decide.
pub mod desk;
/// What changed between two texts, word by word.
mod diff;
/// How a rule says no, and what a client is told when something breaks.
pub mod error;
/// Time, ids and secrets from sources that tests can hold.
pub mod forum;
/// Opaque global ids and the `Node` interface.
mod ids;
/// How often something may be tried.
pub mod limits;
/// The hash-chained log of everything the desk did.
pub mod log;
/// Markdown to safe HTML: the only maker of `Html`.
pub mod markup;
/// Members: who they are and what standing they have.
pub mod members;
/// News of what the desk did, for whoever follows.
pub mod news;
/// Letters to send, written in the transaction that caused them.
pub mod outbox;
/// Relay connections over keyset cursors.
mod paging;
/// The public library: resources that the desk approved.
pub mod resources;
/// Search: one query language and one ranking on both engines.
mod search;
/// Sign-in links and sessions.
pub mod sessions;
/// Plain text that people type: normalised, measured, parsed.
pub mod text;
/// Personal access tokens: what a member lets a program do.
pub mod tokens;
/// Topics: subjects that the community works on.
pub mod topics;
/// One request as the forum sees it.
pub mod visit;

mod root;

pub use error::{Code, Error, Refusal};
pub use forum::{Clock, Forum, Randomness};
pub use root::{Schema, schema};
pub use visit::Visit;
