//! Limits: of sizes, of pages, of how often and how slowly. Whatever else comes is refused, and breaks and stores nothing.
//!
//! The schema says what there is to try: a new field, argument or form is tried without a word here, or fails for want of a sample.

use std::collections::BTreeMap;

use apollo_compiler::{
    Schema,
    ast::{FieldDefinition, Type},
    schema::ExtendedType,
};
use poem::http::{Method, StatusCode};
use sea_orm_migration::sea_orm::{ConnectionTrait, QueryResult, Statement};
use serde_json::{Map, Value, json};

use crate::{
    harness::{Forum, ORIGIN, Page, Person, is_postgres, read, refusals, resource},
    permissions::{fields, pages},
};

mod connections;
mod oddities;
mod rates;
mod sizes;
mod sockets;

/// Stands in a request for what is put there as it is, without being written out over and over.
const MARK: &str = "MarkedPlace";
/// What travels as a string.
const TEXTS: [&str; 3] = ["String", "ID", "DateTime"];

fn sdl() -> Schema {
    Schema::parse(server::commands::sdl(), "schema.graphql").expect("a schema")
}

/// The letters and digits that a text begins with.
fn word(text: &str) -> String {
    text.chars().take_while(char::is_ascii_alphanumeric).collect()
}

/// Sends a request to GraphQL as it is written.
async fn posts(person: &Person, body: String) -> Page {
    person.sends(Method::POST, "/graphql", &[("origin", ORIGIN), ("content-type", "application/json")], body).await
}

fn answered(page: &Page) -> Value {
    serde_json::from_str(&page.text).unwrap_or_else(|_| panic!("GraphQL answers JSON, not {:.300}", page.text))
}

/// Whether something broke.
fn is_fault(page: &Page) -> bool {
    page.status.is_server_error() || ["INTERNAL", "UNAVAILABLE"].iter().any(|code| page.text.contains(&format!("\"code\":\"{code}\"")))
}

#[track_caller]
fn is_sound(page: &Page, what: &str) {
    assert!(!is_fault(page), "{what}: {} {:.300}", page.status, page.text);
}

/// Where in a value something stands: names of fields, and a star for any entry of a list.
type At = Vec<String>;

/// Where texts and lists stand in the values of a type.
#[derive(Default)]
struct Places {
    texts: Vec<At>,
    /// Also whether their entries are objects.
    lists: Vec<(At, bool)>,
}

impl Places {
    fn of(schema: &Schema, field: &FieldDefinition) -> Places {
        let mut places = Places::default();
        for argument in &field.arguments {
            places.find(schema, &argument.ty, &[argument.name.to_string()]);
        }
        places
    }

    fn find(&mut self, schema: &Schema, of: &Type, at: &[String]) {
        let within = |step: &str| at.iter().cloned().chain([step.to_owned()]).collect::<At>();
        let name = of.inner_named_type().as_str();
        match schema.get_input_object(name) {
            object if of.is_list() => {
                self.lists.push((at.to_vec(), object.is_some()));
                self.find(schema, of.item_type(), &within("*"));
            }
            Some(object) => {
                for (name, field) in &object.fields {
                    self.find(schema, &field.ty, &within(name.as_str()));
                }
            }
            None if TEXTS.contains(&name) => self.texts.push(at.to_vec()),
            None => {}
        }
    }
}

/// A value with something else at a place; none when there is nothing at that place.
fn put(value: &Value, at: &[String], new: &Value) -> Option<Value> {
    let Some((step, rest)) = at.split_first() else { return Some(new.clone()) };
    match value {
        Value::Array(entries) if step == "*" => {
            let (index, entry) = entries.iter().enumerate().find_map(|(index, entry)| Some((index, put(entry, rest, new)?)))?;
            let mut entries = entries.clone();
            entries[index] = entry;
            Some(Value::Array(entries))
        }
        Value::Object(fields) => {
            let field = put(fields.get(step)?, rest, new)?;
            let mut fields = fields.clone();
            fields.insert(step.clone(), field);
            Some(Value::Object(fields))
        }
        _ => None,
    }
}

