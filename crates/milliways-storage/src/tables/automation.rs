//! Automations, and the resources that they are about or belong to.

use milliways_model::automation::{Action, ActionSource, RunDeployment, Trigger};
use milliways_model::filter::AutomationFilter;
use milliways_model::sort::AutomationSort;
use milliways_model::{Automation, AutomationContent, AutomationId, Timestamp, WorkspaceId};
use serde::{Deserialize, Serialize};

use super::text_of;
use crate::db::{Conn, DbError, Row, Tx, params, statements};
use crate::filter::{Page, Query};

const COLUMNS: &str =
    "a.id, a.created, a.updated, a.name, a.description, a.enabled, a.tags, a.definition";

statements! {
    INSERT = "INSERT INTO automation (id, workspace_id, created, updated, name, description, enabled, tags, definition)
        VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8)";
    REPLACE = "UPDATE automation SET updated = ?3, name = ?4, description = ?5, enabled = ?6, tags = ?7, definition = ?8
        WHERE workspace_id = ?1 AND id = ?2";
    BY_ID = "SELECT a.id, a.created, a.updated, a.name, a.description, a.enabled, a.tags, a.definition
        FROM automation a WHERE a.workspace_id = ?1 AND a.id = ?2";
    LOCKED = "SELECT a.id, a.created, a.updated, a.name, a.description, a.enabled, a.tags, a.definition
        FROM automation a WHERE a.workspace_id = ?1 AND a.id = ?2 FOR UPDATE OF a";
    RELATED_TO = "SELECT a.id, a.created, a.updated, a.name, a.description, a.enabled, a.tags, a.definition
        FROM automation_resource r JOIN automation a ON a.id = r.automation_id
        WHERE r.workspace_id = ?1 AND r.resource_id = ?2 ORDER BY a.created, a.id LIMIT ?3";
    OWNED_BY = "SELECT a.id, a.created, a.updated, a.name, a.description, a.enabled, a.tags, a.definition
        FROM automation_resource r JOIN automation a ON a.id = r.automation_id
        WHERE r.workspace_id = ?1 AND r.resource_id = ?2 AND r.is_owner = ?3 AND a.created <= ?4
        ORDER BY a.id LIMIT ?5";
    DELETE = "DELETE FROM automation WHERE workspace_id = ?1 AND id = ?2";
    DELETE_RESOURCES = "DELETE FROM automation_resource WHERE automation_id = ?2 AND workspace_id = ?1";
    DELETE_UNOWNED = "DELETE FROM automation_resource WHERE automation_id = ?2 AND workspace_id = ?1 AND is_owner = ?3";
    RELATE = "INSERT INTO automation_resource (workspace_id, resource_id, automation_id, is_owner)
        VALUES (?1, ?2, ?3, ?4) ON CONFLICT (workspace_id, resource_id, automation_id)
        DO UPDATE SET is_owner = automation_resource.is_owner OR excluded.is_owner";
}

/// What of an automation has no column.
#[derive(Deserialize)]
struct Definition {
    trigger: Trigger,
    actions: Vec<Action>,
    actions_on_trigger: Vec<Action>,
    actions_on_resolve: Vec<Action>,
}

fn definition(of: &AutomationContent) -> String {
    #[derive(Serialize)]
    struct Borrowed<'a> {
        trigger: &'a Trigger,
        actions: &'a [Action],
        actions_on_trigger: &'a [Action],
        actions_on_resolve: &'a [Action],
    }
    text_of(&Borrowed {
        trigger: &of.trigger,
        actions: &of.actions,
        actions_on_trigger: &of.actions_on_trigger,
        actions_on_resolve: &of.actions_on_resolve,
    })
}

/// Whether the text of a definition can be read.
pub(crate) fn is_readable(definition: &str) -> bool {
    serde_json::from_str::<Definition>(definition).is_ok()
}

fn read(row: &mut Row<'_>) -> Result<Automation, DbError> {
    let (id, created, updated) = (row.take()?, row.take()?, row.take()?);
    let (name, description, enabled) = (row.take()?, row.take()?, row.take()?);
    let tags = row.parse()?;
    let text: String = row.take()?;
    let definition: Definition = serde_json::from_str(&text)
        .map_err(|error| DbError::corrupt(format!("the automation {id} can't be read: {error}")))?;
    Ok(Automation {
        name,
        description,
        enabled,
        tags,
        trigger: definition.trigger,
        actions: definition.actions,
        actions_on_trigger: definition.actions_on_trigger,
        actions_on_resolve: definition.actions_on_resolve,
        id,
        created: Some(created),
        updated: Some(updated),
    })
}

