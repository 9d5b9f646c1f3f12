//! From one time of a rule to the next, in a bounded number of steps.

use std::collections::VecDeque;

use jiff::Span;
use jiff::civil::{Date, DateTime, Time, time};

use super::days::weekday;
use super::rule::{Frequency, Rule};

/// How many days and times one walk looks at.
const BUDGET: u32 = 1_000_000;
/// How many of them may lie between two times of a rule.
const GAP: u32 = 50_000;

/// The times of a rule on the wall, ascending.
pub(super) struct Walk<'r> {
    rule: &'r Rule,
    from: DateTime,
    /// The number of the next period of the rule's frequency.
    period: i64,
    /// How many times are left, where they are counted.
    left: Option<i64>,
    ready: VecDeque<DateTime>,
    budget: u32,
    gap: u32,
    is_over: bool,
}

impl<'r> Walk<'r> {
    /// From a time on, or somewhat before: the way there is skipped where nothing on it counts.
    pub(super) fn new(rule: &'r Rule, from: DateTime) -> Self {
        let mut walk = Self {
            rule,
            from,
            period: 0,
            left: rule.count,
            ready: VecDeque::new(),
            budget: BUDGET,
            gap: GAP,
            is_over: false,
        };
        walk.skip_ahead();
        walk
    }

    /// Whether it gave up before it found an end.
    pub(super) fn is_exhausted(&self) -> bool {
        self.budget == 0 || self.gap == 0
    }

    /// Goes to the last period before `from`.
    fn skip_ahead(&mut self) {
        let rule = self.rule;
        if self.from <= rule.start {
            return;
        }
        let days = || {
            self.from
                .date()
                .duration_since(rule.start.date())
                .as_hours()
                / 24
        };
        let months = || {
            (i64::from(self.from.year()) - i64::from(rule.start.year())) * 12
                + i64::from(self.from.month() - rule.start.month())
        };
        let passed = match rule.frequency {
            Frequency::Yearly => months() / 12,
            Frequency::Monthly => months(),
            Frequency::Weekly => days() / 7,
            Frequency::Daily => days(),
            frequency => {
                let seconds = self.from.duration_since(rule.start).as_secs();
                seconds / frequency.seconds().unwrap_or(1)
            }
        };
        // One before, as a period may have begun before the time that falls into it.
        let skipped = (passed / rule.interval - 1).max(0);
        match (&mut self.left, rule.frequency) {
            (None, _) => self.period = skipped,
            // Each period has one time: they need not be looked at to be counted.
            (Some(left), frequency) if rule.is_plain && frequency >= Frequency::Daily => {
                *left -= skipped;
                self.period = skipped;
            }
            _ => {}
        }
    }

    /// Spends a step; false where there is none left.
    fn spend(&mut self) -> bool {
        self.budget = self.budget.saturating_sub(1);
        self.gap = self.gap.saturating_sub(1);
        !self.is_exhausted()
    }

    /// Looks at the next period; none where there is no more.
    fn advance(&mut self) -> Option<()> {
        let rule = self.rule;
        let steps = self.period.checked_mul(rule.interval)?;
        let start = rule.start.date();
        let (first, days) = match rule.frequency {
            Frequency::Yearly => {
                let year = i16::try_from(i64::from(start.year()).checked_add(steps)?).ok()?;
                let first = Date::new(year, 1, 1).ok()?;
                (first, first.days_in_year())
            }
            Frequency::Monthly => {
                let span = Span::new().try_months(steps).ok()?;
                let first = start.first_of_month().checked_add(span).ok()?;
                (first, i16::from(first.days_in_month()))
            }
            Frequency::Weekly => {
                let back = (weekday(start) - rule.week_start).rem_euclid(7);
                if self.period == 0 {
                    // The week that the rule begins in has only the days from its beginning on.
                    (start, i16::from(7 - back))
                } else {
                    let span = Span::new()
                        .try_days(steps.checked_mul(7)?.checked_sub(i64::from(back))?)
                        .ok()?;
                    (start.checked_add(span).ok()?, 7)
                }
            }
            Frequency::Daily => (
                start.checked_add(Span::new().try_days(steps).ok()?).ok()?,
                1,
            ),
            _ => return self.advance_clock(steps),
        };
        self.period += 1;
        let mut fitting = Vec::new();
        let mut date = first;
        for _ in 0..days {
            if !self.spend() {
                return None;
            }
            if rule.lets_through(date) {
                fitting.push(date);
            }
            date = date.tomorrow().ok()?;
        }
        self.gather(&fitting, &times(&rule.hours, &rule.minutes, &rule.seconds))
    }

