//! Workers: that they live, which there are.

use milliways_model::filter::WorkerFilter;
use milliways_model::names::check_run_name;
use milliways_model::{WorkPoolStatus, Worker, WorkerId, WorkspaceId, uuid7};

use super::work_queues::pool_id;
use super::{Scope, draw};
use crate::db::Tx;
use crate::error::StoreError;
use crate::filter::Page;
use crate::pools;
use crate::tables::{work_pool, worker};

impl Scope {
    /// A worker says that it lives; its pool is ready from then on. False where there is no such pool.
    pub async fn worker_heartbeat(
        &self,
        pool: &str,
        name: String,
        interval: Option<i64>,
    ) -> Result<bool, StoreError> {
        let pool = pool.to_owned();
        self.write(async move |tx, workspace| {
            heartbeat(tx, workspace, &pool, &name, interval).await
        })
        .await
    }

    /// Workers of a pool that match, those that were heard of last first; none where there is no such pool.
    pub async fn workers(
        &self,
        pool: &str,
        filter: Option<WorkerFilter>,
        page: Page,
    ) -> Result<Option<Vec<Worker>>, StoreError> {
        let pool = pool.to_owned();
        self.read(async move |conn, workspace| {
            let Some(pool) = pool_id(conn, workspace, &pool).await? else {
                return Ok(None);
            };
            let workers = worker::list(conn, workspace, pool, filter.as_ref(), page).await?;
            Ok(Some(workers))
        })
        .await
    }

    /// Forgets a worker: false where its pool has none of that name, none where there is no such pool.
    pub async fn delete_worker(&self, pool: &str, name: &str) -> Result<Option<bool>, StoreError> {
        let (pool, name) = (pool.to_owned(), name.to_owned());
        self.write(async move |tx, workspace| {
            let Some(pool) = pool_id(tx, workspace, &pool).await? else {
                return Ok(None);
            };
            Ok(Some(worker::delete(tx, workspace, pool, &name).await?))
        })
        .await
    }
}

pub(super) async fn heartbeat(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    pool: &str,
    name: &str,
    interval: Option<i64>,
) -> Result<bool, StoreError> {
    check_run_name(name).map_err(|error| StoreError::Invalid {
        location: "body.name",
        reason: error.to_string(),
    })?;
    let Some(pool) = work_pool::by_name(tx, workspace, pool).await? else {
        return Ok(false);
    };
    let id = WorkerId(uuid7(tx.now, draw()));
    worker::heartbeat(tx, workspace, pool.id, id, name, interval).await?;
    if work_pool::stored_status(tx, workspace, pool.id).await? == Some(WorkPoolStatus::NotReady) {
        pools::set_pool_status(tx, workspace, &pool, WorkPoolStatus::Ready).await?;
    }
    Ok(true)
}
