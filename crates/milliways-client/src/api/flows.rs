//! `/flows`.

use hyper::Method;
use milliways_model::sort::FlowSort;
use milliways_model::{Flow, FlowCreate, FlowId, FlowUpdate};
use serde::Serialize;

use super::{Filters, Page};
use crate::{Client, Request, Result};

/// A list of flows.
#[derive(Clone, Debug, Default, Serialize)]
pub struct FlowQuery {
    /// Which.
    #[serde(flatten)]
    pub filters: Filters,
    /// In which order.
    pub sort: FlowSort,
    /// Which part.
    #[serde(flatten)]
    pub page: Page,
}

impl Client {
    /// Makes a flow, or finds the one of that name.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn create_flow(&self, flow: &FlowCreate) -> Result<Flow> {
        // The name makes it one, however often it is asked for.
        self.query("/flows/", flow).await
    }

    /// A flow.
    ///
    /// # Errors
    /// When the request fails, or there is no such flow.
    pub async fn read_flow(&self, id: FlowId) -> Result<Flow> {
        self.get(format!("/flows/{id}")).await
    }

    /// The flow of that name.
    ///
    /// # Errors
    /// When the request fails, or there is no such flow.
    pub async fn read_flow_by_name(&self, name: &str) -> Result<Flow> {
        self.get(format!("/flows/name/{}", crate::request::escaped(name)))
            .await
    }

    /// Flows.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn flows(&self, query: &FlowQuery) -> Result<Vec<Flow>> {
        self.query("/flows/filter", query).await
    }

    /// How many flows there are.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn count_flows(&self, filters: &Filters) -> Result<u64> {
        self.query("/flows/count", filters).await
    }

    /// Changes a flow.
    ///
    /// # Errors
    /// When the request fails, or there is no such flow.
    pub async fn update_flow(&self, id: FlowId, update: &FlowUpdate) -> Result<()> {
        self.tell(
            Request::new(Method::PATCH, format!("/flows/{id}"))
                .json(update)?
                .repeatable(),
        )
        .await
    }

    /// Deletes a flow with its runs.
    ///
    /// # Errors
    /// When the request fails, or there is no such flow.
    pub async fn delete_flow(&self, id: FlowId) -> Result<()> {
        self.tell(Request::new(Method::DELETE, format!("/flows/{id}")))
            .await
    }
}
