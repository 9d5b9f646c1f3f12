//! What events are about: the ids of their resources, so that a filter by one finds its events at once.
//!
//! States of runs have no rows here unless a client told of them by an event: what a state is about is told by
//! the columns of its run.

use milliways_model::event::Resource;
use milliways_model::{Timestamp, WorkspaceId};

use crate::db::{Bulk, DbError, Kind, Tx, Value};

const COLUMNS: &[(&str, Kind)] = &[
    ("workspace_id", Kind::Uuid),
    ("resource_id", Kind::Text),
    ("occurred", Kind::Int),
    ("seq", Kind::Int),
    ("role", Kind::Text),
];

static INSERT: Bulk = Bulk::insert("subject", COLUMNS, "ON CONFLICT DO NOTHING");
static DELETE: Bulk = Bulk::delete("subject", COLUMNS);

/// The role of the resource that an event happened to.
pub(crate) const PRIMARY: &str = "";

/// The rows of an event: one for what it happened to, one for each related resource.
pub(crate) fn rows<'a>(
    workspace: WorkspaceId,
    occurred: Timestamp,
    seq: i64,
    resource: &'a Resource,
    related: &'a [Resource],
) -> impl Iterator<Item = Vec<Value<'a>>> {
    let primary = std::iter::once((resource.id(), PRIMARY));
    let others = related.iter().map(|one| (one.id(), one.role()));
    primary.chain(others).map(move |(id, role)| {
        vec![
            workspace.into(),
            id.into(),
            occurred.into(),
            seq.into(),
            role.into(),
        ]
    })
}

pub(crate) async fn insert(tx: &Tx<'_>, rows: &[Vec<Value<'_>>]) -> Result<(), DbError> {
    tx.bulk(&INSERT, rows).await?;
    Ok(())
}

pub(crate) async fn delete(tx: &Tx<'_>, rows: &[Vec<Value<'_>>]) -> Result<(), DbError> {
    tx.bulk(&DELETE, rows).await?;
    Ok(())
}
