//! What is not one's own, in every place where a mutation takes an id; and what no place is for.

use apollo_compiler::ast::{FieldDefinition, InputValueDefinition};

use super::{asking::What, *};

const UNTIL: &str = "2026-05-01T09:00:00Z";
/// What nobody sets by naming it.
const EXTRA: [&str; 10] = ["id", "role", "status", "state", "standing", "author", "authorId", "version", "publishedAt", "isModerator"];

impl Questions {
    /// Every mutation that takes something, with the name of its input.
    fn mutations(&self) -> Vec<(String, String)> {
        let of_field = |field: &FieldDefinition| match field.arguments.as_slice() {
            [] => None,
            [input] => Some((field.name.to_string(), input.ty.inner_named_type().to_string())),
            _ => panic!("say in visibility/swapping.rs how {} is tried, which takes more than an input", field.name),
        };
        self.fields("Mutation").into_iter().filter_map(of_field).collect()
    }

    /// Where ids stand in an input.
    fn ids(&self, input: &str) -> Vec<Vec<String>> {
        let of_member = |member: &InputValueDefinition| {
            let (name, of) = (member.name.to_string(), member.ty.inner_named_type());
            let rest = if of.as_str() == "ID" { vec![Vec::new()] } else { self.ids(of) };
            rest.into_iter().map(|rest| [vec![name.clone()], rest].concat()).collect::<Vec<_>>()
        };
        self.members(input).into_iter().flat_map(of_member).collect()
    }

    /// An input with what it must have.
    fn sample(&self, input: &str) -> Value {
        let needed = self.members(input).into_iter().filter(|member| member.is_required());
        let one = |member: &InputValueDefinition| {
            let of = member.ty.inner_named_type().as_str();
            let value = match of {
                "Int" => json!(1),
                "Boolean" => json!(true),
                "DateTime" => json!(UNTIL),
                "String" | "ID" => json!("x"),
                _ => self.words(of).map_or_else(|| self.sample(of), |words| json!(words[0])),
            };
            (member.name.to_string(), if member.ty.is_list() { json!([value]) } else { value })
        };
        Value::Object(needed.map(one).collect())
    }
}

/// Puts an id where it stands in an input: into a list, when one is there.
fn put(input: &mut Value, at: &[String], id: &Value) {
    match (at, input) {
        ([], Value::Array(entries)) => *entries = vec![id.clone()],
        ([], input) => *input = id.clone(),
        (_, Value::Array(entries)) => put(entries.first_mut().expect("an entry"), at, id),
        ([step, rest @ ..], input) => put(&mut input[step.as_str()], rest, id),
    }
}

/// Inputs of every mutation that takes an id, against which nothing speaks but the ids that are put into them; for somebody with a case of
/// their own.
fn inputs(own: &Value, record: &Value) -> Vec<(&'static str, Value)> {
    let case = |id: &Value| json!({ "submissionId": id, "version": 1 });
    let mut text = resource("Anew");
    text["topics"] = json!([]);
    let with = |mut input: Value, more: Value| {
        input.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        input
    };
    let decision = with(case(&own["id"]), json!({ "revision": 1, "decision": "DECLINE", "reason": "OTHER" }));
    vec![
        ("setRole", json!({ "memberId": "", "role": "MODERATOR", "reason": "Because." })),
        ("silence", json!({ "memberId": "", "until": UNTIL, "reason": "Because." })),
        ("suspend", json!({ "memberId": "", "until": UNTIL, "reason": "Because." })),
        ("restore", json!({ "memberId": "", "reason": "Because." })),
        ("submitResource", text.clone()),
        ("vote", json!({ "topicId": "", "vote": true })),
        ("setTopicStatus", json!({ "topicId": "", "status": "PLANNED", "ledTo": [] })),
        ("writeComment", json!({ "on": "", "body": "Anew." })),
        ("reviseSubmission", with(case(&own["id"]), json!({ "resource": text, "answered": [] }))),
        ("editPublished", json!({ "id": record["id"], "resource": text })),
        ("claimSubmission", json!({ "submissionId": "" })),
        ("releaseSubmission", json!({ "submissionId": "" })),
        ("withdrawSubmission", case(&json!(""))),
        ("decide", decision.clone()),
        ("decideMany", json!({ "decisions": [decision] })),
        ("endSession", json!({ "sessionId": "" })),
        ("removeIdentity", json!({ "identityId": "" })),
        ("revokeToken", json!({ "tokenId": "" })),
    ]
}

