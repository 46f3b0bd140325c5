//! The header fields of every answer, as SECURITY says in section 5: for both schemes, on every route, for everybody, whatever happens.

use std::collections::BTreeSet;

use poem::http::{Method, StatusCode};
use scraper::{Html, Selector};
use sea_orm_migration::sea_orm::ConnectionTrait;
use serde_json::json;
use url::form_urlencoded;

use super::{EVIL, FORM, House, JSON, NAME, Route, SIDE_DOORS, World, asking, codes, json_of, nowhere, posts, routes};
use crate::{
    harness::{Forum, ORIGIN, Page, Person, fresh_database, resource, web},
    provider::Provider,
    races::{Server, lyceum},
};

const HTTPS: &str = "https://library.example";
const HSTS: &str = "max-age=63072000; includeSubDomains";
/// What a page may load and where its forms may lead; over https it is also told to ask for nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; \
    manifest-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-src 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types preview; report-to csp";
const PERMISSIONS: &str = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()";
/// What no answer carries.
const ABSENT: [&str; 3] = ["server", "x-powered-by", "x-xss-protection"];

/// The parts of a policy: their order means nothing, and none stands there twice.
fn directives(policy: &str) -> Vec<&str> {
    let mut all: Vec<&str> = policy.split(';').map(str::trim).filter(|directive| !directive.is_empty()).collect();
    all.sort_unstable();
    all
}

/// What an answer is, for which its headers are.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Page,
    Feed,
    Door,
    Asset,
    /// For programs that look whether this one is there, and without anything to read.
    Plain,
}

/// Whether an address is a secret; nobody has said so of those that only look like one.
#[derive(Clone, Copy, PartialEq)]
enum Secret {
    Yes,
    No,
    Unsaid,
}

impl Secret {
    fn of(path: &str) -> Secret {
        match ["/sign-in/", "/letters/stop/", "/settings/address/", "/settings/data/"].iter().any(|secret| path.starts_with(secret)) {
            true => Secret::Unsaid,
            false => Secret::No,
        }
    }
}

/// Who asked for something, and how.
struct Asked {
    is_secure: bool,
    is_signed_in: bool,
    secret: Secret,
}

impl Asked {
    fn kind(page: &Page) -> Kind {
        let path = page.path.split('?').next().unwrap_or("");
        let is = |kind: &str| page.header("content-type").starts_with(kind);
        match path {
            "/graphql" => Kind::Door,
            "/healthz" | "/readyz" | "/csp-report" if !is("text/html") => Kind::Plain,
            _ if path.starts_with("/assets/") && page.status == StatusCode::OK => Kind::Asset,
            _ if is("application/atom+xml") => Kind::Feed,
            _ => Kind::Page,
        }
    }

