//! The rows that transitions read and write.

use std::collections::HashMap;

use milliways_model::{
    FlowRun, FlowRunId, FlowRunPolicy, State, StateId, TaskRun, TaskRunId, TaskRunPolicy,
    Timestamp, Uuid, WorkspaceId,
};
use milliways_orchestration::{Run, RunId, RunPolicy};

use crate::db::{Bulk, Conn, DbError, Kind, Row, Tx, Value, params, statements};
use crate::tables::event::read_state;
use crate::tables::text_of;
use crate::tally::RunEntry;

statements! {
    FLOW_RUNS = "SELECT r.id, r.state_id, r.flow_id, r.deployment_id, r.work_queue_id, r.parent_task_run_id, r.infrastructure_pid IS NOT NULL,
        r.empirical_policy, r.run_count, r.start_time, r.end_time, r.total_run_time, r.expected_start_time,
        r.next_scheduled_start_time,
        s.id, s.state_type, s.state_name, s.occurred, s.message, s.data, s.details
        FROM flow_run r LEFT JOIN event s ON s.id = r.state_id
        WHERE (r.workspace_id = ?1) IS TRUE AND r.id = ANY(?2) ORDER BY r.id FOR UPDATE OF r";
    TASK_RUNS = "SELECT t.id, t.state_id, t.flow_run_id, t.tags, t.empirical_policy, t.run_count, t.flow_run_run_count,
        t.start_time, t.end_time, t.total_run_time, t.expected_start_time, t.next_scheduled_start_time,
        s.id, s.state_type, s.state_name, s.occurred, s.message, s.data, s.details
        FROM task_run t LEFT JOIN event s ON s.id = t.state_id
        WHERE (t.workspace_id = ?1) IS TRUE AND t.id = ANY(?2) ORDER BY t.id FOR UPDATE OF t";
    STATES = "SELECT s.id, s.state_type, s.state_name, s.occurred, s.message, s.data, s.details
        FROM event s WHERE s.id = ANY(?1)";
    CHILDREN = "SELECT parent_task_run_id, id FROM flow_run WHERE parent_task_run_id = ANY(?2) AND (workspace_id = ?1) IS TRUE";
    FAILED_TASK_RUNS = "SELECT id FROM task_run
        WHERE (workspace_id = ?1) IS TRUE AND flow_run_id = ?2 AND state_type = 'FAILED' ORDER BY id";
}

/// What every state changes of a flow run, and what only some do: columns that indexes hold are written only where they
/// change, as the embedded database writes an index anew for every column that is set, whatever its value. Both are
/// one statement, as the shared one writes all indexes anew for every change of a row.
macro_rules! set_flow_runs {
    ($($also:expr),*) => {
        Bulk::update(
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
                ("total_run_time", Kind::Float),
                $($also),*
            ],
        )
    };
}
static SET_FLOW_RUN_STATES: Bulk = set_flow_runs!();
static SET_FLOW_RUN_STARTS: Bulk =
    set_flow_runs!(("start_time", Kind::Int), ("started", Kind::Int));
static SET_FLOW_RUN_ENDS: Bulk = set_flow_runs!(("end_time", Kind::Int));
static SET_FLOW_RUN_TIMES: Bulk = set_flow_runs!(
    ("start_time", Kind::Int),
    ("started", Kind::Int),
    ("end_time", Kind::Int)
);

static SET_FLOW_RUN_PLANS: Bulk = Bulk::update(
    "flow_run",
    &[
        ("id", Kind::Uuid),
        ("expected_start_time", Kind::Int),
        ("next_scheduled_start_time", Kind::Int),
    ],
);

static SET_TASK_RUN_STATES: Bulk = Bulk::update(
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
    ],
);

static SET_TASK_RUN_PLANS: Bulk = Bulk::update(
    "task_run",
    &[
        ("id", Kind::Uuid),
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

/// A run, and the state that it is in.
pub(super) type Found = (Run, Option<State>);

/// Flow runs with the states that they are in, locked in key order.
pub(super) async fn flow_runs(
    conn: &Conn,
    workspace: WorkspaceId,
    ids: Vec<Uuid>,
) -> Result<Vec<Found>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let values = params![workspace, ids.clone()];
    let found = conn.query_about(&ids, &FLOW_RUNS, &values, |row| {
        let mut run = Run::flow(row.take()?);
        let state = row.take()?;
        run.flow_id = row.take()?;
        run.deployment_id = row.take()?;
        run.work_queue_id = row.take()?;
        run.parent_task_run_id = row.take()?;
        run.has_infrastructure_pid = row.take()?;
        run.policy = RunPolicy::Flow(row.parse::<FlowRunPolicy>()?);
        run.run_count = row.take()?;
        read_times(&mut run, row)?;
        Ok((run, state, read_state(row)?))
    });
    with_states(conn, found.await?).await
}

/// Task runs with the states that they are in, locked in key order.
pub(super) async fn task_runs(
    conn: &Conn,
    workspace: WorkspaceId,
    ids: Vec<Uuid>,
) -> Result<Vec<Found>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let values = params![workspace, ids.clone()];
    let found = conn.query_about(&ids, &TASK_RUNS, &values, |row| {
        let mut run = Run::task(row.take()?);
        let state = row.take()?;
        run.flow_run_id = row.take()?;
        run.tags = row.parse()?;
        run.policy = RunPolicy::Task(row.parse::<TaskRunPolicy>()?);
        run.run_count = row.take()?;
        run.flow_run_run_count = row.take()?;
        read_times(&mut run, row)?;
        Ok((run, state, read_state(row)?))
    });
    with_states(conn, found.await?).await
}

