//! What holds for every transition, whatever the run and the facts are.

use milliways_model::ids::Uuid;
use milliways_model::policy::RetryDelay;
use milliways_model::{
    FlowRunPolicy, Json, LeaseId, SetStateStatus, State, StateId, StateType, TaskRunPolicy,
};
use proptest::prelude::*;

use super::{CHILD_OF, DEPLOYMENT, FLOW_RUN, LEASE, LIMIT, NOW, TASK_RUN, draws};
use crate::{
    Client, CollisionStrategy, DeploymentFact, Effect, Facts, FlowRunFact, LeaseFact, LimitFact,
    Policy, Run, RunPolicy, TagLimit, Transition, Verdict, decide, record,
};

fn kinds() -> impl Strategy<Value = StateType> {
    prop::sample::select(StateType::ALL.to_vec())
}

fn names() -> impl Strategy<Value = Option<&'static str>> {
    prop::option::of(prop::sample::select(vec![
        "Late",
        "Resuming",
        "Suspended",
        "AwaitingRetry",
        "Submitting",
        "Retrying",
        "",
    ]))
}

prop_compose! {
    fn states()(
        id in 1_u128..9,
        kind in kinds(),
        name in names(),
        seconds in -100_i32..100,
        times in prop::collection::vec(prop::option::of(-100_i32..100), 2),
        data in prop::sample::select(vec![None, Some("{}"), Some(r#"{"type":"unpersisted"}"#), Some("[1]")]),
        keys in prop::collection::vec(prop::option::of(0_u8..2), 4),
        flags in prop::array::uniform4(any::<bool>()),
    ) -> State {
        let mut state = State::new(StateId(Uuid::from_u128(id)), kind, NOW.plus_seconds(seconds.into()));
        if let Some(name) = name {
            name.clone_into(&mut state.name);
        }
        state.data = data.and_then(|text| Json::from_text(text.to_owned()).ok());
        let details = &mut state.state_details;
        details.scheduled_time = times[0].map(|seconds| NOW.plus_seconds(seconds.into()));
        details.pause_timeout = times[1].map(|seconds| NOW.plus_seconds(seconds.into()));
        details.cache_key = keys[0].map(|key| key.to_string());
        details.pause_key = keys[1].map(|key| key.to_string());
        details.transition_id = keys[2].map(|key| Uuid::from_u128(key.into()));
        details.deployment_concurrency_lease_id =
            keys[3].map(|key| if key == 0 { LEASE } else { LeaseId(Uuid::from_u128(0x2e)) });
        details.pause_reschedule = flags[0];
        details.retriable = flags[1].then_some(false);
        details.refresh_cache = Some(flags[2]);
        details.deferred = Some(flags[3]);
        state
    }
}

prop_compose! {
    fn runs(flow: bool)(
        flags in prop::array::uniform5(any::<bool>()),
        run_count in 0_i64..4,
        retries in prop::option::of(-1_i64..3),
        total_run_time in 0.0..100.0,
        started in prop::option::of(-100_i32..0),
        ended in prop::option::of(-100_i32..0),
        delay in prop::option::of(-3_i64..9),
        jitter in prop::option::of(-1.0..2.0),
    ) -> Run {
        let mut run = if flow { Run::flow(FLOW_RUN) } else { Run::task(TASK_RUN) };
        if flow {
            run.deployment_id = flags[0].then_some(DEPLOYMENT);
            run.parent_task_run_id = flags[1].then_some(CHILD_OF);
            run.has_infrastructure_pid = flags[2];
            run.policy = RunPolicy::Flow(FlowRunPolicy {
                retries,
                retry_delay: delay,
                resuming: flags[3].then_some(flags[4]),
                pause_keys: flags[4].then(|| vec!["0".to_owned()]),
                ..FlowRunPolicy::default()
            });
        } else {
            run.flow_run_id = flags[0].then_some(FLOW_RUN);
            run.tags = if flags[1] { vec!["a".to_owned(), "b".to_owned()] } else { vec![] };
            run.policy = RunPolicy::Task(TaskRunPolicy {
                retries,
                retry_delay: delay.map(RetryDelay::Whole),
                retry_jitter_factor: jitter,
                ..TaskRunPolicy::default()
            });
        }
        run.run_count = run_count;
        run.total_run_time = total_run_time;
        run.start_time = started.map(|seconds| NOW.plus_seconds(seconds.into()));
        run.end_time = ended.map(|seconds| NOW.plus_seconds(seconds.into()));
        run
    }
}

prop_compose! {
    fn limits()(limit in -1_i64..3, taken in 0_i64..4, active in any::<bool>()) -> LimitFact {
        LimitFact { id: LIMIT, limit, taken, active }
    }
}

prop_compose! {
    fn facts()(
        limit in prop::option::of(limits()),
        gone in any::<bool>(),
        cancels in any::<bool>(),
        lease in any::<bool>(),
        tag_limits in prop::collection::vec(limits(), 0..3),
        average in prop::option::of(0.0..20.0),
        flow in prop::option::of((prop::option::of(kinds()), 0_i64..4)),
        cached in prop::option::of(states()),
    ) -> Facts {
        Facts {
            deployment: (!gone).then_some(DeploymentFact {
                limit,
                collision_strategy: if cancels { CollisionStrategy::CancelNew } else { CollisionStrategy::Enqueue },
                grace_period: None,
            }),
            lease: lease.then_some(LeaseFact { id: LEASE, expires: None }),
            tag_limits: tag_limits
                .into_iter()
                .map(|limit| TagLimit { tag: "a".to_owned(), limit, average_occupancy_seconds: average })
                .collect(),
            flow_run: flow.map(|(state_type, run_count)| FlowRunFact {
                state_type,
                pause_timeout: None,
                pause_reschedule: false,
                run_count,
            }),
            cached_state: cached.map(|state| State { kind: StateType::Completed, ..state }),
            ..Facts::default()
        }
    }
}

prop_compose! {
    fn cases()(policy in prop::sample::select(Policy::ALL.to_vec()))(
        run in runs(matches!(policy, Policy::CoreFlow | Policy::MinimalFlow | Policy::MarkLate)),
        initial in prop::option::weighted(0.9, states()),
        proposed in prop::option::weighted(0.95, states()),
        client in prop::sample::select(vec![
            Client::CURRENT,
            Client::default(),
            Client { prefect: Some((3, 0, 0)), api: Some((0, 8, 2)) },
        ]),
        facts in facts(),
        policy in Just(policy),
    ) -> (Transition, Run, Facts) {
        (Transition { policy, initial, proposed, client }, run, facts)
    }
}

fn judge(case: &(Transition, Run, Facts)) -> (Verdict, Run) {
    let mut run = case.1.clone();
    let verdict = decide(case.0.clone(), &mut run, &case.2, NOW, &mut draws());
    (verdict, run)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, ..ProptestConfig::default() })]

    #[test]
    fn deciding_twice_gives_the_same(case in cases()) {
        prop_assert_eq!(judge(&case), judge(&case));
    }

    #[test]
    fn what_is_not_written_changes_nothing(case in cases()) {
        let (verdict, run) = judge(&case);
        prop_assert_eq!(&verdict.initial, &case.0.initial);
        if verdict.state.is_none() {
            prop_assert_eq!(&verdict.effects, &[]);
            prop_assert_eq!(run, case.1);
        } else {
            prop_assert!(!matches!(verdict.status, SetStateStatus::Wait | SetStateStatus::Abort));
        }
    }

    #[test]
    fn what_is_accepted_is_what_was_proposed(case in cases()) {
        let (verdict, _) = judge(&case);
        if let (SetStateStatus::Accept, Some(state)) = (verdict.status, &verdict.state) {
            let proposed = case.0.proposed.as_ref().unwrap();
            prop_assert_eq!(state.id, proposed.id);
            prop_assert_eq!(state.kind, proposed.kind);
            prop_assert_eq!(&state.data, &proposed.data);
        }
    }

    #[test]
    fn counts_and_run_time_never_go_down_but_for_task_runs_that_begin_anew(case in cases()) {
        let (verdict, run) = judge(&case);
        prop_assert!(run.total_run_time >= case.1.total_run_time);
        let was_over = case.0.initial.as_ref().is_some_and(|state| state.kind.is_terminal());
        let is_task = case.1.task_policy().is_some();
        let begins_anew = is_task && was_over && verdict.state.is_some_and(|state| !state.kind.is_terminal());
        if !begins_anew {
            prop_assert!(run.run_count >= case.1.run_count);
        }
        prop_assert!(run.run_count <= case.1.run_count + 1);
    }

    #[test]
    fn a_flow_run_leaves_its_end_only_as_documented(case in cases()) {
        let (verdict, _) = judge(&case);
        let (Some(from), Some(to)) = (&case.0.initial, &verdict.state) else { return Ok(()) };
        if case.0.policy != Policy::CoreFlow || !from.kind.is_terminal() || to.kind.is_terminal() {
            return Ok(());
        }
        prop_assert!(matches!(to.kind, StateType::Scheduled | StateType::Pending | StateType::Running));
        prop_assert!(!(from.kind == StateType::Completed && from.has_persisted_data()));
        // Cancelled runs are not submitted, and whoever schedules again needs a deployment.
        prop_assert!(!(from.kind == StateType::Cancelled && to.kind == StateType::Pending));
        if to.kind == StateType::Scheduled {
            prop_assert!(case.1.deployment_id.is_some());
        }
    }

    #[test]
    fn a_cancelling_flow_run_is_only_cancelled(case in cases()) {
        let (verdict, _) = judge(&case);
        let from = case.0.initial.as_ref().map(|state| state.kind);
        if case.0.policy == Policy::CoreFlow && from == Some(StateType::Cancelling) {
            prop_assert!(verdict.state.is_none_or(|state| state.kind == StateType::Cancelled));
        }
    }

    #[test]
    fn states_of_a_flow_run_are_ordered_in_time(case in cases()) {
        let (verdict, run) = judge(&case);
        if let (Some(from), Some(to), Some(_)) = (&case.0.initial, &verdict.state, run.flow_policy()) {
            prop_assert!(to.timestamp > from.timestamp);
        }
    }

    #[test]
    fn slots_are_taken_within_the_limit_by_the_lease_that_the_state_names(case in cases()) {
        let (verdict, _) = judge(&case);
        for effect in &verdict.effects {
            match effect {
                Effect::TakeDeploymentSlot { lease, .. } => {
                    let limit = case.2.deployment.as_ref().unwrap().limit.as_ref().unwrap();
                    prop_assert!(limit.active && limit.taken < limit.limit);
                    let named = verdict.state.as_ref().unwrap().state_details.deployment_concurrency_lease_id;
                    prop_assert_eq!(named, Some(*lease));
                }
                Effect::TakeTagSlots { .. } => {
                    for it in case.2.tag_limits.iter().filter(|it| it.limit.active) {
                        prop_assert!(it.limit.taken < it.limit.limit);
                    }
                }
                _ => {}
            }
        }
    }

    #[test]
    fn a_slot_that_is_not_given_back_stays_with_the_run(case in cases()) {
        let (verdict, _) = judge(&case);
        let (Some(from), Some(to)) = (&case.0.initial, &verdict.state) else { return Ok(()) };
        let occupies = |state: &State| {
            matches!(state.kind, StateType::Pending | StateType::Running | StateType::Cancelling)
        };
        let is_flow = matches!(case.0.policy, Policy::CoreFlow | Policy::MinimalFlow);
        let lease = from.state_details.deployment_concurrency_lease_id;
        if is_flow && occupies(from) && lease.is_some() {
            let released = verdict.effects.iter().any(|it| matches!(it, Effect::ReleaseLease { .. }));
            let named = to.state_details.deployment_concurrency_lease_id;
            prop_assert!(released || named.is_some());
            prop_assert!(!(released && occupies(to)));
        }
    }

    #[test]
    fn reports_keep_the_same_books(run in any::<bool>().prop_flat_map(runs), current in prop::option::of(states()), reported in states()) {
        let mut after = run.clone();
        let moved = record(&mut after, current.as_ref(), &reported);
        if !moved {
            prop_assert_eq!(&after, &run);
        }
        prop_assert!(after.total_run_time >= run.total_run_time);
        prop_assert!(after.run_count >= run.run_count);
        let is_older = current.is_some_and(|current| reported.timestamp < current.timestamp);
        prop_assert!(!(moved && is_older));
    }
}
