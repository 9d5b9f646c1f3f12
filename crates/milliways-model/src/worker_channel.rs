//! The channel between a worker and the server: its frames, version 1.
//!
//! Every frame is `{"type", "id", "sent_at", "payload"}`, and unknown keys are refused.

use serde::{Deserialize, Serialize};

use crate::ids::{Uuid, WorkQueueId, WorkerId};
use crate::json::{Json, JsonObject};
use crate::time::Timestamp;
use crate::work_pool::WorkPool;

/// The version of the channel.
pub const VERSION: &str = "work_pool_worker_channel.v1";
/// What every worker has to ask for.
pub const REQUIRED_CAPABILITIES: [&str; 2] = ["worker_heartbeat.v1", "work_pool_snapshot.v1"];
/// What it may ask for.
pub const CLEANUP_CAPABILITY: &str = "cleanup_delivery.v1";

/// What a worker is asked to tear down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CleanupKind {
    /// A run that was being cancelled for too long.
    #[serde(rename = "cancelling_timeout_teardown.v1")]
    CancellingTimeout,
    /// A run that was claimed and never started.
    #[serde(rename = "pending_claim_teardown.v1")]
    PendingClaim,
}

impl CleanupKind {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CancellingTimeout => "cancelling_timeout_teardown.v1",
            Self::PendingClaim => "pending_claim_teardown.v1",
        }
    }

    /// The kind of that word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::CancellingTimeout, Self::PendingClaim]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// A frame of one of these types.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frame<P> {
    /// What it is.
    pub r#type: String,
    /// Its id.
    pub id: Uuid,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// What it says.
    pub payload: P,
}

/// `worker.hello.v1`: who a worker is, and what it wants.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// The connection, as the worker names it.
    pub consumer_id: Uuid,
    /// The worker.
    pub worker_name: String,
    /// Its type, such as `process`.
    pub worker_type: String,
    /// How often it says that it lives.
    pub heartbeat_interval_seconds: i64,
    /// The versions of the channel that it speaks.
    pub supported_channel_versions: Vec<String>,
    /// What it wants to do here.
    pub requested_capabilities: Vec<String>,
    /// The queues that it serves; all where none is named.
    #[serde(default)]
    pub work_queue_names: Vec<String>,
    /// What it can clean up.
    #[serde(default)]
    pub handled_cleanup_kinds: Vec<CleanupKind>,
    /// How much of it at once; one, where it wants any and does not say.
    #[serde(default)]
    pub max_cleanup_concurrency: Option<i64>,
    /// Whether its pool is to be made.
    #[serde(default)]
    pub create_pool_if_not_found: bool,
    /// The template of a pool that is made, or has none.
    #[serde(default)]
    pub default_base_job_template: JsonObject,
    /// Anything.
    #[serde(default)]
    pub worker_metadata: Option<JsonObject>,
}

impl Hello {
    /// Whether it says what it has to, and nothing that contradicts itself.
    pub fn is_sound(&self) -> bool {
        let asks = |capability: &str| {
            self.requested_capabilities
                .iter()
                .any(|it| it == capability)
        };
        let wants_cleanup = !self.handled_cleanup_kinds.is_empty()
            || self.max_cleanup_concurrency.unwrap_or(0) != 0;
        let named = [&self.worker_name, &self.worker_type];
        let lists = [
            &self.supported_channel_versions,
            &self.requested_capabilities,
            &self.work_queue_names,
        ];
        named.iter().all(|name| !name.is_empty())
            && lists
                .iter()
                .all(|list| list.iter().all(|item| !item.is_empty()))
            && !self.supported_channel_versions.is_empty()
            && self.heartbeat_interval_seconds > 0
            && self.max_cleanup_concurrency.is_none_or(|most| most >= 0)
            && REQUIRED_CAPABILITIES
                .iter()
                .all(|capability| asks(capability))
            && (asks(CLEANUP_CAPABILITY) || !wants_cleanup)
    }

