//! The embedded database: one file, WAL, prepared statements that are kept.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use milliways_model::Uuid;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, params_from_iter};

use super::bulk::Bulk;
use super::conn::DbError;
use super::location::{Durability, Session};
use super::statement::{Lists, Statement};
use super::value::{Only, Row, RowInner, Value};

/// After how many steps of SQLite's it is looked whether there were too many (`sqlite3_progress_handler`).
const PACE: i32 = 1_000;
/// Of how many statements it is remembered whether they sort.
const MAX_LOOKED_AT: usize = 512;
/// As long as anybody waits for a file.
const FOR_EVER: Duration = Duration::from_hours(24);

/// A connection to the file.
pub(crate) struct SqliteConn {
    inner: Connection,
    next_seq: Cell<i64>,
    /// How many thousands of steps are left to the statement that runs.
    left: Arc<AtomicU32>,
    /// Which statements sort what they find.
    sorting: RefCell<HashMap<String, bool>>,
    /// What was asked since a test looked.
    #[cfg(test)]
    asked: RefCell<Vec<String>>,
}

impl SqliteConn {
    /// Opens the file for writing. There is one such connection.
    pub(crate) fn writer(
        path: &Path,
        durability: Durability,
        session: &Session,
    ) -> Result<Self, DbError> {
        let conn = Self::open(
            path,
            session,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        )?;
        let synchronous = match durability {
            Durability::Full => "FULL",
            Durability::Normal => "NORMAL",
        };
        // The cache is looked through at commits after which pages were split, whole: with 64 MiB that took an
        // eighth of the writer's time, and what is not in it comes from the system's cache in a microsecond.
        conn.script(&format!(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA cache_size = -16384; \
             PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864;"
        ))?;
        Ok(conn)
    }

