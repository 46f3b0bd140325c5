//! What stands around the forum: caches, hosts, logs, files that are not there, and methods that nobody has.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::Child,
    time::Duration,
};

use poem::{
    Endpoint, Request,
    http::{Method, StatusCode},
};
use reqwest::Client;
use scraper::{Html, Selector};
use sea_orm_migration::sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use server::Database;
use url::Url;

use super::{FORM, House, NAME, SIDE_DOORS, World, asking, codes, is_id, posts, routes};
use crate::{
    harness::{Forum, ORIGIN, Page, fresh_database, web},
    races::{free_port, lyceum},
};

/// What a stranger may say of themselves, and what caches and proxies elsewhere have believed.
const ODD: [(&str, &str); 22] = [
    ("x-forwarded-host", "evil.example"),
    ("x-forwarded-server", "evil.example"),
    ("x-forwarded-proto", "https"),
    ("x-forwarded-port", "81"),
    ("x-forwarded-prefix", "/evil"),
    ("x-forwarded-for", "203.0.113.9"),
    ("forwarded", "host=evil.example;proto=https"),
    ("x-host", "evil.example"),
    ("x-original-url", "/desk"),
    ("x-rewrite-url", "/desk"),
    ("x-http-method-override", "DELETE"),
    ("x-requested-with", "XMLHttpRequest"),
    ("accept", "application/json"),
    ("accept", "*/*;q=0.1"),
    ("range", "bytes=0-9"),
    ("referer", "https://evil.example/"),
    ("origin", "https://evil.example"),
    ("user-agent", "<script>alert(1)</script>"),
    ("cookie", "theme=dark; lang=xx"),
    ("cookie", "sid="),
    ("content-type", "application/json"),
    ("purpose", "prefetch"),
];

#[tokio::test]
async fn nothing_that_a_stranger_says_changes_what_is_shown_to_others() {
    let World { forum, ada, grace, .. } = World::open().await;
    let visitor = forum.visitor();
    let headers =
        |page: &Page| ["content-type", "cache-control", "vary", "etag", "location", "set-cookie"].map(|name| page.header(name).to_owned());
    for path in ["/library", "/", "/resources/rota", "/decisions.atom"] {
        let plain = visitor.sends(Method::GET, path, &[], "").await.is(StatusCode::OK);
        for (number, header) in ODD.into_iter().enumerate() {
            // Somebody who is shown more looks in between.
            let own = [&grace, &ada][number % 2].sends(Method::GET, path, &[header], "").await;
            assert_eq!((own.header("cache-control"), own.header("etag")), ("no-store", ""), "{path} {header:?}");
            assert!(own.text != plain.text || path.ends_with(".atom"), "{path}: a page of one's own");
            let page = visitor.sends(Method::GET, path, &[header], "").await;
            assert_eq!((page.status, &page.text, headers(&page)), (plain.status, &plain.text, headers(&plain)), "{path} {header:?}");
        }
    }
    // What was not found for one is not kept for another either.
    for (path, status) in [("/desk", StatusCode::SEE_OTHER), ("/nothing-here", StatusCode::NOT_FOUND)] {
        for header in ODD {
            let page = visitor.sends(Method::GET, path, &[header], "").await.is(status);
            assert_eq!(page.header("cache-control"), "no-store", "{path} {header:?}");
            assert!(page.leads_to.as_deref().is_none_or(|to| to.starts_with("/sign-in?")), "{:?}", page.leads_to);
        }
    }
}

