//! The shared database: statements prepared once for each connection, values in binary.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use futures_util::future::join_all;
use milliways_model::Uuid;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;

use super::bulk::Bulk;
use super::conn::DbError;
use super::dial::dial;
use super::location::{Durability, Session};
use super::statement::Statement;
use super::value::{Row, RowInner, Value};

/// How many statements a connection keeps prepared before it forgets them all.
const MAX_PREPARED: usize = 512;
/// Over how many rows writers spread what they add to one count.
const SHARDS: i64 = 16;
/// Bits of a log position that number the rows within one transaction.
const ROW_BITS: u32 = 20;

/// Tables for which plans may be made as if they had other sizes. Of a few hundred rows any plan is a good one, but one
/// that nobody has looked at is taken to have hundreds: what is looked for in each workspace would be looked for in all
/// at once, and a page would be sorted anew after it was joined with its queues.
const GROWN: &str = "SELECT quote_ident(s.relname) FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid \
     WHERE s.schemaname = current_schema() AND s.n_live_tup > 2 * c.reltuples \
     AND (s.n_live_tup >= 500 OR s.relname IN ('workspace', 'work_pool', 'work_queue'))";

/// A connection to the database.
pub(crate) struct PostgresConn {
    client: Client,
    prepared: RefCell<HashMap<String, tokio_postgres::Statement>>,
    shard: i64,
}

impl PostgresConn {
    /// Connects, on the runtime of the calling thread.
    pub(crate) async fn connect(
        url: &str,
        durability: Durability,
        session: &Session,
        writes: bool,
    ) -> Result<Self, DbError> {
        let client = dial(url, session, |_notice| {}).await?;
        // Whatever the database's own defaults are: a replayed or half-visible read would break the rules.
        let commit = match durability {
            Durability::Full => "on",
            Durability::Normal => "off",
        };
        // What writes is about keys: there is one way to find those, and looking for it took as long as going it.
        let plans = if writes { "force_generic_plan" } else { "auto" };
        let timeout = session.statement.map_or(0, |time| time.as_millis());
        // The last one: to compile a statement takes longer than any of ours.
        client
            .batch_execute(&format!(
                "SET default_transaction_isolation = 'read committed'; SET synchronous_commit = {commit}; SET timezone = 'UTC'; SET statement_timeout = {timeout}; SET plan_cache_mode = {plans}; SET jit = off"
            ))
            .await?;
        if let Some(path) = &session.search_path {
            let set = "SELECT set_config('search_path', $1, FALSE)";
            client.query_one(set, &[path]).await?;
        }
        let own = client.query_one("SELECT pg_backend_pid()", &[]).await?;
        Ok(Self {
            shard: i64::from(own.try_get::<_, i32>(0)?) % SHARDS,
            client,
            prepared: RefCell::default(),
        })
    }

    async fn prepare(&self, text: &str) -> Result<tokio_postgres::Statement, DbError> {
        if let Some(statement) = self.prepared.borrow().get(text) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(text).await?;
        let mut prepared = self.prepared.borrow_mut();
        if prepared.len() >= MAX_PREPARED {
            prepared.clear();
        }
        prepared.insert(text.to_owned(), statement.clone());
        Ok(statement)
    }

