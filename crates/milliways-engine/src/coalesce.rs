//! Makes records of facts, as few as possible: a task run that was made, ran and ended between two looks is one.
//!
//! A later state of a task run joins the record that tells of the task run, where that one is still here. It so comes
//! before records that were made in between, which harms nobody: every state, log and event has its own time.

use std::collections::HashMap;
use std::sync::Arc;

use milliways_model::{StateType, TaskRunId};

use crate::RecordedState;
use crate::fact::{Fact, FlowRunMade, LogLine, TaskRunMade};

/// A record of the journal before it is written.
#[derive(Debug)]
pub(crate) enum Record {
    FlowRun(Arc<FlowRunMade>, Vec<RecordedState>),
    FlowRunStates(Vec<RecordedState>),
    FlowRunName(Arc<str>),
    TaskRun {
        made: Arc<TaskRunMade>,
        name: Option<Arc<str>>,
        inputs: Option<Box<str>>,
        states: Vec<RecordedState>,
    },
    TaskRunStates(TaskRunId, Vec<RecordedState>),
    TaskRunName(TaskRunId, Arc<str>),
    Log(Box<LogLine>),
    Event(Box<str>),
}

/// Gathers the facts of one journal between two looks.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    records: Vec<Record>,
    /// Where the records of task runs are.
    task_runs: HashMap<TaskRunId, usize>,
}

impl Gathered {
    /// Adds a fact, to a record that is here already where that is possible.
    pub(crate) fn add(&mut self, fact: Fact) {
        match fact {
            Fact::FlowRunMade(made, state) => {
                let states = state.into_iter().collect();
                self.records.push(Record::FlowRun(made, states));
            }
            Fact::FlowRunState(state) => match self.records.last_mut() {
                Some(Record::FlowRun(_, states) | Record::FlowRunStates(states)) => {
                    states.push(state);
                }
                _ => self.records.push(Record::FlowRunStates(vec![state])),
            },
            Fact::FlowRunName(name) => self.records.push(Record::FlowRunName(name)),
            Fact::TaskRunMade(made, first) => {
                let pending = RecordedState::new(first.pending, StateType::Pending, first.made);
                let mut states = Vec::with_capacity(3);
                states.push(pending);
                let running = first.running;
                states.extend(
                    running.map(|id| RecordedState::new(id, StateType::Running, first.made)),
                );
                self.task_runs.insert(made.id, self.records.len());
                self.records.push(Record::TaskRun {
                    made,
                    name: None,
                    inputs: None,
                    states,
                });
            }
            Fact::TaskRunState(id, state) => {
                if let Some(Record::TaskRun { states, .. } | Record::TaskRunStates(_, states)) =
                    self.task_run(id)
                {
                    states.push(state);
                } else {
                    self.task_runs.insert(id, self.records.len());
                    self.records.push(Record::TaskRunStates(id, vec![state]));
                }
            }
            Fact::TaskRunName(id, new) => match self.task_run(id) {
                Some(Record::TaskRun { name, .. }) => *name = Some(new),
                _ => self.records.push(Record::TaskRunName(id, new)),
            },
            Fact::TaskRunInputs(made, new) => match self.task_run(made.id) {
                Some(Record::TaskRun { inputs, .. }) => *inputs = Some(new),
                // The server takes what a repeated record adds to the task run that it has.
                _ => self.records.push(Record::TaskRun {
                    made,
                    name: None,
                    inputs: Some(new),
                    states: Vec::new(),
                }),
            },
            Fact::Log(line) => self.records.push(Record::Log(line)),
            Fact::Event(event) => self.records.push(Record::Event(event)),
            Fact::Closed => {}
        }
    }

    /// The records so far, in order.
    pub(crate) fn take(&mut self) -> Vec<Record> {
        self.task_runs.clear();
        std::mem::take(&mut self.records)
    }

    fn task_run(&mut self, id: TaskRunId) -> Option<&mut Record> {
        self.records.get_mut(*self.task_runs.get(&id)?)
    }
}
