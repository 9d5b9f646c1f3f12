//! `{{ name }}` in the texts of a JSON value. Pure.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// What a placeholder stands for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Found {
    /// This.
    Value(Value),
    /// Nothing: a field that consists of it is left out.
    Nothing,
    /// It is somebody else's to fill in.
    Later,
}

/// The value with its placeholders filled in; `None` where it is one that stands for nothing.
pub(crate) fn fill(template: &Value, look: &mut impl FnMut(&str) -> Found) -> Option<Value> {
    match template {
        Value::String(text) => in_text(text, look),
        Value::Array(items) => {
            let items = items.iter().filter_map(|item| fill(item, look));
            Some(Value::Array(items.collect()))
        }
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .filter_map(|(name, field)| Some((name.clone(), fill(field, look)?)));
            Some(Value::Object(fields.collect()))
        }
        other => Some(other.clone()),
    }
}

/// The names of all placeholders.
pub(crate) fn names(template: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    fill(template, &mut |name| {
        names.insert(name.to_owned());
        Found::Later
    });
    names
}

/// The value at a path such as `a.b[0]`, where the path itself is no key.
pub(crate) fn dig<'v>(values: &'v Map<String, Value>, path: &str) -> Option<&'v Value> {
    if let Some(value) = values.get(path) {
        return Some(value);
    }
    let mut parts = path.split(['.', '[', ']']).filter(|part| !part.is_empty());
    let mut value = values.get(parts.next()?)?;
    for part in parts {
        value = match value {
            Value::Object(fields) => fields.get(part)?,
            Value::Array(items) => items.get(part.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    Some(value)
}

fn in_text(text: &str, look: &mut impl FnMut(&str) -> Found) -> Option<Value> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some(hole) = next_hole(rest) {
        let found = look(hole.name);
        let is_whole = rest.len() == text.len() && hole.before.is_empty() && hole.after.is_empty();
        match found {
            Found::Value(value) if is_whole => return Some(value),
            Found::Nothing if is_whole => return None,
            Found::Value(value) => {
                filled.push_str(hole.before);
                filled.push_str(&as_text(&value));
            }
            Found::Nothing => filled.push_str(hole.before),
            Found::Later => {
                filled.push_str(hole.before);
                filled.push_str(hole.whole);
            }
        }
        rest = hole.after;
    }
    filled.push_str(rest);
    Some(Value::String(filled))
}

struct Hole<'t> {
    before: &'t str,
    /// With its braces.
    whole: &'t str,
    name: &'t str,
    after: &'t str,
}

fn next_hole(text: &str) -> Option<Hole<'_>> {
    let mut from = 0;
    while let Some(at) = text[from..].find("{{").map(|at| from + at) {
        let inner = &text[at + 2..];
        let end = inner.find("}}")?;
        let name = inner[..end].trim();
        let is_name = |c: char| c.is_alphanumeric() || "_.-[]$".contains(c);
        if !name.is_empty() && name.chars().all(is_name) {
            let (whole, after) = text[at..].split_at(end + 4);
            return Some(Hole {
                before: &text[..at],
                whole,
                name,
                after,
            });
        }
        from = at + 1;
    }
    None
}

/// A value inside of a text, as Python spells it.
fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Null => "None".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Found, dig, fill, names};

    fn filled(template: &Value) -> Option<Value> {
        let values = json!({"n": 3, "yes": true, "who": "world", "list": [1], "none": null});
        fill(template, &mut |name| match name {
            "prefect.blocks.x.y" => Found::Later,
            name => values
                .get(name)
                .map_or(Found::Nothing, |value| Found::Value(value.clone())),
        })
    }

    #[test]
    fn whole_placeholders_keep_their_type_and_parts_become_text() {
        let cases = [
            (json!("{{ n }}"), Some(json!(3))),
            (json!("{{list}}"), Some(json!([1]))),
            (json!("{{ none }}"), Some(Value::Null)),
            (json!("{{ gone }}"), None),
            (json!("a {{ gone }}b"), Some(json!("a b"))),
            (
                json!("hi {{ who }}, {{ n }}, {{ yes }}"),
                Some(json!("hi world, 3, True")),
            ),
            (json!("{{ n }}{{ n }}"), Some(json!("33"))),
            (
                json!("{{ prefect.blocks.x.y }} {{n}}"),
                Some(json!("{{ prefect.blocks.x.y }} 3")),
            ),
            (
                json!("{{ not a name }} {{ {{ n }}"),
                Some(json!("{{ not a name }} {{ 3")),
            ),
            (
                json!({"a": "{{ gone }}", "b": ["{{ n }}", "{{ gone }}"]}),
                Some(json!({"b": [3]})),
            ),
        ];
        for (template, expected) in cases {
            assert_eq!(filled(&template), expected, "{template}");
        }
    }

    #[test]
    fn names_are_found_everywhere() {
        let found = names(&json!({"x": ["{{ b }} {{ a.c }}"], "y": {"z": "{{ $HOME }}"}}));
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["$HOME", "a.c", "b"]);
    }

    #[test]
    fn paths_lead_into_objects_and_lists() {
        let values = json!({"a": {"b": [1, {"c": 2}]}, "x.y": 3});
        let map = values.as_object().unwrap();
        assert_eq!(dig(map, "a.b[1].c"), Some(&json!(2)));
        assert_eq!(dig(map, "x.y"), Some(&json!(3)));
        assert_eq!(dig(map, "a.b.7"), None);
    }
}
