//! What the command line does.

use std::{fs::File, path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use clap::{Parser, Subcommand};
use migrations::{Migrator, MigratorTrait};
use poem::{
    Server,
    listener::{Acceptor, Listener, TcpListener},
};
use schema::{
    Clock, Forum, Randomness, Visit,
    database::Database,
    members::{self, Role},
    news,
};
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, DbErr};

use crate::{
    App,
    connections::Connections,
    demo, import,
    mail::Mail,
    settings::{Options, Settings},
    streams,
};

/// A moderated community library: members share, a desk decides, everyone reads.
#[derive(Parser)]
#[command(
    name = "lyceum",
    version,
    after_help = "Start with `lyceum serve --demo` and open the address it prints.\n\n\
        Settings: a flag wins over its LYCEUM_ variable, that over the settings file (TOML, the same names with _), that over the default.\n\
        Exit codes: 0 done, 1 could not or found wrong, 2 usage, 75 try again later, 78 settings."
)]
pub struct Arguments {
    /// A settings file
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Everything that can be set.
    #[command(flatten)]
    pub options: Options,
    /// What to do; `serve` when nobody says.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What the program can be told to do.
#[derive(Subcommand)]
pub enum Command {
    /// Migrate and serve; prints a sign-in link while there is no administrator (the default)
    Serve {
        /// Fill an empty database with a demonstration community
        #[arg(long)]
        demo: bool,
    },
    /// Bring the database to this version, or look where it is
    Migrate {
        /// What to do
        #[command(subcommand)]
        direction: Direction,
    },
    /// Add a member, or make a link that signs one in
    Member {
        /// What to do
        #[command(subcommand)]
        action: MemberAction,
    },
    /// Bring a file of records to the desk, or into the library
    Import {
        /// What to import
        #[command(subcommand)]
        what: Import,
    },
    /// Prove that the decision log was not changed
    VerifyLog,
    /// Print the GraphQL schema
    Schema,
}

/// Which way to migrate.
#[derive(Subcommand)]
pub enum Direction {
    /// Apply what is missing
    Up,
    /// Take back the newest migrations, with the data they hold
    Down {
        /// How many
        #[arg(long, default_value_t = 1)]
        steps: u32,
        /// Yes, drop those tables
        #[arg(long)]
        yes: bool,
    },
    /// Say what is applied and what is missing
    Status,
}

/// What can be imported.
#[derive(Subcommand)]
pub enum Import {
    /// Resources from a CSV file with the columns title, url, description, kind, topics, source, licence
    #[command(
        after_help = "One row is one submission of the member `library`. A row whose address is here already is skipped; one that breaks \
        a rule goes to NAME.refused.csv in the working directory, with its line and the reason. Interrupted, the same command goes on. \
        Further columns: authors, publisher, date, language, starts, ends, place, closes."
    )]
    Resources {
        /// The file; - is standard input
        file: PathBuf,
        /// Approve each record, with decision and log entry; needs --as
        #[arg(long, requires = "publisher")]
        publish: bool,
        /// The moderator who approves
        #[arg(long = "as", value_name = "HANDLE", requires = "publish")]
        publisher: Option<String>,
    },
}

/// What operators do about members.
#[derive(Subcommand)]
pub enum MemberAction {
    /// Add a member
    Add {
        /// As addresses spell it: 3 to 20 of a-z, 0-9 and hyphen
        handle: String,
        /// Where sign-in links go
        #[arg(long)]
        email: String,
        /// As others read it [default: the handle]
        #[arg(long)]
        name: Option<String>,
        /// member, moderator or admin
        #[arg(long, default_value = "member", value_parser = role)]
        role: Role,
    },
    /// Print a link that signs a member in: single use, 15 minutes
    SignInLink {
        /// Whose
        handle: String,
    },
}

fn role(word: &str) -> Result<Role, String> {
    word.parse().map_err(|_| "member, moderator or admin".to_owned())
}

