//! Text that leaves the forum: letters and the feed.

use server::mail::Mail;

use super::*;
use crate::mail::{Told, mail_server};

/// Passes a letter as the folder keeps it: five headers, nothing more, and below them text alone.
#[track_caller]
pub fn passes_letter(letter: &str) {
    let (head, body) = letter.split_once("\n\n").unwrap_or_else(|| panic!("a letter has a body: {letter}"));
    let names: Vec<&str> = head.lines().map(|line| line.split(": ").next().unwrap_or_default()).collect();
    assert_eq!(names, ["From", "To", "Subject", "Date", "Message-ID"], "{letter}");
    assert!(!letter.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')), "{letter:?}");
    assert!(!body.trim().is_empty());
}

/// Whether XML allows a character. Source: XML 1.0, section 2.2.
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// The text that a piece of XML stands for; none where it is not well formed.
fn decoded(xml: &str) -> Option<String> {
    if xml.contains("]]>") || xml.contains('<') || !xml.chars().all(is_xml) {
        return None;
    }
    let mut pieces = xml.split('&');
    let mut text = pieces.next()?.to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once(';')?;
        text.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => {
                let number = name.strip_prefix('#')?;
                let number = number.strip_prefix('x').map_or_else(|| number.parse(), |hex| u32::from_str_radix(hex, 16));
                char::from_u32(number.ok()?).filter(|c| is_xml(*c))?
            }
        });
        text.push_str(rest);
    }
    Some(text)
}

/// The name of a tag. None where an attribute is not well formed, or stands twice.
fn name_of(tag: &str) -> Option<&str> {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    let mut attributes = BTreeSet::new();
    while !rest.is_empty() {
        let (attribute, value) = rest.split_once("=\"")?;
        let (value, after) = value.split_once('"')?;
        decoded(value)?;
        let is_new = attributes.insert(attribute);
        (is_new && attribute.chars().all(|c| c.is_ascii_alphabetic() || c == ':')).then_some(())?;
        rest = after.strip_prefix(' ').unwrap_or(after);
    }
    name.chars().all(|c| c.is_ascii_lowercase()).then_some(name)
}

/// Reads XML as strictly as it can be read: each element's path, such as `feed/entry/title`, with its text.
fn read(xml: &str) -> Option<Vec<(String, String)>> {
    let mut rest = xml.strip_prefix("<?xml version=\"1.0\" encoding=\"utf-8\"?>")?.trim_start();
    let mut open: Vec<(&str, String)> = Vec::new();
    let mut read = Vec::new();
    while !rest.is_empty() {
        let Some(tag) = rest.strip_prefix('<') else {
            let (text, after) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
            rest = after;
            match open.last_mut() {
                Some((_, inside)) => inside.push_str(&decoded(text)?),
                None => text.trim().is_empty().then_some(())?,
            }
            continue;
        };
        let (tag, after) = tag.split_once('>')?;
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            let path: Vec<&str> = open.iter().map(|(name, _)| *name).collect();
            let path = path.join("/");
            let (opened, text) = open.pop()?;
            (opened == name).then_some(())?;
            read.push((path, text));
        } else if let Some(empty) = tag.strip_suffix('/') {
            name_of(empty)?;
        } else {
            // One element is around everything.
            (!open.is_empty() || read.is_empty()).then_some(())?;
            open.push((name_of(tag)?, String::new()));
        }
    }
    open.is_empty().then_some(read)
}

/// Passes a feed, and answers the titles of its entries.
#[track_caller]
pub fn feed(page: &Page) -> Vec<String> {
    assert_eq!(page.header("content-type"), "application/atom+xml; charset=utf-8");
    let read = read(&page.text).unwrap_or_else(|| panic!("no XML: {}", page.text));
    let known = "feed feed/id feed/title feed/subtitle feed/updated feed/author feed/author/name feed/entry feed/entry/id feed/entry/title \
        feed/entry/updated feed/entry/author feed/entry/author/name feed/entry/summary";
    let known: BTreeSet<&str> = known.split_whitespace().collect();
    let strange: Vec<&String> = read.iter().map(|(path, _)| path).filter(|path| !known.contains(path.as_str())).collect();
    assert!(strange.is_empty(), "{strange:?} in {}", page.text);
    read.into_iter().filter(|(path, _)| path == "feed/entry/title").map(|(_, text)| text).collect()
}

/// What is no XML inside an element.
#[rustfmt::skip] // A list.
const BROKEN: &[&str] = &[
    "<a>", "</a>", "<a><b></a></b>", "a & b", "&nbsp;", "&#0;", "&#x1;", "\u{1}", "\u{ffff}", "]]>", "<a b=c/>", "<a b=\"<\"/>",
    "<a b=\"1\" b=\"2\"/>", "</feed><feed>", "<!-- -->", "<![CDATA[x]]>", "<?x?>", "<!DOCTYPE x>",
];