/// A state that was joined may be one too old: where the row had to be waited for, it is the one that its writer
/// left, but what it is joined with is as the statement first saw it, and so nothing. It is read again then.
async fn with_states(
    conn: &Conn,
    found: Vec<(Run, Option<StateId>, Option<State>)>,
) -> Result<Vec<Found>, DbError> {
    let missing: Vec<Uuid> = found
        .iter()
        .filter(|(_, id, state)| state.as_ref().map(|state| state.id) != *id)
        .filter_map(|(_, id, _)| id.map(Uuid::from))
        .collect();
    let mut again = states(conn, missing).await?;
    let with_state = |(run, id, state): (Run, Option<StateId>, Option<State>)| {
        let state = state.filter(|state| Some(state.id) == id);
        (run, state.or_else(|| again.remove(&id?)))
    };
    Ok(found.into_iter().map(with_state).collect())
}

fn read_times(run: &mut Run, row: &mut Row<'_>) -> Result<(), DbError> {
    run.start_time = row.take()?;
    run.end_time = row.take()?;
    run.total_run_time = row.take()?;
    run.expected_start_time = row.take()?;
    run.next_scheduled_start_time = row.take()?;
    Ok(())
}

async fn states(conn: &Conn, ids: Vec<Uuid>) -> Result<HashMap<StateId, State>, DbError> {
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

/// The subflow runs that these task runs stand for.
pub(super) async fn children(
    conn: &Conn,
    workspace: WorkspaceId,
    task_runs: Vec<Uuid>,
) -> Result<Vec<(TaskRunId, FlowRunId)>, DbError> {
    if task_runs.is_empty() {
        return Ok(Vec::new());
    }
    conn.query(&CHILDREN, &params![workspace, task_runs], |row| {
        Ok((row.take()?, row.take()?))
    })
    .await
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

/// What indexes and counts hold of a run: its times as they are stored, and what it belongs to.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Times {
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    expected: Option<Timestamp>,
    next: Option<Timestamp>,
    /// Seconds spent RUNNING in states that are over.
    run_time: f64,
    /// The flow, the deployment and the queue of a flow run.
    owners: [Option<Uuid>; 3],
}

impl Times {
    pub(super) fn of(run: &Run) -> Self {
        Self {
            start: run.start_time,
            end: run.end_time,
            expected: run.expected_start_time,
            next: run.next_scheduled_start_time,
            run_time: run.total_run_time,
            owners: [
                run.flow_id.map(Uuid::from),
                run.deployment_id.map(Uuid::from),
                run.work_queue_id.map(Uuid::from),
            ],
        }
    }

    fn started(self) -> Option<Timestamp> {
        self.start.or(self.expected)
    }

    /// How a run with these times and that state is counted.
    fn entry(self, state: Option<&State>) -> RunEntry {
        RunEntry {
            state: state.map(|state| (state.kind, state.name.clone())),
            since: state.map(|state| state.timestamp),
            expected: self.expected,
            start: self.start,
            end: self.end,
            run_time: self.run_time,
            owners: self.owners,
        }
    }
}

/// A run to write: its state, and its times as they were read.
pub(super) struct Changed<'r> {
    pub(super) run: &'r Run,
    pub(super) state: Option<&'r State>,
    pub(super) stored: Times,
    /// The state that its row has.
    pub(super) stored_state: Option<&'r State>,
}

