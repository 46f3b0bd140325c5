//! Documents that would cost more than an answer is worth are refused before anything is read, as quickly as they came; and only those.

use std::time::{Duration, Instant};

use poem::http::{Method, StatusCode};
use proptest::{prelude::*, sample::select, test_runner::TestRunner};
use serde_json::{Value, json};

use super::{JSON, NAME, NAMED, asking, codes, is_refused, json_of, posts};
use crate::harness::{Forum, Page, Person};

const COMPLEX: &str = "TOO_COMPLEX";
const BAD: &str = "BAD_REQUEST";
/// Where two limits are exceeded, or none that has a word of its own.
const EITHER: &str = "TOO_COMPLEX BAD_REQUEST";
/// Ten times what is promised: other tests run beside this one, and nothing here is optimised.
const QUICK: Duration = Duration::from_millis(500);

/// What a stranger's document is answered; the quickest of three tries, since the machine has other things to do.
async fn quickly(name: &str, stranger: &Person, body: &str) -> Page {
    let mut took = Vec::new();
    loop {
        let begun = Instant::now();
        let answer = posts(stranger, &[], body).await;
        took.push(begun.elapsed());
        if took.last().is_some_and(|took| *took < QUICK) {
            return answer;
        }
        assert!(took.len() < 3, "{name} takes {took:?}");
    }
}

/// Fragments each of which spreads the next one twice.
fn doubling(levels: usize) -> String {
    let levels_of = (0..levels).map(|level| format!(" fragment F{level} on Query {{ ...F{0} ...F{0} }}", level + 1));
    format!("{} fragment F{levels} on Query {{ __typename }}", levels_of.collect::<String>())
}

/// Fields within fields: the comment that a comment answers, and so on.
fn nested(fields: usize) -> String {
    format!("{{ comment(number: 1) {{ {} number {} }} }}", "parent { ".repeat(fields - 2), "} ".repeat(fields - 2))
}

/// So many fields at the root of a query, each under a name of its own.
fn roots(number: usize) -> String {
    times(number, |number| format!("a{number}: community {{ name }} "))
}

/// Something once for each number.
fn times(number: usize, of: impl Fn(usize) -> String) -> String {
    (0..number).map(of).collect()
}

/// A document, by its name, and the code with which it is refused.
type Bad = (&'static str, String, &'static str);

