//! One thing that is wrong with a request: where, what, and what stood there.

use std::borrow::Cow;
use std::fmt;

use serde_json::{Map, Value, json};

/// A step on the way to a field: the name of a key, or a place in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Key(Cow<'static, str>),
    Index(usize),
}

impl From<&'static str> for Step {
    fn from(key: &'static str) -> Self {
        Self::Key(Cow::Borrowed(key))
    }
}

/// A wrong field, in the words and types that Prefect's clients know from pydantic.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FieldError {
    pub(crate) kind: &'static str,
    pub(crate) location: Vec<Step>,
    pub(crate) message: String,
    pub(crate) input: Value,
    pub(crate) context: Map<String, Value>,
}

impl FieldError {
    pub(crate) fn new(
        kind: &'static str,
        location: Vec<Step>,
        message: impl Into<String>,
        input: Value,
    ) -> Self {
        Self {
            kind,
            location,
            message: message.into(),
            input,
            context: Map::new(),
        }
    }

    /// A number that the message names, for programs.
    pub(crate) fn with(mut self, key: &'static str, value: impl Into<Value>) -> Self {
        self.context.insert(key.to_owned(), value.into());
        self
    }

    pub(crate) fn to_value(&self) -> Value {
        let location: Vec<Value> = self
            .location
            .iter()
            .map(|step| match step {
                Step::Key(key) => Value::from(&**key),
                Step::Index(index) => Value::from(*index),
            })
            .collect();
        let mut value = json!({
            "type": self.kind,
            "loc": location,
            "msg": self.message,
            "input": self.input,
        });
        if !self.context.is_empty() {
            value["ctx"] = Value::Object(self.context.clone());
        }
        value
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, step) in self.location.iter().enumerate() {
            if place > 0 {
                f.write_str(".")?;
            }
            match step {
                Step::Key(key) => f.write_str(key)?,
                Step::Index(index) => write!(f, "{index}")?,
            }
        }
        write!(f, ": {}", self.message)
    }
}