#[tokio::test]
async fn nobody_chooses_the_host_that_pages_and_letters_name() {
    let forum = Forum::open().await;
    forum.member("ada").await;
    let visitor = forum.visitor();
    let ask = "action=Request&email=ada%40example.org";
    let post = async |headers: &[(&str, &str)]| visitor.sends(Method::POST, "/sign-in", &[&[FORM][..], headers].concat(), ask).await;
    for host in [
        "evil.example",
        "evil.example:8000",
        "127.0.0.1:8000.evil.example",
        "127.0.0.1.evil.example:8000",
        "127.0.0.1:8000@evil.example",
        "10.0.0.1:8000",
    ] {
        let header = [("host", host)];
        for path in ["/", "/library", "/sign-in", "/nothing-here", "/decisions.atom"] {
            let page = visitor.sends(Method::GET, path, &header, "").await.is(StatusCode::MISDIRECTED_REQUEST);
            assert!(page.header("cache-control") == "no-store" && !page.text.contains("evil"), "{host} {path}: {}", page.text);
        }
        posts(&visitor, &header, asking(NAME)).await.is(StatusCode::MISDIRECTED_REQUEST).does_not_show("evil");
        post(&header).await.is(StatusCode::MISDIRECTED_REQUEST);
        // Whoever watches over the process calls it as they like.
        for path in ["/healthz", "/readyz"] {
            visitor.sends(Method::GET, path, &header, "").await.is(StatusCode::OK);
        }
    }
    visitor.sends(Method::GET, "http://evil.example/library", &[], "").await.is(StatusCode::MISDIRECTED_REQUEST);
    assert!(forum.letters().await.iter().all(|letter| !letter.contains("/sign-in/")));
    // On this machine its three names are one; a program may name none.
    for host in ["127.0.0.1:8000", "localhost:8000", "LOCALHOST:8000", "[::1]:8000", ""] {
        let header = [("host", host)];
        let header: &[_] = if host.is_empty() { &[] } else { &header };
        visitor.sends(Method::GET, "/library", header, "").await.is(StatusCode::OK);
    }
    post(&[("host", "localhost:8000"), ("x-forwarded-host", "evil.example"), ("x-forwarded-proto", "https")]).await.is_accepted();
    let letter = forum.letters_to("ada").await.pop().expect("a letter");
    assert!(letter.contains(&format!("{ORIGIN}/sign-in/")) && !letter.contains("evil"), "{letter}");

    let house = House::at("https://library.example", &forum);
    house.sends(&visitor, Method::GET, "/library", &[], "").await.is(StatusCode::OK);
    for host in ["127.0.0.1:8000", "library.example.evil.example", "library.example:8000"] {
        let request = Request::builder().uri("/library".parse().expect("a path")).header("host", host).finish();
        assert_eq!(house.endpoint.get_response(request).await.status(), StatusCode::MISDIRECTED_REQUEST, "{host}");
    }
}

#[tokio::test]
async fn what_is_no_page_is_not_there() {
    let World { forum, ada, grace, .. } = World::open().await;
    let paths = [
        "/metrics",
        "/debug",
        "/debug/pprof/",
        "/server-status",
        "/actuator/health",
        "/graphiql",
        "/playground",
        "/graphql/",
        "/graphql/schema",
        "/admin",
        "/.git/config",
        "/.git/HEAD",
        "/%2egit/config",
        "/.env",
        "/.well-known/../.env",
        "/backup.db",
        "/lyceum.db",
        "/forum.db",
        "/forum.db-wal",
        "/data/lyceum.db",
        "/secret",
        "/settings.toml",
        "/mail/",
        "/Cargo.toml",
        "/static/../Cargo.toml",
        "/assets",
        "/assets/",
        "/assets/lyceum.css",
        "/assets/../Cargo.toml",
        "/assets/../../Cargo.toml",
        "/assets/%2e%2e/Cargo.toml",
        "/assets/..%2fCargo.toml",
        "/assets/%2e%2e%2f%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/assets/..%5cCargo.toml",
        "/assets/....//Cargo.toml",
        "/assets//etc/passwd",
        "/assets/%00",
        "/assets/x/../../library",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/library/../desk",
        "/library%2f..%2fdesk",
        "/library;/desk",
        "/Library",
    ];
    for person in [&forum.visitor(), &ada, &grace] {
        for path in paths {
            let page = person.sends(Method::GET, path, &[], "").await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{path} for {:?}: {}", person.handle, page.words());
            for leak in ["[package]", "root:", "SQLite format", "[core]", "@example.org"] {
                assert!(!page.text.contains(leak), "{path} shows {leak}");
            }
        }
    }
}

