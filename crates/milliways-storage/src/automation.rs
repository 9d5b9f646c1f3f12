//! Automations: making, changing and deleting them, and the events that tell of it.

use milliways_model::automation::{Action, RunDeployment};
use milliways_model::event::Resource;
use milliways_model::{
    Automation, AutomationContent, AutomationId, AutomationUpdate, Event, JsonObject, TriggerId,
    WorkspaceId, uuid7,
};
use milliways_orchestration::automation as rules;

use crate::db::{DbError, Tx};
use crate::deployment::checks::job_variables_of_action;
use crate::error::StoreError;
use crate::lifecycle;
use crate::scope::draw;
use crate::tables::automation;

/// How many are deleted at once.
const BATCH: i64 = 200;

impl From<rules::Flaw> for StoreError {
    fn from(flaw: rules::Flaw) -> Self {
        Self::Invalid {
            location: flaw.location,
            reason: flaw.reason,
        }
    }
}

/// Makes an automation that belongs to a resource, if to any.
pub(crate) async fn create(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    mut content: AutomationContent,
    owner: Option<&str>,
) -> Result<Automation, StoreError> {
    let id = AutomationId(uuid7(tx.now, draw()));
    check_job_variables(tx, workspace, &content).await?;
    renew_ids(&mut content, tx);
    automation::insert(tx, workspace, id, &content).await?;
    if let Some(owner) = owner {
        automation::relate(tx, workspace, id, owner, true).await?;
    }
    let made = content.into_automation(id, tx.now, tx.now);
    emit(tx, workspace, "created", &made).await?;
    Ok(made)
}

/// Replaces what an automation is; false where there is none.
pub(crate) async fn replace(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: AutomationId,
    update: AutomationUpdate,
) -> Result<bool, StoreError> {
    let Some(before) = automation::locked(tx, workspace, id).await? else {
        return Ok(false);
    };
    let created = before.created.unwrap_or(tx.now);
    let mut content = update.over(Some(before.into()));
    rules::check_enabled(&content)?;
    check_job_variables(tx, workspace, &content).await?;
    renew_ids(&mut content, tx);
    automation::replace(tx, workspace, id, &content).await?;
    let after = content.into_automation(id, created, tx.now);
    emit(tx, workspace, "updated", &after).await?;
    Ok(true)
}

/// Switches an automation on or off; false where there is none.
pub(crate) async fn enable(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: AutomationId,
    enabled: bool,
) -> Result<bool, StoreError> {
    let Some(before) = automation::locked(tx, workspace, id).await? else {
        return Ok(false);
    };
    let created = before.created.unwrap_or(tx.now);
    let mut content = AutomationContent::from(before);
    content.enabled = enabled;
    rules::check_enabled(&content)?;
    automation::replace(tx, workspace, id, &content).await?;
    let after = content.into_automation(id, created, tx.now);
    emit(tx, workspace, "updated", &after).await?;
    Ok(true)
}

/// Deletes an automation; false where there is none.
pub(crate) async fn delete(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: AutomationId,
) -> Result<bool, StoreError> {
    let Some(found) = automation::locked(tx, workspace, id).await? else {
        return Ok(false);
    };
    automation::delete(tx, workspace, id).await?;
    emit(tx, workspace, "deleted", &found).await?;
    Ok(true)
}

/// Deletes the automations that belong to a resource, such as `prefect.deployment.<id>`.
pub(crate) async fn delete_owned_by(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    resource: &str,
) -> Result<(), DbError> {
    loop {
        let owned = automation::owned_by(tx, workspace, resource, tx.now, BATCH).await?;
        if owned.is_empty() {
            return Ok(());
        }
        for one in owned {
            automation::delete(tx, workspace, one.id).await?;
            emit(tx, workspace, "deleted", &one).await?;
        }
    }
}

/// The job variables of runs that it would make have to fit what their pools declare.
async fn check_job_variables(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    content: &AutomationContent,
) -> Result<(), StoreError> {
    for action in &content.actions {
        if let Action::RunDeployment(RunDeployment {
            deployment_id: Some(deployment),
            job_variables: Some(variables),
            ..
        }) = action
            && !variables.is_empty()
        {
            job_variables_of_action(tx, workspace, *deployment, variables).await?;
        }
    }
    Ok(())
}

/// Triggers are told apart by ids of the server's own.
fn renew_ids(content: &mut AutomationContent, tx: &Tx<'_>) {
    content
        .trigger
        .renew_ids(&mut || TriggerId(uuid7(tx.now, draw())));
}

async fn emit(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    what: &str,
    about: &Automation,
) -> Result<(), DbError> {
    let mut payload = serde_json::to_value(about).unwrap_or_default();
    if let Some(fields) = payload.as_object_mut() {
        for own in ["id", "created", "updated"] {
            fields.remove(own);
        }
    }
    let labels = [
        (Resource::ID, format!("prefect.automation.{}", about.id)),
        (Resource::NAME, about.name.clone()),
    ];
    let resource = Resource(labels.map(|(key, value)| (key.to_owned(), value)).into());
    let event = Event {
        payload: payload
            .as_object()
            .map_or_else(JsonObject::default, JsonObject::from_map),
        ..lifecycle::event(tx, format!("prefect.automation.{what}"), resource)
    };
    lifecycle::emit(tx, workspace, &event).await
}
