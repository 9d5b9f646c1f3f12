//! Leases, and the slots that they hold.
//!
//! A slot is a row that belongs to a lease and a limit. Slots that were taken without a lease belong to one of
//! their own that has no holder and never ends ("loose"): they are given back by name.

use milliways_model::concurrency_limit::ConcurrencyLeaseHolder;
use milliways_model::{
    ConcurrencyLimitId, FlowRunId, LeaseId, TaskRunId, Timestamp, Uuid, WorkspaceId,
};

use crate::db::{Bulk, Conn, DbError, Kind, Row, Tx, Value, params, statements};

statements! {
    INSERT = "INSERT INTO concurrency_lease (id, workspace_id, created, expires, duration, holder_type, holder_id)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    RENEW = "UPDATE concurrency_lease SET expires = ?3, duration = ?4 WHERE workspace_id = ?1 AND id = ?2";
    EXISTS = "SELECT l.expires FROM concurrency_lease l WHERE (l.workspace_id = ?1) IS TRUE AND l.id = ?2";
    SLOTS = "SELECT s.lease_id, l.created, s.limit_id, s.slots FROM concurrency_lease l
        JOIN concurrency_slot s ON s.lease_id = l.id WHERE (l.workspace_id = ?1) IS TRUE AND l.id = ANY(?2)";
    OF_HOLDERS = "SELECT l.id FROM concurrency_lease l WHERE l.holder_id = ANY(?2) AND (l.workspace_id = ?1) IS TRUE";
    ON_TAGS_OF_HOLDERS = "SELECT DISTINCT l.id FROM concurrency_lease l
        JOIN concurrency_slot s ON s.lease_id = l.id JOIN concurrency_limit c ON c.id = s.limit_id
        WHERE l.holder_id = ANY(?2) AND (l.workspace_id = ?1) IS TRUE AND SUBSTR(c.name, 1, 4) = 'tag:'";
    OF_TASK_RUNS_OF = "SELECT l.id FROM concurrency_lease l WHERE l.workspace_id = ?1 AND l.holder_type = 'task_run'
        AND EXISTS (SELECT 1 FROM task_run t WHERE t.id = l.holder_id AND t.flow_run_id = ?2)";
    KEEP = "UPDATE concurrency_lease SET expires = ?3 + CAST(duration * 1000000 AS BIGINT)
        WHERE workspace_id = ?1 AND holder_id = ?2 AND holder_type = 'flow_run' AND expires IS NOT NULL";
    TASK_RUNS_OF_LIMITS = "SELECT s.limit_id, l.holder_id FROM concurrency_slot s
        JOIN concurrency_lease l ON l.id = s.lease_id
        WHERE s.limit_id = ANY(?1) AND l.holder_type = 'task_run' AND (l.expires IS NULL OR l.expires > ?2)
        ORDER BY s.lease_id";
    LOOSE = "SELECT s.lease_id, s.slots FROM concurrency_slot s JOIN concurrency_lease l ON l.id = s.lease_id
        WHERE s.limit_id = ?1 AND l.holder_id IS NULL AND l.expires IS NULL ORDER BY s.lease_id LIMIT ?2";
    OLDEST = "SELECT s.lease_id, s.slots FROM concurrency_slot s WHERE s.limit_id = ?1 ORDER BY s.lease_id LIMIT ?2";
    SHRINK = "UPDATE concurrency_slot SET slots = slots - ?3 WHERE limit_id = ?1 AND lease_id = ?2";
    DELETE_SLOT = "DELETE FROM concurrency_slot WHERE limit_id = ?1 AND lease_id = ?2";
    DELETE_SLOTS = "DELETE FROM concurrency_slot WHERE lease_id = ANY(?1)";
    LEASES_OF_LIMIT = "SELECT s.lease_id FROM concurrency_slot s WHERE s.limit_id = ?1";
    DELETE_SLOTS_OF_LIMIT = "DELETE FROM concurrency_slot WHERE limit_id = ?1";
    DELETE = "DELETE FROM concurrency_lease WHERE workspace_id = ?1 AND id = ANY(?2)";
    PRUNE = "DELETE FROM concurrency_lease WHERE workspace_id = ?1 AND id = ANY(?2) AND (expires IS NULL OR expires > ?3)
        AND NOT EXISTS (SELECT 1 FROM concurrency_slot s WHERE s.lease_id = concurrency_lease.id)";
    EXPIRED = "SELECT l.workspace_id, l.id, l.expires, l.duration FROM concurrency_lease l
        WHERE l.expires IS NOT NULL AND l.expires < ?1 ORDER BY l.expires LIMIT ?2";
    STILL_EXPIRED = "SELECT l.id FROM concurrency_lease l WHERE (l.workspace_id = ?1) IS TRUE AND l.id = ?2 AND l.expires < ?3
        FOR UPDATE OF l";
}

