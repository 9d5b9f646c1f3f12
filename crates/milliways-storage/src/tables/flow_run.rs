//! Flow runs.

mod count;
mod page;

pub(crate) use count::{count, lateness};
pub(crate) use page::list;

use std::collections::HashSet;

use milliways_model::deployment::Given;
use milliways_model::filter::{AnyOrNull, TaskRunFilter};
use milliways_model::flow_run::CreatedBy;
use milliways_model::{
    FlowId, FlowRun, FlowRunId, FlowRunPolicy, FlowRunUpdate, JsonObject, StateType, Timestamp,
    Uuid, WorkspaceId,
};

use super::event::{STATE_COLUMNS, read_state};
use super::{estimated_lateness, estimated_run_time, in_order, text_of};
use crate::db::{Bulk, Conn, DbError, Kind, Row, Tx, Value, params, statements};
use crate::filter::{self, Filters, Page, Query};
use crate::tally::RunEntry;

const COLUMNS: &str = "r.id, r.created, r.updated, r.name, r.flow_id, r.deployment_id, r.deployment_version, \
     r.work_queue_id, r.work_queue_name, r.flow_version, r.parameters, r.idempotency_key, r.context, \
     r.empirical_policy, r.tags, r.labels, r.parent_task_run_id, r.run_count, r.expected_start_time, \
     r.next_scheduled_start_time, r.start_time, r.end_time, r.total_run_time, r.auto_scheduled, \
     r.infrastructure_document_id, r.infrastructure_pid, r.created_by, r.job_variables, w.id, w.name, r.state_timestamp";

/// How many rows one statement deletes.
const DELETE_BATCH: i64 = 500;

statements! {
    BY_KEY = "SELECT id FROM flow_run WHERE flow_id = ?1 AND idempotency_key = ?2";
    KNOWN_KEYS = "SELECT idempotency_key FROM flow_run WHERE flow_id = ?1 AND idempotency_key = ANY(?2)";
    PRESENT = "SELECT id FROM flow_run WHERE (workspace_id = ?1) IS TRUE AND id = ANY(?2)";
    EXISTS = "SELECT id FROM flow_run WHERE (workspace_id = ?1) IS TRUE AND id = ?2";
    DELETE = "DELETE FROM flow_run WHERE (workspace_id = ?1) IS TRUE AND id = ANY(?2)
        RETURNING state_type, state_name, state_timestamp, expected_start_time, start_time, end_time, total_run_time,
        flow_id, deployment_id, work_queue_id";
    LOCK = "SELECT r.id FROM flow_run r WHERE (r.workspace_id = ?1) IS TRUE AND r.id = ANY(?2) ORDER BY r.id FOR UPDATE OF r";
    LABELS = "SELECT r.labels FROM flow_run r WHERE (r.workspace_id = ?1) IS TRUE AND r.id = ?2 FOR UPDATE OF r";
    SET_LABELS = "UPDATE flow_run SET labels = ?3, updated = ?4 WHERE (workspace_id = ?1) IS TRUE AND id = ?2";
    SET_NAME = "UPDATE flow_run SET name = ?3, updated = ?4 WHERE (workspace_id = ?1) IS TRUE AND id = ?2";
}

static INSERT: Bulk = Bulk::insert(
    "flow_run",
    &[
        ("id", Kind::Uuid),
        ("workspace_id", Kind::Uuid),
        ("created", Kind::Int),
        ("updated", Kind::Int),
        ("name", Kind::Text),
        ("flow_id", Kind::Uuid),
        ("deployment_id", Kind::Uuid),
        ("deployment_version", Kind::Text),
        ("work_queue_id", Kind::Uuid),
        ("work_queue_name", Kind::Text),
        ("flow_version", Kind::Text),
        ("parameters", Kind::Text),
        ("idempotency_key", Kind::Text),
        ("context", Kind::Text),
        ("empirical_policy", Kind::Text),
        ("tags", Kind::Text),
        ("labels", Kind::Text),
        ("parent_task_run_id", Kind::Uuid),
        ("auto_scheduled", Kind::Bool),
        ("infrastructure_document_id", Kind::Uuid),
        ("infrastructure_pid", Kind::Text),
        ("created_by", Kind::Text),
        ("job_variables", Kind::Text),
        ("state_id", Kind::Uuid),
        ("state_type", Kind::Text),
        ("state_name", Kind::Text),
        ("state_timestamp", Kind::Int),
        ("run_count", Kind::Int),
        ("expected_start_time", Kind::Int),
        ("next_scheduled_start_time", Kind::Int),
        ("start_time", Kind::Int),
        ("end_time", Kind::Int),
        ("started", Kind::Int),
        ("total_run_time", Kind::Float),
    ],
    "ON CONFLICT DO NOTHING",
);

