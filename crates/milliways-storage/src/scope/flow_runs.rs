//! Flow runs: creating, reading, changing, and proposing states.

use std::time::Duration;

use milliways_model::journal::{JournalAck, JournalBatch};
use milliways_model::names::{check_run_name, generate};
use milliways_model::sort::FlowRunSort;
use milliways_model::{
    BlockDocumentId, FlowRun, FlowRunCreate, FlowRunId, FlowRunUpdate, JsonObject, State,
    StateCreate, StateId, StateType, TaskRunId, Uuid, WorkspaceId, uuid7,
};
use milliways_orchestration::{Client, Policy, RunId, late_state};

use super::{Origin, Scope, draw};
use crate::db::{DbError, Tx};
use crate::deployment::checks::new_job_variables;
use crate::error::StoreError;
use crate::filter::{Filters, Page};
use crate::journal::{self, JournalRun};
use crate::labels;
use crate::pools;
use crate::slots;
use crate::tables::{block_document, event, flow, flow_run, task_run};
use crate::transition::{Outcome, Set, Transitions};

impl Scope {
    /// Creates a run in its first state, or finds the one of that flow and idempotency key; says whether it
    /// was created.
    pub async fn create_flow_run(
        &self,
        create: FlowRunCreate,
        origin: Origin,
    ) -> Result<(FlowRun, bool), StoreError> {
        if let Some(name) = &create.name {
            check_run_name(name).map_err(|error| StoreError::Invalid {
                location: "body.name",
                reason: error.to_string(),
            })?;
        }
        // Requests of one key go to one lane, so that the second finds what the first has made.
        let lane = match &create.idempotency_key {
            Some(_) => create.flow_id.0,
            None => Uuid::from_u128(draw()),
        };
        self.write_for(lane, 1, async move |tx, workspace| {
            self::create(tx, workspace, &create, &origin).await
        })
        .await
    }

    /// A run by its id.
    pub async fn flow_run(&self, id: FlowRunId) -> Result<Option<FlowRun>, StoreError> {
        let now = self.now();
        self.read(async move |conn, workspace| Ok(flow_run::by_id(conn, workspace, id, now).await?))
            .await
    }

    /// Runs that match.
    pub async fn flow_runs(
        &self,
        filters: Filters,
        sort: FlowRunSort,
        page: Page,
    ) -> Result<Vec<FlowRun>, StoreError> {
        self.flow_runs_as(filters, sort, page, |found| found).await
    }

