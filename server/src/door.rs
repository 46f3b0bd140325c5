//! The public GraphQL endpoint: JSON by POST, queries by GET, nothing else.
//!
//! A layer of our own, since the ready-made one runs mutations from a foreign form. Source: GraphQL over HTTP, working draft.

use std::collections::HashSet;

use async_graphql::{
    Positioned, Request as Query, Response as Answer, ServerError, Variables,
    parser::{
        parse_query,
        types::{ExecutableDocument, Field, OperationType, Selection, SelectionSet},
    },
};
use poem::{
    Endpoint, Request, Response,
    endpoint::make,
    http::{Method, StatusCode, header},
};
use schema::Visit;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    App,
    app::{execute, operation_type},
};

/// Bytes of a body and of a document.
const BODY: usize = 64 * 1024;
const DOCUMENT: usize = 16 * 1024;
/// Brackets inside brackets, and tokens: the parser would overflow its stack on a few thousand.
const NESTING: usize = 40;
const TOKENS: usize = 1_000;
/// Errors in one answer.
const ERRORS: usize = 20;

/// Whether a path is this endpoint's.
pub fn is_door(path: &str) -> bool {
    path == "/graphql"
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    query: String,
    #[serde(default)]
    variables: Option<serde_json::Map<String, Value>>,
    #[serde(default)]
    operation_name: Option<String>,
}

/// The endpoint.
pub fn endpoint(app: App) -> impl Endpoint<Output = Response> {
    make(move |mut request: Request| {
        let app = app.clone();
        async move {
            let parameters = match *request.method() {
                Method::POST => posted(&mut request).await,
                Method::GET | Method::HEAD => from_address(&request),
                _ => Err(StatusCode::METHOD_NOT_ALLOWED),
            };
            poem::Result::<Response>::Ok(match parameters {
                Ok(parameters) => answer(&app, &request, parameters).await,
                Err(status) => refuse(status, Some("GET, HEAD, POST")),
            })
        }
    })
}

async fn posted(request: &mut Request) -> Result<Parameters, StatusCode> {
    let kind = request.header(header::CONTENT_TYPE).unwrap_or("").split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    if kind != "application/json" {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let body = request.take_body().into_bytes_limit(BODY).await.map_err(|error| match error {
        poem::error::ReadBodyError::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        _ => StatusCode::BAD_REQUEST,
    })?;
    serde_json::from_slice(&body).map_err(|_| StatusCode::BAD_REQUEST)
}

fn from_address(request: &Request) -> Result<Parameters, StatusCode> {
    let fields = frontend::Fields::parse(request.uri().query().unwrap_or("").as_bytes());
    let query = fields.get("query").ok_or(StatusCode::BAD_REQUEST)?.to_owned();
    let variables = fields.get("variables").filter(|text| !text.is_empty());
    let variables = variables.map(serde_json::from_str).transpose().map_err(|_| StatusCode::BAD_REQUEST)?;
    Ok(Parameters { query, variables, operation_name: fields.get("operationName").map(String::from) })
}

async fn answer(app: &App, request: &Request, parameters: Parameters) -> Response {
    let Parameters { query: text, variables, operation_name } = parameters;
    // No text of ours holds a NUL, and PostgreSQL takes none.
    let has_nul = text.contains('\0') || text.contains("\\u0000") || text.contains("\\u{0");
    if text.len() > DOCUMENT || has_nul || !is_light(&text) {
        return error(StatusCode::BAD_REQUEST, "TOO_COMPLEX", "This document is too large or too deeply nested.");
    }
    let document = match parse_query(&text) {
        Ok(document) => document,
        Err(problem) => return error(StatusCode::BAD_REQUEST, "BAD_REQUEST", &problem.to_string()),
    };
    if *request.method() != Method::POST && operation_type(&document, operation_name.as_deref()) == Some(OperationType::Mutation) {
        return refuse(StatusCode::METHOD_NOT_ALLOWED, Some("POST"));
    }
    let visit = request.extensions().get::<Visit>().cloned().expect("the shell knows who asks");
    let asked = document
        .operations
        .iter()
        .find(|(name, _)| operation_name.is_none() || name.map(|name| name.as_str()) == operation_name.as_deref())
        .map(|(_, operation)| &operation.node);
    if let Some(scopes) = visit.viewer().and_then(|viewer| viewer.scopes.as_ref())
        && let Some(operation) = asked.filter(|operation| operation.ty == OperationType::Mutation)
    {
        let mut fields = Vec::new();
        collect(&operation.selection_set.node, &document, &mut HashSet::new(), &mut fields, |field| field.node.name.node.as_str());
        if !fields.iter().all(|(name, _)| *name == "__typename" || scopes.allow(name)) {
            return error(StatusCode::OK, "FORBIDDEN", "This token's scopes do not allow that.");
        }
    }
    let variables = Variables::from_json(Value::Object(variables.unwrap_or_default()));
    let mut query = Query::new(String::new()).variables(variables);
    query.operation_name = operation_name.clone();
    query.set_parsed_query(document.clone());
    let answer = execute(app.schema.clone(), Some(visit), query).await;
    public(answer, asked.map(|operation| &operation.selection_set.node), &document)
}

/// Whether a document is light enough for the parser: a scan of its bytes that skips strings and comments.
fn is_light(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (mut index, mut depth, mut deepest, mut tokens) = (0, 0usize, 0usize, 0usize);
    let mut in_word = false;
    while index < bytes.len() {
        let byte = bytes[index];
        let is_word = byte.is_ascii_alphanumeric() || byte == b'_';
        if is_word && !in_word || byte.is_ascii_punctuation() && !is_word && byte != b',' {
            tokens += 1;
        }
        in_word = is_word;
        match byte {
            b'{' | b'[' | b'(' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            b'#' => index += bytes[index..].iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len() - index),
            b'"' => {
                let quote: &[u8] = if bytes[index..].starts_with(b"\"\"\"") { b"\"\"\"" } else { b"\"" };
                index += quote.len();
                while index < bytes.len() && !bytes[index..].starts_with(quote) {
                    index += if bytes[index] == b'\\' { 2 } else { 1 };
                }
                index += quote.len() - 1;
            }
            _ => {}
        }
        index += 1;
    }
    deepest <= NESTING && tokens <= TOKENS
}

