//! Task runs: creating, reading, changing, and proposing states.

use milliways_model::names::{check_run_name, generate};
use milliways_model::sort::TaskRunSort;
use milliways_model::{
    FlowRunId, State, StateCreate, StateId, StateType, TaskRun, TaskRunCreate, TaskRunId,
    TaskRunUpdate, WorkspaceId, uuid7,
};
use milliways_orchestration::{Policy, Run, RunId};

use super::flow_runs::drawn_name;
use super::{Origin, Scope, draw};
use crate::db::Tx;
use crate::error::StoreError;
use crate::filter::{Filters, Page};
use crate::labels;
use crate::tables::task_queue::QueueLimits;
use crate::tables::{event, task_run};
use crate::transition::{Outcome, Set, Transitions};

impl Scope {
    /// Creates a run in its first state, or finds the one of the same flow run and keys; says whether it was
    /// created.
    pub async fn create_task_run(
        &self,
        create: TaskRunCreate,
        origin: Origin,
    ) -> Result<(TaskRun, bool), StoreError> {
        if let Some(name) = &create.name {
            check_run_name(name).map_err(|error| StoreError::Invalid {
                location: "body.name",
                reason: error.to_string(),
            })?;
        }
        let lane = create.flow_run_id.map_or_else(Default::default, |id| id.0);
        let limits = self.store.queue_limits();
        self.write_for(lane, 1, async move |tx, workspace| {
            self::create(tx, workspace, &create, &origin, limits).await
        })
        .await
    }

    /// A run by its id.
    pub async fn task_run(&self, id: TaskRunId) -> Result<Option<TaskRun>, StoreError> {
        let now = self.now();
        self.read(async move |conn, workspace| Ok(task_run::by_id(conn, workspace, id, now).await?))
            .await
    }

    /// Runs that match.
    pub async fn task_runs(
        &self,
        filters: Filters,
        sort: TaskRunSort,
        page: Page,
    ) -> Result<Vec<TaskRun>, StoreError> {
        self.task_runs_as(filters, sort, page, |found| found).await
    }

    /// [`Scope::task_runs`], made into an answer by the thread that read them: writing a long one takes as long as reading
    /// what is in it, and so both wait in one line, and nothing else waits for either.
    pub async fn task_runs_as<T: Send + 'static>(
        &self,
        filters: Filters,
        sort: TaskRunSort,
        page: Page,
        answer: impl FnOnce(Vec<TaskRun>) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let now = self.now();
        self.read(async move |conn, workspace| {
            Ok(answer(
                task_run::list(conn, workspace, &filters, sort, page, now).await?,
            ))
        })
        .await
    }

    /// How many runs match.
    pub async fn count_task_runs(&self, filters: Filters) -> Result<i64, StoreError> {
        self.read(
            async move |conn, workspace| Ok(task_run::count(conn, workspace, &filters).await?),
        )
        .await
    }

    /// How many runs match, by the type of their state.
    pub async fn count_task_runs_by_state(
        &self,
        filters: Filters,
    ) -> Result<Vec<(StateType, i64)>, StoreError> {
        self.read(async move |conn, workspace| {
            Ok(task_run::count_by_state(conn, workspace, &filters).await?)
        })
        .await
    }

    /// How many task runs each of these flow runs has; those with none are left out.
    pub async fn count_task_runs_by_flow_run(
        &self,
        flow_runs: Vec<FlowRunId>,
    ) -> Result<Vec<(FlowRunId, i64)>, StoreError> {
        let ids = flow_runs.into_iter().map(|id| id.0).collect();
        self.read(async move |conn, workspace| {
            Ok(task_run::count_of_runs(conn, workspace, ids).await?)
        })
        .await
    }

    /// Changes a run; false where there is none.
    pub async fn update_task_run(
        &self,
        id: TaskRunId,
        update: TaskRunUpdate,
    ) -> Result<bool, StoreError> {
        let name = update.name.map(|name| {
            name.filter(|name| !name.is_empty())
                .unwrap_or_else(drawn_name)
        });
        self.write_for(id.0, 1, async move |tx, workspace| {
            Ok(task_run::update(tx, workspace, id, name.as_deref()).await?)
        })
        .await
    }

    /// Deletes a run with its states and log lines; false where there is none.
    pub async fn delete_task_run(&self, id: TaskRunId) -> Result<bool, StoreError> {
        self.write_for(id.0, 1, async move |tx, workspace| {
            Ok(task_run::delete(tx, workspace, id).await?)
        })
        .await
    }

    /// Proposes a state; none where there is no such run.
    pub async fn set_task_run_state(
        &self,
        id: TaskRunId,
        state: StateCreate,
        set: Set,
    ) -> Result<Option<Outcome>, StoreError> {
        let limits = self.store.queue_limits();
        self.write_state(RunId::Task(id), async move |tx, workspace| {
            let mut transitions = Transitions::new(tx, workspace, draw);
            transitions.load_task_runs(vec![id]).await?;
            let state_id = StateId(uuid7(tx.now, draw()));
            let proposed = state.clone().into_state(state_id, tx.now);
            let outcome = transitions
                .set(
                    id.0,
                    proposed,
                    |run, proposed| Policy::of_set_state(run, proposed, set.force),
                    set.client,
                )
                .await?;
            transitions.find_room(None, limits).await?;
            transitions.finish().await?;
            Ok(outcome)
        })
        .await
    }

    /// The states of a run, oldest first.
    pub async fn task_run_states(&self, id: TaskRunId) -> Result<Vec<State>, StoreError> {
        self.states_of(id.0, false).await
    }

    /// A state of a task run.
    pub async fn task_run_state(&self, id: StateId) -> Result<Option<State>, StoreError> {
        self.read(async move |conn, workspace| Ok(event::state(conn, workspace, id, false).await?))
            .await
    }
}

