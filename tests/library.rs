//! The library: what was published, narrowed, sorted and paged.

use poem::http::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Forum, Person, refusals, resource};

/// A library of `count` resources, one a minute, and the moderator who approved them.
async fn library(count: usize) -> (Forum, Person) {
    let forum = Forum::open().await;
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    for number in 1..=count {
        let mut input = resource(&format!("Thing {number:02}"));
        input["kind"] = ["guide", "report", "Video"][number % 3].into();
        input["focusAreas"] = if number % 2 == 0 { json!(["food-systems"]) } else { json!([]) };
        input["strategies"] = if number % 5 == 0 { json!(["advocacy", "partnerships"]) } else { json!([]) };
        let made = ada.mutates("submitResource", input).await;
        assert_eq!(refusals(&made), Vec::<String>::new());
        grace.approves(&made["submission"]).await;
        forum.later(chrono::Duration::seconds(30));
    }
    (forum, grace)
}

const LIBRARY: &str =
    "query Library($filter: LibraryFilter, $sort: LibrarySort, $first: Int, $after: String, $last: Int, $before: String) {
    library(filter: $filter, sort: $sort, first: $first, after: $after, last: $last, before: $before) {
        totalCount nodes { title } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";

async fn asks(person: &Person, variables: Value) -> Value {
    person.asks(LIBRARY, variables).await["data"]["library"].clone()
}

fn titles(library: &Value) -> Vec<String> {
    library["nodes"].as_array().expect("a list").iter().map(|node| node["title"].as_str().expect("a title").to_owned()).collect()
}

#[tokio::test]
async fn pages_follow_each_other_forwards_and_backwards() {
    let (forum, grace) = library(25).await;
    let visitor = forum.visitor();
    for sort in ["NEWEST", "TITLE"] {
        let first = asks(&visitor, json!({ "sort": sort, "first": 10 })).await;
        assert_eq!(titles(&first).len(), 10);
        // Something new comes in between; no page after shifts.
        grace.approves(&forum.signs_in("ada").await.shares(&format!("Aardvark {sort}")).await).await;
        let second = asks(&visitor, json!({ "sort": sort, "first": 10, "after": first["pageInfo"]["endCursor"] })).await;
        let third = asks(&visitor, json!({ "sort": sort, "first": 10, "after": second["pageInfo"]["endCursor"] })).await;
        let mut all = [titles(&first), titles(&second), titles(&third)].concat();
        all.retain(|title| title.starts_with("Thing"));
        let mut expected: Vec<String> = (1..=25).map(|number| format!("Thing {number:02}")).collect();
        if sort == "NEWEST" {
            expected.reverse();
        }
        assert_eq!(all, expected);
        assert_eq!((third["pageInfo"]["hasNextPage"].as_bool(), third["pageInfo"]["hasPreviousPage"].as_bool()), (Some(false), Some(true)));
        let back = asks(&visitor, json!({ "sort": sort, "last": 10, "before": third["pageInfo"]["startCursor"] })).await;
        assert_eq!(titles(&back), titles(&second));
    }
}

#[tokio::test]
async fn filters_narrow_and_add_up() {
    let (forum, _) = library(20).await;
    let visitor = forum.visitor();
    let count =
        async |filter: Value| asks(&visitor, json!({ "filter": filter, "first": 100 })).await["totalCount"].as_i64().expect("a number");
    assert_eq!(count(json!({})).await, 20);
    assert_eq!(count(json!({ "kinds": ["guide"] })).await, 6);
    assert_eq!(count(json!({ "kinds": ["GUIDE", "report"] })).await, 13);
    assert_eq!(count(json!({ "focusAreas": ["food-systems"] })).await, 10);
    assert_eq!(count(json!({ "strategies": ["advocacy"] })).await, 4);
    assert_eq!(count(json!({ "strategies": ["advocacy", "partnerships"], "focusAreas": ["food-systems"] })).await, 2);
    assert_eq!(count(json!({ "kinds": ["sonnet' OR 1=1 --"] })).await, 0);
    visitor.opens("/library?kind=guide&focus=food-systems").await.shows("3 resources").shows("Guides").shows("Food systems");
    visitor.opens("/library?kind=sonnet").await.is(StatusCode::OK).shows("Nothing in the library fits all of these");
    visitor.opens("/").await.shows("All 20 resources").shows("Guides 6");
}

#[tokio::test]
async fn titles_sort_without_case_and_accents_on_both_engines() {
    let forum = Forum::open().await;
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    for (number, title) in ["zebra", "Éclair", "apple", "Zoo", "eclipse", "Ärger", "_under", "Ñandú", "nanny"].iter().enumerate() {
        let mut input = resource(&format!("x{number}"));
        input["title"] = (*title).into();
        let made = ada.mutates("submitResource", input).await["submission"].clone();
        grace.approves(&made).await;
    }
    let sorted = asks(&forum.visitor(), json!({ "sort": "TITLE" })).await;
    assert_eq!(titles(&sorted), ["_under", "apple", "Ärger", "Éclair", "eclipse", "Ñandú", "nanny", "zebra", "Zoo"]);
}

#[tokio::test]
async fn a_page_that_cannot_be_is_refused_by_name() {
    let (forum, _) = library(2).await;
    let visitor = forum.visitor();
    let newest = asks(&visitor, json!({})).await["pageInfo"]["endCursor"].clone();
    let cases = [
        json!({ "first": 0 }),
        json!({ "first": 101 }),
        json!({ "first": -1 }),
        json!({ "last": 101 }),
        json!({ "first": 1, "last": 1 }),
        json!({ "after": "garbage" }),
        json!({ "after": "" }),
        json!({ "after": "dDEgOTk5OTk5OTk5OTk5OTk5OTk5OTk5" }),
        json!({ "before": "\u{0}" }),
        json!({ "sort": "TITLE", "after": newest }),
    ];
    for variables in cases {
        let answer = visitor.asks(LIBRARY, variables.clone()).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_REQUEST", "{variables}");
    }
    visitor.opens("/library?after=garbage").await.is(StatusCode::BAD_REQUEST).shows("This address does not work");
    visitor.opens("/library?first=many").await.is(StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_empty_library_says_what_to_do() {
    let forum = Forum::open().await;
    forum.visitor().opens("/").await.shows("The library is empty").shows("Share a resource");
    forum.visitor().opens("/library").await.shows("Nothing has been put into the library yet");
}

#[tokio::test]
async fn two_of_one_title_have_addresses_of_their_own() {
    let forum = Forum::open().await;
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    for number in 0..3 {
        let mut input = resource(&format!("x{number}"));
        input["title"] = "健康".into();
        grace.approves(&ada.mutates("submitResource", input).await["submission"]).await;
    }
    let answer = forum.visitor().asks("{ library { nodes { path } } }", json!({})).await;
    assert_eq!(
        answer["data"]["library"]["nodes"],
        json!([{ "path": "/resources/resource-3" }, { "path": "/resources/resource-2" }, { "path": "/resources/resource" }])
    );
    forum.visitor().opens("/resources/resource-2").await.is(StatusCode::OK).shows("健康");
}

/// Statements that pages send, for ten rows and for fifty: equal, and at most as many as the design allows.
#[tokio::test]
async fn statements_do_not_grow_with_rows() {
    let forum = Forum::open().await;
    let (grace, wren) = (forum.moderator("grace").await, forum.visitor());
    let mut counts: Vec<Vec<u64>> = Vec::new();
    let mut made = 0;
    for size in [10, 50] {
        while made < size {
            made += 1;
            // Everyone is somebody else, so that a loader that asks one by one shows.
            let person = forum.member(&format!("person-{made}")).await;
            grace.approves(&person.shares(&format!("In {made}")).await).await;
            person.shares(&format!("Waiting {made}")).await;
        }
        let review = grace
            .opens("/desk")
            .await
            .text
            .split("&#x2f;desk&#x2f;")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .map(|number| format!("/desk/{number}"));
        let review = review.expect("something to review");
        let mut row = Vec::new();
        for (person, path) in [(&wren, "/"), (&wren, "/library?first=50"), (&wren, "/resources/in-1"), (&grace, "/desk"), (&grace, &review)]
        {
            row.push(person.costs(path).await);
        }
        counts.push(row);
    }
    println!("statements: home, library, resource, queue, review: {counts:?}");
    assert_eq!(counts[0], counts[1]);
    for (count, limit) in counts[0].iter().zip([8, 6, 8, 8, 12]) {
        assert!(*count > 0 && *count <= limit, "{counts:?}");
    }
}
