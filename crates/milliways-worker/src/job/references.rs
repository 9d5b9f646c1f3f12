//! What a template refers to beyond its own variables: block documents, variables of the workspace, and the worker's
//! environment. Everything is read first, and then filled in.

use std::collections::BTreeMap;

use milliways_client::Client;
use milliways_model::BlockDocumentId;
use serde_json::{Map, Value};

use super::{Error, Found, dig, fill, names};

const BLOCKS: &str = "prefect.blocks.";
const VARIABLES: &str = "prefect.variables.";

/// What the placeholders of a template stand for.
#[derive(Debug, Default)]
pub(crate) struct References {
    values: BTreeMap<String, Value>,
    documents: BTreeMap<BlockDocumentId, Value>,
}

impl References {
    /// Reads whatever the template refers to.
    pub(crate) async fn of(client: &Client, template: &Value) -> Result<Self, Error> {
        let mut found = Self::default();
        for name in names(template) {
            let value = if let Some(path) = name.strip_prefix(BLOCKS) {
                block(client, &name, path).await?
            } else if let Some(variable) = name.strip_prefix(VARIABLES) {
                // As with Prefect one that is not set is empty.
                let read = client.variable(variable).await?;
                read.map_or_else(|| Value::from(""), |read| read.value.to_value())
            } else if let Some(variable) = name.strip_prefix('$') {
                let Some(value) = std::env::var_os(variable) else {
                    continue;
                };
                Value::from(value.to_string_lossy())
            } else {
                continue;
            };
            found.values.insert(name, value);
        }
        let mut ids = Vec::new();
        document_ids(template, &mut ids);
        for id in ids {
            let name = format!("block document {id}");
            let document = client.block_document_by_id(id).await?;
            let document = document.ok_or_else(|| unresolved(&name, "there is no such block"))?;
            found.documents.insert(id, document["data"].clone());
        }
        Ok(found)
    }

    /// Fills them in. What else the template has stays as it is.
    pub(crate) fn resolve(&self, template: &Value) -> Value {
        let filled = fill(template, &mut |name| match self.values.get(name) {
            Some(value) => Found::Value(value.clone()),
            None if name.starts_with('$') => Found::Nothing,
            None => Found::Later,
        });
        self.with_documents(filled.unwrap_or_default())
    }

    fn with_documents(&self, value: Value) -> Value {
        if let Some(document) = document_id(&value).and_then(|id| self.documents.get(&id)) {
            return document.clone();
        }
        match value {
            Value::Array(items) => items
                .into_iter()
                .map(|item| self.with_documents(item))
                .collect(),
            Value::Object(fields) => fields
                .into_iter()
                .map(|(name, field)| (name, self.with_documents(field)))
                .collect(),
            other => other,
        }
    }
}

/// `<type>.<name>`, and where to look in its data.
async fn block(client: &Client, name: &str, path: &str) -> Result<Value, Error> {
    let mut parts = path.splitn(3, '.');
    let (Some(slug), Some(document), inner) = (parts.next(), parts.next(), parts.next()) else {
        return Err(unresolved(
            name,
            "a block is named by its type and its name",
        ));
    };
    let read = client.block_document(slug, document).await?;
    let read = read.ok_or_else(|| unresolved(name, "there is no such block"))?;
    pick(&read["data"], inner).ok_or_else(|| unresolved(name, "the block has no such field"))
}

/// What a reference to a block means: of blocks that hold one value that value, else all of it.
fn pick(data: &Value, inner: Option<&str>) -> Option<Value> {
    let empty = Map::new();
    let fields = data.as_object().unwrap_or(&empty);
    let is_asked = inner.is_some_and(|inner| inner.starts_with("value"));
    let data = match fields.get("value") {
        Some(value) if fields.len() == 1 && !is_asked => value,
        _ => data,
    };
    match inner {
        None => Some(data.clone()),
        Some(inner) => dig(data.as_object()?, inner).cloned(),
    }
}

fn document_ids(value: &Value, ids: &mut Vec<BlockDocumentId>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| document_ids(item, ids)),
        Value::Object(fields) => match document_id(value) {
            Some(id) => ids.push(id),
            None => fields.values().for_each(|field| document_ids(field, ids)),
        },
        _ => {}
    }
}

/// `{"$ref": {"block_document_id": …}}`.
fn document_id(value: &Value) -> Option<BlockDocumentId> {
    let id = value.get("$ref")?.get("block_document_id")?.as_str()?;
    id.parse().ok()
}

fn unresolved(name: &str, reason: &str) -> Error {
    Error::Reference {
        name: name.to_owned(),
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::pick;

    #[test]
    fn a_block_of_one_value_stands_for_it() {
        let secret = json!({"value": "s"});
        let nested = json!({"value": {"user": "u"}});
        let git = json!({"token": "t", "url": {"host": "h"}});
        assert_eq!(pick(&secret, None), Some(json!("s")));
        assert_eq!(pick(&secret, Some("value")), Some(json!("s")));
        assert_eq!(pick(&nested, Some("user")), Some(json!("u")));
        assert_eq!(pick(&git, None), Some(git.clone()));
        assert_eq!(pick(&git, Some("url.host")), Some(json!("h")));
        assert_eq!(pick(&git, Some("gone")), None);
    }
}