async fn create(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    create: &TaskRunCreate,
    origin: &Origin,
    limits: QueueLimits,
) -> Result<(TaskRun, bool), StoreError> {
    let mut flow = None;
    if let Some(id) = create.flow_run_id {
        let keys = (create.task_key.as_str(), create.dynamic_key.as_str());
        let Some((of, same)) = task_run::flow_and_same(tx, workspace, id, keys).await? else {
            return Err(StoreError::integrity("the flow run does not exist."));
        };
        flow = Some(of);
        if let Some(found) = same {
            return Ok((stored(tx, workspace, found).await?, false));
        }
    }
    if create.flow_run_id.is_none()
        && let Some(found) =
            task_run::by_free_keys(tx, workspace, &create.task_key, &create.dynamic_key).await?
    {
        return Ok((stored(tx, workspace, found).await?, false));
    }
    if let Some(id) = create.id
        && let Some(found) = task_run::by_id(tx, workspace, id, tx.now).await?
    {
        return Ok((found, false));
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "64 of 128 random bits are wanted"
    )]
    let bits = draw() as u64;
    let id = create
        .id
        .unwrap_or_else(|| TaskRunId(uuid7(tx.now, draw())));
    let mut transitions = Transitions::new(tx, workspace, draw);
    transitions.create_task_run(TaskRun {
        flow_run_id: create.flow_run_id,
        cache_key: create.cache_key.clone(),
        cache_expiration: create.cache_expiration,
        task_version: create.task_version.clone(),
        empirical_policy: create.empirical_policy.clone(),
        tags: create.tags.clone(),
        labels: Some(labels::of_task_run(
            flow,
            create.flow_run_id,
            create.labels.as_ref(),
        )),
        task_inputs: create.task_inputs.clone(),
        ..TaskRun::new(
            id,
            create
                .name
                .clone()
                .filter(|name| !name.is_empty())
                .unwrap_or_else(|| generate(bits)),
            create.task_key.clone(),
            create.dynamic_key.clone(),
        )
    });
    let first = create
        .state
        .clone()
        .unwrap_or_else(|| StateCreate::new(StateType::Pending));
    let state = first.into_state(StateId(uuid7(tx.now, draw())), tx.now);
    let policy = |run: &Run, proposed: &State| Policy::of_set_state(run, proposed, true);
    transitions.set(id.0, state, policy, origin.client).await?;
    transitions
        .find_room(Some(&create.task_key), limits)
        .await?;
    let made = transitions.finish().await?.pop();
    Ok((made.ok_or(StoreError::Missing("task run"))?, true))
}

async fn stored(tx: &Tx<'_>, workspace: WorkspaceId, id: TaskRunId) -> Result<TaskRun, StoreError> {
    let found = task_run::by_id(tx, workspace, id, tx.now).await?;
    found.ok_or(StoreError::Missing("task run"))
}
