//! Block documents.

use milliways_model::BlockDocumentId;
use serde_json::Value;

use crate::request::escaped;
use crate::{Client, Error, Result};

impl Client {
    /// A block document of a type, as JSON, with what is secret in it; `None` where there is none of that name.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn block_document(&self, slug: &str, name: &str) -> Result<Option<Value>> {
        let (slug, name) = (escaped(slug), escaped(name));
        let path =
            format!("/block_types/slug/{slug}/block_documents/name/{name}?include_secrets=true");
        found(self.get(path).await)
    }

    /// The same by its id.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn block_document_by_id(&self, id: BlockDocumentId) -> Result<Option<Value>> {
        found(
            self.get(format!("/block_documents/{id}?include_secrets=true"))
                .await,
        )
    }
}

fn found(answer: Result<Value>) -> Result<Option<Value>> {
    match answer {
        Err(Error::Status { status: 404, .. }) => Ok(None),
        answer => answer.map(Some),
    }
}
