//! Reconcilers: background work that looks at the store and mends what it finds.
//!
//! A service is one file with a `tick`: idempotent, without input, bounded, safe on every replica. It finds
//! its work by asking the store, so that nothing is lost when a tick fails or a server ends. To add one:
//! a file named by what it mends (see `late_runs.rs`), its settings in `milliways-settings` and in [`Plan`], and a line
//! in [`Services::start`].

mod cancellation_cleanup;
mod cleanup_reconciler;
mod foreman;
mod late_runs;
mod lease_reaper;
mod pause_expirations;
mod pending_tasks;
mod plan;
mod planner_statistics;
mod retention;
mod scheduler;
mod slot_reaper;
mod supervisor;

use std::future::Future;
use std::time::Duration;

use milliways_storage::{Store, StoreError};

pub use cancellation_cleanup::CancellationCleanup;
pub use cleanup_reconciler::CleanupReconciler;
pub use foreman::{Foreman, Patience};
pub use late_runs::LateRuns;
pub use lease_reaper::LeaseReaper;
pub use pause_expirations::PauseExpirations;
pub use pending_tasks::PendingTasks;
pub use plan::Plan;
use plan::{Deliveries, Every};
pub use planner_statistics::PlannerStatistics;
pub use retention::{Kept, Retention};
pub use scheduler::Scheduler;
pub use slot_reaper::SlotReaper;
use supervisor::Supervisor;

/// How often the tables of a shared database are looked at for growth.
const GROWTH: Duration = Duration::from_secs(3);

/// What one look found and did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many objects were changed.
    pub changed: u64,
    /// Whether there is more to do than one tick does: the next one follows at once.
    pub more: bool,
}

/// Background work in small steps.
pub trait Service: Send + 'static {
    /// What it is called in logs.
    const NAME: &'static str;

    /// One look. An error is logged, and the next tick comes as if nothing had happened.
    fn tick(&mut self) -> impl Future<Output = Result<Report, StoreError>> + Send;
}

/// The services of a running server.
pub struct Services {
    supervisor: Supervisor,
}

impl Services {
    /// Starts those that a plan has on.
    pub fn start(store: &Store, plan: Plan) -> Self {
        let mut supervisor = Supervisor::new();
        if let Some(Every { interval, with }) = plan.scheduler {
            let (horizon, batch) = with;
            supervisor.spawn(Scheduler::new(store.clone(), horizon, batch), interval);
        }
        if let Some(Every { interval, with }) = plan.late_runs {
            supervisor.spawn(LateRuns::new(store.clone(), with), interval);
        }
        if let Some(Every { interval, with: () }) = plan.pause_expirations {
            supervisor.spawn(PauseExpirations::new(store.clone()), interval);
        }
        if let Some(Every { interval, with: () }) = plan.lease_reaper {
            supervisor.spawn(LeaseReaper::new(store.clone()), interval);
            supervisor.spawn(SlotReaper::new(store.clone()), interval);
        }
        if let Some(Every { interval, with }) = plan.foreman {
            supervisor.spawn(Foreman::new(store.clone(), with), interval);
        }
        if let Some(Every { interval, with }) = plan.cancellation_cleanup {
            supervisor.spawn(CancellationCleanup::new(store.clone(), with), interval);
        }
        if let Some(Every { interval, with }) = plan.cleanup_reconciler {
            let Deliveries {
                attempts,
                batch,
                kept,
            } = with;
            let service = CleanupReconciler::new(store.clone(), attempts, batch, kept);
            supervisor.spawn(service, interval);
        }
        if let Some(Every { interval, with }) = plan.pending_tasks {
            supervisor.spawn(PendingTasks::new(store.clone(), with), interval);
        }
        if store.is_shared() {
            supervisor.spawn(PlannerStatistics::new(store.clone()), GROWTH);
        }
        let Every { interval, with } = plan.retention;
        supervisor.spawn(Retention::new(store.clone(), with), interval);
        Self { supervisor }
    }

    /// Lets each finish the step it is in.
    pub async fn stop(self) {
        self.supervisor.stop().await;
    }
}
