//! What the threads of a flow hand to the sender: small, and not yet text.

use std::sync::Arc;

use milliways_model::{FlowRunId, StateId, TaskRunId, Timestamp};

use crate::{FlowDefinition, RecordedState, TaskDefinition};

/// The first attempt of a run.
pub(crate) const FIRST_EPOCH: i64 = 1;

/// Names a journal within the process.
pub(crate) type JournalNumber = u64;

/// A fact and the journal that it belongs in.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) journal: JournalNumber,
    pub(crate) fact: Fact,
}

/// One thing that happened.
#[derive(Debug)]
pub(crate) enum Fact {
    /// Opens the journal of a flow run, with its first state where nobody has recorded that before.
    FlowRunMade(Arc<FlowRunMade>, Option<RecordedState>),
    FlowRunState(RecordedState),
    FlowRunName(Arc<str>),
    /// Within a flow run, or opens the journal of a task run outside of any.
    TaskRunMade(Arc<TaskRunMade>, FirstStates),
    TaskRunState(TaskRunId, RecordedState),
    TaskRunName(TaskRunId, Arc<str>),
    TaskRunInputs(Arc<TaskRunMade>, Box<str>),
    Log(Box<LogLine>),
    /// JSON text of an event, without line breaks.
    Event(Box<str>),
    /// Nobody can add to the journal any more.
    Closed,
}

impl Fact {
    /// The bytes of the text that may be long.
    pub(crate) fn text_size(&self) -> usize {
        match self {
            Self::Log(line) => line.message.len(),
            Self::Event(event) => event.len(),
            Self::FlowRunState(state) | Self::TaskRunState(_, state) => {
                let text = |text: &Option<Arc<str>>| text.as_ref().map_or(0, |text| text.len());
                text(&state.message) + text(&state.data)
            }
            Self::FlowRunMade(made, _) => made.parameters.as_ref().map_or(0, |text| text.len()),
            _ => 0,
        }
    }
}

/// A flow run as it was made.
#[derive(Debug)]
pub(crate) struct FlowRunMade {
    pub(crate) id: FlowRunId,
    pub(crate) epoch: i64,
    pub(crate) definition: Arc<FlowDefinition>,
    pub(crate) name: Arc<str>,
    /// JSON text of an object, without line breaks; so is `labels`.
    pub(crate) parameters: Option<Box<str>>,
    pub(crate) labels: Option<Box<str>>,
    pub(crate) tags: Vec<String>,
    pub(crate) parent_task_run: Option<TaskRunId>,
}

/// A task run as it was made.
#[derive(Debug)]
pub(crate) struct TaskRunMade {
    pub(crate) id: TaskRunId,
    pub(crate) definition: Arc<TaskDefinition>,
    pub(crate) flow_run: Option<FlowRunId>,
    /// Given by the caller; else made of the task's name and `dynamic_key`.
    pub(crate) name: Option<Arc<str>>,
    pub(crate) dynamic_key: DynamicKey,
    /// JSON text of an object, without line breaks.
    pub(crate) inputs: Option<Box<str>>,
    /// Beside those of the definition.
    pub(crate) tags: Vec<String>,
    pub(crate) flow_run_run_count: u32,
}

/// Tells a call from others of the same task.
#[derive(Clone, Copy, Debug)]
pub(crate) enum DynamicKey {
    /// Its number in the flow run, from 0, and the attempt that counts: another one's calls are other task runs.
    Number(u32, i64),
    /// Outside of a flow run: some digits of its id.
    Id(TaskRunId),
}

/// Pending, and Running where the run starts at once. Kept in this form because a task run is made far more often
/// than it is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FirstStates {
    pub(crate) made: Timestamp,
    pub(crate) pending: StateId,
    pub(crate) running: Option<StateId>,
}

/// A log line.
#[derive(Debug)]
pub(crate) struct LogLine {
    pub(crate) logger: Box<str>,
    pub(crate) level: i32,
    pub(crate) message: Box<str>,
    pub(crate) timestamp: Timestamp,
    pub(crate) flow_run: Option<FlowRunId>,
    pub(crate) task_run: Option<TaskRunId>,
}

impl TaskRunMade {
    /// What people see: the given name, or the task's with the number of the call.
    pub(crate) fn name(&self) -> Arc<str> {
        match (&self.name, self.dynamic_key) {
            (Some(name), _) => name.clone(),
            (None, DynamicKey::Number(number, _)) => {
                format!("{}-{number}", self.definition.name).into()
            }
            (None, DynamicKey::Id(id)) => {
                let text = id.0.simple().to_string();
                format!("{}-{}", self.definition.name, &text[text.len() - 6..]).into()
            }
        }
    }

    /// The key as text.
    pub(crate) fn dynamic_key(&self) -> String {
        match self.dynamic_key {
            DynamicKey::Number(number, FIRST_EPOCH) => number.to_string(),
            DynamicKey::Number(number, epoch) => format!("{number}.{epoch}"),
            DynamicKey::Id(id) => id.0.simple().to_string(),
        }
    }
}
