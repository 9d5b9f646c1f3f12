//! Words that have one home: SQL in the storage crate, the databases' names in its `db` module.

use super::{Finding, Source};

/// Beginnings of statements, as they are written here: keywords in capitals.
const SQL: &[&str] = &[
    "SELECT ",
    "INSERT INTO ",
    "DELETE FROM ",
    "CREATE TABLE ",
    "CREATE INDEX ",
    "ALTER TABLE ",
    "DROP TABLE ",
    "PRAGMA ",
    "ON CONFLICT ",
];

const STORAGE: &str = "crates/milliways-storage";

pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    // Tests may hold such words: as what a message must not show, for example.
    let is_code = |source: &&Source| source.ending() == "rs" && !source.path.ends_with("tests.rs");
    let rust = || {
        let code = sources.iter().filter(is_code);
        code.filter(|source| source.is_below("crates"))
    };
    let statements = rust()
        .filter(|source| !source.is_below(STORAGE))
        .flat_map(|source| lines_with(source, |line| SQL.iter().any(|start| line.contains(start))))
        .map(|(source, index)| {
            Finding::line(&source.path, index, "SQL belongs into milliways-storage")
        });
    let databases = rust()
        .filter(|source| names_no_database(source))
        .flat_map(|source| {
            lines_with(source, |line| {
                // Their proper names are prose, as in a message to the user.
                let line = line
                    .replace("PostgreSQL", "")
                    .replace("SQLite", "")
                    .to_ascii_lowercase();
                line.contains("sqlite") || line.contains("postgres")
            })
        })
        .map(|(source, index)| {
            Finding::line(
                &source.path,
                index,
                "only `db` may know which database it is",
            )
        });
    statements.chain(databases).collect()
}

fn names_no_database(source: &Source) -> bool {
    let inside = source.path.strip_prefix(format!("{STORAGE}/src"));
    inside.is_ok_and(|path| !(path.starts_with("db") || path.ends_with("db.rs")))
}

/// The lines that are no comment and for which `is_bad` holds.
fn lines_with(
    source: &Source,
    is_bad: impl Fn(&str) -> bool,
) -> impl Iterator<Item = (&Source, usize)> {
    let lines = source.text.lines().enumerate();
    lines
        .filter(move |(_, line)| !line.trim_start().starts_with("//") && is_bad(line))
        .map(move |(index, _)| (source, index))
}
