//! What a task does where its decorator does not say.

use std::num::NonZeroU32;

use crate::Numbers;
use crate::declare::settings;

settings! {
    /// How often a task is retried.
    DEFAULT_RETRIES: u32 = "tasks.default_retries", default "0",
        also ["PREFECT_TASK_DEFAULT_RETRIES"];

    /// Seconds between the attempts of a task; several numbers stand for the first, second, … wait.
    DEFAULT_RETRY_DELAY_SECONDS: Numbers = "tasks.default_retry_delay_seconds", default "0",
        also ["PREFECT_TASK_DEFAULT_RETRY_DELAY_SECONDS"];

    /// Run tasks without a cache policy as if they had `NO_CACHE`.
    DEFAULT_NO_CACHE: bool = "tasks.default_no_cache", default "false";

    /// Look up no cached result anywhere.
    DISABLE_CACHING: bool = "tasks.disable_caching", default "false";

    /// Run tasks even where a cached result exists, and replace it.
    REFRESH_CACHE: bool = "tasks.refresh_cache", default "false";

    /// Keep tasks' results. Unset: as `results.persist_by_default` says.
    DEFAULT_PERSIST_RESULT: Option<bool> = "tasks.default_persist_result";

    /// Threads of a `ThreadPoolTaskRunner`. Unset: as many as are asked for.
    THREAD_POOL_MAX_WORKERS: Option<NonZeroU32> = "tasks.runner.thread_pool_max_workers",
        also ["PREFECT_TASK_RUNNER_THREAD_POOL_MAX_WORKERS"];

    /// Processes of a `ProcessPoolTaskRunner`. Unset: one for each core.
    PROCESS_POOL_MAX_WORKERS: Option<NonZeroU32> = "tasks.runner.process_pool_max_workers";
}
