//! Comments: what members say under resources and topics, and to each other; all of it across the desk.

use poem::http::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Forum, ORIGIN, Person, each, refusals};

/// A forum with Ada's resource in it, the moderator, and a member with something to say.
async fn rota() -> (Forum, Person, Person, Person, Value) {
    let forum = Forum::open().await;
    let (ada, grace, eve) = (forum.member("ada").await, forum.moderator("grace").await, forum.member("eve").await);
    let rota = grace.publishes(&ada.shares("Rota").await).await;
    (forum, ada, grace, eve, rota)
}

/// Somebody says something, and the desk lets it through: the case, with the comment as `published`.
async fn says(person: &Person, on: &Value, body: &str, desk: &Person) -> Value {
    desk.approves(&person.comments(on, body).await).await
}

/// The thread under the resource, as a stranger reads it.
async fn thread(forum: &Forum) -> Value {
    let query = "{ resource(slug: \"rota\") { commentCount comments { nodes { source } }
        thread(first: 100) { totalCount nodes { source body depth isRemoved replyCount author { handle } } } } }";
    forum.visitor().asks(query, json!({})).await["data"]["resource"].clone()
}

/// What a stranger finds of a comment by its id, its number and the newest everywhere.
async fn found(forum: &Forum, case: &Value) -> Value {
    let query =
        "query Found($id: ID!, $number: Int!) { node(id: $id) { id } comment(number: $number) { source } discussion { totalCount } }";
    let id = if case["published"].is_null() { &case["id"] } else { &case["published"]["id"] };
    forum.visitor().asks(query, json!({ "id": id, "number": case["number"] })).await["data"].clone()
}

fn page_of(case: &Value) -> String {
    format!("/comments/{}", case["number"])
}

fn nobody() -> Value {
    json!({ "node": null, "comment": null, "discussion": { "totalCount": 0 } })
}

/// Letters to somebody about replies.
async fn replies_to(forum: &Forum, handle: &str) -> Vec<String> {
    forum.letters_to(handle).await.into_iter().filter(|letter| letter.contains("To get no more letters about replies")).collect()
}

#[tokio::test]
async fn a_comment_waits_for_the_desk_wherever_it_stands() {
    let (forum, ada, grace, eve, rota) = rota().await;
    grace.publishes(&ada.suggests("Compost").await).await;
    let said = says(&ada, &rota, "It saved our winter.", &grace).await;
    eve.does("/resources/rota", "Comment", &[("body", "Secret one.")]).await.is_accepted();
    eve.does("/topics/compost", "Comment", &[("body", "Secret two.")]).await.is_accepted();
    let path = eve.does(&page_of(&said), "Comment", &[("body", "Secret three.")]).await.is_accepted().leads_to.expect("the submission");
    eve.opens(&path).await.shows("Waiting for review").shows("Secret three.");

    let queue = "{ moderationQueue { nodes { id number version revision title } } }";
    let queue = grace.asks(queue, json!({})).await["data"]["moderationQueue"]["nodes"].clone();
    assert_eq!(each(&queue, "title"), ["Secret one.", "Secret two.", "Secret three."]);
    let counts = "{ resource(slug: \"rota\") { commentCount } topic(slug: \"compost\") { commentCount thread { totalCount } } discussion { totalCount } }";
    for stranger in [forum.visitor(), ada.clone()] {
        for page in
            ["/", "/resources/rota", "/topics", "/topics/compost", "/discuss", "/decisions", "/library?query=secret", &page_of(&said)]
        {
            stranger.opens(page).await.is(StatusCode::OK).does_not_show("Secret");
        }
        assert_eq!(
            stranger.asks(counts, json!({})).await["data"],
            json!({ "resource": { "commentCount": 1 }, "topic": { "commentCount": 0, "thread": { "totalCount": 0 } }, "discussion": { "totalCount": 1 } })
        );
        for waiting in queue.as_array().expect("a list") {
            stranger.opens(&page_of(waiting)).await.is(StatusCode::NOT_FOUND);
            let hidden = "query Hidden($id: ID!, $number: Int!) { node(id: $id) { id } submission(number: $number) { id } comment(number: $number) { source } }";
            let hidden = stranger.asks(hidden, json!({ "id": waiting["id"], "number": waiting["number"] })).await;
            assert_eq!(hidden["data"], json!({ "node": null, "submission": null, "comment": null }));
        }
    }
    for waiting in queue.as_array().expect("a list") {
        grace.approves(waiting).await;
    }
    let visitor = forum.visitor();
    visitor.opens("/resources/rota").await.shows("3 comments").shows("Secret one.").shows("Secret three.").does_not_show("Secret two.");
    visitor.opens("/topics/compost").await.shows("1 comment").shows("Secret two.");
    visitor.opens("/discuss").await.shows("4 comments").shows("On the topic Compost").shows("On the resource Rota");
    visitor.opens(&page_of(&said)).await.shows("1 reply").shows("Secret three.");
    visitor.opens(&page_of(&queue[2])).await.shows("In answer to").shows("It saved our winter.");
    forum.verifies().await;
}

