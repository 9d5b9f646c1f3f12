//! Counts of events by day, span of time, name or resource.

use std::collections::BTreeMap;

use milliways_model::event::{Countable, EventCount, TimeUnit};
use milliways_model::event_spans::{EventSpans, MOST_SPANS};
use milliways_model::filter::EventFilter;
use milliways_model::{ReceivedEvent, Timestamp};
use milliways_storage::{EventPageAt, Scope, StoreError, event_times, events_are_exact};

use super::{CHUNK, MOST_ROWS};
use crate::matching::EventMatcher;

/// Counts matching events. The store counts where columns tell all, else rows are looked at one by one.
pub(crate) async fn count(
    scope: &Scope,
    filter: EventFilter,
    by: Countable,
    unit: TimeUnit,
    interval: f64,
    now: Timestamp,
) -> Result<Vec<EventCount>, StoreError> {
    let spans = EventSpans::of(by, unit, interval);
    let within = event_times(&filter, now);
    let counts = found(scope, filter, by, (unit, interval)).await?;
    if matches!(by, Countable::Event | Countable::Resource) {
        return Ok(counts);
    }
    let unit = if by == Countable::Day {
        TimeUnit::Day
    } else {
        unit
    };
    let counted = counts
        .iter()
        .map(|one| (one.start_time, one.count))
        .collect();
    spans.fill(&counted, within, unit, now).map_err(|count| {
        StoreError::Unfit(format!(
            "The given interval would create {count} buckets, which is too many. Please increase the interval or \
             reduce the time range to produce {MOST_SPANS} buckets or fewer."
        ))
    })
}

/// The counts of what was found, spans in which nothing was left out.
async fn found(
    scope: &Scope,
    filter: EventFilter,
    by: Countable,
    (unit, interval): (TimeUnit, f64),
) -> Result<Vec<EventCount>, StoreError> {
    let matcher = EventMatcher::new(filter);
    if events_are_exact(matcher.filter()) {
        let filter = matcher.filter().clone();
        return scope.count_events(filter, by, unit, interval).await;
    }
    let spans = EventSpans::of(by, unit, interval);
    let mut counts = BTreeMap::new();
    let (mut after, mut looked_at) = (None, 0);
    loop {
        let at = EventPageAt {
            after,
            limit: CHUNK,
        };
        let rows = scope.events(matcher.filter().clone(), at).await?;
        for event in rows.events.iter().filter(|event| matcher.accepts(event)) {
            add(&mut counts, event, by, spans);
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
    spans: EventSpans,
) {
    let start = spans.start(event.occurred);
    let end = Timestamp::from_micros(start.as_micros() + spans.length - 1);
    let span = (start, end);
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
