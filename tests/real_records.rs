//! Real records on the main journey: every tenth of a curated list, brought by members and decided by moderators.

use std::{collections::BTreeMap, path::Path};

use poem::http::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Forum, refusals, root};

/// The records of a CSV file with the columns title, url, description, kind, source, licence.
fn records(file: &Path) -> Vec<Value> {
    let mut reader = csv::Reader::from_path(file).expect("a CSV file");
    let columns = reader.headers().expect("a header").clone();
    let record = |row: csv::StringRecord| -> Value {
        let field = |name: &str| columns.iter().position(|column| column == name).and_then(|index| row.get(index)).unwrap_or("").to_owned();
        json!({ "title": field("title"), "url": field("url"), "description": field("description"), "kind": field("kind"), "source": field("source"), "licence": field("licence") })
    };
    reader.records().map(|row| record(row.expect("a row"))).collect()
}

#[tokio::test]
async fn every_tenth_record_is_in_the_library_or_refused_with_a_reason() {
    // The real list where it is at hand, and a sample of our own in a stranger's clone.
    let real = root().join("../shared/data/library/resources-core.csv");
    let (file, step) = if real.exists() { (real, 10) } else { (root().join("tests/samples/records.csv"), 1) };
    let records: Vec<Value> = records(&file).into_iter().skip(step - 1).step_by(step).collect();
    let forum = Forum::open().await;
    let (members, moderators) =
        ([forum.member("ada").await, forum.member("eve").await], [forum.moderator("grace").await, forum.moderator("tobias").await]);
    let (mut published, mut waiting, mut refused) = (Vec::new(), Vec::new(), BTreeMap::<String, usize>::new());
    for (index, record) in records.iter().enumerate() {
        let payload = members[index % 2].mutates("submitResource", record.clone()).await;
        let reasons = refusals(&payload);
        if !reasons.is_empty() {
            assert!(payload["submission"].is_null());
            *refused.entry(reasons.join(", ")).or_default() += 1;
        } else if index % 7 == 3 {
            waiting.push(payload["submission"].clone());
        } else {
            published.push(moderators[index % 2].approves(&payload["submission"]).await);
        }
        forum.later(chrono::Duration::seconds(5));
    }
    println!("{} records: {} in the library, {} left waiting, refused {refused:?}", records.len(), published.len(), waiting.len());
    assert!(published.len() > records.len() / 2);
    assert!(
        refused.keys().all(|reason| [
            "REQUIRED description",
            "TOO_LONG description",
            "TOO_LONG title",
            "DUPLICATE url",
            "REQUIRED startsAt"
        ]
        .contains(&reason.as_str())),
        "{refused:?}"
    );

    // A stranger pages through the whole library and opens everything in it.
    let visitor = forum.visitor();
    let (mut after, mut seen) = (Value::Null, Vec::new());
    loop {
        let query = "query Walk($after: String) { library(first: 100, after: $after) { totalCount nodes { title path } pageInfo { hasNextPage endCursor } } }";
        let library = visitor.asks(query, json!({ "after": after })).await["data"]["library"].clone();
        assert_eq!(library["totalCount"].as_u64(), Some(published.len() as u64));
        seen.extend(library["nodes"].as_array().expect("a list").clone());
        after = library["pageInfo"]["endCursor"].clone();
        if library["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(seen.len(), published.len());
    let mut everything = visitor.opens("/").await.text;
    for node in &seen {
        let page = visitor.opens(node["path"].as_str().expect("a path")).await.is(StatusCode::OK);
        let title = node["title"].as_str().expect("a title").split_whitespace().collect::<Vec<_>>().join(" ");
        everything.push_str(&page.shows(&title).text);
    }
    // Nothing that waits is anywhere that a stranger can read.
    for submission in &waiting {
        let find = "query Find($id: ID!) { node(id: $id) { id } submission(id: $id) { title } }";
        assert_eq!(visitor.asks(find, json!({ "id": submission["id"] })).await["data"], json!({ "node": null, "submission": null }));
        let title = submission["title"].as_str().expect("a title");
        let told = title.chars().filter(char::is_ascii_alphanumeric).count() < 12 || !everything.contains(title);
        assert!(told, "{title} waits, and a stranger reads it");
        visitor.opens(submission["path"].as_str().expect("a path")).await.does_not_show(title);
    }
    assert_eq!(forum.letters().await.len(), published.len());
    let logged = server::verify_log(&forum.app.forum.database).await.expect("an answer");
    assert_eq!(logged, Ok((2 * published.len() + waiting.len()) as u64));
}