    /// Periods of an hour at most: whole days and hours that don't fit are passed over.
    fn advance_clock(&mut self, steps: i64) -> Option<()> {
        let rule = self.rule;
        if !self.spend() {
            return None;
        }
        let unit = rule.frequency.seconds()?;
        let now = rule
            .start
            .checked_add(Span::new().try_seconds(steps.checked_mul(unit)?).ok()?)
            .ok()?;
        let (date, clock) = (now.date(), now.time());
        if !rule.lets_through(date) {
            return self.pass(date.tomorrow().ok()?.to_datetime(Time::midnight()));
        }
        let fits = |list: &[i8], part: i8| list.is_empty() || list.contains(&part);
        let hours = std::slice::from_ref;
        let (hour, minute, second) = (clock.hour(), clock.minute(), clock.second());
        if !fits(&rule.hours, hour) {
            let hour_start = date.at(hour, 0, 0, 0);
            return self.pass(hour_start.checked_add(Span::new().hours(1)).ok()?);
        }
        if rule.frequency >= Frequency::Minutely && !fits(&rule.minutes, minute) {
            let minute_start = date.at(hour, minute, 0, 0);
            return self.pass(minute_start.checked_add(Span::new().minutes(1)).ok()?);
        }
        if rule.frequency == Frequency::Secondly && !fits(&rule.seconds, second) {
            self.period += 1;
            return Some(());
        }
        self.period += 1;
        let times = match rule.frequency {
            Frequency::Hourly => times(hours(&hour), &rule.minutes, &rule.seconds),
            Frequency::Minutely => times(hours(&hour), hours(&minute), &rule.seconds),
            _ => vec![clock],
        };
        self.gather(&[date], &times)
    }

    /// Goes on to the first period at or after a time.
    fn pass(&mut self, target: DateTime) -> Option<()> {
        let unit = self.rule.frequency.seconds()? * self.rule.interval;
        let distance = target.duration_since(self.rule.start).as_secs();
        self.period = (distance.div_euclid(unit) + i64::from(distance.rem_euclid(unit) > 0))
            .max(self.period + 1);
        Some(())
    }

    /// Takes the times of a period: all, or those of certain positions.
    fn gather(&mut self, dates: &[Date], times: &[Time]) -> Option<()> {
        let rule = self.rule;
        let mut found: Vec<DateTime> = Vec::new();
        if rule.positions.is_empty() {
            for date in dates {
                found.extend(times.iter().map(|time| date.to_datetime(*time)));
            }
        } else {
            let (all, each) = (dates.len() * times.len(), times.len());
            for position in &rule.positions {
                let size = i64::try_from(all).ok()?;
                let place = if *position > 0 {
                    position - 1
                } else {
                    size + position
                };
                if let Ok(place) = usize::try_from(place)
                    && place < all
                {
                    found.push(dates[place / each].to_datetime(times[place % each]));
                }
            }
            found.sort_unstable();
            found.dedup();
        }
        for time in found {
            if !self.spend() {
                return None;
            }
            if rule.until.is_some_and(|until| time > until) {
                self.is_over = true;
                return Some(());
            }
            if time < rule.start {
                continue;
            }
            if let Some(left) = &mut self.left {
                if *left <= 0 {
                    self.is_over = true;
                    return Some(());
                }
                *left -= 1;
            }
            if time >= self.from {
                self.ready.push_back(time);
            }
        }
        Some(())
    }
}

fn times(hours: &[i8], minutes: &[i8], seconds: &[i8]) -> Vec<Time> {
    let mut times = Vec::with_capacity(hours.len() * minutes.len() * seconds.len());
    for hour in hours {
        for minute in minutes {
            times.extend(
                seconds
                    .iter()
                    .map(|second| time(*hour, *minute, *second, 0)),
            );
        }
    }
    times
}

impl Iterator for Walk<'_> {
    type Item = DateTime;

    fn next(&mut self) -> Option<DateTime> {
        loop {
            if let Some(time) = self.ready.pop_front() {
                self.gap = GAP;
                return Some(time);
            }
            if self.is_over || self.left.is_some_and(|left| left <= 0) || self.is_exhausted() {
                return None;
            }
            if self.advance().is_none() {
                self.is_over = true;
            }
        }
    }
}
