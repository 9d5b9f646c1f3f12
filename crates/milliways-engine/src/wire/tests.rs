//! Every record is read back by the model.

use milliways_model::ids::Uuid;
use milliways_model::journal::JournalRecord;

use super::*;
use crate::coalesce::Gathered;
use crate::fact::{DynamicKey, Fact, FirstStates};
use crate::{FlowDefinition, RetryPolicy, TaskDefinition};

fn uuid(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn moment(second: i64) -> Timestamp {
    Timestamp::from_micros(second * 1_000_000)
}

fn state(number: u128, kind: StateType) -> RecordedState {
    RecordedState::new(StateId(uuid(number)), kind, moment(9))
}

fn task_run(number: u128) -> Arc<TaskRunMade> {
    let mut definition = TaskDefinition::new("add", "mod.add").unwrap();
    definition.tags = vec!["a".to_owned()];
    definition.retry = RetryPolicy {
        retries: 2,
        delays: vec![1.0, 2.5],
        jitter_factor: 0.5,
    };
    Arc::new(TaskRunMade {
        id: TaskRunId(uuid(number)),
        definition: Arc::new(definition),
        flow_run: Some(FlowRunId(uuid(1))),
        name: None,
        dynamic_key: DynamicKey::Number(3, 1),
        inputs: None,
        tags: vec!["b".to_owned()],
        flow_run_run_count: 1,
    })
}

fn first_states() -> FirstStates {
    FirstStates {
        made: moment(1),
        pending: StateId(uuid(10)),
        running: Some(StateId(uuid(11))),
    }
}

/// The records of facts, as the model reads them.
fn read_back(facts: Vec<Fact>) -> Vec<JournalRecord> {
    let mut gathered = Gathered::default();
    for fact in facts {
        gathered.add(fact);
    }
    let mut lines = Vec::new();
    for record in gathered.take() {
        assert!(write_line(&record, &mut lines) > 0);
    }
    let lines = String::from_utf8(lines).unwrap();
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn state_names(states: &[milliways_model::State]) -> Vec<&str> {
    states.iter().map(|state| state.name.as_str()).collect()
}

#[test]
fn a_task_run_that_ended_before_it_was_told_of_is_one_record() {
    let made = task_run(2);
    let records = read_back(vec![
        Fact::TaskRunMade(made.clone(), first_states()),
        Fact::TaskRunName(made.id, "other".into()),
        Fact::TaskRunInputs(made.clone(), r#"{"x":[]}"#.into()),
        Fact::TaskRunState(made.id, state(12, StateType::Completed)),
    ]);
    let [JournalRecord::TaskRun(run)] = records.as_slice() else {
        panic!("{records:?}")
    };
    assert_eq!(
        state_names(&run.states),
        ["Pending", "Running", "Completed"]
    );
    assert_eq!(
        (
            run.name.as_str(),
            run.dynamic_key.as_str(),
            run.task_key.as_str()
        ),
        ("other", "3", "mod.add")
    );
    assert_eq!(run.tags, ["a", "b"]);
    assert_eq!(run.task_inputs.get(), r#"{"x":[]}"#);
    assert_eq!(run.empirical_policy, made.definition.retry.of_task_run());
    assert_eq!(run.states[0].timestamp, moment(1));
}

#[test]
fn what_follows_a_told_task_run_is_told_by_its_id() {
    let made = task_run(2);
    let records = read_back(vec![
        Fact::TaskRunState(made.id, state(12, StateType::Running)),
        Fact::TaskRunState(made.id, state(13, StateType::Failed)),
        Fact::TaskRunName(made.id, "other".into()),
        Fact::TaskRunInputs(made.clone(), r#"{"x":[]}"#.into()),
    ]);
    let [
        JournalRecord::TaskRunStates(states),
        JournalRecord::TaskRunName(name),
        JournalRecord::TaskRun(run),
    ] = records.as_slice()
    else {
        panic!("{records:?}")
    };
    assert_eq!(state_names(&states.states), ["Running", "Failed"]);
    assert_eq!(name.name, "other");
    assert_eq!(
        (run.states.len(), run.task_inputs.get()),
        (0, r#"{"x":[]}"#)
    );
}

#[test]
fn a_flow_run_tells_everything_that_it_was_made_with() {
    let mut definition = FlowDefinition::new("etl").unwrap();
    definition.version = Some("v1".to_owned());
    definition.retry = RetryPolicy::with_delay(3, 1.5);
    let made = Arc::new(FlowRunMade {
        id: FlowRunId(uuid(1)),
        epoch: 1,
        definition: Arc::new(definition),
        name: "calm-ant".into(),
        parameters: Some(r#"{"a": [1, 2.50]}"#.into()),
        labels: Some(r#"{"team":"data"}"#.into()),
        tags: vec!["t".to_owned()],
        parent_task_run: Some(TaskRunId(uuid(7))),
    });
    let records = read_back(vec![
        Fact::FlowRunMade(made.clone(), Some(state(2, StateType::Pending))),
        Fact::FlowRunState(state(3, StateType::Running)),
        Fact::FlowRunName("new".into()),
        Fact::FlowRunState(state(4, StateType::Completed)),
    ]);
    let [
        JournalRecord::FlowRun(run),
        JournalRecord::FlowRunName(name),
        JournalRecord::FlowRunStates(last),
    ] = records.as_slice()
    else {
        panic!("{records:?}")
    };
    assert_eq!(
        (run.id, run.flow_name.as_str(), run.flow_version.as_deref()),
        (made.id, "etl", Some("v1"))
    );
    assert_eq!(
        (run.parameters.get(), run.labels.get()),
        (r#"{"a": [1, 2.50]}"#, r#"{"team":"data"}"#)
    );
    assert_eq!(
        (run.tags.as_slice(), run.parent_task_run_id),
        (["t".to_owned()].as_slice(), made.parent_task_run)
    );
    assert_eq!(run.empirical_policy, made.definition.retry.of_flow_run());
    assert_eq!(state_names(&run.states), ["Pending", "Running"]);
    assert_eq!(
        (name.as_str(), state_names(last)),
        ("new", vec!["Completed"])
    );
}

#[test]
fn states_keep_message_data_and_details() {
    let details = StateDetails {
        scheduled_time: Some(moment(5)),
        ..StateDetails::default()
    };
    let full = RecordedState {
        message: Some("line\nbreak \u{fffd}".into()),
        data: Some(r#"{"type":"result"}"#.into()),
        details: Some(Box::new(details.clone())),
        ..state(3, StateType::Scheduled).named("AwaitingRetry")
    };
    let records = read_back(vec![Fact::FlowRunState(full)]);
    let [JournalRecord::FlowRunStates(states)] = records.as_slice() else {
        panic!("{records:?}")
    };
    let [state] = states.as_slice() else {
        panic!("{states:?}")
    };
    assert_eq!(state.message.as_deref(), Some("line\nbreak \u{fffd}"));
    assert_eq!(
        state.data.as_ref().map(|data| data.get()),
        Some(r#"{"type":"result"}"#)
    );
    assert_eq!(
        (state.state_details.clone(), state.name.as_str()),
        (details, "AwaitingRetry")
    );
}

#[test]
fn logs_and_events_are_read_back() {
    let line = LogLine {
        logger: "prefect.flow_runs".into(),
        level: 20,
        message: "a\nb".into(),
        timestamp: moment(3),
        flow_run: Some(FlowRunId(uuid(1))),
        task_run: None,
    };
    let event = r#"{"occurred":"2026-01-01T00:00:00Z","event":"e","resource":{"prefect.resource.id":"r"},"id":"00000000-0000-0000-0000-000000000005"}"#;
    let records = read_back(vec![
        Fact::Log(Box::new(line)),
        Fact::Event(crate::json::event(event.as_bytes()).unwrap()),
    ]);
    let [JournalRecord::Log(log), JournalRecord::Event(event)] = records.as_slice() else {
        panic!("{records:?}")
    };
    assert_eq!(
        (log.message.as_str(), log.level, log.flow_run_id),
        ("a\nb", 20, Some(FlowRunId(uuid(1))))
    );
    assert_eq!((event.event.as_str(), event.resource.id()), ("e", "r"));
}
