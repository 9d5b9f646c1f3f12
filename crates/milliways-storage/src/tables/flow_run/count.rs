//! How many flow runs there are, and how late they are.

use milliways_model::filter::TimeFilter;
use milliways_model::{Timestamp, Uuid, WorkspaceId};

use super::page::with_types;
use crate::db::{Conn, DbError};
use crate::filter::{self, Filters, KeptCount, Query};
use crate::tally::{self, Counted};

pub(crate) async fn count(
    conn: &Conn,
    workspace: WorkspaceId,
    filters: &Filters,
) -> Result<i64, DbError> {
    if let Some(kept) = KeptCount::of_flow_runs(filters) {
        return kept.number(conn, workspace).await;
    }
    if let Some((kept, subflow_runs)) = KeptCount::of_flow_runs_and_subflow_runs(filters) {
        let all = kept.number(conn, workspace).await?;
        let taken = count_rows(conn, workspace, &subflow_runs.filters).await?;
        return Ok((all - taken).max(0));
    }
    if let Some((owners, kept)) = KeptCount::of_owners_runs(filters) {
        let owners = owners.ids(conn, workspace).await?;
        let runs = total_of_owners(conn, workspace, filters, &owners, &kept).await?;
        return Ok(runs.count);
    }
    count_rows(conn, workspace, filters).await
}

/// How many runs there are, and by how many microseconds they started late.
#[derive(Clone, Copy, Debug, Default)]
struct Total {
    count: i64,
    lateness: i64,
}

impl Total {
    /// What is kept of runs, as far as they are asked for.
    fn of(counted: &[Counted], kept: &KeptCount) -> Self {
        let mut total = Self::default();
        for one in counted.iter().filter(|one| kept.has(one)) {
            total.add(one.count, one.lateness);
        }
        total
    }

    fn add(&mut self, count: i64, lateness: i64) {
        self.count += count;
        self.lateness += lateness;
    }
}

/// Of runs of these flows, deployments or queues: whole hours from the counts that are kept, what is left at both ends
/// from the rows.
async fn total_of_owners(
    conn: &Conn,
    workspace: WorkspaceId,
    filters: &Filters,
    owners: &[Uuid],
    kept: &KeptCount,
) -> Result<Total, DbError> {
    if kept.span == tally::Span::default() {
        let counted = tally::owners::count(conn, workspace, owners).await?;
        return Ok(Total::of(&counted, kept));
    }
    let mut total = Total::default();
    for part in tally::parts(kept.span, &[tally::HOUR]) {
        let part = match part {
            tally::Part::Whole { from, until, .. } => {
                let hours = (from, until);
                let counted = tally::owners::count_hours(conn, workspace, owners, hours).await?;
                Total::of(&counted, kept)
            }
            tally::Part::Rows { from, until } => {
                total_of_rows(conn, workspace, filters, (from, until)).await?
            }
        };
        total.add(part.count, part.lateness);
    }
    Ok(total)
}

/// Of runs that match and were expected from a moment on, before another.
async fn total_of_rows(
    conn: &Conn,
    workspace: WorkspaceId,
    filters: &Filters,
    (from, until): (i64, i64),
) -> Result<Total, DbError> {
    let mut filters = filters.clone();
    let runs = filters.flow_runs.get_or_insert_default();
    runs.expected_start_time = Some(TimeFilter {
        after_: Some(Timestamp::from_micros(from)),
        before_: Some(Timestamp::from_micros(until - 1)),
    });
    let mut query = Query::new(TOTAL);
    filter::flow_runs_by(&mut query, workspace, &filters, Some("flow_run_expected"));
    let found: Option<(i64, Option<i64>)> = conn
        .query_one(&query.text, &query.params, |row| {
            Ok((row.take()?, row.take()?))
        })
        .await?;
    let (count, lateness) = found.unwrap_or_default();
    Ok(Total {
        count,
        lateness: lateness.unwrap_or(0),
    })
}

const TOTAL: &str = concat!(
    "SELECT COUNT(*), CAST(SUM(",
    tally::lateness!("r", ".started"),
    ") AS BIGINT) FROM flow_run r"
);

async fn count_rows(
    conn: &Conn,
    workspace: WorkspaceId,
    filters: &Filters,
) -> Result<i64, DbError> {
    let filters = &with_types(conn, workspace, filters).await?;
    let index = filter::flow_run_count_index(conn, workspace, filters).await?;
    let mut query = Query::new("SELECT COUNT(*) FROM flow_run r");
    filter::flow_runs_by(&mut query, workspace, filters, index);
    query.number(conn).await
}

/// The mean lateness of runs in seconds: started ones by what they were late, waiting ones by what they
/// are; none where no run matches.
pub(crate) async fn lateness(
    conn: &Conn,
    workspace: WorkspaceId,
    filters: &Filters,
    now: Timestamp,
) -> Result<Option<f64>, DbError> {
    if let Some(kept) = KeptCount::of_flow_runs(filters) {
        let total = Total::of(&kept.counted(conn, workspace).await?, &kept);
        return kept_lateness(conn, workspace, filters, total, now).await;
    }
    if let Some((owners, kept)) = KeptCount::of_owners_runs(filters) {
        let owners = owners.ids(conn, workspace).await?;
        let total = total_of_owners(conn, workspace, filters, &owners, &kept).await?;
        return kept_lateness(conn, workspace, filters, total, now).await;
    }
    let mut query = Query::new("");
    let place = query.value(now);
    query.push(&format!(
        "SELECT AVG(CAST(CASE WHEN r.start_time > r.expected_start_time THEN r.start_time - r.expected_start_time \
         WHEN r.start_time IS NULL AND r.state_type NOT IN ('COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED') \
         AND r.expected_start_time < {place} THEN {place} - r.expected_start_time ELSE 0 END AS DOUBLE PRECISION)) FROM flow_run r"
    ));
    filter::flow_runs(&mut query, workspace, filters);
    let mean: Option<Option<f64>> = conn
        .query_one(&query.text, &query.params, |row| row.take())
        .await?;
    Ok(mean.flatten().map(|micros| micros / 1e6))
}

/// The same where counts are kept: how late runs started is summed up there, and those that wait are few.
#[expect(clippy::cast_precision_loss, reason = "a mean of microseconds")]
async fn kept_lateness(
    conn: &Conn,
    workspace: WorkspaceId,
    filters: &Filters,
    kept: Total,
    now: Timestamp,
) -> Result<Option<f64>, DbError> {
    let mut query = Query::new("");
    let place = query.value(now);
    query.push(&format!(
        "SELECT CAST(SUM({place} - r.expected_start_time) AS BIGINT) FROM flow_run r"
    ));
    filter::flow_runs(&mut query, workspace, filters);
    query.push(&format!(
        " AND r.start_time IS NULL AND r.expected_start_time < {place} \
         AND r.state_type NOT IN ('COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED')"
    ));
    let waiting: Option<Option<i64>> = conn
        .query_one(&query.text, &query.params, |row| row.take())
        .await?;
    let late = kept.lateness + waiting.flatten().unwrap_or(0);
    Ok((kept.count > 0).then(|| late as f64 / kept.count as f64 / 1e6))
}
