//! Who may do what: `permissions.txt` is the table, each of its cells is tried through the doors, and nothing is missing from it.

use std::{
    collections::{BTreeSet, HashMap},
    fmt::Write,
};

use apollo_compiler::Schema;
use poem::http::Method;
use sea_orm_migration::sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::harness::{Forum, ORIGIN, Page, Person, is_postgres, read, resource};

mod acting;
mod reading;

const TABLE: &str = include_str!("../permissions.txt");
const COLUMNS: [&str; 11] =
    ["visitor", "new", "author", "silenced", "suspended", "moderator", "own", "admin", "read", "contribute", "moderate"];
/// The columns that are programs with a token of the moderator's.
const TOKENS: [&str; 3] = ["read", "contribute", "moderate"];
/// What a cell can say; a line means that the row is not about that person.
const CELLS: [&str; 6] = ["yes", "no", "in", "none", "gone", "-"];
/// Where a thing stands that a row is about: the states of a submission, and three that are more than that.
const STATES: [&str; 11] =
    ["DRAFT", "PENDING", "CLAIMED", "CHANGES_REQUESTED", "PUBLISHED", "EDITED", "ARCHIVED", "DECLINED", "REMOVED", "WITHDRAWN", "UNSENT"];
const KINDS: [&str; 3] = ["RESOURCE", "TOPIC", "COMMENT"];
const UNTIL: &str = "2026-05-01T09:00:00Z";

/// A line of the table.
struct Row {
    name: String,
    cells: Vec<String>,
}

/// The table, without its head.
fn table() -> Vec<Row> {
    let lines = TABLE.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let mut rows = lines.map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (name, cells) = words.split_at(words.len().saturating_sub(COLUMNS.len()));
        let row = Row { name: name.join(" "), cells: cells.iter().map(|cell| (*cell).to_owned()).collect() };
        assert_eq!(line, row.as_line(), "the columns stand below each other");
        row
    });
    assert_eq!(rows.next().expect("a head").cells, COLUMNS);
    rows.collect()
}

impl Row {
    fn as_line(&self) -> String {
        let mut line = format!("{:<49}", self.name);
        for (cell, column) in self.cells.iter().zip(COLUMNS) {
            write!(line, " {cell:<width$}", width = column.len().max(4)).expect("room");
        }
        line.trim_end().to_owned()
    }

    fn words(&self) -> Vec<&str> {
        self.name.split(' ').collect()
    }

    fn state(&self) -> Option<&'static str> {
        let words = self.words();
        STATES.into_iter().find(|state| words.contains(state))
    }

    /// What the thing is that the row is about: as it says, or as its field, mutation or page is called.
    fn kind(&self) -> &'static str {
        let (words, name) = (self.words(), self.name.to_lowercase());
        let is_called = |any: &[&str]| any.iter().any(|word| name.contains(word));
        match KINDS.into_iter().find(|kind| words.contains(kind)) {
            Some(kind) => kind,
            None if is_called(&["resource"]) => "RESOURCE",
            None if is_called(&["topic", "vote"]) => "TOPIC",
            None if is_called(&["comment"]) => "COMMENT",
            None => "RESOURCE",
        }
    }

    /// The form of a page that the row posts, such as `Revise`.
    fn action(&self) -> Option<String> {
        let is_action = |word: &&str| word.starts_with(char::is_uppercase) && word.contains(char::is_lowercase);
        self.words().get(2).copied().filter(is_action).map(String::from)
    }

    /// What of the program the row is about.
    fn about(&self) -> String {
        let words = self.words();
        match (words[0], self.action()) {
            ("POST", Some(action)) => format!("POST {} {action}", words[1]),
            ("query" | "mutation" | "GET" | "POST", _) => words[..2].join(" "),
            _ => self.name.clone(),
        }
    }
}

/// A form on a page, and the mutation that it is a form of.
struct Form {
    path: String,
    action: String,
    mutation: String,
}

/// Every page with its pair, from the site's table of contents.
pub fn pages() -> Vec<(String, String)> {
    let contents = read("frontend/src/routes.rs");
    let route = |rest: &str| {
        let mut quoted = rest.split('"');
        Some((quoted.next()?.to_owned(), quoted.nth(1)?.to_owned()))
    };
    contents.split("page(\"").skip(1).filter_map(route).collect()
}

