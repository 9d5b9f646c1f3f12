//! The artifact that a state with a result leaves, so that results are listed beside what runs leave themselves.
//!
//! Only states that the server judges leave one, as with Prefect; what clients report has results of its own.

use milliways_model::{ArtifactCreate, FlowRunId, Json, State, TaskRunId};
use milliways_orchestration::{Run, RunId};
use serde_json::Value;

/// Keys of a result that describe the artifact and are no part of its data.
const KEY: &str = "artifact_key";
const TYPE: &str = "artifact_type";
const DESCRIPTION: &str = "artifact_description";

/// The artifact of a state's data; none where there is no data, or it says that it was not kept.
pub(super) fn artifact_of(run: &Run, state: &State) -> Option<ArtifactCreate> {
    let data = state.data.as_ref().filter(|data| !data.is_null())?;
    let (flow_run_id, task_run_id) = whose(run);
    let mut artifact = ArtifactCreate {
        data: Some(data.clone()),
        flow_run_id,
        task_run_id,
        ..ArtifactCreate::default()
    };
    let names_something = |text: &str| text.contains("artifact_") || text.contains("unpersisted");
    if !names_something(data.get()) {
        return Some(artifact);
    }
    let Value::Object(mut map) = data.to_value() else {
        return Some(artifact);
    };
    if map.get("type").and_then(Value::as_str) == Some("unpersisted") {
        return None;
    }
    let mut take = |name: &str| match map.shift_remove(name) {
        Some(Value::String(text)) if !text.is_empty() => Some(text),
        _ => None,
    };
    artifact.key = take(KEY);
    artifact.r#type = take(TYPE);
    artifact.description = take(DESCRIPTION);
    artifact.data = Json::from_value(&map).ok();
    Some(artifact)
}

fn whose(run: &Run) -> (Option<FlowRunId>, Option<TaskRunId>) {
    match run.id {
        RunId::Flow(id) => (Some(id), None),
        RunId::Task(id) => (run.flow_run_id, Some(id)),
    }
}

#[cfg(test)]
mod tests {
    use milliways_model::{StateId, StateType, Timestamp, Uuid};

    use super::*;

    fn told(data: &str) -> Option<String> {
        let id = StateId(Uuid::from_u128(1));
        let mut state = State::new(id, StateType::Completed, Timestamp::EPOCH);
        state.data = Some(Json::from_text(data.to_owned()).unwrap());
        let artifact = artifact_of(&Run::flow(FlowRunId(Uuid::from_u128(2))), &state)?;
        let texts = [artifact.key, artifact.r#type, artifact.description];
        let texts = texts.map(Option::unwrap_or_default).join("|");
        Some(format!("{texts}|{}", artifact.data?.get()))
    }

    #[test]
    fn data_is_an_artifact_unless_it_was_not_kept() {
        assert_eq!(told("null"), None);
        assert_eq!(told(r#"{"type": "unpersisted"}"#), None);
        assert_eq!(told("7").as_deref(), Some("|||7"));
        assert_eq!(
            told(r#"{"storage_key":"k"}"#).as_deref(),
            Some(r#"|||{"storage_key":"k"}"#)
        );
        assert_eq!(
            told(r#"{"type":"reference","artifact_key":"a","artifact_type":"result","artifact_description":"d"}"#)
                .as_deref(),
            Some(r#"a|result|d|{"type":"reference"}"#)
        );
    }
}
