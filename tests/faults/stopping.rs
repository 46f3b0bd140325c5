//! A process that is told to end.

use tokio::io::AsyncReadExt;

use super::*;

/// All that comes over a connection until its end; nothing when it is refused or reset.
async fn answered(stream: std::io::Result<TcpStream>) -> String {
    let mut bytes = Vec::new();
    if let Ok(mut stream) = stream {
        let _ = stream.read_to_end(&mut bytes).await;
    }
    String::from_utf8(bytes).expect("text")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_told_to_end_finishes_what_it_began() {
    let mut place = Place::open().await;
    let (visitor, ada) = (place.server.visitor(), place.signs_in("ada", "member").await);
    let made = ada.shares("Before").await.submission();
    let follow = "subscription Follow($id: ID!) { submissionUpdated(id: $id) { id } }";
    let mut events = ada.follows(follow, &made["id"], "").await.expect("a stream");
    assert_eq!(events.response.status(), StatusCode::OK);

    // Whoever shares now waits for the lock, and so is in the middle of it.
    let held = locks(&place.url, "LOCK TABLE submission IN EXCLUSIVE MODE").await;
    let mut begun = Vec::new();
    for number in 0..30 {
        begun.push((title(number), ada.begins_to_share(&title(number)).await));
    }
    // Connections are taken in order: once the last one is answered, the server has them all.
    assert_eq!(place.server.visitor().opens("/healthz").await.status, StatusCode::OK);
    place.server.is_told_to_end();
    let is_closed = async || !visitor.tries("/readyz").await.is_ok_and(|answer| answer.status == StatusCode::OK);
    until(HEALED, "it takes no more", is_closed).await;
    let late = (30..40).map(|number| {
        let ada = ada.clone();
        tokio::spawn(async move { (title(number), answered(ada.begins_to_share(&title(number)).await).await) })
    });
    let late = late.collect::<Vec<_>>();
    held.rollback().await.expect("the lock is let go");

    let mut acknowledged = vec!["Before".to_owned()];
    let mut takes_notice = |title: String, text: &str| {
        let status = text.split(' ').nth(1).unwrap_or("");
        if status == "200" {
            assert!(text.contains("\"userErrors\":[]"), "{title}: {text}");
            acknowledged.push(title);
        }
        status.to_owned()
    };
    for (title, stream) in begun {
        let text = answered(stream).await;
        let status = takes_notice(title.clone(), &text);
        assert!(["200", "503"].contains(&status.as_str()), "{title} was taken and is answered: {text}");
    }
    for (title, text) in all(late).await {
        let status = takes_notice(title.clone(), &text);
        assert!(["200", "503", ""].contains(&status.as_str()), "{title}: {text}");
    }
    let ends = async {
        let mut ends = Vec::new();
        while let Some((_, name, data)) = events.next().await {
            ends.push((name, data["errors"][0]["extensions"]["code"].as_str().unwrap_or("").to_owned()));
        }
        ends
    };
    let ends = timeout(Duration::from_secs(25), ends).await.expect("the stream ends");
    assert_eq!(ends, [("next".to_owned(), "UNAVAILABLE".to_owned()), ("complete".to_owned(), String::new())]);
    assert_eq!(place.server.ends().await, Some(0), "{}", place.server.said());

    let titles = place.titles().await;
    let unique = titles.iter().collect::<BTreeSet<_>>();
    assert_eq!(unique.len(), titles.len(), "nothing is there twice: {titles:?}");
    assert!(acknowledged.iter().all(|title| unique.contains(title)), "{acknowledged:?} are there: {titles:?}");
    assert!(acknowledged.len() > 1, "what was begun was finished");
    place.is_whole().await;
}
