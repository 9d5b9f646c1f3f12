//! What the caller of a flow or a task gets where there is no value.

use std::any::Any;
use std::error::Error as StdError;
use std::time::Duration;

/// Any error of a user's function.
pub type BoxError = Box<dyn StdError + Send + Sync + 'static>;

/// The result of a flow or a task.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a flow or a task gave no value. The error of the function itself is the [`source`](StdError::source), and
/// [`Error::downcast_ref`] finds it through any number of flows and tasks.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The function gave an error, and no retry was left.
    #[error("{kind} `{name}` failed")]
    Failed {
        /// `flow` or `task`.
        kind: &'static str,
        /// Its name.
        name: &'static str,
        /// What the function gave.
        source: BoxError,
    },
    /// The last attempt took longer than it was allowed to.
    #[error("{kind} `{name}` took longer than {after:?}")]
    TimedOut {
        /// `flow` or `task`.
        kind: &'static str,
        /// Its name.
        name: &'static str,
        /// Its timeout.
        after: Duration,
    },
    /// A submitted run panicked. A panic of a run that is awaited goes on in whoever awaits it.
    #[error("{name} panicked: {message}")]
    Panicked {
        /// Whose run it was.
        name: &'static str,
        /// What the panic said.
        message: String,
    },
    /// The run was cancelled: on the server, by its handle, or with the flow that it belongs to.
    #[error("{name} was cancelled")]
    Cancelled {
        /// Whose run it was.
        name: &'static str,
    },
    /// A run that this one was to come after has not completed.
    #[error("task `{name}` does not start: `{upstream}` has not completed")]
    NotReady {
        /// The task that does not start.
        name: &'static str,
        /// The one before it.
        upstream: &'static str,
    },
    /// What a worker calls the id of a run is none.
    #[error("not the id of a flow run: {id}, hint: PREFECT__FLOW_RUN_ID is set by workers")]
    NoRunId {
        /// As it was given.
        id: String,
    },
    /// The parameters of an assigned run are not those of the flow.
    #[error("the parameters of flow run {id} do not fit: {reason}")]
    Parameters {
        /// The run.
        id: milliways_model::FlowRunId,
        /// What serde says.
        reason: String,
    },
    /// An argument can't be written as JSON.
    #[error(
        "argument `{name}` can't be recorded: {reason}, hint: leave it out with `skip({name})`"
    )]
    Parameter {
        /// The argument.
        name: &'static str,
        /// What serde says.
        reason: String,
    },
    /// A blocking call would stop the runtime that it waits for.
    #[error(
        "`run` and `wait` can't wait inside of a single-threaded runtime, hint: `.await` instead"
    )]
    InsideRuntime,
    /// Nothing can be recorded: a setting or a name is not valid, or the spool is full.
    #[error(transparent)]
    Record(#[from] milliways_engine::Error),
    /// The runtime for synchronous programs can't be made.
    #[error("no runtime can be made")]
    Runtime(#[source] std::io::Error),
}

impl Error {
    /// The first error of type `E` among the sources: what a task's function gave, however deep the task is.
    ///
    /// ```
    /// # use std::io;
    /// use milliways::{Result, task};
    ///
    /// #[task]
    /// fn read(path: String) -> io::Result<String> {
    ///     std::fs::read_to_string(path)
    /// }
    ///
    /// # fn is_missing(result: Result<String>) -> bool {
    /// match result {
    ///     Err(error) => error
    ///         .downcast_ref::<io::Error>()
    ///         .is_some_and(|error| error.kind() == io::ErrorKind::NotFound),
    ///     Ok(_) => false,
    /// }
    /// # }
    /// ```
    pub fn downcast_ref<E: StdError + 'static>(&self) -> Option<&E> {
        let mut error: Option<&(dyn StdError + 'static)> = self.source();
        while let Some(cause) = error {
            if let Some(found) = cause.downcast_ref() {
                return Some(found);
            }
            error = cause.source();
        }
        None
    }
}

/// The error with its causes, in one line.
pub(crate) fn with_causes(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// What a panic says.
pub(crate) fn panic_message(payload: &(dyn Any + Send)) -> String {
    let text = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a value that is no text").to_owned()
}
