//! What a benchmark that is run on databases is asked for, and the runtime of its clients.

use tokio::runtime::Runtime;

use crate::server::Storage;

/// A cluster whose superuser may make databases.
const CLUSTER: &str = "MILLIWAYS_TEST_POSTGRES_URL";

/// The databases that the arguments name, all where they name none; one that is not there is said to be left out.
#[expect(clippy::print_stdout, reason = "a benchmark prints its result")]
pub fn databases(arguments: &[String]) -> Vec<(&'static str, Storage)> {
    let known = ["sqlite", "postgres"];
    let is_open = !arguments.iter().any(|word| known.contains(&&**word));
    let asks = |name: &str| is_open || arguments.iter().any(|word| word == name);
    let mut databases = Vec::new();
    if asks("sqlite") {
        databases.push(("SQLite", Storage::Sqlite));
    }
    if asks("postgres") {
        match std::env::var(CLUSTER) {
            Ok(cluster) => databases.push(("PostgreSQL", Storage::Postgres(cluster))),
            Err(_) => println!("\nPostgreSQL left out: {CLUSTER} is not set"),
        }
    }
    databases
}

/// A runtime of two threads, as many as there are cores where the figures are from.
///
/// # Panics
/// When the system gives no threads.
#[expect(
    clippy::expect_used,
    reason = "a benchmark without threads has no result"
)]
pub fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("threads for the clients")
}
