//! Joining, signing in and out, sessions and settings.

use chrono::Duration;
use poem::http::{Method, StatusCode};
use serde_json::json;

use crate::harness::{Forum, ORIGIN};

async fn link_to(forum: &Forum, handle: &str) -> String {
    let letter = forum.letters_to(handle).await.pop().expect("a letter");
    letter.lines().find(|line| line.starts_with(ORIGIN)).expect("a link").to_owned()
}

const ANSWERS: [(&str, &str); 4] = [("name", "Amara"), ("handle", "amara"), ("sector", "academia"), ("agrees", "yes")];

#[tokio::test]
async fn the_answer_never_tells_whether_an_address_is_known() {
    let forum = Forum::open().await;
    forum.member("ada").await;
    let (known, unknown) = (forum.visitor(), forum.visitor());
    let known = known.submits("/sign-in", &[("email", "Ada@Example.org ")]).await.is_accepted();
    let unknown = unknown.submits("/sign-in", &[("email", "nobody@example.org")]).await.is_accepted();
    assert_eq!((known.leads_to, known.text, known.statements), (unknown.leads_to, unknown.text, unknown.statements));
    assert_eq!((forum.letters_to("ada").await.len(), forum.letters_to("nobody").await.len()), (1, 1));
}

#[tokio::test]
async fn a_link_works_once_for_fifteen_minutes_and_looking_spends_nothing() {
    let forum = Forum::open().await;
    forum.member("ada").await;
    forum.visitor().submits("/sign-in", &[("email", "ada@example.org")]).await.is_accepted();
    let link = link_to(&forum, "ada").await;
    let path = link.strip_prefix(ORIGIN).expect("a path");
    for _ in 0..3 {
        forum.visitor().opens(path).await.shows("Press the button to sign in as Ada");
    }
    let opened = forum.visitor().opens(path).await;
    assert_eq!((opened.header("cache-control"), opened.header("referrer-policy")), ("no-store", "same-origin"));

    let mut ada = forum.visitor();
    let pressed = ada.presses(&link).await.is_accepted();
    assert!(
        pressed.header("set-cookie").ends_with("; HttpOnly; SameSite=Lax; Path=/; Max-Age=2592000")
            || pressed.header("set-cookie").contains("HttpOnly"),
        "{}",
        pressed.header("set-cookie")
    );
    ada.opens("/settings").await.shows("@ada");
    forum.visitor().opens(path).await.shows("This link has done its work").shows("Send me another link");
    let again = forum.visitor().sends(Method::POST, path, &[("content-type", "application/x-www-form-urlencoded")], "").await;
    again.is(StatusCode::UNPROCESSABLE_ENTITY).shows("This link has done its work");

    forum.visitor().submits("/sign-in", &[("email", "ada@example.org")]).await;
    let link = link_to(&forum, "ada").await;
    forum.later(Duration::minutes(15));
    forum.visitor().opens(link.strip_prefix(ORIGIN).expect("a path")).await.shows("This link has done its work");
    forum.visitor().opens("/sign-in/garbage").await.shows("This link has done its work");
}

#[tokio::test]
async fn two_presses_at_once_make_one_session_and_one_member() {
    let forum = Forum::open().await;
    forum.visitor().submits("/join", &[("email", "amara@example.org")]).await;
    let link = link_to(&forum, "amara").await;
    let presses: Vec<_> = (0..8)
        .map(|_| {
            let (mut person, link) = (forum.visitor(), link.clone());
            tokio::spawn(async move {
                let body = "name=Amara&handle=amara&sector=academia&agrees=yes";
                let path = link.strip_prefix(ORIGIN).expect("a path").to_owned();
                person.cookie = None;
                person.sends(Method::POST, &path, &[("content-type", "application/x-www-form-urlencoded")], body).await.status
            })
        })
        .collect();
    let mut accepted = 0;
    for press in presses {
        accepted += i32::from(press.await.expect("an answer") == StatusCode::SEE_OTHER);
    }
    assert_eq!((accepted, forum.count("member").await, forum.count("session").await), (1, 1, 1));
}

#[tokio::test]
async fn joining_says_what_is_missing_and_spends_nothing_meanwhile() {
    let forum = Forum::open().await;
    forum.member("ada").await;
    forum.visitor().submits("/join", &[("email", "amara@example.org")]).await;
    let link = link_to(&forum, "amara").await;
    let mut amara = forum.visitor();
    let cases = [
        (("name", ""), "Give a name"),
        (("name", "a\r\nBcc: x@y"), "A name is one line"),
        (("handle", "Ad"), "At least 3 characters"),
        (("handle", "has space"), "Letters a to z, digits and hyphens only"),
        (("handle", "ada"), "Somebody has this handle already"),
        (("handle", "moderator"), "Somebody has this handle already"),
        (("handle", "аdmin"), "Letters a to z"),
        (("sector", "moon"), "cannot be read here"),
        (("handle", "a-handle-of-more-than-twenty"), "At most 20 characters"),
        (("organisation", &"x".repeat(121)), "too long: at most 120"),
    ];
    for ((field, value), words) in cases {
        let mut answers = ANSWERS.to_vec();
        answers.retain(|(name, _)| *name != field);
        answers.push((field, value));
        let page = amara.joins(&link, &answers).await.is(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.error_of(field).contains(words), "{field}: {}", page.error_of(field));
    }
    let page = amara.joins(&link, &ANSWERS[..3]).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.error_of("agrees").contains("say that you agree"));
    assert_eq!(page.value_of("name"), "Amara");
    amara.joins(&link, &ANSWERS).await.is_accepted();
    let viewer = amara.asks("{ viewer { handle role standing email } }", json!({})).await["data"]["viewer"].clone();
    assert_eq!(viewer, json!({ "handle": "amara", "role": "MEMBER", "standing": "NEW", "email": "amara@example.org" }));
}

