//! Profiles, what visitors see of them, the directory, and the community in numbers.

use super::*;

const PROFILE: &str = "pronouns sector { id } organisation region about links { url host }";

fn profile(hidden: &[&str]) -> Value {
    json!({
        "name": "Ada Lovelace", "sector": "philanthropy", "organisation": "Canaryorganisation", "pronouns": "canary/canaries",
        "region": "Canaryregion", "about": "Canaryabout", "links": ["https://canarylinks.example/"], "hidden": hidden
    })
}

/// Parts of a profile, with a word that stands in each.
const PARTS: [(&str, &str); 6] = [
    ("PRONOUNS", "canary/canaries"),
    ("SECTOR", "philanthropy"),
    ("ORGANISATION", "canaryorganisation"),
    ("REGION", "canaryregion"),
    ("ABOUT", "canaryabout"),
    ("LINKS", "canarylinks"),
];

#[tokio::test]
async fn a_profile_is_saved_shown_and_safe() {
    let forum = Forum::open().await;
    let ada = forum.member("ada").await;
    let about = "I **count**.\n\n<script>alert(1)</script><img src=x onerror=alert(1)>\n\n[here](javascript:alert(1))";
    let typed = [
        ("name", "Ada Lovelace"),
        ("pronouns", "she/her"),
        ("sector", "government"),
        ("organisation", "Analytical Society"),
        ("region", "London & <b>elsewhere</b>"),
        ("about", about),
        ("links", "https://www.ada.example/notes\nhttp://engine.example/?x=1&y=2"),
    ];
    ada.does("/settings", "Save", &typed).await.is_accepted();
    let page = ada.opens("/settings").await;
    for (field, value) in typed {
        assert_eq!(page.value_of(field), value, "{field}");
    }
    let page = forum.visitor().opens("/members/ada").await.is(StatusCode::OK);
    for words in [
        "Ada Lovelace",
        "@ada",
        "she/her",
        "Government",
        "Analytical Society",
        "London & <b>elsewhere</b>",
        "I count",
        "ada.example",
        "engine.example",
    ] {
        assert!(page.words().contains(words), "{words} in {}", page.words());
    }
    for text in ["<script>alert", "<img src=x", "javascript:", "<b>elsewhere", "ada@example.org"] {
        assert!(!page.text.contains(text), "{text}");
    }
    let query = format!("{{ member(handle: \"ada\") {{ {PROFILE} hidden aboutSource email }} }}");
    let member = forum.visitor().asks(&query, json!({})).await["data"]["member"].clone();
    assert!(member["about"].as_str().expect("HTML").contains("<strong>count</strong>"), "{member}");
    assert_eq!(each(&member["links"], "url"), ["https://www.ada.example/notes", "http://engine.example/?x=1&y=2"]);
    assert_eq!(each(&member["links"], "host"), ["ada.example", "engine.example"]);
    assert_eq!([&member["hidden"], &member["aboutSource"], &member["email"]], [&Value::Null; 3]);
    assert_eq!(ada.asks("{ viewer { aboutSource } }", json!({})).await["data"]["viewer"]["aboutSource"], about);

    let six: Vec<String> = (0..6).map(|number| format!("https://{number}.example/")).collect();
    for (field, value, refused) in [
        ("links", json!(["javascript:alert(1)"]), "INVALID links.0"),
        ("links", json!(["https://ada.example/", "data:text/html,x"]), "INVALID links.1"),
        ("links", json!(["//ada.example/"]), "INVALID links.0"),
        ("links", json!(["https://ada:secret@ada.example/"]), "INVALID links.0"),
        ("links", json!(["mailto:ada@example.org"]), "INVALID links.0"),
        ("links", json!(six), "TOO_LONG links"),
        ("about", json!("x".repeat(1_001)), "TOO_LONG about"),
        ("about", json!(format!("{}x", ">".repeat(40))), "INVALID about"),
        ("pronouns", json!("x".repeat(41)), "TOO_LONG pronouns"),
        ("region", json!("x".repeat(121)), "TOO_LONG region"),
        ("organisation", json!("a\r\nBcc: x"), "INVALID organisation"),
        ("sector", json!("moon"), "INVALID sector"),
    ] {
        let mut input = profile(&[]);
        input[field] = value;
        assert_eq!(refusals(&ada.mutates("updateProfile", input).await), [refused]);
    }
    let page = ada.does("/settings", "Save", &[("links", "javascript:alert(1)"), ("region", "Paris")]).await;
    let page = page.is(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.error_of("links").contains("Give whole addresses"), "{}", page.words());
    assert_eq!((page.value_of("links"), page.value_of("region")), ("javascript:alert(1)".into(), "Paris".into()));
    assert_eq!(ada.opens("/settings").await.value_of("region"), "London & <b>elsewhere</b>");
}

