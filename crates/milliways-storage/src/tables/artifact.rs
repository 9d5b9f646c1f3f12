//! Artifacts.

use milliways_model::sort::ArtifactSort;
use milliways_model::{Artifact, ArtifactId, ArtifactUpdate, Json, WorkspaceId};

use super::text_of;
use crate::db::{Conn, DbError, Row, Tx, Value, params, statements};
use crate::filter::{Filters, Page, Query};

const COLUMNS: &str = "x.id, x.created, x.updated, x.key, x.type, x.description, x.data, x.metadata, \
     x.flow_run_id, x.task_run_id";

statements! {
    INSERT = "INSERT INTO artifact (id, workspace_id, created, updated, key, type, description, data, metadata,
        flow_run_id, task_run_id) VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    BY_ID = "SELECT x.id, x.created, x.updated, x.key, x.type, x.description, x.data, x.metadata, x.flow_run_id,
        x.task_run_id FROM artifact x WHERE (x.workspace_id = ?1) IS TRUE AND x.id = ?2";
    NEWEST_OF_KEY = "SELECT x.id, x.created, x.updated, x.key, x.type, x.description, x.data, x.metadata, x.flow_run_id,
        x.task_run_id FROM artifact x WHERE x.workspace_id = ?1 AND x.key = ?2
        ORDER BY x.created DESC, x.id DESC LIMIT 1";
    DELETE = "DELETE FROM artifact WHERE workspace_id = ?1 AND id = ?2";
}

fn read(row: &mut Row<'_>) -> Result<Artifact, DbError> {
    Ok(Artifact {
        id: row.take()?,
        created: row.take()?,
        updated: row.take()?,
        key: row.take()?,
        r#type: row.take()?,
        description: row.take()?,
        data: row.take::<Option<Json>>()?,
        metadata_: row.parse_optional()?,
        flow_run_id: row.take()?,
        task_run_id: row.take()?,
    })
}

pub(crate) async fn insert(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    artifact: &Artifact,
) -> Result<(), DbError> {
    let values = params![
        artifact.id,
        workspace,
        tx.now,
        artifact.key.as_ref(),
        artifact.r#type.as_ref(),
        artifact.description.as_ref(),
        artifact.data.as_ref(),
        artifact.metadata_.as_ref().map(text_of),
        artifact.flow_run_id,
        artifact.task_run_id,
    ];
    tx.execute(&INSERT, &values).await?;
    Ok(())
}

pub(crate) async fn by_id(
    conn: &Conn,
    workspace: WorkspaceId,
    id: ArtifactId,
) -> Result<Option<Artifact>, DbError> {
    conn.query_one(&BY_ID, &params![workspace, id], read).await
}

/// The newest artifact that has the key.
pub(crate) async fn newest(
    conn: &Conn,
    workspace: WorkspaceId,
    key: &str,
) -> Result<Option<Artifact>, DbError> {
    conn.query_one(&NEWEST_OF_KEY, &params![workspace, key], read)
        .await
}

pub(crate) async fn list(
    conn: &Conn,
    workspace: WorkspaceId,
    filters: &Filters,
    sort: ArtifactSort,
    page: Page,
) -> Result<Vec<Artifact>, DbError> {
    let mut query = Query::new(&format!("SELECT {COLUMNS} FROM artifact x"));
    crate::filter::artifacts(&mut query, workspace, filters);
    query
        .push(match sort {
            ArtifactSort::CreatedDesc => " ORDER BY x.created DESC, x.id DESC",
            ArtifactSort::UpdatedDesc => " ORDER BY x.updated DESC, x.id DESC",
            ArtifactSort::IdDesc => " ORDER BY x.id DESC",
            ArtifactSort::KeyDesc => " ORDER BY x.key DESC NULLS LAST, x.id DESC",
            ArtifactSort::KeyAsc => " ORDER BY x.key NULLS FIRST, x.id",
        })
        .page(page);
    conn.query(&query.text, &query.params, read).await
}

pub(crate) async fn count(
    conn: &Conn,
    workspace: WorkspaceId,
    filters: &Filters,
) -> Result<i64, DbError> {
    let mut query = Query::new("SELECT COUNT(*) FROM artifact x");
    crate::filter::artifacts(&mut query, workspace, filters);
    query.number(conn).await
}

/// Sets what the body gives in the rows of `table` whose `column` is the id; says whether there were any.
pub(super) async fn set(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    (table, column): (&str, &str),
    id: ArtifactId,
    update: &ArtifactUpdate,
) -> Result<bool, DbError> {
    let mut query = Query::new(&format!("UPDATE {table} SET updated = "));
    let now = query.value(tx.now);
    query.push(&now);
    let mut set = |column: &str, value: Option<Value<'static>>| {
        if let Some(value) = value {
            let place = query.value(value);
            query.push(&format!(", {column} = {place}"));
        }
    };
    let data = update.data.as_ref();
    set(
        "data",
        data.map(|data| data.as_ref().map(|data| data.get().to_owned()).into()),
    );
    set("description", update.description.clone().map(Value::from));
    let metadata = update.metadata_.as_ref();
    set(
        "metadata",
        metadata.map(|metadata| metadata.as_ref().map(text_of).into()),
    );
    let (workspace, id) = (query.value(workspace), query.value(id));
    query.push(&format!(
        " WHERE workspace_id = {workspace} AND {column} = {id}"
    ));
    Ok(tx.execute(&query.text, &query.params).await? > 0)
}

/// False where there is none.
pub(crate) async fn update(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: ArtifactId,
    update: &ArtifactUpdate,
) -> Result<bool, DbError> {
    set(tx, workspace, ("artifact", "id"), id, update).await
}

pub(crate) async fn delete(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: ArtifactId,
) -> Result<(), DbError> {
    tx.execute(&DELETE, &params![workspace, id]).await?;
    Ok(())
}
