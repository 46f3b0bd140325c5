//! Who may do what: `permissions.txt` is the table, each of its cells is tried through the doors, and nothing is missing from it.

use std::{
    collections::{BTreeSet, HashMap},
    fmt::Write,
    fs,
};

use apollo_compiler::Schema;
use poem::http::{Method, StatusCode};
use sea_orm_migration::sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::harness::{Forum, ORIGIN, Page, Person, is_postgres, resource, root};

const TABLE: &str = include_str!("permissions.txt");
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

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect(path)
}

/// Every page with its pair, from the site's table of contents.
fn pages() -> Vec<(String, String)> {
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
        200 | 303 => "yes".into(),
        401 => "in".into(),
        403 | 409 => "no".into(),
        404 => "none".into(),
        410 => "gone".into(),
        422 if page.text.contains("This link has done its work") => "none".into(),
        other => other.to_string(),
    }
}

/// The fields of a form that fill an input, as pages name them.
fn fields(name: &str, value: &Value) -> Vec<(String, String)> {
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

// Reading.

impl World {
    /// Gives somebody everything that an account can hold, and hides what can be hidden.
    async fn furnish(&mut self, person: &Person) {
        let name = format!("{}{}", person.handle[..1].to_uppercase(), &person.handle[1..]);
        let profile = json!({
            "name": name, "sector": "academia", "organisation": "A house", "pronouns": "they", "region": "Here", "about": "About *me*.",
            "links": ["https://example.org/me"],
            "hidden": ["DIRECTORY", "PRONOUNS", "SECTOR", "ORGANISATION", "REGION", "ABOUT", "LINKS"],
        });
        is_done(&person.mutates("updateProfile", profile).await);
        let email = self.fresh("new");
        is_done(&person.mutates("changeEmail", json!({ "email": format!("{email}@example.org") })).await);
        let asked = person.asks("mutation { requestDataExport { userErrors { code } } }", json!({})).await;
        is_done(&asked["data"]["requestDataExport"]);
        self.in_account("revokeToken", person).await;
        self.adds_identity(&person.handle).await;
    }

    /// Every field of a member as a column sees it: of themselves as `viewer`, of somebody else as `member`.
    async fn members_to(&self, column: &str, schema: &Schema) -> Page {
        let member = schema.get_object("Member").expect("a type");
        let mut selection = String::new();
        for (name, field) in &member.fields {
            let inside = if schema.get_object(field.ty.inner_named_type().as_str()).is_some() { " { __typename }" } else { "" };
            write!(selection, "{}{inside} ", name.as_str()).expect("room");
        }
        let query = format!("query Both($handle: String!) {{ viewer {{ {selection} }} member(handle: $handle) {{ {selection} }} }}");
        self.actors[column].asks(&query, &json!({ "handle": "tess" })).await
    }

    async fn question(&mut self, row: &Row, column: &'static str) -> Question {
        let (words, kind) = (row.words(), row.kind());
        let thing = match row.state() {
            Some(state) => Some(self.thing(owner(column, false), kind, state).await),
            None => None,
        };
        let thing = || thing.as_ref().unwrap_or_else(|| panic!("{} says where its thing stands", row.name));
        let part = |name: &str| thing().address().into_iter().find(|(part, _)| *part == name).map(|(_, value)| value).unwrap_or_default();
        let node = |id: Value, inside: &str, at: &str| {
            Question::new(&format!("query Ask($id: ID!) {{ node(id: $id) {{ {inside} }} }}"), json!({ "id": id }), at)
        };
        match (words[0], words[1]) {
            ("query", "node") => {
                let id = match words[2] {
                    "Member" => self.id_of("tess").await,
                    "Submission" => thing().submission["id"].clone(),
                    "Decision" => self.decision_of(thing()).await,
                    "ChangeRequest" => thing().submission["requests"][0]["id"].clone(),
                    "Session" => self.in_account("endSession", &self.account(column, true)).await,
                    "AccessToken" => self.in_account("revokeToken", &self.account(column, true)).await,
                    "Identity" => self.in_account("removeIdentity", &self.account(column, true)).await,
                    _ => thing().record["id"].clone(),
                };
                node(id, "id", "/data/node")
            }
            ("query", "submission") => {
                let query = "query Ask($id: ID!) { submission(id: $id) { id } }";
                Question::new(query, json!({ "id": thing().submission["id"] }), "/data/submission")
            }
            ("query", field @ ("resource" | "topic")) => {
                let query = format!("query Ask($slug: String!) {{ {field}(slug: $slug) {{ id }} }}");
                Question::new(&query, json!({ "slug": part(":slug") }), &format!("/data/{field}"))
            }
            ("query", "comment") => {
                let query = "query Ask($number: Int!) { comment(number: $number) { id } }";
                Question::new(query, json!({ "number": thing().submission["number"] }), "/data/comment")
            }
            ("query", "gone") => {
                let query = "query Ask($slug: String!) { gone(of: RESOURCE, slug: $slug) { path } }";
                Question::new(query, json!({ "slug": part(":slug") }), "/data/gone")
            }
            ("query", "member") => {
                let query = "query Ask($handle: String!) { member(handle: $handle) { id } }";
                Question::new(query, json!({ "handle": "tess" }), "/data/member")
            }
            ("query", "members") if words.contains(&"HIDDEN") => {
                let query = "{ members(filter: { query: \"tess\" }) { nodes { handle } } }";
                Question::new(query, json!({}), "/data/members/nodes")
            }
            ("query", field @ ("emailChange" | "signInLink")) => {
                let token = self.spare(if field == "signInLink" { "link" } else { "change" }).await;
                let query = format!("query Ask($token: String!) {{ {field}(token: $token) {{ email }} }}");
                Question::new(&query, json!({ "token": token }), &format!("/data/{field}"))
            }
            ("field", "Claim.member") => {
                let query = "query Ask($id: ID!) { submission(id: $id) { claim { member { handle } } } }";
                Question::new(query, json!({ "id": thing().submission["id"] }), "/data/submission/claim/member")
            }
            ("field", field) => {
                let (of, name) = field.split_once('.').expect("a type and a field");
                let inside = match name {
                    "submission" | "requests" => format!("{name} {{ id }}"),
                    "decider" => "decider { handle }".to_owned(),
                    _ => name.to_owned(),
                };
                let id = if of == "Decision" { self.decision_of(thing()).await } else { thing().record["id"].clone() };
                node(id, &format!("... on {of} {{ {inside} }}"), &format!("/data/node/{name}"))
            }
            (_, field) => Question::new(&format!("{{ {field} {{ __typename }} }}"), json!({}), &format!("/data/{field}")),
        }
    }

    async fn decision_of(&self, thing: &Thing) -> Value {
        let query = "query Decided($id: ID!) { submission(id: $id) { decision { id } } }";
        self.desk.asks(query, json!({ "id": thing.submission["id"] })).await["data"]["submission"]["decision"]["id"].clone()
    }

    async fn asks(&mut self, row: &Row, column: &'static str) -> Answer {
        let Question { query, variables, at } = self.question(row, column).await;
        let page = self.actors[column].asks(&query, &variables).await;
        let answer = json_of(&page);
        let word = denied(&answer).unwrap_or_else(|| match answer.pointer(&at) {
            Some(Value::Bool(is)) => when(*is, "none"),
            value => shown(value).to_owned(),
        });
        let nothing = never(&variables);
        // Only a question of its own about one thing has an answer that tells whether the thing is there.
        if word != "none" || row.words()[0] == "field" || nothing == variables {
            return Answer::new(&word, page);
        }
        let key = format!("{column} {query} {nothing}");
        if !self.nevers.contains_key(&key) {
            let answered = self.actors[column].asks(&query, &nothing).await.text;
            self.nevers.insert(key.clone(), answered);
        }
        Answer::new(if self.nevers[&key] == page.text { "none" } else { "differs" }, page)
    }

    async fn opens(&mut self, row: &Row, column: &'static str) -> Answer {
        let path = row.words()[1].to_owned();
        let mut address = vec![(":handle", "tess".to_owned())];
        if let Some(state) = row.state() {
            address.extend(self.thing(owner(column, false), row.kind(), state).await.address());
        }
        if path.contains(":token") {
            let of = [("/sign-in/", "link"), ("/settings/address/", "change"), ("/settings/data/", "copy"), ("/letters/stop/", "stop")];
            let of = of.into_iter().find(|(start, _)| path.starts_with(start)).unwrap_or_else(|| panic!("what secret stands in {path}"));
            address.push((":token", self.spare(of.1).await));
        }
        let query = if path == "/graphql" { "?query=%7Bcommunity%7Bname%7D%7D" } else { "" };
        let page = self.actors[column].opens(&format!("{}{query}", filled(&path, &address))).await;
        let word = opened(&page);
        if word != "none" {
            return Answer::new(&word, page);
        }
        let never = nowhere(&path);
        let key = format!("{column} {never}");
        if !self.nevers.contains_key(&key) {
            let answered = neutral(&self.actors[column].opens(&never).await);
            self.nevers.insert(key.clone(), answered);
        }
        Answer::new(if self.nevers[&key] == neutral(&page) { "none" } else { "differs" }, page)
    }
}

/// What a row about a field of a member finds in an answer with all of them.
fn found(row: &Row, page: &Page) -> Answer {
    let answer = json_of(page);
    let words = row.words();
    let (field, whose) = (words[0].trim_start_matches("Member."), words[1]);
    let at = format!("/data/{}/{field}", if whose == "own" { "viewer" } else { "member" });
    let word = denied(&answer).unwrap_or_else(|| match (field, whose, answer.pointer(&at)) {
        ("mayAdminister", _, Some(Value::Bool(may))) => when(*may, "no"),
        // The other one is silenced, and that is what not everybody sees.
        ("standing", "other", Some(standing)) => when(standing == "SILENCED", "none"),
        (_, _, value) => shown(value).to_owned(),
    });
    Answer::new(&word, page.clone())
}

#[tokio::test]
async fn everybody_reads_what_the_table_says() {
    let mut world = World::open().await;
    let tess = world.forum.member("tess").await;
    world.furnish(&tess).await;
    world.measure("silence", "tess").await;
    // What silenced people say about themselves they said before.
    world.measure("restore", "silas").await;
    for column in COLUMNS {
        if !world.actors[column].form.is_empty() {
            let person = world.actors[column].person.clone();
            world.furnish(&person).await;
        }
    }
    world.measure("silence", "silas").await;
    // Something waits, so that there is something to open next.
    world.thing("author", "RESOURCE", "PENDING").await;
    let schema = sdl();
    let mut members = Vec::new();
    for column in COLUMNS {
        members.push(world.members_to(column, &schema).await);
    }
    let mut report = Report::default();
    for row in table().into_iter().filter(|row| !["mutation", "POST"].contains(&row.words()[0])) {
        let mut answers = Vec::new();
        for (index, column) in COLUMNS.into_iter().enumerate() {
            answers.push(match row.words()[0] {
                _ if row.cells[index] == "-" => Answer::nothing(),
                "query" | "field" => world.asks(&row, column).await,
                "GET" => world.opens(&row, column).await,
                _ => found(&row, &members[index]),
            });
        }
        report.compare(&row, &answers);
    }
    report.is_empty();
}

// Acting.

impl World {
    /// What somebody is about to do, with everything that it takes.
    async fn case(&mut self, row: &Row, column: &'static str) -> Case {
        let words = row.words();
        let (path, action) = (words[1].to_owned(), row.action());
        let form = self.forms.iter().find(|form| form.path == path && Some(&form.action) == action.as_ref());
        let (mutation, door) = match (words[0], form) {
            ("mutation", _) => (path.clone(), Door::Graphql(path)),
            (_, Some(form)) => (form.mutation.clone(), Door::Form { path, action }),
            (_, None) => (path.clone(), Door::Form { path, action: None }),
        };
        let owns = !words.contains(&"other");
        let actor = self.actors[column].clone();
        let mut case = Case { actor, door, input: Value::Null, address: Vec::new(), uses: Uses::Nothing };
        match mutation.as_str() {
            "updateProfile" => case.input = json!({ "name": "Somebody", "sector": "academia" }),
            "setReplyLetters" => case.input = json!({ "wanted": true }),
            "changeEmail" | "requestSignInLink" => case.input = json!({ "email": format!("{}@example.org", self.fresh("new")) }),
            "createToken" => case.input = json!({ "name": "Script", "scopes": ["READ"], "days": 30 }),
            "submitResource" => case.input = resource(&self.fresh("Thing ")),
            "suggestTopic" => case.input = text("TOPIC", &self.fresh("Thing ")).1,
            "requestDataExport" | "endOtherSessions" => {}
            "deleteAccount" => {
                if !words.contains(&"LAST") {
                    case.actor = self.stand_in(column).await;
                }
                case.input = json!({ "handle": case.actor.person.handle, "contributions": "KEEP" });
            }
            "confirmEmail" | "stopReplyLetters" => {
                let what = if mutation == "confirmEmail" { "change" } else { "stop" };
                let token = self.spare(what).await;
                (case.input, case.address) = (json!({ "token": token }), vec![(":token", token)]);
                case.uses = if what == "change" { Uses::Spare(what) } else { Uses::Nothing };
            }
            "setRole" | "silence" | "suspend" | "restore" => {
                let what = if mutation == "restore" { "restricted" } else { "member" };
                let handle = if owns { self.account(column, true).handle } else { self.spare(what).await };
                case.input = json!({ "memberId": self.id_of(&handle).await, "reason": "Because." });
                match mutation.as_str() {
                    "setRole" => case.input["role"] = "MODERATOR".into(),
                    "restore" => {}
                    _ => case.input["until"] = UNTIL.into(),
                }
                (case.address, case.uses) = (vec![(":handle", handle)], Uses::Spare(what));
            }
            "endSession" | "removeIdentity" | "revokeToken" => {
                let id = self.in_account(&mutation, &self.account(column, owns)).await;
                let name = [("endSession", "sessionId"), ("removeIdentity", "identityId"), ("revokeToken", "tokenId")];
                let name = name.into_iter().find(|(known, _)| *known == mutation).expect("one of them").1;
                case.input = json!({ name: id });
            }
            "/sign-out" => case.actor = self.elsewhere(column).await,
            "/sign-in/:token" => {
                case.actor = self.elsewhere(column).await;
                (case.address, case.uses) = (vec![(":token", self.spare("link").await)], Uses::Spare("link"));
            }
            "/settings/data/:token" => {
                let is_own = owns && !case.actor.form.is_empty();
                let token = if is_own { self.copy_of(&case.actor.person).await } else { self.spare("copy").await };
                case.address = vec![(":token", token)];
            }
            _ => self.about_a_thing(row, column, &mutation, &mut case).await,
        }
        case
    }

    /// What somebody is about to do to a contribution, or to what it became.
    async fn about_a_thing(&mut self, row: &Row, column: &'static str, mutation: &str, case: &mut Case) {
        let (words, kind) = (row.words(), row.kind());
        let state = row.state().unwrap_or_else(|| panic!("nobody has said how {} is tried", row.name));
        let authors_alone =
            ["reviseSubmission", "withdrawSubmission"].contains(&mutation) || (mutation, kind) == ("editPublished", "COMMENT");
        let owner = owner(column, authors_alone);
        let thing = self.thing(owner, kind, state).await;
        let (id, version, record) = (&thing.submission["id"], &thing.submission["version"], &thing.record["id"]);
        let title = thing.submission["title"].as_str().expect("a title");
        let (field, text) = text(kind, &format!("{title} anew"));
        let kinds = ["APPROVE", "REQUEST_CHANGES", "DECLINE", "REMOVE", "ARCHIVE"];
        let decision = kinds.into_iter().find(|decision| words.get(2) == Some(decision)).unwrap_or("APPROVE");
        let revision = &thing.submission["revision"];
        let mut decided = json!({ "submissionId": id, "version": version, "revision": revision, "decision": decision, "reason": "OTHER" });
        if decision == "REQUEST_CHANGES" {
            decided["requests"] = json!([{ "field": "title", "message": "Longer." }]);
        }
        case.input = match mutation {
            "reviseSubmission" => json!({ "submissionId": id, "version": version, field: text }),
            "withdrawSubmission" => json!({ "submissionId": id, "version": version }),
            "claimSubmission" => json!({ "submissionId": id }),
            "releaseSubmission" => json!({ "submissionId": id, "reason": "It has waited." }),
            "decide" => decided,
            "decideMany" => json!({ "decisions": [decided] }),
            "vote" => json!({ "topicId": record, "vote": true }),
            "setTopicStatus" => json!({ "topicId": record, "status": "PLANNED", "ledTo": [] }),
            "writeComment" => json!({ "on": record, "body": self.fresh("Said ") }),
            "editPublished" => json!({ "id": record, field: text }),
            other => panic!("nobody has said how {other} is tried"),
        };
        case.address = thing.address();
        let stays =
            ["vote", "setTopicStatus", "writeComment"].contains(&mutation) || (mutation == "releaseSubmission" && state != "CLAIMED");
        case.uses = if stays { Uses::Nothing } else { Uses::Thing(owner, kind, state) };
    }

    async fn tries(&mut self, row: &Row, column: &'static str) -> Answer {
        let case = self.case(row, column).await;
        let page = case.tries().await;
        let mut word = case.word(&page);
        if word == "yes" && row.action().as_deref() == Some("DecideMany") {
            // The page is shown with what became of each.
            word = when(self.is_published(&case.input["decisions"][0]["submissionId"]).await, "no");
        }
        if word == "none" && neutral(&case.never().tries().await) != neutral(&page) {
            word = "differs".into();
        }
        if word == "yes" {
            match case.uses {
                Uses::Thing(owner, kind, state) => drop(self.things.remove(&(owner, kind, state))),
                Uses::Spare(what) => drop(self.spares.remove(what)),
                Uses::Nothing => {}
            }
        }
        Answer::new(&word, page)
    }

    async fn is_published(&self, id: &Value) -> bool {
        let query = "query State($id: ID!) { submission(id: $id) { state } }";
        self.desk.asks(query, json!({ "id": id })).await["data"]["submission"]["state"] == "PUBLISHED"
    }
}

/// Tries the rows that begin with a word: first what the table refuses, and that it leaves everything as it was; then the rest.
async fn everybody_does_what_the_table_says(first: &str) {
    let mut world = World::open().await;
    let mut report = Report::default();
    for row in table().into_iter().filter(|row| row.words()[0] == first) {
        let mut answers: Vec<Answer> = COLUMNS.iter().map(|_| Answer::nothing()).collect();
        let said = (0..COLUMNS.len()).filter(|index| row.cells[*index] != "-");
        let (may, may_not): (Vec<usize>, Vec<usize>) = said.partition(|index| row.cells[*index] == "yes");
        for index in &may_not {
            // What it takes is there before anything is counted.
            world.case(&row, COLUMNS[*index]).await;
        }
        let before = world.forum.everything().await;
        for index in may_not {
            answers[index] = world.tries(&row, COLUMNS[index]).await;
        }
        let was_refused = answers.iter().all(|answer| answer.word != "yes");
        let after = world.forum.everything().await;
        if was_refused && before != after {
            report.0.push(format!("# {}: something was refused, and yet {before:?} became {after:?}", row.name));
        }
        for index in may {
            answers[index] = world.tries(&row, COLUMNS[index]).await;
        }
        report.compare(&row, &answers);
    }
    report.is_empty();
    world.forum.verifies().await;
}

#[tokio::test]
async fn everybody_does_through_graphql_what_the_table_says() {
    everybody_does_what_the_table_says("mutation").await;
}

#[tokio::test]
async fn everybody_does_with_forms_what_the_table_says() {
    everybody_does_what_the_table_says("POST").await;
}

#[tokio::test]
async fn a_token_ends_with_its_members_access() {
    let world = World::open().await;
    let moderate = &world.actors["moderate"];
    let name = "{ community { name } }";
    assert_eq!(moderate.asks(name, &json!({})).await.status, StatusCode::OK);
    world.measure("suspend", "mona").await;
    for column in TOKENS {
        let page = world.actors[column].asks(name, &json!({})).await;
        assert_eq!((page.status, denied(&json_of(&page)).as_deref()), (StatusCode::UNAUTHORIZED, Some("in")));
    }
    // Pages take no notice of any token.
    assert_eq!(opened(&moderate.opens("/settings").await), "in");
}
