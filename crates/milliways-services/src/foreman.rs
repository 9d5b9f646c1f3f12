//! Tells as offline or not ready what nobody was heard of: workers, their pools, queues that nobody polls.

use std::time::Duration;

use milliways_storage::{Store, StoreError};

use crate::{Report, Service};

/// How many objects of a kind one tick looks at.
const BATCH: i64 = 200;

/// How long silence may last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// A worker is offline after this many of its heartbeats.
    pub heartbeats: u32,
    /// How far apart heartbeats are of a worker that does not say.
    pub interval: Duration,
    /// A queue is not ready this long after it was last polled.
    pub queues: Duration,
    /// A deployment is not ready this long after somebody last asked for its runs.
    pub deployments: Duration,
}

/// Tells as offline or not ready what nobody was heard of.
pub struct Foreman {
    store: Store,
    patience: Patience,
}

impl Foreman {
    /// For a store.
    pub fn new(store: Store, patience: Patience) -> Self {
        Self { store, patience }
    }

    async fn pools(&self) -> Result<Report, StoreError> {
        let found = self.store.pools_without_workers(BATCH).await?;
        let mut report = whole(found.len());
        for (workspace, pool) in found {
            let scope = self.store.workspace(workspace);
            report.changed += u64::from(scope.work_pool_without_workers(pool).await?);
        }
        Ok(report)
    }

    async fn queues(&self) -> Result<Report, StoreError> {
        let before = self.store.clock().now() - self.patience.queues;
        let found = self.store.silent_queues(before, BATCH).await?;
        let mut report = whole(found.len());
        for (workspace, queue) in found {
            let scope = self.store.workspace(workspace);
            report.changed += u64::from(scope.work_queue_silent(queue, before).await?);
        }
        Ok(report)
    }

    async fn deployments(&self) -> Result<Report, StoreError> {
        let before = self.store.clock().now() - self.patience.deployments;
        let found = self.store.silent_deployments(before, BATCH).await?;
        let mut report = whole(found.len());
        for (workspace, deployment) in found {
            let scope = self.store.workspace(workspace);
            report.changed += u64::from(scope.deployment_silent(deployment, before).await?);
        }
        Ok(report)
    }
}

/// A full batch may have more behind it.
fn whole(found: usize) -> Report {
    Report {
        changed: 0,
        more: i64::try_from(found).unwrap_or(0) == BATCH,
    }
}

impl Service for Foreman {
    const NAME: &'static str = "foreman";

    async fn tick(&mut self) -> Result<Report, StoreError> {
        let Patience {
            heartbeats,
            interval,
            ..
        } = self.patience;
        let offline = self.store.mark_silent_workers(heartbeats, interval).await?;
        let mut report = Report {
            changed: offline,
            more: false,
        };
        let parts = [
            self.pools().await?,
            self.queues().await?,
            self.deployments().await?,
        ];
        for part in parts {
            report.changed += part.changed;
            report.more |= part.more && part.changed > 0;
        }
        Ok(report)
    }
}
