//! Whatever people do, in whatever order and however much at once: what holds of the desk holds.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, QueryResult, Statement};
use serde_json::{Value, json};

use crate::harness::{Forum, Person, resource};

/// Something that somebody tries to do. What it is about is chosen among what is there by then.
#[derive(Clone, Debug)]
struct Attempt {
    who: usize,
    what: What,
    which: usize,
    /// Whether it happens at the same time as the one before.
    at_once: bool,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Share,
    Suggest,
    Comment,
    Revise,
    Edit,
    Withdraw,
    Claim,
    Release,
    Decide(&'static str),
    Vote,
    Wait,
}

fn attempts() -> impl Strategy<Value = Vec<Attempt>> {
    let what = prop_oneof![
        3 => Just(What::Share),
        2 => Just(What::Suggest),
        3 => Just(What::Comment),
        2 => Just(What::Revise),
        2 => Just(What::Edit),
        1 => Just(What::Withdraw),
        2 => Just(What::Claim),
        1 => Just(What::Release),
        9 => Just(What::Decide("APPROVE")),
        1 => Just(What::Decide("DECLINE")),
        1 => Just(What::Decide("REQUEST_CHANGES")),
        1 => Just(What::Decide("REMOVE")),
        1 => Just(What::Decide("ARCHIVE")),
        1 => Just(What::Vote),
        1 => Just(What::Wait),
    ];
    let one = (0..6usize, what, any::<usize>(), prop::bool::weighted(0.4));
    let one = one.prop_map(|(who, what, which, at_once)| Attempt { who, what, which, at_once });
    prop::collection::vec(one, 20..60)
}

/// A forum, six people, and what they have written so far.
struct World {
    forum: Forum,
    people: Vec<Person>,
    moderator: Person,
    /// The words of each text, by submission number and revision: a word that stands nowhere else.
    words: BTreeMap<(i64, i64), String>,
    /// What each comment is about: the number of a resource's or topic's submission.
    about: BTreeMap<i64, i64>,
    written: usize,
}

const SUBMISSION: &str = "submission { id number version revision state }";

impl World {
    async fn open() -> World {
        let forum = Forum::open().await;
        let mut people = Vec::new();
        for (handle, role) in
            [("ada", "member"), ("ben", "member"), ("cleo", "member"), ("grace", "moderator"), ("tobias", "moderator"), ("wren", "admin")]
        {
            people.push(forum.person(handle, role).await);
        }
        let moderator = forum.moderator("overseer").await;
        World { forum, people, moderator, words: BTreeMap::new(), about: BTreeMap::new(), written: 0 }
    }

    fn new_words(&mut self) -> String {
        self.written += 1;
        format!("zq{}zq", self.written)
    }

    async fn rows(&self, sql: &str) -> Vec<QueryResult> {
        let tables = self.forum.tables();
        tables.query_all_raw(Statement::from_string(tables.get_database_backend(), sql)).await.expect(sql)
    }

