//! One `profiles.toml`: what it holds, and changes to it that leave the user's comments and order alone.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item, Table, TableLike, Value as Toml};

use crate::{Error, Result};

/// Mode of the file: profiles hold keys and passwords.
const OWNER_ONLY: u32 = 0o600;

/// A file of profiles, read once. Changes are kept in memory until [`ProfileFile::save`].
#[derive(Debug)]
pub struct ProfileFile {
    path: PathBuf,
    document: DocumentMut,
}

impl ProfileFile {
    /// Reads the file at `path`. A file that is not there holds no profile.
    ///
    /// # Errors
    /// When the file cannot be read, or is not TOML with a table `profiles`.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(source) => {
                return Err(Error::File {
                    action: "read",
                    file: path,
                    source,
                });
            }
        };
        let malformed = |problem: String| Error::Malformed {
            file: path.clone(),
            problem,
        };
        let document: DocumentMut = text
            .parse()
            .map_err(|error: toml_edit::TomlError| malformed(one_line(&text, &error)))?;
        if document
            .get("profiles")
            .is_some_and(|item| !item.is_table_like())
        {
            return Err(malformed("`profiles` is not a table".to_owned()));
        }
        Ok(Self { path, document })
    }

    /// Where the file lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it has no profile and names none as active.
    pub fn is_empty(&self) -> bool {
        self.active().is_none() && self.profiles().is_none_or(TableLike::is_empty)
    }

    /// The profile that is used where none is chosen.
    pub fn active(&self) -> Option<&str> {
        self.document.get("active")?.as_str()
    }

    /// Its profiles, in the order of the file.
    pub fn names(&self) -> Vec<String> {
        let tables =
            |profiles: &dyn TableLike| profiles.iter().map(|(name, _)| name.to_owned()).collect();
        self.profiles().map(tables).unwrap_or_default()
    }

    /// What the profile `name` says, by variable. `None`: there is no such profile.
    pub fn values(&self, name: &str) -> Option<BTreeMap<String, String>> {
        let profile = self.profiles()?.get(name)?.as_table_like()?;
        let text = |(variable, item): (&str, &Item)| Some((variable.to_owned(), text_of(item)?));
        Some(profile.iter().filter_map(text).collect())
    }

    /// Whether there is a profile `name`.
    pub fn has(&self, name: &str) -> bool {
        self.profiles()
            .is_some_and(|profiles| profiles.contains_key(name))
    }

    /// Makes the profile `name` the active one.
    pub fn activate(&mut self, name: &str) {
        put(self.document.as_table_mut(), "active", name);
    }

    /// Adds a profile with the given values, or replaces the one of that name.
    pub fn insert(&mut self, name: &str, values: &BTreeMap<String, String>) {
        let mut table = Table::new();
        for (variable, value) in values {
            table.insert(variable, toml_edit::value(value));
        }
        self.profiles_mut().insert(name, Item::Table(table));
    }

    /// Sets one variable of a profile, which is made where it is not there.
    pub fn set(&mut self, profile: &str, variable: &str, value: &str) {
        let item = self
            .profiles_mut()
            .entry(profile)
            .or_insert_with(toml_edit::table);
        if let Some(table) = item.as_table_like_mut() {
            put(table, variable, value);
        }
    }

    /// Removes one variable of a profile. Whether it was there.
    pub fn unset(&mut self, profile: &str, variable: &str) -> bool {
        let table = self
            .profiles_mut()
            .get_mut(profile)
            .and_then(Item::as_table_like_mut);
        table.is_some_and(|table| table.remove(variable).is_some())
    }

    /// Gives the profile `from` the name `to`, and keeps it active if it was. Whether it was there.
    pub fn rename(&mut self, from: &str, to: &str) -> bool {
        let was_active = self.active() == Some(from);
        let Some(profile) = self.profiles_mut().remove(from) else {
            return false;
        };
        self.profiles_mut().insert(to, profile);
        if was_active {
            self.activate(to);
        }
        true
    }

    /// Removes a profile. Whether it was there.
    pub fn remove(&mut self, name: &str) -> bool {
        self.profiles_mut().remove(name).is_some()
    }

    /// Writes the file, whole or not at all, readable by its owner only.
    ///
    /// # Errors
    /// When the folder cannot be made or the file not be written.
    pub fn save(&self) -> Result<()> {
        // A link (people keep such files in a repository of their own) stays one: what it points to is replaced.
        let target = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        self.replace(&target).map_err(|source| Error::File {
            action: "write",
            file: self.path.clone(),
            source,
        })
    }

    fn replace(&self, target: &Path) -> std::io::Result<()> {
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        let draft = target.with_extension(format!("toml.{}", std::process::id()));
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(OWNER_ONLY)
            .open(&draft)?;
        file.write_all(self.document.to_string().as_bytes())?;
        file.sync_all()?;
        fs::rename(&draft, target)
    }

    fn profiles(&self) -> Option<&dyn TableLike> {
        self.document.get("profiles")?.as_table_like()
    }

    fn profiles_mut(&mut self) -> &mut dyn TableLike {
        let item = self.document.entry("profiles").or_insert_with(|| {
            let mut profiles = Table::new();
            profiles.set_implicit(true);
            Item::Table(profiles)
        });
        if !item.is_table_like() {
            *item = toml_edit::table();
        }
        #[expect(clippy::expect_used, reason = "the lines above made it one")]
        item.as_table_like_mut().expect("`profiles` is a table")
    }
}

/// Writes a value where its predecessor stood, between the same comments.
fn put(table: &mut dyn TableLike, key: &str, value: &str) {
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(present) => {
            let surroundings = present.decor().clone();
            *present = Toml::from(value);
            *present.decor_mut() = surroundings;
        }
        None => {
            table.insert(key, toml_edit::value(value));
        }
    }
}

/// A value as it would be written in a variable: TOML's own numbers and booleans need no quotes there.
pub(crate) fn text_of(item: &Item) -> Option<String> {
    match item.as_value()? {
        Toml::String(text) => Some(text.value().clone()),
        Toml::Array(items) => {
            let words: Vec<String> = items.iter().map(plain).collect();
            Some(words.join(","))
        }
        Toml::InlineTable(_) => None,
        value => Some(plain(value)),
    }
}

fn plain(value: &Toml) -> String {
    match value.as_str() {
        Some(text) => text.to_owned(),
        None => value.clone().decorated("", "").to_string(),
    }
}

pub(crate) fn one_line(text: &str, error: &toml_edit::TomlError) -> String {
    let message = error.message().replace('\n', ", ");
    match error.span() {
        Some(span) => {
            let line = text.get(..span.start).unwrap_or(text).matches('\n').count() + 1;
            format!("{message} on line {line}")
        }
        None => message,
    }
}
