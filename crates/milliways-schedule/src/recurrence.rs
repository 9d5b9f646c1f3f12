//! Recurrence rules of iCalendar: one rule, or several with dates beside them and others left out.
//!
//! Everything happens on what the clock on the wall of one zone shows. The zone that a date names itself is replaced
//! by the schedule's.

mod days;
mod parse;
mod rule;
mod walk;

use std::iter::Peekable;

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};

use crate::error::Error;
use crate::zone::Zone;
use parse::Parsed;
use rule::Rule;
use walk::Walk;

/// The longest text that is read.
const LONGEST: usize = 6_500;

/// Recurrence rules in a zone.
#[derive(Clone, Debug)]
pub struct Recurrence {
    rules: Vec<Rule>,
    dates: Vec<DateTime>,
    excluded_rules: Vec<Rule>,
    excluded_dates: Vec<DateTime>,
    zone: Zone,
}

impl Recurrence {
    /// Reads rules, and refuses those that could not say within a bounded number of steps when they fire next
    /// after `now`.
    pub fn new(text: &str, zone: Zone, now: Timestamp) -> Result<Self, Error> {
        let read = Self::stored(text, zone)?;
        if read.is_too_much(now) {
            let reason = "it takes too many steps to find when it fires next".to_owned();
            let text = short(text);
            return Err(Error::Rule { text, reason });
        }
        Ok(read)
    }

    /// Reads rules that were accepted before.
    pub fn stored(text: &str, zone: Zone) -> Result<Self, Error> {
        let length = text.chars().count();
        if length > LONGEST {
            return Err(Error::Length {
                text: text.chars().take(40).collect(),
                most: LONGEST,
                length,
            });
        }
        let parsed = Parsed::read(text).map_err(|reason| Error::Rule {
            text: short(text),
            reason,
        })?;
        Ok(Self {
            rules: parsed.rules,
            dates: parsed.dates,
            excluded_rules: parsed.excluded_rules,
            excluded_dates: parsed.excluded_dates,
            zone,
        })
    }

    /// Whether nothing can be told of what comes after `now`, because the way there is too long.
    fn is_too_much(&self, now: Timestamp) -> bool {
        let from = self.begin(now);
        let rules = self.rules.iter().chain(&self.excluded_rules);
        rules.into_iter().any(|rule| {
            let mut walk = Walk::new(rule, from);
            walk.by_ref().take(2).for_each(drop);
            walk.is_exhausted()
        })
    }

    /// Where the walk over the wall's clock begins for a moment: a day before, as changes of clocks are smaller.
    fn begin(&self, moment: Timestamp) -> DateTime {
        let wall = self.zone.local(moment);
        wall.checked_sub(SignedDuration::from_hours(24))
            .unwrap_or(wall)
    }

    pub(crate) fn dates(&self, start: Timestamp) -> impl Iterator<Item = Timestamp> + '_ {
        let from = self.begin(start);
        let merged = Merged {
            sources: sources(&self.rules, &self.dates, from),
            excluded: sources(&self.excluded_rules, &self.excluded_dates, from),
            last: None,
        };
        merged
            .filter_map(|wall| self.moment(wall))
            .filter(move |moment| *moment >= start)
    }

    /// A time that the wall never shows is taken as before the change.
    fn moment(&self, wall: DateTime) -> Option<Timestamp> {
        if self.zone.skips(wall) {
            self.zone.first_or_before(wall)
        } else {
            self.zone.first(wall)
        }
    }
}

type Source<'r> = Peekable<Box<dyn Iterator<Item = DateTime> + 'r>>;

fn sources<'r>(rules: &'r [Rule], dates: &'r [DateTime], from: DateTime) -> Vec<Source<'r>> {
    let rules = rules
        .iter()
        .map(|rule| -> Box<dyn Iterator<Item = DateTime> + 'r> { Box::new(Walk::new(rule, from)) });
    let dates: Box<dyn Iterator<Item = DateTime> + 'r> =
        Box::new(dates.iter().copied().filter(move |date| *date >= from));
    rules.chain([dates]).map(Iterator::peekable).collect()
}

/// The dates of several sources in order, each once, without those of others.
struct Merged<'r> {
    sources: Vec<Source<'r>>,
    excluded: Vec<Source<'r>>,
    last: Option<DateTime>,
}

impl Merged<'_> {
    fn earliest(&mut self) -> Option<DateTime> {
        let found = self
            .sources
            .iter_mut()
            .filter_map(|source| source.peek().copied())
            .min()?;
        for source in &mut self.sources {
            source.next_if_eq(&found);
        }
        Some(found)
    }

    fn is_excluded(&mut self, date: DateTime) -> bool {
        self.excluded.iter_mut().any(|source| {
            while source.next_if(|excluded| *excluded < date).is_some() {}
            source.peek() == Some(&date)
        })
    }
}

impl Iterator for Merged<'_> {
    type Item = DateTime;

    fn next(&mut self) -> Option<DateTime> {
        loop {
            let date = self.earliest()?;
            if self.last == Some(date) || self.is_excluded(date) {
                continue;
            }
            self.last = Some(date);
            return Some(date);
        }
    }
}

/// The text with a beginning of its own, where it has none, so that it means the same whenever it is read.
///
/// Rules by the minute or second begin at the latest moment before `now` that fits 2020 as a beginning: the way from
/// there is short. All others begin with 2020.
pub fn anchored(given: &str, zone: &Zone, now: Timestamp) -> String {
    if given.to_uppercase().contains("DTSTART") {
        return given.to_owned();
    }
    let Ok(parsed) = Parsed::read(given) else {
        return given.to_owned();
    };
    let anchor = parsed
        .lone_rule()
        .map_or_else(parse::beginning, |rule| rule.anchor(zone.local(now)));
    let text = format!("DTSTART:{}\n{given}", anchor.strftime("%Y%m%dT%H%M%S"));
    // An end that names a zone does not go with a beginning that names none.
    if Parsed::read(&text).is_ok() {
        text
    } else {
        given.to_owned()
    }
}

fn short(text: &str) -> String {
    text.chars().take(200).collect()
}
