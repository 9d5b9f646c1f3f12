//! Numbers that only grow, and how many observations were at most so large.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A number that only grows.
#[derive(Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, amount: u64) {
        self.0.fetch_add(amount, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The bounds of the buckets, in microseconds.
pub(super) const BOUNDS: [u64; 10] = [
    250, 500, 1_000, 2_500, 5_000, 10_000, 50_000, 250_000, 1_000_000, 10_000_000,
];

/// Durations by size.
#[derive(Default)]
pub(super) struct Histogram {
    buckets: [Counter; BOUNDS.len()],
    pub(super) count: Counter,
    pub(super) sum_micros: Counter,
}

impl Histogram {
    pub(super) fn observe(&self, duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        if let Some(bucket) = BOUNDS.iter().position(|bound| micros <= *bound) {
            self.buckets[bucket].add(1);
        }
        self.count.add(1);
        self.sum_micros.add(micros);
    }

    /// For each bound how many were at most so large.
    pub(super) fn cumulative(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        BOUNDS
            .iter()
            .zip(&self.buckets)
            .scan(0, |sum, (bound, bucket)| {
                *sum += bucket.get();
                Some((*bound, *sum))
            })
    }
}
