//! From the bytes of a body to a type: serde decides, the API's own schema explains.

use axum::http::StatusCode;
use bytes::Bytes;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use super::explain::explain;
use super::scan::{Flaw, scan};
use crate::problem::{FieldError, Problem, Step};

/// Reads a body. A client that speaks a newer version of the API than ours has keys ignored that we don't
/// know yet (`ignores_unknown`), so that it can be upgraded first.
pub(crate) fn read<T>(body: &Bytes, depth: usize, ignores_unknown: bool) -> Result<T, Problem>
where
    T: DeserializeOwned + ToSchema,
{
    scan(body, depth).map_err(|flaw| refuse(flaw, depth))?;
    let error = match serde_json::from_slice(body) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    // Its category is no guide: null for an enumeration counts as a fault of the grammar.
    let mut value = serde_json::from_slice(body).map_err(|error| malformed(&error, body))?;
    let mut found = explain::<T>(&value);
    let mut is_mended = false;
    found.retain(|error| {
        let becomes = (error.kind == MENDABLE).then(|| error.context.get("becomes"));
        if let Some((place, becomes)) = at(&mut value, &error.location[1..]).zip(becomes.flatten())
        {
            is_mended = true;
            place.clone_from(becomes);
        }
        error.kind != MENDABLE
    });
    if is_mended && found.is_empty() {
        return serde_json::from_value(value).map_err(|error| unexplained(&error, body));
    }
    if ignores_unknown && !found.is_empty() && found.iter().all(|error| error.kind == UNKNOWN_KEY) {
        for error in &found {
            remove(&mut value, &error.location[1..]);
        }
        // What is left may still hold what the schema can't tell: serde says so in its own words.
        return serde_json::from_value(value).map_err(|error| unexplained(&error, body));
    }
    if found.is_empty() {
        return Err(unexplained(&error, body));
    }
    Err(Problem::fields(found, Some(body.clone())))
}

/// The same for a body of filters. Serde takes a list for an object whose fields all have defaults; a
/// filter written so would let everything through.
pub(crate) fn read_filters<T>(
    body: &Bytes,
    depth: usize,
    ignores_unknown: bool,
) -> Result<T, Problem>
where
    T: DeserializeOwned + ToSchema,
{
    let value = read(body, depth, ignores_unknown)?;
    if body.contains(&b'[') {
        let tree = serde_json::from_slice(body).map_err(|error| malformed(&error, body))?;
        let mut found = explain::<T>(&tree);
        found.retain(|error| error.kind == NOT_AN_OBJECT);
        if !found.is_empty() {
            return Err(Problem::fields(found, Some(body.clone())));
        }
    }
    Ok(value)
}

/// The type of the error for something else than an object.
pub(super) const NOT_AN_OBJECT: &str = "model_attributes_type";

/// The type of the error for a key that is not known.
pub(super) const UNKNOWN_KEY: &str = "extra_forbidden";

/// The type of a finding that is no error: 30.0 and "30" where an integer is wanted are taken for 30, as pydantic
/// does. What it is taken for is in its context, as `becomes`.
pub(super) const MENDABLE: &str = "mendable";

fn refuse(flaw: Flaw, depth: usize) -> Problem {
    match flaw {
        Flaw::TooDeep => Problem::exception(
            StatusCode::BAD_REQUEST,
            "too_deep",
            format!("the request's JSON is nested deeper than {depth} levels"),
        ),
        Flaw::HugeNumber => Problem::exception(
            StatusCode::BAD_REQUEST,
            "invalid_json",
            "the request's JSON has a number beyond what a 64-bit float holds",
        ),
        Flaw::LoneSurrogate => Problem::exception(
            StatusCode::BAD_REQUEST,
            "invalid_json",
            "the request's JSON has an escape that is half of a character",
        ),
    }
}

/// What is no JSON, as Prefect says it; what its own parser takes for some, or can't read at all, is refused as the other
/// things that a text must not have.
fn malformed(error: &serde_json::Error, body: &Bytes) -> Problem {
    let at = place(error, body);
    let (before, rest) = body.split_at(at.min(body.len()));
    let is_number = ["NaN", "Infinity", "aN", "nfinity"]
        .iter()
        .any(|word| rest.starts_with(word.as_bytes()));
    if is_number || body.starts_with(BYTE_ORDER_MARK) || std::str::from_utf8(body).is_err() {
        let text = format!("the request's body is not JSON: {error}");
        return Problem::exception(StatusCode::BAD_REQUEST, "invalid_json", text);
    }
    let before = String::from_utf8_lossy(before).chars().count();
    let location = vec!["body".into(), Step::Index(before)];
    let nothing = serde_json::Value::Object(serde_json::Map::new());
    let error = FieldError::new("json_invalid", location, "JSON decode error", nothing)
        .with("error", error.to_string());
    Problem::fields(vec![error], Some(body.clone()))
}

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The byte of a body at which it stopped being JSON.
fn place(error: &serde_json::Error, body: &[u8]) -> usize {
    let lines = body.split_inclusive(|byte| *byte == b'\n');
    let before: usize = lines
        .take(error.line().saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    before + error.column().saturating_sub(usize::from(!error.is_eof()))
}

fn unexplained(error: &serde_json::Error, body: &Bytes) -> Problem {
    let error = FieldError::new(
        "value_error",
        vec!["body".into()],
        error.to_string(),
        serde_json::Value::Null,
    );
    Problem::fields(vec![error], Some(body.clone()))
}

/// What a way leads to.
fn at<'v>(value: &'v mut serde_json::Value, way: &[Step]) -> Option<&'v mut serde_json::Value> {
    way.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get_mut(&**key),
        Step::Index(index) => value.get_mut(*index),
    })
}

fn remove(value: &mut serde_json::Value, way: &[Step]) {
    let Some((last, way)) = way.split_last() else {
        return;
    };
    if let (Some(serde_json::Value::Object(map)), Step::Key(key)) = (at(value, way), last) {
        map.shift_remove(&**key);
    }
}
