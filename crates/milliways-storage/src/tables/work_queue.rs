//! Work queues.

use milliways_model::work_queue::{FlowRunSlotSummary, QueueFilter};
use milliways_model::{
    FlowRunId, StateType, Timestamp, WorkPoolId, WorkQueue, WorkQueueId, WorkQueueStatus,
    WorkQueueUpdate, WorkspaceId,
};

use super::text_of;
use crate::db::{Conn, DbError, Row, Tx, Value, params, statements};
use crate::filter::{Filters, Page, Query};
use crate::tally::RunEntry;

const COLUMNS: &str = "q.id, q.created, q.updated, q.name, q.description, q.is_paused, q.concurrency_limit, \
     q.priority, q.work_pool_id, q.filter, q.last_polled, q.status, w.name";

statements! {
    INSERT = "INSERT INTO work_queue (id, workspace_id, created, updated, name, description, is_paused,
        concurrency_limit, priority, work_pool_id, filter, status)
        VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT (workspace_id, work_pool_id, name) DO NOTHING";
    BY_ID = "SELECT q.id, q.created, q.updated, q.name, q.description, q.is_paused, q.concurrency_limit, q.priority,
        q.work_pool_id, q.filter, q.last_polled, q.status, w.name
        FROM work_queue q JOIN work_pool w ON w.id = q.work_pool_id WHERE q.workspace_id = ?1 AND q.id = ?2";
    BY_NAME = "SELECT q.id, q.created, q.updated, q.name, q.description, q.is_paused, q.concurrency_limit, q.priority,
        q.work_pool_id, q.filter, q.last_polled, q.status, w.name
        FROM work_queue q JOIN work_pool w ON w.id = q.work_pool_id
        WHERE q.workspace_id = ?1 AND q.work_pool_id = ?2 AND q.name = ?3";
    OLDEST_BY_NAME = "SELECT q.id, q.created, q.updated, q.name, q.description, q.is_paused, q.concurrency_limit, q.priority,
        q.work_pool_id, q.filter, q.last_polled, q.status, w.name
        FROM work_queue q JOIN work_pool w ON w.id = q.work_pool_id
        WHERE q.workspace_id = ?1 AND q.name = ?2 ORDER BY q.id LIMIT 1";
    OF_POOL = "SELECT q.id, q.created, q.updated, q.name, q.description, q.is_paused, q.concurrency_limit, q.priority,
        q.work_pool_id, q.filter, q.last_polled, q.status, w.name
        FROM work_queue q JOIN work_pool w ON w.id = q.work_pool_id
        WHERE q.workspace_id = ?1 AND q.work_pool_id = ?2 ORDER BY q.priority, q.id";
    COUNT_OF_POOL = "SELECT COUNT(*) FROM work_queue WHERE workspace_id = ?1 AND work_pool_id = ?2";
    SET_PRIORITY = "UPDATE work_queue SET priority = ?3, updated = ?4 WHERE workspace_id = ?1 AND id = ?2";
    SET_STATUS = "UPDATE work_queue SET status = ?3, updated = ?4 WHERE workspace_id = ?1 AND id = ?2";
    POLLED = "UPDATE work_queue SET last_polled = ?3 WHERE (workspace_id = ?1) IS TRUE AND id = ANY(?2)";
    ACTIVE = "SELECT r.work_queue_id, COUNT(*) FROM flow_run r WHERE r.work_queue_id = ANY(?2) AND (r.workspace_id = ?1) IS TRUE
        AND r.state_type IN ('PENDING', 'RUNNING', 'CANCELLING')
        AND (?3 OR r.state_type <> 'CANCELLING') GROUP BY r.work_queue_id";
    HOLDERS = "SELECT r.id, r.name, r.state_type, r.state_name, r.start_time, r.state_timestamp FROM flow_run r
        WHERE r.work_queue_id = ?2 AND (r.workspace_id = ?1) IS TRUE AND r.state_type IN ('PENDING', 'RUNNING', 'CANCELLING')
        AND (?3 OR r.state_type <> 'CANCELLING') ORDER BY r.id LIMIT ?4 OFFSET ?5";
    AGENTS_SLOTS = "SELECT (SELECT COUNT(*) FROM flow_run r WHERE r.work_queue_id = ?2 AND (r.workspace_id = ?1) IS TRUE
        AND r.state_type IN ('PENDING', 'RUNNING', 'CANCELLING'))
        + (SELECT COUNT(*) FROM flow_run r WHERE r.work_queue_id IS NULL AND r.work_queue_name = ?3 AND (r.workspace_id = ?1) IS TRUE
        AND r.state_type IN ('PENDING', 'RUNNING', 'CANCELLING'))";
    AGENTS_HOLDERS = "SELECT h.id, h.name, h.state_type, h.state_name, h.start_time, h.state_timestamp FROM (
        SELECT r.id, r.name, r.state_type, r.state_name, r.start_time, r.state_timestamp FROM flow_run r
        WHERE r.work_queue_id = ?2 AND (r.workspace_id = ?1) IS TRUE AND r.state_type IN ('PENDING', 'RUNNING', 'CANCELLING')
        UNION ALL
        SELECT r.id, r.name, r.state_type, r.state_name, r.start_time, r.state_timestamp FROM flow_run r
        WHERE r.work_queue_id IS NULL AND r.work_queue_name = ?3 AND (r.workspace_id = ?1) IS TRUE
        AND r.state_type IN ('PENDING', 'RUNNING', 'CANCELLING')) h ORDER BY h.id LIMIT ?4 OFFSET ?5";
    AGENTS_WAITING = "SELECT c.id FROM (
        SELECT * FROM (SELECT r.id, r.next_scheduled_start_time AS due FROM flow_run r
        WHERE r.work_queue_id = ?2 AND (r.workspace_id = ?1) IS TRUE AND r.state_type = 'SCHEDULED'
        AND r.next_scheduled_start_time <= ?4 ORDER BY r.next_scheduled_start_time, r.id LIMIT ?5) AS owned
        UNION ALL
        SELECT * FROM (SELECT r.id, r.next_scheduled_start_time AS due FROM flow_run r
        WHERE r.work_queue_id IS NULL AND r.work_queue_name = ?3 AND (r.workspace_id = ?1) IS TRUE AND r.state_type = 'SCHEDULED'
        AND r.next_scheduled_start_time <= ?4 ORDER BY r.next_scheduled_start_time, r.id LIMIT ?5) AS named) c
        ORDER BY c.due, c.id LIMIT ?5";
    LATE = "SELECT COUNT(*) FROM flow_run r WHERE (r.workspace_id = ?1) IS TRUE AND r.work_queue_id = ?2
        AND r.state_type = 'SCHEDULED' AND r.state_name = 'Late'";
    DELETE = "DELETE FROM work_queue WHERE (workspace_id = ?1) IS TRUE AND id = ?2";
    CLEAR_RUNS = "UPDATE flow_run SET work_queue_id = NULL WHERE (workspace_id = ?1) IS TRUE AND work_queue_id = ?2
        RETURNING state_type, state_name, expected_start_time, start_time";
    CLEAR_DEPLOYMENTS = "UPDATE deployment SET work_queue_id = NULL, work_queue_name = NULL WHERE (workspace_id = ?1) IS TRUE AND work_queue_id = ANY(?2)";
    DELETE_OF_POOL = "DELETE FROM work_queue WHERE workspace_id = ?1 AND work_pool_id = ?2";
}

