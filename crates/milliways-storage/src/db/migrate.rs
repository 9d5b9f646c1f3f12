//! Migrations: numbered scripts that only go forward, each applied once, in one transaction.

use super::conn::{Backend, Conn, DbError};
use super::statement::Sql;
use super::value::params;

struct Migration {
    number: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

/// Names the script of each database by the migration's number and name.
macro_rules! migration {
    ($number:literal, $file:literal, $name:literal) => {
        Migration {
            number: $number,
            name: $name,
            sqlite: include_str!(concat!(
                "../../migrations/sqlite/",
                $file,
                "_",
                $name,
                ".sql"
            )),
            postgres: include_str!(concat!(
                "../../migrations/postgres/",
                $file,
                "_",
                $name,
                ".sql"
            )),
        }
    };
}

static MIGRATIONS: &[Migration] = &[
    migration!(1, "0001", "foundation"),
    migration!(2, "0002", "blocks"),
    migration!(3, "0003", "concurrency"),
    migration!(4, "0004", "deployments"),
    migration!(5, "0005", "work_pools"),
    migration!(6, "0006", "automations"),
    migration!(7, "0007", "all_events"),
    migration!(8, "0008", "page_indexes"),
    migration!(9, "0009", "counts_by_hour"),
    migration!(10, "0010", "strays"),
    migration!(11, "0011", "covered_pages"),
];

static APPLIED: Sql = Sql::new("SELECT number FROM migration ORDER BY number");
static RECORD: Sql = Sql::new("INSERT INTO migration (number, name) VALUES (?1, ?2)");

/// The newest migration this program knows.
pub(crate) fn newest() -> i64 {
    MIGRATIONS.last().map_or(0, |migration| migration.number)
}

/// Brings the database up to the newest migration; gives how many were applied. Fails without touching
/// anything when the database was migrated by a newer program.
pub(crate) async fn migrate(conn: &Conn) -> Result<usize, DbError> {
    let begin = match conn.backend() {
        Backend::Sqlite(_) => "BEGIN IMMEDIATE",
        // Servers that start together take turns: the lock ends with the transaction.
        Backend::Postgres(_) => "BEGIN; SELECT pg_advisory_xact_lock(7812368941)",
    };
    conn.script(begin).await?;
    let outcome = apply(conn).await;
    conn.script(if outcome.is_ok() {
        "COMMIT"
    } else {
        "ROLLBACK"
    })
    .await?;
    outcome
}

/// How many migrations were not applied yet.
pub(crate) async fn missing_migrations(conn: &Conn) -> Result<usize, DbError> {
    let applied = applied(conn).await?;
    Ok(MIGRATIONS.len().saturating_sub(applied.len()))
}

async fn applied(conn: &Conn) -> Result<Vec<i64>, DbError> {
    conn.script("CREATE TABLE IF NOT EXISTS migration (number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL)").await?;
    conn.query(&APPLIED, &[], |row| row.take()).await
}

async fn apply(conn: &Conn) -> Result<usize, DbError> {
    let applied = applied(conn).await?;
    if let Some(ahead) = applied.iter().find(|number| **number > newest()) {
        return Err(DbError::corrupt(format!(
            "the database is at migration {ahead}, this program knows {}; hint: run a newer milliways",
            newest()
        )));
    }
    let mut count = 0;
    for migration in MIGRATIONS
        .iter()
        .filter(|migration| !applied.contains(&migration.number))
    {
        let script = match conn.backend() {
            Backend::Sqlite(_) => migration.sqlite,
            Backend::Postgres(_) => migration.postgres,
        };
        conn.script(script).await?;
        conn.execute(&RECORD, &params![migration.number, migration.name])
            .await?;
        count += 1;
    }
    Ok(count)
}

/// What the migration of that name runs, on either database.
#[cfg(test)]
pub(crate) fn migration_scripts(name: &str) -> Vec<&'static str> {
    let named = MIGRATIONS.iter().filter(|migration| migration.name == name);
    named
        .flat_map(|migration| [migration.sqlite, migration.postgres])
        .collect()
}

/// Drops what migrations made, where the database is shared; a file is removed whole instead.
pub(crate) async fn drop_all(conn: &Conn) -> Result<(), DbError> {
    match conn.backend() {
        Backend::Sqlite(_) => Ok(()),
        Backend::Postgres(_) => conn.script(DROP_ALL).await,
    }
}

const DROP_ALL: &str = "DROP FUNCTION IF EXISTS json_each(text), json_extract(text, text);
    DROP TABLE IF EXISTS migration, workspace, flow, flow_run, task_run, event, log, attempt, cached_state,
    automation, automation_resource, tally, flow_run_count, subject,
    concurrency_limit, concurrency_lease, concurrency_slot, flow_run_input, task_queue, task_worker, workspace_default,
    deployment, deployment_schedule, work_pool, work_queue, worker, flow_run_offer, cleanup_message,
    variable, saved_search, artifact, artifact_collection, block_document_reference, block_document,
    block_schema_reference, block_schema, block_type";
