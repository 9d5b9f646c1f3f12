//! What each keyword asks of a value, and what is said where it does not get it.

use std::cmp::Ordering;
use std::collections::HashSet;

use serde_json::{Map, Number, Value};

use super::canonical::{key, same};
use super::check::{Walk, Walked, is_type};
use super::failure::{Failure, Step};
use super::format;
use super::repr::{list, repr, repr_text};
use super::schema::Unusable;

type Keywords = Map<String, Value>;

impl<'s> Walk<'s> {
    pub(super) fn keyword(
        &mut self,
        keyword: &'s str,
        setting: &'s Value,
        value: &Value,
        keywords: &'s Keywords,
        out: &mut Vec<Failure>,
    ) -> Walked {
        match keyword {
            "$ref" | "$dynamicRef" => match setting.as_str() {
                Some(reference) => self.reference(reference, value, out),
                None => Ok(()),
            },
            "allOf" => {
                for schema in items(setting) {
                    self.schema(value, schema, out)?;
                }
                Ok(())
            }
            "anyOf" => self
                .any_of("anyOf", setting, value, keywords, out)
                .map(|_| ()),
            "oneOf" => self.one_of(setting, value, keywords, out),
            "not" => {
                if self.fits(value, setting)? {
                    let message = format!(
                        "{} should not be valid under {}",
                        repr(value),
                        repr(setting)
                    );
                    self.fail(Some("not"), value, keywords, message, out);
                }
                Ok(())
            }
            "if" => {
                let branch = if self.fits(value, setting)? {
                    "then"
                } else {
                    "else"
                };
                match keywords.get(branch) {
                    Some(schema) => self.schema(value, schema, out),
                    None => Ok(()),
                }
            }
            "type" => {
                self.types(setting, value, keywords, out);
                Ok(())
            }
            "enum" => {
                let choices = items(setting);
                self.pay(choices.len() as u64)?;
                if !choices.iter().any(|choice| same(choice, value)) {
                    let message = format!("{} is not one of {}", repr(value), repr(setting));
                    self.fail(Some("enum"), value, keywords, message, out);
                }
                Ok(())
            }
            "const" => {
                if !same(setting, value) {
                    let message = format!("{} was expected", repr(setting));
                    self.fail(Some("const"), value, keywords, message, out);
                }
                Ok(())
            }
            "format" => self.format(setting, value, keywords, out),
            _ => match value {
                Value::Object(object) => {
                    self.of_object(keyword, setting, object, value, keywords, out)
                }
                Value::Array(array) => self.of_array(keyword, setting, array, value, keywords, out),
                Value::String(text) => self.of_text(keyword, setting, text, value, keywords, out),
                Value::Number(number) => {
                    self.of_number(keyword, setting, number, value, keywords, out);
                    Ok(())
                }
                _ => Ok(()),
            },
        }
    }

    fn types(
        &mut self,
        setting: &Value,
        value: &Value,
        keywords: &Keywords,
        out: &mut Vec<Failure>,
    ) {
        let kinds = match setting {
            Value::Array(kinds) => kinds.as_slice(),
            one => std::slice::from_ref(one),
        };
        let fits = kinds
            .iter()
            .any(|kind| kind.as_str().is_some_and(|kind| is_type(value, kind)));
        if !fits {
            let message = format!("{} is not of type {}", repr(value), list(kinds.iter()));
            self.fail(Some("type"), value, keywords, message, out);
        }
    }

    /// The place of the first schema that fits; where none does, one failure that has them all.
    fn any_of(
        &mut self,
        name: &'static str,
        setting: &'s Value,
        value: &Value,
        keywords: &Keywords,
        out: &mut Vec<Failure>,
    ) -> Result<Option<usize>, Unusable> {
        let mut context = Vec::new();
        for (place, schema) in items(setting).iter().enumerate() {
            let before = context.len();
            self.schema(value, schema, &mut context)?;
            if context.len() == before {
                return Ok(Some(place));
            }
        }
        let message = format!(
            "{} is not valid under any of the given schemas",
            repr(value)
        );
        self.fail(Some(name), value, keywords, message, out);
        if let Some(failure) = out.last_mut() {
            failure.context = context;
        }
        Ok(None)
    }

