//! The client that sends a request, by the versions that it announces.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use milliways_orchestration::Client;

/// The client's versions: some rules treat old ones as they expect.
pub(crate) struct Caller(pub(crate) Client);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let text = |name| {
            parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let agent = text(header::USER_AGENT);
        let version = text(header::HeaderName::from_static("x-prefect-api-version"));
        Ok(Self(Client::from_headers(agent, version)))
    }
}
