//! What is logged by flows and tasks, and where it goes.

use std::path::PathBuf;
use std::time::Duration;

use crate::declare::settings;
use crate::{ByteSize, LogLevel, MissingFlow, Words};

settings! {
    /// Least level that is logged.
    LEVEL: LogLevel = "logging.level", default "INFO";

    /// Colour what is printed on a terminal.
    COLORS: bool = "logging.colors", default "true";

    /// Log what flows and tasks print.
    LOG_PRINTS: bool = "logging.log_prints", default "false";

    /// Further loggers, by name, whose lines are treated like those of a run.
    EXTRA_LOGGERS: Option<Words> = "logging.extra_loggers";

    /// File with a configuration for Python's `logging`, in YAML.
    CONFIG_PATH: Option<PathBuf> = "logging.config_path", also ["PREFECT_LOGGING_SETTINGS_PATH"];

    /// Send logs to the server.
    TO_API_ENABLED: bool = "logging.to_api.enabled", default "true";

    /// Longest line that is sent. A longer one is cut and says so.
    TO_API_MAX_LOG_SIZE: ByteSize = "logging.to_api.max_log_size", default "1000000";

    /// How much is sent in one request.
    TO_API_BATCH_SIZE: ByteSize = "logging.to_api.batch_size", default "4000000";

    /// How long lines may be gathered before they are sent.
    TO_API_BATCH_INTERVAL: Duration = "logging.to_api.batch_interval", default "2s";

    /// What happens to a line for the server that is logged outside of any run.
    TO_API_WHEN_MISSING_FLOW: MissingFlow = "logging.to_api.when_missing_flow", default "warn";

    /// Least level that Milliways logs about itself.
    INTERNAL_LEVEL: LogLevel = "internal.logging_level", default "ERROR",
        also ["PREFECT_LOGGING_INTERNAL_LEVEL"];
}
