//! The process's connection to its server: settings, queue, sender. One is enough for a process.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use milliways_client::{Method, Request, Target};
use milliways_model::journal::JournalClaim;
use milliways_model::{FlowRunId, TaskRunId, Timestamp};
use milliways_settings::Settings;

use crate::cancels::{Cancels, Hearer};
use crate::fact::{DynamicKey, Entry, Fact, JournalNumber, LogLine, TaskRunMade};
use crate::flow_run::{FlowRun, FlowRunOptions, TaskRunOptions};
use crate::progress::Progress;
use crate::queue::Queue;
use crate::sender::{self, Job};
use crate::task_run::{Journal, TaskRun};
use crate::text::fitting;
use crate::{Config, Error, FlowDefinition, Result, TaskDefinition, fork, handed_down, ids};

/// See the module. Cheap to clone. It starts nothing before something is recorded or asked for.
#[derive(Clone, Debug)]
pub struct Session(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    config: Config,
    link: Arc<Link>,
    generation: u32,
    journals: AtomicU64,
    is_closed: AtomicBool,
    sender: Mutex<Option<JoinHandle<()>>>,
}

/// What the session shares with its sender.
#[derive(Debug, Default)]
pub(crate) struct Link {
    pub(crate) queue: Queue<Job>,
    pub(crate) progress: Progress,
    pub(crate) trouble: Trouble,
    pub(crate) cancels: Cancels,
}

/// Why nothing more may be recorded, looked at on every call.
#[derive(Debug, Default)]
pub(crate) struct Trouble {
    kind: AtomicU8,
    detail: Mutex<Option<(u64, String)>>,
}

/// The log lines outside of any run.
pub(crate) const LOOSE: JournalNumber = 0;

impl Session {
    /// A session of its own.
    pub fn new(config: Config) -> Self {
        Self(Arc::new(Shared {
            config,
            link: Arc::default(),
            generation: fork::generation(),
            journals: AtomicU64::new(LOOSE + 1),
            is_closed: AtomicBool::new(false),
            sender: Mutex::new(None),
        }))
    }

    /// The session of this process, made of its settings on first use, and anew in the child of a fork and after
    /// [`Session::close`]. `executable` is asked then for the program that is started as the local server; without
    /// one it is looked for on `PATH`.
    ///
    /// # Errors
    /// When the settings are not valid.
    pub fn of_process(executable: impl FnOnce() -> Option<PathBuf>) -> Result<Self> {
        static PROCESS: Mutex<Option<Session>> = Mutex::new(None);
        let mut session = PROCESS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(session) = session
            .as_ref()
            .filter(|session| session.is_own() && !session.is_closed())
        {
            return Ok(session.clone());
        }
        let mut config = Config::from_settings(&Settings::load()?)?;
        if let Target::Local(local) = &mut config.client.target
            && local.executable.is_none()
        {
            local.executable = executable();
        }
        let fresh = Self::new(config);
        let old = session.replace(fresh.clone());
        // A parent's is left as it is: its thread does not exist here, and its locks may be held for ever.
        std::mem::forget(old.filter(|old| !old.is_own()));
        Ok(fresh)
    }

    /// Makes a flow run, recorded as Pending.
    ///
    /// # Errors
    /// When the server would refuse its name, or nothing more can be recorded.
    pub fn flow_run(
        &self,
        definition: Arc<FlowDefinition>,
        options: FlowRunOptions,
    ) -> Result<FlowRun> {
        FlowRun::make(self, definition, options)
    }

    /// Makes a task run outside of any flow.
    ///
    /// # Errors
    /// When the server would refuse its name, or nothing more can be recorded.
    pub fn task_run(
        &self,
        definition: Arc<TaskDefinition>,
        options: TaskRunOptions,
    ) -> Result<TaskRun> {
        let now = self.now();
        let id = TaskRunId(ids::next(now));
        let made = TaskRunMade {
            id,
            definition,
            flow_run: None,
            name: options.name.map(Into::into),
            dynamic_key: DynamicKey::Id(id),
            inputs: options.inputs,
            tags: options.tags,
            flow_run_run_count: 0,
        };
        TaskRun::make(self.next_journal()?, made, now, options.start)
    }

