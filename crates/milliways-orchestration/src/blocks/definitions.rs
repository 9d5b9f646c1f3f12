//! Definitions of a schema: those of nested blocks are kept as schemas of their own, and put back on reading.

use std::collections::HashMap;
use std::hash::BuildHasher;

use serde_json::{Map, Value, json};

/// Blocks within blocks end here.
const DEPTH: usize = 32;

type Fields = Map<String, Value>;

/// Which blocks a field of a schema holds: their checksum and the slug of their type.
pub type References = Vec<(String, Vec<(String, String)>)>;

/// A schema that is nested in others.
#[derive(Clone, Debug)]
pub struct Nested {
    /// Its checksum.
    pub checksum: String,
    /// The slug of its type.
    pub slug: String,
    /// Its fields as they are stored.
    pub fields: Fields,
    /// What is nested in it: the field, and the checksum.
    pub nested: Vec<(String, String)>,
}

/// The references that a schema declares.
pub fn references(fields: &Fields) -> References {
    let declared = fields
        .get("block_schema_references")
        .and_then(Value::as_object);
    let one = |value: &Value| {
        let checksum = value.get("block_schema_checksum")?.as_str()?;
        let slug = value.get("block_type_slug")?.as_str()?;
        Some((checksum.to_owned(), slug.to_owned()))
    };
    let each = |(field, value): (&String, &Value)| {
        let entries = match value {
            Value::Array(list) => list.iter().filter_map(one).collect(),
            single => one(single).into_iter().collect(),
        };
        (field.clone(), entries)
    };
    declared.into_iter().flatten().map(each).collect()
}

/// The definitions that the fields lead to and that are no blocks: they stay with the schema.
pub fn definitions_to_store(fields: &Fields, definitions: &Fields) -> Fields {
    let mut kept = Fields::new();
    let mut waiting: Vec<String> = Vec::new();
    for value in fields.values() {
        collect(value, &mut waiting);
    }
    let mut waiting = std::collections::VecDeque::from(waiting);
    while let Some(reference) = waiting.pop_front() {
        let name = reference.replace("#/definitions/", "");
        let Some(Value::Object(definition)) = definitions.get(&name) else {
            continue;
        };
        let is_block = definition
            .get("block_type_slug")
            .is_some_and(|slug| !slug.is_null());
        if is_block || kept.contains_key(&name) {
            continue;
        }
        kept.insert(name, Value::Object(definition.clone()));
        let mut inner = Vec::new();
        for value in definition.values() {
            collect(value, &mut inner);
        }
        waiting.extend(inner);
    }
    kept
}

/// The definition of the block that a field holds, where it is of the type `slug`.
pub fn child_fields<'d>(
    fields: &Fields,
    definitions: &'d Fields,
    field: &str,
    slug: &str,
) -> Option<&'d Fields> {
    let mut names = Vec::new();
    collect(fields.get("properties")?.get(field)?, &mut names);
    let definition = |name: &String| {
        definitions
            .get(&name.replace("#/definitions/", ""))?
            .as_object()
    };
    if let [name] = names.as_slice() {
        return definition(name);
    }
    names
        .iter()
        .filter_map(definition)
        .find(|it| it.get("block_type_slug").is_some_and(|it| it == slug))
}

/// A schema's fields with its references and the definitions of all that is nested in it.
pub fn assemble<S: BuildHasher>(
    stored: &Fields,
    nested: &[(String, String)],
    schemas: &HashMap<String, Nested, S>,
) -> Fields {
    within(stored, nested, schemas, 0)
}

fn within<S: BuildHasher>(
    stored: &Fields,
    nested: &[(String, String)],
    schemas: &HashMap<String, Nested, S>,
    depth: usize,
) -> Fields {
    let mut fields = stored.clone();
    let mut references = Fields::new();
    let mut definitions = Fields::new();
    for (field, checksum) in nested {
        let Some(child) = schemas.get(checksum) else {
            continue;
        };
        let reference = json!({
            "block_schema_checksum": child.checksum,
            "block_type_slug": child.slug,
        });
        match references.get_mut(field) {
            None => {
                references.insert(field.clone(), reference);
            }
            Some(Value::Array(several)) => {
                if !several.contains(&reference) {
                    several.push(reference);
                }
            }
            Some(one) if *one != reference => {
                let first = one.take();
                *one = Value::Array(vec![first, reference]);
            }
            Some(_) => {}
        }
        if depth < DEPTH {
            let mut inner = within(&child.fields, &child.nested, schemas, depth + 1);
            if let Some(title) = inner
                .get("title")
                .and_then(Value::as_str)
                .map(str::to_owned)
            {
                let below = inner.shift_remove("definitions");
                definitions.insert(title, Value::Object(inner));
                if let Some(Value::Object(below)) = below {
                    definitions.extend(below);
                }
            }
        }
    }
    fields.insert(
        "block_schema_references".to_owned(),
        Value::Object(references),
    );
    let own = fields
        .get("definitions")
        .and_then(Value::as_object)
        .cloned();
    if own.is_some() || !definitions.is_empty() {
        let mut all = own.unwrap_or_default();
        all.extend(definitions);
        fields.insert("definitions".to_owned(), Value::Object(all));
    }
    fields
}

fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
                found.push(reference.to_owned());
            }
            map.values().for_each(|inner| collect(inner, found));
        }
        Value::Array(list) => list.iter().for_each(|inner| collect(inner, found)),
        _ => {}
    }
}
