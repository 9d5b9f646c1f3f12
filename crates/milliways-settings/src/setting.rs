//! What one declared setting is, with its Rust type ([`Key`]) and without it ([`Setting`]).

use std::marker::PhantomData;

use crate::Value;

/// Prefix of our own environment variables.
pub(crate) const OURS: &str = "MILLIWAYS_";
/// Prefix of Prefect's environment variables, understood beside ours.
pub(crate) const PREFECTS: &str = "PREFECT_";

/// A setting as data: what help, reference page and `config view` are made of.
#[derive(Debug)]
pub struct Setting {
    /// Name with dots, such as `server.api.port`.
    pub name: &'static str,
    /// What a value has to look like, as the end of the sentence "expected …".
    pub expects: &'static str,
    /// The value where no source gives one, as it would be written in a variable. `None`: unset.
    pub default: Option<&'static str>,
    /// The explanation, one or more lines of prose.
    pub doc: &'static str,
    /// Whether the value must not be shown.
    pub secret: bool,
    /// Whether Prefect has the setting under the same name.
    pub in_prefect: bool,
    /// Other variables that mean the same, oldest spellings last.
    pub aliases: &'static [&'static str],
    pub(crate) accepts: fn(&str) -> bool,
}

impl Setting {
    /// Our environment variable for it, such as `MILLIWAYS_SERVER_API_PORT`.
    pub fn variable(&self) -> String {
        spelled(OURS, self.name)
    }

    /// Prefect's present variable for it, where Prefect has the setting.
    pub fn prefect_variable(&self) -> Option<String> {
        if self.in_prefect {
            Some(spelled(PREFECTS, self.name))
        } else {
            self.aliases.first().map(|&alias| alias.to_owned())
        }
    }

    /// Every variable that is understood, in the order in which they are looked at.
    pub fn variables(&self) -> impl Iterator<Item = String> {
        let prefect = self.in_prefect.then(|| spelled(PREFECTS, self.name));
        [self.variable()]
            .into_iter()
            .chain(prefect)
            .chain(self.aliases.iter().map(|&alias| alias.to_owned()))
    }

    /// Whether `spelling` is this setting's name or one of its variables.
    pub fn answers_to(&self, spelling: &str) -> bool {
        self.name == spelling || self.variables().any(|variable| variable == spelling)
    }

    /// Whether `text` can be read as a value of this setting.
    pub fn accepts(&self, text: &str) -> bool {
        (self.accepts)(text)
    }

    /// The first sentence of the explanation, without its full stop.
    pub fn summary(&self) -> &'static str {
        let first_line = self.doc.lines().next().unwrap_or_default().trim();
        let sentence = first_line.split(". ").next().unwrap_or(first_line);
        sentence.trim_end_matches('.')
    }
}

/// A declared setting together with the type of its value.
#[derive(Debug)]
pub struct Key<T> {
    setting: &'static Setting,
    value: PhantomData<fn() -> T>,
}

impl<T> Key<T> {
    pub(crate) const fn new(setting: &'static Setting) -> Self {
        Self {
            setting,
            value: PhantomData,
        }
    }

    /// The setting as data.
    pub const fn setting(self) -> &'static Setting {
        self.setting
    }
}

// Derives would ask for `T: Copy`, which a key does not need.
impl<T> Clone for Key<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Key<T> {}

/// The check that a declaration stores beside its type.
pub(crate) fn accepts<T: Value>(text: &str) -> bool {
    T::parse(text).is_some()
}

pub(crate) fn spelled(prefix: &str, name: &str) -> String {
    let mut variable = String::with_capacity(prefix.len() + name.len());
    variable.push_str(prefix);
    variable.extend(name.chars().map(|c| {
        if c == '.' {
            '_'
        } else {
            c.to_ascii_uppercase()
        }
    }));
    variable
}
