//! The table of `update_flow_run_tracker`.

use milliways_model::StateType;

use crate::rules::UPDATE_FLOW_RUN_TRACKER;
use crate::tests::{FLOW_RUN, Scenario, check_piece};
use crate::{Facts, FlowRunFact};

#[test]
fn table() {
    check_piece(
        &UPDATE_FLOW_RUN_TRACKER,
        &[
            Scenario::task("no flow"),
            Scenario::task("third try of the flow")
                .run(|run| run.flow_run_id = Some(FLOW_RUN))
                .facts(Facts {
                    flow_run: Some(FlowRunFact {
                        state_type: Some(StateType::Running),
                        pause_timeout: None,
                        pause_reschedule: false,
                        run_count: 3,
                    }),
                    ..Facts::default()
                }),
        ],
    );
}
