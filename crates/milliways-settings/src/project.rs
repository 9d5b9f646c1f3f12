//! Settings in files of the folder that a program is started in: `.env`, `prefect.toml`, `pyproject.toml`.
//!
//! They are Prefect's, in Prefect's order, and each has our spelling beside it: `milliways.toml` and the table
//! `[tool.milliways]`. What they say is kept by variable, so that it is looked up like the environment.

mod dotenv;

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item, TableLike};

use crate::profile_file::{one_line, text_of};
use crate::setting::{OURS, PREFECTS, spelled};
use crate::{Error, Result, defs};

/// What one file says, by variable.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProjectFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Its values, as they would be written in variables.
    pub values: BTreeMap<String, String>,
}

/// The files of `folder` that say something, the first of which wins. `variable` gives those of the environment, which
/// `.env` may mention.
///
/// # Errors
/// When a file can't be read, or is malformed.
pub(crate) fn files(
    folder: &Path,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<ProjectFile>> {
    let mut found = Vec::new();
    let path = folder.join(".env");
    if let Some(text) = read(&path)? {
        let values = dotenv::values(&text, variable)
            .map_err(|problem| malformed(&path, problem))?
            .into_iter()
            .map(|(name, value)| (name.to_ascii_uppercase(), value))
            .filter(|(name, _)| name.starts_with(OURS) || name.starts_with(PREFECTS))
            .collect();
        found.push(ProjectFile { path, values });
    }
    let tables: [(&str, &[&str], &str); 4] = [
        ("milliways.toml", &[], OURS),
        ("prefect.toml", &[], PREFECTS),
        ("pyproject.toml", &["tool", "milliways"], OURS),
        ("pyproject.toml", &["tool", "prefect"], PREFECTS),
    ];
    for (name, table, prefix) in tables {
        let path = folder.join(name);
        if let Some(text) = read(&path)? {
            let values = in_table(&path, &text, table, prefix)?;
            found.push(ProjectFile { path, values });
        }
    }
    found.retain(|file| !file.values.is_empty());
    Ok(found)
}

fn read(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        // A folder of that name, as virtual environments called `.env` are, says nothing.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::IsADirectory) => {
            Ok(None)
        }
        Err(source) => Err(Error::File {
            action: "read",
            file: path.to_owned(),
            source,
        }),
    }
}

fn malformed(path: &Path, problem: String) -> Error {
    Error::MalformedProject {
        file: path.to_owned(),
        problem,
    }
}

/// What the table `keys` of a document says.
fn in_table(
    path: &Path,
    text: &str,
    keys: &[&str],
    prefix: &str,
) -> Result<BTreeMap<String, String>> {
    let mut values = BTreeMap::new();
    // Most projects have nothing for us in a file that may be long, and broken for reasons of its own.
    if keys.last().is_some_and(|key| !text.contains(key)) {
        return Ok(values);
    }
    let document: DocumentMut = text
        .parse()
        .map_err(|error| malformed(path, one_line(text, &error)))?;
    let table = keys
        .iter()
        .try_fold(document.as_item(), |item, key| item.get(key));
    if let Some(table) = table.and_then(Item::as_table_like) {
        gather(table, "", prefix, &mut values);
    }
    Ok(values)
}

/// Adds what a table says, and the tables in it.
fn gather(table: &dyn TableLike, above: &str, prefix: &str, values: &mut BTreeMap<String, String>) {
    for (key, item) in table.iter() {
        let name = if above.is_empty() {
            key.to_owned()
        } else {
            format!("{above}.{key}")
        };
        let variable = spelled(prefix, &name);
        match item.as_table_like() {
            // A setting whose value is a table is written as JSON in a variable.
            Some(inner) if defs::find(&variable).is_some() => {
                values.insert(variable, json(inner).to_string());
            }
            Some(inner) => gather(inner, &name, prefix, values),
            None => {
                if let Some(text) = text_of(item) {
                    values.insert(variable, text);
                }
            }
        }
    }
}

fn json(table: &dyn TableLike) -> serde_json::Value {
    let pair = |(key, item): (&str, &Item)| {
        let value = match item.as_table_like() {
            Some(inner) => json(inner),
            None => text_of(item).map_or(serde_json::Value::Null, Into::into),
        };
        (key.to_owned(), value)
    };
    serde_json::Value::Object(table.iter().map(pair).collect())
}

#[cfg(test)]
mod tests;
