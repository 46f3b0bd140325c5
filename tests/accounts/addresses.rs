//! The address that letters go to, and what asks for a recent proof of who one is.

use super::*;

async fn addresses(person: &Person) -> Value {
    person.asks("{ viewer { email pendingEmail } }", json!({})).await["data"]["viewer"].clone()
}

/// Confirms an address by the path in the letter to it, signed out.
async fn confirms(forum: &Forum, path: &str) -> Vec<String> {
    let token = path.rsplit('/').next().expect("a secret");
    refusals(&forum.visitor().mutates("confirmEmail", json!({ "token": token })).await)
}

#[tokio::test]
async fn a_new_address_counts_once_its_owner_has_confirmed_it() {
    let forum = Forum::open().await;
    let ada = forum.member("ada").await;
    ada.does("/settings/account", "ChangeEmail", &[("email", " Ada-New@Example.org ")]).await.is_accepted();
    let waits = json!({ "email": "ada@example.org", "pendingEmail": "ada-new@example.org" });
    let (told, path) = letter(&forum, "ada-new").await;
    assert!(told.contains("Confirm your address") && forum.letters_to("ada").await.is_empty(), "{told}");
    // A scanner looks at it, and nothing happens.
    for _ in 0..2 {
        forum.visitor().opens(&path).await.shows("from now on letters go to").shows("ada-new@example.org");
    }
    assert_eq!(addresses(&ada).await, waits);

    forum.visitor().does(&path, "Confirm", &[]).await.is_accepted();
    assert_eq!(addresses(&ada).await, json!({ "email": "ada-new@example.org", "pendingEmail": null }));
    let (told, _) = letter(&forum, "ada").await;
    assert!(told.contains("ad…@example.org") && !told.contains("ada-new"), "{told}");
    forum.visitor().opens(&path).await.shows("A link like this works once, for a day");
    assert_eq!(confirms(&forum, &path).await, ["NOT_FOUND token"]);
}

#[tokio::test]
async fn a_new_address_waits_a_day_and_the_last_question_counts() {
    let forum = Forum::open().await;
    let ada = forum.member("ada").await;
    let mut paths = Vec::new();
    for handle in ["one", "two"] {
        assert_eq!(refusals(&ada.mutates("changeEmail", json!({ "email": format!("{handle}@example.org") })).await), NOTHING);
        paths.push(letter(&forum, handle).await.1);
    }
    assert_eq!(confirms(&forum, &paths[0]).await, ["NOT_FOUND token"]);
    forum.later(Duration::hours(24) - Duration::seconds(1));
    forum.visitor().opens(&paths[1]).await.shows("two@example.org");
    forum.later(Duration::seconds(1));
    forum.visitor().opens(&paths[1]).await.shows("A link like this works once, for a day");
    assert_eq!(confirms(&forum, &paths[1]).await, ["NOT_FOUND token"]);
    assert_eq!(confirms(&forum, "garbage").await, ["NOT_FOUND token"]);
    assert_eq!(addresses(&ada).await, json!({ "email": "ada@example.org", "pendingEmail": null }));
    forum.later(Duration::seconds(1));
    forum.app.sweep().await.expect("swept");
    assert_eq!(forum.count("email_change").await, 0);
}

#[tokio::test]
async fn a_taken_address_is_not_told_before_and_refused_in_the_end() {
    let forum = Forum::open().await;
    let ada = forum.member("ada").await;
    adds(&forum, "bob").await;
    let asks = async |email: &str| {
        let page = ada.does("/settings/account", "ChangeEmail", &[("email", email)]).await.is_accepted();
        (page.text, page.headers, page.statements)
    };
    let free = asks("free@example.org").await;
    assert_eq!(asks("bob@example.org").await, free);
    let (_, path) = letter(&forum, "bob").await;
    assert_eq!(confirms(&forum, &path).await, ["DUPLICATE token"]);
    forum.visitor().does(&path, "Confirm", &[]).await.is(StatusCode::UNPROCESSABLE_ENTITY).shows("This is taken already");
    assert_eq!(addresses(&ada).await["email"], "ada@example.org");
    assert_eq!(forum.count("member WHERE email = 'bob@example.org' AND handle = 'bob'").await, 1);
    assert_eq!(refusals(&ada.mutates("changeEmail", json!({ "email": "ADA@example.org" })).await), ["DUPLICATE email"]);
}