/// What would overflow the parser's stack, or looks as if it ended earlier or later than it does.
fn for_the_parser() -> Vec<Bad> {
    let brackets = |number: usize| "[".repeat(number);
    let lists = |number: usize| format!("{}1{}", "[".repeat(number), "]".repeat(number));
    let objects = |number: usize| format!("{}1{}", "{ a: ".repeat(number), " }".repeat(number));
    let behind = |hiding: &str| format!("{{ a(b: {hiding}{}", "[".repeat(50));
    let inline = format!("{{ {} community {{ name }} {} }}", "... { ".repeat(41), "} ".repeat(41));
    let types = format!("{{ __type(name: \"Query\") {{ {} name {} }} }}", "ofType { ".repeat(60), "} ".repeat(60));
    vec![
        ("two thousand brackets", brackets(2000), COMPLEX),
        ("two thousand brackets in an argument", format!("{{ a(b: {}", brackets(2000)), COMPLEX),
        ("eight thousand selections", "{n".repeat(8000), COMPLEX),
        ("selections that close", format!("{{ {} a {} }}", "a { ".repeat(50), "} ".repeat(50)), COMPLEX),
        ("a list within lists", format!("{{ a(b: {}) }}", lists(50)), COMPLEX),
        ("an object within objects", format!("{{ a(b: {}) }}", objects(50)), COMPLEX),
        ("a default of lists", format!("query Q($a: [Int] = {}) {NAME}", lists(50)), COMPLEX),
        ("a default of objects", format!("query Q($a: LibraryFilter = {}) {NAME}", objects(50)), COMPLEX),
        ("a default of fewer lists", format!("query Q($a: [Int] = {}) {{ library(first: $a) {{ totalCount }} }}", lists(30)), EITHER),
        ("a type of lists", format!("query Q($a: {}Int{}) {NAME}", brackets(50), "]".repeat(50)), COMPLEX),
        ("inline fragments", inline, COMPLEX),
        ("types of types", types, COMPLEX),
        ("brackets behind a comment that a carriage return ends", behind("# \r"), COMPLEX),
        ("brackets behind a quote in a comment", behind("# \" \n"), COMPLEX),
        ("brackets behind an escaped escape", behind("\"\\\\\", c: "), COMPLEX),
        ("brackets behind an escaped quote", behind("\"\\\"\", c: "), COMPLEX),
        ("brackets behind a block's escaped end", behind("\"\"\"\\\\\"\"\" \"\"\", c: "), COMPLEX),
        ("brackets behind an empty string", behind("\"\", c: "), COMPLEX),
        ("brackets behind an empty block", behind("\"\"\"\"\"\", c: "), COMPLEX),
        ("brackets behind a block that ends in an escaped end", behind("\"\"\"x\\\"\"\"\"\"\", c: "), COMPLEX),
        ("brackets behind a string that a line ends", behind("\"x\n"), EITHER),
        ("brackets behind a string that a carriage return ends", behind("\"x\r"), EITHER),
        ("an open string with brackets", format!("{{ node(id: \"{}", brackets(2000)), BAD),
        ("an open block with brackets", format!("{{ node(id: \"\"\"{}", brackets(2000)), BAD),
        ("a comment", format!("# {}", brackets(2000)), BAD),
        ("commas", ",".repeat(16_000), BAD),
        ("a name of sixteen thousand letters", format!("{{ {} }}", "a".repeat(16_000)), BAD),
        ("a fraction without end", format!("{{ library(first: 0.{}) {{ totalCount }} }}", "1".repeat(10_000)), EITHER),
        ("a number without end", format!("{{ library(first: {}) {{ totalCount }} }}", "9".repeat(10_000)), EITHER),
    ]
}

/// What is longer than anybody needs.
fn long() -> Vec<Bad> {
    let both = "name @include(if: true) @skip(if: false) ";
    let aliases = |letter: char, number: usize| times(number, |number| format!("{letter}{number}: name "));
    let two = format!("query A {{ community {{ {}}} }} query B {{ community {{ {}}} }}", aliases('a', 8), aliases('b', 8));
    vec![
        ("a byte more than 16 KiB", format!("{NAME}{}", " ".repeat(16 * 1024 + 1 - NAME.len())), COMPLEX),
        ("1,001 tokens", format!("{{ community {{ {}}} }}", "name ".repeat(996)), COMPLEX),
        ("a field 1,400 times", format!("{{ {} }}", "__typename ".repeat(1_400)), COMPLEX),
        ("a directive a thousand times", format!("{{ __typename {}}}", "@aa ".repeat(1_000)), COMPLEX),
        ("sixty directives", format!("{{ community {{ {}}} }}", both.repeat(30)), COMPLEX),
        ("sixty directives on one field", format!("{{ community {{ name {} }} }}", "@include(if: true) ".repeat(60)), COMPLEX),
        ("51 directives on fragments", format!("{{ {} }}", "... @include(if: true) { __typename } ".repeat(51)), COMPLEX),
        ("sixteen aliases", format!("{{ community {{ {}}} }}", aliases('a', 16)), COMPLEX),
        ("sixteen aliases in two operations", two, COMPLEX),
    ]
}

