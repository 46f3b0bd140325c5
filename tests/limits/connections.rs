//! Every connection: pages of 1 to 100, 20 when nobody says, and no cursor that opens anything else.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use super::*;

/// Where something breaks most easily: cursors at the ends of what a number, a time and a text can be.
const ENDS: [&str; 12] = [
    "t0 0",
    "t9223372036854775807 0",
    "t-9223372036854775808 0",
    "t1 8210266876799999999",
    "t1 -8334601228800000000",
    "n0 9223372036854775807",
    "n9223372036854775807 -9223372036854775808",
    "s0 ",
    "s9223372036854775807 \u{10ffff}",
    "s1 %",
    "s1 ' OR 1=1--",
    "s1 00000000-0000-0000-0000-000000000000",
];
/// What is no cursor, before it is encoded.
const NONE: [&str; 9] = ["' OR 1=1--", "t' OR 1=1-- 1", "t1", "t1 ", "t1 9223372036854775808", "n1 x", "x1 1", "s1 a\0b", "\0"];
/// What is no cursor as it stands.
const GARBAGE: [&str; 7] = ["", " ", "garbage", "\0", "' OR 1=1--", "dDEgMQ==", "é"];

fn encoded(cursor: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(cursor)
}

/// A list that is read in pages, and how to come to it.
struct Connection {
    name: String,
    field: String,
    query: String,
    arguments: Vec<String>,
    /// Where its first thing stands.
    cursor: String,
}

impl Connection {
    fn takes(&self, argument: &str) -> bool {
        self.arguments.iter().any(|known| known == argument)
    }

    /// The arguments that take a cursor.
    fn places(&self) -> Vec<&'static str> {
        ["after", "before"].into_iter().filter(|place| self.takes(place)).collect()
    }

    async fn asks(&self, person: &Person, variables: Value) -> Page {
        let page = posts(person, json!({ "query": self.query, "variables": variables }).to_string()).await;
        is_sound(&page, &format!("{} {variables}", self.name));
        page
    }

    /// The connection in an answer.
    fn found(&self, page: &Page) -> Value {
        let answer = answered(page);
        let data = answer["data"].as_object().cloned().unwrap_or_default();
        match data.get(&self.field) {
            Some(found) => found.clone(),
            None => data.values().next().map(|thing| thing[&self.field].clone()).unwrap_or_default(),
        }
    }

    async fn refuses(&self, person: &Person, variables: Value) {
        let page = self.asks(person, variables.clone()).await;
        let answer = answered(&page);
        let codes = refusals(&json!({ "errors": answer["errors"].as_array().cloned().unwrap_or_default() }));
        let spoken = self.found(&page)["userErrors"].as_array().is_some_and(|errors| errors.iter().any(|error| error["code"] == "INVALID"));
        let is_refused = spoken || !codes.is_empty() && codes.iter().all(|code| code == "BAD_REQUEST");
        assert!(is_refused, "{} takes {variables}: {:.300}", self.name, page.text);
    }
}

/// Every connection of the schema, asked for all that its things are or only for how many there are.
async fn connections(schema: &Schema, world: &World, whole: bool) -> Vec<Connection> {
    let mut connections = Vec::new();
    for (of, field) in questions(schema) {
        let listed = |name: &str| schema.get_object(field.ty.inner_named_type().as_str()).and_then(|object| object.fields.get(name));
        let (Some(nodes), Some(_)) = (listed("nodes"), listed("pageInfo")) else { continue };
        let refusals = if listed("userErrors").is_some() { "userErrors { code }" } else { "" };
        let things = if whole { selection(schema, &nodes.ty) } else { "{ __typename }".to_owned() };
        let inside = format!("{{ totalCount pageInfo {{ endCursor }} {refusals} nodes {things} }}");
        let (name, field_name) = (format!("{of}.{}", field.name.as_str()), field.name.to_string());
        let arguments: Vec<String> = field.arguments.iter().map(|argument| argument.name.to_string()).collect();
        for argument in ["first", "after"] {
            assert!(arguments.iter().any(|known| known == argument), "{name} is read in pages and takes no {argument}");
        }
        let query = world.question(of, field, &inside);
        let mut connection = Connection { name, field: field_name, query, arguments, cursor: String::new() };
        let found = connection.found(&connection.asks(&world.asker, json!({ "first": 1 })).await);
        let cursor = found["pageInfo"]["endCursor"].as_str();
        connection.cursor = cursor.unwrap_or_else(|| panic!("{} has nothing to try it with: {found}", connection.name)).to_owned();
        connections.push(connection);
    }
    assert!(connections.len() > 15, "{} connections", connections.len());
    connections
}

