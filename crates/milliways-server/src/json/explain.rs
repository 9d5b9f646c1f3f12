//! Why a value does not fit a type, told by the type's schema in the words of pydantic.
//!
//! Prefect's clients and tests read these: the kind of the error, the way to the field, what stood there.
//! This is mostly the cold path: it runs once serde has refused the value, and for filters with a list in them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use super::lax;
use super::read::{MENDABLE, NOT_AN_OBJECT, UNKNOWN_KEY};
use crate::problem::{FieldError, Step};

/// More errors than this help nobody.
const MOST_ERRORS: usize = 100;

/// What is wrong with `value` as a `T`; empty where the schema finds nothing.
pub(super) fn explain<T: ToSchema>(value: &Value) -> Vec<FieldError> {
    let schema = schema_of::<T>();
    let mut check = Check {
        known: &schema.named,
        way: vec!["body".into()],
        errors: Vec::new(),
    };
    check.value(&schema.root, value);
    check.errors
}

/// A type's schema, and those that it refers to by name.
struct Known {
    root: Value,
    named: Map<String, Value>,
}

/// The schema of a type. It is made once: filters with a list in them are all held against theirs, and making one
/// takes longer than most of them take to answer.
fn schema_of<T: ToSchema>() -> Arc<Known> {
    static KNOWN: Mutex<BTreeMap<&str, Arc<Known>>> = Mutex::new(BTreeMap::new());
    let name = std::any::type_name::<T>();
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let make = || {
        let mut named: Vec<(String, RefOr<Schema>)> = Vec::new();
        T::schemas(&mut named);
        let value = |schema: RefOr<Schema>| serde_json::to_value(schema).unwrap_or_default();
        Arc::new(Known {
            root: value(T::schema()),
            named: named
                .into_iter()
                .map(|(name, it)| (name, value(it)))
                .collect(),
        })
    };
    known.entry(name).or_insert_with(make).clone()
}

struct Check<'s> {
    known: &'s Map<String, Value>,
    way: Vec<Step>,
    errors: Vec<FieldError>,
}

