//! `/flows`.

use axum::extract::State;
use milliways_model::sort::FlowSort;
use milliways_model::{Flow, FlowCreate, FlowId, FlowUpdate};
use milliways_storage::{Filters, Page};
use utoipa_axum::routes;

use super::Routes;
use super::flow_runs::MOST;
use super::reply::{Answer, changed, found, made, ok};
use crate::app::Shared;
use crate::bodies::{
    BulkDeleteFlows, CountFlows, FlowBulkDeleteResponse, FlowPaginationResponse, PaginateFlows,
    ReadFlows,
};
use crate::extract::{Body, Id, Name, OptionalBody, Paging, Workspace, check};

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(create_flow))
        .add(routes!(read_flow, update_flow, delete_flow))
        .add(routes!(count_flows))
        .add(routes!(read_flow_by_name))
        .add(routes!(read_flows))
        .add(routes!(paginate_flows))
        .add(routes!(bulk_delete_flows))
}

/// Create a flow, or find the one of that name.
#[utoipa::path(post, path = "/flows/", tag = "Flows", request_body = FlowCreate,
    responses((status = 201, body = Flow, description = "It was created"), (status = 200, body = Flow, description = "It exists")))]
async fn create_flow(Workspace(scope): Workspace, Body(flow): Body<FlowCreate>) -> Answer {
    let (flow, is_new) = scope.create_flow(flow).await?;
    made(is_new, &flow)
}

/// Change a flow's tags.
#[utoipa::path(patch, path = "/flows/{id}", tag = "Flows", request_body = FlowUpdate,
    params(("id" = FlowId, Path, description = "The flow's id")), responses((status = 204, description = "Done")))]
async fn update_flow(
    Workspace(scope): Workspace,
    Id(id): Id<FlowId>,
    Body(update): Body<FlowUpdate>,
) -> Answer {
    changed(scope.update_flow(id, update).await?, "Flow")
}

/// How many flows match.
#[utoipa::path(post, path = "/flows/count", tag = "Flows", request_body = Option<CountFlows>,
    responses((status = 200, body = i64, description = "How many")))]
async fn count_flows(
    Workspace(scope): Workspace,
    OptionalBody(mut body): OptionalBody<CountFlows>,
) -> Answer {
    ok(&scope.count_flows(body.filters()).await?)
}

/// Read a flow by its name.
#[utoipa::path(get, path = "/flows/name/{name}", tag = "Flows",
    params(("name" = String, Path, description = "The flow's name")),
    responses((status = 200, body = Flow, description = "The flow")))]
async fn read_flow_by_name(Workspace(scope): Workspace, Name(name): Name) -> Answer {
    found(scope.flow_by_name(&name).await?.as_ref(), "Flow")
}

/// Read a flow.
#[utoipa::path(get, path = "/flows/{id}", tag = "Flows",
    params(("id" = FlowId, Path, description = "The flow's id")),
    responses((status = 200, body = Flow, description = "The flow")))]
async fn read_flow(Workspace(scope): Workspace, Id(id): Id<FlowId>) -> Answer {
    found(scope.flow(id).await?.as_ref(), "Flow")
}

/// List flows that match.
#[utoipa::path(post, path = "/flows/filter", tag = "Flows", request_body = Option<ReadFlows>,
    responses((status = 200, body = Vec<Flow>, description = "The flows")))]
async fn read_flows(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    OptionalBody(mut body): OptionalBody<ReadFlows>,
) -> Answer {
    let page = Paging {
        limit: body.limit,
        offset: body.offset,
    }
    .within(&app.config.limits)?;
    ok(&scope.flows(body.filters(), body.sort, page).await?)
}

/// Delete a flow and its runs.
#[utoipa::path(delete, path = "/flows/{id}", tag = "Flows",
    params(("id" = FlowId, Path, description = "The flow's id")), responses((status = 204, description = "Done")))]
async fn delete_flow(Workspace(scope): Workspace, Id(id): Id<FlowId>) -> Answer {
    changed(scope.delete_flow(id).await?, "Flow")
}

/// List a page of the flows that match, with their count.
#[utoipa::path(post, path = "/flows/paginate", tag = "Flows", request_body = Option<PaginateFlows>,
    responses((status = 200, body = FlowPaginationResponse, description = "The page")))]
async fn paginate_flows(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    OptionalBody(mut body): OptionalBody<PaginateFlows>,
) -> Answer {
    let number = body.page.unwrap_or(1);
    let page = Paging::page(number, body.limit, &app.config.limits)?;
    let filters = body.filters();
    let count = scope.count_flows(filters.clone()).await?;
    let results = scope.flows(filters, body.sort, page).await?;
    let answer = FlowPaginationResponse::new(results, count, page, number);
    ok(&answer)
}

/// Delete up to fifty flows that match, with their runs.
#[utoipa::path(post, path = "/flows/bulk_delete", tag = "Flows", request_body = Option<BulkDeleteFlows>,
    responses((status = 200, body = FlowBulkDeleteResponse, description = "Those that were deleted")))]
async fn bulk_delete_flows(
    Workspace(scope): Workspace,
    OptionalBody(body): OptionalBody<BulkDeleteFlows>,
) -> Answer {
    let limit = body.limit.unwrap_or(MOST);
    check(limit, 1, MOST, "limit")?;
    let filters = Filters {
        flows: body.flows,
        ..Filters::default()
    };
    let found = scope
        .flows(filters, FlowSort::NameAsc, Page { limit, offset: 0 })
        .await?;
    let mut deleted = Vec::with_capacity(found.len());
    for Flow { id, .. } in found {
        if scope.delete_flow(id).await? {
            deleted.push(id);
        }
    }
    ok(&FlowBulkDeleteResponse { deleted })
}
