//! Which values of a document are secret, and what is shown in their place.

use milliways_model::block::MASK;
use serde_json::{Map, Value};

type Data = Map<String, Value>;

/// The secret fields of a schema: ways through objects, with dots; `*` is all that is below.
pub fn secret_fields(fields: &Map<String, Value>) -> Vec<String> {
    let names = fields.get("secret_fields").and_then(Value::as_array);
    let names = names.into_iter().flatten().filter_map(Value::as_str);
    names.map(str::to_owned).collect()
}

/// Puts the mask in the place of every secret.
pub fn conceal(data: &mut Data, secrets: &[String]) {
    for secret in secrets {
        let path: Vec<&str> = secret.split('.').collect();
        if let Some(value) = leaf(data, &path).filter(|value| !value.is_null()) {
            *value = Value::from(MASK);
        } else if let Some(star) = path.iter().position(|step| *step == "*") {
            if star == 0 {
                data.values_mut().for_each(mask_all);
            } else if let Some(below) = at(data, &path[..star]) {
                mask_all(below);
            }
        }
    }
}

/// Gives back the stored secret wherever an update has the mask in its place: somebody sends back what was
/// shown to them.
pub fn restore(update: &mut Data, stored: &mut Data, secrets: &[String]) {
    for secret in secrets {
        let path: Vec<&str> = secret.split('.').collect();
        if let Some(kept) = leaf(stored, &path).filter(|value| !value.is_null()) {
            if let Some(value) = leaf(update, &path).filter(|value| *value == MASK) {
                *value = kept.clone();
            }
        } else if let Some(star) = path.iter().position(|step| *step == "*") {
            let kept = at(stored, &path[..star]).cloned();
            if let (Some(value), Some(kept)) = (at(update, &path[..star]), kept) {
                restore_all(value, &kept);
            }
        }
    }
}

fn at<'d>(data: &'d mut Data, path: &[&str]) -> Option<&'d mut Value> {
    let (first, rest) = path.split_first()?;
    let mut value = data.get_mut(*first)?;
    for step in rest {
        value = value.as_object_mut()?.get_mut(*step)?;
    }
    Some(value)
}

/// The value at the end of a way, where it is not an object with values of its own.
fn leaf<'d>(data: &'d mut Data, path: &[&str]) -> Option<&'d mut Value> {
    at(data, path).filter(|value| value.as_object().is_none_or(Map::is_empty))
}

fn mask_all(value: &mut Value) {
    match value {
        Value::Object(map) if !map.is_empty() => map.values_mut().for_each(mask_all),
        other => *other = Value::from(MASK),
    }
}

fn restore_all(value: &mut Value, kept: &Value) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, inner) in map {
                if let Some(kept) = kept.get(key) {
                    restore_all(inner, kept);
                }
            }
        }
        other if *other == MASK => *other = kept.clone(),
        _ => {}
    }
}
