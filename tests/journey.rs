//! The main job: one resource travels from a member's form, across the desk, into the public library.

use poem::http::StatusCode;
use serde_json::json;

use crate::harness::{Forum, refusals};

const TITLE: &str = "Night clinic rota for market towns";

#[tokio::test]
async fn a_resource_travels_through_pages() {
    let forum = Forum::open().await;
    let (visitor, grace) = (forum.visitor(), forum.moderator("grace").await);

    // Amara joins by e-mail: the link shows a form, and an empty form says what is missing.
    visitor.submits("/join", &[("email", "amara@example.org")]).await.is_accepted();
    let letter = forum.letters_to("amara").await.pop().expect("a letter with a link");
    let link = letter.lines().find(|line| line.starts_with("http")).expect("a link").to_owned();
    let mut amara = forum.visitor();
    let refused = amara.joins(&link, &[("name", "")]).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.error_of("name"), "Error: Give a name");
    let answers = [("name", "Amara Osei"), ("handle", "amara"), ("sector", "community-organisation"), ("agrees", "yes")];
    amara.joins(&link, &answers).await.is_accepted();
    amara.opens("/settings").await.shows("@amara");

    // She shares; what she typed stays while something is missing.
    let fields = [("url", "https://ridesfromhere.example/rota"), ("title", ""), ("kind", "guide"), ("description", "A rota to copy.")];
    let refused = amara.submits("/share", &fields).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.error_of("title"), "Error: Give it the title that it carries");
    assert_eq!(refused.value_of("description"), "A rota to copy.");
    let fields = [("url", "https://ridesfromhere.example/rota"), ("title", "Rota"), ("kind", "guide"), ("description", "A rota to copy.")];
    let path = amara.submits("/share", &fields).await.is_accepted().leads_to.expect("the submission");
    let path = path.split('?').next().expect("a path").to_owned();
    amara.opens("/submissions").await.shows("Waiting for review").shows("Rota");
    for address in ["/", "/library", "/resources/rota", &path] {
        visitor.opens(address).await.does_not_show("A rota to copy");
    }

    // A moderator asks for another title.
    let desk = grace.opens("/desk").await.shows("Rota");
    let review = desk
        .text
        .split("&#x2f;desk&#x2f;")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .map(|number| format!("/desk/{number}"))
        .expect("a link to it");
    let asks = [("decision", "REQUEST_CHANGES"), ("requests.0.message", "Say what kind of rota.")];
    grace.does(&review, "Decide", &asks).await.is_accepted();
    let letter = forum.letters_to("amara").await.pop().expect("a letter");
    assert!(letter.contains("Subject: Changes needed: Rota") && letter.contains("- Title: Say what kind of rota."), "{letter}");

    // The author answers beside the field.
    let page = amara.opens(&path).await.shows("Changes needed").shows("Say what kind of rota.");
    let box_of_request =
        page.text.split("name=\"answered\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a box beside the title");
    amara.does(&path, "Revise", &[("resource.title", TITLE), ("answered", box_of_request)]).await.is_accepted();
    grace.opens(&review).await.shows(TITLE).shows("Done in the second version");

    // Approved, everyone finds it.
    grace.does(&review, "Decide", &[("decision", "APPROVE")]).await.is_accepted();
    visitor.opens("/library").await.shows(TITLE);
    visitor.opens("/resources/night-clinic-rota-for-market-towns").await.is(StatusCode::OK).shows("A rota to copy.").shows("Amara Osei");
    let letter = forum.letters_to("amara").await.pop().expect("a letter");
    assert!(letter.contains("/resources/night-clinic-rota-for-market-towns"), "{letter}");
    amara.opens(&path).await.shows("In the library");
}

