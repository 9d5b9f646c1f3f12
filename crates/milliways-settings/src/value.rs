//! How the text of a variable becomes a value: one small parser for each type of value.

mod bytes;
mod choice;
mod collection;
mod duration;
mod scalar;
mod secret;

pub use bytes::ByteSize;
pub use choice::{Durability, LogFormat, LogLevel, MissingFlow};
pub use collection::{DurationsByName, Headers, Numbers, Selection, StatusCodes, Words};
pub use scalar::HttpUrl;
pub use secret::Secret;

/// A type that a setting can have.
pub trait Value: Sized {
    /// What a value looks like, as the end of the sentence "expected …".
    const EXPECTS: &'static str;
    /// Whether values must not be shown.
    const SECRET: bool = false;

    /// The value that `text` spells, if it spells one. `text` is trimmed and not empty.
    fn parse(text: &str) -> Option<Self>;

    /// The value of a setting that no source gives and that has no default: only optional ones have one.
    fn absent() -> Option<Self> {
        None
    }
}

impl<T: Value> Value for Option<T> {
    const EXPECTS: &'static str = T::EXPECTS;
    const SECRET: bool = T::SECRET;

    fn parse(text: &str) -> Option<Self> {
        T::parse(text).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

#[cfg(test)]
mod tests;
