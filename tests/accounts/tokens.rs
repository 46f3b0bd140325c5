//! Tokens: what a program does in its member's name, and what it does not.

use super::*;

/// Makes a token and answers its secret.
pub async fn token(person: &Person, scopes: &[&str]) -> String {
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
pub async fn opens(forum: &Forum, secret: &str) -> Option<String> {
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
