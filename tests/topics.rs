//! Topics: members suggest them, the desk opens them, everyone votes, moderators say what became of them.

use poem::http::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Forum, Person, each, refusals, resource};

/// A forum with a topic in it, its suggester and the moderator who opened it.
async fn compost() -> (Forum, Person, Person, Value) {
    let forum = Forum::open().await;
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    let topic = grace.publishes(&ada.suggests("Compost at school").await).await;
    (forum, ada, grace, topic)
}

/// How many records a search finds.
async fn finds(person: &Person, query: &str) -> i64 {
    let answer = person.asks("query Find($query: String!) { library(query: $query) { totalCount } }", json!({ "query": query })).await;
    answer["data"]["library"]["totalCount"].as_i64().expect("a number")
}

#[tokio::test]
async fn a_suggestion_waits_for_a_moderator() {
    let forum = Forum::open().await;
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    let refused = ada.submits("/topics/suggest", &[("name", " "), ("description", "Worms.")]).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.error_of("name"), "Error: Give a name");
    let fields = [("name", "Compost at school"), ("description", "Worms included."), ("why", "Children asked.")];
    let path = ada.submits("/topics/suggest", &fields).await.is_accepted().leads_to.expect("the submission");
    ada.opens(&path).await.shows("Waiting for review");

    let id = ada.asks("{ viewer { submissions { nodes { id } } } }", json!({})).await["data"]["viewer"]["submissions"]["nodes"][0].clone();
    let everywhere =
        "query Everywhere($id: ID!) { node(id: $id) { id } submission(id: $id) { id } topic(slug: \"compost-at-school\") { id }
        topics { totalCount } library(query: \"compost\") { totalCount } decisionLog { totalCount } }";
    for stranger in [forum.visitor(), forum.member("eve").await] {
        for page in ["/", "/topics", "/topics?sort=newest", "/topics?status=open", "/library?query=worms", "/discuss", "/decisions"] {
            stranger.opens(page).await.is(StatusCode::OK).does_not_show("Compost at school");
        }
        stranger.opens("/topics/compost-at-school").await.is(StatusCode::NOT_FOUND);
        assert_eq!(
            stranger.asks(everywhere, json!({ "id": id["id"] })).await["data"],
            json!({ "node": null, "submission": null, "topic": null, "topics": { "totalCount": 0 }, "library": { "totalCount": 0 }, "decisionLog": { "totalCount": 0 } })
        );
    }

    let review = path.split('?').next().expect("a path").replace("/submissions/", "/desk/");
    grace.opens(&review).await.shows("Children asked.");
    grace.does(&review, "Decide", &[("decision", "APPROVE")]).await.is_accepted();
    forum.visitor().opens("/topics").await.shows("1 topic").shows("Compost at school");
    forum.visitor().opens("/topics/compost-at-school").await.shows("Worms included.").shows("Ada").does_not_show("Children asked.");
    let letter = forum.letters_to("ada").await.pop().expect("a letter");
    assert!(letter.contains("/topics/compost-at-school"), "{letter}");
    assert_eq!(forum.verifies().await, 2);
}

#[tokio::test]
async fn every_field_of_a_suggestion_that_does_not_pass_is_named() {
    let forum = Forum::open().await;
    let ada = forum.member("ada").await;
    let before = forum.everything().await;
    let cases = [
        (json!({ "name": " ", "description": "\n" }), vec!["REQUIRED name", "REQUIRED description"]),
        (json!({ "name": "x".repeat(101), "description": "x".repeat(10_001) }), vec!["TOO_LONG name", "TOO_LONG description"]),
        (json!({ "name": "Rats", "description": ">".repeat(40), "why": "x".repeat(2001) }), vec!["INVALID description", "TOO_LONG why"]),
    ];
    for (input, expected) in cases {
        assert_eq!(refusals(&ada.mutates("suggestTopic", input).await), expected);
    }
    let stranger = forum.visitor().mutates("suggestTopic", json!({ "name": "Rats", "description": "Rats." })).await;
    assert_eq!(refusals(&stranger), ["UNAUTHENTICATED"]);
    assert_eq!(forum.everything().await, before);
}