/// Every form of every page that a mutation answers.
fn forms() -> Vec<Form> {
    let mut forms = Vec::new();
    for (path, pair) in pages() {
        let operations = read(&format!("frontend/pages/{pair}.graphql"));
        for operation in operations.split("\nmutation ").skip(1) {
            let word = |text: &str| text.chars().take_while(char::is_ascii_alphanumeric).collect::<String>();
            let inside = operation.split("{\n").nth(1).expect("a selection").trim_start();
            forms.push(Form { path: path.clone(), action: word(operation), mutation: word(inside) });
        }
    }
    forms
}

/// What the server answers besides the pages: paths that are read, and paths that are posted to.
fn side_doors() -> (Vec<String>, Vec<String>) {
    let (server, pages) = (read("server/src/app.rs"), pages());
    let (mut read, mut posted) = (Vec::new(), Vec::new());
    for rest in server.split(".at(").skip(1) {
        let Some((path, rest)) = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"')) else { continue };
        read.push(path.to_owned());
        if rest.starts_with(", poem::post(") {
            posted.push(path.to_owned());
        }
    }
    for line in server.lines().filter(|line| line.contains("=> methods.post(")) {
        let pair = line.split('"').nth(1).unwrap_or("");
        posted.extend(pages.iter().filter(|(_, known)| known == pair).map(|(path, _)| path.clone()));
    }
    (read, posted)
}

fn sdl() -> Schema {
    Schema::parse(server::commands::sdl(), "schema.graphql").expect("a schema")
}

#[test]
fn every_field_every_form_and_every_page_has_its_row() {
    let schema = sdl();
    let fields = |name: &str| {
        let object = schema.get_object(name).unwrap_or_else(|| panic!("{name} is a type"));
        object.fields.keys().map(|field| field.as_str().to_owned()).collect::<Vec<_>>()
    };
    let mut needed = BTreeSet::new();
    needed.extend(fields("Query").iter().map(|field| format!("query {field}")));
    needed.extend(fields("Mutation").iter().map(|field| format!("mutation {field}")));
    needed.extend(fields("Member").iter().flat_map(|field| [format!("Member.{field} own"), format!("Member.{field} other")]));
    let (answered, posted) = side_doors();
    needed.extend(pages().iter().map(|(path, _)| path).chain(&answered).map(|path| format!("GET {path}")));
    needed.extend(forms().iter().map(|form| format!("POST {} {}", form.path, form.action)));
    needed.extend(posted.iter().map(|path| format!("POST {path}")));

    let rows = table();
    let mut names = BTreeSet::new();
    let mut named = BTreeSet::new();
    for row in &rows {
        assert!(names.insert(&row.name), "{} stands there twice", row.name);
        assert!(row.cells.iter().all(|cell| CELLS.contains(&cell.as_str())), "{} has a cell that says nothing", row.name);
        match row.words()[..] {
            ["field", field, ..] => {
                let (of, field) = field.split_once('.').expect("a type and a field");
                assert!(fields(of).iter().any(|known| known == field), "{of} has no {field}");
            }
            _ => {
                named.insert(row.about());
            }
        }
    }
    let missing: Vec<_> = needed.difference(&named).collect();
    assert!(missing.is_empty(), "permissions.txt says nothing about {missing:#?}");
    let gone: Vec<_> = named.difference(&needed).collect();
    assert!(gone.is_empty(), "permissions.txt speaks of what is not there: {gone:#?}");
}

/// Who a column is.
#[derive(Clone)]
struct Actor {
    person: Person,
    /// The token that a program shows.
    bearer: Option<String>,
    /// What the forms of this session carry; empty where there is no session.
    form: String,
}

impl Actor {
    async fn of(person: Person) -> Actor {
        let form = person.opens("/settings").await.value_of("token");
        Actor { person, bearer: None, form }
    }

    async fn sends(&self, method: Method, path: &str, kind: &str, body: String) -> Page {
        let bearer = self.bearer.as_ref().map(|bearer| format!("Bearer {bearer}"));
        let mut headers = vec![("origin", ORIGIN)];
        headers.extend((!kind.is_empty()).then_some(("content-type", kind)));
        headers.extend(bearer.as_ref().map(|bearer| ("authorization", bearer.as_str())));
        self.person.sends(method, path, &headers, body).await
    }

    async fn asks(&self, query: &str, variables: &Value) -> Page {
        let body = json!({ "query": query, "variables": variables }).to_string();
        self.sends(Method::POST, "/graphql", "application/json", body).await
    }

