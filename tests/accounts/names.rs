//! Handles and names: nobody passes for somebody else, and everybody can join under their own.

use super::{profiles::DIRECTORY, *};

pub const ANSWERS: [(&str, &str); 4] = [("name", "Amara"), ("handle", "amara"), ("sector", "academia"), ("agrees", "yes")];

/// [`ANSWERS`], one of them another.
pub fn answers<'a>(field: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    ANSWERS.into_iter().filter(|(name, _)| *name != field).chain([(field, value)]).collect()
}

#[tokio::test]
async fn nobody_joins_as_somebody_who_is_here_or_runs_this() {
    let forum = Forum::open().await;
    for handle in ["mary", "ada", "paul1"] {
        adds(&forum, handle).await;
    }
    let link = posted_link(&forum, "newcomer").await;
    let (taken, ascii, reserved) = ("Somebody has this handle already", "Letters a to z", "A name is one line");
    for (field, value, words) in [
        ("handle", "ADA", taken),
        ("handle", "a-da", taken),
        ("handle", "rnary", taken),
        ("handle", "pau11", taken),
        ("handle", "m0derator", taken),
        ("handle", "moderator-", taken),
        ("handle", "1yceum", taken),
        ("handle", "sy-stem", taken),
        ("handle", "аda", ascii),
        ("handle", "mod\u{200B}1", ascii),
        ("handle", "ad\u{430}", ascii),
        ("handle", "ада", ascii),
        ("name", "аdmin", reserved),
        ("name", "Аdministrаtor", reserved),
        ("name", "Ad\u{200B}min", reserved),
        ("name", "M0derator", reserved),
        ("name", "https://evil.tld", reserved),
        ("name", "See HTTP://evil.tld", reserved),
        ("name", "www.evil.tld", reserved),
        ("name", "ada@evil.tld", reserved),
        ("name", "a\r\nBcc: x@y", reserved),
        ("name", "a\nb", reserved),
        ("name", "a\u{7}b", reserved),
    ] {
        let page = forum.visitor().joins(&link, &answers(field, value)).await.is(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.error_of(field).contains(words), "{field} {value:?}: {}", page.words());
    }
    assert_eq!(forum.count("member").await, 3);
    let ada = forum.signs_in("ada").await;
    for name in ["аdmin", "https://evil.tld", "a\r\nBcc: x@y"] {
        let refused = refusals(&ada.mutates("updateProfile", json!({ "name": name, "sector": "academia" })).await);
        assert!(!refused.is_empty() && refused.iter().all(|it| it == "INVALID name"), "{name:?}: {refused:?}");
    }
    // What shows nothing, or turns the line round, is taken out.
    forum.visitor().joins(&link, &answers("name", "Am\u{202E}ara \u{2066}Nwosu\u{200B}")).await.is_accepted();
    assert_eq!(forum.visitor().asks("{ member(handle: \"amara\") { name } }", json!({})).await["data"]["member"]["name"], "Amara Nwosu");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_who_want_handles_that_look_alike_one_gets_it() {
    for round in 0..5 {
        let forum = Forum::open().await;
        let add = async |handle: &str, email: &str| {
            let role = "member".parse().expect("a role");
            forum.app.add_member(handle, "Mary", email, role).await.is_ok()
        };
        let (one, other) = tokio::join!(add("mary", "one@example.org"), add("rnary", "other@example.org"));
        assert_ne!(one, other, "round {round}");
        assert_eq!(forum.count("member").await, 1);
    }
}

/// Names at the edges of what people are called, for where the real list is not at hand.
const EDGES: [&str; 20] = [
    "Ọlá",
    "Bo",
    "Ἀσπασία Παπαδοπούλου",
    "Дар'я Їжакевич",
    "علی‌رضا خدابنده",
    "שירה (Shira) לוי",
    "ปิยะ ชัยวัฒน์",
    "ஜெயலட்சுமி",
    "श्रेष्‍ठ प्रकाश",
    "陳大文",
    "𠮷野 花子",
    "김하늘",
    "ᎠᎦᏴᎵᎨ",
    "ǃNaru ǂKhoe",
    "Zoe\u{301} A\u{30A}berg",
    "Seán O’Neill-D'Arcy, MPH",
    "=SUM(A1) Jones",
    "x'); DROP TABLE member;--",
    "<i>Ivy</i> & Co",
    "  Spaced   Out  ",
];

/// People with the columns name, organisation, sector and note.
fn people() -> Vec<HashMap<String, String>> {
    let file = crate::harness::root().join("../shared/data/names/people.csv");
    if !file.exists() {
        let owned = |(field, value): (&str, &str)| (field.to_owned(), value.to_owned());
        let rest = [("organisation", "Harbour Clinic"), ("sector", "academia"), ("note", "edge-case name")];
        return EDGES.iter().map(|name| rest.into_iter().chain([("name", *name)]).map(owned).collect()).collect();
    }
    csv::Reader::from_path(file).expect("a CSV file").deserialize().map(|row| row.expect("a row")).collect()
}

#[tokio::test]
async fn everybody_can_join_under_their_own_name() {
    let forum = Forum::open().await;
    let people = people();
    for (index, person) in people.iter().enumerate() {
        let (handle, role) = (format!("p{:04}", index + 1), "member".parse().expect("a role"));
        let added = forum.app.add_member(&handle, &person["name"], &format!("{handle}@example.org"), role).await;
        added.unwrap_or_else(|error| panic!("{}: {error:?}", person["name"]));
    }
    // Whatever the script, the directory shows each of them once, page after page, alike on both engines.
    let viewer = forum.signs_in("p0001").await;
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = viewer.asks(DIRECTORY, json!({ "first": 100, "after": after })).await["data"]["members"].clone();
        assert_eq!(page["totalCount"], people.len());
        seen.extend(each(&page["nodes"], "handle").into_iter().map(String::from));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    seen.sort();
    assert_eq!(seen, (1..=people.len()).map(|number| format!("p{number:04}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn people_with_names_at_the_edge_join_through_the_page() {
    let forum = Forum::open().await;
    let people: Vec<_> = people().into_iter().filter(|person| person["note"] == "edge-case name").collect();
    let handle = |index: usize| format!("p{:04}", index + 1);
    for index in 0..people.len() {
        forum.visitor().submits("/join", &[("email", format!("{}@example.org", handle(index)).as_str())]).await.is_accepted();
    }
    let letters = forum.letters().await;
    for (index, person) in people.iter().enumerate() {
        let handle = handle(index);
        let to = format!("To: {handle}@example.org\n");
        let letter = letters.iter().find(|letter| letter.contains(&to)).expect("a letter");
        let link = letter.lines().find(|line| line.starts_with(ORIGIN)).expect("a link");
        // The file spells its sectors otherwise.
        let sector = forum.app.forum.community.sectors.iter().find(|sector| sector.id[..4] == person["sector"][..4]).expect("a sector");
        let (name, organisation) = (person["name"].as_str(), person["organisation"].as_str());
        let (handle, sector) = (handle.as_str(), sector.id.as_str());
        let answers = [("name", name), ("handle", handle), ("sector", sector), ("organisation", organisation), ("agrees", "yes")];
        let mut newcomer = forum.visitor();
        newcomer.joins(link, &answers).await.is_accepted();
        let viewer = newcomer.asks("{ viewer { name organisation sector { id } } }", json!({})).await["data"]["viewer"].clone();
        // Letters and accents that stand apart become one.
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ").replace("e\u{301}", "é").replace("A\u{30A}", "Å");
        assert_eq!(viewer, json!({ "name": name, "organisation": organisation, "sector": { "id": sector } }));
        let page = forum.visitor().opens(&format!("/members/{handle}")).await.is(StatusCode::OK).shows(&name);
        page.does_not_show("<b>Bold").does_not_show("<i>Ivy");
    }
    assert_eq!(forum.count("member").await, people.len() as i64);
}

#[tokio::test]
async fn nobody_says_of_themselves_what_role_they_have() {
    let forum = Forum::open().await;
    let mut amara = forum.visitor();
    let more = [("role", "ADMIN"), ("standing", "TRUSTED"), ("email", "root@example.org")];
    amara.joins(&posted_link(&forum, "amara").await, &[&ANSWERS[..], &more[..]].concat()).await.is_accepted();
    let viewer = async || amara.asks("{ viewer { role standing email } }", json!({})).await["data"]["viewer"].clone();
    let expected = json!({ "role": "MEMBER", "standing": "NEW", "email": "amara@example.org" });
    assert_eq!(viewer().await, expected);
    let fields = [("role", "ADMIN"), ("standing", "TRUSTED"), ("email", "root@example.org")];
    amara.does("/settings", "Save", &fields).await;
    amara.mutates("updateProfile", json!({ "name": "Amara", "sector": "academia", "role": "ADMIN", "standing": "TRUSTED" })).await;
    assert_eq!(viewer().await, expected);
}
