//! Job variables: the defaults of a work pool's template, and what is put over them.

use std::collections::BTreeMap;

use milliways_model::Uuid;
use serde_json::{Map, Value};

use super::hydrate::Hydrated;
use super::schema::{Preparation, Refused, Schema, Unusable};

/// Why job variables are not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JobVariablesError {
    /// A default refers to a block that does not exist.
    #[error("Block not found.")]
    BlockNotFound,
    /// They don't fit, or the template's schema can't be used.
    #[error(transparent)]
    Refused(#[from] Refused),
}

impl From<Unusable> for JobVariablesError {
    fn from(error: Unusable) -> Self {
        Self::Refused(error.into())
    }
}

/// The variables that a work pool's template declares.
///
/// What counts is the default of the template, below what the deployment says, below what the run says.
#[derive(Clone, Copy, Debug)]
pub struct JobVariables<'a> {
    schema: &'a Map<String, Value>,
}

impl<'a> JobVariables<'a> {
    /// Those of a base job template; nothing where it declares none, so that everything goes.
    pub fn of(base_job_template: &'a Map<String, Value>) -> Option<Self> {
        let schema = base_job_template.get("variables")?.as_object()?;
        (!schema.is_empty()).then_some(Self { schema })
    }

    /// The blocks whose data stands for a default. They have to be handed in by the calls below.
    pub fn blocks(&self) -> Result<Vec<Uuid>, JobVariablesError> {
        let references = self
            .defaults()
            .filter_map(|(_, default)| reference(default));
        references.collect()
    }

    /// The values of all defaults, with what fits none of the schema left out; says whether some did not.
    pub fn default_values(
        &self,
        blocks: &BTreeMap<Uuid, Map<String, Value>>,
        only_fitting: bool,
    ) -> Result<(Map<String, Value>, bool), JobVariablesError> {
        let preparation = Preparation {
            preprocess: false,
            allow_none_with_default: false,
            ignore_required: true,
        };
        let schema = Schema::new(self.schema.clone(), preparation);
        let mut values = Map::new();
        let mut has_misfits = false;
        for (name, default) in self.defaults() {
            let value = match reference(default) {
                Some(block) => {
                    let data = blocks
                        .get(&block?)
                        .ok_or(JobVariablesError::BlockNotFound)?;
                    Value::Object(data.clone())
                }
                None if is_reference(default) => continue,
                None => default.clone(),
            };
            if only_fitting {
                let one = Map::from_iter([(name.clone(), value.clone())]);
                let failures = schema.failures(&Hydrated::from(Value::Object(one)))?;
                if !failures.is_empty() {
                    has_misfits = true;
                    continue;
                }
            }
            values.insert(name.clone(), value);
        }
        Ok((values, has_misfits))
    }

    /// For a run: everything that is required has to be there, and to fit.
    pub fn check_run(
        &self,
        blocks: &BTreeMap<Uuid, Map<String, Value>>,
        over: &[&Map<String, Value>],
    ) -> Result<(), JobVariablesError> {
        self.check(blocks, over, true, true)
    }

    /// For a deployment: a run may still bring what is missing.
    pub fn check_deployment(
        &self,
        blocks: &BTreeMap<Uuid, Map<String, Value>>,
        over: &Map<String, Value>,
    ) -> Result<(), JobVariablesError> {
        self.check(blocks, &[over], false, true)
    }

    /// For a work pool: its own defaults have to fit.
    pub fn check_defaults(
        &self,
        blocks: &BTreeMap<Uuid, Map<String, Value>>,
    ) -> Result<(), JobVariablesError> {
        self.check(blocks, &[], false, false)
    }

    fn check(
        self,
        blocks: &BTreeMap<Uuid, Map<String, Value>>,
        over: &[&Map<String, Value>],
        require: bool,
        forgive_defaults: bool,
    ) -> Result<(), JobVariablesError> {
        let as_written = Preparation {
            preprocess: false,
            allow_none_with_default: false,
            ignore_required: false,
        };
        Schema::new(self.schema.clone(), as_written).check()?;
        let (mut values, has_misfits) = self.default_values(blocks, forgive_defaults)?;
        for variables in over {
            values.extend(
                variables
                    .iter()
                    .map(|(name, value)| (name.clone(), value.clone())),
            );
        }
        let preparation = Preparation {
            preprocess: true,
            // Templates have null for a default of what is said to be a text.
            allow_none_with_default: true,
            // A default that does not fit was left out, and must not be missed now.
            ignore_required: !require || has_misfits,
        };
        Ok(Schema::new(self.schema.clone(), preparation).enforce(&values)?)
    }

    fn defaults(self) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
        let properties = self.schema.get("properties").and_then(Value::as_object);
        let properties = properties.into_iter().flatten();
        properties.filter_map(|(name, schema)| Some((name, schema.get("default")?)))
    }
}

fn is_reference(default: &Value) -> bool {
    default
        .as_object()
        .is_some_and(|default| default.contains_key("$ref"))
}

/// The id of the block that stands for a default, if one does.
fn reference(default: &Value) -> Option<Result<Uuid, JobVariablesError>> {
    match default.as_object()?.get("$ref")?.get("block_document_id")? {
        Value::Null => None,
        id => Some(
            id.as_str()
                .and_then(|id| id.parse().ok())
                .ok_or(JobVariablesError::BlockNotFound),
        ),
    }
}
