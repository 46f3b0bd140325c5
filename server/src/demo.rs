//! A community to look around in. It comes into being by the same mutations that people use, at the times that its file says.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Request, Variables};
use chrono::Duration;
use schema::{
    Clock, Forum, Visit,
    members::{self, Joining, Role, Viewer},
    outbox,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{App, app::execute, commands::Failure};

#[derive(Deserialize)]
struct Demonstration {
    members: Vec<Person>,
    resources: Vec<Contribution>,
    waiting: Vec<Contribution>,
}

#[derive(Deserialize)]
struct Person {
    handle: String,
    name: String,
    sector: String,
    organisation: String,
    role: String,
    email: String,
}

#[derive(Deserialize)]
struct Contribution {
    by: String,
    approved_by: Option<String>,
    decided_by: Option<String>,
    hours: i64,
    state: Option<String>,
    reason: Option<String>,
    message: Option<String>,
    #[serde(default)]
    requests: Vec<Value>,
    title: String,
    url: String,
    kind: String,
    description: String,
    #[serde(default)]
    authors: Vec<String>,
    publisher: Option<String>,
    published_on: Option<String>,
    #[serde(default)]
    keywords: Vec<String>,
    #[serde(default)]
    focus_areas: Vec<String>,
    #[serde(default)]
    strategies: Vec<String>,
    language: Option<String>,
    licence: Option<String>,
}

const SUBMIT: &str = "mutation Submit($input: SubmitResourceInput!) {
    submitResource(input: $input) { submission { id version } userErrors { code field } } }";
const DECIDE: &str = "mutation Decide($input: DecideInput!) {
    decide(input: $input) { submission { id version } userErrors { code field } } }";
const WITHDRAW: &str = "mutation Withdraw($input: WithdrawSubmissionInput!) {
    withdrawSubmission(input: $input) { submission { id version } userErrors { code field } } }";

/// Fills an empty database. Answers false, and changes nothing, when the demonstration is there already.
///
/// # Errors
/// Exit code 1 when another community is there, or when a contribution of the demonstration is refused.
pub async fn fill(app: &App) -> Result<bool, Failure> {
    let demonstration: Demonstration = toml::from_str(include_str!("demo.toml")).map_err(|error| Failure::wrong(error.to_string()))?;
    let visit = Visit::new(app.forum.clone(), None);
    if !members::is_empty(&visit).await? {
        let first = demonstration.members.first().map_or("", |person| person.handle.as_str());
        return match members::by_handle(&visit, first).await? {
            Some(_) => Ok(false),
            None => Err(Failure::wrong(
                "a community lives in this database; leave --demo out, or give the demonstration a folder of its own with --data",
            )),
        };
    }
    let now = app.forum.clock.now();
    let clock = Clock::held(now - Duration::hours(1500));
    let community = app.forum.community.clone();
    let forum = Arc::new(Forum {
        database: app.forum.database.clone(),
        community,
        clock: clock.clone(),
        randomness: app.forum.randomness.clone(),
        secret: app.forum.secret.clone(),
        demonstration: true,
    });
    let mut people = HashMap::new();
    for person in demonstration.members {
        let visit = Visit::new(forum.clone(), None);
        let role: Role = person.role.parse().map_err(|_| Failure::wrong("a role of the demonstration is none"))?;
        let joining =
            Joining { name: person.name, handle: person.handle.clone(), sector: person.sector, organisation: person.organisation };
        let id = members::add_by_operator(&visit, joining, &person.email, role).await?;
        people.insert(person.handle, Viewer { id, session: id, role });
        clock.advance(Duration::hours(3));
    }
    let play = Play { app, forum, people };
    let mut contributions: Vec<_> = demonstration.resources.into_iter().chain(demonstration.waiting).collect();
    contributions.sort_by_key(|contribution| -contribution.hours);
    for contribution in contributions {
        clock.advance(now - Duration::hours(contribution.hours) - clock.now());
        play.contribute(contribution, &clock).await?;
    }
    // Nobody lives at these addresses: the letters of the past count as sent.
    let visit = Visit::new(app.forum.clone(), None);
    loop {
        let letters = outbox::lease(&visit).await?;
        if letters.is_empty() {
            return Ok(true);
        }
        for letter in letters {
            outbox::settle(&visit, letter.id, Ok(())).await?;
        }
    }
}

struct Play<'a> {
    app: &'a App,
    forum: Arc<Forum>,
    people: HashMap<String, Viewer>,
}

impl Play<'_> {
    async fn contribute(&self, it: Contribution, clock: &Clock) -> Result<(), Failure> {
        let draft = it.state.as_deref() == Some("DRAFT");
        let input = json!({
            "title": it.title, "url": it.url, "kind": it.kind, "description": it.description, "authors": it.authors, "publisher": it.publisher,
            "publishedOn": it.published_on, "keywords": it.keywords, "focusAreas": it.focus_areas, "strategies": it.strategies,
            "language": it.language, "licence": it.licence, "draft": draft,
        });
        let made = self.act(&it.by, SUBMIT, input).await?;
        let (decision, decider) = match it.state.as_deref() {
            None => ("APPROVE", it.approved_by),
            Some("CHANGES_REQUESTED") => ("REQUEST_CHANGES", it.decided_by),
            Some("DECLINED") => ("DECLINE", it.decided_by),
            Some("WITHDRAWN") => {
                clock.advance(Duration::minutes(50));
                self.act(&it.by, WITHDRAW, json!({ "submissionId": made["id"], "version": made["version"] })).await?;
                return Ok(());
            }
            Some(_) => return Ok(()),
        };
        // Half an hour to seven hours later, and never in the future.
        clock.advance(Duration::minutes(30 + it.hours * 37 % 390).min(Duration::minutes(it.hours * 50)));
        let verdict = json!({
            "submissionId": made["id"], "version": made["version"], "revision": 1, "decision": decision,
            "reason": it.reason, "message": it.message, "requests": it.requests,
        });
        self.act(&decider.unwrap_or_default(), DECIDE, verdict).await?;
        Ok(())
    }

    /// Runs a mutation as one of the people and answers the submission it made or changed.
    async fn act(&self, handle: &str, mutation: &str, input: Value) -> Result<Value, Failure> {
        let viewer = self.people.get(handle).ok_or_else(|| Failure::wrong(format!("the demonstration has no member `{handle}`")))?;
        let visit = Visit::new(self.forum.clone(), Some(viewer.clone()));
        let request = Request::new(mutation).variables(Variables::from_json(json!({ "input": input })));
        let answer = execute(self.app.schema.clone(), Some(visit), request).await;
        let data = serde_json::to_value(&answer.data).unwrap_or_default();
        let payload = data.as_object().and_then(|data| data.values().next()).cloned().unwrap_or_default();
        match payload.get("submission") {
            Some(submission) if !submission.is_null() => Ok(submission.clone()),
            _ => Err(Failure::wrong(format!("the demonstration's `{}` was refused: {payload} {:?}", input["title"], answer.errors))),
        }
    }
}
