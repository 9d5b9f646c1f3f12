//! Which runs of a pool or queue are under way.

use milliways_model::work_pool::WorkPoolConcurrencyStatus;
use milliways_model::work_queue::{FlowRunSlotSummary, QueueSlots, WorkQueueConcurrencyStatus};
use milliways_model::{Timestamp, WorkQueueId};

use super::Scope;
use crate::error::StoreError;
use crate::filter::{Filters, Page};
use crate::tables::{work_pool, work_queue};

impl Scope {
    /// The runs of a pool that are under way, by queue; none where there is no such pool. `runs` is how many are
    /// told of each queue.
    pub async fn work_pool_slots(
        &self,
        name: &str,
        number: i64,
        page: Page,
        runs: i64,
    ) -> Result<Option<WorkPoolConcurrencyStatus>, StoreError> {
        let (name, now) = (name.to_owned(), self.now());
        self.read(async move |conn, workspace| {
            let Some(pool) = work_pool::by_name(conn, workspace, &name).await? else {
                return Ok(None);
            };
            let every = Filters::default();
            let queues = work_queue::list(conn, workspace, Some(pool.id), &every, page).await?;
            let count = work_queue::count_of_pool(conn, workspace, pool.id).await?;
            let ids: Vec<WorkQueueId> = queues.iter().map(|queue| queue.id).collect();
            let active = work_queue::active_slots(conn, workspace, &ids, false).await?;
            let mut details = Vec::with_capacity(queues.len());
            for queue in queues {
                let holders =
                    work_queue::holders(conn, workspace, queue.id, false, runs, 0).await?;
                let slots = active
                    .iter()
                    .find(|(id, _)| *id == queue.id)
                    .map_or(0, |(_, count)| *count);
                details.push(QueueSlots {
                    queue_id: queue.id,
                    queue_name: queue.name,
                    active_slots: slots,
                    concurrency_limit: queue.concurrency_limit,
                    flow_runs: told(holders, now),
                    flow_run_count: Some(slots),
                });
            }
            let total = work_pool::active_slots(conn, workspace, &[pool.id]).await?;
            Ok(Some(WorkPoolConcurrencyStatus {
                active_slots: total.first().map_or(0, |(_, count)| *count),
                concurrency_limit: pool.concurrency_limit,
                queues: details,
                count,
                limit: page.limit,
                pages: pages(count, page.limit),
                page: number,
            }))
        })
        .await
    }

    /// The runs of a queue that are under way; none where there is no such queue.
    pub async fn work_queue_slots(
        &self,
        id: WorkQueueId,
        number: i64,
        page: Page,
    ) -> Result<Option<WorkQueueConcurrencyStatus>, StoreError> {
        let now = self.now();
        self.read(async move |conn, workspace| {
            let Some(queue) = work_queue::by_id(conn, workspace, id).await? else {
                return Ok(None);
            };
            let count = work_queue::slots_of_agents(conn, workspace, &queue).await?;
            let holders = work_queue::holders_for_agents(conn, workspace, &queue, page).await?;
            Ok(Some(WorkQueueConcurrencyStatus {
                active_slots: count,
                concurrency_limit: queue.concurrency_limit,
                flow_runs: told(holders, now),
                count,
                limit: page.limit,
                pages: pages(count, page.limit),
                page: number,
            }))
        })
        .await
    }
}

fn told(mut runs: Vec<FlowRunSlotSummary>, now: Timestamp) -> Vec<FlowRunSlotSummary> {
    for run in &mut runs {
        run.time_in_current_state = run.state_timestamp.map(|since| now.seconds_since(since));
    }
    runs
}

fn pages(count: i64, limit: i64) -> i64 {
    if limit == 0 {
        0
    } else {
        (count + limit - 1) / limit
    }
}
