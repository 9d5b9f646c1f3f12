//! No drawer for odds and ends: a name says what is inside.

use std::path::Component;

use super::{Finding, Source};

const FORBIDDEN: &[&str] = &[
    "util", "utils", "common", "helper", "helpers", "manager", "managers", "misc", "core",
];

pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    let is_code = |source: &&Source| matches!(source.ending(), "rs" | "py" | "ts" | "tsx");
    sources
        .iter()
        .filter(is_code)
        .filter_map(check_path)
        .collect()
}

fn check_path(source: &Source) -> Option<Finding> {
    if source.path.ends_with("mod.rs") {
        return Some(Finding::file(
            &source.path,
            "a module is `foo.rs` and `foo/`, never `mod.rs`",
        ));
    }
    // The drop-in distribution has to have the modules of what it stands in for.
    if source.is_below("python/prefect-compat") {
        return None;
    }
    let name = source.path.components().find_map(|part| match part {
        Component::Normal(part) => forbidden(&part.to_string_lossy()),
        _ => None,
    })?;
    Some(Finding::file(
        &source.path,
        format!("`{name}` says nothing: name it after its role"),
    ))
}

fn forbidden(part: &str) -> Option<String> {
    let stem = part.split('.').next().unwrap_or(part);
    let words = stem.trim_start_matches('_').split(['-', '_']);
    // What speaks of `_core` means the extension: that is Python's customary name for a package's native half.
    let is_bad = |word: &str| FORBIDDEN.contains(&word) && (word != "core" || stem == "core");
    words.into_iter().any(is_bad).then(|| stem.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_looked_at_word_by_word() {
        for bad in [
            "utils.rs",
            "string_utils.py",
            "test-helpers",
            "core",
            "_common.py",
        ] {
            assert!(forbidden(bad).is_some(), "{bad}");
        }
        for good in [
            "_core.pyi",
            "fake_core.py",
            "commonality.rs",
            "flow_run.rs",
            "score.ts",
        ] {
            assert!(forbidden(good).is_none(), "{good}");
        }
    }
}
