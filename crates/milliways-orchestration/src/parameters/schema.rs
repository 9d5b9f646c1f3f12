//! A schema that values are held against.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::best::{best, json_path};
use super::check::Walk;
use super::document::META;
use super::failure::Failure;
use super::hydrate::Hydrated;
use super::prepare;

/// How a schema is changed before it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preparation {
    /// Read it as older clients mean it: what is optional may be null, a list of items is a tuple, and a
    /// block may be given by reference.
    pub preprocess: bool,
    /// With that, a property with a default may be null as well.
    pub allow_none_with_default: bool,
    /// Nothing has to be there.
    pub ignore_required: bool,
}

impl Default for Preparation {
    /// Preprocessed, and otherwise as it is.
    fn default() -> Self {
        Self {
            preprocess: true,
            allow_none_with_default: false,
            ignore_required: false,
        }
    }
}

/// Why a schema can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// It is no schema.
    #[error("Invalid schema: {0}")]
    Invalid(String),
    /// It leads to itself without end.
    #[error("Invalid schema: Unable to validate schema with circular references.")]
    Circular,
    /// It refers to something that is not in it.
    #[error("Validation failed. Failure reason: {0}")]
    Unresolvable(String),
    /// It has a pattern that can't be matched in linear time or little memory.
    #[error(
        "Validation failed. Failure reason: the pattern {} is too large, or needs backtracking",
        super::repr::repr_text(.0)
    )]
    Pattern(String),
    /// With these values it asks for more than anything real does.
    #[error("Validation failed. Failure reason: the schema takes too much work to check")]
    TooMuchWork,
}

/// Why values are not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// They don't fit; the text says where and why.
    #[error("{0}")]
    Values(String),
    /// The schema can't be used.
    #[error(transparent)]
    Schema(#[from] Unusable),
}

/// A schema that values are held against.
#[derive(Clone, Debug)]
pub struct Schema(Value);

impl Schema {
    /// Takes the schema, changed as asked.
    pub fn new(mut schema: Map<String, Value>, preparation: Preparation) -> Self {
        if preparation.preprocess {
            prepare::preprocess(&mut schema, preparation.allow_none_with_default);
        }
        if preparation.ignore_required {
            prepare::remove_required(&mut schema);
        }
        Self(Value::Object(schema))
    }

    /// Whether it is a schema at all.
    pub fn check(&self) -> Result<(), Unusable> {
        let gaps = HashMap::new();
        let failures = Walk::new(&META, &gaps, true)
            .all(&self.0)
            .map_err(|error| match error {
                // The schema of schemas is not circular: whoever comes so deep is.
                Unusable::Circular => Unusable::Invalid("it is too deeply nested".to_owned()),
                other => other,
            })?;
        match failures.first() {
            Some(failure) => Err(Unusable::Invalid(failure.message.clone())),
            None => Ok(()),
        }
    }

    /// Everything that is wrong with the values, formats included.
    pub fn failures(&self, values: &Hydrated) -> Result<Vec<Failure>, Unusable> {
        Walk::new(&self.0, &values.gaps, true).all(&values.values)
    }

    /// Says yes, or what is most wrong with the values. Formats are not insisted on.
    pub fn enforce(&self, values: &Map<String, Value>) -> Result<(), Refused> {
        self.check()?;
        let gaps = HashMap::new();
        let values = Value::Object(values.clone());
        let failures = Walk::new(&self.0, &gaps, false).all(&values)?;
        let Some(failure) = best(&failures) else {
            return Ok(());
        };
        let path = json_path(&failure.path);
        let place = match path.as_str() {
            "$" => String::new(),
            path => format!(
                " for field {}",
                super::repr::repr_text(&path.replace("$.", ""))
            ),
        };
        Err(Refused::Values(format!(
            "Validation failed{place}. Failure reason: {}",
            failure.message
        )))
    }
}