    /// [`Scope::flow_runs`], made into an answer by the thread that read them: writing a long one takes as long as reading
    /// what is in it, and so both wait in one line, and nothing else waits for either.
    pub async fn flow_runs_as<T: Send + 'static>(
        &self,
        filters: Filters,
        sort: FlowRunSort,
        page: Page,
        answer: impl FnOnce(Vec<FlowRun>) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let now = self.now();
        self.read(async move |conn, workspace| {
            Ok(answer(
                flow_run::list(conn, workspace, &filters, sort, page, now).await?,
            ))
        })
        .await
    }

    /// How many runs match.
    pub async fn count_flow_runs(&self, filters: Filters) -> Result<i64, StoreError> {
        self.read(
            async move |conn, workspace| Ok(flow_run::count(conn, workspace, &filters).await?),
        )
        .await
    }

    /// The mean lateness in seconds of the runs that match; none where there are none.
    pub async fn flow_run_lateness(&self, filters: Filters) -> Result<Option<f64>, StoreError> {
        let now = self.now();
        self.read(async move |conn, workspace| {
            Ok(flow_run::lateness(conn, workspace, &filters, now).await?)
        })
        .await
    }

    /// Changes a run; false where there is none.
    pub async fn update_flow_run(
        &self,
        id: FlowRunId,
        mut update: FlowRunUpdate,
    ) -> Result<bool, StoreError> {
        if let Some(name) = &mut update.name {
            let wanted = name.take().filter(|name| !name.is_empty());
            *name = Some(wanted.unwrap_or_else(drawn_name));
        }
        self.write_for(id.0, 1, async move |tx, workspace| {
            if let Some(Some(variables)) = &update.job_variables {
                new_job_variables(tx, workspace, id, variables).await?;
            }
            Ok(flow_run::update(tx, workspace, id, &update).await?)
        })
        .await
    }

    /// Adds labels to those that a run has; false where there is no such run.
    pub async fn add_flow_run_labels(
        &self,
        id: FlowRunId,
        labels: JsonObject,
    ) -> Result<bool, StoreError> {
        self.write_for(id.0, 1, async move |tx, workspace| {
            Ok(flow_run::add_labels(tx, workspace, id, &labels).await?)
        })
        .await
    }

    /// Deletes a run with its task runs, states and log lines; false where there is none.
    pub async fn delete_flow_run(&self, id: FlowRunId) -> Result<bool, StoreError> {
        self.write_for(id.0, 1, async move |tx, workspace| {
            Ok(flow_run::delete(tx, workspace, id).await?)
        })
        .await
    }

    /// Proposes a state; none where there is no such run.
    pub async fn set_flow_run_state(
        &self,
        id: FlowRunId,
        state: StateCreate,
        set: Set,
    ) -> Result<Option<Outcome>, StoreError> {
        let policy = if set.force {
            Policy::MinimalFlow
        } else {
            Policy::CoreFlow
        };
        self.judge_flow_run(id, state, policy, set.client).await
    }

    /// Marks a run as Late that is due since more than `late_after`; says whether it did.
    pub async fn mark_late(&self, id: FlowRunId, late_after: Duration) -> Result<bool, StoreError> {
        self.write_for(id.0, 1, async move |tx, workspace| {
            let mut transitions = Transitions::new(tx, workspace, draw);
            transitions.load_flow_runs(vec![id]).await?;
            let (current, due) = (transitions.current(id), transitions.next_start(id));
            let late =
                current.and_then(|current| late_state(&current, due, late_after, tx.now, draw()));
            let Some(late) = late else { return Ok(false) };
            let outcome = transitions
                .set(id.0, late, |_, _| Policy::MarkLate, Client::CURRENT)
                .await?;
            transitions.finish().await?;
            Ok(outcome.is_some_and(|outcome| outcome.written))
        })
        .await
    }

    /// Fails a run whose pause nobody ended in time; says whether it did.
    pub async fn expire_pause(&self, id: FlowRunId) -> Result<bool, StoreError> {
        self.write_for(id.0, 1, async move |tx, workspace| {
            let mut transitions = Transitions::new(tx, workspace, draw);
            transitions.load_flow_runs(vec![id]).await?;
            let is_over = transitions.current(id).is_some_and(|state| {
                let timeout = state.state_details.pause_timeout;
                state.kind == StateType::Paused && timeout.is_some_and(|timeout| timeout < tx.now)
            });
            if !is_over {
                return Ok(false);
            }
            let mut state = State::new(StateId(uuid7(tx.now, draw())), StateType::Failed, tx.now);
            state.message = Some("The flow was paused and never resumed.".to_owned());
            transitions
                .set(id.0, state, |_, _| Policy::MinimalFlow, Client::CURRENT)
                .await?;
            transitions.finish().await?;
            Ok(true)
        })
        .await
    }

    async fn judge_flow_run(
        &self,
        id: FlowRunId,
        state: StateCreate,
        policy: Policy,
        client: Client,
    ) -> Result<Option<Outcome>, StoreError> {
        self.write_state(RunId::Flow(id), async move |tx, workspace| {
            let mut transitions = Transitions::new(tx, workspace, draw);
            transitions.load_flow_runs(vec![id]).await?;
            let state_id = StateId(uuid7(tx.now, draw()));
            let proposed = state.clone().into_state(state_id, tx.now);
            let outcome = transitions
                .set(id.0, proposed, |_, _| policy, client)
                .await?;
            transitions.finish().await?;
            Ok(outcome)
        })
        .await
    }

    /// Marks a run whose process was not heard of in time as Crashed, unless it was heard of since, has ended, or
    /// waits without a process; says whether it did.
    pub async fn crash_lapsed(&self, id: FlowRunId, message: String) -> Result<bool, StoreError> {
        self.write_for(id.0, 1, async move |tx, workspace| {
            if !crate::tables::attempt::give_up(tx, id.0, tx.now).await? {
                return Ok(false);
            }
            let mut transitions = Transitions::new(tx, workspace, draw);
            transitions.load_flow_runs(vec![id]).await?;
            if !transitions.has_process(id) {
                return Ok(false);
            }
            let mut state = State::new(StateId(uuid7(tx.now, draw())), StateType::Crashed, tx.now);
            state.message = Some(message.clone());
            let outcome = transitions
                .set(id.0, state, |_, _| Policy::CoreFlow, Client::CURRENT)
                .await?;
            transitions.finish().await?;
            slots::release_of_task_runs(tx, workspace, id).await?;
            Ok(outcome.is_some_and(|outcome| outcome.written))
        })
        .await
    }

    /// The states of a run, oldest first.
    pub async fn flow_run_states(&self, id: FlowRunId) -> Result<Vec<State>, StoreError> {
        self.states_of(id.0, true).await
    }

    /// A state of a flow run.
    pub async fn flow_run_state(&self, id: StateId) -> Result<Option<State>, StoreError> {
        self.read(async move |conn, workspace| Ok(event::state(conn, workspace, id, true).await?))
            .await
    }

    pub(super) async fn states_of(
        &self,
        run: Uuid,
        is_flow_run: bool,
    ) -> Result<Vec<State>, StoreError> {
        self.read(async move |conn, workspace| {
            Ok(event::states_of(conn, workspace, run, is_flow_run).await?)
        })
        .await
    }

    /// Stores a batch of a run's journal; gives the number of the last record that is stored.
    pub async fn journal(
        &self,
        run: JournalRun,
        batch: JournalBatch,
    ) -> Result<JournalAck, StoreError> {
        let weight = 1 + batch.records.len() * 4;
        self.write_for(run.uuid(), weight, async move |tx, workspace| {
            journal::apply(tx, workspace, run, &batch, draw).await
        })
        .await
    }
}

