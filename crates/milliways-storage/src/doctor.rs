//! The doctor: whether everything in the database fits together.
//!
//! An [`Invariant`] is a sentence that always holds and a statement that finds the rows for which it does not.
//! They are looked at with nobody writing: an embedded database is locked for the time, and one that servers
//! share is seen as of one moment. Nothing is held of what is looked at but the first rows that are broken. To add
//! one: a statement and its sentence in the file of its area; what no statement can find has a function there.

mod artifacts;
mod blocks;
mod concurrency;
mod counts;
mod deployments;
mod log;
mod pools;
mod runs;
mod texts;

use milliways_model::Uuid;

use crate::db::{Conn, DbError, FileLock, Lanes, Location, Sql, migrate};
use crate::error::StoreError;
use crate::seal::Sealer;
use crate::store::{Options, Store, open_error};

/// As many broken rows are told of an invariant.
const MOST: usize = 20;

/// What always holds of a database.
pub(crate) struct Invariant {
    /// What it is called.
    name: &'static str,
    /// The sentence.
    says: &'static str,
    /// What to do where it does not hold.
    next: &'static str,
    /// The ids of rows for which it does not hold, the first twenty.
    broken: &'static Sql,
}

/// What the doctor says of one invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is called.
    pub name: &'static str,
    /// What has to hold.
    pub says: &'static str,
    /// What to do where it does not.
    pub next: &'static str,
    /// Where it does not: ids of rows, or words, twenty at most.
    pub broken: Vec<String>,
}

impl Store {
    /// Looks at every invariant. Refused while a server owns the file.
    pub async fn checkup(options: Options) -> Result<Vec<Finding>, StoreError> {
        tokio::task::spawn_blocking(move || checkup(&options))
            .await
            .map_err(|error| StoreError::Open {
                what: format!("the check was interrupted: {error}"),
                hint: "run it again".to_owned(),
            })?
    }
}

fn checkup(options: &Options) -> Result<Vec<Finding>, StoreError> {
    let location = &options.location;
    let _lock = match location {
        Location::File(path) => Some(FileLock::take(path)?),
        Location::Server(_) => None,
    };
    Lanes::once(location, options.durability, &options.session, async |conn| {
        migrate(conn).await?;
        conn.begin_checkup().await?;
        let mut findings = vec![Finding {
            name: "storage",
            says: "the database's own structures are whole",
            next: "stop the server and restore a backup: what is damaged can't be told from what is not",
            broken: conn.damage()?,
        }];
        for invariant in invariants() {
            findings.push(invariant.look(conn).await?);
        }
        findings.push(blocks::sealed(conn, &Sealer::new(options.secrets.clone())).await?);
        findings.push(texts::readable(conn).await?);
        findings.push(counts::kept(conn).await?);
        conn.script("COMMIT").await?;
        Ok(findings)
    })
    .map_err(|error| open_error(location, &error))
}

impl Invariant {
    async fn look(&self, conn: &Conn) -> Result<Finding, DbError> {
        let broken = conn
            .query(self.broken, &[], |row| row.take::<Uuid>())
            .await?;
        Ok(Finding {
            name: self.name,
            says: self.says,
            next: self.next,
            broken: broken.iter().map(Uuid::to_string).collect(),
        })
    }
}

fn invariants() -> impl Iterator<Item = &'static Invariant> {
    [
        artifacts::INVARIANTS,
        blocks::INVARIANTS,
        runs::INVARIANTS,
        log::INVARIANTS,
        concurrency::INVARIANTS,
        deployments::INVARIANTS,
        pools::INVARIANTS,
    ]
    .into_iter()
    .flatten()
}

/// Declares invariants: what to do where one of them does not hold; what each is called, what it says, and what finds
/// where it does not hold.
macro_rules! hold {
    (next $next:literal; $($const:ident, $name:literal, $says:literal, $broken:expr;)*) => {
        $(static $const: crate::db::Sql = crate::db::Sql::new(concat!($broken, " LIMIT 20"));)*
        /// The invariants of this file.
        pub(super) static INVARIANTS: &[super::Invariant] = &[$(super::Invariant {
            name: $name,
            says: $says,
            next: $next,
            broken: &$const,
        }),*];
    };
}
use hold;

/// Names and statements of all invariants.
#[cfg(test)]
pub(crate) fn statements() -> Vec<(&'static str, &'static Sql)> {
    let plain = invariants().map(|it| (it.name, it.broken));
    plain
        .chain([("block-secrets", &blocks::PAGE)])
        .chain(counts::statements())
        .chain(texts::statements())
        .collect()
}