#[tokio::test]
async fn what_a_member_hides_visitors_find_nowhere_and_members_everywhere() {
    let forum = Forum::open().await;
    let (ada, eve, wren) = (forum.member("ada").await, forum.member("eve").await, forum.visitor());
    let query =
        format!("{{ member(handle: \"ada\") {{ {PROFILE} }} members(filter: {{ query: \"lovelace\" }}) {{ nodes {{ {PROFILE} }} }} }}");
    let reads = async |person: &Person| {
        let page = person.opens("/members/ada").await.is(StatusCode::OK).words().to_lowercase();
        (page, person.asks(&query, json!({})).await["data"].to_string().to_lowercase())
    };
    for (hidden, _) in PARTS {
        assert_eq!(refusals(&ada.mutates("updateProfile", profile(&[hidden])).await), NOTHING);
        let (by_wren, by_eve) = (reads(&wren).await, reads(&eve).await);
        for (part, word) in PARTS {
            assert_eq!((by_wren.0.contains(word), by_wren.1.contains(word)), (part != hidden, part != hidden), "{part}, {hidden} hidden");
            assert!(by_eve.0.contains(word) && by_eve.1.contains(word), "{part}, {hidden} hidden");
        }
    }
    // To search by what is hidden would tell it.
    for (hidden, filter) in [
        ("ORGANISATION", json!({ "query": "canaryorg" })),
        ("SECTOR", json!({ "sector": "philanthropy" })),
        ("DIRECTORY", json!({ "query": "lovelace" })),
        ("DIRECTORY", json!({ "query": "canaryorg", "sector": "philanthropy" })),
    ] {
        for (parts, seen) in [(vec![], vec!["ada"]), (vec![hidden], vec![])] {
            assert_eq!(refusals(&ada.mutates("updateProfile", profile(&parts)).await), NOTHING);
            assert_eq!(finds(&wren, filter.clone()).await, seen, "{filter} {parts:?}");
            assert_eq!(finds(&eve, filter.clone()).await, ["ada"], "{filter} {parts:?}");
        }
    }
    assert_eq!(refusals(&ada.mutates("updateProfile", profile(&["DIRECTORY"])).await), NOTHING);
    wren.opens("/members").await.does_not_show("Lovelace");
    wren.opens("/members/ada").await.is(StatusCode::OK).shows("Ada Lovelace");
    eve.opens("/members").await.shows("Ada Lovelace");

    // What is not said is not changed; what is said by ticking nothing is.
    ada.mutates("updateProfile", json!({ "name": "Ada", "sector": "academia" })).await;
    let hidden = async || ada.asks("{ viewer { hidden } }", json!({})).await["data"]["viewer"]["hidden"].clone();
    assert_eq!(hidden().await, json!(["DIRECTORY"]));
    ada.does("/settings", "Save", &[("hidden", "REGION\nLINKS")]).await.is_accepted();
    assert_eq!(hidden().await, json!(["REGION", "LINKS"]));
    let form = ada.opens("/settings").await;
    let unticked = form.form_that("Save").into_iter().filter(|(name, _)| name != "hidden").collect();
    ada.fills(&form, unticked, &[]).await.is_accepted();
    assert_eq!(hidden().await, json!([]));
}

// The directory

pub const DIRECTORY: &str = "query Find($filter: MemberFilter, $first: Int, $after: String) {
    members(filter: $filter, first: $first, after: $after) { totalCount nodes { handle } pageInfo { hasNextPage endCursor } } }";

/// The handles of those who are found.
async fn finds(person: &Person, filter: Value) -> Vec<String> {
    let answer = person.asks(DIRECTORY, json!({ "filter": filter })).await;
    let found = &answer["data"]["members"];
    assert_eq!(found["totalCount"], found["nodes"].as_array().unwrap_or_else(|| panic!("{filter}: {answer}")).len());
    each(&found["nodes"], "handle").into_iter().map(String::from).collect()
}

