//! The checksum by which clients find the schema that they would register.

use std::fmt::Write as _;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::definitions::definitions_to_store;
use crate::parameters::float;

/// The checksum of a schema's fields. Which of them are secret, and the definitions of nested blocks, don't
/// count.
pub fn checksum(fields: &Map<String, Value>) -> String {
    let mut fields = without_secret_fields(fields);
    if let Some(Value::Object(definitions)) = fields.get("definitions").filter(|it| !is_empty(it)) {
        let kept = definitions_to_store(&fields, definitions);
        if kept.is_empty() {
            fields.shift_remove("definitions");
        } else {
            fields.insert("definitions".to_owned(), Value::Object(kept));
        }
    }
    let mut text = "[[".to_owned();
    write_object(&fields, &mut text);
    text.push_str("], {}]");
    let mut out = "sha256:".to_owned();
    for byte in Sha256::digest(text.as_bytes()) {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

fn is_empty(value: &Value) -> bool {
    value.as_object().is_none_or(Map::is_empty)
}

/// Lists are not looked into.
fn without_secret_fields(fields: &Map<String, Value>) -> Map<String, Value> {
    let kept = fields.iter().filter(|(key, _)| *key != "secret_fields");
    kept.map(|(key, value)| {
        let value = match value {
            Value::Object(inner) => Value::Object(without_secret_fields(inner)),
            other => other.clone(),
        };
        (key.clone(), value)
    })
    .collect()
}

/// JSON as Python's encoder writes it, with sorted keys.
fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => {
            let _ = write!(out, "{value}");
        }
        Value::Number(number) => match number.as_f64() {
            Some(value) if number.is_f64() => out.push_str(&float(value)),
            _ => {
                let _ = write!(out, "{number}");
            }
        },
        Value::String(text) => quote(text, out),
        Value::Array(list) => {
            out.push('[');
            for (n, item) in list.iter().enumerate() {
                if n > 0 {
                    out.push_str(", ");
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(map) => write_object(map, out),
    }
}

fn write_object(map: &Map<String, Value>, out: &mut String) {
    let mut keys: Vec<&String> = map.keys().collect();
    keys.sort_unstable();
    out.push('{');
    for (n, key) in keys.into_iter().enumerate() {
        if n > 0 {
            out.push_str(", ");
        }
        quote(key, out);
        out.push_str(": ");
        write(&map[key.as_str()], out);
    }
    out.push('}');
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(c),
            c => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}
