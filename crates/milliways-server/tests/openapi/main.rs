//! Our API document against Prefect 3.9.1's: every operation of it exists, and has the same shape.
//!
//! Compared with references inlined: paths, parameters, bodies, required fields, types, formats, bounds,
//! defaults, enumerations, status codes. What differs on purpose is listed in [`ON_PURPOSE`], with the reason.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod shape;

use std::collections::BTreeSet;

use serde_json::Value;
use shape::{Direction, Shape};

/// Differences that are meant: a part of the place, and why.
const ON_PURPOSE: &[(&str, &str)] = &[
    // Opaque to the server: kept as the text they came as, whatever their values are.
    (".labels.*", "values of labels are not looked into"),
    (".run_input_keyset.*", "its values are not looked into"),
    // The same alternatives, told apart by `type` alone: ours require it, as it is always sent.
    (".details", "alternatives are told apart by their type"),
    (
        ".task_inputs.*[]",
        "alternatives are told apart by their type",
    ),
    (
        ".schedule.interval",
        "durations of ISO 8601 are read as well, and not told of",
    ),
    // A list of numbers is one alternative here, two there.
    (".retry_delay", "whole numbers are numbers"),
    // Written otherwise, and the same.
    (".resources_in_roles[] bounds", "pairs are tuples of two"),
    (
        "graph-v2 parameter \"since\" default",
        "from the beginning unless given",
    ),
    (
        ".task_runs.flow_run_id.is_null_ default",
        "false says no more than a list of runs does",
    ),
    (
        "dashboard/counts body required",
        "the handler asks for it, and for its start time",
    ),
    ("dashboard/counts 200[].*", "its two keys are named"),
    // One type reads numbers and texts, and writes numbers.
    (".schedule_after", "durations are one type"),
    (".within", "durations are one type"),
    (".match", "there the same alternative stands twice"),
    (
        "templates/validate body default",
        "a text has no default of its own",
    ),
    ("parameter \"x-prefect-ui\"", "no header is null"),
    // The tree of Prefect's settings: ours are others.
    ("GET /admin/settings", "the settings are ours"),
];

#[test]
fn every_operation_exists() {
    let (theirs, ours) = (theirs(), ours());
    let missing: Vec<String> = operations(&theirs)
        .filter(|(method, path)| !ours["paths"][format!("/api{path}")][method].is_object())
        .map(|(method, path)| format!("{} {path}", method.to_uppercase()))
        .collect();
    assert_eq!(missing, Vec::<String>::new());
    assert_eq!(operations(&theirs).count(), 188);
}

/// Method and path of each operation.
fn operations(document: &Value) -> impl Iterator<Item = (&str, &str)> {
    let paths = document["paths"].as_object().unwrap();
    paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().keys();
        methods.map(move |method| (method.as_str(), path.as_str()))
    })
}

#[test]
fn operations_of_both_agree() {
    let differences = differences(&theirs(), &ours());
    let unmeant: Vec<&String> = differences
        .iter()
        .filter(|difference| {
            !ON_PURPOSE
                .iter()
                .any(|(place, _)| difference.contains(place))
        })
        .collect();
    assert!(
        unmeant.is_empty(),
        "{} differences:\n{unmeant:#?}",
        unmeant.len()
    );
    for (place, reason) in ON_PURPOSE {
        let is_needed = differences
            .iter()
            .any(|difference| difference.contains(place));
        assert!(
            is_needed,
            "no difference needs this exception any more: {place} ({reason})"
        );
    }
}

#[test]
fn the_committed_document_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/api/openapi.json");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == milliways_server::openapi_json(),
        "docs/api/openapi.json is not fresh\nhint: cargo xtask codegen"
    );
}

#[test]
fn every_reference_is_to_a_schema() {
    let ours = ours();
    let mut missing = BTreeSet::new();
    references(&ours, &ours, &mut missing);
    assert!(missing.is_empty(), "{missing:?}");
}