    fn one_of(
        &mut self,
        setting: &'s Value,
        value: &Value,
        keywords: &Keywords,
        out: &mut Vec<Failure>,
    ) -> Walked {
        let Some(first) = self.any_of("oneOf", setting, value, keywords, out)? else {
            return Ok(());
        };
        let schemas = items(setting);
        let mut also = Vec::new();
        for schema in &schemas[first + 1..] {
            if self.fits(value, schema)? {
                also.push(schema);
            }
        }
        if !also.is_empty() {
            also.push(&schemas[first]);
            let message = format!(
                "{} is valid under each of {}",
                repr(value),
                list(also.into_iter())
            );
            self.fail(Some("oneOf"), value, keywords, message, out);
        }
        Ok(())
    }

    fn format(
        &mut self,
        setting: &Value,
        value: &Value,
        keywords: &Keywords,
        out: &mut Vec<Failure>,
    ) -> Walked {
        let (true, Some(format), Some(text)) = (self.formats, setting.as_str(), value.as_str())
        else {
            return Ok(());
        };
        let fits = match format {
            "regex" => self.is_pattern(text)?,
            _ => format::fits(format, text),
        };
        if !fits {
            let message = format!("{} is not a {}", repr(value), repr(setting));
            self.fail(Some("format"), value, keywords, message, out);
        }
        Ok(())
    }