    /// A log line outside of the journals of this process: of a run that another process runs, or of none.
    ///
    /// # Errors
    /// When nothing more can be recorded.
    pub fn log(
        &self,
        level: i32,
        logger: &str,
        message: &str,
        at: Timestamp,
        flow_run: Option<FlowRunId>,
        task_run: Option<TaskRunId>,
    ) -> Result<()> {
        let line = LogLine {
            logger: logger.into(),
            level,
            message: fitting(message, self.0.config.max_log_size).into(),
            timestamp: at,
            flow_run,
            task_run,
        };
        self.start()?;
        self.record(Entry {
            journal: LOOSE,
            fact: Fact::Log(Box::new(line)),
        })
    }

    /// Waits until the server has acknowledged what was recorded so far. `false` after `timeout`, and as soon as a try
    /// has not reached the server: the records stay in the spool and are sent later.
    pub fn flush(&self, timeout: Duration) -> bool {
        if !self.is_own() || !self.is_started() {
            return true;
        }
        match self.0.link.queue.ask(Job::Flush) {
            Some(number) => self.0.link.progress.wait_for(number, timeout),
            None => false,
        }
    }

    /// Flushes and ends the sender; nothing can be recorded afterwards.
    pub fn close(&self, timeout: Duration) -> bool {
        if !self.is_own() {
            return true;
        }
        let flushed = self.flush(timeout);
        self.0.end();
        flushed
    }

    /// One request, repeated as the client does it: status and body. Waits.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> Result<(u16, Vec<u8>)> {
        let slash = if path.starts_with('/') { "" } else { "/" };
        let mut request = Request::new(method, format!("{slash}{path}"));
        request.body = body.unwrap_or_default().into();
        self.start()?;
        let (reply, answer) = std::sync::mpsc::sync_channel(1);
        self.0
            .link
            .queue
            .ask(Job::Request(Box::new(request), reply));
        Ok(answer.recv().map_err(|_| Error::Closed)??)
    }

    /// Claims a flow run that the server has for this process: the epoch under which its journal continues. What
    /// another process goes on to record of it is refused. Waits, unless a worker has claimed the run and started this
    /// process for it: then its claim is taken, once.
    ///
    /// # Errors
    /// When there is no answer, or no such run.
    pub fn claim_flow_run(&self, id: FlowRunId) -> Result<i64> {
        if let Some(epoch) = handed_down::take(id) {
            return Ok(epoch);
        }
        let path = format!("/flow_runs/{id}/attempts");
        let (status, body) = self.request(Method::POST, &path, None)?;
        if status != 201 {
            return Err(Error::Claim { id, status });
        }
        let claimed: JournalClaim =
            serde_json::from_slice(&body).map_err(|source| Error::Json {
                what: "the server's answer to a claim",
                source,
            })?;
        Ok(claimed.epoch)
    }

    /// Sends what processes that are gone have left in the spool for this server. Waits; `false` where the server was
    /// not reached or `timeout` was over before all of it was sent.
    ///
    /// # Errors
    /// When the session is closed.
    pub fn deliver_leftovers(&self, timeout: Duration) -> Result<bool> {
        self.start()?;
        let (reply, answer) = std::sync::mpsc::sync_channel(1);
        self.0.link.queue.ask(Job::Leftovers(reply));
        Ok(answer.recv_timeout(timeout).unwrap_or(false))
    }

    /// The settings that it was made of.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// Where people see runs, where the server shows them.
    pub fn ui_url(&self) -> Option<&str> {
        self.0.config.ui_url.as_deref()
    }

    /// What a user should know since the last look: that the server is away, that records were refused, …
    pub fn take_notices(&self) -> Vec<String> {
        self.0.link.progress.take_notices()
    }

    /// Whether this process made it, rather than the one that this is a fork of.
    pub fn is_own(&self) -> bool {
        self.0.generation == fork::generation()
    }

    /// Told when the server cancels that run.
    pub(crate) fn hear_of_cancel(&self, run: FlowRunId) -> Hearer {
        Hearer::new(self.0.link.clone(), run)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.config.clock.now()
    }

    /// Opens a journal with its first fact.
    pub(crate) fn open_journal(&self, first: Fact) -> Result<Arc<Journal>> {
        let journal = self.next_journal()?;
        journal.record(first)?;
        Ok(journal)
    }

    pub(crate) fn record(&self, entry: Entry) -> Result<()> {
        if !self.is_own() {
            return Err(Error::OtherProcess);
        }
        self.0.link.trouble.check(&entry.fact, &self.0.config)?;
        if self.0.link.queue.push(entry) {
            Ok(())
        } else {
            Err(Error::Closed)
        }
    }

    fn next_journal(&self) -> Result<Arc<Journal>> {
        self.start()?;
        let number = self.0.journals.fetch_add(1, Ordering::Relaxed);
        Ok(Arc::new(Journal {
            session: self.clone(),
            number,
        }))
    }

    /// Starts the sender on first use.
    fn start(&self) -> Result<()> {
        if !self.is_own() {
            return Err(Error::OtherProcess);
        }
        let mut sender = self.sender();
        if self.is_closed() {
            return Err(Error::Closed);
        }
        if sender.is_none() {
            let (config, link) = (self.0.config.clone(), self.0.link.clone());
            let thread = std::thread::Builder::new().name("milliways-sender".to_owned());
            *sender = Some(
                thread
                    .spawn(move || sender::run(&config, &link))
                    .map_err(|_| Error::Closed)?,
            );
        }
        Ok(())
    }

    fn is_closed(&self) -> bool {
        self.0.is_closed.load(Ordering::Relaxed)
    }

    fn is_started(&self) -> bool {
        self.sender().is_some()
    }

    fn sender(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        self.0.sender()
    }
}

