//! The events that tell of pools and queues.

use std::collections::BTreeMap;

use milliways_model::event::Resource;
use milliways_model::{
    Event, EventId, Timestamp, WorkPool, WorkPoolStatus, WorkQueue, WorkQueueStatus, WorkspaceId,
};

use crate::db::{DbError, Tx};
use crate::lifecycle::{Changes, emit, event};

/// An event of a status follows the last one only within this time, in seconds.
const RECENT_SECONDS: f64 = 600.0;

pub(super) async fn pool_created(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    pool: &WorkPool,
) -> Result<(), DbError> {
    let mut event = event(
        tx,
        "prefect.work-pool.created".to_owned(),
        pool_in_role(pool),
    );
    event.related = belongings(pool);
    emit(tx, workspace, &event).await
}

pub(super) async fn pool_deleted(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    pool: &WorkPool,
) -> Result<(), DbError> {
    let mut event = event(
        tx,
        "prefect.work-pool.deleted".to_owned(),
        pool_in_role(pool),
    );
    event.related = belongings(pool);
    emit(tx, workspace, &event).await
}

/// Tells of the fields that a user has changed, if there are any.
pub(super) async fn pool_updated(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    before: &WorkPool,
    after: &WorkPool,
) -> Result<(), DbError> {
    let mut changes = Changes::default();
    changes.add("description", &before.description, &after.description);
    changes.add(
        "base_job_template",
        &before.base_job_template,
        &after.base_job_template,
    );
    changes.add(
        "concurrency_limit",
        &before.concurrency_limit,
        &after.concurrency_limit,
    );
    changes.add(
        "storage_configuration",
        &before.storage_configuration,
        &after.storage_configuration,
    );
    let Some(payload) = changes.payload() else {
        return Ok(());
    };
    let mut event = event(
        tx,
        "prefect.work-pool.updated".to_owned(),
        pool_in_role(after),
    );
    event.payload = payload;
    emit(tx, workspace, &event).await
}

pub(super) async fn pool_status(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    pool: &WorkPool,
    status: WorkPoolStatus,
    id: EventId,
    last: Option<(EventId, Timestamp)>,
) -> Result<(), DbError> {
    let name = format!("prefect.work-pool.{}", status.in_kebab_case());
    let mut event = event(tx, name, pool_resource(pool));
    event.id = id;
    event.follows = last
        .filter(|(_, changed)| tx.now.seconds_since(*changed) < RECENT_SECONDS)
        .map(|(event, _)| event);
    emit(tx, workspace, &event).await
}

pub(super) async fn queue_created(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    pool: &WorkPool,
    queue: &WorkQueue,
) -> Result<(), DbError> {
    emit(tx, workspace, &of_queue(tx, "created", pool, queue)).await
}

pub(super) async fn queue_deleted(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    pool: &WorkPool,
    queue: &WorkQueue,
) -> Result<(), DbError> {
    emit(tx, workspace, &of_queue(tx, "deleted", pool, queue)).await
}

pub(super) async fn queue_status(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    pool: &WorkPool,
    queue: &WorkQueue,
    status: WorkQueueStatus,
) -> Result<(), DbError> {
    let event = of_queue(tx, status.in_kebab_case(), pool, queue);
    emit(tx, workspace, &event).await
}

/// Tells of the fields that a user has changed, if there are any.
pub(super) async fn queue_updated(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    pool: &WorkPool,
    before: &WorkQueue,
    after: &WorkQueue,
) -> Result<(), DbError> {
    let mut changes = Changes::default();
    changes.add("name", &before.name, &after.name);
    changes.add("description", &before.description, &after.description);
    changes.add(
        "concurrency_limit",
        &before.concurrency_limit,
        &after.concurrency_limit,
    );
    changes.add("priority", &before.priority, &after.priority);
    let Some(payload) = changes.payload() else {
        return Ok(());
    };
    let mut event = of_queue(tx, "updated", pool, after);
    event.payload = payload;
    emit(tx, workspace, &event).await
}

fn of_queue(tx: &Tx<'_>, what: &str, pool: &WorkPool, queue: &WorkQueue) -> Event {
    let id = format!("prefect.work-queue.{}", queue.id);
    let resource = Resource::related(id, "work-queue", Some(&queue.name));
    let mut event = event(tx, format!("prefect.work-queue.{what}"), resource);
    event.related = vec![pool_in_role(pool)];
    event
}

fn pool_resource(pool: &WorkPool) -> Resource {
    Resource(BTreeMap::from([
        (
            Resource::ID.to_owned(),
            format!("prefect.work-pool.{}", pool.id),
        ),
        (Resource::NAME.to_owned(), pool.name.clone()),
        ("prefect.work-pool.type".to_owned(), pool.r#type.clone()),
    ]))
}

fn pool_in_role(pool: &WorkPool) -> Resource {
    let mut resource = pool_resource(pool);
    resource
        .0
        .insert(Resource::ROLE.to_owned(), "work-pool".to_owned());
    resource
}

/// What a pool has: its default queue, and where its results are stored.
fn belongings(pool: &WorkPool) -> Vec<Resource> {
    let queue = pool.default_queue_id.map(|id| {
        let id = format!("prefect.work-queue.{id}");
        Resource::related(id, "default-queue", None)
    });
    let storage = pool.storage_configuration.default_result_storage_block_id;
    let storage = storage.map(|id| {
        let id = format!("prefect.block-document.{id}");
        Resource::related(id, "result-storage", None)
    });
    queue.into_iter().chain(storage).collect()
}
