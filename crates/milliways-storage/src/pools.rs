//! Pools and queues where several things change at once: what they begin with, whose place is whose, and the
//! events that tell of it. All of it within a transaction of the caller's.

mod events;
mod handout;
mod priorities;

pub(crate) use handout::{Asked, choose};

use milliways_model::names::check_object_name;
use milliways_model::work_pool::{AGENT_TYPE, DEFAULT_AGENT_POOL, DEFAULT_QUEUE};
use milliways_model::{
    EventId, Timestamp, WorkPool, WorkPoolCreate, WorkPoolId, WorkPoolStatus, WorkPoolUpdate,
    WorkQueue, WorkQueueCreate, WorkQueueId, WorkQueueStatus, WorkQueueUpdate, WorkspaceId, uuid7,
};

use crate::db::Tx;
use crate::deployment::checks::job_variable_defaults;
use crate::error::StoreError;
use crate::scope::draw;
use crate::tables::{cleanup, offer, work_pool, work_queue, worker};

/// A queue counts as polled this long, in seconds.
const POLLED_SECONDS: f64 = 60.0;

/// Makes a pool with its default queue; none where there is a pool of that name.
pub(crate) async fn create_pool(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    create: &WorkPoolCreate,
) -> Result<Option<WorkPool>, StoreError> {
    job_variable_defaults(tx, workspace, &create.base_job_template).await?;
    let id = WorkPoolId(uuid7(tx.now, draw()));
    let queue_id = WorkQueueId(uuid7(tx.now, draw()));
    let pool = work_pool::row_of(id, queue_id, create);
    let status = if create.is_paused && create.r#type != AGENT_TYPE {
        WorkPoolStatus::Paused
    } else {
        WorkPoolStatus::NotReady
    };
    if !work_pool::insert(tx, workspace, &pool, status).await? {
        return Ok(None);
    }
    let mut queue = WorkQueueCreate::new(DEFAULT_QUEUE);
    queue.description = Some("The work pool's default queue.".to_owned());
    queue.priority = Some(1);
    insert_queue(tx, workspace, &pool, queue_id, &queue).await?;
    events::pool_created(tx, workspace, &pool).await?;
    set_pool_status(tx, workspace, &pool, status).await?;
    Ok(work_pool::by_id(tx, workspace, id).await?)
}

/// Changes a pool; gives it as it is then.
pub(crate) async fn update_pool(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    before: &WorkPool,
    update: &WorkPoolUpdate,
) -> Result<WorkPool, StoreError> {
    work_pool::update(tx, workspace, before.id, update).await?;
    let after = stored_pool(tx, workspace, before.id).await?;
    events::pool_updated(tx, workspace, before, &after).await?;
    let status = match update.is_paused {
        _ if before.is_for_agents() => None,
        None => None,
        Some(true) => Some(WorkPoolStatus::Paused),
        Some(false) if worker::is_any_online(tx, workspace, before.id).await? => {
            Some(WorkPoolStatus::Ready)
        }
        Some(false) => Some(WorkPoolStatus::NotReady),
    };
    match status {
        None => Ok(after),
        Some(status) => {
            set_pool_status(tx, workspace, &after, status).await?;
            stored_pool(tx, workspace, before.id).await
        }
    }
}

async fn stored_pool(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: WorkPoolId,
) -> Result<WorkPool, StoreError> {
    let found = work_pool::by_id(tx, workspace, id).await?;
    found.ok_or(StoreError::Missing("work pool"))
}

/// Gives a pool a status, and tells of it.
pub(crate) async fn set_pool_status(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    pool: &WorkPool,
    status: WorkPoolStatus,
) -> Result<(), StoreError> {
    let last = work_pool::status_event(tx, workspace, pool.id).await?;
    let event = EventId(uuid7(tx.now, draw()));
    events::pool_status(tx, workspace, pool, status, event, last).await?;
    work_pool::set_status(tx, workspace, pool.id, status, event).await?;
    Ok(())
}

/// Deletes a pool with its queues and workers. Runs that wait in it belong to no queue from then on.
pub(crate) async fn delete_pool(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    pool: &WorkPool,
) -> Result<(), StoreError> {
    work_pool::lock(tx, workspace, pool.id).await?;
    let queues = work_queue::of_pool(tx, workspace, pool.id).await?;
    for queue in &queues {
        events::queue_deleted(tx, workspace, pool, queue).await?;
    }
    events::pool_deleted(tx, workspace, pool).await?;
    let ids: Vec<WorkQueueId> = queues.iter().map(|queue| queue.id).collect();
    work_queue::clear_runs(tx, workspace, &ids).await?;
    work_queue::delete_of_pool(tx, workspace, pool.id).await?;
    worker::delete_of_pool(tx, workspace, pool.id).await?;
    cleanup::delete_of_pool(tx, workspace, pool.id).await?;
    offer::delete_of_pool(tx, workspace, pool.id).await?;
    work_pool::delete(tx, workspace, pool.id).await?;
    Ok(())
}

