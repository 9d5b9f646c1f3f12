//! Runs that did not start about when they were expected to.
//!
//! Pages ask for runs by when they were expected to start, and show them in the order in which they did; charts ask for
//! both times at once. Nearly all runs start soon after they were expected to, and so are found by either time. The others,
//! strays, are few and have an index of their own.

use milliways_model::Timestamp;
use milliways_model::filter::Operator;

use super::{Conditions, Filters, Index, Otherwise, Query, deployment, flow, flow_run};

/// How long a flow run may have waited that is no stray, in microseconds: it may wait for a worker.
const FLOW_RUN_WAIT: i64 = 3_600_000_000;
/// The same of task runs.
const TASK_RUN_WAIT: i64 = 900_000_000;

/// What is in the index `flow_run_stray`, in its words.
const FLOW_RUN: &str =
    "(r.started < r.expected_start_time OR r.started > r.expected_start_time + 3600000000)";
/// What is in the index `task_run_stray`, in its words: with those that did not start, and those of no flow run.
const TASK_RUN: &str = "(t.start_time IS NULL OR t.start_time < t.expected_start_time \
     OR t.start_time > t.expected_start_time + 900000000 OR t.flow_run_id IS NULL)";

/// When flow runs started that were expected within a time, but for strays.
pub(crate) struct Window {
    /// Both ends included.
    from: Option<i64>,
    until: Option<i64>,
    /// The index that has them by when they started, of the fewest.
    pub(crate) index: Index,
}

impl Window {
    /// Of the flow runs that match; none where no such time is asked for.
    pub(crate) fn of(filters: &Filters) -> Option<Self> {
        let runs = filters.flow_runs.as_ref()?;
        let expected = runs.expected_start_time.as_ref()?;
        let (from, until) = (expected.after_, expected.before_);
        if runs.operator != Operator::And
            || flow_run::is_keyed(runs)
            || (from.is_none() && until.is_none())
        {
            return None;
        }
        let index = if filters.flows.as_ref().and_then(flow::only_id).is_some() {
            flow::RUNS
        } else if let Some(deployments) = &filters.deployments
            && deployment::only_id(deployments).is_some()
        {
            deployment::RUNS
        } else if flow_run::is_of_one_state(runs) {
            "flow_run_state"
        } else {
            "flow_run_started"
        };
        Some(Self {
            from: from.map(Timestamp::as_micros),
            until: until.map(|until| until.as_micros().saturating_add(FLOW_RUN_WAIT)),
            index,
        })
    }

    /// Adds that runs started within it.
    pub(crate) fn within(&self, query: &mut Query) {
        self.add(query, Operator::And, "r.started >= {}", "r.started <= {}");
    }

    /// Adds that they are strays, and started outside of it.
    pub(crate) fn strays_outside(&self, query: &mut Query) {
        query.push(" AND ").push(FLOW_RUN);
        self.add(query, Operator::Or, "r.started < {}", "r.started > {}");
    }

    fn add(&self, query: &mut Query, operator: Operator, from: &str, until: &str) {
        let mut all = Conditions::new(query, operator);
        for (condition, moment) in [(from, self.from), (until, self.until)] {
            if let Some(moment) = moment {
                all.with(condition, moment);
            }
        }
        if let Some(text) = all.text() {
            query.push(" AND ").push(&text);
        }
    }
}

/// The index of strays among flow runs.
pub(crate) const STRAY_FLOW_RUNS: Index = "flow_run_stray";

/// Where task runs that started at another time than [`Otherwise`] asks for are looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    are_strays: bool,
    /// Among those that were expected from a moment on, before another.
    pub(crate) within: (i64, i64),
}

impl Place {
    /// All that there are for the task runs that were expected from a moment on, before another: strays may be anywhere;
    /// the others were expected before the time that is asked for or, at its end, just before it was over.
    pub(crate) fn all(otherwise: &Otherwise, within: (i64, i64)) -> Vec<Self> {
        let mut all = vec![Self {
            are_strays: true,
            within,
        }];
        let (from, mut until) = within;
        let mut add = |from, until| {
            if from < until {
                all.push(Self {
                    are_strays: false,
                    within: (from, until),
                });
            }
        };
        if let Some(before) = otherwise.started.before_ {
            let last = before.as_micros().saturating_sub(TASK_RUN_WAIT).max(from);
            add(last, until);
            until = until.min(last);
        }
        if let Some(after) = otherwise.started.after_ {
            add(from, after.as_micros().min(until));
        }
        all
    }

    /// The index that has them.
    pub(crate) fn index(self) -> Index {
        if self.are_strays {
            "task_run_stray"
        } else {
            "task_run_expected"
        }
    }

    /// Adds whether task runs are strays.
    pub(crate) fn add(self, query: &mut Query) {
        let not = if self.are_strays { "" } else { "NOT " };
        query.push(&format!(" AND {not}{TASK_RUN}"));
    }
}

#[cfg(test)]
mod tests {
    use milliways_model::Timestamp;
    use milliways_model::filter::TimeOrNullFilter;

    use super::{FLOW_RUN, FLOW_RUN_WAIT, Otherwise, Place, TASK_RUN, TASK_RUN_WAIT};

    #[test]
    fn the_indexes_have_what_the_conditions_say() {
        assert!(FLOW_RUN.contains(&format!("+ {FLOW_RUN_WAIT})")));
        assert!(TASK_RUN.contains(&format!("+ {TASK_RUN_WAIT} ")));
        let scripts = crate::db::migration_scripts("strays");
        assert_eq!(scripts.len(), 2);
        for script in scripts {
            let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            let script = words(script);
            for (condition, alias) in [(FLOW_RUN, "r."), (TASK_RUN, "t.")] {
                let condition = words(&condition.replace(alias, ""));
                let condition = condition.trim_matches(['(', ')']);
                assert!(
                    script.contains(&format!("WHERE {condition};")),
                    "{condition}"
                );
            }
        }
    }

    /// No moment is in two places, and each at which an other task run may have been expected is in one.
    #[test]
    fn others_are_looked_for_where_they_may_be() {
        let moments = [
            None,
            Some(0),
            Some(5),
            Some(TASK_RUN_WAIT + 5),
            Some(3 * TASK_RUN_WAIT),
        ];
        for after in moments {
            for before in moments {
                let otherwise = Otherwise {
                    started: TimeOrNullFilter {
                        after_: after.map(Timestamp::from_micros),
                        before_: before.map(Timestamp::from_micros),
                        is_null_: None,
                    },
                    of_a_flow_run: false,
                };
                let expected = (3, 2 * TASK_RUN_WAIT);
                let all = Place::all(&otherwise, expected);
                for moment in [
                    3,
                    4,
                    5,
                    6,
                    TASK_RUN_WAIT,
                    TASK_RUN_WAIT + 5,
                    2 * TASK_RUN_WAIT - 1,
                ] {
                    let holds = |place: &&Place| {
                        !place.are_strays && (place.within.0..place.within.1).contains(&moment)
                    };
                    let places = all.iter().filter(holds).count();
                    let latest = moment + TASK_RUN_WAIT;
                    let may_be = after.is_some_and(|after| moment < after)
                        || before.is_some_and(|before| latest > before);
                    assert!(places <= 1, "{moment} {all:?}");
                    assert!(
                        places == 1 || !may_be,
                        "{moment} {after:?} {before:?} {all:?}"
                    );
                }
            }
        }
    }
}
