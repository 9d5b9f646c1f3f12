//! Every statement prepares on both databases, as the migrations leave them.

use milliways_model::sort::{FlowRunSort, TaskRunSort};
use milliways_model::{Timestamp, Uuid, WorkspaceId};
use milliways_tests::postgres::Database;
use serde_json::json;

use crate::db::{
    Backend, Conn, DbError, Durability, Lanes, Location, Row, Session, Sql, SqliteConn, Statement,
    Value, migrate,
};
use crate::filter::{Filters, Page};
use crate::tables::{flow_run, task_run};

fn statements() -> Vec<(&'static str, &'static Sql)> {
    [
        crate::tables::artifact::STATEMENTS,
        crate::tables::artifact_collection::STATEMENTS,
        crate::tables::attempt::STATEMENTS,
        crate::tables::block_document::STATEMENTS,
        crate::tables::block_schema::STATEMENTS,
        crate::tables::block_type::STATEMENTS,
        crate::tables::automation::STATEMENTS,
        crate::deployment::removal::STATEMENTS,
        crate::deployment::status::STATEMENTS,
        crate::tables::deployment::STATEMENTS,
        crate::tables::deployment_schedule::STATEMENTS,
        crate::tables::concurrency_lease::STATEMENTS,
        crate::tables::concurrency_limit::STATEMENTS,
        crate::tables::event::STATEMENTS,
        crate::tables::flow::STATEMENTS,
        flow_run::STATEMENTS,
        crate::tables::flow_run_input::STATEMENTS,
        crate::tables::log::STATEMENTS,
        crate::tables::task_queue::STATEMENTS,
        crate::tables::offer::STATEMENTS,
        task_run::STATEMENTS,
        crate::tables::task_worker::STATEMENTS,
        crate::tables::saved_search::STATEMENTS,
        crate::tables::variable::STATEMENTS,
        crate::tables::work_pool::STATEMENTS,
        crate::tables::work_queue::STATEMENTS,
        crate::tables::worker::STATEMENTS,
        crate::reconcile::STATEMENTS,
        crate::cancellations::STATEMENTS,
        crate::foreman::STATEMENTS,
        crate::tables::cleanup::STATEMENTS,
        crate::render::STATEMENTS,
        crate::scope::statements(),
        crate::tally::REBUILD_STATEMENTS,
        crate::tally::ANSWER_STATEMENTS,
        crate::tally::owners::STATEMENTS,
        crate::store::STATEMENTS,
        crate::transition::statements(),
    ]
    .concat()
}

/// What work on a new database finds to complain about.
fn complaints(
    location: &Location,
    work: impl AsyncFnOnce(&Conn) -> Result<Vec<String>, DbError>,
) -> Vec<String> {
    let durability = Durability::Full;
    let found = Lanes::once(location, durability, &Session::default(), async |conn| {
        migrate(conn).await?;
        work(conn).await
    });
    found.unwrap()
}

/// The same of the embedded kind.
fn embedded_complaints(
    work: impl AsyncFnOnce(&Conn, &SqliteConn) -> Result<Vec<String>, DbError>,
) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::File(folder.path().join("milliways.db"));
    complaints(&location, async |conn| match conn.backend() {
        Backend::Sqlite(embedded) => work(conn, embedded).await,
        Backend::Postgres(_) => Ok(vec!["not the embedded one".to_owned()]),
    })
}

fn check(location: &Location) {
    let failed = complaints(location, async |conn: &Conn| {
        assert_eq!(
            migrate(conn).await?,
            0,
            "the second time there is nothing to do"
        );
        let mut refused = Vec::new();
        for (name, sql) in [statements(), crate::doctor::statements()].concat() {
            if let Err(error) = conn.check(sql).await {
                refused.push(format!("{name}: {:?}", std::error::Error::source(&error)));
            }
        }
        Ok(refused)
    });
    assert_eq!(failed, Vec::<String>::new());
}

#[test]
fn every_statement_prepares_on_sqlite() {
    assert!(statements().len() > 30);
    let folder = tempfile::tempdir().unwrap();
    check(&Location::File(folder.path().join("milliways.db")));
}

#[test]
fn every_statement_prepares_on_postgres() {
    let database = Database::create();
    check(&Location::Server(database.url()));
}

/// How a statement on the embedded database finds its rows, with lists of one item and with longer ones.
async fn plans(conn: &Conn, sql: &'static Sql) -> Vec<String> {
    let mut lines = plan(conn, sql, Value::Null).await;
    if sql.text().contains("ANY(") || sql.text().contains("ALL(") {
        lines.extend(plan(conn, sql, Value::Texts(Vec::new())).await);
    }
    lines
}

