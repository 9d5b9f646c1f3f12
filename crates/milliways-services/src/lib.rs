//! Reconcilers: background work that looks at the store and mends what it finds.
//!
//! A service is one file with a `tick`: idempotent, without input, bounded, safe on every replica. It finds
//! its work by asking the store, so that nothing is lost when a tick fails or a server ends. To add one:
//! a file named by what it mends (see `late_runs.rs`), its settings in `milliways-settings`, and a line in
//! [`Services::start`].

mod cancellation_cleanup;
mod cleanup_reconciler;
mod foreman;
mod late_runs;
mod lease_reaper;
mod pause_expirations;
mod retention;
mod scheduler;
mod slot_reaper;
mod supervisor;

use std::future::Future;
use std::time::Duration;

use milliways_settings::{Error as SettingsError, Settings, defs};
use milliways_storage::{Horizon, Store, StoreError};

pub use cancellation_cleanup::CancellationCleanup;
pub use cleanup_reconciler::CleanupReconciler;
pub use foreman::{Foreman, Patience};
pub use late_runs::LateRuns;
pub use lease_reaper::LeaseReaper;
pub use pause_expirations::PauseExpirations;
pub use retention::{Kept, Retention};
pub use scheduler::Scheduler;
pub use slot_reaper::SlotReaper;
use supervisor::Supervisor;

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
    /// Starts those that the settings have on.
    pub fn start(store: &Store, settings: &Settings) -> Result<Self, SettingsError> {
        use defs::services as on;
        let mut supervisor = Supervisor::new();
        if settings.get(on::SCHEDULER_ENABLED)? {
            let batch = settings.get(on::SCHEDULER_DEPLOYMENT_BATCH_SIZE)?;
            let service = Scheduler::new(store.clone(), horizon(settings)?, batch.get().into());
            let (every, recent) = (on::SCHEDULER_LOOP, on::SCHEDULER_RECENT_LOOP);
            // One look finds what changed lately as well as what is due.
            let interval = settings.get(every)?.min(settings.get(recent)?);
            supervisor.spawn(service, interval);
        }
        if settings.get(on::LATE_RUNS_ENABLED)? {
            let after = settings.get(on::LATE_RUNS_AFTER)?;
            let service = LateRuns::new(store.clone(), after);
            supervisor.spawn(service, settings.get(on::LATE_RUNS_LOOP)?);
        }
        if settings.get(on::PAUSE_EXPIRATIONS_ENABLED)? {
            let service = PauseExpirations::new(store.clone());
            supervisor.spawn(service, settings.get(on::PAUSE_EXPIRATIONS_LOOP)?);
        }
        if settings.get(on::LEASE_REAPER_ENABLED)? {
            let service = LeaseReaper::new(store.clone());
            let every = settings.get(on::LEASE_REAPER_LOOP)?;
            supervisor.spawn(service, every);
            supervisor.spawn(SlotReaper::new(store.clone()), every);
        }
        if settings.get(on::FOREMAN_ENABLED)? {
            let service = Foreman::new(store.clone(), patience(settings)?);
            supervisor.spawn(service, settings.get(on::FOREMAN_LOOP)?);
        }
        if settings.get(on::CANCELLATION_CLEANUP_ENABLED)? {
            let timeout = settings.get(on::CANCELLING_TIMEOUT)?;
            let service = CancellationCleanup::new(store.clone(), timeout);
            supervisor.spawn(service, settings.get(on::CANCELLATION_CLEANUP_LOOP)?);
        }
        if settings.get(defs::worker_channel::RECONCILER_ENABLED)? {
            let service = cleanup_reconciler(store, settings)?;
            supervisor.spawn(
                service,
                settings.get(defs::worker_channel::RECONCILER_LOOP)?,
            );
        }
        let service = Retention::new(store.clone(), kept(settings)?);
        supervisor.spawn(service, settings.get(on::RETENTION_LOOP)?);
        Ok(Self { supervisor })
    }

    /// Lets each finish the step it is in.
    pub async fn stop(self) {
        self.supervisor.stop().await;
    }
}

fn horizon(settings: &Settings) -> Result<Horizon, SettingsError> {
    use defs::services as on;
    Ok(Horizon {
        min_runs: settings.get(on::SCHEDULER_MIN_RUNS)? as usize,
        max_runs: settings.get(on::SCHEDULER_MAX_RUNS)?.get() as usize,
        min_seconds: settings
            .get(on::SCHEDULER_MIN_SCHEDULED_TIME)?
            .as_secs_f64(),
        max_seconds: settings
            .get(on::SCHEDULER_MAX_SCHEDULED_TIME)?
            .as_secs_f64(),
    })
}

fn patience(settings: &Settings) -> Result<Patience, SettingsError> {
    use defs::services as on;
    Ok(Patience {
        heartbeats: settings.get(on::FOREMAN_INACTIVITY_HEARTBEATS)?.get(),
        interval: settings.get(on::FOREMAN_FALLBACK_HEARTBEAT_INTERVAL)?,
        queues: settings.get(on::FOREMAN_WORK_QUEUE_TIMEOUT)?,
        deployments: settings.get(on::FOREMAN_DEPLOYMENT_TIMEOUT)?,
    })
}

/// Finished messages are kept a week unless the settings say otherwise.
fn cleanup_reconciler(
    store: &Store,
    settings: &Settings,
) -> Result<CleanupReconciler, SettingsError> {
    use defs::worker_channel as on;
    let attempts = settings.get(on::CLEANUP_MAX_DELIVERY_ATTEMPTS)?.get();
    let batch = i64::from(settings.get(on::RECONCILER_BATCH_SIZE)?.get());
    let kept = settings.get(on::CLEANUP_COMPLETED_RETENTION)?;
    let kept = kept.unwrap_or(Duration::from_hours(7 * 24));
    Ok(CleanupReconciler::new(store.clone(), attempts, batch, kept))
}

fn kept(settings: &Settings) -> Result<Kept, SettingsError> {
    use defs::services as on;
    let selection = settings.get(on::RETENTION_ENABLED)?;
    let when = |name: &str, period: Duration| selection.includes(name).then_some(period);
    Ok(Kept {
        events: when("events", settings.get(defs::events::RETENTION_PERIOD)?),
        logs: when("logs", settings.get(on::LOG_RETENTION_PERIOD)?),
        flow_runs: when("flow_runs", settings.get(on::RETENTION_PERIOD)?),
    })
}