/// What strangers are told: every error has a code, at most twenty of them, and no data when nothing was executed.
fn public(mut answer: Answer, asked: Option<&SelectionSet>, document: &ExecutableDocument) -> Response {
    for error in &mut answer.errors {
        let extensions = error.extensions.get_or_insert_default();
        if extensions.get("code").is_none() {
            extensions.set("code", "BAD_REQUEST");
        }
    }
    answer.errors.truncate(ERRORS);
    let executed = answer.errors.is_empty() || answer.errors.iter().any(|error| !error.path.is_empty());
    let mut body = serde_json::to_value(&answer).unwrap_or_default();
    if let (Some(data), Some(asked)) = (body.get_mut("data"), asked) {
        in_order(data, &[asked], document);
    }
    if !executed && let Some(body) = body.as_object_mut() {
        body.remove("data");
    }
    json(if executed { StatusCode::OK } else { StatusCode::BAD_REQUEST }, &body)
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

/// The names that a selection answers (its keys, or its fields), each with what is asked inside it, in the order of their first mention.
/// Each fragment counts once, so that fragments that double cost no more than they are long.
fn collect<'a>(
    selections: &'a SelectionSet,
    document: &'a ExecutableDocument,
    seen: &mut HashSet<&'a str>,
    order: &mut Vec<(&'a str, Vec<&'a SelectionSet>)>,
    name: fn(&'a Positioned<Field>) -> &'a str,
) {
    for selection in &selections.items {
        match &selection.node {
            Selection::Field(field) => {
                let (key, within) = (name(field), &field.node.selection_set.node);
                match order.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, all)) => all.push(within),
                    None => order.push((key, vec![within])),
                }
            }
            Selection::InlineFragment(fragment) => collect(&fragment.node.selection_set.node, document, seen, order, name),
            Selection::FragmentSpread(spread) => {
                let fragment = &spread.node.fragment_name.node;
                if seen.insert(fragment.as_str())
                    && let Some(fragment) = document.fragments.get(fragment)
                {
                    collect(&fragment.node.selection_set.node, document, seen, order, name);
                }
            }
        }
    }
}

fn json(status: StatusCode, body: &Value) -> Response {
    Response::builder().status(status).content_type("application/json; charset=utf-8").body(body.to_string())
}

fn error(status: StatusCode, code: &str, message: &str) -> Response {
    let mut error = ServerError::new(message, None);
    error.extensions.get_or_insert_default().set("code", code);
    json(status, &serde_json::json!({ "errors": [error] }))
}

/// A refusal of the whole request, before any document was read.
pub fn refuse(status: StatusCode, allow: Option<&'static str>) -> Response {
    let (code, message) = match status {
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ("BAD_REQUEST", "Send JSON, with `Content-Type: application/json`."),
        StatusCode::PAYLOAD_TOO_LARGE => ("PAYLOAD_TOO_LARGE", "A request is at most 64 KiB."),
        StatusCode::METHOD_NOT_ALLOWED => ("BAD_REQUEST", "Queries go by GET or POST, mutations by POST."),
        StatusCode::UNAUTHORIZED => ("UNAUTHENTICATED", "This token is unknown, revoked or over."),
        StatusCode::FORBIDDEN => ("FORBIDDEN", "A session's requests come from the site itself: send its `Origin`."),
        status if status.is_server_error() => ("INTERNAL", "Something went wrong."),
        _ => ("BAD_REQUEST", "Send one JSON object with `query`, and `variables` and `operationName` where needed."),
    };
    let mut response = error(status, code, message);
    if status == StatusCode::METHOD_NOT_ALLOWED
        && let Some(allow) = allow
    {
        response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static(allow));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_brackets_never_reach_the_parser() {
        assert!(is_light("{ library(first: 3) { nodes { title } } } # {{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{"));
        assert!(is_light(&format!("{{ a(b: \"{}\") }}", "[".repeat(2000))));
        assert!(!is_light(&format!("{{ a(b: {}", "[".repeat(2000))));
        assert!(!is_light(&"{a".repeat(41)));
        assert!(!is_light(&"a ".repeat(1001)));
    }
}
