//! `/collections`: what kinds of workers and blocks there are. It is part of the server; nothing is fetched.

use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use milliways_model::JsonObject;
use milliways_storage::system_blocks;
use serde_json::{Map, Value, json};
use utoipa_axum::routes;

use super::Routes;
use super::reply::{Answer, ok};
use crate::extract::{View, Workspace};
use crate::problem::Problem;

const WORKERS: &str = include_str!("collections/workers.json");

pub(super) fn routes() -> Routes {
    Routes::default().add(routes!(read_view_content))
}

/// Read what a collection offers: `aggregate-worker-metadata`, `aggregate-block-metadata`.
#[utoipa::path(get, path = "/collections/views/{view}", tag = "Collections",
    params(("view" = String, Path, description = "The view's name")),
    responses((status = 200, body = JsonObject, description = "The view")))]
async fn read_view_content(Workspace(_): Workspace, View(view): View) -> Answer {
    match view.as_str() {
        "aggregate-worker-metadata" => {
            let kind = [(axum::http::header::CONTENT_TYPE, "application/json")];
            Ok((StatusCode::OK, kind, WORKERS).into_response())
        }
        "aggregate-block-metadata" => ok(&blocks()),
        "aggregate-flow-metadata" | "demo-flows" => ok(&json!({})),
        _ => {
            let view: String = view.chars().take(128).collect();
            Err(Problem::missing(format!(
                "View {view} not found in registry"
            )))
        }
    }
}

fn blocks() -> Map<String, Value> {
    let mut collections = Map::new();
    for block in system_blocks() {
        let collection = collections
            .entry(block.collection.clone())
            .or_insert_with(|| json!({"block_types": {}}));
        collection["block_types"][&block.slug] = json!({
            "name": block.name,
            "slug": block.slug,
            "logo_url": block.logo_url,
            "documentation_url": block.documentation_url,
            "description": block.description,
            "code_example": null,
            "is_protected": block.is_protected,
            "block_schema": {
                "checksum": block.schema.checksum,
                "fields": block.schema.fields,
                "capabilities": block.schema.capabilities,
                "version": block.schema.version,
            },
        });
    }
    collections
}
