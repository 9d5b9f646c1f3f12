//! `/logs`.

use hyper::Method;
use milliways_model::filter::LogFilter;
use milliways_model::sort::LogSort;
use milliways_model::{Log, LogCreate};
use serde::Serialize;

use super::Page;
use crate::{Client, Request, Result};

/// A list of log lines.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LogQuery {
    /// Which.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logs: Option<LogFilter>,
    /// In which order.
    pub sort: LogSort,
    /// Which part.
    #[serde(flatten)]
    pub page: Page,
}

impl Client {
    /// Stores log lines.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn create_logs(&self, logs: &[LogCreate]) -> Result<()> {
        self.tell(Request::new(Method::POST, "/logs/").json(logs)?)
            .await
    }

    /// Log lines.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn logs(&self, query: &LogQuery) -> Result<Vec<Log>> {
        self.query("/logs/filter", query).await
    }
}
