//! Every file opens with what it owns.

use super::{Finding, Source};

pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    sources
        .iter()
        .filter(|source| !source.is_generated())
        .filter_map(check_file)
        .collect()
}

fn check_file(source: &Source) -> Option<Finding> {
    let problem = match source.ending() {
        "rs" if !source.text.starts_with("//!") => "opens without `//!` saying what it owns",
        "py" if !opens_with_docstring(&source.text) => {
            "opens without a docstring saying what it owns"
        }
        "ts" | "tsx" | "js" | "mjs" | "css" | "sql" if !opens_with_comment(&source.text) => {
            "opens without a comment saying what it owns"
        }
        _ => return None,
    };
    Some(Finding::file(&source.path, problem))
}

fn opens_with_docstring(text: &str) -> bool {
    let first = text
        .lines()
        .find(|line| !line.trim().is_empty() && !line.starts_with('#'));
    first.is_some_and(|line| {
        let line = line.trim_start_matches(['r', 'R']);
        line.starts_with("\"\"\"") || line.starts_with("'''")
    })
}

fn opens_with_comment(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with("//")
        || text.starts_with("/*")
        || text.starts_with("--")
        || text.starts_with("#!")
}