    /// Everything that was ever brought, as a moderator sees it.
    async fn submissions(&self) -> Vec<Value> {
        let query = "query All($state: SubmissionState) { moderationQueue(filter: { state: $state }, first: 100) { nodes {
            id number version revision state kind isEdit published { ... on Node { id } } } } }";
        let mut all = Vec::new();
        for state in ["PENDING", "CHANGES_REQUESTED", "PUBLISHED", "ARCHIVED", "DECLINED", "WITHDRAWN", "REMOVED"] {
            let answer = self.moderator.asks(query, json!({ "state": state })).await;
            all.extend(answer["data"]["moderationQueue"]["nodes"].as_array().expect("a queue").clone());
        }
        all.sort_by_key(|one| one["number"].as_i64());
        all
    }

    /// The mutation that an attempt comes to, with its input and the words that it brings.
    fn plan(&mut self, attempt: &Attempt, all: &[Value]) -> Option<(&'static str, Value, Option<String>, Option<i64>)> {
        let pick = |some: Vec<&Value>| some.get(attempt.which % some.len().max(1)).map(|one| (*one).clone());
        let any = pick(all.iter().collect());
        let open = pick(all.iter().filter(|one| one["state"] == "PENDING").collect());
        let record = pick(all.iter().filter(|one| !one["published"].is_null() && one["isEdit"] == false).collect());
        let text = |words: &str, kind: &Value| match kind.as_str() {
            Some("RESOURCE") => ("resource", resource(words)),
            Some("TOPIC") => ("topic", json!({ "name": words, "description": format!("About {words}.") })),
            _ => ("comment", json!({ "body": format!("I say {words}.") })),
        };
        let on = |one: &Value| json!({ "submissionId": one["id"] });
        Some(match attempt.what {
            What::Share => {
                let words = self.new_words();
                ("submitResource", resource(&words), Some(words), None)
            }
            What::Suggest => {
                let words = self.new_words();
                ("suggestTopic", json!({ "name": words, "description": format!("About {words}.") }), Some(words), None)
            }
            What::Comment => {
                let (words, record) = (self.new_words(), record?);
                let number = record["number"].as_i64().expect("a number");
                let about = self.about.get(&number).copied().unwrap_or(number);
                let input = json!({ "on": record["published"]["id"], "body": format!("I say {words}.") });
                ("writeComment", input, Some(words), Some(about))
            }
            What::Revise => {
                let (words, one) = (self.new_words(), any?);
                let (field, text) = text(&words, &one["kind"]);
                let input = json!({ "submissionId": one["id"], "version": one["version"], field: text });
                ("reviseSubmission", input, Some(words), self.about.get(&one["number"].as_i64()?).copied())
            }
            What::Edit => {
                let (words, record) = (self.new_words(), record?);
                let (field, text) = text(&words, &record["kind"]);
                ("editPublished", json!({ "id": record["published"]["id"], field: text }), Some(words), None)
            }
            What::Withdraw => {
                let one = any?;
                ("withdrawSubmission", json!({ "submissionId": one["id"], "version": one["version"] }), None, None)
            }
            What::Claim => ("claimSubmission", on(&open?), None, None),
            What::Release => {
                let mut input = on(&open?);
                input["reason"] = "It has waited.".into();
                ("releaseSubmission", input, None, None)
            }
            What::Decide(decision) => {
                let one = if ["REMOVE", "ARCHIVE"].contains(&decision) { record? } else { open? };
                let input = json!({
                    "submissionId": one["id"], "version": one["version"], "revision": one["revision"], "decision": decision,
                    "reason": "OTHER", "requests": [{ "field": "title", "message": "Mend it." }],
                });
                ("decide", input, None, None)
            }
            What::Vote => {
                let topic = pick(all.iter().filter(|one| one["kind"] == "TOPIC" && !one["published"].is_null()).collect())?;
                ("vote", json!({ "topicId": topic["published"]["id"], "vote": !attempt.which.is_multiple_of(3) }), None, None)
            }
            What::Wait => return None,
        })
    }
}

/// Every transition that there is, as `ACTION FROM TO`.
const TABLE: [&str; 19] = [
    "SUBMIT - PENDING",
    "REVISE PENDING PENDING",
    "REVISE CHANGES_REQUESTED PENDING",
    "WITHDRAW PENDING WITHDRAWN",
    "WITHDRAW CHANGES_REQUESTED WITHDRAWN",
    "WITHDRAW PUBLISHED WITHDRAWN",
    "WITHDRAW ARCHIVED WITHDRAWN",
    "APPROVE PENDING PUBLISHED",
    "REQUEST_CHANGES PENDING CHANGES_REQUESTED",
    "DECLINE PENDING DECLINED",
    "REMOVE PUBLISHED REMOVED",
    "REMOVE ARCHIVED REMOVED",
    "ARCHIVE PUBLISHED ARCHIVED",
    "BREAK_CLAIM PENDING PENDING",
    "DRAFT - DRAFT",
    "DRAFT DRAFT DRAFT",
    "SUBMIT DRAFT PENDING",
    "WITHDRAW DRAFT WITHDRAWN",
    "FOUND - PUBLISHED",
];

/// The words of texts that stand in something that was read.
fn words_in(text: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for (start, _) in text.match_indices("zq") {
        let digits: String = text[start + 2..].chars().take_while(char::is_ascii_digit).collect();
        if !digits.is_empty() && text[start + 2 + digits.len()..].starts_with("zq") {
            words.insert(format!("zq{digits}zq"));
        }
    }
    words
}

const PAGES: [&str; 8] =
    ["/", "/library?first=100", "/topics", "/discuss", "/decisions", "/decisions.atom", "/library?query=zq1zq", "/library?query=zq"];
const PUBLIC: &str = "{ library(first: 50) { totalCount nodes { title description thread(first: 20) { nodes { body } } } }
    topics(first: 100) { totalCount nodes { name description votes viewerVoted } } discussion(first: 100) { totalCount nodes { body } }
    decisionLog(first: 100) { totalCount nodes { message submission { title } published { ... on Resource { title } ... on Topic { name } ... on Comment { body } } } } }";

/// What a stranger reads, now.
async fn stranger_reads(visitor: &Person) -> BTreeSet<String> {
    let mut read = words_in(&visitor.asks(PUBLIC, json!({})).await.to_string());
    for path in PAGES {
        let page = visitor.opens(path).await;
        assert!(page.status.is_success(), "{path}: {}", page.status);
        // What was looked for stands on the page of its results.
        let looked_for = words_in(path);
        read.extend(words_in(&page.text).into_iter().filter(|word| !looked_for.contains(word)));
    }
    read
}

