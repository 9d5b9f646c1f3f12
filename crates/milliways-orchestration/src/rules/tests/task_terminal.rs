//! The table of `task_terminal`.

use super::persist;
use crate::rules::TASK_TERMINAL;
use crate::tests::{FLOW_RUN, Scenario, check_piece};
use crate::{Facts, FlowRunFact};

use milliways_model::StateType;

#[test]
fn table() {
    let flow_run = |run_count| Facts {
        flow_run: Some(FlowRunFact {
            state_type: Some(StateType::Running),
            pause_timeout: None,
            pause_reschedule: false,
            run_count,
        }),
        ..Facts::default()
    };
    let ran_twice = |title| {
        Scenario::task(title).run(|run| {
            run.flow_run_id = Some(FLOW_RUN);
            run.flow_run_run_count = 1;
            run.run_count = 2;
        })
    };
    check_piece(
        &TASK_TERMINAL,
        &[
            ran_twice("ran twice in the same try of its flow").facts(flow_run(1)),
            ran_twice("ran twice in an earlier try of its flow").facts(flow_run(2)),
            ran_twice("with a result")
                .facts(flow_run(2))
                .initial(persist),
        ],
    );
}
