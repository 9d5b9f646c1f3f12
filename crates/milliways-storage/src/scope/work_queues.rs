//! Work queues: creating, reading, changing, and how they do.

use std::collections::HashMap;

use milliways_model::names::check_object_name;
use milliways_model::work_pool::{DEFAULT_AGENT_POOL, DEFAULT_QUEUE};
use milliways_model::work_queue::{WorkQueueHealthPolicy, WorkQueueStatusDetail};
use milliways_model::{
    WorkPoolId, WorkQueue, WorkQueueCreate, WorkQueueId, WorkQueueUpdate, WorkspaceId,
};

use super::Scope;
use crate::db::{Conn, DbError, Tx};
use crate::error::StoreError;
use crate::filter::{Filters, Page};
use crate::pools;
use crate::tables::{work_pool, work_queue};

/// A queue as it is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueueName {
    /// By its id.
    Id(WorkQueueId),
    /// By its pool's name and its own.
    InPool(String, String),
}

/// What became of a look for a queue.
#[derive(Clone, Debug, PartialEq)]
pub enum QueueFound<T> {
    /// It is there.
    Queue(T),
    /// The pool is there, the queue is not.
    NoQueue,
    /// There is no such pool.
    NoPool,
}

impl<T> QueueFound<T> {
    fn map<U>(self, with: impl FnOnce(T) -> U) -> QueueFound<U> {
        match self {
            Self::Queue(queue) => QueueFound::Queue(with(queue)),
            Self::NoQueue => QueueFound::NoQueue,
            Self::NoPool => QueueFound::NoPool,
        }
    }
}

impl Scope {
    /// Makes a queue in a pool, or in the pool of agents where none is named. [`QueueFound::NoQueue`] says that the
    /// name is taken.
    pub async fn create_work_queue(
        &self,
        pool: Option<String>,
        create: WorkQueueCreate,
    ) -> Result<QueueFound<WorkQueue>, StoreError> {
        check_object_name(&create.name).map_err(|flaw| StoreError::Name("body.name", flaw))?;
        self.write(async move |tx, workspace| {
            let made = match &pool {
                Some(name) => {
                    let Some(pool) = work_pool::by_name(tx, workspace, name).await? else {
                        return Ok(QueueFound::NoPool);
                    };
                    pools::create_queue(tx, workspace, &pool, &create).await?
                }
                None => for_agents(tx, workspace, &create).await?,
            };
            Ok(made.map_or(QueueFound::NoQueue, |mut queue| {
                queue.active_slots = queue.concurrency_limit.map(|_| 0);
                QueueFound::Queue(queue)
            }))
        })
        .await
    }

    /// A queue.
    pub async fn work_queue(&self, name: QueueName) -> Result<QueueFound<WorkQueue>, StoreError> {
        let with_cancelling = matches!(name, QueueName::Id(_));
        self.read(async move |conn, workspace| {
            let found = find(conn, workspace, &name).await?;
            let QueueFound::Queue(queue) = found else {
                return Ok(found);
            };
            let mut queues = vec![queue];
            count_slots(conn, workspace, &mut queues, with_cancelling).await?;
            Ok(queues.pop().map_or(QueueFound::NoQueue, QueueFound::Queue))
        })
        .await
    }

    /// The queue of that name that runs without a pool go to.
    pub async fn work_queue_by_name(&self, name: &str) -> Result<Option<WorkQueue>, StoreError> {
        let name = name.to_owned();
        self.read(async move |conn, workspace| {
            let pool = work_pool::by_name(conn, workspace, DEFAULT_AGENT_POOL).await?;
            let found = match pool {
                Some(pool) => work_queue::by_name(conn, workspace, pool.id, &name).await?,
                None => work_queue::oldest_by_name(conn, workspace, &name).await?,
            };
            let mut queues: Vec<WorkQueue> = found.into_iter().collect();
            count_slots(conn, workspace, &mut queues, true).await?;
            Ok(queues.pop())
        })
        .await
    }

    /// Queues that match: of a pool, by priority, or of all, by name. None where there is no such pool.
    pub async fn work_queues(
        &self,
        pool: Option<String>,
        filters: Filters,
        page: Page,
    ) -> Result<Option<Vec<WorkQueue>>, StoreError> {
        self.read(async move |conn, workspace| {
            let pool = match &pool {
                None => None,
                Some(name) => {
                    let Some(pool) = work_pool::by_name(conn, workspace, name).await? else {
                        return Ok(None);
                    };
                    Some(pool.id)
                }
            };
            let mut queues = work_queue::list(conn, workspace, pool, &filters, page).await?;
            count_slots(conn, workspace, &mut queues, pool.is_none()).await?;
            Ok(Some(queues))
        })
        .await
    }