impl World {
    /// The words that are public now, worked out from the desk's tables alone.
    async fn public_words(&self) -> BTreeSet<String> {
        let mut live: BTreeMap<i64, i64> = BTreeMap::new();
        let originals = "SELECT number, revision FROM submission WHERE state IN ('PUBLISHED', 'ARCHIVED') AND revises_id IS NULL";
        for row in self.rows(originals).await {
            live.insert(row.try_get_by_index(0).expect("a number"), i64::from(row.try_get_by_index::<i32>(1).expect("a revision")));
        }
        let mut texts: BTreeMap<i64, (i64, i64)> = live.iter().map(|(number, revision)| (*number, (*number, *revision))).collect();
        let edits = "SELECT o.number, e.number, e.revision FROM submission e JOIN submission o ON o.published_id = e.revises_id AND o.revises_id IS NULL
            JOIN log_entry l ON l.submission_id = e.id AND l.action = 'APPROVE' WHERE e.state = 'PUBLISHED' ORDER BY l.number";
        for row in self.rows(edits).await {
            let (original, edit, revision) =
                (row.try_get_by_index(0).expect("a number"), row.try_get_by_index(1).expect("a number"), row.try_get_by_index::<i32>(2));
            if let Some(text) = texts.get_mut(&original) {
                *text = (edit, i64::from(revision.expect("a revision")));
            }
        }
        let is_there = |number: &i64| self.about.get(number).is_none_or(|about| live.contains_key(about));
        texts.iter().filter(|(number, _)| is_there(number)).map(|(_, text)| self.words[text].clone()).collect()
    }

    /// What must hold whenever nobody is in the middle of something.
    async fn holds(&self) {
        let (visitor, public) = (self.forum.visitor(), self.public_words().await);
        // An address stays when an edit changes the title that it was made of.
        let mut addresses = BTreeSet::new();
        for row in self.rows("SELECT slug FROM resource UNION ALL SELECT slug FROM topic").await {
            addresses.extend(words_in(&row.try_get_by_index::<String>(0).expect("a slug")));
        }
        let mut read = stranger_reads(&visitor).await;
        read.retain(|word| !addresses.contains(word));
        assert_eq!(read.difference(&public).collect::<Vec<_>>(), Vec::<&String>::new(), "a stranger reads what is not public");
        let lists = visitor.asks(PUBLIC, json!({})).await["data"].clone();
        let listed = words_in(&json!([lists["library"], lists["topics"], lists["discussion"]]).to_string());
        assert_eq!(listed, public, "what is public is found");
        for list in ["library", "topics", "discussion"] {
            let rows = lists[list]["nodes"].as_array().expect("rows").len();
            assert_eq!(lists[list]["totalCount"].as_u64(), Some(rows as u64), "{list} counts its rows");
        }
        for topic in lists["topics"]["nodes"].as_array().expect("topics") {
            assert!((0..=6).contains(&topic["votes"].as_i64().expect("votes")));
        }
        let one = async |sql: &str| self.rows(sql).await[0].try_get_by_index::<i64>(0).expect(sql);
        assert_eq!(
            one("SELECT COUNT(*) FROM resource").await,
            one("SELECT COUNT(*) FROM resource_search").await,
            "the index has every record"
        );
        assert_eq!(one("SELECT COUNT(*) FROM topic_vote").await, one("SELECT CAST(COALESCE(SUM(votes), 0) AS bigint) FROM topic").await);
        // Each step of a submission has its entry, exactly one, and nobody is on what is decided.
        let steps = "SELECT COUNT(*) FROM submission s WHERE s.version <> (SELECT COUNT(*) FROM log_entry l WHERE l.submission_id = s.id AND l.action <> 'BREAK_CLAIM')";
        assert_eq!(one(steps).await, 0, "an entry for each transition");
        let idle = "SELECT COUNT(*) FROM claim c JOIN submission s ON s.id = c.submission_id WHERE s.state <> 'PENDING'";
        assert_eq!(one(idle).await, 0, "a claim ends with the decision");
        let decisions = "SELECT COUNT(*) FROM log_entry WHERE action IN ('APPROVE', 'DECLINE', 'REQUEST_CHANGES', 'REMOVE', 'ARCHIVE')";
        assert_eq!(one("SELECT COUNT(*) FROM decision").await, one(decisions).await);
        for row in self.rows("SELECT DISTINCT action, COALESCE(from_state, '-'), to_state FROM log_entry").await {
            let word = |index| row.try_get_by_index::<String>(index).expect("a word");
            let transition = format!("{} {} {}", word(0), word(1), word(2));
            assert!(TABLE.contains(&transition.as_str()), "{transition} is no transition");
        }
    }