/// What a cursor is made of: a time, a count or a text.
fn kind(cursor: &str) -> u8 {
    BASE64_URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| bytes.first().copied()).expect("a cursor")
}

#[tokio::test]
async fn a_page_holds_a_hundred_things_at_most_and_twenty_when_nobody_says() {
    let (schema, world) = (sdl(), World::open(21).await);
    for connection in connections(&schema, &world, false).await {
        let length = async |variables: Value| {
            let found = connection.found(&connection.asks(&world.asker, variables.clone()).await);
            let nodes = found["nodes"].as_array().unwrap_or_else(|| panic!("{} {variables}: {found}", connection.name)).len();
            (nodes as i64, found["totalCount"].as_i64().expect("a number"))
        };
        let (nodes, total) = length(json!({})).await;
        assert_eq!(nodes, total.min(20), "{} when nobody says", connection.name);
        for argument in ["first", "last"].into_iter().filter(|argument| connection.takes(argument)) {
            for size in [json!(101), json!(0), json!(-1), json!(i32::MIN), json!(i32::MAX), json!(1i64 << 31), json!(99_999_999)] {
                connection.refuses(&world.asker, json!({ argument: size })).await;
            }
            assert_eq!(length(json!({ argument: null })).await, (nodes, total), "{}", connection.name);
            assert_eq!(length(json!({ argument: 1 })).await.0, 1, "{}", connection.name);
            assert_eq!(length(json!({ argument: 100 })).await, (total.min(100), total), "{}", connection.name);
        }
        if connection.takes("last") {
            connection.refuses(&world.asker, json!({ "first": 1, "last": 1 })).await;
            connection.refuses(&world.asker, json!({ "first": 100, "last": 101 })).await;
        }
    }
}

#[tokio::test]
async fn what_is_no_cursor_of_this_list_is_refused() {
    let (schema, world) = (sdl(), World::open(1).await);
    let connections = connections(&schema, &world, false).await;
    let of_each_kind: BTreeMap<u8, &String> = connections.iter().map(|one| (kind(&one.cursor), &one.cursor)).collect();
    assert!(of_each_kind.len() > 2, "a time, a count and a text");
    for connection in &connections {
        let own = &connection.cursor;
        for place in connection.places() {
            for none in GARBAGE.iter().map(|text| (*text).to_owned()).chain(NONE.iter().map(|text| encoded(text))) {
                connection.refuses(&world.asker, json!({ place: none })).await;
            }
            for (_, other) in of_each_kind.iter().filter(|(of, _)| **of != kind(own)) {
                connection.refuses(&world.asker, json!({ place: other })).await;
            }
            // Another list's cursor of the same kind is a place in this one, as good as any.
            connection.asks(&world.asker, json!({ place: of_each_kind[&kind(own)] })).await;
            let shorter = &own[..own.len() - 1];
            for changed in ENDS.iter().map(|text| encoded(text)).chain([format!("{own}A"), shorter.to_owned(), own.to_uppercase()]) {
                connection.asks(&world.asker, json!({ place: changed })).await;
            }
        }
    }
}

/// A cursor says where to go on, and not what may be seen there.
#[tokio::test]
async fn no_cursor_leads_to_what_waits_on_the_desk() {
    let (schema, world) = (sdl(), World::open(1).await);
    let connections = connections(&schema, &world, true).await;
    let (visitor, eve) = (world.forum.visitor(), world.forum.member("eve").await);
    let queue = connections.iter().find(|connection| connection.name == "Query.moderationQueue").expect("the desk");
    let cursors: Vec<String> = ENDS.map(encoded).into_iter().chain([queue.cursor.clone()]).collect();
    for connection in &connections {
        let page = connection.asks(&world.asker, json!({})).await;
        let shows = connection.name == queue.name;
        assert_eq!(page.text.contains(CANARY), shows, "{}: {:.300}", connection.name, page.text);
        for place in connection.places() {
            for (person, cursor) in cursors.iter().flat_map(|cursor| [(&visitor, cursor), (&eve, cursor)]) {
                let page = connection.asks(person, json!({ place: cursor })).await;
                assert!(!page.text.contains(CANARY), "{} {place} {cursor}: {:.300}", connection.name, page.text);
            }
        }
    }
}
