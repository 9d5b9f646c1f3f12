//! States that a client decided itself and only reports: by its journal, or by events of task runs.
//!
//! No rule judges them, they have happened. The run's books are kept all the same.

use milliways_model::{State, StateType};

use crate::client::Client;
use crate::effect::Effect;
use crate::piece::Change;
use crate::policy;
use crate::run::{Run, RunId};
use crate::transforms::{carry_lease, gives_tag_slots_back, lease_to_release};

/// Keeps the run's books for a reported state. False: the state is stored, but the run stays in its
/// current state, and `run` is unchanged.
///
/// That is so when the reported state is older than the current one, as reports may come late, and
/// when a flow run that was asked to end, or was cancelled, reports that it goes on, as it has not
/// heard of it yet. States of the same time follow each other in the order of their reports.
pub fn record(run: &mut Run, current: Option<&State>, reported: &State) -> bool {
    if current.is_some_and(|current| !moves_on(run, current, reported)) {
        return false;
    }
    let change = Change {
        initial: current,
        proposed: reported,
        client: Client::CURRENT,
    };
    for piece in policy::global(run.id) {
        if let Some(book) = piece.book {
            book(run, &change);
        }
    }
    true
}

/// Whether a reported state says nothing new: what was cancelled already tells that it is, since its
/// process has heard of it.
pub fn repeats(current: Option<&State>, reported: &State) -> bool {
    let is_cancelled = |state: &State| state.kind == StateType::Cancelled;
    is_cancelled(reported) && current.is_some_and(is_cancelled)
}

/// Completes a reported state before it is stored: to which run it belongs, and the lease of the
/// current state, which clients don't repeat.
pub fn complete_reported(run: &Run, current: Option<&State>, reported: &mut State) {
    let details = &mut reported.state_details;
    match run.id {
        RunId::Flow(id) => {
            details.flow_run_id = Some(id);
            details.task_run_id = run.parent_task_run_id.or(details.task_run_id);
            if let Some(current) = current {
                carry_lease(current, reported);
            }
        }
        RunId::Task(id) => {
            details.task_run_id = Some(id);
            details.flow_run_id = run.flow_run_id.or(details.flow_run_id);
        }
    }
}

/// What a run gives back when a reported state has moved it: its deployment's slot, or its tags' slots.
///
/// A task run's process gives slots back itself between two tries, and reports arrive late: what a state
/// between them gave back might be the next try's already. So only the last state does.
pub fn released_by_report(run: &Run, current: Option<&State>, reported: &State) -> Option<Effect> {
    match run.id {
        RunId::Flow(_) => {
            let lease = lease_to_release(current, reported, true)?;
            Some(Effect::ReleaseLease { lease })
        }
        RunId::Task(_) => (reported.kind.is_terminal() && gives_tag_slots_back(run, reported))
            .then_some(Effect::ReleaseTagSlots),
    }
}

fn moves_on(run: &Run, current: &State, reported: &State) -> bool {
    let is_flow = matches!(run.id, RunId::Flow(_));
    let ignores_the_end = match (current.kind, reported.kind) {
        (StateType::Cancelling, reported) => {
            reported != StateType::Cancelling && !reported.is_terminal()
        }
        // Only who begins anew makes it Pending.
        (StateType::Cancelled, StateType::Crashed) => true,
        (StateType::Cancelled, reported) => {
            reported != StateType::Pending && !reported.is_terminal()
        }
        _ => false,
    };
    reported.timestamp >= current.timestamp && !(is_flow && ignores_the_end)
}
