//! Every so often from an anchor on, and before it.
//!
//! Whole days are added on the calendar of the zone, so that a daily schedule keeps its hour over a change of
//! clocks; the rest is exact time.

use jiff::civil::DateTime;
use jiff::{SignedDuration, Span, Timestamp};

use crate::error::Error;
use crate::zone::Zone;

const MICROS: i64 = 1_000_000;
const DAY: i64 = 86_400 * MICROS;
/// A hundred years.
const LONGEST: f64 = 100.0 * 365.25 * 86_400.0;

/// Every so often.
#[derive(Clone, Debug)]
pub struct Interval {
    /// Microseconds.
    length: i64,
    anchor: Timestamp,
    zone: Zone,
}

impl Interval {
    /// Every `seconds` from and before `anchor`.
    pub fn new(seconds: f64, anchor: Timestamp, zone: Zone) -> Result<Self, Error> {
        if !(1.0..=LONGEST).contains(&seconds) {
            return Err(Error::Interval(seconds.to_string()));
        }
        #[expect(clippy::cast_possible_truncation, reason = "at most a hundred years")]
        let length = (seconds * 1e6).round() as i64;
        Ok(Self {
            length,
            anchor,
            zone,
        })
    }

    fn days(&self) -> i64 {
        self.length / DAY
    }

    fn rest(&self) -> i64 {
        self.length % DAY
    }

    pub(crate) fn dates(&self, start: Timestamp) -> impl Iterator<Item = Timestamp> + '_ {
        let mut next = self.first(start);
        std::iter::from_fn(move || {
            let found = next?;
            next = self.after(found);
            Some(found.moment)
        })
    }

    /// The first one at or after `start`.
    fn first(&self, start: Timestamp) -> Option<Place> {
        let mut found = if self.days() == 0 || self.zone.is_utc() {
            self.shown(self.jump(start)?)
        } else if start >= self.anchor {
            self.walk(start)?
        } else {
            self.last_before(start)?
        };
        while found.moment < start {
            found = self.after(found)?;
        }
        Some(found)
    }

    fn shown(&self, moment: Timestamp) -> Place {
        let wall = self.zone.local(moment);
        Place {
            moment,
            wall,
            steps: 0,
        }
    }

    /// The last multiple of the exact length at or before `start`.
    fn jump(&self, start: Timestamp) -> Option<Timestamp> {
        let distance = start.as_microsecond() - self.anchor.as_microsecond();
        let steps = distance.div_euclid(self.length);
        let moved = self
            .anchor
            .as_microsecond()
            .checked_add(steps.checked_mul(self.length)?)?;
        Timestamp::from_microsecond(moved).ok()
    }

    /// Those before the anchor are counted from it: each keeps its hour.
    fn before_anchor(&self, steps: i64) -> Option<Place> {
        let day = self.add_days(self.zone.local(self.anchor), steps)?;
        let rest = SignedDuration::from_micros(self.rest().checked_mul(steps)?);
        let place = self.shown(day.moment.checked_add(rest).ok()?);
        Some(Place { steps, ..place })
    }

    fn last_before(&self, start: Timestamp) -> Option<Place> {
        let distance = start.as_microsecond() - self.anchor.as_microsecond();
        let mut place = self.before_anchor(distance.div_euclid(self.length))?;
        // Changes of clocks may have moved it behind the start.
        while place.moment > start {
            place = self.before_anchor(place.steps - 1)?;
        }
        Some(place)
    }

    /// Days after the anchor are walked: an hour that was skipped once stays moved. Where clocks don't change
    /// nothing can happen on the way, so that this costs a step for each change of clocks.
    fn walk(&self, start: Timestamp) -> Option<Place> {
        let mut place = self.shown(self.anchor);
        while place.moment < start {
            let change = self.zone.change_after(place.moment);
            let until = change.filter(|change| *change < start).unwrap_or(start);
            let distance = until.as_microsecond() - place.moment.as_microsecond();
            let steps = distance / self.length - 1;
            place = if steps > 1 {
                // Nothing changes on the way: all of it is exact time.
                let length = SignedDuration::from_micros(self.length.checked_mul(steps)?);
                self.shown(place.moment.checked_add(length).ok()?)
            } else {
                self.after(place)?
            };
        }
        Some(place)
    }

    fn add_days(&self, wall: DateTime, steps: i64) -> Option<Place> {
        let span = Span::new().try_days(steps.checked_mul(self.days())?).ok()?;
        Some(self.shown(self.zone.last(wall.checked_add(span).ok()?)?))
    }

    fn after(&self, place: Place) -> Option<Place> {
        if place.steps < 0 {
            return self.before_anchor(place.steps + 1);
        }
        let moved = if self.days() > 0 {
            self.add_days(place.wall, 1)?
        } else {
            place
        };
        if self.rest() == 0 {
            return Some(moved);
        }
        let rest = SignedDuration::from_micros(self.rest());
        Some(self.shown(moved.moment.checked_add(rest).ok()?))
    }
}

/// One of its moments.
#[derive(Clone, Copy)]
struct Place {
    moment: Timestamp,
    /// What the wall shows then.
    wall: DateTime,
    /// How many steps it lies before the anchor (negative), where these are counted from there.
    steps: i64,
}
