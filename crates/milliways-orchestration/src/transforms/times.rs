//! The times of a run: expected, next, start, end, and seconds spent running.

use milliways_model::StateType;

use crate::piece::{Change, Piece};
use crate::run::Run;

/// A run starts when it is RUNNING for the first time.
pub(crate) const START_TIME: Piece = Piece::transform("start_time").book(start_time);
/// A run ends when it becomes terminal; one that comes back from there has not ended.
pub(crate) const END_TIME: Piece = Piece::transform("end_time").book(end_time);
/// Leaving RUNNING adds the time that was spent in it.
pub(crate) const RUN_TIME: Piece = Piece::transform("run_time").book(run_time);
/// The first state tells when the run was expected to start.
pub(crate) const EXPECTED_START_TIME: Piece =
    Piece::transform("expected_start_time").book(expected_start_time);
/// While SCHEDULED the run knows when it starts next.
pub(crate) const NEXT_SCHEDULED_START_TIME: Piece =
    Piece::transform("next_scheduled_start_time").book(next_scheduled_start_time);

fn start_time(run: &mut Run, change: &Change<'_>) {
    if change.enters(StateType::Running) {
        run.start_time.get_or_insert(change.proposed.timestamp);
    }
}

fn end_time(run: &mut Run, change: &Change<'_>) {
    let was_over = change.initial.is_some_and(|state| state.kind.is_terminal());
    if !change.proposed.kind.is_terminal() {
        if was_over {
            run.end_time = None;
        }
    } else if run.end_time.is_none() {
        // A run that fails before it runs has taken no time at all.
        run.start_time.get_or_insert(change.proposed.timestamp);
        run.end_time = Some(change.proposed.timestamp);
    }
}

fn run_time(run: &mut Run, change: &Change<'_>) {
    if let Some(initial) = change.initial
        && initial.kind == StateType::Running
    {
        // Clients' clocks may step back; time spent running does not.
        let seconds = change.proposed.timestamp.seconds_since(initial.timestamp);
        run.total_run_time += seconds.max(0.0);
    }
}

fn expected_start_time(run: &mut Run, change: &Change<'_>) {
    if run.expected_start_time.is_none() {
        let due = change
            .proposed
            .state_details
            .scheduled_time
            .filter(|_| change.enters(StateType::Scheduled));
        run.expected_start_time = Some(due.unwrap_or(change.proposed.timestamp));
    }
}

fn next_scheduled_start_time(run: &mut Run, change: &Change<'_>) {
    if change.enters(StateType::Scheduled) {
        run.next_scheduled_start_time = change.proposed.state_details.scheduled_time;
    } else if change.leaves(StateType::Scheduled) {
        run.next_scheduled_start_time = None;
    }
}
