//! The Rust tests, on the embedded database and on PostgreSQL, and the examples in the SDK's documentation.

use anyhow::Result;

use super::tally::Tally;
use crate::setup::{Postgres, has_nextest};
use crate::shell::Run;

pub(super) fn run() -> Result<Tally> {
    let postgres = Postgres::start()?;
    let (output, succeeded) = runner()
        .env("MILLIWAYS_TEST_POSTGRES_URL", postgres.url())
        .env("INSTA_UPDATE", "no")
        .watched()?;
    let tally = Tally::read(&output, |line| {
        line.trim_start().starts_with("Summary [") || line.starts_with("test result:")
    });
    Ok(tally.of_runner(succeeded).and(examples()?))
}

/// The examples in the documentation of the SDK, which nextest leaves out.
fn examples() -> Result<Tally> {
    if !has_nextest() {
        return Ok(Tally::default());
    }
    let (output, succeeded) = Run::new("cargo")
        .args(["test", "--locked", "--doc", "--package", "milliways"])
        .watched()?;
    let tally = Tally::read(&output, |line| line.starts_with("test result:"));
    Ok(tally.of_runner(succeeded))
}

fn runner() -> Run {
    if has_nextest() {
        return Run::new("cargo").args([
            "nextest",
            "run",
            "--locked",
            "--workspace",
            "--profile",
            "ci",
        ]);
    }
    eprintln!("cargo-nextest is missing; `cargo test` does as well, and takes longer");
    Run::new("cargo").args(["test", "--locked", "--workspace", "--no-fail-fast"])
}
