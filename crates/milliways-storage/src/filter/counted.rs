//! Which counts of runs are kept already: those that ask for nothing but states and a span of time in which runs
//! started, or in which they were expected to.

use milliways_model::filter::{
    FlowRunFilter, FlowRunFilterState, Operator, TaskRunFilter, TaskRunFilterState, TimeFilter,
    TimeOrNullFilter,
};
use milliways_model::{StateType, Timestamp, Uuid, WorkspaceId};

use super::{Filters, Query};
use crate::db::{Conn, DbError};
use crate::tally::{self, About, Counted, Span};

/// A count of runs that is kept.
pub(crate) struct KeptCount {
    /// What is counted, and by which of its times.
    pub(crate) about: About,
    /// From when to when.
    pub(crate) span: Span,
    operator: Operator,
    kinds: Names,
    names: Names,
}

/// What flow runs belong to.
pub(crate) enum Owners {
    /// A flow or a deployment.
    One(Uuid),
    /// The queues that match.
    Queues(Box<Filters>),
}

impl Owners {
    /// Their ids.
    pub(crate) async fn ids(
        self,
        conn: &Conn,
        workspace: WorkspaceId,
    ) -> Result<Vec<Uuid>, DbError> {
        match self {
            Self::One(id) => Ok(vec![id]),
            Self::Queues(filters) => {
                let mut query = Query::new("SELECT q.id FROM work_queue q");
                super::queues_of(&mut query, workspace, &filters);
                query.column(conn).await
            }
        }
    }
}

/// What is counted with others and is to be taken from them.
#[derive(Clone, Debug, Default)]
pub(crate) struct But {
    pub(crate) filters: Filters,
    pub(crate) otherwise: Option<Otherwise>,
}

impl But {
    /// All rows that match.
    pub(crate) fn matching(filters: Filters) -> Self {
        Self {
            filters,
            otherwise: None,
        }
    }
}

/// Task runs that did not start within a time, and those of no flow run where they are to be of one.
#[derive(Clone, Debug)]
pub(crate) struct Otherwise {
    pub(crate) started: TimeOrNullFilter,
    pub(crate) of_a_flow_run: bool,
}

/// One of some, none of others.
#[derive(Default)]
struct Names {
    any: Option<Vec<String>>,
    none: Option<Vec<String>>,
}

impl Names {
    fn of<T: Clone>(
        any: Option<&Vec<T>>,
        none: Option<&Vec<T>>,
        text: impl Fn(&T) -> String,
    ) -> Self {
        let list = |names: &Vec<T>| names.iter().map(&text).collect();
        Self {
            any: any.map(list),
            none: none.map(list),
        }
    }

    fn is_open(&self) -> bool {
        self.any.is_none() && self.none.is_none()
    }

    /// An empty text stands for no state: it is none of a list, and one of none.
    fn passes(&self, text: &str) -> bool {
        let holds = |list: &Vec<String>| list.iter().any(|one| one == text);
        self.any
            .as_ref()
            .is_none_or(|any| !text.is_empty() && holds(any))
            && !self.none.as_ref().is_some_and(holds)
    }
}

impl KeptCount {
    /// Of the flow runs that match; none where more is asked for.
    pub(crate) fn of_flow_runs(filters: &Filters) -> Option<Self> {
        let rest = Filters {
            flow_runs: None,
            ..filters.clone()
        };
        let filter = filters.flow_runs.clone().unwrap_or_default();
        let FlowRunFilter {
            state,
            start_time,
            expected_start_time,
            ..
        } = filter.clone();
        let others = FlowRunFilter {
            state: None,
            start_time: None,
            expected_start_time: None,
            ..filter
        };
        if rest != Filters::default() || others != FlowRunFilter::default() {
            return None;
        }
        let state: FlowRunFilterState = state.unwrap_or_default();
        let (kind, name) = (
            state.r#type.unwrap_or_default(),
            state.name.unwrap_or_default(),
        );
        let abouts = (About::FlowRuns, About::ExpectedFlowRuns);
        let (about, span) = span(abouts, start_time, expected_start_time)?;
        Some(Self {
            about,
            span,
            operator: state.operator,
            kinds: Names::of(kind.any_.as_ref(), kind.not_any_.as_ref(), |kind| {
                spelled(*kind)
            }),
            names: Names::of(name.any_.as_ref(), name.not_any_.as_ref(), String::clone),
        })
    }

