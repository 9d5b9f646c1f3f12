//! Runs counted by state in equal spans of time: from the counts that are kept, else in one pass over the rows.

mod parts;

use std::collections::BTreeMap;

use milliways_model::history::HistoryResponse;
use milliways_model::{StateType, Timestamp, WorkspaceId};

use super::Scope;
use crate::db::{Conn, DbError, Row};
use crate::error::StoreError;
use crate::filter::{But, Filters, Index, KeptCount, Place, Query};
use crate::tally::{self, About, Cut, HOUR};
use parts::{Parts, Source};

/// How many spans an answer has at most.
const MAX_SPANS: i64 = 1_000;
/// Over how many hours kept counts are looked up at most (eleven years). Each hour is asked for by itself, and a time may
/// be as long as the calendar; the rows of a longer one are read.
const MAX_HOURS: i64 = 100_000;

/// The time that a history is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// From this moment on.
    pub start: Timestamp,
    /// Before this moment.
    pub end: Timestamp,
    /// The length of each part, in seconds; at least 1.
    pub interval_seconds: f64,
}

impl Span {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "float to int casts saturate"
    )]
    fn interval(self) -> i64 {
        (self.interval_seconds * 1e6).round().clamp(1e6, 1e15) as i64
    }

    fn length(self) -> i64 {
        (self.end.as_micros() - self.start.as_micros()).max(0)
    }

    fn parts(self) -> i64 {
        (self.length() + self.interval() - 1) / self.interval()
    }

    fn is_kept(self) -> bool {
        self.length() / HOUR <= MAX_HOURS
    }
}

/// Which rows, by which of their times.
#[derive(Clone, Copy)]
struct Of {
    table: &'static str,
    alias: &'static str,
    column: &'static str,
}

const FLOW_RUNS: Of = Of {
    table: "flow_run r",
    alias: "r",
    column: "expected_start_time",
};
const TASK_RUNS: Of = Of {
    table: "task_run t",
    alias: "t",
    column: "expected_start_time",
};
const STARTED_TASK_RUNS: Of = Of {
    column: "start_time",
    ..TASK_RUNS
};

impl Scope {
    /// Flow runs by the time at which they were expected to start.
    pub async fn flow_run_history(
        &self,
        filters: Filters,
        span: Span,
    ) -> Result<Vec<HistoryResponse>, StoreError> {
        let counted = match KeptCount::of_flow_runs_and_subflow_runs(&filters) {
            Some((kept, subflow_runs)) => Some((kept, Some(subflow_runs))),
            None => KeptCount::of_flow_runs(&filters).map(|kept| (kept, None)),
        };
        let kept = counted
            .filter(|(kept, _)| kept.span == tally::Span::default())
            .map(|(kept, but)| (kept.by(About::ExpectedFlowRuns), but));
        self.history(FLOW_RUNS, filters, kept, span).await
    }

    /// Task runs by the time at which they were expected to start.
    pub async fn task_run_history(
        &self,
        filters: Filters,
        span: Span,
    ) -> Result<Vec<HistoryResponse>, StoreError> {
        let counted = match KeptCount::of_task_runs_and_later_ones(&filters) {
            Some((kept, later)) => Some((kept, Some(later))),
            None => KeptCount::of_task_runs(&filters).map(|kept| (kept, None)),
        };
        let kept = counted
            .filter(|(kept, _)| kept.span == tally::Span::default())
            .map(|(kept, but)| (kept.by(About::ExpectedTaskRuns), but));
        self.history(TASK_RUNS, filters, kept, span).await
    }

    /// How many task runs started in each part of a time, by the type of their state.
    pub async fn task_run_starts(
        &self,
        filters: Filters,
        span: Span,
    ) -> Result<Vec<BTreeMap<StateType, i64>>, StoreError> {
        check(span)?;
        let now = self.now();
        self.read(async move |conn, workspace| {
            let kept = KeptCount::of_task_runs(&filters)
                .filter(|kept| kept.about == About::TaskRuns && span.is_kept());
            let counted = if let Some(kept) = kept {
                kept_count(conn, workspace, STARTED_TASK_RUNS, &kept, span, now).await?
            } else {
                let all = But::matching(filters);
                count(conn, workspace, STARTED_TASK_RUNS, &all, span, now).await?
            };
            let parts = spread(span, &counted);
            Ok(parts.into_iter().map(|part| by_type(&part)).collect())
        })
        .await
    }

    /// From the counts that are kept, without those of the rows that match other filters, if there are such counts.
    async fn history(
        &self,
        of: Of,
        filters: Filters,
        kept: Option<(KeptCount, Option<But>)>,
        span: Span,
    ) -> Result<Vec<HistoryResponse>, StoreError> {
        check(span)?;
        let now = self.now();
        let kept = kept.filter(|_| span.is_kept());
        self.read(async move |conn, workspace| {
            let Some((kept, but)) = kept else {
                let all = But::matching(filters);
                let counted = count(conn, workspace, of, &all, span, now).await?;
                return Ok(spread(span, &counted));
            };
            let mut counted = kept_count(conn, workspace, of, &kept, span, now).await?;
            if let Some(but) = but {
                counted.take(&count(conn, workspace, of, &but, span, now).await?);
            }
            Ok(spread(span, &counted))
        })
        .await
    }
}

