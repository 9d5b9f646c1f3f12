//! Task runs.

use std::collections::{BTreeMap, HashMap};

use milliways_model::sort::TaskRunSort;
use milliways_model::{
    FlowId, FlowRunId, JsonObject, StateType, TaskRun, TaskRunId, TaskRunPolicy, Timestamp, Uuid,
    WorkspaceId,
};

use super::event::{STATE_COLUMNS, read_state};
use super::{estimated_lateness, estimated_run_time, in_order, text_of};
use crate::db::{Bulk, Conn, DbError, Kind, Row, Tx, Value, params, statements};
use crate::filter::{self, Filters, KeptCount, Page, Query};
use crate::tally::RunEntry;

const COLUMNS: &str = "t.id, t.created, t.updated, t.name, t.flow_run_id, t.task_key, t.dynamic_key, \
     t.cache_key, t.cache_expiration, t.task_version, t.empirical_policy, t.tags, t.labels, t.task_inputs, \
     t.run_count, t.flow_run_run_count, t.expected_start_time, t.next_scheduled_start_time, t.start_time, \
     t.end_time, t.total_run_time, t.state_timestamp";

const DELETE_BATCH: i64 = 1_000;

statements! {
    SUBFLOW_RUNS = "SELECT COUNT(*) FROM (SELECT 1 FROM flow_run c WHERE c.parent_task_run_id IS NOT NULL LIMIT ?1) AS first";
    BY_FREE_KEYS = "SELECT t.id FROM task_run t WHERE t.flow_run_id IS NULL AND t.task_key = ?2 AND t.dynamic_key = ?3
        AND (t.workspace_id = ?1) IS TRUE ORDER BY t.id LIMIT 1";
    FLOW_AND_SAME = "SELECT r.flow_id,
        (SELECT t.id FROM task_run t WHERE t.flow_run_id = r.id AND t.task_key = ?3 AND t.dynamic_key = ?4)
        FROM flow_run r WHERE (r.workspace_id = ?1) IS TRUE AND r.id = ?2";
    OF_FLOW_RUNS = "SELECT id FROM task_run WHERE (workspace_id = ?1) IS TRUE AND flow_run_id = ANY(?2) LIMIT ?3";
    EXISTS = "SELECT id FROM task_run WHERE (workspace_id = ?1) IS TRUE AND id = ?2";
    KNOWN = "SELECT id FROM task_run WHERE (workspace_id = ?1) IS TRUE AND id = ANY(?2)";
    DELETE = "DELETE FROM task_run WHERE (workspace_id = ?1) IS TRUE AND id = ANY(?2)
        RETURNING state_type, state_name, state_timestamp, expected_start_time, start_time, end_time, total_run_time";
    LOCK = "SELECT t.id FROM task_run t WHERE (t.workspace_id = ?1) IS TRUE AND t.id = ANY(?2) ORDER BY t.id FOR UPDATE OF t";
    SET_NAME = "UPDATE task_run SET name = ?3, updated = ?4 WHERE (workspace_id = ?1) IS TRUE AND id = ?2";
    NAMES = "SELECT id, name FROM task_run WHERE (workspace_id = ?1) IS TRUE AND id = ANY(?2)";
    SET_INPUTS = "UPDATE task_run SET task_inputs = ?3, updated = ?4 WHERE (workspace_id = ?1) IS TRUE AND id = ?2";
    COUNT_OF_RUNS = "SELECT flow_run_id, COUNT(*) FROM task_run WHERE (workspace_id = ?1) IS TRUE AND flow_run_id = ANY(?2)
        GROUP BY flow_run_id";
}

