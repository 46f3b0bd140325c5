//! Accounts: sessions, links, addresses, names, profiles and the directory, roles and standing, and what visitors write before they join.

use std::collections::HashMap;

use chrono::{DateTime, Duration};
use poem::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    harness::{Forum, ORIGIN, Page, Person, each, fresh_database, refusals, resource, web},
    races::{Server, lyceum},
};

/// What is compared with where nothing speaks against an act.
pub const NOTHING: [&str; 0] = [];
pub const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
pub const JSON: (&str, &str) = ("content-type", "application/json");

pub fn encoded(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// What a response gives the browser to keep under a name; an empty text for what it is to forget.
pub fn cookie(page: &Page, name: &str) -> Option<String> {
    let all = page.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
    let mut values = all.filter_map(|cookie| cookie.strip_prefix(name)?.strip_prefix('=')?.split(';').next());
    values.next().map(String::from)
}

/// Adds a member without signing them in.
pub async fn adds(forum: &Forum, handle: &str) {
    let role = "member".parse().expect("a role");
    forum.app.add_member(handle, handle, &format!("{handle}@example.org"), role).await.expect("a member");
}

/// The newest letter to somebody, and the path that its first link leads to.
pub async fn letter(forum: &Forum, handle: &str) -> (String, String) {
    let letter = forum.letters_to(handle).await.pop().unwrap_or_else(|| panic!("a letter to {handle}"));
    let path = letter.lines().find_map(|line| line.strip_prefix(ORIGIN)).unwrap_or_default().to_owned();
    (letter, path)
}

/// The path of a link by an operator's word.
async fn handed_link(forum: &Forum, handle: &str) -> String {
    let link = forum.app.sign_in_link(handle).await.expect("an answer").expect("a member");
    link.strip_prefix(ORIGIN).expect("a link of this site").to_owned()
}

/// The path of a link that somebody asked for and that came by letter.
pub async fn posted_link(forum: &Forum, handle: &str) -> String {
    let email = format!("{handle}@example.org");
    forum.visitor().submits("/sign-in", &[("email", email.as_str())]).await.is_accepted();
    letter(forum, handle).await.1
}

/// Sends a form from a browser that says more about itself than the harness does.
async fn posts(person: &Person, path: &str, more: &[(&str, &str)], fields: &[(&str, &str)]) -> Page {
    let headers = [&[FORM, ("origin", ORIGIN)][..], more].concat();
    person.sends(Method::POST, path, &headers, encoded(fields)).await
}

pub async fn is_signed_in(person: &Person) -> bool {
    person.asks("{ viewer { handle } }", json!({})).await["data"]["viewer"].is_object()
}

/// A browser with a session's secret and nothing else.
fn holding(forum: &Forum, secret: &str) -> Person {
    let mut person = forum.visitor();
    person.cookie = Some(secret.to_owned());
    person
}

async fn id_of(person: &Person, handle: &str) -> Value {
    let query = "query Who($handle: String!) { member(handle: $handle) { id } }";
    person.asks(query, json!({ "handle": handle })).await["data"]["member"]["id"].clone()
}

/// What an administrator does about somebody, with a reason.
pub async fn measure(by: &Person, mutation: &str, handle: &str, more: Value) -> Value {
    let mut input = json!({ "memberId": id_of(by, handle).await, "reason": "Canaryreason, as agreed." });
    input.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
    by.mutates(mutation, input).await
}

pub async fn administrator(forum: &Forum) -> Person {
    forum.person("root-of-all", "admin").await
}

// Sessions

async fn sessions(person: &Person) -> Value {
    person.asks("{ viewer { sessions { id label current lastSeenAt } } }", json!({})).await["data"]["viewer"]["sessions"].clone()
}

const AGENTS: [(&str, &str); 6] = [
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36 Edg/131.0",
        "Edge on Windows",
    ),
    ("Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", "Firefox on Android"),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile/15E148 Safari/604.1",
        "Safari on iPhone",
    ),
    ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36", "Chrome on Linux"),
    ("curl/8.5", ""),
    ("<script>alert(1)</script> Firefox/1", "Firefox"),
];

#[tokio::test]
async fn the_list_of_sessions_names_browsers_and_any_of_them_can_be_ended() {
    let forum = Forum::open().await;
    let (ada, eve) = (forum.member("ada").await, forum.member("eve").await);
    let mut browsers = Vec::new();
    for (agent, _) in AGENTS {
        forum.later(Duration::seconds(1));
        let pressed = posts(&forum.visitor(), &handed_link(&forum, "ada").await, &[("user-agent", agent)], &[]).await.is_accepted();
        browsers.push(holding(&forum, &cookie(&pressed, "sid").expect("a session")));
    }
    let list = sessions(&ada).await;
    assert_eq!(
        each(&list, "label"),
        AGENTS.iter().rev().map(|(_, label)| *label).chain([""]).collect::<Vec<_>>(),
        "used last, listed first"
    );
    let current: Vec<&Value> = list.as_array().expect("a list").iter().filter(|it| it["current"] == true).collect();
    assert_eq!(current, [&list[6]]);
    let page = ada.opens("/settings/account").await.is(StatusCode::OK).does_not_show("alert(1)");
    for words in ["Edge on Windows", "Firefox on Android", "Safari on iPhone", "Chrome on Linux", "Unknown browser", "This browser"] {
        assert!(page.words().contains(words), "{words} in {}", page.words());
    }

    let phone = json!({ "sessionId": list[4]["id"] });
    for (person, id) in
        [(&eve, &phone), (&ada, &json!({ "sessionId": "garbage" })), (&ada, &json!({ "sessionId": id_of(&ada, "ada").await }))]
    {
        assert_eq!(refusals(&person.mutates("endSession", id.clone()).await), ["NOT_FOUND sessionId"]);
    }
    assert!(is_signed_in(&browsers[1]).await);
    assert_eq!(refusals(&ada.mutates("endSession", phone.clone()).await), NOTHING);
    assert!(!is_signed_in(&browsers[1]).await && is_signed_in(&browsers[2]).await);
    assert_eq!(refusals(&ada.mutates("endSession", phone).await), ["NOT_FOUND sessionId"]);

    ada.does("/settings/account", "EndOthers", &[]).await.is_accepted();
    for browser in &browsers {
        assert!(!is_signed_in(browser).await);
    }
    assert!(is_signed_in(&ada).await && is_signed_in(&eve).await);
    assert_eq!(sessions(&ada).await.as_array().map(Vec::len), Some(1));
    let everywhere = "mutation { endOtherSessions { member { name } userErrors { code field } } }";
    assert_eq!(refusals(&ada.asks(everywhere, json!({})).await["data"]["endOtherSessions"]), NOTHING);
    assert_eq!(refusals(&forum.visitor().asks(everywhere, json!({})).await), ["UNAUTHENTICATED"]);
    assert!(is_signed_in(&ada).await && is_signed_in(&eve).await);
}

