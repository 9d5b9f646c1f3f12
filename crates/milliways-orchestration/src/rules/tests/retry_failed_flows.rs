//! The table of `retry_failed_flows`.

use milliways_model::{FlowRunPolicy, RetryType, State};

use super::persist;
use crate::rules::RETRY_FAILED_FLOWS;
use crate::tests::{LEASE, Scenario, check_piece, unset};

fn fail(state: &mut State) {
    persist(state);
    state.message = Some("out of coffee".to_owned());
    state.state_details.deployment_concurrency_lease_id = Some(LEASE);
}

#[test]
fn table() {
    let policy = |retries| FlowRunPolicy {
        retries,
        retry_delay: Some(7),
        pause_keys: Some(vec!["lunch".to_owned()]),
        resuming: Some(true),
        retry_type: Some(RetryType::Reschedule),
        ..unset()
    };
    let ran = |title, run_count, retries| {
        Scenario::flow(title)
            .run(|run| run.run_count = run_count)
            .flow_policy(policy(retries))
            .proposed(fail)
    };
    check_piece(
        &RETRY_FAILED_FLOWS,
        &[
            ran("no retries", 1, None),
            ran("two retries, failed once", 1, Some(2)),
            ran("two retries, failed twice", 2, Some(2)),
            ran("two retries, failed three times", 3, Some(2)),
            ran("two retries, failed once, old client", 1, Some(2)).client((2, 8, 0), (0, 8, 2)),
            Scenario::flow("one retry without a delay")
                .run(|run| run.run_count = 1)
                .flow_policy(FlowRunPolicy {
                    retries: Some(1),
                    ..unset()
                }),
        ],
    );
}
