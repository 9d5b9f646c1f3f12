//! Where results are stored: one setting of the whole workspace, so that nobody but this story may change it.

use serde_json::{Value, json};

use super::Step;

const STORAGE: &str = "/admin/storage";

/// Two documents that can hold results are made; the one is chosen, then the other, then none.
pub(super) fn of_the_result_storage() -> Vec<Step> {
    let fields = json!({"title": "{n}", "type": "object", "block_type_slug": "{n}", "secret_fields": [],
        "block_schema_references": {}, "properties": {"path": {"title": "Path", "type": "string"}}});
    let document = |name: &str| json!({"name": name, "data": {"path": "/{n}"}, "block_schema_id": "{_schema}", "block_type_id": "{_type}"});
    let chosen = |id: Value| json!({"default_result_storage_block_id": id});
    let choose =
        |id: &str| Step::new("PUT", STORAGE, chosen(json!(id))).shows(STORAGE, chosen(json!(id)));
    let choose_none = || Step::delete(STORAGE).shows(STORAGE, chosen(Value::Null));
    let slug = "/block_types/slug/{n}";
    let first = "/block_types/slug/{n}/block_documents/name/one";
    vec![
        Step::post("/block_types/", json!({"name": "{n}", "slug": "{n}"}))
            .keeps("{_type}", "/id")
            .shows(slug, json!({"name": "{n}"})),
        Step::post(
            "/block_schemas/",
            json!({"block_type_id": "{_type}", "fields": fields, "capabilities": ["read-path", "write-path"]}),
        )
        .keeps("{_schema}", "/id"),
        Step::post("/block_documents/", document("one"))
            .keeps("{_one}", "/id")
            .shows(first, json!({"data": {"path": "/{n}"}})),
        Step::post("/block_documents/", document("two")).keeps("{_two}", "/id"),
        choose_none(),
        choose("{_one}"),
        choose("{_two}"),
        choose_none(),
        // From here on the next one chooses.
        Step::delete("/block_types/{_type}")
            .hides(slug)
            .hides(first)
            .leaves(STORAGE),
    ]
}
