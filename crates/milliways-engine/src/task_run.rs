//! One task run in this process: its states, made at once and handed to the sender.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use milliways_model::names::check_run_name;
use milliways_model::{FlowRunId, StateId, StateType, TaskRunId, Timestamp};

use crate::fact::{Entry, Fact, FirstStates, JournalNumber, TaskRunMade};
use crate::life::{Failure, Life, Remark};
use crate::session::Session;
use crate::{Error, RecordedState, Result, ids};

/// A task run. Methods never wait for the server and may be called from any thread.
#[derive(Clone, Debug)]
pub struct TaskRun(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    journal: Arc<Journal>,
    made: Arc<TaskRunMade>,
    live: Mutex<Live>,
}

#[derive(Debug)]
struct Live {
    life: Life,
    name: Option<Arc<str>>,
}

/// The right to add to a journal. When the last holder is gone, the journal is closed.
#[derive(Debug)]
pub(crate) struct Journal {
    pub(crate) session: Session,
    pub(crate) number: JournalNumber,
}

impl Journal {
    pub(crate) fn record(&self, fact: Fact) -> Result<()> {
        self.session.record(Entry {
            journal: self.number,
            fact,
        })
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        // In the child of a fork, or after the session's end, there is nothing to close.
        let _ = self.record(Fact::Closed);
    }
}

impl TaskRun {
    pub(crate) fn make(
        journal: Arc<Journal>,
        made: TaskRunMade,
        now: Timestamp,
        start: bool,
    ) -> Result<Self> {
        if let Some(name) = &made.name {
            check_run_name(name).map_err(|reason| Error::Name {
                what: "a task run",
                reason,
            })?;
        }
        let pending = StateId(ids::next(now));
        let running = start.then(|| StateId(ids::next(now)));
        let mut life = Life::new(pending, now);
        if let Some(running) = running {
            life.start(running, now);
        }
        let made = Arc::new(made);
        journal.record(Fact::TaskRunMade(
            made.clone(),
            FirstStates {
                made: now,
                pending,
                running,
            },
        ))?;
        Ok(Self(Arc::new(Shared {
            journal,
            made,
            live: Mutex::new(Live { life, name: None }),
        })))
    }

    /// Its id.
    pub fn id(&self) -> TaskRunId {
        self.0.made.id
    }

    /// What people see.
    pub fn name(&self) -> Arc<str> {
        let name = self.live().name.clone();
        name.unwrap_or_else(|| self.0.made.name())
    }

    /// The flow run that it belongs to.
    pub fn flow_run_id(&self) -> Option<FlowRunId> {
        self.0.made.flow_run
    }

    /// Names the task's code.
    pub fn task_key(&self) -> &str {
        &self.0.made.definition.task_key
    }

    /// Tells this call from others of the task in its flow run.
    pub fn dynamic_key(&self) -> String {
        self.0.made.dynamic_key()
    }

    /// How often it has started.
    pub fn run_count(&self) -> u32 {
        self.live().life.run_count()
    }

    /// When it first started.
    pub fn start_time(&self) -> Option<Timestamp> {
        self.live().life.start_time()
    }

    /// Its latest state.
    pub fn state(&self) -> RecordedState {
        self.live().life.state().clone()
    }

    /// Gives it a new name.
    ///
    /// # Errors
    /// When the server would refuse the name, or nothing more can be recorded.
    pub fn set_name(&self, name: &str) -> Result<()> {
        check_run_name(name).map_err(|reason| Error::Name {
            what: "a task run",
            reason,
        })?;
        let name: Arc<str> = name.into();
        self.live().name = Some(name.clone());
        self.record(Fact::TaskRunName(self.id(), name))
    }

    /// Says where its parameters came from: JSON text of an object of lists of task inputs.
    ///
    /// # Errors
    /// When nothing more can be recorded.
    pub fn set_inputs(&self, inputs: Box<str>) -> Result<()> {
        self.record(Fact::TaskRunInputs(self.0.made.clone(), inputs))
    }

    /// It starts, or starts again after a retry.
    ///
    /// # Errors
    /// When nothing more can be recorded.
    pub fn start(&self) -> Result<()> {
        let (id, now) = self.moment();
        let mut live = self.live();
        let state = live.life.start(id, now);
        self.record_state(state)
    }

    /// It has ended well. Without effect where it had ended before.
    ///
    /// # Errors
    /// When nothing more can be recorded.
    pub fn complete(&self, remark: Remark) -> Result<()> {
        let (id, now) = self.moment();
        let mut live = self.live();
        match live.life.complete(id, now, remark) {
            Some(state) => self.record_state(state),
            None => Ok(()),
        }
    }

    /// It has failed: gives the seconds until its retry, or `None` where it has ended.
    ///
    /// # Errors
    /// When nothing more can be recorded.
    pub fn fail(&self, remark: Remark, retriable: bool) -> Result<Option<f64>> {
        let (id, now) = self.moment();
        let policy = retriable.then_some(&self.0.made.definition.retry);
        let mut live = self.live();
        match live.life.fail(id, now, remark, policy, ids::random_share()) {
            Failure::Retry(state, delay) => self.record_state(state).map(|()| Some(delay)),
            Failure::End(state) => self.record_state(state).map(|()| None),
            Failure::Late => Ok(None),
        }
    }

    /// Any state, as it is.
    ///
    /// # Errors
    /// When nothing more can be recorded.
    pub fn set_state(&self, kind: StateType, remark: Remark) -> Result<()> {
        let (id, now) = self.moment();
        let mut live = self.live();
        let state = live.life.set(id, kind, now, remark);
        self.record_state(state)
    }

    fn moment(&self) -> (StateId, Timestamp) {
        let now = self.0.journal.session.now();
        (StateId(ids::next(now)), now)
    }

    /// Called under the lock, so that states are recorded in the order in which they were decided.
    fn record_state(&self, state: RecordedState) -> Result<()> {
        self.record(Fact::TaskRunState(self.id(), state))
    }

    fn record(&self, fact: Fact) -> Result<()> {
        self.0.journal.record(fact)
    }

    fn live(&self) -> MutexGuard<'_, Live> {
        self.0.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
