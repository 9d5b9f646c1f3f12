//! Workers: how often they look, and how they end what they have started.

use std::path::PathBuf;
use std::time::Duration;

use crate::declare::settings;

settings! {
    /// The longest time between two looks of a worker at its pool. Events of the pool make it look sooner.
    QUERY: Duration = "worker.query_seconds", default "10s";

    /// How long before its time a worker takes a run and makes it ready.
    PREFETCH: Duration = "worker.prefetch_seconds", default "10s";

    /// How often a worker says that it lives.
    HEARTBEAT: Duration = "worker.heartbeat_seconds", default "30s";

    /// The longest time between two looks whether a run is cancelled, while events of the pool are not heard. A run's
    /// lease is renewed every ten seconds, which is such a look, so that only less than that changes anything.
    CANCELLATION_POLL: Duration = "worker.cancellation_poll_seconds", default "2m";

    /// Whether a worker logs everything that it does, whatever `logging.level` says. The processes of its runs log as
    /// before.
    DEBUG_MODE: bool = "worker.debug_mode", default "false";

    /// How long the processes of a cancelled run have between SIGTERM and SIGKILL.
    GRACE: Duration = ours "worker.grace_seconds", default "30s";

    /// How long runs may go on once their worker was asked to end. Unset: as long as they take.
    DRAIN: Option<Duration> = ours "worker.drain_seconds";

    /// Interpreter of runs whose pool names no command. Unset: the one installed with Milliways, else the first on
    /// `PATH`.
    PYTHON: Option<PathBuf> = ours "worker.python";

    /// Address that a worker answers health checks on.
    WEBSERVER_HOST: String = "worker.webserver.host", default "127.0.0.1";

    /// Port that a worker answers health checks on; 0 takes a free one.
    WEBSERVER_PORT: u16 = "worker.webserver.port", default "8080";
}
