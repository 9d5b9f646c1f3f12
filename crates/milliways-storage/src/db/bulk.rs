//! Many rows at once: inserts, updates and deletes whose cost per row is what the database asks, no more.
//!
//! One database takes arrays, a column each, in one statement; the other one runs a prepared statement
//! for each row, which is as quick there.

use std::sync::OnceLock;

/// The type of a column, as arrays have to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Uuid,
    Text,
    Int,
    Float,
    Bool,
}

impl Kind {
    fn array(self) -> &'static str {
        match self {
            Self::Uuid => "uuid[]",
            Self::Text => "text[]",
            Self::Int => "bigint[]",
            Self::Float => "double precision[]",
            Self::Bool => "boolean[]",
        }
    }
}

/// An insert or update of many rows of a table.
pub(crate) struct Bulk {
    table: &'static str,
    columns: &'static [(&'static str, Kind)],
    action: Action,
    rendered: OnceLock<Rendered>,
}

enum Action {
    /// `INSERT … <tail>`, such as an `ON CONFLICT` clause.
    Insert(&'static str),
    /// `UPDATE … WHERE` the first column is equal.
    Update,
    /// `DELETE … WHERE` all columns are equal.
    Delete,
}

pub(super) struct Rendered {
    pub(super) one: String,
    pub(super) many: String,
    /// The same, with the first column of each row that was new.
    pub(super) many_new: String,
}

impl Bulk {
    /// Inserts rows; `tail` follows the values.
    pub(crate) const fn insert(
        table: &'static str,
        columns: &'static [(&'static str, Kind)],
        tail: &'static str,
    ) -> Self {
        Self {
            table,
            columns,
            action: Action::Insert(tail),
            rendered: OnceLock::new(),
        }
    }

    /// Sets all columns but the first one of the rows whose first column is equal.
    pub(crate) const fn update(
        table: &'static str,
        columns: &'static [(&'static str, Kind)],
    ) -> Self {
        Self {
            table,
            columns,
            action: Action::Update,
            rendered: OnceLock::new(),
        }
    }

    /// Deletes the rows in which all these columns are equal.
    pub(crate) const fn delete(
        table: &'static str,
        columns: &'static [(&'static str, Kind)],
    ) -> Self {
        Self {
            table,
            columns,
            action: Action::Delete,
            rendered: OnceLock::new(),
        }
    }

    pub(crate) fn width(&self) -> usize {
        self.columns.len()
    }

    pub(super) fn rendered(&self) -> &Rendered {
        self.rendered.get_or_init(|| Rendered {
            one: self.one(),
            many: self.many(),
            many_new: format!("{} RETURNING {}", self.many(), self.columns[0].0),
        })
    }

    fn one(&self) -> String {
        let places = (1..=self.columns.len())
            .map(|n| format!("?{n}"))
            .collect::<Vec<_>>();
        match self.action {
            Action::Insert(tail) => format!(
                "INSERT INTO {} ({}) VALUES ({}) {tail}",
                self.table,
                self.names().join(", "),
                places.join(", "),
            ),
            Action::Update => {
                let sets = self
                    .names()
                    .iter()
                    .zip(&places)
                    .skip(1)
                    .map(|(name, place)| format!("{name} = {place}"))
                    .collect::<Vec<_>>();
                format!(
                    "UPDATE {} SET {} WHERE {} = ?1",
                    self.table,
                    sets.join(", "),
                    self.names()[0]
                )
            }
            Action::Delete => {
                let equal = self
                    .names()
                    .iter()
                    .zip(&places)
                    .map(|(name, place)| format!("{name} = {place}"))
                    .collect::<Vec<_>>();
                format!("DELETE FROM {} WHERE {}", self.table, equal.join(" AND "))
            }
        }
    }

    fn many(&self) -> String {
        let arrays = self
            .columns
            .iter()
            .enumerate()
            .map(|(n, (_, kind))| format!("${}::{}", n + 1, kind.array()))
            .collect::<Vec<_>>()
            .join(", ");
        match self.action {
            Action::Insert(tail) => format!(
                "INSERT INTO {} ({}) SELECT * FROM UNNEST({arrays}) {tail}",
                self.table,
                self.names().join(", "),
            ),
            Action::Update => {
                let names = self.names();
                let sets = names
                    .iter()
                    .skip(1)
                    .map(|name| format!("{name} = given.{name}"))
                    .collect::<Vec<_>>();
                format!(
                    "UPDATE {table} SET {} FROM UNNEST({arrays}) AS given({}) WHERE {table}.{key} = given.{key}",
                    sets.join(", "),
                    names.join(", "),
                    table = self.table,
                    key = names[0],
                )
            }
            Action::Delete => {
                let names = self.names();
                let equal = names
                    .iter()
                    .map(|name| format!("{}.{name} = given.{name}", self.table))
                    .collect::<Vec<_>>();
                format!(
                    "DELETE FROM {} USING UNNEST({arrays}) AS given({}) WHERE {}",
                    self.table,
                    names.join(", "),
                    equal.join(" AND "),
                )
            }
        }
    }

    fn names(&self) -> Vec<&'static str> {
        self.columns.iter().map(|(name, _)| *name).collect()
    }
}
