//! The one error type of the edge: its status, its stable code, and the shape that Prefect's clients look for.
//!
//! A handler gives a [`Problem`] back; the edge renders it, because only the edge knows the request's id and what
//! its client reads (`edge/respond.rs`). A body has exactly Prefect's keys: there are clients that compare it whole.
//! Who accepts `application/problem+json` gets `code`, `status`, `request_id` and the hint beside them.

mod field_error;
mod of_store;

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Map, Value};

pub(crate) use field_error::{FieldError, Step};

/// A request body is echoed beside what is wrong with it up to this size.
const ECHOED_BODY: usize = 64 << 10;

/// What went wrong with a request. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Problem(Arc<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    status: StatusCode,
    code: &'static str,
    shape: Shape,
    hint: Option<Cow<'static, str>>,
    number: Option<(&'static str, i64)>,
    retry_after: Option<f64>,
    closes: bool,
    cause: Option<String>,
}

/// Which keys carry the words: Prefect's clients look for them.
#[derive(Clone, Debug)]
enum Shape {
    /// `{"detail": …}`
    Detail(Cow<'static, str>),
    /// `{"exception_message": …}`
    Exception(Cow<'static, str>),
    /// `{"exception_message": …, "exception_detail": […], "request_body": …}`
    Fields(Vec<FieldError>, Option<Bytes>),
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, shape: Shape) -> Self {
        Self(Arc::new(Inner {
            status,
            code,
            shape,
            hint: None,
            number: None,
            retry_after: None,
            closes: false,
            cause: None,
        }))
    }

    /// `{"detail": …}`: a request that was understood and can't be done.
    pub(crate) fn detail(
        status: StatusCode,
        code: &'static str,
        text: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::new(status, code, Shape::Detail(text.into()))
    }

    /// `{"exception_message": …}`: a request that did not get far enough to be understood, or a failure of ours.
    pub(crate) fn exception(
        status: StatusCode,
        code: &'static str,
        text: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::new(status, code, Shape::Exception(text.into()))
    }

    /// 422: fields of the request that are wrong, and the body they came in.
    pub(crate) fn fields(errors: Vec<FieldError>, body: Option<Bytes>) -> Self {
        let body = body.filter(|body| body.len() <= ECHOED_BODY);
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid_request",
            Shape::Fields(errors, body),
        )
    }

    /// 404 with the words that Prefect's routes use.
    pub(crate) fn not_found(what: &'static str) -> Self {
        Self::detail(
            StatusCode::NOT_FOUND,
            "not_found",
            format!("{what} not found"),
        )
    }

    /// 404 with words of its own.
    pub(crate) fn missing(text: impl Into<Cow<'static, str>>) -> Self {
        Self::detail(StatusCode::NOT_FOUND, "not_found", text)
    }

    /// 500. `cause` is logged, not shown.
    pub(crate) fn internal(cause: impl Into<String>) -> Self {
        let text = "Internal Server Error";
        Self::exception(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", text).caused_by(cause)
    }

    /// 503: try again in a moment.
    pub(crate) fn unavailable(code: &'static str) -> Self {
        Self::exception(StatusCode::SERVICE_UNAVAILABLE, code, "Service Unavailable")
            .retry_after(1.0)
    }

    /// What to do next.
    pub(crate) fn hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        Arc::make_mut(&mut self.0).hint = Some(hint.into());
        self
    }

    /// A number that programs need, under a key of its own.
    pub(crate) fn number(mut self, key: &'static str, value: i64) -> Self {
        Arc::make_mut(&mut self.0).number = Some((key, value));
        self
    }

    /// After how many seconds it is worth trying again.
    pub(crate) fn retry_after(mut self, seconds: f64) -> Self {
        Arc::make_mut(&mut self.0).retry_after = Some(seconds);
        self
    }

    /// The connection can't be used after it: the rest of the request was not read.
    pub(crate) fn closing(mut self) -> Self {
        Arc::make_mut(&mut self.0).closes = true;
        self
    }

    /// What is written to the log and not shown.
    pub(crate) fn caused_by(mut self, cause: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.0).cause = Some(cause.into());
        self
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.0.status
    }

    pub(crate) fn code(&self) -> &'static str {
        self.0.code
    }

    pub(crate) fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// The request's own body, where fields of it are wrong.
    pub(crate) fn request(&self) -> Option<&Bytes> {
        match &self.0.shape {
            Shape::Fields(_, request) => request.as_ref(),
            Shape::Detail(_) | Shape::Exception(_) => None,
        }
    }

    pub(crate) fn wait_seconds(&self) -> Option<f64> {
        self.0.retry_after
    }

    pub(crate) fn closes(&self) -> bool {
        self.0.closes
    }

    /// The words, for a log line or a close frame.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        match &self.0.shape {
            Shape::Detail(text) | Shape::Exception(text) => Cow::Borrowed(text),
            Shape::Fields(errors, _) => errors.first().map_or(Cow::Borrowed(INVALID), |error| {
                Cow::Owned(error.to_string())
            }),
        }
    }

    /// The body as Prefect's clients know it.
    pub(crate) fn body(&self) -> Vec<u8> {
        serde_json::to_vec(&self.words()).unwrap_or_default()
    }

    /// The body with the keys of a problem document beside Prefect's, and the request's id.
    pub(crate) fn document(&self, request_id: &str) -> Vec<u8> {
        let mut body = self.words();
        body.insert("code".to_owned(), Value::from(self.0.code));
        body.insert("status".to_owned(), Value::from(self.0.status.as_u16()));
        if let Some((key, value)) = self.0.number {
            body.insert(key.to_owned(), Value::from(value));
        }
        if let Some(hint) = &self.0.hint {
            body.insert("hint".to_owned(), Value::from(&**hint));
        }
        body.insert("request_id".to_owned(), Value::from(request_id));
        serde_json::to_vec(&body).unwrap_or_default()
    }

    fn words(&self) -> Map<String, Value> {
        let mut body = Map::new();
        match &self.0.shape {
            Shape::Detail(text) => {
                body.insert("detail".to_owned(), Value::from(&**text));
            }
            Shape::Exception(text) => {
                body.insert("exception_message".to_owned(), Value::from(&**text));
            }
            Shape::Fields(errors, request) => {
                body.insert("exception_message".to_owned(), Value::from(INVALID));
                let errors = errors.iter().map(FieldError::to_value).collect();
                body.insert("exception_detail".to_owned(), Value::Array(errors));
                let request = request.as_ref().and_then(echo).unwrap_or_default();
                body.insert("request_body".to_owned(), request);
            }
        }
        body
    }
}

const INVALID: &str = "Invalid request received.";

/// The request's own body: as JSON, or as the text that it is.
fn echo(body: &Bytes) -> Option<Value> {
    let json = serde_json::from_slice(body).ok();
    json.or_else(|| Some(std::str::from_utf8(body).ok()?.into()))
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status();
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests;
