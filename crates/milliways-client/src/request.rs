//! A request before it is sent, and the answer as it came.

use std::fmt::Write as _;
use std::time::Duration;

use bytes::Bytes;
use hyper::{HeaderMap, Method};
use milliways_model::Problem;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::retry::retry_after;
use crate::{Error, Result};

/// A request below the API root.
#[derive(Clone, Debug)]
pub struct Request {
    /// GET, POST, …
    pub method: Method,
    /// Below the API root, with a slash at its beginning and the query at its end.
    pub path: String,
    /// JSON, or nothing.
    pub body: Bytes,
    /// Whether making it twice has the effect of making it once, so that it may be repeated after a broken answer.
    pub is_repeatable: bool,
}

/// The answer to a request, whatever its status.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its whole body.
    pub body: Bytes,
}

impl Request {
    /// A request without a body. All methods but POST and PATCH may be repeated.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        let is_repeatable = method != Method::POST && method != Method::PATCH;
        Self {
            method,
            path: path.into(),
            body: Bytes::new(),
            is_repeatable,
        }
    }

    /// The same with a JSON body.
    ///
    /// # Errors
    /// When `body` can't be written as JSON.
    pub fn json<B: Serialize + ?Sized>(mut self, body: &B) -> Result<Self> {
        let written = serde_json::to_vec(body).map_err(|source| Error::Body {
            route: self.route(),
            source,
        })?;
        self.body = written.into();
        Ok(self)
    }

    /// The same, marked as one that may be repeated: a list, or what the server recognises when it sees it again.
    #[must_use]
    pub const fn repeatable(mut self) -> Self {
        self.is_repeatable = true;
        self
    }

    /// Method and path, for messages.
    pub(crate) fn route(&self) -> String {
        let path = self.path.split('?').next().unwrap_or_default();
        format!("{} {path}", self.method)
    }
}

impl Answer {
    /// The answer where it has a good status, else the error that it tells of.
    ///
    /// # Errors
    /// When the status is not 2xx.
    pub fn good(self, request: &Request) -> Result<Self> {
        if (200..300).contains(&self.status) {
            return Ok(self);
        }
        let problem: Option<Problem> = serde_json::from_slice(&self.body).ok();
        Err(Error::Status {
            route: request.route(),
            status: self.status,
            detail: self.detail(),
            problem: problem.map(Box::new),
            retry_after: self.retry_after(),
            body: self.body.to_vec(),
        })
    }

    /// Reads the body; one that is empty reads like `null`.
    ///
    /// # Errors
    /// When it is of another shape.
    pub fn parse<T: DeserializeOwned>(&self, request: &Request, address: &str) -> Result<T> {
        let body: &[u8] = if self.body.is_empty() {
            b"null"
        } else {
            &self.body
        };
        serde_json::from_slice(body).map_err(|source| Error::Shape {
            route: request.route(),
            address: address.to_owned(),
            source,
        })
    }

    /// The text for people in the body of an error, in any of the shapes that Prefect's API has for it.
    fn detail(&self) -> String {
        const LONGEST: usize = 2_000;
        let body: serde_json::Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let text = |key: &str| {
            body.get(key)
                .and_then(|value| value.as_str())
                .map(str::to_owned)
        };
        let list = || {
            let first = body.get("exception_detail")?.get(0)?;
            let place: Vec<String> = first.get("loc")?.as_array()?.iter().map(plain).collect();
            Some(format!("{}: {}", place.join("."), plain(first.get("msg")?)))
        };
        let detail = text("detail")
            .or_else(list)
            .or_else(|| text("exception_message"));
        detail.unwrap_or_else(|| {
            String::from_utf8_lossy(&self.body)
                .chars()
                .take(LONGEST)
                .collect()
        })
    }

    fn retry_after(&self) -> Option<Duration> {
        retry_after(self.headers.get("retry-after")?.to_str().ok()?)
    }
}

/// A name as a part of a path.
pub(crate) fn escaped(name: &str) -> String {
    let mut escaped = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

fn plain(value: &serde_json::Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