#[tokio::test]
async fn the_directory_is_searched_narrowed_and_paged() {
    let forum = Forum::open().await;
    forum.app.prepare().await.expect("the first topics");
    for (handle, name, sector, organisation, hidden) in [
        ("ramon", "Ramón Vélez", "academia", "Harbour Clinic", json!([])),
        ("zoe", "Zoë Ångström", "government", "City of Zürich", json!([])),
        ("khai", "Nguyễn Thị Minh Khai", "academia", "", json!([])),
        ("lucja", "Łucja Żółć", "government", "Harbour School", json!([])),
        ("alma", "Alma Bright", "philanthropy", "", json!(["DIRECTORY"])),
    ] {
        let input = json!({ "name": name, "sector": sector, "organisation": organisation, "hidden": hidden });
        assert_eq!(refusals(&forum.member(handle).await.mutates("updateProfile", input).await), NOTHING);
    }
    let (zoe, wren) = (forum.signs_in("zoe").await, forum.visitor());
    for (query, sector, found) in [
        ("ramon", "", vec!["ramon"]),
        ("VÉLEZ", "", vec!["ramon"]),
        ("éle", "", vec!["ramon"]),
        ("angstrom zoe", "", vec!["zoe"]),
        ("nguyen khai", "", vec!["khai"]),
        ("łuc", "", vec!["lucja"]),
        ("zurich", "", vec!["zoe"]),
        ("harbour", "", vec!["ramon", "lucja"]),
        ("harbour", "government", vec!["lucja"]),
        ("", "academia", vec!["khai", "ramon"]),
        ("  ", "", vec!["khai", "ramon", "zoe", "lucja"]),
        ("alma", "", vec![]),
        ("", "philanthropy", vec![]),
        ("%", "", vec![]),
        ("_", "", vec![]),
        ("\\", "", vec![]),
        ("' OR 1=1 --", "", vec![]),
        ("library", "", vec![]),
        ("the library", "", vec![]),
        ("", "moon", vec![]),
    ] {
        let filter = json!({ "query": query, "sector": sector });
        assert_eq!(finds(&wren, filter.clone()).await, found, "{filter}");
        let page = wren.opens(&format!("/members?{}", encoded(&[("query", query), ("sector", sector)]))).await.is(StatusCode::OK);
        assert_eq!(page.words().contains("Ramón Vélez"), found.contains(&"ramon"), "{filter}: {}", page.words());
    }
    assert_eq!(finds(&zoe, json!({})).await, ["alma", "khai", "ramon", "zoe", "lucja"]);
    assert_eq!(finds(&zoe, json!({ "sector": "philanthropy" })).await, ["alma"]);

    // Somebody joins before the place where a reader is: the next page begins where the last one ended.
    let reads = async |after: Value| zoe.asks(DIRECTORY, json!({ "first": 2, "after": after })).await["data"]["members"].clone();
    let first = reads(Value::Null).await;
    adds(&forum, "aaron").await;
    let second = reads(first["pageInfo"]["endCursor"].clone()).await;
    let third = reads(second["pageInfo"]["endCursor"].clone()).await;
    let pages = [&first, &second, &third].map(|page| each(&page["nodes"], "handle"));
    assert_eq!(pages, [vec!["alma", "khai"], vec!["ramon", "zoe"], vec!["lucja"]]);
    assert_eq!((&second["pageInfo"]["hasNextPage"], &third["pageInfo"]["hasNextPage"]), (&json!(true), &json!(false)));
    for variables in
        [json!({ "after": "garbage" }), json!({ "first": 101 }), json!({ "first": 0 }), json!({ "filter": { "query": "x".repeat(201) } })]
    {
        assert_eq!(refusals(&zoe.asks(DIRECTORY, variables.clone()).await), ["BAD_REQUEST"], "{variables}");
    }
}

#[tokio::test]
async fn the_community_counts_its_members_by_sector_and_by_month() {
    let forum = Forum::open().await;
    forum.app.prepare().await.expect("the first topics");
    adds(&forum, "ada").await;
    forum.later(Duration::days(29) + Duration::hours(15) - Duration::milliseconds(1));
    adds(&forum, "eve").await;
    forum.later(Duration::milliseconds(1));
    let bob = forum.member("bob").await;
    bob.mutates("updateProfile", json!({ "name": "Bob", "sector": "government" })).await;
    forum.later(Duration::days(61));
    let query = "{ community { figures { members bySector { sector { id } members } growth { month members } } } }";
    let figures = forum.visitor().asks(query, json!({})).await["data"]["community"]["figures"].clone();
    assert_eq!(figures["members"], 3);
    let sectors: Vec<_> =
        figures["bySector"].as_array().expect("a list").iter().map(|it| (it["sector"]["id"].as_str(), it["members"].as_i64())).collect();
    let expected = [("academia", 2), ("community-organisation", 0), ("government", 1), ("philanthropy", 0), ("private-sector", 0)];
    assert_eq!(sectors, expected.map(|(sector, members)| (Some(sector), Some(members))));
    let growth: Vec<_> =
        figures["growth"].as_array().expect("a list").iter().map(|it| (it["month"].as_str(), it["members"].as_i64())).collect();
    let before = ["2025-07", "2025-08", "2025-09", "2025-10", "2025-11", "2025-12", "2026-01", "2026-02"].map(|month| (month, 0));
    let since = [("2026-03", 2), ("2026-04", 3), ("2026-05", 3), ("2026-06", 3)];
    assert_eq!(growth, before.into_iter().chain(since).map(|(month, members)| (Some(month), Some(members))).collect::<Vec<_>>());
    let page = forum.visitor().opens("/about").await.is(StatusCode::OK);
    assert_eq!(page.text.matches("<svg class=\"chart\"").count(), 2, "{}", page.text);
    page.shows("3 members").shows("Academia 2").shows("Government 1").shows("March 2026 2").shows("April 2026 3");
}
