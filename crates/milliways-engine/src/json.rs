//! Checks JSON text from outside, so that what is recorded can be written a record a line, and the server takes it.
//!
//! A batch is stored whole or not at all: one value that the server refuses would keep everything after it away.

mod scan;

use milliways_model::Event;
use milliways_model::event::Resource;
use serde::de::{Error as _, IgnoredAny};

use crate::{Error, Result};

/// The most bytes of one value: a record has to fit into a request.
const LARGEST: usize = 4 << 20;
/// The most bytes of a flow run's parameters.
pub const LARGEST_PARAMETERS: usize = 512 << 10;

const LONGEST_EVENT_NAME: usize = 1_024;
const MOST_RELATED: usize = 100;

/// JSON text of any value, without line breaks.
///
/// # Errors
/// When it is no JSON, or the server would refuse it: too large, nested too deep, a number that is no float.
pub fn one_line(what: &'static str, bytes: &[u8]) -> Result<Box<str>> {
    let invalid = |source| Error::Json { what, source };
    if bytes.len() > LARGEST {
        return Err(too_large(what, bytes.len(), LARGEST));
    }
    let text =
        std::str::from_utf8(bytes).map_err(|error| invalid(serde_json::Error::custom(error)))?;
    serde_json::from_str::<IgnoredAny>(text).map_err(invalid)?;
    scan::clean(text).map_err(|flaw| invalid(serde_json::Error::custom(flaw)))
}

/// JSON text of an object, without line breaks.
///
/// # Errors
/// As for [`one_line`], or when it is another value.
pub fn object(what: &'static str, bytes: &[u8]) -> Result<Box<str>> {
    let line = one_line(what, bytes)?;
    let trimmed = line.trim();
    if !trimmed.starts_with('{') {
        return Err(Error::Json {
            what,
            source: serde_json::Error::custom("it is not an object"),
        });
    }
    Ok(if trimmed.len() == line.len() {
        line
    } else {
        trimmed.into()
    })
}

/// JSON text of a flow run's parameters, without line breaks.
///
/// # Errors
/// As for [`object`], or when it has more than [`LARGEST_PARAMETERS`] bytes.
pub fn parameters(bytes: &[u8]) -> Result<Box<str>> {
    const WHAT: &str = "the flow run's parameters";
    if bytes.len() > LARGEST_PARAMETERS {
        return Err(too_large(WHAT, bytes.len(), LARGEST_PARAMETERS));
    }
    object(WHAT, bytes)
}

/// JSON text of an event that the server takes.
///
/// # Errors
/// When a part is missing, too long or of another type.
pub fn event(bytes: &[u8]) -> Result<Box<str>> {
    const WHAT: &str = "an event";
    let invalid = |source| Error::Json { what: WHAT, source };
    let line = one_line(WHAT, bytes)?;
    let event: Event = serde_json::from_str(&line).map_err(invalid)?;
    let flaw = if event.event.chars().count() > LONGEST_EVENT_NAME {
        Some("its name has more than 1,024 characters")
    } else if event.resource.id().is_empty() {
        Some("its resource has no prefect.resource.id")
    } else if event.related.len() > MOST_RELATED {
        Some("it has more than 100 related resources")
    } else if event
        .related
        .iter()
        .any(|related: &Resource| related.id().is_empty() || related.role().is_empty())
    {
        Some("a related resource has no prefect.resource.id or no prefect.resource.role")
    } else {
        None
    };
    match flaw {
        Some(flaw) => Err(invalid(serde_json::Error::custom(flaw))),
        // Written anew, so that nothing beside the known parts is sent.
        None => serde_json::to_string(&event)
            .map(Into::into)
            .map_err(invalid),
    }
}

fn too_large(what: &'static str, size: usize, largest: usize) -> Error {
    let source =
        serde_json::Error::custom(format_args!("it takes {size} bytes, more than {largest}"));
    Error::Json { what, source }
}

#[cfg(test)]
mod tests;