#[test]
fn the_reader_of_feeds_is_strict() {
    let xml = |inside: &str| format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xml:lang=\"en\">{inside}</feed>");
    let fine = xml("<title>a &lt;b&gt; &#x27;c&#39; &amp;amp;</title><link href=\"/x?a=1&amp;b=2\"/>");
    assert_eq!(read(&fine).expect("XML")[0], ("feed/title".to_owned(), "a <b> 'c' &amp;".to_owned()));
    for broken in BROKEN {
        assert_eq!(read(&xml(broken)), None, "{broken}");
    }
}

#[tokio::test]
async fn the_feed_stays_a_feed() {
    let forum = Forum::open().await;
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    let titles = [
        "]]> <![CDATA[ x ]]> <!-- x --> <?x?>",
        "</title></entry><entry><title>Planted</title>",
        "<!ENTITY x SYSTEM \"file:///etc/passwd\"> &x; &nbsp; &#0; &amp;amp;",
        "Bell \u{7}, NUL \u{0}, form feed \u{c}, delete \u{7f}, next line \u{85}, \u{fffe}\u{ffff}\u{1fffe}, lines\r\n\t apart",
        "Turned \u{202e}round\u{2066}",
        "It's \"quoted\" & <b>bold</b>",
    ];
    let mut stored = Vec::new();
    for (index, title) in titles.iter().enumerate() {
        forum.later(chrono::Duration::seconds(1));
        let made = ada.brings("submitResource", with(resource(&format!("Number {index}")), json!({ "title": title }))).await;
        stored.push(at(&made, "title"));
        grace.approves(&made).await;
    }
    let topic = ada.suggests("</name> & ]]>").await;
    stored.push(at(&topic, "title"));
    forum.later(chrono::Duration::seconds(1));
    let topic = grace.publishes(&topic).await;
    forum.later(chrono::Duration::seconds(1));
    grace.approves(&ada.comments(&topic, "</summary> & ]]>").await).await;
    stored.push(stored[stored.len() - 1].clone());
    assert_eq!(stored[3], "Bell , NUL , form feed , delete , next line , , lines apart");
    let entries = feed(&forum.visitor().opens("/decisions.atom").await.is(StatusCode::OK));
    assert_eq!(entries.len(), stored.len());
    for (entry, title) in entries.iter().rev().zip(&stored) {
        assert!(entry.ends_with(title.as_str()), "{entry} ends with {title}");
    }
    for narrowed in ["kind=RESOURCE&decision=APPROVE&month=2026-03", "month=%22%3E%3Cx%3E%01", "x=%3C/feed%3E"] {
        let page = forum.visitor().opens(&format!("/decisions.atom?{narrowed}")).await;
        if page.status == StatusCode::OK {
            feed(&page);
        }
    }
}

/// What a letter's head may say.
#[rustfmt::skip] // A list.
const HEADERS: [&str; 9] = [
    "Content-Transfer-Encoding", "Content-Type", "Date", "From", "List-Unsubscribe", "MIME-Version", "Message-ID", "Subject", "To",
];