fn read(row: &mut Row<'_>) -> Result<WorkQueue, DbError> {
    Ok(WorkQueue {
        id: row.take()?,
        created: row.take()?,
        updated: row.take()?,
        name: row.take()?,
        description: row.take()?,
        is_paused: row.take()?,
        concurrency_limit: row.take()?,
        priority: row.take()?,
        work_pool_id: row.take()?,
        filter: row.parse_optional::<QueueFilter>()?,
        last_polled: row.take()?,
        status: WorkQueueStatus::parse(&row.take::<String>()?),
        work_pool_name: row.take()?,
        active_slots: None,
    })
}

/// Inserts a queue; false where its pool has one of that name.
pub(crate) async fn insert(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    pool: WorkPoolId,
    queue: &WorkQueue,
) -> Result<bool, DbError> {
    let values = params![
        queue.id,
        workspace,
        tx.now,
        &queue.name,
        queue.description.as_ref(),
        queue.is_paused,
        queue.concurrency_limit,
        queue.priority,
        pool,
        queue.filter.as_ref().map(text_of),
        queue.status.unwrap_or(WorkQueueStatus::NotReady).as_str(),
    ];
    Ok(tx.execute(&INSERT, &values).await? > 0)
}

pub(crate) async fn by_id(
    conn: &Conn,
    workspace: WorkspaceId,
    id: WorkQueueId,
) -> Result<Option<WorkQueue>, DbError> {
    conn.query_one(&BY_ID, &params![workspace, id], read).await
}

