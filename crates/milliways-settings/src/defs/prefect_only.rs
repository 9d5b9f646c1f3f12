//! Names that Prefect knows and Milliways does without, with the reason.

/// Prefect's variables without a counterpart here. They are accepted, so that a profile or a container made for Prefect
/// works as it is; `milliways config validate` and the log of the server say that they have no effect, and why.
pub(crate) const PREFECT_ONLY: &[(&str, &[&str])] = &[
    (
        "automations are kept and checked, and not evaluated yet",
        &[
            "PREFECT_API_SERVICES_TRIGGERS_ENABLED",
            "PREFECT_EVENTS_EXPIRED_BUCKET_BUFFER",
            "PREFECT_EVENTS_PROACTIVE_GRANULARITY",
            "PREFECT_SERVER_EVENTS_EXPIRED_BUCKET_BUFFER",
            "PREFECT_SERVER_EVENTS_PROACTIVE_GRANULARITY",
            "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED",
            "PREFECT_SERVER_SERVICES_TRIGGERS_PG_NOTIFY_HEARTBEAT_INTERVAL_SECONDS",
            "PREFECT_SERVER_SERVICES_TRIGGERS_PG_NOTIFY_RECONNECT_INTERVAL_SECONDS",
            "PREFECT_SERVER_SERVICES_TRIGGERS_READ_BATCH_SIZE",
        ],
    ),
    (
        "an event is written in the transaction of what it tells: nothing is queued or flushed apart from it",
        &[
            "PREFECT_API_SERVICES_EVENT_PERSISTER_BATCH_SIZE",
            "PREFECT_API_SERVICES_EVENT_PERSISTER_ENABLED",
            "PREFECT_API_SERVICES_EVENT_PERSISTER_FLUSH_INTERVAL",
            "PREFECT_API_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE",
            "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE",
            "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED",
            "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_FLUSH_INTERVAL",
            "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_MAX_FLUSH_RETRIES",
            "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_QUEUE_MAX_SIZE",
            "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE",
        ],
    ),
    (
        "a task run that is reported is recorded with its event: nothing is queued or flushed apart from it",
        &[
            "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE",
            "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL",
            "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE",
        ],
    ),
    (
        "the log has no line for each event: GET them, or subscribe",
        &[
            "PREFECT_API_SERVICES_EVENT_LOGGER_ENABLED",
            "PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED",
        ],
    ),
    (
        "there is no broker, cache or queue beside the database",
        &[
            "PREFECT_API_EVENTS_RELATED_RESOURCE_CACHE_TTL",
            "PREFECT_MESSAGING_BROKER",
            "PREFECT_MESSAGING_CACHE",
            "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE",
            "PREFECT_SERVER_DOCKET_NAME",
            "PREFECT_SERVER_DOCKET_URL",
            "PREFECT_SERVER_EVENTS_CAUSAL_ORDERING",
            "PREFECT_SERVER_EVENTS_MESSAGING_BROKER",
            "PREFECT_SERVER_EVENTS_MESSAGING_CACHE",
            "PREFECT_SERVER_EVENTS_RELATED_RESOURCE_CACHE_TTL",
            "PREFECT_SERVER_WORKER_CHANNEL_CLEANUP_QUEUE_STORAGE",
        ],
    ),
    (
        "log lines are streamed from the store",
        &["PREFECT_SERVER_LOGS_STREAM_PUBLISHING_ENABLED"],
    ),
    (
        "the log of the server names no statements",
        &[
            "PREFECT_API_DATABASE_ECHO",
            "PREFECT_API_LOG_RETRYABLE_ERRORS",
            "PREFECT_SERVER_DATABASE_ECHO",
            "PREFECT_SERVER_LOG_RETRYABLE_ERRORS",
        ],
    ),
    (
        "as many connections are kept as server.database.connections says, and opened anew when they break",
        &[
            "PREFECT_SERVER_DATABASE_SQLALCHEMY_MAX_OVERFLOW",
            "PREFECT_SERVER_DATABASE_SQLALCHEMY_POOL_RECYCLE",
            "PREFECT_SERVER_DATABASE_SQLALCHEMY_POOL_TIMEOUT",
            "PREFECT_SQLALCHEMY_MAX_OVERFLOW",
        ],
    ),
    (
        "statements are prepared once for each connection, and few enough to be kept",
        &[
            "PREFECT_SERVER_DATABASE_SQLALCHEMY_CONNECT_ARGS_PREPARED_STATEMENT_CACHE_SIZE",
            "PREFECT_SERVER_DATABASE_SQLALCHEMY_CONNECT_ARGS_STATEMENT_CACHE_SIZE",
        ],
    ),
    (
        "a deployment's runs are written together, as many as server.services.scheduler.max_runs says at most",
        &[
            "PREFECT_API_SERVICES_SCHEDULER_INSERT_BATCH_SIZE",
            "PREFECT_SERVER_SERVICES_SCHEDULER_INSERT_BATCH_SIZE",
        ],
    ),
    (
        "what belongs to a run is deleted with it, so that nothing is left over",
        &["PREFECT_SERVER_SERVICES_DB_VACUUM_ORPHAN_CLEANUP_LOOP_SECONDS"],
    ),
    (
        "the page is part of the program: it is served at the root and calls the server that it came from",
        &[
            "PREFECT_SERVER_UI_API_URL",
            "PREFECT_SERVER_UI_SERVE_BASE",
            "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT",
            "PREFECT_SERVER_UI_STATIC_DIRECTORY",
            "PREFECT_SERVER_UI_V2_ENABLED",
            "PREFECT_UI_API_URL",
            "PREFECT_UI_SERVE_BASE",
            "PREFECT_UI_STATIC_DIRECTORY",
        ],
    ),
    (
        "metrics are always served, to those who may call the API",
        &[
            "PREFECT_API_ENABLE_METRICS",
            "PREFECT_SERVER_METRICS_ENABLED",
        ],
    ),
    (
        "nothing is told to anybody outside",
        &[
            "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY",
            "PREFECT_SERVER_ANALYTICS_ENABLED",
            "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS",
            "PREFECT_TELEMETRY_RESOURCE_METRICS_INTERVAL_SECONDS",
        ],
    ),
    (
        "built-in blocks are compared and written at the start, which takes no time worth remembering",
        &[
            "PREFECT_MEMOIZE_BLOCK_AUTO_REGISTRATION",
            "PREFECT_MEMO_STORE_PATH",
            "PREFECT_SERVER_MEMOIZE_BLOCK_AUTO_REGISTRATION",
            "PREFECT_SERVER_MEMO_STORE_PATH",
        ],
    ),
    (
        "it is for Prefect's own tests",
        &[
            "PREFECT_TESTING_TEST_MODE",
            "PREFECT_TESTING_TEST_SETTING",
            "PREFECT_TESTING_UNIT_TEST_LOOP_DEBUG",
            "PREFECT_TESTING_UNIT_TEST_MODE",
            "PREFECT_TEST_MODE",
            "PREFECT_TEST_SETTING",
            "PREFECT_UNIT_TEST_LOOP_DEBUG",
            "PREFECT_UNIT_TEST_MODE",
        ],
    ),
    (
        "it is for Prefect's cloud",
        &[
            "PREFECT_CLOUD_API_URL",
            "PREFECT_CLOUD_MAX_LOG_SIZE",
            "PREFECT_CLOUD_UI_URL",
        ],
    ),
    (
        "Prefect's plugins are Python code of its own processes",
        &[
            "PREFECT_EXPERIMENTAL_WARN",
            "PREFECT_EXPERIMENTS_PLUGINS_ALLOW",
            "PREFECT_EXPERIMENTS_PLUGINS_DENY",
            "PREFECT_EXPERIMENTS_PLUGINS_ENABLED",
            "PREFECT_EXPERIMENTS_PLUGINS_SAFE_MODE",
            "PREFECT_EXPERIMENTS_PLUGINS_SETUP_TIMEOUT_SECONDS",
            "PREFECT_EXPERIMENTS_PLUGINS_STRICT",
            "PREFECT_EXPERIMENTS_WARN",
            "PREFECT_PLUGINS_ALLOW",
            "PREFECT_PLUGINS_DENY",
            "PREFECT_PLUGINS_ENABLED",
            "PREFECT_PLUGINS_SAFE_MODE",
            "PREFECT_PLUGINS_SETUP_TIMEOUT_SECONDS",
            "PREFECT_PLUGINS_STRICT",
        ],
    ),
    (
        "processes are supervised by `milliways worker`, which has settings of its own",
        &[
            "PREFECT_FLOWS_HEARTBEAT_FREQUENCY",
            "PREFECT_RUNNER_AUTO_INSTALL_DEPENDENCIES",
            "PREFECT_RUNNER_CRASH_ON_CANCELLATION_FAILURE",
            "PREFECT_RUNNER_HEARTBEAT_FREQUENCY",
            "PREFECT_RUNNER_POLL_FREQUENCY",
            "PREFECT_RUNNER_PROCESS_LIMIT",
            "PREFECT_RUNNER_SERVER_ENABLE",
            "PREFECT_RUNNER_SERVER_HOST",
            "PREFECT_RUNNER_SERVER_LOG_LEVEL",
            "PREFECT_RUNNER_SERVER_MISSED_POLLS_TOLERANCE",
            "PREFECT_RUNNER_SERVER_PORT",
        ],
    ),
    (
        "a worker always ends what is cancelled, also before it has started",
        &["PREFECT_WORKER_ENABLE_CANCELLATION"],
    ),
    (
        "events of a run lie in its journal, which `spool.max_size` bounds",
        &["PREFECT_EVENTS_WORKER_MAX_QUEUE_SIZE"],
    ),
    (
        "programs that run flows serve no metrics of their own",
        &[
            "PREFECT_CLIENT_ENABLE_METRICS",
            "PREFECT_CLIENT_METRICS_ENABLED",
            "PREFECT_CLIENT_METRICS_PORT",
        ],
    ),
    (
        "Milliways has nothing that it would change",
        &[
            "PREFECT_API_ENABLE_HTTP2",
            "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED",
            "PREFECT_CLI_WRAP_LINES",
            "PREFECT_DEBUG_MODE",
            "PREFECT_DEFAULT_DOCKER_BUILD_NAMESPACE",
            "PREFECT_DEFAULT_WORK_POOL_NAME",
            "PREFECT_DEPLOYMENTS_CLEAR_SCHEDULES_ON_EMPTY",
            "PREFECT_DEPLOYMENTS_DEFAULT_DOCKER_BUILD_NAMESPACE",
            "PREFECT_DEPLOYMENTS_DEFAULT_WORK_POOL_NAME",
            "PREFECT_LOGGING_MARKUP",
            "PREFECT_SILENCE_API_URL_MISCONFIGURATION",
            "PREFECT_TASKS_SCHEDULING_DEFAULT_STORAGE_BLOCK",
            "PREFECT_TASKS_SCHEDULING_DELETE_FAILED_SUBMISSIONS",
            "PREFECT_TASK_SCHEDULING_DEFAULT_STORAGE_BLOCK",
            "PREFECT_TASK_SCHEDULING_DELETE_FAILED_SUBMISSIONS",
        ],
    ),
];
