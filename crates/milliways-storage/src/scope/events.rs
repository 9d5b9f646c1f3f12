//! Events: storing those that clients send, listing, counting, following the log.

use std::collections::{BTreeMap, BTreeSet};

use milliways_model::event::{Countable, EventCount, TimeUnit};
use milliways_model::event_spans::EventSpans;
use milliways_model::filter::EventFilter;
use milliways_model::{Event, ReceivedEvent, Timestamp, Uuid, WorkspaceId};

use super::event_ends::{Meant, event_ends};
use super::{Scope, draw};
use crate::db::{Conn, DbError, params, statements};
use crate::error::StoreError;
use crate::event_filter;
use crate::filter::{Page, Query};
use crate::foreign;
use crate::render;
use crate::tally::{self, About, Named};

/// The most counts of an answer.
const MOST_COUNTS: usize = 1_000;

statements! {
    HEAD = "SELECT MAX(seq) FROM event WHERE workspace_id = ?1 AND seq < ?2";
}

/// The place of an event in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventPosition {
    /// When it occurred.
    pub occurred: Timestamp,
    /// Its position in the log.
    pub seq: i64,
}

/// A part of a list of events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventPageAt {
    /// The event that the part comes after; none at the beginning.
    pub after: Option<EventPosition>,
    /// How many rows of the log to look at.
    pub limit: i64,
}

/// A part of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct EventRows {
    /// The events. Unless the filter is exact ([`crate::events_are_exact`]), some of them may not match: labels,
    /// related resources and words are the caller's to check.
    pub events: Vec<ReceivedEvent>,
    /// Where they stand, one for each.
    pub positions: Vec<EventPosition>,
}

impl Scope {
    /// Stores events, durably; an id that is stored already is left as it is. Reports of task runs become
    /// states; gives how many were about task runs of flow runs that don't exist, which become none.
    pub async fn record_events(&self, events: Vec<Event>) -> Result<u64, StoreError> {
        let weight = events.len().max(1) * 2;
        // Reports of one flow run go to one lane, so that they wait for each other rather than collide.
        let lane = events
            .iter()
            .flat_map(|event| &event.related)
            .find(|related| related.role() == "flow-run")
            .and_then(|related| related.id().strip_prefix("prefect.flow-run.")?.parse().ok())
            .unwrap_or_default();
        let records = self.store.records_reports();
        self.write_for(lane, weight, async move |tx, workspace| {
            Ok(foreign::record_events(tx, workspace, &events, records, draw).await?)
        })
        .await
    }

    /// Rows of the log that match as far as the database can tell, in the filter's order.
    pub async fn events(
        &self,
        filter: EventFilter,
        at: EventPageAt,
    ) -> Result<EventRows, StoreError> {
        let now = self.now();
        self.read(async move |conn, workspace| {
            let mut query = Query::new(&format!("SELECT {}", render::COLUMNS));
            event_filter::from_where(&mut query, workspace, &filter, now, at.after);
            query.push(event_filter::order(&filter)).page(Page {
                limit: at.limit,
                offset: 0,
            });
            let rows = conn.query(&query.text, &query.params, render::read).await?;
            let positions = rows
                .iter()
                .map(|row| EventPosition {
                    occurred: row.occurred,
                    seq: row.seq,
                })
                .collect();
            Ok(EventRows {
                events: render::events(conn, rows).await?,
                positions,
            })
        })
        .await
    }

    /// How many rows of the log match as far as the database can tell.
    pub async fn count_event_rows(&self, filter: EventFilter) -> Result<i64, StoreError> {
        let now = self.now();
        self.read(async move |conn, workspace| {
            if event_filter::is_counted(&filter) {
                let span = event_filter::span(&filter, now);
                let about = counted_as(&filter);
                let mut counted = tally::count(conn, workspace, about, span).await?;
                if about == About::Events {
                    counted.retain(|one| event_filter::name_passes(&filter, &one.name));
                }
                return Ok(counted.iter().map(|one| one.count).sum());
            }
            let mut query = Query::new("SELECT COUNT(*)");
            event_filter::from_where(&mut query, workspace, &filter, now, None);
            Ok(query.number(conn).await?)
        })
        .await
    }

    /// Counts of matching events. `interval` is a number of `unit`s, used when counting by time.
    pub async fn count_events(
        &self,
        filter: EventFilter,
        by: Countable,
        unit: TimeUnit,
        interval: f64,
    ) -> Result<Vec<EventCount>, StoreError> {
        let now = self.now();
        self.read(async move |conn, workspace| {
            Ok(count(conn, workspace, &filter, by, unit, interval, now).await?)
        })
        .await
    }

