//! Every page: its operation fits the schema, and it renders for everybody.

use std::fs;

use apollo_compiler::{ExecutableDocument, Schema};
use poem::http::StatusCode;

use crate::harness::{Forum, root};

#[tokio::test]
async fn every_operation_fits_the_schema() {
    let forum = Forum::open().await;
    assert_eq!(forum.app.pages.check().await, Vec::<String>::new());
}

/// The same against the committed schema with another implementation: the server's own rules are not the specification's.
#[test]
fn every_operation_fits_the_committed_schema() {
    let sdl = fs::read_to_string(root().join("schema.graphql")).expect("the committed schema");
    let schema = Schema::parse_and_validate(sdl, "schema.graphql").expect("a valid schema");
    let parts = ["fragments", "talk"].map(|name| fs::read_to_string(root().join(format!("frontend/pages/parts/{name}.graphql"))));
    let fragments = parts.map(|part| part.expect("fragments")).join("\n");
    let mut checked = 0;
    let mut folders = vec![root().join("frontend/pages"), root().join("frontend/letters")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "graphql") && !path.parent().is_some_and(|folder| folder.ends_with("parts")) {
                let text = format!("{}\n{fragments}", fs::read_to_string(&path).expect("text"));
                if let Err(errors) = ExecutableDocument::parse_and_validate(&schema, text, &path) {
                    // A pair reaches some of the shared fragments only; the program links those.
                    let wrong: Vec<_> =
                        errors.errors.iter().map(|error| error.to_string()).filter(|error| !error.contains("must be used")).collect();
                    assert!(wrong.is_empty(), "{}: {wrong:?}", path.display());
                }
                checked += 1;
            }
        }
    }
    assert!(checked > 15, "{checked} files");
}

/// The demonstration has something in every state, so each page has everything to show.
#[tokio::test]
async fn every_page_renders_for_everybody() {
    let forum = Forum::open().await;
    assert!(server::demo::fill(&forum.app).await.expect("the demonstration fills an empty forum"));
    assert!(!server::demo::fill(&forum.app).await.expect("an answer"), "once is enough");
    let lived_in = Forum::open().await;
    lived_in.member("ada").await;
    assert!(server::demo::fill(&lived_in.app).await.is_err(), "where people are, nobody is made up");
    assert_eq!(forum.visitor().asks("{ library { totalCount } }", serde_json::json!({})).await["data"]["library"]["totalCount"], 34);
    let slug =
        forum.visitor().asks("{ library { nodes { path } } }", serde_json::json!({})).await["data"]["library"]["nodes"][0]["path"].clone();
    let (author, wren) = (forum.signs_in("thu-nguyen").await, forum.signs_in("wren").await);
    let mut paths: Vec<String> = frontend_routes().iter().map(|path| path.to_string()).collect();
    paths.push(slug.as_str().expect("a path").to_owned());
    for number in 1..=forum.count("submission").await {
        paths.extend([format!("/submissions/{number}"), format!("/desk/{number}")]);
    }
    for number in 1..=forum.count("comment").await {
        paths.push(format!("/comments/{number}"));
    }
    let topics = forum.visitor().asks("{ topics(first: 100) { nodes { path } } }", serde_json::json!({})).await;
    for topic in topics["data"]["topics"]["nodes"].as_array().expect("topics") {
        let path = topic["path"].as_str().expect("a path");
        paths.extend([path.to_owned(), format!("{path}/edit")]);
    }
    for state in ["PENDING", "CHANGES_REQUESTED", "PUBLISHED", "ARCHIVED", "DECLINED", "WITHDRAWN", "REMOVED", "DRAFT"] {
        paths.push(format!("/desk?state={state}"));
    }
    let mut states = std::collections::BTreeSet::new();
    for person in [&forum.visitor(), &author, &wren] {
        for path in &paths {
            let page = person.opens(path).await;
            assert!(page.status != StatusCode::INTERNAL_SERVER_ERROR, "{path}: {}", page.words());
            assert!(page.text.contains("<h1") || path.contains(".atom"), "{path} has a heading");
            states.extend(
                ["Waiting for review", "Changes needed", "In the library", "Not included", "Taken back", "Past", "Taken down"]
                    .into_iter()
                    .filter(|word| page.words().contains(word)),
            );
        }
    }
    assert_eq!(states.len(), 7, "the queue has something in every state");
}

fn frontend_routes() -> Vec<&'static str> {
    vec![
        "/",
        "/library",
        "/library?query=rota&topic=anti-racism",
        "/library?query=!!!",
        "/topics",
        "/topics?status=planned&sort=name",
        "/topics/suggest?keyword=x",
        "/resources/bedside-pictures-a-travelling-weekend-of-films-about-care/edit",
        "/discuss",
        "/decisions",
        "/decisions?kind=topic&decision=decline&month=2026-03",
        "/decisions.atom",
        "/letters",
        "/letters?state=sent",
        "/letters/stop/x",
        "/library?sort=title&kind=guide&focus=food-systems&strategy=advocacy",
        "/share",
        "/submissions",
        "/desk",
        "/join",
        "/sign-in",
        "/sign-in/sent",
        "/sign-in/x",
        "/sign-in?next=/topics&done=kept",
        "/sign-in/failed?reason=state",
        "/sign-in/failed?reason=unavailable",
        "/sign-in/failed?reason=anything",
        "/settings",
        "/settings/account",
        "/settings/tokens",
        "/settings/data",
        "/settings/leave",
        "/settings/address/x",
        "/settings/data/x",
        "/members",
        "/members?query=zz",
        "/members?query=o&sector=academia",
        "/members/wren",
        "/members/ines",
        "/members/library",
        "/about",
        "/guidelines",
        "/privacy",
        "/nothing-here",
        "/?done=joined",
        "/assets/x/y.css",
    ]
}

#[tokio::test]
async fn a_form_of_another_session_is_shown_again_with_what_was_typed() {
    let forum = Forum::open().await;
    let ada = forum.member("ada").await;
    let body = "token=old&action=Submit&title=Rota&description=What+I+typed";
    let headers = [("origin", crate::harness::ORIGIN), ("content-type", "application/x-www-form-urlencoded")];
    let page = ada.sends(poem::http::Method::POST, "/share", &headers, body).await.is(StatusCode::FORBIDDEN);
    assert_eq!(page.value_of("description"), "What I typed");
    assert_ne!(page.value_of("token"), "old");
    ada.does_sign_out().await;
    let body = "token=old&action=Save&name=What+I+typed&sector=academia";
    let page = ada.sends(poem::http::Method::POST, "/settings", &headers, body).await.is(StatusCode::UNAUTHORIZED).shows("Nothing is lost");
    assert_eq!(page.value_of("name"), "What I typed");
    assert_eq!(forum.count("submission").await, 0);
}

#[tokio::test]
async fn assets_are_addressed_by_their_content_and_kept_for_ever() {
    let forum = Forum::open().await;
    let page = forum.visitor().opens("/").await;
    let style =
        page.text.split("href=\"").find(|part| part.contains("lyceum.css")).and_then(|part| part.split('"').next()).expect("a style");
    let style = style.replace("&#x2f;", "/");
    for (accepts, encoding) in [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("", "identity")] {
        let answer = forum.visitor().sends(poem::http::Method::GET, &style, &[("accept-encoding", accepts)], "").await.is(StatusCode::OK);
        assert_eq!((answer.header("content-encoding"), answer.header("cache-control")), (encoding, "public, max-age=31536000, immutable"));
    }
    forum.visitor().opens("/assets/000000000000/lyceum.css").await.is(StatusCode::NOT_FOUND);
}