#[tokio::test]
async fn an_address_that_is_none_is_refused() {
    let forum = Forum::open().await;
    for typed in [
        "",
        "amara",
        "a@b",
        "\"a@x.org\"@evil.example",
        "=?x?q?a?=@evil.example ",
        "a b@example.org",
        "a@exa mple.org",
        "a@example.org\r\nBcc: b@example.org",
        &format!("{}@example.org", "x".repeat(65)),
    ] {
        let page = forum.visitor().submits("/sign-in", &[("email", typed)]).await.is(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!page.error_of("email").is_empty(), "{typed:?}");
        assert_eq!(page.value_of("email"), typed.replace("\r\n", "\n").trim_end_matches('\n'), "what was typed stays");
    }
    assert_eq!((forum.count("outbox").await, forum.count("sign_in_link").await), (0, 0));
}

#[tokio::test]
async fn an_address_is_not_flooded_with_links() {
    let forum = Forum::open().await;
    for _ in 0..8 {
        forum.visitor().submits("/sign-in", &[("email", "ada@example.org")]).await.is_accepted();
    }
    assert_eq!(forum.letters_to("ada").await.len(), 5);
    forum.later(Duration::minutes(31));
    forum.visitor().submits("/sign-in", &[("email", "ada@example.org")]).await.is_accepted();
    assert_eq!(forum.letters_to("ada").await.len(), 6);
}

#[tokio::test]
async fn a_session_ends_with_sign_out_and_with_time() {
    let forum = Forum::open().await;
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    let out = ada.does_sign_out().await.is_accepted();
    assert_eq!(out.header("clear-site-data"), "\"cache\", \"cookies\", \"storage\"");
    ada.opens("/settings").await.shows("Sign in or join");

    let ada = forum.signs_in("ada").await;
    forum.later(Duration::minutes(59));
    grace.opens("/desk").await.shows("The desk is clear");
    forum.later(Duration::minutes(61));
    grace.opens("/desk").await.shows("Sign in first");
    forum.later(Duration::days(13));
    ada.opens("/settings").await.shows("@ada");
    forum.later(Duration::days(17));
    ada.opens("/settings").await.shows("Sign in or join");
    for cookie in ["", "garbage", "\"; DROP TABLE session"] {
        let mut eve = forum.visitor();
        eve.cookie = Some(cookie.to_owned());
        eve.opens("/settings").await.shows("Sign in or join");
    }
}

#[tokio::test]
async fn a_member_changes_what_others_read() {
    let forum = Forum::open().await;
    let ada = forum.member("ada").await;
    ada.submits("/settings", &[("name", "Ada Lovelace"), ("sector", "government"), ("organisation", "Analytical Society")])
        .await
        .is_accepted();
    let page = ada.opens("/settings").await;
    assert_eq!(
        (page.value_of("name"), page.value_of("sector"), page.value_of("organisation")),
        ("Ada Lovelace".into(), "government".into(), "Analytical Society".into())
    );
    let refused = ada.submits("/settings", &[("name", ""), ("sector", "")]).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!refused.error_of("name").is_empty() && !refused.error_of("sector").is_empty());
    ada.opens("/settings").await.shows("ada@example.org");
}

#[tokio::test]
async fn the_tables_hold_no_secret_and_strangers_see_no_address() {
    let forum = Forum::open().await;
    let ada = forum.member("ada").await;
    let made = ada.shares("Rota").await;
    let grace = forum.moderator("grace").await;
    grace.approves(&made).await;
    let submitter = "{ library { nodes { submitter { name email submissions { totalCount } } } } }";
    for person in [&forum.visitor(), &grace] {
        let answer = person.asks(submitter, json!({})).await;
        assert_eq!(answer["data"]["library"]["nodes"][0]["submitter"], json!({ "name": "Ada", "email": null, "submissions": null }));
    }
    let cookie = ada.cookie.clone().expect("a session");
    assert_eq!(cookie.len(), 43, "256 bits");
    let find = match crate::harness::is_postgres() {
        true => format!("(SELECT 1 FROM session WHERE convert_from(token_hash, 'LATIN1') LIKE '%{cookie}%') AS found"),
        false => format!("(SELECT 1 FROM session WHERE CAST(token_hash AS TEXT) LIKE '%{cookie}%') AS found"),
    };
    assert_eq!(forum.count(&find).await, 0);
    forum.visitor().submits("/sign-in", &[("email", "ada@example.org")]).await;
    let link = link_to(&forum, "ada").await;
    let secret = link.rsplit('/').next().expect("a secret");
    assert_eq!(forum.count(&format!("(SELECT 1 FROM outbox WHERE variables LIKE '%{secret}%') AS found")).await, 0);
}
