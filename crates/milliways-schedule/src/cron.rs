//! Cron patterns, as Prefect's server reads them: five fields, or six with seconds last, or seven with years.
//!
//! A pattern is walked over what the clock on the wall shows, and each such time is one moment: the first one
//! where the wall shows it twice, later by the gap where it never does. So what a day fires does not depend on
//! where the walk began.

mod field;
mod walk;

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp};

use crate::error::Error;
use crate::zone::Zone;
use field::Fields;
use walk::Walk;

/// The longest pattern that is read.
const LONGEST: usize = 1_000;

/// A cron pattern in a zone.
#[derive(Clone, Debug)]
pub struct Cron {
    fields: Fields,
    /// Whether a day has to fit one of its two fields, where both are given, or both.
    day_or: bool,
    zone: Zone,
}

impl Cron {
    /// Reads a pattern.
    pub fn new(text: &str, day_or: bool, zone: Zone) -> Result<Self, Error> {
        let short = || text.chars().take(100).collect::<String>();
        if text.len() > LONGEST {
            return Err(Error::Cron(short()));
        }
        let fields = Fields::parse(text).ok_or_else(|| Error::Cron(short()))?;
        if text
            .split_whitespace()
            .any(|part| matches!(part, "R" | "r" | "H" | "h"))
        {
            return Err(Error::Random(short()));
        }
        let cron = Self {
            fields,
            day_or,
            zone,
        };
        if cron.fits_some_day() {
            Ok(cron)
        } else {
            Err(Error::NoDay(short()))
        }
    }

    fn fits_some_day(&self) -> bool {
        // A leap year has every day that there is.
        let leap = |month: i8, day: i8| Date::new(2024, month, day).is_ok();
        let Some(days) = self.fields.days.as_ref() else {
            return true;
        };
        let by_weekday = self.fields.weekdays.is_some() || !self.fields.nth.is_empty();
        (by_weekday && self.day_or)
            || days.last
            || (1..=12).any(|month| {
                let fits = self.fields.months.as_ref().is_none_or(|set| set.has(month));
                fits && (1..=31).any(|day| {
                    days.has(day)
                        && leap(
                            i8::try_from(month).unwrap_or(1),
                            i8::try_from(day).unwrap_or(1),
                        )
                })
            })
    }

    pub(crate) fn dates(&self, start: Timestamp) -> impl Iterator<Item = Timestamp> + '_ {
        let wall = self.zone.local(start);
        let mut ahead: Vec<Timestamp> = Vec::new();
        if let Some((change, gap)) = self.zone.change_before(start)
            && gap > 0
            && start < change + SignedDuration::from_secs(gap)
        {
            // Times that the wall has just skipped are moved to here, among those that it shows.
            let back = SignedDuration::from_secs(gap);
            let after_gap = self.zone.local(change);
            ahead = Walk::from(self, wall - back)
                .take_while(|wall| *wall < after_gap)
                .take(crate::MOST_DATES)
                .filter_map(|wall| self.zone.first(wall))
                .collect();
        }
        let mut shown = Walk::from(self, self.past_repeats(start, wall))
            .filter_map(|wall| self.zone.first(wall))
            .peekable();
        let mut ahead = ahead.into_iter().peekable();
        std::iter::from_fn(move || match (ahead.peek(), shown.peek()) {
            (Some(moved), Some(next)) if moved <= next => ahead.next(),
            (Some(_), None) => ahead.next(),
            _ => shown.next(),
        })
    }

    /// Where the wall shows an hour for the second time, all of it has been: the walk begins behind it.
    fn past_repeats(&self, start: Timestamp, wall: DateTime) -> DateTime {
        match self.zone.change_before(start) {
            Some((change, gap)) if gap < 0 && start < change + SignedDuration::from_secs(-gap) => {
                self.zone.local(change) + SignedDuration::from_secs(-gap)
            }
            _ => wall,
        }
    }
}
