//! The public endpoint and the frame around every answer.

use chrono::{DateTime, Duration, Utc};
use poem::{
    Endpoint, EndpointExt, Request, Response,
    endpoint::BoxEndpoint,
    http::{Method, StatusCode},
};
use sea_orm_migration::sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use server::Site;
use url::form_urlencoded;

use crate::harness::{Forum, ORIGIN, Page, Person, read, resource};

mod guards;
mod headers;
mod platform;

const JSON: (&str, &str) = ("content-type", "application/json");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const EVIL: (&str, &str) = ("origin", "https://evil.example");
/// A query that everybody may ask, and what it answers.
const NAME: &str = "{ community { name } }";
const NAMED: &str = "Health Equity Collaborative";

/// Sends a body to the endpoint, as a program does.
async fn posts(person: &Person, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Page {
    person.sends(Method::POST, "/graphql", &[&[JSON][..], headers].concat(), body).await
}

fn asking(query: &str) -> String {
    json!({ "query": query }).to_string()
}

/// The address by which a query goes without a body.
fn by_address(pairs: &[(&str, &str)]) -> String {
    format!("/graphql?{}", form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
}

fn json_of(page: &Page) -> Value {
    serde_json::from_str(&page.text).unwrap_or_else(|_| panic!("{} answers JSON, not {}", page.path, page.text))
}

/// The codes of an answer's errors.
fn codes(page: &Page) -> Vec<String> {
    let answer = json_of(page);
    let errors = answer["errors"].as_array().into_iter().flatten();
    errors.map(|error| error["extensions"]["code"].as_str().unwrap_or("none").to_owned()).collect()
}

/// Nothing was looked up and nothing is answered but why not.
#[track_caller]
fn is_refused(name: &str, page: &Page, status: StatusCode, code: &str) {
    assert_eq!(page.status, status, "{name}: {:.300}", page.text);
    let codes = codes(page);
    assert!(
        !codes.is_empty() && codes.iter().all(|known| code.split(' ').any(|code| code == known)),
        "{name}: {code}, not {:.300}",
        page.text
    );
    assert!(json_of(page).get("data").is_none(), "{name}: {:.300}", page.text);
    assert_eq!(page.statements, 0, "{name}: nothing is read for it");
}

/// A page of the site.
struct Route {
    path: String,
    pair: String,
    /// Whether its address is a secret.
    is_secret: bool,
}

/// Every page, from the site's table of contents.
fn routes() -> Vec<Route> {
    let contents = read("frontend/src/routes.rs");
    let parts: Vec<&str> = contents.split("page(\"").collect();
    let route = |around: &[&str]| {
        let mut quoted = around[1].split('"');
        let (path, pair) = (quoted.next()?.to_owned(), quoted.nth(1)?.to_owned());
        Some(Route { path, pair, is_secret: around[0].contains("secret: true") })
    };
    let routes: Vec<Route> = parts.windows(2).filter_map(route).collect();
    assert!(routes.len() > 30 && routes.iter().any(|route| route.is_secret), "the table of contents reads as it is written");
    routes
}

/// What is answered besides the pages, with the methods that it takes.
const SIDE_DOORS: [(&str, &str); 6] = [
    ("/graphql", "GET, HEAD, POST"),
    ("/sign-out", "POST"),
    ("/language", "POST"),
    ("/csp-report", "POST"),
    ("/healthz", "GET, HEAD"),
    ("/readyz", "GET, HEAD"),
];

#[test]
fn every_side_door_is_known_here() {
    for rest in read("server/src/app.rs").split(".at(").skip(1) {
        let Some((path, _)) = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"')) else { continue };
        assert!(SIDE_DOORS.iter().any(|(known, _)| *known == path), "{path} is answered, and nobody tries whether safely");
    }
}

/// Links and pictures as a member may bring them.
const ELSEWHERE: &str = "[a link](https://elsewhere.example/a), <https://elsewhere.example/b>, https://elsewhere.example/c \
    and ![a picture](https://elsewhere.example/p.png)";

/// A forum with something to see behind every address.
struct World {
    forum: Forum,
    ada: Person,
    grace: Person,
    /// What stands in an address, and what it is here.
    parts: Vec<(&'static str, String)>,
}

impl World {
    async fn open() -> World {
        let forum = Forum::open().await;
        let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
        let mut rota = resource("Rota");
        rota["description"] = ELSEWHERE.into();
        let sent = ada.brings("submitResource", rota).await;
        let rota = grace.publishes(&sent).await;
        let compost = ada.brings("suggestTopic", json!({ "name": "Compost", "description": ELSEWHERE })).await;
        let compost = grace.publishes(&compost).await;
        let said = grace.publishes(&ada.comments(&rota, ELSEWHERE).await).await;
        let profile = json!({ "name": "Ada", "sector": "academia", "about": ELSEWHERE, "links": ["https://elsewhere.example/ada"] });
        assert_eq!(ada.mutates("updateProfile", profile).await["userErrors"], json!([]));
        let path = |record: &Value| record["path"].as_str().expect("a path").to_owned();
        let parts = vec![
            ("/resources/:slug", path(&rota)),
            ("/topics/:slug", path(&compost)),
            ("/comments/:number", path(&said)),
            (":number", sent["number"].to_string()),
            (":handle", "ada".to_owned()),
            (":token", "never-was".to_owned()),
        ];
        World { forum, ada, grace, parts }
    }

    /// The address of a route's page.
    fn address(&self, path: &str) -> String {
        self.parts.iter().fold(path.to_owned(), |path, (part, value)| path.replace(part, value))
    }
}

/// The address of what never was; none for a page of which there is one.
fn nowhere(path: &str) -> Option<String> {
    let parts = [(":number", "999999"), (":slug", "never-was"), (":handle", "nobody-here"), (":token", "never-was")];
    path.contains(':').then(|| parts.iter().fold(path.to_owned(), |path, (part, value)| path.replace(part, value)))
}

/// A forum as people reach it at another address than the other tests' own.
struct House {
    base: &'static str,
    endpoint: BoxEndpoint<'static, Response>,
}

impl House {
    fn at(base: &'static str, forum: &Forum) -> House {
        let mut app = forum.app.clone();
        app.site = Site::new(base.parse().expect("a URL"));
        House { base, endpoint: app.endpoint().boxed() }
    }

    fn is_secure(&self) -> bool {
        self.base.starts_with("https:")
    }

    fn host(&self) -> &'static str {
        self.base.split_once("//").expect("a scheme").1
    }

    /// Sends what somebody's browser would send here. Who is signed in to the forum is signed in here.
    async fn sends(&self, person: &Person, method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Page {
        let mut request = Request::builder().method(method).uri(path.parse().expect("a path")).header("host", self.host());
        if let Some(cookie) = &person.cookie {
            request = request.header("cookie", format!("{}={cookie}", if self.is_secure() { "__Host-sid" } else { "sid" }));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, body) = self.endpoint.get_response(request.body(body.into())).await.into_parts();
        let leads_to = parts.headers.get("location").map(|value| value.to_str().expect("ASCII").to_owned());
        let text = String::from_utf8_lossy(&body.into_vec().await.expect("a body")).into_owned();
        Page { path: path.to_owned(), status: parts.status, text, leads_to, headers: parts.headers, statements: 0 }
    }
}

/// What a browser, or somebody else, says of where a request with a session comes from, and whether that is believed.
const SAID: [(&[(&str, &str)], bool); 23] = [
    (&[("sec-fetch-site", "same-origin")], true),
    (&[("sec-fetch-site", "none")], true),
    (&[("sec-fetch-site", "same-origin"), ("origin", ORIGIN)], true),
    (&[("origin", ORIGIN)], true),
    (&[("origin", "http://localhost:8000")], true),
    (&[("origin", "http://[::1]:8000")], true),
    (&[], false),
    (&[("x-nothing", "said")], false),
    (&[("x-requested-with", "XMLHttpRequest")], false),
    (&[("referer", "http://127.0.0.1:8000/share")], false),
    (&[("sec-fetch-site", "same-site")], false),
    (&[("sec-fetch-site", "cross-site")], false),
    (&[("sec-fetch-site", "cross-site"), EVIL], false),
    (&[("sec-fetch-site", "")], false),
    (&[EVIL], false),
    (&[("origin", "null")], false),
    (&[("origin", "")], false),
    (&[("origin", "http://127.0.0.1:8001")], false),
    (&[("origin", "http://127.0.0.1")], false),
    (&[("origin", "https://127.0.0.1:8000")], false),
    (&[("origin", "http://127.0.0.1.evil.example:8000")], false),
    (&[("origin", "http://127.0.0.1:8000@evil.example")], false),
    (&[("origin", "evil http://127.0.0.1:8000")], false),
];

#[tokio::test]
async fn a_foreign_site_can_do_nothing_with_a_members_cookie() {
    let forum = Forum::open().await;
    let ada = forum.member("ada").await;
    let query = "mutation M($input: SubmitResourceInput!) { submitResource(input: $input) { submission { id } } }";
    let mutation = json!({ "query": query, "variables": { "input": resource("Rota") } }).to_string();
    let before = forum.everything().await;
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "image/png", ""] {
        for origin in [("origin", ORIGIN), EVIL] {
            let answer = ada.sends(Method::POST, "/graphql", &[origin, ("content-type", kind)], mutation.clone()).await;
            let expected = if origin == EVIL { StatusCode::FORBIDDEN } else { StatusCode::UNSUPPORTED_MEDIA_TYPE };
            assert_eq!(answer.status, expected, "{kind} {origin:?}: {}", answer.text);
        }
    }
    ada.sends(Method::POST, "/graphql", &[("origin", ORIGIN)], mutation.clone()).await.is(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    for (said, is_believed) in SAID {
        if is_believed {
            posts(&ada, said, asking("{ viewer { handle } }")).await.is(StatusCode::OK).shows_json("\"ada\"");
            continue;
        }
        let answer = posts(&ada, said, mutation.clone()).await;
        assert_eq!((answer.status, codes(&answer)), (StatusCode::FORBIDDEN, vec!["FORBIDDEN".to_owned()]), "{said:?}");
        let form = ada.sends(Method::POST, "/share", &[&[FORM][..], said].concat(), "title=Rota").await;
        assert_eq!(form.status, StatusCode::FORBIDDEN, "{said:?}");
    }
    assert_eq!(forum.everything().await, before);
    posts(&ada, &[("origin", ORIGIN)], mutation).await.is(StatusCode::OK).shows_json("\"submission\":{\"id\"");
}

#[tokio::test]
async fn what_goes_by_address_changes_nothing() {
    let forum = Forum::open().await;
    let ada = forum.member("ada").await;
    let foreign = [("sec-fetch-site", "cross-site")];
    // A foreign page may send a browser here; it cannot read what is answered.
    let asked = ada.sends(Method::GET, &by_address(&[("query", "{ viewer { handle } }")]), &foreign, "").await.is(StatusCode::OK);
    assert!(asked.text.contains("\"ada\"") && asked.header("access-control-allow-origin").is_empty());
    assert_eq!(asked.header("cross-origin-resource-policy"), "same-origin");
    forum.visitor().sends(Method::GET, &by_address(&[("query", NAME)]), &[], "").await.is(StatusCode::OK).shows_json(NAMED);
    forum.visitor().sends(Method::HEAD, &by_address(&[("query", NAME)]), &[], "").await.is(StatusCode::OK);

    let before = (forum.everything().await, forum.count("session").await);
    let mutations = [
        "mutation { endOtherSessions { member { id } } }",
        "mutation { requestDataExport { member { id } } }",
        "mutation { ...A } fragment A on Mutation { requestDataExport { member { id } } }",
        "mutation { suggestTopic(input: { name: \"Bread\", description: \"What it is.\" }) { userErrors { code } } }",
        "query A { community { name } } mutation B { requestDataExport { member { id } } }",
    ];
    for mutation in mutations {
        let name = if mutation.starts_with("query") { "B" } else { "" };
        for headers in [&foreign[..], &[("sec-fetch-site", "same-origin")], &[("origin", ORIGIN)]] {
            for method in [Method::GET, Method::HEAD] {
                let pairs: &[_] = if name.is_empty() { &[("query", mutation)] } else { &[("query", mutation), ("operationName", name)] };
                let answer = ada.sends(method, &by_address(pairs), headers, "").await.is(StatusCode::METHOD_NOT_ALLOWED);
                assert_eq!(answer.header("allow"), "POST", "{mutation}");
            }
        }
    }
    let follow = "subscription { commentPublished(on: \"x\") { id } }";
    for accept in ["application/json", "text/event-stream"] {
        let answer = ada.sends(Method::GET, &by_address(&[("query", follow)]), &[("accept", accept)], "").await;
        assert_eq!((answer.status, answer.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "POST"), "{accept}: {}", answer.text);
    }
    assert_eq!((forum.everything().await, forum.count("session").await), before);
}

#[tokio::test]
async fn a_token_is_asked_nothing_more_unless_a_cookie_comes_with_it() {
    let forum = Forum::open().await;
    let ada = forum.member("ada").await;
    let made = ada.mutates("createToken", json!({ "name": "Script", "scopes": ["READ"], "days": 30 })).await;
    let bearer = format!("Bearer {}", made["secret"].as_str().expect("a secret"));
    let (token, query) = (("authorization", bearer.as_str()), asking("{ viewer { handle } }"));
    for (said, is_believed) in SAID {
        let headers = [&[token][..], said].concat();
        posts(&forum.visitor(), &headers, query.clone()).await.is(StatusCode::OK).shows_json("\"ada\"");
        let with_cookie = posts(&ada, &headers, query.clone()).await;
        let expected = if is_believed { StatusCode::OK } else { StatusCode::FORBIDDEN };
        assert_eq!(with_cookie.status, expected, "with a cookie, and {said:?}: {}", with_cookie.text);
        // There is nothing here that a browser would add by itself.
        let stranger = posts(&forum.visitor(), said, asking(NAME)).await;
        assert_eq!(stranger.status, StatusCode::OK, "without a cookie, and {said:?}: {}", stranger.text);
    }
    // Somebody could be signed in to an account that is not theirs.
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs([("action", "Request"), ("email", "ada@example.org")]).finish();
    forum.visitor().sends(Method::POST, "/sign-in", &[FORM, EVIL], form).await.is(StatusCode::FORBIDDEN);
    assert!(forum.letters().await.iter().all(|letter| !letter.contains("/sign-in/")));
}

/// What the forms of the site send, all at once: what a form has no use for, it leaves alone.
fn filled_in(token: &str, action: &str) -> String {
    let fields = [
        ("token", token),
        ("action", action),
        ("title", "Bread"),
        ("name", "Bread"),
        ("url", "https://bread.example/"),
        ("kind", "guide"),
        ("description", "What it is, and what one can do with it."),
        ("body", "Well said."),
        ("email", "eve@example.org"),
        ("handle", "ada"),
        ("sector", "academia"),
        ("contributions", "REMOVE"),
        ("scopes", "READ"),
        ("days", "30"),
        ("wanted", "false"),
        ("about", "Somebody else."),
        ("reason", "Because."),
    ];
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

#[tokio::test]
async fn no_form_of_the_site_is_filled_in_from_elsewhere() {
    let world = World::open().await;
    // Whoever has got hold of the form's own secret is stopped by where they send it from.
    let token = world.ada.opens("/settings").await.value_of("token");
    assert!(!token.is_empty());
    let who =
        "{ viewer { name email language replyLetters aboutSource pendingEmail tokens { id } dataExport { requestedAt } sessions { id } } }";
    let state = async || (world.forum.everything().await, world.ada.asks(who, json!({})).await);
    let before = state().await;
    let mut forms = vec![("/sign-out".to_owned(), "Submit".to_owned()), ("/language".to_owned(), "Submit".to_owned())];
    for route in routes() {
        let operations = read(&format!("frontend/pages/{}.graphql", route.pair));
        let mut actions: Vec<String> = operations
            .split("\nmutation ")
            .skip(1)
            .map(|operation| operation.chars().take_while(char::is_ascii_alphanumeric).collect())
            .collect();
        actions.push("Submit".to_owned());
        actions.dedup();
        forms.extend(actions.into_iter().map(|action| (world.address(&route.path), action)));
    }
    for (number, (path, action)) in forms.iter().enumerate() {
        let said = if number.is_multiple_of(2) { EVIL } else { ("sec-fetch-site", "cross-site") };
        let page = world.ada.sends(Method::POST, path, &[FORM, said], filled_in(&token, action)).await;
        assert_eq!((page.status, page.cookie("sid")), (StatusCode::FORBIDDEN, None), "{action} on {path}: {}", page.words());
    }
    assert_eq!(state().await, before);
    // The same is done when it comes from here.
    world.ada.sends(Method::POST, "/share", &[FORM, ("origin", ORIGIN)], filled_in(&token, "Submit")).await.is_accepted();
    assert_ne!(state().await.0, before.0);
    // And a secret is of no use to anybody but whose it is.
    let (eve, after) = (world.forum.member("eve").await, world.forum.everything().await);
    let page = eve.sends(Method::POST, "/share", &[FORM, ("origin", ORIGIN)], filled_in(&token, "Submit")).await;
    assert_eq!((page.status, world.forum.everything().await), (StatusCode::FORBIDDEN, after), "{}", page.words());
}

#[tokio::test]
async fn an_answer_comes_as_the_client_asks() {
    let forum = Forum::open().await;
    let visitor = forum.visitor();
    let (json_kind, graphql_kind) = ("application/json; charset=utf-8", "application/graphql-response+json");
    let cases: [(&str, Option<&str>); 15] = [
        ("", Some(json_kind)),
        ("*/*", Some(json_kind)),
        ("application/*", Some(json_kind)),
        ("application/json", Some(json_kind)),
        ("Application/JSON; charset=utf-8", Some(json_kind)),
        ("text/html, application/xhtml+xml, */*;q=0.8", Some(json_kind)),
        ("application/json, application/graphql-response+json;q=0.5", Some(json_kind)),
        ("application/graphql-response+json", Some(graphql_kind)),
        ("application/graphql-response+json; charset=utf-8", Some(graphql_kind)),
        ("application/graphql-response+json, application/json;q=0.9", Some(graphql_kind)),
        ("text/html", None),
        ("image/png, text/plain;q=0.5", None),
        ("application/json;q=0", None),
        ("text/event-stream", None),
        ("application/xml", None),
    ];
    for (accept, kind) in cases {
        let headers = [("accept", accept)];
        let headers: &[_] = if accept.is_empty() { &[] } else { &headers };
        let by_get = visitor.sends(Method::GET, &by_address(&[("query", NAME)]), headers, "").await;
        for answer in [posts(&visitor, headers, asking(NAME)).await, by_get] {
            match kind {
                Some(kind) => {
                    assert_eq!(answer.status, StatusCode::OK, "{accept}: {}", answer.text);
                    assert!(answer.header("content-type").starts_with(kind), "{accept}: {}", answer.header("content-type"));
                    assert_eq!(json_of(&answer), json!({ "data": { "community": { "name": NAMED } } }), "{accept}");
                }
                None => is_refused(accept, &answer, StatusCode::NOT_ACCEPTABLE, "BAD_REQUEST"),
            }
        }
    }
    // Who asks for plain JSON by name learns of a mistake in the document as its clients expect; of everything else as everyone does.
    let variable = json!({ "query": "query Q($id: ID!) { node(id: $id) { id } }", "variables": { "id": null } }).to_string();
    for (name, body) in [("syntax", asking("{")), ("validation", asking("{ nothing }")), ("a variable", variable)] {
        for (accept, status) in [
            ("*/*", StatusCode::BAD_REQUEST),
            ("application/graphql-response+json", StatusCode::BAD_REQUEST),
            ("application/json", StatusCode::OK),
        ] {
            is_refused(&format!("{name} {accept}"), &posts(&visitor, &[("accept", accept)], body.clone()).await, status, "BAD_REQUEST");
        }
    }
    let complex = asking(&format!("{{ community {{ {} }} }}", "name ".repeat(1000)));
    is_refused("a guard", &posts(&visitor, &[("accept", "application/json")], complex).await, StatusCode::BAD_REQUEST, "TOO_COMPLEX");
    // What follows has a stream of its own, and nothing else has.
    let follow = asking("subscription { commentPublished(on: \"x\") { id } }");
    for accept in ["application/json", "application/graphql-response+json", "*/*", "text/html"] {
        is_refused(accept, &posts(&visitor, &[("accept", accept)], follow.clone()).await, StatusCode::NOT_ACCEPTABLE, "BAD_REQUEST");
    }
    let mutation = asking("mutation { endOtherSessions { member { id } } }");
    is_refused(
        "a mutation",
        &posts(&visitor, &[("accept", "text/event-stream")], mutation).await,
        StatusCode::NOT_ACCEPTABLE,
        "BAD_REQUEST",
    );
}

#[tokio::test]
async fn the_door_refuses_what_is_no_request() {
    let forum = Forum::open().await;
    let visitor = forum.visitor();
    let query = asking(NAME);
    let many = |count: usize| format!("[{}]", vec!["{\"query\":\"{a}\"}"; count].join(","));
    let number = "query Q($n: Int) { library(first: $n) { totalCount } }";
    let bad: Vec<(&str, String)> = vec![
        ("nothing", String::new()),
        ("no JSON", "{\"query\":".to_owned()),
        ("two of them", format!("{query}{query}")),
        ("null", "null".to_owned()),
        ("a number", "5".to_owned()),
        ("a text", "\"{ community { name } }\"".to_owned()),
        ("an empty object", "{}".to_owned()),
        ("an empty batch", "[]".to_owned()),
        ("a batch of one", format!("[{query}]")),
        ("a batch", format!("[{query},{query}]")),
        ("a batch of four thousand", many(4000)),
        ("the query alone in a list", "[\"{ community { name } }\"]".to_owned()),
        ("parameters in a list", "[\"{ community { name } }\", {}, null, null]".to_owned()),
        ("no query", json!({ "variables": {} }).to_string()),
        ("a misspelt query", json!({ "qeury": NAME }).to_string()),
        ("null for a query", json!({ "query": null }).to_string()),
        ("a number for a query", json!({ "query": 5 }).to_string()),
        ("a list for a query", json!({ "query": [NAME] }).to_string()),
        ("variables in a text", json!({ "query": NAME, "variables": "{}" }).to_string()),
        ("variables in a list", json!({ "query": NAME, "variables": [] }).to_string()),
        ("a number for variables", json!({ "query": NAME, "variables": 0 }).to_string()),
        ("extensions in a text", json!({ "query": NAME, "extensions": "{}" }).to_string()),
        ("extensions in a list", json!({ "query": NAME, "extensions": [] }).to_string()),
        ("a number for an operation", json!({ "query": NAME, "operationName": 1 }).to_string()),
        ("an object for an operation", json!({ "query": NAME, "operationName": {} }).to_string()),
        ("a number beyond all numbers", json!({ "query": number, "variables": { "n": "N" } }).to_string().replace("\"N\"", "1e400")),
        (
            "a number beyond its type",
            json!({ "query": number, "variables": { "n": "N" } }).to_string().replace("\"N\"", "99999999999999999999"),
        ),
        ("a fraction for a whole number", json!({ "query": number, "variables": { "n": 1.5 } }).to_string()),
        ("a text for a number", json!({ "query": number, "variables": { "n": "5" } }).to_string()),
        ("no operation", asking("fragment F on Query { community { name } }")),
        ("an operation that is not there", json!({ "query": "query A { community { name } }", "operationName": "B" }).to_string()),
        ("one of two operations", asking("query A { community { name } } query B { community { name } }")),
        ("a name for what has none", json!({ "query": NAME, "operationName": "A" }).to_string()),
        ("a query by its hash", json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": "0".repeat(64) } } }).to_string()),
        ("half a document", asking("{")),
        ("an unknown field", asking("{ nothing }")),
        ("a definition of a type", asking("type Query { name: String }")),
    ];
    for (name, body) in bad {
        is_refused(name, &posts(&visitor, &[], body).await, StatusCode::BAD_REQUEST, "BAD_REQUEST");
    }
    let broken = [&b"{\"query\":\"{ community { name } } # \xff\xfe\"}"[..], b"\xff\xfe{\x00", b"{\"query\":\"\\ud800\"}"];
    for body in broken {
        is_refused("no UTF-8", &posts(&visitor, &[], body).await, StatusCode::BAD_REQUEST, "BAD_REQUEST");
    }
    for body in [many(5000), "x".repeat(65 * 1024), json!({ "query": NAME, "variables": { "n": "x".repeat(64 * 1024) } }).to_string()] {
        is_refused("more than 64 KiB", &posts(&visitor, &[], body).await, StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE");
    }
    for pairs in
        [&[][..], &[("query", "")], &[("variables", "{}")], &[("query", NAME), ("variables", "[]")], &[("query", NAME), ("variables", "{")]]
    {
        let answer = visitor.sends(Method::GET, &by_address(pairs), &[], "").await;
        is_refused(&format!("{pairs:?}"), &answer, StatusCode::BAD_REQUEST, "BAD_REQUEST");
    }
    for kind in ["application/graphql", "application/jsonx", "application/json-patch+json", "text/json", "text/plain, application/json"] {
        let answer = visitor.sends(Method::POST, "/graphql", &[("content-type", kind)], query.clone()).await;
        is_refused(kind, &answer, StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_REQUEST");
    }
    visitor.sends(Method::PUT, "/graphql", &[], "").await.is(StatusCode::METHOD_NOT_ALLOWED);
    visitor.sends(Method::DELETE, "/library", &[], "").await.is(StatusCode::METHOD_NOT_ALLOWED);
    visitor.opens(&format!("/about?x={}", "x".repeat(9000))).await.is(StatusCode::URI_TOO_LONG);
    let (long, big) = (" ".repeat(9000), "x".repeat(17_000));
    visitor.opens(&by_address(&[("query", &long)])).await.is(StatusCode::URI_TOO_LONG);
    visitor.sends(Method::GET, "/library", &[("x-big", &big)], "").await.is(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    visitor.sends(Method::POST, "/sign-in", &[FORM], vec![b'x'; 1024 * 1024 + 1]).await.is(StatusCode::PAYLOAD_TOO_LARGE);
    visitor.sends(Method::POST, "/sign-in", &[], "email=a").await.is(StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn the_door_is_no_stricter_than_it_says() {
    let forum = Forum::open().await;
    let visitor = forum.visitor();
    let good = [
        json!({ "query": NAME, "operationName": null }),
        json!({ "query": NAME, "variables": null }),
        json!({ "query": NAME, "extensions": null }),
        json!({ "query": NAME, "extensions": { "persistedQuery": { "version": 1, "sha256Hash": "0".repeat(64) } } }),
        json!({ "query": NAME, "variables": { "unused": [1, { "deep": true }] } }),
        json!({ "query": NAME, "id": "1", "documentId": null, "batch": [], "__proto__": { "query": "{ nothing }" } }),
        json!({ "query": "query A { community { name } } query B { nothing: community { name } }", "operationName": "A" }),
    ];
    for body in good {
        let answer = posts(&visitor, &[], body.to_string()).await;
        assert_eq!(
            (answer.status, json_of(&answer)["data"]["community"]["name"].as_str()),
            (StatusCode::OK, Some(NAMED)),
            "{body}: {}",
            answer.text
        );
    }
    for kind in
        ["application/json; charset=utf-8", "application/json;charset=UTF-8", "application/json; charset=\"utf-8\"", "Application/JSON"]
    {
        visitor.sends(Method::POST, "/graphql", &[("content-type", kind)], asking(NAME)).await.is(StatusCode::OK).shows_json(NAMED);
    }
    let named = by_address(&[
        ("query", "query A($id: ID!) { node(id: $id) { id } } query B { community { name } }"),
        ("operationName", "A"),
        ("variables", "{\"id\":\"x\"}"),
    ]);
    assert_eq!(json_of(&visitor.sends(Method::GET, &named, &[], "").await.is(StatusCode::OK)), json!({ "data": { "node": null } }));
    // Of what says two things, or begins with a mark that JSON does not have, one is answered, or nothing.
    let twice = "{\"query\":\"{ a: __typename }\",\"query\":\"{ b: __typename }\"}".to_owned();
    for body in [twice, format!("\u{feff}{}", asking("{ a: __typename }"))] {
        let answer = posts(&visitor, &[], body.clone()).await;
        match answer.status {
            StatusCode::OK => {
                assert_eq!(json_of(&answer)["data"].as_object().map(serde_json::Map::len), Some(1), "{body}: {}", answer.text)
            }
            _ => is_refused(&body, &answer, StatusCode::BAD_REQUEST, "BAD_REQUEST"),
        }
    }
    // Nothing was kept under a hash meanwhile.
    let hash = json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": "0".repeat(64) } } }).to_string();
    is_refused("a hash", &posts(&visitor, &[], hash).await, StatusCode::BAD_REQUEST, "BAD_REQUEST");
}

/// Nobody is helped to names that they did not know; what there is stands in the schema, the same for everybody.
#[tokio::test]
async fn who_misspells_learns_no_other_name() {
    let forum = Forum::open().await;
    let near = [
        ("{ communit { name } }", "community"),
        ("{ community { nam } }", "name"),
        ("{ secretThin }", "secretThing"),
        ("{ library(sor: NEWEST) { totalCount } }", "sort"),
        ("{ library(sort: NEWES) { totalCount } }", "NEWEST"),
        ("{ library(filter: { kind: [\"guide\"] }) { totalCount } }", "kinds"),
        ("{ node(id: \"x\") { ... on Resourc { id } } }", "Resource"),
        ("{ node(id: \"x\") { titl } }", "title"),
        ("mutation { submitResourc { id } }", "submitResource"),
        ("query Q($a: QueueSor) { community { name } }", "QueueSort"),
        ("{ community { name @skipp(if: true) } }", "skip"),
        ("{ community { name @skip(if: true, iff: true) } }", "if or iff"),
    ];
    for (query, name) in near {
        let answer = posts(&forum.visitor(), &[], asking(query)).await;
        is_refused(query, &answer, StatusCode::BAD_REQUEST, "BAD_REQUEST");
        let mut words = answer.text.split(|character: char| !character.is_ascii_alphanumeric());
        assert!(words.all(|word| word != name) && !answer.text.contains("Did you mean"), "{query}: {}", answer.text);
    }
    let all = asking("{ __schema { types { name fields { name } } } }");
    let moderator = forum.moderator("grace").await;
    let seen = posts(&forum.visitor(), &[], all.clone()).await.is(StatusCode::OK).shows_json("\"moderationQueue\"").text;
    assert_eq!(posts(&moderator, &[("origin", ORIGIN)], all).await.text, seen);
}

/// What takes longest is asked first, and still stands first.
#[tokio::test]
async fn fields_stand_in_the_order_of_the_query() {
    let forum = Forum::open().await;
    let made = forum.member("ada").await.shares("Rota").await;
    forum.moderator("grace").await.approves(&made).await;
    let query = "query Q { b: library { totalCount ...Page } community { name } a: __typename }
        fragment Page on ResourceConnection { nodes { submitter { name } title ... on Resource { path submitter { handle } } id } }";
    let answer = posts(&forum.visitor(), &[], asking(query)).await;
    let words: Vec<&str> =
        answer.text.split('"').filter(|word| word.chars().all(|c| c.is_ascii_alphabetic()) && !word.is_empty()).collect();
    let keys = ["data", "b", "totalCount", "nodes", "submitter", "name", "Ada", "handle", "ada", "title", "Rota", "path", "id"];
    assert_eq!(words[..keys.len()], keys, "{}", answer.text);
    assert!(answer.text.ends_with("\"community\":{\"name\":\"Health Equity Collaborative\"},\"a\":\"Query\"}}"), "{}", answer.text);
}

/// A broken database is the operator's to read about, not the stranger's.
#[tokio::test]
async fn a_fault_shows_a_stranger_an_id_and_no_more() {
    let forum = Forum::open().await;
    let ada = forum.member("ada").await;
    forum.tables().execute_unprepared("ALTER TABLE resource RENAME TO resource_gone").await.expect("broken");
    let answer = forum.visitor().asks("{ library { totalCount nodes { title } } }", json!({})).await;
    let error = &answer["errors"][0];
    assert_eq!((error["message"].as_str(), error["extensions"]["code"].as_str()), (Some("Something went wrong."), Some("INTERNAL")));
    assert!(is_id(&error["extensions"]["id"]), "{error}");
    for leak in ["resource", "SELECT", "sqlx", "column", "relation", "table"] {
        assert!(!format!("{} {}", error["message"], error["extensions"]).contains(leak), "{error}");
    }
    forum
        .visitor()
        .opens("/library")
        .await
        .is(StatusCode::INTERNAL_SERVER_ERROR)
        .shows("Something broke here")
        .does_not_show("resource_gone");
    forum.tables().execute_unprepared("ALTER TABLE session RENAME TO session_gone").await.expect("broken further");
    ada.opens("/about").await.is(StatusCode::INTERNAL_SERVER_ERROR).does_not_show("session_gone");
    let answer = posts(&ada, &[("origin", ORIGIN)], asking(NAME)).await.is(StatusCode::INTERNAL_SERVER_ERROR);
    assert!(codes(&answer) == ["INTERNAL"] && !answer.text.contains("session_gone"), "{}", answer.text);
    assert!(is_id(&json_of(&answer)["errors"][0]["extensions"]["id"]), "{}", answer.text);
    forum.visitor().opens("/about").await.is(StatusCode::OK);
}

/// Whether it is what names a fault in the log: eight hexadecimal digits.
fn is_id(id: &Value) -> bool {
    id.as_str().is_some_and(|id| id.len() == 8 && id.chars().all(|digit| digit.is_ascii_hexdigit()))
}

/// A default for a list of what there is not is more than async-graphql 7.2.1 bears; any stranger can send one.
#[tokio::test]
async fn a_document_that_panics_the_library_is_answered() {
    let forum = Forum::open().await;
    let visitor = forum.visitor();
    for (kind, default) in [("[Nothing]", "[1]"), ("[Nothing!]!", "[{}]"), ("[[Nothing]]", "[[\"x\"]]"), ("[Nothing]", "1")] {
        let answer = posts(&visitor, &[], asking(&format!("query Q($a: {kind} = {default}) {NAME}"))).await;
        let error = &json_of(&answer)["errors"][0]["extensions"];
        match error["code"].as_str() {
            Some("BAD_REQUEST") => assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{kind}: {}", answer.text),
            _ => assert!(error["code"] == "INTERNAL" && is_id(&error["id"]), "{kind}: {}", answer.text),
        }
        assert!(!answer.text.contains("panicked"), "{}", answer.text);
        posts(&visitor, &[], asking(NAME)).await.is(StatusCode::OK).shows_json(NAMED);
    }
}

/// No time comes after the last: a link that is to be good for a quarter of an hour is the program's undoing then, inside a transaction.
#[tokio::test]
async fn a_panic_is_answered_and_over() {
    let forum = Forum::open().await;
    let ada = forum.member("ada").await;
    let now = forum.clock.now();
    let ask = asking("mutation { requestSignInLink(input: { email: \"ada@example.org\" }) { sent } }");

    forum.later(DateTime::<Utc>::MAX_UTC - Duration::minutes(1) - now);
    let answer = posts(&forum.visitor(), &[], ask.clone()).await;
    assert!([StatusCode::OK, StatusCode::INTERNAL_SERVER_ERROR].contains(&answer.status), "{}", answer.status);
    let error = &json_of(&answer)["errors"][0];
    assert_eq!((error["message"].as_str(), error["extensions"]["code"].as_str()), (Some("Something went wrong."), Some("INTERNAL")));
    assert!(is_id(&error["extensions"]["id"]), "{error}");
    let form = ("action=Request&email=ada%40example.org", &[FORM, ("origin", ORIGIN)]);
    forum
        .visitor()
        .sends(Method::POST, "/sign-in", form.1, form.0)
        .await
        .is(StatusCode::INTERNAL_SERVER_ERROR)
        .shows("Something broke here");

    forum.later(now - forum.clock.now());
    posts(&forum.visitor(), &[], ask).await.is(StatusCode::OK).shows_json("\"sent\":true");

    // Nor does any come before the first, at which nobody can say how old a session is.
    forum.later(DateTime::<Utc>::MIN_UTC + Duration::seconds(1) - now);
    for (method, path) in [(Method::GET, "/about"), (Method::POST, "/graphql")] {
        let (ada, is_post) = (ada.clone(), method == Method::POST);
        let asked = tokio::spawn(async move {
            ada.sends(method, path, &[JSON, ("origin", ORIGIN)], if is_post { asking(NAME) } else { String::new() }).await
        });
        let answer = asked.await.expect("a panic ends in an answer, not with the connection");
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{path}: {}", answer.text);
        assert!(!is_post || codes(&answer) == ["INTERNAL"], "{}", answer.text);
    }
    forum.later(now - forum.clock.now());
    ada.opens("/about").await.is(StatusCode::OK);
}
