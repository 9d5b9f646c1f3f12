//! Which work queues, as conditions on `q`.

use milliways_model::filter::{Operator, WorkQueueFilter};

use super::Conditions;

pub(super) fn conditions(outer: &mut Conditions<'_>, filter: &WorkQueueFilter) {
    outer.group(filter.operator, |all| {
        if let Some(id) = &filter.id {
            all.any("q.id", id.any_.as_ref());
        }
        if let Some(name) = &filter.name {
            all.group(Operator::And, |all| {
                all.any("q.name", name.any_.as_ref());
                if let Some(beginnings) = &name.startswith_ {
                    all.group(Operator::Or, |all| {
                        for beginning in beginnings {
                            all.with("q.name ILIKE {} ESCAPE '\\'", super::begins_with(beginning));
                        }
                    });
                }
            });
        }
    });
}
