//! A process that is killed, again and again.

use std::hash::{BuildHasher, RandomState};

use super::*;

const KILLS: usize = 30;

/// A time between a twentieth of a second and four tenths, never the same.
fn moment() -> Duration {
    Duration::from_millis(50 + RandomState::new().hash_one(0) % 350)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_thirty_kills_and_nothing_is_there_twice() {
    let mut place = Place::open().await;
    let (ada, ledger) = (place.signs_in("ada", "member").await, Ledger::of([]));
    for _ in 0..KILLS {
        let writers = eight_write(&ada.at(&place.server), &ledger, true);
        sleep(moment()).await;
        place.server.is_killed();
        all(writers).await;
        place.server = place.another().await;
    }
    let titles = place.titles().await.into_iter().collect::<BTreeSet<_>>();
    let (begun, acknowledged) = {
        let ledger = ledger.lock().expect("the ledger");
        (ledger.begun, ledger.acknowledged.clone())
    };
    println!("begun, acknowledged, there: {begun}, {}, {}", acknowledged.len(), titles.len());
    assert!(acknowledged.is_subset(&titles), "lost: {:?}", acknowledged.difference(&titles));
    assert!(acknowledged.len() > KILLS, "there was something to lose");
    // What was not acknowledged may be there or not; with its key it can be sent again either way.
    settles(&ada.at(&place.server), &ledger).await;
    place.holds((0..begun).map(title)).await;
    place.is_whole().await;
}
