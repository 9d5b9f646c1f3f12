//! The rows that transitions read and write.

use std::collections::HashMap;

use milliways_model::{
    FlowRunId, FlowRunPolicy, State, StateId, TaskRun, TaskRunId, TaskRunPolicy, Timestamp, Uuid,
    WorkspaceId,
};
use milliways_orchestration::{Run, RunId, RunPolicy};

use crate::db::{Bulk, Conn, DbError, Kind, Row, Tx, Value, params, statements};
use crate::tables::event::read_state;
use crate::tables::{read_text, text_of};

statements! {
    FLOW_RUNS = "SELECT r.id, r.state_id, r.deployment_id, r.parent_task_run_id, r.infrastructure_pid IS NOT NULL,
        r.empirical_policy, r.run_count, r.start_time, r.end_time, r.total_run_time, r.expected_start_time,
        r.next_scheduled_start_time
        FROM flow_run r WHERE r.workspace_id = ?1 AND r.id = ANY(?2) ORDER BY r.id FOR UPDATE OF r";
    TASK_RUNS = "SELECT t.id, t.state_id, t.flow_run_id, t.tags, t.empirical_policy, t.run_count, t.flow_run_run_count,
        t.start_time, t.end_time, t.total_run_time, t.expected_start_time, t.next_scheduled_start_time
        FROM task_run t WHERE t.workspace_id = ?1 AND t.id = ANY(?2) ORDER BY t.id FOR UPDATE OF t";
    STATES = "SELECT s.id, s.state_type, s.state_name, s.occurred, s.message, s.data, s.details
        FROM event s WHERE s.id = ANY(?1)";
    FAILED_TASK_RUNS = "SELECT id FROM task_run
        WHERE workspace_id = ?1 AND flow_run_id = ?2 AND state_type = 'FAILED' ORDER BY id";
}

static UPDATE_FLOW_RUNS: Bulk = Bulk::update(
    "flow_run",
    &[
        ("id", Kind::Uuid),
        ("updated", Kind::Int),
        ("state_id", Kind::Uuid),
        ("state_type", Kind::Text),
        ("state_name", Kind::Text),
        ("state_timestamp", Kind::Int),
        ("empirical_policy", Kind::Text),
        ("run_count", Kind::Int),
        ("start_time", Kind::Int),
        ("end_time", Kind::Int),
        ("total_run_time", Kind::Float),
        ("expected_start_time", Kind::Int),
        ("next_scheduled_start_time", Kind::Int),
        ("started", Kind::Int),
    ],
);

static UPDATE_TASK_RUNS: Bulk = Bulk::update(
    "task_run",
    &[
        ("id", Kind::Uuid),
        ("updated", Kind::Int),
        ("state_id", Kind::Uuid),
        ("state_type", Kind::Text),
        ("state_name", Kind::Text),
        ("state_timestamp", Kind::Int),
        ("run_count", Kind::Int),
        ("flow_run_run_count", Kind::Int),
        ("start_time", Kind::Int),
        ("end_time", Kind::Int),
        ("total_run_time", Kind::Float),
        ("expected_start_time", Kind::Int),
        ("next_scheduled_start_time", Kind::Int),
    ],
);

static INSERT_CACHED: Bulk = Bulk::insert(
    "cached_state",
    &[
        ("workspace_id", Kind::Uuid),
        ("cache_key", Kind::Text),
        ("seq", Kind::Int),
        ("expiration", Kind::Int),
        ("state_id", Kind::Uuid),
    ],
    "",
);

pub(super) async fn flow_runs(
    conn: &Conn,
    workspace: WorkspaceId,
    ids: Vec<Uuid>,
) -> Result<Vec<(Run, Option<StateId>)>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    conn.query(&FLOW_RUNS, &params![workspace, ids], |row| {
        let mut run = Run::flow(row.take()?);
        let state = row.take()?;
        run.deployment_id = row.take()?;
        run.parent_task_run_id = row.take()?;
        run.has_infrastructure_pid = row.take()?;
        run.policy = RunPolicy::Flow(read_text::<FlowRunPolicy>(&row.take::<String>()?));
        run.run_count = row.take()?;
        read_times(&mut run, row)?;
        Ok((run, state))
    })
    .await
}

pub(super) async fn task_runs(
    conn: &Conn,
    workspace: WorkspaceId,
    ids: Vec<Uuid>,
) -> Result<Vec<(Run, Option<StateId>)>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    conn.query(&TASK_RUNS, &params![workspace, ids], |row| {
        let mut run = Run::task(row.take()?);
        let state = row.take()?;
        run.flow_run_id = row.take()?;
        run.tags = read_text(&row.take::<String>()?);
        run.policy = RunPolicy::Task(read_text::<TaskRunPolicy>(&row.take::<String>()?));
        run.run_count = row.take()?;
        run.flow_run_run_count = row.take()?;
        read_times(&mut run, row)?;
        Ok((run, state))
    })
    .await
}

