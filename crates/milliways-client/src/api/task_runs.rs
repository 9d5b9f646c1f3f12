//! `/task_runs`.

use hyper::Method;
use milliways_model::sort::TaskRunSort;
use milliways_model::{
    OrchestrationResult, StateCreate, TaskRun, TaskRunCreate, TaskRunId, TaskRunUpdate,
};
use serde::Serialize;

use super::flow_runs::SetState;
use super::{Filters, Page};
use crate::{Client, Request, Result};

/// A list of task runs.
#[derive(Clone, Debug, Default, Serialize)]
pub struct TaskRunQuery {
    /// Which.
    #[serde(flatten)]
    pub filters: Filters,
    /// In which order.
    pub sort: TaskRunSort,
    /// Which part.
    #[serde(flatten)]
    pub page: Page,
}

impl Client {
    /// Makes a task run, or finds the one of the same flow run and keys.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn create_task_run(&self, run: &TaskRunCreate) -> Result<TaskRun> {
        if run.flow_run_id.is_some() || run.id.is_some() {
            self.query("/task_runs/", run).await
        } else {
            self.post("/task_runs/", run).await
        }
    }

    /// A task run.
    ///
    /// # Errors
    /// When the request fails, or there is no such run.
    pub async fn read_task_run(&self, id: TaskRunId) -> Result<TaskRun> {
        self.get(format!("/task_runs/{id}")).await
    }

    /// Task runs.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn task_runs(&self, query: &TaskRunQuery) -> Result<Vec<TaskRun>> {
        self.query("/task_runs/filter", query).await
    }

    /// How many task runs there are.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn count_task_runs(&self, filters: &Filters) -> Result<u64> {
        self.query("/task_runs/count", filters).await
    }

    /// Proposes a state; `force` passes the rules by.
    ///
    /// # Errors
    /// When the request fails, or there is no such run. That the state was not accepted is no error.
    pub async fn set_task_run_state(
        &self,
        id: TaskRunId,
        state: &StateCreate,
        force: bool,
    ) -> Result<OrchestrationResult> {
        self.post(
            &format!("/task_runs/{id}/set_state"),
            &SetState { state, force },
        )
        .await
    }

    /// Changes a task run.
    ///
    /// # Errors
    /// When the request fails, or there is no such run.
    pub async fn update_task_run(&self, id: TaskRunId, update: &TaskRunUpdate) -> Result<()> {
        self.tell(
            Request::new(Method::PATCH, format!("/task_runs/{id}"))
                .json(update)?
                .repeatable(),
        )
        .await
    }

    /// Deletes a task run.
    ///
    /// # Errors
    /// When the request fails, or there is no such run.
    pub async fn delete_task_run(&self, id: TaskRunId) -> Result<()> {
        self.tell(Request::new(Method::DELETE, format!("/task_runs/{id}")))
            .await
    }
}
