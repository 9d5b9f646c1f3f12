//! Ends what a cancelled flow run has left behind, and runs whose cancelling never ends.

use std::time::Duration;

use milliways_model::Timestamp;
use milliways_storage::{Store, StoreError};

use crate::{Report, Service};

/// How many runs of a kind one tick ends.
const BATCH: i64 = 200;
/// How far back the first tick looks for cancelled runs.
const FIRST_LOOK: Duration = Duration::from_hours(24);
/// How far every other one looks behind the one before it: what a commit took long for is not missed.
const OVERLAP: Duration = Duration::from_mins(5);

/// Ends what a cancelled flow run has left behind.
pub struct CancellationCleanup {
    store: Store,
    timeout: Duration,
    /// Since when runs were cancelled that may have something left.
    since: Option<Timestamp>,
}

impl CancellationCleanup {
    /// A run that has been CANCELLING for `timeout` is cancelled without its worker's word.
    pub fn new(store: Store, timeout: Duration) -> Self {
        Self {
            store,
            timeout,
            since: None,
        }
    }
}

impl Service for CancellationCleanup {
    const NAME: &'static str = "cancellation_cleanup";

    async fn tick(&mut self) -> Result<Report, StoreError> {
        let now = self.store.clock().now();
        let since = self.since.unwrap_or(now - FIRST_LOOK);
        let mut report = Report::default();
        let stuck = self
            .store
            .stuck_cancellations(now - self.timeout, BATCH)
            .await?;
        for (workspace, run) in stuck {
            let scope = self.store.workspace(workspace);
            report.changed += u64::from(scope.cancel_stuck(run, self.timeout).await?);
        }
        let subflows = self.store.subflows_of_cancelled(since, BATCH).await?;
        let mut is_whole = is_all(subflows.len());
        for (workspace, run, has_deployment) in subflows {
            let scope = self.store.workspace(workspace);
            let ended = scope.cancel_left_subflow(run, has_deployment).await?;
            report.changed += u64::from(ended);
        }
        let task_runs = self.store.task_runs_of_cancelled(since, BATCH).await?;
        is_whole &= is_all(task_runs.len());
        for (workspace, run) in task_runs {
            let ended = self
                .store
                .workspace(workspace)
                .cancel_left_task_run(run)
                .await?;
            report.changed += u64::from(ended);
        }
        if is_whole {
            self.since = Some(now - OVERLAP);
        }
        report.more = !is_whole && report.changed > 0;
        Ok(report)
    }
}

/// Whether that was all there is.
fn is_all(found: usize) -> bool {
    i64::try_from(found).unwrap_or(i64::MAX) < BATCH
}
