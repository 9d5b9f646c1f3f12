//! Where values come from: what is read at the start, and what is remembered about each value.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use crate::setting::{OURS, PREFECTS};
use crate::{Error, ProjectFile, Result, project};

/// What settings are read from. A program takes [`Sources::of_process`]; a test writes its own.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The environment variables that begin with `MILLIWAYS_` or `PREFECT_`. Others are of no interest.
    pub environment: BTreeMap<String, String>,
    /// The user's home folder, for `~` in paths and for the folders of Milliways and Prefect in it.
    pub user_home: Option<PathBuf>,
    /// A profile that the program was told to use, rather than the active one.
    pub profile: Option<String>,
    /// Files of the folder that the program was started in, the first of which wins.
    pub project: Vec<ProjectFile>,
}

impl Sources {
    /// The sources of the running process.
    ///
    /// # Errors
    /// When one of the variables is not text, or a file of the present folder is malformed.
    pub fn of_process() -> Result<Self> {
        let mut environment = BTreeMap::new();
        for (name, value) in std::env::vars_os() {
            if let Some(name) = ours_or_prefects(name) {
                match value.into_string() {
                    Ok(value) => environment.insert(name, value),
                    Err(_) => return Err(Error::NotText { variable: name }),
                };
            }
        }
        // Where the present folder is gone there are no files in it.
        let project = match std::env::current_dir() {
            Ok(folder) => project::files(&folder, &|name| std::env::var(name).ok())?,
            Err(_) => Vec::new(),
        };
        Ok(Self {
            environment,
            user_home: std::env::home_dir(),
            profile: None,
            project,
        })
    }

    /// The value of the first of `variables` that is set to something other than nothing: in the environment, else in a
    /// file of the project. An empty variable counts as unset, because container tooling passes `NAME=` on for what
    /// its user left out.
    pub(crate) fn first_of<I>(&self, variables: impl Fn() -> I) -> Option<Found>
    where
        I: IntoIterator<Item = String>,
    {
        if let Some((variable, text)) = first_of(&self.environment, variables()) {
            return Some(Found {
                text: text.to_owned(),
                source: Source::Environment { variable },
            });
        }
        self.project.iter().find_map(|file| {
            let (variable, text) = first_of(&file.values, variables())?;
            let file = file.path.clone();
            Some(Found {
                text: text.to_owned(),
                source: Source::Project { variable, file },
            })
        })
    }
}

fn ours_or_prefects(name: OsString) -> Option<String> {
    name.into_string()
        .ok()
        .filter(|name| name.starts_with(OURS) || name.starts_with(PREFECTS))
}

/// The first of `variables` that `values` has, with its value trimmed.
pub(crate) fn first_of(
    values: &BTreeMap<String, String>,
    variables: impl IntoIterator<Item = String>,
) -> Option<(String, &str)> {
    variables.into_iter().find_map(|variable| {
        let value = values.get(&variable)?.trim();
        (!value.is_empty()).then_some((variable, value))
    })
}

/// The text of a setting's value, and where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The value as it was written.
    pub text: String,
    /// Where it was written.
    pub source: Source,
}

/// A place where a value was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The program itself: a command-line option.
    Override,
    /// An environment variable.
    Environment {
        /// Its name.
        variable: String,
    },
    /// A file of the folder that the program was started in.
    Project {
        /// The variable for what it says.
        variable: String,
        /// The file.
        file: PathBuf,
    },
    /// The active profile.
    Profile {
        /// Its name.
        name: String,
        /// The spelling that it uses.
        variable: String,
        /// The file it is in.
        file: PathBuf,
    },
    /// The declaration.
    Default,
}

impl Source {
    /// One word for the kind of source.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Override => "override",
            Self::Environment { .. } => "environment",
            Self::Project { .. } => "project",
            Self::Profile { .. } => "profile",
            Self::Default => "default",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Override => f.write_str("the command line"),
            Self::Environment { variable } => write!(f, "environment variable {variable}"),
            Self::Project { variable, file } => write!(f, "{variable} in {}", file.display()),
            Self::Profile {
                name,
                variable,
                file,
            } => {
                write!(f, "{variable} in profile `{name}` of {}", file.display())
            }
            Self::Default => f.write_str("default"),
        }
    }
}
