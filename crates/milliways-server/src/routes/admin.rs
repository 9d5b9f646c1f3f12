//! `/admin`, the counters, the API document, and the end of a local server.

use axum::Extension;
use axum::body::Body as ResponseBody;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use milliways_model::JsonObject;
use milliways_model::version::PREFECT_VERSION;
use utoipa_axum::routes;

use super::Routes;
use super::reply::{Answer, empty, ok};
use crate::app::Shared;
use crate::bodies::{ServerDefaultResultStorage, ServerDefaultResultStorageUpdate};
use crate::edge::Peer;
use crate::extract::{Body, Workspace};
use crate::openapi;
use crate::problem::Problem;

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(read_settings))
        .add(routes!(read_version))
        .add(routes!(
            read_server_default_result_storage,
            update_server_default_result_storage,
            clear_server_default_result_storage
        ))
}

/// The server's settings; secrets are masked.
#[utoipa::path(get, path = "/admin/settings", tag = "Admin", responses((status = 200, body = JsonObject, description = "The settings")))]
async fn read_settings(State(app): State<Shared>) -> Answer {
    ok(&app.config.shown_settings)
}

/// The version of Prefect's server that this one stands in for.
#[utoipa::path(get, path = "/admin/version", tag = "Admin", responses((status = 200, body = String, description = "The version")))]
async fn read_version() -> Answer {
    ok(&PREFECT_VERSION)
}

/// Where results are stored unless a flow says otherwise.
#[utoipa::path(get, path = "/admin/storage", tag = "Admin",
    responses((status = 200, body = ServerDefaultResultStorage, description = "The block document's id; null: with the client")))]
async fn read_server_default_result_storage(Workspace(scope): Workspace) -> Answer {
    ok(&ServerDefaultResultStorage {
        default_result_storage_block_id: scope.result_storage().await?,
    })
}

/// Set where results are stored unless a flow says otherwise.
#[utoipa::path(put, path = "/admin/storage", tag = "Admin", request_body = ServerDefaultResultStorageUpdate,
    responses((status = 200, body = ServerDefaultResultStorage, description = "It is set")))]
async fn update_server_default_result_storage(
    Workspace(scope): Workspace,
    Body(update): Body<ServerDefaultResultStorageUpdate>,
) -> Answer {
    let id = update.default_result_storage_block_id;
    if scope.set_result_storage(id).await? {
        return ok(&ServerDefaultResultStorage {
            default_result_storage_block_id: Some(id),
        });
    }
    let text = format!("Block document {id} cannot be used for result storage.");
    Err(Problem::detail(
        StatusCode::UNPROCESSABLE_ENTITY,
        "no_result_storage",
        text,
    ))
}

/// Leave it to the client again where results are stored.
#[utoipa::path(delete, path = "/admin/storage", tag = "Admin", responses((status = 204, description = "Done")))]
async fn clear_server_default_result_storage(Workspace(scope): Workspace) -> Answer {
    scope.clear_result_storage().await?;
    Ok(empty(StatusCode::NO_CONTENT))
}

/// The counters, for Prometheus.
pub(super) async fn metrics(State(app): State<Shared>) -> Response {
    let mut response = Response::new(ResponseBody::from(crate::metrics::text(&app)));
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// The API document.
pub(super) async fn document() -> Response {
    let mut response = Response::new(ResponseBody::from(openapi::served()));
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// Ends a local server, so that another one can take over its home. Only its owner can ask for it, over its
/// socket; any other server does not have the route.
pub(super) async fn stop(State(app): State<Shared>, Extension(peer): Extension<Peer>) -> Answer {
    if peer != Peer::Owner {
        return Err(Problem::detail(
            StatusCode::NOT_FOUND,
            "no_such_route",
            "Not Found",
        ));
    }
    app.lifecycle.request_stop();
    Ok(empty(StatusCode::ACCEPTED))
}
