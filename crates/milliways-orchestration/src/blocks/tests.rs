//! Checksums as Prefect computes them, and what is hidden of documents.

use serde_json::{Map, Value, json};

use super::{checksum, conceal, restore};

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("not an object: {other}"),
    }
}

#[test]
fn checksums_are_those_of_prefect() {
    for line in include_str!("tests/checksums.jsonl").lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let fields = object(case["fields"].clone());
        assert_eq!(checksum(&fields), case["checksum"], "{line}");
    }
}

#[test]
fn secrets_are_hidden_at_any_depth() {
    let secrets: Vec<String> = ["a", "b.c", "d.*", "n", "gone", "o"]
        .map(str::to_owned)
        .into();
    let stored = object(json!({
        "a": "secret", "b": {"c": 7, "open": 1}, "d": {"x": "1", "y": {"z": null}, "e": {}},
        "n": null, "o": {"inner": "not a leaf"}, "open": "seen",
    }));
    let mut shown = stored.clone();
    conceal(&mut shown, &secrets);
    let mask = "********";
    assert_eq!(
        Value::Object(shown.clone()),
        json!({
            "a": mask, "b": {"c": mask, "open": 1}, "d": {"x": mask, "y": {"z": mask}, "e": mask},
            "n": null, "o": {"inner": "not a leaf"}, "open": "seen",
        })
    );
    // What was shown is sent back with one new value.
    shown.insert("a".to_owned(), json!("new"));
    restore(&mut shown, &mut stored.clone(), &secrets);
    let mut expected = stored;
    expected.insert("a".to_owned(), json!("new"));
    assert_eq!(shown, expected);
}
