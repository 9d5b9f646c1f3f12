//! What has to be done beside writing the state and the run's row.

use milliways_model::{ConcurrencyLimitId, LeaseId, State, TaskRunId, Timestamp};

/// Something to do in the transaction that writes the state.
///
/// A slot is a row that belongs to a lease, and a lease belongs to the run in hand. Effects that find
/// nothing to do (a lease that was reaped, a task run that is gone) do nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Takes one slot of a deployment's limit for this flow run. There is room: the facts said so.
    TakeDeploymentSlot {
        /// The limit.
        limit: ConcurrencyLimitId,
        /// The lease to make; the written state names it.
        lease: LeaseId,
        /// When it ends unless it is renewed.
        expires: Timestamp,
    },
    /// Moves the end of a lease.
    RenewLease {
        /// The lease.
        lease: LeaseId,
        /// Its new end.
        expires: Timestamp,
    },
    /// The client does not know how to renew the lease: its slots are held until they are released.
    KeepSlotWithoutExpiry {
        /// The lease.
        lease: LeaseId,
    },
    /// Ends a lease and gives its slots back.
    ReleaseLease {
        /// The lease.
        lease: LeaseId,
    },
    /// Takes one slot of each of these limits for this task run. There is room: the facts said so.
    TakeTagSlots {
        /// The limits.
        limits: Vec<ConcurrencyLimitId>,
        /// The lease to make.
        lease: LeaseId,
        /// When it ends; so late that only a release ends it.
        expires: Timestamp,
    },
    /// Gives back every slot that this task run holds on limits named `tag:<tag>`.
    ReleaseTagSlots,
    /// Forces a state onto the task run that stands for this subflow run in its parent: a transition
    /// of its own, by [`Policy::MinimalTask`](crate::Policy::MinimalTask).
    MirrorOnParent {
        /// That task run.
        task_run: TaskRunId,
        /// The state to force.
        state: Box<State>,
    },
    /// Offers the written state to task runs with the same cache key.
    InsertIntoCache {
        /// The key.
        key: String,
        /// Until when; none is for ever.
        expiration: Option<Timestamp>,
    },
    /// Deletes inputs of this flow run: the pause that asked for them has a new one.
    DeleteRunInputs {
        /// Their keys.
        keys: Vec<String>,
    },
    /// Hands this task run to the task workers that serve its task key.
    EnqueueTaskRun {
        /// Whether it goes to the queue of retries, which is served first.
        retry: bool,
    },
    /// Forces each FAILED task run of this flow run to SCHEDULED `AwaitingRetry` and sets its count of
    /// starts to 0: an old client does not do so itself.
    ResetFailedTaskRuns {
        /// When they are due.
        scheduled_time: Timestamp,
    },
}
