//! Where a reference leads: within the schema itself, or to the schema of schemas. Nowhere else.

use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::repr::{repr, repr_text};
use super::schema::Unusable;

/// What a schema may look like. The text is the 2020-12 meta-schema, its vocabularies put together.
pub(super) static META: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("meta_schema.json")).unwrap_or_default());

/// What a reference means, and what references inside of it are relative to.
#[derive(Clone, Copy)]
pub(super) struct Target<'s> {
    pub(super) schema: &'s Value,
    pub(super) base: &'s Value,
}

/// Resolves `reference`, found somewhere in `base`, a schema with an id of its own in `root`.
pub(super) fn resolve<'s>(
    root: &'s Value,
    base: &'s Value,
    reference: &str,
) -> Result<Target<'s>, Unusable> {
    let unresolvable = || Unusable::Unresolvable(format!("Unresolvable: {reference}"));
    let (address, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    let base = if address.is_empty() {
        base
    } else {
        find(root, &|map| names(map, address))
            .or_else(|| (META["$id"] == address).then(|| &*META))
            .ok_or_else(unresolvable)?
    };
    let schema = if fragment.is_empty() {
        base
    } else if fragment.starts_with('/') {
        pointed(base, fragment).ok_or_else(|| nowhere("PointerToNowhere", fragment, base))?
    } else {
        let is_anchor = |map: &Map<String, Value>| {
            ["$anchor", "$dynamicAnchor"]
                .iter()
                .any(|key| map.get(*key).is_some_and(|name| name == fragment))
        };
        find(base, &is_anchor).ok_or_else(|| nowhere("NoSuchAnchor", fragment, base))?
    };
    Ok(Target { schema, base })
}

fn nowhere(kind: &str, fragment: &str, base: &Value) -> Unusable {
    Unusable::Unresolvable(format!(
        "{kind}: {} does not exist within {}",
        repr_text(fragment),
        repr(base)
    ))
}

/// Whether the schema's id is that address, written out or relative to the folder of its parent.
fn names(map: &Map<String, Value>, address: &str) -> bool {
    let Some(id) = map.get("$id").and_then(Value::as_str) else {
        return false;
    };
    let id = id.trim_end_matches('#');
    id == address
        || (address.contains("://") && !id.is_empty() && address.ends_with(&format!("/{id}")))
}

fn find<'s>(value: &'s Value, wanted: &dyn Fn(&Map<String, Value>) -> bool) -> Option<&'s Value> {
    match value {
        Value::Object(map) if wanted(map) => Some(value),
        Value::Object(map) => map.values().find_map(|inner| find(inner, wanted)),
        Value::Array(list) => list.iter().find_map(|inner| find(inner, wanted)),
        _ => None,
    }
}

fn pointed<'s>(base: &'s Value, fragment: &str) -> Option<&'s Value> {
    if fragment.contains('%') {
        base.pointer(&percent_decoded(fragment))
    } else {
        base.pointer(fragment)
    }
}

fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let digits = text.get(at + 1..at + 3);
        if let Some(decoded) = digits
            .filter(|_| byte == b'%')
            .and_then(|hex| u8::from_str_radix(hex, 16).ok())
        {
            out.push(decoded);
            at += 3;
        } else {
            out.push(byte);
            at += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
