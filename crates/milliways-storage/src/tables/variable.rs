//! Variables.

use milliways_model::filter::VariableFilter;
use milliways_model::sort::VariableSort;
use milliways_model::{Json, Variable, VariableId, WorkspaceId};

use super::text_of;
use crate::db::{Conn, DbError, Row, Tx, params, statements};
use crate::filter::{Page, Query};

const COLUMNS: &str = "v.id, v.created, v.updated, v.name, v.value, v.tags";

statements! {
    INSERT = "INSERT INTO variable (id, workspace_id, created, updated, name, value, tags)
        VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6) ON CONFLICT (workspace_id, name) DO NOTHING";
    BY_ID = "SELECT v.id, v.created, v.updated, v.name, v.value, v.tags FROM variable v
        WHERE v.workspace_id = ?1 AND v.id = ?2";
    BY_NAME = "SELECT v.id, v.created, v.updated, v.name, v.value, v.tags FROM variable v
        WHERE v.workspace_id = ?1 AND v.name = ?2";
    VALUES = "SELECT name, value FROM variable WHERE workspace_id = ?1 ORDER BY name LIMIT ?2";
    UPDATE = "UPDATE variable SET name = ?3, value = ?4, tags = ?5, updated = ?6
        WHERE workspace_id = ?1 AND id = ?2";
    DELETE = "DELETE FROM variable WHERE workspace_id = ?1 AND id = ?2";
}

fn read(row: &mut Row<'_>) -> Result<Variable, DbError> {
    Ok(Variable {
        id: row.take()?,
        created: row.take()?,
        updated: row.take()?,
        name: row.take()?,
        value: row.take::<Json>()?,
        tags: row.parse()?,
    })
}

/// False where there is one of that name.
pub(crate) async fn insert(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    variable: &Variable,
) -> Result<bool, DbError> {
    let values = params![
        variable.id,
        workspace,
        tx.now,
        &variable.name,
        &variable.value,
        text_of(&variable.tags),
    ];
    Ok(tx.execute(&INSERT, &values).await? > 0)
}

pub(crate) async fn by_id(
    conn: &Conn,
    workspace: WorkspaceId,
    id: VariableId,
) -> Result<Option<Variable>, DbError> {
    conn.query_one(&BY_ID, &params![workspace, id], read).await
}

pub(crate) async fn by_name(
    conn: &Conn,
    workspace: WorkspaceId,
    name: &str,
) -> Result<Option<Variable>, DbError> {
    conn.query_one(&BY_NAME, &params![workspace, name], read)
        .await
}

/// Names and values, by name.
pub(crate) async fn values(
    conn: &Conn,
    workspace: WorkspaceId,
    most: i64,
) -> Result<Vec<(String, Json)>, DbError> {
    conn.query(&VALUES, &params![workspace, most], |row| {
        Ok((row.take()?, row.take()?))
    })
    .await
}

pub(crate) async fn list(
    conn: &Conn,
    workspace: WorkspaceId,
    filter: Option<&VariableFilter>,
    sort: VariableSort,
    page: Page,
) -> Result<Vec<Variable>, DbError> {
    let mut query = Query::new(&format!("SELECT {COLUMNS} FROM variable v"));
    crate::filter::variables(&mut query, workspace, filter);
    query
        .push(match sort {
            VariableSort::CreatedDesc => " ORDER BY v.created DESC, v.id DESC",
            VariableSort::UpdatedDesc => " ORDER BY v.updated DESC, v.id DESC",
            VariableSort::NameDesc => " ORDER BY v.name DESC",
            VariableSort::NameAsc => " ORDER BY v.name",
        })
        .page(page);
    conn.query(&query.text, &query.params, read).await
}

pub(crate) async fn count(
    conn: &Conn,
    workspace: WorkspaceId,
    filter: Option<&VariableFilter>,
) -> Result<i64, DbError> {
    let mut query = Query::new("SELECT COUNT(*) FROM variable v");
    crate::filter::variables(&mut query, workspace, filter);
    query.number(conn).await
}

/// Writes all of it back.
pub(crate) async fn update(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    variable: &Variable,
) -> Result<(), DbError> {
    let values = params![
        workspace,
        variable.id,
        &variable.name,
        &variable.value,
        text_of(&variable.tags),
        tx.now,
    ];
    tx.execute(&UPDATE, &values).await?;
    Ok(())
}

pub(crate) async fn delete(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: VariableId,
) -> Result<(), DbError> {
    tx.execute(&DELETE, &params![workspace, id]).await?;
    Ok(())
}
