//! `TaskRun`: one task run in this process.

use std::collections::HashMap;

use milliways_engine::Remark;
use milliways_model::Timestamp;
use pyo3::prelude::*;

use crate::convert;
use crate::error::raise;
use crate::state::StateRecord;

/// One task run in this process. Methods never block and may be called from any thread.
#[pyclass(frozen, module = "milliways._core")]
pub(crate) struct TaskRun(pub(crate) milliways_engine::TaskRun);

#[pymethods]
impl TaskRun {
    #[getter]
    fn id(&self) -> String {
        self.0.id().to_string()
    }

    #[getter]
    fn name(&self) -> String {
        self.0.name().to_string()
    }

    #[getter]
    fn flow_run_id(&self) -> Option<String> {
        self.0.flow_run_id().map(|id| id.to_string())
    }

    #[getter]
    fn run_count(&self) -> u32 {
        self.0.run_count()
    }

    #[getter]
    fn task_key(&self) -> &str {
        self.0.task_key()
    }

    #[getter]
    fn dynamic_key(&self) -> String {
        self.0.dynamic_key()
    }

    #[getter]
    fn start_time(&self) -> Option<f64> {
        self.0.start_time().map(Timestamp::as_seconds)
    }

    #[getter]
    fn state(&self) -> StateRecord {
        StateRecord(self.0.state())
    }

    fn set_name(&self, name: &str) -> PyResult<()> {
        self.0.set_name(name).map_err(raise)
    }

    fn set_inputs(&self, inputs: HashMap<String, Vec<String>>) -> PyResult<()> {
        match convert::inputs(inputs)? {
            Some(inputs) => self.0.set_inputs(inputs).map_err(raise),
            None => Ok(()),
        }
    }

    fn running(&self) -> PyResult<()> {
        self.0.start().map_err(raise)
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

    fn __repr__(&self) -> String {
        format!("TaskRun({:?}, id={})", &*self.0.name(), self.0.id())
    }
}
