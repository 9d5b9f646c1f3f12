//! `/ui/schemas`: what a form is told of the values in it.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use milliways_orchestration::parameters::{
    Hydration, Preparation, Schema, Trouble, Unusable, explain, hydrate, mentions_variables,
};
use utoipa_axum::routes;

use super::Routes;
use super::reply::{Answer, ok};
use crate::bodies::{
    SchemaValueError, SchemaValueIndexError, SchemaValuePropertyError,
    SchemaValuesValidationResponse, ValidateValues,
};
use crate::extract::{Body, Workspace};
use crate::problem::Problem;

pub(super) fn routes() -> Routes {
    Routes::default().add(routes!(validate_obj))
}

/// Hold values against a schema; says what is wrong at each place.
#[utoipa::path(post, path = "/ui/schemas/validate", tag = "UI", request_body = ValidateValues,
    responses((status = 200, body = SchemaValuesValidationResponse, description = "What is wrong with the values")))]
async fn validate_obj(Workspace(scope): Workspace, Body(body): Body<ValidateValues>) -> Answer {
    let values = body.values.to_map();
    let variables: BTreeMap<_, _> = if mentions_variables(&values) {
        let stored = scope.variable_values().await?;
        let read = |(name, value): (String, milliways_model::Json)| (name, value.to_value());
        stored.into_iter().map(read).collect()
    } else {
        BTreeMap::new()
    };
    let schema = Schema::new(body.schema.to_map(), Preparation::default());
    let with = Hydration {
        variables: Some(&variables),
        templates: None,
    };
    let failures = schema
        .check()
        .and_then(|()| schema.failures(&hydrate(&values, with)))
        .map_err(refuse)?;
    let explanation = explain(&failures);
    ok(&SchemaValuesValidationResponse {
        errors: shown(explanation.errors),
        valid: explanation.valid,
    })
}

fn refuse(error: Unusable) -> Problem {
    let text = match error {
        Unusable::Invalid(_) | Unusable::Circular => error.to_string(),
        other => format!("Invalid schema: {other}"),
    };
    Problem::detail(StatusCode::UNPROCESSABLE_ENTITY, "invalid_schema", text)
}

fn shown(troubles: Vec<Trouble>) -> Vec<SchemaValueError> {
    let each = |trouble| match trouble {
        Trouble::Message(text) => SchemaValueError::Message(text),
        Trouble::Property { property, errors } => {
            SchemaValueError::Property(SchemaValuePropertyError {
                property,
                errors: shown(errors),
            })
        }
        Trouble::Item { index, errors } => SchemaValueError::Index(SchemaValueIndexError {
            index: i64::try_from(index).unwrap_or(i64::MAX),
            errors: shown(errors),
        }),
    };
    troubles.into_iter().map(each).collect()
}