/// The queue of that name in a pool.
pub(crate) async fn by_name(
    conn: &Conn,
    workspace: WorkspaceId,
    pool: WorkPoolId,
    name: &str,
) -> Result<Option<WorkQueue>, DbError> {
    conn.query_one(&BY_NAME, &params![workspace, pool, name], read)
        .await
}

/// The first queue of that name in any pool.
pub(crate) async fn oldest_by_name(
    conn: &Conn,
    workspace: WorkspaceId,
    name: &str,
) -> Result<Option<WorkQueue>, DbError> {
    conn.query_one(&OLDEST_BY_NAME, &params![workspace, name], read)
        .await
}

/// All queues of a pool, by priority. A pool has few.
pub(crate) async fn of_pool(
    conn: &Conn,
    workspace: WorkspaceId,
    pool: WorkPoolId,
) -> Result<Vec<WorkQueue>, DbError> {
    conn.query(&OF_POOL, &params![workspace, pool], read).await
}

pub(crate) async fn count_of_pool(
    conn: &Conn,
    workspace: WorkspaceId,
    pool: WorkPoolId,
) -> Result<i64, DbError> {
    let found = conn
        .query_one(&COUNT_OF_POOL, &params![workspace, pool], |row| row.take())
        .await?;
    Ok(found.unwrap_or(0))
}

/// Queues that match: of a pool by priority, else by name.
pub(crate) async fn list(
    conn: &Conn,
    workspace: WorkspaceId,
    pool: Option<WorkPoolId>,
    filters: &Filters,
    page: Page,
) -> Result<Vec<WorkQueue>, DbError> {
    let mut query = Query::new(&format!(
        "SELECT {COLUMNS} FROM work_queue q JOIN work_pool w ON w.id = q.work_pool_id"
    ));
    crate::filter::work_queues(&mut query, workspace, pool, filters);
    query
        .push(if pool.is_some() {
            " ORDER BY q.priority, q.id"
        } else {
            " ORDER BY q.name, q.id"
        })
        .page(page);
    conn.query(&query.text, &query.params, read).await
}

/// Sets what the body gives; `status` where the change brings a new one.
pub(crate) async fn update(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: WorkQueueId,
    update: &WorkQueueUpdate,
    status: Option<WorkQueueStatus>,
) -> Result<(), DbError> {
    let mut query = Query::new("UPDATE work_queue SET updated = ");
    let now = query.value(tx.now);
    query.push(&now);
    let mut set = |column: &str, value: Option<Value<'static>>| {
        if let Some(value) = value {
            let place = query.value(value);
            query.push(&format!(", {column} = {place}"));
        }
    };
    set("name", update.name.clone().map(Value::from));
    set("description", update.description.clone().map(Value::from));
    set("is_paused", update.is_paused.map(Value::from));
    set(
        "concurrency_limit",
        update.concurrency_limit.map(Value::from),
    );
    set("priority", update.priority.map(Value::from));
    set("last_polled", update.last_polled.map(Value::from));
    set(
        "filter",
        update
            .filter
            .as_ref()
            .map(|filter| Value::from(filter.as_ref().map(text_of))),
    );
    set("status", status.map(|status| status.as_str().into()));
    let (workspace, id) = (query.value(workspace), query.value(id));
    query.push(&format!(" WHERE workspace_id = {workspace} AND id = {id}"));
    tx.execute(&query.text, &query.params).await?;
    Ok(())
}

pub(crate) async fn set_priority(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: WorkQueueId,
    priority: i64,
) -> Result<(), DbError> {
    tx.execute(&SET_PRIORITY, &params![workspace, id, priority, tx.now])
        .await?;
    Ok(())
}

pub(crate) async fn set_status(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: WorkQueueId,
    status: WorkQueueStatus,
) -> Result<(), DbError> {
    tx.execute(
        &SET_STATUS,
        &params![workspace, id, status.as_str(), tx.now],
    )
    .await?;
    Ok(())
}

/// Somebody asked for the runs of these queues.
pub(crate) async fn polled(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    ids: &[WorkQueueId],
    now: Timestamp,
) -> Result<(), DbError> {
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    tx.execute(&POLLED, &params![workspace, ids, now]).await?;
    Ok(())
}

