//! Letters over SMTP, to a server on this machine that can be told to refuse.

use std::{
    mem,
    sync::{Arc, Mutex},
    vec,
};

use chrono::Duration;
use poem::http::StatusCode;
use serde_json::json;
use server::mail::Mail;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

use crate::harness::{Forum, refusals};

/// What a mail server was told about one letter, line by line, and the letter.
pub struct Told {
    pub commands: Vec<String>,
    pub letter: String,
}

/// A mail server, which takes what comes at its word: answers each letter's `DATA` with the next of `answers`, and tells what it accepted.
pub async fn mail_server(answers: Vec<&'static str>) -> (String, mpsc::UnboundedReceiver<Told>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("smtp://{}", listener.local_addr().expect("an address"));
    let (accepted, letters) = mpsc::unbounded_channel();
    let answers = Arc::new(Mutex::new(answers.into_iter()));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(converse(stream, answers.clone(), accepted.clone()));
        }
    });
    (url, letters)
}

/// One connection of a mail server; letters come over several at once.
async fn converse(stream: TcpStream, answers: Arc<Mutex<vec::IntoIter<&'static str>>>, accepted: mpsc::UnboundedSender<Told>) {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut commands = Vec::new();
    write.write_all(b"220 here\r\n").await.expect("a greeting");
    while let Ok(Some(line)) = lines.next_line().await {
        commands.push(line.clone());
        let answer = match line.get(..4).unwrap_or("") {
            "DATA" => {
                write.write_all(b"354 go on\r\n").await.expect("an answer");
                let mut letter = String::new();
                while let Ok(Some(line)) = lines.next_line().await {
                    // Some servers take any line with a single dot for the end, however the line before it ended.
                    if line == "." {
                        break;
                    }
                    letter.push_str(&line);
                    letter.push('\n');
                }
                let answer = answers.lock().expect("the answers").next().unwrap_or("250 kept");
                let commands = mem::take(&mut commands);
                if answer.starts_with("250") {
                    accepted.send(Told { commands, letter }).expect("the test listens");
                }
                answer
            }
            "QUIT" => "221 bye",
            _ => "250 yes",
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await.expect("an answer");
    }
}

fn header<'a>(letter: &'a str, name: &str) -> &'a str {
    letter.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap_or("")
}

#[tokio::test]
async fn a_letter_that_is_refused_comes_again_and_is_the_same() {
    let forum = Forum::open().await;
    let (url, mut letters) = mail_server(vec!["451 not now", "250 kept", "250 kept"]).await;
    let mut settings = server::settings::Options::default().settle(None).expect("defaults");
    settings.smtp_url = Some(url);
    let mail = Mail::new(forum.app.clone(), &settings).expect("a mail server");

    forum.visitor().submits("/sign-in", &[("email", "ada@example.org")]).await.is_accepted();
    assert_eq!(mail.deliver().await.expect("the outbox is read"), 1);
    assert!(letters.try_recv().is_err(), "it was refused");
    assert_eq!(forum.count("outbox WHERE sent_at IS NULL AND failure LIKE '%451%'").await, 1);
    assert_eq!(mail.deliver().await.expect("the outbox is read"), 0, "it waits a minute");
    forum.later(Duration::seconds(61));
    assert_eq!(mail.deliver().await.expect("the outbox is read"), 1);
    let letter = letters.recv().await.expect("a letter").letter;
    assert_eq!(forum.count("outbox WHERE sent_at IS NOT NULL AND failure IS NULL AND attempts = 2").await, 1);
    assert_eq!(mail.deliver().await.expect("the outbox is read"), 0, "it is sent once");

    assert_eq!(header(&letter, "To"), "ada@example.org");
    assert_eq!(header(&letter, "Date"), "Mon, 02 Mar 2026 09:00:00 +0000", "when it was caused, not when it was sent");
    assert!(header(&letter, "Message-ID").ends_with("@127.0.0.1>"), "{letter}");
    assert!(letter.contains("Content-Type: text/plain; charset=utf-8"), "{letter}");
}

#[tokio::test]
async fn what_people_typed_begins_no_header_and_no_tag() {
    let forum = Forum::open().await;
    let (url, mut letters) = mail_server(Vec::new()).await;
    let mut settings = server::settings::Options::default().settle(None).expect("defaults");
    settings.smtp_url = Some(url);
    let mail = Mail::new(forum.app.clone(), &settings).expect("a mail server");
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    let mut typed = crate::harness::resource("x");
    typed["title"] = "Rota\r\nBcc: eve@example.org\r\n\r\n<img src=x> {{ 7*7 }} é".into();
    let made = ada.mutates("submitResource", typed).await["submission"].clone();
    grace.approves(&made).await;
    mail.deliver().await.expect("the outbox is read");
    let letter = letters.recv().await.expect("a letter").letter;
    assert!(!letter.lines().any(|line| line.starts_with("Bcc")), "{letter}");
    assert_eq!(letter.matches("text/html").count(), 0);
    assert!(!letter.contains("49"), "{letter}");
}

