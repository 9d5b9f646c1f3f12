//! The source tree: where it is, and which files are in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::{Context, Result};

/// Folders of what is built, fetched or left behind: nothing in them is source.
const NOT_SOURCE: &[&str] = &[
    ".git",
    "target",
    "node_modules",
    "dist",
    "__pycache__",
    ".pytest_cache",
    ".ruff_cache",
    ".mypy_cache",
    ".hypothesis",
    "milliways.data",
    "dist-mock",
    "test-results",
    "playwright-report",
    "build",
];

/// Endings of files that are built in the midst of the sources.
const BUILT: &[&str] = &["so", "dylib", "pyc", "pending-snap"];

/// The folder with the workspace's `Cargo.toml`.
pub(crate) fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
        xtask.parent().unwrap_or(xtask).to_owned()
    })
}

/// The target directory, which people may have put elsewhere.
pub(crate) fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// Every source file below `folder`, as paths from there, sorted.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    collect(folder, &mut found)?;
    let mut relative: Vec<PathBuf> = found
        .iter()
        .filter_map(|path| path.strip_prefix(folder).ok().map(Path::to_owned))
        .collect();
    relative.sort();
    Ok(relative)
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let kind = entry.file_type()?;
        let name = entry.file_name();
        if kind.is_dir() {
            let name = name.to_string_lossy();
            let is_built = name.ends_with(".egg-info") || name.starts_with(".venv");
            if !NOT_SOURCE.contains(&name.as_ref()) && !is_built {
                collect(&entry.path(), found)?;
            }
        // In a further work tree `.git` is a file.
        } else if kind.is_file() && name != ".git" && !is_built(&entry.path()) {
            found.push(entry.path());
        }
    }
    Ok(())
}

fn is_built(path: &Path) -> bool {
    BUILT
        .iter()
        .any(|ending| path.extension() == Some(ending.as_ref()))
}
