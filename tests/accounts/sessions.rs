//! Sessions: where one is signed in, the links that begin one, and who guesses.

use super::*;

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
        browsers.push(holding(&forum, &pressed.cookie("sid").expect("a session")));
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
    assert_eq!(ada.sends(Method::GET, "/settings", &[], "").await.cookie("sid"), None, "not before");
    forum.later(Duration::hours(1));
    let page = ada.sends(Method::GET, "/settings", &[], "").await.is(StatusCode::OK);
    let renewed = holding(&forum, &page.cookie("sid").expect("a new secret"));
    assert_ne!(renewed.cookie, ada.cookie);
    for words in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age="] {
        assert!(page.header("set-cookie").contains(words), "{}", page.header("set-cookie"));
    }
    renewed.fills(&form, form.form_that("Save"), &[("name", "Ada Lovelace")]).await.is_accepted();

    forum.later(Duration::seconds(59));
    let page = ada.sends(Method::GET, "/settings", &[], "").await.is(StatusCode::OK).shows("@ada");
    assert_eq!(page.cookie("sid"), None, "who holds only the old one gets no new one");
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
        if let Some(secret) = page.cookie("sid") {
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
            secrets.extend(request.await.expect("an answer").cookie("sid"));
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
    let mut command = lyceum(&url, folder.path());
    command.env("LYCEUM_RATE_LIMITS", "on");
    let server = Server::start_with(command).await;
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
    command.env("LYCEUM_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8").env("LYCEUM_RATE_LIMITS", "on");
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
