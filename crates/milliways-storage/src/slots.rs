//! Slots of concurrency limits: taking them, giving them back. Nobody else writes those rows.
//!
//! Whoever takes slots has locked the limits before it counted what is taken, so that no two can take the last
//! one. Limits are always locked before leases, and in key order.

use milliways_model::concurrency_limit::{ConcurrencyLeaseHolder, SlotMode};
use milliways_model::{ConcurrencyLimitId, FlowRunId, LeaseId, Uuid, WorkspaceId, uuid7};
use milliways_orchestration::slot_wait;

use crate::db::{DbError, Tx};
use crate::scope::draw;
use crate::tables::concurrency_lease::{self as lease, NewLease, Of};
use crate::tables::concurrency_limit::{self as limit, Limit};

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wanted {
    pub(crate) names: Vec<String>,
    pub(crate) slots: i64,
    pub(crate) mode: SlotMode,
    /// The lease to hold them by; none: they are given back by name.
    pub(crate) lease: Option<WantedLease>,
}

/// The lease that is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct WantedLease {
    pub(crate) seconds: f64,
    pub(crate) holder: Option<ConcurrencyLeaseHolder>,
}

/// What became of it.
pub(crate) enum Answer {
    /// They are taken, of all limits or of none.
    Taken {
        lease: Option<LeaseId>,
        limits: Vec<Limit>,
    },
    /// There are not enough free ones.
    Full { retry_after: f64 },
    /// A limit has not so many.
    TooMany,
    /// Limits whose slots don't come back by themselves.
    WithoutDecay(Vec<String>),
}

/// Takes slots of all limits of these names, or of none. Names without a limit are passed over.
pub(crate) async fn take(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    wanted: &Wanted,
) -> Result<Answer, DbError> {
    let slots = wanted.slots;
    let limits = limit::lock_named(tx, workspace, wanted.names.clone()).await?;
    let mut active: Vec<Limit> = limits.iter().filter(|it| it.active).cloned().collect();
    if active.iter().any(|it| it.slots < slots) {
        return Ok(Answer::TooMany);
    }
    if wanted.mode == SlotMode::RateLimit {
        let without = active.iter().filter(|it| !it.decays());
        let without: Vec<String> = without.map(|it| it.name.clone()).collect();
        if !without.is_empty() {
            return Ok(Answer::WithoutDecay(without));
        }
    }
    if !active.iter().all(|it| it.has_room(slots, tx.now)) {
        let crowds: Vec<_> = active
            .iter()
            .map(|it| it.crowd(tx.now, &tx.waits))
            .collect();
        for limit in &mut active {
            limit.settle(tx.now, &tx.waits);
            limit.deny(slots);
            limit::update(tx, limit).await?;
        }
        let retry_after = slot_wait(&crowds, slots, draw());
        return Ok(Answer::Full { retry_after });
    }
    let id = LeaseId(uuid7(tx.now, draw()));
    match wanted.lease {
        Some(WantedLease { seconds, holder }) => {
            let made = NewLease {
                id,
                expires: Some(tx.now.plus_seconds(seconds)),
                holder,
            };
            hold(tx, workspace, &made, active, slots).await?;
        }
        None => take_loose(tx, workspace, id, active, slots).await?,
    }
    let lease = wanted.lease.map(|_| id);
    Ok(Answer::Taken { lease, limits })
}

/// Takes slots that nobody holds. What goes into a bucket needs no row.
async fn take_loose(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: LeaseId,
    limits: Vec<Limit>,
    slots: i64,
) -> Result<(), DbError> {
    let (mut buckets, counted): (Vec<Limit>, Vec<Limit>) =
        limits.into_iter().partition(Limit::decays);
    for limit in &mut buckets {
        limit.settle(tx.now, &tx.waits);
        limit.pour(slots);
        limit::update(tx, limit).await?;
    }
    if counted.is_empty() {
        return Ok(());
    }
    let made = NewLease {
        id,
        expires: None,
        holder: None,
    };
    hold(tx, workspace, &made, counted, slots).await
}

/// Makes a lease on slots of limits that are locked and have room.
async fn hold(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    made: &NewLease,
    mut limits: Vec<Limit>,
    slots: i64,
) -> Result<(), DbError> {
    let ids: Vec<ConcurrencyLimitId> = limits.iter().map(|it| it.id).collect();
    lease::insert(tx, workspace, made, &ids, slots).await?;
    for limit in &mut limits {
        limit.settle(tx.now, &tx.waits);
        if limit.decays() {
            limit.pour(slots);
        }
        limit::update(tx, limit).await?;
    }
    Ok(())
}