    /// Events after a position in the order of commits, and the position of the last one.
    pub async fn events_after(
        &self,
        cursor: i64,
        limit: i64,
    ) -> Result<(Vec<ReceivedEvent>, i64), StoreError> {
        self.read(async move |conn, workspace| {
            let horizon = conn.horizon().await?;
            let mut query = Query::new(&format!("SELECT {} FROM event e", render::COLUMNS));
            let places = [
                query.value(workspace),
                query.value(cursor),
                query.value(horizon),
                query.value(limit),
            ];
            query.push(&format!(
                " WHERE e.workspace_id = {} AND e.seq > {} AND e.seq < {} ORDER BY e.seq LIMIT {}",
                places[0], places[1], places[2], places[3]
            ));
            let rows = conn.query(&query.text, &query.params, render::read).await?;
            let last = rows.last().map_or(cursor, |row| row.seq);
            Ok((render::events(conn, rows).await?, last))
        })
        .await
    }

    /// The position of the last event.
    pub async fn head(&self) -> Result<i64, StoreError> {
        self.read(async move |conn, workspace| {
            let horizon = conn.horizon().await?;
            let last: Option<Option<i64>> = conn
                .query_one(&HEAD, &params![workspace, horizon], |row| row.take())
                .await?;
            Ok(last.flatten().unwrap_or(0))
        })
        .await
    }
}

async fn count(
    conn: &Conn,
    workspace: WorkspaceId,
    filter: &EventFilter,
    by: Countable,
    unit: TimeUnit,
    interval: f64,
    now: Timestamp,
) -> Result<Vec<EventCount>, DbError> {
    if by == Countable::Resource {
        return count_resources(conn, workspace, filter, now).await;
    }
    let spans = EventSpans::of(by, unit, interval);
    if event_filter::is_counted(filter) {
        let kept = match by {
            Countable::Event => Some(kept_by_name(conn, workspace, filter, now).await?),
            // What is kept is kept by parts of hours since 1970.
            _ if spans.origin == 0 => {
                kept_by_time(conn, workspace, filter, spans.length, now).await?
            }
            _ => None,
        };
        if let Some(kept) = kept {
            return Ok(kept);
        }
    }
    let mut query = Query::new("SELECT ");
    let value = match by {
        Countable::Event | Countable::Resource => "e.name".to_owned(),
        Countable::Day | Countable::Time => {
            let (origin, length) = (query.value(spans.origin), query.value(spans.length));
            format!("CAST((e.occurred - {origin}) / {length} AS TEXT)")
        }
    };
    query.push(&format!(
        "{value} AS value, COUNT(*), MIN(e.occurred), MAX(e.occurred)"
    ));
    event_filter::from_where(&mut query, workspace, filter, now, None);
    query.push(" GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1000");
    let mut counts = conn
        .query(&query.text, &query.params, |row| {
            let value: String = row.take()?;
            let (count, first, last) = (row.take()?, row.take()?, row.take()?);
            Ok(EventCount {
                label: value.clone(),
                value,
                count,
                start_time: first,
                end_time: last,
            })
        })
        .await?;
    if matches!(by, Countable::Day | Countable::Time) {
        for count in &mut counts {
            let part: i64 = count.value.parse().unwrap_or(0);
            let start = spans.origin + part * spans.length;
            count.start_time = Timestamp::from_micros(start);
            count.end_time = Timestamp::from_micros(start + spans.length - 1);
            count.value = count.start_time.to_string();
            count.label = count.value.clone();
        }
        counts.sort_by_key(|count| count.start_time);
    }
    Ok(counts)
}

/// Which counts say how many events pass: only who asks for names needs those of each.
fn counted_as(filter: &EventFilter) -> About {
    if event_filter::asks_for_names(filter) {
        About::Events
    } else {
        About::AllEvents
    }
}

