//! The steps of one run's life: what is recorded when. How its function is called is decided in `drive`.

use std::any::Any;
use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use milliways_engine::{Remark, StateName};
use milliways_model::StateType;
use tracing::{error, info};

use crate::BoxError;
use crate::context::{Context, FlowContext};
use crate::error::{Error, Result, panic_message, with_causes};
use crate::spec::{FLOW, Policy, TASK};

/// A run of either kind.
#[derive(Clone, Debug)]
pub(crate) enum Run {
    Flow(milliways_engine::FlowRun),
    Task(milliways_engine::TaskRun),
}

/// Why an attempt gave no value.
pub(crate) enum Stop {
    Failed(BoxError),
    TimedOut(Duration),
    /// On the server.
    Cancelled,
    Panicked(Box<dyn Any + Send>),
}

/// What follows on an attempt.
pub(crate) enum Step<T> {
    Done(Result<T>),
    Again(Duration),
    /// The panic goes on in whoever waits for the run.
    Unwind(Box<dyn Any + Send>),
}

/// One run from its call to its end. A run whose life is dropped before is cancelled.
#[derive(Debug)]
pub(crate) struct Life {
    pub(crate) run: Run,
    pub(crate) name: &'static str,
    /// What its function sees.
    pub(crate) context: Arc<Context>,
    retry_if: Option<fn(&(dyn StdError + Send + Sync + 'static)) -> bool>,
    pub(crate) timeout: Option<Duration>,
    retries: u32,
    used: u32,
    is_over: bool,
}

impl Life {
    pub(crate) fn new(
        run: Run,
        name: &'static str,
        context: Arc<Context>,
        policy: &Policy,
        retries: u32,
    ) -> Self {
        Self {
            run,
            name,
            context,
            retry_if: policy.retry_if,
            timeout: policy.timeout,
            retries,
            used: 0,
            is_over: false,
        }
    }

    /// `flow` or `task`.
    pub(crate) const fn kind(&self) -> &'static str {
        match self.run {
            Run::Flow(_) => FLOW,
            Run::Task(_) => TASK,
        }
    }

    /// The flow whose end this is to be.
    pub(crate) fn own_flow(&self) -> Option<&FlowContext> {
        match self.run {
            Run::Flow(_) => self.context.flow.as_ref(),
            Run::Task(_) => None,
        }
    }

    /// The run of a flow, which can be cancelled on the server.
    pub(crate) fn flow_run(&self) -> Option<milliways_engine::FlowRun> {
        match &self.run {
            Run::Flow(run) => Some(run.clone()),
            Run::Task(_) => None,
        }
    }

    /// Whether somebody has cancelled it there.
    pub(crate) fn is_cancelled(&self) -> bool {
        matches!(&self.run, Run::Flow(run) if run.is_cancelled())
    }

    /// Whether the next attempt is the last one.
    pub(crate) const fn is_last(&self) -> bool {
        self.used >= self.retries
    }

    /// Records Running: the first time, or again after a failure.
    pub(crate) fn start(&mut self) -> Result<()> {
        match &self.run {
            Run::Flow(run) => run.start()?,
            Run::Task(run) => run.start()?,
        }
        if let Run::Flow(run) = &self.run
            && self.used == 0
        {
            let name = self.name;
            let place = run.url().map(|url| format!(", to be seen at {url}"));
            let place = place.unwrap_or_default();
            self.context
                .enter(|| info!(target: FLOW_RUNS, "starts: flow '{name}'{place}"));
        }
        Ok(())
    }

    /// Records what an attempt came to.
    pub(crate) fn finish<T>(&mut self, attempt: Result<T, Stop>) -> Result<Step<T>> {
        let (kind, name) = (self.kind(), self.name);
        match attempt {
            Ok(value) => {
                self.complete(Remark::default())?;
                Ok(Step::Done(Ok(value)))
            }
            Err(Stop::Failed(source)) => {
                let retriable = self.retry_if.is_none_or(|condition| condition(&*source));
                let reason = with_causes(&*source);
                let remark = remark(None, format!("{kind} run failed: {reason}"));
                let failure = |source| Error::Failed { kind, name, source };
                self.fail(remark, retriable, &reason, || failure(source))
            }
            Err(Stop::TimedOut(after)) => {
                let reason = format!("it took longer than {after:?}");
                let remark = remark(
                    Some("TimedOut"),
                    format!("{kind} run took longer than {after:?}"),
                );
                self.fail(remark, true, &reason, || Error::TimedOut {
                    kind,
                    name,
                    after,
                })
            }
            Err(Stop::Cancelled) => {
                let why = "the run was cancelled".to_owned();
                self.end(StateType::Cancelled, remark(None, why))?;
                self.log_error("ended as Cancelled");
                Ok(Step::Done(Err(Error::Cancelled { name })))
            }
            Err(Stop::Panicked(payload)) => {
                let message = panic_message(&*payload);
                self.end(
                    StateType::Crashed,
                    remark(None, format!("the run panicked: {message}")),
                )?;
                self.log_error(&format!("crashed: it panicked: {message}"));
                Ok(Step::Unwind(payload))
            }
        }
    }

    /// Ends it well.
    pub(crate) fn complete(&mut self, remark: Remark) -> Result<()> {
        self.is_over = true;
        match &self.run {
            Run::Flow(run) => run.complete(remark)?,
            Run::Task(run) => run.complete(remark)?,
        }
        if self.own_flow().is_some() {
            self.context
                .enter(|| info!(target: FLOW_RUNS, "ended as Completed"));
        }
        Ok(())
    }

    /// Ends it as its result is known already.
    pub(crate) fn complete_cached(&mut self) -> Result<()> {
        self.end(
            StateType::Completed,
            remark(Some("Cached"), "the result was in the cache".to_owned()),
        )
    }

    /// Leaves it Pending: a run before it has not completed.
    pub(crate) fn hold_back(&mut self, upstream: &'static str) -> Error {
        let name = self.name;
        let why = format!("`{upstream}` has not completed");
        match self.end(StateType::Pending, remark(Some("NotReady"), why)) {
            Ok(()) => Error::NotReady { name, upstream },
            Err(error) => error,
        }
    }

    fn fail<T>(
        &mut self,
        remark: Remark,
        retriable: bool,
        reason: &str,
        failure: impl FnOnce() -> Error,
    ) -> Result<Step<T>> {
        let delay = match &self.run {
            Run::Flow(run) => run.fail(remark, retriable)?,
            Run::Task(run) => run.fail(remark, retriable)?,
        };
        if let Some(seconds) = delay {
            self.used += 1;
            let (used, retries) = (self.used, self.retries);
            self.log_error(&format!(
                "failed: {reason}; retry {used} of {retries} starts in {seconds} s"
            ));
            let delay = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
            return Ok(Step::Again(delay));
        }
        self.is_over = true;
        self.log_error(&format!("failed: {reason}"));
        Ok(Step::Done(Err(failure())))
    }

    fn end(&mut self, kind: StateType, remark: Remark) -> Result<()> {
        self.is_over = true;
        match &self.run {
            Run::Flow(run) => run.set_state(kind, remark)?,
            Run::Task(run) => run.set_state(kind, remark)?,
        }
        Ok(())
    }

    fn log_error(&self, message: &str) {
        self.context.enter(|| match self.run {
            Run::Flow(_) => error!(target: FLOW_RUNS, "{message}"),
            Run::Task(_) => error!(target: TASK_RUNS, "{message}"),
        });
    }
}

/// The loggers of what the engine says about runs.
const FLOW_RUNS: &str = "milliways.flow_runs";
const TASK_RUNS: &str = "milliways.task_runs";

impl Drop for Life {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        if let Some(flow) = self.own_flow() {
            flow.pending.cancel();
        }
        let why = "whoever waited for the run does so no more".to_owned();
        // Where nothing can be recorded, its lease lapses.
        let _ = self.end(StateType::Cancelled, remark(None, why));
    }
}

fn remark(name: Option<&'static str>, message: String) -> Remark {
    Remark {
        name: name.map(StateName::Known),
        message: Some(message.into()),
        ..Remark::default()
    }
}