static INSERT: Bulk = Bulk::insert(
    "task_run",
    &[
        ("id", Kind::Uuid),
        ("workspace_id", Kind::Uuid),
        ("created", Kind::Int),
        ("updated", Kind::Int),
        ("name", Kind::Text),
        ("flow_run_id", Kind::Uuid),
        ("task_key", Kind::Text),
        ("dynamic_key", Kind::Text),
        ("cache_key", Kind::Text),
        ("cache_expiration", Kind::Int),
        ("task_version", Kind::Text),
        ("empirical_policy", Kind::Text),
        ("tags", Kind::Text),
        ("labels", Kind::Text),
        ("task_inputs", Kind::Text),
        ("state_id", Kind::Uuid),
        ("state_type", Kind::Text),
        ("state_name", Kind::Text),
        ("state_timestamp", Kind::Int),
        ("run_count", Kind::Int),
        ("flow_run_run_count", Kind::Int),
        ("expected_start_time", Kind::Int),
        ("next_scheduled_start_time", Kind::Int),
        ("start_time", Kind::Int),
        ("end_time", Kind::Int),
        ("total_run_time", Kind::Float),
    ],
    "ON CONFLICT DO NOTHING",
);

/// Inserts runs as they are, their state's columns among the rest; gives how many were new.
pub(crate) async fn insert(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    runs: &[&TaskRun],
) -> Result<u64, DbError> {
    let rows: Vec<Vec<Value<'_>>> = runs
        .iter()
        .map(|run| columns(run, workspace, tx.now))
        .collect();
    let mut new = tx.insert_new(&INSERT, &rows).await?;
    let count = new.len() as u64;
    for run in runs.iter().filter(|run| new.remove(&run.id.0)) {
        tx.tallies.task_run(workspace, &entry_of(run), 1);
    }
    Ok(count)
}

/// How a run is counted.
fn entry_of(run: &TaskRun) -> RunEntry {
    RunEntry {
        state: run.state_type.zip(run.state_name.clone()),
        since: run.state.as_ref().map(|state| state.timestamp),
        expected: run.expected_start_time,
        start: run.start_time,
        end: run.end_time,
        run_time: run.total_run_time,
        owners: [None; 3],
    }
}

fn columns(run: &TaskRun, workspace: WorkspaceId, now: Timestamp) -> Vec<Value<'_>> {
    vec![
        run.id.into(),
        workspace.into(),
        now.into(),
        now.into(),
        (&run.name).into(),
        run.flow_run_id.into(),
        (&run.task_key).into(),
        (&run.dynamic_key).into(),
        run.cache_key.as_ref().into(),
        run.cache_expiration.into(),
        run.task_version.as_ref().into(),
        text_of(&run.empirical_policy).into(),
        text_of(&run.tags).into(),
        super::object(run.labels.as_ref()).into(),
        (&run.task_inputs).into(),
        run.state_id.into(),
        run.state_type.into(),
        run.state_name.as_ref().into(),
        run.state.as_ref().map(|state| state.timestamp).into(),
        run.run_count.into(),
        run.flow_run_run_count.into(),
        run.expected_start_time.into(),
        run.next_scheduled_start_time.into(),
        run.start_time.into(),
        run.end_time.into(),
        run.total_run_time.into(),
    ]
}

fn read(row: &mut Row<'_>, now: Timestamp) -> Result<TaskRun, DbError> {
    let mut run = TaskRun {
        id: row.take()?,
        created: row.take()?,
        updated: row.take()?,
        name: row.take()?,
        flow_run_id: row.take()?,
        task_key: row.take()?,
        dynamic_key: row.take()?,
        cache_key: row.take()?,
        cache_expiration: row.take()?,
        task_version: row.take()?,
        empirical_policy: row.parse::<TaskRunPolicy>()?,
        tags: row.parse()?,
        labels: Some(row.take::<JsonObject>()?),
        state_id: None,
        task_inputs: row.take()?,
        state_type: None,
        state_name: None,
        run_count: row.take()?,
        flow_run_run_count: row.take()?,
        expected_start_time: row.take()?,
        next_scheduled_start_time: row.take()?,
        start_time: row.take()?,
        end_time: row.take()?,
        total_run_time: row.take()?,
        estimated_run_time: 0.0,
        estimated_start_time_delta: 0.0,
        state: None,
    };
    let since: Option<Timestamp> = row.take()?;
    run.state = read_state(row)?;
    estimate(&mut run, since, now);
    Ok(run)
}