    /// What is wrong with the headers of an answer, one line each.
    fn complaints(&self, page: &Page) -> Vec<String> {
        let mut wrong = Vec::new();
        let said = |name: &str| page.headers.get_all(name).iter().map(|value| value.to_str().unwrap_or("?")).collect::<Vec<_>>();
        let mut is = |name: &str, wanted: &[&str]| {
            if said(name) != wanted {
                wrong.push(format!("{name} is {:?}, not {wanted:?}", said(name)));
            }
        };
        is("x-content-type-options", &["nosniff"]);
        is("cross-origin-resource-policy", &["same-origin"]);
        is("strict-transport-security", if self.is_secure { &[HSTS] } else { &[] });
        ABSENT.iter().for_each(|name| is(name, &[]));
        let (kind, is_redirection) = (Asked::kind(page), page.status.is_redirection());
        let policy = match kind {
            Kind::Page if self.is_secure => format!("{POLICY}; upgrade-insecure-requests"),
            Kind::Page => POLICY.to_owned(),
            Kind::Feed => "default-src 'none'; sandbox".to_owned(),
            Kind::Door => "default-src 'none'; frame-ancestors 'none'".to_owned(),
            Kind::Asset | Kind::Plain => String::new(),
        };
        if kind == Kind::Page {
            is("x-frame-options", &["DENY"]);
            is("permissions-policy", &[PERMISSIONS]);
            is("cross-origin-opener-policy", &["same-origin"]);
            if !is_redirection {
                is("content-type", &["text/html; charset=utf-8"]);
                is("reporting-endpoints", &["csp=\"/csp-report\""]);
            }
            if self.secret != Secret::Unsaid {
                is("referrer-policy", &[if self.secret == Secret::Yes { "same-origin" } else { "strict-origin-when-cross-origin" }]);
            }
        }
        if kind == Kind::Feed {
            is("content-type", &["application/atom+xml; charset=utf-8"]);
        }
        // What others may not see is kept nowhere; what a stranger sees is asked for again, each time.
        let is_fresh = self.is_signed_in || page.status != StatusCode::OK || self.secret == Secret::Yes;
        match kind {
            Kind::Door => is("cache-control", &["no-store"]),
            Kind::Asset => {
                is("cache-control", &["public, max-age=31536000, immutable"]);
                is("set-cookie", &[]);
            }
            Kind::Plain => {}
            Kind::Page | Kind::Feed if is_fresh => {
                is("cache-control", &["no-store"]);
                is("etag", &[]);
            }
            Kind::Page | Kind::Feed if self.secret == Secret::No => {
                is("cache-control", &["no-cache"]);
                is("vary", &["Cookie, Accept-Language, Accept-Encoding"]);
            }
            Kind::Page | Kind::Feed => {}
        }
        if !policy.is_empty() {
            let policies = said("content-security-policy");
            if policies.len() != 1 || directives(policies[0]) != directives(&policy) {
                wrong.push(format!("the policy is {policies:?}, not {policy}"));
            }
        }
        let vary: BTreeSet<&str> = page.header("vary").split(',').map(str::trim).collect();
        if kind == Kind::Door {
            if !["Origin", "Sec-Fetch-Site", "Cookie"].iter().all(|name| vary.contains(name)) {
                wrong.push(format!("vary is {vary:?}"));
            }
            if !["application/json; charset=utf-8", "application/graphql-response+json; charset=utf-8"]
                .contains(&page.header("content-type"))
            {
                wrong.push(format!("content-type is {}", page.header("content-type")));
            }
        }
        let is_tagged = page.header("etag").starts_with("W/\"") && page.header("etag").ends_with('"');
        if matches!(kind, Kind::Page) && !is_fresh && self.secret == Secret::No && !is_tagged {
            wrong.push(format!("the tag is {:?}", page.header("etag")));
        }
        if page.status == StatusCode::METHOD_NOT_ALLOWED && page.header("allow").is_empty() {
            wrong.push("nobody is told which methods there are".to_owned());
        }
        if matches!(page.status.as_u16(), 429 | 503) && page.header("retry-after").parse::<u64>().is_err() {
            wrong.push("nobody is told when to come back".to_owned());
        }
        wrong
            .extend(page.headers.keys().filter(|name| name.as_str().starts_with("access-control-")).map(|name| format!("{name} is there")));
        wrong
    }
}

/// What was tried so far: which statuses everybody has seen, and what was wrong.
struct Round<'a> {
    house: House,
    world: &'a World,
    seen: BTreeSet<(&'static str, u16)>,
    wrong: Vec<String>,
}

/// Everybody of the round.
const PEOPLE: [&str; 3] = ["visitor", "member", "moderator"];

