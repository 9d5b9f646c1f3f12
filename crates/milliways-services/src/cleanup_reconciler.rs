//! Hands clean-up messages out again whose worker did not say in time that they are done, and forgets old ones.

use std::time::Duration;

use milliways_storage::{Store, StoreError};

use crate::{Report, Service};

/// Hands clean-up messages out again.
pub struct CleanupReconciler {
    store: Store,
    attempts: u32,
    batch: i64,
    kept: Duration,
}

impl CleanupReconciler {
    /// A message is given up after `attempts`; one that ended is forgotten after `kept`.
    pub fn new(store: Store, attempts: u32, batch: i64, kept: Duration) -> Self {
        Self {
            store,
            attempts,
            batch,
            kept,
        }
    }
}

impl Service for CleanupReconciler {
    const NAME: &'static str = "cleanup_reconciler";

    async fn tick(&mut self) -> Result<Report, StoreError> {
        let lapsed = self.store.lapsed_cleanups(self.batch).await?;
        let more = i64::try_from(lapsed.len()).unwrap_or(0) == self.batch;
        let mut changed = 0;
        for (workspace, message) in lapsed {
            let scope = self.store.workspace(workspace);
            changed += u64::from(scope.lapse_cleanup(message, self.attempts).await?);
        }
        let before = self.store.clock().now() - self.kept;
        changed += self.store.forget_cleanups(before, self.batch).await?;
        Ok(Report {
            changed,
            more: more && changed > 0,
        })
    }
}
