//! The command line: what it says, and how it ends.

use std::{net::TcpListener, path::Path, process::Command};

use sea_orm_migration::sea_orm::ConnectionTrait;
use server::Database;

use crate::{
    harness::{empty_database, fresh_database, is_postgres, program},
    races::{Server, free_port, lyceum},
};

/// Runs a command to its end: exit code, standard output, standard error.
fn ends(command: &mut Command) -> (i32, String, String) {
    let output = command.output().expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code().expect("an exit code"), text(output.stdout), text(output.stderr))
}

#[track_caller]
fn fails(command: &mut Command, code: i32, words: &str) {
    let (ended, _, said) = ends(command);
    assert!(ended == code && said.contains(words), "ended with {ended} instead of {code}, saying: {said}");
}

#[tokio::test]
async fn what_is_in_the_way_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = fresh_database(folder.path()).await;
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    fails(
        lyceum(&url, folder.path()).args(["serve", "--listen", &address]),
        75,
        "is in use: stop the program that has it, or choose another with --listen",
    );
    if !is_postgres() {
        let _server = Server::start(&url, folder.path()).await;
        fails(
            lyceum(&url, folder.path()).args(["serve", "--listen", &format!("127.0.0.1:{}", free_port())]),
            75,
            "another `lyceum serve` has this database",
        );
        let (code, _, said) = ends(lyceum(&url, folder.path()).args(["member", "add", "ada", "--email", "ada@example.org"]));
        assert_eq!(code, 0, "other commands run beside it: {said}");
    }
}

#[tokio::test]
async fn a_database_that_cannot_serve_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = fresh_database(folder.path()).await;
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    if is_postgres() {
        let nobody = format!("postgres://postgres:hush@127.0.0.1:{}/forum", free_port());
        let (code, _, said) = ends(lyceum(&nobody, folder.path()).args(serve));
        assert!(code == 1 && said.contains("no database server answers there") && !said.contains("hush"), "{code}: {said}");
        let read_only = format!("{url}?options=-c%20default_transaction_read_only%3Don");
        fails(lyceum(&read_only, folder.path()).args(serve), 1, "it cannot be written");
    } else {
        let file = folder.path().join("letter.db");
        std::fs::write(&file, "Dear database, ".repeat(100)).expect("a file");
        fails(lyceum(&format!("sqlite:{}", file.display()), folder.path()).args(serve), 1, "it is not a SQLite database");
        assert!(std::fs::read_to_string(&file).expect("the file").starts_with("Dear database"), "nothing was lost");
        fails(lyceum(&format!("{url}?mode=ro"), folder.path()).args(serve), 1, "it cannot be written");
        fails(lyceum("sqlite:/proc/nowhere/lyceum.db", folder.path()).args(["verify-log"]), 1, "cannot be opened");
    }
    let database = Database::open(&url).await.expect("opens");
    let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29990101_000001_later', 0)";
    database.writer().execute_unprepared(newer).await.expect("a row");
    fails(lyceum(&url, folder.path()).args(serve), 1, "was made by a newer Lyceum (it has m29990101_000001_later)");
    let empty = empty_database(folder.path(), "never_migrated").await;
    fails(lyceum(&empty, folder.path()).args(["verify-log"]), 1, "run `lyceum migrate up` first");
}

#[test]
fn a_setting_that_does_not_work_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = Command::new(program());
        command.args(arguments).env("LYCEUM_DATA", folder.path()).envs(variables.iter().copied());
        command
    };
    fails(&mut run(&["serve"], &[("LYCEUM_LISTNE", "127.0.0.1:1")]), 78, "there is no setting LYCEUM_LISTNE");
    fails(&mut run(&["serve", "--listen", "here"], &[]), 78, "cannot listen on `here`: give an address and a port");
    fails(&mut run(&["serve"], &[("LYCEUM_SECRET", "short")]), 78, "shorter than 32 bytes");
    fails(&mut run(&["serve", "--base-url", "http://library.example"], &[]), 78, "--insecure-http");
    fails(&mut run(&["serve", "--base-url", "library"], &[]), 78, "cannot be the base URL");
    fails(&mut run(&["serve", "--database-url", "mysql://x"], &[]), 78, "begins with sqlite: or postgres:");
    fails(&mut run(&["serve", "--community", "/nowhere.toml"], &[]), 78, "cannot read the community file /nowhere.toml");
    let file = folder.path().join("settings.toml");
    let file = file.to_str().expect("a path");
    std::fs::write(file, "lisen = \"127.0.0.1:1\"").expect("a file");
    fails(&mut run(&["serve", "--config", file], &[]), 78, "unknown field `lisen`");
    std::fs::write(folder.path().join("community.toml"), "name = 1").expect("a file");
    let community = folder.path().join("community.toml").display().to_string();
    fails(&mut run(&["serve", "--community", &community], &[]), 78, "line 1");
    fails(&mut run(&["serve", "--nonsense"], &[]), 2, "unexpected argument");
    fails(&mut run(&["migrate", "down"], &[]), 2, "make a backup, then say --yes");
    std::fs::write(folder.path().join("secret"), "short").expect("a file");
    fails(&mut run(&["migrate", "up"], &[]), 0, "up to date");
    fails(&mut run(&["verify-log"], &[]), 78, "holds fewer than 32 bytes");
}