#[tokio::test]
async fn two_topics_never_share_a_name() {
    let forum = Forum::open().await;
    let (ada, grace, tobias) = (forum.member("ada").await, forum.moderator("grace").await, forum.moderator("tobias").await);
    let topic = grace.publishes(&ada.suggests("Café justice").await).await;
    assert_eq!(topic["path"], "/topics/cafe-justice");
    for twin in ["Café justice", "CAFÉ  JUSTICE", "Cafe justice"] {
        let twin = ada.suggests(twin).await;
        let before = forum.everything().await;
        assert_eq!(refusals(&grace.decides("APPROVE", &twin, json!({})).await), ["DUPLICATE name"]);
        let page = grace.does(twin["deskPath"].as_str().expect("a path"), "Decide", &[("decision", "APPROVE")]).await;
        page.is(StatusCode::UNPROCESSABLE_ENTITY).shows("A topic of this name is there already");
        assert_eq!(forum.everything().await, before);
    }

    // Two moderators open twins at once, and two of one address that are no twins.
    let (one, other) = (ada.suggests("Rain gardens").await, ada.suggests("RAIN GARDENS").await);
    let (one, other) = tokio::join!(grace.decides("APPROVE", &one, json!({})), tobias.decides("APPROVE", &other, json!({})));
    assert_eq!([refusals(&one), refusals(&other)].concat(), ["DUPLICATE name"]);
    let (one, other) = (ada.suggests("Long Covid").await, ada.suggests("Long-Covid").await);
    let (one, other) = tokio::join!(grace.decides("APPROVE", &one, json!({})), tobias.decides("APPROVE", &other, json!({})));
    assert_eq!([refusals(&one), refusals(&other)].concat(), Vec::<String>::new());
    assert_eq!(forum.count("topic").await, 4);
    forum.verifies().await;
}

#[tokio::test]
async fn a_member_votes_once_and_may_take_it_back() {
    let (forum, ada, grace, topic) = compost().await;
    let path = topic["path"].as_str().expect("a path");
    let vote = |vote: bool| json!({ "topicId": topic["id"], "vote": vote });
    assert_eq!(refusals(&forum.visitor().mutates("vote", vote(true)).await), ["UNAUTHENTICATED"]);
    forum.visitor().opens(path).await.shows("0 members want this").shows("Sign in to vote");

    ada.does(path, "Vote", &[("vote", "true")]).await.is_accepted();
    ada.opens(path).await.shows("1 member wants this").shows("Take my vote back");
    let again = ada.mutates("vote", vote(true)).await;
    assert_eq!((again["topic"]["votes"].as_i64(), again["topic"]["viewerVoted"].as_bool()), (Some(1), Some(true)));
    let (one, other) = tokio::join!(grace.mutates("vote", vote(true)), grace.mutates("vote", vote(true)));
    assert_eq!([refusals(&one), refusals(&other)].concat(), Vec::<String>::new());
    forum.visitor().opens(path).await.shows("2 members want this");
    assert_eq!(forum.count("topic_vote").await, 2);

    ada.does(path, "Vote", &[("vote", "false")]).await.is_accepted();
    let (one, other) = tokio::join!(ada.mutates("vote", vote(false)), ada.mutates("vote", vote(false)));
    assert_eq!([&one["topic"]["votes"], &other["topic"]["votes"]], [1, 1]);
    ada.opens(path).await.shows("Vote for it");
    for id in [json!("garbage"), json!(""), ada.shares("Rota").await["id"].clone()] {
        assert_eq!(refusals(&ada.mutates("vote", json!({ "topicId": id, "vote": true })).await), ["NOT_FOUND topicId"]);
    }
    assert_eq!(forum.count("topic_vote").await, 1);
}

