//! Checks JSON text from outside, so that what is recorded can always be written and read back, a record a line.

use milliways_model::Event;
use serde::de::IgnoredAny;

use crate::{Error, Result};

/// JSON text of any value, without line breaks.
///
/// # Errors
/// When it is no JSON.
pub fn one_line(what: &'static str, bytes: &[u8]) -> Result<Box<str>> {
    let checked = serde_json::from_slice::<IgnoredAny>(bytes).and_then(|_| text(bytes));
    checked
        .map(joined)
        .map_err(|source| Error::Json { what, source })
}

/// JSON text of an object, without line breaks.
///
/// # Errors
/// When it is no JSON, or another value.
pub fn object(what: &'static str, bytes: &[u8]) -> Result<Box<str>> {
    let joined = one_line(what, bytes)?;
    let trimmed = joined.trim();
    if !trimmed.starts_with('{') {
        let source = serde::de::Error::custom("it is not an object");
        return Err(Error::Json { what, source });
    }
    Ok(if trimmed.len() == joined.len() {
        joined
    } else {
        trimmed.into()
    })
}

/// JSON text of an event that the server takes.
///
/// # Errors
/// When a part is missing or of another type.
pub fn event(bytes: &[u8]) -> Result<Box<str>> {
    let event: Event = serde_json::from_slice(bytes).map_err(|source| Error::Json {
        what: "an event",
        source,
    })?;
    let text = serde_json::to_string(&event).map_err(|source| Error::Json {
        what: "an event",
        source,
    })?;
    Ok(joined(&text))
}

fn text(bytes: &[u8]) -> serde_json::Result<&str> {
    std::str::from_utf8(bytes).map_err(serde::de::Error::custom)
}

/// Line breaks stand between tokens only, because strings have them escaped: blanks mean the same.
fn joined(text: &str) -> Box<str> {
    if text.contains(['\n', '\r']) {
        text.replace(['\n', '\r'], " ").into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_comes_out_on_one_line() {
        assert_eq!(
            &*one_line("a value", b"[1,\r\n \"a\\nb\"]").unwrap(),
            "[1,   \"a\\nb\"]"
        );
        assert_eq!(&*object("a value", b"\n{}\n").unwrap(), "{}");
    }

    #[test]
    fn other_text_is_refused() {
        assert!(one_line("a value", b"{").is_err());
        assert!(one_line("a value", b"1 2").is_err());
        assert!(one_line("a value", &[b'"', 0xff, b'"']).is_err());
        assert!(object("a value", b"[]").is_err());
        assert!(event(b"{}").is_err());
    }
}
