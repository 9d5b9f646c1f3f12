//! The two databases behind one face: statements in the dialect they share, values, rows, connections.
//!
//! Only this module, `sql/` and `migrations/` may say which database it is. Where the dialects truly
//! differ the difference has a name here: [`Statement`] (placeholders, arrays, row locks), [`Bulk`] (many
//! rows at once), [`Conn::horizon`] (which log positions are final), [`Conn::base_seq`].

mod address;
mod bulk;
mod conn;
mod deferred;
mod dial;
mod hints;
mod lane;
mod location;
mod lock;
mod migrate;
mod postgres;
mod sqlite;
mod statement;
mod tls;
mod value;

pub(crate) use bulk::{Bulk, Kind};
#[cfg(test)]
pub(crate) use conn::Backend;
pub(crate) use conn::Conn;
pub use conn::DbError;
pub(crate) use hints::Hints;
pub use lane::Statistics;
pub(crate) use lane::{LaneOptions, Lanes, Tx};
pub use location::{Durability, Location, Session, Tls};
pub(crate) use lock::FileLock;
#[cfg(test)]
pub(crate) use migrate::migration_scripts;
pub(crate) use migrate::{drop_all, migrate, missing_migrations};
#[cfg(test)]
pub(crate) use sqlite::SqliteConn;
#[cfg(test)]
pub(crate) use statement::Statement;
pub(crate) use statement::{Sql, statements};
pub(crate) use value::{Column, Listed, Row, Value, params};

#[cfg(test)]
mod tests;
