//! `/collections`.

use serde_json::Value;

use crate::{Client, Result};

impl Client {
    /// What kinds of workers there are: by collection and type, each with its `default_base_job_configuration`.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn worker_types(&self) -> Result<Value> {
        self.get("/collections/views/aggregate-worker-metadata")
            .await
    }
}