/// Whether a payload says no, and for a reason of the rules.
fn is_refused(payload: &Value) -> bool {
    let codes = payload["errors"].as_array().into_iter().flatten().map(|error| &error["extensions"]["code"]);
    let results = payload["results"].as_array().into_iter().flatten().chain([payload]);
    let refusals = results.flat_map(|result| result["userErrors"].as_array().into_iter().flatten()).map(|error| &error["code"]);
    let said: Vec<_> = codes.chain(refusals).filter_map(Value::as_str).collect();
    !said.is_empty() && !said.contains(&"BAD_REQUEST") && !said.contains(&"INTERNAL")
}

/// What no mutation changes that is refused.
async fn everything(forum: &Forum) -> Vec<(&'static str, i64)> {
    let mut counts = forum.everything().await;
    for table in ["session", "access_token", "member WHERE role = 'MEMBER'", "change_request WHERE answered_in IS NULL"] {
        counts.push((table, forum.count(table).await));
    }
    counts
}

#[tokio::test]
async fn an_id_that_is_not_ones_own_does_nothing_wherever_it_stands() {
    let forum = Forum::open().await;
    let (ada, stan, mona) = (forum.member("ada").await, forum.member("stan").await, forum.moderator("mona").await);
    let grace = forum.moderator("grace").await;
    let kept = |title: &str| {
        let mut input = resource(title);
        input["draft"] = true.into();
        input
    };
    let (draft, pending) = (ada.brings("submitResource", kept("A draft")).await, ada.shares("A wait").await);
    let asks = json!({ "requests": [{ "field": "title", "message": "Longer." }] });
    let returned = grace.decides("REQUEST_CHANGES", &ada.shares("A return").await, asks).await["submission"].clone();
    let declined = grace.decides("DECLINE", &ada.shares("A no").await, json!({ "reason": "OTHER" })).await["submission"].clone();
    let removed = grace.approves(&ada.shares("An end").await).await;
    is_done(&grace.decides("REMOVE", &removed, json!({ "reason": "OTHER" })).await);
    let record = grace.publishes(&ada.shares("Everybody's").await).await;
    is_done(&ada.mutates("createToken", json!({ "name": "Script", "scopes": ["READ"], "days": 30 })).await);
    let own = ada.asks("{ viewer { sessions { id } tokens { id } } }", json!({})).await["data"]["viewer"].clone();
    let log = grace.asks("{ decisionLog(first: 1) { nodes { id } } }", json!({})).await["data"]["decisionLog"].clone();

    // Nothing fits anybody else's hand here; what was sent to the desk is a moderator's to act on.
    let mut ids = vec![
        ("a draft", &draft["id"]),
        ("what was taken down", &removed["published"]["id"]),
        ("a decision", &log["nodes"][0]["id"]),
        ("a request", &returned["requests"][0]["id"]),
        ("a session", &own["sessions"][0]["id"]),
        ("a token", &own["tokens"][0]["id"]),
    ];
    assert!(ids.iter().all(|(_, id)| id.is_string()), "{ids:?}");
    let questions = Questions::read();
    let mut wrong = Vec::new();
    for (who, actor) in [("moderator", &mona), ("member", &stan)] {
        if who == "member" {
            for (what, case) in [("what waits", &pending), ("a return", &returned), ("a refusal", &declined), ("a removal", &removed)] {
                ids.push((what, &case["id"]));
            }
        }
        let mine = actor.shares(&format!("Of the {who}")).await;
        let inputs: BTreeMap<_, _> = inputs(&mine, &record).into_iter().collect();
        let before = everything(&forum).await;
        for (mutation, input) in questions.mutations() {
            for at in questions.ids(&input) {
                let input = inputs.get(mutation.as_str()).unwrap_or_else(|| panic!("say in visibility/swapping.rs what {mutation} takes"));
                let with = |id: &Value| {
                    let mut input = input.clone();
                    put(&mut input, &at, id);
                    input
                };
                let mut nothings: HashMap<String, Value> = HashMap::new();
                for (what, id) in &ids {
                    let payload = actor.mutates(&mutation, with(id)).await;
                    if !is_refused(&payload) {
                        wrong.push(format!("{mutation} takes {what} of somebody else's as {at:?} from the {who}: {payload}"));
                        continue;
                    }
                    let nothing = never(id);
                    let key = nothing.to_string();
                    if !nothings.contains_key(&key) {
                        let answered = actor.mutates(&mutation, with(&nothing)).await;
                        nothings.insert(key.clone(), answered);
                    }
                    if nothings[&key] != payload {
                        wrong.push(format!("{mutation} tells the {who} by {at:?} that there is {what}: {payload}"));
                    }
                }
            }
        }
        let after = everything(&forum).await;
        if before != after {
            wrong.push(format!("the {who} changed something: {before:?} became {after:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    forum.verifies().await;
}

#[tokio::test]
async fn an_input_of_another_shape_is_refused_whole() {
    let forum = Forum::open().await;
    let stan = forum.member("stan").await;
    let questions = Questions::read();
    let before = everything(&forum).await;
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for (mutation, kind) in questions.mutations() {
        let members = questions.members(&kind);
        let mut shapes: Vec<(String, Value)> = Vec::new();
        for name in EXTRA.into_iter().filter(|name| !members.iter().any(|member| member.name.as_str() == *name)) {
            shapes.push((name.to_owned(), json!("ADMIN")));
        }
        for member in members {
            let of = member.ty.inner_named_type().as_str();
            let others = match of {
                // One is as good as a list of one.
                "ID" if member.ty.is_list() => json!([[{}], { "0": "x" }]),
                _ if member.ty.is_list() => json!([5, [{}], { "0": "x" }]),
                "String" => json!([["x"], 5, true, {}]),
                "ID" => json!([["x"], true, {}]),
                "Int" => json!(["1", [1], 1.5, {}]),
                "Boolean" => json!(["true", 1, [true], {}]),
                "DateTime" => json!([5, [UNTIL], "tomorrow", {}]),
                _ if questions.words(of).is_some() => json!(["NOBODY", ["NOBODY"], 0, {}]),
                _ => json!(["x", ["x"], 5]),
            };
            let nothing = if member.is_required() { vec![Value::Null] } else { Vec::new() };
            let others = others.as_array().expect("a list").iter().cloned().chain(nothing);
            shapes.extend(others.map(|other| (member.name.to_string(), other)));
        }
        for (name, value) in shapes {
            let mut input = questions.sample(&kind);
            input[name.as_str()] = value.clone();
            let query = format!("mutation Act($input: {kind}!) {{ {mutation}(input: $input) {{ __typename }} }}");
            let page = What::Question(query, json!({ "input": input })).by(&stan).await;
            let answer: Value = serde_json::from_str(&page.text).expect("JSON");
            let is_refused = page.status == StatusCode::BAD_REQUEST && answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST";
            if !is_refused || answer.get("data").is_some() {
                wrong.push(format!("{mutation} takes {name}: {value}, and answers {} {:.200}", page.status, page.text));
            }
            tried += 1;
        }
    }
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(everything(&forum).await, before);

    // Forms: what they do not name they do not set.
    let viewer = async || stan.asks("{ viewer { handle role standing } }", json!({})).await["data"]["viewer"].clone();
    let before = viewer().await;
    let more = [("role", "ADMIN"), ("standing", "TRUSTED"), ("handle", "root"), ("member.role", "ADMIN")];
    stan.does("/settings", "Save", &more).await.is_accepted();
    assert_eq!((viewer().await, before["role"].as_str()), (before.clone(), Some("MEMBER")));
}
