//! The counters as Prometheus reads them.

use std::fmt::Write;

use super::{CLASSES, METHODS, RESOURCES};
use crate::app::App;

/// The whole text.
pub(crate) fn text(app: &App) -> String {
    let mut out = String::with_capacity(8 << 10);
    requests(&mut out, app);
    edge(&mut out, app);
    store(&mut out, app);
    out
}

fn requests(out: &mut String, app: &App) {
    head(
        out,
        "milliways_http_requests_total",
        "counter",
        "Requests that were answered",
    );
    for (resource, by_method) in RESOURCES.iter().zip(&app.metrics.requests) {
        for (method, by_class) in METHODS.iter().zip(by_method) {
            for (class, counter) in CLASSES.iter().zip(by_class) {
                if counter.get() > 0 {
                    let labels =
                        format!("resource=\"{resource}\",method=\"{method}\",status=\"{class}\"");
                    sample(out, "milliways_http_requests_total", &labels, counter.get());
                }
            }
        }
    }
    let name = "milliways_http_request_duration_seconds";
    head(out, name, "histogram", "How long requests took");
    for (resource, histogram) in RESOURCES.iter().zip(&app.metrics.durations) {
        let count = histogram.count.get();
        if count == 0 {
            continue;
        }
        for (bound, sum) in histogram.cumulative() {
            let labels = format!("resource=\"{resource}\",le=\"{}\"", seconds(bound));
            sample(out, &format!("{name}_bucket"), &labels, sum);
        }
        sample(
            out,
            &format!("{name}_bucket"),
            &format!("resource=\"{resource}\",le=\"+Inf\""),
            count,
        );
        let labels = format!("resource=\"{resource}\"");
        let _ = writeln!(
            out,
            "{name}_sum{{{labels}}} {}",
            seconds(histogram.sum_micros.get())
        );
        sample(out, &format!("{name}_count"), &labels, count);
    }
}

fn edge(out: &mut String, app: &App) {
    let metrics = &app.metrics;
    let sockets_open = app
        .config
        .limits
        .sockets
        .saturating_sub(app.sockets.available_permits());
    for (name, kind, about, value) in [
        (
            "milliways_panics_total",
            "counter",
            "Handlers that panicked",
            metrics.panics.get(),
        ),
        (
            "milliways_connections_total",
            "counter",
            "Connections accepted",
            metrics.connections.get(),
        ),
        (
            "milliways_connections_refused_total",
            "counter",
            "Connections refused because too many were open",
            metrics.connections_refused.get(),
        ),
        (
            "milliways_websockets_total",
            "counter",
            "WebSockets opened",
            metrics.sockets.get(),
        ),
        (
            "milliways_websockets_open",
            "gauge",
            "WebSockets open now",
            sockets_open as u64,
        ),
        (
            "milliways_socket_events_total",
            "counter",
            "Events received over WebSockets",
            metrics.events_received.get(),
        ),
        (
            "milliways_orphaned_task_run_reports_total",
            "counter",
            "Reports of task runs whose flow run does not exist, which were not recorded",
            metrics.orphaned_reports.get(),
        ),
        (
            "milliways_socket_frames_total",
            "counter",
            "Frames sent to subscribers",
            metrics.frames_sent.get(),
        ),
        (
            "milliways_slow_subscribers_total",
            "counter",
            "Subscribers cut off because they were too slow",
            metrics.slow_subscribers.get(),
        ),
        (
            "milliways_under_way",
            "gauge",
            "Requests and WebSockets under way",
            app.lifecycle.under_way() as u64,
        ),
        (
            "milliways_uptime_seconds",
            "gauge",
            "Seconds since the start",
            app.lifecycle.uptime().as_secs(),
        ),
    ] {
        head(out, name, kind, about);
        sample(out, name, "", value);
    }
    if let Some(bytes) = resident_bytes() {
        head(
            out,
            "process_resident_memory_bytes",
            "gauge",
            "Resident memory",
        );
        sample(out, "process_resident_memory_bytes", "", bytes);
    }
}

fn store(out: &mut String, app: &App) {
    let statistics = app.store.statistics();
    for (name, kind, about, value) in [
        (
            "milliways_store_groups_total",
            "counter",
            "Committed transactions",
            statistics.groups,
        ),
        (
            "milliways_store_writes_total",
            "counter",
            "Writes in them",
            statistics.jobs,
        ),
        (
            "milliways_store_retried_groups_total",
            "counter",
            "Transactions done again write by write",
            statistics.retried_groups,
        ),
        (
            "milliways_store_refused_total",
            "counter",
            "Writes refused because the queue was full",
            statistics.refused,
        ),
        (
            "milliways_store_queued",
            "gauge",
            "Writes that wait",
            statistics.queued,
        ),
    ] {
        head(out, name, kind, about);
        sample(out, name, "", value);
    }
    let name = "milliways_store_busy_seconds_total";
    head(out, name, "counter", "Seconds spent in transactions");
    let _ = writeln!(out, "{name} {}", seconds(statistics.busy_micros));
}

fn head(out: &mut String, name: &str, kind: &str, about: &str) {
    let _ = writeln!(out, "# HELP {name} {about}\n# TYPE {name} {kind}");
}

fn sample(out: &mut String, name: &str, labels: &str, value: u64) {
    let _ = match labels {
        "" => writeln!(out, "{name} {value}"),
        _ => writeln!(out, "{name}{{{labels}}} {value}"),
    };
}

#[expect(clippy::cast_precision_loss, reason = "shown to people")]
fn seconds(micros: u64) -> f64 {
    micros as f64 / 1e6
}

/// The resident memory of this process, where the operating system tells it as Linux does.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kibibytes: u64 = line.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes << 10)
}
