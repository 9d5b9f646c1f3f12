//! What Prefect's own validation said of each case, against what is said here; and what must cost nothing.

use std::collections::BTreeMap;
use std::time::Instant;

use milliways_model::Timestamp;
use serde_json::{Map, Value, json};

use super::{Hydration, JobVariables, Preparation, Refused, Schema, Unusable, explain, hydrate};
use crate::template::Given;

fn given(context: &Map<String, Value>) -> Given<'_> {
    Given {
        context,
        now: Timestamp::MIN,
        random: 7,
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("not an object: {other}"),
    }
}

#[test]
fn says_what_prefect_says() {
    let variables: BTreeMap<String, Value> =
        serde_json::from_value(json!({"num": 7, "text": "{\"a\": [1]}", "s": "x"})).unwrap();
    let mut wrong = Vec::new();
    for line in include_str!("tests/cases.jsonl").lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let values = object(case["values"].clone());
        let schema = Schema::new(object(case["schema"].clone()), Preparation::default());
        let forms = Hydration {
            variables: Some(&variables),
            templates: None,
        };
        let hydrated = hydrate(&values, forms);
        let mut said = json!({"schema": case["schema"], "values": case["values"]});
        match schema.check().and_then(|()| schema.failures(&hydrated)) {
            Ok(failures) => {
                said["explain"] = serde_json::to_value(explain(&failures)).unwrap();
                let nothing = Map::new();
                let runs = Hydration {
                    templates: Some(given(&nothing)),
                    ..forms
                };
                said["enforce"] = match hydrate(&values, runs).complete() {
                    Err(error) => format!("hydration: {error}").into(),
                    Ok(values) => match schema.enforce(&values) {
                        Ok(()) => Value::Null,
                        Err(refused) => refused.to_string().into(),
                    },
                };
            }
            Err(Unusable::Circular) => said["refused"] = "circular".into(),
            Err(other) => said["refused"] = other.to_string().into(),
        }
        if said != case {
            wrong.push(format!("expected {case}\n     got {said}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn jinja_renders_where_there_is_a_context() {
    let values = object(json!({
        "plain": {"__prefect_kind": "jinja", "template": "Hello {{ name }}"},
        "object": {"__prefect_kind": "json", "value": {
            "__prefect_kind": "jinja", "template": "{{ event.payload | tojson }}"}},
        "sum": {"__prefect_kind": "json", "value": {
            "__prefect_kind": "jinja", "template": {
                "__prefect_kind": "workspace_variable", "variable_name": "template"}}},
    }));
    let variables = BTreeMap::from([("template".to_owned(), json!("{{ (2 + 2) | tojson }}"))]);
    let context = object(json!({"name": "world", "event": {"payload": {"a": [1, null]}}}));
    let with = Hydration {
        variables: Some(&variables),
        templates: Some(given(&context)),
    };
    let made = Value::Object(hydrate(&values, with).complete().unwrap());
    assert_eq!(
        made,
        json!({"plain": "Hello world", "object": {"a": [1, null]}, "sum": 4})
    );
}

#[test]
fn job_variables_are_held_against_their_template() {
    let block = milliways_model::Uuid::from_u128(7);
    let template = object(json!({"job_configuration": {}, "variables": {
        "type": "object",
        "properties": {
            "image": {"type": "string"},
            "cpus": {"type": "integer", "default": 2},
            "name": {"type": "string", "default": null},
            "secret": {"type": "object", "default": {"$ref": {"block_document_id": block}}},
        },
        "required": ["image"],
    }}));
    let declared = JobVariables::of(&template).unwrap();
    assert_eq!(declared.blocks().unwrap(), [block]);
    let blocks = BTreeMap::from([(block, object(json!({"a": 1})))]);
    let nothing = Map::new();
    let image = object(json!({"image": "x"}));
    let bad = object(json!({"image": "x", "cpus": "many"}));
    let said = |outcome: Result<(), _>| {
        outcome.map_err(|error: super::JobVariablesError| error.to_string())
    };
    insta::assert_debug_snapshot!((
        said(declared.check_deployment(&blocks, &nothing)),
        said(declared.check_run(&blocks, &[&nothing, &nothing])),
        said(declared.check_run(&blocks, &[&nothing, &image])),
        said(declared.check_run(&blocks, &[&image, &bad])),
        said(declared.check_deployment(&blocks, &bad)),
        said(declared.check_deployment(&BTreeMap::new(), &nothing)),
        said(declared.check_defaults(&blocks)),
    ));
}

#[test]
fn nothing_makes_it_work_without_end() {
    let twice = |to: &str| json!({"allOf": [{"$ref": to}, {"$ref": to}]});
    let mut laughs = Map::new();
    for level in 0..60 {
        laughs.insert(
            format!("l{level}"),
            twice(&format!("#/$defs/l{}", level + 1)),
        );
    }
    laughs.insert("l60".to_owned(), json!({"type": "string"}));
    let classes = json!({"type": "string", "pattern": r"(\w{50}){50}"});
    let mut patterns = Map::new();
    for n in 0..5_000 {
        patterns.insert(
            format!("p{n}"),
            json!({"pattern": format!("^a{{{n}}}b{n}$")}),
        );
    }
    let many: Map<String, Value> = patterns
        .keys()
        .map(|key| (key.clone(), json!("x")))
        .collect();
    let mut deep = json!({"type": "string"});
    for _ in 0..120 {
        deep = json!({"items": deep});
    }
    let cases: Vec<(&str, Value, Value)> = vec![
        ("a reference to itself", json!({"$ref": "#"}), json!({})),
        (
            "two that refer to each other",
            json!({
            "$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}),
            json!({}),
        ),
        (
            "doubling references",
            json!({"$ref": "#/$defs/l0", "$defs": laughs}),
            json!({}),
        ),
        (
            "a pattern that backtracks",
            json!({"properties": {"x": {"pattern": "(a+)+$"}}}),
            json!({"x": "a".repeat(50_000) + "b"}),
        ),
        (
            "repeated repetitions",
            json!({"properties": {"x": {"pattern": "(.{0,1000}){1000}"}}}),
            json!({"x": "a"}),
        ),
        (
            "repeated classes",
            json!({"properties": {"x": classes}}),
            json!({"x": "a"}),
        ),
        (
            "a pattern of a mebibyte",
            json!({"properties": {"x": {"pattern": "a".repeat(1 << 20)}}}),
            json!({"x": "a"}),
        ),
        (
            "a look-ahead",
            json!({"properties": {"x": {"pattern": "^(?=a).*$"}}}),
            json!({"x": "a"}),
        ),
        (
            "thousands of patterns",
            json!({"properties": patterns}),
            Value::Object(many),
        ),
        (
            "many items that must differ",
            json!({"properties": {"x": {"uniqueItems": true}}}),
            json!({"x": (0..200_000).collect::<Vec<_>>()}),
        ),
        ("a schema nested deep", deep, json!({})),
        (
            "a remote reference",
            json!({"$ref": "http://127.0.0.1:1/x"}),
            json!({}),
        ),
    ];
    let mut table = Vec::new();
    for (name, schema, values) in cases {
        let schema = Schema::new(object(schema), Preparation::default());
        let began = Instant::now();
        let outcome = schema.enforce(&object(values));
        let took = began.elapsed().as_millis();
        assert!(took < 10_000, "{name} took {took} ms");
        let mut text = outcome.map_err(|refused: Refused| refused.to_string());
        if let Err(text) = &mut text
            && text.len() > 200
        {
            *text = format!("{} …", text.chars().take(80).collect::<String>());
        }
        table.push((name, text));
    }
    insta::assert_debug_snapshot!(table);
}

#[test]
fn variables_cannot_be_multiplied() {
    let named = json!({"__prefect_kind": "workspace_variable", "variable_name": "big"});
    let values = object(json!({"list": vec![named; 10_000]}));
    let variables = BTreeMap::from([("big".to_owned(), json!("x".repeat(5_000)))]);
    let with = Hydration {
        variables: Some(&variables),
        templates: None,
    };
    let error = hydrate(&values, with).complete().unwrap_err();
    assert_eq!(error, super::HydrationError::TooLarge);
}
