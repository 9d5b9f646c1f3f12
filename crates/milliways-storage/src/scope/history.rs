//! Runs counted by state in equal spans of time, in one pass over the rows.

use milliways_model::history::{HistoryResponse, HistoryResponseState};
use milliways_model::{StateType, Timestamp, WorkspaceId};

use super::Scope;
use crate::db::{Conn, DbError};
use crate::error::StoreError;
use crate::filter::{Filters, Query};

/// How many spans an answer has at most.
const MAX_SPANS: i64 = 1_000;

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

    fn parts(self) -> i64 {
        let length = (self.end.as_micros() - self.start.as_micros()).max(0);
        (length + self.interval() - 1) / self.interval()
    }
}

impl Scope {
    /// Flow runs by the time at which they were expected to start.
    pub async fn flow_run_history(
        &self,
        filters: Filters,
        span: Span,
    ) -> Result<Vec<HistoryResponse>, StoreError> {
        self.history("flow_run r", "r", filters, span).await
    }

    /// Task runs by the time at which they were expected to start.
    pub async fn task_run_history(
        &self,
        filters: Filters,
        span: Span,
    ) -> Result<Vec<HistoryResponse>, StoreError> {
        self.history("task_run t", "t", filters, span).await
    }

    async fn history(
        &self,
        table: &'static str,
        alias: &'static str,
        filters: Filters,
        span: Span,
    ) -> Result<Vec<HistoryResponse>, StoreError> {
        if span.parts() > MAX_SPANS {
            return Err(StoreError::Invalid {
                location: "body.history_interval_seconds",
                reason: format!("the time has more than {MAX_SPANS} intervals of that length"),
            });
        }
        let now = self.now();
        self.read(async move |conn, workspace| {
            let counted = count(conn, workspace, table, alias, &filters, span, now).await?;
            Ok(spread(span, counted))
        })
        .await
    }
}

type Counted = (i64, HistoryResponseState);

async fn count(
    conn: &Conn,
    workspace: WorkspaceId,
    table: &str,
    alias: &str,
    filters: &Filters,
    span: Span,
    now: Timestamp,
) -> Result<Vec<Counted>, DbError> {
    let mut query = Query::new("SELECT ");
    let [start, interval, now] = [span.start.as_micros(), span.interval(), now.as_micros()]
        .map(|number| query.value(number));
    query.push(&format!(
        "({alias}.expected_start_time - {start}) / {interval} AS part, {alias}.state_type, {alias}.state_name, COUNT(*), \
         SUM({alias}.total_run_time + CASE WHEN {alias}.state_type = 'RUNNING' \
           THEN CAST({now} - {alias}.state_timestamp AS DOUBLE PRECISION) / 1000000.0 ELSE 0 END), \
         SUM(CASE WHEN {alias}.start_time > {alias}.expected_start_time \
           THEN CAST({alias}.start_time - {alias}.expected_start_time AS DOUBLE PRECISION) / 1000000.0 \
           WHEN {alias}.start_time IS NULL AND {alias}.end_time IS NULL AND {alias}.expected_start_time < {now} \
           THEN CAST({now} - {alias}.expected_start_time AS DOUBLE PRECISION) / 1000000.0 ELSE 0 END) \
         FROM {table}"
    ));
    if alias == "r" {
        crate::filter::flow_runs(&mut query, workspace, filters);
    } else {
        crate::filter::task_runs(&mut query, workspace, filters);
    }
    let end = query.value(span.end);
    query.push(&format!(
        " AND {alias}.expected_start_time >= {start} AND {alias}.expected_start_time < {end} \
         AND {alias}.state_type IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    ));
    conn.query(&query.text, &query.params, |row| {
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
    })
    .await
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