fn values<'a>(tx: &Tx<'_>, workspace: WorkspaceId, run: &'a FlowRun) -> Vec<Value<'a>> {
    vec![
        run.id.into(),
        workspace.into(),
        tx.now.into(),
        tx.now.into(),
        (&run.name).into(),
        run.flow_id.into(),
        run.deployment_id.into(),
        run.deployment_version.as_ref().into(),
        run.work_queue_id.into(),
        run.work_queue_name.as_ref().into(),
        run.flow_version.as_ref().into(),
        (&run.parameters).into(),
        run.idempotency_key.as_ref().into(),
        (&run.context).into(),
        text_of(&run.empirical_policy).into(),
        text_of(&run.tags).into(),
        (&run.labels).into(),
        run.parent_task_run_id.into(),
        run.auto_scheduled.into(),
        run.infrastructure_document_id.into(),
        run.infrastructure_pid.as_ref().into(),
        run.created_by.as_ref().map(text_of).into(),
        run.job_variables.as_ref().into(),
        run.state_id.into(),
        run.state_type.into(),
        run.state_name.as_ref().into(),
        run.state.as_ref().map(|state| state.timestamp).into(),
        run.run_count.into(),
        run.expected_start_time.into(),
        run.next_scheduled_start_time.into(),
        run.start_time.into(),
        run.end_time.into(),
        run.start_time.or(run.expected_start_time).into(),
        run.total_run_time.into(),
    ]
}

/// How a run is counted.
fn entry_of(run: &FlowRun) -> RunEntry {
    RunEntry {
        state: run.state_type.zip(run.state_name.clone()),
        since: run.state.as_ref().map(|state| state.timestamp),
        expected: run.expected_start_time,
        start: run.start_time,
        end: run.end_time,
        run_time: run.total_run_time,
        owners: [
            Some(run.flow_id.0),
            run.deployment_id.map(|id| id.0),
            run.work_queue_id.map(|id| id.0),
        ],
    }
}

/// Inserts a run as it is, its state's columns among the rest; false where one of its idempotency key exists. One
/// that has none can wait for the rest of the transaction.
pub(crate) async fn insert(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    run: &FlowRun,
) -> Result<bool, DbError> {
    if run.idempotency_key.is_some() {
        return Ok(!insert_all(tx, workspace, &[run]).await?.is_empty());
    }
    tx.bulk_later(&INSERT, vec![values(tx, workspace, run)])?;
    tx.tallies.flow_run(workspace, &entry_of(run), 1);
    Ok(true)
}

/// Inserts runs as they are; gives those that were inserted. Of the others one of the same idempotency key exists.
pub(crate) async fn insert_all(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    runs: &[&FlowRun],
) -> Result<Vec<FlowRunId>, DbError> {
    let rows: Vec<_> = runs.iter().map(|run| values(tx, workspace, run)).collect();
    let mut new = tx.insert_new(&INSERT, &rows).await?;
    let mut inserted = Vec::with_capacity(runs.len());
    for run in runs.iter().filter(|run| new.remove(&run.id.0)) {
        tx.tallies.flow_run(workspace, &entry_of(run), 1);
        inserted.push(run.id);
    }
    Ok(inserted)
}

/// Which of these idempotency keys runs of a flow have.
pub(crate) async fn known_keys(
    conn: &Conn,
    flow: FlowId,
    keys: Vec<String>,
) -> Result<Vec<String>, DbError> {
    conn.query(&KNOWN_KEYS, &params![flow, keys], |row| row.take())
        .await
}

fn read(row: &mut Row<'_>, now: Timestamp) -> Result<FlowRun, DbError> {
    let mut run = FlowRun {
        id: row.take()?,
        created: row.take()?,
        updated: row.take()?,
        name: row.take()?,
        flow_id: row.take()?,
        state_id: None,
        deployment_id: row.take()?,
        deployment_version: row.take()?,
        work_queue_id: row.take()?,
        work_queue_name: row.take()?,
        flow_version: row.take()?,
        parameters: row.take()?,
        idempotency_key: row.take()?,
        context: row.take()?,
        empirical_policy: row.parse::<FlowRunPolicy>()?,
        tags: row.parse()?,
        labels: row.take::<JsonObject>()?,
        parent_task_run_id: row.take()?,
        state_type: None,
        state_name: None,
        run_count: row.take()?,
        expected_start_time: row.take()?,
        next_scheduled_start_time: row.take()?,
        start_time: row.take()?,
        end_time: row.take()?,
        total_run_time: row.take()?,
        estimated_run_time: 0.0,
        estimated_start_time_delta: 0.0,
        auto_scheduled: row.take()?,
        infrastructure_document_id: row.take()?,
        infrastructure_pid: row.take()?,
        created_by: row.parse_optional::<CreatedBy>()?,
        job_variables: read_job_variables(row)?,
        work_pool_id: row.take()?,
        work_pool_name: row.take()?,
        state: None,
    };
    let since: Option<Timestamp> = row.take()?;
    run.state = read_state(row)?;
    estimate(&mut run, since, now);
    Ok(run)
}

