//! Text that is not shown by accident.

use std::fmt;

use super::Value;

/// A password, key or address with a password in it. `Debug` and `Display` show eight asterisks.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// What is shown in place of a secret, the same mask that Prefect uses.
    pub const MASK: &str = "********";

    /// Wraps `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself. Call it where the secret is used, not where it is passed on.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::MASK)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::MASK)
    }
}

impl Value for Secret {
    const EXPECTS: &'static str = "text";
    const SECRET: bool = true;

    fn parse(text: &str) -> Option<Self> {
        Some(Self::new(text))
    }
}