#[tokio::test]
async fn what_cannot_be_said_is_refused_by_name() {
    let (forum, ada, grace, eve, rota) = rota().await;
    let pending = eve.comments(&rota, "Soon.").await;
    let before = forum.everything().await;
    let member = eve.asks("{ viewer { id } }", json!({})).await["data"]["viewer"]["id"].clone();
    for on in [&json!("garbage"), &json!(""), &member, &pending["id"]] {
        assert_eq!(refusals(&eve.mutates("writeComment", json!({ "on": on, "body": "Hello." })).await), ["NOT_FOUND on"]);
    }
    for (body, refusal) in [(" \n".to_owned(), "REQUIRED body"), ("x".repeat(10_001), "TOO_LONG body"), (">".repeat(40), "INVALID body")] {
        assert_eq!(refusals(&eve.mutates("writeComment", json!({ "on": rota["id"], "body": body })).await), [refusal]);
    }
    let page = eve.does("/resources/rota", "Comment", &[("body", " ")]).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.error_of("body"), "Error: Write something first");
    let visitor = forum.visitor();
    assert_eq!(refusals(&visitor.mutates("writeComment", json!({ "on": rota["id"], "body": "Hello." })).await), ["UNAUTHENTICATED"]);
    visitor.opens("/resources/rota").await.shows("Sign in to comment");
    for path in ["/comments/0", "/comments/-1", "/comments/x", "/comments/99999999999", "/comments/1"] {
        visitor.opens(path).await.is(StatusCode::NOT_FOUND);
    }
    assert_eq!(forum.everything().await, before);
    let said = says(&ada, &rota, "<script>alert(1)</script>\n\n**bold** [x](javascript:alert(1))", &grace).await;
    visitor.opens(&page_of(&said)).await.shows("bold").does_not_show("<script>alert").does_not_show("javascript:");
}

