//! Letters, from the outbox to the post: over SMTP, or into files while there is no mail server.

use std::{path::PathBuf, time::Duration};

use frontend::FIRST;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox,
        header::{ContentType, HeaderName, HeaderValue},
    },
};
use poem::http::Extensions;
use schema::{
    Visit,
    forum::Token,
    members,
    outbox::{self, Outcome, Outgoing},
    sessions,
    visit::Client,
};
use uuid::Uuid;

use crate::{App, commands::Failure, settings::Settings};

/// How letters leave.
pub enum Post {
    /// Through a mail server.
    Smtp(Box<AsyncSmtpTransport<Tokio1Executor>>, Duration),
    /// Into a folder, where a person can read them.
    Folder(PathBuf),
}

/// The job that sends what is in the outbox.
pub struct Mail {
    app: App,
    post: Post,
    from: Mailbox,
}

impl Mail {
    /// The job as the settings describe it.
    ///
    /// # Errors
    /// Exit code 78 for a mail server or a sender that cannot be read.
    pub fn new(app: App, settings: &Settings) -> Result<Mail, Failure> {
        let from = settings
            .mail_from
            .parse()
            .map_err(|_| Failure::settings(format!("`{}` cannot send letters: give NAME <ADDRESS>", settings.mail_from)))?;
        let post = match &settings.smtp_url {
            Some(url) => {
                let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
                    .map_err(|error| Failure::settings(format!("the SMTP URL does not work: {error}")))?;
                Post::Smtp(Box::new(transport.timeout(Some(settings.smtp_timeout)).build()), settings.smtp_timeout)
            }
            None => Post::Folder(settings.data.join("mail")),
        };
        Ok(Mail { app, post, from })
    }

    /// Sends what is due, then looks again every second, until the process ends.
    pub async fn run(self) {
        loop {
            match self.deliver().await {
                Ok(0) => tokio::time::sleep(Duration::from_secs(1)).await,
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(?error, "the outbox could not be read");
                    tokio::time::sleep(Duration::from_secs(5)).await;
                }
            }
        }
    }

    /// Sends what is due now. Answers how many letters it tried.
    ///
    /// # Errors
    /// A fault when the database does not answer.
    pub async fn deliver(&self) -> Result<usize, schema::Error> {
        let visit = Visit::new(self.app.forum.clone(), None);
        let letters = outbox::lease(&visit).await?;
        // All at once: a server that hangs costs one time-out, not one for each letter, and the leases outlast it.
        let settled = letters.iter().map(|letter| async {
            let outcome = self.send(letter).await.unwrap_or_else(Outcome::Later);
            if let Outcome::Later(failure) | Outcome::Never(failure) = &outcome {
                tracing::warn!(letter = %letter.id, failure, "a letter was not sent");
            }
            outbox::settle(&visit, letter.id, outcome).await
        });
        futures_util::future::try_join_all(settled).await?;
        Ok(letters.len())
    }

    async fn send(&self, letter: &Outgoing) -> Result<Outcome, String> {
        let mut extensions = Extensions::new();
        // The letter is asked for as its reader: it can hold nothing that its reader may not see.
        let visit = Visit::new(self.app.forum.clone(), None);
        let reader = match letter.member {
            Some(id) => Some(members::reader(&visit, id).await.map_err(|error| format!("{error:?}"))?),
            None => None,
        };
        let mut variables = letter.variables.clone();
        let mut take = |name: &str| variables.as_object_mut().and_then(|variables| variables.remove(name));
        let forum = &self.app.forum;
        // What waits in the outbox holds ids; their secrets are made again for the letter alone.
        let mut secret = |name: &str, path: &str, token: &dyn Fn(Uuid) -> Token| {
            let id = take(name)?.as_str()?.parse().ok()?;
            Some(self.app.site.link(&format!("{path}/{}", token(id).0)))
        };
        let link = secret("link", "/sign-in", &|id| sessions::link_token(forum, id))
            .or_else(|| secret("confirm", "/settings/address", &|id| members::confirm_token(forum, id)))
            .or_else(|| secret("export", "/settings/data", &|id| members::export_token(forum, id)));
        let said = take("said").unwrap_or_default();
        // Whoever is no member reads it in the language in which they asked for it.
        let asked = take("language").and_then(|language| language.as_str().map(String::from));
        let visit = visit.from(Client { language: asked, ..Client::default() }).by(reader);
        let language = visit.language().unwrap_or(FIRST).to_owned();
        extensions.insert(visit);
        let stop = letter.member.map(|id| self.app.site.link(&format!("/letters/stop/{}", members::stop_token(&self.app.forum, id))));
        let rendered = self
            .app
            .pages
            .letter(
                &letter.letter,
                &language,
                &extensions,
                variables,
                self.app.site.link("").trim_end_matches('/'),
                link.as_deref(),
                stop.as_deref(),
                said,
            )
            .await?;
        let Some(rendered) = rendered else {
            return Ok(Outcome::Never("what it was about is gone".into()));
        };
        let to: Mailbox = letter.address.parse().map_err(|error| format!("{error}"))?;
        let host = self.app.site.host();
        match &self.post {
            Post::Smtp(transport, patience) => {
                let mut message = Message::builder()
                    .from(self.from.clone())
                    .to(to)
                    .subject(rendered.subject)
                    .date(letter.created_at.into())
                    .message_id(Some(format!("<{}@{host}>", letter.id)))
                    .header(ContentType::TEXT_PLAIN);
                if let Some(stop) = stop.filter(|_| letter.letter == "reply") {
                    let name = HeaderName::new_from_ascii_str("List-Unsubscribe");
                    message = message.raw_header(HeaderValue::new(name, format!("<{stop}>")));
                }
                let message = message.body(rendered.body).map_err(|error| error.to_string())?;
                // The library's own time-out ends with the connection: a server that says nothing after it would hold the job for ever.
                match tokio::time::timeout(*patience, transport.send(message)).await {
                    Ok(Ok(_)) => Ok(Outcome::Sent),
                    Ok(Err(error)) if error.is_permanent() => Ok(Outcome::Never(error.to_string())),
                    Ok(Err(error)) => Err(error.to_string()),
                    Err(_) => Err(format!("the mail server did not answer within {} seconds", patience.as_secs())),
                }
            }
            Post::Folder(folder) => {
                let path = folder.join(format!("{}-{}.txt", letter.id, letter.letter));
                let text = format!(
                    "From: {}\nTo: {to}\nSubject: {}\nDate: {}\nMessage-ID: <{}@{host}>\n\n{}",
                    self.from,
                    rendered.subject,
                    letter.created_at.to_rfc2822(),
                    letter.id,
                    rendered.body
                );
                let write = async {
                    tokio::fs::create_dir_all(folder).await?;
                    tokio::fs::write(&path, text).await
                };
                write.await.map_err(|error: std::io::Error| error.to_string())?;
                crate::say(format_args!("A letter is in {}", path.display()));
                Ok(Outcome::Sent)
            }
        }
    }
}