/// What stands for job variables that somebody has taken away.
const TAKEN_AWAY: &str = "null";

/// A run that was never given any has none of its own, which is an empty object on the wire.
fn read_job_variables(row: &mut Row<'_>) -> Result<Option<JsonObject>, DbError> {
    let text: Option<String> = row.take()?;
    Ok(match text {
        None => Some(JsonObject::default()),
        Some(text) if text == TAKEN_AWAY => None,
        Some(text) => Some(JsonObject::from_text(text).unwrap_or_default()),
    })
}

/// Fills in what follows from the rest of a run, which is in its state since then.
pub(crate) fn estimate(run: &mut FlowRun, since: Option<Timestamp>, now: Timestamp) {
    run.state_id = run.state.as_ref().map(|state| state.id);
    run.state_type = run.state.as_ref().map(|state| state.kind);
    run.state_name = run.state.as_ref().map(|state| state.name.clone());
    let running = since.filter(|_| run.state_type == Some(StateType::Running));
    let ended = run.state_type.is_some_and(StateType::is_terminal);
    run.estimated_run_time = estimated_run_time(run.total_run_time, running, now);
    run.estimated_start_time_delta =
        estimated_lateness(run.expected_start_time, run.start_time, ended, now);
}

/// What is read of a run beside its own row.
const JOINED: &str = "LEFT JOIN event s ON s.id = r.state_id LEFT JOIN work_queue q ON q.id = r.work_queue_id \
     LEFT JOIN work_pool w ON w.id = q.work_pool_id";

fn select() -> Query {
    Query::new(&format!(
        "SELECT {COLUMNS}, {STATE_COLUMNS} FROM flow_run r {JOINED}"
    ))
}

pub(crate) async fn by_id(
    conn: &Conn,
    workspace: WorkspaceId,
    id: FlowRunId,
    now: Timestamp,
) -> Result<Option<FlowRun>, DbError> {
    let mut query = select();
    query.push(" WHERE (r.workspace_id = ?1) IS TRUE AND r.id = ?2");
    conn.query_one(&query.text, &params![workspace, id], |row| read(row, now))
        .await
}

/// Runs by their ids, in their order.
pub(crate) async fn by_ids(
    conn: &Conn,
    workspace: WorkspaceId,
    ids: &[FlowRunId],
    now: Timestamp,
) -> Result<Vec<FlowRun>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = select();
    query.push(" WHERE (r.workspace_id = ?1) IS TRUE AND r.id = ANY(?2)");
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let runs = conn
        .query(&query.text, &params![workspace, ids.clone()], |row| {
            read(row, now)
        })
        .await?;
    Ok(in_order(&ids, runs, |run| run.id.0))
}

/// The run of that flow and idempotency key.
pub(crate) async fn by_idempotency_key(
    conn: &Conn,
    flow: FlowId,
    key: &str,
) -> Result<Option<FlowRunId>, DbError> {
    conn.query_one(&BY_KEY, &params![flow, key], |row| row.take())
        .await
}

/// False where there is no such run.
pub(crate) async fn update(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: FlowRunId,
    update: &FlowRunUpdate,
) -> Result<bool, DbError> {
    let mut query = Query::new("UPDATE flow_run SET updated = ");
    let now = query.value(tx.now);
    query.push(&now);
    let mut set = |column: &str, value: Option<Value<'static>>| {
        if let Some(value) = value {
            let place = query.value(value);
            query.push(&format!(", {column} = {place}"));
        }
    };
    let given = |text: &Given<String>| text.clone().map(Value::from);
    set("name", given(&update.name));
    set("flow_version", given(&update.flow_version));
    set(
        "parameters",
        update
            .parameters
            .as_ref()
            .map(|json| json.get().to_owned().into()),
    );
    set(
        "empirical_policy",
        update
            .empirical_policy
            .as_ref()
            .map(|it| text_of(it).into()),
    );
    set(
        "tags",
        update.tags.as_ref().map(|tags| text_of(tags).into()),
    );
    set("infrastructure_pid", given(&update.infrastructure_pid));
    set(
        "job_variables",
        update.job_variables.as_ref().map(|json| {
            json.as_ref()
                .map_or(TAKEN_AWAY, JsonObject::get)
                .to_owned()
                .into()
        }),
    );
    let (workspace, id) = (query.value(workspace), query.value(id));
    query.push(&format!(" WHERE workspace_id = {workspace} AND id = {id}"));
    Ok(tx.execute(&query.text, &query.params).await? > 0)
}