/// Makes a queue in a pool; none where the pool has one of that name.
pub(crate) async fn create_queue(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    pool: &WorkPool,
    create: &WorkQueueCreate,
) -> Result<Option<WorkQueue>, StoreError> {
    if !work_pool::lock(tx, workspace, pool.id).await? {
        return Err(StoreError::Missing("work pool"));
    }
    let id = WorkQueueId(uuid7(tx.now, draw()));
    insert_queue(tx, workspace, pool, id, create).await
}

async fn insert_queue(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    pool: &WorkPool,
    id: WorkQueueId,
    create: &WorkQueueCreate,
) -> Result<Option<WorkQueue>, StoreError> {
    let others = work_queue::of_pool(tx, workspace, pool.id).await?;
    let taken: Vec<i64> = others.iter().map(|queue| queue.priority).collect();
    let row = WorkQueue {
        id,
        created: None,
        updated: None,
        name: create.name.clone(),
        description: create.description.clone(),
        is_paused: create.is_paused,
        concurrency_limit: create.concurrency_limit,
        priority: create
            .priority
            .unwrap_or_else(|| priorities::first_free(&taken)),
        work_pool_id: Some(pool.id),
        filter: create.filter.clone(),
        last_polled: None,
        work_pool_name: Some(pool.name.clone()),
        // One that is paused from the start is told of as paused once somebody changes that.
        status: Some(WorkQueueStatus::NotReady),
        active_slots: None,
    };
    if !work_queue::insert(tx, workspace, pool.id, &row).await? {
        return Ok(None);
    }
    if create.priority.is_some() {
        settle_priorities(tx, workspace, pool.id, Some(id)).await?;
    }
    let queue = stored_queue(tx, workspace, id).await?;
    events::queue_created(tx, workspace, pool, &queue).await?;
    Ok(Some(queue))
}

async fn stored_queue(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: WorkQueueId,
) -> Result<WorkQueue, StoreError> {
    let found = work_queue::by_id(tx, workspace, id).await?;
    found.ok_or(StoreError::Missing("work queue"))
}

/// Makes the priorities of a pool's queues differ again; `placed` keeps the one that it was given.
async fn settle_priorities(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    pool: WorkPoolId,
    placed: Option<WorkQueueId>,
) -> Result<(), StoreError> {
    let queues = work_queue::of_pool(tx, workspace, pool).await?;
    let held: Vec<(WorkQueueId, i64)> = queues
        .iter()
        .map(|queue| (queue.id, queue.priority))
        .collect();
    for (id, priority) in priorities::settled(&held, placed) {
        work_queue::set_priority(tx, workspace, id, priority).await?;
    }
    Ok(())
}

/// Changes a queue. Its pool makes room where it takes another one's place.
pub(crate) async fn update_queue(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    before: &WorkQueue,
    update: &WorkQueueUpdate,
) -> Result<(), StoreError> {
    let pool = before
        .work_pool_id
        .ok_or(StoreError::Missing("work pool"))?;
    let pool = stored_pool(tx, workspace, pool).await?;
    work_pool::lock(tx, workspace, pool.id).await?;
    if let Some(name) = &update.name {
        check_object_name(name).map_err(|flaw| StoreError::Name("body.name", flaw))?;
        let other = work_queue::by_name(tx, workspace, pool.id, name).await?;
        if other.is_some_and(|other| other.id != before.id) {
            return Err(StoreError::Conflict(format!(
                "A work queue with this name already exists in work pool '{}'.",
                pool.name
            )));
        }
    }
    let status = new_status(before, update, tx.now);
    work_queue::update(tx, workspace, before.id, update, status).await?;
    if update.priority.is_some() {
        settle_priorities(tx, workspace, pool.id, Some(before.id)).await?;
    }
    let after = stored_queue(tx, workspace, before.id).await?;
    events::queue_updated(tx, workspace, &pool, before, &after).await?;
    if let Some(status) = status {
        events::queue_status(tx, workspace, &pool, &after, status).await?;
    }
    Ok(())
}

/// The status that pausing or going on brings; none where nothing changes.
fn new_status(
    before: &WorkQueue,
    update: &WorkQueueUpdate,
    now: Timestamp,
) -> Option<WorkQueueStatus> {
    let was_paused = before.status == Some(WorkQueueStatus::Paused);
    let polled = update.last_polled.unwrap_or(before.last_polled);
    match update.is_paused? {
        true if !was_paused => Some(WorkQueueStatus::Paused),
        false if was_paused => {
            let is_recent =
                polled.is_some_and(|polled| now.seconds_since(polled) <= POLLED_SECONDS);
            Some(if is_recent {
                WorkQueueStatus::Ready
            } else {
                WorkQueueStatus::NotReady
            })
        }
        _ => None,
    }
}

