//! Effects of transitions on what has rows of its own: slots, leases, inputs of runs, the queue of task runs.

use milliways_model::concurrency_limit::{ConcurrencyLeaseHolder, HolderType};
use milliways_model::{FlowRunId, Uuid, WorkspaceId};
use milliways_orchestration::Effect;

use crate::db::{DbError, Tx};
use crate::slots;
use crate::tables::concurrency_lease::{self as lease, NewLease};
use crate::tables::flow_run_input;

/// Carries out an effect that concerns no other run.
pub(super) async fn carry_out(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    run: Uuid,
    effect: Effect,
) -> Result<(), DbError> {
    match effect {
        Effect::TakeDeploymentSlot {
            limit,
            lease,
            expires,
        } => {
            let made = NewLease {
                id: lease,
                expires: Some(expires),
                holder: holder(HolderType::FlowRun, run),
            };
            slots::take_for_run(tx, workspace, &[limit], &made).await?;
        }
        Effect::TakeTagSlots { limits, lease, .. } => {
            // Nobody renews it: it lasts until it is given back.
            let made = NewLease {
                id: lease,
                expires: None,
                holder: holder(HolderType::TaskRun, run),
            };
            slots::take_for_run(tx, workspace, &limits, &made).await?;
        }
        Effect::RenewLease { lease, expires } => {
            lease::renew(tx, workspace, lease, Some(expires)).await?;
        }
        Effect::KeepSlotWithoutExpiry { lease } => {
            lease::renew(tx, workspace, lease, None).await?;
        }
        Effect::ReleaseLease { lease } => {
            slots::release(tx, workspace, vec![lease.0]).await?;
        }
        Effect::ReleaseTagSlots => {
            slots::release_of(tx, workspace, vec![run], true).await?;
        }
        Effect::DeleteRunInputs { keys } => {
            flow_run_input::delete_keys(tx, workspace, FlowRunId(run), keys).await?;
        }
        // Those that concern other runs, or rows that are not written yet, are the caller's.
        Effect::MirrorOnParent { .. }
        | Effect::EnqueueTaskRun { .. }
        | Effect::InsertIntoCache { .. }
        | Effect::ResetFailedTaskRuns { .. } => {}
    }
    Ok(())
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "a lease's holder is optional, and here there is one"
)]
fn holder(kind: HolderType, id: Uuid) -> Option<ConcurrencyLeaseHolder> {
    Some(ConcurrencyLeaseHolder { kind, id })
}
