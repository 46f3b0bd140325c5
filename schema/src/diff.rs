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
    // What stands side by side reads as one change: all that went, then all that came.
    let (mut gone, mut come, mut gap) = (String::new(), String::new(), String::new());
    let flush = |marked: &mut Marked, gone: &mut String, come: &mut String| {
        let (gone, come) = (std::mem::take(gone), std::mem::take(come));
        // Space alone beside words is the gap between them, which the words carry already.
        for (name, text, other) in [("del", &gone, &come), ("ins", &come, &gone)] {
            if !text.is_empty() && (!text.trim().is_empty() || other.trim().is_empty()) {
                marked.push(Some(name), text);
            }
        }
    };
    for change in diff.iter_all_changes() {
        let text = change.value();
        match change.tag() {
            ChangeTag::Equal if text.trim().is_empty() && !(gone.is_empty() && come.is_empty()) => gap.push_str(text),
            ChangeTag::Equal => {
                flush(&mut marked, &mut gone, &mut come);
                marked.push(None, &std::mem::take(&mut gap));
                marked.push(None, text);
            }
            tag => {
                let between = std::mem::take(&mut gap);
                gone.push_str(&between);
                come.push_str(&between);
                if tag == ChangeTag::Delete { gone.push_str(text) } else { come.push_str(text) }
            }
        }
    }
    flush(&mut marked, &mut gone, &mut come);
    marked.push(None, &gap);
    marked.done()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_changes_are_one() {
        let html = |before, after| marked(before, after).as_str().to_owned();
        assert_eq!(html("Sit on a chair, please", "Sit on my brochure, please"), "Sit on <del>a chair</del><ins>my brochure</ins>, please");
        assert_eq!(html("one two", "one two three"), "one two<ins> three</ins>");
        assert_eq!(html("a b c", "a c"), "a <del>b </del>c");
        assert_eq!(html("", "<b>"), "<ins>&lt;b&gt;</ins>");
    }
}