/// Gives a queue a status, and tells of it.
pub(crate) async fn set_queue_status(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    queue: &WorkQueue,
    status: WorkQueueStatus,
) -> Result<(), StoreError> {
    let Some(pool) = queue.work_pool_id else {
        return Ok(());
    };
    let pool = stored_pool(tx, workspace, pool).await?;
    work_queue::set_status(tx, workspace, queue.id, status).await?;
    events::queue_status(tx, workspace, &pool, queue, status).await?;
    Ok(())
}

/// Deletes a queue, unless it is its pool's default one. Runs that wait in it belong to no queue from then on.
pub(crate) async fn delete_queue(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    queue: &WorkQueue,
) -> Result<(), StoreError> {
    let Some(pool) = queue.work_pool_id else {
        return Ok(());
    };
    work_pool::lock(tx, workspace, pool).await?;
    let pool = stored_pool(tx, workspace, pool).await?;
    if pool.default_queue_id == Some(queue.id) {
        return Err(StoreError::Conflict(
            "Can't delete a pool's default queue.".to_owned(),
        ));
    }
    events::queue_deleted(tx, workspace, &pool, queue).await?;
    work_queue::delete(tx, workspace, queue.id).await?;
    settle_priorities(tx, workspace, pool.id, None).await
}

/// The queue that a deployment or a run waits in, found or made. Without a queue's name it is the pool's default one;
/// without a pool's name it is looked for, and made, in the pool of agents.
///
/// Gives nothing where neither is named, and [`StoreError::NotFound`] where the named pool does not exist.
pub(crate) async fn find_or_make_queue(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    pool: Option<&str>,
    queue: Option<&str>,
) -> Result<Option<WorkQueue>, StoreError> {
    let (pool, queue) = match (pool, queue) {
        (None, None) => return Ok(None),
        (None, Some(queue)) => {
            // Before there is a pool of agents, a queue of that name in any pool is the one.
            if work_pool::by_name(tx, workspace, DEFAULT_AGENT_POOL)
                .await?
                .is_none()
                && let Some(found) = work_queue::oldest_by_name(tx, workspace, queue).await?
            {
                return Ok(Some(found));
            }
            (agent_pool(tx, workspace).await?, queue)
        }
        (Some(name), queue) => {
            let Some(queue) = queue else {
                return find_queue(tx, workspace, name, None).await.map(Some);
            };
            (named_pool(tx, workspace, name).await?, queue)
        }
    };
    if let Some(found) = work_queue::by_name(tx, workspace, pool.id, queue).await? {
        return Ok(Some(found));
    }
    let mut create = WorkQueueCreate::new(queue);
    if pool.name == DEFAULT_AGENT_POOL {
        create.priority = Some(1);
    }
    check_object_name(queue).map_err(|flaw| StoreError::Name("body.work_queue_name", flaw))?;
    if let Some(made) = create_queue(tx, workspace, &pool, &create).await? {
        return Ok(Some(made));
    }
    // Somebody else made it between the two looks.
    Ok(work_queue::by_name(tx, workspace, pool.id, queue).await?)
}

/// The queue of that name in a pool, or its default one. [`StoreError::NotFound`] where there is none.
pub(crate) async fn find_queue(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    pool: &str,
    queue: Option<&str>,
) -> Result<WorkQueue, StoreError> {
    let stored = match (work_pool::by_name(tx, workspace, pool).await?, queue) {
        (Some(stored), _) => stored,
        (None, Some(queue)) => return Err(no_queue(pool, queue)),
        (None, None) => return Err(no_pool(pool)),
    };
    let found = match (queue, stored.default_queue_id) {
        (Some(name), _) => work_queue::by_name(tx, workspace, stored.id, name).await?,
        (None, Some(id)) => work_queue::by_id(tx, workspace, id).await?,
        (None, None) => None,
    };
    found.ok_or_else(|| no_queue(pool, queue.unwrap_or(DEFAULT_QUEUE)))
}

fn no_queue(pool: &str, queue: &str) -> StoreError {
    StoreError::NotFound(format!("Work pool queue '{pool}/{queue}' not found."))
}

fn no_pool(name: &str) -> StoreError {
    StoreError::NotFound(format!("Work pool \"{name}\" not found."))
}

/// The pool of that name; [`StoreError::NotFound`] where there is none.
pub(crate) async fn named_pool(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    name: &str,
) -> Result<WorkPool, StoreError> {
    let found = work_pool::by_name(tx, workspace, name).await?;
    found.ok_or_else(|| no_pool(name))
}

/// The pool of queues that name none, found or made.
pub(crate) async fn agent_pool(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
) -> Result<WorkPool, StoreError> {
    if let Some(pool) = work_pool::by_name(tx, workspace, DEFAULT_AGENT_POOL).await? {
        return Ok(pool);
    }
    let create = WorkPoolCreate::new(DEFAULT_AGENT_POOL, AGENT_TYPE);
    if let Some(pool) = create_pool(tx, workspace, &create).await? {
        return Ok(pool);
    }
    // Somebody else made it between the two looks.
    let found = work_pool::by_name(tx, workspace, DEFAULT_AGENT_POOL).await?;
    found.ok_or(StoreError::Missing("work pool"))
}
