//! `cargo xtask codegen`: files that programs write from code, and the check that they are fresh.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::setup::{self, Need, npm};
use crate::shell::Run;
use crate::tree;

/// What the executable can write about itself, and where it goes.
const PAGES: &[(&str, &str)] = &[
    ("openapi", "docs/api/openapi.json"),
    ("settings", "docs/reference/settings.md"),
    ("cli", "docs/reference/cli.md"),
];

/// The page's types, which npm makes from the first of them.
const UI_TYPES: &str = "ui/src/api/schema.gen.ts";

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let is_check = crate::flags(arguments, &["--check"])?.contains(&"--check");
    setup::require(&[Need::Ui])?;
    let before: Vec<Option<String>> = all().map(content).collect();
    write_all()?;
    let changed: Vec<&str> = all()
        .zip(&before)
        .filter(|(path, old)| content(path) != **old)
        .map(|(path, _)| path)
        .collect();
    if is_check && !changed.is_empty() {
        // The tree is left as it was found: a check changes nothing.
        for (path, old) in all().zip(&before) {
            restore(path, old.as_deref())?;
        }
        bail!(
            "not fresh: {}\nhint: `cargo xtask codegen` writes them",
            changed.join(", ")
        );
    }
    match changed.as_slice() {
        [] => eprintln!("generated files are fresh"),
        paths => eprintln!("written: {}", paths.join(", ")),
    }
    Ok(())
}

fn all() -> impl Iterator<Item = &'static str> {
    PAGES.iter().map(|(_, path)| *path).chain([UI_TYPES])
}

fn write_all() -> Result<()> {
    let program = tree::target().join("debug/milliways");
    Run::new("cargo")
        .args(["build", "--locked", "--package", "milliways-cli"])
        .loud()?;
    for (name, path) in PAGES {
        let text = Run::new(&program).args(["reference", name]).read()?;
        let path = tree::root().join(path);
        fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
        fs::write(&path, text + "\n").with_context(|| format!("writing {}", path.display()))?;
    }
    setup::prepare_ui()?;
    npm(&["run", "codegen"]).quiet("types of the page")
}

fn content(path: &str) -> Option<String> {
    fs::read_to_string(tree::root().join(path)).ok()
}

fn restore(path: &str, old: Option<&str>) -> Result<()> {
    let path = tree::root().join(path);
    match old {
        Some(text) => {
            fs::write(&path, text).with_context(|| format!("restoring {}", path.display()))
        }
        None => fs::remove_file(&path).with_context(|| format!("removing {}", path.display())),
    }
}
