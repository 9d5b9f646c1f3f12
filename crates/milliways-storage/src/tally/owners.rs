//! How many flow runs each flow, each deployment and each work queue has, by state: all of them, for a page of one of
//! them begins with that number and it may be any share of all runs; and those that were expected in each hour, for pages
//! and dashboards of one of them ask for a day or a week.

use std::collections::BTreeMap;

use milliways_model::{Timestamp, Uuid, WorkspaceId};

use super::fold::sum_up;
use super::{Counted, HOUR, NEVER, floor};
use crate::db::{Bulk, Conn, DbError, Kind, Row, Tx, Value, params, statements};

statements! {
    OF_OWNERS = "SELECT c.kind, c.name, CAST(SUM(c.count) AS BIGINT), CAST(SUM(c.lateness) AS BIGINT)
        FROM flow_run_count c WHERE c.workspace_id = ?1 AND c.owner_id = ANY(?2) AND c.start >= ?3 AND c.start < ?4
        GROUP BY 1, 2";
    TAKE = "DELETE FROM flow_run_count WHERE workspace_id = ?1 AND owner_id = ?2 AND start = ?3 AND kind = ?4
        AND name = ?5 RETURNING count, lateness";
}

static ADD: Bulk = Bulk::insert(
    "flow_run_count",
    &COLUMNS,
    "ON CONFLICT (workspace_id, owner_id, start, kind, name, shard) DO UPDATE \
     SET count = flow_run_count.count + excluded.count, lateness = flow_run_count.lateness + excluded.lateness",
);

const COLUMNS: [(&str, Kind); 8] = [
    ("workspace_id", Kind::Uuid),
    ("owner_id", Kind::Uuid),
    ("start", Kind::Int),
    ("kind", Kind::Text),
    ("name", Kind::Text),
    ("shard", Kind::Int),
    ("count", Kind::Int),
    ("lateness", Kind::Int),
];

/// Each flow run once for each time that it is counted: for its flow, its deployment and its queue, among all (`?1`,
/// which is [`NEVER`]) and in its hour. What has no owner or no hour is to be left out.
macro_rules! owned_runs {
    () => {
        concat!(
            "SELECT r.workspace_id, CASE o.owner WHEN 1 THEN r.flow_id WHEN 2 THEN r.deployment_id \
             ELSE r.work_queue_id END AS owner_id, CASE o.hourly WHEN 0 THEN CAST(?1 AS BIGINT) \
             ELSE r.expected_start_time - (((r.expected_start_time % 3600000000) + 3600000000) % 3600000000) END AS start, \
             COALESCE(r.state_type, '') AS kind, COALESCE(r.state_name, '') AS name, ",
            $crate::tally::lateness!("r"),
            " AS lateness FROM flow_run r CROSS JOIN (SELECT 1 AS owner, 0 AS hourly UNION ALL SELECT 1, 1 \
             UNION ALL SELECT 2, 0 UNION ALL SELECT 2, 1 UNION ALL SELECT 3, 0 UNION ALL SELECT 3, 1) o"
        )
    };
}
pub(crate) use owned_runs;

/// Whose runs, of which hour and in which state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    workspace: Uuid,
    /// The flow, the deployment or the queue.
    owner: Uuid,
    /// The beginning of the hour; [`NEVER`] for all of them.
    start: i64,
    kind: String,
    name: String,
}

impl Key {
    /// Before every row.
    pub(super) const FIRST: Self = Self {
        workspace: Uuid::nil(),
        owner: Uuid::nil(),
        start: NEVER,
        kind: String::new(),
        name: String::new(),
    };

    fn read(row: &mut Row<'_>) -> Result<Self, DbError> {
        Ok(Self {
            workspace: row.take()?,
            owner: row.take()?,
            start: row.take()?,
            kind: row.take()?,
            name: row.take()?,
        })
    }

    fn values(&self) -> [Value<'_>; 5] {
        params![
            self.workspace,
            self.owner,
            self.start,
            &self.kind,
            &self.name
        ]
    }

    fn row(&self, shard: i64, runs: Runs) -> Vec<Value<'_>> {
        let mut row = Vec::from(self.values());
        row.extend(params![shard, runs.count, runs.lateness]);
        row
    }
}

/// What is added up over runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Runs {
    pub(super) count: i64,
    /// Microseconds by which they started late.
    pub(super) lateness: i64,
}

