//! Inputs of flow runs: values by key, for runs that wait for them.

use milliways_model::flow_run_input::FlowRunInput;
use milliways_model::{FlowRunId, Uuid, WorkspaceId};

use crate::db::{Conn, DbError, Row, Tx, params, statements};

statements! {
    INSERT = "INSERT INTO flow_run_input (id, workspace_id, created, flow_run_id, key, value, sender)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (workspace_id, flow_run_id, key) DO NOTHING";
    BY_KEY = "SELECT i.value FROM flow_run_input i WHERE i.workspace_id = ?1 AND i.flow_run_id = ?2 AND i.key = ?3";
    LIST = "SELECT i.id, i.created, i.flow_run_id, i.key, i.value, i.sender FROM flow_run_input i
        WHERE i.workspace_id = ?1 AND i.flow_run_id = ?2 AND SUBSTR(i.key, 1, LENGTH(?3)) = ?3 AND i.key <> ALL(?4)
        ORDER BY i.created, i.id LIMIT ?5";
    DELETE_KEYS = "DELETE FROM flow_run_input WHERE workspace_id = ?1 AND flow_run_id = ?2 AND key = ANY(?3)";
    DELETE_OF_RUNS = "DELETE FROM flow_run_input WHERE workspace_id = ?1 AND flow_run_id = ANY(?2)";
}

/// False where the run has one of that key.
pub(crate) async fn insert(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: Uuid,
    flow_run: FlowRunId,
    (key, value, sender): (&str, &str, Option<&String>),
) -> Result<bool, DbError> {
    let values = params![id, workspace, tx.now, flow_run, key, value, sender];
    Ok(tx.execute(&INSERT, &values).await? > 0)
}

/// The value of a key.
pub(crate) async fn value(
    conn: &Conn,
    workspace: WorkspaceId,
    flow_run: FlowRunId,
    key: &str,
) -> Result<Option<String>, DbError> {
    conn.query_one(&BY_KEY, &params![workspace, flow_run, key], |row| {
        row.take()
    })
    .await
}

/// The oldest inputs whose keys begin with `prefix`, but for those of some keys.
pub(crate) async fn list(
    conn: &Conn,
    workspace: WorkspaceId,
    flow_run: FlowRunId,
    prefix: &str,
    except: Vec<String>,
    limit: i64,
) -> Result<Vec<FlowRunInput>, DbError> {
    let read = |row: &mut Row<'_>| {
        let (id, created) = (row.take()?, row.take()?);
        Ok(FlowRunInput {
            id,
            created: Some(created),
            updated: Some(created),
            flow_run_id: row.take()?,
            key: row.take()?,
            value: row.take()?,
            sender: row.take()?,
        })
    };
    let values = params![workspace, flow_run, prefix, except, limit];
    conn.query(&LIST, &values, read).await
}

/// Gives how many there were.
pub(crate) async fn delete_keys(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    flow_run: FlowRunId,
    keys: Vec<String>,
) -> Result<u64, DbError> {
    tx.execute(&DELETE_KEYS, &params![workspace, flow_run, keys])
        .await
}

/// Deletes all inputs of runs.
pub(crate) async fn delete_of_runs(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    runs: Vec<Uuid>,
) -> Result<(), DbError> {
    tx.execute(&DELETE_OF_RUNS, &params![workspace, runs])
        .await?;
    Ok(())
}
