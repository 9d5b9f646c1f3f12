//! Background tasks: which run a task worker is offered next, and who serves which task.

use std::time::Duration;

use milliways_model::task_worker::TaskWorkerResponse;
use milliways_model::{State, StateId, StateType, TaskRun, TaskRunId, Uuid, WorkspaceId, uuid7};
use milliways_orchestration::{Client, Policy};

use super::{Scope, draw};
use crate::db::Tx;
use crate::error::StoreError;
use crate::tables::task_queue::Head;
use crate::tables::{task_queue, task_run, task_worker};
use crate::transition::Transitions;

/// For how many seconds an offer or a connection holds unless it is kept.
const HOLD_SECONDS: f64 = 30.0;
/// How many runs at the head of a queue are looked at: the first may be gone.
const HEADS: i64 = 8;

impl Scope {
    /// Offers a task run of one of these tasks to a connection: those that are tried again first, then the oldest.
    /// None where nothing waits.
    pub async fn offer_task_run(
        &self,
        task_keys: Vec<String>,
        to: Uuid,
    ) -> Result<Option<TaskRun>, StoreError> {
        if !self.is_anything_queued(task_keys.clone()).await? {
            return Ok(None);
        }
        self.write(async move |tx, workspace| offer(tx, workspace, &task_keys, to).await)
            .await
    }

    /// Most looks find nothing, and should not wait for the writer.
    async fn is_anything_queued(&self, task_keys: Vec<String>) -> Result<bool, StoreError> {
        let now = self.now();
        self.read(async move |conn, workspace| {
            for key in &task_keys {
                if !task_queue::heads(conn, workspace, key, now, 1)
                    .await?
                    .is_empty()
                {
                    return Ok(true);
                }
            }
            Ok(false)
        })
        .await
    }

    /// Keeps an offer that is not acknowledged yet; false where it was lost.
    pub async fn keep_offer(&self, task_run: TaskRunId, to: Uuid) -> Result<bool, StoreError> {
        self.write(async move |tx, _| {
            let until = tx.now.plus_seconds(HOLD_SECONDS);
            Ok(task_queue::extend(tx, task_run, to, until).await?)
        })
        .await
    }

    /// Takes a task run off its queue: whoever was offered it has it; false where the offer was lost. Where it has to
    /// begin within some time it is kept in sight for so long, see [`Scope::offer_again`].
    pub async fn acknowledge_task_run(
        &self,
        task_run: TaskRunId,
        to: Uuid,
        begins_within: Option<Duration>,
    ) -> Result<bool, StoreError> {
        self.write(async move |tx, _| {
            Ok(match begins_within {
                Some(time) => task_queue::keep(tx, task_run, to, tx.now + time).await?,
                None => task_queue::taken(tx, task_run, to).await?,
            })
        })
        .await
    }

    /// Offers a task run again that somebody took and did not begin with for so long; true where it was.
    pub async fn offer_again(
        &self,
        task_run: TaskRunId,
        begins_within: Duration,
    ) -> Result<bool, StoreError> {
        self.write_for(task_run.0, 1, async move |tx, workspace| {
            again(tx, workspace, task_run, begins_within).await
        })
        .await
    }

    /// Ends an offer that nobody acknowledged: the run is offered again.
    pub async fn take_offer_back(&self, task_run: TaskRunId, to: Uuid) -> Result<(), StoreError> {
        self.write(async move |tx, _| Ok(task_queue::give_back(tx, task_run, to).await?))
            .await
    }

    /// Says that a task worker is connected.
    pub async fn observe_task_worker(
        &self,
        connection: Uuid,
        identifier: String,
        task_keys: Vec<String>,
    ) -> Result<(), StoreError> {
        self.write(async move |tx, workspace| {
            let until = tx.now.plus_seconds(HOLD_SECONDS);
            let who = (connection, identifier.as_str());
            Ok(task_worker::save(tx, workspace, who, &task_keys, until).await?)
        })
        .await
    }

    /// Says that a task worker has gone.
    pub async fn forget_task_worker(&self, connection: Uuid) -> Result<(), StoreError> {
        self.write(async move |tx, _| Ok(task_worker::delete(tx, connection).await?))
            .await
    }

    /// The task workers that are connected; only those that serve one of `task_keys` where there are any.
    pub async fn task_workers(
        &self,
        task_keys: Vec<String>,
    ) -> Result<Vec<TaskWorkerResponse>, StoreError> {
        let now = self.now();
        self.read(async move |conn, workspace| {
            Ok(task_worker::list(conn, workspace, &task_keys, now).await?)
        })
        .await
    }
}

async fn offer(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    task_keys: &[String],
    to: Uuid,
) -> Result<Option<TaskRun>, StoreError> {
    let mut heads: Vec<Head> = Vec::new();
    for key in task_keys {
        heads.extend(task_queue::heads(tx, workspace, key, tx.now, HEADS).await?);
    }
    heads.sort_unstable_by_key(|head| (!head.is_retry, head.queued, head.task_run));
    let until = tx.now.plus_seconds(HOLD_SECONDS);
    for head in heads {
        let id = head.task_run;
        if !head.waits {
            task_queue::delete(tx, workspace, vec![id.0]).await?;
        } else if task_queue::claim(tx, id, to, until).await?
            && let Some(run) = task_run::by_id(tx, workspace, id, tx.now).await?
        {
            return Ok(Some(run));
        }
    }
    Ok(None)
}

async fn again(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: TaskRunId,
    begins_within: Duration,
) -> Result<bool, StoreError> {
    let mut transitions = Transitions::new(tx, workspace, draw);
    transitions.load_task_runs(vec![id]).await?;
    let state = transitions.current(id);
    let waiting = [StateType::Scheduled, StateType::Pending];
    let Some(state) = state.filter(|state| waiting.contains(&state.kind)) else {
        task_queue::delete(tx, workspace, vec![id.0]).await?;
        return Ok(false);
    };
    let end = state.timestamp + begins_within;
    if state.kind == StateType::Pending && end > tx.now {
        task_queue::watch(tx, id, end).await?;
        return Ok(false);
    }
    // A worker finds the run's parameters by what the state says in which it was to be handed out.
    let Some(details) = task_queue::asked_for(tx, workspace, id).await? else {
        task_queue::delete(tx, workspace, vec![id.0]).await?;
        return Ok(false);
    };
    let mut proposed = State::new(StateId(uuid7(tx.now, draw())), StateType::Scheduled, tx.now);
    proposed.message = Some("Nobody had begun with it in time".to_owned());
    proposed.state_details = details;
    let policy = |run: &_, proposed: &_| Policy::of_set_state(run, proposed, true);
    transitions
        .set(id.0, proposed, policy, Client::CURRENT)
        .await?;
    transitions.finish().await?;
    Ok(true)
}
