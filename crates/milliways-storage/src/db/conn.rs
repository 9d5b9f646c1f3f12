//! A connection to either database, used by one thread at a time.

use std::collections::HashSet;

use milliways_model::Uuid;

use super::bulk::Bulk;
use super::postgres::PostgresConn;
use super::sqlite::SqliteConn;
use super::statement::Statement;
use super::value::{Row, Value};

/// What a database said no with.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// A unique or foreign key refused the row.
    #[error("a row of that key exists already")]
    Constraint(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Another transaction was in the way; trying again helps.
    #[error("another transaction was in the way")]
    Contention(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database can't be reached, or can't write (a full disk).
    #[error("the database is not available")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Anything else: a defect of ours, or damaged data.
    #[error("the database refused a statement")]
    Other(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl DbError {
    pub(crate) fn corrupt(what: String) -> Self {
        Self::Other(what.into())
    }
}

/// A connection.
pub(crate) enum Conn {
    Sqlite(SqliteConn),
    Postgres(PostgresConn),
}

impl Conn {
    /// Runs a query and reads each row.
    pub(crate) async fn query<'s, T>(
        &self,
        statement: impl Into<Statement<'s>>,
        params: &[Value<'_>],
        read: impl FnMut(&mut Row<'_>) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        match self {
            Self::Sqlite(conn) => conn.query(&statement.into(), params, read),
            Self::Postgres(conn) => conn.query(&statement.into(), params, read).await,
        }
    }

    /// The first row of a query, if there is one.
    pub(crate) async fn query_one<'s, T>(
        &self,
        statement: impl Into<Statement<'s>>,
        params: &[Value<'_>],
        read: impl FnMut(&mut Row<'_>) -> Result<T, DbError>,
    ) -> Result<Option<T>, DbError> {
        Ok(self
            .query(statement, params, read)
            .await?
            .into_iter()
            .next())
    }

    /// Runs a statement; gives the number of rows it changed.
    pub(crate) async fn execute<'s>(
        &self,
        statement: impl Into<Statement<'s>>,
        params: &[Value<'_>],
    ) -> Result<u64, DbError> {
        match self {
            Self::Sqlite(conn) => conn.execute(&statement.into(), params),
            Self::Postgres(conn) => conn.execute(&statement.into(), params).await,
        }
    }

    /// Inserts or updates many rows; gives the number of rows it changed.
    pub(crate) async fn bulk(
        &self,
        bulk: &'static Bulk,
        rows: &[Vec<Value<'_>>],
    ) -> Result<u64, DbError> {
        debug_assert!(rows.iter().all(|row| row.len() == bulk.width()));
        if rows.is_empty() {
            return Ok(0);
        }
        match self {
            Self::Sqlite(conn) => conn.bulk(bulk, rows),
            Self::Postgres(conn) => conn.bulk(bulk, rows).await,
        }
    }

    /// Inserts many rows and gives the ids, which are in the first column, of those that were new.
    pub(crate) async fn insert_new(
        &self,
        bulk: &'static Bulk,
        rows: &[Vec<Value<'_>>],
    ) -> Result<HashSet<Uuid>, DbError> {
        debug_assert!(rows.iter().all(|row| row.len() == bulk.width()));
        if rows.is_empty() {
            return Ok(HashSet::new());
        }
        match self {
            Self::Sqlite(conn) => conn.insert_new(bulk, rows),
            Self::Postgres(conn) => conn.insert_new(bulk, rows).await,
        }
    }

    /// Keeps others from writing to a table until the transaction ends.
    pub(crate) async fn lock_table(&self, table: &'static str) -> Result<(), DbError> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(conn) => {
                let lock = format!("LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE");
                conn.script(&lock).await
            }
        }
    }

    /// Which rows of a tally this connection adds to: no other writer adds to them at the same time, mostly.
    pub(crate) fn shard(&self) -> i64 {
        match self {
            Self::Sqlite(_) => 0,
            Self::Postgres(conn) => conn.shard(),
        }
    }

    /// Prepares a statement without running it.
    #[cfg(test)]
    pub(crate) async fn check<'s>(
        &self,
        statement: impl Into<Statement<'s>>,
    ) -> Result<(), DbError> {
        match self {
            Self::Sqlite(conn) => conn.check(&statement.into()),
            Self::Postgres(conn) => conn.check(&statement.into()).await,
        }
    }

    /// Runs several statements without parameters.
    pub(crate) async fn script(&self, text: &str) -> Result<(), DbError> {
        match self {
            Self::Sqlite(conn) => conn.script(text),
            Self::Postgres(conn) => conn.script(text).await,
        }
    }

    /// Begins a transaction that sees everything as of one moment.
    pub(crate) async fn begin_snapshot(&self) -> Result<(), DbError> {
        self.script(match self {
            Self::Sqlite(_) => "BEGIN",
            Self::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        })
        .await
    }

    /// What the database finds broken in its own file. A server looks after its files itself.
    pub(crate) fn damage(&self) -> Result<Vec<String>, DbError> {
        match self {
            Self::Sqlite(conn) => conn.damage(),
            Self::Postgres(_) => Ok(Vec::new()),
        }
    }

    /// The first position in the log for the transaction that is open: above all of those before it.
    pub(crate) async fn base_seq(&self) -> Result<i64, DbError> {
        match self {
            Self::Sqlite(conn) => Ok(conn.base_seq()),
            Self::Postgres(conn) => conn.base_seq().await,
        }
    }

    /// Remembers how far the open transaction got.
    pub(crate) fn used_seq(&self, next: i64) {
        if let Self::Sqlite(conn) = self {
            conn.used_seq(next);
        }
    }

    /// The position below which no row of the log can still appear. With several writers a transaction that
    /// began earlier can commit later, and a cursor must not step over its rows.
    pub(crate) async fn horizon(&self) -> Result<i64, DbError> {
        match self {
            Self::Sqlite(_) => Ok(i64::MAX),
            Self::Postgres(conn) => conn.horizon().await,
        }
    }

    /// Whether it is known to be broken and has to be opened anew.
    pub(crate) fn is_closed(&self) -> bool {
        match self {
            Self::Sqlite(_) => false,
            Self::Postgres(conn) => conn.is_closed(),
        }
    }
}
