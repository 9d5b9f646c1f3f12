//! Concurrency limits: their rows, and how many of their slots are taken.
//!
//! Slots that are held are rows of `concurrency_slot`, counted whenever they are asked for. Only a limit whose
//! slots come back by themselves has a level instead, as a bucket that leaks: nobody holds what leaks out of it.

use std::time::Duration;

use milliways_model::concurrency_limit::{
    ConcurrencyLimitV2, GlobalConcurrencyLimitResponse, TAG_PREFIX, USUAL_OCCUPANCY_SECONDS,
};
use milliways_model::{ConcurrencyLimitId, Timestamp, Uuid, WorkspaceId};
use milliways_orchestration::{Crowd, Waits};

use crate::db::{Conn, DbError, Row, Tx, params, statements};
use crate::filter::Page;

statements! {
    INSERT = "INSERT INTO concurrency_limit (id, workspace_id, created, updated, name, active, slots, level,
        denied_slots, slot_decay_per_second, avg_slot_occupancy_seconds)
        VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (workspace_id, name) DO NOTHING";
    BY_ID = "SELECT c.id, c.created, c.updated, c.name, c.active, c.slots, c.level, c.denied_slots,
        c.slot_decay_per_second, c.avg_slot_occupancy_seconds,
        (SELECT CAST(COALESCE(SUM(s.slots), 0) AS BIGINT) FROM concurrency_slot s WHERE s.limit_id = c.id)
        FROM concurrency_limit c WHERE c.workspace_id = ?1 AND c.id = ?2";
    BY_NAME = "SELECT c.id, c.created, c.updated, c.name, c.active, c.slots, c.level, c.denied_slots,
        c.slot_decay_per_second, c.avg_slot_occupancy_seconds,
        (SELECT CAST(COALESCE(SUM(s.slots), 0) AS BIGINT) FROM concurrency_slot s WHERE s.limit_id = c.id)
        FROM concurrency_limit c WHERE c.workspace_id = ?1 AND c.name = ?2";
    BY_IDS = "SELECT c.id, c.created, c.updated, c.name, c.active, c.slots, c.level, c.denied_slots,
        c.slot_decay_per_second, c.avg_slot_occupancy_seconds,
        (SELECT CAST(COALESCE(SUM(s.slots), 0) AS BIGINT) FROM concurrency_slot s WHERE s.limit_id = c.id)
        FROM concurrency_limit c WHERE (c.workspace_id = ?1) IS TRUE AND c.id = ANY(?2) ORDER BY c.name, c.id";
    PAGE = "SELECT c.id, c.created, c.updated, c.name, c.active, c.slots, c.level, c.denied_slots,
        c.slot_decay_per_second, c.avg_slot_occupancy_seconds,
        (SELECT CAST(COALESCE(SUM(s.slots), 0) AS BIGINT) FROM concurrency_slot s WHERE s.limit_id = c.id)
        FROM concurrency_limit c WHERE c.workspace_id = ?1 ORDER BY c.name LIMIT ?2 OFFSET ?3";
    PAGE_OF_TAGS = "SELECT c.id, c.created, c.updated, c.name, c.active, c.slots, c.level, c.denied_slots,
        c.slot_decay_per_second, c.avg_slot_occupancy_seconds,
        (SELECT CAST(COALESCE(SUM(s.slots), 0) AS BIGINT) FROM concurrency_slot s WHERE s.limit_id = c.id)
        FROM concurrency_limit c WHERE c.workspace_id = ?1 AND SUBSTR(c.name, 1, 4) = 'tag:'
        ORDER BY c.name LIMIT ?2 OFFSET ?3";
    LOCK_IDS = "SELECT c.id FROM concurrency_limit c WHERE (c.workspace_id = ?1) IS TRUE AND c.id = ANY(?2)
        ORDER BY c.id FOR UPDATE OF c";
    LOCK_NAMES = "SELECT c.id FROM concurrency_limit c WHERE c.workspace_id = ?1 AND c.name = ANY(?2)
        ORDER BY c.id FOR UPDATE OF c";
    UPDATE = "UPDATE concurrency_limit SET updated = ?2, name = ?3, active = ?4, slots = ?5, level = ?6, denied_slots = ?7,
        slot_decay_per_second = ?8, avg_slot_occupancy_seconds = ?9 WHERE id = ?1";
    DELETE = "DELETE FROM concurrency_limit WHERE workspace_id = ?1 AND id = ?2";
}

/// The shortest time that a slot is taken to be held.
const SHORTEST_OCCUPANCY_SECONDS: f64 = 0.1;
/// Over how many times its slots the mean of occupancy is taken.
const OCCUPANCY_SAMPLES: f64 = 2.0;

