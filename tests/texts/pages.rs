//! Every route with attack strings on it: no page has a script or a style of its own, and nothing of an address becomes markup.

use super::{judge::sound, *};

/// Short enough for every field, and a way out of every place in a page where text stands.
const WAYS_OUT: [&str; 7] = [
    "\"><script>alert(1)</script>",
    "'><img src=x onerror=alert(1)>",
    "\" autofocus onfocus=alert(1) x=\"",
    "</title></textarea><svg onload=alert(1)>",
    "javascript:alert(1)//\n<!--",
    "--><b id=csrf name=token>",
    "&quot;&gt;&#60;b&#62;{{ 7*7 }}",
];

/// The paths of the site, from its own table.
fn routes() -> Vec<String> {
    let table = fs::read_to_string(root().join("frontend/src/routes.rs")).expect("the table of routes");
    let paths: Vec<String> = table.split("page(\"").skip(1).filter_map(|rest| Some(rest.split('"').next()?.to_owned())).collect();
    assert!(paths.len() > 30 && paths.iter().all(|path| path.starts_with('/')), "{paths:?}");
    paths
}

#[tokio::test]
async fn no_page_has_a_script_or_a_style_of_its_own() {
    let forum = Forum::open().await;
    let (ada, grace, root) = (forum.member("ada").await, forum.moderator("grace").await, forum.person("root-of-all", "admin").await);
    let out = WAYS_OUT[0];
    assert_eq!(refusals(&ada.mutates("updateProfile", json!({ "name": out, "sector": "academia", "about": out })).await), NOTHING);
    let text = |number: usize| {
        let url = format!("https://example.org/{number}");
        json!({ "title": out, "description": out, "authors": [out], "keywords": [out], "publisher": out, "url": url, "kind": "guide" })
    };
    let record = grace.approves(&ada.brings("submitResource", text(1)).await).await;
    let topic = grace.approves(&ada.brings("suggestTopic", json!({ "name": out, "description": out, "why": out })).await).await;
    let comment = grace.approves(&ada.comments(&record["published"], out).await).await;
    let waiting = ada.brings("submitResource", text(2)).await;
    let draft = ada.brings("submitResource", with(text(3), json!({ "draft": true }))).await;
    let declined = ada.brings("submitResource", text(4)).await;
    assert_eq!(refusals(&grace.decides("DECLINE", &declined, json!({ "reason": "OTHER", "message": out })).await), NOTHING);
    let returned = ada.brings("submitResource", text(5)).await;
    let asks = json!({ "requests": [{ "field": "title", "message": out }], "message": out });
    assert_eq!(refusals(&grace.decides("REQUEST_CHANGES", &returned, asks).await), NOTHING);
    let gone = grace.approves(&ada.brings("submitResource", text(6)).await).await;
    assert_eq!(refusals(&grace.decides("REMOVE", &gone, json!({ "reason": "OTHER", "message": out })).await), NOTHING);
    let edit = json!({ "id": record["published"]["id"], "resource": with(text(1), json!({ "title": format!("{out}{out}") })) });
    let edit = ada.brings("editPublished", edit).await;

    let slug = |case: &Value| at(&case["published"], "path").rsplit('/').next().expect("a slug").to_owned();
    let mut paths = BTreeSet::new();
    for route in routes() {
        let slug = if route.starts_with("/topics") { slug(&topic) } else { slug(&record) };
        let route = route.replace(":slug", &slug).replace(":handle", "ada").replace(":token", "x");
        let numbered =
            if route.starts_with("/comments") { vec![&comment] } else { vec![&waiting, &draft, &declined, &returned, &gone, &edit] };
        paths.extend(numbered.into_iter().map(|case| route.replace(":number", &case["number"].to_string())));
    }
    paths.extend([at(&gone["published"], "path"), "/nothing-here".into(), "/desk?state=declined".into(), "/library?sort=title".into()]);
    for path in &paths {
        assert!(!path.contains(':'), "say what stands in {path}");
        for person in [&forum.visitor(), &ada, &grace, &root] {
            let page = person.opens(path).await;
            assert_ne!(page.status, StatusCode::INTERNAL_SERVER_ERROR, "{path}");
            if page.header("content-type").starts_with("text/html") {
                sound(&page);
            }
        }
    }
}

#[tokio::test]
async fn nothing_of_an_address_becomes_markup() {
    let forum = Forum::open().await;
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    let rota = grace.publishes(&ada.shares("Rota").await).await;
    for out in WAYS_OUT.map(encoded) {
        for path in [
            format!("/library?query={out}&kind={out}&topic={out}&focus={out}&strategy={out}"),
            format!("/library?query=rota&sort={out}&after={out}&first={out}"),
            format!("/members?query={out}&sector={out}&after={out}"),
            format!("/topics?status={out}&sort={out}"),
            format!("/decisions?kind={out}&decision={out}"),
            format!("/decisions?month={out}&after={out}"),
            format!("/topics/suggest?keyword={out}"),
            format!("/sign-in?next={out}&done={out}"),
            format!("/sign-in?next=/topics?x={out}"),
            format!("/sign-in/failed?reason={out}&provider={out}"),
            format!("/sign-in/{out}"),
            format!("/settings/address/{out}"),
            format!("/letters/stop/{out}"),
            format!("/desk?state={out}&kind={out}&after={out}"),
            format!("/submissions/{out}"),
            format!("/resources/{out}"),
            format!("/members/{out}"),
            format!("/{out}?done={out}&{out}={out}"),
            format!("{}?after={out}&done={out}", at(&rota, "path")),
        ] {
            for person in [&forum.visitor(), &ada, &grace] {
                let page = person.opens(&path).await;
                assert_ne!(page.status, StatusCode::INTERNAL_SERVER_ERROR, "{path}");
                sound(&page);
            }
        }
    }
}

/// A form of an earlier session comes back whole, as hidden fields; a visitor's is kept until they have signed in.
#[tokio::test]
async fn a_form_that_comes_back_is_text() {
    let forum = Forum::open().await;
    let ada = forum.member("ada").await;
    let headers = [("origin", ORIGIN), ("content-type", "application/x-www-form-urlencoded")];
    for out in WAYS_OUT {
        let fields = [("token", out), ("action", "Submit"), ("title", out), ("description", out), ("x\"><b>", out), (out, "x")];
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let page = ada.sends(Method::POST, "/share", &headers, body.clone()).await.is(StatusCode::FORBIDDEN);
        sound(&page);
        assert_eq!(page.value_of("title"), out);
        sound(&forum.visitor().sends(Method::POST, "/share", &headers, body.replace("Submit", &encoded(out))).await);
        for (path, field) in [("/sign-in", "email"), ("/join", "email")] {
            let page = forum.visitor().submits(path, &[(field, out)]).await.is(StatusCode::UNPROCESSABLE_ENTITY);
            sound(&page);
            assert_eq!(page.value_of(field), out);
        }
    }
}
