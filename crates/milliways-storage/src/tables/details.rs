//! The details of a state as they are stored: without what they do not say. Nearly all of them say next to nothing, and
//! with every absent key they made two thirds of a log.

use milliways_model::{FlowRunId, JsonObject, LeaseId, StateDetails, TaskRunId, Timestamp, Uuid};
use serde::Serialize;
use serde_json::Value;

macro_rules! stored {
    ($($field:ident: $kind:ty,)*) => {
        #[derive(Serialize)]
        struct Stored<'a> {
            $(#[serde(skip_serializing_if = "Option::is_none")] $field: Option<&'a $kind>,)*
            /// Where it is not given it is false; null is another value.
            #[serde(skip_serializing_if = "Option::is_none")]
            deferred: Option<Value>,
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            untrackable_result: bool,
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            pause_reschedule: bool,
        }

        /// The text for the column. What it leaves out is what a reader takes for granted.
        pub(crate) fn text(details: &StateDetails) -> String {
            // Taken apart without a rest, so that a new key is not forgotten.
            let StateDetails { $($field,)* deferred, untrackable_result, pause_reschedule } = details;
            super::text_of(&Stored {
                $($field: $field.as_ref(),)*
                deferred: (*deferred != Some(false)).then(|| Value::from(*deferred)),
                untrackable_result: *untrackable_result,
                pause_reschedule: *pause_reschedule,
            })
        }
    };
}

stored! {
    flow_run_id: FlowRunId,
    task_run_id: TaskRunId,
    child_flow_run_id: FlowRunId,
    scheduled_time: Timestamp,
    cache_key: String,
    cache_expiration: Timestamp,
    pause_timeout: Timestamp,
    pause_key: String,
    run_input_keyset: JsonObject,
    refresh_cache: bool,
    retriable: bool,
    transition_id: Uuid,
    task_parameters_id: Uuid,
    traceparent: String,
    deployment_concurrency_lease_id: LeaseId,
}

#[cfg(test)]
mod tests {
    use milliways_model::{FlowRunId, StateDetails, Uuid};

    #[test]
    fn what_is_stored_is_read_as_it_was() {
        let said = StateDetails {
            flow_run_id: Some(FlowRunId(Uuid::from_u128(7))),
            cache_key: Some("null".to_owned()),
            pause_reschedule: true,
            retriable: Some(false),
            ..StateDetails::default()
        };
        let unknown = StateDetails {
            deferred: None,
            ..StateDetails::default()
        };
        for (details, text) in [
            (StateDetails::default(), "{}"),
            (unknown, r#"{"deferred":null}"#),
            (
                said,
                r#"{"flow_run_id":"00000000-0000-0000-0000-000000000007","cache_key":"null","retriable":false,"pause_reschedule":true}"#,
            ),
        ] {
            assert_eq!(super::text(&details), text);
            assert_eq!(crate::tables::read_text::<StateDetails>(text), details);
        }
    }
}
