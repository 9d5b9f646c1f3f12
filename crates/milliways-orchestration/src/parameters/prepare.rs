//! Schemas as clients write them, made into what 2020-12 means.
//!
//! Older clients say nothing of null where a property may be left out, and write tuples as lists of items.
//! What is mended, and what is left alone, is Prefect's choice to the letter: values that it lets pass must
//! pass here.

use serde_json::{Map, Value, json};

/// Mends the schema's properties and definitions.
pub(super) fn preprocess(schema: &mut Map<String, Value>, allow_none_with_default: bool) {
    let required = required_of(schema);
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        mend_all(properties, &required, allow_none_with_default);
    }
    let Some(Value::Object(definitions)) = schema.get_mut("definitions") else {
        return;
    };
    let mut blocks = Vec::new();
    for (key, definition) in definitions.iter_mut() {
        let Value::Object(definition) = definition else {
            continue;
        };
        let required = required_of(definition);
        if let Some(Value::Object(properties)) = definition.get_mut("properties") {
            mend_all(properties, &required, allow_none_with_default);
        }
        if definition.contains_key("block_type_slug") {
            let title = definition
                .get("title")
                .and_then(Value::as_str)
                .unwrap_or(key);
            blocks.push((title.to_owned(), by_reference_too(definition)));
        }
    }
    definitions.extend(blocks);
}

/// Nothing is required any more. Lists are not looked into.
pub(super) fn remove_required(schema: &mut Map<String, Value>) {
    schema.shift_remove("required");
    for value in schema.values_mut() {
        if let Value::Object(inner) = value {
            remove_required(inner);
        }
    }
}

fn required_of(schema: &Map<String, Value>) -> Vec<String> {
    let names = schema.get("required").and_then(Value::as_array);
    names
        .into_iter()
        .flatten()
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect()
}

fn mend_all(properties: &mut Map<String, Value>, required: &[String], with_default: bool) {
    for (key, schema) in properties {
        let Value::Object(schema) = schema else {
            continue;
        };
        if !required.contains(key) {
            accept_null(schema, with_default);
        }
        mend_tuple(schema);
        if schema.contains_key("properties") {
            let required = required_of(schema);
            if let Some(Value::Object(inner)) = schema.get_mut("properties") {
                mend_all(inner, &required, with_default);
            }
        }
    }
}

fn accept_null(schema: &mut Map<String, Value>, with_default: bool) {
    let is_open = with_default || !schema.contains_key("default");
    if is_open
        && schema.get("type").is_some_and(|kind| kind != "null")
        && let Some(kind) = schema.shift_remove("type")
    {
        schema.insert(
            "anyOf".to_owned(),
            json!([{"type": kind}, {"type": "null"}]),
        );
    }
}

fn mend_tuple(schema: &mut Map<String, Value>) {
    let is_tuple = matches!(schema.get("items"), Some(Value::Array(items)) if !items.is_empty());
    let has_prefix = match schema.get("prefixItems") {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::Array(items)) => !items.is_empty(),
        Some(_) => true,
    };
    if is_tuple
        && !has_prefix
        && let Some(items) = schema.shift_remove("items")
    {
        schema.insert("prefixItems".to_owned(), items);
    }
}

/// A block may be given by its id, instead of written out.
fn by_reference_too(definition: &Map<String, Value>) -> Value {
    json!({"oneOf": [definition, {
        "type": "object",
        "properties": {"$ref": {"oneOf": [
            {"type": "string", "format": "uuid"},
            {"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1},
        ]}},
        "required": ["$ref"],
    }]})
}
