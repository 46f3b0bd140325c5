//! What all visits share: the database, the community file, and sources of time and chance that tests can hold.

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, SubsecRound, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{community::Community, database::Database, limits::Searches, news::News};

/// The forum as one process holds it; every request gets a [`crate::Visit`] of it.
pub struct Forum {
    /// Where everything is kept.
    pub database: Database,
    /// Who the community is.
    pub community: Community,
    /// Where time comes from.
    pub clock: Clock,
    /// Where ids and secrets come from.
    pub randomness: Randomness,
    /// The key that sign-in links are derived with; at least 32 bytes.
    pub secret: Vec<u8>,
    /// Whether pages say that this is a demonstration.
    pub demonstration: bool,
    /// Whether it is counted how often somebody tries something; off for load tests alone.
    pub limits: bool,
    /// Who searched how often lately.
    pub searches: Searches,
    /// What this process has heard of changes.
    pub news: News,
}

/// A source of time, in whole microseconds since PostgreSQL keeps no more.
#[derive(Clone)]
pub enum Clock {
    /// The machine's.
    System,
    /// One that stands still until somebody moves it; microseconds since 1970.
    Held(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `time`.
    pub fn held(time: DateTime<Utc>) -> Clock {
        Clock::Held(Arc::new(AtomicI64::new(time.timestamp_micros())))
    }

    /// The time now.
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            #[allow(clippy::disallowed_methods)] // The one place that asks the machine.
            Clock::System => Utc::now().trunc_subsecs(6),
            Clock::Held(micros) => DateTime::from_timestamp_micros(micros.load(Ordering::SeqCst)).unwrap_or_default(),
        }
    }

    /// Moves a held clock; the machine's is left alone.
    pub fn advance(&self, by: Duration) {
        if let Clock::Held(micros) = self {
            micros.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::SeqCst);
        }
    }
}

/// A source of chance.
#[derive(Clone)]
pub enum Randomness {
    /// The operating system's.
    System,
    /// The same sequence every time, for tests: never for a forum that people use.
    Counted(Arc<AtomicU64>),
}

impl Randomness {
    /// Fresh random bytes, ten or more.
    pub fn bytes<const LENGTH: usize>(&self) -> [u8; LENGTH] {
        let mut bytes = [0; LENGTH];
        match self {
            #[allow(clippy::disallowed_methods)] // The one place that asks the operating system.
            Randomness::System => getrandom::fill(&mut bytes).expect("the operating system gives random bytes"),
            Randomness::Counted(count) => {
                let count = count.fetch_add(1, Ordering::SeqCst).to_be_bytes();
                bytes.iter_mut().zip(Sha256::digest(count)).for_each(|(to, from)| *to = from);
                // The count stands where an id of one millisecond sorts by it.
                bytes[..2].fill(0);
                bytes[2..10].copy_from_slice(&count);
            }
        }
        bytes
    }
}

/// A secret of 256 bits as it travels: base64url, 43 characters. The database keeps its hash alone.
#[derive(Clone)]
pub struct Token(pub String);

impl Token {
    /// What the database keeps and looks up.
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }
}

impl Forum {
    /// A new id that sorts by time.
    pub fn id(&self) -> Uuid {
        let millis = self.clock.now().timestamp_millis().max(0) as u64;
        uuid::Builder::from_unix_timestamp_millis(millis, &self.randomness.bytes()).into_uuid()
    }

    /// A new secret that nobody can guess.
    pub fn token(&self) -> Token {
        Token(BASE64_URL_SAFE_NO_PAD.encode(self.randomness.bytes::<32>()))
    }

    /// The secret that belongs to `id` for one purpose. It can be made again from the id, so a letter
    /// that waits to be sent holds the id and no secret.
    pub fn derived_token(&self, purpose: &str, id: Uuid) -> Token {
        self.derived(purpose, id.as_bytes())
    }

    /// What stands for `what` to one purpose, and says nothing about it without the key.
    pub(crate) fn derived(&self, purpose: &str, what: &[u8]) -> Token {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).expect("HMAC takes a key of any length");
        mac.update(purpose.as_bytes());
        mac.update(what);
        Token(BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }
}
