//! Reading a request's body, in bounds and in time, before any route sees it.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Body as _;

use super::path::ApiPath;
use crate::config::Limits;
use crate::problem::Problem;

/// The request with its whole body in memory. One that is too large is refused before more of it is read.
pub(super) async fn read(request: Request, limits: &Limits) -> Result<Request, Problem> {
    if request.body().is_end_stream() {
        return Ok(request);
    }
    let limit = limit_of(request.uri().path(), limits);
    check_coding(request.headers())?;
    if request.body().size_hint().lower() > limit as u64 {
        return Err(too_large(limit));
    }
    let (parts, body) = request.into_parts();
    match tokio::time::timeout(limits.body_timeout, collect(body, limit)).await {
        Ok(bytes) => Ok(Request::from_parts(parts, Body::from(bytes?))),
        Err(_elapsed) => {
            let seconds = limits.body_timeout.as_secs();
            let text = format!("the request's body did not arrive within {seconds} seconds");
            Err(Problem::detail(StatusCode::REQUEST_TIMEOUT, "slow_body", text).closing())
        }
    }
}

async fn collect(mut body: Body, limit: usize) -> Result<Bytes, Problem> {
    let broken = |_| {
        let text = "the request's body ended early or was malformed";
        Problem::detail(StatusCode::BAD_REQUEST, "bad_request", text).closing()
    };
    let expected = usize::try_from(body.size_hint().lower())
        .unwrap_or(0)
        .min(limit);
    let mut first = Bytes::new();
    let mut all = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(broken)?.into_data() else {
            continue;
        };
        if first.len() + all.len() + data.len() > limit {
            return Err(too_large(limit));
        }
        // Most bodies come in one piece, which is handed on as it is.
        if first.is_empty() && all.is_empty() {
            first = data;
            continue;
        }
        if all.is_empty() {
            all.reserve_exact(expected.max(first.len() + data.len()));
            all.extend_from_slice(&std::mem::take(&mut first));
        }
        // It grows by doubling, but never beyond what may come.
        let length = all.len() + data.len();
        if length > all.capacity() {
            let wanted = length.max(all.capacity() * 2).min(limit);
            all.reserve_exact(wanted - all.len());
        }
        all.extend_from_slice(&data);
    }
    Ok(if all.is_empty() { first } else { all.into() })
}

fn limit_of(path: &str, limits: &Limits) -> usize {
    let path = ApiPath::of(path);
    let is_bulk = path.below_root.is_some_and(|rest| {
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        matches!(rest, "/logs" | "/events") || rest.ends_with("/journal")
    });
    if is_bulk {
        limits.bulk_body
    } else {
        limits.body
    }
}

/// Compressed bodies are refused: a few bytes may stand for gigabytes, and no client of ours sends them.
fn check_coding(headers: &HeaderMap) -> Result<(), Problem> {
    let coded = headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .any(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"));
    if coded {
        let text = "compressed bodies are not accepted";
        return Err(
            Problem::detail(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_encoding", text)
                .hint("send the body without Content-Encoding")
                .closing(),
        );
    }
    Ok(())
}

fn too_large(limit: usize) -> Problem {
    let text = format!("the request's body is larger than {limit} bytes");
    Problem::detail(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", text)
        .hint("send it in smaller parts")
        .closing()
}