/// Why a command ended, for the person who gave it.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    /// It could not be done, or something was found wrong.
    pub fn wrong(message: impl Into<String>) -> Failure {
        Failure { code: 1, message: message.into() }
    }

    /// The command cannot be meant like this.
    fn usage(message: impl Into<String>) -> Failure {
        Failure { code: 2, message: message.into() }
    }

    /// Something else is in the way for now.
    pub fn later(message: impl Into<String>) -> Failure {
        Failure { code: 75, message: message.into() }
    }

    /// A setting does not work.
    pub fn settings(message: impl Into<String>) -> Failure {
        Failure { code: 78, message: message.into() }
    }
}

impl From<schema::Error> for Failure {
    fn from(error: schema::Error) -> Failure {
        Failure::wrong(match error {
            schema::Error::Refused(refusals) => {
                refusals.iter().map(|refusal| format!("{}: {}", refusal.field.join("."), refusal.message())).collect::<Vec<_>>().join("\n")
            }
            schema::Error::Denied(code) => code.word().to_owned(),
            schema::Error::Fault(fault) => format!("{} ({fault})", advice(&fault.to_string())),
        })
    }
}

/// Runs the program and answers its exit code. Messages go to standard error, data to standard output.
pub async fn main(arguments: Arguments) -> ExitCode {
    match run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            crate::say(format_args!("lyceum: {}", failure.message));
            ExitCode::from(failure.code)
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Failure> {
    let settings = || arguments.options.clone().settle(arguments.config.clone());
    match arguments.command.unwrap_or(Command::Serve { demo: false }) {
        Command::Serve { demo } => serve(settings()?, demo).await,
        Command::Migrate { direction } => migrate(settings()?, direction).await,
        Command::Member { action } => member(settings()?, action).await,
        Command::Import { what: Import::Resources { file, publisher, .. } } => {
            let forum = Arc::new(open(&settings()?, false).await?);
            import::resources(&Visit::new(forum, None), schema::schema(), &file, publisher.as_deref()).await
        }
        Command::VerifyLog => {
            let forum = open(&settings()?, false).await?;
            match crate::verify_log(&forum.database).await? {
                Ok(entries) => {
                    println!("The log holds: {entries} entries.");
                    Ok(())
                }
                Err(broken) => Err(Failure::wrong(format!("the log does not hold: {broken}"))),
            }
        }
        Command::Schema => {
            println!("{}", sdl());
            Ok(())
        }
    }
}

/// The schema as the committed `schema.graphql` holds it.
pub fn sdl() -> String {
    schema::schema().sdl().trim().to_owned()
}

/// Opens the database of the settings and puts a forum around it.
async fn open(settings: &Settings, demonstration: bool) -> Result<Forum, Failure> {
    let database = connect(settings).await?;
    let missing = pending(&database).await?;
    if !missing.is_empty() {
        return Err(Failure::wrong("the database is older than this program; run `lyceum migrate up` first"));
    }
    forum(settings, database, demonstration)
}

fn forum(settings: &Settings, database: Database, demonstration: bool) -> Result<Forum, Failure> {
    let randomness = Randomness::System;
    let fresh = || randomness.bytes::<32>().iter().map(|byte| format!("{byte:02x}")).collect();
    let secret = settings.secret(fresh)?;
    Ok(Forum {
        database,
        community: settings.community.clone(),
        clock: Clock::System,
        randomness,
        secret,
        demonstration,
        limits: settings.limits,
        searches: Default::default(),
        news: Default::default(),
    })
}

async fn connect(settings: &Settings) -> Result<Database, Failure> {
    settings.make_data()?;
    let url = &settings.database_url;
    Database::open(url).await.map_err(|error| Failure::wrong(explain(url, &error)))
}

/// What an engine's complaint means for the person who started the program.
fn explain(url: &str, error: &DbErr) -> String {
    let text = error.to_string();
    // A password in the address belongs into no message.
    let place = url::Url::parse(url).map_or_else(
        |_| url.to_owned(),
        |mut url| {
            let _ = url.set_password(None);
            url.to_string()
        },
    );
    let advice = advice(&text);
    format!("{place}: {advice} ({text})")
}

/// What to do about an engine's complaint.
fn advice(text: &str) -> &'static str {
    match text {
        text if text.contains("not a database") => "it is not a SQLite database; move it away, or set LYCEUM_DATABASE_URL to another file",
        text if text.contains("readonly") || text.contains("read-only") => "it cannot be written; check who owns the file and its folder",
        text if text.contains("unable to open") => "it cannot be opened; check that the folder is there and yours to write",
        text if text.contains("refused") || text.contains("timed out") => {
            "no database server answers there; start it, or correct LYCEUM_DATABASE_URL"
        }
        text if text.contains("locked") => "another program holds it; try again when that is done",
        _ => "the database said",
    }
}

