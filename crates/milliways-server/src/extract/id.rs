//! The object that a path names, by its id or by its name.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use milliways_model::{DeploymentScheduleId, LeaseId, Uuid};
use serde_json::Value;
use utoipa::openapi::schema::{AnyOfBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::{KnownFormat, RefOr, SchemaFormat};

use super::path_parameter;
use crate::problem::{FieldError, Problem};

/// The parameters `flow_name` and `deployment_name`.
pub(crate) struct DeploymentName(pub(crate) String, pub(crate) String);

impl<S: Sync> FromRequestParts<S> for DeploymentName {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let flow = path_parameter(parts, "flow_name").await?;
        Ok(Self(flow, path_parameter(parts, "deployment_name").await?))
    }
}

/// The parameter `schedule_id`.
pub(crate) struct ScheduleId(pub(crate) DeploymentScheduleId);

impl<S: Sync> FromRequestParts<S> for ScheduleId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        id_in_path(parts, "schedule_id").await.map(Self)
    }
}

/// The parameter `id`.
pub(crate) struct Id<T>(pub(crate) T);

impl<T: From<Uuid>, S: Sync> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        id_in_path(parts, "id").await.map(Self)
    }
}

async fn id_in_path<T: From<Uuid>>(parts: &mut Parts, name: &str) -> Result<T, Problem> {
    let text = path_parameter(parts, name).await?;
    match text.parse::<Uuid>() {
        Ok(id) => Ok(id.into()),
        // Such a path leads nowhere: it is told as one that does not exist.
        Err(error) => {
            let problem = Problem::detail(StatusCode::NOT_FOUND, "not_found", "Not Found");
            Err(problem.hint(format!("the id in the path is not a UUID: {error}")))
        }
    }
}

/// Parameters that are taken as the text they are.
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident = $parameter:literal;)*) => {$(
        $(#[$doc])*
        pub(crate) struct $name(pub(crate) String);

        impl<S: Sync> FromRequestParts<S> for $name {
            type Rejection = Problem;

            async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
                path_parameter(parts, $parameter).await.map(Self)
            }
        }
    )*};
}
texts! {
    /// The parameter `name`.
    Name = "name";
    /// The parameter `tag`.
    Tag = "tag";
    /// The parameter `key`.
    Key = "key";
    /// The parameter `slug`.
    Slug = "slug";
    /// The parameter `block_document_name`.
    DocumentName = "block_document_name";
    /// The parameter `checksum`.
    Checksum = "checksum";
    /// The parameter `view`.
    View = "view";
    /// The parameter `id_or_name`.
    IdOrName = "id_or_name";
}

impl utoipa::PartialSchema for IdOrName {
    fn schema() -> RefOr<Schema> {
        let text = || ObjectBuilder::new().schema_type(Type::String);
        let id = text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
        AnyOfBuilder::new().item(id).item(text()).into()
    }
}
impl utoipa::ToSchema for IdOrName {}

/// The parameter `lease_id`.
pub(crate) struct LeaseIdInPath(pub(crate) LeaseId);

impl<S: Sync> FromRequestParts<S> for LeaseIdInPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let text = path_parameter(parts, "lease_id").await?;
        parse_id_in("path", &text, "lease_id").map(|id| Self(id.into()))
    }
}

/// The parameter `resource_id`.
pub(crate) struct ResourceId(pub(crate) String);

impl<S: Sync> FromRequestParts<S> for ResourceId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        path_parameter(parts, "resource_id").await.map(Self)
    }
}

/// The parameter `work_pool_name`.
pub(crate) struct PoolName(pub(crate) String);

impl<S: Sync> FromRequestParts<S> for PoolName {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        path_parameter(parts, "work_pool_name").await.map(Self)
    }
}

/// An id that a query gives.
pub(super) fn parse_id(text: &str, name: &'static str) -> Result<Uuid, Problem> {
    parse_id_in("query", text, name)
}

fn parse_id_in(part: &'static str, text: &str, name: &'static str) -> Result<Uuid, Problem> {
    text.parse().map_err(|error: uuid::Error| {
        let message = format!("Input should be a valid UUID, {error}");
        let input: String = text.chars().take(64).collect();
        let location = vec![part.into(), name.into()];
        let field = FieldError::new("uuid_parsing", location, message, Value::from(input));
        Problem::fields(vec![field.with("error", error.to_string())], None)
    })
}
