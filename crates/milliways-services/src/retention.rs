//! Deletes what is older than it is to be kept, in small steps so that writers wait for none of it long.

use std::time::Duration;

use milliways_model::Timestamp;
use milliways_storage::{CountPosition, Store, StoreError};

use crate::{Report, Service};

/// How many small rows are deleted, or counts looked at, where one flow run would be deleted, which has as many that belong
/// to it.
const ROWS_FOR_A_RUN: i64 = 10;

/// Counts are left alone for so long, for something is still added to the newest ones; and so often all of them are looked
/// at.
const COUNTS_AGE: Duration = Duration::from_hours(24);

/// How long things are kept; none is for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Events that are no states.
    pub events: Option<Duration>,
    /// Events of some names, that are kept for less than the others.
    pub events_named: Vec<(String, Duration)>,
    /// Log lines.
    pub logs: Option<Duration>,
    /// Flow runs since they ended, with their task runs, states and log lines.
    pub flow_runs: Option<Duration>,
    /// How many flow runs one step deletes, or ten times as many events, log lines or task runs. Default: 200.
    pub batch: i64,
}

impl Default for Kept {
    /// All of it, for ever.
    fn default() -> Self {
        Self {
            events: None,
            events_named: Vec::new(),
            logs: None,
            flow_runs: None,
            batch: 200,
        }
    }
}

/// Deletes what is older than it is to be kept.
pub struct Retention {
    store: Store,
    kept: Kept,
    /// Up to when events were looked at for each of the names: what is older was deleted, or is another's.
    looked_to: Vec<Timestamp>,
    counts: Sweep,
}

/// How far counts were looked at, from when on.
struct Sweep {
    at: CountPosition,
    next: Timestamp,
}

impl Retention {
    /// For a store.
    pub fn new(store: Store, kept: Kept) -> Self {
        let looked_to = vec![Timestamp::from_micros(0); kept.events_named.len()];
        Self {
            store,
            kept,
            looked_to,
            counts: Sweep {
                at: CountPosition::FIRST,
                next: Timestamp::from_micros(0),
            },
        }
    }

    fn before(&self, period: Duration) -> Timestamp {
        self.store.clock().now() - period
    }

    /// Deletes events of the names that are kept for less than others; only a part of them where there are many.
    async fn delete_named(&mut self, limit: i64) -> Result<Report, StoreError> {
        let mut report = Report::default();
        let named = self.kept.events_named.iter().zip(&mut self.looked_to);
        for ((name, period), looked_to) in named {
            let between = (*looked_to, self.store.clock().now() - *period);
            let looked = self.store.delete_events_named(name.clone(), between, limit);
            let looked = looked.await?;
            *looked_to = looked.looked_to.unwrap_or(*looked_to);
            report.changed += looked.deleted;
            report.more |= looked.more;
        }
        Ok(report)
    }

    /// Deletes counts of nothing among the next so many, and the like; says whether there are more to look at.
    async fn fold_counts(&mut self, most: i64) -> Result<bool, StoreError> {
        let now = self.store.clock().now();
        if now < self.counts.next {
            return Ok(false);
        }
        let after = self.counts.at.clone();
        let swept = self.store.fold_counts(after, now - COUNTS_AGE, most);
        let (_, next) = swept.await?;
        let is_more = next.is_some();
        self.counts.at = next.unwrap_or(CountPosition::FIRST);
        if !is_more {
            self.counts.next = now + COUNTS_AGE;
        }
        Ok(is_more)
    }
}

impl Service for Retention {
    const NAME: &'static str = "retention";

    async fn tick(&mut self) -> Result<Report, StoreError> {
        let runs = self.kept.batch.max(1);
        let rows = runs * ROWS_FOR_A_RUN;
        let mut report = self.delete_named(rows).await?;
        report.more |= self.fold_counts(rows).await?;
        let mut count = |deleted: u64, limit: i64| {
            report.changed += deleted;
            report.more |= i64::try_from(deleted).unwrap_or(i64::MAX) >= limit;
        };
        if let Some(period) = self.kept.events {
            count(
                self.store.delete_events(self.before(period), rows).await?,
                rows,
            );
        }
        if let Some(period) = self.kept.logs {
            count(
                self.store.delete_logs(self.before(period), rows).await?,
                rows,
            );
        }
        if let Some(period) = self.kept.flow_runs {
            let ended = self
                .store
                .ended_flow_runs(self.before(period), runs)
                .await?;
            // Where only task runs could be deleted the flow runs are still there, and there is more to do.
            let is_more = i64::try_from(ended.len()).unwrap_or(runs) >= runs;
            let found = ended.len() as u64;
            let deleted = self.store.delete_flow_runs(ended, rows).await?;
            report.changed += deleted;
            report.more |= is_more || deleted < found;
        }
        Ok(report)
    }
}
