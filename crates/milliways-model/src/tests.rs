//! Round trips and spellings of the wire types.

use super::*;

#[test]
fn timestamps_write_six_digits_and_z() {
    for (micros, text) in [
        (0, "1970-01-01T00:00:00.000000Z"),
        (1_795_234_352_000_001, "2026-11-21T04:12:32.000001Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
        (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
        (Timestamp::MIN.as_micros(), "0001-01-01T00:00:00.000000Z"),
        (Timestamp::MAX.as_micros(), "9999-12-30T22:00:00.000000Z"),
    ] {
        let moment = Timestamp::from_micros(micros);
        assert_eq!(moment.to_string(), text);
        assert_eq!(text.parse(), Ok(moment));
    }
}

#[test]
fn timestamps_read_what_clients_send() {
    let moment: Timestamp = "2026-11-21T04:12:32Z".parse().unwrap();
    for text in [
        "\"2026-11-21T05:12:32+01:00\"",
        "\"2026-11-21 04:12:32.000000+00:00\"",
        "\"2026-11-21T04:12:32\"",
        "1795234352",
        "1795234352.0",
    ] {
        assert_eq!(
            serde_json::from_str::<Timestamp>(text).unwrap(),
            moment,
            "{text}"
        );
    }
    for text in [
        "\"soon\"",
        "1e300",
        "-1e300",
        "9223372036854775807",
        "\"10000-01-01T00:00:00Z\"",
    ] {
        assert!(serde_json::from_str::<Timestamp>(text).is_err(), "{text}");
    }
}

#[test]
fn a_state_reads_and_writes_as_prefect_spells_it() {
    let text = r#"{"type":"SCHEDULED","name":"Late","state_details":{"scheduled_time":"2026-01-01T00:00:00Z","unknown":1}}"#;
    let state: StateCreate = serde_json::from_str(text).unwrap();
    assert_eq!(state.kind, StateType::Scheduled);
    assert!(serde_json::from_str::<StateCreate>(r#"{"type":"SCHEDULED","nme":"x"}"#).is_err());
    assert!(serde_json::from_str::<StateCreate>(r#"{"type":"scheduled"}"#).is_err());
}

#[test]
fn opaque_json_keeps_its_text_through_journal_records() {
    let text = r#"{"flow_run_states":[{"id":"018f0000-0000-7000-8000-000000000000","type":"COMPLETED","name":"Completed","timestamp":"2026-01-01T00:00:00.000000Z","message":null,"data":{"b":1.00,"a":[]},"state_details":{}}]}"#;
    let record: journal::JournalRecord = serde_json::from_str(text).unwrap();
    let journal::JournalRecord::FlowRunStates(states) = &record else {
        panic!("{record:?}")
    };
    assert_eq!(
        states[0].data.as_ref().unwrap().get(),
        r#"{"b":1.00,"a":[]}"#
    );
    assert!(states[0].has_persisted_data());
}

#[test]
fn filters_refuse_unknown_keys_and_know_both_operators() {
    let text = r#"{"operator":"or_","state":{"type":{"any_":["RUNNING"]}},"tags":{"all_":["a"]}}"#;
    let read: filter::FlowRunFilter = serde_json::from_str(text).unwrap();
    assert_eq!(read.operator, filter::Operator::Or);
    assert!(serde_json::from_str::<filter::FlowRunFilter>(r#"{"stat":{}}"#).is_err());
}

#[test]
fn names_are_checked() {
    use names::{InvalidName, check_object_name, check_run_name};
    assert_eq!(check_object_name("etl pipeline"), Ok(()));
    for (name, problem) in [
        ("", InvalidName::Empty),
        ("a/b", InvalidName::Reserved('/')),
        ("a\0b", InvalidName::Control),
        ("a\u{202e}b", InvalidName::Control),
        (".", InvalidName::Dots),
        ("..", InvalidName::Dots),
    ] {
        assert_eq!(check_object_name(name), Err(problem), "{name:?}");
    }
    assert_eq!(check_object_name("..."), Ok(()));
    assert_eq!(check_run_name(&"x".repeat(256)), Err(InvalidName::TooLong));
    assert_eq!(check_run_name(&"é".repeat(255)), Ok(()));
}

#[test]
fn ids_of_version_7_ascend_with_time() {
    let early = uuid7(Timestamp::from_micros(1_000_000), u128::MAX);
    let late = uuid7(Timestamp::from_micros(2_000_000), 0);
    assert!(early < late);
    assert_eq!(early.get_version_num(), 7);
}

#[test]
fn versions_compare_by_number() {
    assert!(version::parse("3.4.11") > version::parse("3.4.9"));
    assert_eq!(version::parse("3.0.0rc20"), Some((3, 0, 0)));
    assert_eq!(version::parse("x"), None);
}
