//! Answers of handlers: values written straight to bytes.

use std::cell::RefCell;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use serde::Serialize;

use crate::problem::Problem;

/// What a handler gives back.
pub(super) type Answer = Result<Response, Problem>;

/// 200 with a value.
pub(super) fn ok<T: Serialize>(value: &T) -> Answer {
    json(StatusCode::OK, value)
}

/// 200 with a value, or 404.
pub(super) fn found<T: Serialize>(value: Option<&T>, what: &'static str) -> Answer {
    value.map_or_else(|| Err(Problem::not_found(what)), ok)
}

/// 200 with a value, or a problem of its own.
pub(super) fn found_or<T: Serialize>(
    value: Option<&T>,
    otherwise: impl FnOnce() -> Problem,
) -> Answer {
    value.map_or_else(|| Err(otherwise()), ok)
}

/// 201 where something was made or written, else 200.
pub(super) fn made<T: Serialize>(is_new: bool, value: &T) -> Answer {
    json(
        if is_new {
            StatusCode::CREATED
        } else {
            StatusCode::OK
        },
        value,
    )
}

/// 204, or 404 where there was nothing to change.
pub(super) fn changed(was_there: bool, what: &'static str) -> Answer {
    if was_there {
        Ok(empty(StatusCode::NO_CONTENT))
    } else {
        Err(Problem::not_found(what))
    }
}

/// 204, or 404 with a text of its own.
pub(super) fn changed_or(was_there: bool, missing: &'static str) -> Answer {
    if was_there {
        Ok(empty(StatusCode::NO_CONTENT))
    } else {
        Err(Problem::missing(missing))
    }
}

/// A status without a body.
pub(super) fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// A status with a value.
pub(super) fn json<T: Serialize>(status: StatusCode, value: &T) -> Answer {
    as_json(status, written(value))
}

/// A status with what was [`written`].
pub(super) fn as_json(status: StatusCode, written: serde_json::Result<Bytes>) -> Answer {
    let bytes = written.map_err(|error| Problem::internal(error.to_string()))?;
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}

/// How much a thread keeps for the next answer, in bytes.
const KEPT: usize = 1 << 20;

/// Writes a value into what the thread wrote its last answer into: a long answer would have to be moved again and
/// again as it grows.
pub(super) fn written<T: Serialize>(value: &T) -> serde_json::Result<Bytes> {
    thread_local!(static LAST: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) });
    LAST.with_borrow_mut(|last| {
        last.clear();
        last.shrink_to(KEPT);
        serde_json::to_writer(&mut *last, value)?;
        Ok(Bytes::copy_from_slice(last))
    })
}

/// A field that the schema requires and serde lets through.
pub(super) fn required<T>(value: Option<T>, name: &'static str) -> Result<T, Problem> {
    value.ok_or_else(|| {
        let location = vec!["body".into(), name.into()];
        let error = crate::problem::FieldError::new(
            "missing",
            location,
            "Field required",
            serde_json::Value::Null,
        );
        Problem::fields(vec![error], None)
    })
}
