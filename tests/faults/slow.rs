//! A database that is waited for: it is slow, or somebody else holds what is to be written.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_database_makes_slow_answers_and_no_wrong_ones() {
    if !is_postgres() {
        return;
    }
    let place = Place::behind_a_proxy().await;
    let (visitor, ada) = (place.server.visitor(), place.signs_in("ada", "member").await);
    ada.shares("Before").await.submission();
    // Every connection that there is has been asked this.
    for _ in 0..30 {
        assert_eq!(visitor.asks(TOPICS).await.status, StatusCode::OK);
    }
    let topics = visitor.asks(TOPICS).await.text;
    let heart = tokio::spawn(beats(visitor.clone()));
    place.turns(Mode::Delay(Duration::from_millis(300)));
    until(Duration::from_secs(30), "a question is answered", async || {
        let answer = visitor.asks(TOPICS).await;
        answer.is_honest(READ) && answer.text == topics
    })
    .await;
    // Whoever is told to come back comes back with the same key. Who asks is asked first, which takes its time, too.
    until(Duration::from_secs(60), "something is shared", async || ada.shares("Slowly").await.is_honest(25)).await;
    visitor.opens("/topics").await.is_honest(READ);
    still_beats(heart);
    place.turns(Mode::Pass);
    until(HEALED, "it is fast again", async || visitor.opens("/topics").await.status == StatusCode::OK).await;
    place.holds(["Before".to_owned(), "Slowly".to_owned()]).await;
    place.is_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_long_for_somebody_elses_lock_is_told_to_come_back() {
    let place = Place::open().await;
    let (visitor, ada) = (place.server.visitor(), place.signs_in("ada", "member").await);
    let made = ada.shares("Rota").await.submission();
    let taken_back = "log_entry WHERE action = 'WITHDRAW'";
    let tables = place.tables().await;
    let held = locks(&place.url, "SELECT number FROM submission FOR UPDATE").await;

    let withdraws = || {
        let (ada, input) = (ada.clone(), json!({ "submissionId": made["id"], "version": made["version"] }));
        tokio::spawn(async move { ada.mutates("withdrawSubmission", input).await })
    };
    let waiting = withdraws();
    for answer in [visitor.opens("/topics").await, visitor.asks(TOPICS).await, ada.opens("/submissions").await] {
        assert_eq!(answer.status, StatusCode::OK, "reading goes on: {answer:?}");
    }
    waiting.await.expect("an answer").is_away(WRITTEN);
    assert_eq!(count(&tables, taken_back).await + count(&tables, "submission WHERE state = 'WITHDRAWN'").await, 0, "nothing was done");

    held.rollback().await.expect("the lock is let go");
    withdraws().await.expect("an answer").submission();
    assert_eq!((count(&tables, taken_back).await, count(&tables, "submission WHERE state = 'WITHDRAWN'").await), (1, 1));
    place.is_whole().await;
}
