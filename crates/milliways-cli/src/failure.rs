//! Errors as the user sees them: what went wrong, why, and the next step.

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

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
    let hint = hint(error).map(|hint| {
        format!(
            "{} {hint}
",
            style::hint("hint:")
        )
    });
    let text = format!(
        "{} {}
{}",
        style::error("error:"),
        message(error),
        hint.unwrap_or_default()
    );
    // With stderr gone there is nobody left to tell.
    let _ = io::stderr().write_all(text.as_bytes());
    ExitCode::from(
        error
            .downcast_ref::<Failure>()
            .map_or(1, |failure| failure.code),
    )
}

fn message(error: &anyhow::Error) -> String {
    let parts: Vec<String> = error.chain().map(ToString::to_string).collect();
    parts.join(": ")
}

fn hint(error: &anyhow::Error) -> Option<String> {
    error.chain().find_map(|cause| {
        if let Some(failure) = cause.downcast_ref::<Failure>() {
            return failure.hint.clone();
        }
        cause.downcast_ref::<SettingsError>()?.hint()
    })
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