/// How it does with this value in every place.
async fn plan(conn: &Conn, sql: &'static Sql, value: Value<'_>) -> Vec<String> {
    let text = format!("EXPLAIN QUERY PLAN {}", sql.text());
    let params = vec![value; sql.text().matches('?').count()];
    let read = |row: &mut Row<'_>| {
        let _: (i64, i64, i64) = (row.take()?, row.take()?, row.take()?);
        row.take()
    };
    // Fewer places than question marks are used: a place can stand twice.
    for count in (0..=params.len()).rev() {
        if let Ok(lines) = conn.query(&text, &params[..count], read).await {
            return lines;
        }
    }
    panic!("no plan of {text}");
}

#[test]
fn no_statement_walks_through_a_table() {
    let failed = embedded_complaints(async |conn, _| {
        let mut walks = Vec::new();
        for (name, sql) in statements() {
            for line in plans(conn, sql).await {
                let big = ["flow_run", "task_run", "event", "log", "r", "t", "e", "s"];
                // The oldest few by their key: a walk that ends at once.
                let ends = sql.text().contains("ORDER BY seq LIMIT");
                let scans = !ends && big.iter().any(|table| line == format!("SCAN {table}"));
                let by_list = sql.text().contains("id = ANY(") && line.contains("(workspace_id=?)");
                if scans || by_list {
                    walks.push(format!("{name}: {line}"));
                }
            }
        }
        Ok(walks)
    });
    assert_eq!(failed, Vec::<String>::new());
}

/// How a statement finds its rows in the shared database, whatever the values, while nothing is known of its tables.
async fn shared_plan(conn: &Conn, sql: &'static Sql) -> Result<Vec<String>, DbError> {
    let text = Statement::from(sql).postgres().into_owned();
    conn.script(&format!("PREPARE planned AS {text}")).await?;
    let read = |row: &mut Row<'_>| row.take::<i64>();
    let places = conn.query(&PLACES, &[], read).await?;
    let values = vec!["NULL"; usize::try_from(places[0]).unwrap()].join(", ");
    let values = if values.is_empty() {
        values
    } else {
        format!("({values})")
    };
    let explain = format!("EXPLAIN (COSTS OFF) EXECUTE planned{values}");
    let lines = conn.query(&explain, &[], |row| row.take()).await?;
    conn.script("DEALLOCATE planned").await?;
    Ok(lines)
}

static PLACES: Sql = Sql::new(
    "SELECT CAST(CARDINALITY(parameter_types) AS BIGINT) FROM pg_prepared_statements WHERE name = 'planned'",
);

/// Most indexes begin with the workspace. A plan that looks through all of it for the rows of a key is kept for minutes.
#[test]
fn a_new_shared_database_finds_rows_by_their_keys() {
    let database = Database::create();
    let location = Location::Server(database.url());
    let failed = complaints(&location, async |conn: &Conn| {
        conn.script("SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off")
            .await?;
        let mut walks = Vec::new();
        for (name, sql) in statements() {
            let text = sql.text().replace("workspace_id = ?", "");
            let has_key = text.contains("id = ?") || text.contains("id = ANY(");
            for line in shared_plan(conn, sql).await? {
                let line = line.trim();
                let walks_through = line.starts_with("Index Cond: (workspace_id = $")
                    || line.starts_with("Seq Scan");
                if has_key && walks_through {
                    walks.push(format!("{name}: {line}: {text}"));
                }
            }
        }
        Ok(walks)
    });
    assert_eq!(failed, Vec::<String>::new());
}