/// Counts by spans of time, from what is kept; none where it is not kept so finely.
async fn kept_by_time(
    conn: &Conn,
    workspace: WorkspaceId,
    filter: &EventFilter,
    length: i64,
    now: Timestamp,
) -> Result<Option<Vec<EventCount>>, DbError> {
    let span = event_filter::span(filter, now);
    let about = counted_as(filter);
    let names = match about {
        About::Events => Some(names_passing(conn, workspace, filter, span).await?),
        _ => None,
    };
    let counted = tally::count_by_time(conn, workspace, about, span, length, names).await?;
    let Some(counted) = counted else {
        return Ok(None);
    };
    let mut sums: BTreeMap<i64, i64> = BTreeMap::new();
    for (part, count) in counted {
        *sums.entry(part).or_default() += count;
    }
    let mut counts: Vec<EventCount> = sums
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(part, count)| {
            let start_time = Timestamp::from_micros(part * length);
            EventCount {
                value: start_time.to_string(),
                label: start_time.to_string(),
                count,
                start_time,
                end_time: Timestamp::from_micros((part + 1) * length - 1),
            }
        })
        .collect();
    // The fullest ones, where there are too many.
    if counts.len() > MOST_COUNTS {
        counts.sort_by_key(|count| (std::cmp::Reverse(count.count), count.start_time));
        counts.truncate(MOST_COUNTS);
        counts.sort_by_key(|count| count.start_time);
    }
    Ok(Some(counts))
}

/// The names of events in a span that a filter lets through.
async fn names_passing(
    conn: &Conn,
    workspace: WorkspaceId,
    filter: &EventFilter,
    span: tally::Span,
) -> Result<Vec<String>, DbError> {
    let counted = tally::names(conn, workspace, About::Events, span).await?;
    let names: BTreeSet<String> = counted.into_iter().map(|one| one.name).collect();
    Ok(names
        .into_iter()
        .filter(|name| event_filter::name_passes(filter, name))
        .collect())
}

/// Counts by name, from what is kept; the first and the last of a name are looked for in the shortest span
/// in which they are counted.
async fn kept_by_name(
    conn: &Conn,
    workspace: WorkspaceId,
    filter: &EventFilter,
    now: Timestamp,
) -> Result<Vec<EventCount>, DbError> {
    let (since, until) = event_filter::times(filter, now);
    let span = event_filter::span(filter, now);
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    for one in tally::count(conn, workspace, About::Events, span).await? {
        if event_filter::name_passes(filter, &one.name) {
            *sums.entry(one.name).or_default() += one.count;
        }
    }
    let mut sums: Vec<(String, i64)> = sums.into_iter().filter(|(_, count)| *count > 0).collect();
    sums.sort_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
    sums.truncate(MOST_COUNTS);
    let names: BTreeSet<&str> = sums.iter().map(|(name, _)| name.as_str()).collect();
    let asked = |named: &Named| names.contains(named.name.as_str());
    let mut ends: BTreeMap<String, Named> = BTreeMap::new();
    for mut named in tally::ends(conn, workspace, About::Events, span, asked).await? {
        named.kind.clear();
        let found = ends
            .entry(named.name.clone())
            .or_insert_with(|| named.clone());
        found.first = found.first.min(named.first);
        found.last = found.last.max(named.last);
    }
    let ends: Vec<Named> = ends.into_values().collect();
    let within = (since, until);
    let mut times = event_ends(conn, workspace, Meant::Events, within, &ends).await?;
    let counts = sums.into_iter().map(|(name, count)| {
        let (start, end) = times
            .remove(&(String::new(), name.clone()))
            .unwrap_or(within);
        EventCount {
            label: name.clone(),
            value: name,
            count,
            start_time: start,
            end_time: end,
        }
    });
    Ok(counts.collect())
}

/// Counts by what events happened to: for a state that is its run.
async fn count_resources(
    conn: &Conn,
    workspace: WorkspaceId,
    filter: &EventFilter,
    now: Timestamp,
) -> Result<Vec<EventCount>, DbError> {
    let mut query = Query::new(
        "SELECT e.run_id, e.is_flow_run, CASE WHEN e.run_id IS NULL THEN e.resource_id END, COUNT(*), \
         MIN(e.occurred), MAX(e.occurred)",
    );
    event_filter::from_where(&mut query, workspace, filter, now, None);
    query.push(" GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 3 LIMIT 1000");
    conn.query(&query.text, &query.params, |row| {
        let (run, is_flow_run): (Option<Uuid>, Option<bool>) = (row.take()?, row.take()?);
        let resource: Option<String> = row.take()?;
        let kind = if is_flow_run.unwrap_or(false) {
            "flow-run"
        } else {
            "task-run"
        };
        let value = run
            .map(|run| format!("prefect.{kind}.{run}"))
            .or(resource)
            .unwrap_or_default();
        Ok(EventCount {
            label: value.clone(),
            value,
            count: row.take()?,
            start_time: row.take()?,
            end_time: row.take()?,
        })
    })
    .await
}
