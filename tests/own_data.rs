//! What is one's own: tokens for programs, a copy of everything, and leaving.

use std::{
    collections::HashMap,
    io::{Cursor, Read},
};

use chrono::Duration;
use poem::{
    Endpoint, Request,
    http::{HeaderMap, Method, StatusCode},
};
use serde_json::{Value, json};

use crate::{
    accounts::{FORM, JSON, NOTHING, administrator, encoded, is_signed_in, letter, measure, posted_link},
    harness::{Forum, ORIGIN, Person, each, refusals, resource},
};

// Tokens

/// Makes a token and answers its secret.
async fn token(person: &Person, scopes: &[&str]) -> String {
    let made = person.mutates("createToken", json!({ "name": "Importer", "scopes": scopes, "days": 30 })).await;
    made["secret"].as_str().unwrap_or_else(|| panic!("a token: {made}")).to_owned()
}

/// What GraphQL answers a program that shows a token and nothing else.
async fn program(forum: &Forum, secret: &str, query: &str, variables: Value) -> (StatusCode, Value) {
    let bearer = format!("Bearer {secret}");
    let body = json!({ "query": query, "variables": variables }).to_string();
    let page = forum.visitor().sends(Method::POST, "/graphql", &[JSON, ("authorization", bearer.as_str())], body).await;
    (page.status, serde_json::from_str(&page.text).expect("JSON"))
}

/// What speaks against a mutation that a program sends.
async fn refused(forum: &Forum, secret: &str, mutation: &str, input: Value) -> Vec<String> {
    let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    let query = format!("mutation Act($input: {kind}!) {{ {mutation}(input: $input) {{ userErrors {{ code field }} }} }}");
    let (_, answer) = program(forum, secret, &query, json!({ "input": input })).await;
    refusals(if answer["errors"].is_null() { &answer["data"][mutation] } else { &answer })
}

/// Whose token a secret is, as GraphQL sees it; none for a secret that opens nothing.
async fn opens(forum: &Forum, secret: &str) -> Option<String> {
    let (status, answer) = program(forum, secret, "{ viewer { handle } }", json!({})).await;
    if status == StatusCode::UNAUTHORIZED {
        assert_eq!(refusals(&answer), ["UNAUTHENTICATED"]);
        return None;
    }
    assert_eq!(status, StatusCode::OK);
    answer["data"]["viewer"]["handle"].as_str().map(String::from)
}