    /// Opens the file for reading.
    pub(crate) fn reader(path: &Path, session: &Session) -> Result<Self, DbError> {
        let conn = Self::open(path, session, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        // What a dashboard counts of a day of a busy server fits into 24 MiB.
        conn.script(
            "PRAGMA query_only = ON; PRAGMA cache_size = -24576; PRAGMA temp_store = MEMORY;",
        )?;
        Ok(conn)
    }

    fn open(path: &Path, session: &Session, flags: OpenFlags) -> Result<Self, DbError> {
        let mut inner = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        inner.busy_timeout(session.statement.unwrap_or(FOR_EVER))?;
        inner.set_prepared_statement_cache_capacity(256);
        rusqlite::vtab::array::load_module(&inner)?;
        // Plans are the same whatever the values. Otherwise a statement that is used again is planned again, which
        // took a quarter of the writer's time.
        inner.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        let left = Arc::new(AtomicU32::new(u32::MAX));
        let counter = Arc::clone(&left);
        inner.progress_handler(PACE, Some(move || spend(&counter)))?;
        Ok(Self {
            inner,
            left,
            next_seq: Cell::new(0),
            sorting: RefCell::default(),
            #[cfg(test)]
            asked: RefCell::default(),
        })
    }

    pub(super) fn query<T>(
        &self,
        statement: &Statement<'_>,
        params: &[Value<'_>],
        mut read: impl FnMut(&mut Row<'_>) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        let lists = Value::lists(params);
        let text = statement.sqlite(lists);
        #[cfg(test)]
        self.asked.borrow_mut().push(text.to_string());
        let mut prepared = self.inner.prepare_cached(&text)?;
        let mut rows = match lists {
            Lists::Any => prepared.query(params_from_iter(params))?,
            Lists::OfOne => prepared.query(params_from_iter(params.iter().map(Only)))?,
        };
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            out.push(read(&mut Row {
                inner: RowInner::Sqlite(row),
                next: 0,
            })?);
        }
        Ok(out)
    }

    /// [`SqliteConn::query`], given up with none after so many thousands of SQLite's steps.
    pub(super) fn query_within<T>(
        &self,
        thousands: u32,
        statement: &Statement<'_>,
        params: &[Value<'_>],
        read: impl FnMut(&mut Row<'_>) -> Result<T, DbError>,
    ) -> Result<Option<Vec<T>>, DbError> {
        self.left.store(thousands, Ordering::Relaxed);
        let found = self.query(statement, params, read);
        self.left.store(u32::MAX, Ordering::Relaxed);
        match found {
            Err(DbError::Interrupted(_)) => Ok(None),
            found => found.map(Some),
        }
    }

    /// Whether a statement sorts what it finds, and so has to find all of it before it gives the first row.
    pub(super) fn sorts(&self, statement: &Statement<'_>, lists: Lists) -> Result<bool, DbError> {
        let text = statement.sqlite(lists);
        if let Some(known) = self.sorting.borrow().get(text.as_ref()) {
            return Ok(*known);
        }
        let mut prepared = self.inner.prepare(&format!("EXPLAIN QUERY PLAN {text}"))?;
        let mut lines = prepared.raw_query();
        let mut sorts = false;
        while let Some(line) = lines.next()? {
            let step = line.get_ref(3)?;
            sorts |= step.as_str() == Ok("USE TEMP B-TREE FOR ORDER BY");
        }
        let mut sorting = self.sorting.borrow_mut();
        if sorting.len() >= MAX_LOOKED_AT {
            sorting.clear();
        }
        sorting.insert(text.into_owned(), sorts);
        Ok(sorts)
    }

    pub(super) fn execute(
        &self,
        statement: &Statement<'_>,
        params: &[Value<'_>],
    ) -> Result<u64, DbError> {
        let lists = Value::lists(params);
        let mut prepared = self.inner.prepare_cached(&statement.sqlite(lists))?;
        let changed = match lists {
            Lists::Any => prepared.execute(params_from_iter(params))?,
            Lists::OfOne => prepared.execute(params_from_iter(params.iter().map(Only)))?,
        };
        Ok(changed as u64)
    }

    pub(super) fn bulk(&self, bulk: &Bulk, rows: &[Vec<Value<'_>>]) -> Result<u64, DbError> {
        let mut prepared = self.inner.prepare_cached(&bulk.rendered().one)?;
        let mut changed = 0;
        for row in rows {
            changed += prepared.execute(params_from_iter(row))? as u64;
        }
        Ok(changed)
    }

    pub(super) fn insert_new(
        &self,
        bulk: &Bulk,
        rows: &[Vec<Value<'_>>],
    ) -> Result<HashSet<Uuid>, DbError> {
        let mut prepared = self.inner.prepare_cached(&bulk.rendered().one)?;
        let mut new = HashSet::with_capacity(rows.len());
        for row in rows {
            if prepared.execute(params_from_iter(row))? > 0
                && let Some(Value::Uuid(id)) = row.first()
            {
                new.insert(*id);
            }
        }
        Ok(new)
    }

    /// How the statements that were asked for since the last time find their rows.
    #[cfg(test)]
    pub(crate) fn plans(&self) -> Result<Vec<String>, DbError> {
        let mut lines = Vec::new();
        for text in self.asked.take() {
            let mut prepared = self.inner.prepare(&format!("EXPLAIN QUERY PLAN {text}"))?;
            let mut rows = prepared.raw_query();
            while let Some(row) = rows.next()? {
                lines.push(format!("{}: {text}", row.get::<_, String>(3)?));
            }
        }
        Ok(lines)
    }

    /// How often a statement is planned anew while it is run three times, each time with other values.
    #[cfg(test)]
    pub(crate) fn replanned(&self, statement: &Statement<'_>) -> Result<i32, DbError> {
        let mut times = 0;
        for number in 0..3 {
            let mut prepared = self.inner.prepare_cached(&statement.sqlite(Lists::OfOne))?;
            let values = vec![Value::Int(number); prepared.parameter_count()];
            let mut rows = prepared.query(params_from_iter(&values))?;
            while rows.next()?.is_some() {}
            drop(rows);
            times = prepared.get_status(rusqlite::StatementStatus::RePrepare);
        }
        Ok(times)
    }

    #[cfg(test)]
    pub(super) fn check(&self, statement: &Statement<'_>) -> Result<(), DbError> {
        for lists in [Lists::Any, Lists::OfOne] {
            self.inner.prepare(&statement.sqlite(lists))?;
        }
        Ok(())
    }

    pub(super) fn script(&self, text: &str) -> Result<(), DbError> {
        Ok(self.inner.execute_batch(text)?)
    }

    pub(super) fn damage(&self) -> Result<Vec<String>, DbError> {
        let text = "PRAGMA integrity_check(20)".to_owned();
        let mut lines: Vec<String> = self.query(&(&text).into(), &[], |row| row.take())?;
        lines.retain(|line| line != "ok");
        Ok(lines)
    }

    pub(super) fn base_seq(&self) -> i64 {
        self.next_seq.get()
    }

    pub(super) fn used_seq(&self, next: i64) {
        self.next_seq.set(self.next_seq.get().max(next));
    }
}

/// Takes one from what is left, where that is bounded; says whether it was the last one.
fn spend(left: &AtomicU32) -> bool {
    match left.load(Ordering::Relaxed) {
        u32::MAX => false,
        some => {
            left.store(some.saturating_sub(1), Ordering::Relaxed);
            some <= 1
        }
    }
}

impl From<rusqlite::Error> for DbError {
    fn from(error: rusqlite::Error) -> Self {
        let code = error.sqlite_error_code();
        let is_too_complex = exceeds_a_limit(&error);
        let source = Box::new(error);
        match code {
            _ if is_too_complex => Self::TooComplex(source),
            Some(ErrorCode::ConstraintViolation) => Self::Constraint(source),
            Some(ErrorCode::OperationInterrupted) => Self::Interrupted(source),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Contention(source),
            Some(
                ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::ReadOnly
                | ErrorCode::CannotOpen
                | ErrorCode::OutOfMemory,
            ) => Self::Unavailable(source),
            _ => Self::Other(source),
        }
    }
}

/// Whether a statement is beyond one of SQLite's limits (<https://sqlite.org/limits.html>): most have no code of
/// their own.
fn exceeds_a_limit(error: &rusqlite::Error) -> bool {
    const SAID: [&str; 6] = [
        "Expression tree is too large",
        "LIKE or GLOB pattern too complex",
        "too many SQL variables",
        "too many terms in compound SELECT",
        "parser stack overflow",
        "statement too long",
    ];
    if error.sqlite_error_code() == Some(ErrorCode::TooBig) {
        return true;
    }
    match error {
        rusqlite::Error::SqliteFailure(_, Some(text))
        | rusqlite::Error::SqlInputError { msg: text, .. } => {
            SAID.iter().any(|said| text.contains(said))
        }
        _ => false,
    }
}
