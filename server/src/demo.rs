//! A community to look around in. It comes into being by the same mutations that people use, at the times that its files say.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Request, Variables};
use chrono::{DateTime, Duration, Utc};
use schema::{
    Clock, Forum, Visit, desk,
    members::{self, Joining, Role, Viewer},
    outbox, topics,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{App, app::execute, commands::Failure};

/// What happens, as the files tell it: people, what they bring, and what others do about it.
#[derive(Deserialize)]
struct Demonstration {
    #[serde(default)]
    members: Vec<Person>,
    #[serde(default)]
    resources: Vec<Map<String, Value>>,
    #[serde(default)]
    waiting: Vec<Map<String, Value>>,
    #[serde(default)]
    themes: Vec<Map<String, Value>>,
    #[serde(default)]
    topics: Vec<Map<String, Value>>,
    #[serde(default)]
    comments: Vec<Map<String, Value>>,
    #[serde(default)]
    edits: Vec<Map<String, Value>>,
    #[serde(default)]
    topics_of: Vec<Map<String, Value>>,
    #[serde(default)]
    removals: Vec<Map<String, Value>>,
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

/// One thing that somebody does at a time. In its input, `@name.id` stands for what an earlier act of that name made.
struct Act {
    minutes_ago: i64,
    by: String,
    mutation: &'static str,
    input: Value,
    name: String,
}

/// A mutation by its name: all of them answer alike.
macro_rules! mutation {
    ($name:literal, $input:literal, $answer:literal) => {
        concat!("mutation Act($input: ", $input, "!) { ", $name, "(input: $input) { ", $answer, " userErrors { code field } } }")
    };
    ($name:literal, $input:literal) => {
        mutation!(
            $name,
            $input,
            "submission { id version published { ... on Resource { id path } ... on Topic { id path } ... on Comment { id path } } }"
        )
    };
}

const SUBMIT: &str = mutation!("submitResource", "SubmitResourceInput");
const SUGGEST: &str = mutation!("suggestTopic", "SuggestTopicInput");
const COMMENT: &str = mutation!("writeComment", "WriteCommentInput");
const EDIT: &str = mutation!("editPublished", "EditPublishedInput");
const DECIDE: &str = mutation!("decide", "DecideInput");
const WITHDRAW: &str = mutation!("withdrawSubmission", "WithdrawSubmissionInput");
const VOTE: &str = mutation!("vote", "VoteInput", "topic { id }");
const STATUS: &str = mutation!("setTopicStatus", "SetTopicStatusInput", "topic { id }");

/// Hours before now at which the first person joined, and at which the first topics were there.
const BEGINNING: i64 = 8_300;
const FOUNDED: i64 = 1480;

/// Fills an empty database. Answers false, and changes nothing, when the demonstration is there already.
///
/// # Errors
/// Exit code 1 when another community is there, or when something in the demonstration is refused.
pub async fn fill(app: &App) -> Result<bool, Failure> {
    let read = |text| toml::from_str::<Demonstration>(text).map_err(|error| Failure::wrong(error.to_string()));
    let (people, more) = (read(include_str!("demo.toml"))?, read(include_str!("demo-more.toml"))?);
    let visit = Visit::new(app.forum.clone(), None);
    if !members::is_empty(&visit).await? {
        let first = people.members.first().map_or("", |person| person.handle.as_str());
        return match members::by_handle(&visit, first).await? {
            Some(_) => Ok(false),
            None => Err(Failure::wrong(
                "a community lives in this database; leave --demo out, or give the demonstration a folder of its own with --data",
            )),
        };
    }
    let now = app.forum.clock.now();
    let clock = Clock::held(now - Duration::hours(BEGINNING));
    let forum = Arc::new(Forum {
        database: app.forum.database.clone(),
        community: app.forum.community.clone(),
        clock: clock.clone(),
        randomness: app.forum.randomness.clone(),
        secret: app.forum.secret.clone(),
        demonstration: true,
        limits: app.forum.limits,
        searches: Default::default(),
        news: Default::default(),
    });
    let visit = Visit::new(forum.clone(), None);
    let mut play = Play { app, forum, people: HashMap::new(), made: HashMap::new() };
    for person in &people.members {
        let role: Role = person.role.parse().map_err(|_| Failure::wrong("a role of the demonstration is none"))?;
        let joining = Joining {
            name: person.name.clone(),
            handle: person.handle.clone(),
            sector: person.sector.clone(),
            organisation: person.organisation.clone(),
        };
        let id = members::add_by_operator(&visit, joining, &person.email, role).await?;
        play.people.insert(person.handle.clone(), Viewer::trusted(id, role));
        clock.advance(Duration::days(20));
    }
    clock.advance(now - Duration::hours(FOUNDED) - clock.now());
    topics::found(&visit).await?;
    for (name, id) in topics::by_name(&visit).await? {
        play.made.insert(name, json!({ "record": id }));
    }
    let mut acts = acts(people, more, now);
    acts.sort_by_key(|act| -act.minutes_ago);
    for act in acts {
        clock.advance(now - Duration::minutes(act.minutes_ago) - clock.now());
        play.act(act).await?;
    }
    clock.advance(now - clock.now());
    desk::retire(&visit).await?;
    // Nobody lives at these addresses: the letters of the past count as sent.
    let visit = Visit::new(app.forum.clone(), None);
    loop {
        let letters = outbox::lease(&visit).await?;
        if letters.is_empty() {
            return Ok(true);
        }
        for letter in letters {
            outbox::settle(&visit, letter.id, outbox::Outcome::Sent).await?;
        }
    }
}

fn text(it: &Map<String, Value>, field: &str) -> String {
    it.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn number(it: &Map<String, Value>, field: &str) -> i64 {
    it.get(field).and_then(Value::as_i64).unwrap_or_default()
}

fn list<'a>(it: &'a Map<String, Value>, field: &str) -> impl Iterator<Item = &'a str> {
    it.get(field).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// The fields of an entry that an input has, as it spells them.
fn taken(it: &Map<String, Value>, fields: &[&str]) -> Map<String, Value> {
    let camel = |field: &str| {
        let mut parts = field.split('_');
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |name, part| name + &part[..1].to_uppercase() + &part[1..])
    };
    fields.iter().filter_map(|field| Some((camel(field), it.get(*field)?.clone()))).collect()
}

/// Everything that happens, in no order.
fn acts(people: Demonstration, more: Demonstration, now: DateTime<Utc>) -> Vec<Act> {
    let mut acts = Vec::new();
    let facts = [
        "title",
        "url",
        "kind",
        "description",
        "authors",
        "publisher",
        "published_on",
        "keywords",
        "focus_areas",
        "strategies",
        "language",
        "licence",
        "place",
    ];
    let mut resources = HashMap::new();
    for it in people.resources.iter().chain(&people.waiting).chain(&more.resources) {
        let mut input = taken(it, &facts);
        let title = text(it, "title");
        let named = more.topics_of.iter().find(|of| text(of, "title") == title);
        let topics = list(it, "topics").chain(named.into_iter().flat_map(|of| list(of, "topics")));
        let topics: Vec<_> = topics.map(|slug| format!("@{slug}.record")).collect();
        input.insert("topics".into(), json!(topics));
        let day = |days: i64, hour: i64| {
            (now.date_naive() + Duration::days(days)).and_hms_opt(0, 0, 0).map(|day| day.and_utc() + Duration::hours(hour))
        };
        if it.contains_key("starts_in_days") {
            input.insert("startsAt".into(), json!(day(number(it, "starts_in_days"), 15)));
            input.insert("endsAt".into(), json!(day(number(it, "starts_in_days"), 15 + number(it, "length_hours"))));
        }
        if it.contains_key("closes_in_days") {
            input.insert("closesAt".into(), json!(day(number(it, "closes_in_days"), 22)));
        }
        resources.insert(title.clone(), input.clone());
        input.insert("draft".into(), json!(text(it, "state") == "DRAFT"));
        case(&mut acts, it, title, SUBMIT, Value::Object(input));
    }
    for it in &more.topics {
        let name = text(it, "name");
        case(&mut acts, it, name.clone(), SUGGEST, Value::Object(taken(it, &["name", "description", "why"])));
        votes(&mut acts, it, &name, number(it, "hours") - 24);
    }
    for it in &more.themes {
        let slug = text(it, "slug");
        votes(&mut acts, it, &slug, FOUNDED - 40);
        if it.contains_key("status") {
            let led_to: Vec<_> = list(it, "led_to").map(|title| format!("@{title}.record")).collect();
            let input = json!({ "topicId": format!("@{slug}.record"), "status": it["status"], "ledTo": led_to });
            acts.push(Act { minutes_ago: number(it, "hours") * 60, by: text(it, "by"), mutation: STATUS, input, name: String::new() });
        }
    }
    for it in &more.comments {
        let on = if it.contains_key("reply_to") { text(it, "reply_to") } else { text(it, "on") };
        case(&mut acts, it, text(it, "id"), COMMENT, json!({ "on": format!("@{on}.record"), "body": it["body"] }));
        if it.contains_key("removed_by") {
            let gone = Map::from_iter([("hours".to_owned(), json!(number(it, "hours") / 2))]);
            acts.push(taking_down(&gone, &text(it, "id"), &text(it, "removed_by"), &it["removed_reason"], &it["removed_message"]));
        }
    }
    for it in &more.edits {
        let of = text(it, "of");
        let mut resource = resources.get(&of).cloned().unwrap_or_default();
        resource.extend(taken(it, &["title", "description"]));
        case(&mut acts, it, format!("edit of {of}"), EDIT, json!({ "id": format!("@{of}.record"), "resource": resource }));
    }
    for it in &more.removals {
        acts.push(taking_down(it, &text(it, "title"), &text(it, "by"), &it["reason"], &it["message"]));
    }
    acts
}

/// A contribution, and what became of it: half an hour to seven hours later, and never in the future.
fn case(acts: &mut Vec<Act>, it: &Map<String, Value>, name: String, mutation: &'static str, input: Value) {
    let hours = number(it, "hours");
    acts.push(Act { minutes_ago: hours * 60, by: text(it, "by"), mutation, input, name: name.clone() });
    let minutes_ago = hours * 60 - (30 + hours * 37 % 390).min(hours * 50);
    let by = |field| it.get(field).and_then(Value::as_str).map(String::from);
    let (decision, decider) = match text(it, "state").as_str() {
        "" => ("APPROVE", by("approved_by")),
        "CHANGES_REQUESTED" => ("REQUEST_CHANGES", by("decided_by")),
        "DECLINED" => ("DECLINE", by("decided_by")),
        "WITHDRAWN" => {
            let input = json!({ "submissionId": format!("@{name}.id"), "version": format!("@{name}.version") });
            return acts.push(Act { minutes_ago: hours * 60 - 50, by: text(it, "by"), mutation: WITHDRAW, input, name });
        }
        _ => return,
    };
    let mut input = verdict(&name, decision);
    input.extend(taken(it, &["reason", "message", "requests"]));
    acts.push(Act { minutes_ago, by: decider.unwrap_or_default(), mutation: DECIDE, input: Value::Object(input), name });
}

fn verdict(name: &str, decision: &str) -> Map<String, Value> {
    let field = |field: &str| json!(format!("@{name}.{field}"));
    Map::from_iter([
        ("submissionId".to_owned(), field("id")),
        ("version".to_owned(), field("version")),
        ("revision".to_owned(), json!(1)),
        ("decision".to_owned(), json!(decision)),
    ])
}

fn votes(acts: &mut Vec<Act>, it: &Map<String, Value>, topic: &str, hours: i64) {
    for (index, voter) in list(it, "votes").enumerate() {
        let input = json!({ "topicId": format!("@{topic}.record"), "vote": true });
        let minutes_ago = (hours - index as i64 * 7).max(2) * 60;
        acts.push(Act { minutes_ago, by: voter.to_owned(), mutation: VOTE, input, name: String::new() });
    }
}

fn taking_down(it: &Map<String, Value>, name: &str, by: &str, reason: &Value, message: &Value) -> Act {
    let mut input = verdict(name, "REMOVE");
    input.extend([("reason".to_owned(), reason.clone()), ("message".to_owned(), message.clone())]);
    let minutes_ago = number(it, "hours") * 60;
    Act { minutes_ago, by: by.to_owned(), mutation: DECIDE, input: Value::Object(input), name: name.to_owned() }
}

struct Play<'a> {
    app: &'a App,
    forum: Arc<Forum>,
    people: HashMap<String, Viewer>,
    /// What acts made, by their names.
    made: HashMap<String, Value>,
}

