//! The one place where a run's state changes.
//!
//! A [`Transitions`] is the unit of work of one write: it reads the runs in question with their states,
//! asks `milliways_orchestration` for each proposed state in order, and writes what was decided (state rows,
//! run rows, effects) in the caller's transaction. States that a client has decided itself, told by a
//! journal or by events, go the same way through [`Transitions::record`].

mod effects;
mod facts;
mod prefetch;
mod results;
mod rows;

use std::collections::HashMap;
use std::rc::Rc;

use milliways_model::orchestration::SetStateDetails;
use milliways_model::{
    ArtifactCreate, ArtifactId, Event, FlowRun, FlowRunId, OrchestrationResult, SetStateStatus,
    State, StateId, StateType, TaskRun, TaskRunId, Uuid, WorkspaceId, uuid7,
};
use milliways_orchestration::{
    Client, Effect, Policy, Run, RunId, Transition, Verdict, complete_reported, decide,
    has_process, needs, record, released_by_report, repeats,
};

pub(crate) use prefetch::{Prefetched, Wanted};

use crate::db::{DbError, Tx};
use crate::error::StoreError;
use crate::scope::store_artifact;
use crate::slots;
use crate::tables::event::{NewRow, RunRef};
use crate::tables::task_queue::{self, QueueLimits};

/// What became of a proposed state.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The answer for the client.
    pub result: OrchestrationResult,
    /// Whether a state was written.
    pub written: bool,
}

impl Outcome {
    /// Whether the proposed state was written.
    pub fn is_accepted(&self) -> bool {
        self.result.status == SetStateStatus::Accept
    }

    /// Why it was not, in the rule's words.
    pub fn reason(&self) -> Option<&str> {
        match &self.result.details {
            SetStateDetails::Accept {} => None,
            SetStateDetails::Reject { reason }
            | SetStateDetails::Abort { reason }
            | SetStateDetails::Wait { reason, .. } => reason.as_deref(),
        }
    }
}

/// How a proposed state is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Set {
    /// Whether most rules are passed over.
    pub force: bool,
    /// Who proposes it.
    pub client: Client,
}

/// A run with the state that it is in, as this transaction sees it.
struct Loaded {
    run: Run,
    current: Option<Rc<State>>,
    /// The times and the state that its row has.
    stored: rows::Times,
    stored_state: Option<Rc<State>>,
    is_changed: bool,
}

impl Loaded {
    fn new(run: Run, current: Option<Rc<State>>) -> Self {
        let stored = rows::Times::of(&run);
        Self {
            run,
            stored_state: current.clone(),
            current,
            stored,
            is_changed: false,
        }
    }
}

/// A state row that will be written.
struct Written {
    run: RunRef,
    state: Rc<State>,
    follows: Option<StateId>,
    intended: Option<StateType>,
    body: Option<Event>,
    /// Whether its id was drawn here.
    is_fresh: bool,
}

/// The state changes of one write.
pub(crate) struct Transitions<'t, 'c> {
    tx: &'t Tx<'c>,
    workspace: WorkspaceId,
    draw: Box<dyn FnMut() -> u128>,
    loaded: HashMap<Uuid, Loaded>,
    created: Vec<TaskRun>,
    written: Vec<Written>,
    cached: Vec<(String, Option<milliways_model::Timestamp>, StateId)>,
    /// What reported states give back: leases, and task runs whose tags' slots are free.
    released: (Vec<Uuid>, Vec<Uuid>),
    /// Task runs for task workers, and whether they are tried again.
    queued: Vec<(TaskRunId, bool)>,
    /// What states with results leave.
    results: Vec<ArtifactCreate>,
}

impl<'t, 'c> Transitions<'t, 'c> {
    /// Nothing to do yet. `draw` gives 128 random bits each time.
    pub(crate) fn new(
        tx: &'t Tx<'c>,
        workspace: WorkspaceId,
        draw: impl FnMut() -> u128 + 'static,
    ) -> Self {
        Self {
            tx,
            workspace,
            draw: Box::new(draw),
            loaded: HashMap::new(),
            created: Vec::new(),
            written: Vec::new(),
            cached: Vec::new(),
            released: Default::default(),
            queued: Vec::new(),
            results: Vec::new(),
        }
    }

