//! Every script passes as it is; what hides in a text is taken out of it; and nobody passes for somebody else by other letters.

use sea_orm_migration::sea_orm::{ConnectionTrait, Statement};

use super::{
    judge::{pages_from, texts},
    *,
};

/// Whether a character has no place in a text: a control, an override of the direction, something without width, or no character at all.
pub fn hides(c: char) -> bool {
    let overrides = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let has_no_width = matches!(c, '\u{200b}' | '\u{2060}'..='\u{2065}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}');
    c.is_control() || overrides || has_no_width || (c as u32 & 0xfffe) == 0xfffe
}

/// Odd texts of our own, for where the corpus is not at hand.
#[rustfmt::skip] // A list.
const ODD: &[&str] = &[
    "\u{202e}nimda", "\u{2066}Ada\u{2069}", "safe \u{202a}text", "A\u{200b}d\u{2060}a\u{feff}", "Ada\u{e0041}\u{e007f}",
    "Ada\u{0}\u{7}\u{1b}[31m", "\u{85}Ada\u{9b}", "Ada\u{fffe}\u{10ffff}", "T\u{336}h\u{334}e\u{337}", "👩🏽\u{200d}⚕\u{fe0f}",
    "a\u{301}\u{301}\u{301}", "ﷺ", "\u{2028}x\u{2029}y", "{{ 7*7 }}", "null", "-1", "\u{7f}x", "<b>x</b>", "%00x", "Ⅷ", "ß",
];

/// The texts of a corpus of odd ones.
fn odd() -> Vec<String> {
    match sample("text/unicode/train.jsonl", 6, 0) {
        Some(rows) => rows.iter().map(|row| at(row, "payload").chars().take(2_000).collect()).collect(),
        None => ODD.iter().map(|text| (*text).to_owned()).collect(),
    }
}

fn named(name: &str) -> Value {
    json!({ "name": name, "sector": "academia" })
}

#[tokio::test]
async fn names_titles_and_words_come_out_without_what_hides_in_them() {
    let forum = Forum::open().await;
    let ada = forum.member("ada").await;
    let query = "mutation Try($input: SubmitResourceInput!) { submitResource(input: $input) {
        submission { resource { title description keywords authors } } userErrors { code field } } }";
    for (index, text) in odd().iter().enumerate() {
        let payload = ada.mutates("updateProfile", named(text)).await;
        match payload["member"]["name"].as_str() {
            Some(name) => assert!(!name.chars().any(hides) && name.trim() == name, "{name:?}"),
            None => assert!(refusals(&payload).iter().all(|refusal| refusal.ends_with(" name")), "{text:?}: {payload}"),
        }
        let (line, word): (String, String) = (text.chars().take(200).collect(), text.chars().take(20).collect());
        let typed = json!({ "title": line, "description": text, "keywords": [word], "authors": [word], "draft": true });
        let payload = ada.asks(query, json!({ "input": with(resource("x"), typed) })).await["data"]["submitResource"].clone();
        if refusals(&payload).is_empty() {
            let stored = payload["submission"]["resource"].clone();
            for field in ["title", "description"] {
                let text = at(&stored, field);
                assert!(!text.chars().any(|c| hides(c) && (field == "title" || !matches!(c, '\n' | '\t'))), "{field} {text:?}");
            }
            for word in ["keywords", "authors"].iter().flat_map(|list| stored[list].as_array().cloned().unwrap_or_default()) {
                assert!(!word.as_str().expect("a text").chars().any(hides), "{word}");
            }
        }
        // No handle has other letters than those of an address.
        let role = "member".parse().expect("a role");
        if forum.app.add_member(text, "Somebody", &format!("somebody-{index}@example.org"), role).await.is_ok() {
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
            assert!(text.trim().chars().all(plain), "{text:?} is a handle");
        }
    }
}

