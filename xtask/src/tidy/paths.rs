//! Nothing of the machine it was written on: paths of one computer work on no other.

use super::{Finding, Source};

/// Folders that are nobody's but one machine's. Put together here, so that this file does not find itself.
const FOLDERS: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/far", "m/"),
    concat!("/hom", "e/"),
];

/// What may stand in front of such a folder without it being one: a part of an address or of a longer path.
const CONTINUES: &[char] = &['.', '_', '-', '/', '}', '~', '*'];

pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    sources.iter().flat_map(check_file).collect()
}

fn check_file(source: &Source) -> Vec<Finding> {
    let lines = source.text.lines().enumerate();
    lines
        .filter_map(|(index, line)| {
            let folder = FOLDERS.iter().find(|folder| names(line, folder))?;
            Some(Finding::line(
                &source.path,
                index,
                format!("`{folder}` is a path of one machine"),
            ))
        })
        .collect()
}

fn names(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric() && !CONTINUES.contains(&c))
    })
}
