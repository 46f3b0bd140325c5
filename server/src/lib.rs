//! The composition root: settings, sign-in, sessions, the door, mail. It owns cookies and sockets and asks no queries of its own.

/// The forum behind its doors: one endpoint, made of schema and pages.
pub mod app;
/// What the command line does.
pub mod commands;
/// Connections with deadlines.
mod connections;
/// A community to look around in.
pub mod demo;
/// The public GraphQL endpoint.
mod door;
/// What a document costs, found out before it is executed.
pub mod guard;
/// A file of records into the library.
mod import;
/// Letters, from the outbox to the post.
pub mod mail;
/// Who vouches for people who sign in.
pub mod providers;
/// How many requests may come in a while.
pub mod rates;
/// Where everything is, and what it may do.
pub mod settings;
/// The outermost layer: panics, errors, headers, foreign forms.
mod shell;
/// Signing in and out: the one side door, since a mutation cannot own a cookie.
mod sign_in;
/// Streams of events to clients.
pub mod streams;
/// A table of resources in a CSV file.
mod table;

pub use app::{App, Site, Statements};
pub use schema::{Clock, Forum, Randomness, community::Community, database::Database};

/// Proves the decision log: how many entries hold, or a sentence that names the row that does not.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn verify_log(database: &Database) -> Result<Result<u64, String>, schema::Error> {
    schema::log::verify(database.writer()).await
}

/// Moves to Past what is over. Answers how many were moved.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn retire(app: &App) -> Result<usize, schema::Error> {
    app.retire().await
}

/// Tells whoever watches the terminal, or reads the log. That nobody can be told is no reason to stop.
fn say(words: std::fmt::Arguments) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{words}");
}
