//! The call of a flow.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use milliways_engine::{FlowRunOptions, TaskRunOptions};
use milliways_model::FlowRunId;

use crate::body::Body;
use crate::context::{Context, FlowContext};
use crate::drive::Begun;
use crate::handle::RunHandle;
use crate::life::{Life, Run};
use crate::parameters::Parameters;
use crate::pending::Pending;
use crate::spec::{Delays, FlowSpec, Policy};
use crate::task::inputs;
use crate::{AssignedRun, Error, Outcome, Result, process};

/// A flow with its arguments: what the function gives that `#[flow]` made. Nothing happens before it is awaited,
/// [`run`](Self::run) or [`submit`](Self::submit)ted. Called in another flow, it is a subflow of that one.
#[must_use = "a flow does nothing until it is awaited, run or submitted"]
pub struct FlowCall<T> {
    spec: &'static FlowSpec,
    body: Body<T>,
    parameters: Parameters,
    context: Option<Arc<Context>>,
    name: Option<String>,
    tags: Vec<String>,
    policy: Option<Policy>,
    assigned: Option<AssignedRun>,
}

impl<T: Send + 'static> FlowCall<T> {
    #[doc(hidden)]
    pub fn __new(
        spec: &'static FlowSpec,
        body: Body<T>,
        name: Option<String>,
        parameters: Parameters,
    ) -> Self {
        Self {
            spec,
            body,
            parameters,
            context: Context::current(),
            name,
            tags: Vec::new(),
            policy: None,
            assigned: None,
        }
    }

    /// Makes no run of its own but goes on with one that the server has: as its next attempt, which alone may record it
    /// from then on. It is no subflow, wherever it is called.
    pub fn continuing(mut self, run: AssignedRun) -> Self {
        self.assigned = Some(run);
        self
    }

    /// The run's name; two words by default.
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

    /// Runs it and waits, in synchronous code. An `async` flow runs in a runtime of the process.
    ///
    /// # Errors
    /// What the function gives, or why it gave nothing.
    pub fn run(self) -> Result<T> {
        self.begin()?.0.go_blocking()
    }

    /// Starts it beside this code: an `async` function on the runtime, a synchronous one on a thread.
    pub fn submit(self) -> RunHandle<T> {
        let name = self.spec.declared.name;
        let around = self.context.as_ref().and_then(|outer| outer.flow.clone());
        let begun = self.begin();
        let stand_in = begun
            .as_ref()
            .ok()
            .and_then(|(_, run)| run.parent_task_run_id());
        RunHandle::spawn(begun.map(|(begun, _)| begun), name, stand_in, around)
    }

    /// Runs it and gives the run with its state, whether it failed or not.
    ///
    /// # Errors
    /// When no run could be made.
    pub async fn outcome(self) -> Result<Outcome<T, FlowRunId>> {
        let (begun, run) = self.begin()?;
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

    /// Makes the run, and in a flow the task run that stands for it there.
    fn begin(self) -> Result<(Begun<T>, milliways_engine::FlowRun)> {
        let declared = &self.spec.declared;
        let parameters = self.parameters.finish()?;
        let definition = self.spec.definition(self.policy.as_ref())?;
        let retries = definition.retry.retries;
        let outer = self.context;
        let around = outer.as_ref().and_then(|outer| outer.flow.as_ref());
        if around.is_some_and(|flow| flow.run.is_cancelled()) {
            return Err(Error::Cancelled {
                name: declared.name,
            });
        }
        let stand_in = match around.filter(|_| self.assigned.is_none()) {
            Some(flow) => {
                let options = TaskRunOptions {
                    inputs: inputs(outer.as_deref(), &[]),
                    start: false,
                    ..TaskRunOptions::default()
                };
                Some(flow.run.task(self.spec.stand_in()?, options)?.id())
            }
            None => None,
        };
        let session = match &outer {
            Some(outer) => outer.session.clone(),
            None => process::session()?,
        };
        let tags = declared.tags.iter().map(|&tag| tag.to_owned());
        let mut options = FlowRunOptions {
            name: self.name,
            parameters,
            tags: tags.chain(self.tags).collect(),
            parent_task_run: stand_in,
            ..FlowRunOptions::default()
        };
        if let Some(run) = self.assigned {
            options.epoch = Some(session.claim_flow_run(run.id())?);
            options.id = Some(run.id());
            options.run_count = run.run_count();
            options.name.get_or_insert_with(|| run.name().to_owned());
        }
        let run = session.flow_run(definition, options)?;
        let context = Arc::new(Context {
            session,
            flow: Some(FlowContext {
                run: run.clone(),
                pending: Pending::new(),
            }),
            task: None,
        });
        let policy = self.policy.as_ref().unwrap_or(&declared.policy);
        let life = Life::new(
            Run::Flow(run.clone()),
            declared.name,
            context,
            policy,
            retries,
        );
        let begun = Begun {
            life,
            body: self.body,
            is_running: false,
            after: Vec::new(),
            slot: None,
        };
        Ok((begun, run))
    }
}

impl<T: Send + 'static> IntoFuture for FlowCall<T> {
    type Output = Result<T>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.begin()?.0.go().await })
    }
}

impl<T> std::fmt::Debug for FlowCall<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FlowCall")
            .field("name", &self.spec.declared.name)
            .finish_non_exhaustive()
    }
}
