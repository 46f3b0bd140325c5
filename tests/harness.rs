//! A fresh forum for each test, and people who act in it through its real doors.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, LazyLock, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use chrono::{DateTime, Duration};
use migrations::{Migrator, MigratorTrait};
use poem::{
    Endpoint, EndpointExt, Request, Response,
    endpoint::BoxEndpoint,
    http::{Method, StatusCode},
};
use scraper::{ElementRef, Html, Selector};
use sea_orm_migration::sea_orm::{ConnectOptions, ConnectionTrait, Database as Connect, DatabaseConnection};
use serde_json::{Value, json};
use server::{
    App, Clock, Community, Database, Randomness, Site, Statements,
    mail::Mail,
    providers::{ProviderOptions, Providers},
};
use tempfile::TempDir;

pub const ORIGIN: &str = "http://127.0.0.1:8000";

/// Which engine this run is about: the suite runs once for each.
pub fn is_postgres() -> bool {
    match std::env::var("TEST_ENGINE").as_deref() {
        Ok("postgres") => true,
        Ok("sqlite") | Err(_) => false,
        Ok(other) => panic!("TEST_ENGINE is sqlite or postgres, not {other}"),
    }
}

/// The cluster that `scripts/test` started, up to and without the name of a database.
fn cluster() -> String {
    std::env::var("TEST_POSTGRES").expect("scripts/test sets TEST_POSTGRES to the cluster it started")
}

async fn administer(statement: &str) {
    let mut options = ConnectOptions::new(format!("{}/postgres", cluster()));
    options.max_connections(1).sqlx_logging(false);
    let connection = Connect::connect(options).await.expect("the cluster answers");
    connection.execute_unprepared(statement).await.expect(statement);
    connection.close().await.expect("a connection closes");
}

/// A database with every migration applied, made once and copied for every test.
fn template() -> &'static str {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let make = async {
            let (url, name) = match is_postgres() {
                true => {
                    let name = format!("template_{}", std::process::id());
                    administer(&format!("CREATE DATABASE {name}")).await;
                    (format!("{}/{name}", cluster()), name)
                }
                false => {
                    forget_earlier_runs();
                    let folder = memory().join(format!("lyceum-tests-{}", std::process::id()));
                    std::fs::create_dir_all(&folder).expect("a temporary folder");
                    let file = folder.join("template.db").display().to_string();
                    (format!("sqlite:{file}"), file)
                }
            };
            let database = Database::open(&url).await.expect("a fresh database");
            Migrator::up(database.writer(), None).await.expect("every migration applies");
            if !is_postgres() {
                database.writer().execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.expect("a checkpoint");
            }
            database.writer().clone().close().await.expect("closes");
            name
        };
        // A runtime of its own: this may be asked for from inside a test's.
        std::thread::scope(|scope| {
            scope
                .spawn(|| tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(make))
                .join()
                .expect("a template")
        })
    })
}

/// Removes the templates of runs that have ended: memory is not for keeping.
fn forget_earlier_runs() {
    for entry in std::fs::read_dir(memory()).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.strip_prefix("lyceum-tests-").is_some_and(|run| !Path::new("/proc").join(run).exists()) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Where files cost no disk: each commit waits for its file to be on it.
fn memory() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    if memory.is_dir() { memory } else { std::env::temp_dir() }
}

/// The address of a fresh, migrated database; the folder goes with the test.
pub async fn fresh_database(folder: &Path) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    if is_postgres() {
        let name = format!("forum_{}_{number}", std::process::id());
        administer(&format!("CREATE DATABASE {name} TEMPLATE {}", template())).await;
        format!("{}/{name}", cluster())
    } else {
        let file = folder.join("forum.db");
        std::fs::copy(template(), &file).expect("a copy of the template");
        format!("sqlite:{}", file.display())
    }
}

