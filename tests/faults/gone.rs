//! A database that is gone, or hangs, in the midst of everything, and one that comes back as a copy which takes no writes.

use super::*;

/// The database goes away in the midst of everything and comes back: nothing of the program is touched.
async fn goes_away_and_comes_back(how: Mode) {
    let place = Place::behind_a_proxy().await;
    let (visitor, ada) = (place.server.visitor(), place.signs_in("ada", "member").await);
    ada.shares("Before").await.submission();
    let topics = visitor.asks(TOPICS).await.text;

    // Slow enough that it goes while transactions are open.
    place.turns(Mode::Delay(Duration::from_millis(50)));
    let begun = (0..8).map(|number| {
        let ada = ada.clone();
        tokio::spawn(async move { ada.shares(&title(number)).await })
    });
    let begun = begun.collect::<Vec<_>>();
    let tables = place.tables().await;
    let amid = "pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'";
    until(HEALED, "somebody is in the middle of it", async || count(&tables, amid).await > 0).await;
    place.turns(how);

    let hearts = [&visitor, &ada].map(|person| tokio::spawn(beats(person.clone())));
    let (page, own_page, query, own_query, mutation, ready, still) = tokio::join!(
        visitor.opens("/topics"),
        ada.opens("/submissions"),
        visitor.asks(TOPICS),
        ada.asks(TOPICS),
        ada.shares("Meanwhile"),
        visitor.opens("/readyz"),
        visitor.opens("/guidelines")
    );
    for answer in [page, own_page, query, own_query] {
        answer.is_away(READ);
    }
    mutation.is_away(WRITTEN);
    assert!(ready.status == StatusCode::SERVICE_UNAVAILABLE && ready.after < Duration::from_secs(READ), "{ready:?}");
    assert_eq!(still.status, StatusCode::OK, "what needs no data is there: {still:?}");
    for answer in all(begun).await {
        answer.is_honest(WRITTEN);
    }
    for heart in hearts {
        still_beats(heart);
    }

    place.turns(Mode::Pass);
    until(HEALED, "everything works again", async || {
        let (page, ready) = (visitor.opens("/topics").await.status, visitor.opens("/readyz").await.status);
        page == StatusCode::OK && ready == StatusCode::OK && ada.shares("Meanwhile").await.is_honest(READ)
    })
    .await;
    settles(&ada, &Ledger::of(0..8)).await;
    let crowd = (0..20).map(|_| {
        let visitor = visitor.clone();
        tokio::spawn(async move { visitor.asks(TOPICS).await })
    });
    for answer in all(crowd.collect()).await {
        assert_eq!((answer.status, &answer.text), (StatusCode::OK, &topics), "every connection serves again");
    }
    place.holds((0..8).map(title).chain(["Before".to_owned(), "Meanwhile".to_owned()])).await;
    place.is_whole().await;
}

/// A file that is open cannot be taken away: on SQLite, see `slow`, where somebody holds its lock.
#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_is_gone_everybody_is_told_so_and_then_everything_works_again() {
    if is_postgres() {
        goes_away_and_comes_back(Mode::Drop).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_hangs_holds_nobody_up_for_long() {
    if is_postgres() {
        goes_away_and_comes_back(Mode::Blackhole).await;
    }
}

/// As after a failover to a copy. A SQLite file that cannot be written when the program starts is refused: see `command_line`.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_takes_no_writes_is_still_read() {
    if !is_postgres() {
        return;
    }
    let place = Place::open().await;
    let (visitor, ada) = (place.server.visitor(), place.signs_in("ada", "member").await);
    let (cluster, name) = place.url.rsplit_once('/').expect("the name of a database");
    let cluster = connects(&format!("{cluster}/postgres")).await;
    // Whoever was connected has to connect again, and finds it so.
    let becomes = async |what: &str| {
        cluster.execute_unprepared(&format!("ALTER DATABASE {name} {what}")).await.expect("it is changed");
        let all = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        cluster.execute_unprepared(&all).await.expect("connections end");
    };
    becomes("SET default_transaction_read_only = on").await;
    until(HEALED, "it is read", async || visitor.opens("/topics").await.status == StatusCode::OK).await;
    for answer in [visitor.asks(TOPICS).await, ada.opens("/submissions").await] {
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    }
    ada.shares("Rota").await.is_away(WRITTEN);
    place.holds([]).await;

    becomes("RESET default_transaction_read_only").await;
    until(HEALED, "it is written again", async || ada.shares("Rota").await.is_honest(WRITTEN)).await;
    place.holds(["Rota".to_owned()]).await;
    place.is_whole().await;
}
