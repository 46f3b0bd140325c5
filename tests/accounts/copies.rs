//! A copy of everything that the forum holds about one member.

use super::{tokens::token, *};

const FILES: [&str; 5] = ["profile.json", "sign-in.json", "contributions.json", "contributions.csv", "votes.csv"];

pub async fn asks_for_a_copy(person: &Person) -> Vec<String> {
    let query = "mutation { requestDataExport { member { name } userErrors { code field } } }";
    let answer = person.asks(query, json!({})).await;
    refusals(if answer["errors"].is_null() { &answer["data"]["requestDataExport"] } else { &answer })
}

/// Asks for a copy, has it packed, and answers the path in the letter.
async fn packed(forum: &Forum, person: &Person) -> String {
    assert_eq!(asks_for_a_copy(person).await, NOTHING);
    assert_eq!(forum.app.pack().await.expect("packed"), 1);
    letter(forum, &person.handle).await.1
}

/// Presses the button of a copy's page; the harness reads text, and this is none.
async fn fetches(forum: &Forum, person: &Person, path: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
    let token = person.opens(path).await.value_of("token");
    let mut request = Request::builder().method(Method::POST).uri(path.parse().expect("a path")).header("origin", ORIGIN);
    if let Some(cookie) = &person.cookie {
        request = request.header("cookie", format!("sid={cookie}"));
    }
    let request = request.header(FORM.0, FORM.1).body(encoded(&[("token", token.as_str())]));
    let (parts, body) = forum.app.endpoint().get_response(request).await.into_parts();
    (parts.status, parts.headers, body.into_vec().await.expect("a body"))
}

/// The files of a copy by name.
fn unpacked(archive: Vec<u8>) -> HashMap<&'static str, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).expect("an archive");
    assert_eq!(archive.len(), FILES.len());
    let mut files = HashMap::new();
    for name in FILES {
        let mut text = String::new();
        archive.by_name(name).expect(name).read_to_string(&mut text).expect("text");
        files.insert(name, text);
    }
    files
}

