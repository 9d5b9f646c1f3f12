//! `FlowDef` and `TaskDef`: made once for each decorated function.

use std::sync::Arc;

use milliways_engine::{FlowDefinition, RetryPolicy, TaskDefinition};
use pyo3::prelude::*;

use crate::error::invalid;

/// What the engine has to know of a flow.
#[pyclass(frozen, module = "milliways._core")]
pub(crate) struct FlowDef(pub(crate) Arc<FlowDefinition>);

#[pymethods]
impl FlowDef {
    #[new]
    #[pyo3(signature = (name, *, version=None, retries=0, retry_delay_seconds=0.0, timeout_seconds=None, description=None))]
    fn new(
        name: &str,
        version: Option<String>,
        retries: u32,
        retry_delay_seconds: f64,
        timeout_seconds: Option<f64>,
        description: Option<String>,
    ) -> PyResult<Self> {
        // Timeouts are kept by whoever calls the flow; the description has no place in a run.
        let _ = (timeout_seconds, description);
        let mut definition =
            FlowDefinition::new(name).map_err(|reason| invalid("not a name for a flow", reason))?;
        definition.version = version;
        definition.retry = RetryPolicy::with_delay(retries, delay(retry_delay_seconds)?);
        Ok(Self(Arc::new(definition)))
    }

    #[getter]
    fn name(&self) -> &str {
        &self.0.name
    }
}

/// What the engine has to know of a task.
#[pyclass(frozen, module = "milliways._core")]
pub(crate) struct TaskDef(pub(crate) Arc<TaskDefinition>);

#[pymethods]
impl TaskDef {
    #[new]
    #[pyo3(signature = (name, task_key, *, version=None, tags=Vec::new(), retries=0, retry_delays=Vec::new(), retry_jitter_factor=None, timeout_seconds=None))]
    #[expect(clippy::too_many_arguments, reason = "keyword arguments of Python")]
    fn new(
        name: &str,
        task_key: &str,
        version: Option<String>,
        tags: Vec<String>,
        retries: u32,
        retry_delays: Vec<f64>,
        retry_jitter_factor: Option<f64>,
        timeout_seconds: Option<f64>,
    ) -> PyResult<Self> {
        let _ = timeout_seconds;
        let mut definition = TaskDefinition::new(name, task_key)
            .map_err(|reason| invalid("not a name for a task", reason))?;
        definition.version = version;
        definition.tags = tags;
        definition.retry = RetryPolicy {
            retries,
            delays: retry_delays
                .into_iter()
                .map(delay)
                .collect::<PyResult<_>>()?,
            jitter_factor: delay(retry_jitter_factor.unwrap_or(0.0))?,
        };
        Ok(Self(Arc::new(definition)))
    }

    #[getter]
    fn name(&self) -> &str {
        &self.0.name
    }

    #[getter]
    fn task_key(&self) -> &str {
        &self.0.task_key
    }
}

fn delay(seconds: f64) -> PyResult<f64> {
    if seconds.is_finite() && seconds >= 0.0 {
        Ok(seconds)
    } else {
        Err(invalid("not a length of time or a share", seconds))
    }
}
