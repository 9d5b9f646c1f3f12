//! Calls the function of a run until it is done: with `async`, and without.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use crate::BoxError;
use crate::blocking::{wait, wait_at_most};
use crate::body::{Attempt, Body};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::handle::Upstream;
use crate::life::{Life, Step, Stop};
use crate::results::Slot;

/// A run that was made, and what is to be done for it.
pub(crate) struct Begun<T> {
    pub(crate) life: Life,
    pub(crate) body: Body<T>,
    /// Whether it was recorded as Running when it was made.
    pub(crate) is_running: bool,
    pub(crate) after: Vec<Upstream>,
    pub(crate) slot: Option<Box<dyn Slot<T>>>,
}

impl<T> Begun<T> {
    /// Runs it to its end.
    pub(crate) async fn go(mut self) -> Result<T> {
        for upstream in std::mem::take(&mut self.after) {
            if !upstream.has_completed().await {
                return Err(self.life.hold_back(upstream.name));
            }
        }
        if let Some(value) = self.prepare()? {
            return Ok(value);
        }
        loop {
            let last = self.life.is_last();
            let flow_run = self.life.flow_run();
            let mut attempt = match &mut self.body {
                Body::Sync(function) => attempt(&self.life.context, || function(last)),
                Body::Async(function) => {
                    let future = self.life.context.enter(|| function(last));
                    let attempt = attempt_async(&self.life.context, future, self.life.timeout);
                    tokio::select! {
                        biased;
                        ended = attempt => ended,
                        () = cancelled(flow_run.as_ref()) => Err(Stop::Cancelled),
                    }
                }
            };
            if let Some(flow) = self.life.own_flow() {
                if attempt.is_err() {
                    flow.pending.cancel();
                }
                tokio::select! {
                    biased;
                    () = flow.pending.idle() => {}
                    () = cancelled(flow_run.as_ref()), if attempt.is_ok() => {
                        attempt = Err(Stop::Cancelled);
                        flow.pending.cancel();
                        flow.pending.idle().await;
                    }
                }
            }
            let attempt = self.with_cancel(attempt);
            match self.life.finish(attempt)? {
                Step::Done(result) => return self.keep(result),
                Step::Again(delay) => tokio::select! {
                    () = tokio::time::sleep(delay) => {}
                    () = cancelled(flow_run.as_ref()) => {
                        return self.end_cancelled();
                    }
                },
                Step::Unwind(payload) => resume_unwind(payload),
            }
            self.life.start()?;
        }
    }

    /// Runs it to its end on this thread, where its function is a synchronous one.
    pub(crate) fn go_blocking(mut self) -> Result<T> {
        if matches!(self.body, Body::Async(_)) {
            return crate::blocking::run(self.go())?;
        }
        for upstream in std::mem::take(&mut self.after) {
            if !wait(upstream.has_completed()) {
                return Err(self.life.hold_back(upstream.name));
            }
        }
        if let Some(value) = self.prepare()? {
            return Ok(value);
        }
        loop {
            let last = self.life.is_last();
            let Body::Sync(function) = &mut self.body else {
                return crate::blocking::run(self.go())?;
            };
            let attempt = attempt(&self.life.context, || function(last));
            if let Some(flow) = self.life.own_flow() {
                if attempt.is_err() {
                    flow.pending.cancel();
                }
                wait(flow.pending.idle());
            }
            let attempt = self.with_cancel(attempt);
            match self.life.finish(attempt)? {
                Step::Done(result) => return self.keep(result),
                Step::Again(delay) => {
                    let flow_run = self.life.flow_run();
                    if wait_at_most(cancelled(flow_run.as_ref()), delay).is_some() {
                        return self.end_cancelled();
                    }
                }
                Step::Unwind(payload) => resume_unwind(payload),
            }
            self.life.start()?;
        }
    }

    /// Takes it from Pending to Running, or to its end where its result is known.
    fn prepare(&mut self) -> Result<Option<T>> {
        if let Some(value) = self.slot.as_ref().and_then(|slot| slot.get(Instant::now())) {
            self.life.complete_cached()?;
            return Ok(Some(value));
        }
        if !self.is_running {
            self.life.start()?;
        }
        Ok(None)
    }

    /// A flow that is cancelled fails for that reason, whatever its function makes of it.
    fn with_cancel(&self, attempt: Result<T, Stop>) -> Result<T, Stop> {
        match attempt {
            Err(Stop::Failed(_) | Stop::TimedOut(_)) if self.life.is_cancelled() => {
                Err(Stop::Cancelled)
            }
            attempt => attempt,
        }
    }

    fn end_cancelled(&mut self) -> Result<T> {
        match self.life.finish::<T>(Err(Stop::Cancelled))? {
            Step::Done(result) => result,
            Step::Again(_) | Step::Unwind(_) => Err(Error::Cancelled {
                name: self.life.name,
            }),
        }
    }

    fn keep(&self, result: Result<T>) -> Result<T> {
        if let (Some(slot), Ok(value)) = (&self.slot, &result) {
            slot.put(value, Instant::now());
        }
        result
    }
}

/// Ends once the server has cancelled a flow's run; never for anything else.
async fn cancelled(flow_run: Option<&milliways_engine::FlowRun>) {
    match flow_run {
        Some(run) => run.cancelled().await,
        None => std::future::pending().await,
    }
}

fn attempt<T>(
    context: &Arc<Context>,
    function: impl FnOnce() -> Result<T, BoxError>,
) -> Result<T, Stop> {
    // What the function leaves behind half done is its own; nothing of ours is in it.
    let caught = catch_unwind(AssertUnwindSafe(|| context.enter(function)));
    settled(caught)
}

async fn attempt_async<T>(
    context: &Arc<Context>,
    mut future: Attempt<T>,
    timeout: Option<Duration>,
) -> Result<T, Stop> {
    let caught = std::future::poll_fn(move |task| {
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(task))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(result)) => Poll::Ready(settled(Ok(result))),
            Err(payload) => Poll::Ready(settled(Err(payload))),
        }
    });
    let scoped = context.scope(caught);
    match timeout {
        None => scoped.await,
        Some(timeout) => match tokio::time::timeout(timeout, scoped).await {
            Ok(result) => result,
            Err(_) => Err(Stop::TimedOut(timeout)),
        },
    }
}

fn settled<T>(caught: Result<Result<T, BoxError>, Box<dyn Any + Send>>) -> Result<T, Stop> {
    match caught {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Stop::Failed(error)),
        Err(payload) => Err(Stop::Panicked(payload)),
    }
}
