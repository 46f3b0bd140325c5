//! How a stream begins: at the door, and only while there is a place for it.

use super::*;
use crate::harness::{Forum, ORIGIN, Person};

#[tokio::test(flavor = "multi_thread")]
async fn nobody_follows_more_than_their_share() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = fresh_database(folder.path()).await;
    let mut command = lyceum(&url, folder.path());
    command.env("LYCEUM_RATE_LIMITS", "on");
    let server = Server::start_with(command).await;
    let ada = Caller::from(Someone::signs_in("ada", "member", &server, &url, folder.path()).await);
    let visitor = Caller::visitor(&server.origin);
    let about = visitor.finds_a_topic().await;
    for (who, most) in [(&ada, 10), (&visitor, 20)] {
        let mut streams = Vec::new();
        for _ in 0..most {
            streams.push(who.finds_a_place(SAID, &about).await);
        }
        let refused = who.tries_to_follow(SAID, &about, None).await;
        assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS, "one more than {most}");
        let pause = refused.headers()["retry-after"].to_str().expect("ASCII").parse::<u32>();
        assert!(pause.is_ok_and(|seconds| seconds > 0));
        assert_eq!(code(&refused.json::<Value>().await.expect("JSON")["errors"][0]), "RATE_LIMITED");
        assert!(who.asks("{ community { name } }", json!({})).await["data"].is_object(), "whoever follows may still ask");

        // One that is closed leaves its place to one other.
        streams.pop();
        streams.push(who.finds_a_place(SAID, &about).await);
        assert_eq!(who.tries_to_follow(SAID, &about, None).await.status(), StatusCode::TOO_MANY_REQUESTS);
    }
}

/// What a request for a stream, or for anything else, is refused for before anything is followed.
#[tokio::test]
async fn a_stream_begins_at_the_door_like_everything_else() {
    const JSON: (&str, &str) = ("content-type", "application/json");
    const STREAM: (&str, &str) = ("accept", "text/event-stream");
    const HOME: (&str, &str) = ("origin", ORIGIN);
    let forum = Forum::open().await;
    let (ada, visitor) = (forum.member("ada").await, forum.visitor());
    let asks = async |who: &Person, headers: &[(&str, &str)], query: &str| {
        who.sends(Method::POST, "/graphql", headers, json!({ "query": query }).to_string()).await
    };
    // Nobody can follow what is not there, so each of these answers ends.
    let follow = "subscription { commentPublished(on: \"nothing\") { id } }";
    asks(&ada, &[JSON, STREAM, HOME], follow).await.shows_json("\"NOT_FOUND\"");
    asks(&visitor, &[JSON, STREAM], follow).await.shows_json("\"NOT_FOUND\"");

    for header in
        [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("x-nothing", "said")]
    {
        let answer = asks(&ada, &[JSON, STREAM, header], follow).await.is(StatusCode::FORBIDDEN).shows_json("\"FORBIDDEN\"");
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }

    asks(&visitor, &[JSON], follow).await.is(StatusCode::NOT_ACCEPTABLE);
    for accept in ["application/json", "application/graphql-response+json", "text/html"] {
        asks(&visitor, &[JSON, ("accept", accept)], follow).await.is(StatusCode::NOT_ACCEPTABLE);
    }
    asks(&visitor, &[JSON, STREAM], "{ community { name } }").await.is(StatusCode::NOT_ACCEPTABLE);
    let both = ("accept", "text/event-stream, application/json");
    asks(&visitor, &[JSON, both], "{ community { name } }").await.is(StatusCode::OK).shows_json("Health Equity Collaborative");
    let mutation =
        "mutation { submitResource(input: { title: \"Rota\", kind: \"guide\", description: \"\", draft: true }) { submission { id } } }";
    asks(&ada, &[JSON, STREAM, HOME], mutation).await.is(StatusCode::NOT_ACCEPTABLE);
    assert_eq!(forum.count("submission").await, 0);
    let address = format!("/graphql?query={}", url::form_urlencoded::byte_serialize(follow.as_bytes()).collect::<String>());
    let by_get = visitor.sends(Method::GET, &address, &[STREAM], "").await.is(StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(by_get.header("allow"), "POST");
    visitor.sends(Method::POST, "/graphql", &[("content-type", "text/plain"), STREAM], follow).await.is(StatusCode::UNSUPPORTED_MEDIA_TYPE);

    let doubling: String = (0..20).map(|level| format!("fragment F{level} on Comment {{ ...F{0} ...F{0} }} ", level + 1)).collect();
    let aliases: String = (0..16).map(|number| format!("a{number}: id ")).collect();
    let deep = format!("{} id {}", "parent {".repeat(12), "}".repeat(12));
    let one = |inside: &str| format!("subscription {{ commentPublished(on: \"nothing\") {{ {inside} }} }}");
    let roots = "a: commentPublished(on: \"nothing\") { id } b: commentPublished(on: \"nothing\") { id }";
    for (document, codes) in [
        (format!("{} {doubling} fragment F20 on Comment {{ id }}", one("...F0")), ["TOO_COMPLEX"].as_slice()),
        (one(&aliases), &["TOO_COMPLEX"]),
        (one(&deep), &["TOO_COMPLEX"]),
        (format!("subscription {{ {roots} }}"), &["TOO_COMPLEX", "BAD_REQUEST"]),
        (format!("subscription {{ ...F }} fragment F on Subscription {{ {roots} }}"), &["TOO_COMPLEX", "BAD_REQUEST"]),
        (format!("{} fragment F on Comment {{ ...F }}", one("...F")), &["BAD_REQUEST"]),
        (one("nothing"), &["BAD_REQUEST"]),
        ("subscription {".to_owned(), &["BAD_REQUEST"]),
    ] {
        let answer = asks(&visitor, &[JSON, STREAM], &document).await.is(StatusCode::BAD_REQUEST);
        let refused: Value = serde_json::from_str(&answer.text).expect("JSON");
        assert!(codes.contains(&code(&refused["errors"][0])) && refused["data"].is_null(), "{document}: {refused}");
    }
}