/// What becomes much on the way.
fn much() -> Vec<Bad> {
    let others = times(6, |number| format!("b{number}: community {{ name }} "));
    let community =
        |spreads: usize, fields: &str| format!("{{ community {{ {}}} }} fragment F on Community {{ {fields}}}", "...F ".repeat(spreads));
    let deep = format!("fragment F on Comment {{ {} number {} }}", "parent { ".repeat(11), "} ".repeat(11));
    let twice = |level: usize| format!(" fragment F{level} on Comment {{ about {{ title }} ...F{0} ... {{ ...F{0} }} }}", level + 1);
    let doubled = times(11, twice);
    let circle = times(30, |number| format!(" fragment F{number} on Query {{ ...F{} }}", (number + 1) % 30));
    let page = |number: usize| format!("a{number}: library(first: 100) {{ nodes {{ id title path slug host }} }} ");
    let endless = "9".repeat(400);
    vec![
        ("eleven root fields", format!("{{ {}}}", roots(11)), COMPLEX),
        (
            "eleven root fields in inline fragments",
            format!("{{ ... {{ {}}} ... on Query {{ b: community {{ name }} }} }}", roots(10)),
            COMPLEX,
        ),
        (
            "twelve root fields in fragments",
            format!("{{ ...A ...B }} fragment A on Query {{ {}}} fragment B on Query {{ {others}}}", roots(6)),
            COMPLEX,
        ),
        ("five hundred spreads", community(500, "name headline purpose "), COMPLEX),
        ("two hundred spreads of twelve fields", community(200, &"name headline purpose ".repeat(4)), COMPLEX),
        ("thirteen fields deep", nested(13), COMPLEX),
        ("thirteen fields deep in a fragment", format!("{{ comment(number: 1) {{ ...F }} }} {deep}"), COMPLEX),
        ("11 levels that double", format!("{{ ...F0 }}{}", doubling(11)), COMPLEX),
        ("24 levels that double", format!("{{ ...F0 }}{}", doubling(24)), COMPLEX),
        ("38 levels that double", format!("{{ ...F0 }}{}", doubling(38)), COMPLEX),
        ("60 levels that double", format!("{{ ...F0 }}{}", doubling(60)), COMPLEX),
        ("200 levels that double", format!("{{ ...F0 }}{}", doubling(200)), COMPLEX),
        ("30 levels that double and nobody uses", format!("{NAME}{}", doubling(30)), EITHER),
        ("60 levels that double and nobody uses", format!("{NAME}{}", doubling(60)), EITHER),
        (
            "levels that double in inline fragments",
            format!("{{ comment(number: 1) {{ ...F0 }} }}{doubled} fragment F11 on Comment {{ number }}"),
            COMPLEX,
        ),
        ("thirty fragments in a circle", format!("{{ ...F0 }}{circle}"), BAD),
        ("a circle that nobody enters", format!("{NAME} fragment A on Query {{ ...B }} fragment B on Query {{ ...A }}"), BAD),
        ("ten pages", format!("{{ {}}}", times(10, page)), COMPLEX),
        (
            "pages of no number's size",
            format!("{{ library(first: {endless}) {{ nodes {{ comments(first: {endless}) {{ nodes {{ id }} }} }} }} }}"),
            EITHER,
        ),
    ]
}

