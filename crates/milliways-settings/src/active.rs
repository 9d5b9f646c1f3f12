//! Which profile is in force, and what it says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::{Error, Origin, ProfileFile, Result};

/// Name of the profile that is in force where no file names one.
pub(crate) const DEFAULT_NAME: &str = "default";

/// The profile in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveProfile {
    /// Its name.
    pub name: String,
    /// Whose file it is in.
    pub origin: Origin,
    /// That file. It need not exist: nothing is written before the first change.
    pub file: PathBuf,
    pub(crate) values: BTreeMap<String, String>,
}

impl ActiveProfile {
    /// The profile called `chosen`, else the active one of our file, else the active one of Prefect's.
    ///
    /// # Errors
    /// When a file is malformed, or no file has a profile of that name.
    pub(crate) fn find(chosen: Option<&str>, ours: &Path, prefects: &Path) -> Result<Self> {
        let our_file = ProfileFile::open(ours)?;
        let our_choice = chosen.or_else(|| our_file.active());
        if let Some(name) = our_choice
            && let Some(values) = our_file.values(name)
        {
            return Ok(Self::of(name, Origin::Milliways, ours, values));
        }
        // Prefect's file matters where a name was not found in ours, or where we have no file yet.
        if (our_choice.is_some() || our_file.is_empty()) && ours != prefects {
            let prefect_file = ProfileFile::open(prefects)?;
            let choice = our_choice.or_else(|| prefect_file.active());
            if let Some(name) = choice
                && let Some(values) = prefect_file.values(name)
            {
                return Ok(Self::of(name, Origin::Prefect, prefects, values));
            }
            if let Some(name) = our_choice.filter(|&name| name != DEFAULT_NAME) {
                let mut known = our_file.names();
                known.extend(prefect_file.names());
                return Err(Error::UnknownProfile {
                    name: name.to_owned(),
                    known,
                });
            }
        } else if let Some(name) = our_choice.filter(|&name| name != DEFAULT_NAME) {
            return Err(Error::UnknownProfile {
                name: name.to_owned(),
                known: our_file.names(),
            });
        }
        let values = our_file.values(DEFAULT_NAME).unwrap_or_default();
        Ok(Self::of(DEFAULT_NAME, Origin::Milliways, ours, values))
    }

    fn of(name: &str, origin: Origin, file: &Path, values: BTreeMap<String, String>) -> Self {
        Self {
            name: name.to_owned(),
            origin,
            file: file.to_owned(),
            values,
        }
    }
}