impl Round<'_> {
    fn person(&self, who: &str) -> Person {
        match who {
            "member" => self.world.ada.clone(),
            "moderator" => self.world.grace.clone(),
            _ => self.world.forum.visitor(),
        }
    }

    async fn tries(&mut self, who: &'static str, method: Method, path: &str, secret: Secret, kind: &str, body: impl Into<Vec<u8>>) -> Page {
        let mut headers = vec![("origin", self.house.base)];
        headers.extend((!kind.is_empty()).then_some(("content-type", kind)));
        let page = self.house.sends(&self.person(who), method.clone(), path, &headers, body).await;
        let asked = Asked { is_secure: self.house.is_secure(), is_signed_in: who != "visitor", secret };
        self.seen.insert((who, page.status.as_u16()));
        self.wrong
            .extend(asked.complaints(&page).into_iter().map(|wrong| format!("{method} {path} for a {who}, {}: {wrong}", page.status)));
        page
    }

    /// A route of the site with its own address, and what it is called there.
    async fn tries_page(&mut self, route: &Route) {
        let address = self.world.address(&route.path);
        let secret = if route.is_secret { Secret::Yes } else { Secret::of(&address) };
        for who in PEOPLE {
            self.tries(who, Method::GET, &address, secret, "", "").await;
        }
        if let Some(nowhere) = nowhere(&route.path) {
            self.tries("visitor", Method::GET, &nowhere, secret, "", "").await;
            self.tries("member", Method::GET, &nowhere, secret, "", "").await;
        }
        for who in ["visitor", "member"] {
            self.tries(who, Method::PUT, &address, secret, "", "").await.is(StatusCode::METHOD_NOT_ALLOWED);
            self.tries(who, Method::POST, &address, secret, FORM.1, vec![b'x'; 1024 * 1024 + 1]).await.is(StatusCode::PAYLOAD_TOO_LARGE);
            self.tries(who, Method::POST, &address, secret, "text/plain", "title=Rota").await.is(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        }
    }

    async fn tries_side_doors(&mut self) {
        let query = asking(NAME);
        for who in PEOPLE {
            for (path, _) in SIDE_DOORS {
                for method in [Method::GET, Method::PUT, Method::POST] {
                    let kind = if path == "/graphql" { JSON.1 } else { "" };
                    self.tries(who, method, path, Secret::No, kind, "").await;
                }
            }
            for path in ["/nothing-here", "/assets/nothing.css", "/assets", "/assets/", "/.git/config"] {
                self.tries(who, Method::GET, path, Secret::No, "", "").await.is(StatusCode::NOT_FOUND);
            }
            self.tries(who, Method::POST, "/assets/nothing.css", Secret::No, "", "").await.is(StatusCode::METHOD_NOT_ALLOWED);
            self.tries(who, Method::GET, &format!("/about?x={}", "x".repeat(9_000)), Secret::No, "", "").await.is(StatusCode::URI_TOO_LONG);
            for (kind, body, status) in [
                (JSON.1, query.clone(), StatusCode::OK),
                (JSON.1, "[]".to_owned(), StatusCode::BAD_REQUEST),
                ("text/plain", query.clone(), StatusCode::UNSUPPORTED_MEDIA_TYPE),
                (JSON.1, "x".repeat(65 * 1024), StatusCode::PAYLOAD_TOO_LARGE),
            ] {
                self.tries(who, Method::POST, "/graphql", Secret::No, kind, body).await.is(status);
            }
            for (email, status) in [("nonsense", StatusCode::UNPROCESSABLE_ENTITY), ("somebody@example.org", StatusCode::SEE_OTHER)] {
                let token = self.house.sends(&self.person(who), Method::GET, "/settings", &[], "").await.value_of("token");
                let fields = [("token", token.as_str()), ("action", "Request"), ("email", email)];
                let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
                self.tries(who, Method::POST, "/sign-in", Secret::No, FORM.1, form).await.is(status);
            }
            // A form from another session, a form from another site, a page that is not for oneself.
            self.tries(who, Method::POST, "/sign-out", Secret::No, FORM.1, "token=another").await;
            let foreign = self.house.sends(&self.person(who), Method::POST, "/share", &[FORM, EVIL], "title=Rota").await;
            let asked = Asked { is_secure: self.house.is_secure(), is_signed_in: who != "visitor", secret: Secret::No };
            self.wrong.extend(asked.complaints(&foreign).into_iter().map(|wrong| format!("a foreign form of a {who}: {wrong}")));
            foreign.is(StatusCode::FORBIDDEN);
        }
        for path in assets(&self.house.sends(&self.world.forum.visitor(), Method::GET, "/", &[], "").await) {
            for who in PEOPLE {
                self.tries(who, Method::GET, &path, Secret::No, "", "").await.is(StatusCode::OK);
                self.tries(who, Method::HEAD, &path, Secret::No, "", "").await.is(StatusCode::OK);
            }
        }
    }

    /// Once more, when the database cannot answer.
    async fn tries_broken(&mut self) {
        for route in &routes() {
            let address = self.world.address(&route.path);
            let secret = if route.is_secret { Secret::Yes } else { Secret::of(&address) };
            for who in PEOPLE {
                self.tries(who, Method::GET, &address, secret, "", "").await;
            }
        }
        for who in PEOPLE {
            self.tries(who, Method::POST, "/graphql", Secret::No, JSON.1, asking("{ library { totalCount } }")).await;
            self.tries(who, Method::GET, "/readyz", Secret::No, "", "").await;
        }
    }
}