/// A limit, with what is taken of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Limit {
    pub(crate) id: ConcurrencyLimitId,
    created: Timestamp,
    /// When `level` and `denied` were what they are here.
    updated: Timestamp,
    pub(crate) name: String,
    pub(crate) active: bool,
    pub(crate) slots: i64,
    /// What is in the bucket, where slots come back by themselves.
    level: f64,
    denied: f64,
    pub(crate) decay: f64,
    occupancy: f64,
    /// The sum of the slots that rows hold.
    pub(crate) held: i64,
}

impl Limit {
    /// A limit that nobody has asked yet.
    pub(crate) fn new(id: ConcurrencyLimitId, name: String, slots: i64, now: Timestamp) -> Self {
        Self {
            id,
            created: now,
            updated: now,
            name,
            active: true,
            slots,
            level: 0.0,
            denied: 0.0,
            decay: 0.0,
            occupancy: USUAL_OCCUPANCY_SECONDS,
            held: 0,
        }
    }

    /// Whether its slots come back by themselves.
    pub(crate) fn decays(&self) -> bool {
        self.decay > 0.0
    }

    /// How many slots are taken.
    pub(crate) fn taken(&self, now: Timestamp) -> i64 {
        if self.decays() {
            whole(self.level_at(now))
        } else {
            self.held
        }
    }

    /// Whether so many slots can be taken.
    pub(crate) fn has_room(&self, slots: i64, now: Timestamp) -> bool {
        self.taken(now).saturating_add(slots) <= self.slots
    }

    fn level_at(&self, now: Timestamp) -> f64 {
        (self.level - self.decay * now.seconds_since(self.updated).max(0.0)).max(0.0)
    }

    /// How many slots were asked for in vain lately. They are forgotten as fast as slots come free.
    fn denied_at(&self, now: Timestamp, waits: &Waits) -> f64 {
        let rate = if self.decays() {
            self.decay
        } else {
            let longest = self.longest(waits).as_secs_f64();
            1.0 / self.occupancy.min(longest).max(SHORTEST_OCCUPANCY_SECONDS)
        };
        (self.denied - rate * now.seconds_since(self.updated).max(0.0)).max(0.0)
    }

    /// Brings what runs with time to this moment, before anything is changed.
    pub(crate) fn settle(&mut self, now: Timestamp, waits: &Waits) {
        self.denied = self.denied_at(now, waits);
        self.level = self.level_at(now);
        self.updated = now;
    }

    /// Fills the bucket, or empties it where `slots` is negative. A settled limit only.
    pub(crate) fn pour(&mut self, slots: i64) {
        self.level = (self.level + measure(slots)).max(0.0);
    }

    /// Sets how much is in the bucket.
    pub(crate) fn fill(&mut self, slots: i64) {
        self.level = measure(slots);
    }

    /// Counts slots that were asked for in vain. A settled limit only.
    pub(crate) fn deny(&mut self, slots: i64) {
        self.denied += measure(slots);
    }

    /// Sets how many slots were asked for in vain.
    pub(crate) fn set_denied(&mut self, slots: i64) {
        self.denied = measure(slots);
    }

    /// Takes note of how long slots were held: the mean follows the last few.
    pub(crate) fn observe(&mut self, seconds: f64, slots: i64) {
        let each = (seconds / measure(slots.max(1))).max(SHORTEST_OCCUPANCY_SECONDS);
        let samples = measure(self.slots.max(1)) * OCCUPANCY_SAMPLES;
        self.occupancy += (each - self.occupancy) / samples;
    }

    /// For how long its slots are held, on average.
    pub(crate) fn occupancy(&self) -> f64 {
        self.occupancy
    }

    /// How many wait for it.
    pub(crate) fn crowd(&self, now: Timestamp, waits: &Waits) -> Crowd {
        Crowd {
            limit: self.slots,
            denied: self.denied_at(now, waits),
            decay_per_second: self.decay,
            occupancy_seconds: self.occupancy,
            longest: self.longest(waits),
        }
    }

    fn longest(&self, waits: &Waits) -> Duration {
        if self.name.starts_with(TAG_PREFIX) {
            waits.tag_slot
        } else {
            waits.slot
        }
    }

    /// When it was created and when it last changed.
    pub(crate) fn times(&self) -> (Timestamp, Timestamp) {
        (self.created, self.updated)
    }

