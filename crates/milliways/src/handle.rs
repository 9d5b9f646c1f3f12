//! Runs that go on beside the code that submitted them.

use std::pin::Pin;

use std::task::{Context as Poller, Poll};

use milliways_model::TaskRunId;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::blocking::{runtime, wait};
use crate::body::Body;
use crate::context::FlowContext;
use crate::drive::Begun;
use crate::error::panic_message;
use crate::pending::Submitted;
use crate::{Error, Result, TaskCall};

/// A submitted run. Awaited, or waited for, it gives the run's value; dropped, it lets the run go on.
///
/// A flow ends after everything that was submitted in it, and cancels it where the flow fails.
#[derive(Debug)]
#[must_use = "a submitted run goes on by itself, but its error is in its handle"]
pub struct RunHandle<T> {
    name: &'static str,
    /// The task run, or the one that stands for the flow run in the flow around it.
    task_run: Option<TaskRunId>,
    completed: watch::Receiver<Option<bool>>,
    join: Join<T>,
}

#[derive(Debug)]
enum Join<T> {
    /// It could not be made.
    Refused(Option<Error>),
    Spawned(JoinHandle<Result<T>>),
}

/// What a run can come after.
#[derive(Clone, Debug)]
pub(crate) struct Upstream {
    pub(crate) name: &'static str,
    pub(crate) task_run: Option<TaskRunId>,
    completed: watch::Receiver<Option<bool>>,
}

impl Upstream {
    /// Ends with it; whether it completed.
    pub(crate) async fn has_completed(&self) -> bool {
        let mut completed = self.completed.clone();
        let ended = completed.wait_for(Option::is_some).await;
        // Its sender is dropped without a word where the run was cancelled.
        ended.is_ok_and(|completed| *completed == Some(true))
    }
}

impl<T: Send + 'static> RunHandle<T> {
    /// Starts a run that was made, in the flow around it where there is one.
    pub(crate) fn spawn(
        begun: Result<Begun<T>>,
        name: &'static str,
        task_run: Option<TaskRunId>,
        around: Option<FlowContext>,
    ) -> Self {
        let (tell, completed) = watch::channel(None);
        let join = begun.and_then(|begun| {
            let runtime = runtime()?;
            let guard = around.as_ref().map(|flow| flow.pending.add());
            let number = guard.as_ref().map(Submitted::number);
            let is_sync = matches!(begun.body, Body::Sync(_));
            let told = move |result: Result<T>| {
                tell.send_replace(Some(result.is_ok()));
                drop(guard);
                result
            };
            let handle = if is_sync {
                runtime.spawn_blocking(move || told(begun.go_blocking()))
            } else {
                runtime.spawn(async move { told(begun.go().await) })
            };
            if let (Some(flow), Some(number)) = (around, number) {
                flow.pending.can_abort(number, handle.abort_handle());
            }
            Ok(handle)
        });
        let join = match join {
            Ok(handle) => Join::Spawned(handle),
            Err(error) => Join::Refused(Some(error)),
        };
        Self {
            name,
            task_run,
            completed,
            join,
        }
    }

    /// Waits for its end, in synchronous code.
    ///
    /// # Errors
    /// As for the call itself; a panic is [`Error::Panicked`].
    pub fn wait(self) -> Result<T> {
        wait(self)
    }

    /// Cancels it. A synchronous function that is under way goes on to its end.
    pub fn cancel(&self) {
        if let Join::Spawned(handle) = &self.join {
            handle.abort();
        }
    }

    /// Whether it has ended.
    pub fn is_finished(&self) -> bool {
        match &self.join {
            Join::Refused(_) => true,
            Join::Spawned(handle) => handle.is_finished(),
        }
    }

    /// The task run, or for a subflow the one that stands for it in the flow around it.
    pub const fn task_run_id(&self) -> Option<TaskRunId> {
        self.task_run
    }

    pub(crate) fn upstream(&self) -> Upstream {
        Upstream {
            name: self.name,
            task_run: self.task_run,
            completed: self.completed.clone(),
        }
    }
}

impl<T> Future for RunHandle<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, poller: &mut Poller<'_>) -> Poll<Self::Output> {
        let name = self.name;
        match &mut self.join {
            Join::Refused(error) => {
                let error = error.take().unwrap_or(Error::Cancelled { name });
                Poll::Ready(Err(error))
            }
            Join::Spawned(handle) => Pin::new(handle).poll(poller).map(|joined| {
                joined.unwrap_or_else(|error| {
                    Err(match error.try_into_panic() {
                        Ok(payload) => Error::Panicked {
                            name,
                            message: panic_message(&*payload),
                        },
                        Err(_) => Error::Cancelled { name },
                    })
                })
            }),
        }
    }
}

/// Every field but the value's own may be moved.
impl<T> Unpin for RunHandle<T> {}

/// Submits a task for each item: the handles, in the order of the items.
///
/// ```
/// use milliways::{Result, flow, map, task};
///
/// #[task]
/// async fn length(word: String) -> usize {
///     word.len()
/// }
///
/// #[flow]
/// async fn count(words: Vec<String>) -> Result<usize> {
///     Ok(map(words, length).await?.into_iter().sum())
/// }
/// ```
pub fn map<I, T>(items: I, mut task: impl FnMut(I::Item) -> TaskCall<T>) -> RunHandles<T>
where
    I: IntoIterator,
    T: Send + 'static,
{
    RunHandles(items.into_iter().map(|item| task(item).submit()).collect())
}

/// Submitted runs in their order. Awaited, or waited for, they give their values once all have ended, or the first
/// error in their order.
#[derive(Debug)]
#[must_use = "submitted runs go on by themselves, but their errors are in their handles"]
pub struct RunHandles<T>(Vec<RunHandle<T>>);

impl<T: Send + 'static> RunHandles<T> {
    /// Waits for all of them, in synchronous code.
    ///
    /// # Errors
    /// The first error in their order.
    pub fn wait(self) -> Result<Vec<T>> {
        wait(self.into_future())
    }

    /// Cancels those that have not ended.
    pub fn cancel(&self) {
        for handle in &self.0 {
            handle.cancel();
        }
    }
}

impl<T> IntoIterator for RunHandles<T> {
    type Item = RunHandle<T>;
    type IntoIter = std::vec::IntoIter<RunHandle<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<T> FromIterator<RunHandle<T>> for RunHandles<T> {
    fn from_iter<I: IntoIterator<Item = RunHandle<T>>>(handles: I) -> Self {
        Self(handles.into_iter().collect())
    }
}

impl<T: Send + 'static> IntoFuture for RunHandles<T> {
    type Output = Result<Vec<T>>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let mut results = Vec::with_capacity(self.0.len());
            for handle in self.0 {
                results.push(handle.await);
            }
            results.into_iter().collect()
        })
    }
}
