//! Block types.

use milliways_model::{BlockType, BlockTypeId, WorkspaceId};

use crate::db::{Conn, DbError, Row, Tx, params, statements};
use crate::filter::{BlockFilters, Page, Query};

/// The columns of a block type `y`.
const COLUMNS: &str = "y.id, y.created, y.updated, y.name, y.slug, y.logo_url, y.documentation_url, y.description, \
     y.code_example, y.is_protected";

statements! {
    INSERT = "INSERT INTO block_type (id, workspace_id, created, updated, name, slug, logo_url, documentation_url,
        description, code_example, is_protected) VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
        ON CONFLICT (workspace_id, slug) DO NOTHING";
    BY_IDS = "SELECT y.id, y.created, y.updated, y.name, y.slug, y.logo_url, y.documentation_url, y.description,
        y.code_example, y.is_protected FROM block_type y WHERE y.id = ANY(?2) AND (y.workspace_id = ?1) IS TRUE";
    BY_SLUG = "SELECT y.id, y.created, y.updated, y.name, y.slug, y.logo_url, y.documentation_url, y.description,
        y.code_example, y.is_protected FROM block_type y WHERE y.workspace_id = ?1 AND y.slug = ?2";
    UPDATE = "UPDATE block_type SET name = ?3, logo_url = ?4, documentation_url = ?5, description = ?6,
        code_example = ?7, is_protected = ?8, updated = ?9 WHERE workspace_id = ?1 AND id = ?2";
    DELETE = "DELETE FROM block_type WHERE workspace_id = ?1 AND id = ?2";
}

fn read(row: &mut Row<'_>) -> Result<BlockType, DbError> {
    Ok(BlockType {
        id: row.take()?,
        created: row.take()?,
        updated: row.take()?,
        name: row.take()?,
        slug: row.take()?,
        logo_url: row.take()?,
        documentation_url: row.take()?,
        description: row.take()?,
        code_example: row.take()?,
        is_protected: row.take()?,
    })
}

/// False where there is one of that slug.
pub(crate) async fn insert(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    block_type: &BlockType,
) -> Result<bool, DbError> {
    let values = params![
        block_type.id,
        workspace,
        tx.now,
        &block_type.name,
        &block_type.slug,
        block_type.logo_url.as_ref(),
        block_type.documentation_url.as_ref(),
        block_type.description.as_ref(),
        block_type.code_example.as_ref(),
        block_type.is_protected,
    ];
    Ok(tx.execute(&INSERT, &values).await? > 0)
}

pub(crate) async fn by_ids(
    conn: &Conn,
    workspace: WorkspaceId,
    ids: &[BlockTypeId],
) -> Result<Vec<BlockType>, DbError> {
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    conn.query(&BY_IDS, &params![workspace, ids], read).await
}

pub(crate) async fn by_id(
    conn: &Conn,
    workspace: WorkspaceId,
    id: BlockTypeId,
) -> Result<Option<BlockType>, DbError> {
    Ok(by_ids(conn, workspace, &[id]).await?.pop())
}

pub(crate) async fn by_slug(
    conn: &Conn,
    workspace: WorkspaceId,
    slug: &str,
) -> Result<Option<BlockType>, DbError> {
    conn.query_one(&BY_SLUG, &params![workspace, slug], read)
        .await
}

pub(crate) async fn list(
    conn: &Conn,
    workspace: WorkspaceId,
    filters: &BlockFilters,
    page: Page,
) -> Result<Vec<BlockType>, DbError> {
    let mut query = Query::new(&format!("SELECT {COLUMNS} FROM block_type y"));
    crate::filter::block_types(&mut query, workspace, filters);
    query.push(" ORDER BY y.name, y.id").page(page);
    conn.query(&query.text, &query.params, read).await
}

/// Writes all of it back.
pub(crate) async fn update(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    block_type: &BlockType,
) -> Result<(), DbError> {
    let values = params![
        workspace,
        block_type.id,
        &block_type.name,
        block_type.logo_url.as_ref(),
        block_type.documentation_url.as_ref(),
        block_type.description.as_ref(),
        block_type.code_example.as_ref(),
        block_type.is_protected,
        tx.now,
    ];
    tx.execute(&UPDATE, &values).await?;
    Ok(())
}

/// Deletes it with its schemas and documents.
pub(crate) async fn delete(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: BlockTypeId,
) -> Result<(), DbError> {
    tx.execute(&DELETE, &params![workspace, id]).await?;
    Ok(())
}