/// A value that has something at a place, and nothing else.
fn grown(at: &[String], new: Value) -> Value {
    match at.split_first() {
        None => new,
        Some((step, rest)) if step == "*" => json!([grown(rest, new)]),
        Some((step, rest)) => json!({ step.as_str(): grown(rest, new) }),
    }
}

/// The arguments of a field as an operation declares them, and as it passes them on.
fn variables(field: &FieldDefinition) -> (String, String) {
    let each = |spell: fn(&str, String) -> String| {
        field.arguments.iter().map(|argument| spell(argument.name.as_str(), argument.ty.to_string())).collect::<Vec<_>>().join(", ")
    };
    (each(|name, of| format!("${name}: {of}")), each(|name, _| format!("{name}: ${name}")))
}

/// Every field that takes arguments, with the type that it is of.
fn questions(schema: &Schema) -> Vec<(&str, &FieldDefinition)> {
    let mut questions = Vec::new();
    for (name, of) in &schema.types {
        let ExtendedType::Object(object) = of else { continue };
        if name.starts_with("__") || ["Mutation", "Subscription"].contains(&name.as_str()) {
            continue;
        }
        for field in object.fields.values().filter(|field| !field.arguments.is_empty()) {
            let field: &FieldDefinition = field;
            questions.push((name.as_str(), field));
        }
    }
    questions
}

/// What can be asked of a type without arguments: what is no object itself, and of objects what they are.
fn selection(schema: &Schema, of: &Type) -> String {
    let is_plain = |name: &str| matches!(schema.types.get(name), Some(ExtendedType::Scalar(_) | ExtendedType::Enum(_)));
    let name = of.inner_named_type().as_str();
    let Some(object) = schema.get_object(name) else {
        return if is_plain(name) { String::new() } else { "{ __typename }".to_owned() };
    };
    let fields = object.fields.iter().filter(|(_, field)| field.arguments.is_empty()).map(|(name, field)| {
        let inside = if is_plain(field.ty.inner_named_type().as_str()) { "" } else { " { __typename }" };
        format!("{}{inside}", name.as_str())
    });
    format!("{{ {} }}", fields.collect::<Vec<_>>().join(" "))
}

/// What must be said to ask a field anything.
fn needed(schema: &Schema, field: &FieldDefinition) -> Map<String, Value> {
    let must = field.arguments.iter().filter(|argument| argument.ty.is_non_null() && argument.default_value.is_none());
    let sample = |name: &str| match schema.get_enum(name) {
        Some(words) => words.values.keys().next().map_or(Value::Null, |word| word.as_str().into()),
        None if name == "Int" => 1.into(),
        None => "x".into(),
    };
    must.map(|argument| (argument.name.to_string(), sample(argument.ty.inner_named_type().as_str()))).collect()
}

/// A forum with something in every list, and somebody who sees all of it.
struct World {
    forum: Forum,
    asker: Person,
    /// How to come to one thing of each type whose fields take arguments; a percent sign stands for what is asked of it.
    ways: Vec<(&'static str, String)>,
}

/// A word of what waits on the desk, which no stranger finds anywhere.
const CANARY: &str = "Canaryword";

impl World {
    async fn open(resources: usize) -> World {
        let forum = Forum::open().await;
        let (asker, ada, grace) = (forum.person("adele", "admin").await, forum.member("ada").await, forum.moderator("grace").await);
        let topic = grace.publishes(&asker.suggests("Compost").await).await;
        let (mut first, mut number) = (Value::Null, Value::Null);
        for index in 1..=resources {
            let mut input = resource(&format!("Guide {index}"));
            input["topics"] = json!([topic["id"]]);
            let made = grace.approves(&asker.brings("submitResource", input).await).await;
            if index == 1 {
                (first, number) = (made["published"].clone(), made["number"].clone());
            }
        }
        let said = grace.publishes(&ada.comments(&first, "Said.").await).await;
        for on in [&said, &topic] {
            grace.publishes(&ada.comments(on, "Answered.").await).await;
        }
        ada.shares(&format!("{CANARY} waits")).await;
        let comment = said["path"].as_str().and_then(|path| path.rsplit('/').next()).expect("an address");
        let ways = vec![
            ("Query", "%".to_owned()),
            ("Member", "viewer { % }".to_owned()),
            ("Resource", "resource(slug: \"guide-1\") { % }".to_owned()),
            ("Topic", "topic(slug: \"compost\") { % }".to_owned()),
            ("Comment", format!("comment(number: {comment}) {{ % }}")),
            ("Submission", format!("submission(number: {number}) {{ % }}")),
        ];
        World { forum, asker, ways }
    }

