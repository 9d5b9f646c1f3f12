//! Log lines.

use milliways_model::filter::LogFilter;
use milliways_model::sort::LogSort;
use milliways_model::{Log, LogCreate, Uuid, WorkspaceId, uuid7};

use crate::db::{Bulk, Conn, DbError, Kind, Row, Tx, Value, params, statements};
use crate::filter::{Page, Query};

const COLUMNS: &str =
    "l.id, l.created, l.name, l.level, l.message, l.timestamp, l.flow_run_id, l.task_run_id";

statements! {
    AFTER = "SELECT l.seq, l.id, l.created, l.name, l.level, l.message, l.timestamp, l.flow_run_id, l.task_run_id
        FROM log l WHERE l.workspace_id = ?1 AND l.seq > ?2 AND l.seq < ?3 ORDER BY l.seq LIMIT ?4";
    DELETE_OF_FLOW_RUNS = "DELETE FROM log WHERE flow_run_id = ANY(?1) AND (workspace_id = ?2) IS TRUE";
    DELETE_OF_TASK_RUNS = "DELETE FROM log WHERE task_run_id = ANY(?1) AND (workspace_id = ?2) IS TRUE";
}

static INSERT: Bulk = Bulk::insert(
    "log",
    &[
        ("seq", Kind::Int),
        ("workspace_id", Kind::Uuid),
        ("id", Kind::Uuid),
        ("created", Kind::Int),
        ("name", Kind::Text),
        ("level", Kind::Int),
        ("message", Kind::Text),
        ("timestamp", Kind::Int),
        ("flow_run_id", Kind::Uuid),
        ("task_run_id", Kind::Uuid),
    ],
    "",
);

/// Appends lines in order. `random` makes their ids.
pub(crate) async fn append(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    logs: &[&LogCreate],
    mut random: impl FnMut() -> u128,
) -> Result<(), DbError> {
    if logs.is_empty() {
        return Ok(());
    }
    let first = tx.take_seq(logs.len()).await?;
    let rows: Vec<Vec<Value<'_>>> = logs
        .iter()
        .zip(first..)
        .map(|(log, seq)| {
            vec![
                Value::Int(seq),
                workspace.into(),
                uuid7(tx.now, random()).into(),
                tx.now.into(),
                (&log.name).into(),
                log.level.into(),
                (&log.message).into(),
                log.timestamp.into(),
                log.flow_run_id.into(),
                log.task_run_id.into(),
            ]
        })
        .collect();
    tx.bulk(&INSERT, &rows).await?;
    Ok(())
}

fn read(row: &mut Row<'_>) -> Result<Log, DbError> {
    let id = row.take()?;
    let created = row.take()?;
    Ok(Log {
        id,
        created,
        updated: created,
        name: row.take()?,
        level: i32::try_from(row.take::<i64>()?).unwrap_or(i32::MAX),
        message: row.take()?,
        timestamp: row.take()?,
        flow_run_id: row.take()?,
        task_run_id: row.take()?,
    })
}

pub(crate) async fn list(
    conn: &Conn,
    workspace: WorkspaceId,
    filter: &LogFilter,
    sort: LogSort,
    page: Page,
) -> Result<Vec<Log>, DbError> {
    let mut query = Query::new(&format!("SELECT {COLUMNS} FROM log l"));
    crate::filter::logs(&mut query, workspace, filter);
    query
        .push(match sort {
            LogSort::TimestampAsc => " ORDER BY l.timestamp, l.seq",
            LogSort::TimestampDesc => " ORDER BY l.timestamp DESC, l.seq DESC",
        })
        .page(page);
    conn.query(&query.text, &query.params, read).await
}

/// Lines after a position in the order of commits, and the position of the last one.
pub(crate) async fn after(
    conn: &Conn,
    workspace: WorkspaceId,
    cursor: i64,
    limit: i64,
) -> Result<(Vec<Log>, i64), DbError> {
    let horizon = conn.horizon().await?;
    let mut last = cursor;
    let logs = conn
        .query(&AFTER, &params![workspace, cursor, horizon, limit], |row| {
            last = row.take()?;
            read(row)
        })
        .await?;
    Ok((logs, last))
}

/// Deletes the lines of runs.
pub(crate) async fn delete_of_runs(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    flow_runs: Vec<Uuid>,
    task_runs: Vec<Uuid>,
) -> Result<(), DbError> {
    tx.execute(&DELETE_OF_FLOW_RUNS, &params![flow_runs, workspace])
        .await?;
    tx.execute(&DELETE_OF_TASK_RUNS, &params![task_runs, workspace])
        .await?;
    Ok(())
}
