//! What the store can say no with.

use std::path::PathBuf;
use std::sync::Arc;

use milliways_model::names::InvalidName;

use crate::db::DbError;

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database can't be opened.
    #[error("{what}\nhint: {hint}")]
    Open {
        /// What went wrong, and with which file.
        what: String,
        /// What to do.
        hint: String,
    },
    /// Another process owns the database file.
    #[error(
        "the database file is in use by another server (process {owner}): {}\nhint: stop that server, give this one a file of its own, or use PostgreSQL for several servers",
        path.display()
    )]
    InUse {
        /// The file.
        path: PathBuf,
        /// The other process's id.
        owner: String,
    },
    /// A value that can't be stored.
    #[error("{location}: {reason}")]
    Invalid {
        /// Where, such as `body.name`.
        location: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A name that can't be one; where it stood, such as `body.name`.
    #[error("{0}: {1}")]
    Name(&'static str, #[source] InvalidName),
    /// A text or list that is too long.
    #[error("{location}: longer than {most}")]
    TooLong {
        /// Where, such as `body.name`.
        location: &'static str,
        /// The most that it may have.
        most: usize,
        /// What it has.
        length: usize,
    },
    /// Something refers to an object that does not exist.
    #[error("{0} not found")]
    Missing(&'static str),
    /// An object that was named does not exist; in the words that clients are told.
    #[error("{0}")]
    NotFound(String),
    /// An object of that key exists already, or another one still needs it.
    #[error("{0}")]
    Conflict(String),
    /// What was asked can't be done with what there is.
    #[error("{0}")]
    Unfit(String),
    /// What was asked makes no sense for what it was asked of.
    #[error("{0}")]
    Impossible(String),
    /// It is asked for in a way that can't be done.
    #[error("{0}")]
    Refused(String),
    /// It is the server's own, and not to be changed.
    #[error("{0}")]
    Forbidden(String),
    /// Stored secrets don't open.
    #[error("{0}")]
    Sealed(&'static str),
    /// A batch of a journal that does not fit.
    #[error(transparent)]
    Journal(#[from] crate::journal::JournalError),
    /// Too much is waiting; nothing was done.
    #[error("the server has too much to do right now")]
    Busy,
    /// As many background tasks of the kind wait as may; nothing was done.
    #[error("as many background tasks of this kind wait to be taken as the server holds")]
    QueueFull,
    /// The database is away or can't write. Whether the write happened may be unknown.
    #[error("the database is not available")]
    Unavailable(#[source] Arc<DbError>),
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
    /// The database refused a statement.
    #[error("the database refused a statement")]
    Database(#[source] DbError),
}

impl StoreError {
    /// What clients are told where a key or a reference does not hold; `what` says which.
    pub(crate) fn integrity(what: &str) -> Self {
        Self::Conflict(format!(
            "Data integrity conflict. This usually means a unique or foreign key constraint was violated: {what}"
        ))
    }
}

impl From<DbError> for StoreError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Unavailable(_) => Self::Unavailable(Arc::new(error)),
            error => Self::Database(error),
        }
    }
}
