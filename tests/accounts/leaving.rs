//! Leaving: what stays of somebody, and what does not.

use super::{
    copies::asks_for_a_copy,
    tokens::{opens, token},
    *,
};

async fn leaves(person: &Person, contributions: &str) {
    let answer = person.mutates("deleteAccount", json!({ "handle": person.handle, "contributions": contributions })).await;
    assert_eq!((refusals(&answer), &answer["deleted"]), (Vec::new(), &json!(true)));
}

/// Where and how often a word stands in what the tables hold of contributions, decisions and letters.
async fn everywhere(forum: &Forum, word: &str) -> Vec<String> {
    let mut found = Vec::new();
    for column in [
        "revision.content",
        "submission.title",
        "decision.message",
        "change_request.message",
        "log_detail.note",
        "outbox.variables",
        "resource.content",
        "topic.content",
        "comment.body",
        "comment.body_html",
        "member.about",
    ] {
        let (table, field) = column.split_once('.').expect("a table");
        let count = forum.count(&format!("{table} WHERE {field} LIKE '%{word}%'")).await;
        if count > 0 {
            found.push(format!("{count} in {column}"));
        }
    }
    found
}

/// What holds after anybody has left: the log, the counts of votes, and that nothing names who is not there.
async fn is_consistent(forum: &Forum) {
    forum.verifies().await;
    assert_eq!(forum.count("topic WHERE votes <> (SELECT COUNT(*) FROM topic_vote WHERE topic_number = topic.number)").await, 0);
    for column in [
        "submission.author_id",
        "revision.author_id",
        "decision.decider_id",
        "log_detail.actor_id",
        "resource.submitter_id",
        "topic.suggester_id",
        "comment.author_id",
        "claim.member_id",
        "session.member_id",
        "access_token.member_id",
        "idempotency_key.member_id",
    ] {
        let (table, field) = column.split_once('.').expect("a table");
        assert_eq!(forum.count(&format!("{table} WHERE {field} NOT IN (SELECT id FROM member)")).await, 0, "{column}");
    }
}

async fn log(person: &Person) -> Value {
    let query = "{ decisionLog { totalCount nodes { kind of reason { id } decider { handle name } } } }";
    person.asks(query, json!({})).await["data"]["decisionLog"].clone()
}