/// An address of an empty database that nobody has migrated.
pub async fn empty_database(folder: &Path, name: &str) -> String {
    match is_postgres() {
        true => {
            let name = format!("{name}_{}", std::process::id());
            administer(&format!("CREATE DATABASE {name}")).await;
            format!("{}/{name}", cluster())
        }
        false => format!("sqlite:{}", folder.join(format!("{name}.db")).display()),
    }
}

/// A forum of its own, on a clock and a source of ids that the test holds.
pub struct Forum {
    pub app: App,
    pub clock: Clock,
    pub folder: Arc<TempDir>,
    endpoint: Arc<BoxEndpoint<'static, Response>>,
}

impl Forum {
    /// Opens a forum where nobody has been yet, on the morning of 2 March 2026.
    pub async fn open() -> Forum {
        Forum::with_settings("limits = false").await
    }

    /// The same, where it is counted how often somebody does something.
    pub async fn with_limits() -> Forum {
        Forum::with_settings("limits = true").await
    }

    /// The same with the `[[provider]]` tables of a settings file, and with limits.
    pub async fn with_providers(settings: &str) -> Forum {
        Forum::with_settings(&format!("limits = true\n{settings}")).await
    }

    async fn with_settings(settings: &str) -> Forum {
        static COMMUNITY: LazyLock<Community> = LazyLock::new(Community::built_in);
        #[derive(serde::Deserialize)]
        struct Settings {
            limits: bool,
            #[serde(default)]
            provider: Vec<ProviderOptions>,
        }
        let settings: Settings = toml::from_str(settings).expect("settings");
        let providers = Providers::read(settings.provider).expect("providers that work");
        let folder = Arc::new(tempfile::tempdir_in(memory()).expect("a temporary folder"));
        let url = fresh_database(folder.path()).await;
        let clock = Clock::held(DateTime::parse_from_rfc3339("2026-03-02T09:00:00Z").expect("a time").to_utc());
        let forum = server::Forum {
            database: Database::open(&url).await.expect("the copy opens"),
            community: {
                let mut community = COMMUNITY.clone();
                community.providers = providers.names();
                community
            },
            clock: clock.clone(),
            randomness: Randomness::Counted(Arc::default()),
            secret: vec![7; 32],
            demonstration: false,
            limits: settings.limits,
            searches: Default::default(),
            news: Default::default(),
        };
        let app = App::open(Arc::new(forum), Site::new(ORIGIN.parse().expect("a URL"))).await.expect("every page fits the schema");
        let app = App { providers, ..app };
        let endpoint = Arc::new(app.endpoint().boxed());
        Forum { app, clock, folder, endpoint }
    }

    /// Somebody who is not signed in.
    pub fn visitor(&self) -> Person {
        Person { handle: String::new(), cookie: None, endpoint: self.endpoint.clone() }
    }

    pub async fn member(&self, handle: &str) -> Person {
        self.person(handle, "member").await
    }

    pub async fn moderator(&self, handle: &str) -> Person {
        self.person(handle, "moderator").await
    }

    /// Adds a person as an operator would, and signs them in by pressing the button behind a link.
    pub async fn person(&self, handle: &str, role: &str) -> Person {
        let name = format!("{}{}", handle[..1].to_uppercase(), &handle[1..]);
        self.app.add_member(handle, &name, &format!("{handle}@example.org"), role.parse().expect("a role")).await.expect("a member");
        self.signs_in(handle).await
    }

    pub async fn signs_in(&self, handle: &str) -> Person {
        let link = self.app.sign_in_link(handle).await.expect("an answer").expect("a member");
        let mut person = self.visitor();
        person.handle = handle.to_owned();
        person.presses(&link).await;
        person
    }

    /// Sends what is in the outbox and answers every letter so far, oldest first, as text.
    pub async fn letters(&self) -> Vec<String> {
        let mut settings = server::settings::Options::default().settle(None).expect("defaults");
        settings.data = self.folder.path().into();
        let mail = Mail::new(self.app.clone(), &settings).expect("a folder for letters");
        while mail.deliver().await.expect("the outbox is read") > 0 {}
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(self.folder.path().join("mail")).into_iter().flatten().map(|entry| entry.expect("a file").path()).collect();
        files.sort();
        files.iter().map(|file| std::fs::read_to_string(file).expect("a letter")).collect()
    }

