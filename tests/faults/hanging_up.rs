//! Clients that hang up in the midst of what they began.

use super::*;

const CLIENTS: usize = 200;

/// Resets a connection, up to a twentieth of a second later.
async fn hangs_up(stream: std::io::Result<TcpStream>, number: usize) {
    let stream = stream.expect("a connection");
    sleep(Duration::from_millis(number as u64 % 51)).await;
    // As it is dropped.
    stream.set_zero_linger().expect("an option");
}

/// Members in the middle of sharing, and visitors whose form is kept until they have said who they are.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_hangs_up_leaves_nothing_half_done() {
    let place = Place::behind_a_proxy().await;
    let (visitor, ada) = (place.server.visitor(), place.signs_in("ada", "member").await);
    place.turns(Mode::Delay(Duration::from_millis(25)));
    let clients = (0..CLIENTS).map(|number| {
        let (visitor, ada) = (visitor.clone(), ada.clone());
        tokio::spawn(async move {
            if number % 4 == 0 {
                let form = "title=A+rota&url=https%3A%2F%2Frota.example%2F&kind=guide&description=When+who+comes.";
                hangs_up(visitor.sends("/share", "application/x-www-form-urlencoded", form).await, number).await;
            }
            hangs_up(ada.begins_to_share(&title(number)).await, number).await;
        })
    });
    all(clients.collect()).await;
    place.turns(Mode::Pass);
    place.has_nothing_half_done().await;
    // Whoever comes back learns what became of it, or does it now.
    settles(&ada, &Ledger::of(0..CLIENTS)).await;
    place.holds((0..CLIENTS).map(title)).await;
    place.is_whole().await;
    assert_eq!(visitor.opens("/topics").await.status, StatusCode::OK);
}
