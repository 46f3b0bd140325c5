//! Roles and standing: what administrators change about others, and what makes a newcomer known.

use super::*;

const MEASURES: [&str; 4] = ["setRole", "silence", "suspend", "restore"];

/// What a measure needs besides whom and why.
fn needs(mutation: &str) -> Value {
    match mutation {
        "setRole" => json!({ "role": "MODERATOR" }),
        "silence" => json!({ "until": "2026-03-09T09:00:00Z" }),
        _ => json!({}),
    }
}

#[tokio::test]
async fn an_administrator_changes_a_role_with_a_reason() {
    let forum = Forum::open().await;
    let (root, ada) = (administrator(&forum).await, forum.member("ada").await);
    let page = root.does("/members/ada", "SetRole", &[("role", "MODERATOR"), ("reason", "Canaryreason: she asked.")]).await.is_accepted();
    assert_eq!(page.leads_to.as_deref(), Some("/members/ada?done=SetRole"));
    assert!(!is_signed_in(&ada).await);
    let (told, _) = letter(&forum, "ada").await;
    assert!(told.contains("You are a moderator of") && told.contains("Canaryreason: she asked."), "{told}");
    assert_eq!(forum.count("log_entry WHERE action = 'ROLE' AND from_state = 'MEMBER' AND to_state = 'MODERATOR'").await, 1);
    assert_eq!(forum.count("log_detail WHERE note = 'Canaryreason: she asked.' AND member_id IS NOT NULL").await, 1);
    let ada = forum.signs_in("ada").await;
    ada.opens("/desk").await.is(StatusCode::OK).shows("The desk is clear");
    assert_eq!(
        ada.asks("{ viewer { role standing } }", json!({})).await["data"]["viewer"],
        json!({ "role": "MODERATOR", "standing": "MEMBER" })
    );
    forum.visitor().opens("/members/ada").await.shows("Moderator").does_not_show("Canaryreason").does_not_show("For administrators");

    assert_eq!(refusals(&measure(&root, "setRole", "ada", json!({ "role": "MEMBER" })).await), NOTHING);
    assert!(letter(&forum, "ada").await.0.contains("you no longer review or decide"));
    ada.opens("/desk").await.shows("Sign in first");
    forum.signs_in("ada").await.opens("/desk").await.is(StatusCode::FORBIDDEN);
    assert_eq!(forum.verifies().await, 2);
}

#[tokio::test]
async fn nobody_else_does_and_nobody_their_own() {
    let forum = Forum::open().await;
    forum.app.prepare().await.expect("the first topics");
    let (root, ada, grace) = (administrator(&forum).await, forum.member("ada").await, forum.moderator("grace").await);
    adds(&forum, "bob").await;
    let rows = async || {
        (forum.everything().await, forum.count("member WHERE role = 'ADMIN'").await, forum.count("member WHERE restriction IS NULL").await)
    };
    let before = rows().await;
    for mutation in MEASURES {
        for (person, code) in [(&ada, "FORBIDDEN"), (&grace, "FORBIDDEN"), (&forum.visitor(), "UNAUTHENTICATED")] {
            assert_eq!(refusals(&measure(person, mutation, "bob", needs(mutation)).await), [code], "{mutation}");
        }
        for handle in ["root-of-all", "library"] {
            assert_eq!(refusals(&measure(&root, mutation, handle, needs(mutation)).await), ["FORBIDDEN memberId"], "{mutation} {handle}");
        }
    }
    for (mutation, more, refused) in [
        ("setRole", json!({ "role": "ADMIN", "memberId": "garbage" }), "NOT_FOUND memberId"),
        ("setRole", json!({ "role": "ADMIN", "reason": " " }), "REQUIRED reason"),
        ("setRole", json!({ "role": "ADMIN", "reason": "x".repeat(1_001) }), "TOO_LONG reason"),
        ("setRole", json!({ "role": "MEMBER" }), "INVALID_TRANSITION role"),
        ("silence", json!({ "until": "2026-03-02T09:00:00Z" }), "INVALID until"),
        ("suspend", json!({ "until": "2026-03-01T09:00:00Z" }), "INVALID until"),
        ("restore", json!({}), "INVALID_TRANSITION memberId"),
    ] {
        assert_eq!(refusals(&measure(&root, mutation, "bob", more).await), [refused], "{mutation}");
    }
    for person in [&ada, &grace, &forum.visitor()] {
        person.opens("/members/bob").await.does_not_show("For administrators");
    }
    root.opens("/members/root-of-all").await.does_not_show("For administrators");
    assert_eq!(rows().await, before);
    assert!(forum.letters().await.is_empty() && is_signed_in(&ada).await);
}

