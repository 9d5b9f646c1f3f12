//! Letting a worker in that opens its channel: its pool, its queues, its first heartbeat, all in one.

use milliways_model::work_pool::DEFAULT_QUEUE;
use milliways_model::work_pool::template;
use milliways_model::worker_channel::Hello;
use milliways_model::{WorkPool, WorkPoolCreate, WorkPoolUpdate, WorkQueue, WorkspaceId};

use super::Scope;
use super::workers::heartbeat;
use crate::db::Tx;
use crate::error::StoreError;
use crate::pools;
use crate::tables::{work_pool, work_queue};

/// What became of a worker that opens its channel.
#[derive(Clone, Debug, PartialEq)]
pub enum Admission {
    /// It is let in, to a pool and these of its queues.
    Admitted(Box<WorkPool>, Vec<WorkQueue>),
    /// There is no such pool or queue, and none may be made.
    Refused,
    /// The template that it brings is none.
    BadTemplate,
}

impl Scope {
    /// Lets a worker in that opens its channel. Nothing is changed for one that is refused.
    pub async fn admit_worker(&self, pool: &str, hello: Hello) -> Result<Admission, StoreError> {
        let name = pool.to_owned();
        let admitted = self
            .write(async move |tx, workspace| admit(tx, workspace, &name, &hello).await)
            .await?;
        let Admission::Admitted(pool, queues) = admitted else {
            return Ok(admitted);
        };
        // Read anew, with the runs that are under way counted.
        let pool = self.work_pool(&pool.name).await?.map_or(pool, Box::new);
        Ok(Admission::Admitted(pool, queues))
    }
}

async fn admit(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    name: &str,
    hello: &Hello,
) -> Result<Admission, StoreError> {
    let found = work_pool::by_name(tx, workspace, name).await?;
    let has_no_template = found
        .as_ref()
        .is_none_or(|pool| pool.base_job_template.is_empty());
    if has_no_template && template::check(&hello.default_base_job_template).is_err() {
        return Ok(Admission::BadTemplate);
    }
    let Some(pool) = found else {
        return make(tx, workspace, name, hello).await;
    };
    let mut queues = Vec::new();
    for queue in &hello.work_queue_names {
        let Some(queue) = work_queue::by_name(tx, workspace, pool.id, queue).await? else {
            return Ok(Admission::Refused);
        };
        if queues.iter().all(|other: &WorkQueue| other.id != queue.id) {
            queues.push(queue);
        }
    }
    if hello.work_queue_names.is_empty() {
        queues = work_queue::of_pool(tx, workspace, pool.id).await?;
    }
    if has_no_template && !hello.default_base_job_template.is_empty() {
        let update = WorkPoolUpdate {
            base_job_template: Some(hello.default_base_job_template.clone()),
            ..WorkPoolUpdate::default()
        };
        pools::update_pool(tx, workspace, &pool, &update).await?;
    }
    enter(tx, workspace, pool, queues, hello).await
}

/// A pool that is made has one queue only.
async fn make(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    name: &str,
    hello: &Hello,
) -> Result<Admission, StoreError> {
    let is_reserved = name
        .get(..7)
        .is_some_and(|beginning| beginning.eq_ignore_ascii_case("prefect"));
    let has_queues = hello
        .work_queue_names
        .iter()
        .all(|queue| queue == DEFAULT_QUEUE);
    let is_name = milliways_model::names::check_object_name(name).is_ok();
    if !hello.create_pool_if_not_found || is_reserved || !has_queues || !is_name {
        return Ok(Admission::Refused);
    }
    let mut create = WorkPoolCreate::new(name, &hello.worker_type);
    create.base_job_template = hello.default_base_job_template.clone();
    let Some(pool) = pools::create_pool(tx, workspace, &create).await? else {
        return Ok(Admission::Refused);
    };
    let queues = work_queue::of_pool(tx, workspace, pool.id).await?;
    enter(tx, workspace, pool, queues, hello).await
}

async fn enter(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    pool: WorkPool,
    queues: Vec<WorkQueue>,
    hello: &Hello,
) -> Result<Admission, StoreError> {
    let interval = Some(hello.heartbeat_interval_seconds);
    heartbeat(tx, workspace, &pool.name, &hello.worker_name, interval).await?;
    Ok(Admission::Admitted(Box::new(pool), queues))
}
