//! What the benchmark programs share: servers, a client that does as little as it can, timing, and a table whose
//! figures are ratios.
#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a benchmark that meets an error has no result"
)]

pub mod asked;
pub mod connection;
pub mod load;
pub mod server;

use std::time::{Duration, Instant};

/// A row of a result: so many things in so much time.
#[derive(Clone, Debug)]
pub struct Measured {
    /// What was done.
    pub what: String,
    /// How many times.
    pub count: u64,
    /// In how much time.
    pub elapsed: Duration,
}

impl Measured {
    /// Things in a second.
    #[expect(clippy::cast_precision_loss, reason = "counts of benchmarks are small")]
    pub fn rate(&self) -> f64 {
        self.count as f64 / self.elapsed.as_secs_f64()
    }
}

/// Times one run of `work`, which does `count` things.
pub fn measure<T>(what: &str, count: u64, work: impl FnOnce() -> T) -> Measured {
    let started = Instant::now();
    let kept = work();
    let elapsed = started.elapsed();
    drop(kept);
    Measured {
        what: what.to_owned(),
        count,
        elapsed,
    }
}

/// Times one run of asynchronous `work`, which does `count` things.
pub async fn measure_async<T>(what: &str, count: u64, work: impl Future<Output = T>) -> Measured {
    let started = Instant::now();
    let kept = work.await;
    let elapsed = started.elapsed();
    drop(kept);
    Measured {
        what: what.to_owned(),
        count,
        elapsed,
    }
}

/// The best of several runs: what the machine can do when nobody disturbs it.
pub fn best(runs: impl IntoIterator<Item = Measured>) -> Option<Measured> {
    runs.into_iter()
        .max_by(|a, b| a.rate().total_cmp(&b.rate()))
}

/// Prints rows under a title. The first one is the floor; the others are told as a part of it.
pub fn report(title: &str, unit: &str, rows: &[Measured]) {
    println!("\n{title}");
    let Some(floor) = rows.first() else { return };
    for row in rows {
        println!(
            "  {:<58} {:>10.0} {unit}/s   {:>6.2} of the floor",
            row.what,
            row.rate(),
            row.rate() / floor.rate()
        );
    }
}
