//! Makes the runs of schedules ahead of their time.
//!
//! Each schedule says itself when it has to be looked at next, and one that changes says at once: a look costs
//! nothing where there is nothing to do. Where several servers look at the same time, a run is still made once.

use futures_util::future::try_join_all;
use milliways_storage::{Horizon, Store, StoreError};

use crate::{Report, Service};

/// Makes the runs of schedules.
pub struct Scheduler {
    store: Store,
    horizon: Horizon,
    batch: i64,
}

impl Scheduler {
    /// Makes so much ahead, for so many deployments in one step.
    pub fn new(store: Store, horizon: Horizon, batch: i64) -> Self {
        Self {
            store,
            horizon,
            batch,
        }
    }
}

impl Service for Scheduler {
    const NAME: &'static str = "scheduler";

    async fn tick(&mut self) -> Result<Report, StoreError> {
        let due = self.store.deployments_to_schedule(self.batch).await?;
        let found = due.len();
        // Together, so that the store commits them together.
        let looks = due.into_iter().map(|(workspace, deployment)| {
            let (scope, horizon) = (self.store.workspace(workspace), self.horizon);
            async move { scope.look_at_schedules(deployment, horizon).await }
        });
        let made = try_join_all(looks).await?;
        Ok(Report {
            changed: made.iter().sum(),
            more: i64::try_from(found).unwrap_or(0) == self.batch,
        })
    }
}
