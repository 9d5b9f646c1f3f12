//! States that a client reports.

use milliways_model::{State, StateType};

use super::{CHILD_OF, FLOW_RUN, LEASE, NOW, TASK_RUN, state};
use crate::{Effect, Run, complete_reported, record, released_by_report, repeats};

fn at(kind: StateType, seconds: f64) -> State {
    let mut state = state(kind);
    state.timestamp = NOW.plus_seconds(seconds);
    state
}

#[test]
fn a_reported_life_keeps_the_books() {
    let mut run = Run::task(TASK_RUN);
    let life = [
        at(StateType::Pending, 0.0),
        at(StateType::Running, 1.0),
        at(StateType::Scheduled, 3.0),
        at(StateType::Running, 4.0),
        at(StateType::Completed, 5.5),
    ];
    let mut current = None;
    for state in &life {
        assert!(record(&mut run, current, state));
        current = Some(state);
    }
    assert_eq!(run.run_count, 2);
    assert!((run.total_run_time - 3.5).abs() < 1e-9);
    assert_eq!(run.expected_start_time, Some(NOW));
    assert_eq!(run.start_time, Some(NOW.plus_seconds(1.0)));
    assert_eq!(run.end_time, Some(NOW.plus_seconds(5.5)));
}

#[test]
fn a_report_that_comes_late_moves_nothing() {
    let mut run = Run::task(TASK_RUN);
    let completed = at(StateType::Completed, 5.0);
    assert!(record(&mut run, None, &completed));
    let before = run.clone();
    assert!(!record(
        &mut run,
        Some(&completed),
        &at(StateType::Running, 4.0)
    ));
    assert_eq!(run, before);
}

#[test]
fn states_of_the_same_time_follow_each_other() {
    let mut run = Run::task(TASK_RUN);
    let pending = at(StateType::Pending, 0.0);
    assert!(record(&mut run, None, &pending));
    assert!(record(
        &mut run,
        Some(&pending),
        &at(StateType::Running, 0.0)
    ));
    assert_eq!(run.run_count, 1);
}

#[test]
fn a_flow_run_that_was_asked_to_end_does_not_go_on() {
    let mut run = Run::flow(FLOW_RUN);
    let cancelling = at(StateType::Cancelling, 0.0);
    for kind in StateType::ALL {
        let moves = record(&mut run.clone(), Some(&cancelling), &at(kind, 1.0));
        let ends = kind.is_terminal() || kind == StateType::Cancelling;
        assert_eq!(moves, ends, "{kind:?}");
    }
    assert!(record(
        &mut run,
        Some(&cancelling),
        &at(StateType::Crashed, 1.0)
    ));
}

#[test]
fn a_flow_run_that_was_cancelled_goes_on_only_when_it_begins_anew() {
    use StateType::{Cancelled, Completed, Failed, Pending};
    let cancelled = at(Cancelled, 0.0);
    for kind in StateType::ALL {
        let moves = record(&mut Run::flow(FLOW_RUN), Some(&cancelled), &at(kind, 1.0));
        let told = [Completed, Failed, Pending, Cancelled].contains(&kind);
        assert_eq!(moves, told, "{kind:?}");
    }
}

#[test]
fn only_a_second_cancelled_repeats_what_is_known() {
    for (current, reported) in StateType::ALL
        .into_iter()
        .flat_map(|current| StateType::ALL.map(|reported| (current, reported)))
    {
        let both = current == StateType::Cancelled && reported == current;
        assert_eq!(
            repeats(Some(&at(current, 0.0)), &at(reported, 1.0)),
            both,
            "{current:?} {reported:?}"
        );
    }
    assert!(!repeats(None, &at(StateType::Cancelled, 0.0)));
}

#[test]
fn reported_states_learn_to_whom_they_belong() {
    let mut flow = Run::flow(FLOW_RUN);
    flow.parent_task_run_id = Some(CHILD_OF);
    let mut current = at(StateType::Pending, 0.0);
    current.state_details.deployment_concurrency_lease_id = Some(LEASE);
    let mut running = at(StateType::Running, 1.0);
    complete_reported(&flow, Some(&current), &mut running);
    let details = &running.state_details;
    assert_eq!(details.flow_run_id, Some(FLOW_RUN));
    assert_eq!(details.task_run_id, Some(CHILD_OF));
    assert_eq!(details.deployment_concurrency_lease_id, Some(LEASE));

    let mut task = Run::task(TASK_RUN);
    task.flow_run_id = Some(FLOW_RUN);
    let mut running = at(StateType::Running, 1.0);
    complete_reported(&task, None, &mut running);
    assert_eq!(running.state_details.task_run_id, Some(TASK_RUN));
    assert_eq!(running.state_details.flow_run_id, Some(FLOW_RUN));
}

#[test]
fn reported_ends_give_slots_back() {
    let flow = Run::flow(FLOW_RUN);
    let mut running = at(StateType::Running, 0.0);
    running.state_details.deployment_concurrency_lease_id = Some(LEASE);
    let released = Some(Effect::ReleaseLease { lease: LEASE });
    let failed = at(StateType::Failed, 1.0);
    assert_eq!(released_by_report(&flow, Some(&running), &failed), released);
    let mut retry = at(StateType::Scheduled, 1.0);
    "AwaitingRetry".clone_into(&mut retry.name);
    assert_eq!(released_by_report(&flow, Some(&running), &retry), None);
    assert_eq!(released_by_report(&flow, None, &failed), None);

    let mut task = Run::task(TASK_RUN);
    assert_eq!(released_by_report(&task, None, &failed), None);
    task.tags = vec!["a".to_owned()];
    let released = Some(Effect::ReleaseTagSlots);
    assert_eq!(released_by_report(&task, None, &failed), released);
    assert_eq!(released_by_report(&task, None, &running), None);
}
