//! The version of the API that a client announces.

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use milliways_model::version::{API_VERSION, MINIMUM_API_VERSION, parse};

use super::path::ApiPath;
use crate::problem::Problem;

/// Where a client announces it.
pub(crate) const HEADER: &str = "x-prefect-api-version";

/// Refuses versions that are malformed or too old. A client that announces none is taken for the newest.
pub(super) fn check(request: &Request) -> Result<(), Problem> {
    let Some(value) = request.headers().get(HEADER) else {
        return Ok(());
    };
    if value.as_bytes() == API_VERSION.as_bytes() || !is_versioned(request.uri().path()) {
        return Ok(());
    }
    let text = value.to_str().unwrap_or_default();
    let Some(version) = strict(text) else {
        let told: String = text.chars().take(32).collect();
        let problem = format!("the header {HEADER} is not a version of the form 1.2.3: {told}");
        return Err(Problem::detail(
            StatusCode::BAD_REQUEST,
            "bad_api_version",
            problem,
        ));
    };
    if Some(version) < parse(MINIMUM_API_VERSION) {
        let problem = format!(
            "the client speaks version {text} of the API, the oldest that is answered is {MINIMUM_API_VERSION}"
        );
        return Err(
            Problem::detail(StatusCode::BAD_REQUEST, "old_api_version", problem)
                .hint("use a newer client"),
        );
    }
    Ok(())
}

/// The version that a client announces, if it is one.
pub(crate) fn announced(headers: &HeaderMap) -> Option<(u32, u32, u32)> {
    strict(headers.get(HEADER)?.to_str().ok()?)
}

fn strict(text: &str) -> Option<(u32, u32, u32)> {
    let mut numbers = text.split('.').map(|part| {
        part.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| part.parse().ok())
            .flatten()
    });
    let version = (numbers.next()??, numbers.next()??, numbers.next()??);
    numbers.next().is_none().then_some(version)
}

/// Health and version have to be told to clients of any version.
fn is_versioned(path: &str) -> bool {
    let rest = ApiPath::of(path)
        .below_root
        .map(|rest| rest.strip_suffix('/').unwrap_or(rest));
    rest.is_some_and(|rest| !matches!(rest, "/health" | "/version"))
}