fn check(span: Span) -> Result<(), StoreError> {
    if span.parts() > MAX_SPANS {
        return Err(StoreError::Invalid {
            location: "body.history_interval_seconds",
            reason: format!("the time has more than {MAX_SPANS} intervals of that length"),
        });
    }
    Ok(())
}

/// Counts rows.
async fn count(
    conn: &Conn,
    workspace: WorkspaceId,
    of: Of,
    rows: &But,
    span: Span,
    now: Timestamp,
) -> Result<Parts, DbError> {
    let mut parts = Parts::default();
    let all = (span.start.as_micros(), span.end.as_micros());
    let Some(otherwise) = &rows.otherwise else {
        let query = rows_of(workspace, of, &rows.filters, (span, all), now, None);
        add_groups(conn, query, &mut parts).await?;
        return Ok(parts);
    };
    for place in Place::all(otherwise, all) {
        let within = (span, place.within);
        let index = Some(place.index());
        let mut query = rows_of(workspace, of, &rows.filters, within, now, index);
        crate::filter::otherwise(&mut query, otherwise);
        place.add(&mut query);
        add_groups(conn, query, &mut parts).await?;
    }
    Ok(parts)
}

/// A statement of the rows that match and fall into a part of a span, from a moment on, before another; it lacks but its
/// grouping.
fn rows_of(
    workspace: WorkspaceId,
    of: Of,
    filters: &Filters,
    (span, (from, until)): (Span, (i64, i64)),
    now: Timestamp,
    index: Option<Index>,
) -> Query {
    let mut query = Query::new("SELECT ");
    let columns = parts::columns(&mut query, of, now, true);
    let [start, interval, from, until] =
        [span.start.as_micros(), span.interval(), from, until].map(|number| query.value(number));
    let Of {
        table,
        alias,
        column,
    } = of;
    query.push(&format!(
        "({alias}.{column} - {start}) / {interval}, {columns} FROM {table}"
    ));
    if alias == "r" {
        crate::filter::flow_runs_by(&mut query, workspace, filters, index);
    } else {
        crate::filter::task_runs_by(&mut query, workspace, filters, index);
    }
    query.push(&format!(
        " AND {alias}.{column} >= {from} AND {alias}.{column} < {until} AND {alias}.state_type IS NOT NULL"
    ));
    query
}

async fn add_groups(conn: &Conn, mut query: Query, parts: &mut Parts) -> Result<(), DbError> {
    query.push(" GROUP BY 1, 2, 3");
    let read = |row: &mut Row<'_>| parts.add_rows(row);
    conn.query(&query.text, &query.params, read).await?;
    Ok(())
}

/// Counts runs of which counts are kept: whole spans from those, the rest from the rows.
async fn kept_count(
    conn: &Conn,
    workspace: WorkspaceId,
    of: Of,
    kept: &KeptCount,
    span: Span,
    now: Timestamp,
) -> Result<Parts, DbError> {
    let (start, end) = (span.start.as_micros(), span.end.as_micros());
    let within = (
        kept.span.from.map_or(start, |asked| asked.max(start)),
        kept.span.until.map_or(end, |asked| asked.min(end)),
    );
    let ranges = (start, span.interval());
    let cut = Cut::new(ranges, within, now.as_micros(), kept.about.widths());
    let mut parts = Parts::default();
    for (width, pieces) in cut.whole {
        let source = Source::Counts(kept.about, width);
        parts.add(conn, workspace, source, &pieces, now).await?;
    }
    if !cut.rows.is_empty() {
        let source = Source::Rows(of);
        parts.add(conn, workspace, source, &cut.rows, now).await?;
    }
    parts.retain(|kind, name| kept.has_state(kind.as_str(), name));
    Ok(parts)
}

fn by_type(part: &HistoryResponse) -> BTreeMap<StateType, i64> {
    let mut sums = BTreeMap::new();
    for state in &part.states {
        *sums.entry(state.state_type).or_default() += state.count_runs;
    }
    sums
}

/// Every part of the time, with what was counted in it.
fn spread(span: Span, counted: &Parts) -> Vec<HistoryResponse> {
    let mut states = counted.states();
    (0..span.parts())
        .map(|part| {
            let start = span.start.as_micros() + part * span.interval();
            HistoryResponse {
                interval_start: Timestamp::from_micros(start),
                interval_end: Timestamp::from_micros(start + span.interval()),
                states: states.next().unwrap_or_default(),
            }
        })
        .collect()
}
