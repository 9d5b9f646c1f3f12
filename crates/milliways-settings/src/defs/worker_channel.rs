//! What the server asks of workers over their channel: cleaning up after runs.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::declare::settings;

settings! {
    /// Hand out what has to be cleaned up after runs whose workers are gone.
    RECONCILER_ENABLED: bool = "server.services.cleanup_reconciler.enabled", default "true";

    /// How often such work is looked for.
    RECONCILER_LOOP: Duration = "server.services.cleanup_reconciler.loop_seconds", default "5s";

    /// Most runs of one look.
    RECONCILER_BATCH_SIZE: NonZeroU32 =
        "server.services.cleanup_reconciler.batch_size", default "100";

    /// How long a worker has for one piece of it before another is asked.
    CLEANUP_LEASE: Duration = "server.worker_channel.cleanup_lease_seconds", default "30s";

    /// How often one piece of it is handed out before it is given up.
    CLEANUP_MAX_DELIVERY_ATTEMPTS: NonZeroU32 =
        "server.worker_channel.cleanup_max_delivery_attempts", default "3";

    /// How long a finished piece is remembered, so that it is not done twice. Unset: as long as its run.
    CLEANUP_COMPLETED_RETENTION: Option<Duration> =
        "server.worker_channel.cleanup_completed_idempotency_retention_seconds";
}
