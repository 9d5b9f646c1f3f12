//! The Python tests: the package, the drop-in and the examples, as they are installed.

use anyhow::Result;

use super::tally::Tally;
use crate::setup::{self, Postgres, Wheel};
use crate::shell::Run;
use crate::tree;

/// Where tests may lie.
const FOLDERS: &[&str] = &[
    "python/tests",
    "python/prefect-compat/tests",
    "examples/python/tests",
    "tests/conformance",
];

pub(super) fn run() -> Result<Tally> {
    setup::prepare_python()?;
    setup::install_wheel(Wheel::Debug)?;
    let postgres = Postgres::start()?;
    let folders = FOLDERS
        .iter()
        .filter(|folder| tree::root().join(folder).is_dir());
    let (output, succeeded) = Run::new(setup::python_program("python"))
        .args(["-m", "pytest", "-q", "--color=no"])
        .args(folders)
        .env("MILLIWAYS_BIN", setup::python_program("milliways"))
        .env("MILLIWAYS_TEST_POSTGRES_URL", postgres.url())
        .watched()?;
    let tally = Tally::read(&output, is_closing);
    Ok(tally.of_runner(succeeded))
}

/// `5 passed, 1 failed in 0.10s`, with or without a frame of equals signs.
fn is_closing(line: &str) -> bool {
    let line = line.trim_matches(|c| c == '=' || c == ' ');
    line.starts_with(|c: char| c.is_ascii_digit())
        && line.contains(" in ")
        && line.ends_with(['s', ')'])
}