/// How many runs of these queues are PENDING or RUNNING, or `with_cancelling` CANCELLING; queues without any
/// are left out.
pub(crate) async fn active_slots(
    conn: &Conn,
    workspace: WorkspaceId,
    queues: &[WorkQueueId],
    with_cancelling: bool,
) -> Result<Vec<(WorkQueueId, i64)>, DbError> {
    if queues.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = queues.iter().map(|id| id.0).collect();
    conn.query(&ACTIVE, &params![workspace, ids, with_cancelling], |row| {
        Ok((row.take()?, row.take()?))
    })
    .await
}

fn read_holder(row: &mut Row<'_>) -> Result<FlowRunSlotSummary, DbError> {
    Ok(FlowRunSlotSummary {
        id: row.take()?,
        name: row.take()?,
        state_type: row.take()?,
        state_name: row.take()?,
        start_time: row.take()?,
        state_timestamp: row.take()?,
        time_in_current_state: None,
    })
}

/// The runs that hold slots of a queue.
pub(crate) async fn holders(
    conn: &Conn,
    workspace: WorkspaceId,
    id: WorkQueueId,
    with_cancelling: bool,
    limit: i64,
    offset: i64,
) -> Result<Vec<FlowRunSlotSummary>, DbError> {
    let values = params![workspace, id, with_cancelling, limit, offset];
    conn.query(&HOLDERS, &values, read_holder).await
}

/// How many runs hold slots of a queue as agents count: those that are being cancelled, and those that only name
/// the queue, count too.
pub(crate) async fn slots_of_agents(
    conn: &Conn,
    workspace: WorkspaceId,
    queue: &WorkQueue,
) -> Result<i64, DbError> {
    let values = params![workspace, queue.id, &queue.name];
    let found = conn
        .query_one(&AGENTS_SLOTS, &values, |row| row.take())
        .await?;
    Ok(found.unwrap_or(0))
}

/// Those runs.
pub(crate) async fn holders_for_agents(
    conn: &Conn,
    workspace: WorkspaceId,
    queue: &WorkQueue,
    page: Page,
) -> Result<Vec<FlowRunSlotSummary>, DbError> {
    let values = params![workspace, queue.id, &queue.name, page.limit, page.offset];
    conn.query(&AGENTS_HOLDERS, &values, read_holder).await
}

/// The runs that wait in a queue, or only name it, those due first first.
pub(crate) async fn waiting_for_agents(
    conn: &Conn,
    workspace: WorkspaceId,
    queue: &WorkQueue,
    before: Option<Timestamp>,
    limit: i64,
) -> Result<Vec<FlowRunId>, DbError> {
    let before = before.unwrap_or(Timestamp::MAX);
    let values = params![workspace, queue.id, &queue.name, before, limit];
    conn.query(&AGENTS_WAITING, &values, |row| row.take()).await
}

/// How many runs of a queue are late.
pub(crate) async fn late_runs(
    conn: &Conn,
    workspace: WorkspaceId,
    id: WorkQueueId,
) -> Result<i64, DbError> {
    let found = conn
        .query_one(&LATE, &params![workspace, id], |row| row.take())
        .await?;
    Ok(found.unwrap_or(0))
}

/// Deletes a queue; its runs belong to none from then on.
pub(crate) async fn delete(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: WorkQueueId,
) -> Result<bool, DbError> {
    clear_runs(tx, workspace, &[id]).await?;
    Ok(tx.execute(&DELETE, &params![workspace, id]).await? > 0)
}

pub(crate) async fn clear_runs(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    ids: &[WorkQueueId],
) -> Result<(), DbError> {
    for id in ids {
        tx.query(&CLEAR_RUNS, &params![workspace, *id], |row| {
            let state: (Option<StateType>, Option<String>) = (row.take()?, row.take()?);
            let entry = RunEntry {
                state: state.0.zip(state.1),
                expected: row.take()?,
                start: row.take()?,
                ..RunEntry::default()
            };
            tx.tallies.owner(workspace, id.0, &entry, -1);
            Ok(())
        })
        .await?;
    }
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    tx.execute(&CLEAR_DEPLOYMENTS, &params![workspace, ids])
        .await?;
    Ok(())
}

pub(crate) async fn delete_of_pool(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    pool: WorkPoolId,
) -> Result<(), DbError> {
    tx.execute(&DELETE_OF_POOL, &params![workspace, pool])
        .await?;
    Ok(())
}
