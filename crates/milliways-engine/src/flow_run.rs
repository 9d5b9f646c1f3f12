//! One attempt of a flow run in this process: the handle of its journal.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use milliways_client::Method;
use milliways_model::names::{self, check_run_name};
use milliways_model::{FlowId, FlowRunId, StateId, StateType, TaskRunId, Timestamp};
use serde::Deserialize;

use crate::cancels::Hearer;
use crate::counters::Counters;
use crate::fact::{DynamicKey, FIRST_EPOCH, Fact, FlowRunMade, LogLine, TaskRunMade};
use crate::life::{Failure, Life, Remark};
use crate::session::Session;
use crate::task_run::{Journal, TaskRun};
use crate::text::fitting;
use crate::{Error, FlowDefinition, RecordedState, Result, TaskDefinition, handed_down, ids};

/// A flow run. Thread safe; cheap to clone.
#[derive(Clone, Debug)]
pub struct FlowRun(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    journal: Arc<Journal>,
    made: Arc<FlowRunMade>,
    flow_id: OnceLock<FlowId>,
    cancel: Hearer,
    live: Mutex<Live>,
}

/// How long somebody who asks for the flow's id waits for the server to have the run.
const FLOW_ID_PATIENCE: Duration = Duration::from_secs(1);

/// What is read of a flow run.
#[derive(Deserialize)]
struct OfFlow {
    flow_id: FlowId,
}

#[derive(Debug)]
struct Live {
    life: Life,
    /// How often it had started before it was continued here.
    attempts_before: u32,
    name: Arc<str>,
    counters: Counters,
}

/// What a flow run can be given when it is made.
#[derive(Debug, Default)]
pub struct FlowRunOptions {
    /// A run that the server has already; a new one by default.
    pub id: Option<FlowRunId>,
    /// The attempt, where the run was claimed as one by [`Session::claim_flow_run`]; 1 by default.
    pub epoch: Option<i64>,
    /// How often the run has started before, in other attempts.
    pub run_count: u32,
    /// Two words by default.
    pub name: Option<String>,
    /// JSON text of an object, without line breaks.
    pub parameters: Option<Box<str>>,
    /// For finding it.
    pub tags: Vec<String>,
    /// The task run in the parent flow that stands for it.
    pub parent_task_run: Option<TaskRunId>,
    /// JSON text of an object, without line breaks.
    pub labels: Option<Box<str>>,
}

/// What a task run can be given when it is made.
#[derive(Debug)]
pub struct TaskRunOptions {
    /// The task's name and the number of the call by default.
    pub name: Option<String>,
    /// JSON text of an object of lists of task inputs, without line breaks.
    pub inputs: Option<Box<str>>,
    /// Beside those of the definition.
    pub tags: Vec<String>,
    /// Whether it is Running at once, or only Pending.
    pub start: bool,
}

impl Default for TaskRunOptions {
    fn default() -> Self {
        Self {
            name: None,
            inputs: None,
            tags: Vec::new(),
            start: true,
        }
    }
}

impl FlowRun {
    pub(crate) fn make(
        session: &Session,
        definition: Arc<FlowDefinition>,
        options: FlowRunOptions,
    ) -> Result<Self> {
        let name = options
            .name
            .unwrap_or_else(|| names::generate(ids::random()));
        check_run_name(&name).map_err(|reason| Error::Name {
            what: "a flow run",
            reason,
        })?;
        let now = session.now();
        let made = Arc::new(FlowRunMade {
            id: options.id.unwrap_or_else(|| FlowRunId(ids::next(now))),
            epoch: options.epoch.unwrap_or(FIRST_EPOCH),
            name: name.into(),
            parameters: options.parameters,
            labels: options.labels,
            tags: options.tags,
            parent_task_run: options.parent_task_run,
            definition,
        });
        let cancel = session.hear_of_cancel(made.id);
        let life = Life::new(StateId(ids::next(now)), now).after(options.run_count);
        // The claim of a worker has made it Pending.
        let is_pending = handed_down::is(made.id, made.epoch);
        let first = (!is_pending).then(|| life.state().clone());
        let journal = session.open_journal(Fact::FlowRunMade(made.clone(), first))?;
        let beginning = Live {
            attempts_before: options.run_count,
            life,
            name: made.name.clone(),
            counters: Counters::new(made.definition.retry.retries > 0),
        };
        Ok(Self(Arc::new(Shared {
            journal,
            made,
            flow_id: OnceLock::new(),
            cancel,
            live: Mutex::new(beginning),
        })))
    }

    /// Its id.
    pub fn id(&self) -> FlowRunId {
        self.0.made.id
    }

    /// What people see.
    pub fn name(&self) -> Arc<str> {
        self.live().name.clone()
    }

    /// How often it has started.
    pub fn run_count(&self) -> u32 {
        self.live().life.run_count()
    }

    /// The task run in the parent flow that stands for it.
    pub fn parent_task_run_id(&self) -> Option<TaskRunId> {
        self.0.made.parent_task_run
    }

    /// When it first started.
    pub fn start_time(&self) -> Option<Timestamp> {
        self.live().life.start_time()
    }

