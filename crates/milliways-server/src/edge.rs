//! The one way in and out: every request passes here before a route sees it, every answer after.
//!
//! In: headers within bounds, host and origin, who is asking, the API version, the body within bounds and
//! time. Then the routes, within time and with panics caught. Out: problems rendered, security headers,
//! counters, the log line. WebSockets begin as requests and come through here as well.

mod auth;
mod body;
mod origin;
mod path;
mod respond;
mod version;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use tower::Service;

use crate::app::App;
use crate::problem::Problem;

pub(crate) use auth::{Auth, offers_subprotocol};
pub(crate) use origin::Origins;
pub(crate) use path::ApiPath;
pub(crate) use version::announced;

/// How a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    /// Over TCP, from anybody who reaches the address.
    Network,
    /// Over the unix socket, which only its owner can open.
    Owner,
}

/// The edge of a server. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Edge {
    inner: Arc<Inner>,
}

struct Inner {
    app: Arc<App>,
    router: Router,
}

impl Edge {
    pub(crate) fn new(app: Arc<App>) -> Self {
        let router = crate::routes::router(Arc::clone(&app));
        Self {
            inner: Arc::new(Inner { app, router }),
        }
    }

    /// Answers a request.
    pub(crate) async fn answer(&self, request: Request<Body>, peer: Peer) -> Response {
        let app = &*self.inner.app;
        let started = Instant::now();
        let _busy = app.lifecycle.begin();
        let line = respond::Line::of(&request);
        let cross = app.origins.allowed_origin(request.headers());
        let response = match self.admit(request, peer).await {
            Ok(request) => self.route(request).await,
            Err(response) => response,
        };
        respond::finish(app, &line, cross, response, started.elapsed())
    }

    /// Everything that is checked before a route sees the request. What is refused, or answered at once, is an
    /// error here.
    async fn admit(&self, mut request: Request, peer: Peer) -> Result<Request, Response> {
        let app = &*self.inner.app;
        request.extensions_mut().insert(peer);
        within_header_limit(&request, app.config.limits.headers)?;
        if peer == Peer::Network {
            app.origins.check(&request)?;
            if let Some(preflight) = app.origins.preflight(&request) {
                return Err(preflight);
            }
            app.auth.check(&request)?;
        }
        if let Some(csrf) = &app.csrf {
            csrf.check(&request)?;
        }
        version::check(&request)?;
        Ok(body::read(request, &app.config.limits).await?)
    }

    /// The routes, in bounded time; a panic in a handler ends its request and nothing else.
    async fn route(&self, request: Request) -> Response {
        let app = &*self.inner.app;
        let mut router = self.inner.router.clone();
        let answer = AssertUnwindSafe(router.call(request)).catch_unwind();
        match tokio::time::timeout(app.config.limits.request_timeout, answer).await {
            Ok(Ok(Ok(response))) => response,
            Ok(Ok(Err(never))) => match never {},
            Ok(Err(panic)) => {
                app.metrics.panics.add(1);
                Problem::internal(format!("a handler panicked: {}", words_of(&*panic)))
                    .into_response()
            }
            Err(_elapsed) => Problem::unavailable("request_timeout").into_response(),
        }
    }
}

impl From<Problem> for Response {
    fn from(problem: Problem) -> Self {
        problem.into_response()
    }
}

fn within_header_limit(request: &Request, limit: usize) -> Result<(), Problem> {
    let headers = request.headers();
    let sum = |(name, value): (&header::HeaderName, &header::HeaderValue)| {
        name.as_str().len() + value.len() + 4
    };
    let size = request
        .uri()
        .path_and_query()
        .map_or(0, |it| it.as_str().len())
        + headers.iter().map(sum).sum::<usize>();
    if size > limit {
        let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
        let text = format!("the request's headers are larger than {limit} bytes");
        return Err(Problem::detail(status, "headers_too_large", text).closing());
    }
    Ok(())
}

fn words_of(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without words")
}

/// Whether a request only reads.
pub(crate) fn is_safe(method: &Method) -> bool {
    matches!(
        *method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE
    )
}

#[cfg(test)]
mod tests;
