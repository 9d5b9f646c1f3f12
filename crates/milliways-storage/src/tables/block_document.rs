//! Block documents, sealed, and which of them stand for values of others.

use milliways_model::sort::BlockDocumentSort;
use milliways_model::{BlockDocumentId, BlockSchemaId, BlockTypeId, Timestamp, WorkspaceId};

use crate::db::{Conn, DbError, Row, Tx, params, statements};
use crate::filter::{BlockFilters, Page, Query};

const COLUMNS: &str = "b.id, b.created, b.updated, b.name, b.data, b.block_schema_id, b.block_type_id, b.is_anonymous";

/// A document as it is stored.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) id: BlockDocumentId,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) name: String,
    /// Sealed.
    pub(crate) data: String,
    pub(crate) block_schema_id: BlockSchemaId,
    pub(crate) block_type_id: BlockTypeId,
    pub(crate) is_anonymous: bool,
}

statements! {
    INSERT = "INSERT INTO block_document (id, workspace_id, created, updated, name, data, block_schema_id, block_type_id,
        is_anonymous) VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT (workspace_id, block_type_id, name) DO NOTHING";
    BY_IDS = "SELECT b.id, b.created, b.updated, b.name, b.data, b.block_schema_id, b.block_type_id, b.is_anonymous
        FROM block_document b WHERE b.id = ANY(?2) AND (b.workspace_id = ?1) IS TRUE";
    ANY = "SELECT data FROM block_document LIMIT 1";
    UPDATE = "UPDATE block_document SET data = ?3, block_schema_id = ?4, updated = ?5
        WHERE workspace_id = ?1 AND id = ?2";
    DELETE = "DELETE FROM block_document WHERE workspace_id = ?1 AND id = ?2";
    REFER = "INSERT INTO block_document_reference (parent_id, name, reference_id) VALUES (?1, ?2, ?3)";
    FORGET = "DELETE FROM block_document_reference WHERE parent_id = ?1";
    REFERENCES = "SELECT parent_id, name, reference_id FROM block_document_reference
        WHERE parent_id = ANY(?1) ORDER BY parent_id, name";
}

fn read(row: &mut Row<'_>) -> Result<Stored, DbError> {
    Ok(Stored {
        id: row.take()?,
        created: row.take()?,
        updated: row.take()?,
        name: row.take()?,
        data: row.take()?,
        block_schema_id: row.take()?,
        block_type_id: row.take()?,
        is_anonymous: row.take()?,
    })
}

/// False where there is one of that name and type.
pub(crate) async fn insert(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    document: &Stored,
) -> Result<bool, DbError> {
    let values = params![
        document.id,
        workspace,
        tx.now,
        &document.name,
        &document.data,
        document.block_schema_id,
        document.block_type_id,
        document.is_anonymous,
    ];
    Ok(tx.execute(&INSERT, &values).await? > 0)
}

/// The data of any document at all.
pub(crate) async fn any(conn: &Conn) -> Result<Option<String>, DbError> {
    conn.query_one(&ANY, &params![], |row| row.take()).await
}

pub(crate) async fn by_ids(
    conn: &Conn,
    workspace: WorkspaceId,
    ids: &[BlockDocumentId],
) -> Result<Vec<Stored>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    conn.query(&BY_IDS, &params![workspace, ids], read).await
}

pub(crate) async fn list(
    conn: &Conn,
    workspace: WorkspaceId,
    filters: &BlockFilters,
    sort: BlockDocumentSort,
    page: Page,
) -> Result<Vec<Stored>, DbError> {
    let mut query = Query::new(&format!("SELECT {COLUMNS} FROM block_document b"));
    if sort == BlockDocumentSort::BlockTypeAndNameAsc {
        query.push(" JOIN block_type n ON n.id = b.block_type_id");
    }
    crate::filter::block_documents(&mut query, workspace, filters);
    query
        .push(match sort {
            BlockDocumentSort::NameDesc => " ORDER BY b.name DESC, b.id DESC",
            BlockDocumentSort::NameAsc => " ORDER BY b.name, b.id",
            BlockDocumentSort::BlockTypeAndNameAsc => " ORDER BY n.name, b.name, b.id",
        })
        .page(page);
    conn.query(&query.text, &query.params, read).await
}

pub(crate) async fn count(
    conn: &Conn,
    workspace: WorkspaceId,
    filters: &BlockFilters,
) -> Result<i64, DbError> {
    let mut query = Query::new("SELECT COUNT(*) FROM block_document b");
    crate::filter::block_documents(&mut query, workspace, filters);
    query.number(conn).await
}

pub(crate) async fn update(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: BlockDocumentId,
    data: &str,
    schema: BlockSchemaId,
) -> Result<(), DbError> {
    tx.execute(&UPDATE, &params![workspace, id, data, schema, tx.now])
        .await?;
    Ok(())
}

pub(crate) async fn delete(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: BlockDocumentId,
) -> Result<(), DbError> {
    tx.execute(&DELETE, &params![workspace, id]).await?;
    Ok(())
}

/// Replaces what stands for values of a document.
pub(crate) async fn refer(
    tx: &Tx<'_>,
    parent: BlockDocumentId,
    references: &[(String, BlockDocumentId)],
) -> Result<(), DbError> {
    tx.execute(&FORGET, &params![parent]).await?;
    for (name, reference) in references {
        tx.execute(&REFER, &params![parent, name, *reference])
            .await?;
    }
    Ok(())
}

/// What stands for values of these documents: parent, field, document.
pub(crate) async fn references(
    conn: &Conn,
    parents: &[BlockDocumentId],
) -> Result<Vec<(BlockDocumentId, String, BlockDocumentId)>, DbError> {
    if parents.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = parents.iter().map(|id| id.0).collect();
    conn.query(&REFERENCES, &params![ids], |row| {
        Ok((row.take()?, row.take()?, row.take()?))
    })
    .await
}
