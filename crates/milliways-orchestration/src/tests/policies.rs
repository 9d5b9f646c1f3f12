//! Policies in whole: what every pair of types comes to.

use milliways_model::{FlowRunPolicy, StateType, TaskRunPolicy};

use super::{DEPLOYMENT, FLOW_RUN, Scenario, check_policy, deployment, facts_with, limit};
use crate::{Facts, FlowRunFact, Policy};

fn flows() -> [Scenario; 3] {
    let retried = || FlowRunPolicy {
        retries: Some(1),
        ..FlowRunPolicy::default()
    };
    [
        Scenario::flow("a run without a deployment"),
        Scenario::flow("a run with a free slot, an infrastructure and a retry left")
            .run(|run| {
                run.deployment_id = Some(DEPLOYMENT);
                run.has_infrastructure_pid = true;
                run.run_count = 1;
            })
            .flow_policy(retried())
            .facts(facts_with(deployment(Some(limit(0, 1))))),
        Scenario::flow("a run of a full deployment, proposed to be late")
            .run(|run| run.deployment_id = Some(DEPLOYMENT))
            .facts(facts_with(deployment(Some(limit(1, 1)))))
            .proposed(|state| "Late".clone_into(&mut state.name)),
    ]
}

fn tasks() -> [Scenario; 2] {
    let running = Facts {
        flow_run: Some(FlowRunFact {
            state_type: Some(StateType::Running),
            pause_timeout: None,
            pause_reschedule: false,
            run_count: 1,
        }),
        ..Facts::default()
    };
    [
        Scenario::task("a task run that never ran, without a flow run"),
        Scenario::task("a task run that ran once, in a running flow, with a retry left")
            .run(|run| {
                run.flow_run_id = Some(FLOW_RUN);
                run.run_count = 1;
                run.flow_run_run_count = 1;
            })
            .task_policy(TaskRunPolicy {
                retries: Some(1),
                ..TaskRunPolicy::default()
            })
            .facts(running),
    ]
}

#[test]
fn flow_policies() {
    for policy in [Policy::CoreFlow, Policy::MinimalFlow, Policy::MarkLate] {
        check_policy(policy, &flows());
    }
}

#[test]
fn task_policies() {
    for policy in [
        Policy::CoreTask,
        Policy::ClientSideTask,
        Policy::BackgroundTask,
        Policy::MinimalTask,
    ] {
        check_policy(policy, &tasks());
    }
}
