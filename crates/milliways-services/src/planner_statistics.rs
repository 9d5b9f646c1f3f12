//! Has a shared database look at tables that have grown.
//!
//! It does so by itself, a minute or more after it had reason to: until then it plans for tables of which it knows
//! nothing, and takes a whole workspace for a few rows. A server that is new fills its tables in less than that.

use milliways_storage::{Store, StoreError};

use crate::{Report, Service};

/// Has a shared database look at tables that have grown.
pub struct PlannerStatistics {
    store: Store,
}

impl PlannerStatistics {
    /// For a store.
    pub fn new(store: Store) -> Self {
        Self { store }
    }
}

impl Service for PlannerStatistics {
    const NAME: &'static str = "planner_statistics";

    async fn tick(&mut self) -> Result<Report, StoreError> {
        Ok(Report {
            changed: self.store.analyze_grown_tables().await?,
            more: false,
        })
    }
}
