//! `/version`: which version of the API is spoken.

use milliways_model::version::API_VERSION;
use utoipa_axum::routes;

use super::Routes;
use super::reply::{Answer, ok};

pub(super) fn routes() -> Routes {
    Routes::default().add(routes!(server_version))
}

/// The version of the API.
#[utoipa::path(get, path = "/version", tag = "Root", responses((status = 200, body = String, description = "The version")))]
async fn server_version() -> Answer {
    ok(&API_VERSION)
}
