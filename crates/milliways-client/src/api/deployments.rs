//! `/deployments`.

use milliways_model::{Deployment, DeploymentId};

use crate::{Client, Result};

impl Client {
    /// A deployment.
    ///
    /// # Errors
    /// When the request fails, or there is no such deployment.
    pub async fn read_deployment(&self, id: DeploymentId) -> Result<Deployment> {
        self.get(format!("/deployments/{id}")).await
    }
}