fn read_times(run: &mut Run, row: &mut Row<'_>) -> Result<(), DbError> {
    run.start_time = row.take()?;
    run.end_time = row.take()?;
    run.total_run_time = row.take()?;
    run.expected_start_time = row.take()?;
    run.next_scheduled_start_time = row.take()?;
    Ok(())
}

pub(super) async fn states(
    conn: &Conn,
    ids: Vec<Uuid>,
) -> Result<HashMap<StateId, State>, DbError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let states = conn.query(&STATES, &params![ids], read_state).await?;
    Ok(states
        .into_iter()
        .flatten()
        .map(|state| (state.id, state))
        .collect())
}

pub(super) async fn failed_task_runs(
    conn: &Conn,
    workspace: WorkspaceId,
    flow_run: FlowRunId,
) -> Result<Vec<TaskRunId>, DbError> {
    conn.query(&FAILED_TASK_RUNS, &params![workspace, flow_run], |row| {
        row.take()
    })
    .await
}

/// Writes the rows of runs that changed, in key order.
pub(super) async fn update(tx: &Tx<'_>, changed: &[(&Run, Option<&State>)]) -> Result<(), DbError> {
    let mut flow_runs = Vec::new();
    let mut task_runs = Vec::new();
    for (run, state) in changed {
        match (run.id, &run.policy) {
            (RunId::Flow(id), RunPolicy::Flow(policy)) => {
                let mut row = vec![Value::from(id), tx.now.into()];
                row.extend(state_values(*state));
                row.push(text_of(policy).into());
                row.push(run.run_count.into());
                row.extend(time_values(run));
                row.push(run.start_time.or(run.expected_start_time).into());
                flow_runs.push(row);
            }
            (RunId::Task(id), _) => {
                let mut row = vec![Value::from(id), tx.now.into()];
                row.extend(state_values(*state));
                row.push(run.run_count.into());
                row.push(run.flow_run_run_count.into());
                row.extend(time_values(run));
                task_runs.push(row);
            }
            (RunId::Flow(_), RunPolicy::Task(_)) => {}
        }
    }
    tx.bulk(&UPDATE_FLOW_RUNS, &flow_runs).await?;
    tx.bulk(&UPDATE_TASK_RUNS, &task_runs).await?;
    Ok(())
}

fn state_values(state: Option<&State>) -> [Value<'_>; 4] {
    [
        state.map(|state| state.id).into(),
        state.map(|state| state.kind).into(),
        state.map(|state| &state.name).into(),
        state.map(|state| state.timestamp).into(),
    ]
}

fn time_values(run: &Run) -> [Value<'static>; 5] {
    [
        run.start_time.into(),
        run.end_time.into(),
        run.total_run_time.into(),
        run.expected_start_time.into(),
        run.next_scheduled_start_time.into(),
    ]
}

pub(super) async fn insert_cached(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    cached: &[(String, Option<Timestamp>, StateId)],
) -> Result<(), DbError> {
    if cached.is_empty() {
        return Ok(());
    }
    let first = tx.take_seq(cached.len()).await?;
    let rows: Vec<Vec<Value<'_>>> = cached
        .iter()
        .zip(first..)
        .map(|((key, expiration, state), seq)| {
            vec![
                workspace.into(),
                key.into(),
                seq.into(),
                (*expiration).into(),
                (*state).into(),
            ]
        })
        .collect();
    tx.bulk(&INSERT_CACHED, &rows).await?;
    Ok(())
}

/// What rules see of a task run that is about to be inserted.
pub(super) fn run_of(task_run: &TaskRun) -> Run {
    let mut run = Run::task(task_run.id);
    run.flow_run_id = task_run.flow_run_id;
    run.tags.clone_from(&task_run.tags);
    run.policy = RunPolicy::Task(task_run.empirical_policy.clone());
    run.flow_run_run_count = task_run.flow_run_run_count;
    run.expected_start_time = task_run.expected_start_time;
    run
}

/// Takes over what states did to a task run that is about to be inserted.
pub(super) fn copy_into(run: &Run, state: Option<&State>, task_run: &mut TaskRun) {
    task_run.state_id = state.map(|state| state.id);
    task_run.state_type = state.map(|state| state.kind);
    task_run.state_name = state.map(|state| state.name.clone());
    task_run.state = state.cloned();
    task_run.run_count = run.run_count;
    task_run.flow_run_run_count = run.flow_run_run_count;
    task_run.start_time = run.start_time;
    task_run.end_time = run.end_time;
    task_run.total_run_time = run.total_run_time;
    task_run.expected_start_time = run.expected_start_time;
    task_run.next_scheduled_start_time = run.next_scheduled_start_time;
}
