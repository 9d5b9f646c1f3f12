//! Events under load: 20,000 a second accepted durably, how old they are when they can be found, how fast old ones go.
//!
//! `cargo xtask bench events [sqlite|postgres] [SECONDS]`: for so many seconds (30 unless given) by `POST /events` in
//! batches of a hundred on four connections, then by four sockets of `/events/in`, and for a third of that as fast as
//! it goes. Last, a server that keeps events for a second deletes them all while it makes flow runs. Every event has
//! a resource, a related one and a payload. The client shares the machine with the server. PostgreSQL is asked for
//! with `MILLIWAYS_TEST_POSTGRES_URL`, a cluster whose superuser may make databases.
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that meets an error has no result"
)]
#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

#[path = "events/made.rs"]
mod made;
#[path = "events/post.rs"]
mod post;
#[path = "events/retention.rs"]
mod retention;
#[path = "events/socket.rs"]
mod socket;
#[path = "events/visible.rs"]
mod visible;

use std::time::{Duration, Instant};

use milliways_benches::asked;
use milliways_benches::server::{Kind, Place, Server, Storage, milliways};
use tokio::task::JoinSet;

/// Events a second that have to be accepted.
const RATE: u64 = 20_000;
/// How old an event may be when it can be found.
const AGE: Duration = Duration::from_secs(1);
/// Connections, or sockets.
const CLIENTS: u64 = 4;
/// Events of one request, or between two pings.
const BATCH: u64 = 100;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let seconds = arguments.iter().find_map(|word| word.parse().ok());
    let time = Duration::from_secs(seconds.unwrap_or(30));
    let runtime = asked::runtime();
    for (database, storage) in asked::databases(&arguments) {
        runtime.block_on(measure(database, &storage, time));
    }
}

/// What came of a way in.
struct Accepted {
    events: u64,
    elapsed: Duration,
    /// From the sending of a batch to its acknowledgement, ascending.
    waits: Vec<Duration>,
}

impl Accepted {
    /// What all senders have done since they were started: how many events each, and how long each batch took.
    async fn of(mut senders: JoinSet<(u64, Vec<Duration>)>, started: Instant) -> Self {
        let (mut events, mut waits) = (0, Vec::new());
        while let Some(sender) = senders.join_next().await {
            let (sent, waited) = sender.unwrap();
            events += sent;
            waits.extend(waited);
        }
        let elapsed = started.elapsed();
        waits.sort_unstable();
        Self {
            events,
            elapsed,
            waits,
        }
    }
}

/// The value within which so many hundredths lie.
fn percentile(sorted: &[Duration], hundredths: usize) -> Duration {
    let last = sorted.len().saturating_sub(1);
    sorted
        .get((sorted.len() * hundredths / 100).min(last))
        .copied()
        .unwrap_or_default()
}

async fn measure(database: &str, storage: &Storage, time: Duration) {
    let place = Place::new(storage).await;
    let server = Server::start(Kind::Milliways, &milliways(), &place, &[]).await;
    let address = server.address;
    println!("\n{database}: events, with durability against the loss of power");
    let probe = visible::Probe::default();
    for (what, asked) in [
        ("POST /events", Some(RATE)),
        ("POST /events, as fast as it goes", None),
    ] {
        let time = if asked.is_some() { time } else { time / 3 };
        let ages = tokio::spawn(visible::watch(address, probe.clone()));
        let accepted = post::send(address, time, asked, &probe).await;
        show(what, asked, &accepted, probe.end(ages).await);
    }
    let ages = tokio::spawn(visible::watch(address, probe.clone()));
    let accepted = socket::send(address, time, &probe).await;
    show("/events/in", Some(RATE), &accepted, probe.end(ages).await);
    drop(server);
    retention::measure(&place).await;
    place.remove().await;
}

#[expect(clippy::cast_precision_loss, reason = "counts of benchmarks are small")]
fn show(what: &str, asked: Option<u64>, accepted: &Accepted, mut ages: Vec<Duration>) {
    ages.sort_unstable();
    let rate = accepted.events as f64 / accepted.elapsed.as_secs_f64();
    // The last batch is on its way when the time is over.
    let is_enough = asked.is_none_or(|asked| rate > asked as f64 * 0.99);
    let oldest = ages.last().copied().unwrap_or_default();
    let verdict = match (is_enough, oldest < AGE) {
        (true, true) => "PASS",
        (false, _) => "MISS (rate)",
        (true, false) => "MISS (age)",
    };
    println!(
        "  {what:<34} {rate:>8.0}/s   acknowledged in {:.1} / {:.1} ms (p50 / p99)   found at the age of {:.1} / {:.1} ms (p50 / most of {})   {verdict}",
        millis(percentile(&accepted.waits, 50)),
        millis(percentile(&accepted.waits, 99)),
        millis(percentile(&ages, 50)),
        millis(oldest),
        ages.len(),
    );
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