/// Orders of pages that everybody looks at, and what they are narrowed down by.
const PAGES: [(&str, &str); 14] = [
    ("ID_DESC", "{}"),
    ("START_TIME_ASC", "{}"),
    ("START_TIME_DESC", "{}"),
    ("EXPECTED_START_TIME_ASC", "{}"),
    ("EXPECTED_START_TIME_DESC", "{}"),
    ("NAME_ASC", "{}"),
    ("NAME_DESC", "{}"),
    ("END_TIME_DESC", "{}"),
    (
        "START_TIME_DESC",
        r#"{"state": {"type": {"any_": ["RUNNING"]}}}"#,
    ),
    (
        "START_TIME_ASC",
        r#"{"start_time": {"after_": "2026-01-01T00:00:00Z"}}"#,
    ),
    (
        "EXPECTED_START_TIME_DESC",
        r#"{"expected_start_time": {"after_": "2026-01-01T00:00:00Z"}}"#,
    ),
    (
        "NEXT_SCHEDULED_START_TIME_ASC",
        r#"{"state": {"type": {"any_": ["SCHEDULED"]}}}"#,
    ),
    ("START_TIME_DESC", r#"{"name": {"like_": "part"}}"#),
    ("START_TIME_DESC", r#"{"tags": {"all_": ["one"]}}"#),
];

/// Reads pages of runs, each time with the limits that callers send.
async fn read_pages(conn: &Conn) -> Result<(), DbError> {
    let (workspace, now) = (WorkspaceId(Uuid::nil()), Timestamp::from_micros(0));
    let page = |limit| Page { limit, offset: 0 };
    for limit in [1, 200] {
        for (sort, filter) in PAGES {
            let sort = serde_json::from_value(json!(sort)).unwrap();
            let filters = Filters {
                flow_runs: Some(serde_json::from_str(filter).unwrap()),
                ..Filters::default()
            };
            flow_run::list(conn, workspace, &filters, sort, page(limit), now).await?;
        }
        for owner in ["flows", "deployments"] {
            let filter = json!({"id": {"any_": [Uuid::nil()]}});
            let mut filters = Filters::default();
            match owner {
                "flows" => filters.flows = Some(serde_json::from_value(filter).unwrap()),
                _ => filters.deployments = Some(serde_json::from_value(filter).unwrap()),
            }
            let sort = FlowRunSort::StartTimeDesc;
            flow_run::list(conn, workspace, &filters, sort, page(limit), now).await?;
        }
        for sort in [
            TaskRunSort::IdDesc,
            TaskRunSort::ExpectedStartTimeAsc,
            TaskRunSort::ExpectedStartTimeDesc,
        ] {
            let filters = Filters::default();
            task_run::list(conn, workspace, &filters, sort, page(limit), now).await?;
        }
    }
    Ok(())
}

#[test]
fn a_statement_that_takes_too_long_is_given_up() {
    let failed = embedded_complaints(async |conn, _| {
        let numbers = |count: i64| {
            format!(
                "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {count}) SELECT n FROM n"
            )
        };
        let mut wrong = Vec::new();
        // Each number takes some ten steps.
        for (count, thousands, is_found) in [(10, 1, true), (100_000, 10, false), (500, 20, true)] {
            let text = numbers(count);
            let read = |row: &mut Row<'_>| row.take::<i64>();
            let found = conn.query_within(thousands, &text, &[], read).await?;
            if found.is_some() != is_found {
                wrong.push(format!("{count} within {thousands}: {is_found}"));
            }
            // What comes after it has all the time it needs.
            let all = conn.query(&numbers(50_000), &[], read).await?;
            assert_eq!(all.len(), 50_000);
        }
        Ok(wrong)
    });
    assert_eq!(failed, Vec::<String>::new());
}

/// A page is found along an index, whatever its limit, and never by sorting all runs there are.
#[test]
fn pages_are_found_along_an_index() {
    let failed = embedded_complaints(async |conn, embedded| {
        embedded.plans()?;
        read_pages(conn).await?;
        let plans = embedded.plans()?;
        assert!(plans.len() > 60, "{plans:?}");
        let sorts = |line: &String| {
            line.contains("TEMP B-TREE FOR ORDER BY")
                || line.starts_with("SCAN r:")
                || line.starts_with("SCAN t:")
        };
        Ok(plans.into_iter().filter(sorts).collect())
    });
    assert_eq!(failed, Vec::<String>::new());
}

#[test]
fn a_statement_that_is_used_again_is_not_planned_again() {
    let failed = embedded_complaints(async |_, conn| {
        let mut replanned = Vec::new();
        for (name, sql) in statements() {
            // Writes have rules about values: reading shows it as well.
            if sql.text().starts_with("SELECT") && conn.replanned(&sql.into())? > 0 {
                replanned.push(name.to_owned());
            }
        }
        Ok(replanned)
    });
    assert_eq!(failed, Vec::<String>::new());
}

static SHOWN: Sql = Sql::new("SELECT current_setting(?1)");

#[test]
fn a_shared_database_is_used_as_the_session_says() {
    let database = Database::create();
    let location = Location::Server(database.url());
    let session = Session {
        migration: Some(std::time::Duration::from_secs(7)),
        application: "it".to_owned(),
        search_path: Some("here, public".to_owned()),
        ..Session::default()
    };
    let shown = Lanes::once(
        &location,
        Durability::Full,
        &session,
        async |conn: &Conn| {
            let mut shown = Vec::new();
            for name in ["statement_timeout", "application_name", "search_path"] {
                let read = |row: &mut Row<'_>| row.take::<String>();
                shown.extend(conn.query(&SHOWN, &[Value::from(name)], read).await?);
            }
            Ok(shown)
        },
    );
    assert_eq!(shown.unwrap(), ["7s", "it", "here, public"]);
}
