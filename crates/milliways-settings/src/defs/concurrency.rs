//! How long slots are held and waited for.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::declare::settings;

settings! {
    /// How long a run of a deployment with a concurrency limit may hold its slot before its worker has to have renewed it.
    INITIAL_DEPLOYMENT_LEASE_DURATION: Duration =
        "server.concurrency.initial_deployment_lease_duration", default "5m";

    /// Longest wait that is asked of a client which found no free slot.
    MAXIMUM_SLOT_WAIT: Duration =
        "server.concurrency.maximum_concurrency_slot_wait_seconds", default "30s";

    /// How long a run waits before it asks again for a slot of its deployment.
    DEPLOYMENT_SLOT_WAIT: Duration =
        "server.deployments.concurrency_slot_wait_seconds", default "30s",
        also ["PREFECT_DEPLOYMENT_CONCURRENCY_SLOT_WAIT_SECONDS"];

    /// How long a task run waits before it asks again for a slot of its tags.
    TAG_SLOT_WAIT: Duration = "server.tasks.tag_concurrency_slot_wait_seconds", default "10s",
        also ["PREFECT_TASK_RUN_TAG_CONCURRENCY_SLOT_WAIT_SECONDS"];

    /// Most scheduled runs of a deployment that a request can ask for at once.
    DEPLOYMENT_MAX_SCHEDULED_RUNS: NonZeroU32 =
        "server.deployment_schedule_max_scheduled_runs", default "50",
        also ["PREFECT_DEPLOYMENT_SCHEDULE_MAX_SCHEDULED_RUNS"];
}