#[tokio::test]
async fn a_token_is_shown_once_and_kept_as_a_hash() {
    let forum = Forum::open().await;
    let ada = forum.member("ada").await;
    ada.opens("/settings/tokens").await.shows("You have none");
    let typed = [("name", "Importer <i>"), ("scopes", "READ"), ("days", "30")];
    let made = ada.does("/settings/tokens", "CreateToken", &typed).await.is(StatusCode::OK).shows("Copy it now; it is shown once");
    let begins = made.text.find("lyc_").expect("the secret");
    let secret: String = made.text[begins..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    assert_eq!((secret.len(), made.header("cache-control")), (53, "no-store"));
    let ending = &secret[49..];
    ada.opens("/settings/tokens")
        .await
        .shows("Importer <i>")
        .shows(&format!("ends in …{ending}"))
        .shows("not used yet")
        .does_not_show("lyc_");
    let tokens = "{ viewer { tokens { id name ending scopes expiresAt lastUsedAt } } }";
    let mine = ada.asks(tokens, json!({})).await["data"]["viewer"]["tokens"][0].clone();
    assert_eq!((&mine["ending"], &mine["scopes"], &mine["lastUsedAt"]), (&json!(ending), &json!(["READ"]), &Value::Null), "{mine}");
    assert_eq!(forum.count("access_token WHERE length(token_hash) = 32").await, 1);
    assert_eq!(forum.count(&format!("access_token WHERE name || ending || scopes LIKE '%{}%'", &secret[8..24])).await, 0);

    assert_eq!(opens(&forum, &secret).await.as_deref(), Some("ada"));
    // The use is noted after the answer.
    let mut noted = Value::Null;
    for _ in 0..500 {
        noted = ada.asks(tokens, json!({})).await["data"]["viewer"]["tokens"][0]["lastUsedAt"].clone();
        if !noted.is_null() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert!(noted.as_str().is_some_and(|at| at.starts_with("2026-03-02T09:00:00")), "{noted}");

    for (input, reason) in [
        (json!({ "name": " ", "scopes": ["READ"], "days": 7 }), "REQUIRED name"),
        (json!({ "name": "x".repeat(81), "scopes": ["READ"], "days": 7 }), "TOO_LONG name"),
        (json!({ "name": "x", "scopes": [], "days": 7 }), "REQUIRED scopes"),
        (json!({ "name": "x", "scopes": ["READ"], "days": 0 }), "INVALID days"),
        (json!({ "name": "x", "scopes": ["READ"], "days": 367 }), "INVALID days"),
        (json!({ "name": "x", "scopes": ["OWN"], "days": 7 }), "BAD_REQUEST"),
    ] {
        assert_eq!(refusals(&ada.mutates("createToken", input).await), [reason]);
    }
    for _ in 1..50 {
        token(&ada, &["READ"]).await;
    }
    assert_eq!(refusals(&ada.mutates("createToken", json!({ "name": "x", "scopes": ["READ"], "days": 7 })).await), ["TOO_LONG"]);
}

/// The mutations that each scope allows; those of no scope are for people.
const ALLOWED: [(&str, &[&str]); 3] = [
    ("READ", &["stopReplyLetters"]),
    (
        "CONTRIBUTE",
        &[
            "stopReplyLetters",
            "submitResource",
            "suggestTopic",
            "writeComment",
            "reviseSubmission",
            "editPublished",
            "withdrawSubmission",
            "vote",
        ],
    ),
    ("MODERATE", &["stopReplyLetters", "claimSubmission", "releaseSubmission", "decide", "decideMany", "setTopicStatus"]),
];

#[tokio::test]
async fn a_token_does_what_its_scopes_say_and_nothing_to_the_account() {
    let forum = Forum::open().await;
    let (grace, eve) = (forum.moderator("grace").await, forum.member("eve").await);
    let waiting = eve.shares("Waiting").await;
    let mutations = eve.asks("{ __schema { mutationType { fields { name } } } }", json!({})).await;
    let mutations = mutations["data"]["__schema"]["mutationType"]["fields"].clone();
    for (scope, allowed) in ALLOWED {
        let secret = token(&grace, &[scope]).await;
        for mutation in each(&mutations, "name") {
            // Without its input: what is allowed comes as far as to be told that.
            let (_, answer) = program(&forum, &secret, &format!("mutation {{ {mutation} {{ __typename }} }}"), json!({})).await;
            assert_eq!(refusals(&answer) == ["FORBIDDEN"], !allowed.contains(&mutation), "{scope} {mutation}: {answer}");
        }
        let can = |mutation| if allowed.contains(&mutation) { &NOTHING[..] } else { &["FORBIDDEN"][..] };
        assert_eq!(refused(&forum, &secret, "submitResource", resource(&format!("By {scope}"))).await, can("submitResource"));
        let claim = json!({ "submissionId": waiting["id"] });
        assert_eq!(refused(&forum, &secret, "claimSubmission", claim).await, can("claimSubmission"));

        let query = "{ viewer { handle submissions { totalCount } email pendingEmail aboutSource hidden replyLetters confirmed
            isLastAdministrator sessions { id } tokens { id } identities { id } dataExport { requestedAt } } }";
        let (_, answer) = program(&forum, &secret, query, json!({})).await;
        let mut viewer = answer["data"]["viewer"].as_object().cloned().expect("the viewer");
        assert_eq!(viewer.remove("handle"), Some(json!("grace")));
        assert!(viewer.remove("submissions").is_some_and(|mine| mine.is_object()), "what is theirs they read");
        assert!(viewer.values().all(Value::is_null), "{scope}: {viewer:?}");
        let (_, queue) = program(&forum, &secret, "{ moderationQueue { totalCount } }", json!({})).await;
        assert_eq!(queue["errors"].is_null(), scope == "MODERATE", "{scope}: {queue}");

        // By another name, in a fragment, beside something that is allowed.
        for document in [
            "mutation { harmless: endOtherSessions { userErrors { code } } }",
            "mutation { ...F } fragment F on Mutation { endOtherSessions { userErrors { code } } }",
            "mutation { ... on Mutation { __typename requestDataExport { userErrors { code } } } }",
        ] {
            assert_eq!(refusals(&program(&forum, &secret, document, json!({})).await.1), ["FORBIDDEN"], "{document}");
        }
    }
    assert!(is_signed_in(&grace).await && forum.count("data_export").await == 0);
}

#[tokio::test]
async fn a_token_opens_graphql_alone_and_helps_no_foreign_site() {
    let forum = Forum::open().await;
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    let secret = token(&grace, &["READ", "CONTRIBUTE", "MODERATE"]).await;
    let bearer = ("authorization", format!("Bearer {secret}"));
    let bearer = (bearer.0, bearer.1.as_str());
    for path in ["/submissions", "/desk", "/settings", "/settings/tokens", "/settings/leave", "/settings/data/garbage"] {
        let page = forum.visitor().sends(Method::GET, path, &[bearer], "").await.is_accepted();
        assert!(page.leads_to.as_deref().is_some_and(|to| to.starts_with("/sign-in")), "{path}: {:?}", page.leads_to);
    }
    let posted = forum.visitor().sends(Method::POST, "/settings", &[bearer, FORM], "action=Save&name=Eve&sector=academia").await;
    assert!(!posted.status.is_success() && posted.leads_to.is_none(), "{}", posted.status);
    forum.visitor().opens("/members/grace").await.shows("Grace");

    // A browser with a cookie adds a token to nothing by itself: where it comes from counts as ever, and the token says who asks.
    let body = json!({ "query": "{ viewer { handle } }" }).to_string();
    for (origin, status) in [(ORIGIN, StatusCode::OK), ("https://evil.example", StatusCode::FORBIDDEN)] {
        let page = ada.sends(Method::POST, "/graphql", &[JSON, bearer, ("origin", origin)], body.clone()).await.is(status);
        assert_eq!((page.text.contains("grace"), page.text.contains("ada")), (status == StatusCode::OK, false));
    }
    let basic = ("authorization", "Basic YWRhOmFkYQ==");
    forum.visitor().sends(Method::POST, "/graphql", &[JSON, basic], body).await.is(StatusCode::OK).shows_json("{\"viewer\":null}");
}

