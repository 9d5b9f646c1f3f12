//! The spans of time that events are counted by: all of one length, from a fixed Monday on.

use std::collections::BTreeMap;

use crate::event::{Countable, EventCount, TimeUnit};
use crate::time::Timestamp;

/// Monday, 1 April 2024, in UTC: where a span begins whatever the length is.
const PIVOT: i64 = 1_711_929_600_000_000;
/// The most spans that one count is told in.
pub const MOST_SPANS: i64 = 1_000;

/// The spans of one length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventSpans {
    /// Microseconds of each.
    pub length: i64,
    /// A moment, in microseconds since 1970, at which one begins: the first that is not before 1970.
    pub origin: i64,
}

impl EventSpans {
    /// Spans of `interval` units; days, where days are asked for.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "float to int casts saturate"
    )]
    pub fn of(by: Countable, unit: TimeUnit, interval: f64) -> Self {
        let seconds = match by {
            Countable::Day => seconds(TimeUnit::Day),
            _ => seconds(unit) * interval,
        };
        let length = ((seconds * 1e6) as i64).clamp(10_000, 1 << 55);
        Self {
            length,
            origin: PIVOT.rem_euclid(length),
        }
    }

    /// The beginning of the span that a moment is in.
    pub fn start(&self, moment: Timestamp) -> Timestamp {
        let whole = (moment.as_micros() - self.origin).div_euclid(self.length);
        Timestamp::from_micros(self.origin + whole * self.length)
    }

    /// Every span from the one that `since` is in to the one that `until` is in, with its count; what has not begun
    /// by the end of the present `unit` is left out. The error is how many there would be.
    pub fn fill(
        &self,
        counted: &BTreeMap<Timestamp, i64>,
        (since, until): (Timestamp, Timestamp),
        unit: TimeUnit,
        now: Timestamp,
    ) -> Result<Vec<EventCount>, i64> {
        let (first, mut end) = (self.start(since).as_micros(), until.as_micros());
        if until > now {
            let present = Self::of(Countable::Time, unit, 1.0);
            end = present.start(now).as_micros() + present.length - 1;
        }
        let count = (until.as_micros() - since.as_micros())
            .max(0)
            .div_euclid(self.length)
            + 1;
        if count > MOST_SPANS + 1 {
            return Err(count);
        }
        let starts = (0..).map(|place| (place, first + place * self.length));
        let spans = starts.take_while(|(_, start)| *start < end);
        let told = spans.map(|(place, start)| {
            let start_time = Timestamp::from_micros(start);
            EventCount {
                value: place.to_string(),
                label: in_words(start_time),
                count: counted.get(&start_time).copied().unwrap_or(0),
                start_time,
                end_time: Timestamp::from_micros(start + self.length - 1),
            }
        });
        Ok(told.collect())
    }
}

/// A moment as Prefect labels it.
fn in_words(moment: Timestamp) -> String {
    let text = moment.to_string();
    let text = text.trim_end_matches('Z').trim_end_matches(".000000");
    format!("{text}+00:00")
}

const fn seconds(unit: TimeUnit) -> f64 {
    match unit {
        TimeUnit::Week => 7.0 * 86_400.0,
        TimeUnit::Day => 86_400.0,
        TimeUnit::Hour => 3_600.0,
        TimeUnit::Minute => 60.0,
        TimeUnit::Second => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn every_span_is_told_with_its_count() {
        let spans = EventSpans::of(Countable::Time, TimeUnit::Hour, 1.0);
        let counted = BTreeMap::from([(at("2026-11-21T10:00:00Z"), 3)]);
        let within = (at("2026-11-21T09:30:00Z"), at("2026-11-21T23:00:00Z"));
        let now = at("2026-11-21T11:10:00Z");
        let told = spans.fill(&counted, within, TimeUnit::Hour, now).unwrap();
        let told: Vec<String> = told
            .iter()
            .map(|it| {
                format!(
                    "{} {} {} {}",
                    it.value, it.start_time, it.end_time, it.count
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "0 2026-11-21T09:00:00.000000Z 2026-11-21T09:59:59.999999Z 0",
                "1 2026-11-21T10:00:00.000000Z 2026-11-21T10:59:59.999999Z 3",
                "2 2026-11-21T11:00:00.000000Z 2026-11-21T11:59:59.999999Z 0",
            ]
        );
    }

    #[test]
    fn weeks_begin_on_mondays_and_others_where_they_always_do() {
        let week = EventSpans::of(Countable::Time, TimeUnit::Week, 1.0);
        assert_eq!(
            week.start(at("2026-11-21T10:00:00Z")),
            at("2026-11-16T00:00:00Z")
        );
        let day = EventSpans::of(Countable::Day, TimeUnit::Second, 9.0);
        assert_eq!(
            day.start(at("2026-11-21T10:00:00Z")),
            at("2026-11-21T00:00:00Z")
        );
        let seven = EventSpans::of(Countable::Time, TimeUnit::Hour, 7.0);
        assert_eq!(
            seven.start(at("2024-04-01T08:00:00Z")),
            at("2024-04-01T07:00:00Z")
        );
    }

    #[test]
    fn too_many_are_refused() {
        let spans = EventSpans::of(Countable::Time, TimeUnit::Second, 1.0);
        let within = (at("2026-11-21T09:00:00Z"), at("2026-11-21T10:00:00Z"));
        let told = spans.fill(&BTreeMap::new(), within, TimeUnit::Second, within.1);
        assert_eq!(told.unwrap_err(), 3_601);
    }
}
