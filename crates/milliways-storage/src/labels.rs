//! The labels that runs get from what they belong to.

use std::fmt::Write as _;

use milliways_model::{DeploymentId, FlowId, FlowRunId, JsonObject};
use serde_json::{Map, Value};

/// Labels of a flow run: what it belongs to, then the flow's, then its own.
pub(crate) fn of_flow_run(
    flow: FlowId,
    deployment: Option<DeploymentId>,
    flow_labels: Option<&JsonObject>,
    own: Option<&JsonObject>,
) -> JsonObject {
    let mut text = format!("{{\"prefect.flow.id\":\"{flow}\"");
    if let Some(deployment) = deployment {
        // Writing to a string can't fail.
        let _ = write!(text, ",\"prefect.deployment.id\":\"{deployment}\"");
    }
    text.push('}');
    merged(text, [flow_labels, own])
}

/// Labels of a deployment: its flow's, then what it belongs to, then its own.
pub(crate) fn of_deployment(
    flow: FlowId,
    flow_labels: Option<&JsonObject>,
    own: Option<&JsonObject>,
) -> JsonObject {
    let mut map = flow_labels.map(JsonObject::to_map).unwrap_or_default();
    map.insert("prefect.flow.id".to_owned(), flow.to_string().into());
    map.extend(own.map(JsonObject::to_map).unwrap_or_default());
    JsonObject::from_map(&map)
}

/// Labels of a deployment's run: the deployment's, then what it belongs to, then its own.
pub(crate) fn of_deployment_run(
    deployment: &milliways_model::Deployment,
    own: Option<&JsonObject>,
) -> JsonObject {
    let mut map = deployment.labels.to_map();
    let (flow, id) = (deployment.flow_id.to_string(), deployment.id.to_string());
    map.insert("prefect.flow.id".to_owned(), flow.into());
    map.insert("prefect.deployment.id".to_owned(), id.into());
    map.extend(own.map(JsonObject::to_map).unwrap_or_default());
    JsonObject::from_map(&map)
}

/// Labels of a task run: what it belongs to, then its own.
pub(crate) fn of_task_run(
    flow: Option<FlowId>,
    flow_run: Option<FlowRunId>,
    own: Option<&JsonObject>,
) -> JsonObject {
    let text = match (flow, flow_run) {
        (Some(flow), Some(run)) => {
            format!("{{\"prefect.flow.id\":\"{flow}\",\"prefect.flow-run.id\":\"{run}\"}}")
        }
        (None, Some(run)) => format!("{{\"prefect.flow-run.id\":\"{run}\"}}"),
        _ => "{}".to_owned(),
    };
    merged(text, [own, None])
}

/// Later labels win. Mostly there are none to merge, and the text is good as it is.
fn merged(text: String, others: [Option<&JsonObject>; 2]) -> JsonObject {
    let others: Vec<&JsonObject> = others
        .into_iter()
        .flatten()
        .filter(|labels| !labels.is_empty())
        .collect();
    if others.is_empty() {
        return JsonObject::from_text(text).unwrap_or_default();
    }
    let mut map: Map<String, Value> = serde_json::from_str(&text).unwrap_or_default();
    for labels in others {
        map.extend(labels.to_map());
    }
    JsonObject::from_map(&map)
}
