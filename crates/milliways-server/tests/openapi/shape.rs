//! Schemas with references inlined and alternatives spread out, and how two of them differ.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Formats that tell a client something; the rest are widths of numbers.
const FORMATS: [&str; 3] = ["uuid", "date-time", "time-delta"];
/// Bounds of what may be sent.
const BOUNDS: [&str; 4] = ["minimum", "maximum", "maxLength", "maxItems"];

/// Whether a schema is of what is sent or of what is answered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Request,
    Response,
}

/// A schema: its alternatives but null, whether null is one, and its default.
#[derive(Debug, Default)]
pub(crate) struct Shape {
    options: Vec<Plain>,
    is_nullable: bool,
    default: Option<String>,
}

/// One alternative.
#[derive(Debug, Default)]
struct Plain {
    kind: String,
    format: Option<String>,
    options: BTreeSet<String>,
    constant: Option<String>,
    bounds: BTreeMap<&'static str, String>,
    required: BTreeSet<String>,
    fields: BTreeMap<String, Shape>,
    is_closed: bool,
    /// Of items, or of fields that are not named.
    inner: Option<Box<Shape>>,
}

impl Shape {
    /// Reads a schema of a document.
    pub(crate) fn read(document: &Value, schema: &Value) -> Self {
        Self::within(document, schema, &mut Vec::new())
    }

    /// The same, within schemas of these names: one that holds itself is not looked into again.
    fn within<'d>(document: &'d Value, schema: &'d Value, names: &mut Vec<&'d str>) -> Self {
        let mut shape = Self {
            default: schema.get("default").map(spelled),
            ..Self::default()
        };
        if let Some(name) = schema["$ref"].as_str() {
            let target = document.pointer(name.trim_start_matches('#')).unwrap();
            if names.contains(&name) {
                let whole = Plain {
                    kind: "any".to_owned(),
                    ..Plain::default()
                };
                return Self {
                    options: vec![whole],
                    ..Self::default()
                };
            }
            names.push(name);
            let inner = Self::within(document, target, names);
            names.pop();
            return Self {
                default: shape.default.or(inner.default),
                ..inner
            };
        }
        let alternatives = ["anyOf", "oneOf"]
            .iter()
            .find_map(|key| schema.get(key)?.as_array());
        if let Some(alternatives) = alternatives {
            for one in alternatives {
                let inner = Self::within(document, one, names);
                shape.options.extend(inner.options);
                shape.is_nullable |= inner.is_nullable;
            }
            return shape;
        }
        if let Some(parts) = schema["allOf"].as_array() {
            let mut whole = Plain {
                kind: "object".to_owned(),
                ..Plain::default()
            };
            for part in parts
                .iter()
                .flat_map(|part| Self::within(document, part, names).options)
            {
                whole.required.extend(part.required);
                whole.fields.extend(part.fields);
            }
            shape.options.push(whole);
            return shape;
        }
        let kinds: Vec<&str> = match &schema["type"] {
            Value::String(kind) => vec![kind],
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            _ if schema.is_null() => vec![],
            _ => vec!["any"],
        };
        shape.is_nullable = kinds.contains(&"null");
        for kind in kinds.into_iter().filter(|kind| *kind != "null") {
            shape
                .options
                .push(Plain::read(document, schema, kind, names));
        }
        shape
    }

    /// Adds what differs between `self`, which is theirs, and ours.
    pub(crate) fn differ(
        &self,
        ours: &Self,
        direction: Direction,
        place: &str,
        found: &mut Vec<String>,
    ) {
        let mut tell = |place: &str, ours: &dyn std::fmt::Debug, theirs: &dyn std::fmt::Debug| {
            found.push(format!("{place}: ours {ours:?}, theirs {theirs:?}"));
        };
        if self.default.is_some() && self.default != ours.default {
            tell(&format!("{place} default"), &ours.default, &self.default);
        }
        let is_any = |shape: &Self| shape.options.iter().any(|one| one.kind == "any");
        if is_any(self) {
            return;
        }
        // What is taken beside what Prefect takes does no harm; an answer must not surprise.
        let (wider, narrower) = match direction {
            Direction::Request => (ours, self),
            Direction::Response => (self, ours),
        };
        if narrower.is_nullable && !wider.is_nullable {
            tell(place, &ours.is_nullable, &self.is_nullable);
        }
        let kinds = |shape: &Self| {
            shape
                .options
                .iter()
                .map(|one| one.kind.clone())
                .collect::<Vec<_>>()
        };
        if kinds(self) != kinds(ours) {
            return tell(place, &kinds(ours), &kinds(self));
        }
        for (theirs, ours) in self.options.iter().zip(&ours.options) {
            theirs.differ(ours, direction, place, found);
        }
    }
}

