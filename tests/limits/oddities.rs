//! What is odd in a question or an address finds nothing or is refused. It reaches no database as more than a text, and breaks no page.

use super::*;

/// What would mean something to a database, if it were let.
const ODD: [&str; 7] = ["' OR 1=1--", "%", "_", "\"", "NEAR(", "*", "\0"];
/// What JSON can spell and no text can hold, or only some can.
const ESCAPES: [&str; 4] = ["\\u0000", "\\ud800", "\\udc00\\ud800", "\\uffff"];
/// The same in an address.
const ENCODED: [&str; 4] = ["%00", "%ED%A0%80", "%FF%FE", "%zz"];

#[tokio::test]
async fn odd_texts_in_questions_break_nothing() {
    let (schema, world) = (sdl(), World::open(1).await);
    let tables = Tables::of(&world.forum).await;
    let before = tables.rows(&world.forum).await;
    let long = "x".repeat(2_000);
    let spelled = |text: &str| {
        let text = json!(text).to_string();
        text[1..text.len() - 1].to_owned()
    };
    let odd: Vec<String> =
        ODD.into_iter().chain([long.as_str()]).map(spelled).chain(ESCAPES.iter().map(|escape| (*escape).to_owned())).collect();
    let mut tried = 0;
    for (of, field) in questions(&schema) {
        let query = world.question(of, field, &selection(&schema, &field.ty));
        for at in Places::of(&schema, field).texts {
            let mut variables = needed(&schema, field);
            variables.insert(at[0].clone(), grown(&at[1..], MARK.into()));
            let body = json!({ "query": query, "variables": variables }).to_string();
            for text in &odd {
                let what = format!("{of}.{} {} with {text:.20}", field.name.as_str(), at.join("."));
                is_sound(&posts(&world.asker, body.replace(MARK, text)).await, &what);
                tried += 1;
            }
        }
    }
    assert!(tried > 300, "{tried} questions");
    assert_eq!(tables.rows(&world.forum).await, before);
}

/// What a page's address can say after its question mark, with the types of it.
fn said(pair: &str) -> Vec<(String, String)> {
    let operations = read(&format!("frontend/pages/{pair}.graphql"));
    let head = operations.split("query Page").nth(1).and_then(|rest| rest.split('{').next()).unwrap_or_else(|| panic!("{pair} has a page"));
    let one = |said: &str| {
        let (name, of) = said.split_once(':').expect("a type");
        (name.to_owned(), word(of.trim_start_matches([' ', '['])))
    };
    head.split('$').skip(1).map(one).collect()
}

#[tokio::test]
async fn odd_addresses_break_no_page() {
    let world = World::open(1).await;
    let tables = Tables::of(&world.forum).await;
    let before = tables.rows(&world.forum).await;
    let long = "x".repeat(2_000);
    let spelled = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let texts = ODD.into_iter().chain([long.as_str()]).map(spelled);
    let odd: Vec<String> = texts.chain(ENCODED.iter().map(|text| (*text).to_owned())).collect();
    let mut addresses = Vec::new();
    for (page, pair) in pages() {
        let parts: Vec<&str> = page.split('/').filter(|part| part.starts_with(':')).collect();
        let filled = |with: &str| parts.iter().fold(page.clone(), |page, part| page.replace(*part, with));
        if !parts.is_empty() {
            addresses.extend(odd.iter().map(|text| filled(text)));
        }
        // Where there is something, so that all of the page is asked for.
        let there = ["guide-1", "compost", "adele", "1"].into_iter().find(|word| match *word {
            "guide-1" => page.starts_with("/resources/"),
            "compost" => page.starts_with("/topics/:"),
            "adele" => page.starts_with("/members/:"),
            _ => true,
        });
        let path = filled(there.unwrap_or(""));
        for (name, of) in said(&pair).into_iter().filter(|(name, _)| !parts.contains(&format!(":{name}").as_str())) {
            let texts = if TEXTS.contains(&of.as_str()) { odd.as_slice() } else { &odd[..1] };
            addresses.extend(texts.iter().map(|text| format!("{path}?{name}={text}")));
        }
        // What templates and the side doors look for.
        addresses.push(odd.iter().map(|text| format!("done={text}&next={text}&reason={text}&link={text}&x={text}")).fold(
            format!("{path}?{}", odd[0]),
            |address, more| if address.len() + more.len() < 8_000 { format!("{address}&{more}") } else { address },
        ));
    }
    assert!(addresses.len() > 250, "{} addresses", addresses.len());
    for address in addresses {
        let page = world.asker.sends(Method::GET, &address, &[], "").await;
        assert!(!page.status.is_server_error(), "{address:.200}: {} {:.300}", page.status, page.words());
    }
    assert_eq!(tables.rows(&world.forum).await, before);
}
