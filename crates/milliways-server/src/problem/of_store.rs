//! What the store says no with, as problems.

use axum::http::StatusCode;
use milliways_storage::{DbError, JournalError, StoreError};

use super::{FieldError, Problem, Step};

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Invalid { location, reason } => {
                let steps = location
                    .split('.')
                    .filter(|step| !step.is_empty())
                    .map(Step::from)
                    .collect();
                let error = FieldError::new("value_error", steps, reason, serde_json::Value::Null);
                Self::fields(vec![error], None)
            }
            StoreError::Missing(what) => {
                let text = format!("{what} not found");
                Self::exception(StatusCode::NOT_FOUND, "not_found", text)
            }
            StoreError::NotFound(text) => Self::detail(StatusCode::NOT_FOUND, "not_found", text),
            StoreError::Conflict(text) => Self::detail(StatusCode::CONFLICT, "conflict", text),
            StoreError::Impossible(text) => {
                Self::detail(StatusCode::BAD_REQUEST, "impossible", text)
            }
            StoreError::Unfit(text) => {
                Self::detail(StatusCode::UNPROCESSABLE_ENTITY, "unfit", text)
            }
            StoreError::Refused(text) => Self::detail(StatusCode::BAD_REQUEST, "refused", text),
            StoreError::Forbidden(text) => Self::detail(StatusCode::FORBIDDEN, "forbidden", text),
            StoreError::Sealed(text) => {
                Self::detail(StatusCode::SERVICE_UNAVAILABLE, "sealed", text)
                    .hint("the server needs the key with which its secrets were sealed")
            }
            StoreError::Journal(error) => error.into(),
            StoreError::Busy => Self::unavailable("overloaded"),
            StoreError::Unavailable(cause) => {
                Self::unavailable("storage_unavailable").caused_by(chain(&*cause))
            }
            StoreError::Closed => Self::unavailable("shutting_down"),
            StoreError::Database(cause @ DbError::Contention(_)) => {
                Self::unavailable("overloaded").caused_by(chain(&cause))
            }
            StoreError::Database(DbError::Constraint(_)) => Self::detail(
                StatusCode::CONFLICT,
                "conflict",
                "Data integrity conflict. An object of that key exists already, or one that is named does not."
                    .to_owned(),
            ),
            StoreError::Database(DbError::TooComplex(_)) => Self::detail(
                StatusCode::UNPROCESSABLE_ENTITY,
                "too_complex",
                "the request has more conditions, or a longer pattern, than the database can look for at once"
                    .to_owned(),
            )
            .hint("ask for less at a time"),
            StoreError::Database(DbError::Unwritable(_)) => Self::detail(
                StatusCode::UNPROCESSABLE_ENTITY,
                "unwritable_text",
                "a text has a character that can't be stored: NUL".to_owned(),
            ),
            other @ (StoreError::Open { .. }
            | StoreError::InUse { .. }
            | StoreError::Database(_)) => Self::internal(chain(&other)),
        }
    }
}

impl From<JournalError> for Problem {
    fn from(error: JournalError) -> Self {
        let text = error.to_string();
        match error {
            JournalError::Gap { expected } => {
                Self::detail(StatusCode::CONFLICT, "journal_gap", text)
                    .number("expected_seq", expected)
            }
            JournalError::Stale { epoch } => {
                Self::detail(StatusCode::CONFLICT, "stale_attempt", text).number("epoch", epoch)
            }
            JournalError::UnknownRun => Self::detail(StatusCode::NOT_FOUND, "not_found", text),
        }
    }
}

/// An error and what is behind it, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    text
}
