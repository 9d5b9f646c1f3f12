//! The call of a task.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use milliways_engine::TaskRunOptions;
use milliways_model::TaskRunId;

use crate::body::Body;
use crate::context::Context;
use crate::drive::Begun;
use crate::handle::{RunHandle, Upstream};
use crate::life::{Life, Run};
use crate::parameters::CacheKey;
use crate::results::{Place, Results, Slot};
use crate::spec::{Delays, Policy, TaskSpec};
use crate::{Error, Outcome, Result, process};

/// A task with its arguments: what the function gives that `#[task]` made. Nothing happens before it is awaited,
/// [`run`](Self::run) or [`submit`](Self::submit)ted.
///
/// It belongs to the flow in which it is called, wherever it is awaited; outside of any flow it is a run of its own.
#[must_use = "a task does nothing until it is awaited, run or submitted"]
pub struct TaskCall<T> {
    spec: &'static TaskSpec,
    body: Body<T>,
    context: Option<Arc<Context>>,
    name: Option<String>,
    tags: Vec<String>,
    policy: Option<Policy>,
    after: Vec<Upstream>,
    slot: Option<Result<Box<dyn Slot<T>>>>,
}

impl<T: Send + 'static> TaskCall<T> {
    #[doc(hidden)]
    pub fn __new(spec: &'static TaskSpec, body: Body<T>, name: Option<String>) -> Self {
        Self {
            spec,
            body,
            context: Context::current(),
            name,
            tags: Vec::new(),
            policy: None,
            after: Vec::new(),
            slot: None,
        }
    }

    #[doc(hidden)]
    pub fn __cached(
        mut self,
        results: &'static Results<T>,
        key: CacheKey,
        lifetime: Option<Duration>,
    ) -> Self
    where
        T: Clone,
    {
        self.slot = Some(key.digest().map(|key| {
            let place: Box<dyn Slot<T>> = Box::new(Place {
                results,
                key,
                lifetime,
            });
            place
        }));
        self
    }

    /// The run's name; the task's and the number of the call by default.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Further tags for finding the run.
    pub fn tags<S: Into<String>>(mut self, tags: impl IntoIterator<Item = S>) -> Self {
        self.tags.extend(tags.into_iter().map(Into::into));
        self
    }

    /// How often this call is tried again.
    pub fn retries(mut self, retries: u32) -> Self {
        self.own_policy().retries = Some(retries);
        self
    }

    /// How long to wait before each retry of this call.
    pub fn retry_delay(mut self, delay: Duration) -> Self {
        self.own_policy().delays = Delays::Always(delay);
        self
    }

    /// Not before that run has completed. Where it does not complete, this one does not start.
    pub fn after<U: Send + 'static>(mut self, handle: &RunHandle<U>) -> Self {
        self.after.push(handle.upstream());
        self
    }

    /// Runs it and waits, in synchronous code. An `async` task runs in a runtime of the process.
    ///
    /// # Errors
    /// What the function gives, or why it gave nothing.
    pub fn run(self) -> Result<T> {
        self.begin(true)?.0.go_blocking()
    }

    /// Starts it beside this code: an `async` function on the runtime, a synchronous one on a thread.
    pub fn submit(self) -> RunHandle<T> {
        let name = self.spec.declared.name;
        let around = self.context.as_ref().and_then(|outer| outer.flow.clone());
        let begun = self.begin(false);
        let id = begun.as_ref().ok().map(|(_, run)| run.id());
        RunHandle::spawn(begun.map(|(begun, _)| begun), name, id, around)
    }

    /// Runs it and gives the run with its state, whether it failed or not.
    ///
    /// # Errors
    /// When no run could be made.
    pub async fn outcome(self) -> Result<Outcome<T, TaskRunId>> {
        let (begun, run) = self.begin(true)?;
        let result = begun.go().await;
        Ok(Outcome {
            id: run.id(),
            name: run.name().to_string(),
            state: run.state().into(),
            result,
        })
    }

    fn own_policy(&mut self) -> &mut Policy {
        self.policy.get_or_insert(self.spec.declared.policy)
    }

    /// Makes the run, as Running already where it is to start at once and nothing is in its way.
    fn begin(self, at_once: bool) -> Result<(Begun<T>, milliways_engine::TaskRun)> {
        let outer = self.context;
        let flow = outer.as_ref().and_then(|outer| outer.flow.clone());
        if flow.as_ref().is_some_and(|flow| flow.run.is_cancelled()) {
            return Err(Error::Cancelled {
                name: self.spec.declared.name,
            });
        }
        let slot = self.slot.transpose()?;
        let definition = self.spec.definition(self.policy.as_ref())?;
        let retries = definition.retry.retries;
        let is_running = at_once && self.after.is_empty() && slot.is_none();
        let options = TaskRunOptions {
            name: self.name,
            inputs: inputs(outer.as_deref(), &self.after),
            tags: self.tags,
            start: is_running,
        };
        let session = match &outer {
            Some(outer) => outer.session.clone(),
            None => process::session()?,
        };
        let run = match &flow {
            Some(flow) => flow.run.task(definition, options)?,
            None => session.task_run(definition, options)?,
        };
        let context = Arc::new(Context {
            session,
            flow,
            task: Some(run.clone()),
        });
        let policy = self.policy.as_ref().unwrap_or(&self.spec.declared.policy);
        let life = Life::new(
            Run::Task(run.clone()),
            self.spec.declared.name,
            context,
            policy,
            retries,
        );
        let begun = Begun {
            life,
            body: self.body,
            is_running,
            after: self.after,
            slot,
        };
        Ok((begun, run))
    }
}

impl<T: Send + 'static> IntoFuture for TaskCall<T> {
    type Output = Result<T>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.begin(true)?.0.go().await })
    }
}

impl<T> std::fmt::Debug for TaskCall<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TaskCall")
            .field("name", &self.spec.declared.name)
            .finish_non_exhaustive()
    }
}

/// The task runs that a run depends on, as JSON text: those before it, and the task that it is called in.
pub(crate) fn inputs(outer: Option<&Context>, after: &[Upstream]) -> Option<Box<str>> {
    let list = |ids: &mut dyn Iterator<Item = TaskRunId>| {
        let each: Vec<String> = ids
            .map(|id| format!(r#"{{"input_type":"task_run","id":"{id}"}}"#))
            .collect();
        each.join(",")
    };
    let before = list(&mut after.iter().filter_map(|upstream| upstream.task_run));
    let parents = list(
        &mut outer
            .and_then(|outer| outer.task.as_ref())
            .map(milliways_engine::TaskRun::id)
            .into_iter(),
    );
    let pairs: Vec<String> = [("wait_for", before), ("__parents__", parents)]
        .into_iter()
        .filter(|(_, ids)| !ids.is_empty())
        .map(|(name, ids)| format!(r#""{name}":[{ids}]"#))
        .collect();
    (!pairs.is_empty()).then(|| format!("{{{}}}", pairs.join(",")).into())
}
