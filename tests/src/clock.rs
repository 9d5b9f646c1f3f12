//! A clock that moves only when it is told to.

use std::sync::atomic::{AtomicI64, Ordering};

use milliways_model::Timestamp;
use milliways_model::time::Clock;

/// A clock that moves only when it is told to.
#[derive(Debug)]
pub struct FakeClock {
    micros: AtomicI64,
}

impl FakeClock {
    /// A clock that stands at a moment.
    pub fn at(moment: Timestamp) -> Self {
        Self {
            micros: AtomicI64::new(moment.as_micros()),
        }
    }

    /// Moves it by seconds.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "tests move clocks by small steps"
    )]
    pub fn advance(&self, seconds: f64) {
        self.micros
            .fetch_add((seconds * 1e6) as i64, Ordering::SeqCst);
    }
}

impl Default for FakeClock {
    fn default() -> Self {
        Self::at(Timestamp::from_micros(1_795_234_352_000_000))
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.micros.load(Ordering::SeqCst))
    }
}
