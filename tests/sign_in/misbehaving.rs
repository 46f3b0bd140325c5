//! A provider that misbehaves: its tokens, its keys, its answers, its absence.

use super::*;
use crate::provider::{Manner, SECRET, Seal, Spoils, public};

#[tokio::test]
async fn an_id_token_that_does_not_hold_lets_nobody_in() {
    let (campus, forum) = campus().await;
    let cases: &[(&str, No, Spoils)] = &[
        ("no signature", UNTRUSTED, |token| (token.header["alg"], token.seal) = (json!("none"), Seal::Nothing)),
        ("no signature, in other letters", UNAVAILABLE, |token| (token.header["alg"], token.seal) = (json!("nOnE"), Seal::Nothing)),
        ("a signature that is empty", UNTRUSTED, |token| token.seal = Seal::Nothing),
        ("a secret that is the public key", UNTRUSTED, |token| {
            (token.header["alg"], token.seal) = (json!("HS256"), Seal::Secret(public(1)))
        }),
        ("a secret that we share", UNTRUSTED, |token| (token.header["alg"], token.seal) = (json!("HS256"), Seal::Secret(SECRET.into()))),
        ("another's key under its name", UNTRUSTED, |token| token.seal = Seal::Key(2)),
        ("another's key that it brings along", UNTRUSTED, |token| {
            token.header["jwk"] = json!({ "kty": "EC", "crv": "P-256", "x": "AQ", "y": "AQ" });
            token.header["jku"] = json!("https://elsewhere.example/jwks");
            token.seal = Seal::Key(2);
        }),
        ("a key that nobody knows", UNTRUSTED, |token| token.header["kid"] = json!("two")),
        ("a key of another kind", UNTRUSTED, |token| token.header["alg"] = json!("RS256")),
        ("a header that must be understood", UNTRUSTED, |token| token.header["crit"] = json!(["exp"])),
        ("another nonce", UNTRUSTED, |token| token.claims["nonce"] = json!("another")),
        ("no nonce", UNTRUSTED, |token| token.loses("nonce")),
        ("another audience", UNTRUSTED, |token| token.claims["aud"] = json!("another")),
        ("another audience besides", UNTRUSTED, |token| token.claims["aud"] = json!([CLIENT, "another"])),
        ("no audience", UNTRUSTED, |token| token.loses("aud")),
        ("another issuer", UNTRUSTED, |token| token.claims["iss"] = json!("https://elsewhere.example")),
        ("the issuer and a slash", UNTRUSTED, |token| {
            token.claims["iss"] = json!(format!("{}/", token.claims["iss"].as_str().expect("text")))
        }),
        ("no issuer", UNAVAILABLE, |token| token.loses("iss")),
        ("over for 61 seconds", UNTRUSTED, |token| token.claims["exp"] = json!(token.now - 61)),
        ("over for an hour", UNTRUSTED, |token| token.claims["exp"] = json!(token.now - 3600)),
        ("no end", UNAVAILABLE, |token| token.loses("exp")),
        ("issued in 61 seconds", UNTRUSTED, |token| token.claims["iat"] = json!(token.now + 61)),
        ("issued in a year", UNTRUSTED, |token| token.claims["iat"] = json!(token.now + 31_536_000)),
        ("about nobody", UNAVAILABLE, |token| token.loses("sub")),
    ];
    for (case, no, spoils) in cases {
        is_caught(&campus, &forum, case, *no, |behaviour| behaviour.spoils = *spoils).await;
    }
    lets_in_when_honest(&campus, &forum).await;
}

#[tokio::test]
async fn a_subject_that_tells_nobody_apart_lets_nobody_in() {
    let (campus, forum) = campus().await;
    let cases: &[(&str, Spoils)] = &[
        ("nothing", |token| token.claims["sub"] = json!("")),
        ("NUL", |token| token.claims["sub"] = json!("sub-amara\u{0}")),
        ("more than 255 characters", |token| token.claims["sub"] = json!("x".repeat(256))),
    ];
    for (case, spoils) in cases {
        is_caught(&campus, &forum, case, UNTRUSTED, |behaviour| behaviour.spoils = *spoils).await;
    }
}

#[tokio::test]
async fn keys_that_leave_it_open_which_one_let_nobody_in() {
    let (campus, forum) = campus().await;
    is_caught(&campus, &forum, "two keys of one name", UNTRUSTED, |behaviour| behaviour.keys = vec![("one", 1), ("one", 2)]).await;
    is_caught(&campus, &forum, "two keys, and the token names none", UNTRUSTED, |behaviour| {
        behaviour.keys = vec![("one", 1), ("two", 2)];
        behaviour.spoils = |token| {
            token.header.as_object_mut().expect("a header").remove("kid");
        };
    })
    .await;
    is_caught(&campus, &forum, "no keys", UNTRUSTED, |behaviour| behaviour.keys = Vec::new()).await;
    lets_in_when_honest(&campus, &forum).await;
}

