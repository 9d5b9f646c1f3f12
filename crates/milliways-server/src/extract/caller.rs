//! The client that sends a request, by the versions that it announces.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use milliways_model::Uuid;
use milliways_model::deployment::UpdatedBy;
use milliways_model::flow_run::CreatedBy;
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

/// The automation that a request is made for, told by its headers.
pub(crate) struct Maker {
    id: Uuid,
    /// As it came: base64.
    name: String,
}

/// Who makes or changes something, where that is not the caller itself.
pub(crate) struct Provenance(Option<Maker>);

impl<S: Sync> FromRequestParts<S> for Provenance {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let text = |name: &'static str| parts.headers.get(name)?.to_str().ok();
        let id = text("prefect-automation-id").and_then(|id| id.parse().ok());
        let name = text("prefect-automation-name").filter(|name| !name.is_empty());
        let maker = id.zip(name).map(|(id, name)| Maker {
            id,
            name: name.to_owned(),
        });
        Ok(Self(maker))
    }
}

impl Provenance {
    /// Who makes something; nobody where the name can't be read.
    pub(crate) fn created_by(&self) -> Option<CreatedBy> {
        let maker = self.0.as_ref()?;
        let name = STANDARD.decode(&maker.name).ok()?;
        Some(CreatedBy {
            id: Some(maker.id),
            kind: Some("AUTOMATION".to_owned()),
            display_value: Some(String::from_utf8(name).ok()?),
        })
    }

    /// Who changes something.
    pub(crate) fn updated_by(&self) -> Option<UpdatedBy> {
        let maker = self.0.as_ref()?;
        Some(UpdatedBy {
            id: Some(maker.id),
            kind: Some("AUTOMATION".to_owned()),
            display_value: Some(maker.name.clone()),
        })
    }
}
