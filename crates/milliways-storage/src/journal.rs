//! The journal of an attempt: a batch of records is stored whole, in order, once.

use std::collections::HashMap;

use milliways_model::journal::{
    JournalAck, JournalBatch, JournalClaim, JournalFlowRun, JournalRecord, JournalTaskRun,
};
use milliways_model::names::check_object_name;
use milliways_model::{
    Event, FlowCreate, FlowId, FlowRun, FlowRunId, JsonObject, LogCreate, StateType, TaskRun,
    TaskRunId, Uuid, WorkspaceId, uuid7,
};

use crate::db::Tx;
use crate::error::StoreError;
use crate::labels;
use crate::tables::attempt::{self, Attempt};
use crate::tables::{concurrency_lease, event, flow, flow_run, log, task_run};
use crate::transition::Transitions;

/// How long an attempt is taken to be alive after it was last heard of, in seconds.
pub const LEASE_SECONDS: f64 = 30.0;

/// The run whose journal it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JournalRun {
    /// A flow run.
    Flow(FlowRunId),
    /// A task run outside any flow.
    Task(TaskRunId),
}

impl JournalRun {
    pub(crate) fn uuid(self) -> Uuid {
        match self {
            Self::Flow(id) => id.0,
            Self::Task(id) => id.0,
        }
    }
}

/// A batch that can't be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// Records before it are missing.
    #[error("records are missing: the next one has to be number {expected}")]
    Gap {
        /// The number to go on with.
        expected: i64,
    },
    /// Another attempt has taken the run over.
    #[error("another attempt holds the run: epoch {epoch}")]
    Stale {
        /// The epoch of the attempt that holds it.
        epoch: i64,
    },
    /// The run does not exist and the batch does not make it.
    #[error("run not found")]
    UnknownRun,
}

/// Stores a batch; gives the number of the last record that is stored.
pub(crate) async fn apply(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    run: JournalRun,
    batch: &JournalBatch,
    draw: impl FnMut() -> u128 + 'static,
) -> Result<JournalAck, StoreError> {
    let known = attempt::by_run(tx, workspace, run.uuid()).await?;
    let acked = match known {
        Some(held) if batch.epoch < held.epoch => {
            return Err(JournalError::Stale { epoch: held.epoch }.into());
        }
        Some(held) if batch.epoch == held.epoch => held.acked_seq,
        _ => 0,
    };
    if batch.first_seq > acked + 1 {
        return Err(JournalError::Gap {
            expected: acked + 1,
        }
        .into());
    }
    let repeated = usize::try_from(acked + 1 - batch.first_seq).unwrap_or(usize::MAX);
    let fresh = batch.records.get(repeated..).unwrap_or_default();
    if known.is_none() && fresh.is_empty() {
        return Err(JournalError::UnknownRun.into());
    }

    let mut writing = Writing::new(tx, workspace, run, draw);
    writing.load(fresh).await?;
    for record in fresh {
        writing.record(record).await?;
    }
    if !writing.transitions.has(run.uuid()) && !fresh.is_empty() {
        return Err(JournalError::UnknownRun.into());
    }
    let acked_seq = acked + i64::try_from(fresh.len()).unwrap_or(0);
    // A heartbeat of an attempt that has ended leaves it ended; its run is only read when records came.
    let ended = writing.has_ended();
    let cancel = writing.is_cancelled();
    let holds_slots = fresh.is_empty() || writing.holds_slots();
    writing.finish().await?;
    if let (JournalRun::Flow(id), false, true) = (run, ended, holds_slots) {
        concurrency_lease::keep(tx, workspace, id).await?;
    }
    let lease_until = (!ended).then(|| tx.now.plus_seconds(LEASE_SECONDS));
    let held = Attempt {
        epoch: batch.epoch,
        acked_seq,
    };
    let is_flow_run = matches!(run, JournalRun::Flow(_));
    attempt::save(tx, workspace, run.uuid(), is_flow_run, held, lease_until).await?;
    Ok(JournalAck { acked_seq, cancel })
}

/// Makes the caller the one who holds a flow run; `None` where there is no such run.
pub(crate) async fn claim(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    run: FlowRunId,
) -> Result<Option<JournalClaim>, StoreError> {
    if flow_run::by_id(tx, workspace, run, tx.now).await?.is_none() {
        return Ok(None);
    }
    let held = attempt::by_run(tx, workspace, run.0).await?;
    let epoch = held.map_or(0, |held| held.epoch) + 1;
    let claimed = Attempt {
        epoch,
        acked_seq: 0,
    };
    let lease_until = tx.now.plus_seconds(LEASE_SECONDS);
    attempt::save(tx, workspace, run.0, true, claimed, Some(lease_until)).await?;
    Ok(Some(JournalClaim { epoch }))
}

