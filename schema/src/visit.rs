//! One request as the forum sees it: who asks, and through what.

use std::{
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use async_graphql::{
    Context,
    dataloader::{DataLoader, HashMapCache},
};
use sea_orm::DatabaseConnection;

use crate::{
    Code, Error, Forum, Refusal,
    community::Community,
    database::Transaction,
    error::ErrorCode,
    forum::Token,
    members::{Role, Viewer},
};

/// One request as the forum sees it. First argument of every rule.
#[derive(Clone)]
pub struct Visit(Arc<Inner>);

/// What a visit holds besides the forum, to which it dereferences.
pub struct Inner {
    forum: Arc<Forum>,
    viewer: Option<Viewer>,
    reader: DatabaseConnection,
    loaders: Arc<DataLoader<Loaders, HashMapCache>>,
    statements: Arc<AtomicU64>,
    client: Client,
}

/// What is known of the browser or program that a request came from.
#[derive(Clone, Default)]
pub struct Client {
    /// Where from, as limits count it; none for what did not come over a network.
    pub address: Option<String>,
    /// What it says it is.
    pub agent: String,
    /// The language that it asks for, such as `es`; none when it asks for none that is here.
    pub language: Option<String>,
    /// The secret by which a browser finds what its person wrote before they said who they are.
    pub kept: Option<Token>,
}

impl Client {
    /// Browser and system, such as `Firefox on Android`: what a person recognises a session by. Empty when nothing is recognised.
    pub(crate) fn label(&self) -> String {
        // The first that fits: others name those before them, to be served like them.
        const BROWSERS: [(&str, &str); 7] = [
            ("Edg", "Edge"),
            ("OPR/", "Opera"),
            ("SamsungBrowser", "Samsung Internet"),
            ("Firefox/", "Firefox"),
            ("FxiOS", "Firefox"),
            ("Chrom", "Chrome"),
            ("Safari/", "Safari"),
        ];
        const SYSTEMS: [(&str, &str); 7] = [
            ("Android", "Android"),
            ("iPhone", "iPhone"),
            ("iPad", "iPad"),
            ("Windows", "Windows"),
            ("Mac OS X", "macOS"),
            ("CrOS", "ChromeOS"),
            ("Linux", "Linux"),
        ];
        let first = |names: &[(&str, &'static str)]| names.iter().find(|(mark, _)| self.agent.contains(mark)).map(|(_, name)| *name);
        match (first(&BROWSERS), first(&SYSTEMS)) {
            (Some(browser), Some(system)) => format!("{browser} on {system}"),
            (one, other) => one.or(other).unwrap_or("").to_owned(),
        }
    }
}

/// How old the proof of who one is may be, for what matters most.
const CONFIRMED: chrono::Duration = chrono::Duration::minutes(10);

/// The one set of loaders of a visit; each feature adds what it batches.
pub struct Loaders {
    /// Where they read.
    pub(crate) database: DatabaseConnection,
}

impl Deref for Visit {
    type Target = Forum;

    fn deref(&self) -> &Forum {
        &self.0.forum
    }
}

impl Visit {
    /// A visit by `viewer`, or by a stranger.
    pub fn new(forum: Arc<Forum>, viewer: Option<Viewer>) -> Visit {
        let statements = Arc::new(AtomicU64::new(0));
        let reader = forum.database.counting_reader(statements.clone());
        let loaders = DataLoader::with_cache(Loaders { database: reader.clone() }, tokio::spawn, HashMapCache::default());
        Visit(Arc::new(Inner { forum, viewer, reader, loaders: Arc::new(loaders), statements, client: Client::default() }))
    }

    /// The same visit, now that it is known who asks. What was read to find that out need not be read again.
    pub fn by(self, viewer: Option<Viewer>) -> Visit {
        self.with(viewer, self.0.client.clone())
    }

    /// The same visit, now that it is known where it comes from.
    pub fn from(self, client: Client) -> Visit {
        self.with(self.0.viewer.clone(), client)
    }

    /// The same visit as it follows the news: what was read for one event is read again for the next.
    pub fn following(&self) -> Visit {
        let Inner { forum, viewer, client, .. } = &*self.0;
        let anew = Visit::new(forum.clone(), None).with(viewer.clone(), client.clone());
        anew.loaders().enable_all_cache(false);
        anew
    }

    fn with(&self, viewer: Option<Viewer>, client: Client) -> Visit {
        let Inner { forum, reader, loaders, statements, .. } = &*self.0;
        Visit(Arc::new(Inner {
            forum: forum.clone(),
            viewer,
            reader: reader.clone(),
            loaders: loaders.clone(),
            statements: statements.clone(),
            client,
        }))
    }

    /// What is known of where it comes from.
    pub(crate) fn client(&self) -> &Client {
        &self.0.client
    }

    /// Where it comes from, as limits count it; none for what did not come over a network.
    pub fn address(&self) -> Option<&str> {
        self.0.client.address.as_deref()
    }

    /// The language of the answer, such as `es`: the viewer's, or else what their browser asks for; none for the first.
    pub fn language(&self) -> Option<&str> {
        let chosen = self.viewer().and_then(|viewer| viewer.language.as_deref());
        chosen.or(self.0.client.language.as_deref())
    }

    /// Who the community is, in the language of the visit.
    pub fn community(&self) -> &Community {
        self.0.forum.community.in_language(self.language())
    }

    /// The forum that is visited.
    pub fn forum(&self) -> Arc<Forum> {
        self.0.forum.clone()
    }

    /// The visit that a resolver works for.
    pub(crate) fn of<'a>(context: &Context<'a>) -> &'a Visit {
        context.data_unchecked::<Visit>()
    }

    /// Who asks, if they are signed in.
    pub fn viewer(&self) -> Option<&Viewer> {
        self.0.viewer.as_ref()
    }

    /// Who asks.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` for a stranger.
    pub fn member(&self) -> Result<&Viewer, Error> {
        self.viewer().ok_or(Error::Denied(Code::Unauthenticated))
    }

    /// Who asks, as somebody who may contribute.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` for a stranger, the refusal `SILENCED` for a silenced member.
    pub fn contributor(&self) -> Result<&Viewer, Error> {
        let viewer = self.member()?;
        match viewer.silenced_until {
            Some(until) => Err(Refusal::new(ErrorCode::Silenced, "").with("until", until.format("%Y-%m-%d")).into()),
            None => Ok(viewer),
        }
    }

    /// Who asks, through a session of their own: no token reads or changes an account.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` for a stranger, `FORBIDDEN` for a token.
    pub fn account(&self) -> Result<&Viewer, Error> {
        let viewer = self.member()?;
        if viewer.scopes.is_some() { Err(Error::Denied(Code::Forbidden)) } else { Ok(viewer) }
    }

    /// Who asks, having proved who they are within the last ten minutes.
    ///
    /// # Errors
    /// As [`Visit::account`], and the refusal `SIGN_IN_AGAIN`.
    pub fn confirmed(&self) -> Result<&Viewer, Error> {
        let viewer = self.account()?;
        match viewer.confirmed_at.is_some_and(|at| self.clock.now() - at <= CONFIRMED) {
            true => Ok(viewer),
            false => Err(Refusal::new(ErrorCode::SignInAgain, "").into()),
        }
    }

    /// Who asks, as a moderator or an administrator.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` for a stranger, `FORBIDDEN` for other members.
    pub fn moderator(&self) -> Result<&Viewer, Error> {
        let viewer = self.member()?;
        if viewer.role == Role::Member { Err(Error::Denied(Code::Forbidden)) } else { Ok(viewer) }
    }

    /// Who asks, as an administrator.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` for a stranger, `FORBIDDEN` for everyone else.
    pub fn administrator(&self) -> Result<&Viewer, Error> {
        let viewer = self.member()?;
        if viewer.role == Role::Admin { Ok(viewer) } else { Err(Error::Denied(Code::Forbidden)) }
    }

    /// Whether a moderator or an administrator asks.
    pub fn is_moderator(&self) -> bool {
        self.moderator().is_ok()
    }

    /// Where reads go. It sees what was committed.
    pub fn database(&self) -> &DatabaseConnection {
        &self.0.reader
    }

    /// Begins a write. Rules inside take the transaction and never reach for [`Visit::database`].
    ///
    /// # Errors
    /// A fault when the database does not answer.
    pub async fn begin(&self) -> Result<Transaction, Error> {
        Ok(self.0.forum.database.begin(self.0.statements.clone()).await?)
    }

    /// The loaders of this visit: what one viewer may see is never cached for another.
    pub fn loaders(&self) -> &DataLoader<Loaders, HashMapCache> {
        &self.0.loaders
    }

    /// How many statements this visit has sent to the database.
    pub fn statements(&self) -> u64 {
        self.0.statements.load(Ordering::Relaxed)
    }
}