#[tokio::test]
async fn a_thread_is_read_in_order() {
    let (forum, ada, grace, eve, rota) = rota().await;
    let a = says(&eve, &rota, "A", &grace).await["published"].clone();
    let b = says(&ada, &rota, "B", &grace).await["published"].clone();
    says(&eve, &b, "B1", &grace).await;
    let a1 = says(&ada, &a, "A1", &grace).await["published"].clone();
    says(&eve, &a, "A2", &grace).await;
    says(&ada, &a1, "A11", &grace).await;

    let read = thread(&forum).await;
    let nodes = &read["thread"]["nodes"];
    assert_eq!(each(nodes, "source"), ["A", "A1", "A11", "A2", "B", "B1"]);
    let depths: Vec<_> = nodes.as_array().expect("a list").iter().filter_map(|node| node["depth"].as_i64()).collect();
    assert_eq!(depths, [1, 2, 3, 2, 1, 2]);
    let replies: Vec<_> = nodes.as_array().expect("a list").iter().filter_map(|node| node["replyCount"].as_i64()).collect();
    assert_eq!(replies, [2, 1, 0, 0, 1, 0]);
    assert_eq!((read["commentCount"].as_i64(), each(&read["comments"]["nodes"], "source")), (Some(6), vec!["A", "B"]));
    let below = "query Below($id: ID!) { node(id: $id) { ... on Comment { replies { nodes { source } } thread { nodes { source parent { source } } } } } }";
    let below = eve.asks(below, json!({ "id": a["id"] })).await["data"]["node"].clone();
    assert_eq!(each(&below["replies"]["nodes"], "source"), ["A1", "A2"]);
    assert_eq!(each(&below["thread"]["nodes"], "source"), ["A1", "A11", "A2"]);
    assert_eq!(below["thread"]["nodes"][1]["parent"]["source"], "A1");

    // Read in pages, the order is the same.
    let paged = "query Paged($after: String) { resource(slug: \"rota\") { thread(first: 4, after: $after) { nodes { source } pageInfo { endCursor } } } }";
    let first = eve.asks(paged, json!({})).await["data"]["resource"]["thread"].clone();
    let second = eve.asks(paged, json!({ "after": first["pageInfo"]["endCursor"] })).await["data"]["resource"]["thread"].clone();
    assert_eq!([each(&first["nodes"], "source"), each(&second["nodes"], "source")].concat(), each(nodes, "source"));
}

#[tokio::test]
async fn a_page_shows_six_levels_and_the_data_fifty() {
    let (forum, ada, grace, eve, rota) = rota().await;
    let mut cases = vec![json!({ "published": rota })];
    for level in 1..=50 {
        let person = if level % 2 == 0 { &ada } else { &eve };
        let case = says(person, &cases[level - 1]["published"], &format!("Level {level:02}."), &grace).await;
        cases.push(case);
    }
    let before = forum.everything().await;
    let too_deep = json!({ "on": cases[50]["published"]["id"], "body": "Level 51." });
    assert_eq!(refusals(&eve.mutates("writeComment", too_deep).await), ["TOO_LONG on"]);
    assert_eq!(forum.everything().await, before);

    let visitor = forum.visitor();
    visitor.opens("/resources/rota").await.shows("50 comments").shows("Level 06.").shows("1 more reply").does_not_show("Level 07.");
    let sixth = visitor.opens(&page_of(&cases[6])).await.shows("Level 05.").shows("Level 06.").shows("Level 11.").shows("1 more reply");
    sixth.does_not_show("Level 04.").does_not_show("Level 12.");
    let deepest = eve.opens(&page_of(&cases[50])).await.shows("This thread can go no deeper").shows("Level 49.");
    assert!(!deepest.forms().iter().any(|form| form.iter().any(|(name, _)| name == "body")), "no form that could only be refused");
    assert_eq!(thread(&forum).await["thread"]["totalCount"], 6);
    forum.verifies().await;
}