#[tokio::test]
async fn who_leaves_and_lets_it_stay_is_forgotten_and_the_library_is_not() {
    let forum = Forum::open().await;
    let (grace, eve, ada) = (forum.moderator("grace").await, forum.member("eve").await, forum.member("ada").await);
    let profile = json!({ "name": "Ada Lovelace", "sector": "academia", "organisation": "Canaryhouse", "about": "Canaryabout" });
    ada.mutates("updateProfile", profile).await;
    let rota = grace.publishes(&ada.shares("Rota").await).await;
    let compost = grace.publishes(&ada.suggests("Compost").await).await;
    let said = grace.approves(&ada.comments(&rota, "It helps.").await).await;
    let rats = grace.publishes(&eve.suggests("Rats").await).await;
    for (voter, topic) in [(&ada, &rats), (&grace, &rats), (&eve, &compost)] {
        assert_eq!(refusals(&voter.mutates("vote", json!({ "topicId": topic["id"], "vote": true })).await), NOTHING);
    }
    let declined = ada.shares("Nothing").await;
    grace.decides("DECLINE", &declined, json!({ "reason": "OTHER", "message": "Sorry." })).await;
    let mut draft = resource("Canarydraft");
    draft["draft"] = json!(true);
    ada.brings("submitResource", draft).await;
    let returned = ada.shares("Canaryreturned").await;
    let requests = json!({ "message": "Canarymessage", "requests": [{ "field": "title", "message": "Canaryrequest" }] });
    grace.decides("REQUEST_CHANGES", &returned, requests).await;
    let waiting = ada.shares("Waiting").await;
    // What hangs on an account, all of it still open.
    let secret = token(&ada, &["READ"]).await;
    let link = posted_link(&forum, "ada").await;
    assert_eq!(refusals(&ada.mutates("changeEmail", json!({ "email": "ada-new@example.org" })).await), NOTHING);
    assert_eq!(asks_for_a_copy(&ada).await, NOTHING);
    let confirm = letter(&forum, "ada-new").await.1;
    let (before, decided) = (log(&forum.visitor()).await, forum.count("log_entry").await);

    for (typed, field, words) in [
        ([("handle", "eve"), ("contributions", "KEEP")], "handle", "This is not your handle"),
        ([("handle", ""), ("contributions", "KEEP")], "handle", "This is not your handle"),
        ([("handle", "ada"), ("contributions", "")], "contributions", "Choose what becomes of what you contributed"),
    ] {
        let page = ada.does("/settings/leave", "Leave", &typed).await.is(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.error_of(field).contains(words), "{}", page.words());
    }
    assert!(is_signed_in(&ada).await && log(&forum.visitor()).await == before && forum.count("log_entry").await == decided);
    let page = ada.does("/settings/leave", "Leave", &[("handle", "@Ada "), ("contributions", "KEEP")]).await.is_accepted();
    assert_eq!(page.leads_to.as_deref(), Some("/?done=Leave"));

    is_consistent(&forum).await;
    let wren = forum.visitor();
    for path in [rota["path"].as_str(), compost["path"].as_str(), said["published"]["path"].as_str()] {
        wren.opens(path.expect("a path"))
            .await
            .is(StatusCode::OK)
            .shows("Former member")
            .does_not_show("Lovelace")
            .does_not_show("Canaryhouse");
    }
    let votes = "query Votes($slug: String!) { topic(slug: $slug) { votes suggester { handle } } }";
    for (slug, count) in [("rats", 1), ("compost", 1)] {
        assert_eq!(wren.asks(votes, json!({ "slug": slug })).await["data"]["topic"]["votes"], count, "{slug}");
    }
    assert_eq!(log(&wren).await, before, "what was decided is on record");
    wren.opens("/members/ada").await.is(StatusCode::NOT_FOUND);
    let query = "{ member(handle: \"ada\") { name } members { nodes { handle } } }";
    let found = grace.asks(query, json!({})).await["data"].clone();
    assert_eq!((&found["member"], each(&found["members"]["nodes"], "handle")), (&Value::Null, vec!["eve", "grace"]));
    assert_eq!(everywhere(&forum, "Canary").await, NOTHING);
    for table in
        ["access_token", "email_change", "data_export", "idempotency_key", "member WHERE handle = 'ada' OR email = 'ada@example.org'"]
    {
        assert_eq!(forum.count(table).await, 0, "{table}");
    }

    assert!(!is_signed_in(&ada).await && opens(&forum, &secret).await.is_none());
    assert!(forum.app.sign_in_link("ada").await.expect("an answer").is_none());
    wren.opens(&link).await.shows("This link has done its work");
    wren.opens(&confirm).await.shows("A link like this works once, for a day");
    assert_eq!(forum.count("outbox WHERE address LIKE 'ada%@example.org' AND letter <> 'left'").await, 0);
    let (told, _) = letter(&forum, "ada").await;
    assert!(told.contains("is deleted") && !told.contains("Lovelace"), "{told}");
    assert_eq!(forum.app.pack().await.expect("nothing to do"), 0);

    // What waits may still be decided, and nobody gets a letter about it.
    let letters = forum.letters().await.len();
    grace.approves(&waiting).await;
    assert_eq!(forum.letters().await.len(), letters);
    wren.opens("/resources/waiting").await.shows("Former member");
    // Whoever joins with that address is somebody new.
    let mut newcomer = forum.visitor();
    let answers = [("name", "Another Ada"), ("handle", "ada"), ("sector", "academia"), ("agrees", "yes")];
    newcomer.joins(&posted_link(&forum, "ada").await, &answers).await.is_accepted();
    let mine = newcomer.asks("{ viewer { submissions { totalCount } } }", json!({})).await;
    assert_eq!(mine["data"]["viewer"]["submissions"]["totalCount"], 0);
    wren.opens("/resources/rota").await.does_not_show("Another Ada");
    is_consistent(&forum).await;
}