/// The same, as short as it gets.
const SHORT: [(&str, &str, &str); 32] = [
    ("nothing", "", BAD),
    ("a mark of byte order", "\u{feff}", BAD),
    ("a quote", "\"", BAD),
    ("four quotes", "\"\"\"\"", BAD),
    ("an open string", "{ node(id: \"x) { id } }", BAD),
    ("an open block", "{ node(id: \"\"\"x) { id } }", BAD),
    ("a string that ends in an escape", "{ node(id: \"\\", BAD),
    ("a block that ends in an escape", "{ node(id: \"\"\"\\", BAD),
    ("an empty selection", "{ }", BAD),
    ("no fragment of this name", "{ ...A }", BAD),
    ("no type of this name", "{ ... on Nothing { id } }", BAD),
    ("a name twice", "query A { community { name } } query A { community { name } }", BAD),
    ("a fragment in itself", "{ ...A } fragment A on Query { ...A }", BAD),
    ("a fragment in itself, among fields", "{ ...A } fragment A on Query { community { name } ...A }", BAD),
    ("a fragment in itself, below a field", "{ comment(number: 1) { ...A } } fragment A on Comment { number parent { ...A } }", BAD),
    ("a fragment in itself, in an inline one", "{ ...A } fragment A on Query { ... { ... on Query { ...A } } }", BAD),
    ("two fragments in each other", "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }", BAD),
    ("a fragment in itself, not taken", "{ ...A @skip(if: true) community { name } } fragment A on Query { ...A }", BAD),
    ("two things to do", "mutation { endOtherSessions { member { id } } requestDataExport { member { id } } }", COMPLEX),
    ("one thing twice", "mutation { a: endOtherSessions { member { id } } b: endOtherSessions { member { id } } }", COMPLEX),
    (
        "two things to do in fragments",
        "mutation { ...A ... on Mutation { requestDataExport { member { id } } } }
        fragment A on Mutation { endOtherSessions { member { id } } }",
        COMPLEX,
    ),
    ("two things to follow", "subscription { a: moderationQueueChanged { sequence } b: moderationQueueChanged { sequence } }", COMPLEX),
    ("pages of pages", "{ library(first: 100) { nodes { comments(first: 100) { nodes { id } } } } }", COMPLEX),
    (
        "pages of pages by their edges",
        "{ topics(first: 100) { edges { node { thread(first: 100) { edges { node { id } } } } } } }",
        COMPLEX,
    ),
    ("pages of pages from the end", "{ library(last: 100) { nodes { comments { nodes { id source } } } } }", COMPLEX),
    (
        "pages of pages of pages",
        "{ library(first: 50) { nodes { comments(first: 50) { nodes { replies(first: 50) { nodes { author { name } } } } } } } }",
        COMPLEX,
    ),
    ("a default for pages", "query Q($n: Int = 100) { library(first: $n) { nodes { comments(first: $n) { nodes { id } } } } }", COMPLEX),
    (
        "pages of pages in fragments",
        "{ ...A } fragment A on Query { library(first: 100) { nodes { ...B } } }
        fragment B on Resource { comments(first: 100) { nodes { id } } }",
        COMPLEX,
    ),
    (
        "pages of pages in inline fragments",
        "{ library(first: 100) { nodes { ... on Node { ... on Resource { comments(first: 100) { nodes { id } } } } } } }",
        COMPLEX,
    ),
    ("pages of any size", "{ library(first: 2147483647) { nodes { comments(first: 2147483647) { nodes { id } } } } }", EITHER),
    ("pages of less than nothing", "{ library(first: -2147483648) { nodes { comments(first: -100) { nodes { nothing } } } } }", EITHER),
    (
        "pages beyond all sizes",
        "{ library(first: 9223372036854775807) { nodes { comments(first: 9223372036854775807) { nodes { id } } } } }",
        EITHER,
    ),
];

