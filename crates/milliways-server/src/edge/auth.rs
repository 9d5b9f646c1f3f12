//! Who is asking: one check for HTTP and for WebSockets.

use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::path::{ApiPath, PUBLIC};
use crate::problem::Problem;

/// Who may come in. Without an authentication string everybody who reaches the server.
pub(crate) struct Auth {
    /// The digest of `user:password`: comparing digests takes the same time whatever was sent.
    expected: Option<[u8; 32]>,
}

impl Auth {
    pub(crate) fn new(auth_string: Option<&str>) -> Self {
        Self {
            expected: auth_string.map(|text| Sha256::digest(text.as_bytes()).into()),
        }
    }

    /// Whether anybody is asked who they are.
    pub(crate) fn is_on(&self) -> bool {
        self.expected.is_some()
    }

    /// Whether `text` is the authentication string.
    pub(crate) fn accepts(&self, text: &[u8]) -> bool {
        let Some(expected) = &self.expected else {
            return true;
        };
        let given: [u8; 32] = Sha256::digest(text).into();
        let difference = given
            .iter()
            .zip(expected)
            .fold(0, |sum, (a, b)| sum | (a ^ b));
        std::hint::black_box(difference) == 0
    }

    /// Whether the `Authorization` header is there, once, and right.
    pub(crate) fn accepts_headers(&self, headers: &HeaderMap) -> bool {
        if !self.is_on() {
            return true;
        }
        let mut values = headers.get_all(header::AUTHORIZATION).iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            return false;
        };
        let Some((scheme, rest)) = value.to_str().ok().and_then(|text| text.split_once(' ')) else {
            return false;
        };
        scheme.eq_ignore_ascii_case("basic")
            && STANDARD
                .decode(rest.trim())
                .is_ok_and(|text| self.accepts(&text))
    }

    /// Refuses whoever is not allowed in. WebSockets that speak the `prefect` subprotocol say who they are in
    /// their first message, see `stream/handshake.rs`.
    pub(crate) fn check(&self, request: &Request) -> Result<(), Problem> {
        if self.accepts_headers(request.headers())
            || is_public(request.method(), request.uri().path())
        {
            return Ok(());
        }
        if is_upgrade(request) {
            if offers_subprotocol(request.headers()) {
                return Ok(());
            }
            let text = "Authentication needs the WebSocket subprotocol 'prefect'";
            return Err(Problem::exception(
                StatusCode::FORBIDDEN,
                "subprotocol_required",
                text,
            ));
        }
        Err(Problem::exception(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "Unauthorized",
        ))
    }
}

fn is_public(method: &Method, path: &str) -> bool {
    PUBLIC.contains(&(method, path)) || (*method == Method::GET && ApiPath::of(path).is_page())
}

fn is_upgrade(request: &Request) -> bool {
    *request.method() == Method::GET
        && ApiPath::of(request.uri().path()).is_socket()
        && request
            .headers()
            .get(header::UPGRADE)
            .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// Whether the client offers the subprotocol `prefect`.
pub(crate) fn offers_subprotocol(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|protocol| protocol.trim() == "prefect")
}
