//! Which workers, as conditions on `k`.

use milliways_model::WorkerStatus;
use milliways_model::filter::{Operator, WorkerFilter};

use super::Conditions;
use crate::db::{Listed, Value};

impl Listed for WorkerStatus {
    fn value(&self) -> Value<'static> {
        self.as_str().into()
    }

    fn list(items: &[Self]) -> Value<'static> {
        Value::Texts(
            items
                .iter()
                .map(|status| status.as_str().to_owned())
                .collect(),
        )
    }
}

pub(super) fn conditions(outer: &mut Conditions<'_>, filter: &WorkerFilter) {
    outer.group(filter.operator, |all| {
        if let Some(span) = &filter.last_heartbeat_time {
            all.group(Operator::And, |all| {
                all.time_span("k.last_heartbeat_time", span);
            });
        }
        if let Some(status) = &filter.status {
            all.group(Operator::And, |all| all.any_or_not("k.status", status));
        }
    });
}
