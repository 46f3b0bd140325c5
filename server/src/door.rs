//! The public GraphQL endpoint: JSON by POST, queries by GET, subscriptions by server-sent events, nothing else.
//!
//! A layer of our own, since the ready-made one runs mutations from a foreign form. Source: GraphQL over HTTP, working draft.

use std::collections::HashSet;

use async_graphql::{
    Request as Query, Response as Answer, ServerError, Variables,
    parser::{
        parse_query,
        types::{ExecutableDocument, OperationDefinition, OperationType, SelectionSet},
    },
};
use futures_util::{
    FutureExt,
    stream::{self, BoxStream, StreamExt},
};
use poem::{
    Endpoint, Request, Response,
    endpoint::make,
    http::{HeaderValue, Method, StatusCode, header},
};
use schema::{Code, Visit, news::Place};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    App,
    app::{body, execute},
    guard::{self, No, collect},
    streams,
};

/// Bytes of a body.
const BODY: usize = 64 * 1024;
/// Bytes of variables, each time that one is used.
const COPIED: usize = 512 * 1024;
/// Errors in one answer.
const ERRORS: usize = 20;
/// Seconds after which it may be tried again, when nothing better is known.
const RETRY: u64 = 5;

/// Whether a path is this endpoint's.
pub fn is_door(path: &str) -> bool {
    path == "/graphql"
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    query: String,
    #[serde(default)]
    variables: Option<Map<String, Value>>,
    #[serde(default)]
    operation_name: Option<String>,
    /// Ours reads none; the specification wants them to be a map.
    #[serde(default, rename = "extensions")]
    _extensions: Option<Map<String, Value>>,
}

/// What a client wants to be answered with.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// `application/json`, named as such: request errors come with status 200, as its clients expect.
    Json,
    /// The same, because nothing else was asked for.
    Any,
    /// `application/graphql-response+json`.
    Graphql,
}

impl Kind {
    /// What of an `Accept` header is liked best for one answer, if there is any, and whether it takes a stream of events.
    fn of(accept: &str) -> (Option<Kind>, bool) {
        let mut best: Option<(f32, Kind)> = accept.trim().is_empty().then_some((1.0, Kind::Any));
        let mut events = false;
        for range in accept.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let kind = parts.next().unwrap_or("").to_ascii_lowercase();
            let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(1.0, |quality| quality.trim().parse().unwrap_or(0.0));
            let kind = match kind.as_str() {
                "application/json" => Kind::Json,
                "application/graphql-response+json" => Kind::Graphql,
                "*/*" | "application/*" => Kind::Any,
                kind => {
                    events |= kind == "text/event-stream" && quality > 0.0;
                    continue;
                }
            };
            if quality > 0.0 && best.is_none_or(|(liked, _)| quality > liked) {
                best = Some((quality, kind));
            }
        }
        (best.map(|(_, kind)| kind), events)
    }

    fn content_type(self) -> &'static str {
        match self {
            Kind::Graphql => "application/graphql-response+json; charset=utf-8",
            _ => "application/json; charset=utf-8",
        }
    }
}

/// The endpoint.
pub fn endpoint(app: App) -> impl Endpoint<Output = Response> {
    make(move |mut request: Request| {
        let app = app.clone();
        async move {
            let (kind, events) = Kind::of(request.header(header::ACCEPT).unwrap_or(""));
            let parameters = match *request.method() {
                Method::POST => posted(&mut request).await,
                Method::GET | Method::HEAD => from_address(&request),
                _ => Err(StatusCode::METHOD_NOT_ALLOWED),
            };
            let mut response = match parameters {
                Ok(_) if kind.is_none() && !events => refuse(StatusCode::NOT_ACCEPTABLE),
                Ok(parameters) => answer(&app, &request, parameters, kind, events).await,
                Err(status) => refuse(status),
            };
            let headers = response.headers_mut();
            if headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == Kind::Json.content_type()) {
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind.unwrap_or(Kind::Any).content_type()));
            }
            poem::Result::<Response>::Ok(response)
        }
    })
}

