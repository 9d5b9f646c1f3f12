//! Counts the calls of each task in a flow run, so that a retried flow finds the task runs of its first try again.

use std::collections::HashMap;

use milliways_model::TaskRunId;

/// The calls of a flow run so far, by task key.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    calls: HashMap<Box<str>, Calls>,
    remembers: bool,
}

#[derive(Debug, Default)]
struct Calls {
    next: u32,
    made: Vec<TaskRunId>,
}

impl Counters {
    /// `remembers`: whether calls may be made again, so that their ids are worth keeping.
    pub(crate) fn new(remembers: bool) -> Self {
        Self {
            calls: HashMap::new(),
            remembers,
        }
    }

    /// The number of this call among those of its task, from 0, and the task run's id: that of the same call in an
    /// earlier try, else `fresh`.
    pub(crate) fn call(&mut self, task_key: &str, fresh: TaskRunId) -> (u32, TaskRunId) {
        let calls = match self.calls.get_mut(task_key) {
            Some(calls) => calls,
            None => self.calls.entry(task_key.into()).or_default(),
        };
        let number = calls.next;
        calls.next += 1;
        if !self.remembers {
            return (number, fresh);
        }
        let index = usize::try_from(number).unwrap_or(usize::MAX);
        if let Some(id) = calls.made.get(index) {
            return (number, *id);
        }
        calls.made.push(fresh);
        (number, fresh)
    }

    /// The flow is tried again: counting starts anew.
    pub(crate) fn restart(&mut self) {
        for calls in self.calls.values_mut() {
            calls.next = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use milliways_model::ids::Uuid;

    use super::*;

    #[test]
    fn the_same_call_of_a_retried_flow_is_the_same_task_run() {
        let id = |number| TaskRunId(Uuid::from_u128(number));
        let mut counters = Counters::new(true);
        assert_eq!(counters.call("a", id(1)), (0, id(1)));
        assert_eq!(counters.call("b", id(2)), (0, id(2)));
        assert_eq!(counters.call("a", id(3)), (1, id(3)));
        counters.restart();
        assert_eq!(counters.call("a", id(4)), (0, id(1)));
        assert_eq!(counters.call("a", id(5)), (1, id(3)));
        assert_eq!(counters.call("a", id(6)), (2, id(6)));
        assert_eq!(counters.call("b", id(7)), (0, id(2)));
    }
}
