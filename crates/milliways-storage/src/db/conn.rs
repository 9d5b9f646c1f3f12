//! A connection to either backend, used by one thread at a time.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;

use milliways_model::Uuid;

use super::bulk::Bulk;
use super::deferred::Deferred;
use super::postgres::PostgresConn;
use super::sqlite::SqliteConn;
use super::statement::Statement;
use super::tls::TlsError;
use super::value::{Row, Value};

/// As many values may be in one question, a list being one. Databases take long to plan more, where they can at all.
const MOST_VALUES: usize = 1_000;

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
    /// It took more steps than it was given.
    #[error("the statement was given up")]
    Interrupted(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What was asked is more than one statement can ask: too many conditions, too long a pattern.
    #[error("the statement is larger than the database allows")]
    TooComplex(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A text has a character that the database has no room for: a NUL.
    #[error("a text has a character that the database can't hold")]
    Unwritable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Anything else: a defect of ours, or damaged data.
    #[error("the database refused a statement")]
    Other(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl DbError {
    pub(crate) fn corrupt(what: String) -> Self {
        Self::Other(what.into())
    }

    /// All that is known of why, from what was noticed down to what it came from.
    pub(crate) fn reasons(&self) -> String {
        let mut told = match self {
            // That it is not available is known to who asks why.
            Self::Unavailable(_) => Vec::new(),
            _ => vec![self.to_string()],
        };
        let mut next = std::error::Error::source(self);
        while let Some(error) = next {
            let reason = error.to_string();
            next = error.source();
            // The driver has no words of its own for what the server says, and others repeat their source.
            let is_said = told.last().is_some_and(|last| last.ends_with(&reason));
            if reason != "db error" && !is_said {
                told.push(reason);
            }
        }
        told.join(": ")
    }

    /// What to do, where that is known.
    pub(crate) fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Unavailable(source) => Some(source.downcast_ref::<TlsError>()?.hint()),
            _ => None,
        }
    }
}

/// A connection.
pub(crate) struct Conn {
    backend: Backend,
    /// How many statements that may write were run, those that wait not among them.
    writes: Cell<u64>,
    /// How many of them may have changed rows that were there before.
    changes: Cell<u64>,
    deferred: RefCell<Deferred>,
}

/// The two kinds.
pub(crate) enum Backend {
    Sqlite(SqliteConn),
    Postgres(PostgresConn),
}

impl Conn {
    pub(crate) fn new(backend: Backend) -> Self {
        Self {
            backend,
            writes: Cell::new(0),
            changes: Cell::new(0),
            deferred: RefCell::default(),
        }
    }

    /// Which kind it is.
    pub(crate) fn backend(&self) -> &Backend {
        &self.backend
    }

    /// Runs a query and reads each row.
    pub(crate) async fn query<'s, T>(
        &self,
        statement: impl Into<Statement<'s>>,
        params: &[Value<'_>],
        read: impl FnMut(&mut Row<'_>) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        if params.len() > MOST_VALUES {
            let what = format!("{} conditions", params.len());
            return Err(DbError::TooComplex(what.into()));
        }
        let statement = statement.into();
        self.flush().await?;
        self.count(!statement.only_reads());
        self.run_query(&statement, params, read).await
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

    /// [`Conn::query`] on the embedded database, given up with none after so many thousands of its steps, each of which
    /// takes 10 to 20 ns. None as well where the database is another one.
    pub(crate) async fn query_within<'s, T>(
        &self,
        thousands: u32,
        statement: impl Into<Statement<'s>>,
        params: &[Value<'_>],
        read: impl FnMut(&mut Row<'_>) -> Result<T, DbError>,
    ) -> Result<Option<Vec<T>>, DbError> {
        let statement = statement.into();
        self.flush().await?;
        match &self.backend {
            Backend::Sqlite(conn) => conn.query_within(thousands, &statement, params, read),
            Backend::Postgres(_) => Ok(None),
        }
    }

    /// Whether the embedded database sorts what a statement finds, and so has to find all of it before it gives the
    /// first row.
    pub(crate) fn sorts<'s>(
        &self,
        statement: impl Into<Statement<'s>>,
        params: &[Value<'_>],
    ) -> Result<bool, DbError> {
        match &self.backend {
            Backend::Sqlite(conn) => conn.sorts(&statement.into(), Value::lists(params)),
            Backend::Postgres(_) => Ok(false),
        }
    }

    /// [`Conn::query`] of rows that are about these ids and nothing else that writes may wait for: then those
    /// can go on waiting.
    pub(crate) async fn query_about<'s, T>(
        &self,
        ids: &[Uuid],
        statement: impl Into<Statement<'s>>,
        params: &[Value<'_>],
        read: impl FnMut(&mut Row<'_>) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        let statement = statement.into();
        if ids.iter().any(|id| self.has_touched(*id)) {
            self.flush().await?;
        }
        self.count(!statement.only_reads());
        self.run_query(&statement, params, read).await
    }

    async fn run_query<T>(
        &self,
        statement: &Statement<'_>,
        params: &[Value<'_>],
        read: impl FnMut(&mut Row<'_>) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        match &self.backend {
            Backend::Sqlite(conn) => conn.query(statement, params, read),
            Backend::Postgres(conn) => conn.query(statement, params, read).await,
        }
    }

    /// Runs a statement; gives the number of rows it changed.
    pub(crate) async fn execute<'s>(
        &self,
        statement: impl Into<Statement<'s>>,
        params: &[Value<'_>],
    ) -> Result<u64, DbError> {
        self.flush().await?;
        self.count(true);
        match &self.backend {
            Backend::Sqlite(conn) => conn.execute(&statement.into(), params),
            Backend::Postgres(conn) => conn.execute(&statement.into(), params).await,
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
        self.flush().await?;
        self.count(true);
        match &self.backend {
            Backend::Sqlite(conn) => conn.bulk(bulk, rows),
            Backend::Postgres(conn) => conn.bulk(bulk, rows).await,
        }
    }

    /// [`Conn::bulk`] at the end of the transaction, or before the first statement that might see it. No two
    /// of the rows of one statement may be the same row of the table.
    pub(crate) fn bulk_later(
        &self,
        bulk: &'static Bulk,
        rows: Vec<Vec<Value<'_>>>,
    ) -> Result<(), DbError> {
        debug_assert!(rows.iter().all(|row| row.len() == bulk.width()));
        if rows.is_empty() {
            return Ok(());
        }
        match &self.backend {
            Backend::Sqlite(conn) => {
                self.count(true);
                conn.bulk(bulk, &rows)?;
            }
            Backend::Postgres(_) => self.deferred.borrow_mut().add(bulk, rows),
        }
        Ok(())
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
        // New rows are nothing to those that wait, nor those to them.
        self.writes.set(self.writes.get() + 1);
        match &self.backend {
            Backend::Sqlite(conn) => conn.insert_new(bulk, rows),
            Backend::Postgres(conn) => conn.insert_new(bulk, rows).await,
        }
    }

    /// Writes what waits.
    pub(crate) async fn flush(&self) -> Result<(), DbError> {
        if !self.deferred.borrow().waits() {
            return Ok(());
        }
        let batches = self.deferred.borrow_mut().take();
        match &self.backend {
            Backend::Sqlite(conn) => {
                for (bulk, rows) in &batches {
                    conn.bulk(bulk, rows)?;
                }
                Ok(())
            }
            Backend::Postgres(conn) => conn.bulk_all(&batches).await,
        }
    }

    fn count(&self, writes: bool) {
        self.writes.set(self.writes.get() + u64::from(writes));
        self.changes.set(self.changes.get() + u64::from(writes));
    }

    /// How many statements that may write were run, those that wait not among them.
    pub(crate) fn writes(&self) -> u64 {
        self.writes.get()
    }

    /// How many statements were run that may have changed rows, those that wait and those that only inserted not
    /// among them.
    pub(crate) fn changes(&self) -> u64 {
        self.changes.get()
    }

    /// Whether something waits to be written.
    pub(crate) fn defers(&self) -> bool {
        self.deferred.borrow().waits()
    }

    /// Whether rows about this id waited in this transaction, or still do.
    pub(crate) fn has_touched(&self, id: Uuid) -> bool {
        self.deferred.borrow().has_touched(id)
    }

    /// Whether each statement is a round trip, so that several at once are worth some trouble.
    pub(crate) fn is_remote(&self) -> bool {
        matches!(self.backend, Backend::Postgres(_))
    }

    /// Begins a transaction that will write.
    pub(crate) async fn begin(&self) -> Result<(), DbError> {
        self.deferred.borrow_mut().clear();
        self.script(match self.backend {
            Backend::Sqlite(_) => "BEGIN IMMEDIATE",
            Backend::Postgres(_) => "BEGIN",
        })
        .await
    }

    /// Undoes what the open transaction has done.
    pub(crate) async fn rollback(&self) -> Result<(), DbError> {
        self.deferred.borrow_mut().clear();
        self.script("ROLLBACK").await
    }

    /// Keeps others from writing to a table until the transaction ends.
    pub(crate) async fn lock_table(&self, table: &'static str) -> Result<(), DbError> {
        match &self.backend {
            Backend::Sqlite(_) => Ok(()),
            Backend::Postgres(conn) => {
                let lock = format!("LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE");
                conn.script(&lock).await
            }
        }
    }

    /// Which rows of a tally this connection adds to: no other writer adds to them at the same time, mostly.
    pub(crate) fn shard(&self) -> i64 {
        match &self.backend {
            Backend::Sqlite(_) => 0,
            Backend::Postgres(conn) => conn.shard(),
        }
    }

    /// Prepares a statement without running it.
    #[cfg(test)]
    pub(crate) async fn check<'s>(
        &self,
        statement: impl Into<Statement<'s>>,
    ) -> Result<(), DbError> {
        match &self.backend {
            Backend::Sqlite(conn) => conn.check(&statement.into()),
            Backend::Postgres(conn) => conn.check(&statement.into()).await,
        }
    }

    /// Runs several statements without parameters.
    pub(crate) async fn script(&self, text: &str) -> Result<(), DbError> {
        match &self.backend {
            Backend::Sqlite(conn) => conn.script(text),
            Backend::Postgres(conn) => conn.script(text).await,
        }
    }

    /// Begins a transaction that sees everything as of one moment. What it has to sort may be more than fits into
    /// memory.
    pub(crate) async fn begin_checkup(&self) -> Result<(), DbError> {
        self.script(match &self.backend {
            Backend::Sqlite(_) => "PRAGMA temp_store = FILE; BEGIN",
            Backend::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        })
        .await
    }

    /// What the database finds broken in its own file. A server looks after its files itself.
    pub(crate) fn damage(&self) -> Result<Vec<String>, DbError> {
        match &self.backend {
            Backend::Sqlite(conn) => conn.damage(),
            Backend::Postgres(_) => Ok(Vec::new()),
        }
    }

    /// The first position in the log for the transaction that is open: above all of those before it.
    pub(crate) async fn base_seq(&self) -> Result<i64, DbError> {
        match &self.backend {
            Backend::Sqlite(conn) => Ok(conn.base_seq()),
            Backend::Postgres(conn) => conn.base_seq().await,
        }
    }

    /// Remembers how far the open transaction got.
    pub(crate) fn used_seq(&self, next: i64) {
        if let Backend::Sqlite(conn) = &self.backend {
            conn.used_seq(next);
        }
    }

    /// The position below which no row of the log can still appear. With several writers a transaction that
    /// began earlier can commit later, and a cursor must not step over its rows.
    pub(crate) async fn horizon(&self) -> Result<i64, DbError> {
        match &self.backend {
            Backend::Sqlite(_) => Ok(i64::MAX),
            Backend::Postgres(conn) => conn.horizon().await,
        }
    }

    /// Has a database look at tables that have grown, for its planner to know; gives how many. What SQLite's knows is
    /// given with the tables.
    pub(crate) async fn analyze_grown(&self) -> Result<u64, DbError> {
        match &self.backend {
            Backend::Sqlite(_) => Ok(0),
            Backend::Postgres(conn) => conn.analyze_grown().await,
        }
    }

    /// Whether it is known to be broken and has to be opened anew.
    pub(crate) fn is_closed(&self) -> bool {
        match &self.backend {
            Backend::Sqlite(_) => false,
            Backend::Postgres(conn) => conn.is_closed(),
        }
    }
}