    /// The flow, which the server finds or makes when the first records arrive: it is waited for up to a second, and
    /// asked for once. `None` where it is not known by then.
    pub fn flow_id(&self) -> Option<FlowId> {
        if let Some(id) = self.0.flow_id.get() {
            return Some(*id);
        }
        if !self.flush(FLOW_ID_PATIENCE) {
            return None;
        }
        let path = format!("/flow_runs/{}", self.id());
        let (status, body) = self
            .0
            .journal
            .session
            .request(Method::GET, &path, None)
            .ok()?;
        let run: OfFlow = serde_json::from_slice(&body)
            .ok()
            .filter(|_| status == 200)?;
        Some(*self.0.flow_id.get_or_init(|| run.flow_id))
    }

    /// Its latest state.
    pub fn state(&self) -> RecordedState {
        self.live().life.state().clone()
    }

    /// Whether the server has cancelled it, as far as this process has heard: with the answer to any of its records, or to
    /// the sign of life that it gives every 10 s without any.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancel.is_cancelled()
    }

    /// Ends once the server has cancelled it. May be dropped and called again, on any runtime.
    pub async fn cancelled(&self) {
        self.0.cancel.wait().await;
    }

    /// Its address on the web page, where the server has one.
    pub fn url(&self) -> Option<String> {
        let base = self.0.journal.session.ui_url()?;
        Some(format!("{base}/runs/{}", self.id()))
    }

    /// Gives it a new name.
    ///
    /// # Errors
    /// When the server would refuse the name, or nothing more can be recorded.
    pub fn set_name(&self, name: &str) -> Result<()> {
        check_run_name(name).map_err(|reason| Error::Name {
            what: "a flow run",
            reason,
        })?;
        let name: Arc<str> = name.into();
        self.live().name = name.clone();
        self.record(Fact::FlowRunName(name))
    }

    /// It starts, or starts again after a retry; then the calls of its tasks are counted anew.
    ///
    /// # Errors
    /// When nothing more can be recorded.
    pub fn start(&self) -> Result<()> {
        let (id, now) = self.moment();
        let mut live = self.live();
        let state = live.life.start(id, now);
        if live.life.run_count() > live.attempts_before + 1 {
            live.counters.restart();
        }
        self.record(Fact::FlowRunState(state))
    }

    /// Makes a task run: the same one as before where a retried flow makes the same call again.
    ///
    /// # Errors
    /// When the server would refuse its name, or nothing more can be recorded.
    pub fn task(
        &self,
        definition: Arc<TaskDefinition>,
        options: TaskRunOptions,
    ) -> Result<TaskRun> {
        let now = self.0.journal.session.now();
        let fresh = TaskRunId(ids::next(now));
        let (number, id, run_count) = {
            let mut live = self.live();
            let (number, id) = live.counters.call(&definition.task_key, fresh);
            (number, id, live.life.run_count())
        };
        let made = TaskRunMade {
            id,
            definition,
            flow_run: Some(self.id()),
            name: options.name.map(Into::into),
            dynamic_key: DynamicKey::Number(number, self.0.made.epoch),
            inputs: options.inputs,
            tags: options.tags,
            flow_run_run_count: run_count,
        };
        TaskRun::make(self.0.journal.clone(), made, now, options.start)
    }

    /// It has ended well. Without effect where it had ended before.
    ///
    /// # Errors
    /// When nothing more can be recorded.
    pub fn complete(&self, remark: Remark) -> Result<()> {
        let (id, now) = self.moment();
        let mut live = self.live();
        match live.life.complete(id, now, remark) {
            Some(state) => self.record(Fact::FlowRunState(state)),
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
            Failure::Retry(state, delay) => {
                self.record(Fact::FlowRunState(state)).map(|()| Some(delay))
            }
            Failure::End(state) => self.record(Fact::FlowRunState(state)).map(|()| None),
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
        self.record(Fact::FlowRunState(state))
    }

    /// A log line of the run, or of one of its task runs. It is left out, and counted, while the spool is full.
    ///
    /// # Errors
    /// When nothing more can be recorded.
    pub fn log(
        &self,
        level: i32,
        logger: &str,
        message: &str,
        at: Timestamp,
        task_run: Option<TaskRunId>,
    ) -> Result<()> {
        self.record(Fact::Log(Box::new(LogLine {
            logger: logger.into(),
            level,
            message: fitting(message, self.0.journal.session.config().max_log_size).into(),
            timestamp: at,
            flow_run: Some(self.id()),
            task_run,
        })))
    }

    /// An event: JSON text without line breaks, of a shape that the server takes.
    ///
    /// # Errors
    /// When nothing more can be recorded.
    pub fn emit(&self, event: Box<str>) -> Result<()> {
        self.record(Fact::Event(event))
    }

    /// Waits until the server has acknowledged what was recorded so far; see [`Session::flush`].
    pub fn flush(&self, timeout: Duration) -> bool {
        self.0.journal.session.flush(timeout)
    }

    fn moment(&self) -> (StateId, Timestamp) {
        let now = self.0.journal.session.now();
        (StateId(ids::next(now)), now)
    }

    fn record(&self, fact: Fact) -> Result<()> {
        self.0.journal.record(fact)
    }

    fn live(&self) -> MutexGuard<'_, Live> {
        self.0.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
