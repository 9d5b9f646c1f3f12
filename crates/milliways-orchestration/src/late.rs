//! Whether a scheduled flow run is late, and the state that says so.

use std::time::Duration;

use milliways_model::ids::uuid7;
use milliways_model::{State, StateId, StateType, Timestamp};

use crate::state_names::LATE;

/// How long after its time a run is late, unless the setting says otherwise.
pub const LATE_AFTER: Duration = Duration::from_secs(15);

/// The state to propose by [`Policy::MarkLate`](crate::Policy::MarkLate) for a run that should have
/// started at `next_start`; none where it is not late.
///
/// Only a run that is plainly `Scheduled` can be late: one that waits for a retry, a resumption or a
/// slot is waiting for something else. `late_after`: how long after its time. `random`: 128 bits for the id.
pub fn late_state(
    current: &State,
    next_start: Option<Timestamp>,
    late_after: Duration,
    now: Timestamp,
    random: u128,
) -> Option<State> {
    let waits_for_its_time =
        current.kind == StateType::Scheduled && current.name == StateType::Scheduled.default_name();
    if !waits_for_its_time || next_start? > now - late_after {
        return None;
    }
    let mut state = State::new(StateId(uuid7(now, random)), StateType::Scheduled, now);
    LATE.clone_into(&mut state.name);
    state.state_details.scheduled_time = current.state_details.scheduled_time.or(next_start);
    Some(state)
}
