//! Whether a pool's job template is one: every `{{ placeholder }}` of its configuration is a declared variable.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

use crate::json::JsonObject;

/// Placeholders that stand for something else than a variable of the template.
const RESERVED: [&str; 3] = ["prefect.blocks.", "prefect.variables.", "$"];

/// Why a template is none. The words are those that Prefect's clients look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidTemplate {
    /// One of its two parts is missing or empty.
    MissingKeys,
    /// Its configuration uses variables that are not declared.
    Undeclared(Vec<String>),
}

impl fmt::Display for InvalidTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingKeys => f.write_str(
                "The `base_job_template` must contain both a `job_configuration` key and a `variables` key.",
            ),
            Self::Undeclared(names) => write!(
                f,
                "The variables specified in the job configuration template must be present as properties in the \
                 variables schema. Your job configuration uses the following undeclared variable(s): {}.",
                names.join(" ,")
            ),
        }
    }
}

/// Checks a template; an empty one is fine.
pub fn check(template: &JsonObject) -> Result<(), InvalidTemplate> {
    let map = template.to_map();
    if map.is_empty() {
        return Ok(());
    }
    let part = |key: &str| {
        map.get(key)
            .and_then(Value::as_object)
            .filter(|part| !part.is_empty())
            .ok_or(InvalidTemplate::MissingKeys)
    };
    let (configuration, variables) = (part("job_configuration")?, part("variables")?);
    let declared = variables.get("properties").and_then(Value::as_object);
    let mut used = BTreeSet::new();
    for value in configuration.values() {
        placeholders(value, &mut used);
    }
    let undeclared: Vec<String> = used
        .into_iter()
        .filter(|name| !RESERVED.iter().any(|beginning| name.starts_with(beginning)))
        .filter(|name| declared.is_none_or(|declared| !declared.contains_key(name)))
        .collect();
    if undeclared.is_empty() {
        Ok(())
    } else {
        Err(InvalidTemplate::Undeclared(undeclared))
    }
}

/// Names of placeholders anywhere in a value, in the keys of objects too.
fn placeholders(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => in_text(text, names),
        Value::Array(items) => items.iter().for_each(|item| placeholders(item, names)),
        Value::Object(fields) => {
            for (key, field) in fields {
                in_text(key, names);
                placeholders(field, names);
            }
        }
        _ => {}
    }
}

fn in_text(text: &str, names: &mut BTreeSet<String>) {
    let mut rest = text;
    while let Some(at) = rest.find("{{") {
        rest = &rest[at + 2..];
        let Some(end) = rest.find("}}") else { return };
        let name = rest[..end].trim();
        let is_name = |c: char| c.is_alphanumeric() || "_.-[]$".contains(c);
        if !name.is_empty() && name.chars().all(is_name) {
            names.insert(name.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(text: &str) -> String {
        let template = JsonObject::from_text(text.to_owned()).unwrap();
        check(&template).map_or_else(|flaw| flaw.to_string(), |()| "fine".to_owned())
    }

    #[test]
    fn every_placeholder_is_a_declared_variable() {
        let variables = r#""variables": {"properties": {"a": {}, "b": {}}}"#;
        let with = |configuration: &str| {
            checked(&format!(
                r#"{{"job_configuration": {configuration}, {variables}}}"#
            ))
        };
        assert_eq!(checked("{}"), "fine");
        assert_eq!(
            with(r#"{"x": "{{ a }}.{{b}}", "y": [{"z": "{{ a }}"}]}"#),
            "fine"
        );
        assert_eq!(
            with(r#"{"x": "{{ $HOME }} {{ prefect.blocks.secret.s }}"}"#),
            "fine"
        );
        assert_eq!(with(r#"{"x": "{{ not a name }} {{ a"}"#), "fine");
        assert!(with(r#"{"x": {"{{ c }}": "{{ d }}"}}"#).ends_with("variable(s): c ,d."));
        assert!(checked(r#"{"job_configuration": {}}"#).contains("must contain both"));
        assert!(checked(r#"{"variables": {"properties": {}}}"#).contains("must contain both"));
    }
}
