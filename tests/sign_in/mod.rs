//! Signing in with a provider, and everything that a provider or a stranger can get wrong on the way. Each ends in a page with another way in.

use chrono::Duration;
use poem::http::{Method, StatusCode};
use scraper::{Html, Selector};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpSocket};
use url::form_urlencoded;

use crate::{
    harness::{Forum, ORIGIN, Page, Person},
    provider::{Behaviour, CLIENT, Journey, Provider},
};

mod github;
mod misbehaving;

/// The status of a page that lets nobody in, and what it says.
type No = (StatusCode, &'static str);

const STATE: No = (StatusCode::BAD_REQUEST, "too old, was finished already, or began in another browser");
const UNTRUSTED: No = (StatusCode::BAD_REQUEST, "did not hold when we checked it");
const UNAVAILABLE: No = (StatusCode::SERVICE_UNAVAILABLE, "does not answer at the moment");
const REFUSED: No = (StatusCode::FORBIDDEN, "you said no there, or turned back");
const SUSPENDED: No = (StatusCode::FORBIDDEN, "Your account is suspended");
const TAKEN: No = (StatusCode::FORBIDDEN, "belongs to another member here already");
const UNLINKED: No = (StatusCode::FORBIDDEN, "confirm that it is you first");

/// Where the links of a page's main part lead.
fn links(page: &Page) -> Vec<String> {
    let document = Html::parse_document(&page.text);
    let all = Selector::parse("main a[href]").expect("a selector");
    document.select(&all).filter_map(|link| link.attr("href").map(str::to_owned)).collect()
}

/// What nobody who is not let in may change.
async fn accounts(forum: &Forum) -> [i64; 4] {
    let (members, sessions) = (forum.count("member").await, forum.count("session").await);
    [members, sessions, forum.count("identity").await, forum.count("sign_in_link").await]
}

/// Whatever somebody does, it ends in a clear page with another way in, and without a session.
async fn lets_nobody_in(forum: &Forum, case: &str, (status, words): No, does: impl Future<Output = Page>) -> Page {
    let before = accounts(forum).await;
    let page = does.await;
    assert_eq!(page.status, status, "{case}: {}", page.words());
    assert!(page.words().contains(words), "{case}: “{words}”, not: {}", page.words());
    assert!(links(&page).iter().any(|link| link.starts_with("/sign-in")), "{case}: another way in, not only {:?}", links(&page));
    assert_eq!(page.cookie("sid"), None, "{case}");
    assert_eq!(accounts(forum).await, before, "{case}: members, sessions, identities and links stay as they are");
    page
}

/// A campus that behaves like this lets nobody in. An hour later, so that what it said before counts no longer.
async fn is_caught(campus: &Provider, forum: &Forum, case: &str, no: No, change: impl FnOnce(&mut Behaviour)) {
    forum.later(Duration::hours(1));
    campus.behaves(|behaviour| {
        *behaviour = Behaviour::default();
        change(behaviour);
    });
    let mut eve = forum.visitor();
    lets_nobody_in(forum, case, no, campus.signs_in(&mut eve, "/sign-in/campus")).await;
}

/// What went wrong before is over: an honest answer lets in again.
async fn lets_in_when_honest(campus: &Provider, forum: &Forum) {
    forum.later(Duration::hours(1));
    campus.behaves(|behaviour| *behaviour = Behaviour::default());
    campus.signs_in(&mut forum.visitor(), "/sign-in/campus").await.is_accepted();
}

async fn campus() -> (Provider, Forum) {
    let campus = Provider::opens().await;
    let forum = Provider::forum(&[("campus", &campus)]).await;
    (campus, forum)
}

fn answers(handle: &str) -> [(&str, &str); 3] {
    [("handle", handle), ("sector", "academia"), ("agrees", "yes")]
}

/// What the provider says about an address, and about its being verified; null for nothing.
fn vouches(provider: &Provider, email: &str, verified: &Value) {
    provider.behaves(|behaviour| {
        behaviour.person["email"] = json!(email);
        behaviour.person["email_verified"] = verified.clone();
        if verified.is_null() {
            behaviour.person.as_object_mut().expect("claims").remove("email_verified");
        }
    });
}

/// Somebody who has joined with what the provider says about them.
async fn joined(forum: &Forum, provider: &Provider, handle: &str) -> Person {
    provider.speaks_of(handle);
    let mut person = forum.visitor();
    let form = provider.signs_in(&mut person, "/sign-in/campus").await.is_accepted().leads_to.expect("a form");
    person.joins(&form, &answers(handle)).await.is_accepted();
    person
}

async fn viewer(person: &Person) -> Value {
    person.asks("{ viewer { handle email } }", json!({})).await["data"]["viewer"].clone()
}

/// The link in somebody's settings that adds a way in.
async fn way_to_add(person: &Person, id: &str) -> String {
    let page = person.opens("/settings/account").await.is(StatusCode::OK);
    let begins = format!("/sign-in/{id}?link=");
    links(&page).into_iter().find(|link| link.starts_with(&begins)).unwrap_or_else(|| panic!("a link to add {id}: {:?}", links(&page)))
}

/// Adds whoever is at the provider now to somebody's ways in.
async fn adds(person: &Person, provider: &Provider, id: &str) -> Page {
    let way = way_to_add(person, id).await;
    provider.signs_in(&mut person.clone(), &way).await
}

/// Somebody who listens on this machine and must not be called.
struct Canary(TcpListener);

impl Canary {
    async fn sits() -> Canary {
        Canary(TcpListener::bind("127.0.0.1:0").await.expect("a port"))
    }

    fn at(&self, host: &str) -> String {
        format!("http://{host}:{}/latest/meta-data", self.0.local_addr().expect("an address").port())
    }

    async fn was_left_alone(&self, case: &str) {
        let call = tokio::time::timeout(std::time::Duration::from_millis(20), self.0.accept()).await;
        assert!(call.is_err(), "{case}: nobody calls what is private");
    }
}

/// An address where nobody listens, for as long as its socket is kept.
fn nobody_there() -> (TcpSocket, String) {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(([127, 0, 0, 1], 0).into()).expect("a port");
    let address = format!("http://{}", socket.local_addr().expect("an address"));
    (socket, address)
}

// The way in.

#[tokio::test]
async fn a_newcomer_joins_and_lands_where_they_came_from_and_is_signed_in_at_once_the_next_time() {
    let (campus, forum) = campus().await;
    let mut amara = forum.visitor();
    let back = campus.signs_in(&mut amara, "/sign-in/campus?next=/topics").await.is_accepted();
    let form = back.leads_to.expect("a form");
    assert_eq!((amara.cookie.as_deref(), forum.count("member").await), (None, 0), "nobody is anybody before they have joined");
    let page = amara.opens(&form).await.shows("campus has told us that it is you").shows("You join with amara@example.org");
    assert_eq!(page.value_of("name"), "amara", "a suggestion");

    let refused = amara.joins(&form, &[("name", ""), ("handle", "am")]).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["name", "handle", "sector", "agrees"] {
        assert!(!refused.error_of(field).is_empty(), "{field}");
    }
    let joins = amara.joins(&form, &answers("amara")).await.is_accepted();
    assert_eq!(joins.leads_to.as_deref(), Some("/topics?done=joined"));
    assert_eq!(viewer(&amara).await, json!({ "handle": "amara", "email": "amara@example.org" }));
    assert_eq!(accounts(&forum).await, [1, 1, 1, 1]);

    let mut again = forum.visitor();
    let back = campus.signs_in(&mut again, "/sign-in/campus?next=/library%3Fquery%3Drota%26kind%3Dguide").await.is_accepted();
    assert_eq!(back.leads_to.as_deref(), Some("/library?query=rota&kind=guide&done=signed-in"));
    assert_eq!(viewer(&again).await["handle"], "amara");
    assert_eq!(accounts(&forum).await, [1, 2, 1, 1]);
    // What the provider says by now is not what the member said here.
    campus.behaves(|behaviour| behaviour.person["email"] = json!("amara@elsewhere.example"));
    campus.signs_in(&mut again, "/sign-in/campus").await.is_accepted();
    assert_eq!(viewer(&again).await["email"], "amara@example.org");
}

#[tokio::test]
async fn a_browser_is_sent_with_what_binds_the_answer_to_it() {
    let (campus, forum) = campus().await;
    let page = forum.visitor().sends(Method::GET, "/sign-in/campus", &[], "").await.is_accepted();
    assert!(page.leads_to.as_ref().is_some_and(|to| to.starts_with(&format!("{}/authorize?", campus.issuer))), "{:?}", page.leads_to);
    let set = page.header("set-cookie");
    for part in ["pre=", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600"] {
        assert!(set.contains(part), "{part}: {set}");
    }
    let (one, other) =
        (Journey::begins(&forum.visitor(), "/sign-in/campus").await, Journey::begins(&forum.visitor(), "/sign-in/campus").await);
    let callback = format!("{ORIGIN}/sign-in/campus/callback");
    let expected = [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", callback.as_str()),
        ("scope", "openid profile email"),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in expected {
        assert_eq!(one.asked[name], value, "{name}");
    }
    for secret in ["state", "nonce", "code_challenge"] {
        assert_eq!(one.asked[secret].len(), 43, "{secret}: 256 bits");
        assert_ne!(one.asked[secret], other.asked[secret], "{secret}");
    }
    assert_ne!(one.asked["state"], one.asked["nonce"]);
}

#[tokio::test]
async fn the_secret_is_shown_where_the_provider_reads_it() {
    let (campus, forum) = campus().await;
    for (methods, basic, post) in
        [(json!(["client_secret_post"]), 0, 1), (json!(["client_secret_basic", "client_secret_post"]), 1, 1), (json!(null), 2, 1)]
    {
        forum.later(Duration::hours(1));
        campus.behaves(|behaviour| behaviour.metadata = json!({ "token_endpoint_auth_methods_supported": methods }));
        campus.signs_in(&mut forum.visitor(), "/sign-in/campus").await.is_accepted();
        assert_eq!((campus.count("basic"), campus.count("post")), (basic, post), "{methods}");
    }
}

#[tokio::test]
async fn an_address_is_taken_over_when_the_provider_has_verified_it() {
    let (campus, forum) = campus().await;
    let cases = [
        ("amara", json!(true), true),
        ("bahar", json!("true"), true),
        ("chidi", json!(false), false),
        ("dalia", json!("false"), false),
        ("emeka", json!(null), false),
    ];
    for (handle, verified, counts) in cases {
        campus.speaks_of(handle);
        vouches(&campus, &format!("{handle}@example.org"), &verified);
        let mut person = forum.visitor();
        let form = campus.signs_in(&mut person, "/sign-in/campus").await.is_accepted().leads_to.expect("a form");
        let fields = person.opens(&form).await.forms().concat();
        assert_eq!(fields.iter().any(|(name, _)| name == "email"), !counts, "{handle} is asked for an address");
        let typed = format!("{handle}-typed@example.org");
        let mut said = answers(handle).to_vec();
        said.push(("email", &typed));
        person.joins(&form, &said).await.is_accepted();
        let email = counts.then(|| format!("{handle}@example.org"));
        assert_eq!(viewer(&person).await, json!({ "handle": handle, "email": email }), "{handle}: an address counts once it is proved");
        assert_eq!(forum.letters_to(&format!("{handle}-typed")).await.len(), usize::from(!counts), "{handle}");
    }
}

#[tokio::test]
async fn an_address_opens_nobodys_account() {
    let (campus, forum) = campus().await;
    let ada = forum.member("ada").await;
    for (handle, verified) in
        [("eve-1", json!(true)), ("eve-2", json!("true")), ("eve-3", json!(false)), ("eve-4", json!("false")), ("eve-5", json!(null))]
    {
        campus.speaks_of(handle);
        vouches(&campus, "ada@example.org", &verified);
        let mut eve = forum.visitor();
        let form = campus.signs_in(&mut eve, "/sign-in/campus").await.is_accepted().leads_to.expect("a form");
        assert_eq!(eve.cookie, None, "{verified}");
        eve.opens(&form).await.shows("If you are a member already, sign in as you did before").does_not_show(">Ada<");
        let mut said = answers(handle).to_vec();
        said.push(("email", "ada@example.org"));
        let page = eve.joins(&form, &said).await;
        if verified == json!(true) || verified == json!("true") {
            page.is(StatusCode::UNPROCESSABLE_ENTITY).shows("An account has this address already; sign in to it by letter instead");
            assert_eq!(eve.cookie, None, "{verified}");
        } else {
            page.is_accepted();
            assert_eq!(viewer(&eve).await, json!({ "handle": handle, "email": null }), "{verified}: an account of her own");
        }
        let of_ada = "WHERE member_id = (SELECT id FROM member WHERE handle = 'ada')";
        let (ways, sessions) = (forum.count(&format!("identity {of_ada}")).await, forum.count(&format!("session {of_ada}")).await);
        assert_eq!((ways, sessions), (0, 1), "{verified}");
    }
    assert_eq!(viewer(&ada).await, json!({ "handle": "ada", "email": "ada@example.org" }));
}

#[tokio::test]
async fn what_the_id_token_leaves_out_is_asked_for_and_must_be_about_the_same_person() {
    let (campus, forum) = campus().await;
    campus.behaves(|behaviour| behaviour.person = json!({ "sub": "sub-amara" }));
    campus.says("userinfo", json!({ "sub": "sub-ada", "email": "ada@example.org", "email_verified": true }));
    let mut eve = forum.visitor();
    lets_nobody_in(&forum, "somebody else's claims", UNTRUSTED, campus.signs_in(&mut eve, "/sign-in/campus")).await;
    campus.says("userinfo", json!({ "email": "ada@example.org", "email_verified": true }));
    lets_nobody_in(&forum, "nobody's claims", UNTRUSTED, campus.signs_in(&mut eve, "/sign-in/campus")).await;
    campus.says("userinfo", json!({ "sub": "sub-amara", "name": "Amara Osei", "email": "amara@example.org", "email_verified": true }));
    let mut amara = forum.visitor();
    let form = campus.signs_in(&mut amara, "/sign-in/campus").await.is_accepted().leads_to.expect("a form");
    let page = amara.opens(&form).await.shows("You join with amara@example.org");
    assert_eq!((page.value_of("name").as_str(), campus.count("userinfo")), ("Amara Osei", 3));
    // Who has said it already is not asked again.
    campus.speaks_of("bahar");
    campus.signs_in(&mut forum.visitor(), "/sign-in/campus").await.is_accepted();
    assert_eq!(campus.count("userinfo"), 3);
}

#[tokio::test]
async fn a_provider_may_call_its_claims_as_it_likes() {
    let campus = Provider::opens().await;
    let claims = r#"claims = { name = "displayName", email = "mail", email_verified = "mailChecked", label = "uid" }"#;
    let forum = Forum::with_providers(&format!("{}{claims}\n", campus.settings("campus"))).await;
    campus.keeps_time_with(&forum);
    let person = json!({ "sub": "1", "displayName": "Amara Osei", "mail": "amara@example.org", "mailChecked": true, "uid": "ao17" });
    campus.behaves(|behaviour| behaviour.person = person);
    let mut amara = forum.visitor();
    let form = campus.signs_in(&mut amara, "/sign-in/campus").await.is_accepted().leads_to.expect("a form");
    assert_eq!(amara.opens(&form).await.shows("You join with amara@example.org").value_of("name"), "Amara Osei");
    amara.joins(&form, &answers("amara")).await.is_accepted();
    amara.opens("/settings/account").await.shows("ao17");
}

// Several ways in.

#[tokio::test]
async fn a_member_adds_ways_in_and_each_of_them_works() {
    let (campus, clinic) = (Provider::opens().await, Provider::opens().await);
    let providers = [("campus", &campus), ("clinic", &clinic)];
    let forum = Provider::forum(&providers).await;
    let ada = forum.member("ada").await;
    for (id, provider) in providers {
        // Under another name and address than here: whose it is, the session says.
        let page = adds(&ada, provider, id).await.is_accepted();
        assert_eq!((page.leads_to.as_deref(), page.cookie("sid")), (Some("/settings/account?done=linked"), None), "{id}");
        ada.opens("/settings/account").await.shows("amara@example.org");
    }
    for (id, provider) in providers {
        let mut back = forum.visitor();
        provider.signs_in(&mut back, &format!("/sign-in/{id}")).await.is_accepted();
        assert_eq!(viewer(&back).await, json!({ "handle": "ada", "email": "ada@example.org" }), "{id}");
    }
    // Adding what is there already changes nothing.
    let way = format!("/sign-in/campus?link={}", ada.opens("/settings").await.value_of("token"));
    campus.signs_in(&mut ada.clone(), &way).await.is_accepted();
    assert_eq!(forum.count("identity").await, 2);
}

#[tokio::test]
async fn adding_a_way_in_needs_a_proof_of_the_last_ten_minutes() {
    let (campus, forum) = campus().await;
    let mut ada = forum.member("ada").await;
    forum.later(Duration::minutes(10) + Duration::seconds(1));
    let way = way_to_add(&ada, "campus").await;
    let page = lets_nobody_in(&forum, "eleven minutes", UNLINKED, campus.signs_in(&mut ada, &way)).await;
    assert!(links(&page).iter().any(|link| link == "/sign-in?next=%2Fsettings%2Faccount"), "{:?}", links(&page));
    assert_eq!((forum.count("sign_in_attempt").await, campus.count("discovery")), (0, 0), "nothing was begun");
    let ada = forum.signs_in("ada").await;
    forum.later(Duration::minutes(10));
    assert_eq!(adds(&ada, &campus, "campus").await.is_accepted().leads_to.as_deref(), Some("/settings/account?done=linked"));
}

#[tokio::test]
async fn nobody_begins_to_add_a_way_in_to_somebody_elses_account() {
    let (campus, forum) = campus().await;
    let (ada, eve) = (forum.member("ada").await, forum.member("eve").await);
    let way_of_eve = way_to_add(&eve, "campus").await;
    for (case, mut person, way) in [
        ("a made-up secret", ada.clone(), "/sign-in/campus?link=made-up"),
        ("a link that Eve sent to Ada", ada, way_of_eve.as_str()),
        ("a link in a browser where nobody is signed in", forum.visitor(), way_of_eve.as_str()),
    ] {
        lets_nobody_in(&forum, case, STATE, campus.signs_in(&mut person, way)).await;
    }
    assert_eq!(forum.count("sign_in_attempt").await, 0);
}

#[tokio::test]
async fn what_belongs_to_another_account_is_not_added() {
    let (campus, forum) = campus().await;
    let bea = joined(&forum, &campus, "bea").await;
    let mut ada = forum.member("ada").await;
    let way = way_to_add(&ada, "campus").await;
    lets_nobody_in(&forum, "Bea's", TAKEN, campus.signs_in(&mut ada, &way)).await;
    assert_eq!((viewer(&ada).await["handle"].as_str(), viewer(&bea).await["handle"].as_str()), (Some("ada"), Some("bea")));
    let mut back = forum.visitor();
    campus.signs_in(&mut back, "/sign-in/campus").await.is_accepted();
    assert_eq!(viewer(&back).await["handle"], "bea", "it is still hers");
}

#[tokio::test]
async fn a_way_in_is_added_while_its_owner_is_signed_in_and_not_after() {
    for case in ["signed out", "signed out, and the browser forgot nothing", "somebody else sits there by now"] {
        let (campus, forum) = campus().await;
        let (ada, bea) = (forum.member("ada").await, forum.member("bea").await);
        let mut journey = Journey::begins(&ada, &way_to_add(&ada, "campus").await).await;
        let code = campus.grants(&journey);
        match case {
            "signed out" => journey.person.cookie = None,
            "somebody else sits there by now" => journey.person.cookie = bea.cookie,
            _ => {}
        }
        ada.does_sign_out().await.is_accepted();
        lets_nobody_in(&forum, case, UNLINKED, journey.comes_back(&code)).await;
    }
}

#[tokio::test]
async fn the_session_that_a_browser_had_ends_when_somebody_signs_in() {
    let (campus, forum) = campus().await;
    let before = joined(&forum, &campus, "amara").await;
    let mut amara = before.clone();
    campus.signs_in(&mut amara, "/sign-in/campus").await.is_accepted();
    assert_ne!(amara.cookie, before.cookie);
    assert_eq!((viewer(&amara).await["handle"].as_str(), viewer(&before).await), (Some("amara"), Value::Null));
    assert_eq!(forum.count("session").await, 1);
}

#[tokio::test]
async fn a_suspended_member_is_not_let_in_and_told_why() {
    let (campus, forum) = campus().await;
    let amara = joined(&forum, &campus, "amara").await;
    let id = amara.asks("{ viewer { id } }", json!({})).await["data"]["viewer"]["id"].clone();
    let root = forum.person("root-of-all", "admin").await;
    let payload = root.mutates("suspend", json!({ "memberId": id, "reason": "Advertisements, again." })).await;
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
    let mut back = forum.visitor();
    lets_nobody_in(&forum, "suspended", SUSPENDED, campus.signs_in(&mut back, "/sign-in/campus")).await;
    let payload = root.mutates("restore", json!({ "memberId": id, "reason": "Sorted out." })).await;
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
    campus.signs_in(&mut back, "/sign-in/campus").await.is_accepted();
    assert_eq!(viewer(&back).await["handle"], "amara");
}

// What a browser brings back.

#[tokio::test]
async fn an_answer_counts_once_for_ten_minutes_in_the_browser_that_asked() {
    let (campus, forum) = campus().await;
    let amara = forum.visitor();
    let journey = Journey::begins(&amara, "/sign-in/campus").await;
    let (code, state) = (campus.grants(&journey), journey.state());
    let elsewhere = Journey { browser: Journey::begins(&amara, "/sign-in/campus").await.browser, ..journey.clone() };
    let forgetful = Journey { browser: String::new(), ..journey.clone() };
    let code = code.as_str();
    let cases = [
        ("nothing at all", &journey, vec![]),
        ("no state", &journey, vec![("code", code)]),
        ("an empty state", &journey, vec![("code", code), ("state", "")]),
        ("a made-up state", &journey, vec![("code", code), ("state", "made-up")]),
        ("the nonce for the state", &journey, vec![("code", code), ("state", journey.asked["nonce"].as_str())]),
        ("another browser", &elsewhere, vec![("code", code), ("state", state)]),
        ("a browser that forgot", &forgetful, vec![("code", code), ("state", state)]),
    ];
    for (case, journey, said) in cases {
        lets_nobody_in(&forum, case, STATE, journey.answers(&said)).await;
    }
    assert_eq!(campus.count("token"), 0, "a code that nobody asked for goes nowhere");
    forum.later(Duration::minutes(10) - Duration::seconds(1));
    journey.comes_back(code).await.is_accepted();
    lets_nobody_in(&forum, "a second time", STATE, journey.comes_back(code)).await;
    lets_nobody_in(&forum, "a second time, with another code", STATE, journey.comes_back(&campus.grants(&journey))).await;
    assert_eq!(campus.count("token"), 1);

    let late = Journey::begins(&amara, "/sign-in/campus").await;
    forum.later(Duration::minutes(10));
    lets_nobody_in(&forum, "after ten minutes", STATE, late.comes_back(&campus.grants(&late))).await;
    let refused = Journey::begins(&amara, "/sign-in/campus").await;
    let said = [("error", "access_denied"), ("state", refused.state())];
    lets_nobody_in(&forum, "turned back", REFUSED, refused.answers(&said)).await;
    lets_nobody_in(&forum, "turned back, and on again", STATE, refused.comes_back(&campus.grants(&refused))).await;
}

#[tokio::test]
async fn a_callback_that_comes_eight_times_at_once_counts_once() {
    let (campus, forum) = campus().await;
    let amara = joined(&forum, &campus, "amara").await;
    let before = (campus.count("token"), forum.count("session").await);
    let journey = Journey::begins(&forum.visitor(), "/sign-in/campus").await;
    let code = campus.grants(&journey);
    let returns: Vec<_> = (0..8)
        .map(|_| {
            let (journey, code) = (journey.clone(), code.clone());
            tokio::spawn(async move { journey.comes_back(&code).await.status })
        })
        .collect();
    let mut accepted = 0;
    for back in returns {
        accepted += i32::from(back.await.expect("an answer") == StatusCode::SEE_OTHER);
    }
    assert_eq!((accepted, campus.count("token"), forum.count("session").await), (1, before.0 + 1, before.1 + 1));
    assert_eq!(viewer(&amara).await["handle"], "amara");
}

#[tokio::test]
async fn two_tabs_of_one_browser_do_not_disturb_each_other() {
    let (campus, forum) = campus().await;
    let mut amara = forum.visitor();
    let one = Journey::begins(&amara, "/sign-in/campus?next=/topics").await;
    let other = one.begins_again("/sign-in/campus?next=/library").await;
    assert_eq!(one.browser, other.browser);
    let other = other.comes_back(&campus.grants(&other)).await.is_accepted().leads_to.expect("a form");
    let one = one.comes_back(&campus.grants(&one)).await.is_accepted().leads_to.expect("a form");
    assert_eq!(amara.joins(&one, &answers("amara")).await.is_accepted().leads_to.as_deref(), Some("/topics?done=joined"));
    let mut again = forum.visitor();
    again.joins(&other, &answers("amara-2")).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!((again.cookie, forum.count("member").await, forum.count("identity").await), (None, 1, 1), "one person, one account");
}

#[tokio::test]
async fn a_code_is_taken_once_and_where_it_belongs() {
    let (campus, clinic) = (Provider::opens().await, Provider::opens().await);
    let forum = Provider::forum(&[("campus", &campus), ("clinic", &clinic)]).await;
    let eve = forum.visitor();
    let at_clinic = Journey::begins(&eve, "/sign-in/clinic").await;
    let code = clinic.grants(&at_clinic);
    let swapped = Journey { back: "/sign-in/campus/callback".to_owned(), ..at_clinic.clone() };
    lets_nobody_in(&forum, "the clinic's state at the campus's door", STATE, swapped.comes_back(&code)).await;
    let at_campus = Journey::begins(&eve, "/sign-in/campus").await;
    lets_nobody_in(&forum, "the clinic's code at the campus's door", UNTRUSTED, at_campus.comes_back(&code)).await;
    at_clinic.comes_back(&code).await.is_accepted();
    let second = Journey::begins(&eve, "/sign-in/clinic").await;
    lets_nobody_in(&forum, "a code that was used", UNTRUSTED, second.comes_back(&code)).await;
    let (third, fourth) = (Journey::begins(&eve, "/sign-in/clinic").await, Journey::begins(&eve, "/sign-in/clinic").await);
    let stolen = clinic.grants(&third);
    lets_nobody_in(&forum, "the code of another attempt", UNTRUSTED, fourth.comes_back(&stolen)).await;
    assert_eq!((campus.count("token"), clinic.count("token")), (1, 3));
}

#[tokio::test]
async fn an_answer_names_its_issuer_where_the_provider_says_so() {
    let (campus, forum) = campus().await;
    let cases = [
        (false, Some("https://elsewhere.example".to_owned()), false),
        (false, Some(format!("{}/", campus.issuer)), false),
        (false, Some(campus.issuer.clone()), true),
        (true, Some("https://elsewhere.example".to_owned()), false),
        (true, Some(String::new()), false),
        (true, None, false),
        (true, Some(campus.issuer.clone()), true),
    ];
    for (announced, issuer, holds) in cases {
        forum.later(Duration::hours(1));
        campus.behaves(|behaviour| behaviour.metadata = json!({ "authorization_response_iss_parameter_supported": announced }));
        let journey = Journey::begins(&forum.visitor(), "/sign-in/campus").await;
        let (code, before) = (campus.grants(&journey), campus.count("token"));
        let mut said = vec![("code", code.as_str()), ("state", journey.state())];
        said.extend(issuer.as_deref().map(|issuer| ("iss", issuer)));
        if holds {
            journey.answers(&said).await.is_accepted();
        } else {
            let case = format!("{issuer:?} when it is announced: {announced}");
            lets_nobody_in(&forum, &case, UNTRUSTED, journey.answers(&said)).await;
            assert_eq!(campus.count("token"), before, "{case}: the code goes nowhere");
        }
    }
}

#[tokio::test]
async fn what_a_provider_says_is_wrong_is_not_printed() {
    let (_, forum) = campus().await;
    for (case, no) in [("with a state", REFUSED), ("without", STATE)] {
        let journey = Journey::begins(&forum.visitor(), "/sign-in/campus").await;
        let mut said = vec![
            ("error", "<script>alert(1)</script>"),
            ("error_description", "<script>alert(2)</script> Call 555-0100"),
            ("error_uri", "https://evil.example/help"),
            ("reason", "taken"),
        ];
        if no == REFUSED {
            said.push(("state", journey.state()));
        }
        let page = lets_nobody_in(&forum, case, no, journey.answers(&said)).await;
        page.does_not_show("alert(").does_not_show("555-0100").does_not_show("evil.example");
    }
}

#[tokio::test]
async fn who_turns_back_still_finds_the_page_they_came_from() {
    let (_, forum) = campus().await;
    for (next, way) in [("/topics", "/sign-in?next=%2Ftopics"), ("//evil.example", "/sign-in")] {
        let journey = Journey::begins(&forum.visitor(), &format!("/sign-in/campus?next={next}")).await;
        let page = lets_nobody_in(&forum, next, REFUSED, journey.answers(&[("error", "access_denied"), ("state", journey.state())])).await;
        assert!(links(&page).iter().any(|link| link == way), "{next}: {:?}", links(&page));
    }
}

#[tokio::test]
async fn nobody_is_sent_to_another_site_after_signing_in() {
    let (campus, forum) = campus().await;
    joined(&forum, &campus, "amara").await;
    let long = format!("/{}", "x".repeat(2_000));
    let elsewhere = [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/%2Fevil.example",
        "/%5Cevil.example",
        "https:evil.example",
        "https://evil.example/",
        "http:///evil.example",
        "javascript:alert(1)",
        "evil.example",
        "@evil.example",
        "/a\r\nX: 1",
        "/\t/evil.example",
        "/ /evil.example",
        "/.//evil.example",
        "/..//evil.example",
        "/x/..//evil.example",
        "/x/%2e%2e//evil.example",
        "/x/y/../.%2E//evil.example",
        "/topics/../sign-in/campus",
        "/sign-in",
        "/sign-in/campus",
        "/sign-in?next=//evil.example",
        "/sign-out",
        "/join",
        "é",
        "é//evil.example",
        "/é",
        long.as_str(),
    ];
    for next in elsewhere {
        let query: String = form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
        let page = campus.signs_in(&mut forum.visitor(), &format!("/sign-in/campus?{query}")).await.is_accepted();
        assert_eq!(page.leads_to.as_deref(), Some("/?done=signed-in"), "{next:.80}");
    }
    for next in ["/topics", "/resources/rota?from=//evil.example", "/?topic=housing", "/signing"] {
        let query: String = form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
        let page = campus.signs_in(&mut forum.visitor(), &format!("/sign-in/campus?{query}")).await.is_accepted();
        let and = if next.contains('?') { '&' } else { '?' };
        assert_eq!(page.leads_to, Some(format!("{next}{and}done=signed-in")));
    }
}

// What a provider answers.

#[tokio::test]
async fn the_settings_in_the_handbook_work() {
    let handbook = std::fs::read_to_string(crate::harness::root().join("docs/sign-in.md")).expect("a handbook");
    let settings: Vec<&str> = handbook.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(settings.len(), 2);
    let forum = Forum::with_providers(&settings.concat()).await;
    let page = forum.visitor().opens("/sign-in").await;
    for (id, name) in [("github", "GitHub"), ("campus", "Northmoor University")] {
        assert!(links(&page).iter().any(|link| link.starts_with(&format!("/sign-in/{id}"))), "{id}");
        assert!(page.words().contains(name), "{name}");
    }
    assert!(settings.iter().all(|settings| settings.lines().count() <= 10));
}
