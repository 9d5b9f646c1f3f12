//! `/templates`: whether a template of an automation is one.

use axum::http::StatusCode;
use milliways_orchestration::template;
use serde_json::json;
use utoipa_axum::routes;

use super::Routes;
use super::reply::{Answer, empty, json};
use crate::extract::Text;

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(validate_template))
        .add(routes!(automations::validate_template))
}

/// Check a template.
#[utoipa::path(post, path = "/templates/validate", tag = "Automations",
    request_body(content = Option<String>, content_type = "application/json"),
    responses((status = 200, description = "It is one"), (status = 204, description = "It is one")))]
async fn validate_template(Text(source): Text) -> Answer {
    match template::check(&source) {
        Ok(()) => Ok(empty(StatusCode::NO_CONTENT)),
        Err(flaw) => {
            let error = json!({"line": flaw.line, "message": flaw.message, "source": source});
            json(StatusCode::UNPROCESSABLE_ENTITY, &json!({ "error": error }))
        }
    }
}

/// The same under its older path.
mod automations {
    use super::{Answer, Text};

    /// Check a template.
    #[utoipa::path(post, path = "/automations/templates/validate", tag = "Automations",
        request_body(content = Option<String>, content_type = "application/json"),
        responses((status = 200, description = "It is one"), (status = 204, description = "It is one")))]
    pub(super) async fn validate_template(text: Text) -> Answer {
        super::validate_template(text).await
    }
}
