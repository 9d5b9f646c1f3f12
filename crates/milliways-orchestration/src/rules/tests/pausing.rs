//! The table of `pausing`.

use milliways_model::{FlowRunPolicy, JsonObject, State};

use crate::rules::PAUSING;
use crate::tests::{CHILD_OF, DEPLOYMENT, Scenario, check_piece, unset};

fn suspend(state: &mut State) {
    "Suspended".clone_into(&mut state.name);
    state.state_details.pause_reschedule = true;
    state.state_details.pause_key = Some("lunch".to_owned());
}

#[test]
fn table() {
    check_piece(
        &PAUSING,
        &[
            Scenario::flow("paused without a key"),
            Scenario::flow("paused for input, after another pause")
                .flow_policy(FlowRunPolicy {
                    pause_keys: Some(vec!["breakfast".to_owned()]),
                    ..unset()
                })
                .proposed(|state| {
                    state.state_details.pause_key = Some("lunch".to_owned());
                    state.state_details.run_input_keyset = JsonObject::from_text(
                        r#"{"schema":"lunch-schema","response":"lunch-response","odd":1}"#
                            .to_owned(),
                    )
                    .ok();
                }),
            Scenario::flow("suspended a second time by the same key")
                .run(|run| run.deployment_id = Some(DEPLOYMENT))
                .flow_policy(FlowRunPolicy {
                    pause_keys: Some(vec!["lunch".to_owned()]),
                    ..unset()
                })
                .proposed(suspend),
            Scenario::flow("suspended")
                .run(|run| run.deployment_id = Some(DEPLOYMENT))
                .proposed(suspend),
            Scenario::flow("suspended without a deployment").proposed(suspend),
            Scenario::flow("suspended as a subflow")
                .run(|run| {
                    run.deployment_id = Some(DEPLOYMENT);
                    run.parent_task_run_id = Some(CHILD_OF);
                })
                .proposed(suspend),
        ],
    );
}