static INSERT_SLOTS: Bulk = Bulk::insert(
    "concurrency_slot",
    &[
        ("limit_id", Kind::Uuid),
        ("lease_id", Kind::Uuid),
        ("slots", Kind::Int),
    ],
    "",
);

/// The longest time for which a client may take or renew a lease.
const LONGEST_SECONDS: f64 = 86_400.0;

/// A lease to make.
pub(crate) struct NewLease {
    pub(crate) id: LeaseId,
    /// None: until it is given back.
    pub(crate) expires: Option<Timestamp>,
    pub(crate) holder: Option<ConcurrencyLeaseHolder>,
}

/// Slots of a limit that a lease holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Held {
    pub(crate) lease: LeaseId,
    pub(crate) since: Timestamp,
    pub(crate) limit: ConcurrencyLimitId,
    pub(crate) slots: i64,
}

/// Makes a lease that holds `slots` slots of each limit. Whether there is room is the caller's to know.
pub(crate) async fn insert(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    lease: &NewLease,
    limits: &[ConcurrencyLimitId],
    slots: i64,
) -> Result<(), DbError> {
    let values = params![
        lease.id,
        workspace,
        tx.now,
        lease.expires,
        duration(lease.expires, tx.now),
        lease.holder.map(|holder| holder.kind.as_str()),
        lease.holder.map(|holder| holder.id),
    ];
    tx.execute(&INSERT, &values).await?;
    let rows: Vec<Vec<Value<'_>>> = limits
        .iter()
        .map(|limit| vec![(*limit).into(), lease.id.into(), slots.into()])
        .collect();
    tx.bulk(&INSERT_SLOTS, &rows).await?;
    Ok(())
}

/// How long the lease is: what it has again when servers come back that it could not reach.
fn duration(expires: Option<Timestamp>, now: Timestamp) -> f64 {
    expires.map_or(0.0, |expires| expires.seconds_since(now).max(0.0))
}

/// Moves the end of a lease; false where there is none.
pub(crate) async fn renew(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    lease: LeaseId,
    expires: Option<Timestamp>,
) -> Result<bool, DbError> {
    let values = params![workspace, lease, expires, duration(expires, tx.now)];
    Ok(tx.execute(&RENEW, &values).await? > 0)
}

/// When a lease ends; none where there is no such lease.
pub(crate) async fn end_of(
    conn: &Conn,
    workspace: WorkspaceId,
    lease: LeaseId,
) -> Result<Option<Option<Timestamp>>, DbError> {
    conn.query_one(&EXISTS, &params![workspace, lease], |row| row.take())
        .await
}

/// What leases hold.
pub(crate) async fn slots(
    conn: &Conn,
    workspace: WorkspaceId,
    leases: Vec<Uuid>,
) -> Result<Vec<Held>, DbError> {
    let read = |row: &mut Row<'_>| {
        Ok(Held {
            lease: row.take()?,
            since: row.take()?,
            limit: row.take()?,
            slots: row.take()?,
        })
    };
    conn.query(&SLOTS, &params![workspace, leases], read).await
}

/// The leases of runs; only those on tags where `tags` says so.
pub(crate) async fn of_holders(
    conn: &Conn,
    workspace: WorkspaceId,
    holders: Vec<Uuid>,
    tags: bool,
) -> Result<Vec<Uuid>, DbError> {
    let statement = if tags {
        &ON_TAGS_OF_HOLDERS
    } else {
        &OF_HOLDERS
    };
    conn.query(statement, &params![workspace, holders], |row| row.take())
        .await
}

/// The leases of a flow run's task runs.
pub(crate) async fn of_task_runs(
    conn: &Conn,
    workspace: WorkspaceId,
    flow_run: FlowRunId,
) -> Result<Vec<Uuid>, DbError> {
    conn.query(&OF_TASK_RUNS_OF, &params![workspace, flow_run], |row| {
        row.take()
    })
    .await
}

