//! Bodies of JSON.

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use http_body_util::BodyExt;
use milliways_model::version::{API_VERSION, parse};
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::Shared;
use crate::edge::announced;
use crate::json;
use crate::problem::{FieldError, Problem};

/// A body that has to be there.
pub(crate) struct Body<T>(pub(crate) T);

/// A body whose fields all have defaults: without one, all of them take theirs.
pub(crate) struct OptionalBody<T>(pub(crate) T);

impl<T: DeserializeOwned + ToSchema> FromRequest<Shared> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Shared) -> Result<Self, Problem> {
        let (bytes, is_newer) = bytes(request).await?;
        if bytes.is_empty() || &*bytes == b"null" {
            let error = FieldError::new(
                "missing",
                vec!["body".into()],
                "Field required",
                Value::Null,
            );
            return Err(Problem::fields(vec![error], None));
        }
        json::read(&bytes, app.config.limits.json_depth, is_newer).map(Self)
    }
}

impl<T: DeserializeOwned + ToSchema + Default> FromRequest<Shared> for OptionalBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Shared) -> Result<Self, Problem> {
        let (bytes, is_newer) = bytes(request).await?;
        if bytes.is_empty() || &*bytes == b"null" {
            return Ok(Self(T::default()));
        }
        json::read_filters(&bytes, app.config.limits.json_depth, is_newer).map(Self)
    }
}

/// A text: as JSON, or as it is where the body says that it is something else. Without one it is empty.
pub(crate) struct Text(pub(crate) String);

impl FromRequest<Shared> for Text {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Shared) -> Result<Self, Problem> {
        if is_json(request.headers()) {
            let (bytes, is_newer) = bytes(request).await?;
            if bytes.is_empty() {
                return Ok(Self(String::new()));
            }
            return json::read(&bytes, app.config.limits.json_depth, is_newer).map(Self);
        }
        let bytes = collect(request.into_body()).await?;
        String::from_utf8(bytes.into()).map(Self).map_err(|_| {
            let text =
                "Input should be a valid string, unable to parse raw data as a unicode string";
            let error = FieldError::new("string_unicode", vec!["body".into()], text, Value::Null);
            Problem::fields(vec![error], None)
        })
    }
}

/// The bytes of a body. The edge has read it already, within its bounds: this only takes it out again.
async fn collect(body: axum::body::Body) -> Result<Bytes, Problem> {
    let collected = body
        .collect()
        .await
        .map_err(|error| Problem::internal(error.to_string()))?;
    Ok(collected.to_bytes())
}

/// The bytes of a body that is JSON, and whether the client speaks a newer version of the API than ours.
async fn bytes(request: Request) -> Result<(Bytes, bool), Problem> {
    let (parts, body) = request.into_parts();
    let bytes = collect(body).await?;
    if !bytes.is_empty() && !is_json(&parts.headers) {
        let text = "Input should be a valid dictionary or object to extract fields from";
        let error = FieldError::new(
            "model_attributes_type",
            vec!["body".into()],
            text,
            Value::Null,
        );
        return Err(Problem::fields(vec![error], None)
            .hint("send it with the header Content-Type: application/json"));
    }
    Ok((bytes, announced(&parts.headers) > parse(API_VERSION)))
}

/// A body without a type is taken for JSON; one with another type is not looked into.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        return true;
    };
    let kind = value.to_str().unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
        || (kind.starts_with("application/") && kind.ends_with("+json"))
}