#[tokio::test]
async fn a_resource_travels_through_graphql() {
    let forum = Forum::open().await;
    let (visitor, ada, grace) = (forum.visitor(), forum.member("ada").await, forum.moderator("grace").await);
    let library = "query Library { library { totalCount nodes { title kind description submitter { name } } } }";

    let made = ada.shares("Rota").await;
    assert_eq!((made["state"].as_str(), made["version"].as_i64(), made["revision"].as_i64()), (Some("PENDING"), Some(1), Some(1)));
    assert_eq!(made["viewerActions"], json!(["REVISE", "WITHDRAW"]));
    assert_eq!(visitor.asks(library, json!({})).await["data"]["library"]["totalCount"], 0);
    let hidden = "query Hidden($id: ID!) { node(id: $id) { id } submission(id: $id) { id } }";
    assert_eq!(visitor.asks(hidden, json!({ "id": made["id"] })).await["data"], json!({ "node": null, "submission": null }));

    let queue = "query Queue { moderationQueue { totalCount nodes { id title version revision viewerActions } } }";
    let waiting = grace.asks(queue, json!({})).await["data"]["moderationQueue"]["nodes"][0].clone();
    assert_eq!(waiting["viewerActions"], json!(["CLAIM", "APPROVE", "REQUEST_CHANGES", "DECLINE"]));
    let asks = json!({ "requests": [{ "field": "title", "message": "Say what kind of rota." }] });
    let returned = grace.decides("REQUEST_CHANGES", &waiting, asks).await["submission"].clone();
    assert_eq!((returned["state"].as_str(), returned["version"].as_i64()), (Some("CHANGES_REQUESTED"), Some(2)));

    let mut text = crate::harness::resource("Rota");
    text["title"] = TITLE.into();
    let answer = json!({ "submissionId": made["id"], "version": 2, "resource": text, "answered": [returned["requests"][0]["id"]] });
    let sent = ada.mutates("reviseSubmission", answer).await["submission"].clone();
    assert_eq!((sent["state"].as_str(), sent["version"].as_i64(), sent["revision"].as_i64()), (Some("PENDING"), Some(3), Some(2)));
    assert_eq!(sent["requests"][0]["answeredIn"], 2);

    grace.approves(&sent).await;
    let found = visitor.asks(library, json!({})).await["data"]["library"].clone();
    assert_eq!((found["totalCount"].as_i64(), found["nodes"][0]["title"].as_str()), (Some(1), Some(TITLE)));
    assert_eq!(found["nodes"][0]["submitter"]["name"], "Ada");

    let history = "query History($id: ID!) { submission(id: $id) { timeline { nodes { action decision { decider { name } } } } published { ... on Resource { path } } } }";
    let history = ada.asks(history, json!({ "id": made["id"] })).await["data"]["submission"].clone();
    let actions: Vec<_> =
        history["timeline"]["nodes"].as_array().expect("a list").iter().map(|event| event["action"].as_str().expect("a word")).collect();
    assert_eq!(actions, ["SUBMIT", "REQUEST_CHANGES", "REVISE", "APPROVE"]);
    assert_eq!(history["timeline"]["nodes"][3]["decision"]["decider"], json!(null), "authors read “the moderation team”");
    assert_eq!(history["published"]["path"], "/resources/night-clinic-rota-for-market-towns");
}

#[tokio::test]
async fn a_stranger_is_asked_to_sign_in_and_told_why() {
    let forum = Forum::open().await;
    for path in ["/submissions", "/submissions/1", "/desk", "/desk/1", "/settings"] {
        forum.visitor().opens(path).await.is(StatusCode::OK).shows("Sign in or join").shows("Sign in first");
    }
    let answer = forum.visitor().mutates("submitResource", crate::harness::resource("Rota")).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    let ada = forum.member("ada").await;
    ada.opens("/desk").await.is(StatusCode::FORBIDDEN);
    let made = ada.shares("Rota").await;
    assert_eq!(ada.decides("APPROVE", &made, json!({})).await["errors"][0]["extensions"]["code"], "FORBIDDEN");
    assert_eq!(forum.count("resource").await, 0);
    let grace = forum.moderator("grace").await;
    let own = grace.shares("Mine").await;
    assert_eq!(refusals(&grace.decides("APPROVE", &own, json!({})).await), ["CONFLICT_OF_INTEREST"]);
}
