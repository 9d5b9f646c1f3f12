//! Everything that is printed goes through here: text, tables, JSON.

mod progress;
pub(crate) mod style;
mod table;
pub(crate) mod time;

use std::io::{self, Write};

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde::Serialize;

pub(crate) use progress::Progress;
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

/// Names and values, one pair a line; what has no value is left out.
pub(crate) fn facts(facts: &[(&str, Option<String>)]) -> String {
    let known = || {
        facts
            .iter()
            .filter_map(|(name, value)| Some((*name, value.as_deref()?)))
    };
    let width = known().map(|(name, _)| name.len()).max().unwrap_or(0);
    let line = |(name, value)| {
        format!(
            "{name:<width$}  {}
",
            plain(value)
        )
    };
    known().map(line).collect()
}

/// Text of others without what would command the terminal: only line breaks and tabs are left of control characters.
pub(crate) fn plain(text: &str) -> String {
    let is_harmless = |c: char| !c.is_control() || c == '\n' || c == '\t';
    text.chars()
        .map(|c| if is_harmless(c) { c } else { '\u{fffd}' })
        .collect()
}