    async fn opens(&self, path: &str) -> Page {
        self.sends(Method::GET, path, "", String::new()).await
    }

    async fn posts(&self, path: &str, fields: &[(String, String)]) -> Page {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.sends(Method::POST, path, "application/x-www-form-urlencoded", body).await
    }
}

/// What became of a cell: a word of the table, or what was answered instead of one.
struct Answer {
    word: String,
    page: Option<Page>,
}

impl Answer {
    fn new(word: &str, page: Page) -> Answer {
        Answer { word: word.to_owned(), page: Some(page) }
    }

    /// For who the row is not about.
    fn nothing() -> Answer {
        Answer { word: "-".into(), page: None }
    }
}

/// What differs from the table, in the table's own form.
#[derive(Default)]
struct Report(Vec<String>);

impl Report {
    fn compare(&mut self, row: &Row, answers: &[Answer]) {
        let answered = Row { name: row.name.clone(), cells: answers.iter().map(|answer| answer.word.clone()).collect() };
        if answered.cells == row.cells {
            return;
        }
        self.0.push(answered.as_line());
        for ((cell, answer), column) in row.cells.iter().zip(answers).zip(COLUMNS) {
            if let Some(page) = answer.page.as_ref().filter(|_| *cell != answer.word) {
                let said = page.words();
                self.0.push(format!("# {column} is to get {cell}; {} answers {}: {said:.300}", page.path, page.status));
            }
        }
    }

    #[track_caller]
    fn is_empty(self) {
        let head = Row { name: "who".into(), cells: COLUMNS.map(String::from).to_vec() };
        assert!(self.0.is_empty(), "this is not what permissions.txt says:\n{}\n{}", head.as_line(), self.0.join("\n"));
    }
}

/// A contribution, and what it became in the library: also when that is gone, and where it would be when it is not there yet.
#[derive(Clone)]
struct Thing {
    submission: Value,
    record: Value,
}

impl Thing {
    fn address(&self) -> Vec<(&'static str, String)> {
        let title = self.submission["title"].as_str().expect("a title").to_lowercase().replace(' ', "-");
        let slug = self.record["path"].as_str().and_then(|path| path.rsplit('/').next()).map_or(title, String::from);
        vec![(":number", self.submission["number"].to_string()), (":slug", slug)]
    }
}

/// How a row asks, and where in the answer stands what it is about.
struct Question {
    query: String,
    variables: Value,
    at: String,
}

impl Question {
    fn new(query: &str, variables: Value, at: &str) -> Question {
        Question { query: query.to_owned(), variables, at: at.to_owned() }
    }
}

/// How a row acts: through GraphQL, or by a form of a page.
enum Door {
    Graphql(String),
    Form { path: String, action: Option<String> },
}

