//! The two engines behind one way to read and one way to write.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sea_orm::{
    ConnectOptions, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, SqliteTransactionMode, TransactionOptions, TransactionTrait,
    sqlx::{
        Connection,
        sqlite::{SqliteJournalMode, SqliteSynchronous},
    },
};

/// A write in progress. Dropped without `commit`, it leaves nothing behind.
pub type Transaction = DatabaseTransaction;

/// How long a write waits for another on SQLite, in this process and in others.
const BUSY: Duration = Duration::from_secs(5);
/// After how long a PostgreSQL that says nothing is not there any more; no statement may take as long.
const SILENT: Duration = Duration::from_secs(5);

/// Connections to read with and to write with.
///
/// SQLite has one writer, so its pool holds one connection and a queue forms there instead of in busy errors;
/// PostgreSQL reads and writes through the same pool.
#[derive(Clone)]
pub struct Database {
    url: String,
    reader: DatabaseConnection,
    writer: DatabaseConnection,
}

impl Database {
    /// Opens `url`, such as `sqlite:data/lyceum.db` (made when it is not there) or `postgres://…`.
    ///
    /// # Errors
    /// What the engine says: no such server, not a database, not allowed.
    pub async fn open(url: &str) -> Result<Database, DbErr> {
        if url.starts_with("sqlite:") {
            // A decision that was answered survives a power cut: hence FULL, though WAL alone would be faster.
            let options = |connections: u32, writes: bool| {
                let mut options = ConnectOptions::new(url);
                options.max_connections(connections).min_connections(1).acquire_timeout(BUSY).sqlx_logging(false).map_sqlx_sqlite_opts(
                    move |options| {
                        let options = options.busy_timeout(BUSY).foreign_keys(true).pragma("recursive_triggers", "ON");
                        match writes {
                            true => {
                                options.create_if_missing(true).journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full)
                            }
                            false => options.read_only(true),
                        }
                    },
                );
                // A COMMIT that fails for want of room ends its transaction, and the library goes on counting it: what came next would be written
                // into a transaction that nobody ends. Such a connection is not used again.
                options.map_sqlx_sqlite_pool_opts(|options| {
                    options.after_release(|connection, _| {
                        Box::pin(async move {
                            connection.ping().await?;
                            Ok(!connection.is_in_transaction())
                        })
                    })
                });
                options
            };
            let writer = sea_orm::Database::connect(options(1, true)).await?;
            let mut lazy = options(4, false);
            lazy.connect_lazy(true);
            let reader = sea_orm::Database::connect(lazy).await?;
            Ok(Database { url: url.to_owned(), reader, writer })
        } else {
            let mut options = ConnectOptions::new(url);
            options.max_connections(10).acquire_timeout(Duration::from_secs(2)).sqlx_logging(false).map_sqlx_postgres_opts(|options| {
                options.options([("statement_timeout", "3s"), ("lock_timeout", "1s"), ("idle_in_transaction_session_timeout", "10s")])
            });
            // The pool asks each connection that comes back whether it lives, and waits for the answer as long as the network does, a
            // quarter of an hour: one whose other side went without a word would keep its place that long.
            options.map_sqlx_postgres_pool_opts(|options| {
                options.after_release(|connection, _| {
                    Box::pin(async move {
                        tokio::time::timeout(SILENT, connection.ping()).await.map_err(std::io::Error::from)??;
                        Ok(true)
                    })
                })
            });
            let connection = sea_orm::Database::connect(options).await?;
            Ok(Database { url: url.to_owned(), reader: connection.clone(), writer: connection })
        }
    }

    /// The connection that migrations and operators' commands use.
    pub fn writer(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// Where it is, as it was opened.
    pub(crate) fn address(&self) -> &str {
        &self.url
    }

    /// Which engine this is.
    pub fn engine(&self) -> DbBackend {
        self.writer.get_database_backend()
    }

    /// A reader that counts its statements. The callback belongs to the clone: a task-local would miss loaders, which spawn.
    pub(crate) fn counting_reader(&self, statements: Arc<AtomicU64>) -> DatabaseConnection {
        counting(&self.reader, statements)
    }

    /// Begins a write. On SQLite it takes the lock at once: a transaction that reads first and writes later
    /// ignores the busy time-out when it upgrades.
    pub(crate) async fn begin(&self, statements: Arc<AtomicU64>) -> Result<Transaction, DbErr> {
        let options = TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() };
        counting(&self.writer, statements).begin_with_options(options).await
    }
}

fn counting(connection: &DatabaseConnection, statements: Arc<AtomicU64>) -> DatabaseConnection {
    let mut connection = connection.clone();
    connection.set_metric_callback(move |_| {
        statements.fetch_add(1, Ordering::Relaxed);
    });
    connection
}