#[tokio::test]
async fn whatever_costs_too_much_is_refused_at_once() {
    let forum = Forum::open().await;
    let stranger = forum.visitor();
    let short = SHORT.map(|(name, document, code)| (name, document.to_owned(), code));
    for (name, document, code) in for_the_parser().into_iter().chain(long()).chain(much()).chain(short) {
        let answer = quickly(name, &stranger, &asking(&document)).await;
        is_refused(name, &answer, StatusCode::BAD_REQUEST, code);
        assert!(
            code != COMPLEX || (codes(&answer).len() == 1 && answer.text.len() < 1024),
            "{name} is refused in few words: {}",
            answer.text
        );
    }
    let pages = "query Q($n: Int, $m: Int = 1) { library(first: $n) { nodes { comments(first: $m) { nodes { id } } } } }";
    let large = format!("query Small {NAME} query Large {{ {}}}", roots(11));
    let bodies = [
        ("variables for pages of pages", json!({ "query": pages, "variables": { "n": 100, "m": 100 } }), COMPLEX),
        ("variables beyond all sizes", json!({ "query": pages, "variables": { "n": i64::MAX, "m": u64::MAX } }), EITHER),
        ("the larger of two operations", json!({ "query": large, "operationName": "Large" }), COMPLEX),
        ("an operation that is not there", json!({ "query": large, "operationName": "Other" }), EITHER),
    ];
    for (name, body, code) in bodies {
        is_refused(name, &quickly(name, &stranger, &body.to_string()).await, StatusCode::BAD_REQUEST, code);
    }
    // Too deep for JSON itself, or for what a variable is declared to be.
    for depth in [100, 2_000, 30_000] {
        let lists = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let body = format!("{{\"query\":\"query Q($a: ID!) {{ node(id: $a) {{ id }} }}\",\"variables\":{{\"a\":{lists}}}}}");
        is_refused("nested variables", &quickly("nested variables", &stranger, &body).await, StatusCode::BAD_REQUEST, BAD);
    }
    for (name, document) in
        [("100,000 selections", "{n".repeat(100_000)), ("a field 20,000 times", format!("{{ {}}}", "__typename ".repeat(20_000)))]
    {
        let answer = quickly(name, &stranger, &asking(&document)).await;
        is_refused(name, &answer, StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE");
    }
    // And the door is still open.
    posts(&stranger, &[], asking(NAME)).await.is(StatusCode::OK).shows_json(NAMED);
}

/// Every type says of what type its fields are, which say the same: ever more, without a page or a limit.
#[tokio::test]
async fn the_schema_cannot_be_asked_in_circles() {
    let forum = Forum::open().await;
    let rounds = |rounds: usize| format!("{} name {}", "fields { type { ofType { ".repeat(rounds), "} } } ".repeat(rounds));
    for (name, document) in [
        ("from all types", format!("{{ __schema {{ types {{ {} }} }} }}", rounds(5))),
        ("from one type", format!("{{ __type(name: \"Query\") {{ {} }} }}", rounds(6))),
        ("in fragments", format!("{{ __schema {{ types {{ ...F }} }} }} fragment F on __Type {{ {} }}", rounds(5))),
    ] {
        let answer = quickly(name, &forum.visitor(), &asking(&document)).await;
        is_refused(name, &answer, StatusCode::BAD_REQUEST, COMPLEX);
    }
}

/// However much is wrong, few words say so.
#[tokio::test]
async fn of_many_mistakes_twenty_are_told() {
    let forum = Forum::open().await;
    let many = [
        ("unknown fields", format!("{{ community {{ {}}} }}", times(500, |number| format!("a{number} ")))),
        ("unknown arguments", format!("{{ community {{ name({}) }} }}", times(200, |number| format!("a{number}: 1 ")))),
        ("unused variables", format!("query Q({}) {NAME}", times(150, |number| format!("$a{number}: Int ")))),
        ("unknown fragments", format!("{{ community {{ {}}} }}", times(150, |number| format!("...A{number} ")))),
        ("unused fragments", format!("{NAME}{}", times(80, |number| format!(" fragment A{number} on Query {{ __typename }}")))),
        ("unknown directives", format!("{{ community {{ {}}} }}", times(25, |number| format!("name @a{number} @b{number} ")))),
        ("fields that are no objects", format!("{{ community {{ {}}} }}", "name { name } ".repeat(150))),
    ];
    for (name, document) in many {
        let answer = quickly(name, &forum.visitor(), &asking(&document)).await;
        is_refused(name, &answer, StatusCode::BAD_REQUEST, EITHER);
        assert!((1..=20).contains(&codes(&answer).len()) && answer.text.len() < 8 * 1024, "{name}: {} bytes", answer.text.len());
    }
    // The same where something was executed.
    let wrong = format!("{{ {}}}", times(10, |number| format!("a{number}: library(first: 0) {{ totalCount }} ")));
    let answer = posts(&forum.visitor(), &[], asking(&wrong)).await;
    assert!((1..=20).contains(&codes(&answer).len()) && answer.status.as_u16() < 500, "{}", answer.text);
}

/// What GraphiQL asks when it is opened.
const INTROSPECTION: &str = "query IntrospectionQuery {
    __schema {
      queryType { name kind } mutationType { name kind } subscriptionType { name kind }
      types { ...FullType }
      directives { name description locations args { ...InputValue } }
    }
  }
  fragment FullType on __Type {
    kind name description
    fields(includeDeprecated: true) { name description args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
    inputFields { ...InputValue }
    interfaces { ...TypeRef }
    enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
    possibleTypes { ...TypeRef }
  }
  fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
  fragment TypeRef on __Type {
    kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType {
      kind name ofType { kind name ofType { kind name } } } } } } } } }
  }";

