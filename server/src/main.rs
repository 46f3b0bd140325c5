//! The `lyceum` program.

use std::{io::IsTerminal, process::ExitCode};

use tracing_subscriber::EnvFilter;

/// The system's own allocator took a quarter of the time of a page: a query makes thousands of small values, and frees them elsewhere.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).log_internal_errors(false).with_ansi(colours).init();
    server::commands::main(server::settings::arguments()).await
}