/// What a page loads from here.
fn assets(page: &Page) -> BTreeSet<String> {
    let document = Html::parse_document(&page.text);
    let all = Selector::parse("link[href], use[href], script[src], img[src]").expect("a selector");
    let addresses = document.select(&all).filter_map(|element| element.attr("href").or(element.attr("src")));
    addresses.filter(|address| address.starts_with("/assets/")).map(|address| address.split('#').next().unwrap_or("").to_owned()).collect()
}

async fn every_answer_carries_its_headers(base: &'static str) {
    let world = World::open().await;
    let mut round = Round { house: House::at(base, &world.forum), world: &world, seen: BTreeSet::new(), wrong: Vec::new() };
    for route in routes() {
        round.tries_page(&route).await;
    }
    round.tries_side_doors().await;
    for gone in ["resource", "topic", "comment", "session"] {
        world.forum.tables().execute_unprepared(&format!("ALTER TABLE {gone} RENAME TO {gone}_gone")).await.expect("broken");
    }
    round.tries_broken().await;
    let statuses = [200, 303, 404, 405, 413, 415, 422, 500];
    let missing: Vec<_> =
        PEOPLE.into_iter().flat_map(|who| statuses.map(|status| (who, status))).filter(|seen| !round.seen.contains(seen)).collect();
    assert!(missing.is_empty(), "nobody has tried {missing:?}");
    assert!(round.wrong.is_empty(), "{} answers are not as they should be:\n{}", round.wrong.len(), round.wrong.join("\n"));
}

#[tokio::test]
async fn every_answer_over_http_carries_its_headers() {
    every_answer_carries_its_headers(ORIGIN).await;
}

#[tokio::test]
async fn every_answer_over_https_carries_its_headers() {
    every_answer_carries_its_headers(HTTPS).await;
}

#[tokio::test]
async fn what_a_stranger_has_seen_is_sent_again_when_it_has_changed() {
    let World { forum, ada, grace, .. } = World::open().await;
    let visitor = forum.visitor();
    let get = async |person: &Person, path: &str, tag: &str| {
        let headers: &[_] = if tag.is_empty() { &[] } else { &[("if-none-match", tag)] };
        person.sends(Method::GET, path, headers, "").await
    };
    let tag_of = |page: &Page| page.header("etag").to_owned();
    let first = get(&visitor, "/library", "").await.is(StatusCode::OK);
    let tag = tag_of(&first);
    assert!(tag.starts_with("W/\""), "{tag}");
    assert_ne!(tag, tag_of(&get(&visitor, "/topics", "").await), "another page has another");
    assert_eq!(tag, tag_of(&get(&visitor, "/library", "\"something else\"").await.is(StatusCode::OK)));
    for known in [tag.clone(), format!("\"x\", {tag}"), format!("{tag} , W/\"y\"")] {
        let same = get(&visitor, "/library", &known).await;
        assert_eq!((same.status, same.text.as_str(), tag_of(&same)), (StatusCode::NOT_MODIFIED, "", tag.clone()), "{known}");
        for name in ["cache-control", "vary", "content-security-policy", "x-content-type-options"] {
            assert_eq!(same.header(name), first.header(name), "{known}: {name}");
        }
    }
    // A head says of a page what the page says of itself.
    let head = visitor.sends(Method::HEAD, "/library", &[], "").await;
    assert_eq!((head.status, head.text.as_str(), tag_of(&head)), (StatusCode::OK, "", tag.clone()));
    // Whoever is signed in sees a page of their own, whatever they say they know.
    let own = get(&ada, "/library", &tag).await.is(StatusCode::OK);
    assert_eq!((own.header("cache-control"), own.header("etag")), ("no-store", ""));
    for path in ["/nothing-here", "/sign-in/never-was", "/submissions"] {
        assert_eq!(get(&visitor, path, "*").await.header("etag"), "", "{path}");
    }
    grace.approves(&ada.shares("Bread").await).await;
    let changed = get(&visitor, "/library", &tag).await.is(StatusCode::OK).shows("Bread");
    assert_ne!(tag_of(&changed), tag);
}

