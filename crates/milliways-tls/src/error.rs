//! What keeps TLS from being set up.

use std::io;
use std::path::{Path, PathBuf};

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file can't be read.
    #[error("can't read {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file has nothing of what it is for.
    #[error("{} has no {what} in PEM", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
        /// What it is for: a certificate, or a key.
        what: &'static str,
    },
    /// A file has something that only looks like what it is for.
    #[error("{} has a {what} that can't be used: {reason}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What it is for.
        what: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The certificate and the key of a client don't go together.
    #[error("{} is not the key of {}: {source}", key.display(), certificate.display())]
    Pair {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
        /// How that shows.
        source: rustls::Error,
    },
    /// The system trusts nobody.
    #[error("no trusted certificate was found")]
    NoRoots,
    /// Defaults that don't fit together.
    #[error("can't set up TLS: {0}")]
    Setup(rustls::Error),
}

impl Error {
    pub(crate) fn unusable(
        path: &Path,
        what: &'static str,
        reason: &dyn std::fmt::Display,
    ) -> Self {
        Self::Unusable {
            path: path.to_owned(),
            what,
            reason: reason.to_string(),
        }
    }

    /// The file that is to blame, where it is one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::File { path, .. } | Self::Empty { path, .. } | Self::Unusable { path, .. } => {
                Some(path)
            }
            Self::Pair { key, .. } => Some(key),
            Self::NoRoots | Self::Setup(_) => None,
        }
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::File { .. } => "check the path, and that the server may read it",
            Self::Empty { what: "key", .. } => "give a key in PEM that is not encrypted",
            Self::Empty { .. } | Self::Unusable { .. } => {
                "give a file in PEM, as `openssl` writes them"
            }
            Self::Pair { .. } => "give the key with which the certificate was asked for",
            Self::NoRoots => "install the system's, such as ca-certificates, or name a file",
            Self::Setup(_) => "report it: this is a defect",
        }
    }
}
