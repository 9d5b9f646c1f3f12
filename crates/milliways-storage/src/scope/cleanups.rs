//! Clean-up messages: handing them to workers, and what workers say of them.

use std::time::Duration;

use milliways_model::worker_channel::{
    CleanupKind, CleanupMessage, CleanupOperation, CleanupStatus,
};
use milliways_model::{Timestamp, Uuid, WorkPoolId, WorkQueueId, uuid7};

use super::{Scope, draw};
use crate::error::StoreError;
use crate::store::Store;
use crate::tables::cleanup;

/// How long a message waits for a worker of its own queue before any worker of the pool gets it.
const OWN_QUEUE: Duration = Duration::from_secs(5);
/// Why a message is given up.
const TOO_OFTEN: &str = "max_delivery_attempts_reached";

/// How messages are handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CleanupPolicy {
    /// How long a worker has for one.
    pub lease: Duration,
    /// How often one is handed out before it is given up.
    pub attempts: u32,
}

/// What became of a worker's request about a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CleanupOutcome {
    /// What became of it.
    pub status: CleanupStatus,
    /// Why not.
    pub reason: Option<&'static str>,
    /// Until when the message is the worker's now.
    pub lease_until: Option<Timestamp>,
}

impl CleanupOutcome {
    const fn accepted(lease_until: Option<Timestamp>) -> Self {
        Self {
            status: CleanupStatus::Accepted,
            reason: None,
            lease_until,
        }
    }

    /// Not done, and why.
    pub const fn refused(status: CleanupStatus, reason: &'static str) -> Self {
        Self {
            status,
            reason: Some(reason),
            lease_until: None,
        }
    }
}

impl Scope {
    /// Hands the next message of a pool to a worker that handles these kinds and serves these queues.
    pub async fn reserve_cleanup(
        &self,
        pool: WorkPoolId,
        kinds: Vec<CleanupKind>,
        queues: Vec<WorkQueueId>,
        policy: CleanupPolicy,
    ) -> Result<Option<CleanupMessage>, StoreError> {
        self.write(async move |tx, workspace| {
            let since = tx.now - OWN_QUEUE;
            let found = cleanup::next(tx, workspace, pool, &kinds, &queues, since).await?;
            let Some(mut message) = found else {
                return Ok(None);
            };
            message.reservation_token = Uuid::from_u128(draw()).simple().to_string();
            message.lease_expires_at = tx.now + policy.lease;
            message.delivery_count += 1;
            let (token, until) = (&message.reservation_token, message.lease_expires_at);
            cleanup::reserve(tx, workspace, message.message_id, token, until).await?;
            Ok(Some(message))
        })
        .await
    }

    /// What a worker says of a message that it has.
    pub async fn settle_cleanup(
        &self,
        pool: WorkPoolId,
        id: Uuid,
        token: String,
        operation: CleanupOperation,
        policy: CleanupPolicy,
    ) -> Result<CleanupOutcome, StoreError> {
        self.write(async move |tx, workspace| {
            use CleanupStatus::{
                DeadLettered, Expired, InvalidToken, NotCurrent, NotFound, Unauthorized,
            };
            let Some(message) = cleanup::standing(tx, workspace, id).await? else {
                return Ok(CleanupOutcome::refused(NotFound, "message_not_found"));
            };
            if message.pool != pool {
                return Ok(CleanupOutcome::refused(Unauthorized, "work_pool_mismatch"));
            }
            if message.status == "DEAD" {
                return Ok(CleanupOutcome::refused(DeadLettered, TOO_OFTEN));
            }
            let Some(until) = message.lease_until.filter(|_| message.status == "RESERVED") else {
                return Ok(CleanupOutcome::refused(NotCurrent, "no_active_reservation"));
            };
            if message.token.as_deref() != Some(token.as_str()) {
                return Ok(CleanupOutcome::refused(
                    InvalidToken,
                    "reservation_token_mismatch",
                ));
            }
            let is_last = message.delivery_count >= i64::from(policy.attempts);
            if until <= tx.now {
                if is_last {
                    cleanup::finish(tx, workspace, id, false, Some(TOO_OFTEN)).await?;
                    return Ok(CleanupOutcome::refused(DeadLettered, TOO_OFTEN));
                }
                cleanup::give_back(tx, workspace, id, "lease_expired").await?;
                return Ok(CleanupOutcome::refused(Expired, "lease_expired"));
            }
            match operation {
                CleanupOperation::Ack => {
                    cleanup::finish(tx, workspace, id, true, None).await?;
                    Ok(CleanupOutcome::accepted(None))
                }
                CleanupOperation::Release if is_last => {
                    cleanup::finish(tx, workspace, id, false, Some(TOO_OFTEN)).await?;
                    Ok(CleanupOutcome::refused(DeadLettered, TOO_OFTEN))
                }
                CleanupOperation::Release => {
                    cleanup::give_back(tx, workspace, id, "released").await?;
                    Ok(CleanupOutcome::accepted(None))
                }
                CleanupOperation::Renew => {
                    let until = tx.now + policy.lease;
                    cleanup::renew(tx, workspace, id, until).await?;
                    Ok(CleanupOutcome::accepted(Some(until)))
                }
            }
        })
        .await
    }

    /// Hands a message out again, or gives it up, whose worker did not say in time that it is done; says whether it
    /// did.
    pub async fn lapse_cleanup(&self, id: Uuid, attempts: u32) -> Result<bool, StoreError> {
        self.write(async move |tx, workspace| {
            let Some(message) = cleanup::standing(tx, workspace, id).await? else {
                return Ok(false);
            };
            let is_over = message.lease_until.is_some_and(|until| until <= tx.now);
            if message.status != "RESERVED" || !is_over {
                return Ok(false);
            }
            if message.delivery_count >= i64::from(attempts) {
                cleanup::finish(tx, workspace, id, false, Some(TOO_OFTEN)).await?;
            } else {
                cleanup::give_back(tx, workspace, id, "lease_expired").await?;
            }
            Ok(true)
        })
        .await
    }
}

impl Store {
    /// Messages whose worker did not say in time that they are done.
    pub async fn lapsed_cleanups(
        &self,
        limit: i64,
    ) -> Result<Vec<(milliways_model::WorkspaceId, Uuid)>, StoreError> {
        let now = self.clock().now();
        self.lanes()?
            .read(async move |conn: &crate::db::Conn| Ok(cleanup::lapsed(conn, now, limit).await?))
            .await
    }

    /// Forgets messages that ended before a moment; gives how many.
    pub async fn forget_cleanups(&self, before: Timestamp, limit: i64) -> Result<u64, StoreError> {
        self.lanes()?
            .write(0, 1, async move |tx| {
                Ok(cleanup::forget(tx, before, limit).await?)
            })
            .await
    }
}

/// A name for a message that is the same for the same cause.
pub(crate) fn message_id(now: Timestamp) -> Uuid {
    uuid7(now, draw())
}
