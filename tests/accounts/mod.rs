//! Accounts, from joining to leaving. Here stand the people and the letters that the files below share.

use std::{
    collections::HashMap,
    io::{Cursor, Read},
};

use chrono::{DateTime, Duration};
use poem::{
    Endpoint, Request,
    http::{HeaderMap, Method, StatusCode},
};
use serde_json::{Value, json};

use crate::{
    harness::{Forum, ORIGIN, Page, Person, each, fresh_database, refusals, resource, web},
    races::{Server, lyceum},
};

mod addresses;
mod copies;
mod guests;
mod leaving;
mod names;
mod profiles;
mod roles;
mod sessions;
mod tokens;

/// What is compared with where nothing speaks against an act.
pub const NOTHING: [&str; 0] = [];
pub const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
pub const JSON: (&str, &str) = ("content-type", "application/json");

pub fn encoded(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// Adds a member without signing them in.
pub async fn adds(forum: &Forum, handle: &str) {
    let role = "member".parse().expect("a role");
    forum.app.add_member(handle, handle, &format!("{handle}@example.org"), role).await.expect("a member");
}

/// The newest letter to somebody, and the path that its first link leads to.
pub async fn letter(forum: &Forum, handle: &str) -> (String, String) {
    let letter = forum.letters_to(handle).await.pop().unwrap_or_else(|| panic!("a letter to {handle}"));
    let path = letter.lines().find_map(|line| line.strip_prefix(ORIGIN)).unwrap_or_default().to_owned();
    (letter, path)
}

/// The path of a link by an operator's word.
async fn handed_link(forum: &Forum, handle: &str) -> String {
    let link = forum.app.sign_in_link(handle).await.expect("an answer").expect("a member");
    link.strip_prefix(ORIGIN).expect("a link of this site").to_owned()
}

/// The path of a link that somebody asked for and that came by letter.
pub async fn posted_link(forum: &Forum, handle: &str) -> String {
    let email = format!("{handle}@example.org");
    forum.visitor().submits("/sign-in", &[("email", email.as_str())]).await.is_accepted();
    letter(forum, handle).await.1
}

/// Sends a form from a browser that says more about itself than the harness does.
async fn posts(person: &Person, path: &str, more: &[(&str, &str)], fields: &[(&str, &str)]) -> Page {
    let headers = [&[FORM, ("origin", ORIGIN)][..], more].concat();
    person.sends(Method::POST, path, &headers, encoded(fields)).await
}

pub async fn is_signed_in(person: &Person) -> bool {
    person.asks("{ viewer { handle } }", json!({})).await["data"]["viewer"].is_object()
}

/// A browser with a session's secret and nothing else.
fn holding(forum: &Forum, secret: &str) -> Person {
    let mut person = forum.visitor();
    person.cookie = Some(secret.to_owned());
    person
}

async fn id_of(person: &Person, handle: &str) -> Value {
    let query = "query Who($handle: String!) { member(handle: $handle) { id } }";
    person.asks(query, json!({ "handle": handle })).await["data"]["member"]["id"].clone()
}

/// What an administrator does about somebody, with a reason.
pub async fn measure(by: &Person, mutation: &str, handle: &str, more: Value) -> Value {
    let mut input = json!({ "memberId": id_of(by, handle).await, "reason": "Canaryreason, as agreed." });
    input.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
    by.mutates(mutation, input).await
}

pub async fn administrator(forum: &Forum) -> Person {
    forum.person("root-of-all", "admin").await
}