/// The job over a mail server; what does not answer is left alone after a second.
fn mail_over(forum: &Forum, url: String) -> Mail {
    let mut settings = server::settings::Options::default().settle(None).expect("defaults");
    settings.smtp_url = Some(url);
    settings.smtp_timeout = std::time::Duration::from_secs(1);
    Mail::new(forum.app.clone(), &settings).expect("a mail server")
}

async fn delivers(mail: &Mail) -> usize {
    mail.deliver().await.expect("the outbox is read")
}

#[tokio::test]
async fn a_letter_that_is_refused_for_good_is_given_up_at_once() {
    let forum = Forum::open().await;
    let (url, mut letters) = mail_server(vec!["550 no such mailbox"]).await;
    let mail = mail_over(&forum, url);
    for address in ["ada@example.org", "eve@example.org"] {
        forum.visitor().submits("/sign-in", &[("email", address)]).await.is_accepted();
        assert_eq!(delivers(&mail).await, 1);
    }
    assert_eq!(forum.count("outbox WHERE cancelled_at IS NOT NULL AND sent_at IS NULL AND attempts = 1 AND failure LIKE '%550%'").await, 1);
    assert_eq!(header(&letters.recv().await.expect("a letter").letter, "To"), "eve@example.org", "the next is not held up");
    forum.later(Duration::days(3));
    assert_eq!(delivers(&mail).await, 0);
}

#[tokio::test]
async fn pauses_grow_and_the_message_id_stays_until_it_is_given_up() {
    let forum = Forum::open().await;
    let (url, mut letters) = mail_server(vec!["451 later"; 4]).await;
    let mail = mail_over(&forum, url);
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    grace.approves(&ada.shares("Rota").await).await;
    let second = ada.shares("Second").await;
    let id = {
        let answer = administrator(&forum).await.asks("{ letters { nodes { id } } }", json!({})).await;
        answer["data"]["letters"]["nodes"][0]["id"].as_str().expect("an id").to_owned()
    };
    assert_eq!(delivers(&mail).await, 1);
    for minutes in [1, 5, 30, 120] {
        forum.later(Duration::minutes(minutes) - Duration::seconds(1));
        assert_eq!(delivers(&mail).await, 0, "not before {minutes} minutes");
        forum.later(Duration::seconds(1));
        assert_eq!(delivers(&mail).await, 1, "after {minutes} minutes");
    }
    let letter = letters.recv().await.expect("a letter").letter;
    assert_eq!(header(&letter, "Message-ID"), format!("<{id}@127.0.0.1>"), "the same at every try, since it is the letter's own");
    assert_eq!(forum.count("outbox WHERE sent_at IS NOT NULL AND attempts = 5").await, 1);

    let (url, _) = mail_server(vec!["451 later"; 12]).await;
    let mail = mail_over(&forum, url);
    forum.signs_in("grace").await.approves(&second).await;
    for attempt in 1..=12 {
        assert_eq!(delivers(&mail).await, 1, "try {attempt}");
        forum.later(Duration::hours(6));
    }
    assert_eq!(delivers(&mail).await, 0, "twelve tries are enough");
    assert_eq!(forum.count("outbox WHERE cancelled_at IS NOT NULL AND attempts = 12 AND failure LIKE '%451%'").await, 1);
}

#[tokio::test]
async fn a_server_that_hangs_holds_no_letter_up_for_ever() {
    let forum = Forum::open().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let mail = mail_over(&forum, format!("smtp://{}", listener.local_addr().expect("an address")));
    let silent = tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            held.push(stream);
        }
    });
    for handle in ["ada", "eve", "bea"] {
        forum.visitor().submits("/sign-in", &[("email", format!("{handle}@example.org").as_str())]).await.is_accepted();
    }
    let began = std::time::Instant::now();
    assert_eq!(delivers(&mail).await, 3);
    assert!(began.elapsed() < std::time::Duration::from_secs(3), "one time-out for all of them: {:?}", began.elapsed());
    assert_eq!(forum.count("outbox WHERE sent_at IS NULL AND cancelled_at IS NULL AND failure IS NOT NULL AND attempts = 1").await, 3);
    silent.abort();

    // Nobody is there at all, and then somebody is.
    let closed = TcpListener::bind("127.0.0.1:0").await.and_then(|listener| listener.local_addr()).expect("a port");
    forum.later(Duration::minutes(1));
    assert_eq!(delivers(&mail_over(&forum, format!("smtp://{closed}"))).await, 3);
    let (url, mut letters) = mail_server(Vec::new()).await;
    forum.later(Duration::minutes(5));
    let mail = mail_over(&forum, url);
    assert_eq!((delivers(&mail).await, delivers(&mail).await), (3, 0));
    let mut to = Vec::new();
    while let Ok(Told { letter, .. }) = letters.try_recv() {
        to.push(header(&letter, "To").to_owned());
    }
    to.sort();
    assert_eq!(to, ["ada@example.org", "bea@example.org", "eve@example.org"], "each once");
    assert_eq!(forum.count("outbox WHERE sent_at IS NOT NULL AND failure IS NULL AND attempts = 3").await, 3);
}

