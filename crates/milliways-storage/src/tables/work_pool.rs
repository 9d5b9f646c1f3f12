//! Work pools.

use milliways_model::work_pool::WorkPoolStorageConfiguration;
use milliways_model::{
    EventId, JsonObject, Timestamp, WorkPool, WorkPoolId, WorkPoolStatus, WorkPoolUpdate,
    WorkQueueId, WorkspaceId,
};

use super::text_of;
use crate::db::{Conn, DbError, Row, Tx, Value, params, statements};
use crate::filter::{Filters, Page, Query};

const COLUMNS: &str = "w.id, w.created, w.updated, w.name, w.description, w.type, w.base_job_template, \
     w.is_paused, w.concurrency_limit, w.status, w.default_queue_id, w.storage_configuration";

statements! {
    INSERT = "INSERT INTO work_pool (id, workspace_id, created, updated, name, description, type, base_job_template,
        is_paused, concurrency_limit, status, default_queue_id, storage_configuration)
        VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT (workspace_id, name) DO NOTHING";
    BY_ID = "SELECT w.id, w.created, w.updated, w.name, w.description, w.type, w.base_job_template, w.is_paused,
        w.concurrency_limit, w.status, w.default_queue_id, w.storage_configuration
        FROM work_pool w WHERE (w.workspace_id = ?1) IS TRUE AND w.id = ?2";
    BY_NAME = "SELECT w.id, w.created, w.updated, w.name, w.description, w.type, w.base_job_template, w.is_paused,
        w.concurrency_limit, w.status, w.default_queue_id, w.storage_configuration
        FROM work_pool w WHERE w.workspace_id = ?1 AND w.name = ?2";
    LOCK = "SELECT w.id FROM work_pool w WHERE (w.workspace_id = ?1) IS TRUE AND w.id = ?2 FOR UPDATE OF w";
    STATUS_EVENT = "SELECT status_event_id, status_changed FROM work_pool WHERE (workspace_id = ?1) IS TRUE AND id = ?2";
    STATUS = "SELECT status FROM work_pool WHERE (workspace_id = ?1) IS TRUE AND id = ?2";
    SET_STATUS = "UPDATE work_pool SET status = ?3, status_event_id = ?4, status_changed = ?5, updated = ?5
        WHERE (workspace_id = ?1) IS TRUE AND id = ?2";
    ACTIVE = "SELECT q.work_pool_id, COUNT(*) FROM work_queue q JOIN flow_run r ON r.work_queue_id = q.id
        AND r.state_type IN ('PENDING', 'RUNNING')
        WHERE q.work_pool_id = ANY(?2) AND q.workspace_id = ?1 GROUP BY q.work_pool_id";
    DELETE = "DELETE FROM work_pool WHERE (workspace_id = ?1) IS TRUE AND id = ?2";
}

fn read(row: &mut Row<'_>) -> Result<WorkPool, DbError> {
    let mut pool = WorkPool {
        id: row.take()?,
        created: row.take()?,
        updated: row.take()?,
        name: row.take()?,
        description: row.take()?,
        r#type: row.take()?,
        base_job_template: row.take::<JsonObject>()?,
        is_paused: row.take()?,
        concurrency_limit: row.take()?,
        status: WorkPoolStatus::parse(&row.take::<String>()?),
        default_queue_id: row.take()?,
        storage_configuration: row.parse::<WorkPoolStorageConfiguration>()?,
        active_slots: None,
    };
    if pool.is_for_agents() {
        pool.status = None;
    }
    Ok(pool)
}

/// Inserts a pool; false where there is one of that name.
pub(crate) async fn insert(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    pool: &WorkPool,
    status: WorkPoolStatus,
) -> Result<bool, DbError> {
    let values = params![
        pool.id,
        workspace,
        tx.now,
        &pool.name,
        pool.description.as_ref(),
        &pool.r#type,
        &pool.base_job_template,
        pool.is_paused,
        pool.concurrency_limit,
        status.as_str(),
        pool.default_queue_id,
        text_of(&pool.storage_configuration),
    ];
    Ok(tx.execute(&INSERT, &values).await? > 0)
}

pub(crate) async fn by_id(
    conn: &Conn,
    workspace: WorkspaceId,
    id: WorkPoolId,
) -> Result<Option<WorkPool>, DbError> {
    conn.query_one(&BY_ID, &params![workspace, id], read).await
}

pub(crate) async fn by_name(
    conn: &Conn,
    workspace: WorkspaceId,
    name: &str,
) -> Result<Option<WorkPool>, DbError> {
    conn.query_one(&BY_NAME, &params![workspace, name], read)
        .await
}

/// Keeps other writers from changing the pool's queues until the transaction ends.
pub(crate) async fn lock(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: WorkPoolId,
) -> Result<bool, DbError> {
    let found = tx
        .query_one(&LOCK, &params![workspace, id], |row| {
            row.take::<WorkPoolId>()
        })
        .await?;
    Ok(found.is_some())
}

