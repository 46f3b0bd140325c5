//! A page from its pair: asked, rendered, submitted.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use async_graphql::{Response as Answer, Variables};
use fluent_bundle::FluentArgs;
use minijinja::{Environment, Value, context, value::Serde};
use poem::{
    Request, Response,
    http::{Extensions, StatusCode, header},
};
use serde::{Deserialize, Serialize};

use crate::{
    Fields, FormToken, Moment, Run,
    documents::{self, Operation},
    forms::Types,
    routes::{ROUTES, Route},
    templates,
    words::{FIRST, Languages},
};

/// Why a form was not accepted, and where.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Problem {
    /// The stable code, such as `REQUIRED`.
    pub code: String,
    /// The name of the form's field; empty when none is to blame.
    #[serde(default, deserialize_with = "dotted")]
    pub field: String,
    /// A sentence for developers; the page has its own words.
    #[serde(default)]
    pub message: String,
    /// Values that the words mention.
    #[serde(default)]
    pub arguments: Vec<serde_json::Value>,
    /// The submission as it stands now, where that explains the problem.
    #[serde(default)]
    pub current: Option<serde_json::Value>,
}

fn dotted<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Option::<Vec<String>>::deserialize(deserializer)?.unwrap_or_default().join("."))
}

impl Problem {
    /// A problem that the forum has not seen.
    pub fn new(code: &str, field: &str) -> Problem {
        Problem { code: code.to_owned(), field: field.to_owned(), ..Problem::default() }
    }

