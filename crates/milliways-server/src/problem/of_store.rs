//! What the store says no with, as problems.

use axum::http::StatusCode;
use milliways_model::names::InvalidName;
use milliways_storage::{DbError, JournalError, StoreError};

use serde_json::Value;

use super::{FieldError, Problem, Step};

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Invalid { location, reason } => {
                let kind = kind_of(&reason);
                let error = FieldError::new(kind, steps(location), reason, Value::Null);
                Self::fields(vec![error], None)
            }
            StoreError::Name(location, flaw) => {
                Self::fields(vec![invalid_name(location, &flaw)], None)
            }
            StoreError::TooLong {
                location,
                most,
                length,
            } => {
                let text = format!(
                    "Value should have at most {most} items after validation, not {length}"
                );
                let error = FieldError::new("too_long", steps(location), text, Value::Null);
                Self::fields(vec![error.with("max_length", most)], None)
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
            StoreError::QueueFull => Self::unavailable("task_queue_full").hint(
                "start more task workers, or raise server.tasks.scheduling.max_scheduled_queue_size",
            ),
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

/// The way to a field, such as `body.name`.
fn steps(location: &'static str) -> Vec<Step> {
    let steps = location.split('.').filter(|step| !step.is_empty());
    steps.map(Step::from).collect()
}

/// The word for programs that goes with what pydantic says of a bound.
fn kind_of(reason: &str) -> &'static str {
    if reason.starts_with("Input should be greater than 0") {
        "greater_than"
    } else {
        "value_error"
    }
}

/// What Prefect's clients know a name's flaw by: mostly the pattern that it does not match.
fn invalid_name(location: &'static str, flaw: &InvalidName) -> FieldError {
    const PATTERN: &str = "^[^/%&><]+$";
    match flaw {
        InvalidName::Empty | InvalidName::Reserved(_) => {
            let text = format!("String should match pattern '{PATTERN}'");
            FieldError::new(
                "string_pattern_mismatch",
                steps(location),
                text,
                Value::Null,
            )
            .with("pattern", PATTERN)
        }
        InvalidName::TooLong | InvalidName::Control | InvalidName::Dots => FieldError::new(
            "value_error",
            steps(location),
            flaw.to_string(),
            Value::Null,
        ),
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