/// Nothing of a page comes from elsewhere, and where a member's link leads is told nothing.
#[tokio::test]
async fn pages_load_nothing_from_elsewhere_and_vouch_for_no_members_link() {
    let world = World::open().await;
    let here = Url::parse(ORIGIN).expect("a URL");
    let all = Selector::parse("*").expect("a selector");
    let loads = ["src", "srcset", "data", "poster", "background", "action", "formaction", "manifest", "ping"];
    let (mut assets, mut away, mut wrong) = (BTreeSet::new(), 0, Vec::new());
    for person in [&world.forum.visitor(), &world.ada, &world.grace] {
        for route in routes().iter().filter(|route| !route.pair.ends_with("/feed")) {
            let page = person.sends(Method::GET, &world.address(&route.path), &[], "").await;
            let mut finds = |what: String| wrong.push(format!("{} for {:?}: {what}", page.path, person.handle));
            for element in Html::parse_document(&page.text).select(&all) {
                let name = element.value().name();
                if ["base", "iframe", "frame", "object", "embed", "applet", "style"].contains(&name)
                    || name == "script" && element.attr("src").is_none()
                {
                    finds(format!("a {name}"));
                }
                for (attribute, value) in element.value().attrs() {
                    let address = here.join(value);
                    let is_loaded = loads.contains(&attribute) || attribute == "href" && !["a", "area"].contains(&name);
                    match &address {
                        Ok(address) if is_loaded && address.origin() == here.origin() => {
                            assets.extend(Some(address.path().to_owned()).filter(|path| path.starts_with("/assets/")));
                        }
                        _ if is_loaded => finds(format!("{name} {attribute}={value}")),
                        _ => {}
                    }
                    if attribute == "style" || attribute.starts_with("on") || attribute == "http-equiv" {
                        finds(format!("{name} {attribute}={value}"));
                    }
                    // Where a browser goes at a press.
                    if name == "a" && attribute == "href" {
                        match &address {
                            Ok(address) if address.origin() == here.origin() => {}
                            Ok(address) if ["http", "https"].contains(&address.scheme()) => {
                                away += 1;
                                let rel: BTreeSet<&str> = element.attr("rel").unwrap_or("").split_whitespace().collect();
                                if rel != BTreeSet::from(["ugc", "nofollow", "noopener"]) {
                                    finds(format!("{value} has rel={rel:?}"));
                                }
                            }
                            Ok(address) if address.scheme() == "mailto" => {}
                            _ => finds(format!("a link to {value}")),
                        }
                    }
                }
                if element.attr("target").is_some_and(|target| target != "_self") && !element.attr("rel").unwrap_or("").contains("noopener")
                {
                    finds(format!("{name} opens a window that can reach back"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // The resource, the topic, the comment and the profile each lead elsewhere, so there was something to find.
    assert!(away >= 12 && assets.len() >= 2, "{away} links lead away, and there are {assets:?}");
    for path in assets {
        let asset = world.forum.visitor().sends(Method::GET, &path, &[], "").await.is(StatusCode::OK);
        assert_eq!(asset.header("cache-control"), "public, max-age=31536000, immutable", "{path}");
        let plain = asset.text.replace(['"', '\'', ' '], "");
        for elsewhere in ["@import", "url(http", "url(//", "href=http", "href=//", "<script", "javascript:"] {
            assert!(!plain.contains(elsewhere), "{path} has {elsewhere}");
        }
    }
}

/// Each route has its methods, says so, and does nothing at any other.
#[tokio::test]
async fn methods_that_nobody_has_are_refused_everywhere() {
    let world = World::open().await;
    let visitor = world.forum.visitor();
    let before = world.forum.everything().await;
    let style = {
        let page = visitor.opens("/about").await;
        let style = Selector::parse("link[rel=stylesheet]").expect("a selector");
        Html::parse_document(&page.text).select(&style).find_map(|link| link.attr("href").map(str::to_owned)).expect("a style")
    };
    let mut doors: Vec<(String, &str)> = routes().iter().map(|route| (world.address(&route.path), "GET, HEAD, POST")).collect();
    doors.extend(SIDE_DOORS.map(|(path, methods)| (path.to_owned(), methods)));
    doors.push((style, "GET, HEAD"));
    let set = |methods: &str| methods.split(',').map(|method| method.trim().to_owned()).collect::<BTreeSet<_>>();
    let mut wrong = Vec::new();
    for (path, methods) in &doors {
        let known = set(methods);
        for verb in ["TRACE", "PUT", "DELETE", "PATCH", "CONNECT", "BREW", "POST", "GET"].into_iter().filter(|verb| !known.contains(*verb))
        {
            let method = Method::from_bytes(verb.as_bytes()).expect("a method");
            let person = if verb == "DELETE" { &world.grace } else { &visitor };
            let page = person.sends(method, path, &[("origin", ORIGIN), ("x-canary", "zq1zq")], "").await;
            if page.status != StatusCode::METHOD_NOT_ALLOWED || set(page.header("allow")) != known || page.text.contains("zq1zq") {
                wrong.push(format!("{verb} {path}: {}, with {:?} and not {methods}", page.status, page.header("allow")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(world.forum.everything().await, before);
    let door = visitor.sends(Method::PUT, "/graphql", &[], "").await;
    assert_eq!(codes(&door), ["BAD_REQUEST"]);
}

/// A running program, every word of which is kept.
struct Talker {
    child: Child,
    authority: String,
    log: PathBuf,
}

impl Drop for Talker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Talker {
    async fn start(url: &str, folder: &Path) -> Talker {
        let (authority, log) = (format!("127.0.0.1:{}", free_port()), folder.join("log"));
        let words = File::create(&log).expect("a file");
        let mut command = lyceum(url, folder);
        command.env("RUST_LOG", "trace").args(["serve", "--listen", &authority]);
        command.stdout(words.try_clone().expect("the same file")).stderr(words);
        let talker = Talker { child: command.spawn().expect("the program starts"), authority, log };
        let client = web().build().expect("a client");
        let ready = async {
            while !client.get(talker.at("/readyz")).send().await.is_ok_and(|answer| answer.status() == StatusCode::OK) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), ready).await.expect("the program is ready");
        talker
    }

    fn at(&self, path: &str) -> String {
        format!("http://{}{path}", self.authority)
    }

    /// Sends bytes that no client would send, and answers what comes back until the connection ends.
    fn hears(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(&self.authority).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a deadline");
        // Whoever has heard enough may hang up on the rest.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    async fn asks(&self, client: &Client, headers: &[(&str, &str)], query: &str, variables: Value) -> Value {
        let mut request = client.post(self.at("/graphql")).json(&json!({ "query": query, "variables": variables }));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.expect("an answer").json().await.expect("JSON")
    }
}

/// The log is for the operator: it holds no secret, and nobody writes into it what looks like another line of it.
#[tokio::test]
async fn the_log_keeps_secrets_and_lines_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = fresh_database(folder.path()).await;
    let talker = Talker::start(&url, folder.path()).await;
    let client = web().build().expect("a client");
    let run = |arguments: &[&str]| {
        let output = lyceum(&url, folder.path()).args(arguments).output().expect("the program runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    };
    run(&["member", "add", "ada", "--email", "ada-canary@example.org"]);
    let link = || run(&["member", "sign-in-link", "ada"]).trim().rsplit('/').next().expect("a secret").to_owned();
    let mut secrets: Vec<String> =
        ["a secret of the tests", "ada-canary", "typed-canary", "variable-canary", "search-canary", "form-canary", "asked-canary"]
            .map(str::to_owned)
            .to_vec();

    // Somebody signs in, makes a token, and a program uses it.
    let (pressed, opened) = (link(), link());
    let press = client.post(talker.at(&format!("/sign-in/{pressed}"))).form(&[("x", "y")]).send().await.expect("an answer");
    let cookie = press.headers()["set-cookie"].to_str().expect("a cookie").split(';').next().expect("a pair").to_owned();
    client.get(talker.at(&format!("/sign-in/{opened}"))).send().await.expect("an answer");
    client.get(talker.at(&format!("/settings/data/{opened}?next=/x"))).send().await.expect("an answer");
    let origin = talker.at("");
    let session = [("cookie", cookie.as_str()), ("origin", origin.as_str())];
    let make = "mutation M($input: CreateTokenInput!) { createToken(input: $input) { secret userErrors { code } } }";
    let made = talker.asks(&client, &session, make, json!({ "input": { "name": "Script", "scopes": ["READ"], "days": 30 } })).await;
    let bearer = made["data"]["createToken"]["secret"].as_str().unwrap_or_else(|| panic!("a token, not {made}")).to_owned();
    let shown = format!("Bearer {bearer}");
    let viewer = talker.asks(&client, &[("authorization", &shown)], "{ viewer { handle } }", json!({})).await;
    assert_eq!(viewer["data"]["viewer"]["handle"], "ada");
    secrets.extend([pressed, opened, cookie.split_once('=').expect("a value").1.to_owned(), bearer]);

    // People type what is nobody's business.
    let ask = "mutation M($email: String!) { requestSignInLink(input: { email: $email }) { sent } }";
    talker.asks(&client, &[], ask, json!({ "email": "variable-canary@example.org" })).await;
    talker.asks(&client, &[], "mutation { requestSignInLink(input: { email: \"asked-canary@example.org\" }) { sent } }", json!({})).await;
    talker.asks(&client, &[], "query Q($q: String) { library(query: $q) { totalCount } }", json!({ "q": "search-canary" })).await;
    talker.asks(&client, &[], "query Q($q: Int) { library(first: $q) { totalCount } }", json!({ "q": "variable-canary" })).await;
    let email = "typed-canary@example.org\n{\"level\":\"forged\"}";
    for form in [[("action", "Request"), ("email", email)], [("action", "Request"), ("email", "typed-canary@example.org")]] {
        client.post(talker.at("/sign-in")).form(&form).send().await.expect("an answer");
    }
    client.post(talker.at("/share")).form(&[("title", "form-canary"), ("description", "form-canary")]).send().await.expect("an answer");

    // Somebody tries to write lines of the log.
    let forged = "{\"level\":\"forged\"}";
    let long = "A".repeat(8 * 1024);
    for path in ["/library", "/nothing", "/graphql"] {
        let head = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", talker.authority);
        talker.hears(format!("{head}User-Agent: {long}\n{forged}\r\n\r\n").as_bytes());
        talker.hears(format!("{head}User-Agent: {long}\r\n {forged}\r\n\r\n").as_bytes());
        talker.hears(format!("{head}User-Agent: {long}\r{forged}\r\n\r\n").as_bytes());
        talker.hears(format!("{head}User-Agent: {long}\r\nReferer: {forged}\r\nX-Request-Id: {forged}\r\n\r\n").as_bytes());
    }
    for path in [
        "/nothing%0A%7B%22level%22:%22forged%22%7D",
        "/library?query=%0A%7B%22level%22:%22forged%22%7D",
        "/graphql?query=%0A%7B%22level%22:%22forged%22%7D",
    ] {
        client.get(talker.at(path)).send().await.expect("an answer");
    }
    let named = json!({ "query": NAME, "operationName": format!("A\n{forged}") }).to_string();
    client.post(talker.at("/graphql")).header("content-type", "application/json").body(named).send().await.expect("an answer");
    for report in [format!("x\n{forged}\n{long}"), format!("x\r{forged}"), format!("x\u{2028}{forged}\u{1b}[2K")] {
        let request = client.post(talker.at("/csp-report")).header("content-type", "application/csp-report");
        request.body(report.chars().take(3_000).collect::<String>()).send().await.expect("an answer");
    }

    // What it answers is a fault's number, and nothing of itself.
    let traced = talker
        .hears(format!("TRACE /library HTTP/1.1\r\nHost: {}\r\nX-Canary: zq1zq\r\nConnection: close\r\n\r\n", talker.authority).as_bytes());
    assert!(traced.starts_with("HTTP/1.1 405") && !traced.contains("zq1zq"), "{traced}");
    for name in ["server:", "x-powered-by:", "via:"] {
        assert!(!traced.lines().any(|line| line.to_lowercase().starts_with(name)), "{traced}");
    }
    let connected = talker.hears(b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\nConnection: close\r\n\r\n");
    assert!(connected.starts_with("HTTP/1.1 4"), "{connected}");
    let database = Database::open(&url).await.expect("the database opens");
    database.writer().execute_unprepared("ALTER TABLE resource RENAME TO resource_gone").await.expect("broken");
    let broken = talker.asks(&client, &[], "{ library { totalCount } }", json!({})).await;
    let fault = broken["errors"][0]["extensions"].clone();
    assert!(fault["code"] == "INTERNAL" && is_id(&fault["id"]), "{broken}");

    let path = talker.log.clone();
    drop(talker);
    let log = String::from_utf8_lossy(&fs::read(path).expect("a log")).into_owned();
    assert!(log.contains(fault["id"].as_str().unwrap_or("?")), "the operator finds what the stranger was shown");
    for secret in secrets {
        let line = log.lines().find(|line| line.contains(&secret)).unwrap_or("");
        assert!(line.is_empty(), "{secret:.4}… stands in the log: {line:.300}");
    }
    let breaks = ['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];
    let line = log.split(breaks).find(|line| line.trim_start().starts_with(forged));
    assert_eq!(line, None, "somebody else's line stands in the log");
    assert!(!log.contains('\u{1b}'), "nothing in it moves a terminal's cursor");
    assert!(!log.contains(&"A".repeat(1_100)), "what a stranger says is cut short");
}
