//! What people type stays text, whatever it is: nothing of it becomes markup, a header, a template, or somebody else's name.
//!
//! The corpora stand outside of the project, and a sample of our own where they are not at hand. Each run takes every eightieth attack
//! string, each engine and each test another; with `XSS_PAYLOADS=all` it takes all of everything.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
    env, fs,
};

use poem::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::{Forum, ORIGIN, Page, Person, each, is_postgres, refusals, resource, root};

/// Attack strings through every field, and then every page.
mod corpus;
/// Who a page is judged by.
mod judge;
/// One more than the limit, wherever something is written.
mod lengths;
/// Links, images, and what costs too much to render.
mod markdown;
/// Text that leaves the forum: letters and the feed.
mod outside;
/// Every route, and what addresses say.
mod pages;
/// Every script, and what passes for another.
mod unicode;

/// What is compared with where nothing speaks against an act.
const NOTHING: [&str; 0] = [];

/// Whether everything of every corpus is wanted, not a sample.
fn all() -> bool {
    env::var("XSS_PAYLOADS").is_ok_and(|which| which == "all")
}

/// Every `step`th row of a corpus, from another place for each part and engine. None where it is not at hand.
fn sample(path: &str, step: usize, part: usize) -> Option<Vec<Value>> {
    let corpus = fs::read_to_string(root().join("../shared/data").join(path)).ok()?;
    let (first, step) = if all() { (0, 1) } else { ((2 * part + usize::from(is_postgres())) % step, step) };
    Some(corpus.lines().skip(first).step_by(step).map(|row| serde_json::from_str(row).expect("a row")).collect())
}

/// Attack strings. What is longer than any field is refused for that alone: the beginning of it is enough.
fn payloads(part: usize) -> Vec<String> {
    let rows = sample("xss/train.jsonl", 80, part);
    let texts: Vec<String> = match &rows {
        Some(rows) => rows.iter().map(|row| row["payload"].as_str().expect("a payload").chars().take(20_000).collect()).collect(),
        None => markdown::VECTORS.iter().map(|vector| (*vector).to_owned()).collect(),
    };
    texts.into_iter().filter(|text| text.chars().any(|c| !c.is_whitespace() && !unicode::hides(c))).collect()
}

/// A text at a field of an answer.
#[track_caller]
fn at(answer: &Value, field: &str) -> String {
    answer[field].as_str().unwrap_or_else(|| panic!("{field} of {answer}")).to_owned()
}

/// Something as a part of an address.
fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// An input with more in it, or with other values.
fn with(mut input: Value, more: Value) -> Value {
    input.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    input
}

/// One field of everything in a list of the forum, page after page.
async fn all_of(person: &Person, list: &str, field: &str) -> Vec<String> {
    let query = format!(
        "query All($after: String) {{ {list}(first: 100, after: $after) {{ nodes {{ {field} }} pageInfo {{ hasNextPage endCursor }} }} }}"
    );
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = person.asks(&query, json!({ "after": after })).await["data"][list].clone();
        found.extend(each(&page["nodes"], field).into_iter().map(String::from));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] != true {
            return found;
        }
    }
}
