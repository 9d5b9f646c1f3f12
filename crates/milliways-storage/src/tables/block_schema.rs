//! Block schemas, and which of them hold which.

use milliways_model::{BlockSchemaId, BlockTypeId, JsonObject, Timestamp, WorkspaceId};

use super::text_of;
use crate::db::{Conn, DbError, Row, Tx, params, statements};
use crate::filter::{BlockFilters, Page, Query};

const COLUMNS: &str =
    "z.id, z.created, z.updated, z.checksum, z.fields, z.block_type_id, z.capabilities, z.version";

/// A schema as it is stored: without what is nested in it.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) id: BlockSchemaId,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) checksum: String,
    pub(crate) fields: JsonObject,
    pub(crate) block_type_id: BlockTypeId,
    pub(crate) capabilities: Vec<String>,
    pub(crate) version: String,
}

statements! {
    INSERT = "INSERT INTO block_schema (id, workspace_id, created, updated, checksum, fields, block_type_id, capabilities,
        version) VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (workspace_id, checksum, version) DO NOTHING";
    BY_IDS = "SELECT z.id, z.created, z.updated, z.checksum, z.fields, z.block_type_id, z.capabilities, z.version
        FROM block_schema z WHERE z.id = ANY(?2) AND (z.workspace_id = ?1) IS TRUE";
    BY_CHECKSUM = "SELECT z.id, z.created, z.updated, z.checksum, z.fields, z.block_type_id, z.capabilities, z.version
        FROM block_schema z WHERE z.workspace_id = ?1 AND z.checksum = ?2 ORDER BY z.created DESC, z.id DESC LIMIT 1";
    BY_CHECKSUM_AND_VERSION = "SELECT z.id, z.created, z.updated, z.checksum, z.fields, z.block_type_id, z.capabilities,
        z.version FROM block_schema z WHERE z.workspace_id = ?1 AND z.checksum = ?2 AND z.version = ?3";
    CAPABILITIES = "SELECT DISTINCT capabilities FROM block_schema WHERE workspace_id = ?1 LIMIT 10000";
    DELETE = "DELETE FROM block_schema WHERE workspace_id = ?1 AND id = ?2";
    REFER = "INSERT INTO block_schema_reference (parent_id, name, reference_id) VALUES (?1, ?2, ?3)
        ON CONFLICT (parent_id, name, reference_id) DO NOTHING";
    REFERENCES = "SELECT parent_id, name, reference_id FROM block_schema_reference
        WHERE parent_id = ANY(?1) ORDER BY parent_id, name, reference_id";
}

fn read(row: &mut Row<'_>) -> Result<Stored, DbError> {
    Ok(Stored {
        id: row.take()?,
        created: row.take()?,
        updated: row.take()?,
        checksum: row.take()?,
        fields: row.take()?,
        block_type_id: row.take()?,
        capabilities: row.parse()?,
        version: row.take()?,
    })
}

/// False where there is one of that checksum and version.
pub(crate) async fn insert(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    schema: &Stored,
) -> Result<bool, DbError> {
    let values = params![
        schema.id,
        workspace,
        tx.now,
        &schema.checksum,
        &schema.fields,
        schema.block_type_id,
        text_of(&schema.capabilities),
        &schema.version,
    ];
    Ok(tx.execute(&INSERT, &values).await? > 0)
}

pub(crate) async fn by_ids(
    conn: &Conn,
    workspace: WorkspaceId,
    ids: &[BlockSchemaId],
) -> Result<Vec<Stored>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    conn.query(&BY_IDS, &params![workspace, ids], read).await
}

/// The newest one of a checksum, or the one of that version.
pub(crate) async fn by_checksum(
    conn: &Conn,
    workspace: WorkspaceId,
    checksum: &str,
    version: Option<&str>,
) -> Result<Option<Stored>, DbError> {
    match version {
        Some(version) => {
            let values = params![workspace, checksum, version];
            conn.query_one(&BY_CHECKSUM_AND_VERSION, &values, read)
                .await
        }
        None => {
            conn.query_one(&BY_CHECKSUM, &params![workspace, checksum], read)
                .await
        }
    }
}

/// Newest first.
pub(crate) async fn list(
    conn: &Conn,
    workspace: WorkspaceId,
    filters: &BlockFilters,
    page: Page,
) -> Result<Vec<Stored>, DbError> {
    let mut query = Query::new(&format!("SELECT {COLUMNS} FROM block_schema z"));
    crate::filter::block_schemas(&mut query, workspace, filters);
    query.push(" ORDER BY z.created DESC, z.id DESC").page(page);
    conn.query(&query.text, &query.params, read).await
}

/// Every combination of capabilities that occurs.
pub(crate) async fn capabilities(
    conn: &Conn,
    workspace: WorkspaceId,
) -> Result<Vec<Vec<String>>, DbError> {
    conn.query(&CAPABILITIES, &params![workspace], |row| row.parse())
        .await
}

pub(crate) async fn delete(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: BlockSchemaId,
) -> Result<(), DbError> {
    tx.execute(&DELETE, &params![workspace, id]).await?;
    Ok(())
}

/// Notes that a field of one schema holds another.
pub(crate) async fn refer(
    tx: &Tx<'_>,
    parent: BlockSchemaId,
    field: &str,
    reference: BlockSchemaId,
) -> Result<(), DbError> {
    tx.execute(&REFER, &params![parent, field, reference])
        .await?;
    Ok(())
}

/// What these schemas hold: parent, field, child.
pub(crate) async fn references(
    conn: &Conn,
    parents: &[BlockSchemaId],
) -> Result<Vec<(BlockSchemaId, String, BlockSchemaId)>, DbError> {
    if parents.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = parents.iter().map(|id| id.0).collect();
    conn.query(&REFERENCES, &params![ids], |row| {
        Ok((row.take()?, row.take()?, row.take()?))
    })
    .await
}
