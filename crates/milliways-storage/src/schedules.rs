//! From schedules on the wire to schedules that fire: checked when they come, read again when they are looked at.

use milliways_model::{DeploymentScheduleCreate, Schedule as Wire, Timestamp};
use milliways_schedule::{Cron, Error, Interval, Recurrence, Schedule, anchored, zone};

use crate::error::StoreError;

/// A moment as schedules count it.
pub(crate) fn moment(at: Timestamp) -> Option<jiff::Timestamp> {
    jiff::Timestamp::from_microsecond(at.as_micros()).ok()
}

fn present(now: Timestamp) -> jiff::Timestamp {
    moment(now).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}

/// A schedule that was accepted before.
pub(crate) fn read_stored(wire: &Wire) -> Result<Schedule, Error> {
    match wire {
        Wire::Interval(it) => {
            let anchor = present(it.anchor_date.unwrap_or(Timestamp::EPOCH));
            let zone = zone(it.timezone.as_deref())?;
            Interval::new(it.interval, anchor, zone).map(Schedule::Interval)
        }
        Wire::Cron(it) => Cron::new(&it.cron, it.day_or, zone(it.timezone.as_deref())?)
            .map(|cron| Schedule::Cron(Box::new(cron))),
        Wire::RRule(it) => {
            Recurrence::stored(&it.rrule, zone(it.timezone.as_deref())?).map(Schedule::Recurrence)
        }
    }
}

/// Checks a schedule that somebody sends, and gives it what its making decides: an interval is counted from some
/// moment, in some zone; a rule begins somewhere.
pub(crate) fn accept(mut wire: Wire, now: Timestamp) -> Result<Wire, StoreError> {
    let refuse = |error: Error| StoreError::Invalid {
        location: "body.schedule",
        reason: error.to_string(),
    };
    match &mut wire {
        Wire::Interval(it) => {
            it.anchor_date.get_or_insert(now);
            it.timezone.get_or_insert_with(|| "UTC".to_owned());
            read_stored(&wire).map_err(refuse)?;
        }
        Wire::Cron(_) => {
            read_stored(&wire).map_err(refuse)?;
        }
        Wire::RRule(it) => {
            let zone = zone(it.timezone.as_deref()).map_err(refuse)?;
            // What is wrong is told of what was sent, not of what is made of it.
            Recurrence::stored(&it.rrule, zone.clone()).map_err(refuse)?;
            it.rrule = anchored(&it.rrule, &zone, present(now));
            Recurrence::new(&it.rrule, zone, present(now)).map_err(refuse)?;
        }
    }
    Ok(wire)
}

/// Checks schedules that come together.
pub(crate) fn accept_all(
    creates: Vec<DeploymentScheduleCreate>,
    now: Timestamp,
) -> Result<Vec<DeploymentScheduleCreate>, StoreError> {
    creates
        .into_iter()
        .map(|create| {
            let schedule = accept(create.schedule, now)?;
            Ok(DeploymentScheduleCreate { schedule, ..create })
        })
        .collect()
}