struct Writing<'b, 't, 'c> {
    tx: &'t Tx<'c>,
    workspace: WorkspaceId,
    run: JournalRun,
    transitions: Transitions<'t, 'c>,
    /// The flow of the run, for the labels of task runs.
    flow: Option<FlowId>,
    logs: Vec<LogCreate>,
    events: Vec<&'b Event>,
    names: HashMap<Uuid, &'b str>,
    inputs: Vec<(TaskRunId, &'b JsonObject)>,
}

impl<'b, 't, 'c> Writing<'b, 't, 'c> {
    fn new(
        tx: &'t Tx<'c>,
        workspace: WorkspaceId,
        run: JournalRun,
        draw: impl FnMut() -> u128 + 'static,
    ) -> Self {
        Self {
            tx,
            workspace,
            run,
            transitions: Transitions::new(tx, workspace, draw),
            flow: None,
            logs: Vec::new(),
            events: Vec::new(),
            names: HashMap::new(),
            inputs: Vec::new(),
        }
    }

    /// Reads the runs that the records tell of, all at once.
    async fn load(&mut self, records: &[JournalRecord]) -> Result<(), StoreError> {
        let mut tasks: Vec<TaskRunId> = records
            .iter()
            .filter_map(|record| match record {
                JournalRecord::TaskRunStates(states) => Some(states.id),
                // Told again where its flow was retried, or where its inputs were learnt later.
                JournalRecord::TaskRun(made) => Some(made.id),
                _ => None,
            })
            .collect();
        match self.run {
            JournalRun::Flow(id) => self.transitions.load_flow_runs(vec![id]).await?,
            JournalRun::Task(id) => tasks.push(id),
        }
        if !tasks.is_empty() {
            self.transitions.load_task_runs(tasks).await?;
        }
        Ok(())
    }

    async fn record(&mut self, record: &'b JournalRecord) -> Result<(), StoreError> {
        match record {
            JournalRecord::FlowRun(made) => self.flow_run(made).await?,
            JournalRecord::FlowRunStates(states) => {
                for state in states {
                    self.transitions
                        .record(self.run.uuid(), state.clone(), None);
                }
                if let JournalRun::Flow(id) = self.run {
                    self.transitions.mirror(id, states).await?;
                }
            }
            JournalRecord::FlowRunName(name) => {
                flow_run::set_name(self.tx, self.workspace, FlowRunId(self.run.uuid()), name)
                    .await?;
            }
            JournalRecord::TaskRun(made) => self.task_run(made).await?,
            JournalRecord::TaskRunStates(told) => {
                for state in &told.states {
                    self.transitions.record(told.id.0, state.clone(), None);
                }
            }
            JournalRecord::TaskRunName(told) => {
                self.names.insert(told.id.0, &told.name);
            }
            JournalRecord::Log(log) => self.logs.push(self.own(log)),
            JournalRecord::Event(event) => self.events.push(event),
        }
        Ok(())
    }

    async fn flow_run(&mut self, made: &JournalFlowRun) -> Result<(), StoreError> {
        let JournalRun::Flow(id) = self.run else {
            return Err(invalid(
                "flow_run",
                "not the journal of a flow run".to_owned(),
            ));
        };
        if made.id != id {
            return Err(invalid("flow_run.id", "not the run in the path".to_owned()));
        }
        check_object_name(&made.flow_name)
            .map_err(|error| invalid("flow_run.flow_name", error.to_string()))?;
        let new_id = FlowId(uuid7(self.tx.now, self.transitions.draw()));
        let wanted = FlowCreate {
            name: made.flow_name.clone(),
            tags: Vec::new(),
            labels: None,
        };
        let (flow, _) = flow::create(self.tx, self.workspace, new_id, &wanted).await?;
        self.flow = Some(flow.id);
        if !self.transitions.has(id) {
            let row = flow_run_of(made, flow.id, flow.labels.as_ref());
            flow_run::insert(self.tx, self.workspace, &row).await?;
            self.transitions.add_flow_run(&row);
        }
        for state in &made.states {
            self.transitions.record(id.0, state.clone(), None);
        }
        self.transitions.mirror(id, &made.states).await?;
        Ok(())
    }

