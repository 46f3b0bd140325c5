//! GitHub, which is plain OAuth 2.

use super::*;
use crate::provider::Manner;

async fn github() -> (Provider, Forum) {
    let github = Provider::opens().await;
    let forum = Provider::forum(&[("github", &github)]).await;
    github.says("user", json!({ "id": 583_231, "login": "octavia", "name": "Octavia Butler" }));
    let emails = json!([
        { "email": "octavia@users.noreply.example", "primary": false, "verified": true },
        { "email": "octavia@example.org", "primary": true, "verified": true },
    ]);
    github.says("emails", emails);
    (github, forum)
}

#[tokio::test]
async fn somebody_from_github_is_who_they_are_under_any_name() {
    let (github, forum) = github().await;
    let journey = Journey::begins(&forum.visitor(), "/sign-in/github").await;
    assert_eq!((journey.asked["scope"].as_str(), journey.asked["code_challenge_method"].as_str()), ("read:user user:email", "S256"));
    let mut octavia = forum.visitor();
    let form = github.signs_in(&mut octavia, "/sign-in/github?next=/topics").await.is_accepted().leads_to.expect("a form");
    let page = octavia.opens(&form).await.shows("GitHub has told us that it is you").shows("You join with octavia@example.org");
    assert_eq!(page.value_of("name"), "Octavia Butler");
    assert_eq!(octavia.joins(&form, &answers("octavia")).await.is_accepted().leads_to.as_deref(), Some("/topics?done=joined"));

    // A new name at GitHub, and another address.
    github.says("user", json!({ "id": 583_231, "login": "octavia-again", "name": null }));
    github.says("emails", json!([{ "email": "new@example.org", "primary": true, "verified": true }]));
    let mut back = forum.visitor();
    github.signs_in(&mut back, "/sign-in/github").await.is_accepted();
    assert_eq!(viewer(&back).await, json!({ "handle": "octavia", "email": "octavia@example.org" }));
    back.opens("/settings/account").await.shows("octavia-again");

    // Somebody else with the name that is free now.
    github.says("user", json!({ "id": 583_232, "login": "octavia", "name": null }));
    let mut eve = forum.visitor();
    let form = github.signs_in(&mut eve, "/sign-in/github").await.is_accepted().leads_to.expect("a form");
    assert!(form.starts_with("/sign-in/") && eve.cookie.is_none(), "{form}");
}

#[tokio::test]
async fn an_address_at_github_counts_when_it_is_the_first_and_verified() {
    let (github, forum) = github().await;
    let cases = [
        (
            "unverified",
            json!([{ "email": "a@example.org", "primary": true, "verified": false }, { "email": "b@example.org", "primary": false, "verified": true }]),
        ),
        ("nothing said", json!([{ "email": "a@example.org", "primary": true }])),
        ("text for truth", json!([{ "email": "a@example.org", "primary": "true", "verified": "true" }])),
        ("none", json!([])),
        ("no list", json!({ "email": "a@example.org", "primary": true, "verified": true })),
    ];
    for (case, emails) in cases {
        github.says("emails", emails);
        let mut octavia = forum.visitor();
        let form = github.signs_in(&mut octavia, "/sign-in/github").await.is_accepted().leads_to.expect("a form");
        let page = octavia.opens(&form).await.does_not_show("a@example.org").does_not_show("b@example.org");
        assert!(page.forms().concat().iter().any(|(name, _)| name == "email"), "{case}: asks for an address");
    }
}

#[tokio::test]
async fn a_github_that_misbehaves_lets_nobody_in() {
    let (github, forum) = github().await;
    let canary = Canary::sits().await;
    let mut eve = forum.visitor();
    let cases = [
        ("user", Manner::Says(json!({ "login": "octavia" })), UNTRUSTED),
        ("user", Manner::Says(json!({ "id": "583231", "login": "octavia" })), UNTRUSTED),
        ("user", Manner::Says(json!({ "id": -1, "login": "octavia" })), UNTRUSTED),
        ("user", Manner::Says(json!([])), UNTRUSTED),
        ("user", Manner::Html, UNAVAILABLE),
        ("user", Manner::Fails(StatusCode::UNAUTHORIZED), UNAVAILABLE),
        ("user", Manner::Redirects(canary.at("127.0.0.1")), UNAVAILABLE),
        ("emails", Manner::Html, UNAVAILABLE),
        ("emails", Manner::Fails(StatusCode::FORBIDDEN), UNAVAILABLE),
        ("emails", Manner::Redirects(canary.at("127.0.0.1")), UNAVAILABLE),
        ("token", Manner::Html, UNAVAILABLE),
        ("token", Manner::Redirects(canary.at("127.0.0.1")), UNAVAILABLE),
        // How GitHub says no: with success.
        ("token", Manner::Says(json!({ "error": "bad_verification_code", "error_description": "<script>" })), UNTRUSTED),
    ];
    for (number, (endpoint, manner, no)) in cases.into_iter().enumerate() {
        let case = format!("{number}: {endpoint}");
        let mut before = None;
        github.behaves(|behaviour| before = behaviour.manners.insert(endpoint, manner));
        lets_nobody_in(&forum, &case, no, github.signs_in(&mut eve, "/sign-in/github")).await;
        canary.was_left_alone(&case).await;
        github.behaves(|behaviour| {
            behaviour.manners.remove(endpoint);
            behaviour.manners.extend(before.map(|before| (endpoint, before)));
        });
    }
    let journey = Journey::begins(&eve, "/sign-in/github").await;
    let code = github.grants(&journey);
    journey.comes_back(&code).await.is_accepted();
    lets_nobody_in(&forum, "a second time", STATE, journey.comes_back(&code)).await;
    let second = Journey::begins(&eve, "/sign-in/github").await;
    lets_nobody_in(&forum, "a code that was used", UNTRUSTED, second.comes_back(&code)).await;
}