    /// A question to a field with each of its arguments as a variable.
    fn question(&self, of: &str, field: &FieldDefinition, inside: &str) -> String {
        let way = self.ways.iter().find(|(known, _)| *known == of).unwrap_or_else(|| panic!("nobody has said how to come to a {of}"));
        let (declared, passed) = variables(field);
        let asked = format!("{}({passed}) {inside}", field.name.as_str());
        format!("query Ask({declared}) {{ {} }}", way.1.replace('%', &asked))
    }
}

/// The tables of a forum, with their columns of text; what counts tries is apart.
struct Tables(BTreeMap<String, Vec<String>>);

async fn all(forum: &Forum, sql: &str) -> Vec<QueryResult> {
    let tables = forum.tables();
    tables.query_all_raw(Statement::from_string(tables.get_database_backend(), sql)).await.expect(sql)
}

impl Tables {
    async fn of(forum: &Forum) -> Tables {
        let columns = match is_postgres() {
            true => {
                "SELECT CAST(table_name AS text), CAST(column_name AS text), CAST(data_type AS text) FROM information_schema.columns
                WHERE table_schema = 'public'"
            }
            false => {
                "SELECT m.name, p.name, p.type FROM sqlite_master m JOIN pragma_table_info(m.name) p
                WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite~_%' ESCAPE '~' AND m.name NOT LIKE 'resource~_search~_%' ESCAPE '~'"
            }
        };
        let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in all(forum, columns).await {
            let text = |index: usize| row.try_get_by_index::<String>(index).expect("a word");
            let (table, column, of) = (text(0), text(1), text(2).to_lowercase());
            let columns = tables.entry(table).or_default();
            columns.extend(["char", "text"].iter().any(|kind| of.contains(kind)).then_some(column));
        }
        tables.remove("attempt_count");
        assert!(tables.len() > 20, "{:?}", tables.keys());
        Tables(tables)
    }

    /// How many rows each has.
    async fn rows(&self, forum: &Forum) -> BTreeMap<String, i64> {
        let counts = self.0.keys().map(|table| format!("SELECT CAST('{table}' AS text), COUNT(*) FROM \"{table}\""));
        let rows = all(forum, &counts.collect::<Vec<_>>().join(" UNION ALL ")).await;
        let read = |row: &QueryResult| (row.try_get_by_index(0).expect("a table"), row.try_get_by_index(1).expect("a number"));
        rows.iter().map(read).collect()
    }

    /// The characters of the longest text, and where it stands.
    async fn longest(&self, forum: &Forum) -> (String, i64) {
        let columns = self.0.iter().flat_map(|(table, columns)| columns.iter().map(move |column| (table, column)));
        let each = columns.map(|(table, column)| {
            format!(
                "SELECT CAST('{table}.{column}' AS text) AS place, CAST(COALESCE(MAX(LENGTH(\"{column}\")), 0) AS bigint) AS characters
                FROM \"{table}\""
            )
        });
        let each = each.collect::<Vec<_>>().join(" UNION ALL ");
        let rows = all(forum, &format!("SELECT place, characters FROM ({each}) AS texts ORDER BY characters DESC LIMIT 1")).await;
        let longest = rows.first().expect("a column of text");
        (longest.try_get_by_index(0).expect("a place"), longest.try_get_by_index(1).expect("a number"))
    }
}
