//! The packages of the web page, and its build.

use anyhow::Result;

use crate::fresh::{Fingerprint, unless_fresh};
use crate::shell::Run;
use crate::tree;

/// The page's packages, in the versions of its lock file. A lock file that does not fit `package.json` is refused.
pub(crate) fn prepare() -> Result<()> {
    let inputs = Fingerprint::new()
        .path("ui/package.json")?
        .path("ui/package-lock.json")?;
    unless_fresh(
        "npm",
        &inputs,
        &tree::root().join("ui/node_modules"),
        || {
            npm(&["ci", "--no-fund", "--no-audit"])
                .hint("are the npm registry and the network there?")
                .quiet("fetching the page's packages")
        },
    )
}

/// The page itself, into `ui/dist`.
pub(crate) fn build() -> Result<()> {
    prepare()?;
    unless_fresh(
        "ui",
        &Fingerprint::new().path("ui")?,
        &tree::root().join("ui/dist/index.html"),
        || npm(&["run", "build"]).quiet("building the page"),
    )
}

/// npm in the page's folder.
pub(crate) fn npm(arguments: &[&str]) -> Run {
    Run::new("npm")
        .args(arguments)
        .dir("ui")
        .env("NO_COLOR", "1")
        .env("CI", "true")
}
