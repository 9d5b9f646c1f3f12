//! Crashes flow runs whose process was not heard of in time.
//!
//! A process renews its lease by sending its journal. While the server is away nobody can, so that every
//! lease has a whole length of time again from the server's start on.

use std::time::Duration;

use milliways_model::Timestamp;
use milliways_orchestration::{LeaseVerdict, lease_verdict};
use milliways_storage::{LEASE_SECONDS, Store, StoreError};

use crate::{Report, Service};

/// How many attempts one tick looks at.
const BATCH: i64 = 200;

/// Crashes flow runs whose process was not heard of in time.
pub struct LeaseReaper {
    store: Store,
    started: Timestamp,
}

impl LeaseReaper {
    /// For a store that was opened just now.
    pub fn new(store: Store) -> Self {
        let started = store.clock().now();
        Self { store, started }
    }
}

impl Service for LeaseReaper {
    const NAME: &'static str = "lease_reaper";

    async fn tick(&mut self) -> Result<Report, StoreError> {
        let now = self.store.clock().now();
        let length = Duration::from_secs_f64(LEASE_SECONDS);
        let mut changed = 0;
        let lapsed = self.store.lapsed_attempts(BATCH).await?;
        let more = i64::try_from(lapsed.len()).unwrap_or(0) == BATCH;
        for (workspace, run, until) in lapsed {
            if lease_verdict(Some(until), length, self.started, now) != LeaseVerdict::Over {
                continue;
            }
            let message = format!(
                "The process that ran this flow run was not heard of for {LEASE_SECONDS} seconds. \
                 It was last known to be alive at {}.",
                until.plus_seconds(-LEASE_SECONDS)
            );
            if self
                .store
                .workspace(workspace)
                .crash_lapsed(run, message)
                .await?
            {
                changed += 1;
            }
        }
        Ok(Report {
            changed,
            more: more && changed > 0,
        })
    }
}
