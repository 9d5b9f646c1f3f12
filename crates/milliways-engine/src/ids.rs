//! Ids made where runs are made: UUIDs of version 7, ascending within a thread, without a system call for each.

use std::cell::RefCell;

use milliways_model::ids::Uuid;
use milliways_model::time::{Clock, SystemClock, Timestamp};
use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};

use crate::fork;

/// The next id of this thread, for an object made at `now`.
pub fn next(now: Timestamp) -> Uuid {
    with_source(|source| source.ids.next(now, source.random.next_u64()))
}

/// The next id of this thread, for an object made now by the machine's clock.
pub fn now() -> Uuid {
    next(SystemClock.now())
}

/// 64 random bits.
pub fn random() -> u64 {
    with_source(|source| source.random.next_u64())
}

/// A random number of at least 0 and below 1.
#[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
pub fn random_share() -> f64 {
    (random() >> 11) as f64 / (1_u64 << 53) as f64
}

struct Source {
    generation: u32,
    random: StdRng,
    ids: Ascending,
}

thread_local! {
    static SOURCE: RefCell<Source> = RefCell::new(Source::new());
}

impl Source {
    fn new() -> Self {
        Self {
            generation: fork::generation(),
            random: StdRng::from_os_rng(),
            ids: Ascending::default(),
        }
    }
}

fn with_source<T>(make: impl FnOnce(&mut Source) -> T) -> T {
    SOURCE.with_borrow_mut(|source| {
        // The child of a fork would go on with the very numbers of its parent.
        if source.generation != fork::generation() {
            *source = Source::new();
        }
        make(source)
    })
}

/// Makes ids that ascend even where the clock stands still or goes back.
#[derive(Default)]
struct Ascending {
    last: u128,
}

/// Bits behind the milliseconds: 12 of the microsecond, 62 random ones.
const TAIL_BITS: u32 = 74;

impl Ascending {
    fn next(&mut self, now: Timestamp, random: u64) -> Uuid {
        let micros = u128::try_from(now.as_micros()).unwrap_or(0);
        let fraction = (micros % 1_000) * 4_096 / 1_000;
        let drawn = (micros / 1_000) << TAIL_BITS | fraction << 62 | u128::from(random >> 2);
        // A step that can't be guessed keeps ids of one microsecond apart from those of other threads.
        let step = u128::from(random & 0xffff_ffff) + 1;
        self.last = drawn.max(self.last + step);
        spread(self.last)
    }
}

/// Puts version and variant between the 122 bits.
fn spread(bits: u128) -> Uuid {
    let millis = bits >> TAIL_BITS;
    let fraction = bits >> 62 & 0xfff;
    let tail = bits & ((1 << 62) - 1);
    Uuid::from_u128(millis << 80 | 7 << 76 | fraction << 64 | 0b10 << 62 | tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_ascend_while_the_clock_stands_still_or_goes_back() {
        let mut ids = Ascending::default();
        let moments = [
            5_000_123, 5_000_123, 5_000_124, 4_000_000, 5_000_124, 6_000_000,
        ];
        let made = moments.map(|micros| ids.next(Timestamp::from_micros(micros), random()));
        assert!(made.is_sorted_by(|one, other| one < other));
    }

    #[test]
    fn an_id_tells_its_version_and_millisecond() {
        let id = Ascending::default().next(Timestamp::from_micros(1_700_000_000_123_456), u64::MAX);
        assert_eq!(id.get_version_num(), 7);
        assert_eq!(id.as_u128() >> 80, 1_700_000_000_123);
        assert_eq!(id.get_variant(), uuid::Variant::RFC4122);
    }
}
