//! What visitors write before they say who they are.

use super::{
    names::{ANSWERS, answers},
    *,
};

const RESOURCE: [(&str, &str); 4] =
    [("title", "Night clinic rota"), ("url", "https://rota.example/night"), ("kind", "guide"), ("description", "Who covers which night.")];
const TOPIC: [(&str, &str); 2] = [("name", "Compost at school"), ("description", "What can be done with it.")];
/// What another browser knows of it.
const ELSEWHERE: [(&str, &str); 0] = [];

/// A visitor fills in a form and sends it: what their browser is given to find it again.
async fn keeps(forum: &Forum, path: &str, fields: &[(&str, &str)]) -> String {
    let sent = forum.visitor().submits(path, fields).await.is_accepted();
    assert_eq!(sent.leads_to.as_deref(), Some("/sign-in?done=kept"));
    assert!(sent.header("set-cookie").contains("HttpOnly") && sent.header("set-cookie").contains("Max-Age=86400"));
    forum.visitor().opens("/sign-in?done=kept").await.shows("What you wrote is kept for a day");
    let kept = sent.cookie("kept").expect("a secret");
    assert_eq!(kept.len(), 43);
    format!("kept={kept}")
}

#[tokio::test]
async fn what_a_visitor_wrote_is_theirs_once_they_have_said_who_they_are() {
    let forum = Forum::open().await;
    adds(&forum, "ada").await;
    let mut drafts = 0;
    for (path, fields, title) in [("/share", &RESOURCE[..], "Night clinic rota"), ("/topics/suggest", &TOPIC[..], "Compost at school")] {
        for on_another_device in [false, true] {
            let kept = keeps(&forum, path, fields).await;
            assert_eq!(forum.count("submission").await, drafts);
            let here = [("cookie", kept.as_str())];
            let asks = [("action", "Request"), ("email", "ada@example.org")];
            posts(&forum.visitor(), "/sign-in", &here, &asks).await.is_accepted();
            let (_, link) = letter(&forum, "ada").await;
            let browser = if on_another_device { &ELSEWHERE[..] } else { &here[..] };
            let pressed = posts(&forum.visitor(), &link, browser, &[]).await.is_accepted();
            drafts += 1;
            assert_eq!(forum.count("submission WHERE state = 'DRAFT'").await, drafts);
            let ada = holding(&forum, &pressed.cookie("sid").expect("a session"));
            let draft = pressed.leads_to.clone().expect("its page");
            assert!(draft.starts_with("/submissions/"), "{draft}");
            ada.opens(&draft).await.shows("here is what you wrote").shows("Draft").shows(title);
            if !on_another_device {
                assert_eq!(pressed.cookie("kept").as_deref(), Some(""), "the browser forgets it");
            }
            // Once: neither the same browser nor another gets it again.
            for browser in [&here[..], &ELSEWHERE[..]] {
                let again = posts(&forum.visitor(), &handed_link(&forum, "ada").await, browser, &[]).await.is_accepted();
                assert_eq!(again.leads_to.as_deref(), Some("/?done=signed-in"));
            }
        }
    }
    assert_eq!((forum.count("submission").await, forum.count("kept_form").await), (4, 0));
    forum.verifies().await;
}

#[tokio::test]
async fn it_waits_in_one_browser_for_a_day() {
    let forum = Forum::open().await;
    adds(&forum, "ada").await;
    let kept = keeps(&forum, "/share", &RESOURCE).await;
    // Somebody else signs in meanwhile, in a browser of their own.
    for browser in [&ELSEWHERE[..], &[("cookie", "kept=garbage")], &[("cookie", "kept=")]] {
        let other = posts(&forum.visitor(), &handed_link(&forum, "ada").await, browser, &[]).await.is_accepted();
        assert_eq!(other.leads_to.as_deref(), Some("/?done=signed-in"));
    }
    assert_eq!((forum.count("submission").await, forum.count("kept_form").await), (0, 1));
    // Any way in will do, from the browser that holds it.
    let here = [("cookie", kept.as_str())];
    let pressed = posts(&forum.visitor(), &handed_link(&forum, "ada").await, &here, &[]).await.is_accepted();
    assert!(pressed.leads_to.is_some_and(|to| to.starts_with("/submissions/")));

    let kept = keeps(&forum, "/topics/suggest", &TOPIC).await;
    forum.later(Duration::hours(24));
    let pressed = posts(&forum.visitor(), &handed_link(&forum, "ada").await, &[("cookie", kept.as_str())], &[]).await.is_accepted();
    assert_eq!(pressed.leads_to.as_deref(), Some("/?done=signed-in"));
    forum.later(Duration::seconds(1));
    forum.app.sweep().await.expect("swept");
    assert_eq!((forum.count("submission").await, forum.count("kept_form").await), (1, 0));
}

#[tokio::test]
async fn a_newcomer_finds_what_they_wrote_and_mends_what_does_not_pass() {
    let forum = Forum::open().await;
    let typed: Vec<_> = RESOURCE.iter().map(|(name, value)| (*name, if *name == "url" { "no address" } else { *value })).collect();
    let kept = keeps(&forum, "/share", &typed).await;
    let here = [("cookie", kept.as_str())];
    posts(&forum.visitor(), "/join", &here, &[("action", "Request"), ("email", "amara@example.org")]).await.is_accepted();
    let (_, link) = letter(&forum, "amara").await;
    posts(&forum.visitor(), &link, &here, &answers("handle", "")).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(forum.count("kept_form").await, 1, "a refusal spends nothing");

    let page = posts(&forum.visitor(), &link, &here, &ANSWERS).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    let amara = holding(&forum, &page.cookie("sid").expect("a session"));
    assert!(page.error_of("url").contains("Give the whole address") && page.value_of("title") == "Night clinic rota", "{}", page.words());
    let page = Page { path: "/share".to_owned(), ..page };
    let mended = amara.fills(&page, page.form_that("Submit"), &[("url", "https://rota.example/night")]).await.is_accepted();
    amara.opens(&mended.leads_to.expect("its page")).await.shows("Night clinic rota");
    assert_eq!(forum.count("submission").await, 1);
}
