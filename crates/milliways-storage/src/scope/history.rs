//! Runs counted by state in equal spans of time: from the counts that are kept, else in one pass over the rows.

use std::collections::BTreeMap;

use milliways_model::history::{HistoryResponse, HistoryResponseState};
use milliways_model::{StateType, Timestamp, WorkspaceId};

use super::Scope;
use crate::db::{Conn, DbError, Row};
use crate::error::StoreError;
use crate::filter::{Filters, KeptCount, Query};
use crate::tables::text_of;
use crate::tally::{self, About, Cut, HOUR, Layers, Piece};

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

/// The counts that are kept.
const COUNTS: Of = Of {
    table: "tally c",
    alias: "c",
    column: "start",
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

/// A part of the time, or a moment in one, and what was counted of one state in it.
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

/// What a row adds to its state: the state, how many, their run time and lateness in seconds.
struct Added {
    state: String,
    numbers: [String; 3],
}

impl Added {
    /// The columns of the sums of all rows of a state.
    fn summed(&self) -> String {
        let [count, run_time, lateness] = &self.numbers;
        format!(
            "{}, CAST(SUM({count}) AS BIGINT), SUM({run_time}), SUM({lateness})",
            self.state
        )
    }

    /// The columns of each row.
    fn each(&self) -> String {
        format!("{}, {}", self.state, self.numbers.join(", "))
    }

    /// What rows add.
    fn by_rows(query: &mut Query, of: Of, now: Timestamp) -> Self {
        let Of { alias, .. } = of;
        let now = query.value(now.as_micros());
        let seconds = |from: &str, until: &str| {
            format!("CAST({until} - {from} AS DOUBLE PRECISION) / 1000000.0")
        };
        let [since, start, expected] = ["state_timestamp", "start_time", "expected_start_time"]
            .map(|column| format!("{alias}.{column}"));
        let running = seconds(&since, &now);
        let (was_late, is_late) = (seconds(&expected, &start), seconds(&expected, &now));
        Self {
            state: format!("{alias}.state_type, {alias}.state_name"),
            numbers: [
                "1".to_owned(),
                format!(
                    "{alias}.total_run_time + CASE WHEN {alias}.state_type = 'RUNNING' THEN {running} ELSE 0 END"
                ),
                format!(
                    "CASE WHEN {start} > {expected} THEN {was_late} \
                     WHEN {start} IS NULL AND {alias}.end_time IS NULL AND {expected} < {now} THEN {is_late} ELSE 0 END"
                ),
            ],
        }
    }

    /// What counts add. Times within an hour are kept from its beginning on.
    fn by_counts(query: &mut Query, now: Timestamp) -> Self {
        let now = query.value(now.as_micros());
        let since = format!("({now} - c.start + ((c.start % {HOUR}) + {HOUR}) % {HOUR})");
        let seconds = |micros: String| format!("CAST({micros} AS DOUBLE PRECISION) / 1000000.0");
        Self {
            state: "c.kind, c.name".to_owned(),
            numbers: [
                "c.count".to_owned(),
                seconds(format!(
                    "(c.run_time + CASE WHEN c.kind = 'RUNNING' THEN c.count * {since} - c.running_since ELSE 0 END)"
                )),
                seconds(format!(
                    "(c.lateness + CASE WHEN c.start < {now} THEN c.waiting * {since} - c.waiting_since ELSE 0 END)"
                )),
            ],
        }
    }
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
    let added = Added::by_rows(&mut query, of, now);
    let [start, end, interval] = [
        span.start.as_micros(),
        span.end.as_micros(),
        span.interval(),
    ]
    .map(|number| query.value(number));
    let Of {
        table,
        alias,
        column,
    } = of;
    query.push(&format!(
        "({alias}.{column} - {start}) / {interval}, {} FROM {table}",
        added.summed()
    ));
    if alias == "r" {
        crate::filter::flow_runs(&mut query, workspace, filters);
    } else {
        crate::filter::task_runs(&mut query, workspace, filters);
    }
    query.push(&format!(
        " AND {alias}.{column} >= {start} AND {alias}.{column} < {end} \
         AND {alias}.state_type IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    ));
    conn.query(&query.text, &query.params, read).await
}

/// Counts runs of which counts are kept: whole spans from those, the rest from the rows.
async fn kept_count(
    conn: &Conn,
    workspace: WorkspaceId,
    of: Of,
    kept: &KeptCount,
    span: Span,
    now: Timestamp,
) -> Result<Vec<Counted>, DbError> {
    let (start, end) = (span.start.as_micros(), span.end.as_micros());
    let within = (
        kept.span.from.map_or(start, |asked| asked.max(start)),
        kept.span.until.map_or(end, |asked| asked.min(end)),
    );
    let parts = (start, span.interval());
    let cut = Cut::new(parts, within, now.as_micros(), kept.about.widths());
    let mut sums = Sums::default();
    for (width, pieces) in cut.whole {
        let source = Source::Counts(kept.about, width);
        sums.add(conn, workspace, source, &pieces, now).await?;
    }
    if !cut.rows.is_empty() {
        let source = Source::Rows(of);
        sums.add(conn, workspace, source, &cut.rows, now).await?;
    }
    let asked = |state: &HistoryResponseState| {
        state.count_runs > 0 && kept.has_state(state.state_type.as_str(), &state.state_name)
    };
    let mut counted = sums.counted();
    counted.retain(|(_, state)| asked(state));
    Ok(counted)
}

/// What pieces of a history are made of.
#[derive(Clone, Copy)]
enum Source {
    Rows(Of),
    /// Whole spans of a width.
    Counts(About, i64),
}

/// What was counted of each state in each part, so far.
#[derive(Default)]
struct Sums(BTreeMap<i64, Vec<HistoryResponseState>>);

impl Sums {
    /// Adds what is in some pieces to the parts that are to have it, and takes it from those that are not.
    async fn add(
        &mut self,
        conn: &Conn,
        workspace: WorkspaceId,
        source: Source,
        pieces: &[Piece],
        now: Timestamp,
    ) -> Result<(), DbError> {
        let layers = Layers::new(pieces);
        let times = match source {
            Source::Rows(_) => layers.times().collect(),
            Source::Counts(..) => layers.ranges(),
        };
        let mut query = Query::new("");
        let [times, workspace] = [query.value(text_of(&times)), query.value(workspace)];
        let (added, of, moment, asked) = match source {
            Source::Rows(of) => {
                let asked = format!("{}.state_type IS NOT NULL", of.alias);
                let added = Added::by_rows(&mut query, of, now);
                (added, of, "piece.since", asked)
            }
            Source::Counts(about, width) => {
                let (about, width) = (query.value(about.number()), query.value(width));
                let asked = format!("c.about = {about} AND c.width = {width} AND c.kind <> ''");
                let added = Added::by_counts(&mut query, now);
                (added, COUNTS, "c.start", asked)
            }
        };
        let Of {
            table,
            alias,
            column,
        } = of;
        let mut found = format!(
            "{table} WHERE {alias}.workspace_id = {workspace} AND {asked} \
             AND {alias}.{column} >= piece.since AND {alias}.{column} < piece.until"
        );
        let (mut columns, mut group) = (added.each(), "");
        // PostgreSQL has to be told to look up time by time: it would rather go through the table once and compare each
        // row with every time. It adds rows up itself, for sending them is what takes long; the embedded database would
        // sort them for it.
        if conn.is_remote() {
            found = format!("LATERAL (SELECT {alias}.* FROM {found} OFFSET 0) AS {alias}");
            if matches!(source, Source::Rows(_)) {
                (columns, group) = (added.summed(), " GROUP BY 1, 2, 3");
            }
        }
        query.push(&format!(
            "WITH piece AS MATERIALIZED (SELECT CAST(json_extract(g.value, '$[0]') AS BIGINT) AS since, \
             CAST(json_extract(g.value, '$[1]') AS BIGINT) AS until FROM json_each({times}) AS g) \
             SELECT {moment}, {columns} FROM piece CROSS JOIN {found}{group}"
        ));
        for (moment, state) in conn.query(&query.text, &query.params, read).await? {
            for sides in layers.at(moment) {
                for (part, sign) in [(sides.with, 1), (sides.without, -1)] {
                    if let Some(part) = part {
                        self.add_state(part, &state, sign);
                    }
                }
            }
        }
        Ok(())
    }

    /// Adds a state to a part, or takes it from one where the sign is -1.
    fn add_state(&mut self, part: i64, state: &HistoryResponseState, sign: i32) {
        let states = self.0.entry(part).or_default();
        let is_same = |known: &HistoryResponseState| {
            known.state_type == state.state_type && known.state_name == state.state_name
        };
        let place = states.iter().position(is_same).unwrap_or_else(|| {
            states.push(HistoryResponseState {
                count_runs: 0,
                sum_estimated_run_time: 0.0,
                sum_estimated_lateness: 0.0,
                ..state.clone()
            });
            states.len() - 1
        });
        if let Some(sum) = states.get_mut(place) {
            sum.count_runs += i64::from(sign) * state.count_runs;
            sum.sum_estimated_run_time += f64::from(sign) * state.sum_estimated_run_time;
            sum.sum_estimated_lateness += f64::from(sign) * state.sum_estimated_lateness;
        }
    }

    /// All of it, in the order of parts and states.
    fn counted(self) -> Vec<Counted> {
        let mut counted = Vec::new();
        for (part, mut states) in self.0 {
            states.sort_unstable_by(|a, b| {
                (a.state_type, &a.state_name).cmp(&(b.state_type, &b.state_name))
            });
            for mut state in states {
                state.sum_estimated_run_time = whole_micros(state.sum_estimated_run_time);
                state.sum_estimated_lateness = whole_micros(state.sum_estimated_lateness);
                counted.push((part, state));
            }
        }
        counted
    }
}

/// Seconds without what adding and taking parts of microseconds has left.
fn whole_micros(seconds: f64) -> f64 {
    // Zero is added for the sake of its sign.
    (seconds * 1e6).round() / 1e6 + 0.0
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
