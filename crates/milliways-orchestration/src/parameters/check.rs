//! The walk through a schema and a value side by side, and its budget.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::document::{self, Target};
use super::failure::{Failure, GAP, Step};
use super::hydrate::Gap;
use super::pattern::{COMPILING, Patterns};
use super::repr::repr;
use super::schema::Unusable;

/// Steps that a validation may take: schemas entered, keywords, items compared.
const STEPS: u64 = 2_000_000;

/// Schemas within schemas on the way to one value. What goes on and on goes past this.
const DEPTH: usize = 200;

/// As many failures as anybody reads.
const FAILURES: usize = 1_000;

pub(super) type Walked = Result<(), Unusable>;

pub(super) struct Walk<'s> {
    root: &'s Value,
    /// The schema whose id references are relative to.
    base: &'s Value,
    gaps: &'s HashMap<Vec<Step>, Gap>,
    pub(super) formats: bool,
    pub(super) path: Vec<Step>,
    depth: usize,
    steps: u64,
    patterns: Patterns,
    resolved: HashMap<(*const Value, &'s str), Target<'s>>,
}

impl<'s> Walk<'s> {
    pub(super) fn new(root: &'s Value, gaps: &'s HashMap<Vec<Step>, Gap>, formats: bool) -> Self {
        Self {
            root,
            base: root,
            gaps,
            formats,
            path: Vec::new(),
            depth: 0,
            steps: STEPS,
            patterns: Patterns::default(),
            resolved: HashMap::new(),
        }
    }

    /// Everything that is wrong with the value.
    pub(super) fn all(mut self, value: &Value) -> Result<Vec<Failure>, Unusable> {
        let mut failures = Vec::new();
        self.schema(value, self.root, &mut failures)?;
        Ok(failures)
    }

    /// Holds the value against one schema.
    pub(super) fn schema(
        &mut self,
        value: &Value,
        schema: &'s Value,
        out: &mut Vec<Failure>,
    ) -> Walked {
        let keywords = match schema {
            Value::Object(keywords) => keywords,
            Value::Bool(false) => {
                let message = format!("False schema does not allow {}", repr(value));
                self.fail(None, value, &Map::new(), message, out);
                return Ok(());
            }
            _ => return Ok(()),
        };
        if self.depth >= DEPTH {
            return Err(Unusable::Circular);
        }
        self.pay(1 + keywords.len() as u64)?;
        self.depth += 1;
        let base = self.base;
        if keywords.get("$id").is_some_and(Value::is_string) {
            self.base = schema;
        }
        for (keyword, setting) in keywords {
            self.keyword(keyword, setting, value, keywords, out)?;
            if out.len() > FAILURES {
                break;
            }
        }
        self.gap(out);
        self.base = base;
        self.depth -= 1;
        Ok(())
    }

    /// The same, one step further into the value.
    pub(super) fn inside(
        &mut self,
        step: Step,
        value: &Value,
        schema: &'s Value,
        out: &mut Vec<Failure>,
    ) -> Walked {
        self.path.push(step);
        let walked = self.schema(value, schema, out);
        self.path.pop();
        walked
    }

    /// Whether the value fits the schema.
    pub(super) fn fits(&mut self, value: &Value, schema: &'s Value) -> Result<bool, Unusable> {
        let mut failures = Vec::new();
        self.schema(value, schema, &mut failures)?;
        Ok(failures.is_empty())
    }

    /// Whether the value one step further fits.
    pub(super) fn fits_inside(
        &mut self,
        step: Step,
        value: &Value,
        schema: &'s Value,
    ) -> Result<bool, Unusable> {
        let mut failures = Vec::new();
        self.inside(step, value, schema, &mut failures)?;
        Ok(failures.is_empty())
    }

    /// Holds the value against what the reference leads to.
    pub(super) fn reference(
        &mut self,
        reference: &'s str,
        value: &Value,
        out: &mut Vec<Failure>,
    ) -> Walked {
        let target = self.resolve(reference)?;
        let base = std::mem::replace(&mut self.base, target.base);
        let walked = self.schema(value, target.schema, out);
        self.base = base;
        walked
    }

    pub(super) fn resolve(&mut self, reference: &'s str) -> Result<Target<'s>, Unusable> {
        let key = (std::ptr::from_ref(self.base), reference);
        if let Some(found) = self.resolved.get(&key) {
            return Ok(*found);
        }
        let found = document::resolve(self.root, self.base, reference)?;
        self.resolved.insert(key, found);
        Ok(found)
    }

    /// Whether the text has a match of the pattern anywhere.
    pub(super) fn matches(&mut self, pattern: &str, text: &str) -> Result<bool, Unusable> {
        let (regex, is_new) = self.patterns.get(pattern);
        let is_match = regex?.is_match(text);
        self.pay(text.len() as u64 / 8 + if is_new { COMPILING } else { 1 })?;
        Ok(is_match)
    }

    /// Whether the pattern is one.
    pub(super) fn is_pattern(&mut self, pattern: &str) -> Result<bool, Unusable> {
        let is_pattern = self.patterns.get(pattern).0.is_ok();
        self.pay(COMPILING)?;
        Ok(is_pattern)
    }

    pub(super) fn pay(&mut self, steps: u64) -> Walked {
        self.steps = self.steps.checked_sub(steps).ok_or(Unusable::TooMuchWork)?;
        Ok(())
    }

    pub(super) fn fail(
        &self,
        keyword: Option<&'static str>,
        value: &Value,
        keywords: &Map<String, Value>,
        message: String,
        out: &mut Vec<Failure>,
    ) {
        out.push(Failure {
            path: self.path.clone(),
            message,
            keyword,
            missing: None,
            context: Vec::new(),
            matches_type: matches_type(value, keywords),
            of_unknown: self.gaps.get(&self.path) == Some(&Gap::Unknown),
        });
    }

    /// A value that could not be made fits nothing.
    fn gap(&self, out: &mut Vec<Failure>) {
        if self.gaps.is_empty() {
            return;
        }
        if let Some(Gap::Error(error)) = self.gaps.get(&self.path) {
            out.push(Failure {
                path: self.path.clone(),
                message: error.to_string(),
                keyword: Some(GAP),
                missing: None,
                context: Vec::new(),
                matches_type: false,
                of_unknown: false,
            });
        }
    }
}

/// Whether the value is of that type. Whole numbers are integers however they are written.
pub(super) fn is_type(value: &Value, kind: &str) -> bool {
    match (kind, value) {
        ("null", Value::Null)
        | ("boolean", Value::Bool(_))
        | ("number", Value::Number(_))
        | ("string", Value::String(_))
        | ("array", Value::Array(_))
        | ("object", Value::Object(_)) => true,
        ("integer", Value::Number(number)) => {
            !number.is_f64() || number.as_f64().is_some_and(|float| float.fract() == 0.0)
        }
        _ => false,
    }
}

fn matches_type(value: &Value, keywords: &Map<String, Value>) -> bool {
    match keywords.get("type") {
        Some(Value::String(kind)) => is_type(value, kind),
        Some(Value::Array(kinds)) => kinds
            .iter()
            .any(|kind| kind.as_str().is_some_and(|kind| is_type(value, kind))),
        _ => false,
    }
}