#[tokio::test]
async fn clocks_may_be_a_minute_apart() {
    let (campus, forum) = campus().await;
    let cases: [Spoils; 2] = [
        |token| token.claims["exp"] = json!(token.now - 59),
        |token| (token.claims["iat"], token.claims["exp"]) = (json!(token.now + 60), json!(token.now + 360)),
    ];
    for spoils in cases {
        campus.behaves(|behaviour| behaviour.spoils = spoils);
        campus.signs_in(&mut forum.visitor(), "/sign-in/campus").await.is_accepted();
    }
}

#[tokio::test]
async fn new_keys_are_asked_for_at_most_once_a_minute() {
    let (campus, forum) = campus().await;
    campus.signs_in(&mut forum.visitor(), "/sign-in/campus").await.is_accepted();
    assert_eq!((campus.count("discovery"), campus.count("jwks")), (1, 1));

    // Another key from now on.
    campus.behaves(|behaviour| (behaviour.keys, behaviour.signs_with) = (vec![("two", 2)], ("two", 2)));
    let mut amara = forum.visitor();
    lets_nobody_in(&forum, "within the minute", UNTRUSTED, campus.signs_in(&mut amara, "/sign-in/campus")).await;
    assert_eq!(campus.count("jwks"), 1);
    forum.later(Duration::seconds(61));
    campus.signs_in(&mut amara, "/sign-in/campus").await.is_accepted();
    campus.signs_in(&mut amara, "/sign-in/campus").await.is_accepted();
    assert_eq!(campus.count("jwks"), 2, "once, for whoever comes after");

    // Keys that nobody has, as many as one likes.
    campus.behaves(|behaviour| behaviour.spoils = |token| token.header["kid"] = json!("nobody's"));
    for _ in 0..5 {
        lets_nobody_in(&forum, "nobody's key", UNTRUSTED, campus.signs_in(&mut amara, "/sign-in/campus")).await;
    }
    assert_eq!(campus.count("jwks"), 2);
    forum.later(Duration::seconds(61));
    for _ in 0..5 {
        lets_nobody_in(&forum, "nobody's key, a minute later", UNTRUSTED, campus.signs_in(&mut amara, "/sign-in/campus")).await;
    }
    assert_eq!((campus.count("discovery"), campus.count("jwks")), (1, 3));

    // What it says about itself is asked for anew after an hour.
    forum.later(Duration::hours(1));
    campus.behaves(|behaviour| behaviour.spoils = |_| {});
    campus.signs_in(&mut amara, "/sign-in/campus").await.is_accepted();
    assert_eq!((campus.count("discovery"), campus.count("jwks")), (2, 4));
}

#[tokio::test]
async fn new_keys_serve_everybody_who_comes_at_once() {
    let (campus, forum) = campus().await;
    let (mut amara, mut bahar, mut chidi) = (forum.visitor(), forum.visitor(), forum.visitor());
    campus.signs_in(&mut amara, "/sign-in/campus").await.is_accepted();
    forum.later(Duration::seconds(61));
    campus.behaves(|behaviour| (behaviour.keys, behaviour.signs_with) = (vec![("two", 2)], ("two", 2)));
    let (one, two, three) = tokio::join!(
        campus.signs_in(&mut amara, "/sign-in/campus"),
        campus.signs_in(&mut bahar, "/sign-in/campus"),
        campus.signs_in(&mut chidi, "/sign-in/campus")
    );
    assert_eq!([one.status, two.status, three.status], [StatusCode::SEE_OTHER; 3], "the first one's new keys are everybody's");
    assert_eq!(campus.count("jwks"), 2);
}

#[tokio::test]
async fn keys_that_cannot_be_had_are_not_asked_for_again_and_again() {
    let (campus, forum) = campus().await;
    let mut amara = forum.visitor();
    campus.signs_in(&mut amara, "/sign-in/campus").await.is_accepted();
    forum.later(Duration::seconds(61));
    campus.behaves(|behaviour| {
        behaviour.signs_with = ("two", 2);
        behaviour.manners.insert("jwks", Manner::Fails(StatusCode::INTERNAL_SERVER_ERROR));
    });
    lets_nobody_in(&forum, "no keys to be had", UNAVAILABLE, campus.signs_in(&mut amara, "/sign-in/campus")).await;
    for _ in 0..4 {
        campus.signs_in(&mut amara, "/sign-in/campus").await;
    }
    assert_eq!((campus.count("jwks"), forum.count("session").await), (2, 0), "once a minute, whatever comes of it");
}