    /// The HTTP status that says it best.
    fn status(&self) -> StatusCode {
        match self.code.as_str() {
            "STALE_VERSION" | "STALE_REVISION" | "INVALID_TRANSITION" | "CLAIMED_BY_OTHER" => StatusCode::CONFLICT,
            "FORBIDDEN" | "CONFLICT_OF_INTEREST" | "SIGN_IN_AGAIN" | "SILENCED" => StatusCode::FORBIDDEN,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

/// What was posted, and what is wrong with it.
#[derive(Serialize, Default)]
struct Form {
    values: Option<BTreeMap<String, Vec<String>>>,
    problems: Vec<Problem>,
    /// What an accepted form answered, on the page that shows it itself: one with many results has no single address to lead to.
    answer: Option<serde_json::Value>,
}

impl Form {
    fn of(fields: &Fields, problems: Vec<Problem>) -> Form {
        let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in &fields.0 {
            values.entry(name.clone()).or_default().push(value.clone());
        }
        Form { values: Some(values), problems, answer: None }
    }
}

/// Every page and letter of the site, read and linked.
pub struct Pages {
    pub(crate) run: Run,
    pub(crate) templates: Environment<'static>,
    pub(crate) types: Types,
    pairs: HashMap<&'static str, HashMap<String, Operation>>,
    pub(crate) letters: HashMap<String, Operation>,
    /// The languages in which they are there.
    pub languages: Arc<Languages>,
}

/// The pair of pages for what went wrong.
const ERROR: &str = "error";
/// The template for what was taken down, rendered with the data of the page that found out.
const GONE: &str = "gone";

impl Pages {
    /// Reads every pair and asks the schema for its input types.
    ///
    /// # Errors
    /// Which file does not read, and why.
    pub async fn open(run: Run) -> Result<Pages, String> {
        let shared = documents::fragments()?;
        let mut pairs = HashMap::new();
        for pair in ROUTES.iter().map(|route| route.pair).chain([ERROR]) {
            let operations = documents::operations(&format!("pages/{pair}.graphql"), &shared)?;
            if !operations.contains_key("Page") {
                return Err(format!("pages/{pair}.graphql has no `query Page`"));
            }
            pairs.insert(pair, operations);
        }
        let mut letters = HashMap::new();
        for file in templates::Files::under("letters/").filter(|file| file.ends_with(".graphql")) {
            let name = file.trim_start_matches("letters/").trim_end_matches(".graphql").to_owned();
            let letter = documents::operations(&file, &shared)?.remove("Letter").ok_or(format!("{file} has no `query Letter`"))?;
            letters.insert(name, letter);
        }
        let types = Types::ask(&run).await?;
        let languages = Arc::new(Languages::read()?);
        Ok(Pages { run, templates: templates::environment(languages.clone())?, types, pairs, letters, languages })
    }

    /// Validates every operation against the schema without running it: with every variable, and with nulls where allowed.
    /// Answers what is wrong, one line each.
    pub async fn check(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let pages = self
            .pairs
            .iter()
            .flat_map(|(pair, operations)| operations.iter().map(move |(name, operation)| (format!("{pair} {name}"), operation)));
        let letters = self.letters.iter().map(|(name, operation)| (format!("letter {name}"), operation));
        for (name, operation) in pages.chain(letters) {
            for full in [true, false] {
                let request = operation.request(self.types.samples(operation, full)).only_introspection();
                let answer = (self.run)(&Extensions::new(), request).await;
                wrong.extend(answer.errors.iter().map(|error| format!("{name}: {} {:?}", error.message, error.locations)));
            }
        }
        wrong
    }

    /// Answers a request for a page, or a form that was posted to it.
    pub async fn answer(&self, route: &Route, request: &Request, posted: Option<Fields>) -> Response {
        match posted {
            None => self.page(route, request, None).await,
            Some(fields) => self.submit(route, request, fields).await,
        }
    }

    /// Shows a page again with a form that somebody else (the server) refused.
    pub async fn refuse(&self, route: &Route, request: &Request, fields: &Fields, problems: Vec<Problem>) -> Response {
        self.page(route, request, Some(Form::of(fields, problems))).await
    }

    async fn page(&self, route: &Route, request: &Request, form: Option<Form>) -> Response {
        let operation = &self.pairs[route.pair]["Page"];
        let (variables, problems) = self.types.variables(operation, &path_and_query(route, request));
        if let Some(problem) = problems.first() {
            let in_path = route.path.contains(&format!(":{}", problem.field));
            return self.problem_page(request, if in_path { StatusCode::NOT_FOUND } else { StatusCode::BAD_REQUEST }, None).await;
        }
        let answer = self.ask(operation, request.extensions(), variables).await;
        if let Some(response) = self.top_level(request, &answer, None).await {
            return response;
        }
        let data = Value::from(Serde(&answer.data));
        for needed in route.needs {
            if data.get_attr(needed).is_ok_and(|value| value.is_none()) {
                let was_there = data.get_attr("gone").is_ok_and(|gone| !gone.is_undefined() && !gone.is_none());
                return match *needed {
                    "viewer" => see_other(&sign_in(request)),
                    _ if was_there => self.render(GONE, request, StatusCode::GONE, data, form.unwrap_or_default()),
                    _ => self.problem_page(request, StatusCode::NOT_FOUND, None).await,
                };
            }
        }
        let form = form.unwrap_or_default();
        let status = form.problems.first().map_or(StatusCode::OK, Problem::status);
        self.render(route.pair, request, status, data, form)
    }

    async fn submit(&self, route: &Route, request: &Request, fields: Fields) -> Response {
        // Somebody signed in has a secret in each form; a form of an earlier session is shown again, so that nothing typed is lost.
        if let Some(FormToken { secret, .. }) = request.extensions().get()
            && fields.get("token") != Some(secret)
        {
            return self.problem_page(request, StatusCode::FORBIDDEN, Some(&fields)).await;
        }
        let action = fields.get("action").unwrap_or("Submit");
        let Some(operation) = self.pairs[route.pair].get(action).filter(|_| action != "Page") else {
            return self.problem_page(request, StatusCode::BAD_REQUEST, None).await;
        };
        let mut given = fields.clone();
        // Of the address, only what the route itself names: a query string must not speak louder than the form.
        given.0.extend(path_of(route, request));
        let (variables, problems) = self.types.variables(operation, &given);
        if !problems.is_empty() {
            return self.refuse(route, request, &fields, problems).await;
        }
        let answer = self.ask(operation, request.extensions(), variables).await;
        if let Some(response) = self.top_level(request, &answer, Some(&fields)).await {
            return response;
        }
        let data = answer.data.into_json().unwrap_or_default();
        let payload = data.as_object().and_then(|data| data.values().next()).cloned().unwrap_or_default();
        let problems: Vec<Problem> = serde_json::from_value(payload["userErrors"].clone()).unwrap_or_default();
        if !problems.is_empty() {
            return self.refuse(route, request, &fields, problems).await;
        }
        // What has no address of its own, or is shown this once.
        if payload.get("results").is_some() || payload.get("secret").is_some_and(|secret| !secret.is_null()) {
            return self.page(route, request, Some(Form { answer: Some(payload), ..Form::default() })).await;
        }
        let to = made(&payload).or_else(|| route.then.map(String::from)).unwrap_or_else(|| request.uri().path().to_owned());
        see_other(&format!("{to}?done={action}"))
    }

    async fn ask(&self, operation: &Operation, extensions: &Extensions, variables: Variables) -> Answer {
        (self.run)(extensions, operation.request(variables)).await
    }

    /// What a top-level error looks like to a person; none when there is none.
    async fn top_level(&self, request: &Request, answer: &Answer, posted: Option<&Fields>) -> Option<Response> {
        let error = answer.errors.first()?;
        let extension = |name| {
            error
                .extensions
                .as_ref()
                .and_then(|it| it.get(name))
                .and_then(|it| if let async_graphql::Value::String(it) = it { Some(it.as_str()) } else { None })
        };
        Some(match (extension("code"), posted) {
            (Some("UNAUTHENTICATED"), None) => see_other(&sign_in(request)),
            (Some("UNAUTHENTICATED"), Some(_)) => self.problem_page(request, StatusCode::UNAUTHORIZED, posted).await,
            (Some("FORBIDDEN"), _) => self.problem_page(request, StatusCode::FORBIDDEN, None).await,
            (Some("NOT_FOUND"), _) => self.problem_page(request, StatusCode::NOT_FOUND, None).await,
            (Some("RATE_LIMITED"), posted) => self.problem_page(request, StatusCode::TOO_MANY_REQUESTS, posted).await,
            (Some("UNAVAILABLE"), posted) => self.problem_page(request, StatusCode::SERVICE_UNAVAILABLE, posted).await,
            (Some("BAD_REQUEST"), _) => self.problem_page(request, StatusCode::BAD_REQUEST, None).await,
            (_, posted) => {
                tracing::error!(message = %error.message, id = extension("id"), path = ?error.path, "a page's operation failed");
                self.problem_page(request, StatusCode::INTERNAL_SERVER_ERROR, posted).await
            }
        })
    }

    /// The page for what went wrong. What was posted is on it, ready to be sent again.
    pub async fn problem_page(&self, request: &Request, status: StatusCode, posted: Option<&Fields>) -> Response {
        let operation = &self.pairs[ERROR]["Page"];
        let answer = self.ask(operation, request.extensions(), Variables::default()).await;
        let form = posted.map_or_else(Form::default, |fields| {
            let kept = fields.0.iter().filter(|(name, _)| name != "token").cloned().collect();
            Form::of(&Fields(kept), Vec::new())
        });
        // When not even the frame of the page can be asked for, a page without a frame says so.
        match answer.errors.is_empty() {
            true => self.render(ERROR, request, status, Value::from(Serde(&answer.data)), form),
            false => self.plain(request, status),
        }
    }

    fn render(&self, pair: &str, request: &Request, status: StatusCode, data: Value, form: Form) -> Response {
        let query = Fields::parse(request.uri().query().unwrap_or("").as_bytes());
        let (token, once) = request.extensions().get::<FormToken>().map(|token| (token.secret.clone(), token.once.clone())).unzip();
        let frame = request.extensions().get::<Moment>();
        let (now, base) = (frame.map(|frame| frame.now.timestamp()), frame.map(|frame| frame.base.clone()));
        let locale = language_of(request);
        let is_feed = pair.ends_with("/feed");
        let page = context! {
        now, base, path => request.uri().path(), done => query.get("done"), query => query.0.iter().cloned().collect::<HashMap<_, _>>(), status => status.as_u16(), token, once, languages => Value::from(Serde(&self.languages.all())) };
        let rendered = self
            .templates
            .get_template(&format!("{pair}.{}", if is_feed { "xml" } else { "html" }))
            .and_then(|template| template.render(context! { page, locale, form => Value::from(Serde(&form)), ..data }));
        match rendered {
            Ok(text) => {
                let kind = if is_feed { "application/atom+xml; charset=utf-8" } else { "text/html; charset=utf-8" };
                Response::builder().status(status).content_type(kind).body(text)
            }
            Err(error) => {
                tracing::error!(pair, error = format!("{error:#}"), "a page does not render");
                self.plain(request, StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }

    /// A page without data, for when there is none to be had.
    fn plain(&self, request: &Request, status: StatusCode) -> Response {
        let language = language_of(request);
        let words = self.languages.of(language);
        let say = |key: &str| words.get(key, &FluentArgs::new()).and_then(Result::ok).unwrap_or_default();
        let key = if status == StatusCode::SERVICE_UNAVAILABLE { "problem-503" } else { "problem-500" };
        let (title, lead, home) = (say(key), say(&format!("{key}-lead")), say("home-title"));
        let text = format!(
            "<!doctype html><html lang=\"{language}\"><title>{title}</title><h1>{title}</h1><p>{lead}</p><p><a href=\"/\">{home}</a></p></html>"
        );
        Response::builder().status(status).content_type("text/html; charset=utf-8").body(text)
    }
}

/// The language in which a request is answered.
fn language_of(request: &Request) -> &str {
    request.extensions().get::<Moment>().map_or(FIRST, |moment| moment.language.as_str())
}

/// Sends a browser to another page after a form.
pub(crate) fn see_other(to: &str) -> Response {
    Response::builder().status(StatusCode::SEE_OTHER).header(header::LOCATION, to).finish()
}

/// Where to sign in, and come back from.
fn sign_in(request: &Request) -> String {
    let here = request.uri().path_and_query().map_or("/", |here| here.as_str());
    format!("/sign-in?{}", serde_urlencoded::to_string([("done", "first"), ("next", here)]).unwrap_or_default())
}

/// The address that a payload names as `to`, wherever it stands in it.
fn made(payload: &serde_json::Value) -> Option<String> {
    match payload {
        serde_json::Value::Object(fields) => {
            fields.get("to").and_then(|to| to.as_str()).map(String::from).or_else(|| fields.values().find_map(made))
        }
        _ => None,
    }
}

/// The variables that the parts of a page's address carry.
fn path_of(route: &Route, request: &Request) -> Vec<(String, String)> {
    let names = route.path.split('/').filter_map(|part| part.strip_prefix(':'));
    names.filter_map(|name| Some((name.to_owned(), request.raw_path_param(name)?.to_owned()))).collect()
}

/// The variables that a page's address carries, query string included.
fn path_and_query(route: &Route, request: &Request) -> Fields {
    let mut fields = Fields::parse(request.uri().query().unwrap_or("").as_bytes());
    // The last of a name counts, and that is the path's.
    fields.0.extend(path_of(route, request));
    fields
}
