//! Flows.

use milliways_model::filter::FlowFilter;
use milliways_model::sort::FlowSort;
use milliways_model::{Flow, FlowCreate, FlowId, FlowUpdate, JsonObject, WorkspaceId};

use super::{object, text_of};
use crate::db::{Conn, DbError, Row, Tx, params, statements};
use crate::filter::{Filters, Page, Query};

const COLUMNS: &str = "f.id, f.created, f.updated, f.name, f.tags, f.labels";

statements! {
    INSERT = "INSERT INTO flow (id, workspace_id, created, updated, name, tags, labels)
        VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6) ON CONFLICT (workspace_id, name) DO NOTHING";
    BY_ID = "SELECT f.id, f.created, f.updated, f.name, f.tags, f.labels FROM flow f
        WHERE f.workspace_id = ?1 AND f.id = ?2";
    BY_NAME = "SELECT f.id, f.created, f.updated, f.name, f.tags, f.labels FROM flow f
        WHERE f.workspace_id = ?1 AND f.name = ?2";
    SET_TAGS = "UPDATE flow SET tags = ?3, updated = ?4 WHERE workspace_id = ?1 AND id = ?2";
    EXISTS = "SELECT id FROM flow WHERE workspace_id = ?1 AND id = ?2";
    DELETE = "DELETE FROM flow WHERE workspace_id = ?1 AND id = ?2";
}

fn read(row: &mut Row<'_>) -> Result<Flow, DbError> {
    Ok(Flow {
        id: row.take()?,
        created: row.take()?,
        updated: row.take()?,
        name: row.take()?,
        tags: row.parse()?,
        labels: Some(row.take::<JsonObject>()?),
    })
}

/// Finds the flow of that name or makes it with `id`; says whether it was made.
pub(crate) async fn create(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: FlowId,
    flow: &FlowCreate,
) -> Result<(Flow, bool), DbError> {
    // Most calls find it: reading first spares the write.
    if let Some(found) = by_name(tx, workspace, &flow.name).await? {
        return Ok((found, false));
    }
    let tags = text_of(&flow.tags);
    let labels = object(flow.labels.as_ref());
    let made = tx
        .execute(
            &INSERT,
            &params![id, workspace, tx.now, &flow.name, tags, labels],
        )
        .await?;
    let stored = by_name(tx, workspace, &flow.name)
        .await?
        .ok_or_else(|| DbError::corrupt("a flow vanished while it was created".to_owned()))?;
    Ok((stored, made == 1))
}

pub(crate) async fn by_id(
    conn: &Conn,
    workspace: WorkspaceId,
    id: FlowId,
) -> Result<Option<Flow>, DbError> {
    let found = conn
        .query_about(&[id.0], &BY_ID, &params![workspace, id], read)
        .await?;
    Ok(found.into_iter().next())
}

pub(crate) async fn by_name(
    conn: &Conn,
    workspace: WorkspaceId,
    name: &str,
) -> Result<Option<Flow>, DbError> {
    conn.query_one(&BY_NAME, &params![workspace, name], read)
        .await
}

pub(crate) async fn list(
    conn: &Conn,
    workspace: WorkspaceId,
    filters: &Filters,
    sort: FlowSort,
    page: Page,
) -> Result<Vec<Flow>, DbError> {
    let mut query = Query::new(&format!("SELECT {COLUMNS} FROM flow f"));
    crate::filter::flows(&mut query, workspace, filters);
    query
        .push(match sort {
            FlowSort::CreatedDesc => " ORDER BY f.created DESC, f.id DESC",
            FlowSort::UpdatedDesc => " ORDER BY f.updated DESC, f.id DESC",
            FlowSort::NameAsc => " ORDER BY f.name, f.id",
            FlowSort::NameDesc => " ORDER BY f.name DESC, f.id DESC",
        })
        .page(page);
    conn.query(&query.text, &query.params, read).await
}

pub(crate) async fn count(
    conn: &Conn,
    workspace: WorkspaceId,
    filters: &Filters,
) -> Result<i64, DbError> {
    let mut query = Query::new("SELECT COUNT(*) FROM flow f");
    crate::filter::flows(&mut query, workspace, filters);
    query.number(conn).await
}

/// False where there is no such flow.
pub(crate) async fn update(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: FlowId,
    update: &FlowUpdate,
) -> Result<bool, DbError> {
    match &update.tags {
        Some(tags) => {
            let changed = tx
                .execute(&SET_TAGS, &params![workspace, id, text_of(tags), tx.now])
                .await?;
            Ok(changed > 0)
        }
        None => Ok(tx
            .query_one(&EXISTS, &params![workspace, id], |row| row.take::<FlowId>())
            .await?
            .is_some()),
    }
}

/// Deletes the flow and its runs, in bounded work for each run's rows; false where there is none.
pub(crate) async fn delete(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: FlowId,
) -> Result<bool, DbError> {
    let filters = Filters {
        flows: Some(FlowFilter {
            id: Some(milliways_model::filter::AnyOrNot {
                any_: Some(vec![id]),
                not_any_: None,
            }),
            ..FlowFilter::default()
        }),
        ..Filters::default()
    };
    super::flow_run::delete_related(tx, workspace, &filters).await?;
    for deployment in super::deployment::of_flow(tx, workspace, id).await? {
        super::deployment_schedule::delete_all(tx, workspace, deployment).await?;
        super::deployment::delete(tx, workspace, deployment).await?;
    }
    Ok(tx.execute(&DELETE, &params![workspace, id]).await? > 0)
}