    fn of_object(
        &mut self,
        keyword: &str,
        setting: &'s Value,
        object: &Map<String, Value>,
        value: &Value,
        keywords: &'s Keywords,
        out: &mut Vec<Failure>,
    ) -> Walked {
        match (keyword, setting) {
            ("properties", Value::Object(properties)) => {
                for (name, schema) in properties {
                    if let Some(inner) = object.get(name) {
                        self.inside(Step::Key(name.clone()), inner, schema, out)?;
                    }
                }
            }
            ("required", Value::Array(names)) => {
                for name in names.iter().filter_map(Value::as_str) {
                    if !object.contains_key(name) {
                        let message = format!("{} is a required property", repr_text(name));
                        self.fail(Some("required"), value, keywords, message, out);
                        if let Some(failure) = out.last_mut() {
                            failure.missing = Some(name.to_owned());
                        }
                    }
                }
            }
            ("patternProperties", Value::Object(patterns)) => {
                for (pattern, schema) in patterns {
                    for (name, inner) in object {
                        if self.matches(pattern, name)? {
                            self.inside(Step::Key(name.clone()), inner, schema, out)?;
                        }
                    }
                }
            }
            ("propertyNames", schema) => {
                for name in object.keys() {
                    self.schema(&Value::String(name.clone()), schema, out)?;
                }
            }
            ("additionalProperties", schema) => {
                self.additional(schema, object, value, keywords, out)?;
            }
            ("minProperties", _) if is_less(object.len(), setting) => {
                let complaint = if setting.as_f64() == Some(1.0) {
                    "should be non-empty"
                } else {
                    "does not have enough properties"
                };
                self.say("minProperties", complaint, value, keywords, out);
            }
            ("maxProperties", _) if is_more(object.len(), setting) => {
                let complaint = if setting.as_f64() == Some(0.0) {
                    "is expected to be empty"
                } else {
                    "has too many properties"
                };
                self.say("maxProperties", complaint, value, keywords, out);
            }
            ("dependentRequired", Value::Object(dependencies)) => {
                for (name, needed) in dependencies {
                    for other in items(needed).iter().filter_map(Value::as_str) {
                        if object.contains_key(name) && !object.contains_key(other) {
                            let message = format!(
                                "{} is a dependency of {}",
                                repr_text(other),
                                repr_text(name)
                            );
                            self.fail(Some("dependentRequired"), value, keywords, message, out);
                        }
                    }
                }
            }
            ("dependentSchemas", Value::Object(dependencies)) => {
                for (name, schema) in dependencies {
                    if object.contains_key(name) {
                        self.schema(value, schema, out)?;
                    }
                }
            }
            ("unevaluatedProperties", schema) => {
                self.unevaluated_properties(schema, object, value, keywords, out)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn additional(
        &mut self,
        schema: &'s Value,
        object: &Map<String, Value>,
        value: &Value,
        keywords: &'s Keywords,
        out: &mut Vec<Failure>,
    ) -> Walked {
        let known = keywords.get("properties").and_then(Value::as_object);
        let patterns = keywords.get("patternProperties").and_then(Value::as_object);
        let mut extras = Vec::new();
        'names: for (name, inner) in object {
            if known.is_some_and(|known| known.contains_key(name)) {
                continue;
            }
            for pattern in patterns.into_iter().flat_map(Map::keys) {
                if self.matches(pattern, name)? {
                    continue 'names;
                }
            }
            extras.push((name, inner));
        }
        match schema {
            Value::Object(_) => {
                for (name, inner) in extras {
                    self.inside(Step::Key(name.clone()), inner, schema, out)?;
                }
            }
            Value::Bool(false) if !extras.is_empty() => {
                let mut names: Vec<_> = extras.iter().map(|(name, _)| name.as_str()).collect();
                names.sort_unstable();
                let joined = names
                    .iter()
                    .map(|name| repr_text(name))
                    .collect::<Vec<_>>()
                    .join(", ");
                let message = if let Some(patterns) = patterns {
                    let verb = if names.len() == 1 { "does" } else { "do" };
                    let mut patterns: Vec<_> = patterns.keys().map(|key| repr_text(key)).collect();
                    patterns.sort_unstable();
                    let patterns = patterns.join(", ");
                    format!("{joined} {verb} not match any of the regexes: {patterns}")
                } else {
                    let verb = if names.len() == 1 { "was" } else { "were" };
                    format!("Additional properties are not allowed ({joined} {verb} unexpected)")
                };
                self.fail(Some("additionalProperties"), value, keywords, message, out);
            }
            _ => {}
        }
        Ok(())
    }

    fn of_array(
        &mut self,
        keyword: &str,
        setting: &'s Value,
        array: &[Value],
        value: &Value,
        keywords: &'s Keywords,
        out: &mut Vec<Failure>,
    ) -> Walked {
        match (keyword, setting) {
            ("items", schema) => self.items(schema, array, value, keywords, out)?,
            ("prefixItems", Value::Array(schemas)) => {
                for (index, (item, schema)) in array.iter().zip(schemas).enumerate() {
                    self.inside(Step::Index(index), item, schema, out)?;
                }
            }
            ("contains", schema) => self.contains(schema, array, value, keywords, out)?,
            ("minItems", _) if is_less(array.len(), setting) => {
                self.say("minItems", too_short(setting), value, keywords, out);
            }
            ("maxItems", _) if is_more(array.len(), setting) => {
                self.say("maxItems", too_long(setting), value, keywords, out);
            }
            ("uniqueItems", Value::Bool(true)) => {
                self.pay(array.len() as u64)?;
                let mut seen = HashSet::with_capacity(array.len());
                if !array.iter().all(|item| seen.insert(key(item))) {
                    self.say(
                        "uniqueItems",
                        "has non-unique elements",
                        value,
                        keywords,
                        out,
                    );
                }
            }
            ("unevaluatedItems", _) => {
                self.unevaluated_items(array, value, keywords, out)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn items(
        &mut self,
        schema: &'s Value,
        array: &[Value],
        value: &Value,
        keywords: &'s Keywords,
        out: &mut Vec<Failure>,
    ) -> Walked {
        let prefix = keywords
            .get("prefixItems")
            .map_or(0, |schemas| items(schemas).len());
        if array.len() <= prefix {
            return Ok(());
        }
        if schema == &Value::Bool(false) {
            let rest = match &array[prefix..] {
                [one] => repr(one),
                more => repr(&Value::Array(more.to_vec())),
            };
            let noun = if prefix == 1 { "item" } else { "items" };
            let extra = array.len() - prefix;
            let message =
                format!("Expected at most {prefix} {noun} but found {extra} extra: {rest}");
            self.fail(Some("items"), value, keywords, message, out);
            return Ok(());
        }
        for (index, item) in array.iter().enumerate().skip(prefix) {
            self.inside(Step::Index(index), item, schema, out)?;
        }
        Ok(())
    }

    fn contains(
        &mut self,
        schema: &'s Value,
        array: &[Value],
        value: &Value,
        keywords: &'s Keywords,
        out: &mut Vec<Failure>,
    ) -> Walked {
        let number = |name| keywords.get(name).and_then(Value::as_u64);
        let least = number("minContains").unwrap_or(1);
        let most = number("maxContains").unwrap_or(array.len() as u64);
        let mut found = 0;
        for item in array {
            if self.fits(item, schema)? {
                found += 1;
            }
            if found > most {
                let message =
                    format!("Too many items match the given schema (expected at most {most})");
                self.fail(Some("maxContains"), value, keywords, message, out);
                return Ok(());
            }
        }
        if found < least && found == 0 {
            let complaint = "does not contain items matching the given schema";
            self.say("contains", complaint, value, keywords, out);
        } else if found < least {
            let message = format!(
                "Too few items match the given schema (expected at least {least} but only {found} matched)"
            );
            self.fail(Some("minContains"), value, keywords, message, out);
        }
        Ok(())
    }

    fn of_text(
        &mut self,
        keyword: &str,
        setting: &Value,
        text: &str,
        value: &Value,
        keywords: &Keywords,
        out: &mut Vec<Failure>,
    ) -> Walked {
        match (keyword, setting) {
            ("pattern", Value::String(pattern)) if !self.matches(pattern, text)? => {
                let message = format!("{} does not match {}", repr(value), repr_text(pattern));
                self.fail(Some("pattern"), value, keywords, message, out);
            }
            ("minLength", _) if is_less(text.chars().count(), setting) => {
                self.say("minLength", too_short(setting), value, keywords, out);
            }
            ("maxLength", _) if is_more(text.chars().count(), setting) => {
                self.say("maxLength", too_long(setting), value, keywords, out);
            }
            _ => {}
        }
        Ok(())
    }

    fn of_number(
        &mut self,
        keyword: &str,
        setting: &Value,
        number: &Number,
        value: &Value,
        keywords: &Keywords,
        out: &mut Vec<Failure>,
    ) {
        let Value::Number(bound) = setting else {
            return;
        };
        let order = compare(number, bound);
        let (name, complaint) = match (keyword, order) {
            ("minimum", Ordering::Less) => ("minimum", "less than the minimum of"),
            ("maximum", Ordering::Greater) => ("maximum", "greater than the maximum of"),
            ("exclusiveMinimum", Ordering::Less | Ordering::Equal) => {
                ("exclusiveMinimum", "less than or equal to the minimum of")
            }
            ("exclusiveMaximum", Ordering::Greater | Ordering::Equal) => (
                "exclusiveMaximum",
                "greater than or equal to the maximum of",
            ),
            ("multipleOf", _) if !is_multiple(number, bound) => ("multipleOf", "not a multiple of"),
            _ => return,
        };
        let complaint = format!("is {complaint} {}", repr(setting));
        self.say(name, &complaint, value, keywords, out);
    }

    pub(super) fn say(
        &mut self,
        keyword: &'static str,
        complaint: &str,
        value: &Value,
        keywords: &Keywords,
        out: &mut Vec<Failure>,
    ) {
        let message = format!("{} {complaint}", repr(value));
        self.fail(Some(keyword), value, keywords, message, out);
    }
}

fn items(setting: &Value) -> &[Value] {
    setting.as_array().map_or(&[], Vec::as_slice)
}

fn is_less(length: usize, bound: &Value) -> bool {
    matches!(bound, Value::Number(bound) if compare(&Number::from(length), bound) == Ordering::Less)
}

fn is_more(length: usize, bound: &Value) -> bool {
    matches!(bound, Value::Number(bound) if compare(&Number::from(length), bound) == Ordering::Greater)
}

fn too_short(bound: &Value) -> &'static str {
    if bound.as_f64() == Some(1.0) {
        "should be non-empty"
    } else {
        "is too short"
    }
}

fn too_long(bound: &Value) -> &'static str {
    if bound.as_f64() == Some(0.0) {
        "is expected to be empty"
    } else {
        "is too long"
    }
}

/// Integers exactly, and whatever has a fraction as floats.
fn compare(one: &Number, other: &Number) -> Ordering {
    if let (Some(one), Some(other)) = (one.as_i128(), other.as_i128()) {
        one.cmp(&other)
    } else {
        let float = |number: &Number| number.as_f64().unwrap_or(f64::NAN);
        float(one)
            .partial_cmp(&float(other))
            .unwrap_or(Ordering::Equal)
    }
}

fn is_multiple(number: &Number, unit: &Number) -> bool {
    if let (Some(number), Some(unit)) = (number.as_i128(), unit.as_i128()) {
        unit != 0 && number % unit == 0
    } else {
        let float = |number: &Number| number.as_f64().unwrap_or(f64::NAN);
        let quotient = float(number) / float(unit);
        quotient.is_infinite() || quotient.fract() == 0.0
    }
}