async fn posted(request: &mut Request) -> Result<Parameters, StatusCode> {
    let mut parts = request.header(header::CONTENT_TYPE).unwrap_or("").split(';').map(|part| part.trim().to_ascii_lowercase());
    let is_json = parts.next().as_deref() == Some("application/json");
    let is_utf8 = parts.all(|part| part.strip_prefix("charset=").is_none_or(|charset| charset.trim_matches('"') == "utf-8"));
    if !is_json || !is_utf8 {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let body = body(request, BODY).await?;
    // A list would pass for the fields in their order.
    let body: Map<String, Value> = serde_json::from_slice(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
    serde_json::from_value(Value::Object(body)).map_err(|_| StatusCode::BAD_REQUEST)
}

fn from_address(request: &Request) -> Result<Parameters, StatusCode> {
    let fields = frontend::Fields::parse(request.uri().query().unwrap_or("").as_bytes());
    let query = fields.get("query").ok_or(StatusCode::BAD_REQUEST)?.to_owned();
    let map = |name: &str| {
        let text = fields.get(name).filter(|text| !text.is_empty());
        text.map(serde_json::from_str).transpose().map(Option::flatten).map_err(|_| StatusCode::BAD_REQUEST)
    };
    let operation_name = fields.get("operationName").filter(|name| !name.is_empty()).map(String::from);
    Ok(Parameters { query, variables: map("variables")?, operation_name, _extensions: map("extensions")? })
}

async fn answer(app: &App, request: &Request, parameters: Parameters, kind: Option<Kind>, events: bool) -> Response {
    let Parameters { query: text, variables, operation_name, .. } = parameters;
    let variables = variables.unwrap_or_default();
    // No text of ours holds a NUL, and PostgreSQL takes none.
    if text.contains('\0') || text.contains("\\u0000") || text.contains("\\u{0") {
        return error(StatusCode::BAD_REQUEST, "BAD_REQUEST", "A document holds no NUL.");
    }
    // A request error is news to clients of this kind alone that they can read: the draft has it come with 200.
    let wrong =
        |message: &str| error(if kind == Some(Kind::Json) { StatusCode::OK } else { StatusCode::BAD_REQUEST }, "BAD_REQUEST", message);
    let measured = |document: &ExecutableDocument| app.measure.check(document, &variables);
    // Each use of a variable is a copy of it.
    if text.matches('$').count().saturating_mul(bytes_of(&variables)) > COPIED {
        return too_much(No::TooComplex("Large variables are used too often."));
    }
    let mut document = match guard::weigh(&text).map(|()| parse_query(&text)) {
        Ok(Ok(document)) => document,
        Ok(Err(problem)) => return wrong(&problem.to_string()),
        Err(no) => return too_much(no),
    };
    if let Err(no) = measured(&document) {
        return too_much(no);
    }
    guard::merge(&mut document);
    let asked = match chosen(&document, operation_name.as_deref()) {
        Ok(asked) => asked,
        Err(problem) => return wrong(problem),
    };
    let is_query = asked.ty == OperationType::Query;
    if !is_query && *request.method() != Method::POST {
        let mut response = refuse(StatusCode::METHOD_NOT_ALLOWED);
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
        return response;
    }
    let follows = asked.ty == OperationType::Subscription;
    if if follows { !events } else { kind.is_none() } {
        return refuse(StatusCode::NOT_ACCEPTABLE);
    }
    let visit = request.extensions().get::<Visit>().cloned().expect("the shell knows who asks");
    if let Some(scopes) = visit.viewer().and_then(|viewer| viewer.scopes.as_ref())
        && asked.ty == OperationType::Mutation
    {
        let mut fields = Vec::new();
        collect(&asked.selection_set.node, &document, &mut HashSet::new(), &mut fields, |field| field.node.name.node.as_str());
        if !fields.iter().all(|(name, _)| *name == "__typename" || scopes.allow(name)) {
            return error(StatusCode::OK, "FORBIDDEN", "This token's scopes do not allow that.");
        }
    }
    let mut query = Query::new(String::new()).variables(Variables::from_json(Value::Object(variables)));
    query.operation_name = operation_name.clone();
    query.set_parsed_query(document.clone());
    if follows {
        return follow(app, request, visit, query, &wrong).await;
    }
    let answer = execute(app.schema.clone(), Some(visit), query).await;
    let executed = was_executed(&answer);
    let has = |code: Code| answer.errors.iter().any(|error| code_of(error) == Some(code.word()) && error.path.is_empty());
    let is_away = answer.errors.iter().any(|error| code_of(error) == Some(Code::Unavailable.word()));
    let broke = has(Code::Internal);
    let mut body = public(answer);
    if let Some(data) = body.get_mut("data") {
        in_order(data, &[&asked.selection_set.node], &document);
    }
    let status = match (executed, is_away) {
        (_, true) => StatusCode::SERVICE_UNAVAILABLE,
        // Nothing of it was answered: the operation itself broke.
        _ if broke => StatusCode::INTERNAL_SERVER_ERROR,
        (false, _) if kind != Some(Kind::Json) => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    };
    retry_later(json(status, &body), RETRY)
}

/// Which operation is asked for.
fn chosen<'a>(document: &'a ExecutableDocument, name: Option<&str>) -> Result<&'a OperationDefinition, &'static str> {
    let mut named = document.operations.iter().filter(|(known, _)| name.is_none() || known.map(|known| known.as_str()) == name);
    match (named.next(), named.next()) {
        (Some((_, operation)), None) => Ok(&operation.node),
        (None, _) => Err("There is no operation of this name."),
        _ => Err("Name the operation to run in `operationName`."),
    }
}

/// Answers a subscription with a stream of events.
async fn follow(app: &App, request: &Request, visit: Visit, query: Query, wrong: &(dyn Fn(&str) -> Response + Sync)) -> Response {
    let Some(seat) = app.streams.seat(&visit) else { return refuse(StatusCode::TOO_MANY_REQUESTS) };
    let visit = visit.following();
    let since = request.header("last-event-id").and_then(|id| id.trim().parse().ok());
    let place = match Place::open(&visit, since).await {
        Ok(place) => place,
        Err(schema::Error::Denied(_)) => {
            return wrong("That was too long ago: read anew what there is, and follow without `Last-Event-ID`.");
        }
        Err(error) if error.is_away() => return refuse(StatusCode::SERVICE_UNAVAILABLE),
        Err(error) => {
            tracing::error!(?error, "a stream could not begin");
            return refuse(StatusCode::INTERNAL_SERVER_ERROR);
        }
    };
    let mut answers: BoxStream<'static, Answer> = Box::pin(app.schema.execute_stream(query.data(visit.clone()).data(place.clone())));
    // What does not validate says so at once, and is no stream.
    match answers.next().now_or_never().flatten() {
        Some(answer) if !was_executed(&answer) => wrong(&answer.errors[0].message),
        first => streams::answer(seat, &visit, place, Box::pin(stream::iter(first).chain(answers))),
    }
}

/// About how long a map is as JSON.
fn bytes_of(variables: &Map<String, Value>) -> usize {
    serde_json::to_string(variables).map_or(0, |text| text.len())
}

fn too_much(no: No) -> Response {
    match no {
        No::TooComplex(message) => error(StatusCode::BAD_REQUEST, "TOO_COMPLEX", message),
        No::BadRequest(message) => error(StatusCode::BAD_REQUEST, "BAD_REQUEST", message),
    }
}

fn code_of(error: &ServerError) -> Option<&str> {
    match error.extensions.as_ref()?.get("code")? {
        async_graphql::Value::String(code) => Some(code),
        _ => None,
    }
}

/// Whether anything was executed. Only our own errors have a code: the library's are about the request, also where it finds them on its way.
fn was_executed(answer: &Answer) -> bool {
    answer.errors.is_empty() || answer.data != async_graphql::Value::Null || answer.errors.iter().any(|error| code_of(error).is_some())
}

/// What strangers are told: every error has a code, at most twenty of them, and no data when nothing was executed.
pub fn public(mut answer: Answer) -> Value {
    let executed = was_executed(&answer);
    answer.errors.truncate(ERRORS);
    for error in &mut answer.errors {
        if code_of(error).is_none() {
            error.extensions.get_or_insert_default().set("code", "BAD_REQUEST");
        }
        // The library goes on guessing about directives.
        if let Some(guess) = error.message.find(" Did you mean") {
            error.message.truncate(guess);
        }
    }
    let mut body = serde_json::to_value(&answer).unwrap_or_default();
    if !executed && let Some(body) = body.as_object_mut() {
        body.remove("data");
    }
    body
}

/// Puts the fields of an answer into the order of the query: the library answers them as they are ready.
/// Source: GraphQL, section "Serialized Map Ordering".
fn in_order(data: &mut Value, asked: &[&SelectionSet], document: &ExecutableDocument) {
    match data {
        Value::Array(items) => items.iter_mut().for_each(|item| in_order(item, asked, document)),
        Value::Object(fields) => {
            let mut order: Vec<(&str, Vec<&SelectionSet>)> = Vec::new();
            let mut seen = HashSet::new();
            asked.iter().for_each(|selections| {
                collect(selections, document, &mut seen, &mut order, |field| field.node.response_key().node.as_str())
            });
            let mut sorted = serde_json::Map::new();
            for (key, within) in order {
                if let Some(mut value) = fields.remove(key) {
                    in_order(&mut value, &within, document);
                    sorted.insert(key.to_owned(), value);
                }
            }
            *fields = sorted;
        }
        _ => {}
    }
}

fn json(status: StatusCode, body: &Value) -> Response {
    Response::builder().status(status).content_type(Kind::Json.content_type()).body(body.to_string())
}

/// An error with its code.
pub fn problem(code: &str, message: &str) -> ServerError {
    let mut error = ServerError::new(message, None);
    error.extensions.get_or_insert_default().set("code", code);
    error
}

fn error(status: StatusCode, code: &str, message: &str) -> Response {
    json(status, &serde_json::json!({ "errors": [problem(code, message)] }))
}

/// Says when to come back, where that is what the status is about.
pub fn retry_later(mut response: Response, seconds: u64) -> Response {
    if matches!(response.status(), StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
        response.headers_mut().entry(header::RETRY_AFTER).or_insert(HeaderValue::from(seconds));
    }
    response
}

/// A refusal of the whole request, before any document was read.
pub fn refuse(status: StatusCode) -> Response {
    let (code, message) = match status {
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ("BAD_REQUEST", "Send JSON in UTF-8, with `Content-Type: application/json`."),
        StatusCode::NOT_ACCEPTABLE => (
            "BAD_REQUEST",
            "Queries and mutations answer `application/json` or `application/graphql-response+json`, subscriptions `text/event-stream`: name it in `Accept`.",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => ("PAYLOAD_TOO_LARGE", "A request is at most 64 KiB."),
        StatusCode::METHOD_NOT_ALLOWED => ("BAD_REQUEST", "Queries go by GET or POST, mutations and subscriptions by POST."),
        StatusCode::REQUEST_TIMEOUT => ("BAD_REQUEST", "The body did not come in time."),
        StatusCode::UNAUTHORIZED => ("UNAUTHENTICATED", "This token is unknown, revoked or over."),
        StatusCode::FORBIDDEN => ("FORBIDDEN", "A session's requests come from the site itself: send its `Origin`."),
        StatusCode::TOO_MANY_REQUESTS => (Code::RateLimited.word(), Code::RateLimited.message()),
        StatusCode::SERVICE_UNAVAILABLE => (Code::Unavailable.word(), Code::Unavailable.message()),
        status if status.is_server_error() => {
            let error = async_graphql::Error::from(schema::Error::bug("a request to the door failed"));
            return json(status, &serde_json::json!({ "errors": [error.into_server_error(async_graphql::Pos::default())] }));
        }
        _ => ("BAD_REQUEST", "Send one JSON object with `query`, and `variables` and `operationName` where needed."),
    };
    let mut response = retry_later(error(status, code, message), RETRY);
    if status == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
    }
    response
}
