//! The settings as `GET /api/admin/settings` shows them: a tree by their dotted names, secrets masked.

use milliways_settings::{Secret, Settings, defs};
use serde_json::{Map, Value};

/// The tree. A number or a truth value is shown as one, an unset setting as null.
pub(crate) fn tree(settings: &Settings) -> Value {
    let mut root = Map::new();
    for setting in defs::all() {
        let value = match settings.found(setting) {
            None => Value::Null,
            Some(_) if setting.secret => Value::from(Secret::MASK),
            Some(found) => literal(&found.text),
        };
        insert(&mut root, setting.name, value);
    }
    Value::Object(root)
}

fn literal(text: &str) -> Value {
    match text {
        "true" | "True" => Value::Bool(true),
        "false" | "False" => Value::Bool(false),
        _ => text
            .parse::<i64>()
            .map_or_else(|_| Value::from(text), Value::from),
    }
}

fn insert(tree: &mut Map<String, Value>, name: &str, value: Value) {
    let Some((group, rest)) = name.split_once('.') else {
        tree.insert(name.to_owned(), value);
        return;
    };
    let branch = tree
        .entry(group)
        .or_insert_with(|| Value::Object(Map::new()));
    // A name can be both a value and the beginning of others; the value wins, it was declared first.
    if let Value::Object(branch) = branch {
        insert(branch, rest, value);
    }
}
