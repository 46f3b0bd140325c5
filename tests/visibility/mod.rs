//! What is hidden stays hidden: everything that not everybody may know of holds a word that stands nowhere else, whatever can be asked is
//! asked as everybody, and no answer holds a word that is not for who asked. `visibility.txt` lists the places.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use poem::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::{Forum, ORIGIN, Page, Person, read, resource};

use asking::{Ask, Questions, addresses};

/// What can be asked: pages, and questions with all that they can lead to.
mod asking;
/// A forum where something is hidden in every way that there is.
mod hidden;
/// Everybody asks, and only who may know finds something.
mod looking;
/// What people send that is not theirs to send.
mod swapping;

const TABLE: &str = include_str!("../visibility.txt");
/// Who asks, from who may know least. All that is hidden is the author's.
const ROLES: [&str; 4] = ["visitor", "member", "author", "moderator"];
/// What those who sign in are called. No word of the forum is like the moderator's.
const HANDLES: [(&str, &str); 3] = [("member", "stan"), ("author", "ada"), ("moderator", "mirabelle")];
/// Where members stand by name, moderators among them.
const NAMING: [&str; 2] = ["GET /members", "query members"];

/// The table: places, and who first finds words there.
fn table() -> BTreeMap<String, String> {
    let mut table = BTreeMap::new();
    for line in TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (place, first) = line.rsplit_once(' ').expect("a place and who finds words there");
        assert!(table.insert(place.trim_end().to_owned(), first.to_owned()).is_none(), "{place} stands there twice");
    }
    table
}

#[test]
fn every_place_has_its_row() {
    let questions = Questions::read();
    let mut places: BTreeSet<String> = addresses().iter().map(|(path, _)| format!("GET {path}")).collect();
    for (root, word) in [("Query", "query"), ("Subscription", "subscription")] {
        places.extend(questions.fields(root).iter().map(|field| format!("{word} {}", field.name)));
    }
    for field in questions.fields("Query") {
        // Says what is missing when it cannot be asked in full.
        assert!(!questions.documents(field).is_empty(), "{} answers nothing", field.name);
    }
    let rows: BTreeSet<String> = table().into_keys().collect();
    let missing: Vec<_> = places.difference(&rows).collect();
    assert!(missing.is_empty(), "add to visibility.txt who first finds words at {missing:#?}");
    let gone: Vec<_> = rows.difference(&places).collect();
    assert!(gone.is_empty(), "visibility.txt speaks of what is not there: {gone:#?}");
}

/// Who may know something.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Known {
    Everyone,
    /// Its author and moderators.
    Desk,
    Author,
    Nobody,
}

impl Known {
    fn reaches(self, role: &str) -> bool {
        match self {
            Known::Everyone => true,
            Known::Desk => role == "author" || role == "moderator",
            Known::Author => role == "author",
            Known::Nobody => false,
        }
    }
}

/// Something that the author brought.
struct Thing {
    /// What became of it: the first part of its word.
    state: &'static str,
    kind: &'static str,
    /// The case, as it was answered last.
    case: Value,
    /// What it is, or was, in the library; null when it never was there.
    record: Value,
    /// Who finds the case, and who the record.
    on_the_desk: Known,
    in_the_library: Known,
}

impl Thing {
    fn word(&self) -> String {
        hidden::word(self.state, self.kind)
    }

    /// What names it in an address: also what would, were it published.
    fn name(&self) -> String {
        match self.record["path"].as_str().and_then(|path| path.rsplit('/').next()) {
            Some(name) => name.to_owned(),
            None if self.kind == "comment" => self.case["number"].to_string(),
            None => self.word(),
        }
    }

    fn path(&self) -> String {
        format!("/{}s/{}", self.kind, self.name())
    }

    /// Whether a tombstone stands in its place.
    fn is_gone(&self) -> bool {
        ["removed", "takenback"].contains(&self.state) && self.in_the_library == Known::Nobody
    }
}

/// A forum with something hidden in it.
struct World {
    forum: Forum,
    people: BTreeMap<&'static str, Person>,
    questions: Questions,
    things: Vec<Thing>,
    /// Every word, and who may read it.
    words: BTreeMap<String, Known>,
    /// What the member published, by kind: the author's edits are of it, the author's comments answer it.
    theirs: BTreeMap<&'static str, Value>,
    /// The cases of it.
    cases: Vec<Value>,
    /// What else there are ids of, who finds it, and whether it is looked at in full.
    ids: Vec<(Value, Known, bool)>,
}

/// An id of the same kind, which stands in the first letter, of what never was.
fn never(id: &Value) -> Value {
    format!("{}{}A", id.as_str().and_then(|id| id.get(..2)).unwrap_or("cw"), "B".repeat(20)).into()
}

#[track_caller]
fn is_done(payload: &Value) {
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
}
