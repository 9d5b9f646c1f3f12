//! Statements: written once, in the dialect both databases share, with two spellings of our own.
//!
//! Placeholders are `?1`. A list is one parameter, asked with `= ANY(?1)` or `<> ALL(?1)`. `FOR UPDATE`
//! locks rows where several writers exist. `ILIKE` ignores case. `INDEXED BY` says how the embedded database finds rows;
//! the shared one knows its tables' values.
//!
//! Beside a key that few rows have, the workspace is compared as `(workspace_id = ?1) IS TRUE`: no index serves that, so
//! that it is looked at in what the key finds, and never the other way round.

use std::borrow::Cow;
use std::sync::OnceLock;

/// A statement known at compile time. Its two renderings are made once.
pub(crate) struct Sql {
    text: &'static str,
    sqlite: OnceLock<String>,
    sqlite_of_one: OnceLock<String>,
    postgres: OnceLock<String>,
}

impl Sql {
    /// A statement in the shared dialect.
    pub(crate) const fn new(text: &'static str) -> Self {
        Self {
            text,
            sqlite: OnceLock::new(),
            sqlite_of_one: OnceLock::new(),
            postgres: OnceLock::new(),
        }
    }
}

#[cfg(test)]
impl Sql {
    /// The statement as it was written.
    pub(crate) fn text(&self) -> &'static str {
        self.text
    }
}

/// A statement to run: a constant one, or one that was put together for a filter.
pub(crate) enum Statement<'a> {
    /// Known at compile time.
    Constant(&'static Sql),
    /// Put together from constants by a filter.
    Compiled(&'a str),
}

impl From<&'static Sql> for Statement<'_> {
    fn from(sql: &'static Sql) -> Self {
        Self::Constant(sql)
    }
}
impl<'a> From<&'a String> for Statement<'a> {
    fn from(text: &'a String) -> Self {
        Self::Compiled(text)
    }
}

/// How long the lists are that a statement is run with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lists {
    /// Of any length: the embedded database copies each into a table of its own for the time.
    Any,
    /// Of one item each: compared with it, which spares that table. Most writes are about one run, and the
    /// tables took an eighth of the writer's time.
    OfOne,
}

impl Statement<'_> {
    /// Whether it can't change anything.
    pub(super) fn only_reads(&self) -> bool {
        let text = match self {
            Self::Constant(sql) => sql.text,
            Self::Compiled(text) => text,
        };
        text.trim_start().starts_with("SELECT")
    }

    pub(super) fn sqlite(&self, lists: Lists) -> Cow<'_, str> {
        match self {
            Self::Constant(sql) => {
                let rendered = match lists {
                    Lists::Any => &sql.sqlite,
                    Lists::OfOne => &sql.sqlite_of_one,
                };
                Cow::Borrowed(rendered.get_or_init(|| for_sqlite(sql.text, lists)))
            }
            Self::Compiled(text) => Cow::Owned(for_sqlite(text, lists)),
        }
    }

    pub(crate) fn postgres(&self) -> Cow<'_, str> {
        match self {
            Self::Constant(sql) => {
                Cow::Borrowed(sql.postgres.get_or_init(|| for_postgres(sql.text)))
            }
            Self::Compiled(text) => Cow::Owned(for_postgres(text)),
        }
    }
}

fn for_postgres(text: &str) -> String {
    const HINT: &str = " INDEXED BY ";
    let text = text.replace('?', "$");
    let mut parts = text.split(HINT);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !(c.is_alphanumeric() || c == '_'));
        out.push_str(&part[end.unwrap_or(part.len())..]);
    }
    out
}

fn for_sqlite(text: &str, lists: Lists) -> String {
    let (is_in, is_not_in) = match lists {
        Lists::Any => ("IN rarray(", "NOT IN rarray("),
        Lists::OfOne => ("= (", "<> ("),
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    loop {
        let next = [
            ("= ANY(", is_in),
            ("<> ALL(", is_not_in),
            (" FOR UPDATE", ""),
            ("ILIKE", "LIKE"),
        ]
        .into_iter()
        .filter_map(|(from, to)| rest.find(from).map(|at| (at, from, to)))
        .min();
        let Some((at, from, to)) = next else {
            out.push_str(rest);
            return out;
        };
        out.push_str(&rest[..at]);
        out.push_str(to);
        rest = &rest[at + from.len()..];
        if from.ends_with("UPDATE") {
            // `FOR UPDATE OF table` loses the table, too.
            if let Some(table) = rest.strip_prefix(" OF ") {
                let end = table.find(|c: char| !(c.is_alphanumeric() || c == '_'));
                rest = &table[end.unwrap_or(table.len())..];
            }
        }
    }
}

/// Declares statements and lists them, so that a test can prepare every one on both databases.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)*) => {
        $($(#[$doc])* static $name: crate::db::Sql = crate::db::Sql::new($text);)*
        /// All statements of this file.
        #[cfg(test)]
        pub(crate) static STATEMENTS: &[(&str, &crate::db::Sql)] = &[$((stringify!($name), &$name)),*];
    };
}
pub(crate) use statements;
