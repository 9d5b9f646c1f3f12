//! The tables of the transforms.

use milliways_model::{FlowRunPolicy, Json, State};

use super::*;
use crate::tests::{CHILD_OF, FLOW_RUN, LEASE, NOW, Scenario, check_piece, unset};

fn lease(state: &mut State) {
    state.state_details.deployment_concurrency_lease_id = Some(LEASE);
}

#[test]
fn unique_timestamp() {
    check_piece(
        &UNIQUE_TIMESTAMP,
        &[
            Scenario::flow("later than the current state"),
            Scenario::flow("at the same time").initial(|state| state.timestamp = NOW),
            Scenario::flow("the clock has stepped back")
                .initial(|state| state.timestamp = NOW.plus_seconds(5.0)),
        ],
    );
}

#[test]
fn start_time() {
    check_piece(
        &START_TIME,
        &[
            Scenario::flow("never started"),
            Scenario::flow("started before")
                .run(|run| run.start_time = Some(NOW.plus_seconds(-9.0))),
        ],
    );
}

#[test]
fn end_time() {
    check_piece(
        &END_TIME,
        &[
            Scenario::flow("never started"),
            Scenario::flow("started, not ended")
                .run(|run| run.start_time = Some(NOW.plus_seconds(-9.0))),
            Scenario::flow("started and ended").run(|run| {
                run.start_time = Some(NOW.plus_seconds(-9.0));
                run.end_time = Some(NOW.plus_seconds(-3.0));
            }),
        ],
    );
}

#[test]
fn run_time() {
    check_piece(
        &RUN_TIME,
        &[
            Scenario::flow("for a minute, after 5 s earlier").run(|run| run.total_run_time = 5.0),
            Scenario::flow("the clock has stepped back")
                .run(|run| run.total_run_time = 5.0)
                .proposed(|state| state.timestamp = NOW.plus_seconds(-61.0)),
        ],
    );
}

#[test]
fn expected_start_time() {
    check_piece(
        &EXPECTED_START_TIME,
        &[
            Scenario::flow("not known, with a scheduled time").proposed(|state| {
                state.state_details.scheduled_time = Some(NOW.plus_seconds(60.0));
            }),
            Scenario::flow("known").run(|run| run.expected_start_time = Some(NOW)),
        ],
    );
}

#[test]
fn next_scheduled_start_time() {
    check_piece(
        &NEXT_SCHEDULED_START_TIME,
        &[Scenario::flow("with a scheduled time")
            .run(|run| run.next_scheduled_start_time = Some(NOW.plus_seconds(-60.0)))
            .proposed(|state| {
                state.state_details.scheduled_time = Some(NOW.plus_seconds(60.0));
            })],
    );
}

#[test]
fn state_details() {
    check_piece(
        &STATE_DETAILS,
        &[
            Scenario::flow("flow run"),
            Scenario::task("task run of a flow run").run(|run| run.flow_run_id = Some(FLOW_RUN)),
            Scenario::task("task run without a flow run")
                .proposed(|state| state.state_details.flow_run_id = Some(FLOW_RUN)),
        ],
    );
}

#[test]
fn subflow_details() {
    check_piece(
        &SUBFLOW_DETAILS,
        &[
            Scenario::flow("no subflow"),
            Scenario::flow("subflow").run(|run| run.parent_task_run_id = Some(CHILD_OF)),
        ],
    );
}

#[test]
fn subflow_parent() {
    let mut run = crate::Run::flow(FLOW_RUN);
    run.parent_task_run_id = Some(CHILD_OF);
    let verdict = crate::tests::decide_once(&mut run, crate::Policy::CoreFlow, |state| {
        state.data = Json::from_text("1".to_owned()).ok();
    });
    let written = verdict.state.expect("it is written");
    let [crate::Effect::MirrorOnParent { task_run, state }] = &verdict.effects[..] else {
        panic!("the parent is told: {:?}", verdict.effects);
    };
    assert_eq!(*task_run, CHILD_OF);
    assert_ne!(state.id, written.id);
    assert_eq!(state.state_details.child_flow_run_id, Some(FLOW_RUN));
    assert_eq!(
        (&state.name, state.timestamp, &state.data),
        (&written.name, written.timestamp, &written.data)
    );
    assert_eq!(written.state_details.child_flow_run_id, None);
    assert_eq!(written.state_details.task_run_id, Some(CHILD_OF));
}

#[test]
fn flow_run_count() {
    let resuming = |title| {
        Scenario::flow(title).flow_policy(FlowRunPolicy {
            resuming: Some(true),
            ..unset()
        })
    };
    check_piece(
        &FLOW_RUN_COUNT,
        &[
            Scenario::flow("not resuming").run(|run| run.run_count = 1),
            resuming("resuming"),
            resuming("resuming, old client").client((2, 8, 0), (0, 8, 3)),
        ],
    );
}

#[test]
fn task_run_count() {
    check_piece(
        &TASK_RUN_COUNT,
        &[Scenario::task("ran twice").run(|run| run.run_count = 2)],
    );
}

#[test]
fn resuming_flag() {
    check_piece(
        &RESUMING_FLAG,
        &[
            Scenario::flow("not resuming"),
            Scenario::flow("resuming").flow_policy(FlowRunPolicy {
                resuming: Some(true),
                ..unset()
            }),
        ],
    );
}

#[test]
fn preserve_lease_id() {
    check_piece(
        &PRESERVE_LEASE_ID,
        &[
            Scenario::flow("no lease"),
            Scenario::flow("lease").initial(lease),
            Scenario::flow("lease, and another one proposed")
                .initial(lease)
                .proposed(|state| {
                    let other = milliways_model::LeaseId(CHILD_OF.0);
                    state.state_details.deployment_concurrency_lease_id = Some(other);
                }),
        ],
    );
}

#[test]
fn release_deployment_slot() {
    check_piece(
        &RELEASE_DEPLOYMENT_SLOT,
        &[
            Scenario::flow("no lease"),
            Scenario::flow("lease").initial(lease),
            Scenario::flow("lease, and waits for its next try").initial(|state| {
                lease(state);
                "AwaitingRetry".clone_into(&mut state.name);
            }),
        ],
    );
}

#[test]
fn release_tag_slots() {
    check_piece(
        &RELEASE_TAG_SLOTS,
        &[
            Scenario::task("no tags"),
            Scenario::task("tags").run(|run| run.tags = vec!["a".to_owned()]),
        ],
    );
}
