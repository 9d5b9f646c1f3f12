//! Every way that a run can go.

use milliways_model::ids::Uuid;
use proptest::prelude::*;

use super::*;

/// What a caller may do to a run.
#[derive(Clone, Copy, Debug)]
enum Step {
    Start,
    Complete,
    Fail { retriable: bool },
    Set(StateType),
}

fn id(number: usize) -> StateId {
    StateId(Uuid::from_u128(number as u128))
}

/// The names of the states that `steps` lead to, one second apart.
fn names(policy: &RetryPolicy, steps: &[Step]) -> Vec<String> {
    let mut life = Life::new(id(0), Timestamp::EPOCH);
    let mut names = vec![life.state().name.to_string()];
    let mut now = Timestamp::EPOCH;
    for (number, step) in steps.iter().enumerate() {
        now = now.plus_seconds(1.0);
        let state = match *step {
            Step::Start => Some(life.start(id(number + 1), now)),
            Step::Complete => life.complete(id(number + 1), now, Remark::default()),
            Step::Fail { retriable } => {
                let policy = retriable.then_some(policy);
                match life.fail(id(number + 1), now, Remark::default(), policy, 0.0) {
                    Failure::Retry(state, _) | Failure::End(state) => Some(state),
                    Failure::Late => None,
                }
            }
            Step::Set(kind) => Some(life.set(id(number + 1), kind, now, Remark::default())),
        };
        names.extend(state.map(|state| state.name.to_string()));
    }
    names
}

#[test]
fn the_usual_ways_of_a_run() {
    use Step::{Complete, Fail, Set, Start};
    let fail = Fail { retriable: true };
    let twice = RetryPolicy::with_delay(2, 1.0);
    let cases: &[(&[Step], &[&str])] = &[
        (&[Start, Complete], &["Pending", "Running", "Completed"]),
        (
            &[Start, fail, Start, Complete],
            &[
                "Pending",
                "Running",
                "AwaitingRetry",
                "Retrying",
                "Completed",
            ],
        ),
        (
            &[Start, fail, Start, fail, Start, fail],
            &[
                "Pending",
                "Running",
                "AwaitingRetry",
                "Retrying",
                "AwaitingRetry",
                "Retrying",
                "Failed",
            ],
        ),
        (
            &[Start, Fail { retriable: false }],
            &["Pending", "Running", "Failed"],
        ),
        (
            &[Start, Complete, fail, Complete],
            &["Pending", "Running", "Completed"],
        ),
        (
            &[Start, Set(StateType::Cancelled), Complete],
            &["Pending", "Running", "Cancelled"],
        ),
        (
            &[Start, Complete, Start, Complete],
            &["Pending", "Running", "Completed", "Rerunning", "Completed"],
        ),
        (
            &[Set(StateType::Scheduled), Start],
            &["Pending", "Scheduled", "Running"],
        ),
    ];
    for (steps, expected) in cases {
        assert_eq!(names(&twice, steps), *expected, "{steps:?}");
    }
}

#[test]
fn a_retry_says_when_it_is_due() {
    let mut life = Life::new(id(0), Timestamp::EPOCH);
    let now = Timestamp::EPOCH.plus_seconds(1.0);
    life.start(id(1), now);
    let policy = RetryPolicy::with_delay(1, 2.5);
    let Failure::Retry(state, delay) = life.fail(id(2), now, Remark::default(), Some(&policy), 0.0)
    else {
        panic!("a retry is left");
    };
    assert!((delay - 2.5).abs() < f64::EPSILON);
    let due = state.details.and_then(|details| details.scheduled_time);
    assert_eq!(due, Some(now.plus_seconds(2.5)));
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Start),
        Just(Step::Complete),
        any::<bool>().prop_map(|retriable| Step::Fail { retriable }),
        proptest::sample::select(StateType::ALL.to_vec()).prop_map(Step::Set),
    ]
}

proptest! {
    #[test]
    fn retries_are_bounded_and_an_end_is_not_ended_again(
        retries in 0_u32..4,
        steps in prop::collection::vec(step(), 0..40),
    ) {
        let policy = RetryPolicy::with_delay(retries, 0.0);
        let mut life = Life::new(id(0), Timestamp::EPOCH);
        let mut tried_again = 0;
        for (number, step) in steps.iter().enumerate() {
            let was_over = life.is_over();
            let before = life.run_count();
            match *step {
                Step::Start => { life.start(id(number), Timestamp::EPOCH); }
                Step::Complete => {
                    let state = life.complete(id(number), Timestamp::EPOCH, Remark::default());
                    prop_assert_eq!(state.is_none(), was_over);
                }
                Step::Fail { retriable } => {
                    let policy = retriable.then_some(&policy);
                    match life.fail(id(number), Timestamp::EPOCH, Remark::default(), policy, 0.3) {
                        Failure::Retry(..) => tried_again += 1,
                        Failure::End(_) => prop_assert!(life.is_over()),
                        Failure::Late => prop_assert!(was_over),
                    }
                }
                Step::Set(kind) => { life.set(id(number), kind, Timestamp::EPOCH, Remark::default()); }
            }
            prop_assert!(tried_again <= retries);
            prop_assert!(life.run_count() <= before + 1);
            prop_assert_eq!(life.start_time().is_some(), life.run_count() > 0);
        }
    }
}