fn theirs() -> Value {
    serde_json::from_str(include_str!("../prefect-3.9.1-openapi.json")).unwrap()
}

fn ours() -> Value {
    serde_json::from_str(&milliways_server::openapi_json()).unwrap()
}

/// References within `value` to what the document does not hold.
fn references(document: &Value, value: &Value, missing: &mut BTreeSet<String>) {
    if let Some(name) = value.get("$ref").and_then(Value::as_str)
        && document.pointer(name.trim_start_matches('#')).is_none()
    {
        missing.insert(name.to_owned());
    }
    match value {
        Value::Object(map) => map
            .values()
            .for_each(|value| references(document, value, missing)),
        Value::Array(list) => list
            .iter()
            .for_each(|value| references(document, value, missing)),
        _ => {}
    }
}

/// Every difference: the place, and what stands on both sides.
fn differences(theirs: &Value, ours: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (path, item) in theirs["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let our_operation = &ours["paths"][format!("/api{path}")][method];
            if our_operation.is_object() {
                let place = format!("{} {path}", method.to_uppercase());
                parameters(
                    (theirs, operation),
                    (ours, our_operation),
                    &place,
                    &mut found,
                );
                bodies(
                    (theirs, operation),
                    (ours, our_operation),
                    &place,
                    &mut found,
                );
                answers(
                    (theirs, operation),
                    (ours, our_operation),
                    &place,
                    &mut found,
                );
            }
        }
    }
    found
}

/// A document, and a part of it.
type Side<'a> = (&'a Value, &'a Value);

fn content(part: &Value) -> &Value {
    &part["content"]["application/json"]["schema"]
}

fn bodies(theirs: Side<'_>, ours: Side<'_>, place: &str, found: &mut Vec<String>) {
    let shape = |side: Side<'_>| Shape::read(side.0, content(&side.1["requestBody"]));
    shape(theirs).differ(
        &shape(ours),
        Direction::Request,
        &format!("{place} body"),
        found,
    );
}

fn answers(theirs: Side<'_>, ours: Side<'_>, place: &str, found: &mut Vec<String>) {
    for (status, answer) in theirs.1["responses"].as_object().unwrap() {
        let Some(our_answer) = ours.1["responses"].get(status) else {
            found.push(format!("{place}: status {status} is missing"));
            continue;
        };
        // What Prefect answers to wrong requests is not what its document says.
        if status != "422" {
            let shape = Shape::read(theirs.0, content(answer));
            let our_shape = Shape::read(ours.0, content(our_answer));
            shape.differ(
                &our_shape,
                Direction::Response,
                &format!("{place} {status}"),
                found,
            );
        }
    }
}

fn parameters(theirs: Side<'_>, ours: Side<'_>, place: &str, found: &mut Vec<String>) {
    let list = |side: Side<'_>| side.1["parameters"].as_array().cloned().unwrap_or_default();
    let is_required = |one: &Value| one["required"] == Value::Bool(true);
    let same = |a: &Value, b: &Value| a["name"] == b["name"] && a["in"] == b["in"];
    for one in list(theirs) {
        let place = format!("{place} parameter {}", one["name"]);
        let Some(other) = list(ours).into_iter().find(|other| same(&one, other)) else {
            found.push(format!("{place}: is missing"));
            continue;
        };
        if is_required(&one) != is_required(&other) {
            found.push(format!(
                "{place}: required is {} not {}",
                other["required"], one["required"]
            ));
        }
        let shape = Shape::read(theirs.0, &one["schema"]);
        let our_shape = Shape::read(ours.0, &other["schema"]);
        shape.differ(&our_shape, Direction::Request, &place, found);
    }
    for other in list(ours) {
        if !list(theirs).iter().any(|one| same(one, &other)) {
            found.push(format!(
                "{place} parameter {}: only ours has it",
                other["name"]
            ));
        }
    }
}
