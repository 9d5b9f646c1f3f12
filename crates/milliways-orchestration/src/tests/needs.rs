//! Which facts are asked for: none for what is common.

use milliways_model::StateType;

use super::{DEPLOYMENT, FLOW_RUN, LEASE, TASK_RUN, state};
use crate::{Client, Needs, Policy, Run, Transition, needs};

fn ask(policy: Policy, run: &Run, from: StateType, to: StateType) -> Needs {
    let mut initial = state(from);
    initial.state_details.deployment_concurrency_lease_id = Some(LEASE);
    let mut proposed = state(to);
    proposed.state_details.cache_key = Some("tea".to_owned());
    let transition = Transition {
        policy,
        initial: Some(initial),
        proposed: Some(proposed),
        client: Client::CURRENT,
    };
    needs(&transition, run)
}

#[test]
fn a_flow_run_without_a_deployment_needs_nothing() {
    let run = Run::flow(FLOW_RUN);
    for from in StateType::ALL {
        for to in StateType::ALL {
            let needs = ask(Policy::CoreFlow, &run, from, to);
            assert!(needs.deployment.is_none(), "{from:?} {to:?} {needs:?}");
            let needs = ask(Policy::MinimalFlow, &run, from, to);
            assert!(needs.is_empty(), "{from:?} {to:?} {needs:?}");
        }
    }
}

#[test]
fn a_deployed_flow_run_needs_its_deployment_to_be_submitted_and_its_lease_to_run() {
    let mut run = Run::flow(FLOW_RUN);
    run.deployment_id = Some(DEPLOYMENT);
    let core = |from, to| ask(Policy::CoreFlow, &run, from, to);
    let deployment = Needs {
        deployment: Some(DEPLOYMENT),
        ..Needs::default()
    };
    assert_eq!(core(StateType::Scheduled, StateType::Pending), deployment);
    let leased = Needs {
        lease: Some(LEASE),
        ..deployment.clone()
    };
    assert_eq!(core(StateType::Pending, StateType::Running), leased);
    assert!(core(StateType::Running, StateType::Completed).is_empty());
    assert!(core(StateType::Running, StateType::Failed).is_empty());
    let late = ask(
        Policy::MarkLate,
        &run,
        StateType::Scheduled,
        StateType::Scheduled,
    );
    assert_eq!(late, deployment);
}

#[test]
fn a_task_run_needs_its_flow_its_limits_and_its_cache_to_run() {
    let mut run = Run::task(TASK_RUN);
    run.flow_run_id = Some(FLOW_RUN);
    run.tags = vec!["a".to_owned()];
    let all = Needs {
        tag_limits: true,
        flow_run: Some(FLOW_RUN),
        cache_key: Some("tea".to_owned()),
        ..Needs::default()
    };
    let core = |from, to| ask(Policy::CoreTask, &run, from, to);
    assert_eq!(core(StateType::Pending, StateType::Running), all);
    assert!(core(StateType::Running, StateType::Completed).is_empty());
    let client = ask(
        Policy::ClientSideTask,
        &run,
        StateType::Pending,
        StateType::Running,
    );
    let without_limits = Needs {
        tag_limits: false,
        ..all
    };
    assert_eq!(client, without_limits);
}

#[test]
fn the_policy_follows_from_the_run_the_state_and_from_force() {
    let (flow, task) = (Run::flow(FLOW_RUN), Run::task(TASK_RUN));
    let plain = state(StateType::Scheduled);
    let mut deferred = plain.clone();
    deferred.state_details.deferred = Some(true);
    for (run, state, force, policy) in [
        (&flow, &plain, false, Policy::CoreFlow),
        (&flow, &plain, true, Policy::MinimalFlow),
        (&flow, &deferred, true, Policy::MinimalFlow),
        (&task, &plain, false, Policy::CoreTask),
        (&task, &plain, true, Policy::MinimalTask),
        (&task, &deferred, false, Policy::BackgroundTask),
        (&task, &deferred, true, Policy::BackgroundTask),
    ] {
        assert_eq!(Policy::of_set_state(run, state, force), policy);
    }
}
