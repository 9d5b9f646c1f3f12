//! Whole lives of runs, as stories.

use milliways_model::policy::RetryDelay;
use milliways_model::{
    FlowRunPolicy, RetryType, SetStateStatus, StateCreate, StateType, TaskRunPolicy,
};

use super::world::World;
use super::{CHILD_OF, DEPLOYMENT, FLOW_RUN, NOW, TASK_RUN, deployment, limit};
use crate::{
    Client, CollisionStrategy, DeploymentFact, FlowRunFact, Policy, Run, RunPolicy, late_state,
};

fn deployed() -> Run {
    Run {
        deployment_id: Some(DEPLOYMENT),
        has_infrastructure_pid: true,
        ..Run::flow(FLOW_RUN)
    }
}

fn with_policy(run: Run, policy: FlowRunPolicy) -> Run {
    Run {
        policy: RunPolicy::Flow(policy),
        ..run
    }
}

#[test]
fn a_flow_run_is_scheduled_submitted_runs_and_completes() {
    let mut world = World::new().with_deployment(deployment(Some(limit(0, 1))));
    let run = world.add(deployed());
    world.set_as(run, StateType::Scheduled, |state| {
        state.state_details.scheduled_time = Some(NOW.plus_seconds(60.0));
    });
    world.wait(55);
    world.set(run, StateType::Pending);
    world.set(run, StateType::Running);
    world.wait(5);
    world.set(run, StateType::Running);
    world.wait(10);
    world.set(run, StateType::Completed);
    world.set(run, StateType::Cancelling);
    insta::assert_snapshot!(world.story());
    assert_eq!(world.taken(), 0);
    let run = world.run(run);
    assert_eq!(run.expected_start_time, Some(NOW.plus_seconds(60.0)));
    assert_eq!(run.start_time, run.expected_start_time);
    assert_eq!(run.end_time, Some(NOW.plus_seconds(70.0)));
    assert_eq!(run.next_scheduled_start_time, None);
}

#[test]
fn a_flow_run_is_retried_until_its_retries_are_used_up_and_keeps_its_slot() {
    let mut world = World::new().with_deployment(deployment(Some(limit(0, 1))));
    let policy = FlowRunPolicy {
        retries: Some(2),
        retry_delay: Some(5),
        ..FlowRunPolicy::default()
    };
    let run = world.add(with_policy(deployed(), policy));
    world.set(run, StateType::Pending);
    world.set(run, StateType::Running);
    for _ in 0..2 {
        world.wait(1);
        world.set(run, StateType::Failed);
        assert_eq!(world.taken(), 1);
        let policy = world.run(run).flow_policy().unwrap();
        assert_eq!(policy.retry_type, Some(RetryType::InProcess));
        world.set(run, StateType::Running);
        world.wait(5);
        world.set(run, StateType::Running);
    }
    world.set(run, StateType::Failed);
    insta::assert_snapshot!(world.story());
    assert_eq!(world.taken(), 0);
    assert_eq!(world.run(run).flow_policy().unwrap().retry_type, None);
}

#[test]
fn only_one_of_two_workers_submits_a_run() {
    let mut world = World::new();
    let run = world.add(deployed());
    world.facts.deployment = Some(deployment(None));
    world.set(run, StateType::Scheduled);
    assert_eq!(
        world.set(run, StateType::Pending).status,
        SetStateStatus::Accept
    );
    assert_eq!(
        world.set(run, StateType::Pending).status,
        SetStateStatus::Abort
    );
    let submitting = |world: &mut World| {
        world
            .set_as(run, StateType::Pending, |state| {
                state.name = Some("Submitting".to_owned());
            })
            .status
    };
    assert_eq!(submitting(&mut world), SetStateStatus::Accept);
    assert_eq!(submitting(&mut world), SetStateStatus::Abort);
    world.set(run, StateType::Running);
    assert_eq!(
        world.set(run, StateType::Pending).status,
        SetStateStatus::Abort
    );
}

#[test]
fn runs_of_a_full_deployment_wait_for_their_turn() {
    let mut world = World::new().with_deployment(deployment(Some(limit(0, 1))));
    let (first, second) = (world.add(deployed()), world.add(deployed()));
    world.set(first, StateType::Scheduled);
    world.set(second, StateType::Scheduled);
    world.set(first, StateType::Pending);
    world.set(second, StateType::Pending);
    world.set(first, StateType::Running);
    world.set(first, StateType::Crashed);
    world.wait(30);
    world.set(second, StateType::Pending);
    insta::assert_snapshot!(world.story());
    assert_eq!(world.taken(), 1);
}