#[tokio::test]
async fn who_leaves_and_takes_it_along_leaves_no_word_behind() {
    let forum = Forum::open().await;
    let (grace, eve, ada) = (forum.moderator("grace").await, forum.member("eve").await, forum.member("ada").await);
    let by_eve = grace.publishes(&eve.shares("Of Eve").await).await;
    let rota = grace.publishes(&ada.shares("Canaryrota").await).await;
    let past = grace.approves(&ada.shares("Canarypast").await).await;
    grace.decides("ARCHIVE", &past, json!({ "message": "Canarymessage one" })).await;
    let compost = grace.publishes(&ada.suggests("Canarycompost").await).await;
    let said = grace.publishes(&ada.comments(&by_eve, "Canarysaid").await).await;
    let answer = grace.publishes(&eve.comments(&said, "An answer.").await).await;
    let on_hers = grace.publishes(&eve.comments(&rota, "About hers.").await).await;
    let removed = grace.approves(&ada.shares("Canaryremoved").await).await;
    grace.decides("REMOVE", &removed, json!({ "reason": "PRIVACY", "message": "Canarymessage two" })).await;
    let declined = ada.shares("Canarydeclined").await;
    grace.decides("DECLINE", &declined, json!({ "reason": "OTHER", "message": "Canarymessage three" })).await;
    let returned = ada.shares("Canaryreturned").await;
    let requests = json!({ "message": "Canarymessage four", "requests": [{ "field": "title", "message": "Canaryrequest" }] });
    grace.decides("REQUEST_CHANGES", &returned, requests).await;
    ada.brings("withdrawSubmission", json!({ "submissionId": ada.shares("Canaryregretted").await["id"], "version": 1 })).await;
    ada.brings("editPublished", json!({ "id": by_eve["id"], "resource": resource("Canaryedit") })).await;
    ada.comments(&by_eve, "Canarywaiting").await;
    let mut draft = resource("Canarydraft");
    draft["draft"] = json!(true);
    ada.brings("submitResource", draft).await;
    forum.letters().await;
    let before = log(&forum.visitor()).await;
    assert!(everywhere(&forum, "Canary").await.len() >= 6);

    leaves(&ada, "REMOVE").await;
    is_consistent(&forum).await;
    assert_eq!(everywhere(&forum, "Canary").await, NOTHING);
    let wren = forum.visitor();
    for record in [&rota, &past["published"], &compost, &said] {
        wren.opens(record["path"].as_str().expect("a path"))
            .await
            .is(StatusCode::GONE)
            .shows("This was taken back")
            .does_not_show("Canary");
    }
    wren.opens(on_hers["path"].as_str().expect("a path")).await.does_not_show("Canary");
    wren.opens(answer["path"].as_str().expect("a path")).await.is(StatusCode::OK).shows("An answer.").does_not_show("Canary");
    wren.opens(by_eve["path"].as_str().expect("a path")).await.is(StatusCode::OK).shows("Of Eve").does_not_show("Canary");
    for path in ["/", "/library", "/topics", "/discuss", "/decisions", "/decisions.atom", "/members", "/library?query=canary"] {
        let page = wren.opens(path).await.is(StatusCode::OK);
        // The address of what was taken back stays taken, and its name with it.
        assert!(!page.text.contains("Canary"), "{path}");
    }
    for path in ["/desk", "/desk?state=withdrawn", "/desk?state=declined", "/decisions"] {
        grace.opens(path).await.does_not_show("Canary");
    }
    assert_eq!(log(&wren).await["totalCount"], before["totalCount"], "that it was decided is on record");
    assert_eq!(each(&log(&wren).await["nodes"], "kind"), each(&before["nodes"], "kind"));
    for (table, count) in [("resource", 1), ("topic", 0), ("change_request WHERE message <> ''", 0), ("claim", 0)] {
        assert_eq!(forum.count(table).await, count, "{table}");
    }
    // The address is free: it may be shared by somebody else now.
    eve.brings("submitResource", resource("Canaryrota")).await;
}

