//! The table of `resuming`.

use milliways_model::{FlowRunPolicy, State};

use crate::rules::RESUMING;
use crate::tests::{DEPLOYMENT, NOW, Scenario, check_piece, unset};

fn suspend(state: &mut State) {
    state.state_details.pause_reschedule = true;
}

#[test]
fn table() {
    let paused_before = || FlowRunPolicy {
        pause_keys: Some(vec!["lunch".to_owned()]),
        ..unset()
    };
    check_piece(
        &RESUMING,
        &[
            Scenario::flow("blocking pause").flow_policy(paused_before()),
            Scenario::flow("blocking pause that has timed out")
                .flow_policy(paused_before())
                .initial(|state| state.state_details.pause_timeout = Some(NOW.plus_seconds(-1.0))),
            Scenario::flow("blocking pause that times out now")
                .flow_policy(paused_before())
                .initial(|state| state.state_details.pause_timeout = Some(NOW)),
            Scenario::flow("suspended")
                .run(|run| run.deployment_id = Some(DEPLOYMENT))
                .flow_policy(paused_before())
                .initial(suspend)
                .proposed(|state| "Resuming".clone_into(&mut state.name)),
            Scenario::flow("suspended without a deployment")
                .initial(suspend)
                .proposed(|state| "Resuming".clone_into(&mut state.name)),
        ],
    );
}
