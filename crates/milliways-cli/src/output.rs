//! Everything that is printed goes through here: text, tables, JSON.

pub(crate) mod style;
mod table;

use std::io::{self, Write};

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde::Serialize;

pub(crate) use table::Table;

/// How a result is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// For programs
    Json,
}

/// The option that every command with a result has.
#[derive(Debug, Args)]
pub(crate) struct Output {
    /// How the result is printed
    #[arg(
        short = 'o',
        long = "output",
        value_name = "FORMAT",
        default_value = "table",
        hide_default_value = true
    )]
    format: Format,
}

impl Output {
    pub(crate) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Prints `value` as JSON where that was asked for, else the table.
    pub(crate) fn show(&self, value: &impl Serialize, table: impl FnOnce() -> Table) -> Result<()> {
        match self.format {
            Format::Json => json(value),
            Format::Table => print(&table().to_string()),
        }
    }
}

/// Prints text as it is.
///
/// # Errors
/// When standard output is closed, which ends the command.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    Ok(stdout.flush()?)
}

/// Prints one line.
pub(crate) fn line(text: impl AsRef<str>) -> Result<()> {
    print(&format!("{}\n", text.as_ref()))
}

/// Prints a value as JSON, for people to read and programs to parse.
pub(crate) fn json(value: &impl Serialize) -> Result<()> {
    line(serde_json::to_string_pretty(value)?)
}

/// Says something beside the result, on standard error.
pub(crate) fn note(text: impl AsRef<str>) {
    // With stderr gone there is nobody left to tell.
    let _ = writeln!(io::stderr(), "{}", text.as_ref());
}
