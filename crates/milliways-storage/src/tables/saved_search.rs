//! Saved searches.

use milliways_model::{SavedSearch, SavedSearchCreate, SavedSearchId, WorkspaceId};

use super::text_of;
use crate::db::{Conn, DbError, Row, Tx, params, statements};
use crate::filter::Page;

statements! {
    PUT = "INSERT INTO saved_search (id, workspace_id, created, updated, name, filters)
        VALUES (?1, ?2, ?3, ?3, ?4, ?5)
        ON CONFLICT (workspace_id, name) DO UPDATE SET filters = excluded.filters, updated = excluded.updated";
    BY_ID = "SELECT id, created, updated, name, filters FROM saved_search WHERE workspace_id = ?1 AND id = ?2";
    BY_NAME = "SELECT id, created, updated, name, filters FROM saved_search WHERE workspace_id = ?1 AND name = ?2";
    LIST = "SELECT id, created, updated, name, filters FROM saved_search WHERE workspace_id = ?1
        ORDER BY name LIMIT ?2 OFFSET ?3";
    DELETE = "DELETE FROM saved_search WHERE workspace_id = ?1 AND id = ?2";
}

fn read(row: &mut Row<'_>) -> Result<SavedSearch, DbError> {
    Ok(SavedSearch {
        id: row.take()?,
        created: row.take()?,
        updated: row.take()?,
        name: row.take()?,
        filters: row.parse()?,
    })
}

/// Makes it with `id`, or replaces the criteria of the one of that name.
pub(crate) async fn put(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: SavedSearchId,
    search: &SavedSearchCreate,
) -> Result<SavedSearch, DbError> {
    let filters = text_of(&search.filters);
    tx.execute(&PUT, &params![id, workspace, tx.now, &search.name, filters])
        .await?;
    tx.query_one(&BY_NAME, &params![workspace, &search.name], read)
        .await?
        .ok_or_else(|| DbError::corrupt("a saved search vanished while it was put".to_owned()))
}

pub(crate) async fn by_id(
    conn: &Conn,
    workspace: WorkspaceId,
    id: SavedSearchId,
) -> Result<Option<SavedSearch>, DbError> {
    conn.query_one(&BY_ID, &params![workspace, id], read).await
}

pub(crate) async fn list(
    conn: &Conn,
    workspace: WorkspaceId,
    page: Page,
) -> Result<Vec<SavedSearch>, DbError> {
    conn.query(&LIST, &params![workspace, page.limit, page.offset], read)
        .await
}

pub(crate) async fn delete(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: SavedSearchId,
) -> Result<bool, DbError> {
    Ok(tx.execute(&DELETE, &params![workspace, id]).await? > 0)
}
