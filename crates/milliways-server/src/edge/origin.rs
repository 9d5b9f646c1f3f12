//! Which page a request comes from, and under which name the server was called.
//!
//! A browser sends requests for any page that is open in it. Without authentication, what protects a server
//! on this machine is that it answers only under its own names (a foreign name that resolves to loopback is
//! a rebinding attack) and only to its own page. Other origins are let in where the settings name them.

use std::net::IpAddr;

use axum::body::Body;
use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;

use crate::config::ServerConfig;
use crate::problem::Problem;

/// The methods that the API has.
const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE");

/// Which hosts and origins are let in.
pub(crate) struct Origins {
    checks_host: bool,
    hosts: Vec<String>,
    allowed: Vec<String>,
    allows_all: bool,
    methods: HeaderValue,
    headers: Option<HeaderValue>,
}

impl Origins {
    pub(crate) fn new(config: &ServerConfig) -> Self {
        let origins: Vec<String> = config
            .cors_allowed_origins
            .iter()
            .map(|origin| origin.trim_end_matches('/').to_ascii_lowercase())
            .collect();
        // What can't be written in a header can't be asked for in one either.
        let list = |words: &Vec<String>| {
            HeaderValue::from_str(&words.join(", ")).unwrap_or(HeaderValue::from_static(""))
        };
        let bound = config.tcp.iter().map(|(host, _)| host.clone());
        Self {
            checks_host: config.auth_string.is_none(),
            hosts: config.allowed_hosts.iter().cloned().chain(bound).collect(),
            allows_all: origins.iter().any(|origin| origin == "*"),
            allowed: origins,
            methods: config.cors_allowed_methods.as_ref().map_or(METHODS, list),
            headers: config.cors_allowed_headers.as_ref().map(list),
        }
    }

    /// Refuses calls under foreign names and from foreign pages.
    pub(crate) fn check(&self, request: &Request) -> Result<(), Problem> {
        let host = host_of(request);
        if self.checks_host && !host.as_ref().is_some_and(|host| self.knows(host.host())) {
            let text = "the server is not known by that host name";
            return Err(
                Problem::detail(StatusCode::MISDIRECTED_REQUEST, "unknown_host", text).hint(
                    "call it as localhost or by its address, or give it an authentication string",
                ),
            );
        }
        let Some(origin) = request.headers().get(header::ORIGIN) else {
            return Ok(());
        };
        if self.allows(origin) || is_same(origin, host.as_ref()) {
            return Ok(());
        }
        let text = "pages of another origin may not call the server";
        Err(Problem::detail(StatusCode::FORBIDDEN, "cross_origin", text)
            .hint("name the origin in the setting server.api.cors_allowed_origins"))
    }

    /// The answer to a browser's question whether a page of another origin may call.
    pub(crate) fn preflight(&self, request: &Request) -> Option<Response> {
        let asks = *request.method() == Method::OPTIONS
            && request
                .headers()
                .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        if !asks
            || !request
                .headers()
                .get(header::ORIGIN)
                .is_some_and(|origin| self.allows(origin))
        {
            return None;
        }
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, self.methods.clone());
        let wanted = request
            .headers()
            .get(header::ACCESS_CONTROL_REQUEST_HEADERS);
        if let Some(allowed) = self.headers.as_ref().or(wanted) {
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed.clone());
        }
        headers.insert(
            header::ACCESS_CONTROL_MAX_AGE,
            HeaderValue::from_static("600"),
        );
        Some(response)
    }

    /// The origin that the answer has to name, where another one than the server's own was let in.
    pub(crate) fn allowed_origin(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        if self.allowed.is_empty() {
            return None;
        }
        headers
            .get(header::ORIGIN)
            .filter(|origin| self.allows(origin))
            .cloned()
    }

    fn allows(&self, origin: &HeaderValue) -> bool {
        self.allows_all
            || origin.to_str().is_ok_and(|origin| {
                let origin = origin.to_ascii_lowercase();
                self.allowed.contains(&origin)
            })
    }

    fn knows(&self, host: &str) -> bool {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        host.eq_ignore_ascii_case("localhost")
            || bare
                .parse::<IpAddr>()
                .is_ok_and(|address| address.is_loopback())
            || self
                .hosts
                .iter()
                .any(|known| known.eq_ignore_ascii_case(bare))
    }
}

/// The name and port under which the server was called.
fn host_of(request: &Request) -> Option<Authority> {
    if let Some(authority) = request.uri().authority() {
        return Some(authority.clone());
    }
    let mut values = request.headers().get_all(header::HOST).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return None;
    };
    Authority::try_from(value.as_bytes()).ok()
}

/// Whether a page's origin is the server itself. The scheme is left aside: a proxy may add TLS.
fn is_same(origin: &HeaderValue, host: Option<&Authority>) -> bool {
    let Some(origin) = origin.to_str().ok().and_then(|text| text.split_once("://")) else {
        return false;
    };
    let default_port = if origin.0.eq_ignore_ascii_case("https") {
        443
    } else {
        80
    };
    let Ok(page) = origin.1.parse::<Authority>() else {
        return false;
    };
    host.is_some_and(|host| {
        host.host().eq_ignore_ascii_case(page.host())
            && page.port_u16().unwrap_or(default_port) == host.port_u16().unwrap_or(default_port)
    })
}
