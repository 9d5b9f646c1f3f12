//! What handlers take from a request, each kind in its file. They refuse with problems, never with text.

mod body;
mod caller;
mod id;
mod page;
mod query;
mod workspace;

pub(crate) use body::{Body, OptionalBody, Text};
pub(crate) use caller::{Caller, Provenance};
pub(crate) use id::{
    Checksum, DeploymentName, DocumentName, Id, IdOrName, Key, LeaseIdInPath, Name, PoolName,
    ResourceId, ScheduleId, Slug, Tag, View,
};
pub(crate) use page::{
    Paging, check, check_above, check_count, check_measure, check_name, check_parameters,
};
pub(crate) use query::{Flag, MaybeText, Query};
pub(crate) use workspace::Workspace;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::StatusCode;
use axum::http::request::Parts;

use crate::problem::Problem;

/// The decoded value of a parameter in the path.
async fn path_parameter(parts: &mut Parts, name: &str) -> Result<String, Problem> {
    let found = RawPathParams::from_request_parts(parts, &())
        .await
        .map_err(|_| {
            let text = "the path has an escape that is no text";
            Problem::detail(StatusCode::BAD_REQUEST, "bad_path", text)
        })?;
    let value = found
        .iter()
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned());
    value.ok_or_else(|| Problem::internal(format!("the route has no parameter {name}")))
}
