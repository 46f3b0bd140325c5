//! Every text and every list of the schema, longer than it may be: through GraphQL, and through the forms of the pages.

use super::*;

/// Characters that fit into a request to GraphQL, that no such request holds but a form does, and that no form holds either.
const LONG: usize = 60_000;
const LONGER: usize = 70_000;
const LONGEST: usize = 1024 * 1024;
/// Entries of a list: as many short words as fit into a request, and more than that of none.
const MANY: usize = 10_000;
const MORE: usize = 20_000;

/// What somebody may do, and the pages with a form for it: each with its place in the table of contents.
struct Sample {
    mutation: &'static str,
    person: Person,
    input: Value,
    pages: Vec<(&'static str, String)>,
}

impl Sample {
    fn variables(&self) -> Value {
        json!({ "input": self.input })
    }
}

fn and(mut value: Value, more: Value) -> Value {
    value.as_object_mut().expect("an object").extend(more.as_object().cloned().expect("an object"));
    value
}

/// An event with everything that can be said about one.
fn event(title: &str, topic: &Value) -> Value {
    let facts = json!({
        "kind": "event", "authors": ["Ada"], "publisher": "A house", "publishedOn": "2026-02", "keywords": ["care"],
        "focusAreas": ["food-systems"], "strategies": ["advocacy"], "language": "en", "licence": "CC BY 4.0", "source": "A list",
        "topics": [topic["id"]], "startsAt": "2026-05-01T09:00:00Z", "endsAt": "2026-05-01T17:00:00Z", "place": "Lanmere"
    });
    and(resource(title), facts)
}

/// A call for funding, which alone closes at a time.
fn funding(title: &str) -> Value {
    and(resource(title), json!({ "kind": "funding", "closesAt": "2026-05-01T09:00:00Z" }))
}

/// The secret behind a path in the newest letter to somebody that has one.
async fn secret(forum: &Forum, handle: &str, path: &str) -> String {
    let letters = forum.letters_to(handle).await;
    let rest = letters.iter().rev().find_map(|letter| letter.split_once(path)).unwrap_or_else(|| panic!("a letter names {path}")).1;
    rest.split_whitespace().next().expect("a secret").to_owned()
}

/// No provider stands behind this forum, so nobody can be vouched for through a door.
async fn adds_identity(forum: &Forum, handle: &str) {
    let id = if is_postgres() { "gen_random_uuid()" } else { "randomblob(16)" };
    let statement = format!(
        "INSERT INTO identity (id, member_id, provider, issuer, subject, label, created_at, last_used_at)
        SELECT {id}, id, 'elsewhere', 'https://elsewhere.example', 'somebody', 'Somebody', joined_at, joined_at
        FROM member WHERE handle = '{handle}'"
    );
    forum.tables().execute_unprepared(&statement).await.expect("an identity");
}

/// What can be done in this forum, once each; every text and every list that the schema knows stands in one of them.
async fn samples(forum: &Forum) -> Vec<Sample> {
    let (ada, stan, grace) = (forum.member("ada").await, forum.member("stan").await, forum.moderator("grace").await);
    let adele = forum.person("adele", "admin").await;
    let visitor = forum.visitor();
    let mut samples = Vec::new();
    let mut may = |person: &Person, mutation, input, pages: &[(&'static str, &str)]| {
        let pages = pages.iter().map(|(page, path)| (*page, (*path).to_owned())).collect();
        samples.push(Sample { mutation, person: person.clone(), input, pages });
    };

    // What is in the library.
    let topic = grace.publishes(&stan.suggests("Compost").await).await;
    let gardens = grace.publishes(&stan.suggests("Gardens").await).await;
    let rota = grace.publishes(&stan.shares("Rota").await).await;
    let picnic = grace.publishes(&stan.shares("Picnic").await).await;
    let grant = grace.publishes(&stan.shares("Grant").await).await;
    let said = grace.publishes(&ada.comments(&rota, "Said.").await).await;
    let said_at = said["path"].as_str().expect("a path").to_owned();

    for (title, input) in [("Walk", event("Walk", &topic)), ("Fund", funding("Fund"))] {
        let more = json!({ "notDuplicate": false, "draft": false, "idempotencyKey": title });
        may(&ada, "submitResource", and(input, more), &[("/share", "/share")]);
    }
    let seeds =
        json!({ "name": "Seeds", "description": "About seeds.", "why": "They last.", "keyword": "seeds", "idempotencyKey": "Seeds" });
    may(&grace, "suggestTopic", seeds, &[("/topics/suggest", "/topics/suggest")]);
    for (on, page, path) in [
        (&rota, "/resources/:slug", "/resources/rota"),
        (&topic, "/topics/:slug", "/topics/compost"),
        (&said, "/comments/:number", said_at.as_str()),
    ] {
        may(&ada, "writeComment", json!({ "on": on["id"], "body": "More.", "idempotencyKey": path }), &[(page, path)]);
    }
    let edits = [
        (&picnic, "resource", event("Picnic", &topic), "/resources/:slug/edit", "/resources/picnic/edit".to_owned()),
        (&grant, "resource", funding("Grant"), "/resources/:slug/edit", "/resources/grant/edit".to_owned()),
        (&gardens, "topic", json!({ "name": "Gardens", "description": "Anew." }), "/topics/:slug/edit", "/topics/gardens/edit".to_owned()),
        (&said, "comment", json!({ "body": "Anew." }), "/comments/:number/edit", format!("{said_at}/edit")),
    ];
    for (record, field, text, page, path) in edits {
        may(&ada, "editPublished", json!({ "id": record["id"], field: text, "idempotencyKey": path }), &[(page, path.as_str())]);
    }

    // What is on the desk.
    let own = |made: &Value| format!("/submissions/{}", made["number"]);
    let desk = |made: &Value| format!("/desk/{}", made["number"]);
    let asked = ada.shares("Asked").await;
    let asked = grace.decides("REQUEST_CHANGES", &asked, json!({ "requests": [{ "field": "title", "message": "Longer." }] })).await;
    let asked = asked["submission"].clone();
    let revised = [
        (asked.clone(), "resource", event("Asked", &topic), json!([asked["requests"][0]["id"]])),
        (ada.shares("Called").await, "resource", funding("Called"), json!([])),
        (ada.suggests("Bees").await, "topic", json!({ "name": "Bees", "description": "Anew." }), json!([])),
        (ada.comments(&rota, "Waits.").await, "comment", json!({ "body": "Anew." }), json!([])),
    ];
    for (made, field, text, answered) in revised {
        let input = json!({ "submissionId": made["id"], "version": made["version"], field: text, "answered": answered });
        may(&ada, "reviseSubmission", input, &[("/submissions/:number", own(&made).as_str())]);
    }
    let made = ada.shares("Regretted").await;
    let input = json!({ "submissionId": made["id"], "version": made["version"] });
    may(&ada, "withdrawSubmission", input, &[("/submissions/:number", own(&made).as_str())]);
    let made = ada.shares("Claimed").await;
    may(&grace, "claimSubmission", json!({ "submissionId": made["id"] }), &[("/desk/:number", desk(&made).as_str())]);
    let made = ada.shares("Held").await;
    grace.brings("claimSubmission", json!({ "submissionId": made["id"] })).await;
    let input = json!({ "submissionId": made["id"], "reason": "It has waited." });
    may(&adele, "releaseSubmission", input, &[("/desk/:number", desk(&made).as_str())]);
    for (mutation, title) in [("decide", "One"), ("decideMany", "Two")] {
        let words = json!({ "decision": "DECLINE", "reason": "OTHER", "message": "Kind words.", "idempotencyKey": title });
        let requests = json!({ "decision": "REQUEST_CHANGES", "requests": [{ "field": "title", "message": "Longer." }] });
        for (verdict, number) in [(words, 1), (requests, 2)] {
            let made = ada.shares(&format!("{title} {number}")).await;
            let on = json!({ "submissionId": made["id"], "version": made["version"], "revision": made["revision"] });
            let (input, at) = (and(on, verdict), desk(&made));
            match mutation {
                "decide" => may(&grace, mutation, input, &[("/desk/:number", at.as_str())]),
                _ => may(&grace, mutation, json!({ "decisions": [input] }), &[("/desk", "/desk")]),
            }
        }
    }
    let at_topic = [("/topics/:slug", "/topics/compost")];
    may(&ada, "vote", json!({ "topicId": topic["id"], "vote": true }), &at_topic);
    may(&grace, "setTopicStatus", json!({ "topicId": topic["id"], "status": "PLANNED", "ledTo": ["rota"] }), &at_topic);

    // Accounts: one's own, and what an administrator changes about others.
    let pat = forum.member("pat").await;
    let profile = json!({
        "name": "Pat", "sector": "academia", "organisation": "A house", "pronouns": "they", "region": "Lanmere", "about": "About Pat.",
        "links": ["https://pat.example/"], "hidden": ["ABOUT"]
    });
    may(&pat, "updateProfile", profile, &[("/settings", "/settings")]);
    let account = [("/settings/account", "/settings/account")];
    may(&pat, "setLanguage", json!({ "language": "en" }), &[]);
    may(&pat, "changeEmail", json!({ "email": "pat-new@example.org" }), &account);
    adds_identity(forum, "pat").await;
    let there = forum.signs_in("pat").await;
    let viewer = there.asks("{ viewer { identities { id } sessions { id current } } }", json!({})).await["data"]["viewer"].clone();
    let session = viewer["sessions"].as_array().and_then(|all| all.iter().find(|session| session["current"] == true)).expect("a session");
    may(&pat, "endSession", json!({ "sessionId": session["id"] }), &account);
    may(&pat, "removeIdentity", json!({ "identityId": viewer["identities"][0]["id"] }), &account);
    let tokens = [("/settings/tokens", "/settings/tokens")];
    let token = json!({ "name": "Script", "scopes": ["READ"], "days": 30 });
    let made = pat.mutates("createToken", token.clone()).await;
    may(&pat, "createToken", token, &tokens);
    may(&pat, "revokeToken", json!({ "tokenId": made["token"]["id"] }), &tokens);
    let leo = forum.member("leo").await;
    may(&leo, "deleteAccount", json!({ "handle": "leo", "contributions": "KEEP" }), &[("/settings/leave", "/settings/leave")]);
    let (until, reason) = ("2026-05-01T09:00:00Z", "Because.");
    let measures = [
        ("otto", "setRole", json!({ "role": "MODERATOR" })),
        ("petra", "silence", json!({ "until": until })),
        ("quinn", "suspend", json!({ "until": until })),
        ("rosa", "restore", json!({})),
    ];
    for (handle, mutation, more) in measures {
        let member = forum.member(handle).await.asks("{ viewer { id } }", json!({})).await["data"]["viewer"]["id"].clone();
        let input = |more: Value| and(json!({ "memberId": member, "reason": reason }), more);
        if mutation == "restore" {
            assert_eq!(refusals(&adele.mutates("silence", input(json!({ "until": until }))).await), [""; 0]);
        }
        let at = format!("/members/{handle}");
        may(&adele, mutation, input(more), &[("/members/:handle", at.as_str())]);
    }

    // What comes by letter, and who has not signed in.
    let kim = forum.member("kim").await;
    assert_eq!(refusals(&kim.mutates("changeEmail", json!({ "email": "kim-new@example.org" })).await), [""; 0]);
    let token = secret(forum, "kim-new", "/settings/address/").await;
    let at = format!("/settings/address/{token}");
    may(&visitor, "confirmEmail", json!({ "token": token }), &[("/settings/address/:token", at.as_str())]);
    let token = secret(forum, "stan", "/letters/stop/").await;
    let at = format!("/letters/stop/{token}");
    may(&visitor, "stopReplyLetters", json!({ "token": token }), &[("/letters/stop/:token", at.as_str())]);
    let asks = json!({ "email": "somebody@example.org", "next": "/topics" });
    may(&visitor, "requestSignInLink", asks, &[("/sign-in", "/sign-in"), ("/join", "/join")]);
    samples
}

/// The sample that has something at a place, with the mark there instead.
#[track_caller]
fn marked<'a>(samples: impl Iterator<Item = &'a Sample>, mutation: &str, at: &[String]) -> (&'a Sample, Value) {
    let mut those = samples.filter(|sample| sample.mutation == mutation);
    let found = those.find_map(|sample| Some((sample, put(&sample.variables(), at, &MARK.into())?)));
    found.unwrap_or_else(|| panic!("no sample of {mutation} has {}: write one into limits/sizes.rs", at.join(".")))
}

/// The text of a mutation that tells what speaks against it.
fn act(schema: &Schema, field: &FieldDefinition) -> String {
    let payload = schema.get_object(field.ty.inner_named_type().as_str()).expect("a payload");
    let results = if payload.fields.contains_key("results") { "results { userErrors { code field } }" } else { "" };
    let (declared, passed) = variables(field);
    format!("mutation Act({declared}) {{ {}({passed}) {{ {results} userErrors {{ code field }} }} }}", field.name.as_str())
}

/// Whether a mutation did nothing of what was asked: an error of the whole request, or something that speaks against each part of it.
fn is_refused(page: &Page, mutation: &str) -> bool {
    let answer = answered(page);
    let refused = |payload: &Value| payload["userErrors"].as_array().is_some_and(|errors| !errors.is_empty());
    let payload = &answer["data"][mutation];
    let results = payload["results"].as_array().filter(|results| !results.is_empty());
    answer["errors"].is_array() || refused(payload) || results.is_some_and(|results| results.iter().all(refused))
}

#[track_caller]
fn is_too_large(page: &Page, what: &str) {
    let code = answered(page)["errors"][0]["extensions"]["code"].clone();
    assert_eq!((page.status, code), (StatusCode::PAYLOAD_TOO_LARGE, json!("PAYLOAD_TOO_LARGE")), "{what}");
}

#[tokio::test]
async fn no_input_is_longer_than_it_may_be() {
    let (schema, forum) = (sdl(), Forum::open().await);
    let samples = samples(&forum).await;
    let tables = Tables::of(&forum).await;
    let before = tables.rows(&forum).await;
    let (long, longest) = ("x".repeat(LONG), "x".repeat(LONGEST));
    let list = |entry: &str| format!("[{}]", vec![entry; MANY].join(","));
    let (words, objects) = (list("\"x\""), list("{}"));
    let mut tried = 0;
    for field in schema.get_object("Mutation").expect("a type").fields.values() {
        let (mutation, query, places) = (field.name.as_str(), act(&schema, field), Places::of(&schema, field));
        let body = |variables: Value| json!({ "query": query, "variables": variables }).to_string();
        let refuses = async |person: &Person, body: String, what: &str| {
            let page = posts(person, body).await;
            is_sound(&page, what);
            assert!(is_refused(&page, mutation), "{what} is accepted: {:.300}", page.text);
            assert_eq!(tables.rows(&forum).await, before, "{what} stores something");
        };
        for at in &places.texts {
            let what = format!("{mutation} {}", at.join("."));
            let (sample, variables) = marked(samples.iter(), mutation, at);
            let body = body(variables);
            refuses(&sample.person, body.replace(MARK, &long), &what).await;
            is_too_large(&posts(&sample.person, body.replace(MARK, &longest)).await, &what);
            tried += 1;
        }
        for (at, has_objects) in &places.lists {
            let what = format!("{mutation} {} with {MANY} entries", at.join("."));
            let (sample, variables) = marked(samples.iter(), mutation, at);
            let list = if *has_objects { &objects } else { &words };
            refuses(&sample.person, body(variables).replace(&format!("\"{MARK}\""), list), &what).await;
        }
    }
    assert!(tried > 100, "{tried} texts");
    let (place, characters) = tables.longest(&forum).await;
    assert!(characters < 50_000, "{place} holds {characters} characters");
    // Nothing else spoke against any of it.
    for sample in &samples {
        let field = schema.get_object("Mutation").and_then(|object| object.fields.get(sample.mutation)).expect(sample.mutation);
        let page = posts(&sample.person, json!({ "query": act(&schema, field), "variables": sample.variables() }).to_string()).await;
        let answer = answered(&page);
        let payload = &answer["data"][sample.mutation];
        let mut spoken = payload["results"].as_array().into_iter().flatten().chain([payload]).map(|part| &part["userErrors"]);
        assert!(answer["errors"].is_null() && spoken.all(|errors| *errors == json!([])), "{}: {answer}", sample.mutation);
    }
}

/// A form on a page, the mutation that it is a form of, and what it fills in.
struct Form {
    page: String,
    action: String,
    mutation: String,
    variables: Vec<String>,
}

/// Every form of every page that a mutation answers.
fn forms() -> Vec<Form> {
    let mut forms = Vec::new();
    for (page, pair) in pages() {
        let operations = read(&format!("frontend/pages/{pair}.graphql"));
        for operation in operations.split("\nmutation ").skip(1) {
            let (head, inside) = operation.split_once("{\n").expect("a selection");
            let variables = head.split('$').skip(1).map(word).collect();
            forms.push(Form { page: page.clone(), action: word(operation), mutation: word(inside.trim_start()), variables });
        }
    }
    forms
}

/// A form takes sixteen times as much as GraphQL: the rules refuse what the door lets in.
#[tokio::test]
async fn no_form_brings_a_longer_text() {
    let (schema, forum) = (sdl(), Forum::open().await);
    let samples = samples(&forum).await;
    let tables = Tables::of(&forum).await;
    let before = tables.rows(&forum).await;
    let (longer, longest) = ("x".repeat(LONGER), "x".repeat(LONGEST));
    let mutations = &schema.get_object("Mutation").expect("a type").fields;
    let mut secrets: BTreeMap<String, String> = BTreeMap::new();
    let (mut tried, mut filled_up) = (0, Vec::new());
    for form in forms() {
        let field = mutations.get(form.mutation.as_str()).unwrap_or_else(|| panic!("{} is no mutation", form.mutation));
        let has_results = schema.get_object(field.ty.inner_named_type().as_str()).is_some_and(|it| it.fields.contains_key("results"));
        for at in Places::of(&schema, field).texts {
            // Of the input, what the form fills in; what stands in the address is no field.
            let name = at.get(1).expect("a field of the input");
            if !form.variables.contains(name) || form.page.contains(&format!(":{name}")) {
                continue;
            }
            let of_page = samples.iter().filter(|sample| sample.pages.iter().any(|(page, _)| *page == form.page));
            let (sample, variables) = marked(of_page, &form.mutation, &at);
            let path = &sample.pages.iter().find(|(page, _)| *page == form.page).expect("a page of its own").1;
            if !secrets.contains_key(&sample.person.handle) {
                let token =
                    if sample.person.cookie.is_some() { sample.person.opens("/settings").await.value_of("token") } else { "".into() };
                secrets.insert(sample.person.handle.clone(), token);
            }
            let mut filled = fields("", &variables["input"]);
            filled.extend([("token".to_owned(), secrets[&sample.person.handle].clone()), ("action".to_owned(), form.action.clone())]);
            let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(filled).finish();
            let sends = async |text: &str| {
                let headers = [("origin", ORIGIN), ("content-type", "application/x-www-form-urlencoded")];
                sample.person.sends(Method::POST, path, &headers, body.replace(MARK, text)).await
            };
            let what = format!("{} of {} {}", form.action, form.page, at.join("."));
            let page = sends(&longer).await;
            // A page that decides on many says of each what became of it.
            let expected = if has_results { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
            assert_eq!(page.status, expected, "{what}: {:.300}", page.words());
            assert_eq!(tables.rows(&forum).await, before, "{what} stores something");
            // That one is too long for any form is found out before any field is.
            if !filled_up.contains(&(form.page.clone(), form.action.clone())) {
                assert_eq!(sends(&longest).await.status, StatusCode::PAYLOAD_TOO_LARGE, "{what}");
                filled_up.push((form.page.clone(), form.action.clone()));
            }
            tried += 1;
        }
    }
    assert!(tried > 100, "{tried} texts of {} forms", filled_up.len());
    assert_eq!(tables.rows(&forum).await, before);
    let (place, characters) = tables.longest(&forum).await;
    assert!(characters < 50_000, "{place} holds {characters} characters");
}

#[tokio::test]
async fn no_question_is_too_long_to_be_answered() {
    let (schema, world) = (sdl(), World::open(1).await);
    let (long, longest) = ("x".repeat(LONG), "x".repeat(LONGEST));
    let list = |entry: &str, times: usize| format!("[{}]", vec![entry; times].join(","));
    let lists = [list("\"x\"", MANY), list("\"\"", MORE)];
    let mut tried = 0;
    for (of, field) in questions(&schema) {
        let query = world.question(of, field, &selection(&schema, &field.ty));
        let body = |at: &At| {
            let mut variables = needed(&schema, field);
            variables.insert(at[0].clone(), grown(&at[1..], MARK.into()));
            json!({ "query": query, "variables": variables }).to_string()
        };
        let places = Places::of(&schema, field);
        for at in &places.texts {
            let what = format!("{of}.{} {}", field.name.as_str(), at.join("."));
            is_sound(&posts(&world.asker, body(at).replace(MARK, &long)).await, &what);
            is_too_large(&posts(&world.asker, body(at).replace(MARK, &longest)).await, &what);
            tried += 1;
        }
        for (at, _) in &places.lists {
            let what = format!("{of}.{} {} with many entries", field.name.as_str(), at.join("."));
            for list in &lists {
                is_sound(&posts(&world.asker, body(at).replace(&format!("\"{MARK}\""), list)).await, &what);
            }
        }
    }
    assert!(tried > 30, "{tried} texts");
}