#[tokio::test]
async fn a_letter_about_what_is_gone_is_not_sent() {
    let forum = Forum::open().await;
    let (url, mut letters) = mail_server(Vec::new()).await;
    let mail = mail_over(&forum, url);
    let (ada, grace) = (forum.member("ada").await, forum.moderator("grace").await);
    let published = grace.approves(&ada.shares("Rota").await).await;
    grace.decides("REMOVE", &published, json!({ "reason": "PRIVACY" })).await;
    assert_eq!((delivers(&mail).await, delivers(&mail).await), (2, 0));
    let letter = letters.recv().await.expect("a letter").letter;
    assert!(header(&letter, "Subject").contains("Taken down") && letters.try_recv().is_err(), "only that it was taken down: {letter}");
    assert_eq!(forum.count("outbox WHERE letter = 'published' AND cancelled_at IS NOT NULL AND sent_at IS NULL").await, 1);
    assert_eq!(forum.count("outbox WHERE letter = 'removed' AND sent_at IS NOT NULL").await, 1);
}

async fn administrator(forum: &Forum) -> crate::harness::Person {
    forum.person("root-of-all", "admin").await
}

#[tokio::test]
async fn administrators_see_the_outbox_and_nobody_else_does() {
    let forum = Forum::open().await;
    let (url, _letters) = mail_server(vec!["250 kept", "550 no such <mailbox>", "451 later"]).await;
    let mail = mail_over(&forum, url);
    let (ada, grace, root) = (forum.member("ada").await, forum.moderator("grace").await, administrator(&forum).await);
    for (number, handle) in ["bea", "cai", "dee"].iter().enumerate() {
        forum.visitor().submits("/sign-in", &[("email", format!("{handle}@example.org").as_str())]).await.is_accepted();
        assert_eq!(delivers(&mail).await, 1, "{number}");
    }
    let query = "query Letters($state: LetterState, $first: Int, $after: String) { letters(state: $state, first: $first, after: $after) {
        totalCount nodes { letter to attempts sentAt cancelledAt failure } pageInfo { hasNextPage endCursor } } }";
    for (state, to, failure) in [("SENT", "bea", ""), ("CANCELLED", "cai", "550"), ("WAITING", "dee", "451")] {
        let letters = root.asks(query, json!({ "state": state })).await["data"]["letters"].clone();
        let one = &letters["nodes"][0];
        assert_eq!(
            (&letters["totalCount"], &one["to"], &one["letter"]),
            (&json!(1), &json!(format!("{to}@example.org")), &json!("sign-in"))
        );
        assert_eq!((&one["attempts"], one["failure"].is_null()), (&json!(1), failure.is_empty()));
        assert!(one["failure"].as_str().unwrap_or_default().contains(failure), "{one}");
        let page = root.opens(&format!("/letters?state={}", state.to_lowercase())).await.is(StatusCode::OK);
        page.shows(&format!("{to}@example.org"))
            .shows("Link to sign in")
            .shows(failure)
            .does_not_show("<mailbox>")
            .does_not_show("/sign-in/");
    }
    let unsaid = root.asks(query, json!({})).await["data"]["letters"]["nodes"][0]["to"].clone();
    assert_eq!(unsaid, "dee@example.org", "what waits, when nobody says");
    for (person, code) in [(&ada, "FORBIDDEN"), (&grace, "FORBIDDEN"), (&forum.visitor(), "UNAUTHENTICATED")] {
        assert_eq!(refusals(&person.asks(query, json!({})).await), [code]);
        let page = person.opens("/letters").await.does_not_show("dee@example.org");
        let expected = if code == "FORBIDDEN" { StatusCode::FORBIDDEN } else { StatusCode::OK };
        assert_eq!((page.status, page.path == "/letters"), (expected, code == "FORBIDDEN"), "{}", page.words());
    }
    for number in 0..4 {
        forum.later(Duration::seconds(1));
        forum.visitor().submits("/sign-in", &[("email", format!("more-{number}@example.org").as_str())]).await.is_accepted();
    }
    let (mut seen, mut after) = (Vec::new(), json!(null));
    loop {
        let page = root.asks(query, json!({ "first": 2, "after": after })).await["data"]["letters"].clone();
        seen.extend(crate::harness::each(&page["nodes"], "to").into_iter().map(String::from));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    let expected: Vec<String> =
        (0..4).rev().map(|number| format!("more-{number}@example.org")).chain(["dee@example.org".to_owned()]).collect();
    assert_eq!(seen, expected, "newest first, each once");
}
