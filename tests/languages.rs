//! The same library in another language: its words, its dates and numbers, its letters.

use std::{collections::BTreeMap, fs};

use chrono::Duration;
use poem::http::{Method, StatusCode};
use serde_json::json;
use server::Community;

use crate::harness::{Forum, Page, Person, read, root};

/// The words of a language: under each key its text.
fn words(language: &str) -> BTreeMap<String, String> {
    let mut words: BTreeMap<String, String> = BTreeMap::new();
    let mut last = String::new();
    for line in read(&format!("frontend/words/{language}.ftl")).lines().filter(|line| !line.starts_with('#')) {
        if let Some((key, text)) = line.split_once(" =").filter(|_| line.starts_with(|c: char| c.is_ascii_alphabetic())) {
            last = key.to_owned();
            assert!(words.insert(last.clone(), text.to_owned()).is_none(), "{language}: {key} stands twice");
        } else if !line.is_empty() {
            words.get_mut(&last).expect("a key").push_str(&format!("\n{line}"));
        }
    }
    words
}

fn languages() -> Vec<String> {
    let files = fs::read_dir(root().join("frontend/words")).expect("words");
    files.map(|file| file.expect("a file").file_name().to_str().expect("a name").trim_end_matches(".ftl").to_owned()).collect()
}

/// What a text is made with: its arguments, and what it distinguishes by name. Every language counts in its own way.
fn made_with(text: &str) -> Vec<String> {
    let arguments = text.split('$').skip(1).map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("").to_owned());
    let names = text.lines().filter_map(|line| line.trim().trim_start_matches('*').strip_prefix('[')?.split(']').next().map(String::from));
    let mut made_with: Vec<_> = arguments.chain(names.filter(|name| name.starts_with(|c: char| c.is_ascii_uppercase()))).collect();
    made_with.sort();
    made_with.dedup();
    made_with
}

#[test]
fn every_language_says_everything_with_the_same_arguments() {
    let first = words("en");
    assert!(languages().len() > 1);
    for language in languages() {
        let words = words(&language);
        let missing: Vec<_> = first.keys().filter(|key| !words.contains_key(*key)).collect();
        let unknown: Vec<_> = words.keys().filter(|key| !first.contains_key(*key)).collect();
        assert!(missing.is_empty() && unknown.is_empty(), "{language} lacks {missing:?} and has {unknown:?} too many");
        for (key, text) in &words {
            assert!(!text.trim().is_empty(), "{language}: {key} is empty");
            assert_eq!(made_with(text), made_with(&first[key]), "{language}: {key}");
        }
    }
}

#[test]
fn a_reason_keeps_its_length_in_every_language() {
    let community = Community::built_in();
    for language in languages() {
        let community = community.in_language(Some(&language));
        for reason in &community.reasons {
            let count = reason.words.split_whitespace().count();
            assert!(count <= 60, "{language}, {}: {count} words", reason.id);
        }
    }
    assert_ne!(community.in_language(Some("es")).headline, community.headline);
}

#[test]
fn a_translation_has_the_same_lists() {
    let [own, translated] = ["", ".es"].map(|language| read(&format!("schema/src/community{language}.toml")));
    let other = translated.replacen("id = \"guide\"", "id = \"manual\"", 1);
    assert_ne!(other, translated);
    let community = Community::parse(&own).expect("a community");
    let refused = community.with_translation("es", &other).err().expect("another list");
    assert!(refused.contains("`kinds`"), "{refused}");
}

async fn reads(person: &Person, path: &str, headers: &[(&str, &str)]) -> Page {
    person.sends(Method::GET, path, headers, "").await.is(StatusCode::OK)
}

