//! Every statement prepares on both databases, as the migrations leave them.

use milliways_tests::postgres::Database;

use crate::db::{Conn, DbError, Durability, Lanes, Location, Sql, migrate};

fn statements() -> Vec<(&'static str, &'static Sql)> {
    [
        crate::tables::attempt::STATEMENTS,
        crate::tables::event::STATEMENTS,
        crate::tables::flow::STATEMENTS,
        crate::tables::flow_run::STATEMENTS,
        crate::tables::log::STATEMENTS,
        crate::tables::task_run::STATEMENTS,
        crate::reconcile::STATEMENTS,
        crate::render::STATEMENTS,
        crate::scope::statements(),
        crate::store::STATEMENTS,
        crate::transition::statements(),
    ]
    .concat()
}

fn check(location: &Location) {
    let checked: Result<Vec<String>, DbError> =
        Lanes::once(location, Durability::Full, async |conn: &Conn| {
            migrate(conn).await?;
            assert_eq!(
                migrate(conn).await?,
                0,
                "the second time there is nothing to do"
            );
            let mut failed = Vec::new();
            for (name, sql) in statements() {
                if let Err(error) = conn.check(sql).await {
                    failed.push(format!("{name}: {:?}", std::error::Error::source(&error)));
                }
            }
            Ok(failed)
        });
    assert_eq!(checked.unwrap(), Vec::<String>::new());
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
