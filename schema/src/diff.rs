//! What changed between two texts, word by word.

use std::time::Duration;

use async_graphql::SimpleObject;
use similar::{ChangeTag, TextDiff};

use crate::{
    Error,
    markup::{Html, Marked},
};

/// How long a comparison may take before it becomes coarser.
const PATIENCE: Duration = Duration::from_millis(100);

/// What changed in one field.
#[derive(SimpleObject)]
pub struct FieldChange {
    /// Such as `title`.
    pub field: String,
    /// The text before; empty when there was none.
    pub before: String,
    /// The text after; empty when there is none any more.
    pub after: String,
    /// Both in one, with `ins` and `del` around what changed.
    pub html: Html,
}

/// Compares two lists of fields, off the threads that answer requests. Fields that are alike are left out.
///
/// # Errors
/// A fault when the comparison panics.
pub async fn changes(before: Vec<(&'static str, String)>, after: Vec<(&'static str, String)>) -> Result<Vec<FieldChange>, Error> {
    let compare = move || {
        let old = |field: &str| before.iter().find(|(name, _)| *name == field).map(|(_, text)| text.clone()).unwrap_or_default();
        let changed = after.into_iter().map(|(field, after)| (field, old(field), after)).filter(|(_, before, after)| before != after);
        changed
            .map(|(field, before, after)| FieldChange { field: field.to_owned(), html: marked(&before, &after), before, after })
            .collect()
    };
    Ok(tokio::task::spawn_blocking(compare).await?)
}

fn marked(before: &str, after: &str) -> Html {
    let diff = TextDiff::configure().timeout(PATIENCE).diff_unicode_words(before, after);
    let mut marked = Marked::default();
    for change in diff.iter_all_changes() {
        marked.push(
            match change.tag() {
                ChangeTag::Equal => None,
                ChangeTag::Delete => Some("del"),
                ChangeTag::Insert => Some("ins"),
            },
            change.value(),
        );
    }
    marked.done()
}