    async fn task_run(&mut self, made: &'b JournalTaskRun) -> Result<(), StoreError> {
        let flow_run = match self.run {
            JournalRun::Flow(id) => Some(id),
            JournalRun::Task(_) => None,
        };
        if self.flow.is_none()
            && let Some(id) = flow_run
        {
            let found = flow_run::by_id(self.tx, self.workspace, id, self.tx.now).await?;
            self.flow = found.map(|run| run.flow_id);
        }
        if !self.transitions.has(made.id) {
            let row = task_run_of(made, self.flow, flow_run);
            self.transitions.create_task_run(row);
        } else if !made.task_inputs.is_empty() {
            self.inputs.push((made.id, &made.task_inputs));
        }
        for state in &made.states {
            self.transitions.record(made.id.0, state.clone(), None);
        }
        Ok(())
    }

    /// A line that names no run is the run's own.
    fn own(&self, log: &LogCreate) -> LogCreate {
        let mut log = log.clone();
        match self.run {
            JournalRun::Flow(id) => log.flow_run_id = log.flow_run_id.or(Some(id)),
            JournalRun::Task(id) => log.task_run_id = log.task_run_id.or(Some(id)),
        }
        log
    }

    fn has_ended(&self) -> bool {
        let current = self.transitions.current(self.run.uuid());
        current.is_some_and(|state| StateType::is_terminal(state.kind))
    }

    /// Whether somebody has asked for the run's end.
    fn is_cancelled(&self) -> bool {
        let current = self.transitions.current(self.run.uuid());
        current
            .is_some_and(|state| matches!(state.kind, StateType::Cancelling | StateType::Cancelled))
    }

    /// Whether the run was given a slot of its deployment's limit.
    fn holds_slots(&self) -> bool {
        let current = self.transitions.current(self.run.uuid());
        current.is_some_and(|state| {
            state
                .state_details
                .deployment_concurrency_lease_id
                .is_some()
        })
    }

    async fn finish(self) -> Result<(), StoreError> {
        let Self {
            tx,
            workspace,
            mut transitions,
            logs,
            events,
            names,
            inputs,
            ..
        } = self;
        let mut seed = transitions.draw();
        transitions.finish().await?;
        for (id, name) in names {
            task_run::set_name(tx, workspace, TaskRunId(id), name).await?;
        }
        for (id, inputs) in inputs {
            task_run::set_inputs(tx, workspace, id, inputs).await?;
        }
        let logs: Vec<&LogCreate> = logs.iter().collect();
        log::append(tx, workspace, &logs, move || {
            seed = seed.wrapping_add(GOLDEN);
            seed
        })
        .await?;
        let rows: Vec<event::NewRow<'_>> = events.into_iter().map(event::NewRow::Event).collect();
        event::append(tx, workspace, &rows).await?;
        Ok(())
    }
}

/// Steps through 128 bits without meeting a value twice (an odd number near 2^128 divided by the golden ratio).
const GOLDEN: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;

fn invalid(location: &'static str, reason: String) -> StoreError {
    StoreError::Invalid { location, reason }
}

fn flow_run_of(made: &JournalFlowRun, flow: FlowId, flow_labels: Option<&JsonObject>) -> FlowRun {
    FlowRun {
        deployment_id: made.deployment_id,
        flow_version: made.flow_version.clone(),
        parameters: made.parameters.clone(),
        empirical_policy: made.empirical_policy.clone(),
        tags: made.tags.clone(),
        labels: labels::of_flow_run(flow, made.deployment_id, flow_labels, Some(&made.labels)),
        parent_task_run_id: made.parent_task_run_id,
        ..FlowRun::new(made.id, made.name.clone(), flow)
    }
}

fn task_run_of(
    made: &JournalTaskRun,
    flow: Option<FlowId>,
    flow_run: Option<FlowRunId>,
) -> TaskRun {
    TaskRun {
        flow_run_id: flow_run,
        cache_key: made.cache_key.clone(),
        task_version: made.task_version.clone(),
        empirical_policy: made.empirical_policy.clone(),
        tags: made.tags.clone(),
        labels: Some(labels::of_task_run(flow, flow_run, None)),
        task_inputs: made.task_inputs.clone(),
        flow_run_run_count: made.flow_run_run_count,
        ..TaskRun::new(
            made.id,
            made.name.clone(),
            made.task_key.clone(),
            made.dynamic_key.clone(),
        )
    }
}