    /// As it stands on the wire, without statistics.
    pub(crate) fn global(&self, now: Timestamp) -> GlobalConcurrencyLimitResponse {
        GlobalConcurrencyLimitResponse {
            id: self.id,
            created: Some(self.created),
            updated: Some(self.updated),
            active: self.active,
            name: self.name.clone(),
            limit: self.slots,
            active_slots: self.taken(now),
            slot_decay_per_second: self.decay,
        }
    }

    /// As it stands on the wire.
    pub(crate) fn shown(&self, now: Timestamp, waits: &Waits) -> ConcurrencyLimitV2 {
        ConcurrencyLimitV2 {
            id: self.id,
            created: Some(self.created),
            updated: Some(self.updated),
            active: self.active,
            name: self.name.clone(),
            limit: self.slots,
            active_slots: self.taken(now),
            denied_slots: whole(self.denied_at(now, waits)),
            slot_decay_per_second: self.decay,
            avg_slot_occupancy_seconds: self.occupancy,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a count used as a measure")]
fn measure(count: i64) -> f64 {
    count as f64
}

/// A part of a slot counts as one; what is left by rounding does not.
#[expect(
    clippy::cast_possible_truncation,
    reason = "float to int casts saturate"
)]
fn whole(measure: f64) -> i64 {
    (measure - 1e-9).ceil() as i64
}

fn read(row: &mut Row<'_>) -> Result<Limit, DbError> {
    Ok(Limit {
        id: row.take()?,
        created: row.take()?,
        updated: row.take()?,
        name: row.take()?,
        active: row.take()?,
        slots: row.take()?,
        level: row.take()?,
        denied: row.take()?,
        decay: row.take()?,
        occupancy: row.take()?,
        held: row.take()?,
    })
}

/// False where there is one of that name.
pub(crate) async fn insert(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    limit: &Limit,
) -> Result<bool, DbError> {
    let values = params![
        limit.id,
        workspace,
        limit.created,
        &limit.name,
        limit.active,
        limit.slots,
        limit.level,
        limit.denied,
        limit.decay,
        limit.occupancy,
    ];
    Ok(tx.execute(&INSERT, &values).await? > 0)
}

pub(crate) async fn by_id(
    conn: &Conn,
    workspace: WorkspaceId,
    id: ConcurrencyLimitId,
) -> Result<Option<Limit>, DbError> {
    conn.query_one(&BY_ID, &params![workspace, id], read).await
}

pub(crate) async fn by_name(
    conn: &Conn,
    workspace: WorkspaceId,
    name: &str,
) -> Result<Option<Limit>, DbError> {
    conn.query_one(&BY_NAME, &params![workspace, name], read)
        .await
}

pub(crate) async fn by_ids(
    conn: &Conn,
    workspace: WorkspaceId,
    ids: Vec<Uuid>,
) -> Result<Vec<Limit>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    conn.query(&BY_IDS, &params![workspace, ids], read).await
}

/// A part of all limits, by name; only those on tags where `tags` says so.
pub(crate) async fn page(
    conn: &Conn,
    workspace: WorkspaceId,
    tags: bool,
    page: Page,
) -> Result<Vec<Limit>, DbError> {
    let statement = if tags { &PAGE_OF_TAGS } else { &PAGE };
    let values = params![workspace, page.limit, page.offset];
    conn.query(statement, &values, read).await
}

/// The limits of these ids, locked in key order. What is taken is read after that: whoever took the last slot
/// before has committed.
pub(crate) async fn lock(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    ids: Vec<Uuid>,
) -> Result<Vec<Limit>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let values = params![workspace, ids];
    let ids = tx
        .query_about(&[], &LOCK_IDS, &values, |row| row.take())
        .await?;
    by_ids(tx, workspace, ids).await
}

/// The limits of these names, locked in key order; names without one are left out.
pub(crate) async fn lock_named(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    names: Vec<String>,
) -> Result<Vec<Limit>, DbError> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let values = params![workspace, names];
    let ids = tx
        .query_about(&[], &LOCK_NAMES, &values, |row| row.take())
        .await?;
    by_ids(tx, workspace, ids).await
}

/// Writes a limit that was locked.
pub(crate) async fn update(tx: &Tx<'_>, limit: &Limit) -> Result<(), DbError> {
    let values = params![
        limit.id,
        limit.updated,
        &limit.name,
        limit.active,
        limit.slots,
        limit.level,
        limit.denied,
        limit.decay,
        limit.occupancy,
    ];
    tx.execute(&UPDATE, &values).await?;
    Ok(())
}

/// Deletes the row alone; false where there is none.
pub(crate) async fn delete(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: ConcurrencyLimitId,
) -> Result<bool, DbError> {
    Ok(tx.execute(&DELETE, &params![workspace, id]).await? > 0)
}
