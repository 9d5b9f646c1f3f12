//! Properties and items that no other keyword has looked at.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::check::{Walk, Walked};
use super::failure::{Failure, Step};
use super::repr::{list, repr_text};
use super::schema::Unusable;

type Keywords = Map<String, Value>;

impl<'s> Walk<'s> {
    pub(super) fn unevaluated_properties(
        &mut self,
        schema: &'s Value,
        object: &Map<String, Value>,
        value: &Value,
        keywords: &'s Keywords,
        out: &mut Vec<Failure>,
    ) -> Walked {
        let mut seen = HashSet::new();
        self.evaluated_names(object, value, keywords, 0, &mut seen)?;
        let mut left = Vec::new();
        for (name, inner) in object {
            if !seen.contains(name.as_str())
                && !self.fits_inside(Step::Key(name.clone()), inner, schema)?
            {
                left.push(name.as_str());
            }
        }
        if left.is_empty() {
            return Ok(());
        }
        let is_closed = schema == &Value::Bool(false);
        if is_closed {
            left.sort_unstable();
        }
        let names = left
            .iter()
            .map(|name| repr_text(name))
            .collect::<Vec<_>>()
            .join(", ");
        let verb = if left.len() == 1 { "was" } else { "were" };
        let message = if is_closed {
            format!("Unevaluated properties are not allowed ({names} {verb} unexpected)")
        } else {
            format!(
                "Unevaluated properties are not valid under the given schema ({names} {verb} unevaluated and invalid)"
            )
        };
        self.fail(Some("unevaluatedProperties"), value, keywords, message, out);
        Ok(())
    }

    pub(super) fn unevaluated_items(
        &mut self,
        array: &[Value],
        value: &Value,
        keywords: &'s Keywords,
        out: &mut Vec<Failure>,
    ) -> Walked {
        let mut seen = HashSet::new();
        self.evaluated_items(array, value, keywords, 0, &mut seen)?;
        let left: Vec<_> = array
            .iter()
            .enumerate()
            .filter(|(index, _)| !seen.contains(index))
            .map(|(_, item)| item)
            .collect();
        if !left.is_empty() {
            let verb = if left.len() == 1 { "was" } else { "were" };
            let items = list(left.into_iter());
            let message = format!("Unevaluated items are not allowed ({items} {verb} unexpected)");
            self.fail(Some("unevaluatedItems"), value, keywords, message, out);
        }
        Ok(())
    }

    fn evaluated_names<'v>(
        &mut self,
        object: &'v Map<String, Value>,
        value: &Value,
        keywords: &'s Keywords,
        depth: usize,
        seen: &mut HashSet<&'v str>,
    ) -> Walked {
        self.pay(1 + object.len() as u64)?;
        if let Some(Value::Object(properties)) = keywords.get("properties") {
            seen.extend(
                object
                    .keys()
                    .filter(|name| properties.contains_key(*name))
                    .map(String::as_str),
            );
        }
        for keyword in ["additionalProperties", "unevaluatedProperties"] {
            let Some(schema) = keywords.get(keyword) else {
                continue;
            };
            for (name, inner) in object {
                if self.fits_inside(Step::Key(name.clone()), inner, schema)? {
                    seen.insert(name);
                }
            }
        }
        if let Some(Value::Object(patterns)) = keywords.get("patternProperties") {
            for name in object.keys() {
                for pattern in patterns.keys() {
                    if self.matches(pattern, name)? {
                        seen.insert(name);
                    }
                }
            }
        }
        if let Some(Value::Object(dependencies)) = keywords.get("dependentSchemas") {
            for (name, schema) in dependencies {
                if let (true, Value::Object(inner)) = (object.contains_key(name), schema) {
                    self.evaluated_names(object, value, inner, deeper(depth)?, seen)?;
                }
            }
        }
        for inner in self.applied(value, keywords)? {
            self.evaluated_names(object, value, inner, deeper(depth)?, seen)?;
        }
        Ok(())
    }

    fn evaluated_items(
        &mut self,
        array: &[Value],
        value: &Value,
        keywords: &'s Keywords,
        depth: usize,
        seen: &mut HashSet<usize>,
    ) -> Walked {
        self.pay(1 + array.len() as u64)?;
        if keywords.contains_key("items") {
            seen.extend(0..array.len());
            return Ok(());
        }
        if let Some(Value::Array(schemas)) = keywords.get("prefixItems") {
            seen.extend(0..schemas.len());
        }
        for keyword in ["contains", "unevaluatedItems"] {
            let Some(schema) = keywords.get(keyword) else {
                continue;
            };
            for (index, item) in array.iter().enumerate() {
                if self.fits_inside(Step::Index(index), item, schema)? {
                    seen.insert(index);
                }
            }
        }
        for inner in self.applied(value, keywords)? {
            self.evaluated_items(array, value, inner, deeper(depth)?, seen)?;
        }
        Ok(())
    }

    /// The schemas within these keywords that the value itself fits.
    fn applied(
        &mut self,
        value: &Value,
        keywords: &'s Keywords,
    ) -> Result<Vec<&'s Keywords>, Unusable> {
        let mut applied = Vec::new();
        for keyword in ["$ref", "$dynamicRef"] {
            if let Some(Value::String(reference)) = keywords.get(keyword) {
                applied.push(self.resolve(reference)?.schema);
            }
        }
        for keyword in ["allOf", "oneOf", "anyOf"] {
            for schema in keywords
                .get(keyword)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                if self.fits(value, schema)? {
                    applied.push(schema);
                }
            }
        }
        if let Some(condition) = keywords.get("if") {
            let branch = if self.fits(value, condition)? {
                applied.push(condition);
                "then"
            } else {
                "else"
            };
            applied.extend(keywords.get(branch));
        }
        Ok(applied.into_iter().filter_map(Value::as_object).collect())
    }
}

fn deeper(depth: usize) -> Result<usize, Unusable> {
    if depth > 64 {
        return Err(Unusable::Circular);
    }
    Ok(depth + 1)
}
