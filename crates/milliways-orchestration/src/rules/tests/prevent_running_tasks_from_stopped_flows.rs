//! The table of `prevent_running_tasks_from_stopped_flows`.

use milliways_model::StateType;

use crate::rules::PREVENT_RUNNING_TASKS_FROM_STOPPED_FLOWS;
use crate::tests::{FLOW_RUN, NOW, Scenario, check_piece};
use crate::{Facts, FlowRunFact};

#[test]
fn table() {
    let of_flow = |title| Scenario::task(title).run(|run| run.flow_run_id = Some(FLOW_RUN));
    let flow = |state_type| Facts {
        flow_run: Some(FlowRunFact {
            state_type,
            pause_timeout: Some(NOW.plus_seconds(60.0)),
            pause_reschedule: true,
            run_count: 1,
        }),
        ..Facts::default()
    };
    check_piece(
        &PREVENT_RUNNING_TASKS_FROM_STOPPED_FLOWS,
        &[
            Scenario::task("no flow"),
            of_flow("flow is gone"),
            of_flow("flow has no state").facts(flow(None)),
            of_flow("flow is RUNNING").facts(flow(Some(StateType::Running))),
            of_flow("flow is PAUSED").facts(flow(Some(StateType::Paused))),
            of_flow("flow is PENDING").facts(flow(Some(StateType::Pending))),
            of_flow("flow is COMPLETED").facts(flow(Some(StateType::Completed))),
        ],
    );
}