/// Each cookie that an answer gives: its name, its value, and what stands beside it.
fn cookies(page: &Page) -> Vec<(String, String, BTreeSet<String>)> {
    let one = |value: &str| {
        let mut parts = value.split(';').map(str::trim);
        let (name, value) = parts.next()?.split_once('=')?;
        Some((name.to_owned(), value.to_owned(), parts.map(str::to_owned).collect()))
    };
    page.headers.get_all("set-cookie").iter().filter_map(|value| one(value.to_str().ok()?)).collect()
}

/// The one cookie of this name is a secret of 256 bits, or gone, and no script, no other site and no plain connection ever sees it.
#[track_caller]
fn gives(page: &Page, name: &str, seconds: u64, is_secure: bool) -> String {
    let all: Vec<_> = cookies(page).into_iter().filter(|(known, ..)| known == name).collect();
    let [(_, value, flags)] = &all[..] else { panic!("one cookie {name}, not {:?}", cookies(page)) };
    let mut wanted = BTreeSet::from(["Path=/".to_owned(), "HttpOnly".to_owned(), "SameSite=Lax".to_owned(), format!("Max-Age={seconds}")]);
    wanted.extend(is_secure.then(|| "Secure".to_owned()));
    assert_eq!(*flags, wanted, "{name}");
    let is_secret = value.len() == 43 && value.chars().all(|character| character.is_ascii_alphanumeric() || "-_".contains(character));
    assert!(if seconds == 0 { value.is_empty() } else { is_secret }, "{name}={value}");
    value.clone()
}

#[tokio::test]
async fn cookies_belong_to_this_site_alone() {
    let campus = Provider::opens().await;
    let forum = Provider::forum(&[("campus", &campus)]).await;
    forum.member("ada").await;
    for base in [ORIGIN, HTTPS] {
        let (house, visitor) = (House::at(base, &forum), forum.visitor());
        let is_secure = house.is_secure();
        let name = |short: &str| if is_secure { format!("__Host-{short}") } else { short.to_owned() };
        let post = async |person: &Person, path: &str, body: String| {
            house.sends(person, Method::POST, path, &[FORM, ("origin", base)], body).await
        };

        let link = forum.app.sign_in_link("ada").await.expect("an answer").expect("a member");
        let path = link.strip_prefix(ORIGIN).expect("a link of this site");
        let opened = house.sends(&visitor, Method::GET, path, &[], "").await.is(StatusCode::OK);
        assert!(cookies(&opened).is_empty(), "looking at a link begins nothing");
        let pressed = post(&visitor, path, "x=y".to_owned()).await.is_accepted();
        let mut ada = forum.visitor();
        ada.cookie = Some(gives(&pressed, &name("sid"), 14 * 24 * 60 * 60, is_secure));
        assert_eq!(cookies(&pressed).len(), 1);
        let who = house.sends(&ada, Method::POST, "/graphql", &[JSON, ("origin", base)], asking("{ viewer { handle } }")).await;
        assert_eq!((&json_of(&who)["data"]["viewer"]["handle"], cookies(&who)), (&json!("ada"), Vec::new()));

        // A cookie of a weaker name could have been set by anybody on the way.
        let weaker = format!("{}={}", if is_secure { "sid" } else { "__Host-sid" }, ada.cookie.as_deref().unwrap_or(""));
        let nobody = house.sends(&visitor, Method::POST, "/graphql", &[JSON, ("cookie", &weaker)], asking("{ viewer { handle } }")).await;
        assert!(json_of(&nobody)["data"]["viewer"].is_null(), "{base}: {}", nobody.text);

        let begun = house.sends(&visitor, Method::GET, "/sign-in/campus", &[], "").await.is(StatusCode::SEE_OTHER);
        gives(&begun, &name("pre"), 10 * 60, is_secure);
        let rota = resource("Rota");
        let fields = ["title", "url", "kind", "description"].map(|field| (field, rota[field].as_str().unwrap_or("")));
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).append_pair("action", "Submit").finish();
        let kept = post(&visitor, "/share", form).await.is_accepted();
        gives(&kept, &name("kept"), 24 * 60 * 60, is_secure);

        let token = house.sends(&ada, Method::GET, "/settings", &[], "").await.value_of("token");
        let wrong = post(&ada, "/sign-out", "token=another".to_owned()).await.is(StatusCode::FORBIDDEN);
        assert!(wrong.header("clear-site-data").is_empty() && cookies(&wrong).is_empty(), "{:?}", wrong.headers);
        let out = post(&ada, "/sign-out", format!("token={token}")).await.is_accepted();
        assert_eq!(out.header("clear-site-data"), "\"cache\", \"cookies\", \"storage\"");
        gives(&out, &name("sid"), 0, is_secure);
        assert_eq!(house.sends(&ada, Method::GET, "/settings", &[], "").await.status, StatusCode::SEE_OTHER, "the session is over");
    }
}