    pub(super) async fn query<T>(
        &self,
        statement: &Statement<'_>,
        params: &[Value<'_>],
        mut read: impl FnMut(&mut Row<'_>) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        let prepared = self.prepare(&statement.postgres()).await?;
        let rows = self.client.query(&prepared, &dynamic(params)).await?;
        rows.iter()
            .map(|row| {
                read(&mut Row {
                    inner: RowInner::Postgres(row),
                    next: 0,
                })
            })
            .collect()
    }

    pub(super) async fn execute(
        &self,
        statement: &Statement<'_>,
        params: &[Value<'_>],
    ) -> Result<u64, DbError> {
        let prepared = self.prepare(&statement.postgres()).await?;
        Ok(self.client.execute(&prepared, &dynamic(params)).await?)
    }

    pub(super) async fn bulk(&self, bulk: &Bulk, rows: &[Vec<Value<'_>>]) -> Result<u64, DbError> {
        let prepared = self.prepare(&bulk.rendered().many).await?;
        let columns: Vec<Vec<&Value<'_>>> = (0..bulk.width())
            .map(|n| rows.iter().map(|row| &row[n]).collect())
            .collect();
        let params: Vec<&(dyn ToSql + Sync)> = columns
            .iter()
            .map(|column| column as &(dyn ToSql + Sync))
            .collect();
        Ok(self.client.execute(&prepared, &params).await?)
    }

    /// Several at once: sent one after the other, and only then waited for.
    pub(super) async fn bulk_all(
        &self,
        batches: &[(&'static Bulk, Vec<Vec<Value<'static>>>)],
    ) -> Result<(), DbError> {
        // Prepared first: what has to wait for that would be overtaken by what follows it.
        for (bulk, _) in batches {
            self.prepare(&bulk.rendered().many).await?;
        }
        let all = batches.iter().map(|(bulk, rows)| self.bulk(bulk, rows));
        for done in join_all(all).await {
            done?;
        }
        Ok(())
    }

    pub(super) async fn insert_new(
        &self,
        bulk: &Bulk,
        rows: &[Vec<Value<'_>>],
    ) -> Result<HashSet<Uuid>, DbError> {
        let prepared = self.prepare(&bulk.rendered().many_new).await?;
        let columns: Vec<Vec<&Value<'_>>> = (0..bulk.width())
            .map(|n| rows.iter().map(|row| &row[n]).collect())
            .collect();
        let params: Vec<&(dyn ToSql + Sync)> = columns
            .iter()
            .map(|column| column as &(dyn ToSql + Sync))
            .collect();
        let new = self.client.query(&prepared, &params).await?;
        new.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    pub(super) fn shard(&self) -> i64 {
        self.shard
    }

    #[cfg(test)]
    pub(super) async fn check(&self, statement: &Statement<'_>) -> Result<(), DbError> {
        self.prepare(&statement.postgres()).await?;
        Ok(())
    }

    pub(super) async fn script(&self, text: &str) -> Result<(), DbError> {
        Ok(self.client.batch_execute(text).await?)
    }

    /// Transactions are numbered in the order in which they begin to write; a position is that number
    /// followed by the row's number within it.
    pub(super) async fn base_seq(&self) -> Result<i64, DbError> {
        self.one_number("SELECT pg_current_xact_id()::text::bigint")
            .await
    }

    /// The oldest transaction that is still open bounds what can appear.
    pub(super) async fn horizon(&self) -> Result<i64, DbError> {
        self.one_number("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            .await
    }

    async fn one_number(&self, text: &str) -> Result<i64, DbError> {
        let prepared = self.prepare(text).await?;
        let row = self.client.query_one(&prepared, &[]).await?;
        Ok(row.try_get::<_, i64>(0)? << ROW_BITS)
    }

    /// Has the database look at tables that have more than twice the rows that it knows of; gives how many. One that
    /// somebody else looks at is left to them.
    pub(super) async fn analyze_grown(&self) -> Result<u64, DbError> {
        let prepared = self.prepare(GROWN).await?;
        let grown = self.client.query(&prepared, &[]).await?;
        for row in &grown {
            let table: &str = row.try_get(0)?;
            self.script(&format!("ANALYZE (SKIP_LOCKED) {table}"))
                .await?;
        }
        Ok(grown.len() as u64)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }
}

fn dynamic<'a>(params: &'a [Value<'_>]) -> Vec<&'a (dyn ToSql + Sync)> {
    params
        .iter()
        .map(|value| value as &(dyn ToSql + Sync))
        .collect()
}

impl From<tokio_postgres::Error> for DbError {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(state) = error.code().cloned() else {
            let closed = error.is_closed()
                || std::error::Error::source(&error)
                    .is_some_and(|source| source.is::<std::io::Error>());
            let source = Box::new(error);
            return if closed {
                Self::Unavailable(source)
            } else {
                Self::Other(source)
            };
        };
        let source = Box::new(error);
        match state {
            SqlState::UNIQUE_VIOLATION | SqlState::FOREIGN_KEY_VIOLATION => {
                Self::Constraint(source)
            }
            SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => {
                Self::Contention(source)
            }
            SqlState::ADMIN_SHUTDOWN
            | SqlState::CRASH_SHUTDOWN
            | SqlState::CANNOT_CONNECT_NOW
            | SqlState::DISK_FULL
            | SqlState::TOO_MANY_CONNECTIONS
            | SqlState::QUERY_CANCELED => Self::Unavailable(source),
            SqlState::PROGRAM_LIMIT_EXCEEDED
            | SqlState::STATEMENT_TOO_COMPLEX
            | SqlState::TOO_MANY_COLUMNS
            | SqlState::TOO_MANY_ARGUMENTS => Self::TooComplex(source),
            SqlState::CHARACTER_NOT_IN_REPERTOIRE | SqlState::UNTRANSLATABLE_CHARACTER => {
                Self::Unwritable(source)
            }
            _ => Self::Other(source),
        }
    }
}
