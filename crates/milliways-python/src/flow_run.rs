//! `FlowRun`: one attempt of a flow run in this process.

use std::collections::HashMap;

use milliways_engine::{Remark, TaskRunOptions};
use milliways_model::{TaskRunId, Timestamp};
use pyo3::prelude::*;

use crate::convert;
use crate::definition::TaskDef;
use crate::error::raise;
use crate::state::StateRecord;
use crate::task_run::TaskRun;

/// One attempt of a flow run in this process: the handle of its journal. Thread safe.
#[pyclass(frozen, module = "milliways._core")]
pub(crate) struct FlowRun(pub(crate) milliways_engine::FlowRun);

#[pymethods]
impl FlowRun {
    #[getter]
    fn id(&self) -> String {
        self.0.id().to_string()
    }

    #[getter]
    fn name(&self) -> String {
        self.0.name().to_string()
    }

    #[getter]
    fn run_count(&self) -> u32 {
        self.0.run_count()
    }

    /// Waits for the server, up to a second.
    #[getter]
    fn flow_id(&self, py: Python<'_>) -> Option<String> {
        py.detach(|| self.0.flow_id()).map(|id| id.to_string())
    }

    #[getter]
    fn parent_task_run_id(&self) -> Option<String> {
        self.0.parent_task_run_id().map(|id| id.to_string())
    }

    #[getter]
    fn start_time(&self) -> Option<f64> {
        self.0.start_time().map(Timestamp::as_seconds)
    }

    #[getter]
    fn url(&self) -> Option<String> {
        self.0.url()
    }

    #[getter]
    fn state(&self) -> StateRecord {
        StateRecord(self.0.state())
    }

    fn set_name(&self, name: &str) -> PyResult<()> {
        self.0.set_name(name).map_err(raise)
    }

    fn running(&self) -> PyResult<()> {
        self.0.start().map_err(raise)
    }

    #[pyo3(signature = (definition, name=None, inputs=None, tags=None, start=true))]
    fn task(
        &self,
        definition: &Bound<'_, TaskDef>,
        name: Option<String>,
        inputs: Option<HashMap<String, Vec<String>>>,
        tags: Option<Vec<String>>,
        start: bool,
    ) -> PyResult<TaskRun> {
        let options = task_run_options(name, inputs, tags, start)?;
        self.0
            .task(definition.get().0.clone(), options)
            .map(TaskRun)
            .map_err(raise)
    }

    #[pyo3(signature = (name=None, message=None, data=None))]
    fn complete(
        &self,
        name: Option<&str>,
        message: Option<&str>,
        data: Option<&[u8]>,
    ) -> PyResult<()> {
        let remark = match (name, message, data) {
            (None, None, None) => Remark::default(),
            _ => convert::remark(name, message, data, None)?,
        };
        self.0.complete(remark).map_err(raise)
    }

    #[pyo3(signature = (message, name=None, *, retriable=true, data=None))]
    fn fail(
        &self,
        message: &str,
        name: Option<&str>,
        retriable: bool,
        data: Option<&[u8]>,
    ) -> PyResult<Option<f64>> {
        let remark = convert::remark(name, Some(message), data, None)?;
        self.0.fail(remark, retriable).map_err(raise)
    }

    #[pyo3(signature = (r#type, name=None, message=None, data=None, *, details=None))]
    fn set_state(
        &self,
        r#type: &str,
        name: Option<&str>,
        message: Option<&str>,
        data: Option<&[u8]>,
        details: Option<&[u8]>,
    ) -> PyResult<()> {
        let remark = convert::remark(name, message, data, details)?;
        self.0
            .set_state(convert::state_type(r#type)?, remark)
            .map_err(raise)
    }

    #[pyo3(signature = (level, logger, message, created, task_run_id=None))]
    fn log(
        &self,
        level: i32,
        logger: &str,
        message: &str,
        created: f64,
        task_run_id: Option<&str>,
    ) -> PyResult<()> {
        let task_run = task_run_id
            .map(|id| convert::uuid("task_run_id", id).map(TaskRunId))
            .transpose()?;
        self.0
            .log(
                level,
                logger,
                message,
                Timestamp::from_seconds(created),
                task_run,
            )
            .map_err(raise)
    }

    fn emit(&self, event: &[u8]) -> PyResult<()> {
        let event = milliways_engine::json::event(event).map_err(raise)?;
        self.0.emit(event).map_err(raise)
    }

    fn flush(&self, py: Python<'_>, timeout: f64) -> bool {
        py.detach(|| self.0.flush(convert::seconds(timeout)))
    }

    fn __repr__(&self) -> String {
        format!("FlowRun({:?}, id={})", &*self.0.name(), self.0.id())
    }
}

/// What a task run is made with.
pub(crate) fn task_run_options(
    name: Option<String>,
    inputs: Option<HashMap<String, Vec<String>>>,
    tags: Option<Vec<String>>,
    start: bool,
) -> PyResult<TaskRunOptions> {
    let inputs = match inputs {
        Some(inputs) => convert::inputs(inputs)?,
        None => None,
    };
    Ok(TaskRunOptions {
        name,
        inputs,
        tags: tags.unwrap_or_default(),
        start,
    })
}
