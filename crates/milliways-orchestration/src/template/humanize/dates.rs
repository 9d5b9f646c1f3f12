//! `humanize_date_and_delta`: how long ago, and when that was.

use std::fmt;
use std::sync::Arc;

use milliways_model::Timestamp;
use minijinja::Error;
use minijinja::value::{Enumerator, Object, ObjectRepr, Value, ValueKind};

use super::spans::Span;
use super::{Number, no};

/// A number of seconds as a moment that long before `now` and a length of time; anything else beside no moment.
pub(super) fn date_and_delta(value: &Value, now: Timestamp) -> Result<Value, Error> {
    let number = match value.kind() {
        ValueKind::Number | ValueKind::Bool => Number::of(value).map(Number::float),
        _ => None,
    };
    let Some(seconds) = number.filter(|number| !number.is_nan()) else {
        return Ok(Value::from_object(Pair {
            told: format!("(None, {value:?})"),
            values: [Value::from(()), value.clone()],
        }));
    };
    let seconds = seconds.round_ties_even();
    let delta = Delta {
        span: Span::of(seconds)?,
        seconds: seconds.abs(),
    };
    let date = now.plus_seconds(-seconds);
    if date == Timestamp::MIN || date == Timestamp::MAX {
        return Err(no("there is no date so long ago, or so far ahead"));
    }
    let date = date.to_string();
    let date = date.trim_end_matches('Z').trim_end_matches(".000000");
    Ok(Value::from_object(Pair {
        told: format!("({}, {})", date_in_full(date), delta.in_full()),
        values: [
            Value::from(date.replacen('T', " ", 1)),
            Value::from_object(delta),
        ],
    }))
}

/// Two values, and how Python writes both.
#[derive(Debug)]
struct Pair {
    told: String,
    values: [Value; 2],
}

impl Object for Pair {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.values.get(key.as_usize()?).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.values.len())
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told)
    }
}

/// A length of time. The other filters take it for its seconds.
#[derive(Debug)]
pub(super) struct Delta {
    span: Span,
    pub(super) seconds: f64,
}

impl Delta {
    fn in_full(&self) -> String {
        let parts = [("days", self.span.days), ("seconds", self.span.seconds)];
        let parts: Vec<String> = parts
            .iter()
            .filter(|(_, count)| *count != 0)
            .map(|(name, count)| format!("{name}={count}"))
            .collect();
        let parts = if parts.is_empty() {
            "0".to_owned()
        } else {
            parts.join(", ")
        };
        format!("datetime.timedelta({parts})")
    }
}

impl Object for Delta {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Span { days, seconds, .. } = self.span;
        match days {
            0 => {}
            1 => f.write_str("1 day, ")?,
            days => write!(f, "{days} days, ")?,
        }
        let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
        write!(f, "{hours}:{minutes:02}:{:02}", seconds % 60)
    }
}

/// `2026-11-21T17:34:00.250000` as Python writes a date in a list: its numbers, without seconds and microseconds at the
/// end where they are zero.
fn date_in_full(date: &str) -> String {
    let numbers = date.split(['-', 'T', ':', '.']);
    let mut numbers: Vec<u32> = numbers.filter_map(|number| number.parse().ok()).collect();
    while numbers.len() > 5 && numbers.last() == Some(&0) {
        numbers.pop();
    }
    let numbers: Vec<String> = numbers.iter().map(u32::to_string).collect();
    format!("datetime.datetime({})", numbers.join(", "))
}
