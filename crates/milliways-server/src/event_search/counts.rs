//! Counts of events by day, span of time, name or resource.

use std::collections::BTreeMap;

use milliways_model::event::{Countable, EventCount, TimeUnit};
use milliways_model::filter::EventFilter;
use milliways_model::{ReceivedEvent, Timestamp};
use milliways_storage::{EventPageAt, Scope, StoreError};

use super::{CHUNK, MOST_ROWS};
use crate::matching::EventMatcher;

/// Counts matching events. The store counts where columns tell all, else rows are looked at one by one.
pub(crate) async fn count(
    scope: &Scope,
    filter: EventFilter,
    by: Countable,
    unit: TimeUnit,
    interval: f64,
) -> Result<Vec<EventCount>, StoreError> {
    let mut counts = BTreeMap::new();
    let matcher = EventMatcher::new(filter);
    let (mut after, mut looked_at) = (None, 0);
    loop {
        let at = EventPageAt {
            after,
            limit: CHUNK,
        };
        let rows = scope.events(matcher.filter().clone(), at).await?;
        if rows.is_exact {
            let filter = matcher.filter().clone();
            return scope.count_events(filter, by, unit, interval).await;
        }
        for event in rows.events.iter().filter(|event| matcher.accepts(event)) {
            add(&mut counts, event, by, length_micros(by, unit, interval));
        }
        looked_at += CHUNK;
        after = rows.positions.last().copied();
        if i64::try_from(rows.events.len()).unwrap_or(0) < CHUNK {
            break;
        }
        if looked_at >= MOST_ROWS {
            return Err(StoreError::Invalid {
                location: "body.filter",
                reason: format!(
                    "more than {MOST_ROWS} events would have to be looked at: narrow the time, or name resources by their ids"
                ),
            });
        }
    }
    let mut counts: Vec<EventCount> = counts.into_values().collect();
    if matches!(by, Countable::Event | Countable::Resource) {
        counts.sort_by_key(|count| std::cmp::Reverse(count.count));
    }
    Ok(counts)
}

fn add(
    counts: &mut BTreeMap<String, EventCount>,
    event: &ReceivedEvent,
    by: Countable,
    length: i64,
) {
    let start = event.occurred.as_micros().div_euclid(length) * length;
    let span = (
        Timestamp::from_micros(start),
        Timestamp::from_micros(start + length),
    );
    let value = match by {
        Countable::Event => event.event.clone(),
        Countable::Resource => event.resource.id().to_owned(),
        Countable::Day | Countable::Time => span.0.to_string(),
    };
    let is_span = matches!(by, Countable::Day | Countable::Time);
    let (first, last) = if is_span {
        span
    } else {
        (event.occurred, event.occurred)
    };
    let count = counts.entry(value.clone()).or_insert_with(|| EventCount {
        label: value.clone(),
        value,
        count: 0,
        start_time: first,
        end_time: last,
    });
    count.count += 1;
    count.start_time = count.start_time.min(first);
    count.end_time = count.end_time.max(last);
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "float to int casts saturate"
)]
fn length_micros(by: Countable, unit: TimeUnit, interval: f64) -> i64 {
    let (unit, interval) = match by {
        Countable::Day => (TimeUnit::Day, 1.0),
        _ => (unit, interval),
    };
    let seconds = match unit {
        TimeUnit::Week => 7.0 * 86_400.0,
        TimeUnit::Day => 86_400.0,
        TimeUnit::Hour => 3_600.0,
        TimeUnit::Minute => 60.0,
        TimeUnit::Second => 1.0,
    };
    ((seconds * interval * 1e6) as i64).clamp(10_000, 1_i64 << 55)
}