    /// Random bits.
    pub(crate) fn draw(&mut self) -> u128 {
        (self.draw)()
    }

    /// Reads flow runs that are not read yet, and locks them.
    pub(crate) async fn load_flow_runs(&mut self, ids: Vec<FlowRunId>) -> Result<(), DbError> {
        let mut ids = self.missing(ids.into_iter().map(Uuid::from));
        self.keep_prefetched(&mut ids);
        let runs = rows::flow_runs(self.tx, self.workspace, ids).await?;
        self.keep(runs);
        Ok(())
    }

    /// Reads task runs that are not read yet, and locks them.
    pub(crate) async fn load_task_runs(&mut self, ids: Vec<TaskRunId>) -> Result<(), DbError> {
        let mut ids = self.missing(ids.into_iter().map(Uuid::from));
        self.keep_prefetched(&mut ids);
        let runs = rows::task_runs(self.tx, self.workspace, ids).await?;
        self.keep(runs);
        Ok(())
    }

    /// Ids in key order, each once: rows are always locked in that order.
    fn missing(&self, ids: impl Iterator<Item = Uuid>) -> Vec<Uuid> {
        let mut ids: Vec<Uuid> = ids.filter(|id| !self.loaded.contains_key(id)).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    fn keep_prefetched(&mut self, ids: &mut Vec<Uuid>) {
        let taken = self.tx.prefetched.take(self.tx, self.workspace, ids);
        self.keep(taken);
    }

    fn keep(&mut self, runs: Vec<rows::Found>) {
        for (run, state) in runs {
            self.loaded
                .insert(uuid_of(run.id), Loaded::new(run, state.map(Rc::new)));
        }
    }

    /// A flow run that was inserted by this transaction and has no state yet.
    pub(crate) fn add_flow_run(&mut self, row: &FlowRun) {
        let run = rows::run_of_flow(row);
        self.loaded.insert(row.id.0, Loaded::new(run, None));
    }

    /// Takes over what was decided of a flow run that was not inserted yet: its row is to be inserted as it is then.
    pub(crate) fn complete_flow_run(&mut self, row: &mut FlowRun) {
        if let Some(loaded) = self.loaded.get_mut(&row.id.0) {
            rows::copy_into_flow(&loaded.run, loaded.current.as_deref(), row, self.tx.now);
            loaded.is_changed = false;
        }
    }

    /// A flow run that is not inserted yet: first its states are decided.
    pub(crate) fn new_flow_run(&mut self, row: &FlowRun) {
        self.add_flow_run(row);
    }

    /// A task run to insert, with its states recorded before it is.
    pub(crate) fn create_task_run(&mut self, run: TaskRun) {
        let facts = rows::run_of(&run);
        self.loaded.insert(run.id.0, Loaded::new(facts, None));
        self.created.push(run);
    }

    /// Gives a task run that is still to be inserted another name; false where there is none of this id.
    pub(crate) fn rename_created(&mut self, id: TaskRunId, name: &str) -> bool {
        let created = self.created.iter_mut().rev().find(|run| run.id == id);
        created.map(|run| name.clone_into(&mut run.name)).is_some()
    }

    /// Whether the run was read and exists.
    pub(crate) fn has(&self, id: impl Into<Uuid>) -> bool {
        self.loaded.contains_key(&id.into())
    }

    /// The run as it is now.
    pub(crate) fn run_mut(&mut self, id: impl Into<Uuid>) -> Option<&mut Run> {
        let loaded = self.loaded.get_mut(&id.into())?;
        loaded.is_changed = true;
        Some(&mut loaded.run)
    }

    /// The state that the run is in.
    pub(crate) fn current(&self, id: impl Into<Uuid>) -> Option<Rc<State>> {
        self.loaded.get(&id.into())?.current.clone()
    }

    /// Whether a flow run has a process that may be missed.
    pub(crate) fn has_process(&self, id: FlowRunId) -> bool {
        let loaded = self.loaded.get(&id.0);
        let current = loaded.and_then(|loaded| Some((&loaded.run, loaded.current.as_deref()?)));
        current.is_some_and(|(run, state)| has_process(run, state))
    }

    /// When a SCHEDULED flow run is due.
    pub(crate) fn next_start(&self, id: FlowRunId) -> Option<milliways_model::Timestamp> {
        self.loaded.get(&id.0)?.run.next_scheduled_start_time
    }

    /// Writes a state that the client has decided. False when it is older than the run's state: then it is
    /// kept, and the run stays where it is.
    pub(crate) fn record(&mut self, run: Uuid, mut state: State, body: Option<Event>) -> bool {
        let Some(loaded) = self.loaded.get_mut(&run) else {
            return false;
        };
        // An event says more than its state: it is kept.
        if body.is_none() && repeats(loaded.current.as_deref(), &state) {
            return false;
        }
        complete_reported(&loaded.run, loaded.current.as_deref(), &mut state);
        let moved = record(&mut loaded.run, loaded.current.as_deref(), &state);
        if moved {
            match released_by_report(&loaded.run, loaded.current.as_deref(), &state) {
                Some(Effect::ReleaseLease { lease }) => self.released.0.push(lease.0),
                Some(Effect::ReleaseTagSlots) => self.released.1.push(run),
                _ => {}
            }
        }
        let state = Rc::new(state);
        self.written.push(Written {
            run: run_ref(&loaded.run),
            state: Rc::clone(&state),
            follows: loaded.current.as_ref().map(|current| current.id),
            intended: None,
            body,
            is_fresh: false,
        });
        if moved {
            loaded.current = Some(state);
            loaded.is_changed = true;
        }
        moved
    }

    /// Shows the states of a subflow run on the task run that stands for it in its parent, where that is known
    /// already; else [`Transitions::adopt_children`] does when it comes.
    pub(crate) async fn mirror(
        &mut self,
        child: FlowRunId,
        states: &[State],
    ) -> Result<(), DbError> {
        let parent = self
            .loaded
            .get(&child.0)
            .and_then(|loaded| loaded.run.parent_task_run_id);
        let Some(parent) = parent.filter(|_| !states.is_empty()) else {
            return Ok(());
        };
        self.load_task_runs(vec![parent]).await?;
        for state in states {
            let mirrored = self.mirrored(child, state);
            self.record(parent.0, mirrored, None);
        }
        Ok(())
    }

    /// Gives new task runs that wait the states of the subflow runs that they stand for: a child's journal may
    /// arrive before its parent's.
    pub(crate) async fn adopt_children(&mut self) -> Result<(), DbError> {
        let waits = |run: &TaskRun| {
            let current = self
                .loaded
                .get(&run.id.0)
                .and_then(|loaded| loaded.current.as_ref());
            current.is_none_or(|state| state.kind == StateType::Pending)
        };
        let ids: Vec<Uuid> = self
            .created
            .iter()
            .filter(|run| waits(run))
            .map(|run| run.id.0)
            .collect();
        for (parent, child) in rows::children(self.tx, self.workspace, ids).await? {
            let states =
                crate::tables::event::states_of(self.tx, self.workspace, child.0, true).await?;
            for state in &states {
                let mirrored = self.mirrored(child, state);
                self.record(parent.0, mirrored, None);
            }
        }
        Ok(())
    }

    fn mirrored(&mut self, child: FlowRunId, state: &State) -> State {
        let mut state = state.clone();
        state.id = StateId(uuid7(self.tx.now, self.draw()));
        state.state_details.child_flow_run_id = Some(child);
        state
    }

    /// Judges a proposed state and carries the verdict out; none where there is no such run.
    pub(crate) async fn set(
        &mut self,
        run: Uuid,
        proposed: State,
        policy: impl FnOnce(&Run, &State) -> Policy,
        client: Client,
    ) -> Result<Option<Outcome>, DbError> {
        let Some(loaded) = self.loaded.get_mut(&run) else {
            return Ok(None);
        };
        let transition = Transition {
            policy: policy(&loaded.run, &proposed),
            initial: loaded.current.as_deref().cloned(),
            proposed: Some(proposed),
            client,
        };
        let needs = needs(&transition, &loaded.run);
        let facts = facts::load(self.tx, self.workspace, &loaded.run, &needs).await?;
        let verdict = decide(
            transition,
            &mut loaded.run,
            &facts,
            self.tx.now,
            &mut self.draw,
        );
        let Verdict {
            status,
            details,
            state,
            initial,
            intended,
            effects,
        } = verdict;
        let state = state.map(Rc::new);
        if let Some(state) = &state {
            self.results
                .extend(results::artifact_of(&loaded.run, state));
            self.written.push(Written {
                run: run_ref(&loaded.run),
                state: Rc::clone(state),
                follows: initial.as_ref().map(|initial| initial.id),
                intended: intended.filter(|kind| *kind != state.kind),
                body: None,
                is_fresh: true,
            });
            loaded.current = Some(Rc::clone(state));
            loaded.is_changed = true;
        }
        let written = state.is_some();
        let answer = state.as_deref().cloned().or(initial);
        for effect in effects {
            Box::pin(self.carry_out(run, effect)).await?;
        }
        Ok(Some(Outcome {
            result: OrchestrationResult {
                state: answer,
                status,
                details,
            },
            written,
        }))
    }

    async fn carry_out(&mut self, run: Uuid, effect: Effect) -> Result<(), DbError> {
        match effect {
            Effect::MirrorOnParent { task_run, state } => {
                self.load_task_runs(vec![task_run]).await?;
                self.set(
                    task_run.0,
                    *state,
                    |_, _| Policy::MinimalTask,
                    Client::CURRENT,
                )
                .await?;
            }
            Effect::InsertIntoCache { key, expiration } => {
                if let Some(state) = self.current(run) {
                    self.cached.push((key, expiration, state.id));
                }
            }
            Effect::ResetFailedTaskRuns { scheduled_time } => {
                self.reset_failed_task_runs(FlowRunId(run), scheduled_time)
                    .await?;
            }
            Effect::EnqueueTaskRun { retry } => self.queued.push((TaskRunId(run), retry)),
            other => effects::carry_out(self.tx, self.workspace, run, other).await?,
        }
        Ok(())
    }

    /// Old clients expect the server to do so when a flow run is retried.
    async fn reset_failed_task_runs(
        &mut self,
        flow_run: FlowRunId,
        scheduled_time: milliways_model::Timestamp,
    ) -> Result<(), DbError> {
        let ids = rows::failed_task_runs(self.tx, self.workspace, flow_run).await?;
        self.load_task_runs(ids.clone()).await?;
        for id in ids {
            let state_id = StateId(uuid7(self.tx.now, self.draw()));
            let mut state = State::new(state_id, StateType::Scheduled, self.tx.now);
            "AwaitingRetry".clone_into(&mut state.name);
            state.state_details.scheduled_time = Some(scheduled_time);
            self.set(id.0, state, |_, _| Policy::MinimalTask, Client::CURRENT)
                .await?;
            if let Some(run) = self.run_mut(id) {
                run.run_count = 0;
            }
        }
        Ok(())
    }

    /// Refuses what would make a queue of background tasks longer than it may be. `task_key` is that of a run which is
    /// only being made.
    pub(crate) async fn find_room(
        &self,
        task_key: Option<&str>,
        limits: QueueLimits,
    ) -> Result<(), StoreError> {
        for (task_run, is_retry) in &self.queued {
            let run = (*task_run, task_key);
            if task_queue::is_full(self.tx, self.workspace, run, *is_retry, limits).await? {
                return Err(StoreError::QueueFull);
            }
        }
        Ok(())
    }

    /// Writes everything; gives the task runs that it made, as they are.
    pub(crate) async fn finish(mut self) -> Result<Vec<TaskRun>, DbError> {
        self.adopt_children().await?;
        self.insert_created().await?;
        let rows: Vec<NewRow<'_>> = self
            .written
            .iter()
            .map(|written| NewRow::State {
                run: written.run,
                state: &written.state,
                follows: written.follows,
                intended: written.intended.map(StateType::as_str),
                body: written.body.as_ref(),
                is_fresh: written.is_fresh,
            })
            .collect();
        crate::tables::event::append(self.tx, self.workspace, &rows).await?;
        let mut changed: Vec<rows::Changed<'_>> = self
            .loaded
            .values()
            .filter(|loaded| loaded.is_changed)
            .map(|loaded| rows::Changed {
                run: &loaded.run,
                state: loaded.current.as_deref(),
                stored: loaded.stored,
                stored_state: loaded.stored_state.as_deref(),
            })
            .collect();
        // Rows are always written in key order, so that writers wait for each other and never in a circle.
        changed.sort_unstable_by_key(|changed| uuid_of(changed.run.id));
        rows::update(self.tx, self.workspace, &changed)?;
        rows::insert_cached(self.tx, self.workspace, &self.cached).await?;
        for (task_run, is_retry) in self.queued {
            task_queue::enqueue(self.tx, self.workspace, task_run, is_retry).await?;
        }
        for artifact in &self.results {
            let id = ArtifactId(uuid7(self.tx.now, (self.draw)()));
            store_artifact(self.tx, self.workspace, id, artifact).await?;
        }
        let (leases, task_runs) = self.released;
        slots::release(self.tx, self.workspace, leases).await?;
        slots::release_of(self.tx, self.workspace, task_runs, true).await?;
        Ok(self.created)
    }

    /// New task runs are inserted as they are after all their states, so that they need no update.
    async fn insert_created(&mut self) -> Result<(), DbError> {
        if self.created.is_empty() {
            return Ok(());
        }
        for task_run in &mut self.created {
            if let Some(loaded) = self.loaded.get_mut(&task_run.id.0) {
                rows::copy_into(
                    &loaded.run,
                    loaded.current.as_deref(),
                    task_run,
                    self.tx.now,
                );
                loaded.is_changed = false;
            }
        }
        let all: Vec<&TaskRun> = self.created.iter().collect();
        let inserted = crate::tables::task_run::insert(self.tx, self.workspace, &all).await?;
        if usize::try_from(inserted).unwrap_or(0) < self.created.len() {
            self.insert_with_other_keys().await?;
        }
        Ok(())
    }

    /// Another attempt at the flow run made task runs of the same keys: these get keys of their own, so that
    /// nothing of either is lost.
    async fn insert_with_other_keys(&mut self) -> Result<(), DbError> {
        let ids = self.created.iter().map(|run| run.id.0).collect();
        let known = crate::tables::task_run::known(self.tx, self.workspace, ids).await?;
        self.created.retain(|run| !known.contains(&run.id));
        for run in &mut self.created {
            run.dynamic_key = format!("{}~{}", run.dynamic_key, run.id);
        }
        let rest: Vec<&TaskRun> = self.created.iter().collect();
        crate::tables::task_run::insert(self.tx, self.workspace, &rest).await?;
        Ok(())
    }
}

fn uuid_of(id: RunId) -> Uuid {
    match id {
        RunId::Flow(id) => id.0,
        RunId::Task(id) => id.0,
    }
}

fn run_ref(run: &Run) -> RunRef {
    match run.id {
        RunId::Flow(id) => RunRef::Flow(id),
        RunId::Task(id) => RunRef::Task(id, run.flow_run_id),
    }
}

/// The statements of the files in here.
#[cfg(test)]
pub(crate) fn statements() -> &'static [(&'static str, &'static crate::db::Sql)] {
    Box::leak(
        [facts::STATEMENTS, rows::STATEMENTS]
            .concat()
            .into_boxed_slice(),
    )
}
