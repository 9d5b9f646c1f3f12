//! `/automations`.

use axum::extract::State;
use axum::http::StatusCode;
use milliways_model::{
    Automation, AutomationCreate, AutomationId, AutomationPartialUpdate, AutomationUpdate, Json,
};
use utoipa_axum::routes;

use super::Routes;
use super::reply::{Answer, empty, found_or, json, made, ok};
use crate::app::Shared;
use crate::bodies::{CountAutomations, ReadAutomations};
use crate::extract::{Body, Id, OptionalBody, Paging, ResourceId, Workspace};
use crate::problem::Problem;

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(create_automation))
        .add(routes!(
            read_automation,
            update_automation,
            patch_automation,
            delete_automation
        ))
        .add(routes!(read_automations))
        .add(routes!(count_automations))
        .add(routes!(read_automations_related_to_resource))
        .add(routes!(delete_automations_owned_by_resource))
}

/// Create an automation.
#[utoipa::path(post, path = "/automations/", tag = "Automations", request_body = AutomationCreate,
    responses((status = 201, body = Automation, description = "It was created")))]
async fn create_automation(
    Workspace(scope): Workspace,
    Body(automation): Body<AutomationCreate>,
) -> Answer {
    made(true, &scope.create_automation(automation).await?)
}

/// Replace an automation.
#[utoipa::path(put, path = "/automations/{id}", tag = "Automations", request_body = AutomationUpdate,
    params(("id" = AutomationId, Path, description = "The automation's id")), responses((status = 204, description = "Done")))]
async fn update_automation(
    Workspace(scope): Workspace,
    Id(id): Id<AutomationId>,
    Body(automation): Body<AutomationUpdate>,
) -> Answer {
    done(scope.update_automation(id, automation).await?)
}

/// Switch an automation on or off.
#[utoipa::path(patch, path = "/automations/{id}", tag = "Automations", request_body = AutomationPartialUpdate,
    params(("id" = AutomationId, Path, description = "The automation's id")), responses((status = 204, description = "Done")))]
async fn patch_automation(
    Workspace(scope): Workspace,
    Id(id): Id<AutomationId>,
    Body(AutomationPartialUpdate { enabled }): Body<AutomationPartialUpdate>,
) -> Answer {
    done(scope.enable_automation(id, enabled).await?)
}

/// Delete an automation.
#[utoipa::path(delete, path = "/automations/{id}", tag = "Automations",
    params(("id" = AutomationId, Path, description = "The automation's id")), responses((status = 204, description = "Done")))]
async fn delete_automation(Workspace(scope): Workspace, Id(id): Id<AutomationId>) -> Answer {
    done(scope.delete_automation(id).await?)
}

/// Read an automation.
#[utoipa::path(get, path = "/automations/{id}", tag = "Automations",
    params(("id" = AutomationId, Path, description = "The automation's id")),
    responses((status = 200, body = Automation, description = "The automation")))]
async fn read_automation(Workspace(scope): Workspace, Id(id): Id<AutomationId>) -> Answer {
    found_or(scope.automation(id).await?.as_ref(), missing)
}

/// List automations that match.
#[utoipa::path(post, path = "/automations/filter", tag = "Automations", request_body = Option<ReadAutomations>,
    responses((status = 200, body = Vec<Automation>, description = "The automations")))]
async fn read_automations(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    OptionalBody(body): OptionalBody<ReadAutomations>,
) -> Answer {
    let page = Paging {
        limit: body.limit,
        offset: body.offset,
    }
    .within(&app.config.limits)?;
    let filter = body.automations.unwrap_or_default();
    ok(&scope.automations(filter, body.sort, page).await?)
}

/// How many automations match.
#[utoipa::path(post, path = "/automations/count", tag = "Automations", request_body = Option<CountAutomations>,
    responses((status = 200, body = i64, description = "How many")))]
async fn count_automations(
    Workspace(scope): Workspace,
    OptionalBody(body): OptionalBody<CountAutomations>,
) -> Answer {
    let filter = body.automations.unwrap_or_default();
    ok(&scope.count_automations(filter).await?)
}

/// List the automations that are about a resource, or belong to it.
#[utoipa::path(get, path = "/automations/related-to/{resource_id}", tag = "Automations",
    params(("resource_id" = String, Path, description = "The resource's id, such as prefect.deployment.ID")),
    responses((status = 200, body = Vec<Automation>, description = "The automations")))]
async fn read_automations_related_to_resource(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    ResourceId(resource): ResourceId,
) -> Answer {
    let limit = app.config.limits.page_size;
    ok(&scope.automations_related_to(&resource, limit).await?)
}

/// Delete the automations that belong to a resource.
#[utoipa::path(delete, path = "/automations/owned-by/{resource_id}", tag = "Automations",
    params(("resource_id" = String, Path, description = "The resource's id, such as prefect.deployment.ID")),
    responses((status = 202, body = Json, description = "They are deleted")))]
async fn delete_automations_owned_by_resource(
    Workspace(scope): Workspace,
    ResourceId(resource): ResourceId,
) -> Answer {
    scope.delete_automations_owned_by(&resource).await?;
    json(StatusCode::ACCEPTED, &())
}

fn done(was_there: bool) -> Answer {
    if was_there {
        Ok(empty(StatusCode::NO_CONTENT))
    } else {
        Err(missing())
    }
}

/// Prefect's route looks automations up in a way of its own, whose error has another shape.
fn missing() -> Problem {
    Problem::exception(StatusCode::NOT_FOUND, "not_found", "Automation not found")
}
