//! Where the data is, and how hard an acknowledgement is.

use std::path::PathBuf;

/// Where the data is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// One SQLite file, owned by one server.
    File(PathBuf),
    /// A PostgreSQL database, shared by any number of servers: a `postgresql://` URL.
    Server(String),
}

/// What an acknowledged write survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// The loss of power.
    #[default]
    Full,
    /// The end of the process, but not always the loss of power.
    Normal,
}