async fn create(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    create: &FlowRunCreate,
    origin: &Origin,
) -> Result<(FlowRun, bool), StoreError> {
    let Some(flow) = flow::by_id(tx, workspace, create.flow_id).await? else {
        return Err(StoreError::integrity("the flow does not exist."));
    };
    let named = (create.parent_task_run_id, create.infrastructure_document_id);
    check_references(tx, workspace, named).await?;
    let id = FlowRunId(uuid7(tx.now, draw()));
    let mut row = row_of(id, create, flow.labels.as_ref(), origin);
    if let Some(pool) = &create.work_pool_name {
        let name = create.work_queue_name.as_deref();
        let queue = pools::find_queue(tx, workspace, pool, name).await?;
        row.work_queue_id = Some(queue.id);
        row.work_queue_name = Some(queue.name);
    }
    let first = create.state.clone();
    let first = first.unwrap_or_else(|| StateCreate::new(StateType::Pending));
    begin(tx, workspace, row, first, origin.client).await
}

/// Refuses a run that is to belong to a task run, or to run by a block, that does not exist.
pub(crate) async fn check_references(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    (parent, infrastructure): (Option<TaskRunId>, Option<BlockDocumentId>),
) -> Result<(), StoreError> {
    if let Some(parent) = parent
        && !task_run::exists(tx, workspace, parent).await?
    {
        return Err(StoreError::integrity("the parent task run does not exist."));
    }
    check_block(tx, workspace, infrastructure).await
}

/// Refuses a block that does not exist.
pub(crate) async fn check_block(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    block: Option<BlockDocumentId>,
) -> Result<(), StoreError> {
    if let Some(block) = block
        && block_document::by_ids(tx, workspace, &[block])
            .await?
            .is_empty()
    {
        return Err(StoreError::integrity("the block document does not exist."));
    }
    Ok(())
}

/// Inserts a run in its first state, or finds the one of that flow and idempotency key; says whether it was inserted.
pub(crate) async fn begin(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    mut row: FlowRun,
    first: StateCreate,
    client: Client,
) -> Result<(FlowRun, bool), StoreError> {
    let id = row.id;
    if let Some(key) = &row.idempotency_key
        && let Some(id) = flow_run::by_idempotency_key(tx, row.flow_id, key).await?
    {
        return Ok((stored(tx, workspace, id).await?, false));
    }
    let mut transitions = Transitions::new(tx, workspace, draw);
    transitions.new_flow_run(&row);
    let state = first.into_state(StateId(uuid7(tx.now, draw())), tx.now);
    transitions
        .set(id.0, state, |_, _| Policy::MinimalFlow, client)
        .await?;
    transitions.complete_flow_run(&mut row);
    if !flow_run::insert(tx, workspace, &row).await? {
        // Another server made the run of that key since it was looked for: trying again finds it.
        return Err(DbError::Contention("a flow run of that idempotency key".into()).into());
    }
    transitions.finish().await?;
    if row.work_queue_id.is_some() {
        // Its pool's name is read with it.
        row = stored(tx, workspace, id).await?;
    }
    Ok((row, true))
}

async fn stored(tx: &Tx<'_>, workspace: WorkspaceId, id: FlowRunId) -> Result<FlowRun, StoreError> {
    let found = flow_run::by_id(tx, workspace, id, tx.now).await?;
    found.ok_or(StoreError::Missing("flow run"))
}

fn row_of(
    id: FlowRunId,
    create: &FlowRunCreate,
    flow_labels: Option<&JsonObject>,
    origin: &Origin,
) -> FlowRun {
    FlowRun {
        deployment_id: create.deployment_id,
        work_queue_name: create.work_queue_name.clone(),
        flow_version: create.flow_version.clone(),
        parameters: create.parameters.clone(),
        idempotency_key: create.idempotency_key.clone(),
        context: create.context.clone(),
        empirical_policy: create.empirical_policy.clone(),
        tags: create.tags.clone(),
        labels: labels::of_flow_run(create.flow_id, None, flow_labels, create.labels.as_ref()),
        parent_task_run_id: create.parent_task_run_id,
        infrastructure_document_id: create.infrastructure_document_id,
        created_by: origin.created_by.clone(),
        // A run without any has none of its own, which is an empty object on the wire.
        job_variables: Some(create.job_variables.clone().unwrap_or_default()),
        ..FlowRun::new(
            id,
            create
                .name
                .clone()
                .filter(|name| !name.is_empty())
                .unwrap_or_else(drawn_name),
            create.flow_id,
        )
    }
}

/// The name of a run that was given none.
#[expect(
    clippy::cast_possible_truncation,
    reason = "64 of 128 random bits are wanted"
)]
pub(super) fn drawn_name() -> String {
    generate(draw() as u64)
}