/// Takes one slot of each of these limits for a run. There is room: the facts of the transition said so, and
/// reading them has locked the limits.
pub(crate) async fn take_for_run(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    limits: &[ConcurrencyLimitId],
    made: &NewLease,
) -> Result<(), DbError> {
    let ids = limits.iter().map(|id| id.0).collect();
    let limits = limit::by_ids(tx, workspace, ids).await?;
    hold(tx, workspace, made, limits, 1).await
}

/// Gives back what leases hold, and ends them. Those that are gone have given it back already.
pub(crate) async fn release(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    leases: Vec<Uuid>,
) -> Result<(), DbError> {
    if leases.is_empty() {
        return Ok(());
    }
    let held = lease::slots(tx, workspace, leases.clone()).await?;
    let ids = held.iter().map(|it| it.limit.0).collect();
    let mut limits = limit::lock(tx, workspace, ids).await?;
    // Read again: somebody may have given them back before the limits were ours.
    let held = lease::slots(tx, workspace, leases.clone()).await?;
    lease::delete(tx, workspace, leases).await?;
    for limit in &mut limits {
        limit.settle(tx.now, &tx.waits);
        let id = limit.id;
        for it in held.iter().filter(|it| it.limit == id) {
            limit.observe(tx.now.seconds_since(it.since).max(0.0), it.slots);
            if limit.decays() {
                limit.pour(-it.slots);
            }
        }
        limit::update(tx, limit).await?;
    }
    Ok(())
}

/// Gives back what runs hold; only what they hold of limits on tags where `tags` says so.
pub(crate) async fn release_of(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    holders: Vec<Uuid>,
    tags: bool,
) -> Result<(), DbError> {
    if holders.is_empty() {
        return Ok(());
    }
    let leases = lease::of_holders(tx, workspace, holders, tags).await?;
    release(tx, workspace, leases).await
}

/// Gives back what the task runs of a flow run hold, whose process is gone.
pub(crate) async fn release_of_task_runs(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    flow_run: FlowRunId,
) -> Result<(), DbError> {
    let leases = lease::of_task_runs(tx, workspace, flow_run).await?;
    release(tx, workspace, leases).await
}

/// Gives back slots that nobody holds by a lease, as far as there are any; gives the limits of these names.
pub(crate) async fn give_back(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    names: Vec<String>,
    slots: i64,
    occupancy_seconds: Option<f64>,
) -> Result<Vec<Limit>, DbError> {
    let limits = limit::lock_named(tx, workspace, names).await?;
    for limit in limits.iter().filter(|it| it.active) {
        let mut limit = limit.clone();
        limit.settle(tx.now, &tx.waits);
        if limit.decays() {
            limit.pour(-slots);
        } else {
            lease::take_away(tx, workspace, limit.id, Of::Nobody, slots).await?;
        }
        if let Some(seconds) = occupancy_seconds {
            limit.observe(seconds, slots);
        }
        limit::update(tx, &limit).await?;
    }
    Ok(limits)
}

/// Sets how many slots of a limit are taken: those missing are taken by nobody, those too many are taken away,
/// first from nobody, then from the oldest lease.
pub(crate) async fn set_taken(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    limit: &mut Limit,
    slots: i64,
) -> Result<(), DbError> {
    if limit.decays() {
        limit.fill(slots);
        return Ok(());
    }
    let surplus = limit.held.saturating_sub(slots);
    if surplus > 0 {
        let rest = lease::take_away(tx, workspace, limit.id, Of::Nobody, surplus).await?;
        if rest > 0 {
            lease::take_away(tx, workspace, limit.id, Of::Anybody, rest).await?;
        }
    } else if surplus < 0 {
        let made = NewLease {
            id: LeaseId(uuid7(tx.now, draw())),
            expires: None,
            holder: None,
        };
        lease::insert(tx, workspace, &made, &[limit.id], -surplus).await?;
    }
    limit.held = slots;
    Ok(())
}

/// Changes how fast slots come back, and keeps how many are taken.
pub(crate) async fn set_decay(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    limit: &mut Limit,
    decay: f64,
) -> Result<(), DbError> {
    let (taken, decayed) = (limit.taken(tx.now), limit.decays());
    limit.decay = decay;
    match (decayed, limit.decays()) {
        (false, true) => limit.fill(taken),
        // Slots that leases hold are still theirs.
        (true, false) if taken > limit.held => set_taken(tx, workspace, limit, taken).await?,
        _ => {}
    }
    Ok(())
}

/// Ends a lease whose time is over, unless it was renewed meanwhile; says whether it did.
pub(crate) async fn reap(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: LeaseId,
) -> Result<bool, DbError> {
    let held = lease::slots(tx, workspace, vec![id.0]).await?;
    limit::lock(tx, workspace, held.iter().map(|it| it.limit.0).collect()).await?;
    if !lease::is_over(tx, workspace, id).await? {
        return Ok(false);
    }
    release(tx, workspace, vec![id.0]).await?;
    Ok(true)
}
