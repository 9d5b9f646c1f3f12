//! `cargo xtask setup`: what development needs is there, or gets installed, or is asked for by name.

mod debian;
mod postgres;
mod python;
mod tools;
mod ui;

use anyhow::Result;

pub(crate) use postgres::Postgres;
pub(crate) use python::{
    Wheel, build_wheels, install_wheel, prepare as prepare_python, program as python_program,
};
pub(crate) use tools::{browser, has_nextest};
pub(crate) use ui::{build as build_ui, npm, prepare as prepare_ui};

/// A part of the work, by what it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// The Rust tests: PostgreSQL beside cargo.
    Rust,
    /// The Python package.
    Python,
    /// The web page.
    Ui,
    /// The web page in a real browser.
    Browser,
}

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let flags = crate::flags(arguments, &["--install"])?;
    let may_install = flags.contains(&"--install") || debian::is_possible();
    ensure(
        &[Need::Rust, Need::Python, Need::Ui, Need::Browser],
        may_install,
    )?;
    prepare_python()?;
    prepare_ui()?;
    println!("\neverything is there. next: `cargo xtask demo`, or `cargo xtask test`");
    Ok(())
}

/// Sees to the programs that `needs` come down to. Where something is missing it is installed if that is possible
/// without asking (root on Debian), else the error names the package.
pub(crate) fn require(needs: &[Need]) -> Result<()> {
    ensure(needs, debian::is_possible())
}

fn ensure(needs: &[Need], may_install: bool) -> Result<()> {
    let missing = tools::missing(needs);
    if missing.is_empty() {
        return Ok(());
    }
    if may_install {
        let packages: Vec<&str> = missing.iter().filter_map(|tool| tool.debian).collect();
        debian::install(&packages)?;
    }
    tools::check(needs)
}