impl Play<'_> {
    /// Runs a mutation as one of the people, and remembers the submission it made or changed.
    async fn act(&mut self, act: Act) -> Result<(), Failure> {
        let viewer = self.people.get(&act.by).ok_or_else(|| Failure::wrong(format!("the demonstration has no member `{}`", act.by)))?;
        let visit = Visit::new(self.forum.clone(), Some(viewer.clone()));
        let input = self.filled_in(&act.input);
        let request = Request::new(act.mutation).variables(Variables::from_json(json!({ "input": input })));
        let answer = execute(self.app.schema.clone(), Some(visit), request).await;
        let data = serde_json::to_value(&answer.data).unwrap_or_default();
        let payload = data.as_object().and_then(|data| data.values().next()).cloned().unwrap_or_default();
        if !answer.errors.is_empty() || payload["userErrors"] != json!([]) {
            return Err(Failure::wrong(format!("the demonstration's `{}` was refused: {payload} {:?} {input}", act.name, answer.errors)));
        }
        if !act.name.is_empty() {
            let mut submission = payload["submission"].clone();
            submission["record"] = submission["published"]["id"].clone();
            if let Some(slug) = submission["published"]["path"].as_str().and_then(|path| path.strip_prefix("/topics/")) {
                self.made.insert(slug.to_owned(), submission.clone());
            }
            self.made.insert(act.name, submission);
        }
        Ok(())
    }

    /// An input with what earlier acts made in place of their names.
    fn filled_in(&self, input: &Value) -> Value {
        match input {
            Value::String(text) => match text.strip_prefix('@').and_then(|text| text.rsplit_once('.')) {
                Some((name, field)) => self.made.get(name).map_or(Value::Null, |made| made[field].clone()),
                None => input.clone(),
            },
            Value::Array(all) => all.iter().map(|one| self.filled_in(one)).collect(),
            Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), self.filled_in(value))).collect::<Map<_, _>>().into(),
            _ => input.clone(),
        }
    }
}
