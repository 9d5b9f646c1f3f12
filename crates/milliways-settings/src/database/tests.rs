//! Addresses of databases in every spelling that people have.

use super::*;

fn check(cases: &[&str]) -> String {
    let meaning = |text: &str| match DatabaseUrl::parse(text) {
        Some(DatabaseUrl::File(path)) => format!("file {}", path.display()),
        Some(DatabaseUrl::Memory) => "memory".to_owned(),
        Some(DatabaseUrl::Postgres(url)) => url.expose().to_owned(),
        None => "-".to_owned(),
    };
    let line = |text: &&str| format!("{text} => {}", meaning(text));
    cases.iter().map(line).collect::<Vec<_>>().join(
        "
",
    )
}

#[test]
fn embedded_databases() {
    let cases = [
        "sqlite:///relative.db",
        "sqlite+aiosqlite:////var/lib/a.db",
        "sqlite+aiosqlite:////var/lib/a.db?timeout=5",
        "sqlite:///~/a.db",
        "sqlite+aiosqlite:///:memory:",
        "sqlite+aiosqlite:///file::memory:?cache=shared&uri=true&check_same_thread=false",
        "sqlite:///file:a.db?mode=memory",
        "sqlite://",
        "sqlite://host/a.db",
        "/var/lib/a.db",
        "mysql://host/db",
    ];
    insta::assert_snapshot!(check(&cases), @r"
    sqlite:///relative.db => file relative.db
    sqlite+aiosqlite:////var/lib/a.db => file /var/lib/a.db
    sqlite+aiosqlite:////var/lib/a.db?timeout=5 => file /var/lib/a.db
    sqlite:///~/a.db => file ~/a.db
    sqlite+aiosqlite:///:memory: => memory
    sqlite+aiosqlite:///file::memory:?cache=shared&uri=true&check_same_thread=false => memory
    sqlite:///file:a.db?mode=memory => memory
    sqlite:// => memory
    sqlite://host/a.db => -
    /var/lib/a.db => -
    mysql://host/db => -
    ");
}

#[test]
fn postgresql_databases() {
    let cases = [
        "postgresql+asyncpg://u:p@h:5432/db",
        "postgres://h/db",
        "postgresql+psycopg2://u@h/db?sslmode=require",
        "postgresql+asyncpg://u:p@h/db?ssl=require&prepared_statement_cache_size=0",
        "postgresql+asyncpg://u:p@h/db?ssl=true",
        "postgresql:///db?host=/var/run/postgresql&user=u",
        "postgresql://",
    ];
    insta::assert_snapshot!(check(&cases), @r"
    postgresql+asyncpg://u:p@h:5432/db => postgresql://u:p@h:5432/db
    postgres://h/db => postgresql://h/db
    postgresql+psycopg2://u@h/db?sslmode=require => postgresql://u@h/db?sslmode=require
    postgresql+asyncpg://u:p@h/db?ssl=require&prepared_statement_cache_size=0 => postgresql://u:p@h/db?sslmode=require
    postgresql+asyncpg://u:p@h/db?ssl=true => postgresql://u:p@h/db?sslmode=require
    postgresql:///db?host=/var/run/postgresql&user=u => postgresql:///db?host=/var/run/postgresql&user=u
    postgresql:// => -
    ");
}

#[test]
fn passwords_are_not_shown() {
    let shown = |text| DatabaseUrl::parse(text).expect("valid").to_string();
    assert_eq!(
        shown("postgres://u:p@ss@h/db"),
        "postgresql://u:********@h/db"
    );
    assert_eq!(shown("postgres://u@h/db"), "postgresql://u@h/db");
    assert_eq!(
        shown("postgres:///db?password=x&user=u"),
        "postgresql:///db?password=********&user=u"
    );
}

#[test]
fn parts_are_encoded() {
    let password = Secret::new("p@s:s/w");
    let url = postgres_from_parts("h", Some(5432), Some("u ser"), Some(&password), Some("db"));
    assert_eq!(
        url,
        DatabaseUrl::Postgres(Secret::new("postgresql://u%20ser:p%40s%3As%2Fw@h:5432/db"))
    );
}
