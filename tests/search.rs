//! Search: what is found, in which order, how it is counted and shown, and what no query can do.

use std::sync::atomic::{AtomicU64, Ordering};

use poem::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::{Forum, ORIGIN, Person, refusals, resource, root};

/// A library with somebody who brings things and somebody who decides on them.
struct Library {
    forum: Forum,
    ada: Person,
    grace: Person,
}

const SEARCH: &str = "query Search(
    $query: String, $filter: LibraryFilter, $sort: LibrarySort, $first: Int, $after: String, $last: Int, $before: String
) { library(query: $query, filter: $filter, sort: $sort, first: $first, after: $after, last: $last, before: $before) {
    totalCount nodes { title path match { title excerpt } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    facets { kinds { id count } topics { id count } focusAreas { id count } strategies { id count } }
    userErrors { code field arguments { name value } } } }";

impl Library {
    async fn open() -> Library {
        let forum = Forum::open().await;
        let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
        Library { forum, ada, grace }
    }

    /// Brings something to the desk; `more` takes the place of what is usual.
    async fn brings(&self, title: &str, more: Value) -> Value {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let mut input = json!({ "title": title, "url": format!("https://example.org/{number}"), "kind": "guide", "description": "Words." });
        input.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        let made = self.ada.mutates("submitResource", input).await;
        assert_eq!(refusals(&made), Vec::<String>::new(), "{title}");
        made["submission"].clone()
    }

    /// Puts something into the library, a second after the last.
    async fn puts(&self, title: &str, more: Value) -> Value {
        self.forum.later(chrono::Duration::seconds(1));
        self.grace.approves(&self.brings(title, more).await).await
    }

    /// Opens a topic and answers its id.
    async fn topic(&self, name: &str, slug: &str) -> Value {
        let made = self.ada.mutates("suggestTopic", json!({ "name": name, "description": "What it is about." })).await;
        assert_eq!(refusals(&made), Vec::<String>::new(), "{name}");
        self.grace.approves(&made["submission"]).await;
        let answer = self.ada.asks("query Topic($slug: String!) { topic(slug: $slug) { id } }", json!({ "slug": slug })).await;
        answer["data"]["topic"]["id"].clone()
    }

    async fn asks(&self, variables: Value) -> Value {
        let answer = self.forum.visitor().asks(SEARCH, variables.clone()).await;
        assert!(answer["errors"].is_null() && answer["data"]["library"].is_object(), "{variables}: {answer}");
        answer["data"]["library"].clone()
    }

    /// The titles that a query finds, best first.
    async fn finds(&self, query: &str) -> Vec<String> {
        let library = self.asks(json!({ "query": query, "first": 100 })).await;
        assert_eq!(library["userErrors"], json!([]), "{query}");
        let titles = all(&library, "title");
        assert_eq!(library["totalCount"], titles.len(), "{query}");
        titles
    }

    async fn opens(&self, query: &str) -> crate::harness::Page {
        self.forum.visitor().opens(&address(query)).await
    }
}

fn address(query: &str) -> String {
    format!("/library?query={}", url::form_urlencoded::byte_serialize(query.as_bytes()).collect::<String>())
}

/// One field of every node.
fn all(library: &Value, field: &str) -> Vec<String> {
    let nodes = library["nodes"].as_array().expect("a list");
    nodes.iter().map(|node| node[field].as_str().expect("a text").to_owned()).collect()
}

#[tokio::test]
async fn the_title_counts_more_than_the_rest() {
    let library = Library::open().await;
    library.puts("Mental health at work", json!({})).await;
    library.puts("Mental arithmetic", json!({ "description": "For health economists." })).await;
    library.puts("A list", json!({ "keywords": ["mental", "health"] })).await;
    library.puts("Handbook", json!({ "description": "Mental health, mental health. ".repeat(200) })).await;
    library.puts("Healthy buildings", json!({ "description": "Mental load." })).await;
    let found = library.finds("mental health").await;
    assert_eq!(found, ["Mental health at work", "Healthy buildings", "Mental arithmetic", "A list", "Handbook"]);
    assert_eq!(library.finds("health").await[0], "Mental health at work", "a whole word before the beginning of one");
    let newest = library.asks(json!({ "query": "mental", "sort": "NEWEST" })).await;
    assert_eq!(all(&newest, "title")[0], "Healthy buildings", "another order is another order");
}

#[tokio::test]
async fn words_are_found_without_case_and_accents_and_the_last_by_its_beginning() {
    let library = Library::open().await;
    library.puts("Cafés of the Ñandú community", json!({})).await;
    for query in
        ["cafes nandu", "CAFÉS", "cafe\u{301}s Nandu\u{301}", "the commun", "community caf", "  ñandú\t", "Ñandú-community", "ＣＡＦＥＳ"]
    {
        assert_eq!(library.finds(query).await.len(), 1, "{query}");
    }
    for query in ["commun cafes", "afes", "cafes elsewhere", "communities"] {
        assert_eq!(library.finds(query).await.len(), 0, "{query}");
    }
}

#[tokio::test]
async fn phrases_and_what_is_not_wanted() {
    let library = Library::open().await;
    library.puts("Night clinics open late", json!({})).await;
    library.puts("Open clinics at night", json!({})).await;
    let (late, open) = ("Night clinics open late", "Open clinics at night");
    let cases: [(&str, &[&str]); 11] = [
        ("clinics", &[open, late]),
        ("\"night clinics\"", &[late]),
        ("\"Night  Clinics", &[late]),
        ("\"clinics night\"", &[]),
        ("\"night clin\"", &[]),
        ("clinics -late", &[open]),
        ("-late", &[open]),
        ("clinics -\"night clinics\"", &[open]),
        ("-clinics", &[]),
        ("-elsewhere", &[open, late]),
        ("clinics -lat", &[open, late]),
    ];
    for (query, titles) in cases {
        let mut found = library.finds(query).await;
        found.sort_by_key(|title| title != open);
        assert_eq!(found, titles, "{query}");
    }
}

#[tokio::test]
async fn keywords_authors_topics_and_publishers_are_found() {
    let library = Library::open().await;
    let topic = library.topic("Lantern festivals", "lantern-festivals").await;
    let labels =
        json!({ "keywords": ["telehealth rooms"], "authors": ["Ursula Kroeber"], "publisher": "Harbour Press", "topics": [topic] });
    library.puts("An essay", labels).await;
    library.puts("Another", json!({ "description": "About **lantern** light and [a harbour](https://example.org/hidden)." })).await;
    for query in ["telehealth", "ursula kroeber", "harbour press", "lantern festivals", "kroeber essay telehealth festiv"] {
        assert_eq!(library.finds(query).await, ["An essay"], "{query}");
    }
    assert_eq!(library.finds("lantern").await, ["An essay", "Another"], "a label before a description");
    assert_eq!(library.finds("hidden").await.len(), 0, "an address behind a link is no word of the text");
}

#[tokio::test]
async fn words_of_every_script_are_found() {
    let library = Library::open().await;
    let thai = "สุขภาพจิตที่ดีเริ่มต้นจากชุมชน".repeat(20);
    let titles = [
        ("心の健康ガイド", vec!["健康", "ガイド", "心の", "康ガ"]),
        ("الصحة النفسية للجميع", vec!["النفسية", "النفس", "للجميع الصحة", "النَّفسية"]),
        ("정신 건강 안내", vec!["건강", "안내 정신"]),
        ("Ψυχική υγεία", vec!["ψυχικη", "ΥΓΕΊΑ"]),
        ("Психическое здоровье", vec!["здоровье", "ПСИХИЧЕСКОЕ", "здоров"]),
        ("मानसिक स्वास्थ्य", vec!["मानसिक", "स्वास्थ्य"]),
        (thai.as_str(), vec!["สุขภาพจิต", "ชุมชน"]),
    ];
    for (number, (title, _)) in titles.iter().enumerate() {
        // What is longer than a title goes into the description, without a space for hundreds of characters.
        let is_long = title.chars().count() > 200;
        let (title, text) = if is_long { (format!("Thai {number}"), *title) } else { ((*title).to_owned(), "Words.") };
        library.puts(&title, json!({ "description": text })).await;
    }
    for (number, (title, queries)) in titles.iter().enumerate() {
        for query in queries {
            let found = library.asks(json!({ "query": query })).await;
            let expected = if title.chars().count() > 200 { format!("Thai {number}") } else { (*title).to_owned() };
            assert_eq!(all(&found, "title"), [expected], "{query}");
            let marked = found["nodes"][0]["match"].to_string();
            assert!(marked.contains("<mark>"), "{query}: {marked}");
        }
    }
    assert_eq!(library.finds("健心").await.len(), 0, "what is written together is meant together");
}

/// Queries in which there is a word, however hard to find.
#[rustfmt::skip] // A list.
const ODD: &[&str] = &[
    "a\"b", "AND", "OR", "NOT", "AND OR NOT", "a AND", "NEAR(", "NEAR(a b, 3)", "a NEAR/2 b", "title:health", "title : \"x\" *",
    "{title labels} : x", "- a", "--a", "-a", "a -", "-a -b", "a*", "*a", "a * b", "^a", "a^b", "a + b", "(a", "a)", "((((((a", "\"a", "a\"\"b",
    "\"\"a\"\"", "'a'", "a' OR '1'='1", "'; DROP TABLE resource; --", "x'); DELETE FROM resource_search; --", "a & b", "a | b", "!a",
    "a <-> b", "a:*", "a:AB", "a\\", "\\'a", "a\0b", "\u{1}a\u{7f}", "%a%", "_a", "a%00b", "$1", "?1", "@a", "#a", "a;b,c", "a\nb\tc\r",
    "a\u{202e}b", "🙂 a", "🅰", "a🅰b", "e\u{301}\u{301}\u{301}\u{301}", "\\ud800", "ﷺ", "⅞ ½ ⅷ", "<script>alert(1)</script>", "{{ 7*7 }}",
    "${a}", "null", "0", "1e309",
];

/// Queries without any word.
#[rustfmt::skip] // A list.
const EMPTY: &[&str] = &[
    "-", "--", "- -", "\"", "\"\"", "-\"\"", "\"\" - \"", "*", "^", ":", "()", "* ( ) : ^", "''", "!!!", "%", "_", "🙂", "\u{301}", "\u{fffd}",
];

#[tokio::test]
async fn no_query_makes_an_error_page() {
    let library = Library::open().await;
    library.puts("A health guide", json!({ "description": "a b c" })).await;
    let long =
        ["x".repeat(200), "a ".repeat(100), "-a ".repeat(66), "健".repeat(200), "\"".repeat(200), "ﷺ".repeat(200), "\"a\" ".repeat(50)];
    for query in ODD.iter().copied().chain(long.iter().map(String::as_str)).chain(EMPTY.iter().copied()) {
        let shown: String = query.escape_debug().take(60).collect();
        let is_empty = EMPTY.contains(&query) || query.chars().all(|character| character == '"');
        let answer = library.asks(json!({ "query": query })).await;
        let expected: &[&str] = if is_empty { &["INVALID query"] } else { &[] };
        assert_eq!(refusals(&answer), expected, "{shown}");
        let page = library.opens(query).await.is(StatusCode::OK).does_not_show("<script>alert");
        if is_empty {
            assert_eq!((answer["totalCount"].as_i64(), answer["nodes"].as_array().map(Vec::len)), (Some(0), Some(0)), "{shown}");
            page.shows("Give at least one word");
        }
        for sort in ["RELEVANCE", "NEWEST", "TITLE", "SOONEST"] {
            library.asks(json!({ "query": query, "sort": sort, "last": 5, "filter": { "kinds": ["guide"], "upcoming": false } })).await;
        }
    }
    for query in ["x".repeat(201), "🙂".repeat(201), "* ".repeat(101), "x".repeat(2_000)] {
        let answer = library.asks(json!({ "query": query })).await;
        assert_eq!(refusals(&answer), ["TOO_LONG query"]);
        assert_eq!(answer["userErrors"][0]["arguments"], json!([{ "name": "limit", "value": "200" }]));
        library.opens(&query).await.is(StatusCode::OK).shows("200 characters at most");
    }
    assert_eq!(refusals(&library.asks(json!({ "query": "x".repeat(10_000) })).await), ["TOO_LONG query"]);
    // No address holds that much: the search is cut short, and still told that it is too long.
    library.opens(&"x".repeat(10_000)).await.is(StatusCode::OK).shows("200 characters at most");
    for nothing in ["", " ", "\t\n", "\u{a0}"] {
        assert_eq!(library.finds(nothing).await, ["A health guide"], "no words are no search");
    }
    assert_eq!(library.forum.count("resource_search").await, 1, "all is still there");
}

#[tokio::test]
async fn what_is_no_text_makes_no_error_page_either() {
    let library = Library::open().await;
    library.puts("A health guide", json!({})).await;
    let visitor = library.forum.visitor();
    for path in [
        "/library?query=%",
        "/library?query=%zz",
        "/library?query=%FF%FE",
        "/library?query=%ED%A0%80",
        "/library?query=%00",
        "/library?query=a&query=b",
        "/library?query[]=a",
        "/library?query",
        "/library?kind=%00",
        "/library?topic=%00&focus=%00&strategy=%00",
        "/library?query=guide&kind=%27%20OR%201=1",
    ] {
        visitor.opens(path).await.is(StatusCode::OK);
    }
    for escape in ["\\ud800", "\\udc00\\ud800", "\\u0000", "\\uffff"] {
        let body =
            format!("{{\"query\":\"query A($q: String) {{ library(query: $q) {{ totalCount }} }}\",\"variables\":{{\"q\":\"{escape}\"}}}}");
        let answer = visitor.sends(Method::POST, "/graphql", &[("origin", ORIGIN), ("content-type", "application/json")], body).await;
        assert!(!answer.status.is_server_error() && !answer.text.contains("INTERNAL"), "{escape}: {} {}", answer.status, answer.text);
    }
    for filter in [json!({ "kinds": ["\0"] }), json!({ "topics": ["a\0b"] }), json!({ "focusAreas": ["\0"], "strategies": ["\u{ffff}"] })] {
        assert_eq!(library.asks(json!({ "filter": filter })).await["totalCount"], 0);
    }
}

#[tokio::test]
async fn every_facet_is_what_choosing_it_gives() {
    let library = Library::open().await;
    let topics = [library.topic("First", "first").await, library.topic("Second", "second").await];
    for number in 0..36_usize {
        let more = json!({
            "kind": (["guide", "report", "video", "tool"][number % 4]),
            "topics": (topics.iter().enumerate().filter(|(index, _)| number % (index + 3) == 0).map(|(_, id)| id.clone()).collect::<Vec<_>>()),
            "focusAreas": (if number % 2 == 0 { json!(["food-systems"]) } else { json!(["food-systems", "prevention-and-health-systems"]) }),
            "strategies": (if number % 5 == 0 { json!(["advocacy", "partnerships"]) } else { json!([]) }),
            "description": (if number % 3 == 0 { "About **rotas**." } else { "About something else." }),
        });
        library.puts(&format!("Thing {number}"), more).await;
    }
    // What waits counts nowhere.
    library.brings("Thing that waits", json!({ "description": "About rotas.", "focusAreas": ["food-systems"] })).await;
    let filters = [
        json!({}),
        json!({ "kinds": ["guide"] }),
        json!({ "kinds": ["guide", "video"], "topics": ["first"] }),
        json!({ "focusAreas": ["prevention-and-health-systems"], "strategies": ["advocacy"] }),
        json!({ "kinds": ["podcast"] }),
        json!({ "upcoming": true }),
    ];
    let mut checked = 0;
    for query in [Value::Null, json!("rota"), json!("thing -rotas"), json!("thing 1")] {
        for filter in &filters {
            let shown = library.asks(json!({ "query": query, "filter": filter })).await;
            for list in ["kinds", "topics", "focusAreas", "strategies"] {
                let facets = shown["facets"][list].as_array().expect("a list");
                let counts: Vec<i64> = facets.iter().map(|facet| facet["count"].as_i64().expect("a number")).collect();
                assert!(counts.is_sorted_by(|a, b| a >= b) && counts.iter().all(|count| *count > 0), "{list}: {counts:?}");
                for facet in facets {
                    let mut chosen = filter.clone();
                    chosen[list] = json!([facet["id"]]);
                    let left = library.asks(json!({ "query": query, "filter": chosen, "first": 100 })).await;
                    assert_eq!(left["totalCount"], facet["count"], "{query} {chosen}");
                    assert_eq!(left["nodes"].as_array().map(Vec::len), facet["count"].as_u64().map(|count| count as usize));
                    checked += 1;
                }
            }
            let mut any_kind = filter.clone();
            any_kind["kinds"] = json!([]);
            let kinds: i64 = shown["facets"]["kinds"].as_array().into_iter().flatten().filter_map(|facet| facet["count"].as_i64()).sum();
            assert_eq!(library.asks(json!({ "query": query, "filter": any_kind })).await["totalCount"], kinds, "each thing has one kind");
        }
    }
    assert!(checked > 80, "{checked}");
    let page = library.forum.visitor().opens("/library?query=rota&kind=guide&topic=first").await.is(StatusCode::OK);
    page.shows("3 resources").shows("First").shows("Food systems");
}

#[tokio::test]
async fn what_was_found_is_marked_and_escaped() {
    let library = Library::open().await;
    let words = format!("{} A rota for *clinics* <b>& more</b>. {}", "Before. ".repeat(60), "After. ".repeat(60));
    library.puts("Rota <script>alert(1)</script> & Cafés", json!({ "description": words })).await;
    let found = library.asks(json!({ "query": "rota \"cafes\"" })).await["nodes"][0]["match"].clone();
    let (title, excerpt) = (found["title"].as_str().expect("a title"), found["excerpt"].as_str().expect("an excerpt"));
    assert_eq!(title, "<mark>Rota</mark> &lt;script&gt;alert(1)&lt;/script&gt; &amp; <mark>Cafés</mark>");
    assert!(excerpt.starts_with('…') && excerpt.ends_with('…') && excerpt.chars().count() < 300, "{excerpt}");
    assert!(excerpt.contains("A <mark>rota</mark> for clinics") && !excerpt.contains("<b>"), "{excerpt}");
    let page = library.opens("rot").await.is(StatusCode::OK).shows("Rota <script>alert(1)</script> & Cafés");
    assert!(page.text.contains("<mark>Rota</mark> &lt;script&gt;"), "{}", page.text);
    page.does_not_show("<script>alert");
    assert!(library.asks(json!({})).await["nodes"][0]["match"].is_null(), "nothing was looked for");
    assert!(!library.asks(json!({ "query": "-else" })).await["nodes"][0]["match"].to_string().contains("<mark>"));
}

#[tokio::test]
async fn only_what_is_published_is_found_and_counted() {
    let library = Library::open().await;
    let (forum, ada, grace) = (&library.forum, &library.ada, &library.grace);
    let agrees = async || {
        let (index, rows) = (forum.count("resource_search").await, forum.count("resource").await);
        assert_eq!(index, rows, "the index is written with the library");
        rows
    };
    let shown = async |titles: &[&str]| {
        assert_eq!(library.finds("zebrafish").await, titles);
        let facets = library.asks(json!({ "query": "zebrafish" })).await["facets"]["kinds"].clone();
        let counted: i64 = facets.as_array().into_iter().flatten().filter_map(|facet| facet["count"].as_i64()).sum();
        assert_eq!(counted, titles.len() as i64);
    };
    library.brings("Zebrafish that waits", json!({})).await;
    library.brings("Zebrafish in a draft", json!({ "draft": true })).await;
    let declined = library.brings("Zebrafish declined", json!({})).await;
    grace.decides("DECLINE", &declined, json!({ "reason": "OTHER" })).await;
    let returned = library.brings("Zebrafish sent back", json!({})).await;
    grace.decides("REQUEST_CHANGES", &returned, json!({ "requests": [{ "field": "title", "message": "Shorter." }] })).await;
    let back = library.brings("Zebrafish taken back", json!({})).await;
    ada.mutates("withdrawSubmission", json!({ "submissionId": back["id"], "version": back["version"] })).await;
    shown(&[]).await;
    assert_eq!(agrees().await, 0);

    let kept = library.puts("Zebrafish kept", json!({})).await;
    library.puts("Something else", json!({})).await;
    let removed = library.puts("Zebrafish removed", json!({})).await;
    shown(&["Zebrafish removed", "Zebrafish kept"]).await;
    assert_eq!(agrees().await, 3);
    grace.decides("REMOVE", &removed, json!({ "reason": "OTHER" })).await;
    shown(&["Zebrafish kept"]).await;
    assert_eq!(agrees().await, 2);

    // An edit is found once it is approved; until then the old text is.
    let id = ada.asks("{ resource(slug: \"something-else\") { id } }", json!({})).await["data"]["resource"]["id"].clone();
    let edit = json!({ "id": id, "resource": resource("Zebrafish after all") });
    let edit = ada.mutates("editPublished", edit).await["submission"].clone();
    shown(&["Zebrafish kept"]).await;
    assert_eq!(library.finds("something").await, ["Something else"]);
    grace.approves(&edit).await;
    assert_eq!(library.finds("something").await.len(), 0);
    grace.decides("ARCHIVE", &kept, json!({})).await;
    let mut both = library.finds("zebrafish").await;
    both.sort();
    assert_eq!(both, ["Zebrafish after all", "Zebrafish kept"], "what is past is still found");
    assert_eq!(agrees().await, 2);
}

#[tokio::test]
async fn pages_by_relevance_show_everything_once() {
    let library = Library::open().await;
    for number in 0..23_usize {
        let (title, text) =
            [("Rota", "Words."), ("Clinic rota", "Words."), ("Other", "A rota for a clinic."), ("Clinic", "A rota.")][number % 4];
        library.puts(&format!("{title} {number}"), json!({ "description": text, "keywords": ["clinic", "rota"] })).await;
    }
    for query in ["clinic rota", "-absent", "rot"] {
        let whole = all(&library.asks(json!({ "query": query, "first": 100 })).await, "title");
        assert_eq!(whole.len(), 23);
        for (size, place, cursor, more) in
            [("first", "after", "endCursor", "hasNextPage"), ("last", "before", "startCursor", "hasPreviousPage")]
        {
            let (mut walked, mut at) = (Vec::new(), Value::Null);
            loop {
                let page = library.asks(json!({ "query": query, "sort": "RELEVANCE", size: 5, place: at })).await;
                let titles = all(&page, "title");
                if size == "first" {
                    walked.extend(titles)
                } else {
                    walked.splice(0..0, titles).for_each(drop)
                }
                at = page["pageInfo"][cursor].clone();
                if page["pageInfo"][more] == false {
                    break;
                }
            }
            assert_eq!(walked, whole, "{query} {size}");
        }
    }
    let by_title = library.asks(json!({ "query": "rota", "sort": "TITLE", "first": 5 })).await["pageInfo"]["endCursor"].clone();
    let answer = library.ada.asks(SEARCH, json!({ "query": "rota", "after": by_title })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_REQUEST", "a cursor of another order");
}

#[tokio::test]
async fn a_search_sends_as_many_statements_for_many_as_for_few() {
    let library = Library::open().await;
    let topic = library.topic("First", "first").await;
    let (mut counts, mut made) = (Vec::new(), 0);
    for size in [10, 50] {
        while made < size {
            made += 1;
            let mut input = resource(&format!("Thing {made}"));
            input["topics"] = json!([topic]);
            let person = library.forum.member(&format!("person-{made}")).await;
            library.grace.approves(&person.mutates("submitResource", input).await["submission"]).await;
        }
        let (visitor, path) = (library.forum.visitor(), "/library?query=thing&topic=first&first=50");
        visitor.opens(path).await.is(StatusCode::OK).shows(&format!("{size} resources"));
        counts.push(visitor.costs(path).await);
    }
    println!("statements of a search: {counts:?}");
    assert!(counts[0] == counts[1] && counts[0] <= 6, "{counts:?}");
}

/// Every tenth of the curated list and all about mental or health; a sample of our own where the list is not at hand.
fn records() -> Vec<Value> {
    let file = root().join("../shared/data/library/resources-core.csv");
    if !file.exists() {
        let one = |number: usize| match number % 2 {
            0 => json!({ "title": format!("Mental health, part {number}"), "description": "A guide." }),
            _ => json!({ "title": format!("Handbook {number}"), "description": "Mental health. ".repeat(number) }),
        };
        return (0..40).map(one).collect();
    }
    let mut reader = csv::Reader::from_path(file).expect("a CSV file");
    let columns = reader.headers().expect("a header").clone();
    let mut chosen = Vec::new();
    for (number, row) in reader.records().enumerate() {
        let row = row.expect("a row");
        let field = |name: &str| columns.iter().position(|column| column == name).and_then(|index| row.get(index)).unwrap_or("");
        let title = field("title").to_lowercase();
        if number % 10 == 0 || title.contains("mental") || title.contains("health") {
            let keywords: Vec<&str> = field("topics").split(';').collect();
            chosen.push(json!({ "title": field("title"), "url": field("url"), "description": field("description"), "kind": field("kind"), "keywords": keywords }));
        }
    }
    chosen
}

#[tokio::test]
async fn mental_health_finds_what_is_called_so_first() {
    let library = Library::open().await;
    let (mut published, mut refused) = (0, 0);
    for (number, record) in records().into_iter().enumerate() {
        let mut input = json!({ "url": format!("https://example.org/{number}"), "kind": "guide" });
        input.as_object_mut().expect("an object").extend(record.as_object().cloned().unwrap_or_default());
        let made = library.ada.mutates("submitResource", input).await;
        if refusals(&made).is_empty() {
            library.grace.approves(&made["submission"]).await;
            published += 1;
        } else {
            refused += 1;
        }
    }
    assert_eq!(library.forum.count("resource_search").await, published);
    let ten = async |query: &str| library.asks(json!({ "query": query, "first": 10 })).await;
    let found = ten("mental health").await;
    let titles = all(&found, "title");
    println!("{published} published, {refused} refused; mental health: {} found, first {titles:#?}", found["totalCount"]);
    assert_eq!(titles.len(), 10);
    for title in &titles {
        let folded = title.to_lowercase();
        assert!(folded.contains("mental") && folded.contains("health"), "{title}");
    }
    for query in ["Mental-Health", "MENTAL health", "  mental   HEALTH "] {
        assert_eq!(all(&ten(query).await, "path"), all(&found, "path"), "{query}");
    }
}