#[tokio::test]
async fn topics_are_sorted_narrowed_and_paged() {
    let forum = Forum::open().await;
    let (ada, eve, grace) = (forum.member("ada").await, forum.member("eve").await, forum.moderator("grace").await);
    let mut cherry = Value::Null;
    for (name, voters) in [("Apple", 1), ("Éclair", 2), ("zebra", 0), ("Banana", 1), ("cherry", 3)] {
        let topic = grace.publishes(&ada.suggests(name).await).await;
        for voter in [&ada, &eve, &grace].into_iter().take(voters) {
            voter.mutates("vote", json!({ "topicId": topic["id"], "vote": true })).await;
        }
        cherry = topic["id"].clone();
    }
    let visitor = forum.visitor();
    let query = "query Topics($status: TopicStatus, $sort: TopicSort, $first: Int, $after: String, $last: Int, $before: String) {
        topics(status: $status, sort: $sort, first: $first, after: $after, last: $last, before: $before) {
            totalCount nodes { name } pageInfo { hasNextPage startCursor endCursor } } }";
    let asks = async |variables: Value| visitor.asks(query, variables).await["data"]["topics"].clone();
    let sorts = [
        ("VOTES", ["cherry", "Éclair", "Banana", "Apple", "zebra"]),
        ("NAME", ["Apple", "Banana", "cherry", "Éclair", "zebra"]),
        ("NEWEST", ["cherry", "Banana", "zebra", "Éclair", "Apple"]),
    ];
    for (sort, expected) in sorts {
        let first = asks(json!({ "sort": sort, "first": 2 })).await;
        let second = asks(json!({ "sort": sort, "first": 3, "after": first["pageInfo"]["endCursor"] })).await;
        assert_eq!([each(&first["nodes"], "name"), each(&second["nodes"], "name")].concat(), expected, "{sort}");
        assert_eq!((first["totalCount"].as_i64(), second["pageInfo"]["hasNextPage"].as_bool()), (Some(5), Some(false)));
        let back = asks(json!({ "sort": sort, "last": 2, "before": second["pageInfo"]["startCursor"] })).await;
        assert_eq!(back["nodes"], first["nodes"]);
        let other = if sort == "VOTES" { "NAME" } else { "VOTES" };
        let mixed = visitor.asks(query, json!({ "sort": other, "after": first["pageInfo"]["endCursor"] })).await;
        assert_eq!(mixed["errors"][0]["extensions"]["code"], "BAD_REQUEST");
    }
    grace.mutates("setTopicStatus", json!({ "topicId": cherry, "status": "PLANNED" })).await;
    assert_eq!(each(&asks(json!({ "status": "PLANNED" })).await["nodes"], "name"), ["cherry"]);
    visitor.opens("/topics?status=planned").await.shows("1 topic").shows("cherry").does_not_show("zebra");
    visitor.opens("/topics?status=done").await.shows("No topic stands there now");
    visitor.opens("/topics?sort=sideways").await.is(StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn moderators_say_where_a_topic_stands_and_what_it_led_to() {
    let (forum, ada, grace, topic) = compost().await;
    let path = topic["path"].as_str().expect("a path");
    let mut records = Vec::new();
    for title in ["Rota", "Kit", "Map"] {
        records.push(grace.publishes(&ada.shares(title).await).await);
    }
    let sets = |status: &str, led_to: Value| json!({ "topicId": topic["id"], "status": status, "ledTo": led_to });
    let before = (forum.everything().await, forum.visitor().opens(path).await.words());
    assert_eq!(refusals(&ada.mutates("setTopicStatus", sets("DONE", json!([]))).await), ["FORBIDDEN"]);
    assert_eq!(refusals(&forum.visitor().mutates("setTopicStatus", sets("DONE", json!([]))).await), ["UNAUTHENTICATED"]);
    assert_eq!(refusals(&grace.mutates("setTopicStatus", sets("DONE", json!(["kit", "/resources/nothing"]))).await), ["NOT_FOUND ledTo"]);
    assert_eq!(refusals(&grace.mutates("setTopicStatus", sets("DONE", json!(vec!["kit"; 21]))).await), ["TOO_LONG ledTo"]);
    let unknown = json!({ "topicId": records[0]["id"], "status": "DONE" });
    assert_eq!(refusals(&grace.mutates("setTopicStatus", unknown).await), ["NOT_FOUND topicId"]);
    let typed = [("status", "DONE"), ("ledTo", "kit\n/resources/nothing")];
    let page = grace.does(path, "Status", &typed).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.error_of("ledTo").contains("One of these is not in the library"), "{}", page.words());
    assert_eq!(page.value_of("ledTo"), "kit\n/resources/nothing");
    assert_eq!((forum.everything().await, forum.visitor().opens(path).await.words()), before);

    // By path, slug, whole address and id; the same one twice is one.
    let led_to = json!(["/resources/map", "kit", "http://127.0.0.1:8000/resources/kit?x=1", records[0]["id"]]);
    let planned = grace.mutates("setTopicStatus", sets("PLANNED", led_to)).await["topic"].clone();
    assert_eq!(each(&planned["ledTo"], "path"), ["/resources/map", "/resources/kit", "/resources/rota"]);
    forum.visitor().opens(path).await.shows("Planned").shows("Led to 3 resources");
    let told = async || {
        forum.letters_to("ada").await.into_iter().filter(|letter| letter.contains("the topic that you suggested")).collect::<Vec<_>>()
    };
    let letters = told().await;
    assert!(letters.len() == 1 && letters[0].contains("Subject: Planned: Compost at school"), "{letters:?}");

    // The same status with other results is no news.
    grace.does(path, "Status", &[("ledTo", "")]).await.is_accepted();
    forum.visitor().opens(path).await.shows("Planned").does_not_show("Led to");
    assert_eq!(told().await.len(), 1);
    grace.does(path, "Status", &[("status", "DONE"), ("ledTo", "/resources/rota\nkit")]).await.is_accepted();
    let letter = told().await.pop().expect("a letter");
    assert!(letter.contains("Subject: Done: Compost at school") && letter.contains("/resources/rota"), "{letter}");
    assert_eq!(told().await.len(), 2);

    // What is taken down is no result any more.
    let rota = grace.asks("{ resource(slug: \"rota\") { submission { id version revision } } }", json!({})).await;
    let rota = &rota["data"]["resource"]["submission"];
    assert_eq!(refusals(&grace.decides("REMOVE", rota, json!({ "reason": "OTHER" })).await), Vec::<String>::new());
    forum.visitor().opens(path).await.shows("Led to one resource").does_not_show("Rota");
}

