//! What is to be told as not ready any more: workers that went silent, pools without workers, queues that nobody
//! polls. Looked for in all workspaces; each is looked at again in the transaction that changes it.

use std::time::Duration;

use milliways_model::{
    Timestamp, WorkPoolId, WorkPoolStatus, WorkQueueId, WorkQueueStatus, WorkspaceId,
};

use crate::db::{Conn, params, statements};
use crate::error::StoreError;
use crate::pools;
use crate::scope::Scope;
use crate::store::Store;
use crate::tables::{work_pool, work_queue, worker};

statements! {
    // A worker that does not say how often it is heard of is measured by ?3, all by ?2 times that.
    SILENT_WORKERS = "UPDATE worker SET status = 'OFFLINE', updated = ?1 WHERE status = 'ONLINE'
        AND last_heartbeat_time < ?1 - COALESCE(heartbeat_interval_seconds * 1000000, ?3) * ?2";
    POOLS_WITHOUT_WORKERS = "SELECT w.workspace_id, w.id FROM work_pool w WHERE w.status = 'READY' AND NOT EXISTS
        (SELECT 1 FROM worker k WHERE k.work_pool_id = w.id AND k.status = 'ONLINE') ORDER BY w.id LIMIT ?1";
    SILENT_QUEUES = "SELECT q.workspace_id, q.id FROM work_queue q WHERE q.status = 'READY' AND q.last_polled < ?1
        ORDER BY q.last_polled LIMIT ?2";
}

impl Store {
    /// Marks workers as offline that were not heard of for `times` their interval; gives how many.
    pub async fn mark_silent_workers(
        &self,
        times: u32,
        fallback: Duration,
    ) -> Result<u64, StoreError> {
        let fallback = i64::try_from(fallback.as_micros()).unwrap_or(i64::MAX / 1_000);
        self.lanes()?
            .write(0, 1, async move |tx| {
                let values = params![tx.now, i64::from(times), fallback];
                Ok(tx.execute(&SILENT_WORKERS, &values).await?)
            })
            .await
    }

    /// Pools that are told as ready and have no worker.
    pub async fn pools_without_workers(
        &self,
        limit: i64,
    ) -> Result<Vec<(WorkspaceId, WorkPoolId)>, StoreError> {
        self.lanes()?
            .read(async move |conn: &Conn| {
                let read = |row: &mut crate::db::Row<'_>| Ok((row.take()?, row.take()?));
                Ok(conn
                    .query(&POOLS_WITHOUT_WORKERS, &params![limit], read)
                    .await?)
            })
            .await
    }

    /// Queues that are told as ready and were last polled before a moment.
    pub async fn silent_queues(
        &self,
        before: Timestamp,
        limit: i64,
    ) -> Result<Vec<(WorkspaceId, WorkQueueId)>, StoreError> {
        self.lanes()?
            .read(async move |conn: &Conn| {
                let read = |row: &mut crate::db::Row<'_>| Ok((row.take()?, row.take()?));
                Ok(conn
                    .query(&SILENT_QUEUES, &params![before, limit], read)
                    .await?)
            })
            .await
    }
}

impl Scope {
    /// Tells a pool as not ready, unless a worker came since; says whether it did.
    pub async fn work_pool_without_workers(&self, id: WorkPoolId) -> Result<bool, StoreError> {
        self.write(async move |tx, workspace| {
            work_pool::lock(tx, workspace, id).await?;
            let status = work_pool::stored_status(tx, workspace, id).await?;
            let Some(pool) = work_pool::by_id(tx, workspace, id).await? else {
                return Ok(false);
            };
            if status != Some(WorkPoolStatus::Ready)
                || worker::is_any_online(tx, workspace, id).await?
            {
                return Ok(false);
            }
            pools::set_pool_status(tx, workspace, &pool, WorkPoolStatus::NotReady).await?;
            Ok(true)
        })
        .await
    }

    /// Tells a queue as not ready, unless it was polled since; says whether it did.
    pub async fn work_queue_silent(
        &self,
        id: WorkQueueId,
        before: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(async move |tx, workspace| {
            let Some(queue) = work_queue::by_id(tx, workspace, id).await? else {
                return Ok(false);
            };
            let is_silent = queue.last_polled.is_some_and(|polled| polled < before);
            if queue.status != Some(WorkQueueStatus::Ready) || !is_silent {
                return Ok(false);
            }
            pools::set_queue_status(tx, workspace, &queue, WorkQueueStatus::NotReady).await?;
            Ok(true)
        })
        .await
    }
}
