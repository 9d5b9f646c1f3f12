//! What a worker is given to clean up: no more at once than it takes, and what it says of it.

use milliways_model::worker_channel::{
    CleanupKind, CleanupMessage, CleanupOperation, CleanupRequest, CleanupResult, CleanupStatus,
    Frame,
};
use milliways_model::{Timestamp, Uuid, WorkPoolId, WorkQueueId};
use milliways_storage::{CleanupOutcome, CleanupPolicy, Scope};
use serde_json::Value;

use super::protocol;
use crate::stream::socket::{Close, Socket};

/// What a worker has been given.
pub(super) struct Cleanups {
    kinds: Vec<CleanupKind>,
    queues: Vec<WorkQueueId>,
    most: usize,
    policy: CleanupPolicy,
    /// Messages that it has, and until when.
    held: Vec<(Uuid, Timestamp)>,
}

/// What a worker asks about a message.
pub(super) struct Request {
    operation: CleanupOperation,
    message: CleanupRequest,
}

/// The request of a frame; none where it is a frame of another type.
pub(super) fn request(frame: &Frame<Value>) -> Option<Result<Request, Close>> {
    let operation = match frame.r#type.as_str() {
        "cleanup.ack.v1" => CleanupOperation::Ack,
        "cleanup.release.v1" => CleanupOperation::Release,
        "cleanup.renew.v1" => CleanupOperation::Renew,
        _ => return None,
    };
    let message = serde_json::from_value::<CleanupRequest>(frame.payload.clone());
    let is_sound = |message: &CleanupRequest| {
        let has_reason = message
            .reason
            .as_ref()
            .is_some_and(|reason| !reason.is_empty());
        !message.reservation_token.is_empty()
            && match operation {
                CleanupOperation::Release => has_reason,
                CleanupOperation::Ack | CleanupOperation::Renew => message.reason.is_none(),
            }
    };
    let message = message.ok().filter(is_sound);
    Some(
        message
            .map(|message| Request { operation, message })
            .ok_or_else(protocol),
    )
}

impl Cleanups {
    pub(super) fn new(
        socket: &Socket,
        kinds: Vec<CleanupKind>,
        queues: Vec<WorkQueueId>,
        most: i64,
    ) -> Self {
        Self {
            kinds,
            queues,
            most: usize::try_from(most).unwrap_or(0),
            policy: socket.app().config.cleanup,
            held: Vec::new(),
        }
    }

    /// The next message, where the worker can take one. What the store can't tell now is asked for again soon.
    pub(super) async fn next(&mut self, scope: &Scope, pool: WorkPoolId) -> Option<CleanupMessage> {
        if self.most == 0 {
            return None;
        }
        let now = scope.now();
        self.held.retain(|(_, until)| *until > now);
        if self.held.len() >= self.most {
            return None;
        }
        let (kinds, queues) = (self.kinds.clone(), self.queues.clone());
        let found = scope
            .reserve_cleanup(pool, kinds, queues, self.policy)
            .await;
        let message = found.unwrap_or_else(|error| {
            tracing::warn!(%error, "clean-up messages can't be read");
            None
        })?;
        self.held
            .push((message.message_id, message.lease_expires_at));
        Some(message)
    }

    /// Does what a worker asks about a message.
    pub(super) async fn settle(
        &mut self,
        scope: &Scope,
        pool: WorkPoolId,
        frame: Uuid,
        request: Request,
    ) -> CleanupResult {
        let Request { operation, message } = request;
        let id = message.message_id;
        let outcome = if self.most == 0 {
            let reason = "cleanup_delivery_not_accepted";
            CleanupOutcome::refused(CleanupStatus::Unauthorized, reason)
        } else {
            let token = message.reservation_token;
            let settled = scope.settle_cleanup(pool, id, token, operation, self.policy);
            settled.await.unwrap_or_else(|error| {
                tracing::warn!(%error, "a clean-up message can't be settled");
                CleanupOutcome::refused(CleanupStatus::Error, "cleanup_queue_operation_failed")
            })
        };
        match (outcome.status, outcome.lease_until) {
            (CleanupStatus::Error, _) => {}
            (_, Some(until)) => {
                for held in &mut self.held {
                    if held.0 == id {
                        held.1 = until;
                    }
                }
            }
            _ => self.held.retain(|(held, _)| *held != id),
        }
        CleanupResult {
            request_frame_id: frame,
            message_id: id,
            operation,
            status: outcome.status,
            lease_expires_at: outcome.lease_until,
            reason: outcome.reason.map(str::to_owned),
            detail: None,
        }
    }
}
