//! Deletes what is older than it is to be kept, in small steps so that writers wait for none of it long.

use std::time::Duration;

use milliways_model::Timestamp;
use milliways_storage::{Store, StoreError};

use crate::{Report, Service};

/// How many rows one step deletes.
const ROWS: i64 = 2_000;
/// How many flow runs one step deletes, each with all that belongs to it.
const RUNS: i64 = 200;

/// Counts of nothing are left alone for so long: something is still added to the newest ones.
const EMPTY: Duration = Duration::from_hours(24);

/// How long things are kept; none is for ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Events that are no states.
    pub events: Option<Duration>,
    /// Log lines.
    pub logs: Option<Duration>,
    /// Flow runs since they ended, with their task runs, states and log lines.
    pub flow_runs: Option<Duration>,
}

/// Deletes what is older than it is to be kept.
pub struct Retention {
    store: Store,
    kept: Kept,
}

impl Retention {
    /// For a store.
    pub fn new(store: Store, kept: Kept) -> Self {
        Self { store, kept }
    }

    fn before(&self, period: Duration) -> Timestamp {
        self.store.clock().now() - period
    }
}

impl Service for Retention {
    const NAME: &'static str = "retention";

    async fn tick(&mut self) -> Result<Report, StoreError> {
        let mut report = Report::default();
        let empty = self.before(EMPTY);
        let emptied = self.store.delete_empty_counts(empty, ROWS).await?;
        report.more |= i64::try_from(emptied).unwrap_or(i64::MAX) >= ROWS;
        let mut count = |deleted: u64, limit: i64| {
            report.changed += deleted;
            report.more |= i64::try_from(deleted).unwrap_or(i64::MAX) >= limit;
        };
        if let Some(period) = self.kept.events {
            count(
                self.store.delete_events(self.before(period), ROWS).await?,
                ROWS,
            );
        }
        if let Some(period) = self.kept.logs {
            count(
                self.store.delete_logs(self.before(period), ROWS).await?,
                ROWS,
            );
        }
        if let Some(period) = self.kept.flow_runs {
            let ended = self
                .store
                .ended_flow_runs(self.before(period), RUNS)
                .await?;
            // Where only task runs could be deleted the flow runs are still there, and there is more to do.
            let is_more = i64::try_from(ended.len()).unwrap_or(RUNS) >= RUNS;
            let found = ended.len() as u64;
            let deleted = self.store.delete_flow_runs(ended, ROWS).await?;
            report.changed += deleted;
            report.more |= is_more || deleted < found;
        }
        Ok(report)
    }
}