    async fn run(&mut self, attempts: Vec<Attempt>) {
        let mut rest = attempts.as_slice();
        // Who is on what, and until when; by the test's own account.
        let mut claims: BTreeMap<String, (usize, i64)> = BTreeMap::new();
        let mut minutes = 0;
        while let Some(first) = rest.first() {
            let together = 1 + rest[1..].iter().take_while(|attempt| attempt.at_once).take(3).count();
            let (now, later) = rest.split_at(together);
            rest = later;
            if matches!(first.what, What::Wait) {
                minutes += 9;
                self.forum.later(chrono::Duration::minutes(9));
            }
            let all = self.submissions().await;
            let plans: Vec<_> = now.iter().filter_map(|attempt| Some((attempt.who, self.plan(attempt, &all)?))).collect();
            let acts = plans.iter().map(|(who, (mutation, input, ..))| {
                let (person, input) = (self.people[*who].clone(), input.clone());
                let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
                let thing = if *mutation == "vote" { "topic { id }" } else { SUBMISSION };
                let query =
                    format!("mutation Act($input: {kind}!) {{ {mutation}(input: $input) {{ {thing} userErrors {{ code field }} }} }}");
                tokio::spawn(async move { person.asks(&query, json!({ "input": input })).await })
            });
            let acts: Vec<_> = acts.collect();
            // A stranger reads while they act.
            let meanwhile = stranger_reads(&self.forum.visitor()).await;
            let mut answers = Vec::new();
            for act in acts {
                answers.push(act.await.expect("an answer"));
            }
            for ((who, (mutation, input, words, about)), answer) in plans.iter().zip(&answers) {
                let code = &answer["errors"][0]["extensions"]["code"];
                assert!(answer["errors"].is_null() || code == "FORBIDDEN", "{mutation} {input}: {answer}");
                let submission = &answer["data"][*mutation]["submission"];
                let Some(number) = submission["number"].as_i64() else { continue };
                if let Some(words) = words {
                    // Another revision may have come at once: the answer names the newest, the words belong to one's own.
                    let revision = input["version"].as_i64().map_or(1, |_| all_revision(&all, number) + 1);
                    self.words.insert((number, revision), words.clone());
                }
                if let Some(about) = about {
                    self.about.insert(number, *about);
                }
                let id = submission["id"].as_str().expect("an id").to_owned();
                match *mutation {
                    "claimSubmission" => {
                        let held = claims.insert(id, (*who, minutes + 15));
                        let released = plans.iter().any(|(_, (other, ..))| *other != "claimSubmission");
                        assert!(held.is_none_or(|(by, until)| by == *who || until <= minutes) || released, "two are on one item");
                    }
                    "decide" | "releaseSubmission" | "withdrawSubmission" => {
                        claims.remove(&id);
                    }
                    _ => {}
                }
            }
            let approved =
                "SELECT s.number, d.revision FROM decision d JOIN submission s ON s.id = d.submission_id WHERE d.kind = 'APPROVE'";
            let approved = self.rows(approved).await;
            let approved: BTreeSet<_> = approved
                .iter()
                .map(|row| {
                    (row.try_get_by_index::<i64>(0).expect("a number"), i64::from(row.try_get_by_index::<i32>(1).expect("a revision")))
                })
                .map(|text| self.words[&text].clone())
                .collect();
            assert_eq!(meanwhile.difference(&approved).collect::<Vec<_>>(), Vec::<&String>::new(), "read before it was approved");
            self.holds().await;
        }
        let proved = server::verify_log(&self.forum.app.forum.database).await.expect("an answer");
        assert!(proved.is_ok(), "{proved:?}");
    }
}

/// The newest revision of a submission before the acts of this moment.
fn all_revision(all: &[Value], number: i64) -> i64 {
    all.iter().find(|one| one["number"] == number).and_then(|one| one["revision"].as_i64()).unwrap_or(0)
}

#[test]
fn whatever_people_do_the_desk_holds() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let config = ProptestConfig { cases: 4, max_shrink_iters: 40, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let outcome = runner.run(&attempts(), |attempts| {
        let run = std::panic::AssertUnwindSafe(|| {
            runtime.block_on(async {
                let mut world = World::open().await;
                world.run(attempts.clone()).await;
            })
        });
        std::panic::catch_unwind(run).map_err(|panic| {
            let said = panic.downcast_ref::<String>().cloned().unwrap_or_else(|| "it panicked".into());
            TestCaseError::fail(said)
        })
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
