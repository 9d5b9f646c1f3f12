//! From one time on the wall to the next that a pattern fits.

use jiff::civil::{Date, DateTime, Time, time};
use jiff::{SignedDuration, Span};

use super::Cron;
use super::field::{Fields, Nth, Seconds, Set};

/// How many years lie between two times at most.
const MOST_YEARS: i16 = 50;

/// The times on the wall that a pattern fits, ascending.
pub(super) struct Walk<'c> {
    cron: &'c Cron,
    next: Option<DateTime>,
}

impl<'c> Walk<'c> {
    /// From a time on, which is included if it is a whole second.
    pub(super) fn from(cron: &'c Cron, wall: DateTime) -> Self {
        let whole = wall.with().subsec_nanosecond(0).build().unwrap_or(wall);
        let next = if whole == wall {
            Some(whole)
        } else {
            whole.checked_add(SignedDuration::from_secs(1)).ok()
        };
        Self { cron, next }
    }
}

impl Iterator for Walk<'_> {
    type Item = DateTime;

    fn next(&mut self) -> Option<DateTime> {
        let from = self.next.take()?;
        let found = self.cron.at_or_after(from)?;
        self.next = found.checked_add(SignedDuration::from_secs(1)).ok();
        Some(found)
    }
}

impl Cron {
    fn at_or_after(&self, from: DateTime) -> Option<DateTime> {
        let (mut date, mut clock) = (from.date(), from.time());
        let last_year = from.year().saturating_add(MOST_YEARS);
        loop {
            if date.year() > last_year {
                return None;
            }
            if !self.fields.year(date) {
                date = Date::new(date.year().checked_add(1)?, 1, 1).ok()?;
                clock = Time::midnight();
                continue;
            }
            if !self.fields.month(date) {
                date = date
                    .first_of_month()
                    .checked_add(Span::new().months(1))
                    .ok()?;
                clock = Time::midnight();
                continue;
            }
            if self.day(date)
                && let Some(clock) = self.fields.clock(clock)
            {
                return Some(date.to_datetime(clock));
            }
            date = date.tomorrow().ok()?;
            clock = Time::midnight();
        }
    }

    fn day(&self, date: Date) -> bool {
        let fields = &self.fields;
        let by_day = fields.days.as_ref().map(|set| {
            set.has(i64::from(date.day())) || (set.last && date.day() == date.days_in_month())
        });
        let by_weekday = if fields.nth.is_empty() {
            fields.weekdays.as_ref().map(|set| set.has(weekday(date)))
        } else {
            Some(fields.nth.iter().any(|(day, nth)| is_nth(date, *day, *nth)))
        };
        match (by_day, by_weekday) {
            // Weeks of the month are asked for in any case.
            (_, Some(weekday))
                if !fields.nth.is_empty() && self.day_or && fields.weekdays.is_some() =>
            {
                weekday
            }
            (Some(day), Some(weekday)) if self.day_or && fields.weekdays.is_some() => {
                day || weekday
            }
            (day, weekday) => day.unwrap_or(true) && weekday.unwrap_or(true),
        }
    }
}

impl Fields {
    fn year(&self, date: Date) -> bool {
        self.years
            .as_ref()
            .is_none_or(|set| set.has(i64::from(date.year())))
    }

    fn month(&self, date: Date) -> bool {
        self.months
            .as_ref()
            .is_none_or(|set| set.has(i64::from(date.month())))
    }

    /// The first time of a day at or after `from` that fits.
    fn clock(&self, from: Time) -> Option<Time> {
        let fits =
            |set: &Option<Set>, value: i8| set.as_ref().is_none_or(|set| set.has(i64::from(value)));
        let second_fits = |second: i8| match &self.seconds {
            Seconds::In(set) => fits(set, second),
            Seconds::Zero => second == 0,
        };
        let (mut minute_from, mut second_from) = (from.minute(), from.second());
        for hour in from.hour()..24 {
            if fits(&self.hours, hour) {
                for minute in minute_from..60 {
                    if fits(&self.minutes, minute) {
                        let second = (second_from..60).find(|second| second_fits(*second));
                        if let Some(second) = second {
                            return Some(time(hour, minute, second, 0));
                        }
                    }
                    second_from = 0;
                }
            }
            (minute_from, second_from) = (0, 0);
        }
        None
    }
}

/// From Sunday, which is 0.
fn weekday(date: Date) -> i64 {
    i64::from(date.weekday().to_sunday_zero_offset())
}

fn is_nth(date: Date, day: i64, nth: Nth) -> bool {
    weekday(date) == day
        && match nth {
            Nth::First(nth) => i64::from((date.day() - 1) / 7 + 1) == nth,
            Nth::Last => date.day() + 7 > date.days_in_month(),
        }
}
