//! `/logs`.

use axum::extract::State;
use axum::http::StatusCode;
use milliways_model::{Log, LogCreate};
use utoipa_axum::routes;

use super::Routes;
use super::reply::{Answer, as_json, empty, written};
use crate::app::Shared;
use crate::bodies::ReadLogs;
use crate::extract::{Body, OptionalBody, Paging, Workspace};

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(create_logs))
        .add(routes!(read_logs))
}

/// Store log lines, in order.
#[utoipa::path(post, path = "/logs/", tag = "Logs", request_body = Vec<LogCreate>,
    responses((status = 201, description = "They are stored")))]
async fn create_logs(Workspace(scope): Workspace, Body(logs): Body<Vec<LogCreate>>) -> Answer {
    scope.create_logs(logs).await?;
    Ok(empty(StatusCode::CREATED))
}

/// List log lines that match.
#[utoipa::path(post, path = "/logs/filter", tag = "Logs", request_body = Option<ReadLogs>,
    responses((status = 200, body = Vec<Log>, description = "The lines")))]
async fn read_logs(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    OptionalBody(body): OptionalBody<ReadLogs>,
) -> Answer {
    let page = Paging {
        limit: body.limit,
        offset: body.offset,
    }
    .within(&app.config.limits)?;
    let filter = body.logs.unwrap_or_default();
    let found = scope.logs_as(filter, body.sort, page, |lines| written(&lines));
    as_json(StatusCode::OK, found.await?)
}