#[tokio::test]
async fn whatever_is_harmless_is_answered() {
    let forum = Forum::open().await;
    let brackets = "[({".repeat(700);
    let good = [
        ("a query", NAME.to_owned()),
        ("twelve fields deep", nested(12)),
        ("fifteen aliases", format!("{{ community {{ {}}} }}", times(15, |number| format!("a{number}: name ")))),
        ("ten root fields", format!("{{ {}}}", roots(10))),
        ("fifty directives", format!("{{ community {{ {}}} }}", "name @include(if: true) @skip(if: false) ".repeat(25))),
        ("1,000 tokens", format!("{{ community {{ {}}} }}", "name ".repeat(995))),
        ("16 KiB", format!("{NAME}{}", " ".repeat(16 * 1024 - NAME.len()))),
        ("sixteen thousand commas", format!("{{ community {{ name {}}} }}", ",".repeat(16_000))),
        ("a mark of byte order", format!("\u{feff}{NAME}")),
        ("brackets in a string", format!("{{ node(id: \"{brackets}\") {{ id }} }}")),
        ("brackets and quotes in a string", format!("{{ node(id: \"\\\" {brackets} \\\\\") {{ id }} }}")),
        ("brackets in a block", format!("{{ node(id: \"\"\"{brackets} \" \"\" \n \\\"\"\" {brackets}\"\"\") {{ id }} }}")),
        ("brackets in comments", format!("# {brackets}\n{NAME} # \" {brackets}\r# \"\"\" {brackets}")),
        ("words in a string", format!("{{ node(id: \"{}\") {{ id }} }}", "a ".repeat(4_000))),
        (
            "spreads",
            format!("{{ community {{ {}}} }} fragment F on Community {{ name headline purpose demonstration }}", "...F ".repeat(150)),
        ),
        ("three levels that double", format!("{{ ...F0 }}{}", doubling(3))),
        ("pages of pages", "{ library { nodes { comments { nodes { id } } } } }".to_owned()),
        ("a whole page", "{ library(first: 100) { nodes { title } } }".to_owned()),
        ("a page from the end", "{ library(last: 100) { nodes { title } } }".to_owned()),
        ("the schema", INTROSPECTION.to_owned()),
        (
            "a type",
            "{ __type(name: \"Query\") { name fields { name args { name type { name } } type { name ofType { name } } } } }".to_owned(),
        ),
    ];
    for (name, document) in good {
        is_answered(name, &posts(&forum.visitor(), &[], asking(&document)).await);
    }
    let pages = "query Q($n: Int, $m: Int = 100) { library(first: $n) { nodes { comments(first: $m) { nodes { id } } } } }";
    let several = format!("query Small {NAME} query Large {{ {}}}", roots(10));
    let mixed = format!("query Small {NAME} subscription Follow {{ commentPublished(on: \"x\") {{ id }} }}");
    for (name, body) in [
        ("variables that nobody gives", json!({ "query": pages.replace(" = 100", "") })),
        ("small variables before large defaults", json!({ "query": pages, "variables": { "n": 10, "m": 10 } })),
        ("one of several operations", json!({ "query": several, "operationName": "Small" })),
        ("a query beside a subscription", json!({ "query": mixed, "operationName": "Small" })),
    ] {
        is_answered(name, &posts(&forum.visitor(), &[], body.to_string()).await);
    }
    // Without a field in between it is no depth that costs: answered or not, it is over soon.
    let inline = format!("{{ {} community {{ name }} {} }}", "... { ".repeat(30), "} ".repeat(30));
    let answer = quickly("thirty inline fragments", &forum.visitor(), &asking(&inline)).await;
    match answer.status {
        StatusCode::OK => is_answered("thirty inline fragments", &answer),
        _ => is_refused("thirty inline fragments", &answer, StatusCode::BAD_REQUEST, COMPLEX),
    }
}

#[track_caller]
fn is_answered(name: &str, answer: &Page) {
    let body = json_of(answer);
    assert!(answer.status == StatusCode::OK && body["errors"].is_null() && body["data"].is_object(), "{name}: {:.300}", answer.text);
}