/// Somebody about to do something.
struct Case {
    actor: Actor,
    door: Door,
    input: Value,
    /// What stands in the page's address.
    address: Vec<(&'static str, String)>,
    /// What nobody can do the same with again.
    uses: Uses,
}

enum Uses {
    Nothing,
    Thing(&'static str, &'static str, &'static str),
    Spare(&'static str),
}

/// An address with its parts filled in.
fn filled(path: &str, parts: &[(&'static str, String)]) -> String {
    parts.iter().fold(path.to_owned(), |path, (part, value)| path.replace(*part, value))
}

/// The address of what never was.
fn nowhere(path: &str) -> String {
    let parts = [(":number", "999999"), (":slug", "never-was"), (":handle", "nobody-here"), (":token", "never")];
    filled(path, &parts.map(|(part, value)| (part, value.to_owned())))
}

/// The same input about what never was.
fn never(value: &Value) -> Value {
    let one = |(name, value): (&String, &Value)| {
        let value = match (name.as_str(), value) {
            ("slug", _) => "never-was".into(),
            ("handle", _) => "nobody-here".into(),
            ("number", _) => 999_999.into(),
            // The same kind of thing, which stands in the first letter.
            (name, Value::String(id)) if name == "on" || name == "token" || name.to_lowercase().ends_with("id") => {
                format!("{}{}A", id.get(..2).unwrap_or(""), "B".repeat(20)).into()
            }
            _ => never(value),
        };
        (name.clone(), value)
    };
    match value {
        Value::Object(fields) => Value::Object(fields.iter().map(one).collect()),
        Value::Array(items) => Value::Array(items.iter().map(never).collect()),
        other => other.clone(),
    }
}

/// The text of a page, without its own address: a visitor's way back from signing in.
fn neutral(page: &Page) -> String {
    let own: String = url::form_urlencoded::byte_serialize(page.path.as_bytes()).collect();
    page.text.replace(&own, "")
}

/// The word for a code of a refusal; another code is no answer to who may, and is its own word.
fn word_of(code: &str) -> &str {
    match code {
        "UNAUTHENTICATED" => "in",
        "FORBIDDEN" | "CONFLICT_OF_INTEREST" | "SILENCED" | "INVALID_TRANSITION" | "CLAIMED_BY_OTHER" => "no",
        "NOT_FOUND" => "none",
        other => other,
    }
}

fn json_of(page: &Page) -> Value {
    serde_json::from_str(&page.text).unwrap_or_else(|_| panic!("GraphQL answers JSON, not {}", page.text))
}

/// The word for a whole request that was refused.
fn denied(answer: &Value) -> Option<String> {
    answer["errors"].get(0).map(|error| word_of(error["extensions"]["code"].as_str().unwrap_or("?")).to_owned())
}

/// Whether something is shown: nothing, nothing in it, and no text are nothing.
fn shown(value: Option<&Value>) -> &'static str {
    let is_there = match value {
        None | Some(Value::Null) => false,
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(items)) => !items.is_empty(),
        Some(_) => true,
    };
    if is_there { "yes" } else { "none" }
}

fn when(is: bool, otherwise: &str) -> String {
    if is { "yes".to_owned() } else { otherwise.to_owned() }
}

/// The word for what a mutation answered.
fn done(page: &Page, mutation: &str) -> String {
    let answer = json_of(page);
    if let Some(word) = denied(&answer) {
        return word;
    }
    let payload = &answer["data"][mutation];
    assert!(payload["userErrors"].is_array(), "a payload, not {answer}");
    let results = payload["results"].as_array().into_iter().flatten().chain([payload]);
    let refusal = results.filter_map(|result| result["userErrors"].get(0)).find_map(|refusal| refusal["code"].as_str());
    refusal.map_or("yes", word_of).to_owned()
}

/// The word for what a page answered.
fn opened(page: &Page) -> String {
    let leads_to = page.leads_to.as_deref().unwrap_or("");
    match page.status.as_u16() {
        200 => "yes".into(),
        303 if leads_to.starts_with("/sign-in?") => "in".into(),
        403 | 405 => "no".into(),
        404 => "none".into(),
        410 => "gone".into(),
        other => other.to_string(),
    }
}

/// The word for what became of a form.
fn posted(page: &Page) -> String {
    let leads_to = page.leads_to.as_deref().unwrap_or("");
    match page.status.as_u16() {
        // What a visitor wrote is kept until they have signed in.
        303 if leads_to.starts_with("/sign-in?") => "in".into(),
        200 | 204 | 303 => "yes".into(),
        401 => "in".into(),
        403 | 409 => "no".into(),
        404 => "none".into(),
        410 => "gone".into(),
        422 if page.text.contains("This link has done its work") => "none".into(),
        other => other.to_string(),
    }
}

/// The fields of a form that fill an input, as pages name them.
pub fn fields(name: &str, value: &Value) -> Vec<(String, String)> {
    let within = |step: &str| if name.is_empty() { step.to_owned() } else { format!("{name}.{step}") };
    match value {
        Value::Null => Vec::new(),
        Value::Object(members) => members.iter().flat_map(|(member, value)| fields(&within(member), value)).collect(),
        Value::Array(items) => {
            let called = |index: usize, item: &Value| if item.is_object() { within(&index.to_string()) } else { name.to_owned() };
            items.iter().enumerate().flat_map(|(index, item)| fields(&called(index, item), item)).collect()
        }
        Value::String(text) => vec![(name.to_owned(), text.clone())],
        other => vec![(name.to_owned(), other.to_string())],
    }
}

/// A text of a kind, and the field of an input that it stands in.
fn text(kind: &str, title: &str) -> (&'static str, Value) {
    match kind {
        "TOPIC" => ("topic", json!({ "name": title, "description": format!("What {title} is about.") })),
        "COMMENT" => ("comment", json!({ "body": title })),
        _ => ("resource", resource(title)),
    }
}

impl Case {
    async fn tries(&self) -> Page {
        match &self.door {
            Door::Graphql(mutation) => {
                let refusals = "userErrors { code field current { id } }";
                let results = if mutation == "decideMany" { format!("results {{ {refusals} }} {refusals}") } else { refusals.to_owned() };
                let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
                match self.input.is_null() {
                    true => self.actor.asks(&format!("mutation {{ {mutation} {{ {results} }} }}"), &json!({})).await,
                    false => {
                        let query = format!("mutation Act($input: {kind}!) {{ {mutation}(input: $input) {{ {results} }} }}");
                        self.actor.asks(&query, &json!({ "input": self.input })).await
                    }
                }
            }
            Door::Form { path, action } => {
                let mut fields = fields("", &self.input);
                // The secret of a letter stands in the address; in a form this is the name of the session's own.
                fields.retain(|(name, _)| name != "token");
                fields.extend((!self.actor.form.is_empty()).then(|| ("token".to_owned(), self.actor.form.clone())));
                fields.extend(action.iter().map(|action| ("action".to_owned(), action.clone())));
                self.actor.posts(&filled(path, &self.address), &fields).await
            }
        }
    }

    fn word(&self, page: &Page) -> String {
        match &self.door {
            Door::Graphql(mutation) => done(page, mutation),
            Door::Form { .. } => posted(page),
        }
    }

    /// The same, done to what never was.
    fn never(&self) -> Case {
        let door = match &self.door {
            Door::Graphql(mutation) => Door::Graphql(mutation.clone()),
            Door::Form { path, action } => Door::Form { path: nowhere(path), action: action.clone() },
        };
        Case { actor: self.actor.clone(), door, input: never(&self.input), address: Vec::new(), uses: Uses::Nothing }
    }
}

/// A forum with everybody of the table in it, and things that are made as they are needed.
struct World {
    forum: Forum,
    actors: HashMap<&'static str, Actor>,
    /// A moderator of no column, who brings things to where they stand.
    desk: Person,
    /// A member of no column, whose things are everybody else's.
    stan: Person,
    /// A resource that comments are about.
    stage: Value,
    forms: Vec<Form>,
    things: HashMap<(&'static str, &'static str, &'static str), Thing>,
    spares: HashMap<&'static str, String>,
    /// What was answered about what never was.
    nevers: HashMap<String, String>,
    made: usize,
}

impl World {
    async fn open() -> World {
        let forum = Forum::open().await;
        let mut actors = HashMap::from([("visitor", Actor::of(forum.visitor()).await)]);
        let people = [
            ("new", "nina", "member"),
            ("author", "ada", "member"),
            ("silenced", "silas", "member"),
            ("suspended", "xenia", "member"),
            ("moderator", "mona", "moderator"),
            ("own", "olga", "moderator"),
            ("admin", "adele", "admin"),
        ];
        for (column, handle, role) in people {
            actors.insert(column, Actor::of(forum.person(handle, role).await).await);
        }
        for (column, scope) in TOKENS.into_iter().zip(["READ", "CONTRIBUTE", "MODERATE"]) {
            let input = json!({ "name": column, "scopes": [scope], "days": 30 });
            let made = actors["moderator"].person.mutates("createToken", input).await;
            let mut person = forum.visitor();
            person.handle = "mona".to_owned();
            let bearer = Some(made["secret"].as_str().unwrap_or_else(|| panic!("a token, not {made}")).to_owned());
            actors.insert(column, Actor { person, bearer, form: String::new() });
        }
        let (desk, stan, ada) = (forum.moderator("dora").await, forum.member("stan").await, actors["author"].person.clone());
        // Known: three contributions were approved.
        for number in 1..=3 {
            desk.approves(&ada.shares(&format!("Known {number}")).await).await;
        }
        let stage = desk.publishes(&stan.shares("Stage").await).await;
        let (forms, things, spares, nevers) = (forms(), HashMap::new(), HashMap::new(), HashMap::new());
        let mut world = World { forum, actors, desk, stan, stage, forms, things, spares, nevers, made: 0 };
        world.measure("silence", "silas").await;
        world.measure("suspend", "xenia").await;
        // The page they had open is gone with their session.
        world.actors.get_mut("suspended").expect("a column").form.clear();
        world
    }

    /// A word that was not there before.
    fn fresh(&mut self, word: &str) -> String {
        self.made += 1;
        format!("{word}{}", self.made)
    }

    async fn id_of(&self, handle: &str) -> Value {
        let query = "query Find($handle: String!) { member(handle: $handle) { id } }";
        self.desk.asks(query, json!({ "handle": handle })).await["data"]["member"]["id"].clone()
    }

    /// An administrator silences, suspends or restores somebody.
    async fn measure(&self, measure: &str, handle: &str) {
        let mut input = json!({ "memberId": self.id_of(handle).await, "reason": "Because." });
        if measure != "restore" {
            input["until"] = UNTIL.into();
        }
        is_done(&self.actors["admin"].person.mutates(measure, input).await);
    }

    /// A thing of somebody's that stands where the row wants it; the same one again until somebody has changed it.
    async fn thing(&mut self, owner: &'static str, kind: &'static str, state: &'static str) -> Thing {
        if let Some(thing) = self.things.get(&(owner, kind, state)) {
            return thing.clone();
        }
        // What silenced people own they brought before.
        if owner == "silenced" {
            self.measure("restore", "silas").await;
        }
        let thing = self.make(owner, kind, state).await;
        if owner == "silenced" {
            self.measure("silence", "silas").await;
        }
        self.things.insert((owner, kind, state), thing.clone());
        thing
    }

    async fn make(&mut self, owner: &str, kind: &str, state: &str) -> Thing {
        let (title, author, desk) = (self.fresh("Thing "), &self.actors[owner].person, &self.desk);
        let sent = match kind {
            "TOPIC" => author.suggests(&title).await,
            "COMMENT" => author.comments(&self.stage, &title).await,
            _ => {
                let mut input = resource(&title);
                input["draft"] = ["DRAFT", "UNSENT"].contains(&state).into();
                author.brings("submitResource", input).await
            }
        };
        let on = json!({ "submissionId": sent["id"], "version": sent["version"] });
        let asks = json!({ "requests": [{ "field": "title", "message": "Longer." }] });
        let says = json!({ "reason": "OTHER", "message": "Kind words." });
        let decided = async |decision: &str, submission: &Value, more: Value| {
            let payload = desk.decides(decision, submission, more).await;
            is_done(&payload);
            payload["submission"].clone()
        };
        let submission = match state {
            "CLAIMED" => desk.brings("claimSubmission", json!({ "submissionId": sent["id"] })).await,
            "CHANGES_REQUESTED" => decided("REQUEST_CHANGES", &sent, asks).await,
            "DECLINED" => decided("DECLINE", &sent, says).await,
            "WITHDRAWN" | "UNSENT" => author.brings("withdrawSubmission", on).await,
            "PUBLISHED" | "EDITED" | "ARCHIVED" | "REMOVED" => {
                let published = desk.approves(&sent).await;
                let record = published["published"].clone();
                let submission = match state {
                    "ARCHIVED" => decided("ARCHIVE", &published, json!({})).await,
                    "REMOVED" => decided("REMOVE", &published, says).await,
                    _ => published,
                };
                if state == "EDITED" {
                    let (field, text) = text(kind, &format!("{title} anew"));
                    self.stan.brings("editPublished", json!({ "id": record["id"], field: text })).await;
                }
                return Thing { submission, record };
            }
            _ => sent,
        };
        Thing { submission, record: Value::Null }
    }

    /// A secret or a person that there is one of until somebody has used it.
    async fn spare(&mut self, what: &'static str) -> String {
        if let Some(there) = self.spares.get(what) {
            return there.clone();
        }
        let handle = self.fresh("guest");
        let spare = match what {
            "change" => {
                let (guest, new) = (self.forum.member(&handle).await, self.fresh("new"));
                is_done(&guest.mutates("changeEmail", json!({ "email": format!("{new}@example.org") })).await);
                secret(&self.forum.letters_to(&new).await, "/settings/address/")
            }
            "stop" => {
                let said = self.actors["author"].person.comments(&self.stage, "Well said.").await;
                self.desk.approves(&said).await;
                secret(&self.forum.letters_to("stan").await, "/letters/stop/")
            }
            "copy" => self.copy_of(&self.stan).await,
            "link" => {
                self.forum.member(&handle).await;
                let link = self.forum.app.sign_in_link(&handle).await.expect("an answer").expect("a member");
                secret(&[link], "/sign-in/")
            }
            "member" | "restricted" => {
                self.forum.member(&handle).await;
                if what == "restricted" {
                    self.measure("silence", &handle).await;
                }
                handle
            }
            other => panic!("nobody has said what {other} is"),
        };
        self.spares.insert(what, spare.clone());
        spare
    }

    /// The secret of a copy of somebody's own data, from the letter that says it is ready.
    async fn copy_of(&self, person: &Person) -> String {
        let asked = person.asks("mutation { requestDataExport { userErrors { code } } }", json!({})).await;
        is_done(&asked["data"]["requestDataExport"]);
        self.forum.app.pack().await.expect("a copy is packed");
        secret(&self.forum.letters_to(&person.handle).await, "/settings/data/")
    }

    /// Somebody of the same role and standing as a column's, whose account may go.
    async fn stand_in(&mut self, column: &str) -> Actor {
        let role = match column {
            "new" | "author" | "silenced" => "member",
            "moderator" | "own" => "moderator",
            "admin" => "admin",
            _ => return self.actors[column].clone(),
        };
        let (handle, title) = (self.fresh("guest"), self.fresh("Thing "));
        let person = self.forum.person(&handle, role).await;
        if ["author", "silenced", "own"].contains(&column) {
            person.shares(&title).await;
        }
        if column == "silenced" {
            self.measure("silence", &handle).await;
        }
        Actor::of(person).await
    }

    /// The same person in another browser, whose session may end.
    async fn elsewhere(&self, column: &str) -> Actor {
        let actor = &self.actors[column];
        match actor.form.is_empty() {
            true => actor.clone(),
            false => Actor::of(self.forum.signs_in(&actor.person.handle).await).await,
        }
    }

    /// Whose account a row is about: that of the column's own person (of a token, its member's), or somebody else's.
    fn account(&self, column: &str, owns: bool) -> Person {
        match column {
            "visitor" | "suspended" => self.stan.clone(),
            _ if !owns => self.stan.clone(),
            _ if TOKENS.contains(&column) => self.actors["moderator"].person.clone(),
            _ => self.actors[column].person.clone(),
        }
    }

    /// The id of something new in somebody's account.
    async fn in_account(&mut self, mutation: &str, person: &Person) -> Value {
        match mutation {
            "endSession" => {
                let there = self.forum.signs_in(&person.handle).await;
                let sessions = there.asks("{ viewer { sessions { id current } } }", json!({})).await["data"]["viewer"]["sessions"].clone();
                let current = sessions.as_array().and_then(|all| all.iter().find(|session| session["current"] == true));
                current.unwrap_or_else(|| panic!("a session, not {sessions}"))["id"].clone()
            }
            "removeIdentity" => {
                self.adds_identity(&person.handle).await;
                let found = person.asks("{ viewer { identities { id } } }", json!({})).await;
                found["data"]["viewer"]["identities"][0]["id"].clone()
            }
            _ => person.mutates("createToken", json!({ "name": "Script", "scopes": ["READ"], "days": 30 })).await["token"]["id"].clone(),
        }
    }

    /// No provider stands behind this forum, so nobody can be vouched for through a door.
    async fn adds_identity(&mut self, handle: &str) {
        let (subject, id) = (self.fresh("subject"), if is_postgres() { "gen_random_uuid()" } else { "randomblob(16)" });
        let statement = format!(
            "INSERT INTO identity (id, member_id, provider, issuer, subject, label, created_at, last_used_at)
            SELECT {id}, id, 'elsewhere', 'https://elsewhere.example', '{subject}', 'Somebody', joined_at, joined_at
            FROM member WHERE handle = '{handle}'"
        );
        self.forum.tables().execute_unprepared(&statement).await.expect("an identity");
    }
}

#[track_caller]
fn is_done(payload: &Value) {
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
}

/// The secret that the newest letter names behind a path.
fn secret(letters: &[String], path: &str) -> String {
    let rest = letters.iter().rev().find_map(|letter| letter.split_once(path)).unwrap_or_else(|| panic!("a letter names {path}")).1;
    rest.split_whitespace().next().expect("a secret").to_owned()
}

/// Whose thing a row is about in a column: one's own where the column says so, else the author's. A program with a token does to its
/// member's own what nobody but an author may do.
fn owner(column: &'static str, authors_alone: bool) -> &'static str {
    match column {
        "author" | "silenced" | "own" => column,
        _ if authors_alone && TOKENS.contains(&column) => "moderator",
        _ => "author",
    }
}
