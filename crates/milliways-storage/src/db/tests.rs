//! Statements are rendered as each database wants them.

use super::statement::{Lists, Statement};

#[test]
fn lists_locks_and_case_are_spelled_for_each_database() {
    let text = "SELECT a FROM t WHERE a = ANY(?1) AND b <> ALL(?2) AND c ILIKE ?3 FOR UPDATE OF t"
        .to_owned();
    let statement = Statement::from(&text);
    assert_eq!(
        statement.sqlite(Lists::Any),
        "SELECT a FROM t WHERE a IN rarray(?1) AND b NOT IN rarray(?2) AND c LIKE ?3"
    );
    assert_eq!(
        statement.sqlite(Lists::OfOne),
        "SELECT a FROM t WHERE a = (?1) AND b <> (?2) AND c LIKE ?3"
    );
    assert_eq!(
        statement.postgres(),
        "SELECT a FROM t WHERE a = ANY($1) AND b <> ALL($2) AND c ILIKE $3 FOR UPDATE OF t"
    );
}

#[test]
fn an_index_is_named_to_the_embedded_database_alone() {
    let text =
        "SELECT a FROM t INDEXED BY t_a WHERE a IN (SELECT b FROM u INDEXED BY u_b)".to_owned();
    let statement = Statement::from(&text);
    assert_eq!(statement.sqlite(Lists::OfOne), text);
    assert_eq!(
        statement.postgres(),
        "SELECT a FROM t WHERE a IN (SELECT b FROM u)"
    );
}