#[tokio::test]
async fn no_text_speaks_to_the_mail_server() {
    let forum = Forum::open().await;
    let (url, mut told) = mail_server(Vec::new()).await;
    let mut settings = server::settings::Options::default().settle(None).expect("defaults");
    settings.smtp_url = Some(url);
    let mail = Mail::new(forum.app.clone(), &settings).expect("a mail server");
    let (ada, eve, grace) = (forum.member("ada").await, forum.member("eve").await, forum.moderator("grace").await);
    let name = json!({ "name": "Eve <b>bold</b> {{ 7*7 }}", "sector": "academia" });
    assert_eq!(refusals(&eve.mutates("updateProfile", name).await), NOTHING);
    for refused in ["Eve\r\nBcc: x@evil.example", "Eve\nBcc: x", "Eve\u{2028}\rx", "Eve <x@evil.example>", "https:\u{200b}//evil.example"] {
        let payload = eve.mutates("updateProfile", json!({ "name": refused, "sector": "academia" })).await;
        assert!(refusals(&payload).iter().any(|refusal| refusal == "INVALID name"), "{refused:?}: {payload}");
    }

    let smuggled =
        "One.\r\n.\r\nMAIL FROM:<x@evil.example>\r\nRCPT TO:<eve@example.org>\r\nDATA\r\nSubject: two\r\n\r\n.\r\n\n.\n\r.\rEnd é";
    let title = "Rota\r\nBcc: x@evil.example\r\n\r\n<img src=x>\r\n.\r\n";
    let make = async |number: usize| {
        let words = with(resource(&format!("Number {number}")), json!({ "title": title }));
        ada.brings("submitResource", words).await
    };
    let asks = json!({ "requests": [{ "field": "title", "message": smuggled }], "message": smuggled });
    assert_eq!(refusals(&grace.decides("REQUEST_CHANGES", &make(1).await, asks).await), NOTHING);
    let declines = json!({ "reason": "OTHER", "message": smuggled });
    assert_eq!(refusals(&grace.decides("DECLINE", &make(2).await, declines).await), NOTHING);
    let published = grace.publishes(&make(3).await).await;
    grace.approves(&eve.comments(&published, smuggled).await).await;
    while mail.deliver().await.expect("the outbox is read") > 0 {}

    let mut letters = 0;
    while let Ok(Told { commands, letter }) = told.try_recv() {
        let count = |begin: &str| commands.iter().filter(|command| command.to_uppercase().starts_with(begin)).count();
        assert_eq!([count("MAIL FROM"), count("RCPT TO"), count("DATA")], [1; 3], "{commands:?}");
        let to = commands.iter().find(|command| command.starts_with("RCPT TO")).expect("a recipient");
        let (head, _) = letter.split_once("\n\n").expect("a head and a body");
        // A line that begins with a space goes on with the header before it.
        let headers: Vec<&str> = head.lines().filter(|line| !line.starts_with([' ', '\t'])).collect();
        let names: BTreeSet<&str> = headers.iter().map(|line| line.split(':').next().unwrap_or_default()).collect();
        assert!(names.len() == headers.len() && names.iter().all(|name| HEADERS.contains(name)), "{head}");
        assert!(headers.contains(&"Content-Type: text/plain; charset=utf-8"), "one part, of text alone: {head}");
        assert!(head.contains(to.trim_start_matches("RCPT TO:<").split('>').next().expect("an address")), "{to}: {head}");
        letters += 1;
    }
    assert_eq!(letters, 5, "four to the author, and one to who commented");
}

/// What a template engine would answer with `9999999`, or not find.
const TEMPLATE: &str = "{{ 7654321 + 2345678 }}{% include 'x' %}{# n #}";

#[tokio::test]
async fn templates_in_a_text_are_text() {
    let forum = Forum::open().await;
    let (ada, eve, grace) = (forum.member("ada").await, forum.member("eve").await, forum.moderator("grace").await);
    let profile = json!({ "name": TEMPLATE, "sector": "academia", "organisation": TEMPLATE, "about": TEMPLATE });
    assert_eq!(refusals(&eve.mutates("updateProfile", profile).await), NOTHING);
    // What the words of the pages would fill in, too.
    let title = format!("{TEMPLATE}{{ $title }}{{ -brand }}{{ \"x\" }}");
    let text = json!({ "title": title, "description": TEMPLATE, "authors": [TEMPLATE], "keywords": [TEMPLATE], "publisher": TEMPLATE });
    let made = ada.brings("submitResource", with(resource("Templates"), text)).await;
    grace.opens(&at(&made, "deskPath")).await.shows(TEMPLATE).shows(&title).does_not_show("9999999");
    grace.opens("/desk").await.shows(&title);
    let payload = grace.decides("APPROVE", &made, json!({ "message": TEMPLATE })).await;
    let record = payload["submission"]["published"].clone();
    let topic = ada.brings("suggestTopic", json!({ "name": TEMPLATE, "description": TEMPLATE, "why": TEMPLATE })).await;
    let topic = grace.publishes(&topic).await;
    let comment = grace.publishes(&eve.comments(&record, TEMPLATE).await).await;
    let mut paths = vec![at(&record, "path"), at(&topic, "path"), at(&comment, "path"), format!("/library?query={}", encoded(TEMPLATE))];
    paths.extend(["/library", "/topics", "/discuss", "/members/eve"].map(String::from));
    for path in paths {
        let page = forum.visitor().opens(&path).await.is(StatusCode::OK).shows(TEMPLATE).does_not_show("9999999");
        assert!(!path.starts_with("/resources") || page.words().contains(&title));
    }
    let entries = feed(&forum.visitor().opens("/decisions.atom").await);
    assert!(entries.iter().all(|entry| entry.contains(TEMPLATE)), "{entries:?}");
    let letters = forum.letters_to("ada").await;
    assert_eq!(letters.len(), 3, "the record, the topic, and a comment on the record");
    for letter in letters {
        passes_letter(&letter);
        assert!(letter.contains(TEMPLATE) && !letter.contains("9999999"), "{letter}");
    }
}
