//! Letters over SMTP, to a server on this machine that can be told to refuse.

use chrono::Duration;
use server::mail::Mail;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
    sync::mpsc,
};

use crate::harness::Forum;

/// A mail server: answers each letter's `DATA` with the next of `answers`, and tells what it accepted.
async fn mail_server(answers: Vec<&'static str>) -> (String, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("smtp://{}", listener.local_addr().expect("an address"));
    let (accepted, letters) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut answers = answers.into_iter();
        while let Ok((stream, _)) = listener.accept().await {
            let (read, mut write) = stream.into_split();
            let mut lines = BufReader::new(read).lines();
            write.write_all(b"220 here\r\n").await.expect("a greeting");
            while let Ok(Some(line)) = lines.next_line().await {
                let answer = match line.get(..4).unwrap_or("") {
                    "DATA" => {
                        write.write_all(b"354 go on\r\n").await.expect("an answer");
                        let mut letter = String::new();
                        while let Ok(Some(line)) = lines.next_line().await {
                            if line == "." {
                                break;
                            }
                            letter.push_str(&line);
                            letter.push('\n');
                        }
                        let answer = answers.next().unwrap_or("250 kept");
                        if answer.starts_with("250") {
                            accepted.send(letter).expect("the test listens");
                        }
                        answer
                    }
                    "QUIT" => "221 bye",
                    _ => "250 yes",
                };
                write.write_all(format!("{answer}\r\n").as_bytes()).await.expect("an answer");
            }
        }
    });
    (url, letters)
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
    let letter = letters.recv().await.expect("a letter");
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
    let letter = letters.recv().await.expect("a letter");
    assert!(!letter.lines().any(|line| line.starts_with("Bcc")), "{letter}");
    assert_eq!(letter.matches("text/html").count(), 0);
    assert!(!letter.contains("49"), "{letter}");
}
