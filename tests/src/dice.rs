//! Dice that fall the same way for the same seed, so that a failure can be had again.

use std::time::Duration;

/// Set it to the seed that a failed test has printed.
pub const SEED_VARIABLE: &str = "MILLIWAYS_TEST_SEED";

/// Dice.
#[derive(Debug)]
pub struct Dice {
    state: u64,
}

impl Dice {
    /// Dice with the seed of the environment, or else a new one. The seed is printed: what a failed test prints is shown.
    #[expect(
        clippy::print_stderr,
        reason = "a seed that nobody sees can't be used again"
    )]
    pub fn new(purpose: &str) -> Self {
        let given = std::env::var(SEED_VARIABLE)
            .ok()
            .and_then(|text| text.parse().ok());
        let (_, fresh) = milliways_model::uuid7_now().as_u64_pair();
        let seed = given.unwrap_or(fresh);
        eprintln!("{purpose}: {SEED_VARIABLE}={seed}");
        Self { state: seed }
    }

    /// A number below `bound`, which is at least 1.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    /// A time from `least` to `most`.
    pub fn between(&mut self, least: Duration, most: Duration) -> Duration {
        let span = u64::try_from(most.saturating_sub(least).as_micros()).unwrap_or(u64::MAX);
        least + Duration::from_micros(self.below(span))
    }

    /// Steele, Lea and Flood's `SplitMix64`: eight lines are enough for dice.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
