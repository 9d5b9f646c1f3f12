//! The handle through which settings are read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::database::postgres_from_parts;
use crate::defs;
use crate::setting::OURS;
use crate::source::first_of;
use crate::{
    ActiveProfile, DatabaseUrl, Error, Found, Key, Paths, ProfileFile, Profiles, Result, Setting,
    Source, Sources, Value,
};

/// Variables that choose a profile.
const PROFILE_VARIABLES: [&str; 2] = ["MILLIWAYS_PROFILE", "PREFECT_PROFILE"];

/// Every setting's value and where it comes from. Cheap to clone; it does not change once it is loaded.
#[derive(Debug, Clone)]
pub struct Settings {
    layers: Arc<Layers>,
}

#[derive(Debug, Clone)]
struct Layers {
    overrides: BTreeMap<&'static str, String>,
    sources: Sources,
    profile: ActiveProfile,
    our_profiles: PathBuf,
    prefects_profiles: PathBuf,
    paths: Paths,
}

impl Settings {
    /// The settings of the running process.
    ///
    /// # Errors
    /// When there is no home folder, a file of the project or of profiles is malformed, or the chosen profile is not there. Values are
    /// looked at only once they are asked for.
    pub fn load() -> Result<Self> {
        Self::from_sources(Sources::of_process()?)
    }

    /// The settings that `sources` give.
    ///
    /// # Errors
    /// As for [`Settings::load`].
    pub fn from_sources(sources: Sources) -> Result<Self> {
        let user_home = sources.user_home.clone();
        let in_user_home = |folder: &str| user_home.as_deref().map(|home| home.join(folder));

        let whole = |found: Found| without_tilde(Path::new(&found.text), user_home.as_deref());
        let home = match sources.first_of(|| defs::home::HOME.setting().variables()) {
            Some(path) => whole(path),
            None => in_user_home(".milliways").ok_or(Error::NoHome)?,
        };
        let paths = Paths::new(home);
        let our_profiles = sources.first_of(|| defs::home::PROFILES_PATH.setting().variables());
        let our_profiles = match our_profiles {
            Some(path) => whole(path),
            None => paths.profiles(),
        };
        let prefects_profiles = match sources.first_of(|| ["PREFECT_HOME".to_owned()]) {
            Some(path) => whole(path),
            None => in_user_home(".prefect").unwrap_or_default(),
        }
        .join("profiles.toml");

        let from_environment = first_of(&sources.environment, PROFILE_VARIABLES.map(str::to_owned));
        let chosen = sources
            .profile
            .as_deref()
            .or(from_environment.as_ref().map(|(_, name)| *name));
        let profile = ActiveProfile::find(chosen, &our_profiles, &prefects_profiles)?;
        let overrides = BTreeMap::new();
        Ok(Self {
            layers: Arc::new(Layers {
                overrides,
                sources,
                profile,
                our_profiles,
                prefects_profiles,
                paths,
            }),
        })
    }

    /// The same settings with `key` set to `text`, as a command-line option does it.
    #[must_use]
    pub fn with<T>(&self, key: Key<T>, text: impl Into<String>) -> Self {
        let mut layers = Layers::clone(&self.layers);
        layers.overrides.insert(key.setting().name, text.into());
        Self {
            layers: Arc::new(layers),
        }
    }

    /// The value of a setting.
    ///
    /// # Errors
    /// When the text that a source gives for it is not a value of its type.
    pub fn get<T: Value>(&self, key: Key<T>) -> Result<T> {
        let setting = key.setting();
        let Some(found) = self.found(setting) else {
            return T::absent().ok_or_else(|| Error::invalid(setting, "", Source::Default));
        };
        T::parse(&found.text).ok_or_else(|| Error::invalid(setting, &found.text, found.source))
    }

    /// The text of a setting's value and where it comes from. `None`: nowhere, and it has no default.
    pub fn found(&self, setting: &Setting) -> Option<Found> {
        let layers = &*self.layers;
        if let Some(text) = layers.overrides.get(setting.name) {
            return Some(Found {
                text: text.clone(),
                source: Source::Override,
            });
        }
        if let Some(found) = layers.sources.first_of(|| setting.variables()) {
            return Some(found);
        }
        if let Some((variable, text)) = first_of(&layers.profile.values, setting.variables()) {
            let source = Source::Profile {
                name: layers.profile.name.clone(),
                variable,
                file: layers.profile.file.clone(),
            };
            return Some(Found {
                text: text.to_owned(),
                source,
            });
        }
        setting.default.map(|text| Found {
            text: text.to_owned(),
            source: Source::Default,
        })
    }

    /// The value of a setting that is a path, with `~` replaced.
    ///
    /// # Errors
    /// As for [`Settings::get`].
    pub fn path(&self, key: Key<Option<PathBuf>>) -> Result<Option<PathBuf>> {
        let user_home = self.layers.sources.user_home.as_deref();
        Ok(self.get(key)?.map(|path| without_tilde(&path, user_home)))
    }

    /// The files of the home folder.
    pub fn paths(&self) -> &Paths {
        &self.layers.paths
    }

