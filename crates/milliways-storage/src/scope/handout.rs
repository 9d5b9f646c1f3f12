//! Handing runs to workers and agents, and how many are under way.

use std::collections::HashMap;

use milliways_model::filter::FlowRunFilterState;
use milliways_model::filter::{AnyOrNot, AnyOrNull, FlowRunFilter, TagsFilter, TimeFilter};
use milliways_model::sort::FlowRunSort;
use milliways_model::work_queue::{QueueFilter, WorkerFlowRunResponse};
use milliways_model::{
    FlowRun, FlowRunId, StateType, Timestamp, WorkPool, WorkQueue, WorkQueueId, WorkQueueStatus,
    WorkspaceId,
};

use super::Scope;
use crate::db::Tx;
use crate::error::StoreError;
use crate::filter::{Filters, Page};
use crate::pools::{self, Asked};
use crate::tables::{flow_run, work_queue};

/// What a worker asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Poll {
    /// Of these queues; of all unless given.
    pub queues: Vec<String>,
    /// Due at this moment or before.
    pub before: Option<Timestamp>,
    /// Due at this moment or after.
    pub after: Option<Timestamp>,
    /// How many at most.
    pub limit: i64,
}

impl Scope {
    /// The runs of a pool that a worker is to start, best first. What it asked for counts as polled.
    pub async fn poll_work_pool(
        &self,
        name: &str,
        asked_for: Poll,
    ) -> Result<Vec<WorkerFlowRunResponse>, StoreError> {
        let name = name.to_owned();
        self.write(async move |tx, workspace| {
            let pool = pools::named_pool(tx, workspace, &name).await?;
            let queues = polled_queues(tx, workspace, &pool, &asked_for.queues).await?;
            let asked = Asked {
                before: asked_for.before,
                after: asked_for.after,
                limit: asked_for.limit,
            };
            let chosen = pools::choose(tx, workspace, &pool, &queues, asked).await?;
            let ids: Vec<FlowRunId> = chosen.iter().map(|(run, _)| *run).collect();
            let runs = flow_run::by_ids(tx, workspace, &ids, tx.now).await?;
            mark_polled(tx, workspace, &queues).await?;
            let queues: HashMap<FlowRunId, WorkQueueId> = chosen.into_iter().collect();
            let answers = runs.into_iter().filter_map(|flow_run| {
                Some(WorkerFlowRunResponse {
                    work_pool_id: pool.id,
                    work_queue_id: *queues.get(&flow_run.id)?,
                    flow_run,
                })
            });
            Ok(answers.collect())
        })
        .await
    }

    /// The runs of a queue that an agent is to start; none where there is no such queue. `is_looking` only looks.
    pub async fn poll_work_queue(
        &self,
        id: WorkQueueId,
        before: Option<Timestamp>,
        limit: i64,
        is_looking: bool,
    ) -> Result<Option<Vec<FlowRun>>, StoreError> {
        self.write(async move |tx, workspace| {
            let Some(queue) = work_queue::by_id(tx, workspace, id).await? else {
                return Ok(None);
            };
            let runs = runs_for_agents(tx, workspace, &queue, before, limit).await?;
            if !is_looking {
                mark_polled(tx, workspace, &[queue]).await?;
            }
            Ok(Some(runs))
        })
        .await
    }
}

async fn polled_queues(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    pool: &WorkPool,
    names: &[String],
) -> Result<Vec<WorkQueue>, StoreError> {
    if names.is_empty() {
        return Ok(work_queue::of_pool(tx, workspace, pool.id).await?);
    }
    let mut queues: Vec<WorkQueue> = Vec::with_capacity(names.len());
    for name in names {
        let queue = pools::find_queue(tx, workspace, &pool.name, Some(name)).await?;
        if queues.iter().all(|other| other.id != queue.id) {
            queues.push(queue);
        }
    }
    Ok(queues)
}

/// Who asks for runs keeps the queue and its deployments ready.
async fn mark_polled(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    queues: &[WorkQueue],
) -> Result<(), StoreError> {
    let ids: Vec<WorkQueueId> = queues.iter().map(|queue| queue.id).collect();
    work_queue::polled(tx, workspace, &ids, tx.now).await?;
    for queue in queues {
        if queue.status == Some(WorkQueueStatus::NotReady) {
            pools::set_queue_status(tx, workspace, queue, WorkQueueStatus::Ready).await?;
        }
    }
    crate::deployment::status::polled(tx, workspace, &[], &ids).await
}

/// Agents ask by queue. Here a run that is being cancelled holds its slot, and a run that only names the queue
/// belongs to it.
async fn runs_for_agents(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    queue: &WorkQueue,
    before: Option<Timestamp>,
    limit: i64,
) -> Result<Vec<FlowRun>, StoreError> {
    if queue.is_paused {
        return Ok(Vec::new());
    }
    let Some(filter) = &queue.filter else {
        let active = work_queue::slots_of_agents(tx, workspace, queue).await?;
        let page = room(queue, active, limit);
        let ids = work_queue::waiting_for_agents(tx, workspace, queue, before, page.limit).await?;
        return Ok(flow_run::by_ids(tx, workspace, &ids, tx.now).await?);
    };
    let busy = chosen_by(filter, &[StateType::Pending, StateType::Running]);
    let active = flow_run::count(tx, workspace, &busy).await?;
    let page = room(queue, active, limit);
    let mut filters = chosen_by(filter, &[StateType::Scheduled]);
    if let Some(runs) = &mut filters.flow_runs {
        runs.next_scheduled_start_time = before.map(|before| TimeFilter {
            before_: Some(before),
            after_: None,
        });
    }
    let sort = FlowRunSort::NextScheduledStartTimeAsc;
    Ok(flow_run::list(tx, workspace, &filters, sort, page, tx.now).await?)
}

fn room(queue: &WorkQueue, active: i64, limit: i64) -> Page {
    let free = queue
        .concurrency_limit
        .map_or(i64::MAX, |most| (most - active).max(0));
    Page {
        limit: limit.min(free),
        offset: 0,
    }
}

/// The runs that the queue of an old agent is about.
fn chosen_by(filter: &QueueFilter, states: &[StateType]) -> Filters {
    Filters {
        flow_runs: Some(FlowRunFilter {
            tags: filter.tags.clone().map(|tags| TagsFilter {
                all_: Some(tags),
                ..TagsFilter::default()
            }),
            deployment_id: Some(AnyOrNull {
                any_: filter.deployment_ids.clone(),
                is_null_: Some(false),
                ..AnyOrNull::default()
            }),
            state: Some(FlowRunFilterState {
                r#type: Some(AnyOrNot {
                    any_: Some(states.to_vec()),
                    not_any_: None,
                }),
                ..FlowRunFilterState::default()
            }),
            ..FlowRunFilter::default()
        }),
        ..Filters::default()
    }
}