/// Two spellings of one text are one text, also when what stood between a letter and its accent is gone.
#[tokio::test]
async fn a_letter_and_its_accent_are_one() {
    let forum = Forum::open().await;
    let ada = forum.member("ada").await;
    for typed in ["Café", "Cafe\u{301}", "Cafe\u{200b}\u{301}", "Cafe\u{202e}\u{301}\u{202c}", "Cafe\u{0}\u{301}"] {
        let input = with(resource(&format!("Number {}", encoded(typed))), json!({ "title": typed }));
        assert_eq!(at(&ada.brings("submitResource", input).await, "title"), "Café", "{typed:?}");
    }
}

/// Ways to write a name otherwise that leave it the same to the eye.
#[rustfmt::skip] // A list.
const DISGUISES: [&str; 16] = [
    "homoglyph", "math-bold", "math-fraktur", "math-mono", "fullwidth", "zero-width", "nfd", "case", "spaced", "dotted", "starred",
    "braille-blank", "hangul-filler", "variation-selectors", "zalgo-1", "zalgo-3",
];
const STAFF: [&str; 10] = ["admin", "administrator", "desk", "library", "lyceum", "moderation", "moderator", "root", "support", "system"];

/// The same, for where the corpus is not at hand.
#[rustfmt::skip] // A list.
const OTHERWISE: [&str; 13] = [
    "аdmin", "𝐚𝐝𝐦𝐢𝐧", "ａｄｍｉｎ", "a\u{200b}d\u{34f}min", "m o d e r a t o r", "moderator\u{3164}", "a\u{2800}dmin", "ADMIN", "adm\u{131}n",
    "rnoderator", "sУstem", "1ibrary", "r00t",
];

#[tokio::test]
async fn nobody_passes_for_those_who_run_this_in_other_letters() {
    let forum = Forum::open().await;
    let ada = forum.member("ada").await;
    let mut names: Vec<String> = OTHERWISE.map(String::from).to_vec();
    let is = |row: &Value, field: &str, one_of: &[&str]| one_of.contains(&row[field].as_str().unwrap_or_default());
    let rows = sample("text/unicode/train.jsonl", 1, 0).unwrap_or_default();
    let rows = rows.iter().filter(|row| is(row, "base", &STAFF) && is(row, "kind", &DISGUISES));
    names.extend(rows.map(|row| at(row, "payload")));
    for name in names {
        let payload = ada.mutates("updateProfile", named(&name)).await;
        assert!(refusals(&payload).contains(&"INVALID name".to_owned()), "{name:?}: {payload}");
    }
    assert_eq!(ada.asks("{ viewer { name } }", json!({})).await["data"]["viewer"]["name"], "Ada");
}

/// The table of look-alikes has no letters in circles: they are compared as the letters that they hold.
#[tokio::test]
async fn letters_in_circles_are_the_same_letters() {
    let forum = Forum::open().await;
    let ada = forum.member("ada").await;
    for name in ["ⓐⓓⓜⓘⓝ", "ⓜⓞⓓⓔⓡⓐⓣⓞⓡ", "Ⓛⓨⓒⓔⓤⓜ", "🄰🄳🄼🄸🄽"] {
        assert_eq!(refusals(&ada.mutates("updateProfile", named(name)).await), ["INVALID name"], "{name}");
    }
}

/// Letters and signs that show nothing at all.
#[rustfmt::skip] // A list.
const BLANK: [&str; 10] = [
    "\u{3164}", "\u{2800}\u{2800}", "\u{ad}", "\u{200d}\u{200c}", "\u{115f}\u{1160}", "\u{ffa0}", "\u{34f}", "\u{fe0f}", "\u{180e}",
    "\u{200e}\u{200f}\u{61c}",
];

#[tokio::test]
async fn what_shows_nothing_is_no_text() {
    let forum = Forum::open().await;
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    let record = grace.publishes(&ada.shares("Rota").await).await;
    for blank in BLANK {
        for (mutation, input) in [
            ("updateProfile", named(blank)),
            ("submitResource", with(resource("x"), json!({ "title": blank }))),
            ("submitResource", with(resource("x"), json!({ "description": blank }))),
            ("suggestTopic", json!({ "name": blank, "description": "x" })),
            ("writeComment", json!({ "on": record["id"], "body": blank })),
        ] {
            let payload = ada.mutates(mutation, input.clone()).await;
            assert_eq!(refusals(&payload).len(), 1, "{mutation} {input}: {payload}");
        }
    }
}