#[tokio::test]
async fn a_visitor_reads_in_the_language_that_their_browser_asks_for() {
    let forum = Forum::open().await;
    let visitor = forum.visitor();
    for (asked, language) in [
        ("es", "es"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("en;q=0.5, es-419", "es"),
        ("fr-CH, fr;q=0.9", "en"),
        ("fr, es;q=0.2", "es"),
        ("*", "en"),
        ("", "en"),
        (",;;q=x", "en"),
    ] {
        let page = reads(&visitor, "/library", &[("accept-language", asked)]).await;
        assert!(page.text.contains(&format!("<html lang=\"{language}\">")), "{asked}");
        assert!(page.header("vary").contains("Accept-Language"));
    }
    let home = reads(&visitor, "/", &[("accept-language", "es")]).await;
    assert!(home.words().contains(&Community::built_in().in_language(Some("es")).headline));
}

#[tokio::test]
async fn what_went_wrong_is_said_in_the_same_language() {
    let forum = Forum::open().await;
    let page = forum.visitor().sends(Method::GET, "/nowhere", &[("accept-language", "es")], "").await.is(StatusCode::NOT_FOUND);
    let said = words("es")["problem-404"].trim().to_owned();
    assert!(page.words().contains(&said), "{}", page.words());
}

#[tokio::test]
async fn a_language_is_chosen_with_one_press_and_kept() {
    let forum = Forum::open().await;
    let visitor = forum.visitor();
    let kind = ("content-type", "application/x-www-form-urlencoded");
    let from = |page: &'static str| [kind, ("sec-fetch-site", "same-origin"), ("referer", page)];
    let own = from("http://127.0.0.1:8000/library?kind=guide&done=Submit");
    let pressed = visitor.sends(Method::POST, "/language", &own, "language=es").await.is(StatusCode::SEE_OTHER);
    assert_eq!(pressed.header("location"), "/library?kind=guide");
    let kept = format!("language={}", pressed.cookie("language").expect("a cookie"));
    let page = reads(&visitor, "/library", &[("cookie", &kept), ("accept-language", "en")]).await;
    assert!(page.text.contains("<html lang=\"es\">"), "what was chosen here counts before what the browser says");

    let unknown = visitor.sends(Method::POST, "/language", &own, "language=tlh").await;
    unknown.is(StatusCode::BAD_REQUEST);
    let elsewhere =
        visitor.sends(Method::POST, "/language", &from("https://evil.example/library"), "language=es").await.is(StatusCode::SEE_OTHER);
    assert_eq!(elsewhere.header("location"), "/");
}

#[tokio::test]
async fn a_member_reads_pages_and_letters_in_their_language() {
    let forum = Forum::open().await;
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    let query = "{ viewer { language } community { kinds { id name } } }";
    assert_eq!(ada.asks(query, json!({})).await["data"]["viewer"]["language"], json!(null));
    let chosen = ada.mutates("setLanguage", json!({ "language": "es" })).await;
    assert_eq!(chosen["userErrors"], json!([]));
    let answer = ada.asks(query, json!({})).await;
    assert_eq!(answer["data"]["viewer"]["language"], "es");
    let kinds = answer["data"]["community"]["kinds"].as_array().expect("kinds").clone();
    assert!(kinds.contains(&json!({ "id": "guide", "name": "Guía" })), "{kinds:?}");
    assert_eq!(ada.mutates("setLanguage", json!({ "language": "Klingon!" })).await["userErrors"][0]["code"], "INVALID");

    // What the desk says to them is said in theirs, whoever says it in whatever language.
    let submission = ada.shares("A guide to shade").await;
    grace.approves(&submission).await;
    let letters = forum.letters_to("ada").await;
    assert!(letters.iter().any(|letter| letter.contains("En la biblioteca: A guide to shade")), "{letters:?}");
    let page = ada.opens("/submissions").await;
    assert!(page.text.contains("<html lang=\"es\">"));
    assert!(page.words().contains("En la biblioteca"));
}

#[tokio::test]
async fn dates_and_numbers_are_written_as_the_language_writes_them() {
    let forum = Forum::open().await;
    let ada = forum.member("ada").await;
    let published = forum.moderator("grace").await.publishes(&ada.shares("A guide to shade").await).await;
    let path = published["path"].as_str().expect("a path");
    forum.later(Duration::days(60));
    let visitor = forum.visitor();
    let english = reads(&visitor, path, &[]).await;
    let spanish = reads(&visitor, path, &[("accept-language", "es")]).await;
    assert!(spanish.words().contains(" de 2026"), "{}", spanish.words());
    assert!(english.words().contains(" 2026") && !english.words().contains(" de 2026"), "{}", english.words());
}