#[tokio::test]
async fn a_token_is_never_more_than_its_member_is_now() {
    let forum = Forum::open().await;
    let (root, ada, grace) = (administrator(&forum).await, forum.member("ada").await, forum.moderator("grace").await);
    let all = ["READ", "CONTRIBUTE", "MODERATE"];
    let (by_root, by_ada, by_grace) = (token(&root, &all).await, token(&ada, &all).await, token(&grace, &all).await);
    let waiting = forum.member("eve").await.shares("Waiting").await;
    let claim = json!({ "submissionId": waiting["id"] });
    assert_eq!(refused(&forum, &by_ada, "claimSubmission", claim.clone()).await, ["FORBIDDEN"], "a member");
    assert_eq!(refused(&forum, &by_grace, "claimSubmission", claim.clone()).await, NOTHING);
    assert_eq!(refused(&forum, &by_grace, "releaseSubmission", claim.clone()).await, NOTHING);
    // An administrator's program works at the desk and administers nothing.
    assert_eq!(refused(&forum, &by_root, "claimSubmission", claim.clone()).await, NOTHING);
    let set = json!({ "memberId": "garbage", "role": "ADMIN", "reason": "As agreed." });
    assert_eq!(refused(&forum, &by_root, "setRole", set).await, ["FORBIDDEN"]);
    assert_eq!(refusals(&program(&forum, &by_root, "{ letters { totalCount } }", json!({})).await.1), ["FORBIDDEN"]);

    let suggestion = |name: &str| json!({ "name": name, "description": "About it." });
    let until = json!({ "until": "2026-03-03T09:00:00Z" });
    assert_eq!(refusals(&measure(&root, "silence", "ada", until).await), NOTHING);
    assert_eq!(refused(&forum, &by_ada, "suggestTopic", suggestion("Rats")).await, ["SILENCED"]);
    assert_eq!(refusals(&measure(&root, "restore", "ada", json!({})).await), NOTHING);
    assert_eq!(refused(&forum, &by_ada, "suggestTopic", suggestion("Rats")).await, NOTHING);
    assert_eq!(refusals(&measure(&root, "suspend", "ada", json!({})).await), NOTHING);
    assert_eq!(opens(&forum, &by_ada).await, None);
    assert_eq!(refusals(&measure(&root, "restore", "ada", json!({})).await), NOTHING);
    assert_eq!(opens(&forum, &by_ada).await.as_deref(), Some("ada"));

    assert_eq!(refusals(&measure(&root, "setRole", "grace", json!({ "role": "MEMBER" })).await), NOTHING);
    assert_eq!(refused(&forum, &by_grace, "claimSubmission", claim).await, ["FORBIDDEN"]);
    assert_eq!(opens(&forum, &by_grace).await.as_deref(), Some("grace"));
}

#[tokio::test]
async fn a_token_ends_with_time_and_by_its_member_and_a_wrong_one_opens_nothing() {
    let forum = Forum::open().await;
    let (ada, eve) = (forum.member("ada").await, forum.member("eve").await);
    let made = ada.mutates("createToken", json!({ "name": "Importer", "scopes": ["READ"], "days": 1 })).await;
    let (secret, id) = (made["secret"].as_str().expect("a secret"), json!({ "tokenId": made["token"]["id"] }));
    let other = |text: &str| if text.ends_with('a') { "b" } else { "a" };
    for wrong in [
        format!("{}{}", &secret[..52], other(secret)),
        format!("{}{}{}", &secret[..20], other(&secret[..21]), &secret[21..]),
        secret.replace("lyc_", "LYC_"),
        secret[4..].to_owned(),
        format!("{secret}0"),
        "lyc_".to_owned(),
        "'; DROP TABLE access_token; --".to_owned(),
        String::new(),
    ] {
        assert_eq!(opens(&forum, &wrong).await, None, "{wrong}");
    }
    assert_eq!(refusals(&eve.mutates("revokeToken", id.clone()).await), ["NOT_FOUND tokenId"]);
    assert_eq!(refusals(&ada.mutates("revokeToken", json!({ "tokenId": "garbage" })).await), ["NOT_FOUND tokenId"]);
    forum.later(Duration::hours(24) - Duration::seconds(1));
    assert_eq!(opens(&forum, secret).await.as_deref(), Some("ada"));
    forum.later(Duration::seconds(1));
    assert_eq!(opens(&forum, secret).await, None);

    let ada = forum.signs_in("ada").await;
    assert_eq!(refusals(&ada.mutates("revokeToken", id.clone()).await), NOTHING);
    assert_eq!(refusals(&ada.mutates("revokeToken", id).await), ["NOT_FOUND tokenId"]);
    let secret = token(&ada, &["READ"]).await;
    assert_eq!(opens(&forum, &secret).await.as_deref(), Some("ada"));
    ada.does("/settings/tokens", "RevokeToken", &[]).await.is_accepted();
    assert_eq!((opens(&forum, &secret).await, forum.count("access_token").await), (None, 0));
}