/// The migrations that a database does not have yet.
async fn pending(database: &Database) -> Result<Vec<String>, Failure> {
    let known: Vec<String> = Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect();
    let applied = Migrator::get_migration_models(database.writer()).await;
    let applied: Vec<String> = applied.map(|rows| rows.into_iter().map(|row| row.version).collect()).unwrap_or_default();
    if let Some(newer) = applied.iter().find(|name| !known.contains(name)) {
        return Err(Failure::wrong(format!(
            "the database was made by a newer Lyceum (it has {newer}); start that version, or restore a backup"
        )));
    }
    Ok(known.into_iter().filter(|name| !applied.contains(name)).collect())
}

/// Runs `change` while no other process migrates.
async fn alone<T>(settings: &Settings, change: impl AsyncFnOnce(&Database) -> Result<T, Failure>) -> Result<T, Failure> {
    let database = connect(settings).await?;
    let engine = database.engine();
    if engine != DbBackend::Postgres {
        return change(&database).await;
    }
    // A lock belongs to a connection, so it gets one of its own and goes with it.
    let lock = sea_orm_migration::sea_orm::Database::connect({
        let mut options = sea_orm_migration::sea_orm::ConnectOptions::new(&settings.database_url);
        options.max_connections(1).sqlx_logging(false);
        options
    });
    let explained = |error: DbErr| Failure::wrong(explain(&settings.database_url, &error));
    let lock = lock.await.map_err(explained)?;
    lock.execute_unprepared("SELECT pg_advisory_lock(4956180320)").await.map_err(explained)?;
    let done = change(&database).await;
    let _ = lock.close().await;
    done
}

async fn up(settings: &Settings) -> Result<Database, Failure> {
    alone(settings, async |database| {
        if !pending(database).await?.is_empty() {
            Migrator::up(database.writer(), None).await.map_err(|error| Failure::wrong(explain(&settings.database_url, &error)))?;
        }
        Ok(database.clone())
    })
    .await
}

async fn migrate(settings: Settings, direction: Direction) -> Result<(), Failure> {
    match direction {
        Direction::Up => {
            up(&settings).await?;
            crate::say(format_args!("The database is up to date."));
        }
        Direction::Down { yes: false, .. } => {
            return Err(Failure::usage("taking a migration back drops its tables with all they hold; make a backup, then say --yes"));
        }
        Direction::Down { steps, .. } => {
            let explained = |error| Failure::wrong(explain(&settings.database_url, &error));
            alone(&settings, async |database| Migrator::down(database.writer(), Some(steps)).await.map_err(explained)).await?;
            crate::say(format_args!("Took back {steps}."));
        }
        Direction::Status => {
            let missing = pending(&connect(&settings).await?).await?;
            for migration in Migrator::migrations() {
                let mark = if missing.iter().any(|name| name == migration.name()) { "missing" } else { "applied" };
                println!("{mark}  {}", migration.name());
            }
        }
    }
    Ok(())
}

async fn member(settings: Settings, action: MemberAction) -> Result<(), Failure> {
    let app = App::open(Arc::new(open(&settings, false).await?), settings.site.clone()).await.map_err(Failure::wrong)?;
    match action {
        MemberAction::Add { handle, email, name, role } => {
            app.add_member(&handle, name.as_deref().unwrap_or(&handle), &email, role).await?;
            crate::say(format_args!("Added {handle}. `lyceum member sign-in-link {handle}` makes a link that signs them in."));
        }
        MemberAction::SignInLink { handle } => {
            let link = app.sign_in_link(&handle).await?.ok_or_else(|| Failure::wrong(format!("there is no member {handle}")))?;
            println!("{link}");
        }
    }
    Ok(())
}

