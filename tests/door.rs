//! The public endpoint and the frame around every answer.

use poem::http::{Method, StatusCode};
use sea_orm_migration::sea_orm::ConnectionTrait;
use serde_json::json;

use crate::harness::{Forum, ORIGIN, resource};

#[tokio::test]
async fn a_foreign_site_can_do_nothing_with_a_members_cookie() {
    let forum = Forum::open().await;
    let ada = forum.member("ada").await;
    let mutation = json!({ "query": "mutation M($input: SubmitResourceInput!) { submitResource(input: $input) { submission { id } } }", "variables": { "input": resource("Rota") } }).to_string();
    let json_type = ("content-type", "application/json");
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "image/png", ""] {
        ada.sends(Method::POST, "/graphql", &[("origin", ORIGIN), ("content-type", kind)], mutation.clone())
            .await
            .is(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    for header in
        [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("x-nothing", "said")]
    {
        ada.sends(Method::POST, "/graphql", &[json_type, header], mutation.clone()).await.is(StatusCode::FORBIDDEN);
        let form = ("content-type", "application/x-www-form-urlencoded");
        ada.sends(Method::POST, "/share", &[form, header], "title=Rota").await.is(StatusCode::FORBIDDEN);
    }
    let by_get = format!(
        "/graphql?query={}",
        url::form_urlencoded::byte_serialize(
            b"mutation { withdrawSubmission(input: {submissionId: \"x\", version: 1}) { submission { id } } }"
        )
        .collect::<String>()
    );
    assert_eq!(ada.sends(Method::GET, &by_get, &[], "").await.is(StatusCode::METHOD_NOT_ALLOWED).header("allow"), "POST");
    assert_eq!(forum.count("submission").await, 0);
    for header in [("sec-fetch-site", "same-origin"), ("origin", "http://localhost:8000"), ("origin", "http://[::1]:8000")] {
        ada.sends(Method::POST, "/graphql", &[json_type, header], json!({ "query": "{ viewer { handle } }" }).to_string())
            .await
            .is(StatusCode::OK)
            .shows_json("ada");
    }
    let query = "/graphql?query=%7Bcommunity%7Bname%7D%7D";
    forum.visitor().sends(Method::GET, query, &[], "").await.is(StatusCode::OK).shows_json("Health Equity Collaborative");
}

#[tokio::test]
async fn the_door_refuses_what_is_no_request() {
    let forum = Forum::open().await;
    let post = async |body: String| forum.visitor().sends(Method::POST, "/graphql", &[("content-type", "application/json")], body).await;
    for body in
        ["", "[]", "[{\"query\":\"{community{name}}\"}]", "{}", "{\"query\":5}", "null", "{\"query\":\"{\"}", "{\"query\":\"{ nothing }\"}"]
    {
        let answer = post(body.to_owned()).await.is(StatusCode::BAD_REQUEST);
        assert!(answer.text.contains("BAD_REQUEST") && !answer.text.contains("\"data\""), "{body}: {}", answer.text);
    }
    post(json!({ "query": format!("{{ a(b: {}", "[".repeat(2000)) }).to_string())
        .await
        .is(StatusCode::BAD_REQUEST)
        .shows_json("TOO_COMPLEX");
    post(json!({ "query": "a ".repeat(1001) }).to_string()).await.is(StatusCode::BAD_REQUEST).shows_json("TOO_COMPLEX");
    post("x".repeat(65 * 1024)).await.is(StatusCode::PAYLOAD_TOO_LARGE);
    let hint = post(json!({ "query": "{ communit { name } }" }).to_string()).await.text;
    assert!(!hint.contains("Did you mean"), "{hint}");
    forum.visitor().sends(Method::PUT, "/graphql", &[], "").await.is(StatusCode::METHOD_NOT_ALLOWED);
    forum.visitor().sends(Method::DELETE, "/library", &[], "").await.is(StatusCode::METHOD_NOT_ALLOWED);
    forum.visitor().opens(&format!("/about?x={}", "x".repeat(9000))).await.is(StatusCode::URI_TOO_LONG);
    let big = "x".repeat(17_000);
    forum.visitor().sends(Method::GET, "/library", &[("x-big", &big)], "").await.is(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    let form = [("content-type", "application/x-www-form-urlencoded")];
    forum.visitor().sends(Method::POST, "/sign-in", &form, vec![b'x'; 1024 * 1024 + 1]).await.is(StatusCode::PAYLOAD_TOO_LARGE);
    forum.visitor().sends(Method::POST, "/sign-in", &[], "email=a").await.is(StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

/// What takes longest is asked first, and still stands first.
#[tokio::test]
async fn fields_stand_in_the_order_of_the_query() {
    let forum = Forum::open().await;
    let made = forum.member("ada").await.shares("Rota").await;
    forum.moderator("grace").await.approves(&made).await;
    let query = "query Q { b: library { totalCount ...Page } community { name } a: __typename }
        fragment Page on ResourceConnection { nodes { submitter { name } title ... on Resource { path submitter { handle } } id } }";
    let answer = forum
        .visitor()
        .sends(Method::POST, "/graphql", &[("content-type", "application/json")], json!({ "query": query }).to_string())
        .await;
    let words: Vec<&str> =
        answer.text.split('"').filter(|word| word.chars().all(|c| c.is_ascii_alphabetic()) && !word.is_empty()).collect();
    let keys = ["data", "b", "totalCount", "nodes", "submitter", "name", "Ada", "handle", "ada", "title", "Rota", "path", "id"];
    assert_eq!(words[..keys.len()], keys, "{}", answer.text);
    assert!(answer.text.ends_with("\"community\":{\"name\":\"Health Equity Collaborative\"},\"a\":\"Query\"}}"), "{}", answer.text);
}

#[tokio::test]
async fn every_answer_carries_its_headers() {
    let forum = Forum::open().await;
    let ada = forum.member("ada").await;
    for (person, path, cache) in [
        (&forum.visitor(), "/", "no-cache"),
        (&ada, "/", "no-store"),
        (&forum.visitor(), "/nothing", "no-store"),
        (&ada, "/desk", "no-store"),
        (&forum.visitor(), "/sign-in/x", "no-store"),
    ] {
        let page = person.opens(path).await;
        assert_eq!(page.header("cache-control"), cache, "{path}");
        assert!(page.header("content-security-policy").starts_with("default-src 'none'; script-src 'self'"), "{path}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("cross-origin-opener-policy", "same-origin"),
            ("content-type", "text/html; charset=utf-8"),
        ] {
            assert_eq!(page.header(name), value, "{path}");
        }
        for absent in ["server", "x-powered-by", "access-control-allow-origin", "strict-transport-security"] {
            assert_eq!(page.header(absent), "", "{path}");
        }
    }
    let answer =
        forum.visitor().sends(Method::POST, "/graphql", &[("content-type", "application/json")], "{\"query\":\"{community{name}}\"}").await;
    assert_eq!((answer.header("cache-control"), answer.header("content-type")), ("no-store", "application/json; charset=utf-8"));
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
    assert_eq!(error["extensions"]["id"].as_str().map(str::len), Some(8));
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
    ada.opens("/about").await.is(StatusCode::INTERNAL_SERVER_ERROR);
    forum.visitor().opens("/about").await.is(StatusCode::OK);
}
