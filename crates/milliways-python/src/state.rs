//! `StateRecord`: a state that was recorded.

use milliways_engine::RecordedState;
use pyo3::prelude::*;

/// A state that was recorded: enough to build a `State` from.
#[pyclass(frozen, module = "milliways._core")]
pub(crate) struct StateRecord(pub(crate) RecordedState);

#[pymethods]
impl StateRecord {
    #[getter]
    fn id(&self) -> String {
        self.0.id.to_string()
    }

    #[getter]
    fn r#type(&self) -> &'static str {
        self.0.kind.as_str()
    }

    #[getter]
    fn name(&self) -> &str {
        &self.0.name
    }

    #[getter]
    fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    #[getter]
    fn timestamp(&self) -> f64 {
        self.0.timestamp.as_seconds()
    }

    fn __repr__(&self) -> String {
        format!(
            "StateRecord({}, name={:?})",
            self.0.kind.as_str(),
            &*self.0.name
        )
    }
}
