//! `Session`: the process's connection, and what needs nothing else.

use std::collections::HashMap;
use std::path::PathBuf;

use milliways_client::Method;
use milliways_engine::FlowRunOptions;
use milliways_model::{FlowRunId, TaskRunId, Timestamp, names};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::convert;
use crate::definition::{FlowDef, TaskDef};
use crate::error::{invalid, raise};
use crate::flow_run::{FlowRun, task_run_options};
use crate::task_run::TaskRun;

/// The process's connection: settings, spool, sender thread. It survives `fork` in the child by starting afresh.
#[pyclass(frozen, module = "milliways._core")]
pub(crate) struct Session;

/// The process's session; starts nothing and connects to nothing by itself.
#[pyfunction]
pub(crate) fn session(py: Python<'_>) -> PyResult<Session> {
    own(py).map(|_| Session)
}

/// A run name of two words, adjective and animal.
#[pyfunction]
pub(crate) fn generate_name() -> String {
    names::generate(milliways_engine::ids::random())
}

/// An id of version 7 in text.
#[pyfunction]
pub(crate) fn uuid7() -> String {
    milliways_engine::ids::now().to_string()
}

/// Looked up on each call, so that a handle that a fork has inherited means the session of its own process.
fn own(py: Python<'_>) -> PyResult<milliways_engine::Session> {
    milliways_engine::Session::of_process(|| executable(py)).map_err(raise)
}

/// The program that the wheel has installed beside the interpreter.
fn executable(py: Python<'_>) -> Option<PathBuf> {
    let prefix: PathBuf = py
        .import("sys")
        .and_then(|sys| sys.getattr("prefix")?.extract())
        .ok()?;
    Some(prefix.join("bin").join("milliways"))
}

#[pymethods]
#[expect(clippy::unused_self, reason = "methods of a Python object")]
impl Session {
    #[pyo3(signature = (
        definition, *, id=None, epoch=None, run_count=0, name=None, parameters=None, tags=None, parent=None, labels=None
    ))]
    #[expect(clippy::too_many_arguments, reason = "keyword arguments of Python")]
    fn flow_run(
        &self,
        py: Python<'_>,
        definition: &Bound<'_, FlowDef>,
        id: Option<&str>,
        epoch: Option<i64>,
        run_count: u32,
        name: Option<String>,
        parameters: Option<&[u8]>,
        tags: Option<Vec<String>>,
        parent: Option<&Bound<'_, TaskRun>>,
        labels: Option<&[u8]>,
    ) -> PyResult<FlowRun> {
        let options = FlowRunOptions {
            id: id
                .map(|id| convert::uuid("id", id).map(FlowRunId))
                .transpose()?,
            epoch,
            run_count,
            name,
            parameters: parameters.map(convert::parameters).transpose()?,
            tags: tags.unwrap_or_default(),
            parent_task_run: parent.map(|parent| parent.get().0.id()),
            labels: labels
                .map(|bytes| convert::object("labels", bytes))
                .transpose()?,
        };
        own(py)?
            .flow_run(definition.get().0.clone(), options)
            .map(FlowRun)
            .map_err(raise)
    }

    #[pyo3(signature = (definition, name=None, inputs=None, tags=None, start=true))]
    fn task_run(
        &self,
        py: Python<'_>,
        definition: &Bound<'_, TaskDef>,
        name: Option<String>,
        inputs: Option<HashMap<String, Vec<String>>>,
        tags: Option<Vec<String>>,
        start: bool,
    ) -> PyResult<TaskRun> {
        let options = task_run_options(name, inputs, tags, start)?;
        own(py)?
            .task_run(definition.get().0.clone(), options)
            .map(TaskRun)
            .map_err(raise)
    }

    #[expect(clippy::too_many_arguments, reason = "arguments of Python")]
    fn log(
        &self,
        py: Python<'_>,
        level: i32,
        logger: &str,
        message: &str,
        created: f64,
        flow_run_id: Option<&str>,
        task_run_id: Option<&str>,
    ) -> PyResult<()> {
        let flow_run = flow_run_id
            .map(|id| convert::uuid("flow_run_id", id).map(FlowRunId))
            .transpose()?;
        let task_run = task_run_id
            .map(|id| convert::uuid("task_run_id", id).map(TaskRunId))
            .transpose()?;
        let at = Timestamp::from_seconds(created);
        own(py)?
            .log(level, logger, message, at, flow_run, task_run)
            .map_err(raise)
    }

    fn flush(&self, py: Python<'_>, timeout: f64) -> PyResult<bool> {
        let session = own(py)?;
        Ok(py.detach(|| session.flush(convert::seconds(timeout))))
    }

    fn close(&self, py: Python<'_>, timeout: f64) -> PyResult<bool> {
        let session = own(py)?;
        Ok(py.detach(|| session.close(convert::seconds(timeout))))
    }

    /// Waits for the server: the epoch under which this process continues a flow run that the server has.
    fn claim(&self, py: Python<'_>, flow_run_id: &str) -> PyResult<i64> {
        let id = convert::uuid("flow_run_id", flow_run_id).map(FlowRunId)?;
        let session = own(py)?;
        py.detach(|| session.claim_flow_run(id)).map_err(raise)
    }

    fn deliver_leftovers(&self, py: Python<'_>, timeout: f64) -> PyResult<bool> {
        let session = own(py)?;
        py.detach(|| session.deliver_leftovers(convert::seconds(timeout)))
            .map_err(raise)
    }

    /// What a user should know since the last look, one sentence each.
    fn notices(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        Ok(own(py)?.take_notices())
    }

    #[getter]
    fn api_url(&self, py: Python<'_>) -> PyResult<Option<String>> {
        Ok(own(py)?.config().client.api_url())
    }

    #[getter]
    fn ui_url(&self, py: Python<'_>) -> PyResult<Option<String>> {
        Ok(own(py)?.ui_url().map(str::to_owned))
    }

    #[pyo3(signature = (method, path, body=None))]
    fn request<'py>(
        &self,
        py: Python<'py>,
        method: &str,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> PyResult<(u16, Bound<'py, PyBytes>)> {
        let session = own(py)?;
        let method: Method = method
            .parse()
            .map_err(|error| invalid("not a method", error))?;
        let answer = py.detach(|| session.request(method, path, body));
        let (status, bytes) = answer.map_err(raise)?;
        Ok((status, PyBytes::new(py, &bytes)))
    }
}
