//! A disk without room: nothing is written, everything is read, and room is all that it takes.

use super::*;

/// The program as a line of a shell starts it.
fn by_shell(line: &str, url: &str, folder: &Path) -> Command {
    let program = lyceum(url, folder);
    let mut shell = Command::new("sh");
    shell.args(["-c", line]).arg(program.get_program());
    shell.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?)))).stdin(Stdio::null());
    shell
}

/// The program with a disk on which no file grows beyond 3 MiB, which is less than the write-ahead log may have.
fn cramped(url: &str, folder: &Path) -> Command {
    // In units of 512 bytes. Without its signal, a write beyond the limit fails as on a disk that has no room.
    by_shell("trap '' XFSZ; ulimit -f 6144; exec \"$0\" \"$@\"", url, folder)
}

/// The program with a log for which there is no room.
fn unheard(url: &str, folder: &Path) -> Command {
    by_shell("exec \"$0\" \"$@\" 2>/dev/full", url, folder)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_without_room_stops_nothing() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let place = Place::with(unheard).await;
    let ada = place.signs_in("ada", "member").await;
    ada.shares("Unheard").await.submission();
    assert_eq!(place.server.visitor().opens("/").await.status, StatusCode::OK);
    place.is_whole().await;
    assert_eq!(place.server.said(), "", "nobody heard of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_stops_writing_and_nothing_else() {
    if is_postgres() {
        return;
    }
    let mut place = Place::with(cramped).await;
    let (visitor, ada) = (place.server.visitor(), place.signs_in("ada", "member").await);
    let mut written = Vec::new();
    loop {
        let title = title(written.len());
        let mut input = sharing(&title);
        input["description"] = json!("All of it. ".repeat(4_500));
        if !ada.mutates("submitResource", input).await.is_honest(WRITTEN) {
            break;
        }
        written.push(title);
        assert!(written.len() < 200, "the disk is full at some time");
    }
    for round in 0..3 {
        // Little may still find room, much does not.
        let title = format!("No room, {round}");
        let mut input = sharing(&title);
        input["description"] = json!("All of it. ".repeat(4_500));
        if ada.mutates("submitResource", input).await.is_honest(WRITTEN) {
            written.push(title);
        }
    }
    for answer in
        [visitor.opens("/topics").await, visitor.asks(TOPICS).await, ada.opens("/submissions").await, visitor.opens("/healthz").await]
    {
        assert_eq!(answer.status, StatusCode::OK, "reading goes on: {answer:?}");
    }
    place.holds(written.clone()).await;
    place.is_whole().await;

    // Somebody makes room: the write-ahead log goes into the file, and begins anew.
    let tables = place.tables().await;
    let makes_room = async || column::<i64>(&tables, "PRAGMA wal_checkpoint(TRUNCATE)").await == [0_i64];
    until(2 * HEALED, "nobody holds the file", makes_room).await;
    until(HEALED, "it is written again", async || ada.shares("Room").await.is_honest(WRITTEN)).await;
    // A write that a rule refuses is undone, and what comes after it is kept, for others to see.
    let mut twin = sharing("Room");
    twin["idempotencyKey"] = json!("another");
    let twin = ada.mutates("submitResource", twin).await;
    assert!(twin.text.contains("DUPLICATE"), "{twin:?}");
    ada.shares("More room").await.submission();
    written.extend(["Room".to_owned(), "More room".to_owned()]);
    place.holds(written.clone()).await;

    place.server.is_killed();
    place.server = place.another().await;
    ada.at(&place.server).shares("No room").await.submission();
    written.push("No room".to_owned());
    place.holds(written).await;
    place.is_whole().await;
}

/// PostgreSQL runs as somebody else, whose disk a test cannot fill: what it says when its disk is full is said by a trigger.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_says_its_disk_is_full_is_believed() {
    if !is_postgres() {
        return;
    }
    let place = Place::open().await;
    let (visitor, ada) = (place.server.visitor(), place.signs_in("ada", "member").await);
    let full = "CREATE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
        CREATE TRIGGER disk_is_full BEFORE INSERT ON revision FOR EACH ROW EXECUTE FUNCTION disk_is_full()";
    place.tables().await.execute_unprepared(full).await.expect("a full disk");
    ada.shares("Rota").await.is_away(WRITTEN);
    assert_eq!(visitor.opens("/topics").await.status, StatusCode::OK);
    place.holds([]).await;
    place.tables().await.execute_unprepared("DROP TRIGGER disk_is_full ON revision").await.expect("room");
    ada.shares("Rota").await.submission();
    place.holds(["Rota".to_owned()]).await;
    place.is_whole().await;
}
