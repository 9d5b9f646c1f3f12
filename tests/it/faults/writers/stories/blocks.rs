//! Blocks: a type, a schema with a secret, documents that hold it and refer to each other.

use serde_json::json;

use super::Step;

const TYPE: &str = "/block_types/slug/{n}";
const OPEN: &str = "/block_types/slug/{n}/block_documents/name/doc?include_secrets=true";
const CLOSED: &str = "/block_types/slug/{n}/block_documents/name/doc";
const PARENT: &str = "/block_types/slug/{n}/block_documents/name/parent?include_secrets=true";

/// A type, its schema and two documents are made, changed, and deleted with the type.
pub(super) fn of_a_block() -> Vec<Step> {
    let fields = json!({"title": "{n}", "type": "object", "block_type_slug": "{n}", "secret_fields": ["password"],
        "block_schema_references": {}, "properties": {
            "password": {"title": "Password", "type": "string", "writeOnly": true, "format": "password"},
            "host": {"title": "Host", "type": "string"}}});
    let other_fields = json!({"title": "{n}", "type": "object", "block_type_slug": "{n}", "secret_fields": [],
        "block_schema_references": {}, "properties": {}});
    let schemas = json!({"block_schemas": {"block_type_id": {"any_": ["{_type}"]}}});
    let document = |name: &str, data| json!({"name": name, "data": data, "block_schema_id": "{_schema}", "block_type_id": "{_type}"});
    let child = json!({"$ref": {"block_document_id": "{_doc}"}});
    vec![
        Step::post(
            "/block_types/",
            json!({"name": "{n}", "slug": "{n}", "description": "one"}),
        )
        .keeps("{_type}", "/id")
        .shows(TYPE, json!({"name": "{n}", "description": "one"})),
        Step::patch("/block_types/{_type}", json!({"description": "two"}))
            .shows(TYPE, json!({"description": "two"})),
        Step::post(
            "/block_schemas/",
            json!({"block_type_id": "{_type}", "fields": fields, "capabilities": ["read"]}),
        )
        .keeps("{_schema}", "/id")
        .finds(
            "/block_schemas/filter",
            schemas.clone(),
            json!([{"fields": {"secret_fields": ["password"]}}]),
        ),
        Step::post(
            "/block_schemas/",
            json!({"block_type_id": "{_type}", "fields": other_fields}),
        )
        .keeps("{_other}", "/id")
        .finds(
            "/block_schemas/filter",
            schemas.clone(),
            json!([{"fields": {"secret_fields": ["password"]}}, {"fields": {"secret_fields": []}}]),
        ),
        Step::delete("/block_schemas/{_other}").finds(
            "/block_schemas/filter",
            schemas.clone(),
            json!([{"fields": {"secret_fields": ["password"]}}]),
        ),
        Step::post("/block_types/install_system_block_types", json!({}))
            .shows("/block_types/slug/secret", json!({"is_protected": true})),
        Step::post(
            "/block_documents/",
            document("doc", json!({"password": "sesame {n}", "host": "h"})),
        )
        .keeps("{_doc}", "/id")
        .shows(
            OPEN,
            json!({"data": {"password": "sesame {n}", "host": "h"}}),
        )
        .shows(
            CLOSED,
            json!({"data": {"password": "********", "host": "h"}}),
        ),
        Step::post(
            "/block_documents/",
            document("parent", json!({"password": "p", "child": child})),
        )
        .keeps("{_parent}", "/id")
        .shows(
            PARENT,
            json!({"data": {"password": "p", "child": {"password": "sesame {n}"}}}),
        ),
        Step::patch(
            "/block_documents/{_doc}",
            json!({"data": {"password": "open {n}"}, "merge_existing_data": true}),
        )
        .shows(OPEN, json!({"data": {"password": "open {n}", "host": "h"}}))
        .shows(
            PARENT,
            json!({"data": {"child": {"password": "open {n}", "host": "h"}}}),
        ),
        Step::delete("/block_documents/{_parent}").hides(PARENT),
        Step::delete("/block_types/{_type}")
            .hides(TYPE)
            .hides(OPEN)
            .hides(CLOSED)
            .finds("/block_schemas/filter", schemas, json!([])),
    ]
}