    /// The letters to one person.
    pub async fn letters_to(&self, handle: &str) -> Vec<String> {
        let to = format!("To: {handle}@example.org\n");
        self.letters().await.into_iter().filter(|letter| letter.contains(&to)).collect()
    }

    pub fn later(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// The tables themselves, for what no door shows.
    pub fn tables(&self) -> &DatabaseConnection {
        self.app.forum.database.writer()
    }

    /// One number from the tables.
    pub async fn count(&self, table: &str) -> i64 {
        count(self.tables(), table).await
    }

    /// What a mutation must leave as it is when it says no: the rows of every table that a rule writes.
    pub async fn everything(&self) -> Vec<(&'static str, i64)> {
        let tables = "submission revision decision change_request log_entry log_detail outbox idempotency_key \
            resource resource_label resource_search topic topic_vote topic_result comment tombstone claim";
        let mut counts = Vec::new();
        for table in tables.split_whitespace() {
            counts.push((table, self.count(table).await));
        }
        counts
    }

    /// Proves the log: every transition has its entry, and every submission stands where its last one left it.
    pub async fn verifies(&self) -> u64 {
        server::verify_log(&self.app.forum.database).await.expect("an answer").unwrap_or_else(|broken| panic!("{broken}"))
    }
}

pub async fn count(tables: &DatabaseConnection, table: &str) -> i64 {
    let statement =
        sea_orm_migration::sea_orm::Statement::from_string(tables.get_database_backend(), format!("SELECT COUNT(*) FROM {table}"));
    tables.query_one_raw(statement).await.expect("a count").expect("a row").try_get_by_index(0).expect("a number")
}

/// Somebody who uses the forum through pages and GraphQL.
#[derive(Clone)]
pub struct Person {
    pub handle: String,
    pub cookie: Option<String>,
    endpoint: Arc<BoxEndpoint<'static, Response>>,
}

impl Person {
    /// Sends any request. Browsers say where a form comes from, and so does this.
    pub async fn sends(&self, method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Page {
        let mut request = Request::builder().method(method).uri(path.parse().expect("a path"));
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", format!("sid={cookie}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.endpoint.get_response(request.body(body.into())).await;
        Page::read(path, response).await
    }

    /// Opens a page and follows where it leads.
    pub async fn opens(&self, path: &str) -> Page {
        let mut page = self.sends(Method::GET, path, &[], "").await;
        for _ in 0..3 {
            let Some(to) = page.leads_to.clone() else { break };
            page = self.sends(Method::GET, &to, &[], "").await;
        }
        page
    }

    /// How many statements a page sends: the fewest of three times, since on a busy machine a loader may ask in two parts.
    pub async fn costs(&self, path: &str) -> u64 {
        let mut fewest = u64::MAX;
        for _ in 0..3 {
            fewest = fewest.min(self.opens(path).await.is(StatusCode::OK).statements);
        }
        fewest
    }

    async fn posts(&self, path: &str, fields: &[(String, String)]) -> Page {
        let body = serde_urlencoded(fields);
        self.sends(Method::POST, path, &[("origin", ORIGIN), ("content-type", "application/x-www-form-urlencoded")], body).await
    }

    /// Fills the first form of a page and sends it.
    pub async fn submits(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let page = self.opens(path).await.is(StatusCode::OK);
        let form = page.forms().into_iter().next().unwrap_or_else(|| panic!("{path} has a form"));
        self.fills(&page, form, fields).await
    }

    /// Fills the form of a page that does `action`, and sends it.
    pub async fn does(&self, path: &str, action: &str, fields: &[(&str, &str)]) -> Page {
        let page = self.opens(path).await;
        self.fills(&page, page.form_that(action), fields).await
    }

    /// Sends a form of a page that was opened before, filled in.
    pub async fn fills(&self, page: &Page, form: Vec<(String, String)>, fields: &[(&str, &str)]) -> Page {
        let mut filled = form;
        for (name, value) in fields {
            filled.retain(|(known, _)| known != name);
            filled.push(((*name).to_owned(), (*value).to_owned()));
        }
        self.posts(&page.path, &filled).await
    }

    /// Presses the button that ends the session.
    pub async fn does_sign_out(&self) -> Page {
        let token = self.opens("/settings").await.value_of("token");
        self.posts("/sign-out", &[("token".to_owned(), token)]).await
    }

    /// Opens a sign-in link and presses its button; keeps the cookie.
    pub async fn presses(&mut self, link: &str) -> Page {
        self.joins(link, &[]).await
    }

    /// Opens a sign-in link, answers what it asks, and presses its button; keeps the cookie.
    pub async fn joins(&mut self, link: &str, fields: &[(&str, &str)]) -> Page {
        let path = link.strip_prefix(ORIGIN).unwrap_or(link).to_owned();
        let page = self.submits(&path, fields).await;
        if let Some(cookie) = page.cookie("sid").filter(|cookie| !cookie.is_empty()) {
            self.cookie = Some(cookie);
        }
        page
    }

    /// Asks GraphQL and answers the whole response.
    pub async fn asks(&self, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let page = self.sends(Method::POST, "/graphql", &[("origin", ORIGIN), ("content-type", "application/json")], body).await;
        serde_json::from_str(&page.text).unwrap_or_else(|_| panic!("GraphQL answers JSON, not {}", page.text))
    }

    /// Runs a mutation of one input and answers its payload.
    pub async fn mutates(&self, mutation: &str, input: Value) -> Value {
        let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let thing = match mutation {
            "updateProfile" | "setLanguage" | "setReplyLetters" | "stopReplyLetters" | "changeEmail" | "confirmEmail" | "endSession"
            | "removeIdentity" | "revokeToken" | "setRole" | "silence" | "suspend" | "restore" => "member { name }".to_owned(),
            "createToken" => "token { id name ending scopes } secret".to_owned(),
            "deleteAccount" => "deleted".to_owned(),
            "vote" | "setTopicStatus" => "topic { id path name votes viewerVoted status ledTo { path } }".to_owned(),
            "decideMany" => format!("results {{ {SUBMISSION} {ERRORS} }}"),
            _ => SUBMISSION.to_owned(),
        };
        let query = format!("mutation Act($input: {kind}!) {{ {mutation}(input: $input) {{ {thing} {ERRORS} }} }}");
        let answer = self.asks(&query, json!({ "input": input })).await;
        if !answer["errors"].is_null() { answer } else { answer["data"][mutation].clone() }
    }

    /// Runs a mutation against which nothing speaks and answers the submission.
    pub async fn brings(&self, mutation: &str, input: Value) -> Value {
        let payload = self.mutates(mutation, input).await;
        assert_eq!(payload["userErrors"], json!([]), "{mutation}: {payload}");
        payload["submission"].clone()
    }

    /// Shares a resource over GraphQL and answers the submission.
    pub async fn shares(&self, title: &str) -> Value {
        self.brings("submitResource", resource(title)).await
    }

    /// Suggests a topic over GraphQL and answers the submission.
    pub async fn suggests(&self, name: &str) -> Value {
        self.brings("suggestTopic", json!({ "name": name, "description": format!("What {name} is about.") })).await
    }

    /// Says something about a record, or in answer to a comment, and answers the submission.
    pub async fn comments(&self, on: &Value, body: &str) -> Value {
        self.brings("writeComment", json!({ "on": on["id"], "body": body })).await
    }

    /// Decides on a submission as it was answered.
    pub async fn decides(&self, decision: &str, submission: &Value, more: Value) -> Value {
        let mut input = json!({
            "submissionId": submission["id"], "version": submission["version"], "revision": submission["revision"], "decision": decision
        });
        input.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        self.mutates("decide", input).await
    }

    /// Puts a submission into the library.
    pub async fn approves(&self, submission: &Value) -> Value {
        let payload = self.decides("APPROVE", submission, json!({})).await;
        assert_eq!(payload["userErrors"], json!([]), "{submission}: {payload}");
        payload["submission"].clone()
    }

    /// Puts a submission into the library and answers the record, with its id and its path.
    pub async fn publishes(&self, submission: &Value) -> Value {
        self.approves(submission).await["published"].clone()
    }
}

const SUBMISSION: &str = "submission { id number state version revision title path deskPath viewerActions \
    published { id ... on Resource { path } ... on Topic { path } ... on Comment { path } } \
    claim { isViewer until member { handle } } requests { id field message answeredIn } }";
const ERRORS: &str = "userErrors { code field message current { id state version } }";

/// A resource that passes every rule; each title has an address of its own.
pub fn resource(title: &str) -> Value {
    let slug: String = title.chars().filter(char::is_ascii_alphanumeric).collect();
    json!({ "title": title, "url": format!("https://{slug}.example/page"), "kind": "guide", "description": format!("What {title} is, and what one can do with it.") })
}

/// The codes of a payload's refusals with their fields, such as `REQUIRED title`; for who may not ask at all, such as `FORBIDDEN`.
pub fn refusals(payload: &Value) -> Vec<String> {
    if let Some(errors) = payload["errors"].as_array() {
        return errors.iter().map(|error| error["extensions"]["code"].as_str().unwrap_or("?").to_owned()).collect();
    }
    let one = |error: &Value| {
        let field: Vec<&str> = error["field"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        format!("{} {}", error["code"].as_str().unwrap_or("?"), field.join(".")).trim_end().to_owned()
    };
    payload["userErrors"].as_array().unwrap_or_else(|| panic!("a payload, not {payload}")).iter().map(one).collect()
}

fn serde_urlencoded(fields: &[(String, String)]) -> Vec<u8> {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish().into_bytes()
}

/// The texts at `field` of a list.
pub fn each<'a>(list: &'a Value, field: &str) -> Vec<&'a str> {
    list.as_array().unwrap_or_else(|| panic!("a list, not {list}")).iter().map(|one| one[field].as_str().unwrap_or_default()).collect()
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Page {
    pub path: String,
    pub status: StatusCode,
    pub text: String,
    pub leads_to: Option<String>,
    pub headers: poem::http::HeaderMap,
    /// Statements that the request sent to the database.
    pub statements: u64,
}

impl Page {
    async fn read(path: &str, response: Response) -> Page {
        let statements = response.data::<Statements>().map_or(0, |statements| statements.0);
        let (parts, body) = response.into_parts();
        let leads_to = parts.headers.get("location").map(|value| value.to_str().expect("ASCII").to_owned());
        let text = String::from_utf8_lossy(&body.into_vec().await.expect("a body")).into_owned();
        Page { path: path.to_owned(), status: parts.status, text, leads_to, headers: parts.headers, statements }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap_or(""))
    }

