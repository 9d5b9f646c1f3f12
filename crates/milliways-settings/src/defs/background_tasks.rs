//! Tasks that run in the background, away from any flow, and who takes them.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::declare::settings;

settings! {
    /// Most background tasks of one kind that wait to be taken.
    MAX_SCHEDULED_QUEUE_SIZE: NonZeroU32 =
        "server.tasks.scheduling.max_scheduled_queue_size", default "1000",
        also ["PREFECT_TASK_SCHEDULING_MAX_SCHEDULED_QUEUE_SIZE"];

    /// Most background tasks of one kind that wait to be tried again.
    MAX_RETRY_QUEUE_SIZE: NonZeroU32 =
        "server.tasks.scheduling.max_retry_queue_size", default "100",
        also ["PREFECT_TASK_SCHEDULING_MAX_RETRY_QUEUE_SIZE"];

    /// How long a background task may be pending before it is offered again. 0: it never is.
    PENDING_TIMEOUT: Duration = "server.tasks.scheduling.pending_task_timeout", default "0s",
        also ["PREFECT_TASK_SCHEDULING_PENDING_TASK_TIMEOUT"];
}