#[test]
fn a_run_whose_slot_was_reaped_takes_another_or_is_cancelled() {
    let mut world = World::new().with_deployment(deployment(Some(limit(0, 1))));
    let (first, second) = (world.add(deployed()), world.add(deployed()));
    world.set(first, StateType::Pending);
    world.wait(301);
    world.reap();
    world.set(first, StateType::Running);
    world.set(first, StateType::Completed);
    world.set(first, StateType::Pending);
    world.wait(301);
    world.reap();
    world.set(second, StateType::Pending);
    world.set(first, StateType::Running);
    insta::assert_snapshot!(world.story());
    assert_eq!(world.taken(), 1);
}

#[test]
fn an_old_client_keeps_its_slot_without_renewing_it() {
    let mut world = World::new().with_deployment(deployment(Some(limit(0, 1))));
    world.client = Client {
        prefect: Some((3, 4, 10)),
        api: Some((0, 8, 4)),
    };
    let run = world.add(deployed());
    world.set(run, StateType::Pending);
    world.set(run, StateType::Running);
    world.wait(100_000);
    world.reap();
    assert_eq!(world.taken(), 1);
    world.set(run, StateType::Completed);
    assert_eq!(world.taken(), 0);
}

#[test]
fn a_blocking_pause_is_resumed_in_place() {
    let mut world = World::new();
    let run = world.add(Run::flow(FLOW_RUN));
    let pause = |world: &mut World| {
        world.set_as(run, StateType::Paused, |state| {
            state.state_details.pause_key = Some("lunch".to_owned());
            state.state_details.pause_timeout = Some(NOW.plus_seconds(60.0));
        })
    };
    world.set(run, StateType::Pending);
    pause(&mut world);
    world.set(run, StateType::Running);
    pause(&mut world);
    world.wait(10);
    world.set(run, StateType::Pending);
    world.set(run, StateType::Running);
    pause(&mut world);
    world.wait(10);
    world.set(run, StateType::Completed);
    insta::assert_snapshot!(world.story());
}

#[test]
fn a_pause_that_is_not_resumed_in_time_fails() {
    let mut world = World::new();
    let run = world.add(Run::flow(FLOW_RUN));
    world.set(run, StateType::Running);
    world.set_as(run, StateType::Paused, |state| {
        state.state_details.pause_timeout = Some(NOW.plus_seconds(60.0));
    });
    world.wait(61);
    world.set(run, StateType::Running);
    insta::assert_snapshot!(world.story());
}

#[test]
fn a_suspended_run_gives_its_slot_back_and_comes_back_without_counting() {
    let mut world = World::new().with_deployment(deployment(Some(limit(0, 1))));
    let run = world.add(deployed());
    world.set(run, StateType::Pending);
    world.set(run, StateType::Running);
    world.set_as(run, StateType::Paused, |state| {
        state.name = Some("Suspended".to_owned());
        state.state_details.pause_reschedule = true;
    });
    assert_eq!(world.taken(), 0);
    world.wait(3600);
    world.set_as(run, StateType::Scheduled, |state| {
        state.name = Some("Resuming".to_owned());
    });
    world.set(run, StateType::Pending);
    world.set(run, StateType::Running);
    world.set(run, StateType::Completed);
    insta::assert_snapshot!(world.story());
    assert_eq!(world.run(run).run_count, 1);
    assert_eq!(world.run(run).flow_policy().unwrap().resuming, Some(false));
}

#[test]
fn a_running_run_is_cancelled_in_two_steps_and_a_scheduled_one_at_once() {
    let mut world = World::new().with_deployment(deployment(Some(limit(0, 2))));
    let running = world.add(deployed());
    world.set(running, StateType::Pending);
    world.set(running, StateType::Running);
    world.set(running, StateType::Cancelling);
    world.set(running, StateType::Completed);
    world.set(running, StateType::Cancelled);
    let scheduled = world.add(Run {
        has_infrastructure_pid: false,
        ..deployed()
    });
    world.set(scheduled, StateType::Scheduled);
    world.set(scheduled, StateType::Cancelling);
    insta::assert_snapshot!(world.story());
    assert_eq!(world.state(scheduled).kind, StateType::Cancelled);
    assert_eq!(world.taken(), 0);
}

#[test]
fn an_ended_run_is_run_again_only_through_its_deployment() {
    let mut world = World::new().with_deployment(deployment(None));
    let local = world.add(Run::flow(FLOW_RUN));
    world.set(local, StateType::Running);
    world.set(local, StateType::Failed);
    world.set(local, StateType::Scheduled);
    let run = world.add(deployed());
    world.set(run, StateType::Running);
    world.wait(1);
    world.set(run, StateType::Failed);
    world.set(run, StateType::Scheduled);
    let policy = world.run(run).flow_policy().unwrap();
    assert_eq!(policy.retry_type, Some(RetryType::Reschedule));
    assert_eq!(world.run(run).end_time, None);
    world.set(run, StateType::Pending);
    world.set(run, StateType::Running);
    world.wait(1);
    world.set(run, StateType::Completed);
    insta::assert_snapshot!(world.story());
}