    /// Of the flow runs that match, which no other run has started, and of the subflow runs that else do; and those,
    /// which are to be taken from it.
    pub(crate) fn of_flow_runs_and_subflow_runs(filters: &Filters) -> Option<(Self, But)> {
        let mut subflow_runs = filters.clone();
        let runs = subflow_runs.flow_runs.as_mut()?;
        let parent = runs.parent_task_run_id.as_mut()?;
        let is_one = parent.is_null_ == Some(true) && parent.any_.is_none();
        if !is_one || runs.operator != Operator::And {
            return None;
        }
        parent.is_null_ = Some(false);
        let mut all = subflow_runs.clone();
        all.flow_runs.as_mut()?.parent_task_run_id = None;
        Some((Self::of_flow_runs(&all)?, But::matching(subflow_runs)))
    }

    /// Of the task runs that match, which started within a time, and of those that else do: counted by another of their
    /// times, most that it counts have started within the first as well. And the others, which are to be taken from it.
    pub(crate) fn of_task_runs_and_later_ones(filters: &Filters) -> Option<(Self, But)> {
        let mut all = filters.clone();
        let of_a_flow_run = all.flow_runs.take();
        if of_a_flow_run
            .as_ref()
            .is_some_and(|asked| *asked != FlowRunFilter::default())
        {
            return None;
        }
        let runs = all.task_runs.as_mut()?;
        let started = runs.start_time.take()?;
        if started.is_null_.is_some() || runs.operator != Operator::And {
            return None;
        }
        let kept = Self::of_task_runs(&all)?;
        let otherwise = Otherwise {
            started,
            of_a_flow_run: of_a_flow_run.is_some(),
        };
        let but = But {
            filters: all,
            otherwise: Some(otherwise),
        };
        Some((kept, but))
    }

    /// Of the task runs that match, which stand for no subflow run, and of those that else do. With it, what asks for
    /// both.
    pub(crate) fn of_task_runs_and_parents(filters: &Filters) -> Option<(Self, Filters)> {
        let mut all = filters.clone();
        let runs = all.task_runs.as_mut()?;
        let subflow = runs.subflow_runs.take()?;
        if subflow.exists_ != Some(false) || runs.operator != Operator::And {
            return None;
        }
        Some((Self::of_task_runs(&all)?, all))
    }

    /// Of the runs of one flow, one deployment or some queues that are in some states, all or those expected within a time,
    /// and of which ones; none where more is asked for.
    pub(crate) fn of_owners_runs(filters: &Filters) -> Option<(Owners, Self)> {
        let waits = filters.work_pools.is_some() || filters.work_queues.is_some();
        let owners = match (&filters.flows, &filters.deployments) {
            (Some(flow), None) if !waits => Owners::One(super::flow::only_id(flow)?.0),
            (None, Some(deployment)) if !waits => {
                Owners::One(super::deployment::only_id(deployment)?.0)
            }
            (None, None) if waits => Owners::Queues(Box::new(Filters {
                work_pools: filters.work_pools.clone(),
                work_queues: filters.work_queues.clone(),
                ..Filters::default()
            })),
            _ => return None,
        };
        let rest = Filters {
            flows: None,
            deployments: None,
            work_pools: None,
            work_queues: None,
            ..filters.clone()
        };
        let kept = Self::of_flow_runs(&rest)?;
        let is_kept = kept.span == Span::default() || kept.about == About::ExpectedFlowRuns;
        is_kept.then_some((owners, kept))
    }