pub(crate) async fn insert(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: AutomationId,
    content: &AutomationContent,
) -> Result<(), DbError> {
    let (tags, definition) = (text_of(&content.tags), definition(content));
    let (name, description) = (&content.name, &content.description);
    let values = params![
        id,
        workspace,
        tx.now,
        name,
        description,
        content.enabled,
        tags,
        definition
    ];
    tx.execute(&INSERT, &values).await?;
    relate_to_deployments(tx, workspace, id, content).await
}

/// Replaces all but the id and the times.
pub(crate) async fn replace(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: AutomationId,
    content: &AutomationContent,
) -> Result<(), DbError> {
    let (tags, definition) = (text_of(&content.tags), definition(content));
    let (name, description) = (&content.name, &content.description);
    let values = params![
        workspace,
        id,
        tx.now,
        name,
        description,
        content.enabled,
        tags,
        definition
    ];
    tx.execute(&REPLACE, &values).await?;
    tx.execute(&DELETE_UNOWNED, &params![workspace, id, false])
        .await?;
    relate_to_deployments(tx, workspace, id, content).await
}

/// An automation is related to the deployments that it runs.
async fn relate_to_deployments(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: AutomationId,
    content: &AutomationContent,
) -> Result<(), DbError> {
    for action in &content.actions {
        if let Action::RunDeployment(RunDeployment {
            source: ActionSource::Selected,
            deployment_id: Some(deployment),
            ..
        }) = action
        {
            let resource = format!("prefect.deployment.{deployment}");
            relate(tx, workspace, id, &resource, false).await?;
        }
    }
    Ok(())
}

/// Relates an automation to a resource; who owns it once owns it still.
pub(crate) async fn relate(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: AutomationId,
    resource: &str,
    is_owner: bool,
) -> Result<(), DbError> {
    tx.execute(&RELATE, &params![workspace, resource, id, is_owner])
        .await?;
    Ok(())
}

pub(crate) async fn by_id(
    conn: &Conn,
    workspace: WorkspaceId,
    id: AutomationId,
) -> Result<Option<Automation>, DbError> {
    conn.query_one(&BY_ID, &params![workspace, id], read).await
}

/// The same, locked until the transaction ends.
pub(crate) async fn locked(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: AutomationId,
) -> Result<Option<Automation>, DbError> {
    tx.query_one(&LOCKED, &params![workspace, id], read).await
}

pub(crate) async fn related_to(
    conn: &Conn,
    workspace: WorkspaceId,
    resource: &str,
    limit: i64,
) -> Result<Vec<Automation>, DbError> {
    conn.query(&RELATED_TO, &params![workspace, resource, limit], read)
        .await
}

/// Those that are deleted with a resource and were there at a moment.
pub(crate) async fn owned_by(
    conn: &Conn,
    workspace: WorkspaceId,
    resource: &str,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<Automation>, DbError> {
    let values = params![workspace, resource, true, before, limit];
    conn.query(&OWNED_BY, &values, read).await
}

pub(crate) async fn delete(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: AutomationId,
) -> Result<(), DbError> {
    tx.execute(&DELETE_RESOURCES, &params![workspace, id])
        .await?;
    tx.execute(&DELETE, &params![workspace, id]).await?;
    Ok(())
}

pub(crate) async fn list(
    conn: &Conn,
    workspace: WorkspaceId,
    filter: &AutomationFilter,
    sort: AutomationSort,
    page: Page,
) -> Result<Vec<Automation>, DbError> {
    let mut query = Query::new(&format!("SELECT {COLUMNS} FROM automation a"));
    crate::filter::automations(&mut query, workspace, filter);
    query
        .push(match sort {
            AutomationSort::CreatedDesc => " ORDER BY a.created DESC, a.id DESC",
            AutomationSort::UpdatedDesc => " ORDER BY a.updated DESC, a.id DESC",
            AutomationSort::NameAsc => " ORDER BY a.name, a.id",
            AutomationSort::NameDesc => " ORDER BY a.name DESC, a.id DESC",
        })
        .page(page);
    conn.query(&query.text, &query.params, read).await
}

pub(crate) async fn count(
    conn: &Conn,
    workspace: WorkspaceId,
    filter: &AutomationFilter,
) -> Result<i64, DbError> {
    let mut query = Query::new("SELECT COUNT(*) FROM automation a");
    crate::filter::automations(&mut query, workspace, filter);
    query.number(conn).await
}