#[tokio::test]
async fn migrations_go_up_down_and_up_alone_and_together() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = empty_database(folder.path(), "up_and_down").await;
    let run = |arguments: &[&str]| ends(lyceum(&url, folder.path()).args(arguments));
    assert_eq!(run(&["migrate", "status"]).1.matches("missing").count(), 12);
    if is_postgres() {
        let racers: Vec<_> = (0..4).map(|_| lyceum(&url, folder.path()).args(["migrate", "up"]).spawn().expect("starts")).collect();
        for racer in racers {
            let output = racer.wait_with_output().expect("ends");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
    }
    assert_eq!(run(&["migrate", "up"]).0, 0);
    assert_eq!(run(&["migrate", "status"]).1.matches("applied").count(), 12);
    for (arguments, applied) in
        [(["migrate", "down", "--yes"].as_slice(), 11), (&["migrate", "down", "--steps", "11", "--yes"], 0), (&["migrate", "up"], 12)]
    {
        let (code, _, said) = run(arguments);
        assert_eq!(code, 0, "{said}");
        assert_eq!(run(&["migrate", "status"]).1.matches("applied").count(), applied);
    }
}

#[tokio::test]
async fn operators_add_members_and_prove_the_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = fresh_database(folder.path()).await;
    let run = |arguments: &[&str]| ends(lyceum(&url, folder.path()).args(arguments));
    assert_eq!(run(&["member", "add", "ada", "--email", "ada@example.org", "--role", "admin"]).0, 0);
    fails(lyceum(&url, folder.path()).args(["member", "add", "ada", "--email", "b@example.org"]), 1, "handle: Somebody was first");
    fails(lyceum(&url, folder.path()).args(["member", "add", "bea", "--email", "Ada@example.org"]), 1, "email: Somebody was first");
    fails(lyceum(&url, folder.path()).args(["member", "add", "b e a", "--email", "nowhere"]), 1, "email: This is not of the form");
    fails(
        lyceum(&url, folder.path()).args(["member", "add", "bea", "--email", "b@example.org", "--role", "king"]),
        2,
        "member, moderator or admin",
    );
    fails(lyceum(&url, folder.path()).args(["member", "sign-in-link", "nobody"]), 1, "there is no member nobody");
    let (code, link, _) = run(&["member", "sign-in-link", "ada"]);
    assert!(code == 0 && link.starts_with("http://127.0.0.1:8000/sign-in/"), "{link}");
    assert_eq!(run(&["verify-log"]).1, "The log holds: 0 entries.\n");
    let detail = "INSERT INTO log_entry VALUES (1, x'00', x'01', '2026-01-01 00:00:00+00:00', 'SUBMIT', x'00000000000000000000000000000000', NULL, 'PENDING', 1, 1, x'00000000000000000000000000000000', x'02')";
    let statement = if is_postgres() {
        detail.replace("x'00000000000000000000000000000000'", "gen_random_uuid()").replace("x'", "'\\x")
    } else {
        detail.to_owned()
    };
    Database::open(&url).await.expect("opens").writer().execute_unprepared(&statement).await.expect("a forged row");
    fails(lyceum(&url, folder.path()).args(["verify-log"]), 1, "the log does not hold: log_entry 1 was changed");
}

#[test]
fn help_is_worth_reading() {
    let (code, text, _) = ends(Command::new(program()).arg("--help"));
    assert_eq!(code, 0);
    for words in
        ["Start with `lyceum serve --demo`", "serve", "migrate", "member", "verify-log", "schema", "LYCEUM_DATABASE_URL", "Exit codes"]
    {
        assert!(text.contains(words), "{words} in {text}");
    }
    let (code, sdl, _) = ends(Command::new(program()).arg("schema").current_dir(Path::new("/")));
    assert!(code == 0 && sdl.contains("type Submission implements Node"));
}
