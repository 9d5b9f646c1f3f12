//! The table of `retry_failed_tasks`.

use milliways_model::policy::RetryDelay;
use milliways_model::{State, TaskRunPolicy};

use super::persist;
use crate::rules::RETRY_FAILED_TASKS;
use crate::tests::{Scenario, check_piece};

fn fail(state: &mut State) {
    persist(state);
    state.message = Some("out of coffee".to_owned());
}

#[test]
fn table() {
    let each = || Some(RetryDelay::Each(vec![1.0, 10.0]));
    let ran = |title, run_count, retries, retry_delay| {
        Scenario::task(title)
            .run(|run| run.run_count = run_count)
            .task_policy(TaskRunPolicy {
                retries,
                retry_delay,
                ..TaskRunPolicy::default()
            })
            .proposed(fail)
    };
    check_piece(
        &RETRY_FAILED_TASKS,
        &[
            ran("no retries", 1, None, None),
            ran("three retries, failed once", 1, Some(3), None),
            ran(
                "three retries, failed once, a delay",
                1,
                Some(3),
                Some(RetryDelay::Seconds(2.5)),
            ),
            ran("three retries, failed once, two delays", 1, Some(3), each()),
            ran(
                "three retries, failed twice, two delays",
                2,
                Some(3),
                each(),
            ),
            ran(
                "three retries, failed three times, two delays",
                3,
                Some(3),
                each(),
            ),
            ran("three retries, failed four times", 4, Some(3), each()),
            ran(
                "three retries, no delays",
                1,
                Some(3),
                Some(RetryDelay::Each(vec![])),
            ),
            ran("not retriable", 1, Some(3), None)
                .proposed(|state| state.state_details.retriable = Some(false)),
            Scenario::task("jitter")
                .run(|run| run.run_count = 1)
                .task_policy(TaskRunPolicy {
                    retries: Some(1),
                    retry_delay: Some(RetryDelay::Whole(100)),
                    retry_jitter_factor: Some(0.5),
                    ..TaskRunPolicy::default()
                }),
        ],
    );
}