#[tokio::test]
async fn a_copy_is_handed_out_once_to_its_owner_alone() {
    let forum = Forum::open().await;
    let (ada, eve) = (forum.member("ada").await, forum.member("eve").await);
    ada.does("/settings/data", "RequestExport", &[]).await.is_accepted();
    ada.opens("/settings/data").await.shows("It is being packed");
    assert!(forum.letters().await.is_empty());
    // Two servers at once make one copy and write one letter.
    let (one, other) = tokio::join!(forum.app.pack(), forum.app.pack());
    assert!(one.expect("packed") + other.expect("packed") >= 1);
    assert_eq!(forum.app.pack().await.expect("nothing to do"), 0);
    ada.opens("/settings/data").await.shows("Packed on");
    let (told, path) = letter(&forum, "ada").await;
    assert!(path.starts_with("/settings/data/") && forum.letters_to("ada").await.len() == 1, "{told}");

    forum.visitor().opens(&path).await.shows("Sign in first");
    for (person, status) in [(&eve, StatusCode::UNPROCESSABLE_ENTITY), (&forum.visitor(), StatusCode::FORBIDDEN)] {
        let (answered, _, body) = fetches(&forum, person, &path).await;
        assert!(answered == status && !body.starts_with(b"PK"), "{answered}");
    }
    let wrong = format!("{}x", &path[..path.len() - 1]);
    assert_eq!(fetches(&forum, &ada, &wrong).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    ada.sends(Method::POST, &path, &[FORM, ("origin", ORIGIN)], "token=garbage").await.is(StatusCode::FORBIDDEN);
    // A scanner looks at it, and nothing happens.
    ada.opens(&path).await.shows("Your data is ready");
    assert_eq!(forum.count("data_export").await, 1);

    let (status, headers, body) = fetches(&forum, &ada, &path).await;
    assert_eq!(
        (status, headers["content-type"].as_bytes(), headers["cache-control"].as_bytes()),
        (StatusCode::OK, &b"application/zip"[..], &b"no-store"[..])
    );
    assert!(headers["content-disposition"].to_str().expect("ASCII").starts_with("attachment"));
    assert!(unpacked(body)["profile.json"].contains("ada@example.org"));
    let (status, _, body) = fetches(&forum, &ada, &path).await;
    assert!(
        status == StatusCode::UNPROCESSABLE_ENTITY && String::from_utf8_lossy(&body).contains("A link like this works once"),
        "{status}"
    );
    assert_eq!(forum.count("data_export").await, 0);
}

#[tokio::test]
async fn a_copy_holds_what_is_ones_own_and_nothing_of_others() {
    let forum = Forum::open().await;
    let (root, grace, eve) = (administrator(&forum).await, forum.moderator("grace").await, forum.member("eve").await);
    let ada = forum.member("ada").await;
    let about = json!({ "name": "Ada", "sector": "academia", "about": "Canaryabout", "links": ["https://canarylinks.example/"] });
    ada.mutates("updateProfile", about).await;
    let secret = token(&ada, &["READ"]).await;
    for title in ["=HYPERLINK(\"https://evil.example\")", "+1", "-1", "@SUM(A1)", "Canarydraft, \"quoted\""] {
        let mut draft = resource(title);
        draft["draft"] = json!(true);
        ada.brings("submitResource", draft).await;
    }
    let declined = ada.shares("Canarydeclined").await;
    grace.decides("DECLINE", &declined, json!({ "reason": "OTHER", "message": "Canaryforada" })).await;
    let rota = grace.publishes(&ada.shares("Canaryrota").await).await;
    ada.comments(&rota, "Canarycomment").await;
    let topic = grace.publishes(&eve.suggests("=1+1").await).await;
    ada.mutates("vote", json!({ "topicId": topic["id"], "vote": true })).await;
    // What others wrote, and what moderators said among themselves.
    let mut draft = resource("Secretdraft of Eve");
    draft["draft"] = json!(true);
    eve.brings("submitResource", draft).await;
    eve.brings("editPublished", json!({ "id": rota["id"], "resource": resource("Secretedit of Eve") })).await;
    let waiting = ada.shares("Canarywaiting").await;
    grace.mutates("claimSubmission", json!({ "submissionId": waiting["id"] })).await;
    root.mutates("releaseSubmission", json!({ "submissionId": waiting["id"], "reason": "Secretnote about a colleague" })).await;

    let path = packed(&forum, &ada).await;
    let files = unpacked(fetches(&forum, &ada, &path).await.2);
    let everything = FILES.map(|name| files[name].as_str()).join("\n");
    for own in [
        "Canaryabout",
        "canarylinks",
        "Canarydraft",
        "Canarydeclined",
        "Canaryforada",
        "Canaryrota",
        "Canarycomment",
        "Canarywaiting",
        "ada@example.org",
        "Importer",
    ] {
        assert!(everything.contains(own), "{own} in {everything}");
    }
    let cookie = ada.cookie.clone().expect("a session");
    for others in ["Secret", "Grace", "grace", "Eve", "eve@", "root", "Canaryreason", cookie.as_str(), secret.as_str()] {
        assert!(!everything.contains(others), "{others} in {everything}");
    }
    for name in ["contributions.json", "profile.json", "sign-in.json"] {
        serde_json::from_str::<Value>(&files[name]).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    // No cell begins as a formula does.
    let mut cells = Vec::new();
    for name in ["contributions.csv", "votes.csv"] {
        for row in csv::Reader::from_reader(files[name].as_bytes()).records() {
            cells.extend(row.expect("a row").iter().map(String::from));
        }
    }
    assert!(!cells.iter().any(|cell| cell.starts_with(['=', '+', '-', '@', '\t', '\r'])), "{cells:?}");
    for cell in ["'=HYPERLINK(\"https://evil.example\")", "'+1", "'-1", "'@SUM(A1)", "Canarydraft, \"quoted\"", "'=1+1"] {
        assert!(cells.iter().any(|it| it == cell), "{cell} in {cells:?}");
    }
}

#[tokio::test]
async fn a_copy_waits_a_day_and_the_newest_counts() {
    let forum = Forum::with_limits().await;
    let ada = forum.member("ada").await;
    let (older, newer) = (packed(&forum, &ada).await, packed(&forum, &ada).await);
    assert_ne!(older, newer);
    assert_eq!(fetches(&forum, &ada, &older).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    forum.later(Duration::hours(24));
    assert_eq!(fetches(&forum, &ada, &newer).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    forum.later(Duration::seconds(1));
    forum.app.sweep().await.expect("swept");
    assert_eq!(forum.count("data_export").await, 0);

    let ada = forum.signs_in("ada").await;
    for _ in 0..5 {
        assert_eq!(asks_for_a_copy(&ada).await, NOTHING);
    }
    assert_eq!(asks_for_a_copy(&ada).await, ["RATE_LIMITED"]);
    assert_eq!(asks_for_a_copy(&forum.visitor()).await, ["UNAUTHENTICATED"]);
    forum.later(Duration::minutes(11));
    assert_eq!(asks_for_a_copy(&ada).await, ["SIGN_IN_AGAIN"]);
}
