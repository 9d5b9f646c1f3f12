//! Work pools: creating, reading, changing, and how much of them is in use.

use std::collections::HashMap;

use milliways_model::names::check_object_name;
use milliways_model::{WorkPool, WorkPoolCreate, WorkPoolId, WorkPoolUpdate, WorkspaceId};

use super::Scope;
use crate::db::{Conn, DbError};
use crate::error::StoreError;
use crate::filter::{Filters, Page};
use crate::pools;
use crate::tables::work_pool;

impl Scope {
    /// Makes a pool with its default queue; none where there is a pool of that name.
    pub async fn create_work_pool(
        &self,
        create: WorkPoolCreate,
    ) -> Result<Option<WorkPool>, StoreError> {
        check_object_name(&create.name).map_err(|flaw| StoreError::Name("body.name", flaw))?;
        self.write(async move |tx, workspace| {
            let made = pools::create_pool(tx, workspace, &create).await?;
            Ok(made.map(without_runs))
        })
        .await
    }

    /// A pool by its name.
    pub async fn work_pool(&self, name: &str) -> Result<Option<WorkPool>, StoreError> {
        let name = name.to_owned();
        self.read(async move |conn, workspace| {
            let Some(pool) = work_pool::by_name(conn, workspace, &name).await? else {
                return Ok(None);
            };
            let mut pools = vec![pool];
            count_slots(conn, workspace, &mut pools).await?;
            Ok(pools.pop())
        })
        .await
    }

    /// Pools that match, by name.
    pub async fn work_pools(
        &self,
        filters: Filters,
        page: Page,
    ) -> Result<Vec<WorkPool>, StoreError> {
        self.read(async move |conn, workspace| {
            let mut pools = work_pool::list(conn, workspace, &filters, page).await?;
            count_slots(conn, workspace, &mut pools).await?;
            Ok(pools)
        })
        .await
    }

    /// How many pools match.
    pub async fn count_work_pools(&self, filters: Filters) -> Result<i64, StoreError> {
        self.read(async move |conn, workspace| {
            Ok(work_pool::count(conn, workspace, &filters).await?)
        })
        .await
    }

    /// Changes a pool; none where there is none of that name.
    pub async fn update_work_pool(
        &self,
        name: &str,
        update: WorkPoolUpdate,
    ) -> Result<Option<WorkPool>, StoreError> {
        let name = name.to_owned();
        self.write(async move |tx, workspace| {
            let Some(pool) = work_pool::by_name(tx, workspace, &name).await? else {
                return Ok(None);
            };
            let changed = pools::update_pool(tx, workspace, &pool, &update).await?;
            Ok(Some(changed))
        })
        .await
    }

    /// Deletes a pool with its queues and workers; gives what was deleted. Its runs are kept.
    pub async fn delete_work_pool(&self, name: &str) -> Result<Option<WorkPoolId>, StoreError> {
        let name = name.to_owned();
        self.write(async move |tx, workspace| {
            let Some(pool) = work_pool::by_name(tx, workspace, &name).await? else {
                return Ok(None);
            };
            pools::delete_pool(tx, workspace, &pool).await?;
            Ok(Some(pool.id))
        })
        .await
    }
}

/// A new pool has no run.
fn without_runs(mut pool: WorkPool) -> WorkPool {
    pool.active_slots = pool.concurrency_limit.map(|_| 0);
    pool
}

/// Tells of pools with a limit how many runs are under way.
async fn count_slots(
    conn: &Conn,
    workspace: WorkspaceId,
    pools: &mut [WorkPool],
) -> Result<(), DbError> {
    let limited: Vec<WorkPoolId> = pools
        .iter()
        .filter(|pool| pool.concurrency_limit.is_some())
        .map(|pool| pool.id)
        .collect();
    let counts: HashMap<WorkPoolId, i64> = work_pool::active_slots(conn, workspace, &limited)
        .await?
        .into_iter()
        .collect();
    for pool in pools {
        pool.active_slots = pool
            .concurrency_limit
            .map(|_| counts.get(&pool.id).copied().unwrap_or(0));
    }
    Ok(())
}