/// Writes the rows of runs that changed, in key order.
pub(super) fn update(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    changed: &[Changed<'_>],
) -> Result<(), DbError> {
    let mut flow_runs: [Vec<Vec<Value<'_>>>; 5] = Default::default();
    let mut task_runs: [Vec<Vec<Value<'_>>>; 2] = Default::default();
    for Changed {
        run,
        state,
        stored,
        stored_state,
    } in changed
    {
        let (now, times) = (Times::of(run), *stored);
        for (entry, by) in [(times.entry(*stored_state), -1), (now.entry(*state), 1)] {
            match run.id {
                RunId::Flow(_) => tx.tallies.flow_run(workspace, &entry, by),
                RunId::Task(_) => tx.tallies.task_run(workspace, &entry, by),
            }
        }
        let has_new_plan = (now.expected, now.next) != (times.expected, times.next);
        match (run.id, &run.policy) {
            (RunId::Flow(id), RunPolicy::Flow(policy)) => {
                let mut row = vec![id.into(), tx.now.into()];
                row.extend(state_values(*state));
                row.extend([
                    text_of(policy).into(),
                    run.run_count.into(),
                    run.total_run_time.into(),
                ]);
                let starts = (now.start, now.started()) != (times.start, times.started());
                let ends = now.end != times.end;
                if starts {
                    row.extend([now.start.into(), now.started().into()]);
                }
                if ends {
                    row.push(now.end.into());
                }
                // In the order of the statements below.
                let which = match (starts, ends) {
                    (false, false) => 0,
                    (true, false) => 1,
                    (false, true) => 2,
                    (true, true) => 3,
                };
                flow_runs[which].push(row);
                if has_new_plan {
                    flow_runs[4].push(vec![id.into(), now.expected.into(), now.next.into()]);
                }
            }
            (RunId::Task(id), _) => {
                let mut row = vec![id.into(), tx.now.into()];
                row.extend(state_values(*state));
                row.extend([run.run_count.into(), run.flow_run_run_count.into()]);
                row.extend([now.start.into(), now.end.into(), run.total_run_time.into()]);
                task_runs[0].push(row);
                if has_new_plan {
                    task_runs[1].push(vec![id.into(), now.expected.into(), now.next.into()]);
                }
            }
            (RunId::Flow(_), RunPolicy::Task(_)) => {}
        }
    }
    let all = [
        &SET_FLOW_RUN_STATES,
        &SET_FLOW_RUN_STARTS,
        &SET_FLOW_RUN_ENDS,
        &SET_FLOW_RUN_TIMES,
        &SET_FLOW_RUN_PLANS,
    ];
    for (bulk, rows) in all.into_iter().zip(flow_runs) {
        tx.bulk_later(bulk, rows)?;
    }
    for (bulk, rows) in [&SET_TASK_RUN_STATES, &SET_TASK_RUN_PLANS]
        .into_iter()
        .zip(task_runs)
    {
        tx.bulk_later(bulk, rows)?;
    }
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

/// What rules see of a flow run that is about to be inserted.
pub(super) fn run_of_flow(flow_run: &FlowRun) -> Run {
    let mut run = Run::flow(flow_run.id);
    run.flow_id = Some(flow_run.flow_id);
    run.deployment_id = flow_run.deployment_id;
    run.work_queue_id = flow_run.work_queue_id;
    run.parent_task_run_id = flow_run.parent_task_run_id;
    run.policy = RunPolicy::Flow(flow_run.empirical_policy.clone());
    run
}

/// Takes over what states did to a flow run that is about to be inserted.
pub(super) fn copy_into_flow(
    run: &Run,
    state: Option<&State>,
    flow_run: &mut FlowRun,
    now: Timestamp,
) {
    flow_run.created = Some(now);
    flow_run.updated = Some(now);
    flow_run.state = state.cloned();
    flow_run.run_count = run.run_count;
    flow_run.start_time = run.start_time;
    flow_run.end_time = run.end_time;
    flow_run.total_run_time = run.total_run_time;
    flow_run.expected_start_time = run.expected_start_time;
    flow_run.next_scheduled_start_time = run.next_scheduled_start_time;
    if let RunPolicy::Flow(policy) = &run.policy {
        flow_run.empirical_policy.clone_from(policy);
    }
    let since = state.map(|state| state.timestamp);
    crate::tables::flow_run::estimate(flow_run, since, now);
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
pub(super) fn copy_into(run: &Run, state: Option<&State>, task_run: &mut TaskRun, now: Timestamp) {
    task_run.created = Some(now);
    task_run.updated = Some(now);
    task_run.state = state.cloned();
    task_run.run_count = run.run_count;
    task_run.flow_run_run_count = run.flow_run_run_count;
    task_run.start_time = run.start_time;
    task_run.end_time = run.end_time;
    task_run.total_run_time = run.total_run_time;
    task_run.expected_start_time = run.expected_start_time;
    task_run.next_scheduled_start_time = run.next_scheduled_start_time;
    let since = state.map(|state| state.timestamp);
    crate::tables::task_run::estimate(task_run, since, now);
}