#[tokio::test]
async fn the_themes_are_founded_once() {
    let forum = Forum::open().await;
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    grace.approves(&ada.suggests("Anti-Racism").await).await;
    forum.app.prepare().await.expect("the themes are founded");
    let topics = "{ topics(sort: NAME) { totalCount nodes { name suggester { handle } } } }";
    let founded = forum.visitor().asks(topics, json!({})).await["data"]["topics"].clone();
    assert_eq!(founded["totalCount"], 11);
    let hers: Vec<&Value> =
        founded["nodes"].as_array().expect("a list").iter().filter(|topic| topic["suggester"]["handle"] == "ada").collect();
    assert_eq!(hers, [&json!({ "name": "Anti-Racism", "suggester": { "handle": "ada" } })], "hers has the name");
    assert_eq!(forum.verifies().await, 12);

    let theme = grace.asks("{ topic(slug: \"design-justice\") { submission { id version revision } } }", json!({})).await;
    let theme = &theme["data"]["topic"]["submission"];
    assert_eq!(refusals(&grace.decides("REMOVE", theme, json!({ "reason": "OUT_OF_SCOPE" })).await), Vec::<String>::new());
    forum.app.prepare().await.expect("nothing is founded twice");
    assert_eq!((forum.count("topic").await, forum.verifies().await), (10, 13));
    forum.visitor().opens("/topics/design-justice").await.is(StatusCode::GONE);
}

