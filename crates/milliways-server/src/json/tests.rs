//! Texts and what is found wrong with them.

use bytes::Bytes;
use milliways_model::journal::JournalBatch;
use milliways_model::{FlowCreate, StateCreate};
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

use super::read;
use super::scan::{Flaw, scan};
use crate::bodies::{ReadEvents, ReadFlowRuns};

#[test]
fn flaws_are_found_without_parsing() {
    let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    for (text, found) in [
        (deep(64), Ok(())),
        (deep(65), Err(Flaw::TooDeep)),
        (deep(100_000), Err(Flaw::TooDeep)),
        (r#"{"a":"[[[[","b":[{}]}"#.to_owned(), Ok(())),
        (format!("\"{}\"", "[".repeat(1_000)), Ok(())),
        ("[],".repeat(1_000), Ok(())),
        (r#""a\"[""#.to_owned(), Ok(())),
        (r#""\\""#.to_owned(), Ok(())),
        ("1e400".to_owned(), Err(Flaw::HugeNumber)),
        ("[-1E+309]".to_owned(), Err(Flaw::HugeNumber)),
        ("9".repeat(400), Err(Flaw::HugeNumber)),
        ("[1e308,1.5,-0]".to_owned(), Ok(())),
        (r#""\ud800""#.to_owned(), Err(Flaw::LoneSurrogate)),
        (r#""\udc00\ud800""#.to_owned(), Err(Flaw::LoneSurrogate)),
        (r#""\ud83d\ude00""#.to_owned(), Ok(())),
        (r#""\\ud800""#.to_owned(), Ok(())),
        ("\"unterminated\\".to_owned(), Ok(())),
    ] {
        let shown: String = text.chars().take(40).collect();
        assert_eq!(scan(text.as_bytes(), 64), found, "{shown}");
    }
}

/// What a client is told about a body: kind, way and message of each error, or the code where it is no 422.
#[track_caller]
fn check<T: DeserializeOwned + ToSchema>(body: &str) -> Vec<String> {
    match read::<T>(&Bytes::copy_from_slice(body.as_bytes()), 64, false) {
        Ok(_) => vec!["ok".to_owned()],
        Err(problem) => {
            let body: Value = serde_json::from_slice(&problem.body()).unwrap();
            let Some(errors) = body["exception_detail"].as_array() else {
                return vec![format!("{} {}", problem.status().as_u16(), problem.code())];
            };
            let told = |error: &Value| {
                format!(
                    "{} {} {}",
                    error["type"].as_str().unwrap(),
                    error["loc"],
                    error["msg"].as_str().unwrap()
                )
            };
            errors.iter().map(told).collect()
        }
    }
}

#[test]
fn wrong_bodies_are_explained_field_by_field() {
    assert_eq!(check::<FlowCreate>(r#"{"name":"etl"}"#), ["ok"]);
    assert_eq!(
        check::<FlowCreate>("{}"),
        [r#"missing ["body","name"] Field required"#]
    );
    assert_eq!(
        check::<FlowCreate>(r#"{"name":5,"tags":["a",1],"nmae":"x"}"#),
        [
            r#"string_type ["body","name"] Input should be a valid string"#,
            r#"string_type ["body","tags",1] Input should be a valid string"#,
            r#"extra_forbidden ["body","nmae"] Extra inputs are not permitted"#,
        ]
    );
    assert_eq!(
        check::<FlowCreate>("[]"),
        [
            r#"model_attributes_type ["body"] Input should be a valid dictionary or object to extract fields from"#
        ]
    );
}

#[test]
fn unknown_states_name_those_that_exist() {
    assert_eq!(
        check::<StateCreate>(r#"{"type":"DONE"}"#),
        [
            r#"enum ["body","type"] Input should be 'SCHEDULED', 'PENDING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED', 'PAUSED' or 'CANCELLING'"#
        ]
    );
}

#[test]
fn numbers_beyond_64_bits_are_told_as_such() {
    for number in ["9223372036854775808", "-9223372036854775809", "1e30"] {
        assert_eq!(
            check::<ReadFlowRuns>(&format!(r#"{{"offset":{number}}}"#)),
            [
                r#"int_parsing_size ["body","offset"] Input should be a valid integer of at most 64 bits"#
            ],
            "{number}"
        );
    }
    assert_eq!(
        check::<ReadFlowRuns>(r#"{"offset":1.5}"#),
        [
            r#"int_from_float ["body","offset"] Input should be a valid integer, got a number with a fractional part"#
        ]
    );
}

#[test]
fn null_stands_for_defaults_of_envelopes_and_for_nothing_else() {
    let body = r#"{"sort":null,"limit":null,"offset":null,"flows":null,"deployments":null}"#;
    assert_eq!(check::<ReadFlowRuns>(body), ["ok"]);
    assert!(check::<StateCreate>(r#"{"type":null}"#)[0].starts_with(r#"enum ["body","type"]"#));
}

#[test]
fn filters_are_explained_to_their_depth() {
    assert_eq!(
        check::<ReadFlowRuns>(
            r#"{"flow_runs":{"id":{"any_":["x"]},"state":{"type":{"any_":["DONE"]}},"stat":1}}"#
        ),
        [
            r#"uuid_parsing ["body","flow_runs","id","any_",0] Input should be a valid UUID, invalid character: found `x` at 0"#,
            r#"enum ["body","flow_runs","state","type","any_",0] Input should be 'SCHEDULED', 'PENDING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED', 'PAUSED' or 'CANCELLING'"#,
            r#"extra_forbidden ["body","flow_runs","stat"] Extra inputs are not permitted"#,
        ]
    );
    assert_eq!(
        check::<ReadEvents>(r#"{"filter":{"occurred":{"since":"soon"}}}"#),
        [
            r#"value_error ["body","filter","occurred","since"] Value error, Unable to parse string [soon]"#
        ]
    );
}

#[test]
fn what_is_no_json_is_told_so() {
    for (body, at) in [
        ("", 0),
        ("{", 1),
        ("{\"a\":}", 5),
        ("{\n\"é\":}", 6),
        ("nul", 3),
        ("{'name':1}", 1),
        ("{}}", 2),
    ] {
        let expected = format!("json_invalid [\"body\",{at}] JSON decode error");
        assert_eq!(check::<FlowCreate>(body), [expected], "{body:?}");
    }
    for body in ["\u{feff}{}", "{\"name\":NaN}", "{\"name\":-Infinity}"] {
        assert_eq!(check::<FlowCreate>(body), ["400 invalid_json"], "{body:?}");
    }
    let invalid = Bytes::from_static(b"{\"name\":\"\xff\"}");
    assert_eq!(
        read::<FlowCreate>(&invalid, 64, false)
            .unwrap_err()
            .status()
            .as_u16(),
        400
    );
    assert_eq!(
        check::<FlowCreate>(&("[".repeat(70) + &"]".repeat(70))),
        ["400 too_deep"]
    );
}

#[test]
fn a_newer_client_has_its_unknown_keys_ignored() {
    let body =
        Bytes::from_static(br#"{"type":"RUNNING","state_details":{"newer":1},"newest":{"a":[1]}}"#);
    let state: StateCreate = read(&body, 64, true).unwrap();
    assert_eq!(state.kind, milliways_model::StateType::Running);
    assert!(read::<StateCreate>(&body, 64, false).is_err());
    // What is wrong beside them is still wrong.
    assert!(
        read::<StateCreate>(&Bytes::from_static(br#"{"type":"X","newest":1}"#), 64, true).is_err()
    );
}

#[test]
fn records_of_no_known_kind_are_named() {
    let batch = |record: &str| {
        check::<JournalBatch>(&format!(
            r#"{{"epoch":1,"first_seq":1,"records":[{record}]}}"#
        ))
    };
    assert_eq!(batch(r#"{"flow_run_name":"a"}"#), ["ok"]);
    assert_eq!(
        batch(r#"{"flow_run_name":5}"#),
        [r#"string_type ["body","records",0,"flow_run_name"] Input should be a valid string"#]
    );
    assert_eq!(
        batch(r#"{"artifact":{}}"#),
        [concat!(
            r#"union_tag_invalid ["body","records",0] Input tag 'artifact' found using its key does not "#,
            "match any of the expected tags: 'flow_run', 'flow_run_states', 'flow_run_name', 'task_run', ",
            "'task_run_states', 'task_run_name', 'log', 'event'"
        )]
    );
}
