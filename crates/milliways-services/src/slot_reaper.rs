//! Gives back the slots of leases that nobody renewed in time.
//!
//! While the server is away nobody can renew, so that every lease has a whole length of time again from the
//! server's start on.

use std::time::Duration;

use milliways_model::Timestamp;
use milliways_orchestration::{LeaseVerdict, lease_verdict};
use milliways_storage::{Store, StoreError};

use crate::{Report, Service};

/// How many leases one tick looks at.
const BATCH: i64 = 200;

/// Gives back the slots of leases that nobody renewed in time.
pub struct SlotReaper {
    store: Store,
    started: Timestamp,
}

impl SlotReaper {
    /// For a store that was opened just now.
    pub fn new(store: Store) -> Self {
        let started = store.clock().now();
        Self { store, started }
    }
}

impl Service for SlotReaper {
    const NAME: &'static str = "slot_reaper";

    async fn tick(&mut self) -> Result<Report, StoreError> {
        let now = self.store.clock().now();
        let expired = self.store.expired_leases(BATCH).await?;
        let more = i64::try_from(expired.len()).unwrap_or(0) == BATCH;
        let mut changed = 0;
        for lease in expired {
            let length = Duration::try_from_secs_f64(lease.duration).unwrap_or_default();
            let verdict = lease_verdict(Some(lease.expires), length, self.started, now);
            if verdict == LeaseVerdict::Over
                && self
                    .store
                    .workspace(lease.workspace)
                    .reap_lease(lease.id)
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
