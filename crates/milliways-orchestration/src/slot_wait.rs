//! How long somebody waits who asked for slots in vain.
//!
//! Everybody who waits is counted as asking for slots of their own, so that a crowd spreads out.

use std::time::Duration;

use crate::spread::spread;

/// By how much a wait is drawn shorter or longer, so that those who wait don't all return at once.
const SPREAD: f64 = 0.3;

/// A limit on which slots were asked for in vain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crowd {
    /// Its slots.
    pub limit: i64,
    /// How many slots were asked for in vain lately.
    pub denied: f64,
    /// How many slots come back by themselves each second; 0: none.
    pub decay_per_second: f64,
    /// For how long its slots are held on average, in seconds.
    pub occupancy_seconds: f64,
    /// The longest mean wait for it.
    pub longest: Duration,
}

impl Crowd {
    /// How many slots have to come free first, in terms of this limit.
    fn ahead(&self, slots: f64) -> f64 {
        if self.decay_per_second > 0.0 {
            slots + self.denied
        } else {
            #[expect(clippy::cast_precision_loss, reason = "a count used as a measure")]
            let limit = self.limit.max(1) as f64;
            (slots + self.denied) / limit
        }
    }

    fn mean_wait(&self, slots: f64) -> f64 {
        let ahead = self.ahead(slots);
        if self.decay_per_second > 0.0 {
            return ahead / self.decay_per_second;
        }
        let longest = self.longest.as_secs_f64();
        (self.occupancy_seconds.min(longest) * ahead).min(longest)
    }
}

/// After how many seconds it is worth asking again for `slots` slots of each of these limits, from 128 random bits.
pub fn slot_wait(crowds: &[Crowd], slots: i64, random: u128) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a count used as a measure")]
    let slots = slots as f64;
    let blocking = crowds
        .iter()
        .max_by(|a, b| a.ahead(slots).total_cmp(&b.ahead(slots)));
    blocking.map_or(0.0, |crowd| spread(crowd.mean_wait(slots), SPREAD, random))
}
