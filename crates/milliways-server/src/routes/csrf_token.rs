//! `/csrf-token`.

use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::routes;

use super::Routes;
use super::reply::{Answer, ok};
use crate::app::Shared;
use crate::csrf::CsrfToken;
use crate::extract::Query;
use crate::problem::Problem;

pub(super) fn routes() -> Routes {
    Routes::default().add(routes!(create_csrf_token))
}

/// A token that a client has to send with whatever changes something.
///
/// Where none is asked for the answer is 422 with the text that Prefect's clients take for that.
#[utoipa::path(get, path = "/csrf-token", tag = "Root",
    params(("client" = String, Query, description = "The client's own id")),
    responses((status = 200, body = CsrfToken, description = "The token")))]
async fn create_csrf_token(State(app): State<Shared>, query: Query) -> Answer {
    let client = query.text("client")?.to_owned();
    match &app.csrf {
        Some(csrf) => ok(&csrf.token(client)),
        None => Err(Problem::detail(
            StatusCode::UNPROCESSABLE_ENTITY,
            "csrf_disabled",
            "CSRF protection is disabled.",
        )),
    }
}
