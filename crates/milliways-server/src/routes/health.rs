//! `/health`, `/ready` and `/hello`: whether the server is there.

use axum::http::StatusCode;
use utoipa_axum::routes;

use super::Routes;
use super::reply::{Answer, json, ok};
use crate::bodies::Message;
use crate::extract::Workspace;

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(health_check))
        .add(routes!(perform_readiness_check))
        .add(routes!(hello))
}

/// Whether the server answers.
#[utoipa::path(get, path = "/health", tag = "Root", responses((status = 200, body = bool, description = "It does")))]
async fn health_check() -> Answer {
    ok(&true)
}

/// Whether the server can work: its database answers.
#[utoipa::path(get, path = "/ready", tag = "Root",
    responses((status = 200, body = Message, description = "It can"), (status = 503, body = Message, description = "It can't")))]
async fn perform_readiness_check(Workspace(scope): Workspace) -> Answer {
    match scope.head().await {
        Ok(_) => ok(&Message { message: "OK" }),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            let message = Message {
                message: "Database is not available",
            };
            json(StatusCode::SERVICE_UNAVAILABLE, &message)
        }
    }
}

/// Say hello.
#[utoipa::path(get, path = "/hello", tag = "Root", responses((status = 200, body = String, description = "Hello")))]
async fn hello() -> Answer {
    ok(&"👋")
}
