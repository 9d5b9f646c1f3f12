//! Parameters of an action that runs a deployment: what stands for a value has to be one.
//!
//! A value `{"__prefect_kind": …}` is a template, JSON text or a variable; a text with `{{` is a template, too.

use serde_json::{Map, Value};

use crate::template;

const KIND: &str = "__prefect_kind";

pub(super) fn check(parameters: &Map<String, Value>) -> Result<(), String> {
    let mut problems = Vec::new();
    for (name, value) in parameters {
        if let Err(problem) = self::value(value) {
            problems.push(format!("{name}: {problem}"));
        }
    }
    if problems.is_empty() {
        return Ok(());
    }
    Err(format!("Invalid parameters: \n{}", problems.join("\n  ")))
}

fn value(value: &Value) -> Result<(), String> {
    match value {
        Value::Array(items) => items.iter().try_for_each(self::value),
        Value::Object(fields) => match fields.get(KIND) {
            Some(Value::String(kind)) => placeholder(kind, fields),
            _ => fields.values().try_for_each(self::value),
        },
        Value::String(text) if template::is_template(text) => template(text),
        _ => Ok(()),
    }
}

fn placeholder(kind: &str, fields: &Map<String, Value>) -> Result<(), String> {
    let missing = |key: &str| format!("Missing '{key}' key in __prefect object");
    match kind {
        "jinja" => match fields.get("template") {
            Some(Value::String(text)) => template(text),
            _ => Err(missing("template")),
        },
        "json" => match fields.get("value") {
            Some(Value::String(text)) => serde_json::from_str::<Value>(text)
                .map(drop)
                .map_err(|error| format!("Invalid JSON: {error}")),
            Some(other) => value(other),
            None => Ok(()),
        },
        "workspace_variable" => match fields.get("variable_name") {
            Some(Value::String(_)) => Ok(()),
            _ => Err(missing("variable_name")),
        },
        "none" => fields.get("value").map_or(Ok(()), value),
        other => Err(format!("Invalid kind: {other}")),
    }
}

fn template(text: &str) -> Result<(), String> {
    template::check(text).map_err(|flaw| format!("Invalid jinja: {flaw}"))
}