pub(crate) async fn list(
    conn: &Conn,
    workspace: WorkspaceId,
    filters: &Filters,
    page: Page,
) -> Result<Vec<WorkPool>, DbError> {
    let mut query = Query::new(&format!("SELECT {COLUMNS} FROM work_pool w"));
    crate::filter::work_pools(&mut query, workspace, filters);
    query.push(" ORDER BY w.name").page(page);
    conn.query(&query.text, &query.params, read).await
}

pub(crate) async fn count(
    conn: &Conn,
    workspace: WorkspaceId,
    filters: &Filters,
) -> Result<i64, DbError> {
    let mut query = Query::new("SELECT COUNT(*) FROM work_pool w");
    crate::filter::work_pools(&mut query, workspace, filters);
    query.number(conn).await
}

/// Sets what the body gives, its status excepted.
pub(crate) async fn update(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: WorkPoolId,
    update: &WorkPoolUpdate,
) -> Result<(), DbError> {
    let mut query = Query::new("UPDATE work_pool SET updated = ");
    let now = query.value(tx.now);
    query.push(&now);
    let mut set = |column: &str, value: Option<Value<'static>>| {
        if let Some(value) = value {
            let place = query.value(value);
            query.push(&format!(", {column} = {place}"));
        }
    };
    set("description", update.description.clone().map(Value::from));
    set("is_paused", update.is_paused.map(Value::from));
    set(
        "base_job_template",
        update
            .base_job_template
            .as_ref()
            .map(|template| template.get().to_owned().into()),
    );
    set(
        "concurrency_limit",
        update.concurrency_limit.map(Value::from),
    );
    set(
        "storage_configuration",
        update
            .storage_configuration
            .as_ref()
            .map(|storage| text_of(storage).into()),
    );
    let (workspace, id) = (query.value(workspace), query.value(id));
    query.push(&format!(" WHERE workspace_id = {workspace} AND id = {id}"));
    tx.execute(&query.text, &query.params).await?;
    Ok(())
}

/// The event that last told of the pool's status, and when it did.
pub(crate) async fn status_event(
    conn: &Conn,
    workspace: WorkspaceId,
    id: WorkPoolId,
) -> Result<Option<(EventId, Timestamp)>, DbError> {
    let found = conn
        .query_one(&STATUS_EVENT, &params![workspace, id], |row| {
            Ok((
                row.take::<Option<EventId>>()?,
                row.take::<Option<Timestamp>>()?,
            ))
        })
        .await?;
    Ok(found.and_then(|(event, changed)| event.zip(changed)))
}

/// The status, also of pools that show none.
pub(crate) async fn stored_status(
    conn: &Conn,
    workspace: WorkspaceId,
    id: WorkPoolId,
) -> Result<Option<WorkPoolStatus>, DbError> {
    let found = conn
        .query_one(&STATUS, &params![workspace, id], |row| row.take::<String>())
        .await?;
    Ok(found.and_then(|text| WorkPoolStatus::parse(&text)))
}

pub(crate) async fn set_status(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: WorkPoolId,
    status: WorkPoolStatus,
    event: EventId,
) -> Result<(), DbError> {
    let values = params![workspace, id, status.as_str(), event, tx.now];
    tx.execute(&SET_STATUS, &values).await?;
    Ok(())
}

/// How many runs of these pools are PENDING or RUNNING; pools without any are left out.
pub(crate) async fn active_slots(
    conn: &Conn,
    workspace: WorkspaceId,
    pools: &[WorkPoolId],
) -> Result<Vec<(WorkPoolId, i64)>, DbError> {
    if pools.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = pools.iter().map(|id| id.0).collect();
    conn.query(&ACTIVE, &params![workspace, ids], |row| {
        Ok((row.take()?, row.take()?))
    })
    .await
}

pub(crate) async fn delete(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: WorkPoolId,
) -> Result<bool, DbError> {
    Ok(tx.execute(&DELETE, &params![workspace, id]).await? > 0)
}

/// The default queue of a new pool is known before either is inserted.
pub(crate) fn row_of(
    id: WorkPoolId,
    queue: WorkQueueId,
    create: &milliways_model::WorkPoolCreate,
) -> WorkPool {
    WorkPool {
        id,
        created: None,
        updated: None,
        name: create.name.clone(),
        description: create.description.clone(),
        r#type: create.r#type.clone(),
        base_job_template: create.base_job_template.clone(),
        is_paused: create.is_paused,
        concurrency_limit: create.concurrency_limit,
        status: None,
        default_queue_id: Some(queue),
        storage_configuration: create.storage_configuration.clone(),
        active_slots: None,
    }
}
