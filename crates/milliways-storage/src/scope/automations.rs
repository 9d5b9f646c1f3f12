//! Automations.

use milliways_model::filter::AutomationFilter;
use milliways_model::names::check_run_name;
use milliways_model::sort::AutomationSort;
use milliways_model::{
    Automation, AutomationContent, AutomationCreate, AutomationId, AutomationUpdate,
};
use milliways_orchestration::automation::check;

use super::Scope;
use crate::automation as change;
use crate::error::StoreError;
use crate::filter::Page;
use crate::tables::automation;

/// The longest id of a resource.
const MAX_RESOURCE_ID: usize = 1_024;

impl Scope {
    /// Makes an automation.
    pub async fn create_automation(
        &self,
        create: AutomationCreate,
    ) -> Result<Automation, StoreError> {
        let (content, owner) = create.split();
        check_content(&content)?;
        if owner
            .as_ref()
            .is_some_and(|owner| owner.len() > MAX_RESOURCE_ID)
        {
            return Err(StoreError::Invalid {
                location: "body.owner_resource",
                reason: format!("the id of a resource has at most {MAX_RESOURCE_ID} bytes"),
            });
        }
        self.write(async move |tx, workspace| {
            change::create(tx, workspace, content.clone(), owner.as_deref()).await
        })
        .await
    }

    /// Replaces what an automation is; false where there is none.
    pub async fn update_automation(
        &self,
        id: AutomationId,
        update: AutomationUpdate,
    ) -> Result<bool, StoreError> {
        check_content(&update.clone().over(None))?;
        self.write(async move |tx, workspace| {
            change::replace(tx, workspace, id, update.clone()).await
        })
        .await
    }

    /// Switches an automation on or off; false where there is none.
    pub async fn enable_automation(
        &self,
        id: AutomationId,
        enabled: bool,
    ) -> Result<bool, StoreError> {
        self.write(async move |tx, workspace| change::enable(tx, workspace, id, enabled).await)
            .await
    }

    /// Deletes an automation; false where there is none.
    pub async fn delete_automation(&self, id: AutomationId) -> Result<bool, StoreError> {
        self.write(async move |tx, workspace| change::delete(tx, workspace, id).await)
            .await
    }

    /// An automation by its id.
    pub async fn automation(&self, id: AutomationId) -> Result<Option<Automation>, StoreError> {
        self.read(async move |conn, workspace| Ok(automation::by_id(conn, workspace, id).await?))
            .await
    }

    /// Automations that match.
    pub async fn automations(
        &self,
        filter: AutomationFilter,
        sort: AutomationSort,
        page: Page,
    ) -> Result<Vec<Automation>, StoreError> {
        self.read(async move |conn, workspace| {
            Ok(automation::list(conn, workspace, &filter, sort, page).await?)
        })
        .await
    }

    /// How many automations match.
    pub async fn count_automations(&self, filter: AutomationFilter) -> Result<i64, StoreError> {
        self.read(async move |conn, workspace| {
            Ok(automation::count(conn, workspace, &filter).await?)
        })
        .await
    }

    /// Automations that are about a resource or belong to it, oldest first.
    pub async fn automations_related_to(
        &self,
        resource: &str,
        limit: i64,
    ) -> Result<Vec<Automation>, StoreError> {
        let resource = resource.to_owned();
        self.read(async move |conn, workspace| {
            Ok(automation::related_to(conn, workspace, &resource, limit).await?)
        })
        .await
    }

    /// Deletes the automations that belong to a resource.
    pub async fn delete_automations_owned_by(&self, resource: &str) -> Result<(), StoreError> {
        let resource = resource.to_owned();
        self.write(async move |tx, workspace| {
            Ok(change::delete_owned_by(tx, workspace, &resource).await?)
        })
        .await
    }
}

fn check_content(content: &AutomationContent) -> Result<(), StoreError> {
    check_run_name(&content.name).map_err(|error| StoreError::Invalid {
        location: "body.name",
        reason: error.to_string(),
    })?;
    Ok(check(content)?)
}
