//! The shapes of answers to wrong requests, as the API document tells of them.

#![expect(
    dead_code,
    reason = "only their schemas are used; the bodies are written by `problem.rs`"
)]

use milliways_model::Json;
use utoipa::ToSchema;

/// What is wrong with a request.
#[derive(ToSchema)]
#[schema(as = HTTPValidationError)]
pub(super) struct HttpValidationError {
    /// In words.
    exception_message: Option<String>,
    /// One for each wrong field.
    exception_detail: Option<Vec<ValidationError>>,
    /// The body that was sent.
    request_body: Option<Json>,
    /// A stable word for programs.
    code: Option<String>,
    /// Names the request in the server's log.
    request_id: Option<String>,
}

/// A wrong field.
#[derive(ToSchema)]
pub(super) struct ValidationError {
    /// The way to it: names of keys and places in lists.
    loc: Vec<Step>,
    /// In words.
    msg: String,
    /// The kind of error, such as `missing`.
    r#type: String,
    /// What stood there.
    #[schema(required = false)]
    input: Json,
}

/// A step on the way to a field.
#[derive(ToSchema)]
#[schema(as = Step)]
pub(super) enum Step {
    /// The name of a key.
    #[schema(title = "key")]
    Key(String),
    /// A place in a list.
    #[schema(title = "place")]
    Place(i64),
}
