//! The rows that are filtered. A server that makes some tens of runs in a second gets them in its database.

use std::path::Path;

use tokio_postgres::NoTls;

/// How many flow runs there are when they are filtered.
pub(crate) const ROWS: usize = 20_000;

/// Copies the newest run of an SQLite file until there are enough.
pub(crate) fn copy_in_file(path: &Path) {
    let conn = rusqlite::Connection::open(path).unwrap();
    conn.busy_timeout(std::time::Duration::from_secs(30))
        .unwrap();
    let mut columns = conn.prepare("SELECT name FROM pragma_table_info('flow_run') WHERE name NOT IN ('id', 'idempotency_key')").unwrap();
    let columns: Vec<String> = columns
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let columns = columns.join(", ");
    let random = "lower(hex(randomblob(4))) || '-' || lower(hex(randomblob(2))) || '-4' || substr(lower(hex(randomblob(2))), 2)
        || '-a' || substr(lower(hex(randomblob(2))), 2) || '-' || lower(hex(randomblob(6)))";
    conn.execute_batch(&format!(
        "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < {ROWS})
         INSERT INTO flow_run (id, {columns}) SELECT {random}, {columns}
         FROM (SELECT {columns} FROM flow_run ORDER BY created DESC LIMIT 1) CROSS JOIN number"
    ))
    .unwrap();
}

/// The same in a PostgreSQL database.
pub(crate) async fn copy_in_database(url: &str) {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    let columns: String = client
        .query_one(
            "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
             WHERE table_name = 'flow_run' AND column_name NOT IN ('id', 'idempotency_key')",
            &[],
        )
        .await
        .unwrap()
        .get(0);
    client
        .batch_execute(&format!(
            "INSERT INTO flow_run (id, {columns}) SELECT gen_random_uuid(), {columns}
             FROM (SELECT {columns} FROM flow_run ORDER BY created DESC LIMIT 1) AS one CROSS JOIN generate_series(1, {ROWS});
             ANALYZE flow_run"
        ))
        .await
        .unwrap();
}
