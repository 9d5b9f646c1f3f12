//! The first exchange of a channel: who the worker is, and what it may do.

use std::time::Duration;

use milliways_model::worker_channel::{
    CLEANUP_CAPABILITY, Frame, Hello, REQUIRED_CAPABILITIES, Ready, ResolvedWorkQueue, Snapshot,
    VERSION,
};
use milliways_storage::{Admission, Scope};

use super::cleanup::Cleanups;
use super::{Greeted, again, follow, protocol};
use crate::json::scan;
use crate::stream::socket::{Close, Socket};

/// How long the worker may take to say who it is.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest time between two heartbeats, in seconds: a day.
const LONGEST_INTERVAL: i64 = 86_400;
/// More queues than this are not served at once.
const MOST_QUEUES: usize = 200;

/// Lets a worker in.
pub(super) async fn greet(
    socket: &mut Socket,
    scope: &Scope,
    pool: &str,
) -> Result<Greeted, Close> {
    let text = tokio::time::timeout(PATIENCE, socket.text()).await;
    let text = text.map_err(|_| protocol())??;
    let depth = socket.app().config.limits.json_depth;
    scan(text.as_bytes(), depth).map_err(|_| protocol())?;
    let frame: Frame<Hello> = serde_json::from_str(&text).map_err(|_| protocol())?;
    let hello = frame.payload;
    let is_sound = hello.is_sound()
        && hello.heartbeat_interval_seconds <= LONGEST_INTERVAL
        && hello.work_queue_names.len() <= MOST_QUEUES;
    if frame.r#type != "worker.hello.v1" || !is_sound {
        return Err(protocol());
    }
    if !hello
        .supported_channel_versions
        .iter()
        .any(|it| it == VERSION)
    {
        return Err(Close::policy("unsupported_version"));
    }
    let admitted = scope.admit_worker(pool, hello.clone()).await;
    let (pool, queues) = match admitted.map_err(|_| again())? {
        Admission::Admitted(pool, queues) => (*pool, queues),
        Admission::Refused => return Err(Close::policy("authorization_failed")),
        Admission::BadTemplate => return Err(protocol()),
    };
    let live = follow(socket.app().hub.clone(), scope, &pool).await?;
    let most = hello.cleanup_concurrency();
    let resolved = queues.iter().map(|queue| queue.id).collect();
    let cleanups = Cleanups::new(socket, hello.handled_cleanup_kinds.clone(), resolved, most);
    let (accepted, rejected) = decided(&hello, most > 0);
    let ready = Ready {
        consumer_id: hello.consumer_id,
        worker_id: None,
        selected_channel_version: VERSION.to_owned(),
        effective_heartbeat_interval_seconds: hello.heartbeat_interval_seconds,
        accepted_capabilities: accepted,
        rejected_capabilities: rejected,
        effective_max_cleanup_concurrency: most,
        resolved_work_queues: queues
            .into_iter()
            .map(|queue| ResolvedWorkQueue {
                id: queue.id,
                name: queue.name,
            })
            .collect(),
        initial_snapshot: Snapshot {
            snapshot_sequence: 1,
            reason: "initial".to_owned(),
            work_pool: pool,
        },
    };
    Ok(Greeted {
        ready,
        live,
        cleanups,
        worker: hello.worker_name,
    })
}

/// What the worker may do, and what it asked for in vain.
fn decided(hello: &Hello, cleans_up: bool) -> (Vec<String>, Vec<String>) {
    let mut accepted: Vec<String> = REQUIRED_CAPABILITIES.map(str::to_owned).to_vec();
    if cleans_up {
        accepted.push(CLEANUP_CAPABILITY.to_owned());
    }
    let mut rejected: Vec<String> = Vec::new();
    for capability in &hello.requested_capabilities {
        if !accepted.contains(capability) && !rejected.contains(capability) {
            rejected.push(capability.clone());
        }
    }
    (accepted, rejected)
}
