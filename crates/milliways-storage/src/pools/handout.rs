//! Which runs a worker is given.
//!
//! Of each queue those that are due first, queues in the order of their priority; never more than the free slots
//! of queue and pool. One statement decides about order. A run that was given to a worker under a limit counts as
//! under way until it is claimed or the offer lapses, so that two workers that ask at once don't get more together
//! than there are slots.

use std::collections::{HashMap, HashSet};

use milliways_model::{FlowRunId, Timestamp, WorkPool, WorkQueue, WorkQueueId, WorkspaceId};

use crate::db::{DbError, Tx};
use crate::error::StoreError;
use crate::filter::Query;
use crate::tables::{offer, work_pool, work_queue};

/// How long a run that was handed out is kept for who got it, in seconds. A worker claims at once.
const OFFER_SECONDS: f64 = 10.0;
/// How many queues one statement asks: a compound statement has a bound in both databases.
const QUEUES_AT_ONCE: usize = 100;

/// What is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Asked {
    /// Due at this moment or before.
    pub(crate) before: Option<Timestamp>,
    /// Due at this moment or after.
    pub(crate) after: Option<Timestamp>,
    /// How many at most.
    pub(crate) limit: i64,
}

/// A run that waits, in its place.
struct Candidate {
    run: FlowRunId,
    queue: WorkQueueId,
}

/// How many slots are free, of the pool and of each queue that has a limit.
struct Free {
    pool: i64,
    queues: HashMap<WorkQueueId, i64>,
}

impl Free {
    fn of_queue(&self, queue: WorkQueueId) -> i64 {
        self.queues.get(&queue).copied().unwrap_or(i64::MAX)
    }

    fn take(&mut self, queue: WorkQueueId) -> bool {
        if self.pool <= 0 || self.of_queue(queue) <= 0 {
            return false;
        }
        self.give(queue, -1);
        true
    }

    fn give(&mut self, queue: WorkQueueId, slots: i64) {
        if self.pool != i64::MAX {
            self.pool += slots;
        }
        if let Some(free) = self.queues.get_mut(&queue) {
            *free += slots;
        }
    }
}

/// Chooses runs of these queues of a pool, best first.
pub(crate) async fn choose(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    pool: &WorkPool,
    queues: &[WorkQueue],
    asked: Asked,
) -> Result<Vec<(FlowRunId, WorkQueueId)>, StoreError> {
    let mut open: Vec<&WorkQueue> = queues.iter().filter(|queue| !queue.is_paused).collect();
    if pool.is_paused || open.is_empty() || asked.limit <= 0 {
        return Ok(Vec::new());
    }
    open.sort_by_key(|queue| (queue.priority, queue.id));
    let is_limited = pool.concurrency_limit.is_some()
        || open.iter().any(|queue| queue.concurrency_limit.is_some());
    let (mut free, offered) = if is_limited {
        work_pool::lock(tx, workspace, pool.id).await?;
        free(tx, workspace, pool, &open).await?
    } else {
        let free = Free {
            pool: i64::MAX,
            queues: HashMap::new(),
        };
        (free, HashSet::new())
    };
    let most = usize::try_from(asked.limit).unwrap_or(usize::MAX);
    let mut chosen = Vec::new();
    for part in open.chunks(QUEUES_AT_ONCE) {
        for candidate in candidates(tx, workspace, part, asked, &free, offered.len()).await? {
            if chosen.len() >= most {
                break;
            }
            // An offered run holds its slot already.
            if offered.contains(&candidate.run) || free.take(candidate.queue) {
                chosen.push((candidate.run, candidate.queue));
            }
        }
    }
    if is_limited && !chosen.is_empty() {
        let runs: Vec<FlowRunId> = chosen.iter().map(|(run, _)| *run).collect();
        let lapses = tx.now.plus_seconds(OFFER_SECONDS);
        offer::make(tx, workspace, pool.id, &runs, lapses).await?;
    }
    Ok(chosen)
}

/// Slots that are neither taken nor offered, and the runs that are offered.
async fn free(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    pool: &WorkPool,
    open: &[&WorkQueue],
) -> Result<(Free, HashSet<FlowRunId>), DbError> {
    let active: HashMap<_, _> = work_pool::active_slots(tx, workspace, &[pool.id])
        .await?
        .into_iter()
        .collect();
    let limited: Vec<WorkQueueId> = open
        .iter()
        .filter(|queue| queue.concurrency_limit.is_some())
        .map(|queue| queue.id)
        .collect();
    let busy: HashMap<WorkQueueId, i64> = work_queue::active_slots(tx, workspace, &limited, false)
        .await?
        .into_iter()
        .collect();
    let mut free = Free {
        pool: pool.concurrency_limit.map_or(i64::MAX, |limit| {
            limit - active.get(&pool.id).copied().unwrap_or(0)
        }),
        queues: open
            .iter()
            .filter_map(|queue| {
                let limit = queue.concurrency_limit?;
                Some((queue.id, limit - busy.get(&queue.id).copied().unwrap_or(0)))
            })
            .collect(),
    };
    let mut offered = HashSet::new();
    for (run, queue) in offer::open(tx, workspace, pool.id).await? {
        free.give(queue, -1);
        offered.insert(run);
    }
    Ok((free, offered))
}

/// The runs of these queues that wait, best first. Of each queue no more are read than could be given.
async fn candidates(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    queues: &[&WorkQueue],
    asked: Asked,
    free: &Free,
    offered: usize,
) -> Result<Vec<Candidate>, DbError> {
    let mut query = Query::new("SELECT c.id, c.queue FROM (");
    let offered = i64::try_from(offered).unwrap_or(i64::MAX);
    for (place, queue) in queues.iter().enumerate() {
        if place > 0 {
            query.push(" UNION ALL ");
        }
        let most = free
            .of_queue(queue.id)
            .max(0)
            .saturating_add(offered)
            .min(asked.limit.saturating_add(offered));
        waiting_of(&mut query, workspace, queue, asked, most);
    }
    query.push(") c ORDER BY c.priority, c.due, c.id");
    tx.query(&query.text, &query.params, |row| {
        Ok(Candidate {
            run: row.take()?,
            queue: row.take()?,
        })
    })
    .await
}

/// The first runs of a queue. One that is retried within its process is no worker's.
fn waiting_of(
    query: &mut Query,
    workspace: WorkspaceId,
    queue: &WorkQueue,
    asked: Asked,
    most: i64,
) {
    let (id, workspace) = (query.value(queue.id), query.value(workspace));
    // A priority is a whole number of ours, so that it may stand in the text.
    let priority = queue.priority;
    query.push(&format!(
        "SELECT * FROM (SELECT r.id, r.work_queue_id AS queue, {priority} AS priority, r.next_scheduled_start_time AS due \
         FROM flow_run r WHERE r.work_queue_id = {id} AND r.workspace_id = {workspace} AND r.state_type = 'SCHEDULED' \
         AND r.empirical_policy NOT LIKE '%\"retry_type\":\"in_process\"%'"
    ));
    if let Some(before) = asked.before {
        let place = query.value(before);
        query.push(&format!(" AND r.next_scheduled_start_time <= {place}"));
    }
    if let Some(after) = asked.after {
        let place = query.value(after);
        query.push(&format!(" AND r.next_scheduled_start_time >= {place}"));
    }
    let most = query.value(most);
    query.push(&format!(
        " ORDER BY r.next_scheduled_start_time, r.id LIMIT {most}) AS of_queue"
    ));
}
