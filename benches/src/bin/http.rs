//! The API under load: 1, 16 and 64 connections, beside an empty handler and beside Prefect's server.
//!
//! `cargo xtask bench http [sqlite|postgres] [SECONDS]`: each operation is asked for that long (3 unless given).
//! Our server is the executable that `MILLIWAYS_BIN` names (default: `target/release/milliways`), with full
//! durability. Prefect's is the one of the environment that `MILLIWAYS_BENCH_PREFECT` names (a `python`; default:
//! `.venv-prefect`); it is left out where there is none. PostgreSQL is asked for with
//! `MILLIWAYS_TEST_POSTGRES_URL`, a cluster whose superuser may make databases.
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that meets an error has no result"
)]
#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

#[path = "http/rows.rs"]
mod rows;
#[path = "http/workload.rs"]
mod workload;

use std::path::PathBuf;
use std::time::Duration;

use milliways_benches::asked;
use milliways_benches::server::{Kind, Place, Server, Storage, milliways};
use workload::Row;

/// How many connections each wait for their answer before they ask again.
const CONNECTIONS: [usize; 3] = [1, 16, 64];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = asked::runtime();
    if arguments.iter().any(|word| word == "--empty-handler") {
        runtime.block_on(empty_handler());
        return;
    }
    let seconds = arguments.iter().find_map(|word| word.parse().ok());
    let time = Duration::from_secs(seconds.unwrap_or(3));
    for (database, storage) in asked::databases(&arguments) {
        runtime.block_on(compare(database, &storage, time));
    }
}

async fn compare(database: &str, storage: &Storage, time: Duration) {
    let program = std::env::current_exe().unwrap();
    let floor = of(Kind::EmptyHandler, program, &Storage::Sqlite, time).await;
    let ours = of(Kind::Milliways, milliways(), storage, time).await;
    let python = std::env::var_os("MILLIWAYS_BENCH_PREFECT")
        .map_or_else(|| PathBuf::from(".venv-prefect/bin/python"), PathBuf::from);
    let theirs = if python.exists() {
        of(
            Kind::Prefect,
            python.with_file_name("prefect"),
            storage,
            time,
        )
        .await
    } else {
        println!("Prefect left out: {} is not there", python.display());
        Vec::new()
    };
    println!(
        "\n{database}, requests a second (p50 / p99 in ms)\n  {:<32} {:>5}  {:>28}  {:>8}  {:>28}  {:>8}",
        "operation", "conns", "milliways", "of floor", "prefect", "times"
    );
    for row in &ours {
        let same = |other: &&Row| other.what == row.what && other.connections == row.connections;
        let empty = floor
            .iter()
            .find(|other| other.connections == row.connections);
        let theirs = theirs.iter().find(same);
        println!(
            "  {:<32} {:>5}  {:>28}  {:>8.2}  {:>28}  {:>8.0}",
            row.what,
            row.connections,
            figures(row),
            row.load.rate() / empty.map_or(f64::NAN, |empty| empty.load.rate()),
            theirs.map(figures).unwrap_or_default(),
            theirs.map_or(f64::NAN, |theirs| row.load.rate() / theirs.load.rate()),
        );
    }
    let refused = |rows: &[Row]| rows.iter().map(|row| row.load.refused).sum::<u64>();
    println!(
        "  asked again after a 500, a 503 or a broken connection: milliways {}, prefect {}",
        refused(&ours),
        refused(&theirs)
    );
}

fn figures(row: &Row) -> String {
    format!(
        "{:.0} ({:.1} / {:.1})",
        row.load.rate(),
        row.load.percentile(50),
        row.load.percentile(99)
    )
}

/// The operations on a server that is started for them; of an empty handler just one.
async fn of(kind: Kind, program: PathBuf, storage: &Storage, time: Duration) -> Vec<Row> {
    let place = Place::new(storage).await;
    let server = Server::start(kind, &program, &place, &[]).await;
    let rows = match kind {
        Kind::EmptyHandler => workload::nothing(server.address, &CONNECTIONS, time).await,
        _ => workload::run(&server, &place, &CONNECTIONS, time).await,
    };
    drop(server);
    place.remove().await;
    rows
}

/// Serves the empty handler until the process is ended.
async fn empty_handler() {
    let port: u16 = std::env::args()
        .next_back()
        .and_then(|port| port.parse().ok())
        .unwrap();
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port))
        .await
        .unwrap();
    let router = axum::Router::new().fallback(async || "{}");
    axum::serve(listener, router).await.unwrap();
}