impl Plain {
    fn read<'d>(
        document: &'d Value,
        schema: &'d Value,
        kind: &str,
        names: &mut Vec<&'d str>,
    ) -> Self {
        let texts = |key: &str| -> BTreeSet<String> {
            schema[key]
                .as_array()
                .into_iter()
                .flatten()
                .map(spelled)
                .collect()
        };
        let fields = schema["properties"].as_object().into_iter().flatten();
        let inner = match kind {
            "array" => schema.get("items").filter(|items| items.is_object()),
            _ => schema
                .get("additionalProperties")
                .filter(|others| others.is_object()),
        };
        Self {
            kind: kind.to_owned(),
            format: schema["format"]
                .as_str()
                .filter(|name| FORMATS.contains(name))
                .map(str::to_owned),
            options: texts("enum"),
            constant: schema.get("const").map(spelled),
            bounds: BOUNDS
                .iter()
                .filter_map(|key| Some((*key, spelled(schema.get(key)?))))
                .collect(),
            required: texts("required"),
            fields: fields
                .map(|(name, field)| (name.clone(), Shape::within(document, field, names)))
                .collect(),
            is_closed: schema["additionalProperties"] == Value::Bool(false),
            inner: inner.map(|inner| Box::new(Shape::within(document, inner, names))),
        }
    }

    fn differ(&self, ours: &Self, direction: Direction, place: &str, found: &mut Vec<String>) {
        let mut tell = |place: &str, ours: &dyn std::fmt::Debug, theirs: &dyn std::fmt::Debug| {
            found.push(format!("{place}: ours {ours:?}, theirs {theirs:?}"));
        };
        if self.format != ours.format {
            tell(&format!("{place} format"), &ours.format, &self.format);
        }
        // A constant may be told as an enumeration of one, or not at all: tags of alternatives are those.
        let is_constant = self
            .constant
            .iter()
            .any(|constant| ours.options.iter().all(|one| one == constant));
        if self.options != ours.options && !is_constant {
            tell(&format!("{place} enum"), &ours.options, &self.options);
        }
        if direction == Direction::Request {
            if self.bounds != ours.bounds {
                tell(&format!("{place} bounds"), &ours.bounds, &self.bounds);
            }
            if self.required != ours.required {
                tell(&format!("{place} required"), &ours.required, &self.required);
            }
            if self.is_closed != ours.is_closed {
                tell(
                    &format!("{place} refuses unknown keys"),
                    &ours.is_closed,
                    &self.is_closed,
                );
            }
            for name in ours
                .fields
                .keys()
                .filter(|name| !self.fields.contains_key(*name))
            {
                tell(&format!("{place}.{name}"), &"a field", &"nothing");
            }
        }
        for (name, field) in &self.fields {
            match ours.fields.get(name) {
                Some(our_field) => {
                    field.differ(our_field, direction, &format!("{place}.{name}"), found);
                }
                None => found.push(format!("{place}.{name}: ours nothing, theirs a field")),
            }
        }
        if let Some(inner) = &self.inner {
            let place = if self.kind == "array" {
                format!("{place}[]")
            } else {
                format!("{place}.*")
            };
            match &ours.inner {
                Some(ours) => inner.differ(ours, direction, &place, found),
                None => found.push(format!(
                    "{place}: ours anything, theirs {:?}",
                    inner.options
                )),
            }
        }
    }
}

/// A value as text; whole numbers are spelled without a fraction, as `50` and `50.0` mean the same.
fn spelled(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_f64().unwrap_or_default().to_string(),
        other => other.to_string(),
    }
}