#[tokio::test]
async fn an_address_that_mail_servers_read_differently_is_refused() {
    let forum = Forum::with_limits().await;
    let ada = forum.member("ada").await;
    for typed in [
        "",
        "ada",
        "\"a@allowed.example\"@evil.example",
        "=?utf-8?q?a=40allowed.example?=@evil.example",
        "a(allowed.example)@evil.example",
        "<a@evil.example>",
        "Ada <a@evil.example>",
        "a@allowed.example,b@evil.example",
        "a@allowed.example@evil.example",
        "a@[127.0.0.1]",
        "a@127.0.0.1",
        "a@localhost",
        "a@evil.example.",
        "a@evil.example\r\nBcc: b@evil.example",
        ".a@evil.example",
        "a..b@evil.example",
        "ä@evil.example",
        &format!("{}@evil.example", "x".repeat(65)),
    ] {
        let code = if typed.is_empty() { "REQUIRED email" } else { "INVALID email" };
        assert_eq!(refusals(&ada.mutates("changeEmail", json!({ "email": typed })).await), [code], "{typed:?}");
    }
    let page = ada.does("/settings/account", "ChangeEmail", &[("email", "a@localhost")]).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.error_of("email").contains("Give an address like name@example.org") && page.value_of("email") == "a@localhost");
    assert_eq!((forum.count("outbox").await, forum.count("email_change").await), (0, 0));
    for (typed, means) in [("A.B+c@EXAMPLE.org", "a.b+c@example.org"), ("ada@bücher.example", "ada@xn--bcher-kva.example")] {
        assert_eq!(refusals(&ada.mutates("changeEmail", json!({ "email": typed })).await), NOTHING);
        assert_eq!(addresses(&ada).await["pendingEmail"], means);
    }
    for number in 0..3 {
        assert_eq!(refusals(&ada.mutates("changeEmail", json!({ "email": format!("ada-{number}@example.org") })).await), NOTHING);
    }
    assert_eq!(refusals(&ada.mutates("changeEmail", json!({ "email": "ada-4@example.org" })).await), ["RATE_LIMITED"]);
}

#[tokio::test]
async fn what_matters_most_asks_for_a_proof_of_the_last_ten_minutes() {
    let forum = Forum::open().await;
    let root = administrator(&forum).await;
    adds(&forum, "ada").await;
    forum.later(Duration::minutes(10));
    assert_eq!(refusals(&root.mutates("changeEmail", json!({ "email": "new@example.org" })).await), NOTHING, "just in time");
    forum.later(Duration::minutes(1));
    let ada = id_of(&root, "ada").await;
    let before = (forum.everything().await, forum.count("member").await);
    for (mutation, input) in [
        ("changeEmail", json!({ "email": "newer@example.org" })),
        ("createToken", json!({ "name": "Importer", "scopes": ["READ"], "days": 7 })),
        ("deleteAccount", json!({ "handle": "root-of-all", "contributions": "KEEP" })),
        ("setRole", json!({ "memberId": ada, "role": "MODERATOR", "reason": "As agreed." })),
        ("silence", json!({ "memberId": ada, "until": "2026-03-09T09:00:00Z", "reason": "As agreed." })),
        ("suspend", json!({ "memberId": ada, "reason": "As agreed." })),
        ("restore", json!({ "memberId": ada, "reason": "As agreed." })),
    ] {
        assert_eq!(refusals(&root.mutates(mutation, input).await), ["SIGN_IN_AGAIN"], "{mutation}");
    }
    let copy = root.asks("mutation { requestDataExport { userErrors { code field } } }", json!({})).await;
    assert_eq!(refusals(&copy["data"]["requestDataExport"]), ["SIGN_IN_AGAIN"]);
    let page = root.does("/settings/account", "ChangeEmail", &[("email", "newer@example.org")]).await.is(StatusCode::FORBIDDEN);
    assert_eq!(page.value_of("email"), "newer@example.org");
    page.shows("Confirm that it is you first");
    assert_eq!((forum.everything().await, forum.count("member").await), before);
    for table in ["access_token", "data_export", "email_change WHERE email <> 'new@example.org'"] {
        assert_eq!(forum.count(table).await, 0, "{table}");
    }
    let root = forum.signs_in("root-of-all").await;
    assert_eq!(refusals(&root.mutates("setRole", json!({ "memberId": ada, "role": "MODERATOR", "reason": "As agreed." })).await), NOTHING);
}
