//! Counters of the server, and their text for Prometheus.
//!
//! Labels come from fixed lists, so that no request can make a new series.

mod counter;
mod render;

use std::time::Duration;

use axum::http::{Method, StatusCode};

pub(crate) use counter::Counter;
use counter::Histogram;
pub(crate) use render::text;

/// Resources that requests are counted by, as they stand in paths. The last one is all others.
const RESOURCES: [&str; 16] = [
    "flows",
    "flow_runs",
    "task_runs",
    "flow_run_states",
    "task_run_states",
    "logs",
    "events",
    "ui",
    "admin",
    "health",
    "ready",
    "version",
    "hello",
    "csrf-token",
    "metrics",
    "other",
];
const METHODS: [&str; 6] = ["GET", "POST", "PATCH", "PUT", "DELETE", "other"];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// The place of a resource in the list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Resource(usize);

impl Resource {
    pub(crate) fn of(name: Option<&str>) -> Self {
        let place = name.and_then(|name| RESOURCES.iter().position(|known| *known == name));
        Self(place.unwrap_or(RESOURCES.len() - 1))
    }
}

/// What is counted.
#[derive(Default)]
pub(crate) struct Metrics {
    requests: [[[Counter; CLASSES.len()]; METHODS.len()]; RESOURCES.len()],
    durations: [Histogram; RESOURCES.len()],
    /// Handlers that panicked.
    pub(crate) panics: Counter,
    /// Connections that were accepted.
    pub(crate) connections: Counter,
    /// Connections that were refused because too many are open.
    pub(crate) connections_refused: Counter,
    /// WebSockets that were opened.
    pub(crate) sockets: Counter,
    /// Events that came over WebSockets.
    pub(crate) events_received: Counter,
    /// Reports of task runs that were not recorded, because their flow run does not exist.
    pub(crate) orphaned_reports: Counter,
    /// Frames that were sent to subscribers.
    pub(crate) frames_sent: Counter,
    /// Subscribers that were cut off because they were too slow.
    pub(crate) slow_subscribers: Counter,
}

impl Metrics {
    pub(crate) fn count_request(
        &self,
        resource: Resource,
        method: &Method,
        status: StatusCode,
        took: Duration,
    ) {
        let method = METHODS.iter().position(|known| *known == method.as_str());
        let class = usize::from(status.as_u16() / 100).clamp(1, CLASSES.len()) - 1;
        self.requests[resource.0][method.unwrap_or(METHODS.len() - 1)][class].add(1);
        self.durations[resource.0].observe(took);
    }
}
