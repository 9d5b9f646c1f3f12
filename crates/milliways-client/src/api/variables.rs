//! `/variables`.

use milliways_model::Variable;

use crate::request::escaped;
use crate::{Client, Error, Result};

impl Client {
    /// A variable; `None` where there is none of that name.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn variable(&self, name: &str) -> Result<Option<Variable>> {
        match self.get(format!("/variables/name/{}", escaped(name))).await {
            Err(Error::Status { status: 404, .. }) => Ok(None),
            answer => answer.map(Some),
        }
    }
}
