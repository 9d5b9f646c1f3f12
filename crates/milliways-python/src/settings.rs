//! Settings as Python reads them: by name, as text.

use milliways_settings::{Secret, Settings, defs};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use serde_json::json;

use crate::error::{MilliwaysError, invalid};

/// The value of a setting by its name in snake case with dots, as text; None when unset.
#[pyfunction]
pub(crate) fn setting(name: &str) -> PyResult<Option<String>> {
    let declared =
        Settings::declared(name).map_err(|error| MilliwaysError::new_err(error.to_string()))?;
    Ok(load()?.found(declared).map(|found| found.text))
}

/// Every known setting with its value and where it came from.
#[pyfunction]
pub(crate) fn settings_json(py: Python<'_>) -> PyResult<Bound<'_, PyBytes>> {
    let settings = load()?;
    let all: serde_json::Map<_, _> = defs::all()
        .map(|setting| {
            let found = settings.found(setting);
            let text = found.as_ref().map(|found| {
                if setting.secret {
                    Secret::MASK
                } else {
                    &found.text
                }
            });
            let source = found.as_ref().map(|found| found.source.kind());
            (
                setting.name.to_owned(),
                json!({"value": text, "source": source}),
            )
        })
        .collect();
    let bytes = serde_json::to_vec(&all).map_err(|error| invalid("settings", error))?;
    Ok(PyBytes::new(py, &bytes))
}

fn load() -> PyResult<Settings> {
    Settings::load().map_err(|error| MilliwaysError::new_err(error.to_string()))
}
