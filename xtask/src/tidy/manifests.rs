//! What every `Cargo.toml` has to say, and the reading of one.

use std::path::Path;

use toml_edit::{DocumentMut, Item};

use super::{Finding, Source};

/// A `Cargo.toml` as far as the rules look at it.
pub(super) struct Manifest<'a> {
    pub(super) path: &'a Path,
    document: DocumentMut,
}

impl Manifest<'_> {
    /// The name of the crate. `None`: the workspace's own manifest.
    pub(super) fn package(&self) -> Option<String> {
        Some(
            self.document
                .get("package")?
                .get("name")?
                .as_str()?
                .to_owned(),
        )
    }

    /// The crates that it is built with.
    pub(super) fn dependencies(&self) -> Vec<String> {
        self.tables(&["dependencies", "build-dependencies"])
    }

    /// The further crates that its tests are built with.
    pub(super) fn test_dependencies(&self) -> Vec<String> {
        self.tables(&["dev-dependencies"])
    }

    fn tables(&self, names: &[&str]) -> Vec<String> {
        let table = |name: &&str| self.document.get(name).and_then(Item::as_table_like);
        let keys = names
            .iter()
            .filter_map(table)
            .flat_map(|table| table.iter());
        keys.map(|(key, _)| key.to_owned()).collect()
    }

    fn inherits_lints(&self) -> bool {
        let lints = self
            .document
            .get("lints")
            .and_then(|lints| lints.get("workspace"));
        lints.and_then(Item::as_bool) == Some(true)
    }
}

/// Every manifest of the workspace that can be read.
pub(super) fn manifests(sources: &[Source]) -> Vec<Manifest<'_>> {
    let is_manifest = |source: &&Source| source.path.ends_with("Cargo.toml");
    let parse = |source: &'_ Source| source.text.parse().ok();
    sources
        .iter()
        .filter(is_manifest)
        .filter_map(|source| {
            Some(Manifest {
                path: &source.path,
                document: parse(source)?,
            })
        })
        .collect()
}

pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    let manifests = manifests(sources);
    let without_lints = manifests
        .iter()
        .filter(|manifest| manifest.package().is_some() && !manifest.inherits_lints())
        .map(|manifest| Finding::file(manifest.path, "lacks `[lints] workspace = true`"));
    let is_manifest = |source: &&Source| source.path.ends_with("Cargo.toml");
    let full = sources.iter().filter(is_manifest).flat_map(|source| {
        let lines = source.text.lines().enumerate();
        lines
            .filter(|(_, line)| line.contains("features") && line.contains("\"full\""))
            // There it is the name of a part: the grammar of whole functions.
            .filter(|(_, line)| !line.starts_with("syn = "))
            .map(|(index, _)| {
                Finding::line(
                    &source.path,
                    index,
                    "name the features that are used instead of \"full\"",
                )
            })
    });
    without_lints.chain(full).collect()
}
