//! The store against its floors: raw statements, the disk's flush, one transition and many.
//!
//! `cargo xtask bench store [sqlite|postgres]`. PostgreSQL is asked for with `MILLIWAYS_TEST_POSTGRES_URL`, a
//! cluster whose superuser may make databases. Durability is the loss of power in every row but those that
//! say otherwise.
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that meets an error has no result"
)]
#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

#[path = "store/embedded.rs"]
mod embedded;
#[path = "store/shared.rs"]
mod shared;
#[path = "store/workload.rs"]
mod workload;

fn main() {
    let which = std::env::args().nth(1).unwrap_or_default();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    if which.is_empty() || which == "sqlite" {
        runtime.block_on(embedded::run());
    }
    match std::env::var("MILLIWAYS_TEST_POSTGRES_URL") {
        Ok(url) if which.is_empty() || which == "postgres" => runtime.block_on(shared::run(&url)),
        _ => println!("\nPostgreSQL left out: MILLIWAYS_TEST_POSTGRES_URL is not set"),
    }
}