// A copy of everything

const FILES: [&str; 5] = ["profile.json", "sign-in.json", "contributions.json", "contributions.csv", "votes.csv"];

async fn asks_for_a_copy(person: &Person) -> Vec<String> {
    let query = "mutation { requestDataExport { member { name } userErrors { code field } } }";
    let answer = person.asks(query, json!({})).await;
    refusals(if answer["errors"].is_null() { &answer["data"]["requestDataExport"] } else { &answer })
}

/// Asks for a copy, has it packed, and answers the path in the letter.
async fn packed(forum: &Forum, person: &Person) -> String {
    assert_eq!(asks_for_a_copy(person).await, NOTHING);
    assert_eq!(forum.app.pack().await.expect("packed"), 1);
    letter(forum, &person.handle).await.1
}

/// Presses the button of a copy's page; the harness reads text, and this is none.
async fn fetches(forum: &Forum, person: &Person, path: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
    let token = person.opens(path).await.value_of("token");
    let mut request = Request::builder().method(Method::POST).uri(path.parse().expect("a path")).header("origin", ORIGIN);
    if let Some(cookie) = &person.cookie {
        request = request.header("cookie", format!("sid={cookie}"));
    }
    let request = request.header(FORM.0, FORM.1).body(encoded(&[("token", token.as_str())]));
    let (parts, body) = forum.app.endpoint().get_response(request).await.into_parts();
    (parts.status, parts.headers, body.into_vec().await.expect("a body"))
}

/// The files of a copy by name.
fn unpacked(archive: Vec<u8>) -> HashMap<&'static str, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).expect("an archive");
    assert_eq!(archive.len(), FILES.len());
    let mut files = HashMap::new();
    for name in FILES {
        let mut text = String::new();
        archive.by_name(name).expect(name).read_to_string(&mut text).expect("text");
        files.insert(name, text);
    }
    files
}

