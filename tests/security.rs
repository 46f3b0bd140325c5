//! What the handbook says is tested is tested: `docs/security.md` names a test for every threat, or says why there is none.

use std::{fs, mem};

use crate::harness::root;

/// The rows of the handbook's table, by their letters: each begins at 1, and of some numbers there is no row.
const ROWS: [(&str, usize, &[usize]); 10] = [
    ("G", 23, &[5]),
    ("W", 6, &[]),
    ("X", 15, &[]),
    ("V", 15, &[]),
    ("A", 17, &[14]),
    ("S", 4, &[]),
    ("U", 6, &[]),
    ("I", 4, &[]),
    ("P", 14, &[]),
    ("F", 31, &[]),
];
/// Before the name of a test that stands beside the code that it tests, and where that is.
const ROOMS: [(&str, &str); 3] = [("schema:", "schema/src"), ("server:", "server/src"), ("frontend:", "frontend/src")];
const NONE: &str = "none:";
const BROWSER: &str = "browser:";

/// A row of the table: its id, and the tests that it names or why it names none.
struct Row {
    id: String,
    proof: String,
}

fn rows() -> Vec<Row> {
    let handbook = fs::read_to_string(root().join("docs/security.md")).expect("a handbook");
    let read = |line: &str| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let ["", id, what, proof, ""] = cells.as_slice() else { return None };
        let is_row = id.strip_prefix(|letter: char| letter.is_ascii_uppercase()).is_some_and(|number| number.parse::<usize>().is_ok());
        assert!(!is_row || !what.is_empty(), "{id} says what it is about");
        is_row.then(|| Row { id: (*id).to_owned(), proof: (*proof).to_owned() })
    };
    handbook.lines().filter_map(read).collect()
}

impl Row {
    /// Why there is no test; none where there is one.
    fn excuse(&self) -> Option<&str> {
        self.proof.strip_prefix(NONE).map(str::trim)
    }

    /// The Rust tests, each with the folder that its path begins in.
    fn tests(&self) -> Vec<(&'static str, &str)> {
        let names = self.proof.split(BROWSER).next().unwrap_or_default();
        let (mut folder, mut tests) = ("tests", Vec::new());
        for word in names.split_whitespace().filter(|_| self.excuse().is_none()) {
            match ROOMS.iter().find(|(room, _)| *room == word) {
                Some(&(_, source)) => folder = source,
                None => tests.push((mem::replace(&mut folder, "tests"), word)),
            }
        }
        tests
    }

    /// The titles of the browser's tests.
    fn titles(&self) -> Vec<&str> {
        self.proof.split(BROWSER).skip(1).map(str::trim).collect()
    }
}

/// Whether there is a test where its path says.
fn is_there(folder: &str, path: &str) -> bool {
    let Some((module, name)) = path.rsplit_once("::") else { return false };
    let module = module.strip_suffix("::tests").unwrap_or(module).replace("::", "/");
    let files = [format!("{folder}/{module}.rs"), format!("{folder}/{module}/mod.rs")];
    let Some(text) = files.iter().find_map(|file| fs::read_to_string(root().join(file)).ok()) else { return false };
    let Some((before, _)) = text.split_once(&format!("fn {name}(")) else { return false };
    // From the name upwards: what else belongs to a function, and what makes it a test.
    let above = before.lines().rev().map(str::trim).skip_while(|line| ["", "async"].contains(line));
    above.take_while(|line| line.starts_with("#[")).any(|line| line.starts_with("#[test]") || line.starts_with("#[tokio::test"))
}

#[test]
fn every_threat_has_its_row() {
    let ids: Vec<String> = rows().into_iter().map(|row| row.id).collect();
    let of_letter = |(letter, last, skipped): &(&str, usize, &[usize])| {
        (1..=*last).filter(|number| !skipped.contains(number)).map(|number| format!("{letter}{number}")).collect::<Vec<_>>()
    };
    let known: Vec<String> = ROWS.iter().flat_map(of_letter).collect();
    let missing: Vec<_> = known.iter().filter(|id| !ids.contains(id)).collect();
    assert!(missing.is_empty(), "docs/security.md says nothing about {missing:?}");
    assert_eq!(ids, known, "each stands there once, in this order");
}

#[test]
fn what_is_said_to_be_tested_is_tested() {
    let entries = fs::read_dir(root().join("tests/browser")).expect("a folder").map(|entry| entry.expect("an entry").path());
    let specs = entries.filter(|path| path.to_string_lossy().ends_with(".spec.js"));
    let specs: String = specs.map(|path| fs::read_to_string(path).expect("text")).collect();
    let mut missing = Vec::new();
    for row in rows() {
        let tests = row.tests().into_iter().filter(|(folder, path)| !is_there(folder, path)).map(|(_, path)| path);
        let titles = row.titles().into_iter().filter(|title| !specs.contains(&format!("test(\"{title}\"")));
        missing.extend(tests.chain(titles).map(|name| format!("{}: {name}", row.id)));
    }
    assert!(missing.is_empty(), "docs/security.md names tests that are not there:\n{}", missing.join("\n"));
}

#[test]
fn what_is_not_tested_says_why() {
    for row in rows() {
        match row.excuse() {
            Some(why) => assert!(why.split_whitespace().count() > 2, "{} has no test, and does not say why", row.id),
            None => assert!(!row.tests().is_empty() || !row.titles().is_empty(), "{} names no test", row.id),
        }
    }
}
