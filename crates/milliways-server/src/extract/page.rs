//! Which part of a list is asked for, and other values that have bounds.

use axum::http::StatusCode;
use milliways_model::JsonObject;
use milliways_model::names::check_run_name;
use milliways_storage::Page;
use serde_json::Value;

use crate::config::Limits;
use crate::problem::{FieldError, Problem};

/// `limit` and `offset` as a body gives them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Paging {
    pub(crate) limit: Option<i64>,
    pub(crate) offset: i64,
}

impl Paging {
    /// The part of the list.
    pub(crate) fn within(self, limits: &Limits) -> Result<Page, Problem> {
        let limit = self.limit.unwrap_or(limits.page_size);
        if limit > limits.page_size {
            return Err(invalid_limit(&format!(
                "less than or equal to {}",
                limits.page_size
            )));
        }
        if limit < 0 {
            return Err(invalid_limit("greater than or equal to 0"));
        }
        check(self.offset, 0, limits.offset, "offset")?;
        Ok(Page {
            limit,
            offset: self.offset,
        })
    }

    /// The page of a number, counted from 1, and how long pages are.
    pub(crate) fn page(number: i64, limit: Option<i64>, limits: &Limits) -> Result<Page, Problem> {
        check(number, 1, limits.offset, "page")?;
        let page = Self { limit, offset: 0 }.within(limits)?;
        let offset = (number - 1).saturating_mul(page.limit);
        Self { limit, offset }.within(limits)
    }
}

/// Refuses a number that is not from `least` to `most`.
pub(crate) fn check(number: i64, least: i64, most: i64, name: &'static str) -> Result<(), Problem> {
    let (kind, text, bound) = match number {
        number if number < least => ("greater_than_equal", "greater than or equal to", least),
        number if number > most => ("less_than_equal", "less than or equal to", most),
        _ => return Ok(()),
    };
    let location = vec!["body".into(), name.into()];
    let message = format!("Input should be {text} {bound}");
    let key = if bound == least { "ge" } else { "le" };
    let error = FieldError::new(kind, location, message, Value::from(number)).with(key, bound);
    Err(Problem::fields(vec![error], None))
}

/// Refuses a number that is not above `floor` and at most `most`.
pub(crate) fn check_above(
    number: i64,
    floor: i64,
    most: i64,
    name: &'static str,
) -> Result<(), Problem> {
    if number > floor {
        return check(number, floor, most, name);
    }
    let location = vec!["body".into(), name.into()];
    let message = format!("Input should be greater than {floor}");
    let error = FieldError::new("greater_than", location, message, Value::from(number));
    Err(Problem::fields(vec![error.with("gt", floor)], None))
}

/// Refuses a measure that is not within its bounds.
pub(crate) fn check_measure(
    measure: f64,
    (least, most): (f64, f64),
    name: &'static str,
) -> Result<(), Problem> {
    let (kind, text, bound, key) = if measure < least {
        (
            "greater_than_equal",
            "greater than or equal to",
            least,
            "ge",
        )
    } else if measure <= most {
        return Ok(());
    } else {
        ("less_than_equal", "less than or equal to", most, "le")
    };
    let location = vec!["body".into(), name.into()];
    let message = format!("Input should be {text} {bound}");
    let error = FieldError::new(kind, location, message, Value::from(measure));
    Err(Problem::fields(vec![error.with(key, bound)], None))
}

/// Refuses a list that has not so many items.
pub(crate) fn check_count(
    count: usize,
    (least, most): (usize, usize),
    name: &'static str,
) -> Result<(), Problem> {
    let (kind, text, bound, key) = if count < least {
        ("too_short", "at least", least, "min_length")
    } else if count <= most {
        return Ok(());
    } else {
        ("too_long", "at most", most, "max_length")
    };
    let location = vec!["body".into(), name.into()];
    let items = if bound == 1 { "item" } else { "items" };
    let message = format!("List should have {text} {bound} {items} after validation, not {count}");
    let error = FieldError::new(kind, location, message, Value::Null);
    Err(Problem::fields(vec![error.with(key, bound)], None))
}

/// Refuses a name that nobody could read or that would not fit.
pub(crate) fn check_name(name: Option<&str>) -> Result<(), Problem> {
    let Some(Err(flaw)) = name.map(check_run_name) else {
        return Ok(());
    };
    let location = vec!["body".into(), "name".into()];
    let error = FieldError::new("value_error", location, flaw.to_string(), Value::Null);
    Err(Problem::fields(vec![error], None))
}

/// Refuses parameters that are too large to be stored with every run.
pub(crate) fn check_parameters(
    parameters: Option<&JsonObject>,
    limits: &Limits,
) -> Result<(), Problem> {
    let size = parameters.map_or(0, |parameters| parameters.get().len());
    if limits.parameters == 0 || size <= limits.parameters {
        return Ok(());
    }
    let text = format!(
        "Value error, Flow run parameters must be less than {} bytes when serialized (got {size} bytes).",
        limits.parameters
    );
    let location = vec!["body".into(), "parameters".into()];
    let error = FieldError::new("value_error", location, text, Value::Null);
    Err(Problem::fields(vec![error], None))
}

fn invalid_limit(bound: &str) -> Problem {
    let text = format!("Invalid limit: must be {bound}.");
    Problem::detail(StatusCode::UNPROCESSABLE_ENTITY, "invalid_limit", text)
}
