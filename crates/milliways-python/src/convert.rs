//! Arguments from Python: ids, JSON text, lengths of time.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use milliways_engine::{Remark, StateName};
use milliways_model::ids::Uuid;
use milliways_model::task_run::TaskInput;
use milliways_model::{StateDetails, StateType};
use pyo3::prelude::*;

use crate::error::{invalid, raise};

/// A UUID of text.
pub(crate) fn uuid(what: &str, text: &str) -> PyResult<Uuid> {
    text.parse().map_err(|error| invalid(what, error))
}

/// JSON text of any value, on one line.
pub(crate) fn json(what: &'static str, bytes: &[u8]) -> PyResult<Box<str>> {
    milliways_engine::json::one_line(what, bytes).map_err(raise)
}

/// JSON text of an object, on one line.
pub(crate) fn object(what: &'static str, bytes: &[u8]) -> PyResult<Box<str>> {
    milliways_engine::json::object(what, bytes).map_err(raise)
}

/// JSON text of a flow run's parameters, on one line.
pub(crate) fn parameters(bytes: &[u8]) -> PyResult<Box<str>> {
    milliways_engine::json::parameters(bytes).map_err(raise)
}

/// A number of seconds; what is negative or no number is 0, what is endless is as long as can be.
pub(crate) fn seconds(seconds: f64) -> Duration {
    if seconds.is_nan() || seconds <= 0.0 {
        return Duration::ZERO;
    }
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

/// A type of states by its name, whatever the case.
pub(crate) fn state_type(text: &str) -> PyResult<StateType> {
    StateType::parse(&text.to_ascii_uppercase()).ok_or_else(|| {
        let known = StateType::ALL.map(StateType::as_str).join(", ");
        invalid(
            "not a type of states",
            format_args!("{text}, hint: one of {known}"),
        )
    })
}

/// What a state carries.
pub(crate) fn remark(
    name: Option<&str>,
    message: Option<&str>,
    data: Option<&[u8]>,
    details: Option<&[u8]>,
) -> PyResult<Remark> {
    let data = data
        .map(|bytes| json("a state's data", bytes))
        .transpose()?;
    let details: Option<Box<StateDetails>> = details
        .map(serde_json::from_slice)
        .transpose()
        .map_err(|error| invalid("a state's details", error))?;
    Ok(Remark {
        name: name.map(StateName::from),
        message: message.map(milliways_engine::message),
        data: data.map(Arc::from),
        details,
    })
}

/// Parameter names and the task runs that their values came from, as JSON text.
pub(crate) fn inputs(inputs: HashMap<String, Vec<String>>) -> PyResult<Option<Box<str>>> {
    if inputs.is_empty() {
        return Ok(None);
    }
    let mut all = std::collections::BTreeMap::new();
    for (name, ids) in inputs {
        let runs = ids.iter().map(|id| {
            Ok(TaskInput::TaskRun {
                id: uuid("a task input", id)?,
            })
        });
        all.insert(name, runs.collect::<PyResult<Vec<_>>>()?);
    }
    Ok(Some(TaskInput::map(&all).get().into()))
}
