//! What the derives leave over: defaults of null, and names that come from Rust rather than from the API.

use serde_json::{Map, Value, json};

/// Names of schemas that the derives make of generic types, and what they are called in the API.
const NAMES: [(&str, &str); 1] = [("BTreeMap", "ResourceSpecification")];

/// Fields that may be left out, which the derives know nothing of where a type has no default of its own.
const DEFAULTS: [(&str, Default); 8] = [
    ("operator", Default::Text("and_")),
    ("force", Default::No),
    ("auto_scheduled", Default::No),
    ("run_count", Default::Zero),
    ("flow_run_run_count", Default::Zero),
    ("total_run_time", Default::ZeroSeconds),
    ("estimated_run_time", Default::ZeroSeconds),
    ("estimated_start_time_delta", Default::ZeroSeconds),
];

enum Default {
    Text(&'static str),
    No,
    Zero,
    ZeroSeconds,
}

impl Default {
    fn to_value(&self) -> Value {
        match self {
            Self::Text(text) => json!(text),
            Self::No => json!(false),
            Self::Zero => json!(0),
            Self::ZeroSeconds => json!(0.0),
        }
    }
}

/// Tidies a whole document.
pub(super) fn tidy(document: &mut Value) {
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        for (from, to) in NAMES {
            if let Some(schema) = schemas.shift_remove(from) {
                schemas.insert(to.to_owned(), schema);
            }
        }
        schemas.sort_keys();
    }
    within(document);
}

fn within(value: &mut Value) {
    match value {
        Value::Object(map) => {
            // An absent value that is taken for null needs no default.
            if map.get("default") == Some(&Value::Null) {
                map.shift_remove("default");
            }
            if let Some(Value::String(name)) = map.get_mut("$ref") {
                let last = name.rsplit('/').next().unwrap_or_default().to_owned();
                if last == "String" {
                    map.shift_remove("$ref");
                    map.insert("type".to_owned(), json!("string"));
                } else if let Some((_, to)) = NAMES.iter().find(|(from, _)| *from == last) {
                    *name = format!("#/components/schemas/{to}");
                }
            }
            join(map);
            // The derives take a bare text or number for plain text: all answers are JSON.
            if let Some(content) = map.shift_remove("text/plain") {
                map.insert("application/json".to_owned(), content);
            }
            if let Some(Value::Object(fields)) = map.get_mut("properties") {
                defaults(fields);
            }
            map.values_mut().for_each(within);
        }
        Value::Array(list) => list.iter_mut().for_each(within),
        _ => {}
    }
}

/// The derives write a field's own words and default as an object beside the field's type, all of which have to
/// hold: no text is an object. They belong to the type itself.
fn join(map: &mut Map<String, Value>) {
    let Some(Value::Array(parts)) = map.get("allOf") else {
        return;
    };
    let is_bare = |part: &Map<String, Value>| {
        part.get("type") == Some(&json!("object"))
            && part.keys().all(|key| {
                matches!(
                    key.as_str(),
                    "type" | "description" | "default" | "deprecated"
                )
            })
    };
    if let [Value::Object(of), Value::Object(own)] = &parts[..]
        && is_bare(own)
    {
        let mut joined = of.clone();
        let own = own.iter().filter(|(key, _)| *key != "type");
        joined.extend(own.map(|(key, value)| (key.clone(), value.clone())));
        map.shift_remove("allOf");
        map.extend(joined);
    }
}

fn defaults(fields: &mut Map<String, Value>) {
    for (name, default) in &DEFAULTS {
        if let Some(Value::Object(field)) = fields.get_mut(*name) {
            field.entry("default").or_insert_with(|| default.to_value());
        }
    }
}