/// Fills in what follows from the rest of a run, which is in its state since then.
pub(crate) fn estimate(run: &mut TaskRun, since: Option<Timestamp>, now: Timestamp) {
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
const JOINED: &str = "LEFT JOIN event s ON s.id = t.state_id";

fn select() -> Query {
    Query::new(&format!(
        "SELECT {COLUMNS}, {STATE_COLUMNS} FROM task_run t {JOINED}"
    ))
}

pub(crate) async fn by_id(
    conn: &Conn,
    workspace: WorkspaceId,
    id: TaskRunId,
    now: Timestamp,
) -> Result<Option<TaskRun>, DbError> {
    let mut query = select();
    query.push(" WHERE (t.workspace_id = ?1) IS TRUE AND t.id = ?2");
    conn.query_one(&query.text, &params![workspace, id], |row| read(row, now))
        .await
}

/// The flow of a flow run, and its task run of these keys if there is one; none where there is no such flow run.
pub(crate) async fn flow_and_same(
    conn: &Conn,
    workspace: WorkspaceId,
    flow_run: FlowRunId,
    (task_key, dynamic_key): (&str, &str),
) -> Result<Option<(FlowId, Option<TaskRunId>)>, DbError> {
    let values = params![workspace, flow_run, task_key, dynamic_key];
    // New task runs are inserted at once, so only the flow run may have to be waited for.
    let found = conn
        .query_about(&[flow_run.0], &FLOW_AND_SAME, &values, |row| {
            Ok((row.take()?, row.take()?))
        })
        .await?;
    Ok(found.into_iter().next())
}

/// The run of no flow run with these keys.
pub(crate) async fn by_free_keys(
    conn: &Conn,
    workspace: WorkspaceId,
    task_key: &str,
    dynamic_key: &str,
) -> Result<Option<TaskRunId>, DbError> {
    let values = params![workspace, task_key, dynamic_key];
    conn.query_one(&BY_FREE_KEYS, &values, |row| row.take())
        .await
}

/// Which of these ids exist.
pub(crate) async fn known(
    conn: &Conn,
    workspace: WorkspaceId,
    ids: Vec<Uuid>,
) -> Result<Vec<TaskRunId>, DbError> {
    conn.query(&KNOWN, &params![workspace, ids], |row| row.take())
        .await
}

pub(crate) async fn list(
    conn: &Conn,
    workspace: WorkspaceId,
    filters: &Filters,
    sort: TaskRunSort,
    page: Page,
    now: Timestamp,
) -> Result<Vec<TaskRun>, DbError> {
    let order = match sort {
        TaskRunSort::IdDesc => "t.id DESC",
        TaskRunSort::ExpectedStartTimeAsc => "t.expected_start_time NULLS FIRST, t.id",
        TaskRunSort::ExpectedStartTimeDesc => "t.expected_start_time DESC NULLS LAST, t.id DESC",
        TaskRunSort::NameAsc => "t.name, t.id",
        TaskRunSort::NameDesc => "t.name DESC, t.id DESC",
        TaskRunSort::NextScheduledStartTimeAsc => "t.next_scheduled_start_time NULLS LAST, t.id",
        TaskRunSort::EndTimeDesc => "t.end_time DESC NULLS LAST, t.id DESC",
        TaskRunSort::DurationDesc => "t.total_run_time DESC, t.id DESC",
        TaskRunSort::DurationAsc => "t.total_run_time, t.id",
    };
    if conn.is_remote() {
        // Another statement would be another round trip.
        let mut query = Query::new(&format!(
            "SELECT {COLUMNS}, {STATE_COLUMNS} FROM (SELECT t.* FROM task_run t"
        ));
        filter::task_runs(&mut query, workspace, filters);
        query.push(&format!(" ORDER BY {order}")).shared_page(page);
        query.push(&format!(") AS t {JOINED} ORDER BY {order}"));
        let runs = conn.query(&query.text, &query.params, |row| read(row, now));
        return runs.await;
    }
    // The page is found among ids, and only what is shown is read and joined. A run that is deleted in between is left
    // out.
    let along = match sort {
        _ if filter::has_task_run_key(filters) => None,
        TaskRunSort::IdDesc => Some("task_run_newest"),
        TaskRunSort::ExpectedStartTimeAsc | TaskRunSort::ExpectedStartTimeDesc => {
            Some("task_run_expected")
        }
        _ => None,
    };
    let ids = |index| {
        let mut query = Query::new("SELECT t.id FROM task_run t");
        filter::task_runs_by(&mut query, workspace, filters, index);
        query.push(&format!(" ORDER BY {order}")).page(page);
        query
    };
    let along = along.map(|index| ids(Some(index)));
    let ids: Vec<Uuid> = filter::page_of(conn, along, ids(None)).await?;
    let mut query = select();
    query.push(" WHERE (t.workspace_id = ?1) IS TRUE AND t.id = ANY(?2)");
    let values = params![workspace, ids.clone()];
    let runs = conn
        .query(&query.text, &values, |row| read(row, now))
        .await?;
    Ok(in_order(&ids, runs, |run| run.id.0))
}

pub(crate) async fn count(
    conn: &Conn,
    workspace: WorkspaceId,
    filters: &Filters,
) -> Result<i64, DbError> {
    if let Some(kept) = KeptCount::of_task_runs(filters) {
        return kept.number(conn, workspace).await;
    }
    if let Some((kept, rest)) = KeptCount::of_task_runs_and_parents(filters) {
        let all = kept.number(conn, workspace).await?;
        if let Some(parents) = count_parents(conn, workspace, &rest, all).await? {
            return Ok((all - parents).max(0));
        }
    }
    let index = filter::flow_run_index(conn, workspace, filters).await?;
    let mut query = Query::new("SELECT COUNT(*)");
    if let Some(index) = index.filter(|_| filter::finds_by_flow_run(filters)) {
        filter::task_runs_of_flow_runs(&mut query, workspace, filters, index);
    } else {
        query.push(" FROM task_run t");
        filter::task_runs(&mut query, workspace, filters);
    }
    query.number(conn).await
}

/// For one subflow run as many task runs can be looked at in an index as are counted without it.
const PARENT: i64 = 4;

/// How many of these task runs stand for a subflow run; none where to look at each of those runs would take longer than
/// to look at the task runs.
async fn count_parents(
    conn: &Conn,
    workspace: WorkspaceId,
    filters: &Filters,
    task_runs: i64,
) -> Result<Option<i64>, DbError> {
    let most = task_runs / PARENT;
    let values = params![most];
    let subflow_runs = conn
        .query_one(&SUBFLOW_RUNS, &values, |row| row.take::<i64>())
        .await?;
    if subflow_runs.unwrap_or(0) >= most {
        return Ok(None);
    }
    let mut query = Query::new("SELECT COUNT(DISTINCT t.id)");
    filter::parents(&mut query, workspace, filters);
    Ok(Some(query.number(conn).await?))
}

/// How many runs match, by the type of their state.
pub(crate) async fn count_by_state(
    conn: &Conn,
    workspace: WorkspaceId,
    filters: &Filters,
) -> Result<Vec<(StateType, i64)>, DbError> {
    if let Some(kept) = KeptCount::of_task_runs(filters) {
        let mut sums = BTreeMap::new();
        for one in kept.counted(conn, workspace).await? {
            if let Some(kind) = StateType::parse(&one.kind) {
                *sums.entry(kind).or_default() += one.count;
            }
        }
        return Ok(sums.into_iter().filter(|(_, count)| *count > 0).collect());
    }
    let mut query = Query::new("SELECT t.state_type, COUNT(*) FROM task_run t");
    filter::task_runs(&mut query, workspace, filters);
    query.push(" AND t.state_type IS NOT NULL GROUP BY t.state_type");
    conn.query(&query.text, &query.params, |row| {
        Ok((row.take()?, row.take()?))
    })
    .await
}

/// How many task runs each of these flow runs has; those with none are left out.
pub(crate) async fn count_of_runs(
    conn: &Conn,
    workspace: WorkspaceId,
    flow_runs: Vec<Uuid>,
) -> Result<Vec<(FlowRunId, i64)>, DbError> {
    let values = params![workspace, flow_runs];
    conn.query(&COUNT_OF_RUNS, &values, |row| {
        Ok((row.take()?, row.take()?))
    })
    .await
}

/// Gives a run a name, if there is one to give; false where there is no such run.
pub(crate) async fn update(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: TaskRunId,
    name: Option<&str>,
) -> Result<bool, DbError> {
    match name {
        Some(name) => set_name(tx, workspace, id, name).await,
        None => exists(tx, workspace, id).await,
    }
}

/// False where there is no such run.
pub(crate) async fn set_name(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: TaskRunId,
    name: &str,
) -> Result<bool, DbError> {
    Ok(tx
        .execute(&SET_NAME, &params![workspace, id, name, tx.now])
        .await?
        > 0)
}

/// Gives runs these names, in key order, where they have other ones.
pub(crate) async fn set_names(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    mut names: Vec<(TaskRunId, &str)>,
) -> Result<(), DbError> {
    if names.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = names.iter().map(|(id, _)| id.0).collect();
    let stored: HashMap<TaskRunId, String> = tx
        .query(&NAMES, &params![workspace, ids], |row| {
            Ok((row.take()?, row.take()?))
        })
        .await?
        .into_iter()
        .collect();
    names.sort_unstable_by_key(|(id, _)| *id);
    for (id, name) in names {
        if stored.get(&id).is_some_and(|stored| stored != name) {
            set_name(tx, workspace, id, name).await?;
        }
    }
    Ok(())
}

/// Replaces where a run's parameters came from.
pub(crate) async fn set_inputs(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: TaskRunId,
    inputs: &JsonObject,
) -> Result<(), DbError> {
    tx.execute(&SET_INPUTS, &params![workspace, id, inputs, tx.now])
        .await?;
    Ok(())
}

/// Whether there is such a run.
pub(crate) async fn exists(
    conn: &Conn,
    workspace: WorkspaceId,
    id: TaskRunId,
) -> Result<bool, DbError> {
    let found = conn
        .query_one(&EXISTS, &params![workspace, id], |row| row.take::<Uuid>())
        .await?;
    Ok(found.is_some())
}

/// Deletes a run with its states and log lines; false where there is none.
pub(crate) async fn delete(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: TaskRunId,
) -> Result<bool, DbError> {
    if !exists(tx, workspace, id).await? {
        return Ok(false);
    }
    delete_all(tx, workspace, vec![id.0]).await?;
    Ok(true)
}

/// Deletes the runs that match, with their states and log lines.
pub(crate) async fn delete_related(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    filters: &Filters,
) -> Result<(), DbError> {
    loop {
        let mut query = Query::new("SELECT t.id FROM task_run t");
        filter::task_runs(&mut query, workspace, filters);
        query.push(" ORDER BY t.id").page(Page {
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

/// Deletes task runs of these flow runs, at most `limit` of them; says whether none are left.
pub(crate) async fn delete_some_of(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    flow_runs: Vec<Uuid>,
    limit: i64,
) -> Result<bool, DbError> {
    let values = params![workspace, flow_runs, limit];
    let ids: Vec<Uuid> = tx.query(&OF_FLOW_RUNS, &values, |row| row.take()).await?;
    let is_last = i64::try_from(ids.len()).unwrap_or(i64::MAX) < limit;
    delete_all(tx, workspace, ids).await?;
    Ok(is_last)
}

async fn delete_all(tx: &Tx<'_>, workspace: WorkspaceId, ids: Vec<Uuid>) -> Result<(), DbError> {
    // Locked first: a state that another writer is setting is then either there to be deleted, or refused.
    let values = params![workspace, ids];
    let ids: Vec<Uuid> = tx.query(&LOCK, &values, |row| row.take()).await?;
    super::event::delete_of_runs(tx, workspace, ids.clone()).await?;
    super::log::delete_of_runs(tx, workspace, Vec::new(), ids.clone()).await?;
    super::attempt::delete(tx, workspace, ids.clone()).await?;
    super::task_queue::delete(tx, workspace, ids.clone()).await?;
    crate::slots::release_of(tx, workspace, ids.clone(), false).await?;
    let gone = tx
        .query(&DELETE, &params![workspace, ids], super::read_entry)
        .await?;
    for entry in &gone {
        tx.tallies.task_run(workspace, entry, -1);
    }
    Ok(())
}
