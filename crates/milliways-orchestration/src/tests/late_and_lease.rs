//! When a run is late, and when a lease is over.

use std::time::Duration;

use milliways_model::{RetryType, State, StateType};

use super::{FLOW_RUN, NOW, state};
use crate::{LATE_AFTER, LeaseVerdict, Run, has_process, late_state, lease_verdict};

#[test]
fn only_plainly_scheduled_runs_are_late_once_the_grace_is_over() {
    let mut scheduled = state(StateType::Scheduled);
    let due = NOW - LATE_AFTER;
    scheduled.state_details.scheduled_time = Some(due);
    let late = late_state(&scheduled, Some(due), LATE_AFTER, NOW, 1).unwrap();
    assert_eq!((late.kind, &*late.name), (StateType::Scheduled, "Late"));
    assert_eq!(late.state_details.scheduled_time, Some(due));

    let is_late = |current: &State, due| late_state(current, due, LATE_AFTER, NOW, 1).is_some();
    assert!(!is_late(&scheduled, Some(due + Duration::from_micros(1))));
    assert!(!is_late(&scheduled, None));
    for name in [
        "Late",
        "AwaitingRetry",
        "Resuming",
        "AwaitingConcurrencySlot",
    ] {
        name.clone_into(&mut scheduled.name);
        assert!(!is_late(&scheduled, Some(due)), "{name}");
    }
    assert!(!is_late(&state(StateType::Pending), Some(due)));
}

#[test]
fn a_lease_lives_one_whole_ttl_after_the_server_started() {
    let ttl = Duration::from_secs(30);
    let hour_ago = NOW - Duration::from_hours(1);
    let judge = |expires, started| lease_verdict(expires, ttl, started, NOW);

    assert_eq!(judge(Some(NOW), hour_ago), LeaseVerdict::Over);
    let later = NOW + Duration::from_micros(1);
    let held = |until| LeaseVerdict::Held { until: Some(until) };
    assert_eq!(judge(Some(later), hour_ago), held(later));
    assert_eq!(judge(Some(hour_ago), NOW - ttl), LeaseVerdict::Over);
    assert_eq!(judge(Some(hour_ago), later - ttl), held(later));
    assert_eq!(judge(None, hour_ago), LeaseVerdict::Held { until: None });
}

#[test]
fn what_waits_without_a_process_is_not_missed() {
    let run = Run::flow(FLOW_RUN);
    let missed = StateType::ALL.map(|kind| has_process(&run, &state(kind)));
    let expected = StateType::ALL.map(|kind| {
        matches!(
            kind,
            StateType::Pending | StateType::Running | StateType::Cancelling | StateType::Paused
        )
    });
    assert_eq!(missed, expected);

    let mut suspended = state(StateType::Paused);
    suspended.state_details.pause_reschedule = true;
    assert!(!has_process(&run, &suspended));

    let mut retry = state(StateType::Scheduled);
    "AwaitingRetry".clone_into(&mut retry.name);
    for (kind, is_missed) in [
        (None, true),
        (Some(RetryType::InProcess), true),
        (Some(RetryType::Reschedule), false),
    ] {
        let mut run = Run::flow(FLOW_RUN);
        if let Some(policy) = run.flow_policy_mut() {
            policy.retry_type = kind;
        }
        assert_eq!(has_process(&run, &retry), is_missed, "{kind:?}");
    }
}
