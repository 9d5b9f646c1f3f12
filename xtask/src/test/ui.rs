//! The page's tests: types, lints and parts under Vitest, the whole in a real browser against a real server.

use anyhow::{Context, Result};

use super::tally::Tally;
use crate::setup::{self, browser, npm};
use crate::shell::Run;
use crate::tree;

pub(super) fn run() -> Result<Tally> {
    setup::prepare_ui()?;
    let (output, succeeded) = npm(&["test"]).watched()?;
    let parts =
        Tally::read(&output, |line| line.trim_start().starts_with("Tests ")).of_runner(succeeded);
    Ok(parts.and(in_browser()?))
}

fn in_browser() -> Result<Tally> {
    setup::build_ui()?;
    Run::new("cargo")
        .args(["build", "--locked", "--package", "milliways-cli"])
        .loud()?;
    let browser = browser().context("chromium is missing")?;
    let (output, succeeded) = npm(&["run", "e2e"])
        .env("CHROMIUM", browser)
        .env("MILLIWAYS_BIN", tree::target().join("debug/milliways"))
        .watched()?;
    // `  5 passed (3.2s)`, `  1 failed`, `  2 skipped`, each on a line of its own.
    let is_closing = |line: &str| {
        let mut words = line.split_whitespace();
        let counts = words.next().is_some_and(|word| word.parse::<u64>().is_ok());
        counts
            && words
                .next()
                .is_some_and(|word| ["passed", "failed", "skipped"].contains(&word))
    };
    Ok(Tally::read(&output, is_closing).of_runner(succeeded))
}