    /// What the browser is given to keep under a name; an empty text for what it is to forget.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let all = self.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok()?.split(';').next()?.split_once('='));
        all.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
    }

    #[track_caller]
    pub fn is(self, status: StatusCode) -> Page {
        assert_eq!(self.status, status, "{:.80}: {}", self.path, self.words());
        self
    }

    #[track_caller]
    pub fn is_accepted(self) -> Page {
        self.is(StatusCode::SEE_OTHER)
    }

    /// The words of the main part, as a person reads them.
    pub fn words(&self) -> String {
        let document = Html::parse_document(&self.text);
        let main = document.select(&selector("main")).next().unwrap_or(document.root_element());
        main.text().collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[track_caller]
    pub fn shows(self, words: &str) -> Page {
        assert!(self.words().contains(words), "{} shows “{words}”, not only: {}", self.path, self.words());
        self
    }

    /// What an answer for programs says.
    #[track_caller]
    pub fn shows_json(self, words: &str) -> Page {
        assert!(self.text.contains(words), "{} answers “{words}”, not {}", self.path, self.text);
        self
    }

    #[track_caller]
    pub fn does_not_show(self, words: &str) -> Page {
        assert!(!self.text.contains(words), "{} does not show “{words}”", self.path);
        self
    }

    /// The error beside a field.
    pub fn error_of(&self, field: &str) -> String {
        let document = Html::parse_document(&self.text);
        let wrong = document
            .select(&selector(".wrong"))
            .find(|wrong| wrong.select(&selector("[name]")).any(|control| control.attr("name") == Some(field)));
        wrong
            .and_then(|wrong| wrong.select(&selector(".error")).next())
            .map(|error| error.text().collect::<String>().trim().to_owned())
            .unwrap_or_default()
    }

    /// What a field holds.
    pub fn value_of(&self, field: &str) -> String {
        self.forms().concat().into_iter().find(|(name, _)| name == field).map(|(_, value)| value).unwrap_or_default()
    }

    /// The form that does `action`, with the fields that a browser would send.
    #[track_caller]
    pub fn form_that(&self, action: &str) -> Vec<(String, String)> {
        let does = |form: &Vec<(String, String)>| form.iter().any(|(name, value)| name == "action" && value == action);
        self.forms().into_iter().find(does).unwrap_or_else(|| panic!("{} has a form that does {action}: {}", self.path, self.words()))
    }

    /// The posting forms of the main part, each with the fields that a browser would send.
    pub fn forms(&self) -> Vec<Vec<(String, String)>> {
        let document = Html::parse_document(&self.text);
        document
            .select(&selector("main form[method=post]"))
            .map(|form| form.select(&selector("input, textarea, select")).filter_map(field).collect())
            .collect()
    }
}

/// A client for programs that listen on a port.
pub fn web() -> reqwest::ClientBuilder {
    server::providers::ready_for_tls();
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none())
}