/// Browsers say what a page's policy has stopped. That costs little, and fills no log.
#[tokio::test]
async fn reports_of_broken_policies_are_short_and_few() {
    let forum = Forum::open().await;
    let visitor = forum.visitor();
    let report = json!([{ "type": "csp-violation", "age": 1, "url": ORIGIN, "body": { "blockedURL": "inline" } }]).to_string();
    let old = json!({ "csp-report": { "document-uri": ORIGIN, "violated-directive": "script-src" } }).to_string();
    for (kind, body) in [("application/reports+json", report.as_str()), ("application/csp-report", &old)] {
        for person in [&visitor, &forum.member(if kind.contains("reports") { "ada" } else { "ben" }).await] {
            let taken = person.sends(Method::POST, "/csp-report", &[("content-type", kind), ("origin", ORIGIN)], body).await;
            assert_eq!((taken.status, taken.text.as_str()), (StatusCode::NO_CONTENT, ""), "{kind}");
        }
        let whole = visitor.sends(Method::POST, "/csp-report", &[("content-type", kind)], vec![b' '; 4 * 1024]).await;
        assert_eq!(whole.status, StatusCode::NO_CONTENT);
        visitor
            .sends(Method::POST, "/csp-report", &[("content-type", kind)], vec![b' '; 4 * 1024 + 1])
            .await
            .is(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let asked = visitor.sends(Method::GET, "/csp-report", &[], "").await.is(StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(asked.header("allow"), "POST");

    // Who sends them is known by their address, so this needs a network.
    let folder = tempfile::tempdir().expect("a folder");
    let url = fresh_database(folder.path()).await;
    let mut command = lyceum(&url, folder.path());
    command.env("LYCEUM_RATE_LIMITS", "on");
    let server = Server::start_with(command).await;
    let client = web().build().expect("a client");
    let mut statuses = Vec::new();
    for _ in 0..12 {
        let request = client.post(format!("{}/csp-report", server.origin)).header("content-type", "application/reports+json");
        let answer = request.body(report.clone()).send().await.expect("an answer");
        let waits = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        assert_eq!(waits.is_some(), answer.status() == StatusCode::TOO_MANY_REQUESTS, "{:?}", answer.headers());
        statuses.push(answer.status().as_u16());
    }
    assert_eq!(statuses, [[204_u16; 10].as_slice(), &[429; 2]].concat());
    // Nobody else's requests are held up by that.
    assert_eq!(client.get(format!("{}/about", server.origin)).send().await.expect("an answer").status(), StatusCode::OK);
}

#[tokio::test]
async fn a_foreign_host_and_a_foreign_cookie_are_answered_with_the_same_headers() {
    let forum = Forum::open().await;
    let asked = Asked { is_secure: false, is_signed_in: false, secret: Secret::No };
    let page = forum.visitor().sends(Method::GET, "/library", &[("host", "evil.example")], "").await.is(StatusCode::MISDIRECTED_REQUEST);
    assert_eq!(asked.complaints(&page), Vec::<String>::new());
    let door = posts(&forum.visitor(), &[("host", "evil.example")], asking(NAME)).await.is(StatusCode::MISDIRECTED_REQUEST);
    assert_eq!((asked.complaints(&door), codes(&door)), (Vec::new(), vec!["BAD_REQUEST".to_owned()]));
    // A session that nobody knows is no session, and nobody keeps what was shown to it.
    let mut eve = forum.visitor();
    eve.cookie = Some("A".repeat(43));
    let asked = Asked { is_signed_in: true, ..asked };
    assert_eq!(asked.complaints(&eve.opens("/library").await.is(StatusCode::OK)), Vec::<String>::new());
    let token = [("authorization", "Bearer nobodys")];
    let refused = posts(&forum.visitor(), &token, asking(NAME)).await.is(StatusCode::UNAUTHORIZED);
    assert_eq!((asked.complaints(&refused), codes(&refused)), (Vec::new(), vec!["UNAUTHENTICATED".to_owned()]));
}