    /// How much it cleans up at once; none unless it asks for some.
    pub fn cleanup_concurrency(&self) -> i64 {
        let asks = self
            .requested_capabilities
            .iter()
            .any(|it| it == CLEANUP_CAPABILITY);
        if asks && !self.handled_cleanup_kinds.is_empty() {
            self.max_cleanup_concurrency.unwrap_or(1)
        } else {
            0
        }
    }
}

/// `worker.ready.v1`: what the server makes of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ready {
    /// The connection.
    pub consumer_id: Uuid,
    /// The worker's id; not told.
    pub worker_id: Option<WorkerId>,
    /// The version that is spoken.
    pub selected_channel_version: String,
    /// How often the worker has to say that it lives.
    pub effective_heartbeat_interval_seconds: i64,
    /// What it may do.
    pub accepted_capabilities: Vec<String>,
    /// What it asked for in vain.
    pub rejected_capabilities: Vec<String>,
    /// How much it is given to clean up at once.
    pub effective_max_cleanup_concurrency: i64,
    /// The queues that it serves.
    pub resolved_work_queues: Vec<ResolvedWorkQueue>,
    /// Its pool.
    pub initial_snapshot: Snapshot,
}

/// A queue that a worker serves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResolvedWorkQueue {
    /// Its id.
    pub id: WorkQueueId,
    /// Its name.
    pub name: String,
}

/// `work_pool.snapshot.v1`: the pool as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Grows by one in each connection, from 1.
    pub snapshot_sequence: i64,
    /// Why it is told.
    pub reason: String,
    /// The pool.
    pub work_pool: WorkPool,
}

/// `worker.heartbeat.v1`: the worker lives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heartbeat {
    /// The connection.
    pub consumer_id: Uuid,
    /// The worker.
    pub worker_name: String,
    /// How often it says so.
    pub heartbeat_interval_seconds: i64,
}

/// `cleanup.message.v1`: what to tear down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CleanupMessage {
    /// The message.
    pub message_id: Uuid,
    /// What it is about.
    pub kind: CleanupKind,
    /// The right to it.
    pub reservation_token: String,
    /// Until when.
    pub lease_expires_at: Timestamp,
    /// How often it was handed out, this time included.
    pub delivery_count: i64,
    /// The run's queue.
    pub work_queue_id: Option<WorkQueueId>,
    /// What to tear down.
    pub target: Json,
    /// More about it.
    pub data: Json,
}

/// `cleanup.ack.v1`, `cleanup.renew.v1` and `cleanup.release.v1`: it is done, takes longer, can't be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CleanupRequest {
    /// The message.
    pub message_id: Uuid,
    /// The right to it.
    pub reservation_token: String,
    /// Why it can't be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What a worker asks about a message that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CleanupOperation {
    /// It is done.
    Ack,
    /// It can't be done.
    Release,
    /// It takes longer.
    Renew,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CleanupStatus {
    /// Done.
    Accepted,
    /// Nobody has it now.
    NotCurrent,
    /// There is no such message.
    NotFound,
    /// Its time was over.
    Expired,
    /// Another one has it.
    InvalidToken,
    /// It is of another pool, or clean-up was not asked for.
    Unauthorized,
    /// It is given up.
    DeadLettered,
    /// It failed.
    Error,
}

/// `cleanup.operation_result.v1`: what became of a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CleanupResult {
    /// The request's frame.
    pub request_frame_id: Uuid,
    /// The message.
    pub message_id: Uuid,
    /// What was asked.
    pub operation: CleanupOperation,
    /// What became of it.
    pub status: CleanupStatus,
    /// Until when it is the worker's now; told of accepted renewals.
    pub lease_expires_at: Option<Timestamp>,
    /// Why not.
    pub reason: Option<String>,
    /// In words.
    pub detail: Option<String>,
}
