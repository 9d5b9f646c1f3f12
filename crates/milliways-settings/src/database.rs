//! The address of a database, in our spelling and in SQLAlchemy's.

use std::fmt;
use std::path::PathBuf;

use crate::{Secret, Value};

/// Which database to use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// The embedded database in this file.
    File(PathBuf),
    /// The embedded database without a file: gone when the server ends.
    Memory,
    /// PostgreSQL at this address, in the spelling of libpq.
    Postgres(Secret),
}

impl Value for DatabaseUrl {
    const EXPECTS: &'static str =
        "sqlite:///path/to/file.db or postgresql://user:password@host:5432/name";
    const SECRET: bool = true;

    fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        // A driver, as in `postgresql+asyncpg`, says how Python connects and nothing about where to.
        let (dialect, _driver) = scheme.split_once('+').unwrap_or((scheme, ""));
        match dialect {
            "sqlite" => embedded(rest),
            "postgresql" | "postgres" => postgres(rest),
            _ => None,
        }
    }
}

/// Shows the address without its password.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "sqlite:///{}", path.display()),
            Self::Memory => f.write_str("sqlite:///:memory:"),
            Self::Postgres(url) => f.write_str(&without_password(url.expose())),
        }
    }
}

/// What follows `sqlite://`: an empty host, and the path after its slash. `sqlite:////a/b` has the path `/a/b`.
fn embedded(rest: &str) -> Option<DatabaseUrl> {
    let (location, query) = rest.split_once('?').unwrap_or((rest, ""));
    let path = if location.is_empty() {
        ""
    } else {
        location.strip_prefix('/')?
    };
    let path = path.strip_prefix("file:").unwrap_or(path);
    let is_memory = path.is_empty()
        || path == ":memory:"
        || query.split('&').any(|parameter| parameter == "mode=memory");
    Some(if is_memory {
        DatabaseUrl::Memory
    } else {
        DatabaseUrl::File(PathBuf::from(path))
    })
}

/// What follows `postgresql://`. Parameters that only Python's drivers know are left out.
fn postgres(rest: &str) -> Option<DatabaseUrl> {
    let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
    if address.is_empty() && query.is_empty() {
        return None;
    }
    let parameters: Vec<String> = query.split('&').filter_map(libpq_parameter).collect();
    let separator = if parameters.is_empty() { "" } else { "?" };
    let url = format!("postgresql://{address}{separator}{}", parameters.join("&"));
    Some(DatabaseUrl::Postgres(Secret::new(url)))
}

fn libpq_parameter(parameter: &str) -> Option<String> {
    let (name, value) = parameter.split_once('=')?;
    match (name, value) {
        ("ssl", "true" | "True" | "1") => Some("sslmode=require".to_owned()),
        ("ssl", "false" | "False" | "0") => Some("sslmode=disable".to_owned()),
        ("ssl", mode) => Some(format!("sslmode={mode}")),
        (
            "sslmode"
            | "sslrootcert"
            | "sslcert"
            | "sslkey"
            | "channel_binding"
            | "host"
            | "port"
            | "user"
            | "password"
            | "dbname"
            | "options"
            | "application_name"
            | "connect_timeout"
            | "target_session_attrs"
            | "keepalives"
            | "keepalives_idle",
            _,
        ) => Some(parameter.to_owned()),
        _ => None,
    }
}

fn without_password(url: &str) -> String {
    let hidden = |(credentials, address): (&str, &str)| {
        let (start, _password) = credentials.rsplit_once(':')?;
        // `postgresql://user@host` has a colon in its scheme only.
        start
            .contains("://")
            .then(|| format!("{start}:{}@{address}", Secret::MASK))
    };
    let shown = url
        .rsplit_once('@')
        .and_then(hidden)
        .unwrap_or_else(|| url.to_owned());
    match shown.split_once("password=") {
        Some((start, rest)) => {
            let tail = rest.find('&').map_or("", |end| &rest[end..]);
            format!("{start}password={}{tail}", Secret::MASK)
        }
        None => shown,
    }
}

/// An address put together from its parts. Everything but the host may be absent.
pub(crate) fn postgres_from_parts(
    host: &str,
    port: Option<u16>,
    user: Option<&str>,
    password: Option<&Secret>,
    name: Option<&str>,
) -> DatabaseUrl {
    let mut url = String::from("postgresql://");
    if let Some(user) = user {
        url.push_str(&percent_encoded(user));
        if let Some(password) = password {
            url.push(':');
            url.push_str(&percent_encoded(password.expose()));
        }
        url.push('@');
    }
    url.push_str(host);
    if let Some(port) = port {
        url.push(':');
        url.push_str(&port.to_string());
    }
    if let Some(name) = name {
        url.push('/');
        url.push_str(&percent_encoded(name));
    }
    DatabaseUrl::Postgres(Secret::new(url))
}

fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
            encoded.push('%');
            encoded.extend(
                [byte >> 4, byte & 15]
                    .map(digit)
                    .map(|c| c.to_ascii_uppercase()),
            );
        }
    }
    encoded
}

#[cfg(test)]
mod tests;
