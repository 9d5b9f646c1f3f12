//! Where a server is: the parts of its URL, or the path of its socket.

use std::fmt;
use std::path::PathBuf;

use crate::{Error, Result};

/// The address of an API.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// Over TCP, with TLS where the URL begins with `https`.
    Url {
        /// Whether it is `https`.
        is_tls: bool,
        /// Name or IP address; that of IPv6 without its brackets.
        host: String,
        /// From the URL, else 80 or 443.
        port: u16,
        /// The path of the API root, such as `/api`, without a slash at its end.
        root: String,
    },
    /// A Unix socket; the API root is `/api`.
    Socket(PathBuf),
}

impl Address {
    /// Reads a URL such as `http://127.0.0.1:4200/api`.
    ///
    /// # Errors
    /// When it is not `http` or `https`, has no host, or has user, query or fragment.
    pub fn parse(url: &str) -> Result<Self> {
        let invalid = |reason| Error::Address {
            url: url.to_owned(),
            reason,
        };
        let (is_tls, rest) = match (url.strip_prefix("http://"), url.strip_prefix("https://")) {
            (Some(rest), _) => (false, rest),
            (_, Some(rest)) => (true, rest),
            _ => return Err(invalid("it begins with neither http:// nor https://")),
        };
        if rest.contains(['?', '#']) || rest.contains(|c: char| c.is_whitespace() || c.is_control())
        {
            return Err(invalid("it has a query, a fragment or blanks"));
        }
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if authority.contains('@') {
            return Err(invalid(
                "it has a user: set MILLIWAYS_API_AUTH_STRING or MILLIWAYS_API_KEY instead",
            ));
        }
        let (host, port) = match authority
            .strip_prefix('[')
            .and_then(|inner| inner.split_once(']'))
        {
            Some((host, "")) => (host, None),
            Some((host, port)) => (host, port.strip_prefix(':')),
            None => match authority.rsplit_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (authority, None),
            },
        };
        if host.is_empty() {
            return Err(invalid("it has no host"));
        }
        let port = match port {
            Some(port) => port
                .parse()
                .map_err(|_| invalid("its port is no number from 0 to 65535"))?,
            None => {
                if is_tls {
                    443
                } else {
                    80
                }
            }
        };
        let root = path.trim_end_matches('/').to_owned();
        Ok(Self::Url {
            is_tls,
            host: host.to_owned(),
            port,
            root,
        })
    }

    /// The path of the API root.
    pub fn root(&self) -> &str {
        match self {
            Self::Url { root, .. } => root,
            Self::Socket(_) => "/api",
        }
    }

    /// What the `Host` header says.
    pub fn host_header(&self) -> String {
        match self {
            Self::Url {
                is_tls, host, port, ..
            } => {
                let host = if host.contains(':') {
                    format!("[{host}]")
                } else {
                    host.clone()
                };
                let is_usual = *port == if *is_tls { 443 } else { 80 };
                if is_usual {
                    host
                } else {
                    format!("{host}:{port}")
                }
            }
            Self::Socket(_) => "localhost".to_owned(),
        }
    }

    /// Where the web page is, as far as the address of the API tells: beside `/api`. None behind a socket.
    pub fn ui_url(&self) -> Option<String> {
        match self {
            Self::Url { is_tls, root, .. } => {
                let scheme = if *is_tls { "https" } else { "http" };
                let base = root.strip_suffix("/api").unwrap_or(root);
                Some(format!("{scheme}://{}{base}", self.host_header()))
            }
            Self::Socket(_) => None,
        }
    }
}

/// As a URL, or as `unix:` and the path.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url { is_tls, root, .. } => {
                let scheme = if *is_tls { "https" } else { "http" };
                write!(f, "{scheme}://{}{root}", self.host_header())
            }
            Self::Socket(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_written_alike() {
        let cases = [
            (
                "http://127.0.0.1:4200/api",
                "http://127.0.0.1:4200/api",
                Some("http://127.0.0.1:4200"),
            ),
            (
                "https://runs.example/api/",
                "https://runs.example/api",
                Some("https://runs.example"),
            ),
            (
                "http://[::1]:4200/api",
                "http://[::1]:4200/api",
                Some("http://[::1]:4200"),
            ),
            ("http://h:80", "http://h", Some("http://h")),
            (
                "http://h/a/api/accounts/x",
                "http://h/a/api/accounts/x",
                Some("http://h/a/api/accounts/x"),
            ),
        ];
        for (url, written, ui_url) in cases {
            let address = Address::parse(url).unwrap();
            assert_eq!(address.to_string(), written);
            assert_eq!(address.ui_url().as_deref(), ui_url);
        }
    }

    #[test]
    fn what_is_no_address_says_why() {
        for url in [
            "ftp://h",
            "http://",
            "http://:1/api",
            "http://h:99999",
            "http://u:p@h/api",
            "http://h/?a",
            "h",
        ] {
            assert!(Address::parse(url).is_err(), "{url}");
        }
    }
}
