//! Hydration: the objects with a `__prefect_kind` become the values that they stand for.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use super::failure::Step;
use super::json_text;
use crate::template;

const KIND: &str = "__prefect_kind";

/// How many bytes variables and templates may add: a variable of 5,000 characters is named in 60.
const MAX_ADDED: usize = 4 << 20;

/// With what values are hydrated.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hydration<'a> {
    /// The workspace's variables. Without them a variable stays unknown, which is no error.
    pub variables: Option<&'a BTreeMap<String, Value>>,
    /// What templates are rendered with. Without it they are checked, and not rendered.
    pub templates: Option<template::Given<'a>>,
}

/// What is wrong with an object that stands for a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HydrationError {
    /// It lacks the key that says what it stands for.
    #[error("Missing '{0}' key in __prefect object")]
    MissingKey(&'static str),
    /// Its text is not JSON.
    #[error("Invalid JSON: {0}")]
    InvalidJson(String),
    /// Its template can't be read, or did not render.
    #[error("Invalid jinja: {0}")]
    InvalidJinja(String),
    /// The workspace has no such variable.
    #[error("Variable '{0}' not found in workspace.")]
    UnknownVariable(String),
    /// Variables and templates add more than there is room for.
    #[error("Values are too large: variables and templates may add {MAX_ADDED} bytes")]
    TooLarge,
}

/// What stands where a value is missing.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Gap {
    Error(HydrationError),
    /// A template or variable that nobody was to look into.
    Unknown,
}

/// Values after hydration. Where one is missing there is null, and a note of why.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hydrated {
    pub(super) values: Value,
    pub(super) gaps: HashMap<Vec<Step>, Gap>,
    first_error: Option<HydrationError>,
}

impl Hydrated {
    /// The values, or the first thing that is wrong with them.
    pub fn complete(self) -> Result<Map<String, Value>, HydrationError> {
        match self.first_error {
            Some(error) => Err(error),
            // A kind at the very top may leave anything; parameters are an object.
            None => match self.values {
                Value::Object(values) => Ok(values),
                _ => Ok(Map::new()),
            },
        }
    }
}

impl From<Value> for Hydrated {
    /// Values that are complete as they are.
    fn from(values: Value) -> Self {
        Self {
            values,
            ..Self::default()
        }
    }
}

/// Puts values in the place of the objects that stand for them.
pub fn hydrate(values: &Map<String, Value>, with: Hydration<'_>) -> Hydrated {
    let mut work = Work {
        with,
        path: Vec::new(),
        gaps: HashMap::new(),
        first_error: None,
        added: 0,
    };
    let values = match work.object(values) {
        Made::Value(value) => value,
        Made::Nothing => Value::Object(Map::new()),
        Made::Gap(gap) => work.note(gap),
    };
    Hydrated {
        values,
        gaps: work.gaps,
        first_error: work.first_error,
    }
}

/// Whether hydrating these may need the workspace's variables.
pub fn mentions_variables(values: &Map<String, Value>) -> bool {
    fn mentions(value: &Value) -> bool {
        match value {
            Value::Object(map) => {
                map.get(KIND)
                    .is_some_and(|kind| kind == "workspace_variable")
                    || map.values().any(mentions)
            }
            Value::Array(list) => list.iter().any(mentions),
            _ => false,
        }
    }
    values.get(KIND).is_some() || values.values().any(mentions)
}

enum Made {
    Value(Value),
    /// It goes away, with its key or its place in the list.
    Nothing,
    Gap(Gap),
}

struct Work<'a> {
    with: Hydration<'a>,
    path: Vec<Step>,
    gaps: HashMap<Vec<Step>, Gap>,
    first_error: Option<HydrationError>,
    added: usize,
}

