//! What Prefect's server answers, as data: stories of requests, each with the status and the part of the answer that
//! clients look at. Every story is told to the real server on both databases.
//!
//! A step is `{"ask": "POST /flows/", "send": …, "status": 201, "answer": …, "keep": {"flow": "/id"}}`. What is kept is
//! put in the place of `<flow>` in later steps. Of an object only the keys that stand in `answer` are compared; `"*"`
//! stands for anything. With `"exactly": true` there may be no other key, because clients compare the whole.

use std::collections::BTreeMap;

use milliways_tests::http::Connection;
use serde::Deserialize;
use serde_json::Value;

use super::{Target, on_both};

on_both! {
    runs_are_made_and_changed_as_clients_expect
    lists_are_narrowed_as_clients_expect
    pools_and_deployments_answer_as_clients_expect
    errors_have_the_shape_that_clients_expect
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    ask: String,
    #[serde(default)]
    send: Value,
    status: u16,
    #[serde(default)]
    answer: Option<Value>,
    #[serde(default)]
    exactly: bool,
    #[serde(default)]
    keep: BTreeMap<String, String>,
}

fn runs_are_made_and_changed_as_clients_expect(target: &Target) {
    tell(target, include_str!("answers/runs.json"));
}

fn lists_are_narrowed_as_clients_expect(target: &Target) {
    tell(target, include_str!("answers/lists.json"));
}

fn pools_and_deployments_answer_as_clients_expect(target: &Target) {
    tell(target, include_str!("answers/deployments.json"));
}

fn errors_have_the_shape_that_clients_expect(target: &Target) {
    tell(target, include_str!("answers/errors.json"));
}

fn tell(target: &Target, stories: &str) {
    let stories: BTreeMap<String, Vec<Value>> = serde_json::from_str(stories).unwrap();
    let mut wrong = Vec::new();
    for (name, steps) in stories {
        let mut connection = target.connect();
        let mut kept: BTreeMap<String, String> = BTreeMap::new();
        for (place, step) in steps.iter().enumerate() {
            let text = kept.iter().fold(step.to_string(), |text, (name, id)| {
                text.replace(&format!("<{name}>"), id)
            });
            let step: Step = serde_json::from_str(&text).unwrap();
            if let Some(flaw) = ask(&mut connection, &step, &mut kept) {
                wrong.push(format!("{name}, step {place}, {}: {flaw}", step.ask));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    target.is_unharmed();
}

/// What differs in the answer to a step, if anything does.
fn ask(
    connection: &mut Connection,
    step: &Step,
    kept: &mut BTreeMap<String, String>,
) -> Option<String> {
    let (method, path) = step.ask.split_once(' ').unwrap();
    let body = match &step.send {
        Value::Null => Vec::new(),
        body => body.to_string().into_bytes(),
    };
    // As Prefect's clients ask: for no problem document.
    let headers = [("accept", "*/*")];
    let reply = connection
        .send(method, &format!("/api{path}"), &headers, &body)
        .unwrap();
    if reply.status != step.status {
        return Some(format!(
            "{} and not {}: {}",
            reply.status,
            step.status,
            reply.text()
        ));
    }
    let answer: Value = serde_json::from_slice(&reply.bytes).unwrap_or_default();
    for (name, way) in &step.keep {
        let value: &Value = answer
            .pointer(way)
            .unwrap_or_else(|| panic!("no {way} in {answer}"));
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        kept.insert(name.clone(), text);
    }
    differs(step.answer.as_ref()?, &answer, step.exactly, "")
}

fn differs(expected: &Value, found: &Value, exactly: bool, way: &str) -> Option<String> {
    match (expected, found) {
        (Value::String(any), _) if any == "*" => None,
        (Value::Object(keys), Value::Object(fields)) => {
            if let Some(more) = fields
                .keys()
                .find(|name| exactly && !keys.contains_key(*name))
            {
                return Some(format!("{way}/{more} should not be there"));
            }
            keys.iter().find_map(|(name, expected)| {
                let found = fields.get(name).unwrap_or(&Value::Null);
                differs(expected, found, exactly, &format!("{way}/{name}"))
            })
        }
        (Value::Array(items), Value::Array(others)) if items.len() == others.len() => items
            .iter()
            .zip(others)
            .enumerate()
            .find_map(|(place, (item, other))| {
                differs(item, other, exactly, &format!("{way}/{place}"))
            }),
        _ if expected == found => None,
        _ => Some(format!("{way} is {found} and not {expected}")),
    }
}
