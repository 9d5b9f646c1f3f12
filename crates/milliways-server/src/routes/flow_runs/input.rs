//! `/flow_runs/{id}/input`: values by key, for runs that wait for them.

use axum::body::Body as ResponseBody;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use milliways_model::flow_run_input::FlowRunInput;
use milliways_model::{FlowRunId, Json};
use milliways_storage::NewInput;
use utoipa_axum::routes;

use crate::app::Shared;
use crate::bodies::{CreateFlowRunInput, FilterFlowRunInput};
use crate::extract::{Body, Id, Key, Workspace, check, check_count};
use crate::problem::{FieldError, Problem};
use crate::routes::Routes;
use crate::routes::reply::{Answer, changed, json, ok};

/// The longest key, in bytes.
const KEY: usize = 1_024;
/// The most keys that can be left out.
const EXCEPT: usize = 10_000;

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(create_flow_run_input))
        .add(routes!(filter_flow_run_input))
        .add(routes!(read_flow_run_input, delete_flow_run_input))
}

/// Store an input of a flow run.
#[utoipa::path(post, path = "/flow_runs/{id}/input", tag = "Flow Runs", request_body = CreateFlowRunInput,
    params(("id" = FlowRunId, Path, description = "The flow run's id")), responses((status = 201, body = Json, description = "Done")))]
async fn create_flow_run_input(
    Workspace(scope): Workspace,
    Id(id): Id<FlowRunId>,
    Body(body): Body<CreateFlowRunInput>,
) -> Answer {
    let CreateFlowRunInput { key, value, sender } = body;
    if key.len() > KEY || key.contains('\0') || value.contains('\0') {
        let text = "key is too long, or there is a character in it that can't be stored";
        let location = vec!["body".into(), "key".into()];
        let error = FieldError::new("value_error", location, text, serde_json::Value::Null);
        return Err(Problem::fields(vec![error], None));
    }
    scope
        .create_flow_run_input(id, NewInput { key, value, sender })
        .await?;
    json(StatusCode::CREATED, &())
}

/// List inputs of a flow run by the beginning of their keys, oldest first.
#[utoipa::path(post, path = "/flow_runs/{id}/input/filter", tag = "Flow Runs", request_body = FilterFlowRunInput,
    params(("id" = FlowRunId, Path, description = "The flow run's id")),
    responses((status = 200, body = Vec<FlowRunInput>, description = "The inputs")))]
async fn filter_flow_run_input(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    Id(id): Id<FlowRunId>,
    Body(body): Body<FilterFlowRunInput>,
) -> Answer {
    let limit = body.limit.unwrap_or(1);
    check(limit, 0, app.config.limits.page_size, "limit")?;
    check_count(body.exclude_keys.len(), (0, EXCEPT), "exclude_keys")?;
    let found = scope.flow_run_inputs(id, body.prefix, body.exclude_keys, limit);
    ok(&found.await?)
}

/// Read the value of an input of a flow run.
#[utoipa::path(get, path = "/flow_runs/{id}/input/{key}", tag = "Flow Runs",
    params(("id" = FlowRunId, Path, description = "The flow run's id"), ("key" = String, Path, description = "The input's key")),
    responses((status = 200, body = Json, description = "The value, as text")))]
async fn read_flow_run_input(
    Workspace(scope): Workspace,
    Id(id): Id<FlowRunId>,
    Key(key): Key,
) -> Answer {
    let Some(value) = scope.flow_run_input(id, key).await? else {
        return Err(Problem::not_found("Flow run input"));
    };
    let mut response = Response::new(ResponseBody::from(value));
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}

/// Delete an input of a flow run.
#[utoipa::path(delete, path = "/flow_runs/{id}/input/{key}", tag = "Flow Runs",
    params(("id" = FlowRunId, Path, description = "The flow run's id"), ("key" = String, Path, description = "The input's key")),
    responses((status = 204, description = "Done")))]
async fn delete_flow_run_input(
    Workspace(scope): Workspace,
    Id(id): Id<FlowRunId>,
    Key(key): Key,
) -> Answer {
    changed(
        scope.delete_flow_run_input(id, key).await?,
        "Flow run input",
    )
}
