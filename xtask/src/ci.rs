//! `cargo xtask ci`: everything that a change has to pass, from the quickest to the slowest.

use anyhow::Result;

use crate::setup::{self, Need};
use crate::shell::{Run, on_path};
use crate::{codegen, test, tidy};

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    crate::flags(arguments, &[])?;
    setup::require(&[Need::Rust, Need::Python, Need::Ui, Need::Browser])?;
    rust()?;
    tidy::run(&[])?;
    python()?;
    codegen::run(&["--check".to_owned()])?;
    test::run(&[])
}

fn rust() -> Result<()> {
    Run::new("cargo")
        .args(["fmt", "--all", "--check"])
        .hint("`cargo fmt --all` mends it")
        .quiet("format")?;
    Run::new("cargo")
        .args([
            "clippy",
            "--locked",
            "--workspace",
            "--all-targets",
            "--",
            "--deny",
            "warnings",
        ])
        .loud()?;
    if on_path("cargo-deny").is_none() {
        eprintln!(
            "cargo-deny is missing: licences and bans are not checked (`cargo install cargo-deny`)"
        );
        return Ok(());
    }
    Run::new("cargo")
        .args(["deny", "--offline", "check", "bans", "licenses", "sources"])
        .quiet("licences and bans")
}

fn python() -> Result<()> {
    setup::prepare_python()?;
    setup::install_wheel(setup::Wheel::Debug)?;
    let tool = |name: &str| Run::new(setup::python_program(name));
    tool("ruff")
        .args(["check", "python", "examples"])
        .quiet("ruff")?;
    tool("ruff")
        .args(["format", "--check", "python", "examples"])
        .quiet("format of Python")?;
    tool("pyright")
        .args(["--pythonpath"])
        .arg(setup::python_program("python"))
        .dir("python")
        .quiet("pyright")?;
    // From outside of the package's sources: what is installed is held against its stubs, not the sources against mypy.
    tool("stubtest").arg("milliways._core").quiet("stubtest")
}