impl Runs {
    fn add(&mut self, other: Self) {
        self.count += other.count;
        self.lateness += other.lateness;
    }

    fn read(row: &mut Row<'_>) -> Result<Self, DbError> {
        Ok(Self {
            count: row.take()?,
            lateness: row.take()?,
        })
    }
}

/// What an open transaction adds and takes.
#[derive(Default)]
pub(super) struct Changes(BTreeMap<Key, Runs>);

impl Changes {
    /// Adds runs of an owner, expected then, in that state.
    pub(super) fn add(
        &mut self,
        workspace: WorkspaceId,
        owner: Uuid,
        expected: Option<Timestamp>,
        (kind, name): (&str, &str),
        runs: Runs,
    ) {
        let hour = expected.map(|expected| floor(expected.as_micros(), HOUR));
        for start in [Some(NEVER), hour].into_iter().flatten() {
            let key = Key {
                workspace: workspace.0,
                owner,
                start,
                kind: kind.to_owned(),
                name: name.to_owned(),
            };
            self.0.entry(key).or_default().add(runs);
        }
    }

    /// Writes them, in key order.
    pub(super) fn flush(mut self, conn: &Conn) -> Result<(), DbError> {
        self.0.retain(|_, runs| *runs != Runs::default());
        let shard = conn.shard();
        let rows = self.0.iter().map(|(key, runs)| key.row(shard, *runs));
        conn.bulk_later(&ADD, rows.collect())
    }
}

/// How many runs these have together, by state: flows, deployments or queues.
pub(crate) async fn count(
    conn: &Conn,
    workspace: WorkspaceId,
    owners: &[Uuid],
) -> Result<Vec<Counted>, DbError> {
    count_from(conn, workspace, owners, (NEVER, NEVER + 1)).await
}

/// The same of those that were expected in the hours that begin from a moment on, before another.
pub(crate) async fn count_hours(
    conn: &Conn,
    workspace: WorkspaceId,
    owners: &[Uuid],
    (from, until): (i64, i64),
) -> Result<Vec<Counted>, DbError> {
    count_from(conn, workspace, owners, (from.max(NEVER + 1), until)).await
}

async fn count_from(
    conn: &Conn,
    workspace: WorkspaceId,
    owners: &[Uuid],
    (from, until): (i64, i64),
) -> Result<Vec<Counted>, DbError> {
    let values = params![workspace, owners.to_vec(), from, until];
    conn.query(&OF_OWNERS, &values, |row| {
        Ok(Counted {
            kind: row.take()?,
            name: row.take()?,
            count: row.take()?,
            lateness: row.take()?,
        })
    })
    .await
}

/// Whose runs in which states there are none of, in the next `most` rows after a key; and from where on there is more
/// to look at. The number stands in the text: plans are kept, and have to be made for a few rows.
pub(super) async fn find_empty(
    conn: &Conn,
    after: &Key,
    most: i64,
) -> Result<(Vec<Key>, Option<Key>), DbError> {
    const KEY: &str = "c.workspace_id, c.owner_id, c.start, c.kind, c.name";
    let text = format!(
        "SELECT {KEY}, c.count, c.lateness FROM flow_run_count c WHERE ({KEY}) > (?1, ?2, ?3, ?4, ?5) \
         ORDER BY {KEY} LIMIT {most}"
    );
    let rows: Vec<(Key, Runs)> = conn
        .query(&text, &after.values(), |row| {
            Ok((Key::read(row)?, Runs::read(row)?))
        })
        .await?;
    let (sums, next) = sum_up(rows, most, Runs::add);
    let empty = sums
        .into_iter()
        .filter(|(_, runs, _)| *runs == Runs::default());
    Ok((empty.map(|(key, ..)| key).collect(), next))
}

/// Deletes those rows; what was counted since is kept. Gives how many.
pub(super) async fn delete_empty(tx: &Tx<'_>, empty: &[Key]) -> Result<u64, DbError> {
    let (mut rows, mut left) = (0, Changes::default());
    for key in empty {
        let taken: Vec<Runs> = tx.query(&TAKE, &key.values(), Runs::read).await?;
        rows += taken.len() as u64;
        let sum = left.0.entry(key.clone()).or_default();
        for runs in taken {
            sum.add(runs);
        }
    }
    left.flush(tx)?;
    Ok(rows)
}
