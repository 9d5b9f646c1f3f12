//! Only a running flow run can pause, and each of its pauses fires once.

use milliways_model::StateType;

use crate::context::Context;
use crate::effect::Effect;
use crate::piece::Piece;
use crate::state_names::SUSPENDED;
use crate::state_set::StateSet;

/// See the module.
pub(crate) const PAUSING: Piece =
    Piece::rule("pausing", StateSet::ALL, StateSet::of(&[StateType::Paused]))
        .before(before)
        .after(after);

fn before(cx: &mut Context<'_>) {
    let Some(proposed) = &cx.proposed else { return };
    let verb = if proposed.name == SUSPENDED {
        "suspend"
    } else {
        "pause"
    };
    let details = &proposed.state_details;
    match cx.from() {
        None => cx.abort(format!("Cannot {verb} flows with no state.")),
        Some(StateType::Running) => {
            let (key, reschedules) = (details.pause_key.clone(), details.pause_reschedule);
            let key = key.unwrap_or_else(|| cx.new_uuid().to_string());
            if has_fired(cx, &key) {
                cx.reject(format!("This {verb} has already fired."));
            } else if reschedules && cx.run.parent_task_run_id.is_some() {
                cx.abort(format!("Cannot {verb} subflows."));
            } else if reschedules && cx.run.deployment_id.is_none() {
                cx.abort(format!("Cannot {verb} flows without a deployment."));
            } else {
                cx.kept.pause_key = Some(key);
            }
        }
        Some(_) => cx.reject(format!(
            "Cannot {verb} flows that are not currently running."
        )),
    }
}

fn has_fired(cx: &Context<'_>, key: &String) -> bool {
    let keys = cx.run.flow_policy().and_then(|it| it.pause_keys.as_ref());
    keys.is_some_and(|keys| keys.contains(key))
}

fn after(cx: &mut Context<'_>) {
    if let (Some(key), Some(policy)) = (cx.kept.pause_key.take(), cx.run.flow_policy_mut()) {
        policy.pause_keys.get_or_insert_default().push(key);
    }
    let proposed = cx.proposed.as_ref();
    if let Some(keyset) = proposed.and_then(|it| it.state_details.run_input_keyset.as_ref()) {
        let keys = keyset.to_map().into_values();
        let keys: Vec<_> = keys
            .filter_map(|key| key.as_str().map(str::to_owned))
            .collect();
        if !keys.is_empty() {
            cx.effects.push(Effect::DeleteRunInputs { keys });
        }
    }
}
