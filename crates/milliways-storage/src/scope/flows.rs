//! Flows.

use milliways_model::names::check_object_name;
use milliways_model::sort::FlowSort;
use milliways_model::{Flow, FlowCreate, FlowId, FlowUpdate, uuid7};

use super::{Scope, draw};
use crate::error::StoreError;
use crate::filter::{Filters, Page};
use crate::tables::flow;

impl Scope {
    /// Finds the flow of that name or makes it; says whether it was made.
    pub async fn create_flow(&self, create: FlowCreate) -> Result<(Flow, bool), StoreError> {
        check_object_name(&create.name).map_err(|flaw| StoreError::Name("body.name", flaw))?;
        self.write(async move |tx, workspace| {
            let id = FlowId(uuid7(tx.now, draw()));
            Ok(flow::create(tx, workspace, id, &create).await?)
        })
        .await
    }

    /// A flow by its id.
    pub async fn flow(&self, id: FlowId) -> Result<Option<Flow>, StoreError> {
        self.read(async move |conn, workspace| Ok(flow::by_id(conn, workspace, id).await?))
            .await
    }

    /// A flow by its name.
    pub async fn flow_by_name(&self, name: &str) -> Result<Option<Flow>, StoreError> {
        let name = name.to_owned();
        self.read(async move |conn, workspace| Ok(flow::by_name(conn, workspace, &name).await?))
            .await
    }

    /// Flows that match.
    pub async fn flows(
        &self,
        filters: Filters,
        sort: FlowSort,
        page: Page,
    ) -> Result<Vec<Flow>, StoreError> {
        self.read(async move |conn, workspace| {
            Ok(flow::list(conn, workspace, &filters, sort, page).await?)
        })
        .await
    }

    /// How many flows match.
    pub async fn count_flows(&self, filters: Filters) -> Result<i64, StoreError> {
        self.read(async move |conn, workspace| Ok(flow::count(conn, workspace, &filters).await?))
            .await
    }

    /// Changes a flow; false where there is none.
    pub async fn update_flow(&self, id: FlowId, update: FlowUpdate) -> Result<bool, StoreError> {
        self.write(async move |tx, workspace| Ok(flow::update(tx, workspace, id, &update).await?))
            .await
    }

    /// Deletes a flow with its runs; false where there is none.
    pub async fn delete_flow(&self, id: FlowId) -> Result<bool, StoreError> {
        self.write(async move |tx, workspace| Ok(flow::delete(tx, workspace, id).await?))
            .await
    }
}