#[tokio::test]
async fn something_else_than_json_lets_nobody_in() {
    let (campus, forum) = campus().await;
    let canary = Canary::sits().await;
    for endpoint in ["discovery", "jwks", "token", "userinfo"] {
        let manners = [
            ("a page", Manner::Html),
            ("a fault", Manner::Fails(StatusCode::INTERNAL_SERVER_ERROR)),
            ("nothing there", Manner::Fails(StatusCode::NOT_FOUND)),
            ("sent on to a private address", Manner::Redirects(canary.at("127.0.0.1"))),
            ("more than a megabyte", Manner::Long),
            ("text", Manner::Says(json!("text"))),
        ];
        for (manner, behaves) in manners {
            let case = format!("{endpoint}: {manner}");
            // JSON, but not about anybody.
            let no = if (endpoint, manner) == ("userinfo", "text") { UNTRUSTED } else { UNAVAILABLE };
            is_caught(&campus, &forum, &case, no, |behaviour| {
                behaviour.person = json!({ "sub": "sub-amara" });
                behaviour.manners.insert(endpoint, behaves);
            })
            .await;
            canary.was_left_alone(&case).await;
        }
        lets_in_when_honest(&campus, &forum).await;
    }
}

#[tokio::test]
async fn a_provider_that_describes_itself_wrongly_lets_nobody_in() {
    let (campus, forum) = campus().await;
    let canary = Canary::sits().await;
    let cases = [
        ("another issuer", json!({ "issuer": "https://elsewhere.example" }), UNAVAILABLE),
        ("the issuer and a slash", json!({ "issuer": format!("{}/", campus.issuer) }), UNAVAILABLE),
        ("no keys", json!({ "jwks_uri": null }), UNAVAILABLE),
        ("people over plain http", json!({ "authorization_endpoint": "http://elsewhere.example/authorize" }), UNTRUSTED),
        ("people to a script", json!({ "authorization_endpoint": "javascript:alert(1)" }), UNTRUSTED),
        ("the secret over plain http", json!({ "token_endpoint": "http://elsewhere.example/token" }), UNTRUSTED),
        (
            "the secret to what is called like this machine",
            json!({ "token_endpoint": "http://127.0.0.1.elsewhere.example/token" }),
            UNTRUSTED,
        ),
        ("keys over plain http", json!({ "jwks_uri": canary.at("0.0.0.0") }), UNAVAILABLE),
    ];
    for (case, metadata, no) in cases {
        is_caught(&campus, &forum, case, no, |behaviour| behaviour.metadata = metadata).await;
        canary.was_left_alone(case).await;
    }
    assert_eq!(campus.count("token"), 0);
    // Who says nothing more about a person where nobody can listen is not asked.
    forum.later(Duration::hours(1));
    campus.behaves(|behaviour| {
        behaviour.metadata = json!({ "userinfo_endpoint": canary.at("0.0.0.0") });
        behaviour.person = json!({ "sub": "sub-amara" });
    });
    let mut amara = forum.visitor();
    let form = campus.signs_in(&mut amara, "/sign-in/campus").await.is_accepted().leads_to.expect("a form");
    assert!(amara.opens(&form).await.forms().concat().iter().any(|(name, _)| name == "email"), "the person is asked instead");
    canary.was_left_alone("userinfo over plain http").await;
    lets_in_when_honest(&campus, &forum).await;
}

async fn gives_up_on(endpoint: &'static str) {
    let (campus, forum) = campus().await;
    campus.behaves(|behaviour| {
        behaviour.person = json!({ "sub": "sub-amara" });
        behaviour.manners.insert(endpoint, Manner::Hangs);
    });
    let mut amara = forum.visitor();
    let began = std::time::Instant::now();
    lets_nobody_in(&forum, endpoint, UNAVAILABLE, campus.signs_in(&mut amara, "/sign-in/campus")).await;
    assert!(began.elapsed() < std::time::Duration::from_secs(6), "{endpoint}: {:?}", began.elapsed());
}

#[tokio::test]
async fn nobody_waits_longer_than_five_seconds_for_a_provider() {
    tokio::join!(gives_up_on("discovery"), gives_up_on("jwks"), gives_up_on("token"), gives_up_on("userinfo"));
}

#[tokio::test]
async fn a_provider_that_is_down_keeps_nobody_from_what_is_here() {
    let campus = Provider::opens().await;
    let (_socket, nowhere) = nobody_there();
    let forum =
        Forum::with_providers(&format!("{}{}", campus.settings("campus"), campus.settings("clinic").replace(&campus.issuer, &nowhere)))
            .await;
    campus.keeps_time_with(&forum);
    let ada = forum.member("ada").await;
    let mut amara = forum.visitor();
    let page = lets_nobody_in(&forum, "down", UNAVAILABLE, campus.signs_in(&mut amara, "/sign-in/clinic")).await;
    assert_eq!(page.cookie("pre"), None, "there is nothing to come back from");
    campus.behaves(|behaviour| behaviour.metadata = json!({ "token_endpoint": format!("{nowhere}/token") }));
    lets_nobody_in(&forum, "down on the way back", UNAVAILABLE, campus.signs_in(&mut amara, "/sign-in/campus")).await;
    ada.opens("/settings").await.shows("@ada");
    amara.opens("/sign-in").await.shows("campus").shows("clinic");
    amara.submits("/sign-in", &[("email", "amara@example.org")]).await.is_accepted();
    assert_eq!(forum.letters_to("amara").await.len(), 1, "a letter works without them");
    lets_in_when_honest(&campus, &forum).await;
}

// GitHub.