    /// The profile in force.
    pub fn profile(&self) -> &ActiveProfile {
        &self.layers.profile
    }

    /// All profiles, read anew, for showing and changing them.
    ///
    /// # Errors
    /// When a file cannot be read or is malformed.
    pub fn profiles(&self) -> Result<Profiles> {
        let layers = &*self.layers;
        let ours = ProfileFile::open(&layers.our_profiles)?;
        let prefects = (layers.prefects_profiles != layers.our_profiles)
            .then(|| ProfileFile::open(&layers.prefects_profiles))
            .transpose()?;
        Ok(Profiles::new(ours, prefects, &layers.profile.name))
    }

    /// The database of the server: the given address, else the address in parts, else the file in the home folder.
    ///
    /// # Errors
    /// When the address is malformed, or given in parts of which one is missing.
    pub fn database(&self) -> Result<DatabaseUrl> {
        use defs::database as keys;
        if let Some(url) = self.get(keys::CONNECTION_URL)? {
            return Ok(self.with_whole_path(url));
        }
        let driver = self.get(keys::DRIVER)?.unwrap_or_default();
        let host = self.get(keys::HOST)?;
        let name = self.get(keys::NAME)?;
        if driver.starts_with("postgres") || (driver.is_empty() && host.is_some()) {
            let missing = || Error::IncompleteDatabase {
                missing: keys::HOST.setting().name,
            };
            return Ok(postgres_from_parts(
                &host.ok_or_else(missing)?,
                self.get(keys::PORT)?,
                self.get(keys::USER)?.as_deref(),
                self.get(keys::PASSWORD)?.as_ref(),
                name.as_deref(),
            ));
        }
        match name.filter(|_| driver.starts_with("sqlite")) {
            Some(file) => Ok(self.with_whole_path(DatabaseUrl::File(PathBuf::from(file)))),
            None => Ok(DatabaseUrl::File(self.paths().database())),
        }
    }

    /// Everything that is wrong or without effect in the environment, the project and the profile in force.
    pub fn check(&self) -> Vec<Remark> {
        let invalid = defs::all().filter_map(|setting| {
            let found = self.found(setting)?;
            (!setting.accepts(&found.text))
                .then(|| Remark::Invalid(Error::invalid(setting, &found.text, found.source)))
        });
        let layers = &*self.layers;
        let written = layers
            .sources
            .environment
            .keys()
            .chain(
                layers
                    .sources
                    .project
                    .iter()
                    .flat_map(|file| file.values.keys()),
            )
            .chain(layers.profile.values.keys());
        let unknown = written.filter(|variable| {
            !PROFILE_VARIABLES.contains(&variable.as_str()) && defs::find(variable).is_none()
        });
        let remark = |variable: &String| {
            let variable = variable.clone();
            match defs::without_effect(&variable) {
                Some(reason) => Remark::WithoutEffect { variable, reason },
                None => Remark::Unknown {
                    closest: closest(&variable),
                    variable,
                },
            }
        };
        invalid.chain(unknown.map(remark)).collect()
    }

    /// The declared setting for what a user wrote: its name or one of its variables.
    ///
    /// # Errors
    /// When there is none; the error names the one that comes closest.
    pub fn declared(spelling: &str) -> Result<&'static Setting> {
        defs::find(spelling).ok_or_else(|| {
            let as_name = spelling.to_ascii_lowercase();
            let near = defs::all()
                .map(|setting| (distance(&as_name, setting.name), setting.name))
                .min();
            let closest = near.filter(|(steps, _)| *steps <= 3).map(|(_, name)| name);
            Error::UnknownSetting {
                name: spelling.to_owned(),
                closest,
            }
        })
    }

    fn with_whole_path(&self, url: DatabaseUrl) -> DatabaseUrl {
        match url {
            DatabaseUrl::File(path) => DatabaseUrl::File(without_tilde(
                &path,
                self.layers.sources.user_home.as_deref(),
            )),
            other => other,
        }
    }
}

/// One finding of [`Settings::check`].
#[derive(Debug)]
pub enum Remark {
    /// A value that its setting does not accept.
    Invalid(Error),
    /// A variable that only Prefect knows.
    WithoutEffect {
        /// The variable.
        variable: String,
        /// Why it changes nothing.
        reason: &'static str,
    },
    /// A variable that nobody knows.
    Unknown {
        /// The variable.
        variable: String,
        /// The one that was probably meant.
        closest: Option<String>,
    },
}

/// The variable that `variable` is a slip of the pen for.
fn closest(variable: &str) -> Option<String> {
    let spellings = defs::all().flat_map(Setting::variables);
    let near = spellings
        .map(|spelling| (distance(variable, &spelling), spelling))
        .min();
    near.filter(|(steps, spelling)| *steps <= 3 && spelling.len() > OURS.len() + 3)
        .map(|(_, spelling)| spelling)
}

/// How many letters have to be added, removed or changed to make one of the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, &b) in to.iter().enumerate() {
            let changed = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

fn without_tilde(path: &Path, user_home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~"), user_home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests;
