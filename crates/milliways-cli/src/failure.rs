//! Errors as the user sees them: what went wrong, why, and the next step.

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

use milliways_client::Error as ClientError;
use milliways_settings::Error as SettingsError;

use crate::output::style;

/// Code for a command line that cannot be understood; the same that the parser uses.
const USAGE: u8 = 2;

/// Something that a command could not do.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    hint: Option<String>,
    code: u8,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
            code: 1,
        }
    }

    /// A command line that parses and makes no sense all the same.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self {
            code: USAGE,
            ..Self::new(message)
        }
    }

    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// Prints an error with its causes and its hint, and gives the code to end with.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    if is_closed_pipe(error) {
        // `milliways … | head` has seen enough.
        return ExitCode::SUCCESS;
    }
    let (message, hint) = described(error);
    let hint = hint
        .map(|hint| {
            format!(
                "{} {hint}
",
                style::hint("hint:")
            )
        })
        .unwrap_or_default();
    let text = format!(
        "{} {message}
{hint}",
        style::error("error:")
    );
    // With stderr gone there is nobody left to tell.
    let _ = io::stderr().write_all(text.as_bytes());
    ExitCode::from(
        error
            .downcast_ref::<Failure>()
            .map_or(1, |failure| failure.code),
    )
}

/// The error and its causes, and the hint that one of them has.
fn described(error: &anyhow::Error) -> (String, Option<String>) {
    let mut message = String::new();
    let mut hint = None;
    for cause in error.chain() {
        let text = cause.to_string();
        // Errors of our crates may carry the next step in their text.
        let (text, inline) = match text.split_once("hint: ") {
            Some((text, hint)) => (
                text.trim_end_matches([',', '\n', ' ']),
                Some(hint.to_owned()),
            ),
            None => (text.as_str(), None),
        };
        hint = hint.or(inline).or_else(|| structured_hint(cause));
        // Some errors say their cause themselves.
        if !message.contains(text) {
            let separator = if message.is_empty() { "" } else { ": " };
            message = format!("{message}{separator}{text}");
        }
    }
    (message, hint)
}

fn structured_hint(cause: &(dyn std::error::Error + 'static)) -> Option<String> {
    if let Some(failure) = cause.downcast_ref::<Failure>() {
        return failure.hint.clone();
    }
    if let Some(error) = cause.downcast_ref::<SettingsError>() {
        return error.hint();
    }
    let hint = match cause.downcast_ref::<ClientError>()? {
        ClientError::Connect { .. } => {
            "is a server running there? `milliways server start` starts one; \
             `milliways config view api.url` says where the address comes from"
        }
        ClientError::Status {
            status: 401 | 403, ..
        } => "set MILLIWAYS_API_AUTH_STRING to user:password, or MILLIWAYS_API_KEY",
        _ => return None,
    };
    Some(hint.to_owned())
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
