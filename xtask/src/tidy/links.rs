//! Documents stay true: every link inside the tree leads somewhere, and a link on a name leads to where that is declared.

use std::path::{Path, PathBuf};

use super::{Finding, Source};
use crate::tree;

pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    let documents = sources
        .iter()
        .filter(|source| source.ending() == "md" && !source.is_generated());
    documents
        .flat_map(|document| check_document(document, sources))
        .collect()
}

fn check_document(document: &Source, sources: &[Source]) -> Vec<Finding> {
    let folder = document.path.parent().unwrap_or(Path::new(""));
    let lines = document.text.lines().enumerate();
    let found = lines.flat_map(|(index, line)| links(line).map(move |link| (index, link)));
    found
        .filter(|(_, link)| !link.target.contains("://") && !link.target.starts_with(['#', '<']))
        .filter_map(|(index, link)| {
            let target = link.target.split('#').next().unwrap_or_default();
            let path = simplified(&folder.join(target));
            let problem = problem(&link, &path, sources)?;
            Some(Finding::line(&document.path, index, problem))
        })
        .collect()
}

fn problem(link: &Link<'_>, path: &Path, sources: &[Source]) -> Option<String> {
    if !tree::root().join(path).exists() {
        return Some(format!("link to {}, which is not there", path.display()));
    }
    // Text with a slash is the path itself.
    let text = link.text.strip_prefix('`')?.strip_suffix('`')?;
    let name = Some(text).filter(|text| !text.contains('/'))?;
    let name = name.trim_end_matches("()").rsplit(['.', ':']).next()?;
    let source = sources.iter().find(|source| source.path == path)?;
    let declared = [
        "fn ",
        "struct ",
        "enum ",
        "trait ",
        "const ",
        "mod ",
        "def ",
        "class ",
        "function ",
        "type ",
    ]
    .iter()
    .any(|keyword| declares(&source.text, keyword, name));
    // What a table of declarations has: `NAME: Type = …` of a setting, `Name { … }` of a filter.
    let entries = [format!("{name}: "), format!("{name} {{")];
    let is_entry = |line: &str| {
        entries
            .iter()
            .any(|entry| line.trim_start().starts_with(entry))
    };
    let declared = declared || source.text.lines().any(is_entry);
    let is_name = name.chars().all(|c| c.is_alphanumeric() || c == '_');
    (is_name && !name.is_empty() && is_code(path) && !declared)
        .then(|| format!("`{name}` is not declared in {}", path.display()))
}

fn is_code(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ending == "rs" || ending == "py" || ending == "ts" || ending == "tsx")
}

fn declares(text: &str, keyword: &str, name: &str) -> bool {
    text.match_indices(keyword).any(|(start, _)| {
        let rest = &text[start + keyword.len()..];
        rest.strip_prefix(name)
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    })
}

struct Link<'a> {
    text: &'a str,
    target: &'a str,
}

/// The `[text](target)` of one line.
fn links(line: &str) -> impl Iterator<Item = Link<'_>> {
    line.match_indices("](").filter_map(|(middle, _)| {
        let text = &line[line[..middle].rfind('[')? + 1..middle];
        let rest = &line[middle + 2..];
        let target = &rest[..rest.find(')')?];
        Some(Link { text, target })
    })
}

/// A path without `..`, which need not exist.
fn simplified(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut whole, part| {
        if part.as_os_str() == ".." {
            whole.pop();
        } else if part.as_os_str() != "." {
            whole.push(part);
        }
        whole
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_and_their_names_looked_up() {
        let found: Vec<(&str, &str)> = links("see [a](b.md), ![`c`](d/e.rs#L1)")
            .map(|link| (link.text, link.target))
            .collect();
        assert_eq!(found, [("a", "b.md"), ("`c`", "d/e.rs#L1")]);
        assert!(declares("pub fn decide(x: u8)", "fn ", "decide"));
        assert!(!declares("pub fn decide_all()", "fn ", "decide"));
        assert_eq!(simplified(Path::new("docs/../a/./b")), Path::new("a/b"));
    }
}