#[tokio::test]
async fn the_decisions_of_a_moderator_who_leaves_stay() {
    let forum = Forum::open().await;
    let (root, ada) = (administrator(&forum).await, forum.member("ada").await);
    let (grace, tobias) = (forum.moderator("grace").await, forum.moderator("tobias").await);
    grace.publishes(&ada.shares("Rota").await).await;
    let declined = ada.shares("Nothing").await;
    grace.decides("DECLINE", &declined, json!({ "reason": "OTHER", "message": "Not yet." })).await;
    let waiting = ada.shares("Waiting").await;
    assert!(refusals(&grace.mutates("claimSubmission", json!({ "submissionId": waiting["id"] })).await).is_empty());
    assert_eq!(refusals(&measure(&root, "silence", "grace", json!({ "until": "2026-03-03T09:00:00Z" })).await), NOTHING);
    let before = (log(&forum.visitor()).await, forum.count("log_entry").await);

    leaves(&grace, "REMOVE").await;
    is_consistent(&forum).await;
    assert_eq!((log(&forum.visitor()).await, forum.count("log_entry").await), before);
    let decided = log(&tobias).await;
    let deciders: Vec<_> = decided["nodes"].as_array().expect("a list").iter().map(|it| it["decider"].clone()).collect();
    assert_eq!(deciders, vec![json!({ "handle": "former-member", "name": "Former member" }); 2]);
    ada.opens(declined["path"].as_str().expect("a path")).await.is(StatusCode::OK).shows("Not yet.").shows("by the moderation team");
    forum.visitor().opens("/resources/rota").await.shows("Ada");
    assert_eq!(forum.count("log_detail WHERE note LIKE 'Canaryreason%'").await, 0, "what was done to them is theirs");
    assert_eq!(forum.count("log_entry WHERE action = 'SILENCE'").await, 1);
    tobias.approves(&waiting).await;
    forum.visitor().opens("/members/former-member").await.does_not_show("Grace");
    forum.visitor().opens("/members").await.does_not_show("Former member");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn leaving_while_the_desk_works_leaves_nothing_half_done() {
    for (round, fate) in ["KEEP", "REMOVE"].into_iter().cycle().take(12).enumerate() {
        let forum = Forum::open().await;
        let (grace, ada) = (forum.moderator("grace").await, forum.member("ada").await);
        let published = grace.approves(&ada.shares("Canaryone").await).await;
        let (waiting, declined) = (ada.shares("Canarytwo").await, ada.shares("Canarythree").await);
        let decides = |decision: &'static str, on: Value, more: Value| {
            let grace = grace.clone();
            tokio::spawn(async move { grace.decides(decision, &on, more).await })
        };
        let desk = [
            decides("ARCHIVE", published, json!({})),
            decides("APPROVE", waiting, json!({})),
            decides("DECLINE", declined, json!({ "reason": "OTHER", "message": "Canarymessage" })),
        ];
        leaves(&ada, fate).await;
        for answer in desk {
            let answer = answer.await.expect("an answer");
            assert!(answer["errors"].is_null(), "round {round}: {answer}");
        }
        is_consistent(&forum).await;
        if fate == "REMOVE" {
            assert_eq!((everywhere(&forum, "Canary").await, forum.count("resource").await), (Vec::new(), 0), "round {round}");
        }
    }
}

#[tokio::test]
async fn the_last_letter_takes_the_address_along() {
    let forum = Forum::open().await;
    leaves(&forum.member("ada").await, "KEEP").await;
    assert_eq!(forum.letters_to("ada").await.len(), 1);
    forum.later(Duration::days(30));
    forum.app.sweep().await.expect("swept");
    assert_eq!(forum.count("outbox WHERE address = 'ada@example.org'").await, 0);
}

#[tokio::test]
async fn nobody_is_who_stands_for_those_who_left() {
    let forum = Forum::open().await;
    for handle in ["former-member", "f0rmer-member", "formermember"] {
        let mut eve = forum.visitor();
        let answers = [("name", "Eve"), ("handle", handle), ("sector", "academia"), ("agrees", "yes")];
        let page = eve.joins(&posted_link(&forum, "eve").await, &answers).await.is(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.error_of("handle").contains("Somebody has this handle already"), "{handle}");
    }
    let ada = forum.member("ada").await;
    ada.shares("Rota").await;
    leaves(&ada, "KEEP").await;
    assert_eq!(forum.count("member WHERE handle = 'former-member' AND email IS NULL").await, 1);
}
