//! `/flow_run_states` and `/task_run_states`.

use milliways_model::{FlowRunId, State, StateId, TaskRunId};

use crate::{Client, Result};

impl Client {
    /// The states of a flow run, oldest first.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn flow_run_states(&self, id: FlowRunId) -> Result<Vec<State>> {
        self.get(format!("/flow_run_states/?flow_run_id={id}"))
            .await
    }

    /// A state of a flow run.
    ///
    /// # Errors
    /// When the request fails, or there is no such state.
    pub async fn read_flow_run_state(&self, id: StateId) -> Result<State> {
        self.get(format!("/flow_run_states/{id}")).await
    }

    /// The states of a task run, oldest first.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn task_run_states(&self, id: TaskRunId) -> Result<Vec<State>> {
        self.get(format!("/task_run_states/?task_run_id={id}"))
            .await
    }

    /// A state of a task run.
    ///
    /// # Errors
    /// When the request fails, or there is no such state.
    pub async fn read_task_run_state(&self, id: StateId) -> Result<State> {
        self.get(format!("/task_run_states/{id}")).await
    }
}
