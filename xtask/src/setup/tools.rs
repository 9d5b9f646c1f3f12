//! The programs that development needs, with the Debian package of each.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use super::{Need, postgres};
use crate::shell::on_path;

/// A program that has to be there.
pub(super) struct Tool {
    /// What a person calls it, with the least version.
    name: &'static str,
    needed_for: &'static [Need],
    is_there: fn() -> bool,
    /// The Debian package. `None`: Debian has none that is new enough.
    pub(super) debian: Option<&'static str>,
    /// How to get it elsewhere.
    elsewhere: &'static str,
}

const TOOLS: &[Tool] = &[
    Tool {
        name: "python 3.10 or newer",
        needed_for: &[Need::Python],
        is_there: has_python,
        debian: Some("python3"),
        elsewhere: "python.org, or your system's packages",
    },
    Tool {
        name: "python's venv and pip",
        needed_for: &[Need::Python],
        is_there: || succeeds("python3", &["-c", "import venv, ensurepip"]),
        debian: Some("python3-venv"),
        elsewhere: "your system's packages",
    },
    Tool {
        name: "node 20 or newer",
        needed_for: &[Need::Ui],
        is_there: || version("node", &["--version"]).is_some_and(|version| version >= (20, 0)),
        debian: Some("nodejs"),
        elsewhere: "nodejs.org, or your system's packages",
    },
    Tool {
        name: "npm",
        needed_for: &[Need::Ui],
        is_there: || on_path("npm").is_some(),
        debian: Some("npm"),
        elsewhere: "comes with node",
    },
    Tool {
        name: "chromium",
        needed_for: &[Need::Browser],
        is_there: || browser().is_some(),
        debian: Some("chromium"),
        elsewhere: "your system's packages, or set CHROMIUM to its path",
    },
    Tool {
        name: "the postgresql server",
        needed_for: &[Need::Rust],
        is_there: || postgres::program("initdb").is_some(),
        debian: Some("postgresql"),
        elsewhere: "your system's packages",
    },
    Tool {
        name: "a linker (cc)",
        needed_for: &[Need::Rust, Need::Python],
        is_there: || on_path("cc").is_some(),
        debian: Some("gcc"),
        elsewhere: "your system's packages",
    },
];

/// The tools of `needs` that are not there.
pub(super) fn missing(needs: &[Need]) -> Vec<&'static Tool> {
    let is_needed = |tool: &&Tool| tool.needed_for.iter().any(|need| needs.contains(need));
    TOOLS
        .iter()
        .filter(is_needed)
        .filter(|tool| !(tool.is_there)())
        .collect()
}

/// Complains about every tool that is not there, at once.
pub(super) fn check(needs: &[Need]) -> Result<()> {
    let missing = missing(needs);
    if missing.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = missing
        .iter()
        .map(|tool| format!("  {}: {}", tool.name, tool.elsewhere))
        .collect();
    let list = lines.join(
        "
",
    );
    let packages: Vec<&str> = missing.iter().filter_map(|tool| tool.debian).collect();
    bail!(
        "something that is needed is missing:\n{list}\nhint: on Debian: apt-get install {} (as root, `cargo xtask setup --install` does it)",
        packages.join(" ")
    )
}

/// The browser that the page's tests drive.
pub(crate) fn browser() -> Option<std::path::PathBuf> {
    match std::env::var_os("CHROMIUM") {
        Some(path) => Some(path.into()).filter(|path: &std::path::PathBuf| Path::is_file(path)),
        None => ["chromium", "chromium-browser", "google-chrome"]
            .iter()
            .find_map(|name| on_path(name)),
    }
}

/// Whether the Rust tests can run under nextest.
pub(crate) fn has_nextest() -> bool {
    succeeds("cargo", &["nextest", "--version"])
}

fn has_python() -> bool {
    succeeds(
        "python3",
        &["-c", "import sys; sys.exit(sys.version_info < (3, 10))"],
    )
}

fn succeeds(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Major and minor of the first version in what a program prints.
fn version(program: &str, arguments: &[&str]) -> Option<(u32, u32)> {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let mut parts = text[start..].split(|c: char| !c.is_ascii_digit());
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}
