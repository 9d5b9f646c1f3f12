//! All profiles of a user: ours, which can be changed, and Prefect's, which are read.

use std::collections::BTreeMap;

use crate::{Error, ProfileFile, Result, Setting};

/// Whose file a profile is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Our `profiles.toml`.
    Milliways,
    /// Prefect's, which is never written.
    Prefect,
}

impl Origin {
    /// One word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Milliways => "milliways",
            Self::Prefect => "prefect",
        }
    }
}

/// One profile of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileEntry {
    /// Its name.
    pub name: String,
    /// Whose file it is in.
    pub origin: Origin,
    /// Whether it is the one in force.
    pub is_active: bool,
}

/// Both files, with the rules for changing them. Every change is written at once.
#[derive(Debug)]
pub struct Profiles {
    ours: ProfileFile,
    prefects: Option<ProfileFile>,
    in_force: String,
}

impl Profiles {
    pub(crate) fn new(ours: ProfileFile, prefects: Option<ProfileFile>, in_force: &str) -> Self {
        Self {
            ours,
            prefects,
            in_force: in_force.to_owned(),
        }
    }

    /// Our file.
    pub fn file(&self) -> &ProfileFile {
        &self.ours
    }

    /// Ours first, then those of Prefect that ours do not hide.
    pub fn list(&self) -> Vec<ProfileEntry> {
        let entry = |name: String, origin| ProfileEntry {
            is_active: name == self.in_force,
            name,
            origin,
        };
        let ours = self
            .ours
            .names()
            .into_iter()
            .map(|name| entry(name, Origin::Milliways));
        let prefects = self.prefects.iter().flat_map(ProfileFile::names);
        let foreign = prefects
            .filter(|name| !self.ours.has(name))
            .map(|name| entry(name, Origin::Prefect));
        ours.chain(foreign).collect()
    }

    /// What a profile says, by variable.
    ///
    /// # Errors
    /// When there is no such profile.
    pub fn values(&self, name: &str) -> Result<BTreeMap<String, String>> {
        let foreign = || self.prefects.as_ref().and_then(|file| file.values(name));
        self.ours
            .values(name)
            .or_else(foreign)
            .ok_or_else(|| self.unknown(name))
    }

    /// Makes a profile, empty or with the values of another.
    ///
    /// # Errors
    /// When the name is taken or cannot be one, or the other profile is not there.
    pub fn create(&mut self, name: &str, from: Option<&str>) -> Result<()> {
        self.check_new(name)?;
        let values = from
            .map(|from| self.values(from))
            .transpose()?
            .unwrap_or_default();
        self.ours.insert(name, &values);
        self.ours.save()
    }

    /// Makes a profile the active one.
    ///
    /// # Errors
    /// When there is no such profile.
    pub fn activate(&mut self, name: &str) -> Result<()> {
        self.values(name)?;
        self.ours.activate(name);
        self.ours.save()
    }

    /// Gives a profile another name.
    ///
    /// # Errors
    /// When it is not ours, or the name is taken or cannot be one.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<()> {
        self.check_ours(from)?;
        self.check_new(to)?;
        self.ours.rename(from, to);
        self.ours.save()
    }

    /// Deletes a profile.
    ///
    /// # Errors
    /// When it is not ours, or is the one in force.
    pub fn delete(&mut self, name: &str) -> Result<()> {
        self.check_ours(name)?;
        if name == self.in_force {
            return Err(Error::ProfileInUse {
                name: name.to_owned(),
            });
        }
        self.ours.remove(name);
        self.ours.save()
    }

    /// Writes a value for `setting` into the profile in force, under the spelling that the profile has for it already,
    /// else under `spelling`. A profile of Prefect is copied to our file first.
    ///
    /// # Errors
    /// When the setting does not accept the value, or the file cannot be written.
    pub fn set(&mut self, setting: &Setting, spelling: &str, value: &str) -> Result<()> {
        if !setting.accepts(value) {
            return Err(Error::invalid(setting, value, crate::Source::Override));
        }
        let values = self.values(&self.in_force).unwrap_or_default();
        self.adopt(&values);
        let spelled = setting
            .variables()
            .find(|variable| values.contains_key(variable));
        let variable = spelled.unwrap_or_else(|| spelling.to_owned());
        self.ours.set(&self.in_force, &variable, value);
        self.ours.save()
    }

    /// Removes every spelling of `setting` from the profile in force. Whether there was one.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn unset(&mut self, setting: &Setting) -> Result<bool> {
        let values = self.values(&self.in_force).unwrap_or_default();
        let spelled: Vec<String> = setting
            .variables()
            .filter(|variable| values.contains_key(variable))
            .collect();
        if spelled.is_empty() {
            return Ok(false);
        }
        self.adopt(&values);
        for variable in &spelled {
            self.ours.unset(&self.in_force, variable);
        }
        self.ours.save()?;
        Ok(true)
    }

    /// Brings the profile in force into our file, where it is not there yet, so that it can be changed.
    fn adopt(&mut self, values: &BTreeMap<String, String>) {
        if !self.ours.has(&self.in_force) {
            self.ours.insert(&self.in_force, values);
        }
        if self.ours.active().is_none() {
            self.ours.activate(&self.in_force);
        }
    }

    fn check_new(&self, name: &str) -> Result<()> {
        let is_short = (1..=255).contains(&name.chars().count());
        if !is_short || name.starts_with('-') || name.chars().any(char::is_control) {
            return Err(Error::InvalidProfileName {
                name: name.to_owned(),
            });
        }
        if self.ours.has(name) {
            return Err(Error::ProfileExists {
                name: name.to_owned(),
            });
        }
        Ok(())
    }

    fn check_ours(&self, name: &str) -> Result<()> {
        if self.ours.has(name) {
            return Ok(());
        }
        match &self.prefects {
            Some(file) if file.has(name) => Err(Error::ForeignProfile {
                name: name.to_owned(),
                file: file.path().to_owned(),
            }),
            _ => Err(self.unknown(name)),
        }
    }

    fn unknown(&self, name: &str) -> Error {
        let known = self.list().into_iter().map(|entry| entry.name).collect();
        Error::UnknownProfile {
            name: name.to_owned(),
            known,
        }
    }
}