pub(crate) async fn set_name(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: FlowRunId,
    name: &str,
) -> Result<(), DbError> {
    tx.execute(&SET_NAME, &params![workspace, id, name, tx.now])
        .await?;
    Ok(())
}

/// Adds labels to those that a run has, in place of those of the same keys; false where there is no such run.
pub(crate) async fn add_labels(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: FlowRunId,
    labels: &JsonObject,
) -> Result<bool, DbError> {
    let values = params![workspace, id];
    let found: Option<JsonObject> = tx.query_one(&LABELS, &values, |row| row.take()).await?;
    let Some(found) = found else { return Ok(false) };
    let mut all = found.to_map();
    all.extend(labels.to_map());
    let all = JsonObject::from_map(&all);
    tx.execute(&SET_LABELS, &params![workspace, id, &all, tx.now])
        .await?;
    Ok(true)
}

/// Those of these runs that exist.
pub(crate) async fn present(
    conn: &Conn,
    workspace: WorkspaceId,
    ids: &HashSet<FlowRunId>,
) -> Result<HashSet<FlowRunId>, DbError> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let found = conn
        .query(&PRESENT, &params![workspace, ids], |row| row.take())
        .await?;
    Ok(found.into_iter().collect())
}

pub(crate) async fn exists(
    conn: &Conn,
    workspace: WorkspaceId,
    id: FlowRunId,
) -> Result<bool, DbError> {
    let found = conn
        .query_one(&EXISTS, &params![workspace, id], |row| row.take::<Uuid>())
        .await?;
    Ok(found.is_some())
}

/// Deletes a run with all that belongs to it; false where there is none.
pub(crate) async fn delete(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: FlowRunId,
) -> Result<bool, DbError> {
    if !exists(tx, workspace, id).await? {
        return Ok(false);
    }
    delete_all(tx, workspace, vec![id.0]).await?;
    Ok(true)
}

/// Deletes the runs that match, with all that belongs to them.
pub(crate) async fn delete_related(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    filters: &Filters,
) -> Result<(), DbError> {
    loop {
        let mut query = Query::new("SELECT r.id FROM flow_run r");
        filter::flow_runs(&mut query, workspace, filters);
        query.push(" ORDER BY r.id").page(Page {
            limit: DELETE_BATCH,
            offset: 0,
        });
        let ids: Vec<Uuid> = query.column(tx).await?;
        if ids.is_empty() {
            return Ok(());
        }
        delete_all(tx, workspace, ids).await?;
    }
}

/// Deletes runs with all that belongs to them.
pub(crate) async fn delete_all(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    ids: Vec<Uuid>,
) -> Result<(), DbError> {
    // Locked first: a state that another writer is setting is then either there to be deleted, or refused.
    let values = params![workspace, ids];
    let ids: Vec<Uuid> = tx.query(&LOCK, &values, |row| row.take()).await?;
    let runs = ids.iter().copied().map(FlowRunId).collect();
    let filters = Filters {
        task_runs: Some(TaskRunFilter {
            flow_run_id: Some(AnyOrNull {
                any_: Some(runs),
                ..AnyOrNull::default()
            }),
            ..TaskRunFilter::default()
        }),
        ..Filters::default()
    };
    super::task_run::delete_related(tx, workspace, &filters).await?;
    super::event::delete_of_runs(tx, workspace, ids.clone()).await?;
    super::log::delete_of_runs(tx, workspace, ids.clone(), Vec::new()).await?;
    super::attempt::delete(tx, workspace, ids.clone()).await?;
    super::flow_run_input::delete_of_runs(tx, workspace, ids.clone()).await?;
    super::offer::delete_of_runs(tx, workspace, ids.clone()).await?;
    crate::slots::release_of(tx, workspace, ids.clone(), false).await?;
    let gone = tx
        .query(&DELETE, &params![workspace, ids], |row| {
            let mut entry = super::read_entry(row)?;
            entry.owners = [row.take()?, row.take()?, row.take()?];
            Ok(entry)
        })
        .await?;
    for entry in &gone {
        tx.tallies.flow_run(workspace, entry, -1);
    }
    Ok(())
}
