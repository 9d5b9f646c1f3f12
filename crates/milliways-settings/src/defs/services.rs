//! Which background services the server runs, how often, and how long things are kept.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::declare::settings;
use crate::{DurationsByName, Selection};

settings! {
    /// Materialise the runs of schedules.
    SCHEDULER_ENABLED: bool = "server.services.scheduler.enabled", default "true",
        also ["PREFECT_API_SERVICES_SCHEDULER_ENABLED"];

    /// How often schedules are looked at, beside whenever one changes.
    SCHEDULER_LOOP: Duration = "server.services.scheduler.loop_seconds", default "60s",
        also ["PREFECT_API_SERVICES_SCHEDULER_LOOP_SECONDS"];

    /// How often those deployments are looked at that changed lately.
    SCHEDULER_RECENT_LOOP: Duration =
        "server.services.scheduler.recent_deployments_loop_seconds", default "5s";

    /// Most deployments that one look of the scheduler takes.
    SCHEDULER_DEPLOYMENT_BATCH_SIZE: NonZeroU32 =
        "server.services.scheduler.deployment_batch_size", default "100",
        also ["PREFECT_API_SERVICES_SCHEDULER_DEPLOYMENT_BATCH_SIZE"];

    /// Least runs of a schedule that lie ready, however far ahead the last of them is.
    SCHEDULER_MIN_RUNS: u32 = "server.services.scheduler.min_runs", default "3",
        also ["PREFECT_API_SERVICES_SCHEDULER_MIN_RUNS"];

    /// Most runs of a schedule that lie ready.
    SCHEDULER_MAX_RUNS: NonZeroU32 = "server.services.scheduler.max_runs", default "100",
        also ["PREFECT_API_SERVICES_SCHEDULER_MAX_RUNS"];

    /// How far ahead runs of a schedule lie ready at least.
    SCHEDULER_MIN_SCHEDULED_TIME: Duration =
        "server.services.scheduler.min_scheduled_time", default "1h",
        also ["PREFECT_API_SERVICES_SCHEDULER_MIN_SCHEDULED_TIME"];

    /// How far ahead runs of a schedule lie ready at most.
    SCHEDULER_MAX_SCHEDULED_TIME: Duration =
        "server.services.scheduler.max_scheduled_time", default "100d",
        also ["PREFECT_API_SERVICES_SCHEDULER_MAX_SCHEDULED_TIME"];

    /// Mark runs late that did not start in time.
    LATE_RUNS_ENABLED: bool = "server.services.late_runs.enabled", default "true",
        also ["PREFECT_API_SERVICES_LATE_RUNS_ENABLED"];

    /// How often late runs are looked for.
    LATE_RUNS_LOOP: Duration = "server.services.late_runs.loop_seconds", default "5s",
        also ["PREFECT_API_SERVICES_LATE_RUNS_LOOP_SECONDS"];

    /// How long after its time a run is late.
    LATE_RUNS_AFTER: Duration = "server.services.late_runs.after_seconds", default "15s",
        also ["PREFECT_API_SERVICES_LATE_RUNS_AFTER_SECONDS"];

    /// Fail paused runs that were not resumed in time.
    PAUSE_EXPIRATIONS_ENABLED: bool = "server.services.pause_expirations.enabled", default "true",
        also ["PREFECT_API_SERVICES_PAUSE_EXPIRATIONS_ENABLED"];

    /// How often such pauses are looked for.
    PAUSE_EXPIRATIONS_LOOP: Duration = "server.services.pause_expirations.loop_seconds", default "5s",
        also ["PREFECT_API_SERVICES_PAUSE_EXPIRATIONS_LOOP_SECONDS"];

    /// Cancel the tasks and subflows of a cancelled run.
    CANCELLATION_CLEANUP_ENABLED: bool =
        "server.services.cancellation_cleanup.enabled", default "true",
        also ["PREFECT_API_SERVICES_CANCELLATION_CLEANUP_ENABLED"];

    /// How often such leftovers are looked for, beside whenever a run is cancelled.
    CANCELLATION_CLEANUP_LOOP: Duration =
        "server.services.cancellation_cleanup.loop_seconds", default "20s",
        also ["PREFECT_API_SERVICES_CANCELLATION_CLEANUP_LOOP_SECONDS"];

    /// How long a run may be cancelling before it is cancelled without its worker's word.
    CANCELLING_TIMEOUT: Duration =
        "server.services.cancellation_cleanup.cancelling_timeout_seconds", default "5m";

    /// Take back the leases and concurrency slots of attempts that went silent. Turning it off leaves runs of dead machines running for ever.
    LEASE_REAPER_ENABLED: bool = "server.services.repossessor.enabled", default "true";

    /// How often such leases are looked for.
    LEASE_REAPER_LOOP: Duration = "server.services.repossessor.loop_seconds", default "2s";

    /// Mark workers, pools, queues and deployments that went silent.
    FOREMAN_ENABLED: bool = "server.services.foreman.enabled", default "true",
        also ["PREFECT_API_SERVICES_FOREMAN_ENABLED"];

    /// How often they are looked at.
    FOREMAN_LOOP: Duration = "server.services.foreman.loop_seconds", default "15s",
        also ["PREFECT_API_SERVICES_FOREMAN_LOOP_SECONDS"];

    /// A worker that has been silent for this many of its heartbeats is offline.
    FOREMAN_INACTIVITY_HEARTBEATS: NonZeroU32 =
        "server.services.foreman.inactivity_heartbeat_multiple", default "3",
        also ["PREFECT_API_SERVICES_FOREMAN_INACTIVITY_HEARTBEAT_MULTIPLE"];

    /// How far apart a worker's heartbeats are, where the worker does not say.
    FOREMAN_FALLBACK_HEARTBEAT_INTERVAL: Duration =
        "server.services.foreman.fallback_heartbeat_interval_seconds", default "30s",
        also ["PREFECT_API_SERVICES_FOREMAN_FALLBACK_HEARTBEAT_INTERVAL_SECONDS"];

    /// How long after somebody last asked for its runs a deployment is not ready any more.
    FOREMAN_DEPLOYMENT_TIMEOUT: Duration =
        "server.services.foreman.deployment_last_polled_timeout_seconds", default "60s",
        also ["PREFECT_API_SERVICES_FOREMAN_DEPLOYMENT_LAST_POLLED_TIMEOUT_SECONDS"];

    /// How long after somebody last asked for its runs a work queue is not ready any more.
    FOREMAN_WORK_QUEUE_TIMEOUT: Duration =
        "server.services.foreman.work_queue_last_polled_timeout_seconds", default "60s",
        also ["PREFECT_API_SERVICES_FOREMAN_WORK_QUEUE_LAST_POLLED_TIMEOUT_SECONDS"];

    /// Record task runs that foreign clients report by events.
    TASK_RUN_RECORDER_ENABLED: bool = "server.services.task_run_recorder.enabled", default "true",
        also ["PREFECT_API_SERVICES_TASK_RUN_RECORDER_ENABLED"];

    /// What is deleted once it is old: `events`, `logs`, `flow_runs`, or all of it with `true`.
    RETENTION_ENABLED: Selection = "server.services.db_vacuum.enabled", default "true";

    /// How long finished runs are kept, with their tasks, states and logs.
    RETENTION_PERIOD: Duration = "server.services.db_vacuum.retention_period", default "90d";

    /// How long events of a name are kept, where that is less than `server.events.retention_period`, as a JSON object.
    EVENT_RETENTION_OVERRIDES: DurationsByName =
        "server.services.db_vacuum.event_retention_overrides",
        default r#"{"prefect.flow-run.heartbeat": "7d"}"#;

    /// How long logs are kept, where that is less than their run is.
    LOG_RETENTION_PERIOD: Duration = ours "server.logs.retention_period", default "30d";

    /// How often old rows are looked for.
    RETENTION_LOOP: Duration = "server.services.db_vacuum.loop_seconds", default "1h";

    /// Most rows that are deleted in one transaction.
    RETENTION_BATCH_SIZE: NonZeroU32 = "server.services.db_vacuum.batch_size", default "200";
}