#[tokio::test]
async fn signing_in_gives_a_new_secret_and_ends_what_the_browser_had() {
    let forum = Forum::open().await;
    let (mut ada, eve) = (forum.member("ada").await, forum.member("eve").await);
    let before = ada.clone();
    ada.presses(&handed_link(&forum, "ada").await).await.is_accepted();
    assert_ne!(ada.cookie, before.cookie);
    assert!(is_signed_in(&ada).await && !is_signed_in(&before).await);
    // Eve plants her own session, or a secret that she chose, in a browser in which Ada then signs in.
    for planted in [eve.cookie.clone().expect("a session"), "x".repeat(43)] {
        let mut browser = holding(&forum, &planted);
        browser.presses(&handed_link(&forum, "ada").await).await.is_accepted();
        assert_eq!(browser.asks("{ viewer { handle } }", json!({})).await["data"]["viewer"]["handle"], "ada");
        assert!(browser.cookie.as_deref() != Some(planted.as_str()) && !is_signed_in(&holding(&forum, &planted)).await);
    }
}

#[tokio::test]
async fn the_secret_changes_daily_and_the_old_one_works_a_minute_more() {
    let forum = Forum::open().await;
    let ada = forum.member("ada").await;
    let form = ada.opens("/settings").await;
    forum.later(Duration::hours(24));
    assert_eq!(cookie(&ada.sends(Method::GET, "/settings", &[], "").await, "sid"), None, "not before");
    forum.later(Duration::hours(1));
    let page = ada.sends(Method::GET, "/settings", &[], "").await.is(StatusCode::OK);
    let renewed = holding(&forum, &cookie(&page, "sid").expect("a new secret"));
    assert_ne!(renewed.cookie, ada.cookie);
    for words in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age="] {
        assert!(page.header("set-cookie").contains(words), "{}", page.header("set-cookie"));
    }
    renewed.fills(&form, form.form_that("Save"), &[("name", "Ada Lovelace")]).await.is_accepted();

    forum.later(Duration::seconds(59));
    let page = ada.sends(Method::GET, "/settings", &[], "").await.is(StatusCode::OK).shows("@ada");
    assert_eq!(cookie(&page, "sid"), None, "who holds only the old one gets no new one");
    forum.later(Duration::seconds(1));
    ada.opens("/settings").await.shows("Sign in or join");
    renewed.opens("/settings").await.shows("@ada");
    assert_eq!(forum.count("session").await, 1);
}