async fn serve(settings: Settings, demo: bool) -> Result<(), Failure> {
    settings.make_data()?;
    let _lock = hold(&settings)?;
    let listener = TcpListener::bind(settings.listen.to_string()).into_acceptor().await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            Failure::later(format!("{} is in use: stop the program that has it, or choose another with --listen", settings.listen))
        }
        _ => Failure::settings(format!("cannot listen on {}: {error}", settings.listen)),
    })?;
    let database = up(&settings).await?;
    let forum = Arc::new(forum(&settings, database, demo)?);
    let app = App::open(forum.clone(), settings.site.clone()).await.map_err(Failure::wrong)?;
    let app = App { providers: settings.providers.clone(), proxies: settings.proxies.clone().into(), ..app };
    let mail = Mail::new(app.clone(), &settings)?;
    let visit = Visit::new(forum, None);
    let fresh = demo && demo::fill(&app).await?;
    if !fresh {
        app.prepare().await?;
    }
    let addresses = listener.local_addr();
    let listening = addresses.first().map(ToString::to_string).unwrap_or_default();
    crate::say(format_args!("Lyceum is at {}  (listening on {})", settings.site.link("/"), listening.trim_start_matches("socket://")));
    let administrator = members::first_administrator(&visit).await?;
    if demo || administrator.is_none() {
        let link = app.operator_link(administrator.as_ref()).await?;
        crate::say(format_args!("To sign in as the administrator, open this once, within 15 minutes:\n{link}"));
    }
    let letters = tokio::spawn(mail.run());
    let past = tokio::spawn(every(Duration::from_secs(60), app.clone(), async |app| app.retire().await.map(drop)));
    let copies = tokio::spawn(every(Duration::from_secs(5), app.clone(), async |app| app.pack().await.map(drop)));
    let swept = tokio::spawn(every(Duration::from_secs(600), app.clone(), async |app| app.sweep().await));
    let told = tokio::spawn(news::run(app.forum.clone()));
    let watched = tokio::spawn(streams::watch(app.clone()));
    let stopped = async {
        stopped().await;
        app.streams.stop();
    };
    let served = Server::new_with_acceptor(Connections::new(listener, app.proxies.clone(), settings.limits))
        .name("lyceum")
        .http2_max_concurrent_streams(64)
        .run_with_graceful_shutdown(app.endpoint(), stopped, Some(Duration::from_secs(20)))
        .await;
    letters.abort();
    for job in [past, copies, swept, told, watched] {
        job.abort();
    }
    served.map_err(|error| Failure::wrong(format!("the server stopped: {error}")))
}

/// Does a job again and again, until the process ends.
async fn every(pause: Duration, app: App, job: impl AsyncFn(&App) -> Result<(), schema::Error>) {
    loop {
        if let Err(error) = job(&app).await {
            tracing::error!(?error, "a job could not be done; it is tried again");
        }
        tokio::time::sleep(pause).await;
    }
}

/// Holds the lock that keeps a second `serve` off the same SQLite file.
fn hold(settings: &Settings) -> Result<Option<File>, Failure> {
    let Some(path) = settings.database_url.strip_prefix("sqlite:") else {
        return Ok(None);
    };
    let path = format!("{}.lock", path.trim_start_matches("//").split('?').next().unwrap_or(path));
    let file = File::create(&path).map_err(|error| Failure::wrong(format!("cannot write {path}: {error}; check who owns the folder")))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(_) => Err(Failure::later(format!("another `lyceum serve` has this database ({path} is held); stop it first"))),
    }
}

/// Ends when somebody asks the process to.
async fn stopped() {
    #[cfg(unix)]
    {
        let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        if let Ok(mut terminate) = terminate {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
