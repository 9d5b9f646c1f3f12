//! Why the engine refuses to record something.

use std::path::PathBuf;

use milliways_model::FlowRunId;
use milliways_model::names::InvalidName;

/// What a caller of the engine can get wrong, or run into.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A name that the server would refuse.
    #[error("not a name for {what}: {reason}")]
    Name {
        /// What was to be named.
        what: &'static str,
        /// Why not.
        reason: InvalidName,
    },
    /// Text that should be JSON.
    #[error("{what} is not the JSON that is expected: {source}")]
    Json {
        /// What the text stands for.
        what: &'static str,
        /// Where and why.
        source: serde_json::Error,
    },
    /// The run was made in another process, of which this one is a copy.
    #[error(
        "this run belongs to another process: a fork can't add to its journal, hint: call tasks in the process of \
         their flow, or use a ProcessPoolTaskRunner"
    )]
    OtherProcess,
    /// The session was closed, or its sender has failed.
    #[error("the session is closed: nothing more can be recorded")]
    Closed,
    /// So much waits for the server that no more is taken.
    #[error(
        "the spool is full: {size} bytes of this run wait in {} for a server that does not take them, hint: check \
         that the server answers (`milliways server status`), or raise MILLIWAYS_SPOOL_MAX_SIZE",
        folder.display()
    )]
    SpoolFull {
        /// Where the records are.
        folder: PathBuf,
        /// How much they take.
        size: u64,
    },
    /// The spool can't be written, and memory holds as much as it may.
    #[error("the spool can't be written in {}: {reason}, hint: make room on that disk, or move it with MILLIWAYS_HOME", folder.display())]
    SpoolUnwritable {
        /// Where the records should go.
        folder: PathBuf,
        /// What the operating system says.
        reason: String,
    },
    /// The server does not let this process have a run.
    #[error("flow run {id} can't be continued: the server answers {status}")]
    Claim {
        /// The run.
        id: FlowRunId,
        /// The status of the answer.
        status: u16,
    },
    /// A setting has no valid value.
    #[error(transparent)]
    Settings(Box<milliways_settings::Error>),
    /// The client can't be made of its settings, or a request failed.
    #[error(transparent)]
    Client(Box<milliways_client::Error>),
}

// Boxed, because a result of this type is made on every call of a task.
impl From<milliways_settings::Error> for Error {
    fn from(error: milliways_settings::Error) -> Self {
        Self::Settings(Box::new(error))
    }
}
impl From<milliways_client::Error> for Error {
    fn from(error: milliways_client::Error) -> Self {
        Self::Client(Box::new(error))
    }
}

/// The result of what can fail here.
pub type Result<T> = std::result::Result<T, Error>;
