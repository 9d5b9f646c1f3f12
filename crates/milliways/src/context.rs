//! Which run the present code belongs to, and what it may know of it.

use std::sync::Arc;

use milliways_engine::Session;
use milliways_model::{FlowRunId, TaskRunId};

use crate::pending::Pending;

tokio::task_local! {
    static CURRENT: Arc<Context>;
}

/// The runs around a piece of code.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) session: Session,
    pub(crate) flow: Option<FlowContext>,
    pub(crate) task: Option<milliways_engine::TaskRun>,
}

/// The flow run around a piece of code.
#[derive(Clone, Debug)]
pub(crate) struct FlowContext {
    pub(crate) run: milliways_engine::FlowRun,
    pub(crate) pending: Arc<Pending>,
}

impl Context {
    /// That of the present code.
    pub(crate) fn current() -> Option<Arc<Self>> {
        CURRENT.try_with(Arc::clone).ok()
    }

    /// Calls a function inside of it.
    pub(crate) fn enter<T>(self: &Arc<Self>, call: impl FnOnce() -> T) -> T {
        CURRENT.sync_scope(self.clone(), call)
    }

    /// Runs a future inside of it.
    pub(crate) fn scope<F: Future>(self: &Arc<Self>, future: F) -> impl Future<Output = F::Output> {
        CURRENT.scope(self.clone(), future)
    }
}

/// The flow run that the present code belongs to.
#[derive(Clone, Debug)]
pub struct FlowRun(milliways_engine::FlowRun);

impl FlowRun {
    /// `None` outside of any flow.
    pub fn current() -> Option<Self> {
        let context = Context::current()?;
        context.flow.as_ref().map(|flow| Self(flow.run.clone()))
    }

    /// Its id.
    pub fn id(&self) -> FlowRunId {
        self.0.id()
    }

    /// What people see.
    pub fn name(&self) -> String {
        self.0.name().to_string()
    }

    /// Which attempt this is, from 1.
    pub fn run_count(&self) -> u32 {
        self.0.run_count()
    }

    /// Its address on the web page, where the server has one.
    pub fn url(&self) -> Option<String> {
        self.0.url()
    }

    /// Whether somebody has cancelled it on the server. For synchronous flows that take long without calling a task:
    /// they end by themselves once they know.
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}

/// The task run that the present code belongs to.
#[derive(Clone, Debug)]
pub struct TaskRun(milliways_engine::TaskRun);

impl TaskRun {
    /// `None` outside of any task.
    pub fn current() -> Option<Self> {
        Some(Self(Context::current()?.task.clone()?))
    }

    /// Its id.
    pub fn id(&self) -> TaskRunId {
        self.0.id()
    }

    /// What people see.
    pub fn name(&self) -> String {
        self.0.name().to_string()
    }

    /// Which attempt this is, from 1.
    pub fn run_count(&self) -> u32 {
        self.0.run_count()
    }
}
