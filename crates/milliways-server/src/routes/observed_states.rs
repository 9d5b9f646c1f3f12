//! `/observed-states`.

use milliways_model::observed_state::{ObservedState, ObservedStateSort};
use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AnyOfBuilder, Object, ObjectBuilder, Schema, Type};
use utoipa_axum::routes;

use super::Routes;
use super::reply::{Answer, ok};
use crate::extract::{Query, Workspace};
use crate::problem::{FieldError, Problem};

/// The most states that are listed.
const MOST: usize = 200;
/// The longest beginning that is looked for, in characters.
const LONGEST: usize = 100;

pub(super) fn routes() -> Routes {
    Routes::default().add(routes!(read_observed_states))
}

/// What stands behind the question mark: for the API document only.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "for the API document only")]
struct Parameters {
    /// What the type or the name begins with, whatever its case.
    #[param(required = false, schema_with = beginning)]
    query: String,
    /// In which order.
    #[param(required = false, schema_with = order_by)]
    order_by: String,
    /// How many at most.
    #[param(required = false, minimum = 1, maximum = 200, default = 200)]
    limit: i64,
}

fn beginning() -> RefOr<Schema> {
    let text = ObjectBuilder::new()
        .schema_type(Type::String)
        .max_length(Some(LONGEST));
    AnyOfBuilder::new()
        .item(text)
        .item(ObjectBuilder::new().schema_type(Type::Null))
        .into()
}

fn order_by() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(["NAME_ASC", "LAST_SEEN_DESC"]))
        .default(Some(Value::from("LAST_SEEN_DESC")))
        .build()
}

/// List the types and names that the newest states have.
#[utoipa::path(get, path = "/observed-states", tag = "Observed States",
    params(Parameters),
    responses((status = 200, body = Vec<ObservedState>, description = "Types and names")))]
async fn read_observed_states(Workspace(scope): Workspace, query: Query) -> Answer {
    let beginning = query.get("query");
    if beginning.is_some_and(|text| text.chars().count() > LONGEST) {
        let text = format!("String should have at most {LONGEST} characters");
        return Err(wrong("string_too_long", "query", &text));
    }
    let sort = match query.get("order_by") {
        None | Some("LAST_SEEN_DESC") => ObservedStateSort::LastSeenDesc,
        Some("NAME_ASC") => ObservedStateSort::NameAsc,
        Some(_) => {
            let text = "Input should be 'NAME_ASC' or 'LAST_SEEN_DESC'";
            return Err(wrong("enum", "order_by", text));
        }
    };
    let limit = match query.get("limit").map(str::parse) {
        None => MOST,
        Some(Ok(limit)) if (1..=MOST).contains(&limit) => limit,
        Some(_) => {
            let text = format!("Input should be a valid integer from 1 to {MOST}");
            return Err(wrong("int_parsing", "limit", &text));
        }
    };
    ok(&scope.observed_states(beginning, sort, limit).await?)
}

fn wrong(kind: &'static str, name: &'static str, text: &str) -> Problem {
    let location = vec!["query".into(), name.into()];
    Problem::fields(
        vec![FieldError::new(kind, location, text, Value::Null)],
        None,
    )
}
