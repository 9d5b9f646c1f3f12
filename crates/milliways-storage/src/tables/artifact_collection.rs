//! The newest artifact of each key.

use milliways_model::sort::ArtifactCollectionSort;
use milliways_model::{
    Artifact, ArtifactCollection, ArtifactCollectionId, ArtifactId, ArtifactUpdate, Json,
    WorkspaceId,
};

use super::text_of;
use crate::db::{Conn, DbError, Row, Tx, params, statements};
use crate::filter::{Filters, Page, Query};

const COLUMNS: &str = "x.id, x.created, x.updated, x.key, x.latest_id, x.type, x.description, x.data, x.metadata, \
     x.flow_run_id, x.task_run_id";

statements! {
    PUT = "INSERT INTO artifact_collection (id, workspace_id, created, updated, key, latest_id, type, description, data,
        metadata, flow_run_id, task_run_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
        ON CONFLICT (workspace_id, key) DO UPDATE SET updated = excluded.updated, latest_id = excluded.latest_id,
        type = excluded.type, description = excluded.description, data = excluded.data, metadata = excluded.metadata,
        flow_run_id = excluded.flow_run_id, task_run_id = excluded.task_run_id";
    BACK_DATE = "UPDATE artifact_collection SET created = ?3 WHERE workspace_id = ?1 AND key = ?2";
    BY_KEY = "SELECT x.id, x.created, x.updated, x.key, x.latest_id, x.type, x.description, x.data, x.metadata,
        x.flow_run_id, x.task_run_id FROM artifact_collection x WHERE x.workspace_id = ?1 AND x.key = ?2";
    DELETE = "DELETE FROM artifact_collection WHERE workspace_id = ?1 AND key = ?2";
}

fn read(row: &mut Row<'_>) -> Result<ArtifactCollection, DbError> {
    Ok(ArtifactCollection {
        id: row.take()?,
        created: row.take()?,
        updated: row.take()?,
        key: row.take()?,
        latest_id: row.take()?,
        r#type: row.take()?,
        description: row.take()?,
        data: row.take::<Option<Json>>()?,
        metadata_: row.parse_optional()?,
        flow_run_id: row.take()?,
        task_run_id: row.take()?,
    })
}

/// Makes the artifact the newest one of its key, with `id` where the key is new.
pub(crate) async fn put(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: ArtifactCollectionId,
    key: &str,
    artifact: &Artifact,
) -> Result<(), DbError> {
    let values = params![
        id,
        workspace,
        artifact.created,
        artifact.updated,
        key,
        artifact.id,
        artifact.r#type.as_ref(),
        artifact.description.as_ref(),
        artifact.data.as_ref(),
        artifact.metadata_.as_ref().map(text_of),
        artifact.flow_run_id,
        artifact.task_run_id,
    ];
    tx.execute(&PUT, &values).await?;
    Ok(())
}

/// Makes an earlier artifact the newest one again, after the one that was it is gone.
pub(crate) async fn put_back(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    collection: ArtifactCollectionId,
    key: &str,
    artifact: &Artifact,
) -> Result<(), DbError> {
    put(tx, workspace, collection, key, artifact).await?;
    tx.execute(&BACK_DATE, &params![workspace, key, artifact.created])
        .await?;
    Ok(())
}

pub(crate) async fn by_key(
    conn: &Conn,
    workspace: WorkspaceId,
    key: &str,
) -> Result<Option<ArtifactCollection>, DbError> {
    conn.query_one(&BY_KEY, &params![workspace, key], read)
        .await
}

pub(crate) async fn list(
    conn: &Conn,
    workspace: WorkspaceId,
    filters: &Filters,
    sort: ArtifactCollectionSort,
    page: Page,
) -> Result<Vec<ArtifactCollection>, DbError> {
    let mut query = Query::new(&format!("SELECT {COLUMNS} FROM artifact_collection x"));
    crate::filter::artifacts(&mut query, workspace, filters);
    query
        .push(match sort {
            ArtifactCollectionSort::CreatedDesc => " ORDER BY x.created DESC, x.id DESC",
            ArtifactCollectionSort::UpdatedDesc => " ORDER BY x.updated DESC, x.id DESC",
            ArtifactCollectionSort::IdDesc => " ORDER BY x.id DESC",
            ArtifactCollectionSort::KeyDesc => " ORDER BY x.key DESC",
            ArtifactCollectionSort::KeyAsc => " ORDER BY x.key",
        })
        .page(page);
    conn.query(&query.text, &query.params, read).await
}

pub(crate) async fn count(
    conn: &Conn,
    workspace: WorkspaceId,
    filters: &Filters,
) -> Result<i64, DbError> {
    let mut query = Query::new("SELECT COUNT(*) FROM artifact_collection x");
    crate::filter::artifacts(&mut query, workspace, filters);
    query.number(conn).await
}

/// Changes what is shown of an artifact where it is the newest one.
pub(crate) async fn update(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    latest: ArtifactId,
    update: &ArtifactUpdate,
) -> Result<bool, DbError> {
    let place = ("artifact_collection", "latest_id");
    super::artifact::set(tx, workspace, place, latest, update).await
}

pub(crate) async fn delete(tx: &Tx<'_>, workspace: WorkspaceId, key: &str) -> Result<(), DbError> {
    tx.execute(&DELETE, &params![workspace, key]).await?;
    Ok(())
}