    /// Of the task runs that match; none where more is asked for.
    pub(crate) fn of_task_runs(filters: &Filters) -> Option<Self> {
        let rest = Filters {
            task_runs: None,
            ..filters.clone()
        };
        let filter = filters.task_runs.clone().unwrap_or_default();
        let TaskRunFilter {
            state,
            start_time,
            expected_start_time,
            ..
        } = filter.clone();
        let others = TaskRunFilter {
            state: None,
            start_time: None,
            expected_start_time: None,
            ..filter
        };
        if rest != Filters::default() || others != TaskRunFilter::default() {
            return None;
        }
        let state: TaskRunFilterState = state.unwrap_or_default();
        let (kind, name) = (
            state.r#type.unwrap_or_default(),
            state.name.unwrap_or_default(),
        );
        let abouts = (About::TaskRuns, About::ExpectedTaskRuns);
        let (about, span) = span(abouts, start_time, expected_start_time)?;
        Some(Self {
            about,
            span,
            operator: state.operator,
            kinds: Names::of(kind.any_.as_ref(), None, |kind| spelled(*kind)),
            names: Names::of(name.any_.as_ref(), None, String::clone),
        })
    }

    /// The same of those runs by another of their times.
    pub(crate) fn by(self, about: About) -> Self {
        Self { about, ..self }
    }

    /// What is counted of them, by state. One pair of type and name may come more than once.
    pub(crate) async fn counted(
        &self,
        conn: &Conn,
        workspace: WorkspaceId,
    ) -> Result<Vec<Counted>, DbError> {
        let mut counted = tally::count(conn, workspace, self.about, self.span).await?;
        counted.retain(|one| self.has(one));
        Ok(counted)
    }

    /// How many of them there are.
    pub(crate) async fn number(&self, conn: &Conn, workspace: WorkspaceId) -> Result<i64, DbError> {
        let counted = self.counted(conn, workspace).await?;
        Ok(counted.iter().map(|one| one.count).sum())
    }

    /// Whether runs of that state are among them.
    pub(crate) fn has(&self, counted: &Counted) -> bool {
        self.has_state(&counted.kind, &counted.name)
    }

    /// The same of a state's type and name.
    pub(crate) fn has_state(&self, state_type: &str, state_name: &str) -> bool {
        let (kind, name) = (&self.kinds, &self.names);
        match (kind.is_open(), name.is_open()) {
            (true, true) => true,
            (false, true) => kind.passes(state_type),
            (true, false) => name.passes(state_name),
            (false, false) => {
                let passes = [kind.passes(state_type), name.passes(state_name)];
                match self.operator {
                    Operator::And => passes == [true, true],
                    Operator::Or => passes != [false, false],
                }
            }
        }
    }
}

fn spelled(kind: StateType) -> String {
    kind.as_str().to_owned()
}

/// Both ends included; none where it is asked whether there is a time at all, or for two times at once.
fn span(
    (started, expected): (About, About),
    start_time: Option<TimeOrNullFilter>,
    expected_start_time: Option<TimeFilter>,
) -> Option<(About, Span)> {
    let filter = start_time.unwrap_or_default();
    if filter.is_null_.is_some() {
        return None;
    }
    let started = (started, between(filter.after_, filter.before_));
    let filter = expected_start_time.unwrap_or_default();
    let expected = (expected, between(filter.after_, filter.before_));
    match (started.1 == Span::default(), expected.1 == Span::default()) {
        (_, true) => Some(started),
        (true, false) => Some(expected),
        (false, false) => None,
    }
}

fn between(after: Option<Timestamp>, before: Option<Timestamp>) -> Span {
    Span {
        from: after.map(Timestamp::as_micros),
        until: before.map(|before| before.as_micros() + 1),
    }
}
