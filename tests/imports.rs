//! `lyceum import resources`: a file of records becomes part of the library, also when somebody pulls the plug.

use std::{
    fmt::Write as _,
    io::Write as _,
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use server::Database;
use tempfile::TempDir;

use crate::{
    harness::{count, fresh_database, root},
    races::{Server, lyceum},
};

/// A database with a moderator and a member, and the folder where the operator works.
struct Place {
    folder: TempDir,
    url: String,
    database: Database,
}

const HEADER: &str = "title,url,description,kind,topics,source,licence\n";

impl Place {
    async fn open() -> Place {
        let folder = tempfile::tempdir().expect("a folder");
        let url = fresh_database(folder.path()).await;
        let database = Database::open(&url).await.expect("the database opens");
        let place = Place { folder, url, database };
        for (handle, role) in [("grace", "moderator"), ("ada", "member")] {
            let (code, said) = place.runs(&["member", "add", handle, "--email", &format!("{handle}@example.org"), "--role", role]);
            assert_eq!(code, 0, "{said}");
        }
        place
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = lyceum(&self.url, self.folder.path());
        command.args(arguments).current_dir(self.folder.path());
        command
    }

    /// Runs a command to its end: exit code, and what it said on standard error.
    fn runs(&self, arguments: &[&str]) -> (i32, String) {
        ended(self.command(arguments).output().expect("the program runs"))
    }

    fn imports(&self, file: &str, more: &[&str]) -> (i32, String) {
        self.runs(&[["import", "resources", file].as_slice(), more].concat())
    }

    fn writes(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.folder.path().join(name), text).expect("a file");
    }

    fn reads(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    async fn count(&self, rows: &str) -> i64 {
        count(self.database.writer(), rows).await
    }

    /// How many rows everything has, and how many entries of the log hold.
    async fn counts(&self) -> Vec<(&'static str, i64)> {
        let mut counts = Vec::new();
        for table in "resource submission revision decision log_entry outbox resource_search resource_label topic".split(' ') {
            counts.push((table, self.count(table).await));
        }
        let verified = self.command(&["verify-log"]).output().expect("the program runs");
        let entries = counts.iter().find(|(table, _)| *table == "log_entry").map_or(0, |(_, entries)| *entries);
        assert_eq!(String::from_utf8_lossy(&verified.stdout), format!("The log holds: {entries} entries.\n"));
        counts
    }

    /// Waits until more than so many resources are in the library, while the import goes on.
    async fn passes(&self, child: &mut Child, resources: i64) {
        let passed = async {
            while self.count("resource").await <= resources {
                assert!(child.try_wait().expect("a child").is_none(), "the import goes on past {resources}");
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(120), passed).await.expect("the import gets on");
    }
}

fn ended(output: std::process::Output) -> (i32, String) {
    (output.status.code().expect("an exit code"), String::from_utf8(output.stderr).expect("text"))
}

/// The rows that an import accounts for; none when it did not begin.
fn accounted(said: &str) -> Option<u64> {
    let line = said.lines().find(|line| line.contains(" put into the library"))?;
    Some(line.split(", ").filter_map(|part| part.split(' ').next()?.parse::<u64>().ok()).sum())
}

#[tokio::test]
async fn rows_wait_on_the_desk_or_go_into_the_library() {
    let place = Place::open().await;
    let rows = "A night clinic rota,https://rota.example/night,Hours and phone scripts.,guide,Anti-racism;design-justice;night work,A list of ours,CC BY 4.0
Warm handovers,https://handover.example,\"Two pages,\nprintable.\",report,,A list of ours,CC0-1.0
No words,https://nothing.example,,guide,,A list of ours,CC0-1.0
A sonnet,https://sonnet.example,Fourteen lines.,sonnet,,A list of ours,CC0-1.0
Only two,https://two.example
Again,https://www.rota.example/night/,The same.,guide,,Another list,CC0-1.0
";
    place.writes("sample.csv", format!("{HEADER}{rows}"));
    let (code, said) = place.imports("sample.csv", &[]);
    assert!(code == 0 && said.contains("0 put into the library, 2 waiting on the desk, 1 skipped"), "{code}: {said}");
    assert!(said.contains("3 refused") && said.contains("sample.refused.csv") && said.contains("Peak memory"), "{said}");
    let waiting = place.counts().await;
    assert_eq!(place.count("submission WHERE kind = 'RESOURCE' AND state = 'PENDING'").await, 2);
    assert_eq!((place.count("resource").await, place.count("decision").await), (0, 0));
    let refused = place.reads("sample.refused.csv");
    let mut reader = csv::Reader::from_reader(refused.as_bytes());
    assert_eq!(reader.headers().expect("a header").iter().take(3).collect::<Vec<_>>(), ["line", "reason", "title"]);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(refused.as_bytes());
    let lines: Vec<Vec<String>> = reader.records().map(|row| row.expect("a row").iter().map(String::from).collect()).collect();
    let expected = [
        ("5", "description REQUIRED", "No words"),
        ("6", "kind INVALID", "A sonnet"),
        ("7", "the header has 7 fields, this row 2", "Only two"),
    ];
    assert_eq!(lines.len(), expected.len(), "{refused}");
    for (row, (line, reason, title)) in lines.iter().zip(expected) {
        assert!(row[0] == line && row[1].starts_with(reason) && row[2] == title, "{row:?}");
    }

    // The same file again brings nothing new; with --publish it goes on from where it was.
    assert_eq!(place.imports("sample.csv", &[]).0, 0);
    assert_eq!(place.counts().await, waiting);
    let publish = ["--publish", "--as", "grace"];
    let (code, said) = place.imports("sample.csv", &publish);
    assert!(code == 0 && said.contains("2 put into the library, 0 waiting on the desk, 1 skipped"), "{code}: {said}");
    let published = place.counts().await;
    let more = |table: &str| {
        let of = |counts: &[(&str, i64)]| counts.iter().find(|(name, _)| *name == table).map_or(-1, |(_, rows)| *rows);
        of(&published) - of(&waiting)
    };
    assert_eq!((more("resource"), more("decision"), more("log_entry"), more("resource_search"), more("submission")), (2, 2, 2, 2, 0));
    let (code, said) = place.imports("sample.csv", &publish);
    assert!(code == 0 && said.contains("0 put into the library, 0 waiting on the desk, 3 skipped"), "{code}: {said}");
    assert_eq!(place.counts().await, published);
    // What is mended is not refused any more.
    place.writes("sample.csv", format!("{HEADER}No words,https://nothing.example,Words after all.,guide,,A list of ours,CC0-1.0\n"));
    assert!(place.imports("sample.csv", &publish).1.contains("1 put into the library"));
    assert!(!place.folder.path().join("sample.refused.csv").exists());

    let server = Server::start(&place.url, place.folder.path()).await;
    let page = crate::harness::web()
        .build()
        .expect("a client")
        .get(format!("{}/resources/a-night-clinic-rota", server.origin))
        .send()
        .await
        .expect("an answer")
        .text()
        .await
        .expect("text");
    for words in ["CC BY 4.0", "A list of ours", "Anti-racism", "Design justice", "night work"] {
        assert!(page.contains(words), "{words} in {page}");
    }
    let query = "{ resource(slug: \"a-night-clinic-rota\") { licence source keywords topics { slug } submitter { handle } } }";
    let request =
        crate::harness::web().build().expect("a client").post(format!("{}/graphql", server.origin)).json(&json!({ "query": query }));
    let answer: Value = request.send().await.expect("an answer").json().await.expect("JSON");
    let expected = json!({ "licence": "CC BY 4.0", "source": "A list of ours", "keywords": ["night work"],
        "topics": [{ "slug": "anti-racism" }, { "slug": "design-justice" }], "submitter": { "handle": "library" } });
    assert_eq!(answer["data"]["resource"], expected, "{answer}");
}

#[tokio::test]
async fn events_without_an_address_are_all_imported() {
    let place = Place::open().await;
    let rows = "title,url,description,kind,source,starts,place,closes
Reading circle,,We read.,event,A calendar,2026-05-04T18:00:00Z,Town library,
Open kitchen,,We cook.,event,A calendar,2026-05-05T18:00:00Z,Old bakery,
Nowhere,,We wander.,event,A calendar,2026-05-06T18:00:00Z,,
Some day,https://day.example,We shall see.,event,A calendar,next week,,
Seed grants,https://grants.example,Money.,funding,A calendar,,,2026-06-30T12:00:00Z
";
    place.writes("calendar.csv", rows);
    let (code, said) = place.imports("calendar.csv", &["--publish", "--as", "grace"]);
    assert!(code == 0 && said.contains("3 put into the library") && said.contains(" 0 skipped") && said.contains("2 refused"), "{said}");
    assert_eq!(place.count("resource WHERE kind = 'event'").await, 2);
    assert!(
        place
            .imports("calendar.csv", &["--publish", "--as", "grace"])
            .1
            .contains("0 put into the library, 0 waiting on the desk, 3 skipped")
    );
}

#[tokio::test]
async fn an_import_that_cannot_be_says_why() {
    let place = Place::open().await;
    place.writes("good.csv", format!("{HEADER}A,https://a.example,Words.,guide,,,\n"));
    place.writes("untitled.csv", "name,url\nA,https://a.example\n");
    place.writes("list.json", "[{\"title\": \"A\"}]");
    place.writes("nothing.csv", "");
    place.writes("picture.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    std::fs::create_dir(place.folder.path().join("folder.csv")).expect("a folder");
    let cases: [(&str, &[&str], i32, &str); 10] = [
        ("good.csv", &["--publish", "--as", "nobody"], 1, "there is no member nobody"),
        ("good.csv", &["--publish", "--as", "ada"], 1, "ada is no moderator"),
        ("good.csv", &["--as", "grace"], 2, "--publish"),
        ("good.csv", &["--publish"], 2, "--as"),
        ("missing.csv", &[], 1, "missing.csv: the file cannot be read"),
        ("folder.csv", &[], 1, "folder.csv: the file cannot be read"),
        ("untitled.csv", &[], 1, "no column `title`"),
        ("list.json", &[], 1, "this is JSON, not CSV"),
        ("nothing.csv", &[], 1, "the file is empty"),
        ("picture.csv", &[], 1, "picture.csv: line 1"),
    ];
    for (file, more, code, words) in cases {
        let (ended, said) = place.imports(file, more);
        assert!(ended == code && said.contains(words) && !said.contains("panicked"), "{file} {more:?}: ended with {ended}, saying: {said}");
    }
    assert_eq!(place.count("submission WHERE kind = 'RESOURCE'").await, 0);
}

#[tokio::test]
async fn standard_input_is_a_file_like_any_other() {
    let place = Place::open().await;
    let mut child = place.command(&["import", "resources", "-"]).stdin(Stdio::piped()).spawn().expect("the program starts");
    // Spanish columns, semicolons, and bytes as an old spreadsheet writes them.
    let text = "t\u{ed}tulo;enlace;descripci\u{f3}n;tipo\r\nGu\u{ed}a de salud;https://salud.example;Caf\u{e9};guide\r\nSola\r\n";
    let bytes: Vec<u8> = text.chars().map(|character| u8::try_from(u32::from(character)).expect("Latin")).collect();
    child.stdin.take().expect("a pipe").write_all(&bytes).expect("it reads");
    let (code, said) = ended(child.wait_with_output().expect("it ends"));
    assert!(code == 0 && said.contains("0 put into the library, 1 waiting on the desk, 0 skipped") && said.contains("1 refused"), "{said}");
    assert_eq!(place.count("submission WHERE title = 'Guía de salud'").await, 1);
    assert!(place.reads("import.refused.csv").contains("3,\"the header has 4 fields, this row 1\",Sola"));
}

/// Rows of which some are refused and some repeat an address.
fn generated(rows: usize) -> String {
    let mut text = HEADER.to_owned();
    for number in 1..=rows {
        let address = if number % 30 == 0 { 1 } else { number };
        let words = if number % 25 == 0 { "" } else { "What it is and what one can do with it." };
        writeln!(text, "Record {number},https://example.org/{address},{words},guide,design-justice;word {number},A list,CC0-1.0")
            .expect("text");
    }
    text
}

const ROWS: usize = 150;
const PUBLISH: [&str; 6] = ["import", "resources", "many.csv", "--publish", "--as", "grace"];

#[tokio::test]
async fn an_import_that_is_killed_and_run_again_ends_with_the_same_library() {
    let (unbroken, broken) = (Place::open().await, Place::open().await);
    for place in [&unbroken, &broken] {
        place.writes("many.csv", generated(ROWS));
    }
    let (code, said) = unbroken.runs(&PUBLISH);
    assert!(
        code == 0 && said.contains("140 put into the library, 0 waiting on the desk, 4 skipped") && said.contains("6 refused"),
        "{said}"
    );
    for moment in [20, 60, 100] {
        let mut child = broken.command(&PUBLISH).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
        broken.passes(&mut child, moment).await;
        child.kill().expect("it is killed");
        child.wait().expect("it ends");
        let left = broken.counts().await;
        println!("killed past {moment}: {left:?}");
    }
    let (code, said) = broken.runs(&PUBLISH);
    assert!(code == 0 && accounted(&said) == Some(ROWS as u64), "{code}: {said}");
    let (expected, counts) = (unbroken.counts().await, broken.counts().await);
    println!("unbroken: {expected:?}\nkilled three times: {counts:?}");
    assert_eq!(counts, expected);
    assert_eq!(broken.reads("many.refused.csv"), unbroken.reads("many.refused.csv"));
}

#[cfg(unix)]
#[tokio::test]
async fn an_import_that_is_interrupted_says_so_and_goes_on() {
    let place = Place::open().await;
    place.writes("many.csv", generated(ROWS));
    let mut child = place.command(&PUBLISH).spawn().expect("the program starts");
    place.passes(&mut child, 20).await;
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs").success());
    let (code, said) = ended(child.wait_with_output().expect("it ends"));
    assert!(code == 75 && said.contains("interrupted; what was imported stays"), "{code}: {said}");
    let there = place.count("resource").await;
    assert!(there > 20 && there < 140, "{there}");
    assert_eq!(place.count("submission WHERE kind = 'RESOURCE' AND state = 'PENDING'").await, 0, "no row is left half done");
    let (code, said) = place.runs(&PUBLISH);
    assert!(code == 0 && said.contains(&format!("{} put into the library", 140 - there)), "{code}: {said}");
    assert_eq!(place.count("resource").await, 140);
    place.counts().await;
}

/// The files of `import-edge` with the rows that each of them has, or the sentence with which it is refused.
const EDGES: [(&str, Result<u64, &str>); 27] = [
    ("all-quoted.csv", Ok(45)),
    ("cr-only.csv", Ok(30)),
    ("duplicates.csv", Ok(9)),
    ("empty.csv", Err("the file is empty")),
    ("extra-and-duplicate-columns.csv", Err("names one column twice")),
    ("formula-injection.csv", Ok(9)),
    ("header-mixed-case.csv", Ok(30)),
    ("header-only.csv", Ok(0)),
    ("header-spanish.csv", Ok(45)),
    ("huge-field.csv", Ok(2)),
    ("invalid-utf8.csv", Ok(2)),
    ("iso-8859-1.csv", Ok(45)),
    ("missing-columns.csv", Ok(30)),
    ("no-header.csv", Err("no column `title` and no column `url`")),
    ("nul-and-control.csv", Ok(1)),
    ("ragged-rows.csv", Ok(3)),
    ("resources-200.json", Err("this is JSON, not CSV")),
    ("resources-200.jsonl", Err("this is JSON, not CSV")),
    ("semicolon.csv", Ok(45)),
    ("stray-quotes.csv", Ok(1)),
    ("tab.tsv", Ok(45)),
    ("unbalanced-quote.csv", Ok(3)),
    ("url-cases.csv", Ok(37)),
    ("utf16be-bom.csv", Ok(45)),
    ("utf16le-bom.csv", Ok(45)),
    ("utf8-bom.csv", Ok(45)),
    ("windows-1252.csv", Ok(45)),
];

#[tokio::test]
async fn every_messy_file_is_accounted_for() {
    let folder = root().join("../shared/data/library/import-edge");
    if !folder.exists() {
        println!("the messy files are not at hand");
        return;
    }
    let place = Place::open().await;
    for (name, expected) in EDGES {
        let before = place.count("submission").await;
        let (code, said) = place.imports(&folder.join(name).display().to_string(), &[]);
        println!("{name}: {code}, {}", said.lines().next().unwrap_or_default());
        assert!(!said.contains("panicked"), "{name}: {said}");
        match expected {
            Ok(rows) => assert!(code == 0 && accounted(&said) == Some(rows), "{name} has {rows} rows: {code}: {said}"),
            Err(words) => {
                assert!(code == 1 && said.contains(words), "{name}: {code}: {said}");
                assert_eq!((accounted(&said), place.count("submission").await - before), (None, 0), "{name}: {said}");
            }
        }
    }
    let refused = [
        ("ragged-rows", "the header has 7 fields, this row 1"),
        ("ragged-rows", "the header has 7 fields, this row 9"),
        ("unbalanced-quote", "the quote that opens"),
        ("nul-and-control", "has control characters"),
        ("invalid-utf8", "bytes that are not Unicode text"),
        ("huge-field", "is longer than 64 KiB"),
        ("missing-columns", "description REQUIRED"),
    ];
    for (name, reason) in refused {
        let text = place.reads(&format!("{name}.refused.csv"));
        assert!(text.contains(reason), "{name}: {reason}: {:.300}", text);
    }
    // One list in eight disguises is one list: most of it came with the first of them.
    let skipped = place.imports(&folder.join("utf16le-bom.csv").display().to_string(), &[]).1;
    assert_eq!(accounted(&skipped), Some(45));
    for (title, holds) in [("%\u{fffd}%", 0), ("%Ã%", 0), ("The \"Big\" List", 1)] {
        assert_eq!(place.count(&format!("submission WHERE kind = 'RESOURCE' AND title LIKE '{title}'")).await, holds, "{title}");
    }
}