#[tokio::test]
async fn what_answers_something_taken_down_meanwhile_is_refused() {
    let (forum, ada, grace, eve, rota) = rota().await;
    let said = says(&eve, &rota, "First words.", &grace).await;
    let opened = ada.opens(&page_of(&said)).await;
    let waiting = ada.comments(&said["published"], "I agree.").await;
    assert_eq!(refusals(&grace.decides("REMOVE", &said, json!({ "reason": "PRIVACY" })).await), Vec::<String>::new());

    let before = forum.everything().await;
    let answer = json!({ "on": said["published"]["id"], "body": "Too late." });
    assert_eq!(refusals(&ada.mutates("writeComment", answer).await), ["NOT_FOUND on"]);
    let page = ada.fills(&opened, opened.form_that("Comment"), &[("body", "A long and careful answer.")]).await;
    assert!(page.status.is_client_error(), "{}", page.status);
    assert!(page.text.contains("A long and careful answer."), "what was typed is still there: {}", page.words());
    assert_eq!(refusals(&grace.decides("APPROVE", &waiting, json!({})).await), ["NOT_FOUND on"]);
    grace
        .does(waiting["deskPath"].as_str().expect("a path"), "Decide", &[("decision", "APPROVE")])
        .await
        .is(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(forum.everything().await, before);
    let declined = grace.decides("DECLINE", &waiting, json!({ "reason": "OTHER" })).await;
    assert_eq!(declined["submission"]["state"], "DECLINED");

    // The same when all of it is gone.
    let waiting = eve.comments(&rota, "About the rota.").await;
    let made = ada.asks("{ resource(slug: \"rota\") { submission { id version } } }", json!({})).await["data"]["resource"].clone();
    ada.brings("withdrawSubmission", json!({ "submissionId": made["submission"]["id"], "version": made["submission"]["version"] })).await;
    assert_eq!(refusals(&eve.mutates("writeComment", json!({ "on": rota["id"], "body": "Too late." })).await), ["NOT_FOUND on"]);
    grace.opens(waiting["deskPath"].as_str().expect("a path")).await.is(StatusCode::OK).shows("What this answers was taken down meanwhile");
    assert_eq!(refusals(&grace.decides("APPROVE", &waiting, json!({})).await), ["NOT_FOUND on"]);
    forum.verifies().await;
}

#[tokio::test]
async fn a_comment_that_is_taken_down_leaves_its_place_and_no_word() {
    let (forum, ada, grace, eve, rota) = rota().await;
    let said = says(&eve, &rota, "Unkind words.", &grace).await;
    let answer = says(&ada, &said["published"], "Please be kind.", &grace).await;
    let decided = json!({ "reason": "OTHER", "message": "Not like this." });
    assert_eq!(grace.decides("REMOVE", &said, decided).await["submission"]["state"], "REMOVED");

    let visitor = forum.visitor();
    for path in ["/resources/rota", "/discuss", "/", "/decisions", &page_of(&answer)] {
        visitor.opens(path).await.is(StatusCode::OK).does_not_show("Unkind").does_not_show("Not like this.");
    }
    visitor.opens("/resources/rota").await.shows("1 comment").shows("A comment that stood here was taken down").shows("Please be kind.");
    visitor.opens(&page_of(&said)).await.is(StatusCode::GONE).shows("This was taken down").does_not_show("Unkind");
    let read = thread(&forum).await;
    let place = json!({ "source": "", "body": "", "depth": 1, "isRemoved": true, "replyCount": 1, "author": null });
    assert_eq!((&read["thread"]["nodes"][0], read["commentCount"].as_i64()), (&place, Some(1)));
    assert_eq!(found(&forum, &said).await, json!({ "node": null, "comment": null, "discussion": { "totalCount": 1 } }));
    assert_eq!(forum.count("comment WHERE body LIKE '%Unkind%' OR body_html LIKE '%Unkind%'").await, 0);
    let letter = forum.letters_to("eve").await.pop().expect("a letter");
    assert!(letter.contains("Subject: Taken down: your comment on Rota") && letter.contains("Not like this."), "{letter}");

    // Its author may take one back, too. A place that nobody answers any more is none.
    ada.does(answer["path"].as_str().expect("a path"), "Withdraw", &[]).await.is_accepted();
    visitor.opens(&page_of(&answer)).await.is(StatusCode::GONE).shows("This was taken back");
    assert_eq!(found(&forum, &answer).await, nobody());
    let read = thread(&forum).await;
    assert_eq!((read["commentCount"].as_i64(), read["thread"]["totalCount"].as_i64()), (Some(0), Some(0)), "{read}");
    visitor.opens("/resources/rota").await.shows("No comments yet").does_not_show("A comment that stood here");
    forum.verifies().await;
}

#[tokio::test]
async fn comments_go_with_what_they_are_about() {
    let (forum, ada, grace, eve, rota) = rota().await;
    let said = says(&eve, &rota, "First words.", &grace).await;
    let answer = says(&ada, &said["published"], "Second words.", &grace).await;
    let made =
        grace.asks("{ resource(slug: \"rota\") { submission { id version revision } } }", json!({})).await["data"]["resource"].clone();
    assert_eq!(refusals(&grace.decides("REMOVE", &made["submission"], json!({ "reason": "OTHER" })).await), Vec::<String>::new());
    for case in [&said, &answer] {
        assert_eq!(found(&forum, case).await, nobody());
        forum.visitor().opens(&page_of(case)).await.is(StatusCode::NOT_FOUND);
    }
    for path in ["/", "/discuss", "/decisions", "/decisions.atom"] {
        forum.visitor().opens(path).await.is(StatusCode::OK).does_not_show("First words");
    }
    assert_eq!(refusals(&eve.mutates("writeComment", json!({ "on": said["published"]["id"], "body": "More." })).await), ["NOT_FOUND on"]);
    let edit = json!({ "id": said["published"]["id"], "comment": { "body": "Other words." } });
    assert_eq!(refusals(&eve.mutates("editPublished", edit).await), ["NOT_FOUND id"]);
    // Their authors and the desk still find them where they sent them, and may still take them back.
    eve.opens(said["path"].as_str().expect("a path")).await.shows("First words.");
    grace.opens(said["deskPath"].as_str().expect("a path")).await.is(StatusCode::OK);
    eve.brings("withdrawSubmission", json!({ "submissionId": said["id"], "version": said["version"] })).await;
    assert_eq!(forum.count("comment WHERE body = ''").await, 1);
    forum.verifies().await;
}

#[tokio::test]
async fn who_is_answered_gets_a_letter() {
    let (forum, ada, grace, eve, rota) = rota().await;
    let said = says(&eve, &rota, "Works for us.", &grace).await;
    let letters = replies_to(&forum, "ada").await;
    assert!(letters.len() == 1 && letters[0].contains("Subject: Eve commented on Rota"), "{letters:?}");
    assert!(letters[0].contains(&format!("{ORIGIN}{}", page_of(&said))), "{letters:?}");
    let answer = says(&ada, &said["published"], "Good to know.", &grace).await;
    let letters = replies_to(&forum, "eve").await;
    assert!(letters.len() == 1 && letters[0].contains("Subject: Ada answered you: Rota"), "{letters:?}");

    // The parent's author alone is told, and nobody of their own words.
    says(&eve, &answer["published"], "Thank you.", &grace).await;
    says(&eve, &said["published"], "One more thing.", &grace).await;
    says(&ada, &rota, "A word from me.", &grace).await;
    assert_eq!((replies_to(&forum, "ada").await.len(), replies_to(&forum, "eve").await.len()), (2, 1));

    // A letter about what was taken down before it left is not sent.
    let hasty = says(&eve, &answer["published"], "Hasty words.", &grace).await;
    assert_eq!(grace.decides("REMOVE", &hasty, json!({ "reason": "OTHER" })).await["submission"]["state"], "REMOVED");
    assert_eq!(replies_to(&forum, "ada").await.len(), 2);
    let ines = forum.person("ines", "admin").await;
    let cancelled = ines.asks("{ letters(state: CANCELLED) { nodes { letter to } } }", json!({})).await["data"]["letters"]["nodes"].clone();
    assert!(each(&cancelled, "letter").contains(&"reply"), "{cancelled}");
}

#[tokio::test]
async fn letters_about_replies_stop_when_somebody_says_so() {
    let (forum, ada, grace, eve, rota) = rota().await;
    let said = says(&eve, &rota, "Works for us.", &grace).await;
    says(&ada, &said["published"], "Good to know.", &grace).await;
    let letter = replies_to(&forum, "eve").await.pop().expect("a letter");
    let link = letter.lines().find_map(|line| line.strip_prefix(ORIGIN).filter(|path| path.starts_with("/letters/stop/"))).expect("a link");

    // Opening it stops nothing, for programs look at every link; neither does a link that is not good.
    let visitor = forum.visitor();
    let page = visitor.opens(link).await.is(StatusCode::OK).shows("Press the button");
    assert_eq!((page.header("cache-control"), page.header("referrer-policy")), ("no-store", "same-origin"));
    for wrong in ["/letters/stop/garbage", &format!("{link}x"), &link.replace("/letters/stop/", "/letters/stop/A")] {
        let refused = visitor.submits(wrong, &[]).await;
        assert!(refused.status.is_client_error(), "{wrong}: {}", refused.status);
        refused.shows("This link does not work here");
    }
    assert_eq!(refusals(&visitor.mutates("stopReplyLetters", json!({ "token": "garbage" })).await), ["NOT_FOUND token"]);
    says(&ada, &said["published"], "Still here.", &grace).await;
    assert_eq!(replies_to(&forum, "eve").await.len(), 2);
    let pressed = visitor.submits(link, &[]).await.is_accepted().leads_to.expect("a page");
    visitor.opens(&pressed).await.shows("Stopped. No more letters about replies will come.");
    says(&ada, &said["published"], "Unread.", &grace).await;
    assert_eq!(replies_to(&forum, "eve").await.len(), 2);
    let wanted = "{ viewer { replyLetters } }";
    assert_eq!(eve.asks(wanted, json!({})).await["data"]["viewer"]["replyLetters"], false);

    // Who changes their mind has them again; the same box says no.
    assert_eq!(refusals(&eve.mutates("setReplyLetters", json!({ "wanted": true })).await), Vec::<String>::new());
    assert_eq!(refusals(&ada.mutates("setReplyLetters", json!({ "wanted": false })).await), Vec::<String>::new());
    assert_eq!(refusals(&visitor.mutates("setReplyLetters", json!({ "wanted": false })).await), ["UNAUTHENTICATED"]);
    let told = replies_to(&forum, "ada").await.len();
    says(&ada, &said["published"], "Read again.", &grace).await;
    says(&eve, &rota, "And this.", &grace).await;
    assert_eq!((replies_to(&forum, "eve").await.len(), replies_to(&forum, "ada").await.len()), (3, told));
}

#[tokio::test]
async fn a_comment_is_changed_by_its_author_alone() {
    let (forum, ada, grace, eve, rota) = rota().await;
    let said = says(&eve, &rota, "Works for us.", &grace).await;
    let edit = |body: &str| json!({ "id": said["published"]["id"], "comment": { "body": body } });
    let before = forum.everything().await;
    for other in [&ada, &grace] {
        assert_eq!(refusals(&other.mutates("editPublished", edit("Works for nobody.")).await), ["FORBIDDEN id"]);
        other.opens(&format!("{}/edit", page_of(&said))).await.shows("Only its author can change a comment");
    }
    assert_eq!(refusals(&eve.mutates("editPublished", edit(" ")).await), ["REQUIRED comment.body"]);
    assert_eq!(forum.everything().await, before);

    eve.does(&format!("{}/edit", page_of(&said)), "Edit", &[("comment.body", "Works for us all.")]).await.is_accepted();
    forum.visitor().opens("/resources/rota").await.shows("Works for us.").does_not_show("Works for us all.");
    let open = grace.asks("{ nextInQueue { id version revision isEdit } }", json!({})).await["data"]["nextInQueue"].clone();
    assert_eq!(open["isEdit"], true);
    forum.later(chrono::Duration::minutes(5));
    grace.approves(&open).await;
    forum.visitor().opens(&page_of(&said)).await.is(StatusCode::OK).shows("Works for us all.").shows("changed just now");
    let told = forum.letters_to("eve").await.pop().expect("a letter");
    assert!(told.contains("Subject: Your edit is in place: comment on Rota"), "{told}");
    // An edit is no reply: who was told of the comment is not told again.
    assert_eq!((replies_to(&forum, "ada").await.len(), thread(&forum).await["commentCount"].as_i64()), (1, Some(1)));
    forum.verifies().await;
}
