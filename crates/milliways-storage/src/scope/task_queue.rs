//! Background tasks: which run a task worker is offered next, and who serves which task.

use milliways_model::task_worker::TaskWorkerResponse;
use milliways_model::{TaskRun, TaskRunId, Uuid, WorkspaceId};

use super::Scope;
use crate::db::Tx;
use crate::error::StoreError;
use crate::tables::task_queue::Head;
use crate::tables::{task_queue, task_run, task_worker};

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

    /// Takes a task run off its queue: whoever was offered it has it; false where the offer was lost.
    pub async fn acknowledge_task_run(
        &self,
        task_run: TaskRunId,
        to: Uuid,
    ) -> Result<bool, StoreError> {
        self.write(async move |tx, _| Ok(task_queue::taken(tx, task_run, to).await?))
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
