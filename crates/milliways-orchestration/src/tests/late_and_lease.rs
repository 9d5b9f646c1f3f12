//! When a run is late, and when a lease is over.

use std::time::Duration;

use milliways_model::{State, StateType};

use super::{NOW, state};
use crate::{LATE_AFTER, LeaseVerdict, late_state, lease_verdict};

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