impl Work<'_> {
    fn any(&mut self, value: &Value) -> Made {
        match value {
            Value::Object(map) => self.object(map),
            Value::Array(list) => {
                let mut made = Vec::with_capacity(list.len());
                for item in list {
                    self.path.push(Step::Index(made.len()));
                    match self.any(item) {
                        Made::Value(value) => made.push(value),
                        Made::Nothing => {}
                        Made::Gap(gap) => made.push(self.note(gap)),
                    }
                    self.path.pop();
                }
                Made::Value(Value::Array(made))
            }
            other => Made::Value(other.clone()),
        }
    }

    fn object(&mut self, map: &Map<String, Value>) -> Made {
        if let Some(kind) = map.get(KIND) {
            return self.kind(kind.as_str().unwrap_or_default(), map);
        }
        let mut made = Map::new();
        for (key, value) in map {
            self.path.push(Step::Key(key.clone()));
            match self.any(value) {
                Made::Value(value) => {
                    made.insert(key.clone(), value);
                }
                Made::Nothing => {}
                Made::Gap(gap) => {
                    let value = self.note(gap);
                    made.insert(key.clone(), value);
                }
            }
            self.path.pop();
        }
        Made::Value(Value::Object(made))
    }

    fn kind(&mut self, kind: &str, map: &Map<String, Value>) -> Made {
        match kind {
            "none" => match map.get("value") {
                Some(value) => self.any(value),
                None => missing("value"),
            },
            "json" => match map.get("value") {
                Some(value) => match self.inner(value) {
                    Made::Value(Value::String(text)) => self.json(&text),
                    other => other,
                },
                None => Made::Nothing,
            },
            "jinja" => match map.get("template") {
                Some(template) => match self.inner(template) {
                    Made::Value(Value::String(text)) => self.jinja(&text),
                    Made::Value(_) => invalid_jinja("the template is not a text"),
                    other => other,
                },
                None => missing("template"),
            },
            "workspace_variable" => match map.get("variable_name") {
                Some(name) => match self.inner(name) {
                    Made::Value(Value::String(name)) => self.variable(name),
                    Made::Value(other) => Made::Gap(Gap::Error(HydrationError::UnknownVariable(
                        super::repr(&other),
                    ))),
                    other => other,
                },
                None => Made::Nothing,
            },
            _ => Made::Value(map.get("value").cloned().unwrap_or_default()),
        }
    }

    /// What a kind works on: an object there is hydrated first, anything else is taken as it is.
    fn inner(&mut self, value: &Value) -> Made {
        match value {
            Value::Object(map) => self.object(map),
            other => Made::Value(other.clone()),
        }
    }

    fn json(&mut self, text: &str) -> Made {
        match serde_json::from_str(text) {
            Ok(value) => self.charge(text.len(), value),
            Err(error) => {
                let reason = json_text::fault(text).unwrap_or_else(|| error.to_string());
                Made::Gap(Gap::Error(HydrationError::InvalidJson(reason)))
            }
        }
    }

    fn jinja(&mut self, text: &str) -> Made {
        let rendered = match &mut self.with.templates {
            Some(given) => {
                // No two templates draw the same lots.
                given.random = given.random.wrapping_add(1);
                template::render(text, given).map_err(|error| error.to_string())
            }
            None => match template::check(text) {
                Ok(()) => return Made::Gap(Gap::Unknown),
                Err(flaw) => Err(flaw.to_string()),
            },
        };
        match rendered {
            Ok(text) => self.charge(text.len(), Value::String(text)),
            Err(reason) => invalid_jinja(&reason),
        }
    }

    fn variable(&mut self, name: String) -> Made {
        let Some(variables) = self.with.variables else {
            return Made::Gap(Gap::Unknown);
        };
        match variables.get(&name) {
            Some(value) => self.charge(size(value), value.clone()),
            None => Made::Gap(Gap::Error(HydrationError::UnknownVariable(name))),
        }
    }

    fn charge(&mut self, bytes: usize, value: Value) -> Made {
        self.added += bytes;
        if self.added > MAX_ADDED {
            return Made::Gap(Gap::Error(HydrationError::TooLarge));
        }
        Made::Value(value)
    }

    fn note(&mut self, gap: Gap) -> Value {
        if let Gap::Error(error) = &gap {
            self.first_error.get_or_insert_with(|| error.clone());
        }
        self.gaps.insert(self.path.clone(), gap);
        Value::Null
    }
}

fn missing(key: &'static str) -> Made {
    Made::Gap(Gap::Error(HydrationError::MissingKey(key)))
}

fn invalid_jinja(reason: &str) -> Made {
    Made::Gap(Gap::Error(HydrationError::InvalidJinja(reason.to_owned())))
}

/// About as many bytes as the value's JSON has.
fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() + 2,
        Value::Array(list) => 2 + list.iter().map(|item| 1 + size(item)).sum::<usize>(),
        Value::Object(map) => {
            2 + map
                .iter()
                .map(|(key, value)| key.len() + 4 + size(value))
                .sum::<usize>()
        }
        _ => 8,
    }
}
