//! The bounds of what the server accepts and answers. Past any of them a request is refused, never cut.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::ByteSize;
use crate::declare::settings;

settings! {
    /// Most items of one page, and how many come where a request does not say.
    PAGE_SIZE: NonZeroU32 = "server.api.default_limit", default "200",
        also ["PREFECT_API_DEFAULT_LIMIT"];

    /// Largest offset of a page. Lists beyond it are read with a narrower filter.
    MAX_OFFSET: u64 = ours "server.limits.offset", default "1000000";

    /// Largest body of a request.
    BODY_SIZE: ByteSize = ours "server.limits.body_size", default "4MiB";

    /// Largest body of a request that carries logs, events or a journal.
    BULK_BODY_SIZE: ByteSize = ours "server.limits.bulk_body_size", default "8MiB";

    /// Deepest nesting of JSON in a request.
    JSON_DEPTH: NonZeroU32 = ours "server.limits.json_depth", default "64";

    /// Largest parameters of one run.
    PARAMETER_SIZE: ByteSize = "server.api.max_parameter_size", default "512KiB";

    /// How long the head of a request may take to arrive.
    HEADER_TIMEOUT: Duration = ours "server.limits.header_timeout", default "10s";

    /// How long a request may take to be answered.
    REQUEST_TIMEOUT: Duration = ours "server.limits.request_timeout", default "30s";

    /// Most tasks in the graph of one run.
    GRAPH_NODES: NonZeroU32 = "server.flow_run_graph.max_nodes", default "10000",
        also ["PREFECT_API_MAX_FLOW_RUN_GRAPH_NODES"];

    /// Most artifacts in the graph of one run.
    GRAPH_ARTIFACTS: NonZeroU32 = "server.flow_run_graph.max_artifacts", default "10000",
        also ["PREFECT_API_MAX_FLOW_RUN_GRAPH_ARTIFACTS"];

    /// Longest cache key of a task.
    CACHE_KEY_LENGTH: NonZeroU32 = "server.tasks.max_cache_key_length", default "2000",
        also ["PREFECT_API_TASK_CACHE_KEY_MAX_LENGTH"];
}
