//! Runs counted by state in equal spans of time: from the counts that are kept, else in one pass over the rows.

use std::collections::BTreeMap;

use milliways_model::history::{HistoryResponse, HistoryResponseState};
use milliways_model::{StateType, Timestamp, WorkspaceId};

use super::Scope;
use crate::db::{Conn, DbError, Row};
use crate::error::StoreError;
use crate::filter::{Filters, KeptCount, Query};
use crate::tables::text_of;
use crate::tally::{self, About, Cut, HOUR, Rows};

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

/// Which runs, by which of their times.
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
        let kept = KeptCount::of_flow_runs(&filters)
            .filter(|kept| kept.span == tally::Span::default())
            .map(|kept| kept.by(About::ExpectedFlowRuns));
        self.history(FLOW_RUNS, filters, kept, span).await
    }

    /// Task runs by the time at which they were expected to start.
    pub async fn task_run_history(
        &self,
        filters: Filters,
        span: Span,
    ) -> Result<Vec<HistoryResponse>, StoreError> {
        let kept = KeptCount::of_task_runs(&filters)
            .filter(|kept| kept.span == tally::Span::default())
            .map(|kept| kept.by(About::ExpectedTaskRuns));
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
            let counted = match kept {
                Some(kept) => {
                    kept_count(conn, workspace, STARTED_TASK_RUNS, &kept, span, now).await?
                }
                None => count(conn, workspace, STARTED_TASK_RUNS, &filters, span, now).await?,
            };
            let parts = spread(span, counted);
            Ok(parts.into_iter().map(|part| by_type(&part)).collect())
        })
        .await
    }

    async fn history(
        &self,
        of: Of,
        filters: Filters,
        kept: Option<KeptCount>,
        span: Span,
    ) -> Result<Vec<HistoryResponse>, StoreError> {
        check(span)?;
        let now = self.now();
        let kept = kept.filter(|_| span.is_kept());
        self.read(async move |conn, workspace| {
            let counted = match kept {
                Some(kept) => kept_count(conn, workspace, of, &kept, span, now).await?,
                None => count(conn, workspace, of, &filters, span, now).await?,
            };
            Ok(spread(span, counted))
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

/// A part of the time, and what was counted of one state in it.
type Counted = (i64, HistoryResponseState);

fn read(row: &mut Row<'_>) -> Result<Counted, DbError> {
    let part = row.take()?;
    let state_type: StateType = row.take()?;
    let state = HistoryResponseState {
        state_type,
        state_name: row.take()?,
        count_runs: row.take()?,
        sum_estimated_run_time: row.take()?,
        sum_estimated_lateness: row.take()?,
    };
    Ok((part, state))
}

/// What is counted of rows: the part, the state, how many, their run time and lateness in seconds.
fn columns(query: &mut Query, of: Of, span: Span, now: Timestamp) -> String {
    let Of { alias, column, .. } = of;
    let [start, interval, now] = [span.start.as_micros(), span.interval(), now.as_micros()]
        .map(|number| query.value(number));
    format!(
        "({alias}.{column} - {start}) / {interval} AS part, {alias}.state_type, {alias}.state_name, COUNT(*), \
         SUM({alias}.total_run_time + CASE WHEN {alias}.state_type = 'RUNNING' \
           THEN CAST({now} - {alias}.state_timestamp AS DOUBLE PRECISION) / 1000000.0 ELSE 0 END), \
         SUM(CASE WHEN {alias}.start_time > {alias}.expected_start_time \
           THEN CAST({alias}.start_time - {alias}.expected_start_time AS DOUBLE PRECISION) / 1000000.0 \
           WHEN {alias}.start_time IS NULL AND {alias}.end_time IS NULL AND {alias}.expected_start_time < {now} \
           THEN CAST({now} - {alias}.expected_start_time AS DOUBLE PRECISION) / 1000000.0 ELSE 0 END)"
    )
}

/// Counts rows that match.
async fn count(
    conn: &Conn,
    workspace: WorkspaceId,
    of: Of,
    filters: &Filters,
    span: Span,
    now: Timestamp,
) -> Result<Vec<Counted>, DbError> {
    let mut query = Query::new("SELECT ");
    let counted = columns(&mut query, of, span, now);
    let Of {
        table,
        alias,
        column,
    } = of;
    query.push(&counted).push(&format!(" FROM {table}"));
    if alias == "r" {
        crate::filter::flow_runs(&mut query, workspace, filters);
    } else {
        crate::filter::task_runs(&mut query, workspace, filters);
    }
    let (start, end) = (query.value(span.start), query.value(span.end));
    query.push(&format!(
        " AND {alias}.{column} >= {start} AND {alias}.{column} < {end} \
         AND {alias}.state_type IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    ));
    conn.query(&query.text, &query.params, read).await
}

/// Counts runs of which counts are kept: whole spans from those, what they have too much or too little at the ends of
/// parts from the rows.
async fn kept_count(
    conn: &Conn,
    workspace: WorkspaceId,
    of: Of,
    kept: &KeptCount,
    span: Span,
    now: Timestamp,
) -> Result<Vec<Counted>, DbError> {
    let (start, end) = (span.start.as_micros(), span.end.as_micros());
    let about = kept.about;
    let within = (
        kept.span.from.map_or(start, |asked| asked.max(start)),
        kept.span.until.map_or(end, |asked| asked.min(end)),
    );
    let parts = (start, span.interval());
    let cut = Cut::new(parts, within, now.as_micros(), about.widths());
    let mut sums = BTreeMap::new();
    for spans in cut.whole {
        for counted in whole(conn, workspace, about, spans, span, now).await? {
            add(&mut sums, counted);
        }
    }
    if !cut.rows.is_empty() {
        for (counted, counted_with) in rows_of(conn, workspace, of, &cut.rows, span, now).await? {
            if counted_with != 0 {
                let (part, state) = &counted;
                add(&mut sums, (part + counted_with, negative(state)));
            }
            add(&mut sums, counted);
        }
    }
    let counted = sums.into_iter().map(|((part, ..), mut state)| {
        state.sum_estimated_run_time = whole_micros(state.sum_estimated_run_time);
        state.sum_estimated_lateness = whole_micros(state.sum_estimated_lateness);
        (part, state)
    });
    let asked = |state: &HistoryResponseState| {
        state.count_runs > 0 && kept.has_state(state.state_type.as_str(), &state.state_name)
    };
    Ok(counted.filter(|(_, state)| asked(state)).collect())
}

type Sums = BTreeMap<(i64, StateType, String), HistoryResponseState>;

fn add(sums: &mut Sums, (part, state): Counted) {
    let key = (part, state.state_type, state.state_name.clone());
    match sums.get_mut(&key) {
        Some(sum) => {
            sum.count_runs += state.count_runs;
            sum.sum_estimated_run_time += state.sum_estimated_run_time;
            sum.sum_estimated_lateness += state.sum_estimated_lateness;
        }
        None => {
            sums.insert(key, state);
        }
    }
}

/// The rows of a table that are looked for with each item of a list before it. PostgreSQL has to be told that it is in
/// this order: it would rather go through the table once and compare each row with every item.
fn lateral(conn: &Conn, (table, alias): (&str, &str), conditions: &str) -> String {
    if conn.is_remote() {
        format!("LATERAL (SELECT {alias}.* FROM {table} WHERE {conditions} OFFSET 0) AS {alias}")
    } else {
        format!("{table} WHERE {conditions}")
    }
}

/// What is taken from a part, for it is another's.
fn negative(state: &HistoryResponseState) -> HistoryResponseState {
    HistoryResponseState {
        count_runs: -state.count_runs,
        sum_estimated_run_time: -state.sum_estimated_run_time,
        sum_estimated_lateness: -state.sum_estimated_lateness,
        ..state.clone()
    }
}

/// Seconds without what adding and taking parts of microseconds has left.
fn whole_micros(seconds: f64) -> f64 {
    // Zero is added for the sake of its sign.
    (seconds * 1e6).round() / 1e6 + 0.0
}

/// Whole spans of one width, in ranges, each with the part in which its middle lies. Times within an hour are kept from its beginning on.
async fn whole(
    conn: &Conn,
    workspace: WorkspaceId,
    about: About,
    (width, ranges): (i64, Vec<(i64, i64)>),
    span: Span,
    now: Timestamp,
) -> Result<Vec<Counted>, DbError> {
    let mut query = Query::new("SELECT ");
    let [from, interval, now, width, half, about] = [
        span.start.as_micros(),
        span.interval(),
        now.as_micros(),
        width,
        width / 2,
        about.number(),
    ]
    .map(|number| query.value(number));
    let (workspace, ranges) = (query.value(workspace), query.value(text_of(&ranges)));
    let since = format!("({now} - c.start + ((c.start % {HOUR}) + {HOUR}) % {HOUR})");
    query.push(&format!(
        "(c.start + {half} - {from}) / {interval} AS part, c.kind, c.name, CAST(SUM(c.count) AS BIGINT), \
         CAST(SUM(c.run_time + CASE WHEN c.kind = 'RUNNING' THEN c.count * {since} - c.running_since ELSE 0 END) \
           AS DOUBLE PRECISION) / 1000000.0, \
         CAST(SUM(c.lateness + CASE WHEN c.start < {now} THEN c.waiting * {since} - c.waiting_since ELSE 0 END) \
           AS DOUBLE PRECISION) / 1000000.0 \
         FROM json_each({ranges}) AS g CROSS JOIN {} GROUP BY 1, 2, 3",
        lateral(
            conn,
            ("tally c", "c"),
            &format!(
                "c.workspace_id = {workspace} AND c.about = {about} AND c.width = {width} \
                 AND c.start >= CAST(json_extract(g.value, '$[0]') AS BIGINT) \
                 AND c.start < CAST(json_extract(g.value, '$[1]') AS BIGINT) AND c.kind <> ''"
            )
        )
    ));
    conn.query(&query.text, &query.params, read).await
}

/// Rows of some times, each with where it is counted already.
async fn rows_of(
    conn: &Conn,
    workspace: WorkspaceId,
    of: Of,
    rows: &[Rows],
    span: Span,
    now: Timestamp,
) -> Result<Vec<(Counted, i64)>, DbError> {
    let mut query = Query::new("SELECT ");
    let counted = columns(&mut query, of, span, now);
    let Of {
        table,
        alias,
        column,
    } = of;
    let times: Vec<(i64, i64, i64)> = rows
        .iter()
        .map(|rows| (rows.from, rows.until, rows.counted_with))
        .collect();
    let (times, workspace) = (query.value(text_of(&times)), query.value(workspace));
    query.push(&counted).push(&format!(
        ", CAST(json_extract(g.value, '$[2]') AS BIGINT) FROM json_each({times}) AS g CROSS JOIN {} \
         GROUP BY 1, 2, 3, 7",
        lateral(
            conn,
            (table, alias),
            &format!(
                "{alias}.workspace_id = {workspace} \
                 AND {alias}.{column} >= CAST(json_extract(g.value, '$[0]') AS BIGINT) \
                 AND {alias}.{column} < CAST(json_extract(g.value, '$[1]') AS BIGINT) \
                 AND {alias}.state_type IS NOT NULL"
            )
        )
    ));
    conn.query(&query.text, &query.params, |row| {
        Ok((read(row)?, row.take()?))
    })
    .await
}

fn by_type(part: &HistoryResponse) -> BTreeMap<StateType, i64> {
    let mut sums = BTreeMap::new();
    for state in &part.states {
        *sums.entry(state.state_type).or_default() += state.count_runs;
    }
    sums
}

/// Every part of the time, with what was counted in it.
fn spread(span: Span, counted: Vec<Counted>) -> Vec<HistoryResponse> {
    let mut parts: Vec<HistoryResponse> = (0..span.parts())
        .map(|part| {
            let start = span.start.as_micros() + part * span.interval();
            HistoryResponse {
                interval_start: Timestamp::from_micros(start),
                interval_end: Timestamp::from_micros(start + span.interval()),
                states: Vec::new(),
            }
        })
        .collect();
    for (part, state) in counted {
        if let Some(part) = usize::try_from(part)
            .ok()
            .and_then(|part| parts.get_mut(part))
        {
            part.states.push(state);
        }
    }
    parts
}
