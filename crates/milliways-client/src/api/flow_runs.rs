//! `/flow_runs`.

use std::collections::BTreeMap;

use hyper::Method;
use milliways_model::graph::Graph;
use milliways_model::sort::FlowRunSort;
use milliways_model::{
    FlowRun, FlowRunCreate, FlowRunId, FlowRunUpdate, OrchestrationResult, StateCreate,
};
use serde::Serialize;

use super::{Filters, Page};
use crate::{Client, Request, Result};

/// A list of flow runs.
#[derive(Clone, Debug, Default, Serialize)]
pub struct FlowRunQuery {
    /// Which.
    #[serde(flatten)]
    pub filters: Filters,
    /// In which order.
    pub sort: FlowRunSort,
    /// Which part.
    #[serde(flatten)]
    pub page: Page,
}

/// The body of `set_state`.
#[derive(Serialize)]
pub(super) struct SetState<'a> {
    pub(super) state: &'a StateCreate,
    pub(super) force: bool,
}

impl Client {
    /// Makes a flow run. It may be repeated only where an idempotency key makes it one.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn create_flow_run(&self, run: &FlowRunCreate) -> Result<FlowRun> {
        if run.idempotency_key.is_some() {
            self.query("/flow_runs/", run).await
        } else {
            self.post("/flow_runs/", run).await
        }
    }

    /// A flow run.
    ///
    /// # Errors
    /// When the request fails, or there is no such run.
    pub async fn read_flow_run(&self, id: FlowRunId) -> Result<FlowRun> {
        self.get(format!("/flow_runs/{id}")).await
    }

    /// Flow runs.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn flow_runs(&self, query: &FlowRunQuery) -> Result<Vec<FlowRun>> {
        self.query("/flow_runs/filter", query).await
    }

    /// How many flow runs there are.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn count_flow_runs(&self, filters: &Filters) -> Result<u64> {
        self.query("/flow_runs/count", filters).await
    }

    /// The task runs and subflow runs of a flow run, and what depends on what.
    ///
    /// # Errors
    /// When the request fails, or there is no such run.
    pub async fn flow_run_graph(&self, id: FlowRunId) -> Result<Graph> {
        self.get(format!("/flow_runs/{id}/graph-v2")).await
    }

    /// Proposes a state; `force` passes the rules by.
    ///
    /// # Errors
    /// When the request fails, or there is no such run. That the state was not accepted is no error.
    pub async fn set_flow_run_state(
        &self,
        id: FlowRunId,
        state: &StateCreate,
        force: bool,
    ) -> Result<OrchestrationResult> {
        self.post(
            &format!("/flow_runs/{id}/set_state"),
            &SetState { state, force },
        )
        .await
    }

    /// Lets a paused run go on.
    ///
    /// # Errors
    /// When the request fails, or there is no such run.
    pub async fn resume_flow_run(&self, id: FlowRunId) -> Result<OrchestrationResult> {
        self.post(&format!("/flow_runs/{id}/resume"), &serde_json::json!({}))
            .await
    }

    /// Changes a flow run.
    ///
    /// # Errors
    /// When the request fails, or there is no such run.
    pub async fn update_flow_run(&self, id: FlowRunId, update: &FlowRunUpdate) -> Result<()> {
        self.tell(
            Request::new(Method::PATCH, format!("/flow_runs/{id}"))
                .json(update)?
                .repeatable(),
        )
        .await
    }

    /// Adds labels to a flow run's; those of the same name are replaced.
    ///
    /// # Errors
    /// When the request fails, or there is no such run.
    pub async fn label_flow_run(
        &self,
        id: FlowRunId,
        labels: &BTreeMap<String, String>,
    ) -> Result<()> {
        self.tell(
            Request::new(Method::PATCH, format!("/flow_runs/{id}/labels"))
                .json(labels)?
                .repeatable(),
        )
        .await
    }

    /// Deletes a flow run.
    ///
    /// # Errors
    /// When the request fails, or there is no such run.
    pub async fn delete_flow_run(&self, id: FlowRunId) -> Result<()> {
        self.tell(Request::new(Method::DELETE, format!("/flow_runs/{id}")))
            .await
    }
}
