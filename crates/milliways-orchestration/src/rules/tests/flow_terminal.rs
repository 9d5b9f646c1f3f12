//! The table of `flow_terminal`.

use milliways_model::{FlowRunPolicy, Json};

use super::persist;
use crate::rules::FLOW_TERMINAL;
use crate::tests::{DEPLOYMENT, Scenario, check_piece, unset};

#[test]
fn table() {
    check_piece(
        &FLOW_TERMINAL,
        &[
            Scenario::flow("without a deployment"),
            Scenario::flow("with a deployment, after a pause")
                .run(|run| run.deployment_id = Some(DEPLOYMENT))
                .flow_policy(FlowRunPolicy {
                    pause_keys: Some(vec!["lunch".to_owned()]),
                    resuming: Some(true),
                    ..unset()
                }),
            Scenario::flow("with a result, proposed without one")
                .run(|run| run.deployment_id = Some(DEPLOYMENT))
                .initial(persist),
            Scenario::flow("with a result, proposed with one")
                .run(|run| run.deployment_id = Some(DEPLOYMENT))
                .initial(persist)
                .proposed(persist),
            Scenario::flow("with a result that is not stored")
                .run(|run| run.deployment_id = Some(DEPLOYMENT))
                .initial(|state| {
                    state.data = Json::from_text(r#"{"type":"unpersisted"}"#.to_owned()).ok();
                }),
        ],
    );
}
