//! Fails paused flow runs that nobody resumed in time.

use milliways_storage::{Store, StoreError};

use crate::{Report, Service};

/// How many paused runs one tick looks at.
const BATCH: i64 = 1_000;

/// Fails paused flow runs whose time is over.
pub struct PauseExpirations {
    store: Store,
}

impl PauseExpirations {
    /// For a store.
    pub fn new(store: Store) -> Self {
        Self { store }
    }
}

impl Service for PauseExpirations {
    const NAME: &'static str = "pause_expirations";

    async fn tick(&mut self) -> Result<Report, StoreError> {
        let mut changed = 0;
        for (workspace, run) in self.store.paused_flow_runs(BATCH).await? {
            if self.store.workspace(workspace).expire_pause(run).await? {
                changed += 1;
            }
        }
        Ok(Report {
            changed,
            more: false,
        })
    }
}
