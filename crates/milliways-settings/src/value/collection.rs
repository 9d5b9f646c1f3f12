//! Values made of several: words, numbers, status codes, headers. Each is written with commas or as JSON.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value as Json;

use super::Value;

/// A list of words: `a, b` or `["a", "b"]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words(pub Vec<String>);

impl Value for Words {
    const EXPECTS: &'static str = "words with commas between them, or a JSON list of strings";

    fn parse(text: &str) -> Option<Self> {
        items(text).map(Self)
    }
}

/// A list of numbers of at least 0: `1, 10, 100`, `[1, 10]` or a single `5`.
#[derive(Debug, Clone, PartialEq)]
pub struct Numbers(pub Vec<f64>);

impl Value for Numbers {
    const EXPECTS: &'static str = "a number of at least 0, or several with commas between them";

    fn parse(text: &str) -> Option<Self> {
        items(text)?
            .iter()
            .map(|item| f64::parse(item))
            .collect::<Option<_>>()
            .map(Self)
    }
}

/// A set of HTTP status codes: `502, 504`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatusCodes(pub Vec<u16>);

impl Value for StatusCodes {
    const EXPECTS: &'static str = "HTTP status codes from 100 to 599 with commas between them";

    fn parse(text: &str) -> Option<Self> {
        let code = |item: &String| item.parse().ok().filter(|code| (100..=599).contains(code));
        items(text)?
            .iter()
            .map(code)
            .collect::<Option<_>>()
            .map(Self)
    }
}

/// HTTP headers as a JSON object: `{"X-Team": "data"}`. The values may be secret, so they are not shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Headers(pub Vec<(String, String)>);

impl Value for Headers {
    const EXPECTS: &'static str = r#"a JSON object of strings such as {"X-Team": "data"}"#;
    const SECRET: bool = true;

    fn parse(text: &str) -> Option<Self> {
        let Json::Object(object) = serde_json::from_str(text).ok()? else {
            return None;
        };
        let header = |(name, value): (String, Json)| match value {
            Json::String(value) => Some((name, value)),
            _ => None,
        };
        object
            .into_iter()
            .map(header)
            .collect::<Option<_>>()
            .map(Self)
    }
}

/// Lengths of time by name, as a JSON object: `{"heartbeat": "7d"}`. A number means seconds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DurationsByName(pub BTreeMap<String, Duration>);

impl Value for DurationsByName {
    const EXPECTS: &'static str = r#"a JSON object of lengths of time such as {"heartbeat": "7d"}"#;

    fn parse(text: &str) -> Option<Self> {
        let Json::Object(object) = serde_json::from_str(text).ok()? else {
            return None;
        };
        let entry = |(name, value): (String, Json)| match value {
            Json::String(value) => Some((name, Duration::parse(value.trim())?)),
            Json::Number(value) => Some((name, Duration::parse(&value.to_string())?)),
            _ => None,
        };
        object
            .into_iter()
            .map(entry)
            .collect::<Option<_>>()
            .map(Self)
    }
}

/// Some out of a fixed set of parts: `true` for all, `false` for none, or their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// Every part.
    All,
    /// No part.
    None,
    /// The parts of these names.
    Only(Vec<String>),
}

impl Selection {
    /// Whether the part called `name` is among them.
    pub fn includes(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Only(names) => names.iter().any(|part| part == name),
        }
    }
}

impl Value for Selection {
    const EXPECTS: &'static str = "true, false, or names with commas between them";

    fn parse(text: &str) -> Option<Self> {
        match bool::parse(text) {
            Some(true) => Some(Self::All),
            Some(false) => Some(Self::None),
            None => items(text).map(Self::Only),
        }
    }
}

/// The items of a list in either notation, as text.
fn items(text: &str) -> Option<Vec<String>> {
    if !text.starts_with('[') {
        let parts = text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty());
        return Some(parts.map(str::to_owned).collect());
    }
    let Json::Array(array) = serde_json::from_str(text).ok()? else {
        return None;
    };
    let item = |value: Json| match value {
        Json::String(text) => Some(text),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    };
    array.into_iter().map(item).collect()
}