/// A title and a sentence in each of many scripts, for where the declaration is not at hand.
const DECLARATIONS: [(&str, &str); 12] = [
    ("Universal Declaration of Human Rights", "All human beings are born free and equal in dignity and rights."),
    ("世界人权宣言", "人人生而自由，在尊严和权利上一律平等。"),
    ("세계인권선언", "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다."),
    ("الإعلان العالمي لحقوق الإنسان", "يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق."),
    ("הכרזה לכל באי עולם בדבר זכויות האדם", "כל בני אדם נולדו בני חורין ושווים בערכם ובזכויותיהם."),
    ("मानव अधिकारों की सार्वभौम घोषणा", "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता प्राप्त है।"),
    ("ปฏิญญาสากลว่าด้วยสิทธิมนุษยชน", "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกัน"),
    ("Всеобщая декларация прав человека", "Все люди рождаются свободными и равными в своем достоинстве и правах."),
    ("ΟΙΚΟΥΜΕΝΙΚΗ ΔΙΑΚΗΡΥΞΗ", "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι."),
    ("ადამიანთა უფლებების საყოველთაო დეკლარაცია", "ყოველი ადამიანი იბადება თავისუფალი და თანასწორი."),
    ("አዋጅ ሰብአዊ መብቶች", "የሰው ልጅ ሁሉ ሲወለድ ነጻና በክብርና በመብትም እኩልነት ያለው ነው።"),
    ("மனித உரிமைகள் பற்றிய உலகப் பிரகடனம்", "மனிதப் பிறிவியினர் சகலரும் சுதந்திரமாகவே பிறக்கின்றனர்."),
];

/// One declaration for each stretch of 128 letters that a title begins in, and every sixtieth of the others.
fn declarations() -> Vec<(String, String)> {
    let Some(rows) = sample("text/multilingual/udhr.jsonl", 1, 0) else {
        return DECLARATIONS.iter().map(|(title, text)| ((*title).to_owned(), (*text).to_owned())).collect();
    };
    let mut scripts = BTreeSet::new();
    let mut chosen = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let (title, text) = (at(row, "title"), at(row, "article1"));
        let script = title.chars().find(|c| c.is_alphabetic()).map(|c| c as u32 >> 7);
        if (scripts.insert(script) || index.is_multiple_of(60) || all()) && !title.trim().is_empty() && !text.trim().is_empty() {
            chosen.push((title, text));
        }
    }
    chosen
}

/// A text as the forum keeps it: in one spelling, where PostgreSQL can tell what that is. Answers none where it cannot be told.
async fn composed(forum: &Forum, text: &str) -> Option<String> {
    if !is_postgres() {
        return None;
    }
    let tables = forum.tables();
    let statement = Statement::from_sql_and_values(tables.get_database_backend(), "SELECT normalize(CAST($1 AS text), NFC)", [text.into()]);
    let row = tables.query_one_raw(statement).await.expect("an answer").expect("a row");
    Some(row.try_get_by_index(0).expect("a text"))
}

/// The word of a title by which it is looked for: the longest that is made of letters.
fn word_of(title: &str) -> Option<&str> {
    let words = title.split_whitespace().filter(|word| !word.chars().any(|c| c.is_ascii_punctuation()));
    words.filter(|word| word.chars().any(char::is_alphanumeric)).max_by_key(|word| word.chars().filter(|c| c.is_alphanumeric()).count())
}