/// What stands before a selection, and makes one of what is inside.
static BEFORE: [&str; 22] = [
    "library",
    "library(first: 100)",
    "library(first: $n)",
    "library(last: $n, query: \"rota\")",
    "topics(first: 3)",
    "nodes",
    "edges",
    "node",
    "node(id: \"[{\")",
    "a: nodes",
    "comments(first: 50)",
    "thread(first: $n)",
    "replies",
    "parent",
    "author",
    "community",
    "pageInfo",
    "... on Resource",
    "... on Comment",
    "...",
    "... @include(if: $b)",
    "nothing",
];
static LEAVES: [&str; 14] = [
    "__typename",
    "id",
    "name",
    "title",
    "totalCount",
    "b: number",
    "endCursor",
    "nothing",
    "...F",
    "...G",
    "...Missing",
    "id @skip(if: $b)",
    "id @nothing",
    "# }\n",
];
static PIECES: [&str; 24] = [
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "\"\"\"",
    "\\",
    "#",
    "\n",
    "\r",
    "...",
    "@",
    "$n",
    ":",
    "=",
    "!",
    "query",
    "fragment F on Query",
    "mutation",
    "-1",
    "é\u{202e}🜁",
    "name",
];

fn selections() -> impl Strategy<Value = String> {
    select(&LEAVES[..]).prop_map(String::from).prop_recursive(14, 60, 4, |inner| {
        let one = (select(&BEFORE[..]), prop::collection::vec(inner, 1..4));
        one.prop_map(|(before, inside)| format!("{before} {{ {} }}", inside.join(" ")))
    })
}

fn documents() -> impl Strategy<Value = String> {
    let whole = (selections(), selections(), selections(), any::<bool>()).prop_map(|(root, f, g, is_query)| {
        let kind = if is_query { "query" } else { "mutation" };
        format!("{kind} Q($n: Int, $b: Boolean = true) {{ {root} ...F }} fragment F on Query {{ {f} }} fragment G on Comment {{ {g} }}")
    });
    let pieces = prop::collection::vec(select(&PIECES[..]), 0..120).prop_map(|pieces| pieces.join(" "));
    prop_oneof![3 => whole, 1 => pieces]
}

/// Whatever a stranger sends, it is answered or refused, and in order.
#[test]
fn any_document_is_answered_or_refused() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let forum = runtime.block_on(Forum::open());
    let stranger = forum.visitor();
    let config = ProptestConfig { cases: 150, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() };
    let numbers = select(vec![Value::Null, json!(1), json!(100), json!(-1), json!(i32::MAX), json!(i64::MAX), json!("x")]);
    let outcome = TestRunner::new(config).run(&(documents(), numbers), |(document, number)| {
        let body = json!({ "query": document, "variables": { "n": number } }).to_string();
        let answer = runtime.block_on(stranger.sends(Method::POST, "/graphql", &[JSON], body));
        prop_assert!([StatusCode::OK, StatusCode::BAD_REQUEST].contains(&answer.status), "{}: {}", answer.status, answer.text);
        let said: Result<Value, _> = serde_json::from_str(&answer.text);
        prop_assert!(said.is_ok(), "no JSON: {}", answer.text);
        let (said, codes) = (said.unwrap_or_default(), codes(&answer));
        prop_assert!(codes.len() <= 20 && codes.iter().all(|code| code != "none" && code != "INTERNAL"), "{}", answer.text);
        prop_assert_eq!(said.get("data").is_some(), answer.status == StatusCode::OK, "{}", answer.text);
        prop_assert!(answer.status == StatusCode::OK || (!codes.is_empty() && answer.statements == 0), "{}", answer.text);
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

/// Each use of a variable is a copy of it.
#[tokio::test]
async fn a_large_variable_is_not_used_often() {
    let forum = Forum::open().await;
    let ask = async |uses: usize| {
        let fields = (0..uses).map(|number| format!("r{number}: resource(slug: $slug) {{ id }} ")).collect::<String>();
        let body = json!({ "query": format!("query Q($slug: String!) {{ {fields} }}"), "variables": { "slug": "x".repeat(60_000) } });
        forum.visitor().sends(Method::POST, "/graphql", &[("content-type", "application/json")], body.to_string()).await
    };
    ask(2).await.is(StatusCode::OK);
    ask(9).await.is(StatusCode::BAD_REQUEST).shows_json("TOO_COMPLEX");
}