impl Shared {
    fn end(&self) {
        let mut sender = self.sender();
        self.is_closed.store(true, Ordering::Relaxed);
        if let Some(thread) = sender.take() {
            self.link.queue.ask(Job::End);
            // A sender that has panicked has said so already.
            let _ = thread.join();
        }
    }

    fn sender(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        self.sender.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if self.generation == fork::generation() {
            self.end();
        } else {
            // The thread is one of the parent's: there is nothing here to wait for, nor to let go.
            std::mem::forget(self.sender().take());
        }
    }
}

impl Trouble {
    const NONE: u8 = 0;
    const FULL: u8 = 1;
    const UNWRITABLE: u8 = 2;

    /// The spool has room for everything.
    pub(crate) fn clear(&self) {
        self.kind.store(Self::NONE, Ordering::Relaxed);
    }

    /// The spool has no room for anything.
    pub(crate) fn full(&self, size: u64) {
        self.set(Self::FULL, size, String::new());
    }

    /// The spool can't be written.
    pub(crate) fn unwritable(&self, reason: String) {
        self.set(Self::UNWRITABLE, 0, reason);
    }

    fn set(&self, kind: u8, size: u64, reason: String) {
        *self.detail.lock().unwrap_or_else(PoisonError::into_inner) = Some((size, reason));
        self.kind.store(kind, Ordering::Relaxed);
    }

    /// Whether `fact` may be recorded. What ends a run always may, and logs are left out silently: the sender counts.
    fn check(&self, fact: &Fact, config: &Config) -> Result<()> {
        let kind = self.kind.load(Ordering::Relaxed);
        if kind == Self::NONE
            || !matches!(
                fact,
                Fact::TaskRunMade(..) | Fact::FlowRunMade(..) | Fact::Event(_)
            )
        {
            return Ok(());
        }
        let detail = self
            .detail
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let (size, reason) = detail.unwrap_or_default();
        let folder = config.spool.clone();
        match kind {
            Self::FULL => Err(Error::SpoolFull { folder, size }),
            Self::UNWRITABLE => Err(Error::SpoolUnwritable { folder, reason }),
            _ => Ok(()),
        }
    }
}
