//! Parameters behind the question mark.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use milliways_model::{Timestamp, Uuid};
use serde_json::Value;

use super::id::parse_id;
use crate::json::truth;
use crate::problem::{FieldError, Problem};

/// All parameters, as they came.
pub(crate) struct Query(Vec<(String, String)>);

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let found = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        Ok(Self(found.map(|query| query.0).unwrap_or_default()))
    }
}

impl Query {
    /// A parameter that may be absent.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// A parameter that has to be there.
    pub(crate) fn text(&self, name: &'static str) -> Result<&str, Problem> {
        self.get(name).ok_or_else(|| {
            let location = vec!["query".into(), name.into()];
            let error = FieldError::new("missing", location, "Field required", Value::Null);
            Problem::fields(vec![error], None)
        })
    }

    /// Yes or no; no where it is absent.
    pub(crate) fn flag(&self, name: &'static str) -> Result<bool, Problem> {
        let Some(text) = self.get(name) else {
            return Ok(false);
        };
        truth(text).ok_or_else(|| {
            let location = vec!["query".into(), name.into()];
            let message = "Input should be a valid boolean, unable to interpret input";
            let input: String = text.chars().take(64).collect();
            let error = FieldError::new("bool_parsing", location, message, Value::from(input));
            Problem::fields(vec![error], None)
        })
    }

    /// An id that has to be there.
    pub(crate) fn id<T: From<Uuid>>(&self, name: &'static str) -> Result<T, Problem> {
        parse_id(self.text(name)?, name).map(T::from)
    }

    /// A time that may be absent.
    pub(crate) fn time(&self, name: &'static str) -> Result<Option<Timestamp>, Problem> {
        let Some(text) = self.get(name) else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|_| {
            let location = vec!["query".into(), name.into()];
            let input: String = text.chars().take(64).collect();
            let message = "Input should be a valid datetime or date";
            let kind = "datetime_from_date_parsing";
            Problem::fields(
                vec![FieldError::new(kind, location, message, Value::from(input))],
                None,
            )
        })
    }
}

/// What the API document says of a parameter that is no unless given.
pub(crate) struct Flag;

impl utoipa::PartialSchema for Flag {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Boolean)
            .default(Some(Value::from(false)))
            .into()
    }
}

/// What the API document says of a parameter that is a text or null.
pub(crate) struct MaybeText;

impl utoipa::PartialSchema for MaybeText {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        use utoipa::openapi::schema::{SchemaType, Type};
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .into()
    }
}