#[test]
fn a_late_run_is_marked_once_or_cancelled_where_runs_do_not_queue() {
    let cancels_new = DeploymentFact {
        collision_strategy: CollisionStrategy::CancelNew,
        ..deployment(Some(limit(0, 1)))
    };
    let mut world = World::new().with_deployment(cancels_new);
    let (busy, late, again) = (
        world.add(deployed()),
        world.add(deployed()),
        world.add(deployed()),
    );
    world.set(late, StateType::Scheduled);
    world.set(again, StateType::Scheduled);
    world.wait(20);
    let mark = |world: &mut World, run| {
        let next = world.run(run).next_scheduled_start_time;
        let state = late_state(world.state(run), next, crate::LATE_AFTER, world.now, 1)?;
        Some(
            world.set_by(run, Policy::MarkLate, StateType::Scheduled, |proposed| {
                proposed.name = Some(state.name);
                proposed.state_details = state.state_details;
            }),
        )
    };
    assert!(mark(&mut world, late).is_some());
    assert!(mark(&mut world, late).is_none());
    world.set(busy, StateType::Pending);
    mark(&mut world, again);
    insta::assert_snapshot!(world.story());
    assert_eq!(world.state(again).kind, StateType::Cancelled);
    assert_eq!(world.run(late).next_scheduled_start_time, Some(NOW));
}

#[test]
fn force_moves_everything_but_what_would_lose_a_result_or_a_lease() {
    let mut world = World::new().with_deployment(deployment(Some(limit(0, 1))));
    let run = world.add(deployed());
    world.set(run, StateType::Pending);
    let force = |world: &mut World, kind| world.set_by(run, Policy::MinimalFlow, kind, |_| {});
    force(&mut world, StateType::Running);
    world.wait(2);
    force(&mut world, StateType::Cancelling);
    force(&mut world, StateType::Running);
    force(&mut world, StateType::Crashed);
    force(&mut world, StateType::Pending);
    insta::assert_snapshot!(world.story());
    assert_eq!(world.run(run).run_count, 2);
    assert_eq!(world.taken(), 0);
}

#[test]
fn a_subflow_run_is_mirrored_on_the_task_run_of_its_parent() {
    let mut world = World::new();
    let run = world.add(Run {
        parent_task_run_id: Some(CHILD_OF),
        ..Run::flow(FLOW_RUN)
    });
    for kind in [StateType::Pending, StateType::Running, StateType::Completed] {
        let verdict = world.set(run, kind);
        let [crate::Effect::MirrorOnParent { state, .. }] = &verdict.effects[..] else {
            panic!("{:?}", verdict.effects);
        };
        assert_eq!(state.kind, kind);
    }
}

#[test]
fn a_task_run_of_a_flow_is_retried_and_renamed() {
    let mut world = World::new();
    world.facts.flow_run = Some(FlowRunFact {
        state_type: Some(StateType::Running),
        pause_timeout: None,
        pause_reschedule: false,
        run_count: 1,
    });
    let run = world.add(Run {
        flow_run_id: Some(FLOW_RUN),
        policy: RunPolicy::Task(TaskRunPolicy {
            retries: Some(1),
            retry_delay: Some(RetryDelay::Whole(3)),
            ..TaskRunPolicy::default()
        }),
        ..Run::task(TASK_RUN)
    });
    world.set(run, StateType::Pending);
    world.set(run, StateType::Running);
    world.wait(1);
    world.set(run, StateType::Failed);
    world.set(run, StateType::Running);
    world.wait(3);
    world.set(run, StateType::Running);
    world.wait(1);
    world.set(run, StateType::Failed);
    world.facts.flow_run.as_mut().unwrap().run_count = 2;
    world.set(run, StateType::Running);
    world.set(run, StateType::Completed);
    insta::assert_snapshot!(world.story());
    assert_eq!(world.run(run).flow_run_run_count, 2);
}

#[test]
fn a_background_task_run_is_queued_and_served_once() {
    let mut world = World::new();
    let run = world.add(Run::task(TASK_RUN));
    let deferred = |state: &mut StateCreate| state.state_details.deferred = Some(true);
    world.set_as(run, StateType::Scheduled, deferred);
    // Two workers want it.
    world.set_as(run, StateType::Pending, deferred);
    world.set_as(run, StateType::Pending, deferred);
    world.set(run, StateType::Running);
    world.set(run, StateType::Completed);
    insta::assert_snapshot!(world.story());
}
