//! Which services run, how often, and with what: all that the settings say of them.

use std::time::Duration;

use milliways_settings::{Error, Key, Settings, defs};
use milliways_storage::Horizon;

use crate::{Kept, Patience};

/// A finished message of clean-up is kept for so long unless the settings say otherwise.
const FINISHED_MESSAGES: Duration = Duration::from_hours(7 * 24);

/// Which services run, how often, and with what. None is one that the settings have off.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(crate) scheduler: Option<Every<(Horizon, i64)>>,
    /// After how long a run is late.
    pub(crate) late_runs: Option<Every<Duration>>,
    pub(crate) pause_expirations: Option<Every<()>>,
    pub(crate) lease_reaper: Option<Every<()>>,
    pub(crate) foreman: Option<Every<Patience>>,
    /// How long a run may be cancelling.
    pub(crate) cancellation_cleanup: Option<Every<Duration>>,
    pub(crate) cleanup_reconciler: Option<Every<Deliveries>>,
    /// How long a background task may take to begin.
    pub(crate) pending_tasks: Option<Every<Duration>>,
    pub(crate) retention: Every<Kept>,
}

/// What a service is made with, and how long it rests between two looks.
#[derive(Clone, Debug)]
pub(crate) struct Every<T> {
    pub(crate) interval: Duration,
    pub(crate) with: T,
}

/// How messages of clean-up are delivered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deliveries {
    pub(crate) attempts: u32,
    pub(crate) batch: i64,
    pub(crate) kept: Duration,
}

impl Plan {
    /// What the settings say.
    ///
    /// # Errors
    /// When a setting's value is not one of its type.
    pub fn from_settings(settings: &Settings) -> Result<Self, Error> {
        use defs::{services as on, worker_channel};
        let when = |key: Key<bool>, interval: Key<Duration>| -> Result<Option<Duration>, Error> {
            settings
                .get(key)?
                .then(|| settings.get(interval))
                .transpose()
        };
        let pending = settings.get(defs::background_tasks::PENDING_TIMEOUT)?;
        Ok(Self {
            scheduler: when(on::SCHEDULER_ENABLED, on::SCHEDULER_LOOP)?
                .map(|interval| scheduler(settings, interval))
                .transpose()?,
            late_runs: every(
                when(on::LATE_RUNS_ENABLED, on::LATE_RUNS_LOOP)?,
                settings.get(on::LATE_RUNS_AFTER)?,
            ),
            pause_expirations: every(
                when(on::PAUSE_EXPIRATIONS_ENABLED, on::PAUSE_EXPIRATIONS_LOOP)?,
                (),
            ),
            lease_reaper: every(when(on::LEASE_REAPER_ENABLED, on::LEASE_REAPER_LOOP)?, ()),
            foreman: every(
                when(on::FOREMAN_ENABLED, on::FOREMAN_LOOP)?,
                patience(settings)?,
            ),
            cancellation_cleanup: every(
                when(
                    on::CANCELLATION_CLEANUP_ENABLED,
                    on::CANCELLATION_CLEANUP_LOOP,
                )?,
                settings.get(on::CANCELLING_TIMEOUT)?,
            ),
            cleanup_reconciler: every(
                when(
                    worker_channel::RECONCILER_ENABLED,
                    worker_channel::RECONCILER_LOOP,
                )?,
                deliveries(settings)?,
            ),
            pending_tasks: every(
                (!pending.is_zero()).then(|| {
                    (pending / 2).clamp(Duration::from_millis(100), Duration::from_secs(5))
                }),
                pending,
            ),
            retention: Every {
                interval: settings.get(on::RETENTION_LOOP)?,
                with: kept(settings)?,
            },
        })
    }
}

fn every<T>(interval: Option<Duration>, with: T) -> Option<Every<T>> {
    interval.map(|interval| Every { interval, with })
}

/// One look finds what changed lately as well as what is due: the shorter of both intervals holds.
fn scheduler(settings: &Settings, interval: Duration) -> Result<Every<(Horizon, i64)>, Error> {
    use defs::services as on;
    let batch = settings.get(on::SCHEDULER_DEPLOYMENT_BATCH_SIZE)?;
    let horizon = Horizon {
        min_runs: settings.get(on::SCHEDULER_MIN_RUNS)? as usize,
        max_runs: settings.get(on::SCHEDULER_MAX_RUNS)?.get() as usize,
        min_seconds: settings
            .get(on::SCHEDULER_MIN_SCHEDULED_TIME)?
            .as_secs_f64(),
        max_seconds: settings
            .get(on::SCHEDULER_MAX_SCHEDULED_TIME)?
            .as_secs_f64(),
    };
    Ok(Every {
        interval: interval.min(settings.get(on::SCHEDULER_RECENT_LOOP)?),
        with: (horizon, batch.get().into()),
    })
}

fn patience(settings: &Settings) -> Result<Patience, Error> {
    use defs::services as on;
    Ok(Patience {
        heartbeats: settings.get(on::FOREMAN_INACTIVITY_HEARTBEATS)?.get(),
        interval: settings.get(on::FOREMAN_FALLBACK_HEARTBEAT_INTERVAL)?,
        queues: settings.get(on::FOREMAN_WORK_QUEUE_TIMEOUT)?,
        deployments: settings.get(on::FOREMAN_DEPLOYMENT_TIMEOUT)?,
    })
}

fn deliveries(settings: &Settings) -> Result<Deliveries, Error> {
    use defs::worker_channel as on;
    let kept = settings.get(on::CLEANUP_COMPLETED_RETENTION)?;
    Ok(Deliveries {
        attempts: settings.get(on::CLEANUP_MAX_DELIVERY_ATTEMPTS)?.get(),
        batch: settings.get(on::RECONCILER_BATCH_SIZE)?.get().into(),
        kept: kept.unwrap_or(FINISHED_MESSAGES),
    })
}

fn kept(settings: &Settings) -> Result<Kept, Error> {
    use defs::services as on;
    let selection = settings.get(on::RETENTION_ENABLED)?;
    let when = |name: &str, period: Duration| selection.includes(name).then_some(period);
    let events = settings.get(defs::events::RETENTION_PERIOD)?;
    let mut events_named = Vec::new();
    if selection.includes("events") {
        let overrides = settings.get(on::EVENT_RETENTION_OVERRIDES)?.0;
        events_named.extend(overrides.into_iter().filter(|(_, period)| *period < events));
    }
    Ok(Kept {
        events: when("events", events),
        events_named,
        logs: when("logs", settings.get(on::LOG_RETENTION_PERIOD)?),
        flow_runs: when("flow_runs", settings.get(on::RETENTION_PERIOD)?),
        batch: settings.get(on::RETENTION_BATCH_SIZE)?.get().into(),
    })
}
