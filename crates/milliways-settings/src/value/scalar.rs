//! Single values: truth, numbers, text, paths and addresses.

use std::fmt;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use super::Value;

impl Value for bool {
    const EXPECTS: &'static str = "true or false";

    fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "true" | "t" | "yes" | "y" | "on" | "1" => Some(true),
            "false" | "f" | "no" | "n" | "off" | "0" => Some(false),
            _ => None,
        }
    }
}

/// Numbers whose standard parser already has the right limits.
macro_rules! numbers {
    ($($type:ty: $expects:literal),+ $(,)?) => {
        $(impl Value for $type {
            const EXPECTS: &'static str = $expects;

            fn parse(text: &str) -> Option<Self> {
                text.parse().ok()
            }
        })+
    };
}

numbers! {
    u16: "a whole number from 0 to 65535",
    u32: "a whole number of at least 0",
    u64: "a whole number of at least 0",
    NonZeroU32: "a whole number of at least 1",
    NonZeroUsize: "a whole number of at least 1",
}

impl Value for f64 {
    const EXPECTS: &'static str = "a number of at least 0";

    fn parse(text: &str) -> Option<Self> {
        text.parse()
            .ok()
            .filter(|number: &Self| number.is_finite() && *number >= 0.0)
    }
}

impl Value for String {
    const EXPECTS: &'static str = "text";

    fn parse(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

/// A leading `~` is left as it is: only [`Settings::path`](crate::Settings::path) knows the user's home.
impl Value for PathBuf {
    const EXPECTS: &'static str = "a path";

    fn parse(text: &str) -> Option<Self> {
        Some(Self::from(text))
    }
}

/// The address of an HTTP service, without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpUrl(String);

impl HttpUrl {
    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Value for HttpUrl {
    const EXPECTS: &'static str = "an address such as http://127.0.0.1:4200/api";

    fn parse(text: &str) -> Option<Self> {
        let rest = text
            .strip_prefix("http://")
            .or_else(|| text.strip_prefix("https://"))?;
        let host = rest.split(['/', '?', '#']).next()?;
        let is_plain = !text.contains(|c: char| c.is_whitespace() || c.is_control());
        (is_plain && !host.is_empty() && !host.starts_with(':'))
            .then(|| Self(text.trim_end_matches('/').to_owned()))
    }
}