#[tokio::test]
async fn a_keyword_becomes_a_topic_with_its_records() {
    let forum = Forum::open().await;
    let (ada, grace, tobias) = (forum.member("ada").await, forum.moderator("grace").await, forum.moderator("tobias").await);
    for (title, keywords) in [("One", json!(["Heat islands", "shade"])), ("Two", json!(["HEAT ISLANDS"])), ("Three", json!(["shade"]))] {
        let mut input = resource(title);
        input["keywords"] = keywords;
        tobias.approves(&ada.brings("submitResource", input).await).await;
    }
    let fields = [("name", "Cool streets"), ("description", "Trees and awnings.")];
    let path = grace.submits("/topics/suggest?keyword=Heat+islands", &fields).await.is_accepted().leads_to.expect("the submission");
    let review = path.split('?').next().expect("a path").replace("/submissions/", "/desk/");
    assert_eq!((finds(&ada, "heat islands").await, finds(&ada, "cool streets").await), (2, 0));
    tobias.opens(&review).await.shows("Heat islands");
    tobias.does(&review, "Decide", &[("decision", "APPROVE")]).await.is_accepted();

    assert_eq!((finds(&ada, "heat islands").await, finds(&ada, "cool streets").await, finds(&ada, "shade").await), (0, 2, 2));
    let shown = "{ topic(slug: \"cool-streets\") { resourceCount resources { nodes { title } } }
        resource(slug: \"one\") { keywords topics { name } } library(filter: { topics: [\"cool-streets\"] }) { totalCount } }";
    let shown = forum.visitor().asks(shown, json!({})).await["data"].clone();
    assert_eq!(shown["topic"], json!({ "resourceCount": 2, "resources": { "nodes": [{ "title": "Two" }, { "title": "One" }] } }));
    assert_eq!(shown["resource"], json!({ "keywords": ["shade"], "topics": [{ "name": "Cool streets" }] }));
    assert_eq!(shown["library"]["totalCount"], 2);

    // Only the desk may propose it: a member's keyword is left alone.
    let input = json!({ "name": "Awnings", "description": "Cloth.", "keyword": "shade" });
    let topic = grace.publishes(&ada.brings("suggestTopic", input).await).await;
    let count = "query Count($id: ID!) { node(id: $id) { ... on Topic { resourceCount } } }";
    assert_eq!(ada.asks(count, json!({ "id": topic["id"] })).await["data"]["node"]["resourceCount"], 0);
    assert_eq!(finds(&ada, "shade").await, 2);
    assert_eq!(forum.count("resource_label WHERE scheme = 'KEYWORD'").await, 2);
    forum.verifies().await;
}

#[tokio::test]
async fn an_edit_renames_a_topic_where_it_stands() {
    let (forum, ada, grace, topic) = compost().await;
    let eve = forum.member("eve").await;
    let mut input = resource("Rota");
    input["topics"] = json!([topic["id"]]);
    grace.approves(&eve.brings("submitResource", input).await).await;
    grace.approves(&ada.suggests("Rain gardens").await).await;
    let fields = [("topic.name", "Worm farms"), ("topic.description", "Smaller than compost.")];
    eve.does("/topics/compost-at-school/edit", "Edit", &fields).await.is_accepted();
    forum.visitor().opens("/topics/compost-at-school").await.shows("Compost at school").does_not_show("Worm farms");
    ada.opens("/topics/compost-at-school/edit").await.shows("An edit is waiting for review already");
    assert_eq!((finds(&eve, "compost").await, finds(&eve, "worm farms").await), (1, 0));

    let open = grace.asks("{ nextInQueue { id version revision } }", json!({})).await["data"]["nextInQueue"].clone();
    grace.approves(&open).await;
    forum.visitor().opens("/topics/compost-at-school").await.shows("Worm farms").shows("Smaller than").does_not_show("Compost at school");
    assert_eq!((finds(&eve, "compost").await, finds(&eve, "worm farms").await), (0, 1));

    // Another topic's name is taken for an edit, too.
    let twin = json!({ "id": topic["id"], "topic": { "name": "RAIN gardens", "description": "x" } });
    let twin = eve.brings("editPublished", twin).await;
    let before = forum.everything().await;
    assert_eq!(refusals(&grace.decides("APPROVE", &twin, json!({})).await), ["DUPLICATE name"]);
    assert_eq!(forum.everything().await, before);
    forum.verifies().await;
}

#[tokio::test]
async fn a_topic_that_is_taken_down_leaves_its_records() {
    let (forum, ada, grace, topic) = compost().await;
    let mut input = resource("Rota");
    input["topics"] = json!([topic["id"]]);
    grace.approves(&ada.brings("submitResource", input).await).await;
    ada.mutates("vote", json!({ "topicId": topic["id"], "vote": true })).await;
    grace.approves(&ada.comments(&topic, "Let us begin.").await).await;
    assert_eq!(finds(&ada, "compost").await, 1);

    let made = grace.asks("{ topic(slug: \"compost-at-school\") { submission { id version revision } } }", json!({})).await;
    let made = &made["data"]["topic"]["submission"];
    assert_eq!(refusals(&grace.decides("REMOVE", made, json!({})).await), ["REQUIRED reason"]);
    let removed = grace.decides("REMOVE", made, json!({ "reason": "PROMOTIONAL", "message": "It sold worms." })).await;
    assert_eq!(removed["submission"]["state"], "REMOVED");
    let visitor = forum.visitor();
    let page = visitor.opens("/topics/compost-at-school").await.is(StatusCode::GONE).shows("This was taken down");
    page.does_not_show("Compost at school").does_not_show("It sold worms.");
    visitor.opens("/topics").await.does_not_show("Compost at school");
    visitor.opens("/discuss").await.does_not_show("Let us begin.");
    visitor.opens("/resources/rota").await.is(StatusCode::OK).does_not_show("Compost at school");
    assert_eq!((finds(&ada, "compost").await, finds(&ada, "rota").await), (0, 1));
    assert_eq!((forum.count("topic_vote").await, forum.count("resource_label WHERE scheme = 'TOPIC'").await), (0, 0));
    assert_eq!(refusals(&ada.mutates("vote", json!({ "topicId": topic["id"], "vote": true })).await), ["NOT_FOUND topicId"]);
    let letter = forum.letters_to("ada").await.into_iter().find(|letter| letter.contains("Subject: Taken down: Compost at school"));
    assert!(letter.is_some_and(|letter| letter.contains("It sold worms.")));

    // The name is free again; its old address is not.
    let anew = grace.publishes(&ada.suggests("Compost at school").await).await;
    assert_ne!(anew["path"], "/topics/compost-at-school");
    visitor.opens(anew["path"].as_str().expect("a path")).await.is(StatusCode::OK);
    visitor.opens("/topics/compost-at-school").await.is(StatusCode::GONE);
    forum.verifies().await;
}

/// Statements that the pages send, for ten and for fifty topics and comments: equal, and no more than the design allows.
#[tokio::test]
async fn statements_do_not_grow_with_topics_or_comments() {
    let (forum, _, grace, topic) = compost().await;
    let (path, visitor) = (topic["path"].as_str().expect("a path"), forum.visitor());
    let mut counts = Vec::new();
    let mut made = 0;
    for size in [10, 50] {
        while made < size {
            made += 1;
            // Everyone is somebody else, so that a loader that asks one by one shows.
            let person = forum.member(&format!("person-{made}")).await;
            grace.approves(&person.suggests(&format!("Topic {made}")).await).await;
            grace.approves(&person.comments(&topic, &format!("Comment {made}")).await).await;
        }
        let mut row = Vec::new();
        for path in ["/topics", path, "/discuss"] {
            row.push(visitor.costs(path).await);
        }
        counts.push(row);
    }
    println!("statements: topics, topic, discussion: {counts:?}");
    assert_eq!(counts[0], counts[1]);
    for (count, limit) in counts[0].iter().zip([8, 10, 8]) {
        assert!(*count > 0 && *count <= limit, "{counts:?}");
    }
}
