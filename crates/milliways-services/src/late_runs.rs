//! Marks scheduled flow runs as Late that nobody started in time.

use std::time::Duration;

use milliways_storage::{Store, StoreError};

use crate::{Report, Service};

/// How many runs one tick marks at most.
const BATCH: i64 = 400;

/// Marks scheduled flow runs as Late.
pub struct LateRuns {
    store: Store,
    after: Duration,
}

impl LateRuns {
    /// Runs are late that have been due since more than `after`.
    pub fn new(store: Store, after: Duration) -> Self {
        Self { store, after }
    }
}

impl Service for LateRuns {
    const NAME: &'static str = "late_runs";

    async fn tick(&mut self) -> Result<Report, StoreError> {
        let before = self.store.clock().now() - self.after;
        let due = self.store.due_flow_runs(before, BATCH).await?;
        let found = due.len();
        let mut changed = 0;
        for (workspace, run) in due {
            if self
                .store
                .workspace(workspace)
                .mark_late(run, self.after)
                .await?
            {
                changed += 1;
            }
        }
        // A run that a rule does not let be marked stays due: only progress is followed by another look.
        let more = changed > 0 && i64::try_from(found).unwrap_or(0) == BATCH;
        Ok(Report { changed, more })
    }
}