impl<'s> Check<'s> {
    fn value(&mut self, schema: &'s Value, value: &Value) {
        if self.errors.len() >= MOST_ERRORS {
            return;
        }
        if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
            let name = name.rsplit('/').next().unwrap_or(name);
            if let Some(schema) = self.known.get(name) {
                self.value(schema, value);
            }
            return;
        }
        for part in list(schema, "allOf") {
            self.value(part, value);
        }
        for key in ["oneOf", "anyOf"] {
            if !list(schema, key).is_empty() {
                return self.one_of(list(schema, key), value);
            }
        }
        self.typed(schema, value);
    }

    /// One of several schemas has to fit. What is told is what is wrong by the one that comes closest.
    fn one_of(&mut self, options: &'s [Value], value: &Value) {
        if let (Some(kinds), Some((kind, inner))) = (kinds(options), only_field(value)) {
            return self.of_kind(&kinds, kind, inner, value);
        }
        let mut closest: Option<Vec<FieldError>> = None;
        for option in options {
            let before = self.errors.len();
            self.value(option, value);
            let errors = self.errors.split_off(before);
            if errors.is_empty() {
                return;
            }
            let depth =
                |errors: &[FieldError]| errors.iter().map(|error| error.location.len()).max();
            let is_null = option.get("type").and_then(Value::as_str) == Some("null");
            if !is_null
                && closest
                    .as_ref()
                    .is_none_or(|best| depth(&errors) > depth(best))
            {
                closest = Some(errors);
            }
        }
        self.errors.extend(closest.unwrap_or_default());
    }

    /// An object whose one key says of what kind it is: only that kind's schema has a say.
    fn of_kind(&mut self, kinds: &[(&str, &'s Value)], kind: &str, inner: &Value, value: &Value) {
        if let Some((_, schema)) = kinds.iter().find(|(name, _)| *name == kind) {
            return self.within(kind.to_owned(), |check| check.value(schema, inner));
        }
        let names: Vec<String> = kinds.iter().map(|(name, _)| format!("'{name}'")).collect();
        let expected = names.join(", ");
        let text = format!(
            "Input tag '{kind}' found using its key does not match any of the expected tags: {expected}"
        );
        self.wrong_by(
            "union_tag_invalid",
            text,
            value,
            "expected_tags",
            expected.into(),
        );
    }

    fn typed(&mut self, schema: &'s Value, value: &Value) {
        let types: Vec<&str> = match schema.get("type") {
            Some(Value::String(name)) => vec![name],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => return,
        };
        if value.is_null() && types.contains(&"null") {
            return;
        }
        match types.into_iter().find(|name| *name != "null") {
            Some("object") => self.object(schema, value),
            None => self.wrong("none_required", "Input should be None", value),
            Some("array") => self.array(schema, value),
            Some("string") => self.string(schema, value),
            Some("integer") => self.integer(schema, value),
            Some("number") if !value.is_number() => self.lax(lax::number(value), value),
            Some("boolean") if !value.is_boolean() => self.lax(lax::boolean(value), value),
            _ => {}
        }
    }

    fn object(&mut self, schema: &'s Value, value: &Value) {
        let properties = schema.get("properties").and_then(Value::as_object);
        let Value::Object(fields) = value else {
            if properties.is_none_or(Map::is_empty) {
                self.wrong("dict_type", "Input should be a valid dictionary", value);
            } else {
                let text = "Input should be a valid dictionary or object to extract fields from";
                self.wrong(NOT_AN_OBJECT, text, value);
            }
            return;
        };
        for name in list(schema, "required").iter().filter_map(Value::as_str) {
            if !fields.contains_key(name) {
                self.within(name.to_owned(), |check| {
                    check.wrong("missing", "Field required", value);
                });
            }
        }
        let others = schema.get("additionalProperties");
        for (name, field) in fields {
            let known = properties.and_then(|all| all.get(name));
            self.within(name.clone(), |check| match known.or(others) {
                Some(Value::Bool(false)) => {
                    check.wrong(UNKNOWN_KEY, "Extra inputs are not permitted", field);
                }
                Some(schema) => check.value(schema, field),
                None => {}
            });
        }
    }

    fn array(&mut self, schema: &'s Value, value: &Value) {
        let Value::Array(items) = value else {
            return self.wrong("list_type", "Input should be a valid list", value);
        };
        let most = schema.get("maxItems").and_then(Value::as_u64);
        if let Some(most) = most.filter(|most| items.len() as u64 > *most) {
            let text = format!(
                "List should have at most {most} items after validation, not {}",
                items.len()
            );
            self.wrong_by("too_long", text, &Value::Null, "max_length", most.into());
        }
        for (place, item) in items.iter().enumerate() {
            let part = list(schema, "prefixItems")
                .get(place)
                .or_else(|| schema.get("items"));
            if let Some(part) = part {
                self.way.push(Step::Index(place));
                self.value(part, item);
                self.way.pop();
            }
        }
    }

    fn string(&mut self, schema: &Value, value: &Value) {
        let options = list(schema, "enum");
        if !options.is_empty() {
            if !options.contains(value) {
                let names: Vec<String> = options
                    .iter()
                    .filter_map(Value::as_str)
                    .map(|name| format!("'{name}'"))
                    .collect();
                let expected = match names.split_last() {
                    Some((last, rest)) if !rest.is_empty() => {
                        format!("{} or {last}", rest.join(", "))
                    }
                    _ => names.concat(),
                };
                let text = format!("Input should be {expected}");
                self.wrong_by("enum", text, value, "expected", expected.into());
            }
            return;
        }
        let format = schema
            .get("format")
            .and_then(Value::as_str)
            .unwrap_or_default();
        match (format, value) {
            ("uuid", Value::String(text)) => self.uuid(text, value),
            ("uuid", _) => {
                self.wrong(
                    "uuid_type",
                    "UUID input should be a string, bytes or UUID object",
                    value,
                );
            }
            ("date-time", Value::String(text))
                if text.parse::<milliways_model::Timestamp>().is_err() =>
            {
                let text = format!("Value error, Unable to parse string [{text}]");
                self.wrong("value_error", &text, value);
            }
            ("date-time", Value::String(_) | Value::Number(_)) => {}
            ("date-time", _) => {
                self.wrong("datetime_type", "Input should be a valid datetime", value);
            }
            (_, Value::String(text)) => self.length(schema, text, value),
            _ => self.wrong("string_type", "Input should be a valid string", value),
        }
    }

    fn uuid(&mut self, text: &str, value: &Value) {
        if let Err(error) = text.parse::<milliways_model::Uuid>() {
            let text = format!("Input should be a valid UUID, {error}");
            self.wrong_by(
                "uuid_parsing",
                text,
                value,
                "error",
                error.to_string().into(),
            );
        }
    }

    fn length(&mut self, schema: &Value, text: &str, value: &Value) {
        let most = schema.get("maxLength").and_then(Value::as_u64);
        if let Some(most) = most.filter(|most| text.chars().count() as u64 > *most) {
            let text = format!("String should have at most {most} characters");
            self.wrong_by("string_too_long", text, value, "max_length", most.into());
        }
    }

    fn integer(&mut self, schema: &Value, value: &Value) {
        let Some(whole) = value.as_i64() else {
            return self.lax(lax::integer(value), value);
        };
        let bound = |key| schema.get(key).and_then(Value::as_f64);
        #[expect(clippy::cast_precision_loss, reason = "bounds are small whole numbers")]
        let size = whole as f64;
        if let Some(least) = bound("minimum").filter(|least| size < *least) {
            let text = format!("Input should be greater than or equal to {least}");
            self.wrong_by(
                "greater_than_equal",
                text,
                value,
                "ge",
                whole_or_float(least),
            );
        }
        if let Some(most) = bound("maximum").filter(|most| size > *most) {
            let text = format!("Input should be less than or equal to {most}");
            self.wrong_by("less_than_equal", text, value, "le", whole_or_float(most));
        }
    }

    /// What a value is taken for, or why it is not.
    fn lax(&mut self, taken: lax::Taken, value: &Value) {
        match taken {
            Ok(becomes) => self.wrong_by(MENDABLE, String::new(), value, "becomes", becomes),
            Err((kind, text)) => self.wrong(kind, text, value),
        }
    }

    fn within(&mut self, name: String, check: impl FnOnce(&mut Self)) {
        self.way.push(Step::Key(name.into()));
        check(self);
        self.way.pop();
    }

    fn wrong(&mut self, kind: &'static str, text: &str, value: &Value) {
        self.errors
            .push(FieldError::new(kind, self.way.clone(), text, value.clone()));
    }

    fn wrong_by(
        &mut self,
        kind: &'static str,
        text: String,
        value: &Value,
        key: &'static str,
        bound: Value,
    ) {
        let error = FieldError::new(kind, self.way.clone(), text, value.clone());
        self.errors.push(error.with(key, bound));
    }
}

/// The kinds of an enumeration that is written as objects with one key each, the kind.
fn kinds(options: &[Value]) -> Option<Vec<(&str, &Value)>> {
    let kind = |option| {
        let [Value::String(name)] = list(option, "required") else {
            return None;
        };
        let properties = option.get("properties")?.as_object()?;
        (properties.len() == 1).then_some((name.as_str(), properties.get(name)?))
    };
    (options.len() > 1).then(|| options.iter().map(kind).collect())?
}

/// The one field of an object that has no other.
fn only_field(value: &Value) -> Option<(&str, &Value)> {
    let fields = value.as_object().filter(|fields| fields.len() == 1)?;
    let (name, inner) = fields.iter().next()?;
    Some((name, inner))
}

fn list<'a>(schema: &'a Value, key: &str) -> &'a [Value] {
    schema
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "bounds are small whole numbers"
)]
fn whole_or_float(bound: f64) -> Value {
    if bound.fract() == 0.0 {
        Value::from(bound as i64)
    } else {
        Value::from(bound)
    }
}
