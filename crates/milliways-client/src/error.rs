//! What can go wrong between a client and its server.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use milliways_model::Problem;

/// Why a request has no answer, or another one than it should have.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address of the API is malformed.
    #[error(
        "not the address of an API: {url}: {reason}, hint: write it like http://127.0.0.1:4200/api"
    )]
    Address {
        /// As it was given.
        url: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Nobody answers there.
    #[error("can't connect to {address}: {source}")]
    Connect {
        /// Where to.
        address: String,
        /// What the operating system says.
        source: io::Error,
    },
    /// The connection ended in the middle of a request.
    #[error("the connection to {address} broke: {reason}")]
    Broken {
        /// Where to.
        address: String,
        /// How.
        reason: String,
        /// Whether the server can't have seen the request.
        is_unsent: bool,
    },
    /// The answer did not come in time.
    #[error("no answer from {address} within {timeout:?}")]
    Timeout {
        /// Where to.
        address: String,
        /// How long was waited.
        timeout: Duration,
    },
    /// TLS can't be set up.
    #[error("can't speak TLS with {address}: {reason}")]
    Tls {
        /// Where to.
        address: String,
        /// What is wrong.
        reason: String,
    },
    /// The server refused the request.
    #[error("{} answered {status}: {detail}", route)]
    Status {
        /// Method and path.
        route: String,
        /// The HTTP status.
        status: u16,
        /// What the server says.
        detail: String,
        /// Its problem document, where it sent one.
        problem: Option<Box<Problem>>,
        /// The body, as it came.
        body: Vec<u8>,
        /// When to come back, where the server says so.
        retry_after: Option<Duration>,
    },
    /// The answer is not of the shape that it should have.
    #[error(
        "{route} answered something else than expected: {source}, hint: is {address} a Milliways or Prefect 3 server"
    )]
    Shape {
        /// Method and path.
        route: String,
        /// Where to.
        address: String,
        /// What was expected where.
        source: serde_json::Error,
    },
    /// The body of a request can't be written as JSON.
    #[error("can't write the body of {route}: {source}")]
    Body {
        /// Method and path.
        route: String,
        /// Why.
        source: serde_json::Error,
    },
    /// A header of the settings can't be sent.
    #[error("not a header: {name}, hint: see MILLIWAYS_CLIENT_CUSTOM_HEADERS")]
    Header {
        /// Its name.
        name: String,
    },
    /// A server of this home folder can't be started.
    #[error("can't start a local server: {reason}, hint: {hint}")]
    LocalServer {
        /// Why.
        reason: String,
        /// What to do.
        hint: String,
    },
    /// No address is set, and no local server is wanted.
    #[error(
        "no server: MILLIWAYS_API_URL is not set and local servers are switched off, hint: set one of the two"
    )]
    NoServer,
    /// A file of the settings can't be read.
    #[error("can't read {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A subscription was refused or broke.
    #[error("subscription {path}: {reason}")]
    Subscription {
        /// The path below the API root.
        path: String,
        /// What happened.
        reason: String,
    },
    /// A setting has no valid value.
    #[error(transparent)]
    Settings(#[from] milliways_settings::Error),
    /// The runtime of a blocking client can't be made.
    #[error("can't make a runtime: {0}")]
    Runtime(io::Error),
}

/// The result of what can fail here.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// The HTTP status, where the server gave one.
    pub const fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// The server's word for what was wrong, such as `journal_gap`.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Status { problem, .. } => Some(problem.as_ref()?.code.as_str()),
            _ => None,
        }
    }

    /// Whether the server says that there is no such thing.
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404)
    }
}
