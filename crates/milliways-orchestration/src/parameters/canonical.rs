//! When two values are the same: 1 and 1.0 are, 1 and true are not, and the order of keys is nothing.

use std::fmt::Write as _;

use serde_json::Value;

/// Whether JSON Schema takes these for the same.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            one == other || one.as_f64().is_some_and(|one| Some(one) == other.as_f64())
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(key, one)| other.get(key).is_some_and(|other| same(one, other)))
        }
        (one, other) => one == other,
    }
}

/// A text that is the same for values that are the same.
pub(super) fn key(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Number(number) => {
            let _ = match number.as_f64() {
                // Whole floats are written like the integer that they equal.
                Some(float) if number.is_f64() => write!(out, "{float}"),
                _ => write!(out, "{number}"),
            };
        }
        Value::Array(list) => {
            out.push('[');
            for item in list {
                write(item, out);
                out.push(',');
            }
            out.push(']');
        }
        Value::Object(map) => {
            let mut keys: Vec<_> = map.keys().collect();
            keys.sort_unstable();
            out.push('{');
            for key in keys {
                let _ = write!(out, "{key:?}:");
                write(&map[key.as_str()], out);
                out.push(',');
            }
            out.push('}');
        }
        other => {
            let _ = write!(out, "{other}");
        }
    }
}