fn selector(text: &str) -> Selector {
    Selector::parse(text).expect("a selector")
}

fn field(control: ElementRef) -> Option<(String, String)> {
    let name = control.attr("name")?.to_owned();
    let value = match control.value().name() {
        // A browser drops the line break that follows the tag.
        "textarea" => control.text().collect::<String>().trim_start_matches('\n').to_owned(),
        "select" => control.select(&selector("option[selected]")).next()?.attr("value")?.to_owned(),
        _ if matches!(control.attr("type"), Some("checkbox" | "radio")) && control.attr("checked").is_none() => return None,
        _ => control.attr("value").unwrap_or("").to_owned(),
    };
    Some((name, value))
}

/// The path of the `lyceum` program, built when it is not.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let mut cargo = std::process::Command::new(env!("CARGO"));
        // With the tests, so that the features are those of this run and nothing below it is built a second time.
        cargo.args(["build", "--quiet", "--workspace", "--bins", "--tests"]).current_dir(root());
        // What this run sets for the tests' own package would make ring, and all that stands on it, build anew each time.
        for (name, _) in std::env::vars().filter(|(name, _)| {
            name.starts_with("CARGO_") && !["CARGO_HOME", "CARGO_INCREMENTAL", "CARGO_TARGET_DIR"].contains(&name.as_str())
        }) {
            cargo.env_remove(name);
        }
        let folder = std::env::current_exe().expect("this program").parent().expect("deps").parent().expect("a profile").to_owned();
        if folder.ends_with("release") {
            cargo.arg("--release");
        }
        assert!(cargo.status().expect("cargo runs").success(), "the program builds");
        folder.join("lyceum")
    })
}

/// The top of the checkout.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests stands in the checkout")
}

/// A file of the checkout.
pub fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).expect(path)
}
