//! `cargo xtask tidy`: the rules of STYLE.md that a program can check. One file for each kind of rule.

mod headers;
mod imports;
mod links;
mod manifests;
mod names;
mod paths;
mod size;
mod words;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::tree;

/// One breach of a rule.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    path: PathBuf,
    line: Option<usize>,
    problem: String,
}

impl Finding {
    fn file(path: &Path, problem: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line: None,
            problem: problem.into(),
        }
    }

    fn line(path: &Path, index: usize, problem: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line: Some(index + 1),
            problem: problem.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.path.display(), self.problem),
            None => write!(f, "{}: {}", self.path.display(), self.problem),
        }
    }
}

/// One source file, read once for all rules.
pub(crate) struct Source {
    /// From the root of the tree.
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

impl Source {
    /// The language, by the ending of the name.
    fn ending(&self) -> &str {
        self.path
            .extension()
            .and_then(|ending| ending.to_str())
            .unwrap_or_default()
    }

    fn is_below(&self, folder: &str) -> bool {
        self.path.starts_with(folder)
    }

    /// Whether a program wrote it, so that rules for people do not apply.
    fn is_generated(&self) -> bool {
        let path = self.path.to_string_lossy();
        path.contains(".gen.") || self.is_below("docs/reference") || self.is_below("docs/api")
    }
}

type Rule = fn(&[Source]) -> Vec<Finding>;

const RULES: &[Rule] = &[
    imports::check,
    manifests::check,
    headers::check,
    size::check,
    names::check,
    words::check,
    paths::check,
    links::check,
];

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    crate::flags(arguments, &[])?;
    let findings = findings(tree::root())?;
    for finding in &findings {
        eprintln!("{finding}");
    }
    match findings.len() {
        0 => {
            eprintln!("tidy: nothing to complain about");
            Ok(())
        }
        count => bail!("tidy: {count} findings\nhint: STYLE.md says why each rule is there"),
    }
}

fn findings(root: &Path) -> Result<Vec<Finding>> {
    let sources = sources(root)?;
    Ok(RULES.iter().flat_map(|rule| rule(&sources)).collect())
}

/// Every text file of the tree. What is not UTF-8 (a picture) has no lines to look at.
fn sources(root: &Path) -> Result<Vec<Source>> {
    let read = |path: PathBuf| {
        Some(Source {
            text: fs::read_to_string(root.join(&path)).ok()?,
            path,
        })
    };
    Ok(tree::files(root)?.into_iter().filter_map(read).collect())
}

#[cfg(test)]
mod tests;
