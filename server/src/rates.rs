//! How many requests may come in a while, from one address or by one member, as this process counts them.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock, clock::DefaultClock};
use schema::Visit;

/// Over which time requests are counted, and how many may come in it. Source: SECURITY, section 4: a campus is one address.
const WHILE: Duration = Duration::from_secs(5 * 60);
const FROM_ADDRESS: u32 = 3_000;
const BY_MEMBER: u32 = 1_500;
/// Reports of broken policies in a minute, from one address.
const REPORTS: u32 = 10;

/// What was counted lately.
#[derive(Clone)]
pub struct Rates(Arc<Inner>);

struct Inner {
    strangers: DefaultKeyedRateLimiter<String>,
    members: DefaultKeyedRateLimiter<String>,
    reports: DefaultKeyedRateLimiter<String>,
}

fn limiter(most: u32, within: Duration) -> DefaultKeyedRateLimiter<String> {
    let most = NonZeroU32::new(most).expect("more than none");
    RateLimiter::keyed(Quota::with_period(within / most.get()).expect("a while is longer than nothing").allow_burst(most))
}

impl Default for Rates {
    fn default() -> Rates {
        let strangers = limiter(FROM_ADDRESS, WHILE);
        let (members, reports) = (limiter(BY_MEMBER, WHILE), limiter(REPORTS, Duration::from_secs(60)));
        Rates(Arc::new(Inner { strangers, members, reports }))
    }
}

impl Rates {
    /// Counts a request.
    ///
    /// # Errors
    /// After how many seconds another may come, when there were too many.
    pub fn request(&self, visit: &Visit) -> Result<(), u64> {
        match visit.viewer() {
            Some(viewer) => counted(visit, &self.0.members, Some(viewer.id.to_string())),
            None => counted(visit, &self.0.strangers, visit.address().map(String::from)),
        }
    }

    /// Counts a report of a broken policy.
    ///
    /// # Errors
    /// As [`Rates::request`].
    pub fn report(&self, visit: &Visit) -> Result<(), u64> {
        counted(visit, &self.0.reports, visit.address().map(String::from))
    }

    /// Forgets who has not been here lately.
    pub fn sweep(&self) {
        for limiter in [&self.0.strangers, &self.0.members, &self.0.reports] {
            limiter.retain_recent();
        }
    }
}

fn counted(visit: &Visit, limiter: &DefaultKeyedRateLimiter<String>, who: Option<String>) -> Result<(), u64> {
    let Some(who) = who.filter(|_| visit.limits) else { return Ok(()) };
    limiter.check_key(&who).map_err(|not_until| not_until.wait_time_from(DefaultClock::default().now()).as_secs() + 1)
}
