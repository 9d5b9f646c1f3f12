//! What dashboards wait for when there is much history: every call of ours and of Prefect's pages, at two sizes.
//!
//! `cargo xtask bench scale [sqlite|postgres] [RUNS] [TASKS]`: a tenth of RUNS flow runs (1,000,000 unless given) and
//! all of them, each with TASKS task runs (5), over the last thirty days. Making that history is part of it.
//! Each call is asked forty times of each of two servers, in turns, on one connection; it passes with a 95th percentile
//! below 50 ms at the larger size, and with a median that has grown by no more than a half. PostgreSQL is asked for with
//! `MILLIWAYS_TEST_POSTGRES_URL`, a cluster whose superuser may make databases. `MILLIWAYS_BENCH_HOME` names a folder
//! in which histories are kept and found again, those of PostgreSQL in the cluster, so that the calls can be measured
//! more than once.
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that meets an error has no result"
)]
#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

#[path = "scale/calls.rs"]
mod calls;
#[path = "scale/history.rs"]
mod history;
#[path = "scale/objects.rs"]
mod objects;
#[path = "scale/prefect.rs"]
mod prefect;
#[path = "scale/timing.rs"]
mod timing;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use milliways_benches::asked;
use milliways_benches::server::{Kind, Place, Server, Storage, milliways};

/// What the larger size may take.
const BOUND: Duration = Duration::from_millis(50);
/// What it may take in relation to the smaller one.
const GROWTH: f64 = 1.5;
/// Below this the growth is not judged: it is a matter of what else the machine does.
const QUICK: Duration = Duration::from_millis(2);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut numbers = arguments.iter().filter_map(|word| word.parse().ok());
    let (runs, tasks) = (
        numbers.next().unwrap_or(1_000_000),
        numbers.next().unwrap_or(5),
    );
    let runtime = asked::runtime();
    for (database, storage) in asked::databases(&arguments) {
        runtime.block_on(compare(database, &storage, runs, tasks));
    }
}

async fn compare(database: &str, storage: &Storage, runs: usize, tasks: usize) {
    let places = [
        with_history(storage, runs / 10, tasks).await,
        with_history(storage, runs, tasks).await,
    ];
    let [small, large] = places;
    let sites = [Site::start(small).await, Site::start(large).await];
    for site in &sites {
        site.server.settle(&site.place).await;
    }
    let timings = timing::measure(sites.each_ref()).await;
    println!(
        "\n{database}, {runs} flow runs and {} task runs, and a tenth of them: p50 / p95 in ms\n  {:<64} {:>15} {:>15} {:>7}",
        runs * tasks,
        "call",
        "a tenth",
        "all",
        "growth"
    );
    let mut missed = 0;
    for [before, after] in &timings {
        let growth = after.p50.as_secs_f64() / before.p50.as_secs_f64();
        let is_slow = after.p95 > BOUND;
        let has_grown = growth > GROWTH && after.p50 > QUICK;
        let verdict = match (is_slow, has_grown) {
            (false, false) => "",
            (true, _) => "MISS (time)",
            (false, true) => "MISS (growth)",
        };
        missed += usize::from(is_slow || has_grown);
        println!(
            "  {:<64} {:>15} {:>15} {growth:>7.2} {verdict}",
            after.what,
            before.to_string(),
            after.to_string()
        );
    }
    println!(
        "  {} of {} calls pass: p95 below {} ms, p50 grown by no more than {GROWTH} (not judged below {} ms)",
        timings.len() - missed,
        timings.len(),
        BOUND.as_millis(),
        QUICK.as_millis()
    );
    for site in sites {
        drop(site.server);
        site.place.remove().await;
    }
}

/// A server with a history.
struct Site {
    place: Place,
    server: Server,
    objects: objects::Objects,
}

impl Site {
    async fn start(place: Place) -> Self {
        let server = start(&place).await;
        let objects = objects::Objects::read(server.address).await;
        Self {
            place,
            server,
            objects,
        }
    }

    fn address(&self) -> SocketAddr {
        self.server.address
    }
}

/// Where there is that much history: it is made unless it was kept.
async fn with_history(storage: &Storage, runs: usize, tasks: usize) -> Place {
    let place = match std::env::var_os("MILLIWAYS_BENCH_HOME") {
        Some(folder) => Place::kept(storage, folder.as_ref(), &format!("{runs}x{tasks}")).await,
        None => Place::new(storage).await,
    };
    let server = start(&place).await;
    if !objects::flows(server.address).await.is_empty() {
        return place;
    }
    objects::create(server.address).await;
    let objects = objects::Objects::read(server.address).await;
    drop(server);
    let started = Instant::now();
    history::make(&place, &objects, runs, tasks).await;
    place.tidy().await;
    println!(
        "{runs} flow runs with {} task runs and all their states made in {:.0} s",
        runs * tasks,
        started.elapsed().as_secs_f64()
    );
    place
}

/// Nothing is deleted meanwhile, however old it is.
async fn start(place: &Place) -> Server {
    let variables = [("PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED", "false")];
    Server::start(Kind::Milliways, &milliways(), place, &variables).await
}
