//! Offers background tasks again that a worker has taken and not begun with in time.

use std::time::Duration;

use milliways_storage::{Store, StoreError};

use crate::{Report, Service};

/// How many of them one tick looks at.
const BATCH: i64 = 500;

/// Offers taken background tasks again.
pub struct PendingTasks {
    store: Store,
    timeout: Duration,
}

impl PendingTasks {
    /// Those that have not begun for so long.
    pub fn new(store: Store, timeout: Duration) -> Self {
        Self { store, timeout }
    }
}

impl Service for PendingTasks {
    const NAME: &'static str = "pending_tasks";

    async fn tick(&mut self) -> Result<Report, StoreError> {
        let overdue = self.store.overdue_task_runs(BATCH).await?;
        let more = i64::try_from(overdue.len()).unwrap_or(0) == BATCH;
        let mut changed = 0;
        for (workspace, task_run) in overdue {
            let scope = self.store.workspace(workspace);
            changed += u64::from(scope.offer_again(task_run, self.timeout).await?);
        }
        Ok(Report { changed, more })
    }
}