#[tokio::test]
async fn a_copy_is_handed_out_once_to_its_owner_alone() {
    let forum = Forum::open().await;
    let (ada, eve) = (forum.member("ada").await, forum.member("eve").await);
    ada.does("/settings/data", "RequestExport", &[]).await.is_accepted();
    ada.opens("/settings/data").await.shows("It is being packed");
    assert!(forum.letters().await.is_empty());
    // Two servers at once make one copy and write one letter.
    let (one, other) = tokio::join!(forum.app.pack(), forum.app.pack());
    assert!(one.expect("packed") + other.expect("packed") >= 1);
    assert_eq!(forum.app.pack().await.expect("nothing to do"), 0);
    ada.opens("/settings/data").await.shows("Packed on");
    let (told, path) = letter(&forum, "ada").await;
    assert!(path.starts_with("/settings/data/") && forum.letters_to("ada").await.len() == 1, "{told}");

    forum.visitor().opens(&path).await.shows("Sign in first");
    for (person, status) in [(&eve, StatusCode::UNPROCESSABLE_ENTITY), (&forum.visitor(), StatusCode::FORBIDDEN)] {
        let (answered, _, body) = fetches(&forum, person, &path).await;
        assert!(answered == status && !body.starts_with(b"PK"), "{answered}");
    }
    let wrong = format!("{}x", &path[..path.len() - 1]);
    assert_eq!(fetches(&forum, &ada, &wrong).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    ada.sends(Method::POST, &path, &[FORM, ("origin", ORIGIN)], "token=garbage").await.is(StatusCode::FORBIDDEN);
    // A scanner looks at it, and nothing happens.
    ada.opens(&path).await.shows("Your data is ready");
    assert_eq!(forum.count("data_export").await, 1);

    let (status, headers, body) = fetches(&forum, &ada, &path).await;
    assert_eq!(
        (status, headers["content-type"].as_bytes(), headers["cache-control"].as_bytes()),
        (StatusCode::OK, &b"application/zip"[..], &b"no-store"[..])
    );
    assert!(headers["content-disposition"].to_str().expect("ASCII").starts_with("attachment"));
    assert!(unpacked(body)["profile.json"].contains("ada@example.org"));
    let (status, _, body) = fetches(&forum, &ada, &path).await;
    assert!(
        status == StatusCode::UNPROCESSABLE_ENTITY && String::from_utf8_lossy(&body).contains("A link like this works once"),
        "{status}"
    );
    assert_eq!(forum.count("data_export").await, 0);
}

#[tokio::test]
async fn a_copy_holds_what_is_ones_own_and_nothing_of_others() {
    let forum = Forum::open().await;
    let (root, grace, eve) = (administrator(&forum).await, forum.moderator("grace").await, forum.member("eve").await);
    let ada = forum.member("ada").await;
    let about = json!({ "name": "Ada", "sector": "academia", "about": "Canaryabout", "links": ["https://canarylinks.example/"] });
    ada.mutates("updateProfile", about).await;
    let secret = token(&ada, &["READ"]).await;
    for title in ["=HYPERLINK(\"https://evil.example\")", "+1", "-1", "@SUM(A1)", "Canarydraft, \"quoted\""] {
        let mut draft = resource(title);
        draft["draft"] = json!(true);
        ada.brings("submitResource", draft).await;
    }
    let declined = ada.shares("Canarydeclined").await;
    grace.decides("DECLINE", &declined, json!({ "reason": "OTHER", "message": "Canaryforada" })).await;
    let rota = grace.publishes(&ada.shares("Canaryrota").await).await;
    ada.comments(&rota, "Canarycomment").await;
    let topic = grace.publishes(&eve.suggests("=1+1").await).await;
    ada.mutates("vote", json!({ "topicId": topic["id"], "vote": true })).await;
    // What others wrote, and what moderators said among themselves.
    let mut draft = resource("Secretdraft of Eve");
    draft["draft"] = json!(true);
    eve.brings("submitResource", draft).await;
    eve.brings("editPublished", json!({ "id": rota["id"], "resource": resource("Secretedit of Eve") })).await;
    let waiting = ada.shares("Canarywaiting").await;
    grace.mutates("claimSubmission", json!({ "submissionId": waiting["id"] })).await;
    root.mutates("releaseSubmission", json!({ "submissionId": waiting["id"], "reason": "Secretnote about a colleague" })).await;

    let path = packed(&forum, &ada).await;
    let files = unpacked(fetches(&forum, &ada, &path).await.2);
    let everything = FILES.map(|name| files[name].as_str()).join("\n");
    for own in [
        "Canaryabout",
        "canarylinks",
        "Canarydraft",
        "Canarydeclined",
        "Canaryforada",
        "Canaryrota",
        "Canarycomment",
        "Canarywaiting",
        "ada@example.org",
        "Importer",
    ] {
        assert!(everything.contains(own), "{own} in {everything}");
    }
    let cookie = ada.cookie.clone().expect("a session");
    for others in ["Secret", "Grace", "grace", "Eve", "eve@", "root", "Canaryreason", cookie.as_str(), secret.as_str()] {
        assert!(!everything.contains(others), "{others} in {everything}");
    }
    for name in ["contributions.json", "profile.json", "sign-in.json"] {
        serde_json::from_str::<Value>(&files[name]).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    // No cell begins as a formula does.
    let mut cells = Vec::new();
    for name in ["contributions.csv", "votes.csv"] {
        for row in csv::Reader::from_reader(files[name].as_bytes()).records() {
            cells.extend(row.expect("a row").iter().map(String::from));
        }
    }
    assert!(!cells.iter().any(|cell| cell.starts_with(['=', '+', '-', '@', '\t', '\r'])), "{cells:?}");
    for cell in ["'=HYPERLINK(\"https://evil.example\")", "'+1", "'-1", "'@SUM(A1)", "Canarydraft, \"quoted\"", "'=1+1"] {
        assert!(cells.iter().any(|it| it == cell), "{cell} in {cells:?}");
    }
}

#[tokio::test]
async fn a_copy_waits_a_day_and_the_newest_counts() {
    let forum = Forum::open().await;
    let ada = forum.member("ada").await;
    let (older, newer) = (packed(&forum, &ada).await, packed(&forum, &ada).await);
    assert_ne!(older, newer);
    assert_eq!(fetches(&forum, &ada, &older).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    forum.later(Duration::hours(24));
    assert_eq!(fetches(&forum, &ada, &newer).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    forum.later(Duration::seconds(1));
    forum.app.sweep().await.expect("swept");
    assert_eq!(forum.count("data_export").await, 0);

    let ada = forum.signs_in("ada").await;
    for _ in 0..5 {
        assert_eq!(asks_for_a_copy(&ada).await, NOTHING);
    }
    assert_eq!(asks_for_a_copy(&ada).await, ["RATE_LIMITED"]);
    assert_eq!(asks_for_a_copy(&forum.visitor()).await, ["UNAUTHENTICATED"]);
    forum.later(Duration::minutes(11));
    assert_eq!(asks_for_a_copy(&ada).await, ["SIGN_IN_AGAIN"]);
}

// Leaving

async fn leaves(person: &Person, contributions: &str) {
    let answer = person.mutates("deleteAccount", json!({ "handle": person.handle, "contributions": contributions })).await;
    assert_eq!((refusals(&answer), &answer["deleted"]), (Vec::new(), &json!(true)));
}

/// Where and how often a word stands in what the tables hold of contributions, decisions and letters.
async fn everywhere(forum: &Forum, word: &str) -> Vec<String> {
    let mut found = Vec::new();
    for column in [
        "revision.content",
        "submission.title",
        "decision.message",
        "change_request.message",
        "log_detail.note",
        "outbox.variables",
        "resource.content",
        "topic.content",
        "comment.body",
        "comment.body_html",
        "member.about",
    ] {
        let (table, field) = column.split_once('.').expect("a table");
        let count = forum.count(&format!("{table} WHERE {field} LIKE '%{word}%'")).await;
        if count > 0 {
            found.push(format!("{count} in {column}"));
        }
    }
    found
}

/// What holds after anybody has left: the log, the counts of votes, and that nothing names who is not there.
async fn is_consistent(forum: &Forum) {
    forum.verifies().await;
    assert_eq!(forum.count("topic WHERE votes <> (SELECT COUNT(*) FROM topic_vote WHERE topic_number = topic.number)").await, 0);
    for column in [
        "submission.author_id",
        "revision.author_id",
        "decision.decider_id",
        "log_detail.actor_id",
        "resource.submitter_id",
        "topic.suggester_id",
        "comment.author_id",
        "claim.member_id",
        "session.member_id",
        "access_token.member_id",
        "idempotency_key.member_id",
    ] {
        let (table, field) = column.split_once('.').expect("a table");
        assert_eq!(forum.count(&format!("{table} WHERE {field} NOT IN (SELECT id FROM member)")).await, 0, "{column}");
    }
}

async fn log(person: &Person) -> Value {
    let query = "{ decisionLog { totalCount nodes { kind of reason { id } decider { handle name } } } }";
    person.asks(query, json!({})).await["data"]["decisionLog"].clone()
}

#[tokio::test]
async fn who_leaves_and_lets_it_stay_is_forgotten_and_the_library_is_not() {
    let forum = Forum::open().await;
    let (grace, eve, ada) = (forum.moderator("grace").await, forum.member("eve").await, forum.member("ada").await);
    let profile = json!({ "name": "Ada Lovelace", "sector": "academia", "organisation": "Canaryhouse", "about": "Canaryabout" });
    ada.mutates("updateProfile", profile).await;
    let rota = grace.publishes(&ada.shares("Rota").await).await;
    let compost = grace.publishes(&ada.suggests("Compost").await).await;
    let said = grace.approves(&ada.comments(&rota, "It helps.").await).await;
    let rats = grace.publishes(&eve.suggests("Rats").await).await;
    for (voter, topic) in [(&ada, &rats), (&grace, &rats), (&eve, &compost)] {
        assert_eq!(refusals(&voter.mutates("vote", json!({ "topicId": topic["id"], "vote": true })).await), NOTHING);
    }
    let declined = ada.shares("Nothing").await;
    grace.decides("DECLINE", &declined, json!({ "reason": "OTHER", "message": "Sorry." })).await;
    let mut draft = resource("Canarydraft");
    draft["draft"] = json!(true);
    ada.brings("submitResource", draft).await;
    let returned = ada.shares("Canaryreturned").await;
    let requests = json!({ "message": "Canarymessage", "requests": [{ "field": "title", "message": "Canaryrequest" }] });
    grace.decides("REQUEST_CHANGES", &returned, requests).await;
    let waiting = ada.shares("Waiting").await;
    // What hangs on an account, all of it still open.
    let secret = token(&ada, &["READ"]).await;
    let link = posted_link(&forum, "ada").await;
    assert_eq!(refusals(&ada.mutates("changeEmail", json!({ "email": "ada-new@example.org" })).await), NOTHING);
    assert_eq!(asks_for_a_copy(&ada).await, NOTHING);
    let confirm = letter(&forum, "ada-new").await.1;
    let (before, decided) = (log(&forum.visitor()).await, forum.count("log_entry").await);

    for (typed, field, words) in [
        ([("handle", "eve"), ("contributions", "KEEP")], "handle", "This is not your handle"),
        ([("handle", ""), ("contributions", "KEEP")], "handle", "This is not your handle"),
        ([("handle", "ada"), ("contributions", "")], "contributions", "Choose what becomes of what you contributed"),
    ] {
        let page = ada.does("/settings/leave", "Leave", &typed).await.is(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.error_of(field).contains(words), "{}", page.words());
    }
    assert!(is_signed_in(&ada).await && log(&forum.visitor()).await == before && forum.count("log_entry").await == decided);
    let page = ada.does("/settings/leave", "Leave", &[("handle", "@Ada "), ("contributions", "KEEP")]).await.is_accepted();
    assert_eq!(page.leads_to.as_deref(), Some("/?done=Leave"));

    is_consistent(&forum).await;
    let wren = forum.visitor();
    for path in [rota["path"].as_str(), compost["path"].as_str(), said["published"]["path"].as_str()] {
        wren.opens(path.expect("a path"))
            .await
            .is(StatusCode::OK)
            .shows("Former member")
            .does_not_show("Lovelace")
            .does_not_show("Canaryhouse");
    }
    let votes = "query Votes($slug: String!) { topic(slug: $slug) { votes suggester { handle } } }";
    for (slug, count) in [("rats", 1), ("compost", 1)] {
        assert_eq!(wren.asks(votes, json!({ "slug": slug })).await["data"]["topic"]["votes"], count, "{slug}");
    }
    assert_eq!(log(&wren).await, before, "what was decided is on record");
    wren.opens("/members/ada").await.is(StatusCode::NOT_FOUND);
    let query = "{ member(handle: \"ada\") { name } members { nodes { handle } } }";
    let found = grace.asks(query, json!({})).await["data"].clone();
    assert_eq!((&found["member"], each(&found["members"]["nodes"], "handle")), (&Value::Null, vec!["eve", "grace"]));
    assert_eq!(everywhere(&forum, "Canary").await, NOTHING);
    for table in
        ["access_token", "email_change", "data_export", "idempotency_key", "member WHERE handle = 'ada' OR email = 'ada@example.org'"]
    {
        assert_eq!(forum.count(table).await, 0, "{table}");
    }

    assert!(!is_signed_in(&ada).await && opens(&forum, &secret).await.is_none());
    assert!(forum.app.sign_in_link("ada").await.expect("an answer").is_none());
    wren.opens(&link).await.shows("This link has done its work");
    wren.opens(&confirm).await.shows("A link like this works once, for a day");
    assert_eq!(forum.count("outbox WHERE address LIKE 'ada%@example.org' AND letter <> 'left'").await, 0);
    let (told, _) = letter(&forum, "ada").await;
    assert!(told.contains("is deleted") && !told.contains("Lovelace"), "{told}");
    assert_eq!(forum.app.pack().await.expect("nothing to do"), 0);

    // What waits may still be decided, and nobody gets a letter about it.
    let letters = forum.letters().await.len();
    grace.approves(&waiting).await;
    assert_eq!(forum.letters().await.len(), letters);
    wren.opens("/resources/waiting").await.shows("Former member");
    // Whoever joins with that address is somebody new.
    let mut newcomer = forum.visitor();
    let answers = [("name", "Another Ada"), ("handle", "ada"), ("sector", "academia"), ("agrees", "yes")];
    newcomer.joins(&posted_link(&forum, "ada").await, &answers).await.is_accepted();
    let mine = newcomer.asks("{ viewer { submissions { totalCount } } }", json!({})).await;
    assert_eq!(mine["data"]["viewer"]["submissions"]["totalCount"], 0);
    wren.opens("/resources/rota").await.does_not_show("Another Ada");
    is_consistent(&forum).await;
}

#[tokio::test]
async fn who_leaves_and_takes_it_along_leaves_no_word_behind() {
    let forum = Forum::open().await;
    let (grace, eve, ada) = (forum.moderator("grace").await, forum.member("eve").await, forum.member("ada").await);
    let by_eve = grace.publishes(&eve.shares("Of Eve").await).await;
    let rota = grace.publishes(&ada.shares("Canaryrota").await).await;
    let past = grace.approves(&ada.shares("Canarypast").await).await;
    grace.decides("ARCHIVE", &past, json!({ "message": "Canarymessage one" })).await;
    let compost = grace.publishes(&ada.suggests("Canarycompost").await).await;
    let said = grace.publishes(&ada.comments(&by_eve, "Canarysaid").await).await;
    let answer = grace.publishes(&eve.comments(&said, "An answer.").await).await;
    let on_hers = grace.publishes(&eve.comments(&rota, "About hers.").await).await;
    let removed = grace.approves(&ada.shares("Canaryremoved").await).await;
    grace.decides("REMOVE", &removed, json!({ "reason": "PRIVACY", "message": "Canarymessage two" })).await;
    let declined = ada.shares("Canarydeclined").await;
    grace.decides("DECLINE", &declined, json!({ "reason": "OTHER", "message": "Canarymessage three" })).await;
    let returned = ada.shares("Canaryreturned").await;
    let requests = json!({ "message": "Canarymessage four", "requests": [{ "field": "title", "message": "Canaryrequest" }] });
    grace.decides("REQUEST_CHANGES", &returned, requests).await;
    ada.brings("withdrawSubmission", json!({ "submissionId": ada.shares("Canaryregretted").await["id"], "version": 1 })).await;
    ada.brings("editPublished", json!({ "id": by_eve["id"], "resource": resource("Canaryedit") })).await;
    ada.comments(&by_eve, "Canarywaiting").await;
    let mut draft = resource("Canarydraft");
    draft["draft"] = json!(true);
    ada.brings("submitResource", draft).await;
    forum.letters().await;
    let before = log(&forum.visitor()).await;
    assert!(everywhere(&forum, "Canary").await.len() >= 6);

    leaves(&ada, "REMOVE").await;
    is_consistent(&forum).await;
    assert_eq!(everywhere(&forum, "Canary").await, NOTHING);
    let wren = forum.visitor();
    for record in [&rota, &past["published"], &compost, &said] {
        wren.opens(record["path"].as_str().expect("a path"))
            .await
            .is(StatusCode::GONE)
            .shows("This was taken back")
            .does_not_show("Canary");
    }
    wren.opens(on_hers["path"].as_str().expect("a path")).await.does_not_show("Canary");
    wren.opens(answer["path"].as_str().expect("a path")).await.is(StatusCode::OK).shows("An answer.").does_not_show("Canary");
    wren.opens(by_eve["path"].as_str().expect("a path")).await.is(StatusCode::OK).shows("Of Eve").does_not_show("Canary");
    for path in ["/", "/library", "/topics", "/discuss", "/decisions", "/decisions.atom", "/members", "/library?query=canary"] {
        let page = wren.opens(path).await.is(StatusCode::OK);
        // The address of what was taken back stays taken, and its name with it.
        assert!(!page.text.contains("Canary"), "{path}");
    }
    for path in ["/desk", "/desk?state=withdrawn", "/desk?state=declined", "/decisions"] {
        grace.opens(path).await.does_not_show("Canary");
    }
    assert_eq!(log(&wren).await["totalCount"], before["totalCount"], "that it was decided is on record");
    assert_eq!(each(&log(&wren).await["nodes"], "kind"), each(&before["nodes"], "kind"));
    for (table, count) in [("resource", 1), ("topic", 0), ("change_request WHERE message <> ''", 0), ("claim", 0)] {
        assert_eq!(forum.count(table).await, count, "{table}");
    }
    // The address is free: it may be shared by somebody else now.
    eve.brings("submitResource", resource("Canaryrota")).await;
}

#[tokio::test]
async fn the_decisions_of_a_moderator_who_leaves_stay() {
    let forum = Forum::open().await;
    let (root, ada) = (administrator(&forum).await, forum.member("ada").await);
    let (grace, tobias) = (forum.moderator("grace").await, forum.moderator("tobias").await);
    grace.publishes(&ada.shares("Rota").await).await;
    let declined = ada.shares("Nothing").await;
    grace.decides("DECLINE", &declined, json!({ "reason": "OTHER", "message": "Not yet." })).await;
    let waiting = ada.shares("Waiting").await;
    assert!(refusals(&grace.mutates("claimSubmission", json!({ "submissionId": waiting["id"] })).await).is_empty());
    assert_eq!(refusals(&measure(&root, "silence", "grace", json!({ "until": "2026-03-03T09:00:00Z" })).await), NOTHING);
    let before = (log(&forum.visitor()).await, forum.count("log_entry").await);

    leaves(&grace, "REMOVE").await;
    is_consistent(&forum).await;
    assert_eq!((log(&forum.visitor()).await, forum.count("log_entry").await), before);
    let decided = log(&tobias).await;
    let deciders: Vec<_> = decided["nodes"].as_array().expect("a list").iter().map(|it| it["decider"].clone()).collect();
    assert_eq!(deciders, vec![json!({ "handle": "former-member", "name": "Former member" }); 2]);
    ada.opens(declined["path"].as_str().expect("a path")).await.is(StatusCode::OK).shows("Not yet.").shows("Moderation team");
    forum.visitor().opens("/resources/rota").await.shows("Ada");
    assert_eq!(forum.count("log_detail WHERE note LIKE 'Canaryreason%'").await, 0, "what was done to them is theirs");
    assert_eq!(forum.count("log_entry WHERE action = 'SILENCE'").await, 1);
    tobias.approves(&waiting).await;
    forum.visitor().opens("/members/former-member").await.does_not_show("Grace");
    forum.visitor().opens("/members").await.does_not_show("Former member");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn leaving_while_the_desk_works_leaves_nothing_half_done() {
    for (round, fate) in ["KEEP", "REMOVE"].into_iter().cycle().take(12).enumerate() {
        let forum = Forum::open().await;
        let (grace, ada) = (forum.moderator("grace").await, forum.member("ada").await);
        let published = grace.approves(&ada.shares("Canaryone").await).await;
        let (waiting, declined) = (ada.shares("Canarytwo").await, ada.shares("Canarythree").await);
        let decides = |decision: &'static str, on: Value, more: Value| {
            let grace = grace.clone();
            tokio::spawn(async move { grace.decides(decision, &on, more).await })
        };
        let desk = [
            decides("ARCHIVE", published, json!({})),
            decides("APPROVE", waiting, json!({})),
            decides("DECLINE", declined, json!({ "reason": "OTHER", "message": "Canarymessage" })),
        ];
        leaves(&ada, fate).await;
        for answer in desk {
            let answer = answer.await.expect("an answer");
            assert!(answer["errors"].is_null(), "round {round}: {answer}");
        }
        is_consistent(&forum).await;
        if fate == "REMOVE" {
            assert_eq!((everywhere(&forum, "Canary").await, forum.count("resource").await), (Vec::new(), 0), "round {round}");
        }
    }
}

#[tokio::test]
async fn the_last_letter_takes_the_address_along() {
    let forum = Forum::open().await;
    leaves(&forum.member("ada").await, "KEEP").await;
    assert_eq!(forum.letters_to("ada").await.len(), 1);
    forum.later(Duration::days(30));
    forum.app.sweep().await.expect("swept");
    assert_eq!(forum.count("outbox WHERE address = 'ada@example.org'").await, 0);
}

#[tokio::test]
async fn nobody_is_who_stands_for_those_who_left() {
    let forum = Forum::open().await;
    for handle in ["former-member", "f0rmer-member", "formermember"] {
        let mut eve = forum.visitor();
        let answers = [("name", "Eve"), ("handle", handle), ("sector", "academia"), ("agrees", "yes")];
        let page = eve.joins(&posted_link(&forum, "eve").await, &answers).await.is(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.error_of("handle").contains("Somebody has this handle already"), "{handle}");
    }
    let ada = forum.member("ada").await;
    ada.shares("Rota").await;
    leaves(&ada, "KEEP").await;
    assert_eq!(forum.count("member WHERE handle = 'former-member' AND email IS NULL").await, 1);
}
