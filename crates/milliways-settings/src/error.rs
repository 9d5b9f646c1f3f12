//! What can go wrong between a file or variable and a value.

use std::path::PathBuf;

use crate::{Secret, Setting, Source};

/// The result of reading settings or profiles.
pub type Result<T> = std::result::Result<T, Error>;

/// Why settings could not be read or a profile not be changed. [`Error::hint`] says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A value that its setting does not accept.
    #[error("invalid value for {name}: expected {expects}, got `{shown}` ({origin})")]
    Invalid {
        /// The setting's name.
        name: &'static str,
        /// What was expected.
        expects: &'static str,
        /// The value, or a mask where it is secret.
        shown: String,
        /// Where it was found.
        origin: Box<Source>,
    },
    /// A variable with bytes that are not text.
    #[error("environment variable {variable} is not valid UTF-8")]
    NotText {
        /// Its name.
        variable: String,
    },
    /// No `HOME`, and no folder named instead.
    #[error("cannot tell where your home folder is")]
    NoHome,
    /// A database given in parts, with one missing.
    #[error("incomplete address of the database: {missing} is not set")]
    IncompleteDatabase {
        /// The setting that is missing.
        missing: &'static str,
    },
    /// A name that no setting has.
    #[error("unknown setting: {name}")]
    UnknownSetting {
        /// As it was written.
        name: String,
        /// The name that comes closest.
        closest: Option<&'static str>,
    },
    /// A profile that no file has.
    #[error("unknown profile: {name}")]
    UnknownProfile {
        /// As it was written.
        name: String,
        /// The profiles that there are.
        known: Vec<String>,
    },
    /// A profile that exists already.
    #[error("profile exists already: {name}")]
    ProfileExists {
        /// Its name.
        name: String,
    },
    /// A profile that cannot be deleted because it is in use.
    #[error("profile is in use: {name}")]
    ProfileInUse {
        /// Its name.
        name: String,
    },
    /// A profile of Prefect's file, which Milliways reads and never writes.
    #[error("profile belongs to Prefect: {name} in {file}")]
    ForeignProfile {
        /// Its name.
        name: String,
        /// Prefect's file.
        file: PathBuf,
    },
    /// A name that cannot be one of a profile.
    #[error("invalid name of a profile: `{name}`")]
    InvalidProfileName {
        /// As it was written.
        name: String,
    },
    /// A profiles file that is not what it should be.
    #[error("cannot read profiles from {file}: {problem}")]
    Malformed {
        /// The file.
        file: PathBuf,
        /// What is wrong with it, and on which line.
        problem: String,
    },
    /// A file of the project with settings that is not what it should be.
    #[error("cannot read settings from {file}: {problem}")]
    MalformedProject {
        /// The file.
        file: PathBuf,
        /// What is wrong with it, and on which line.
        problem: String,
    },
    /// A profiles file that could not be read or written.
    #[error("cannot {action} {file}")]
    File {
        /// `read` or `write`.
        action: &'static str,
        /// The file.
        file: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
}

impl Error {
    pub(crate) fn invalid(setting: &Setting, text: &str, origin: Source) -> Self {
        let shown = if setting.secret { Secret::MASK } else { text };
        Self::Invalid {
            name: setting.name,
            expects: setting.expects,
            shown: shown.to_owned(),
            origin: Box::new(origin),
        }
    }

    /// The next step, where there is one to suggest.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Invalid { name, .. } => {
                Some(format!("`milliways config view {name}` explains the setting"))
            }
            Self::NotText { variable } => Some(format!("unset {variable}, or set it to text")),
            Self::NoHome => Some("set HOME, or MILLIWAYS_HOME".to_owned()),
            Self::IncompleteDatabase { .. } => Some(
                "set MILLIWAYS_SERVER_DATABASE_CONNECTION_URL, or all parts of the address"
                    .to_owned(),
            ),
            Self::UnknownSetting { closest: Some(closest), .. } => {
                Some(format!("did you mean {closest}?"))
            }
            Self::UnknownSetting { closest: None, .. } => {
                Some("`milliways config view --all` lists every setting".to_owned())
            }
            Self::UnknownProfile { name, known } if known.is_empty() => {
                Some(format!("`milliways profile create {name}` makes it"))
            }
            Self::UnknownProfile { known, .. } => Some(format!("there are: {}", known.join(", "))),
            Self::ProfileExists { name } => {
                Some(format!("`milliways profile use {name}` makes it the active one"))
            }
            Self::ProfileInUse { .. } => {
                Some("`milliways profile use` another one first".to_owned())
            }
            Self::ForeignProfile { .. } => {
                Some("Prefect's file is only read; change it with Prefect's own command".to_owned())
            }
            Self::InvalidProfileName { .. } => Some(
                "a name has 1 to 255 characters, no control characters, and does not begin with a dash"
                    .to_owned(),
            ),
            Self::Malformed { .. } | Self::MalformedProject { .. } => Some("correct the file, or move it away".to_owned()),
            Self::File { .. } => None,
        }
    }
}