#[tokio::test]
async fn every_script_passes_as_it_is_and_is_found() {
    let forum = Forum::open().await;
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    let mut spelled_otherwise = Vec::new();
    let mut made = Vec::new();
    let declarations = declarations();
    for (index, (title, text)) in declarations.iter().enumerate() {
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        let input = json!({ "title": title, "description": text, "url": format!("https://example.org/{index}"), "kind": "guide" });
        let query = "mutation Bring($input: SubmitResourceInput!) { submitResource(input: $input) {
            submission { id version revision title resource { description } } userErrors { code field } } }";
        let answer = ada.asks(query, json!({ "input": input })).await;
        let payload = answer["data"]["submitResource"].clone();
        assert_eq!(refusals(&payload), NOTHING, "{title}");
        let name: String = title.chars().take(80).collect();
        let (handle, role) = (format!("p{index:04}"), "member".parse().expect("a role"));
        let added = forum.app.add_member(&handle, &name, &format!("{handle}@example.org"), role).await;
        added.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let who = "query Who($handle: String!) { member(handle: $handle) { name } }";
        let member = forum.visitor().asks(who, json!({ "handle": handle })).await;
        let submission = payload["submission"].clone();
        let seen = text.chars().filter(|c| !hides(*c)).collect::<String>();
        for (typed, kept) in [
            (title.as_str(), at(&submission, "title")),
            (seen.trim(), at(&submission["resource"], "description")),
            (name.trim(), at(&member["data"]["member"], "name")),
        ] {
            if typed != kept {
                assert_eq!(composed(&forum, typed).await.unwrap_or_else(|| kept.clone()), kept);
                spelled_otherwise.push(kept);
            }
        }
        made.push(submission);
    }
    assert!(spelled_otherwise.len() * 5 < made.len() * 3, "most are kept letter by letter: {spelled_otherwise:#?}");
    for some in made.chunks(50) {
        let decision = |one: &Value| {
            let (id, version, revision) = (&one["id"], &one["version"], &one["revision"]);
            json!({ "submissionId": id, "version": version, "revision": revision, "decision": "APPROVE" })
        };
        let decisions: Vec<Value> = some.iter().map(decision).collect();
        let answer = grace.mutates("decideMany", json!({ "decisions": decisions })).await;
        for result in answer["results"].as_array().expect("results") {
            assert_eq!(refusals(result), NOTHING, "{result}");
        }
    }
    let titles: Vec<String> = made.iter().map(|one| at(one, "title")).collect();
    let mut shown = Vec::new();
    for page in pages_from(&forum.visitor(), "/library").await {
        shown.extend(texts(&page, ".things h3 a"));
    }
    assert_eq!(shown.iter().collect::<BTreeSet<_>>(), titles.iter().collect::<BTreeSet<_>>());
    let search = "query Search($query: String) { library(query: $query, first: 100) { nodes { title } userErrors { code field } } }";
    let mut looked_for = 0;
    for title in &titles {
        let Some(word) = word_of(title) else { continue };
        let word: String = word.chars().take(200).collect();
        let library = forum.visitor().asks(search, json!({ "query": word })).await["data"]["library"].clone();
        assert!(each(&library["nodes"], "title").contains(&title.as_str()), "“{word}” finds “{title}”, not {library}");
        looked_for += 1;
    }
    assert!(looked_for * 10 >= titles.len() * 9, "{looked_for} of {}", titles.len());
}

/// Where a link leads is told as a browser reads it, not as it was typed to look.
#[tokio::test]
async fn an_address_shows_where_it_leads() {
    let forum = Forum::open().await;
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    for (index, (typed, host)) in [
        ("https://\u{430}pple.com/", "xn--pple-43d.com"),
        ("https://example\u{3002}com/", "example.com"),
        ("https://ｅｘａｍｐｌｅ.org/", "example.org"),
        ("https://bank.example.evil.example/bank.example", "bank.example.evil.example"),
        ("https://EXAMPLE.net:443/..//x", "example.net"),
    ]
    .into_iter()
    .enumerate()
    {
        let made = ada.brings("submitResource", with(resource(&format!("Number {index}")), json!({ "url": typed }))).await;
        let page = forum.visitor().opens(&at(&grace.publishes(&made).await, "path")).await.is(StatusCode::OK);
        assert_eq!(texts(&page, "header bdi"), [host], "{typed}");
    }
}