/// Renews every lease of a flow run whose process was heard of, each for as long as it was made.
pub(crate) async fn keep(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    flow_run: FlowRunId,
) -> Result<(), DbError> {
    tx.execute(&KEEP, &params![workspace, flow_run, tx.now])
        .await?;
    Ok(())
}

/// The task runs that hold slots of limits.
pub(crate) async fn task_runs(
    conn: &Conn,
    limits: Vec<Uuid>,
    now: Timestamp,
) -> Result<Vec<(ConcurrencyLimitId, TaskRunId)>, DbError> {
    if limits.is_empty() {
        return Ok(Vec::new());
    }
    let read = |row: &mut Row<'_>| Ok((row.take()?, row.take()?));
    conn.query(&TASK_RUNS_OF_LIMITS, &params![limits, now], read)
        .await
}

/// Whose slots of a limit are taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    /// Those that nobody holds by a lease.
    Nobody,
    /// Anybody's.
    Anybody,
}

/// Takes slots of a limit from those that hold them, oldest first; gives how many there were not.
pub(crate) async fn take_away(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    limit: ConcurrencyLimitId,
    of: Of,
    mut slots: i64,
) -> Result<i64, DbError> {
    let statement = match of {
        Of::Nobody => &LOOSE,
        Of::Anybody => &OLDEST,
    };
    let read = |row: &mut Row<'_>| Ok((row.take::<LeaseId>()?, row.take::<i64>()?));
    let mut emptied = Vec::new();
    // Each row holds one slot at least.
    for (lease, held) in tx.query(statement, &params![limit, slots], read).await? {
        if held > slots {
            tx.execute(&SHRINK, &params![limit, lease, slots]).await?;
            slots = 0;
        } else if slots > 0 {
            tx.execute(&DELETE_SLOT, &params![limit, lease]).await?;
            slots -= held;
            emptied.push(lease.0);
        }
    }
    prune(tx, workspace, emptied).await?;
    Ok(slots)
}

/// Takes every slot of a limit from those that hold them.
pub(crate) async fn clear(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    limit: ConcurrencyLimitId,
) -> Result<(), DbError> {
    let leases = tx
        .query(&LEASES_OF_LIMIT, &params![limit], |row| row.take())
        .await?;
    tx.execute(&DELETE_SLOTS_OF_LIMIT, &params![limit]).await?;
    prune(tx, workspace, leases).await
}

/// Deletes those of the leases that hold nothing and would never end by themselves. Others stay until they do:
/// a client that renews one whose limit is gone goes on undisturbed.
async fn prune(tx: &Tx<'_>, workspace: WorkspaceId, leases: Vec<Uuid>) -> Result<(), DbError> {
    if !leases.is_empty() {
        let renewable = tx.now.plus_seconds(LONGEST_SECONDS);
        tx.execute(&PRUNE, &params![workspace, leases, renewable])
            .await?;
    }
    Ok(())
}

/// Deletes leases with their slots.
pub(crate) async fn delete(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    leases: Vec<Uuid>,
) -> Result<(), DbError> {
    tx.execute(&DELETE_SLOTS, &params![leases.clone()]).await?;
    tx.execute(&DELETE, &params![workspace, leases]).await?;
    Ok(())
}

/// A lease whose time is over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExpiredLease {
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// Its id.
    pub id: LeaseId,
    /// When it ended.
    pub expires: Timestamp,
    /// How long it was, in seconds.
    pub duration: f64,
}

/// Leases that ended before `now`, oldest first.
pub(crate) async fn expired(
    conn: &Conn,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<ExpiredLease>, DbError> {
    let read = |row: &mut Row<'_>| {
        Ok(ExpiredLease {
            workspace: row.take()?,
            id: row.take()?,
            expires: row.take()?,
            duration: row.take()?,
        })
    };
    conn.query(&EXPIRED, &params![now, limit], read).await
}

/// Whether a lease is still over: it may have been renewed or given back meanwhile.
pub(crate) async fn is_over(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    lease: LeaseId,
) -> Result<bool, DbError> {
    let found: Option<LeaseId> = tx
        .query_one(&STILL_EXPIRED, &params![workspace, lease, tx.now], |row| {
            row.take()
        })
        .await?;
    Ok(found.is_some())
}