/// Two administrators do the same to each other at once; answers what speaks against it.
async fn to_each_other(forum: &Forum, mutation: &str, more: Value) -> Vec<String> {
    let (ines, root) = (forum.person("ines", "admin").await, administrator(forum).await);
    let (one, other) = tokio::join!(measure(&ines, mutation, "root-of-all", more.clone()), measure(&root, mutation, "ines", more));
    [refusals(&one), refusals(&other)].concat()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_administrators_who_demote_each_other_leave_one() {
    for round in 0..8 {
        let forum = Forum::open().await;
        let refused = to_each_other(&forum, "setRole", json!({ "role": "MEMBER" })).await;
        assert!(
            refused.len() == 1 && ["UNAUTHENTICATED", "FORBIDDEN", "FORBIDDEN memberId"].contains(&refused[0].as_str()),
            "round {round}: {refused:?}"
        );
        assert_eq!((forum.count("member WHERE role = 'ADMIN'").await, forum.verifies().await), (1, 1), "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_administrators_who_suspend_each_other_leave_one() {
    for round in 0..8 {
        let forum = Forum::open().await;
        let refused = to_each_other(&forum, "suspend", json!({})).await;
        assert_eq!(forum.count("member WHERE role = 'ADMIN' AND restriction IS NULL").await, 1, "round {round}: {refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_last_administrator_stays() {
    let leaves = |handle: &str| json!({ "handle": handle, "contributions": "KEEP" });
    let forum = Forum::open().await;
    let root = administrator(&forum).await;
    assert_eq!(refusals(&root.mutates("deleteAccount", leaves("root-of-all")).await), ["FORBIDDEN"]);
    let page = root.opens("/settings/leave").await.shows("You are the only administrator");
    assert!(page.forms().is_empty(), "{}", page.words());
    assert!(is_signed_in(&root).await);
    let ines = forum.person("ines", "admin").await;
    let (one, other) = tokio::join!(root.mutates("deleteAccount", leaves("root-of-all")), ines.mutates("deleteAccount", leaves("ines")));
    assert_eq!([refusals(&one), refusals(&other)].concat(), ["FORBIDDEN"]);
    assert_eq!(forum.count("member WHERE role = 'ADMIN'").await, 1);
}

#[tokio::test]
async fn an_administrator_who_is_suspended_is_nobody_to_leave_the_forum_to() {
    let forum = Forum::open().await;
    let root = administrator(&forum).await;
    forum.person("ines", "admin").await;
    assert_eq!(refusals(&measure(&root, "suspend", "ines", json!({})).await), NOTHING);
    let answer = root.mutates("deleteAccount", json!({ "handle": "root-of-all", "contributions": "KEEP" })).await;
    assert_eq!(refusals(&answer), ["FORBIDDEN"]);
}

async fn standing(person: &Person) -> Value {
    person.asks("{ viewer { standing } }", json!({})).await["data"]["viewer"]["standing"].clone()
}

#[tokio::test]
async fn the_third_approved_contribution_makes_a_newcomer_known() {
    let forum = Forum::open().await;
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    let rota = grace.publishes(&ada.shares("Rota").await).await;
    let edit = ada.brings("editPublished", json!({ "id": rota["id"], "resource": resource("Rota, better") })).await;
    grace.approves(&edit).await;
    grace.decides("DECLINE", &ada.shares("Nothing").await, json!({ "reason": "OTHER" })).await;
    grace.publishes(&ada.suggests("Compost").await).await;
    let comment = ada.comments(&rota, "It helps.").await;
    assert_eq!(standing(&ada).await, "NEW", "an edit is no new contribution, and what waits is not approved");
    grace.approves(&comment).await;
    assert_eq!(standing(&ada).await, "MEMBER");
    assert_eq!(standing(&grace).await, "MEMBER", "whom an operator trusts with more is known");
}

#[tokio::test]
async fn who_is_silenced_reads_and_takes_back_until_it_ends_by_itself() {
    let forum = Forum::open().await;
    let (root, ada, grace) = (administrator(&forum).await, forum.member("ada").await, forum.moderator("grace").await);
    let eve = forum.member("eve").await;
    let rota = grace.publishes(&ada.shares("Rota").await).await;
    let topic = grace.publishes(&eve.suggests("Compost").await).await;
    let (waiting, regretted) = (ada.shares("Waiting").await, ada.shares("Regretted").await);
    assert_eq!(refusals(&measure(&root, "silence", "ada", needs("silence")).await), NOTHING);
    let (told, _) = letter(&forum, "ada").await;
    assert!(told.contains("until 9 March 2026, 09:00 UTC") && told.contains("Canaryreason"), "{told}");
    assert_eq!(forum.count("log_entry WHERE action = 'SILENCE' AND to_state = 'SILENCED'").await, 1);

    let acts = [
        ("submitResource", resource("Another")),
        ("suggestTopic", json!({ "name": "Rats", "description": "About rats." })),
        ("writeComment", json!({ "on": rota["id"], "body": "It helps." })),
        ("reviseSubmission", json!({ "submissionId": waiting["id"], "version": waiting["version"], "resource": resource("Waiting") })),
        ("editPublished", json!({ "id": rota["id"], "resource": resource("Rota, better") })),
        ("vote", json!({ "topicId": topic["id"], "vote": true })),
    ];
    let before = forum.everything().await;
    for (mutation, input) in &acts {
        assert_eq!(refusals(&ada.mutates(mutation, input.clone()).await), ["SILENCED"], "{mutation}");
    }
    let typed = [("title", "Another"), ("url", "https://another.example/"), ("kind", "guide"), ("description", "Another.")];
    let page = ada.submits("/share", &typed).await.is(StatusCode::FORBIDDEN);
    assert_eq!(page.value_of("title"), "Another");
    page.shows("For now you can read, but not contribute");
    assert_eq!(forum.everything().await, before);

    ada.opens("/resources/rota").await.is(StatusCode::OK);
    ada.opens("/settings").await.shows("9 March 2026, 09:00 UTC").shows("Canaryreason");
    let ada = forum.signs_in("ada").await;
    ada.brings("withdrawSubmission", json!({ "submissionId": regretted["id"], "version": regretted["version"] })).await;
    // It is between her and those who run this.
    let query = "{ member(handle: \"ada\") { standing restriction { kind until reason } } }";
    let seen = async |person: &Person| person.asks(query, json!({})).await["data"]["member"].clone();
    for (person, is_told) in [(&ada, true), (&grace, true), (&root, true), (&eve, false), (&forum.visitor(), false)] {
        let member = seen(person).await;
        assert_eq!(
            (member["standing"] == "SILENCED", member["restriction"]["reason"] == "Canaryreason, as agreed."),
            (is_told, is_told),
            "{member}"
        );
        assert_eq!(person.opens("/members/ada").await.text.contains("Canaryreason"), is_told);
    }

    forum.later(Duration::days(7) - Duration::seconds(1));
    assert_eq!(refusals(&ada.mutates("vote", acts[5].1.clone()).await), ["SILENCED"]);
    forum.later(Duration::seconds(1));
    assert_eq!(standing(&ada).await, "NEW");
    for (mutation, input) in &acts {
        assert_eq!(refusals(&ada.mutates(mutation, input.clone()).await), NOTHING, "{mutation}");
    }
    forum.verifies().await;
}

#[tokio::test]
async fn who_is_suspended_cannot_sign_in_and_is_told_until_when_and_why() {
    for (until, ends) in [(json!("2026-03-09T09:00:00Z"), "9 March 2026, 09:00 UTC"), (Value::Null, "an administrator restores it")] {
        let forum = Forum::open().await;
        let (root, ada, grace) = (administrator(&forum).await, forum.member("ada").await, forum.moderator("grace").await);
        grace.publishes(&ada.shares("Rota").await).await;
        assert_eq!(refusals(&measure(&root, "suspend", "ada", json!({ "until": until })).await), NOTHING);
        ada.opens("/submissions").await.shows("Sign in first");
        let (told, _) = letter(&forum, "ada").await;
        assert!(told.contains("Canaryreason") && told.contains("suspended your account"), "{told}");
        for link in [posted_link(&forum, "ada").await, handed_link(&forum, "ada").await] {
            forum.visitor().opens(&link).await.shows("This account is suspended").shows(ends).shows("Canaryreason, as agreed.");
            let pressed = posts(&forum.visitor(), &link, &[], &[]).await.is(StatusCode::FORBIDDEN).shows("This account is suspended");
            assert_eq!(pressed.cookie("sid"), None);
        }
        forum.visitor().opens("/resources/rota").await.shows("Ada").does_not_show("Canaryreason");

        if until.is_null() {
            assert_eq!(refusals(&measure(&root, "restore", "ada", json!({})).await), NOTHING);
            assert!(letter(&forum, "ada").await.0.contains("Canaryreason"));
            assert_eq!(forum.count("log_entry WHERE action = 'RESTORE' AND from_state = 'SUSPENDED' AND to_state = 'NEW'").await, 1);
        } else {
            forum.later(Duration::days(7) - Duration::seconds(1));
            posts(&forum.visitor(), &handed_link(&forum, "ada").await, &[], &[]).await.is(StatusCode::FORBIDDEN);
            forum.later(Duration::seconds(1));
        }
        let ada = forum.signs_in("ada").await;
        ada.shares("Again").await;
        forum.verifies().await;
    }
}
