//! What every answer gets on its way out: problems become bodies, browsers are told what they must not do,
//! the request is counted and logged.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::Response;
use milliways_model::ids::uuid7_now;
use milliways_model::problem::PROBLEM_TYPE;

use super::path::ApiPath;
use crate::app::App;
use crate::metrics::Resource;
use crate::problem::Problem;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What the log and the counters say about a request.
pub(super) struct Line {
    method: Method,
    resource: Resource,
    uri: Uri,
    /// Whether the client reads problem documents.
    is_for_problems: bool,
}

impl Line {
    pub(super) fn of(request: &Request) -> Self {
        Self {
            method: request.method().clone(),
            resource: Resource::of(ApiPath::of(request.uri().path()).resource()),
            uri: request.uri().clone(),
            is_for_problems: accepts_problems(request.headers()),
        }
    }
}

/// Whether a request's `Accept` names [`PROBLEM_TYPE`]; a `*/*` does not, everybody sends that.
fn accepts_problems(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|range| range.split(';').next())
        .any(|range| range.trim().eq_ignore_ascii_case(PROBLEM_TYPE))
}

/// Finishes an answer.
pub(super) fn finish(
    app: &App,
    line: &Line,
    cross_origin: Option<HeaderValue>,
    mut response: Response,
    took: Duration,
) -> Response {
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        render(line, &problem, &mut response);
    }
    if let Some(origin) = cross_origin {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.append(header::VARY, HeaderValue::from_static("origin"));
    }
    secure(&mut response);
    app.metrics
        .count_request(line.resource, &line.method, response.status(), took);
    tracing::debug!(
        method = %line.method,
        path = line.uri.path(),
        status = response.status().as_u16(),
        micros = took.as_micros(),
        "request"
    );
    response
}

fn render(line: &Line, problem: &Problem, response: &mut Response) {
    let id = uuid7_now().simple().to_string();
    if problem.status().is_server_error() {
        tracing::error!(
            request_id = id,
            method = %line.method,
            path = line.uri.path(),
            status = problem.status().as_u16(),
            code = problem.code(),
            cause = problem.cause(),
            "request failed"
        );
    } else {
        tracing::debug!(request_id = id, code = problem.code(), reason = %problem.text(), "request refused");
    }
    let (body, kind) = if line.is_for_problems {
        (problem.document(&id), PROBLEM_TYPE)
    } else {
        (problem.body(), "application/json")
    };
    *response.body_mut() = Body::from(body);
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    if let Some(seconds) = problem.wait_seconds()
        && let Ok(seconds) = HeaderValue::from_str(&seconds.to_string())
    {
        headers.insert(header::RETRY_AFTER, seconds);
    }
    if problem.closes() {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    if problem.status() == StatusCode::UNAUTHORIZED {
        let asked = HeaderValue::from_static("Basic realm=\"milliways\", charset=\"UTF-8\"");
        headers.insert(header::WWW_AUTHENTICATE, asked);
    }
}

/// What keeps a browser from taking an answer for something else. The page sets a policy of its own.
fn secure(response: &mut Response) {
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        return;
    }
    let headers = response.headers_mut();
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        let policy = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
}