    /// Changes a queue.
    pub async fn update_work_queue(
        &self,
        name: QueueName,
        update: WorkQueueUpdate,
    ) -> Result<QueueFound<()>, StoreError> {
        self.write(async move |tx, workspace| {
            let found = find(tx, workspace, &name).await?;
            if let QueueFound::Queue(queue) = &found {
                pools::update_queue(tx, workspace, queue, &update).await?;
            }
            Ok(found.map(|_| ()))
        })
        .await
    }

    /// Deletes a queue, unless it is its pool's default one. Its runs are kept.
    pub async fn delete_work_queue(&self, name: QueueName) -> Result<QueueFound<()>, StoreError> {
        self.write(async move |tx, workspace| {
            let found = find(tx, workspace, &name).await?;
            if let QueueFound::Queue(queue) = &found {
                pools::delete_queue(tx, workspace, queue).await?;
            }
            Ok(found.map(|_| ()))
        })
        .await
    }

    /// How a queue does; none where there is none.
    pub async fn work_queue_status(
        &self,
        id: WorkQueueId,
    ) -> Result<Option<WorkQueueStatusDetail>, StoreError> {
        let now = self.now();
        self.read(async move |conn, workspace| {
            let Some(queue) = work_queue::by_id(conn, workspace, id).await? else {
                return Ok(None);
            };
            let late_runs_count = work_queue::late_runs(conn, workspace, id).await?;
            let policy = WorkQueueHealthPolicy::default();
            Ok(Some(WorkQueueStatusDetail {
                healthy: policy.is_healthy(late_runs_count, queue.last_polled, now),
                late_runs_count,
                last_polled: queue.last_polled,
                health_check_policy: policy,
            }))
        })
        .await
    }
}

/// A queue without a pool is one of the pool of agents. A new such pool has its default queue already.
async fn for_agents(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    create: &WorkQueueCreate,
) -> Result<Option<WorkQueue>, StoreError> {
    let is_new = work_pool::by_name(tx, workspace, DEFAULT_AGENT_POOL)
        .await?
        .is_none();
    let pool = pools::agent_pool(tx, workspace).await?;
    if is_new && create.name == DEFAULT_QUEUE {
        return Ok(work_queue::by_name(tx, workspace, pool.id, DEFAULT_QUEUE).await?);
    }
    pools::create_queue(tx, workspace, &pool, create).await
}

pub(super) async fn find(
    conn: &Conn,
    workspace: WorkspaceId,
    name: &QueueName,
) -> Result<QueueFound<WorkQueue>, DbError> {
    let found = match name {
        QueueName::Id(id) => work_queue::by_id(conn, workspace, *id).await?,
        QueueName::InPool(pool, queue) => {
            let Some(pool) = work_pool::by_name(conn, workspace, pool).await? else {
                return Ok(QueueFound::NoPool);
            };
            work_queue::by_name(conn, workspace, pool.id, queue).await?
        }
    };
    Ok(found.map_or(QueueFound::NoQueue, QueueFound::Queue))
}

/// Tells of queues with a limit how many runs are under way. Routes by pool leave out runs that are being cancelled,
/// those by id count them.
async fn count_slots(
    conn: &Conn,
    workspace: WorkspaceId,
    queues: &mut [WorkQueue],
    with_cancelling: bool,
) -> Result<(), DbError> {
    let limited: Vec<WorkQueueId> = queues
        .iter()
        .filter(|queue| queue.concurrency_limit.is_some())
        .map(|queue| queue.id)
        .collect();
    let counts: HashMap<WorkQueueId, i64> =
        work_queue::active_slots(conn, workspace, &limited, with_cancelling)
            .await?
            .into_iter()
            .collect();
    for queue in queues {
        queue.active_slots = queue
            .concurrency_limit
            .map(|_| counts.get(&queue.id).copied().unwrap_or(0));
    }
    Ok(())
}

/// The id of a pool of that name.
pub(super) async fn pool_id(
    conn: &Conn,
    workspace: WorkspaceId,
    name: &str,
) -> Result<Option<WorkPoolId>, DbError> {
    Ok(work_pool::by_name(conn, workspace, name)
        .await?
        .map(|pool| pool.id))
}