/// Uses a session, takes its new secret along, and waits until the use is noted, off the request's path.
async fn uses(forum: &Forum, person: &mut Person) {
    let body = json!({ "query": "{ viewer { sessions { current lastSeenAt } } }" }).to_string();
    for _ in 0..500 {
        let page = person.sends(Method::POST, "/graphql", &[JSON, ("origin", ORIGIN)], body.clone()).await;
        if let Some(secret) = cookie(&page, "sid") {
            person.cookie = Some(secret);
        }
        let answer: Value = serde_json::from_str(&page.text).expect("JSON");
        let list = answer["data"]["viewer"]["sessions"].as_array().unwrap_or_else(|| panic!("signed in at {}", forum.clock.now())).clone();
        let current = list.iter().find(|it| it["current"] == true).expect("this one");
        let seen = DateTime::parse_from_rfc3339(current["lastSeenAt"].as_str().expect("a time")).expect("a time");
        if forum.clock.now() - seen.to_utc() <= Duration::minutes(5) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("the use of a session is noted");
}

#[tokio::test]
async fn sessions_end_unused_and_in_the_end() {
    for (role, idle, absolute) in [
        ("member", Duration::days(14), Duration::days(30)),
        ("moderator", Duration::minutes(60), Duration::hours(24)),
        ("admin", Duration::minutes(60), Duration::hours(24)),
    ] {
        let forum = Forum::open().await;
        let unused = forum.person("ada", role).await;
        forum.later(idle + Duration::seconds(1));
        assert!(!is_signed_in(&unused).await, "{role}, unused");

        let mut used = forum.signs_in("ada").await;
        let (began, step) = (forum.clock.now(), idle - Duration::seconds(1));
        while forum.clock.now() + step <= began + absolute {
            forum.later(step);
            uses(&forum, &mut used).await;
        }
        forum.later(began + absolute - forum.clock.now());
        uses(&forum, &mut used).await;
        forum.later(Duration::seconds(1));
        assert!(!is_signed_in(&used).await, "{role}, used all the time");
    }
}

#[tokio::test]
async fn sessions_and_open_links_end_when_a_role_changes_or_an_account_is_suspended() {
    for (mutation, more) in [("setRole", json!({ "role": "MODERATOR" })), ("suspend", json!({}))] {
        let forum = Forum::open().await;
        let root = administrator(&forum).await;
        let browsers = [forum.member("ada").await, forum.signs_in("ada").await];
        let links = [handed_link(&forum, "ada").await, posted_link(&forum, "ada").await];
        assert_eq!(refusals(&measure(&root, mutation, "ada", more).await), NOTHING);
        for browser in &browsers {
            browser.opens("/settings").await.shows("Sign in or join");
        }
        assert_eq!(forum.count("session").await, 1, "the administrator's own");
        for link in &links {
            forum.visitor().opens(link).await.shows("This link has done its work");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_request_under_way_never_revives_a_session() {
    let forum = Forum::open().await;
    adds(&forum, "ada").await;
    for round in 0..10 {
        let ada = forum.signs_in("ada").await;
        let token = ada.opens("/settings").await.value_of("token");
        // Each of these would note its use, and give the session a new secret.
        forum.later(Duration::hours(25));
        let requests: Vec<_> = (0..8)
            .map(|_| {
                let ada = ada.clone();
                tokio::spawn(async move { ada.sends(Method::GET, "/settings", &[], "").await })
            })
            .collect();
        posts(&ada, "/sign-out", &[], &[("token", token.as_str())]).await.is_accepted();
        let mut secrets = vec![ada.cookie.clone().expect("a session")];
        for request in requests {
            secrets.extend(cookie(&request.await.expect("an answer"), "sid"));
        }
        // Uses are noted after the answer.
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        for secret in &secrets {
            assert!(!is_signed_in(&holding(&forum, secret)).await, "round {round}");
        }
        assert_eq!(forum.count("session").await, 0, "round {round}");
    }
}

// Links

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thirty_presses_at_once_make_one_session() {
    let forum = Forum::open().await;
    adds(&forum, "ada").await;
    let link = posted_link(&forum, "ada").await;
    let presses: Vec<_> = (0..30)
        .map(|_| {
            let (visitor, link) = (forum.visitor(), link.clone());
            tokio::spawn(async move { posts(&visitor, &link, &[], &[]).await.status })
        })
        .collect();
    let mut statuses = Vec::new();
    for press in presses {
        statuses.push(press.await.expect("an answer"));
    }
    statuses.sort();
    assert_eq!(statuses, [vec![StatusCode::SEE_OTHER], vec![StatusCode::UNPROCESSABLE_ENTITY; 29]].concat());
    assert_eq!(forum.count("session").await, 1);
}

/// Gives somebody another address, and confirms it by the letter that went there.
async fn moves(forum: &Forum, person: &Person, to: &str) {
    assert_eq!(refusals(&person.mutates("changeEmail", json!({ "email": format!("{to}@example.org") })).await), NOTHING);
    forum.visitor().does(&letter(forum, to).await.1, "Confirm", &[]).await.is_accepted();
}

#[tokio::test]
async fn links_end_with_the_address_they_went_to_and_open_no_other_door() {
    let forum = Forum::open().await;
    let ada = forum.member("ada").await;
    let links = [posted_link(&forum, "ada").await, posted_link(&forum, "ada-new").await];
    moves(&forum, &ada, "ada-new").await;
    for link in &links {
        forum.visitor().opens(link).await.shows("This link has done its work");
        posts(&forum.visitor(), link, &[], &[]).await.is(StatusCode::UNPROCESSABLE_ENTITY).shows("This link has done its work");
    }
    forum.visitor().opens(&posted_link(&forum, "ada").await).await.shows("You are new here");
    let sign_in = posted_link(&forum, "ada-new").await;
    forum.visitor().opens(&sign_in).await.shows("Press the button to sign in as Ada");

    // A secret for one purpose is none for another.
    assert_eq!(refusals(&ada.mutates("changeEmail", json!({ "email": "ada-third@example.org" })).await), NOTHING);
    let (_, confirm) = letter(&forum, "ada-third").await;
    let secret = |path: &str| path.rsplit('/').next().expect("a secret").to_owned();
    forum.visitor().opens(&format!("/sign-in/{}", secret(&confirm))).await.shows("This link has done its work");
    assert_eq!(refusals(&forum.visitor().mutates("confirmEmail", json!({ "token": secret(&sign_in) })).await), ["NOT_FOUND token"]);
    assert_eq!(ada.asks("{ viewer { email } }", json!({})).await["data"]["viewer"]["email"], "ada-new@example.org");
}

#[tokio::test]
async fn known_unknown_and_suspended_addresses_are_answered_alike() {
    let forum = Forum::open().await;
    let root = administrator(&forum).await;
    adds(&forum, "ada").await;
    adds(&forum, "bob").await;
    assert_eq!(refusals(&measure(&root, "suspend", "bob", json!({})).await), NOTHING);
    let answers = async |handle: &str| {
        let email = format!("{handle}@example.org");
        let query = "mutation Ask($email: String!) { requestSignInLink(input: { email: $email }) { sent userErrors { code } } }";
        let body = json!({ "query": query, "variables": { "email": email } }).to_string();
        let mut answers = Vec::new();
        // One more than an address gets letters for.
        for _ in 0..3 {
            let page = forum.visitor().submits("/sign-in", &[("email", email.as_str())]).await.is_accepted();
            let asked = forum.visitor().sends(Method::POST, "/graphql", &[JSON], body.clone()).await.is(StatusCode::OK);
            for page in [page, asked] {
                answers.push((page.status, page.text, page.headers, page.statements));
            }
        }
        answers
    };
    let unknown = answers("nobody").await;
    assert!(unknown[1].1.contains("\"sent\":true"), "{}", unknown[1].1);
    for handle in ["ada", "bob"] {
        assert_eq!(answers(handle).await, unknown, "{handle}");
    }
    for handle in ["ada", "bob", "nobody"] {
        assert_eq!(forum.count(&format!("outbox WHERE letter = 'sign-in' AND address = '{handle}@example.org'")).await, 5, "{handle}");
    }
}

/// How a server answers thirty forms, each with a header of its own.
async fn thirty(
    server: &Server,
    form: impl Fn(usize) -> (String, Vec<(&'static str, String)>),
    header: impl Fn(usize) -> (&'static str, String),
) -> Vec<StatusCode> {
    let client = web().build().expect("a client");
    let mut statuses = Vec::new();
    for number in 0..30 {
        let ((path, fields), (name, said)) = (form(number), header(number));
        let request = client.post(format!("{}{path}", server.origin)).header(name, said).form(&fields);
        statuses.push(request.send().await.expect("an answer").status());
    }
    statuses
}

/// A form that presses a link which never was.
fn guess(number: usize) -> (String, Vec<(&'static str, String)>) {
    (format!("/sign-in/guess-{number}"), vec![("x", "y".to_owned())])
}

#[tokio::test]
async fn who_guesses_is_stopped_whatever_they_say_of_their_address() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = fresh_database(folder.path()).await;
    let server = Server::start(&url, folder.path()).await;
    let rotating = |number: usize| match number % 3 {
        0 => ("x-forwarded-for", format!("203.0.113.{number}")),
        1 => ("x-real-ip", format!("203.0.113.{number}")),
        _ => ("forwarded", format!("for=203.0.113.{number}")),
    };
    let then = |status: StatusCode| [vec![status; 25], vec![StatusCode::TOO_MANY_REQUESTS; 5]].concat();
    assert_eq!(thirty(&server, guess, rotating).await, then(StatusCode::UNPROCESSABLE_ENTITY));
    let ask = |number: usize| ("/sign-in".to_owned(), vec![("action", "Request".to_owned()), ("email", format!("p{number}@example.org"))]);
    assert_eq!(thirty(&server, ask, rotating).await, then(StatusCode::SEE_OTHER));
    let page = web().build().expect("a client").post(format!("{}/sign-in/guess", server.origin)).form(&[("x", "y")]).send().await;
    let page = page.expect("an answer").text().await.expect("text");
    assert!(page.contains("That was too often in a short time"), "{page}");
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_address_counts_for_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = fresh_database(folder.path()).await;
    let mut command = lyceum(&url, folder.path());
    command.env("LYCEUM_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8");
    let server = Server::start_with(command).await;
    type Case = (&'static str, fn(usize) -> String, usize);
    let cases: [Case; 8] = [
        ("addresses of their own", |number| format!("198.51.100.{number}"), 0),
        ("one address", |_| "198.51.100.200".to_owned(), 5),
        ("one address behind what it makes up", |number| format!("203.0.113.{number}, 198.51.100.201"), 5),
        ("addresses of their own behind two proxies", |number| format!("198.51.100.{}, 10.1.2.3", number + 100), 0),
        ("one network of IPv6", |number| format!("2001:db8:0:1::{number:x}"), 5),
        ("networks of IPv6", |number| format!("2001:db8:1:{number:x}::1"), 0),
        ("one address spelled in two ways", |number| format!("{}198.51.100.202", if number % 2 == 0 { "::ffff:" } else { "" }), 5),
        ("no address at all", |number| format!("garbage {number}"), 5),
    ];
    for (who, said, limited) in cases {
        let statuses = thirty(&server, guess, |number| ("x-forwarded-for", said(number))).await;
        let expected = [vec![StatusCode::UNPROCESSABLE_ENTITY; 30 - limited], vec![StatusCode::TOO_MANY_REQUESTS; limited]].concat();
        assert_eq!(statuses, expected, "{who}");
    }
}

// Addresses

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
    let forum = Forum::open().await;
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

// Names

const ANSWERS: [(&str, &str); 4] = [("name", "Amara"), ("handle", "amara"), ("sector", "academia"), ("agrees", "yes")];

/// [`ANSWERS`], one of them another.
fn answers<'a>(field: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    ANSWERS.into_iter().filter(|(name, _)| *name != field).chain([(field, value)]).collect()
}

#[tokio::test]
async fn nobody_joins_as_somebody_who_is_here_or_runs_this() {
    let forum = Forum::open().await;
    for handle in ["mary", "ada", "paul1"] {
        adds(&forum, handle).await;
    }
    let link = posted_link(&forum, "newcomer").await;
    let (taken, ascii, reserved) = ("Somebody has this handle already", "Letters a to z", "A name is one line");
    for (field, value, words) in [
        ("handle", "ADA", taken),
        ("handle", "a-da", taken),
        ("handle", "rnary", taken),
        ("handle", "pau11", taken),
        ("handle", "m0derator", taken),
        ("handle", "moderator-", taken),
        ("handle", "1yceum", taken),
        ("handle", "sy-stem", taken),
        ("handle", "аda", ascii),
        ("handle", "mod\u{200B}1", ascii),
        ("handle", "ad\u{430}", ascii),
        ("handle", "ада", ascii),
        ("name", "аdmin", reserved),
        ("name", "Аdministrаtor", reserved),
        ("name", "Ad\u{200B}min", reserved),
        ("name", "M0derator", reserved),
        ("name", "https://evil.tld", reserved),
        ("name", "See HTTP://evil.tld", reserved),
        ("name", "www.evil.tld", reserved),
        ("name", "ada@evil.tld", reserved),
        ("name", "a\r\nBcc: x@y", reserved),
        ("name", "a\nb", reserved),
        ("name", "a\u{7}b", reserved),
    ] {
        let page = forum.visitor().joins(&link, &answers(field, value)).await.is(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.error_of(field).contains(words), "{field} {value:?}: {}", page.words());
    }
    assert_eq!(forum.count("member").await, 3);
    let ada = forum.signs_in("ada").await;
    for name in ["аdmin", "https://evil.tld", "a\r\nBcc: x@y"] {
        let refused = refusals(&ada.mutates("updateProfile", json!({ "name": name, "sector": "academia" })).await);
        assert!(!refused.is_empty() && refused.iter().all(|it| it == "INVALID name"), "{name:?}: {refused:?}");
    }
    // What shows nothing, or turns the line round, is taken out.
    forum.visitor().joins(&link, &answers("name", "Am\u{202E}ara \u{2066}Nwosu\u{200B}")).await.is_accepted();
    assert_eq!(forum.visitor().asks("{ member(handle: \"amara\") { name } }", json!({})).await["data"]["member"]["name"], "Amara Nwosu");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_who_want_handles_that_look_alike_one_gets_it() {
    for round in 0..5 {
        let forum = Forum::open().await;
        let add = async |handle: &str, email: &str| {
            let role = "member".parse().expect("a role");
            forum.app.add_member(handle, "Mary", email, role).await.is_ok()
        };
        let (one, other) = tokio::join!(add("mary", "one@example.org"), add("rnary", "other@example.org"));
        assert_ne!(one, other, "round {round}");
        assert_eq!(forum.count("member").await, 1);
    }
}

/// Names at the edges of what people are called, for where the real list is not at hand.
const EDGES: [&str; 20] = [
    "Ọlá",
    "Bo",
    "Ἀσπασία Παπαδοπούλου",
    "Дар'я Їжакевич",
    "علی‌رضا خدابنده",
    "שירה (Shira) לוי",
    "ปิยะ ชัยวัฒน์",
    "ஜெயலட்சுமி",
    "श्रेष्‍ठ प्रकाश",
    "陳大文",
    "𠮷野 花子",
    "김하늘",
    "ᎠᎦᏴᎵᎨ",
    "ǃNaru ǂKhoe",
    "Zoe\u{301} A\u{30A}berg",
    "Seán O’Neill-D'Arcy, MPH",
    "=SUM(A1) Jones",
    "x'); DROP TABLE member;--",
    "<i>Ivy</i> & Co",
    "  Spaced   Out  ",
];

/// People with the columns name, organisation, sector and note.
fn people() -> Vec<HashMap<String, String>> {
    let file = crate::harness::root().join("../shared/data/names/people.csv");
    if !file.exists() {
        let owned = |(field, value): (&str, &str)| (field.to_owned(), value.to_owned());
        let rest = [("organisation", "Harbour Clinic"), ("sector", "academia"), ("note", "edge-case name")];
        return EDGES.iter().map(|name| rest.into_iter().chain([("name", *name)]).map(owned).collect()).collect();
    }
    csv::Reader::from_path(file).expect("a CSV file").deserialize().map(|row| row.expect("a row")).collect()
}

#[tokio::test]
async fn everybody_can_join_under_their_own_name() {
    let forum = Forum::open().await;
    let people = people();
    for (index, person) in people.iter().enumerate() {
        let (handle, role) = (format!("p{:04}", index + 1), "member".parse().expect("a role"));
        let added = forum.app.add_member(&handle, &person["name"], &format!("{handle}@example.org"), role).await;
        added.unwrap_or_else(|error| panic!("{}: {error:?}", person["name"]));
    }
    // Whatever the script, the directory shows each of them once, page after page, alike on both engines.
    let viewer = forum.signs_in("p0001").await;
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = viewer.asks(DIRECTORY, json!({ "first": 100, "after": after })).await["data"]["members"].clone();
        assert_eq!(page["totalCount"], people.len());
        seen.extend(each(&page["nodes"], "handle").into_iter().map(String::from));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    seen.sort();
    assert_eq!(seen, (1..=people.len()).map(|number| format!("p{number:04}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn people_with_names_at_the_edge_join_through_the_page() {
    let forum = Forum::open().await;
    let people: Vec<_> = people().into_iter().filter(|person| person["note"] == "edge-case name").collect();
    let handle = |index: usize| format!("p{:04}", index + 1);
    for index in 0..people.len() {
        forum.visitor().submits("/join", &[("email", format!("{}@example.org", handle(index)).as_str())]).await.is_accepted();
    }
    let letters = forum.letters().await;
    for (index, person) in people.iter().enumerate() {
        let handle = handle(index);
        let to = format!("To: {handle}@example.org\n");
        let letter = letters.iter().find(|letter| letter.contains(&to)).expect("a letter");
        let link = letter.lines().find(|line| line.starts_with(ORIGIN)).expect("a link");
        // The file spells its sectors otherwise.
        let sector = forum.app.forum.community.sectors.iter().find(|sector| sector.id[..4] == person["sector"][..4]).expect("a sector");
        let (name, organisation) = (person["name"].as_str(), person["organisation"].as_str());
        let (handle, sector) = (handle.as_str(), sector.id.as_str());
        let answers = [("name", name), ("handle", handle), ("sector", sector), ("organisation", organisation), ("agrees", "yes")];
        let mut newcomer = forum.visitor();
        newcomer.joins(link, &answers).await.is_accepted();
        let viewer = newcomer.asks("{ viewer { name organisation sector { id } } }", json!({})).await["data"]["viewer"].clone();
        // Letters and accents that stand apart become one.
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ").replace("e\u{301}", "é").replace("A\u{30A}", "Å");
        assert_eq!(viewer, json!({ "name": name, "organisation": organisation, "sector": { "id": sector } }));
        let page = forum.visitor().opens(&format!("/members/{handle}")).await.is(StatusCode::OK).shows(&name);
        page.does_not_show("<b>Bold").does_not_show("<i>Ivy");
    }
    assert_eq!(forum.count("member").await, people.len() as i64);
}

#[tokio::test]
async fn nobody_says_of_themselves_what_role_they_have() {
    let forum = Forum::open().await;
    let mut amara = forum.visitor();
    let more = [("role", "ADMIN"), ("standing", "TRUSTED"), ("email", "root@example.org")];
    amara.joins(&posted_link(&forum, "amara").await, &[&ANSWERS[..], &more[..]].concat()).await.is_accepted();
    let viewer = async || amara.asks("{ viewer { role standing email } }", json!({})).await["data"]["viewer"].clone();
    let expected = json!({ "role": "MEMBER", "standing": "NEW", "email": "amara@example.org" });
    assert_eq!(viewer().await, expected);
    let fields = [("role", "ADMIN"), ("standing", "TRUSTED"), ("email", "root@example.org")];
    amara.does("/settings", "Save", &fields).await;
    amara.mutates("updateProfile", json!({ "name": "Amara", "sector": "academia", "role": "ADMIN", "standing": "TRUSTED" })).await;
    assert_eq!(viewer().await, expected);
}

// Profiles

const PROFILE: &str = "pronouns sector { id } organisation region about links { url host }";

fn profile(hidden: &[&str]) -> Value {
    json!({
        "name": "Ada Lovelace", "sector": "philanthropy", "organisation": "Canaryorganisation", "pronouns": "canary/canaries",
        "region": "Canaryregion", "about": "Canaryabout", "links": ["https://canarylinks.example/"], "hidden": hidden
    })
}

/// Parts of a profile, with a word that stands in each.
const PARTS: [(&str, &str); 6] = [
    ("PRONOUNS", "canary/canaries"),
    ("SECTOR", "philanthropy"),
    ("ORGANISATION", "canaryorganisation"),
    ("REGION", "canaryregion"),
    ("ABOUT", "canaryabout"),
    ("LINKS", "canarylinks"),
];

#[tokio::test]
async fn a_profile_is_saved_shown_and_safe() {
    let forum = Forum::open().await;
    let ada = forum.member("ada").await;
    let about = "I **count**.\n\n<script>alert(1)</script><img src=x onerror=alert(1)>\n\n[here](javascript:alert(1))";
    let typed = [
        ("name", "Ada Lovelace"),
        ("pronouns", "she/her"),
        ("sector", "government"),
        ("organisation", "Analytical Society"),
        ("region", "London & <b>elsewhere</b>"),
        ("about", about),
        ("links", "https://www.ada.example/notes\nhttp://engine.example/?x=1&y=2"),
    ];
    ada.does("/settings", "Save", &typed).await.is_accepted();
    let page = ada.opens("/settings").await;
    for (field, value) in typed {
        assert_eq!(page.value_of(field), value, "{field}");
    }
    let page = forum.visitor().opens("/members/ada").await.is(StatusCode::OK);
    for words in [
        "Ada Lovelace",
        "@ada",
        "she/her",
        "Government",
        "Analytical Society",
        "London & <b>elsewhere</b>",
        "I count",
        "ada.example",
        "engine.example",
    ] {
        assert!(page.words().contains(words), "{words} in {}", page.words());
    }
    for text in ["<script>alert", "<img src=x", "javascript:", "<b>elsewhere", "ada@example.org"] {
        assert!(!page.text.contains(text), "{text}");
    }
    let query = format!("{{ member(handle: \"ada\") {{ {PROFILE} hidden aboutSource email }} }}");
    let member = forum.visitor().asks(&query, json!({})).await["data"]["member"].clone();
    assert!(member["about"].as_str().expect("HTML").contains("<strong>count</strong>"), "{member}");
    assert_eq!(each(&member["links"], "url"), ["https://www.ada.example/notes", "http://engine.example/?x=1&y=2"]);
    assert_eq!(each(&member["links"], "host"), ["ada.example", "engine.example"]);
    assert_eq!([&member["hidden"], &member["aboutSource"], &member["email"]], [&Value::Null; 3]);
    assert_eq!(ada.asks("{ viewer { aboutSource } }", json!({})).await["data"]["viewer"]["aboutSource"], about);

    let six: Vec<String> = (0..6).map(|number| format!("https://{number}.example/")).collect();
    for (field, value, refused) in [
        ("links", json!(["javascript:alert(1)"]), "INVALID links.0"),
        ("links", json!(["https://ada.example/", "data:text/html,x"]), "INVALID links.1"),
        ("links", json!(["//ada.example/"]), "INVALID links.0"),
        ("links", json!(["https://ada:secret@ada.example/"]), "INVALID links.0"),
        ("links", json!(["mailto:ada@example.org"]), "INVALID links.0"),
        ("links", json!(six), "TOO_LONG links"),
        ("about", json!("x".repeat(1_001)), "TOO_LONG about"),
        ("about", json!(format!("{}x", ">".repeat(40))), "INVALID about"),
        ("pronouns", json!("x".repeat(41)), "TOO_LONG pronouns"),
        ("region", json!("x".repeat(121)), "TOO_LONG region"),
        ("organisation", json!("a\r\nBcc: x"), "INVALID organisation"),
        ("sector", json!("moon"), "INVALID sector"),
    ] {
        let mut input = profile(&[]);
        input[field] = value;
        assert_eq!(refusals(&ada.mutates("updateProfile", input).await), [refused]);
    }
    let page = ada.does("/settings", "Save", &[("links", "javascript:alert(1)"), ("region", "Paris")]).await;
    let page = page.is(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.error_of("links").contains("Give whole addresses"), "{}", page.words());
    assert_eq!((page.value_of("links"), page.value_of("region")), ("javascript:alert(1)".into(), "Paris".into()));
    assert_eq!(ada.opens("/settings").await.value_of("region"), "London & <b>elsewhere</b>");
}

#[tokio::test]
async fn what_a_member_hides_visitors_find_nowhere_and_members_everywhere() {
    let forum = Forum::open().await;
    let (ada, eve, wren) = (forum.member("ada").await, forum.member("eve").await, forum.visitor());
    let query =
        format!("{{ member(handle: \"ada\") {{ {PROFILE} }} members(filter: {{ query: \"lovelace\" }}) {{ nodes {{ {PROFILE} }} }} }}");
    let reads = async |person: &Person| {
        let page = person.opens("/members/ada").await.is(StatusCode::OK).words().to_lowercase();
        (page, person.asks(&query, json!({})).await["data"].to_string().to_lowercase())
    };
    for (hidden, _) in PARTS {
        assert_eq!(refusals(&ada.mutates("updateProfile", profile(&[hidden])).await), NOTHING);
        let (by_wren, by_eve) = (reads(&wren).await, reads(&eve).await);
        for (part, word) in PARTS {
            assert_eq!((by_wren.0.contains(word), by_wren.1.contains(word)), (part != hidden, part != hidden), "{part}, {hidden} hidden");
            assert!(by_eve.0.contains(word) && by_eve.1.contains(word), "{part}, {hidden} hidden");
        }
    }
    // To search by what is hidden would tell it.
    for (hidden, filter) in [
        ("ORGANISATION", json!({ "query": "canaryorg" })),
        ("SECTOR", json!({ "sector": "philanthropy" })),
        ("DIRECTORY", json!({ "query": "lovelace" })),
        ("DIRECTORY", json!({ "query": "canaryorg", "sector": "philanthropy" })),
    ] {
        for (parts, seen) in [(vec![], vec!["ada"]), (vec![hidden], vec![])] {
            assert_eq!(refusals(&ada.mutates("updateProfile", profile(&parts)).await), NOTHING);
            assert_eq!(finds(&wren, filter.clone()).await, seen, "{filter} {parts:?}");
            assert_eq!(finds(&eve, filter.clone()).await, ["ada"], "{filter} {parts:?}");
        }
    }
    assert_eq!(refusals(&ada.mutates("updateProfile", profile(&["DIRECTORY"])).await), NOTHING);
    wren.opens("/members").await.does_not_show("Lovelace");
    wren.opens("/members/ada").await.is(StatusCode::OK).shows("Ada Lovelace");
    eve.opens("/members").await.shows("Ada Lovelace");

    // What is not said is not changed; what is said by ticking nothing is.
    ada.mutates("updateProfile", json!({ "name": "Ada", "sector": "academia" })).await;
    let hidden = async || ada.asks("{ viewer { hidden } }", json!({})).await["data"]["viewer"]["hidden"].clone();
    assert_eq!(hidden().await, json!(["DIRECTORY"]));
    ada.does("/settings", "Save", &[("hidden", "REGION\nLINKS")]).await.is_accepted();
    assert_eq!(hidden().await, json!(["REGION", "LINKS"]));
    let form = ada.opens("/settings").await;
    let unticked = form.form_that("Save").into_iter().filter(|(name, _)| name != "hidden").collect();
    ada.fills(&form, unticked, &[]).await.is_accepted();
    assert_eq!(hidden().await, json!([]));
}

// The directory

const DIRECTORY: &str = "query Find($filter: MemberFilter, $first: Int, $after: String) {
    members(filter: $filter, first: $first, after: $after) { totalCount nodes { handle } pageInfo { hasNextPage endCursor } } }";

/// The handles of those who are found.
async fn finds(person: &Person, filter: Value) -> Vec<String> {
    let answer = person.asks(DIRECTORY, json!({ "filter": filter })).await;
    let found = &answer["data"]["members"];
    assert_eq!(found["totalCount"], found["nodes"].as_array().unwrap_or_else(|| panic!("{filter}: {answer}")).len());
    each(&found["nodes"], "handle").into_iter().map(String::from).collect()
}

#[tokio::test]
async fn the_directory_is_searched_narrowed_and_paged() {
    let forum = Forum::open().await;
    forum.app.prepare().await.expect("the first topics");
    for (handle, name, sector, organisation, hidden) in [
        ("ramon", "Ramón Vélez", "academia", "Harbour Clinic", json!([])),
        ("zoe", "Zoë Ångström", "government", "City of Zürich", json!([])),
        ("khai", "Nguyễn Thị Minh Khai", "academia", "", json!([])),
        ("lucja", "Łucja Żółć", "government", "Harbour School", json!([])),
        ("alma", "Alma Bright", "philanthropy", "", json!(["DIRECTORY"])),
    ] {
        let input = json!({ "name": name, "sector": sector, "organisation": organisation, "hidden": hidden });
        assert_eq!(refusals(&forum.member(handle).await.mutates("updateProfile", input).await), NOTHING);
    }
    let (zoe, wren) = (forum.signs_in("zoe").await, forum.visitor());
    for (query, sector, found) in [
        ("ramon", "", vec!["ramon"]),
        ("VÉLEZ", "", vec!["ramon"]),
        ("éle", "", vec!["ramon"]),
        ("angstrom zoe", "", vec!["zoe"]),
        ("nguyen khai", "", vec!["khai"]),
        ("łuc", "", vec!["lucja"]),
        ("zurich", "", vec!["zoe"]),
        ("harbour", "", vec!["ramon", "lucja"]),
        ("harbour", "government", vec!["lucja"]),
        ("", "academia", vec!["khai", "ramon"]),
        ("  ", "", vec!["khai", "ramon", "zoe", "lucja"]),
        ("alma", "", vec![]),
        ("", "philanthropy", vec![]),
        ("%", "", vec![]),
        ("_", "", vec![]),
        ("\\", "", vec![]),
        ("' OR 1=1 --", "", vec![]),
        ("library", "", vec![]),
        ("the library", "", vec![]),
        ("", "moon", vec![]),
    ] {
        let filter = json!({ "query": query, "sector": sector });
        assert_eq!(finds(&wren, filter.clone()).await, found, "{filter}");
        let page = wren.opens(&format!("/members?{}", encoded(&[("query", query), ("sector", sector)]))).await.is(StatusCode::OK);
        assert_eq!(page.words().contains("Ramón Vélez"), found.contains(&"ramon"), "{filter}: {}", page.words());
    }
    assert_eq!(finds(&zoe, json!({})).await, ["alma", "khai", "ramon", "zoe", "lucja"]);
    assert_eq!(finds(&zoe, json!({ "sector": "philanthropy" })).await, ["alma"]);

    // Somebody joins before the place where a reader is: the next page begins where the last one ended.
    let reads = async |after: Value| zoe.asks(DIRECTORY, json!({ "first": 2, "after": after })).await["data"]["members"].clone();
    let first = reads(Value::Null).await;
    adds(&forum, "aaron").await;
    let second = reads(first["pageInfo"]["endCursor"].clone()).await;
    let third = reads(second["pageInfo"]["endCursor"].clone()).await;
    let pages = [&first, &second, &third].map(|page| each(&page["nodes"], "handle"));
    assert_eq!(pages, [vec!["alma", "khai"], vec!["ramon", "zoe"], vec!["lucja"]]);
    assert_eq!((&second["pageInfo"]["hasNextPage"], &third["pageInfo"]["hasNextPage"]), (&json!(true), &json!(false)));
    for variables in
        [json!({ "after": "garbage" }), json!({ "first": 101 }), json!({ "first": 0 }), json!({ "filter": { "query": "x".repeat(201) } })]
    {
        assert_eq!(refusals(&zoe.asks(DIRECTORY, variables.clone()).await), ["BAD_REQUEST"], "{variables}");
    }
}

#[tokio::test]
async fn the_community_counts_its_members_by_sector_and_by_month() {
    let forum = Forum::open().await;
    forum.app.prepare().await.expect("the first topics");
    adds(&forum, "ada").await;
    forum.later(Duration::days(29) + Duration::hours(15) - Duration::milliseconds(1));
    adds(&forum, "eve").await;
    forum.later(Duration::milliseconds(1));
    let bob = forum.member("bob").await;
    bob.mutates("updateProfile", json!({ "name": "Bob", "sector": "government" })).await;
    forum.later(Duration::days(61));
    let query = "{ community { figures { members bySector { sector { id } members } growth { month members } } } }";
    let figures = forum.visitor().asks(query, json!({})).await["data"]["community"]["figures"].clone();
    assert_eq!(figures["members"], 3);
    let sectors: Vec<_> =
        figures["bySector"].as_array().expect("a list").iter().map(|it| (it["sector"]["id"].as_str(), it["members"].as_i64())).collect();
    let expected = [("academia", 2), ("community-organisation", 0), ("government", 1), ("philanthropy", 0), ("private-sector", 0)];
    assert_eq!(sectors, expected.map(|(sector, members)| (Some(sector), Some(members))));
    let growth: Vec<_> =
        figures["growth"].as_array().expect("a list").iter().map(|it| (it["month"].as_str(), it["members"].as_i64())).collect();
    let before = ["2025-07", "2025-08", "2025-09", "2025-10", "2025-11", "2025-12", "2026-01", "2026-02"].map(|month| (month, 0));
    let since = [("2026-03", 2), ("2026-04", 3), ("2026-05", 3), ("2026-06", 3)];
    assert_eq!(growth, before.into_iter().chain(since).map(|(month, members)| (Some(month), Some(members))).collect::<Vec<_>>());
    let page = forum.visitor().opens("/about").await.is(StatusCode::OK);
    assert_eq!(page.text.matches("<svg class=\"chart\"").count(), 2, "{}", page.text);
    page.shows("3 members").shows("Academia 2").shows("Government 1").shows("March 2026 2").shows("April 2026 3");
}

// Roles and standing

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
            assert_eq!(cookie(&pressed, "sid"), None);
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

// What visitors write before they say who they are

const RESOURCE: [(&str, &str); 4] =
    [("title", "Night clinic rota"), ("url", "https://rota.example/night"), ("kind", "guide"), ("description", "Who covers which night.")];
const TOPIC: [(&str, &str); 2] = [("name", "Compost at school"), ("description", "What can be done with it.")];
/// What another browser knows of it.
const ELSEWHERE: [(&str, &str); 0] = [];

/// A visitor fills in a form and sends it: what their browser is given to find it again.
async fn keeps(forum: &Forum, path: &str, fields: &[(&str, &str)]) -> String {
    let sent = forum.visitor().submits(path, fields).await.is_accepted();
    assert_eq!(sent.leads_to.as_deref(), Some("/sign-in?done=kept"));
    assert!(sent.header("set-cookie").contains("HttpOnly") && sent.header("set-cookie").contains("Max-Age=86400"));
    forum.visitor().opens("/sign-in?done=kept").await.shows("What you wrote is kept for a day");
    let kept = cookie(&sent, "kept").expect("a secret");
    assert_eq!(kept.len(), 43);
    format!("kept={kept}")
}

#[tokio::test]
async fn what_a_visitor_wrote_is_theirs_once_they_have_said_who_they_are() {
    let forum = Forum::open().await;
    adds(&forum, "ada").await;
    let mut drafts = 0;
    for (path, fields, title) in [("/share", &RESOURCE[..], "Night clinic rota"), ("/topics/suggest", &TOPIC[..], "Compost at school")] {
        for on_another_device in [false, true] {
            let kept = keeps(&forum, path, fields).await;
            assert_eq!(forum.count("submission").await, drafts);
            let here = [("cookie", kept.as_str())];
            let asks = [("action", "Request"), ("email", "ada@example.org")];
            posts(&forum.visitor(), "/sign-in", &here, &asks).await.is_accepted();
            let (_, link) = letter(&forum, "ada").await;
            let browser = if on_another_device { &ELSEWHERE[..] } else { &here[..] };
            let pressed = posts(&forum.visitor(), &link, browser, &[]).await.is_accepted();
            drafts += 1;
            assert_eq!(forum.count("submission WHERE state = 'DRAFT'").await, drafts);
            let ada = holding(&forum, &cookie(&pressed, "sid").expect("a session"));
            let draft = pressed.leads_to.clone().expect("its page");
            assert!(draft.starts_with("/submissions/"), "{draft}");
            ada.opens(&draft).await.shows("Draft").shows(title);
            if !on_another_device {
                assert_eq!(cookie(&pressed, "kept").as_deref(), Some(""), "the browser forgets it");
            }
            // Once: neither the same browser nor another gets it again.
            for browser in [&here[..], &ELSEWHERE[..]] {
                let again = posts(&forum.visitor(), &handed_link(&forum, "ada").await, browser, &[]).await.is_accepted();
                assert_eq!(again.leads_to.as_deref(), Some("/?done=signed-in"));
            }
        }
    }
    assert_eq!((forum.count("submission").await, forum.count("kept_form").await), (4, 0));
    forum.verifies().await;
}

#[tokio::test]
async fn it_waits_in_one_browser_for_a_day() {
    let forum = Forum::open().await;
    adds(&forum, "ada").await;
    let kept = keeps(&forum, "/share", &RESOURCE).await;
    // Somebody else signs in meanwhile, in a browser of their own.
    for browser in [&ELSEWHERE[..], &[("cookie", "kept=garbage")], &[("cookie", "kept=")]] {
        let other = posts(&forum.visitor(), &handed_link(&forum, "ada").await, browser, &[]).await.is_accepted();
        assert_eq!(other.leads_to.as_deref(), Some("/?done=signed-in"));
    }
    assert_eq!((forum.count("submission").await, forum.count("kept_form").await), (0, 1));
    // Any way in will do, from the browser that holds it.
    let here = [("cookie", kept.as_str())];
    let pressed = posts(&forum.visitor(), &handed_link(&forum, "ada").await, &here, &[]).await.is_accepted();
    assert!(pressed.leads_to.is_some_and(|to| to.starts_with("/submissions/")));

    let kept = keeps(&forum, "/topics/suggest", &TOPIC).await;
    forum.later(Duration::hours(24));
    let pressed = posts(&forum.visitor(), &handed_link(&forum, "ada").await, &[("cookie", kept.as_str())], &[]).await.is_accepted();
    assert_eq!(pressed.leads_to.as_deref(), Some("/?done=signed-in"));
    forum.later(Duration::seconds(1));
    forum.app.sweep().await.expect("swept");
    assert_eq!((forum.count("submission").await, forum.count("kept_form").await), (1, 0));
}

#[tokio::test]
async fn a_newcomer_finds_what_they_wrote_and_mends_what_does_not_pass() {
    let forum = Forum::open().await;
    let typed: Vec<_> = RESOURCE.iter().map(|(name, value)| (*name, if *name == "url" { "no address" } else { *value })).collect();
    let kept = keeps(&forum, "/share", &typed).await;
    let here = [("cookie", kept.as_str())];
    posts(&forum.visitor(), "/join", &here, &[("action", "Request"), ("email", "amara@example.org")]).await.is_accepted();
    let (_, link) = letter(&forum, "amara").await;
    posts(&forum.visitor(), &link, &here, &answers("handle", "")).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(forum.count("kept_form").await, 1, "a refusal spends nothing");

    let page = posts(&forum.visitor(), &link, &here, &ANSWERS).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    let amara = holding(&forum, &cookie(&page, "sid").expect("a session"));
    assert!(page.error_of("url").contains("Give the whole address") && page.value_of("title") == "Night clinic rota", "{}", page.words());
    let page = Page { path: "/share".to_owned(), ..page };
    let mended = amara.fills(&page, page.form_that("Submit"), &[("url", "https://rota.example/night")]).await.is_accepted();
    amara.opens(&mended.leads_to.expect("its page")).await.shows("Night clinic rota");
    assert_eq!(forum.count("submission").await, 1);
}
