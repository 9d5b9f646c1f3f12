//! Lanes: a thread that owns one connection and runs one piece of work after another.
//!
//! Writers take all that is queued into one transaction and answer when it is committed (group commit), so
//! that one flush to disk serves many. The embedded database has one writer; the shared one has a few, and
//! the work of a run always goes to the same. Readers each take the next query from a common queue.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use milliways_model::Timestamp;
use milliways_model::time::Clock;
use milliways_orchestration::{RunId, Waits};
use tokio::sync::{oneshot, watch};

use super::conn::{Backend, Conn, DbError};
use super::hints::Hints;
use super::location::{Durability, Location, Session};
use super::postgres::PostgresConn;
use super::sqlite::SqliteConn;
use crate::error::StoreError;
use crate::seal::Sealer;
use crate::tally::Tallies;
use crate::transition::{Prefetched, Wanted};

/// How many pieces of work may wait for a lane before callers are told to come back later.
const QUEUE: usize = 8_192;
/// How much work one transaction takes at most; a piece counts as the rows it may write.
const GROUP_WEIGHT: usize = 8_192;
/// How often work is tried again that another writer was in the way of.
const CONTENTION_TRIES: usize = 5;

type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// An open write transaction.
pub(crate) struct Tx<'c> {
    conn: &'c Conn,
    next_seq: Cell<Option<i64>>,
    /// What it adds to the counts of dashboards, and takes from them.
    pub(crate) tallies: Tallies,
    /// The moment that everything in this transaction happens at.
    pub(crate) now: Timestamp,
    /// Durations that the server's settings give.
    pub(crate) waits: Waits,
    /// What was read for the whole group.
    pub(crate) prefetched: Prefetched,
    /// Opens what is sealed.
    pub(crate) sealer: Arc<Sealer>,
    /// Whether a task run was queued for task workers, who are told once it is committed.
    pub(crate) queues: Cell<bool>,
}

impl std::ops::Deref for Tx<'_> {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        self.conn
    }
}

impl Tx<'_> {
    /// Takes `count` positions in the log, ascending; gives the first one.
    pub(crate) async fn take_seq(&self, count: usize) -> Result<i64, DbError> {
        let first = match self.next_seq.get() {
            Some(next) => next,
            None => self.conn.base_seq().await?,
        };
        self.next_seq
            .set(Some(first + i64::try_from(count).unwrap_or(0)));
        Ok(first)
    }
}

/// What the writers have done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Committed transactions.
    pub groups: u64,
    /// Pieces of work in them.
    pub jobs: u64,
    /// Transactions that were rolled back and done again piece by piece.
    pub retried_groups: u64,
    /// Pieces of work that were refused because the queue was full.
    pub refused: u64,
    /// Microseconds spent in transactions.
    pub busy_micros: u64,
    /// Pieces of work that wait now.
    pub queued: u64,
}

#[derive(Default)]
struct Counters {
    groups: AtomicU64,
    jobs: AtomicU64,
    retried_groups: AtomicU64,
    refused: AtomicU64,
    busy_micros: AtomicU64,
}

/// The threads of a store.
pub(crate) struct Lanes {
    writers: Vec<Sender<Box<dyn WriteJob>>>,
    readers: Sender<Box<dyn ReadJob>>,
    threads: std::sync::Mutex<Vec<JoinHandle<()>>>,
    counters: Arc<Counters>,
}

/// How a lane opens its connection.
#[derive(Clone)]
struct Opener {
    location: Location,
    durability: Durability,
    session: Session,
}

impl Opener {
    async fn open(&self, writes: bool, first_seq: &AtomicI64) -> Result<Conn, DbError> {
        match &self.location {
            Location::File(path) if writes => {
                let conn = SqliteConn::writer(path, self.durability, &self.session)?;
                conn.used_seq(first_seq.load(Ordering::Acquire));
                Ok(Conn::new(Backend::Sqlite(conn)))
            }
            Location::File(path) => {
                let conn = SqliteConn::reader(path, &self.session)?;
                Ok(Conn::new(Backend::Sqlite(conn)))
            }
            Location::Server(url) => {
                let conn =
                    PostgresConn::connect(url, self.durability, &self.session, writes).await?;
                Ok(Conn::new(Backend::Postgres(conn)))
            }
        }
    }
}

/// What a store's threads are made with.
pub(crate) struct LaneOptions {
    pub(crate) location: Location,
    pub(crate) durability: Durability,
    pub(crate) session: Session,
    pub(crate) writers: usize,
    pub(crate) readers: usize,
    /// The first log position to hand out; the shared database has its own.
    pub(crate) first_seq: i64,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) waits: Waits,
    pub(crate) hints: Hints,
    pub(crate) sealer: Arc<Sealer>,
    /// Moves when a task run was queued for task workers.
    pub(crate) queued: watch::Sender<u64>,
}

impl Lanes {
    /// Runs `work` on a writing connection of its own, apart from all lanes. Blocks.
    pub(crate) fn once<T>(
        location: &Location,
        durability: Durability,
        session: &Session,
        work: impl AsyncFnOnce(&Conn) -> Result<T, DbError>,
    ) -> Result<T, DbError> {
        let opener = Opener {
            location: location.clone(),
            durability,
            session: session.beforehand(),
        };
        let done = on_runtime(async {
            let conn = opener.open(true, &AtomicI64::new(0)).await?;
            work(&conn).await
        });
        done.unwrap_or_else(|| Err(DbError::corrupt("no runtime".to_owned())))
    }

    /// Starts the threads. Connections are opened when they are first needed.
    pub(crate) fn start(options: LaneOptions) -> Result<Self, StoreError> {
        let opener = Opener {
            location: options.location,
            durability: options.durability,
            session: options.session,
        };
        let counters = Arc::new(Counters::default());
        let mut threads = Vec::new();
        let mut writers = Vec::new();
        for number in 0..options.writers {
            let (sender, jobs) = bounded(QUEUE);
            let writer = Writer {
                jobs,
                opener: opener.clone(),
                first_seq: AtomicI64::new(options.first_seq),
                clock: Arc::clone(&options.clock),
                waits: options.waits,
                hints: options.hints.clone(),
                sealer: Arc::clone(&options.sealer),
                queued: options.queued.clone(),
                counters: Arc::clone(&counters),
            };
            threads.push(thread(&format!("store-writer-{number}"), move || {
                writer.run();
            })?);
            writers.push(sender);
        }
        let (readers, jobs) = bounded(QUEUE);
        for number in 0..options.readers {
            let (opener, jobs) = (opener.clone(), jobs.clone());
            threads.push(thread(&format!("store-reader-{number}"), move || {
                read_loop(&opener, &jobs);
            })?);
        }
        if let Location::Server(url) = &opener.location {
            let (url, session) = (url.clone(), opener.session.clone());
            let exchange = options.hints.exchange();
            threads.push(thread("store-hints", move || {
                on_runtime(exchange.run(&url, &session));
            })?);
        }
        Ok(Self {
            writers,
            readers,
            threads: threads.into(),
            counters,
        })
    }

    /// Runs `work` in a transaction, shared with other work, and answers after the commit. `key` says whose
    /// work it is: the same key always goes to the same lane. `work` may run twice: when the transaction
    /// fails each piece is tried alone, so it must have no effect but through the transaction.
    pub(crate) async fn write<T, F>(
        &self,
        key: u128,
        weight: usize,
        work: F,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: AsyncFn(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.submit(key, weight, None, work).await
    }

    /// [`Lanes::write`] of work that begins by reading a run.
    pub(crate) async fn write_about<T, F>(&self, wanted: Wanted, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: AsyncFn(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let key = match wanted.run {
            RunId::Flow(id) => id.0,
            RunId::Task(id) => id.0,
        };
        self.submit(key.as_u128(), 1, Some(wanted), work).await
    }

    async fn submit<T, F>(
        &self,
        key: u128,
        weight: usize,
        wanted: Option<Wanted>,
        work: F,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: AsyncFn(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Job {
            work,
            outcome: None,
            reply,
            weight,
            wanted,
        };
        let lane = usize::try_from(key % self.writers.len() as u128).unwrap_or(0);
        match self.writers[lane].try_send(Box::new(job)) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => {
                self.counters.refused.fetch_add(1, Ordering::Relaxed);
                return Err(StoreError::Busy);
            }
            Err(TrySendError::Disconnected(_)) => return Err(StoreError::Closed),
        }
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Runs `work` on a connection of its own for that time.
    pub(crate) async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: AsyncFnOnce(&Conn) -> Result<T, StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        match self.readers.try_send(Box::new(Query { work, reply })) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => return Err(StoreError::Busy),
            Err(TrySendError::Disconnected(_)) => return Err(StoreError::Closed),
        }
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// What the writers have done.
    pub(crate) fn statistics(&self) -> Statistics {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Statistics {
            groups: read(&self.counters.groups),
            jobs: read(&self.counters.jobs),
            retried_groups: read(&self.counters.retried_groups),
            refused: read(&self.counters.refused),
            busy_micros: read(&self.counters.busy_micros),
            queued: self.writers.iter().map(|writer| writer.len() as u64).sum(),
        }
    }

    /// Lets the threads finish what was accepted, then waits for them. Blocks.
    pub(crate) fn join(self) {
        let Self {
            writers,
            readers,
            threads,
            ..
        } = self;
        drop((writers, readers));
        for thread in threads.into_inner().unwrap_or_default() {
            if thread.join().is_err() {
                tracing::error!("a store thread ended by a panic");
            }
        }
    }
}

fn thread(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(run)
        .map_err(|error| StoreError::Open {
            what: format!("can't start a thread: {error}"),
            hint: "check the limit of processes (ulimit -u)".to_owned(),
        })
}

/// Runs a lane's loop on a runtime of its own: a connection's background work advances only while a piece
/// of work waits for it, which is the only time it has any.
fn on_runtime<T>(future: impl Future<Output = T>) -> Option<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => Some(tokio::task::LocalSet::new().block_on(&runtime, future)),
        Err(error) => {
            tracing::error!(%error, "can't make a runtime for a store thread");
            None
        }
    }
}

fn read_loop(opener: &Opener, jobs: &Receiver<Box<dyn ReadJob>>) {
    on_runtime(async {
        let mut conn = None;
        while let Ok(job) = jobs.recv() {
            notice_the_end(conn.as_ref()).await;
            if conn.as_ref().is_none_or(Conn::is_closed) {
                match opener.open(false, &AtomicI64::new(0)).await {
                    Ok(fresh) => conn = Some(fresh),
                    Err(error) => {
                        job.fail(error.into());
                        continue;
                    }
                }
            }
            if let Some(conn) = &conn {
                job.run(conn).await;
            }
        }
    });
}

/// Lets a connection's background work see what has come meanwhile: if the database has ended the connection, a new one
/// is opened before somebody's read fails. The first time lets the runtime look, the second time that work.
async fn notice_the_end(conn: Option<&Conn>) {
    if conn.is_some_and(Conn::is_remote) {
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
    }
}

trait ReadJob: Send {
    fn run(self: Box<Self>, conn: &Conn) -> LocalFuture<'_, ()>;
    fn fail(self: Box<Self>, error: StoreError);
}

struct Query<F, T> {
    work: F,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<F, T> ReadJob for Query<F, T>
where
    T: Send + 'static,
    F: AsyncFnOnce(&Conn) -> Result<T, StoreError> + Send + 'static,
{
    fn run(self: Box<Self>, conn: &Conn) -> LocalFuture<'_, ()> {
        Box::pin(async move {
            // Nobody may be waiting any more; then there is nobody to tell.
            let _ = self.reply.send((self.work)(conn).await);
        })
    }
    fn fail(self: Box<Self>, error: StoreError) {
        let _ = self.reply.send(Err(error));
    }
}

trait WriteJob: Send {
    /// Does the work; says whether the transaction must be rolled back.
    fn run<'a>(&'a mut self, tx: &'a Tx<'a>) -> LocalFuture<'a, bool>;
    /// What it wrote was not taken after all.
    fn refuse(&mut self, error: DbError);
    /// Answers: with the work's own outcome after a commit, or with what kept it from happening.
    fn finish(self: Box<Self>, failure: Option<StoreError>);
    fn weight(&self) -> usize;
    fn wanted(&self) -> Option<Wanted>;
    /// Whether its last outcome is that another writer was in the way.
    fn was_in_the_way(&self) -> bool;
}

struct Job<F, T> {
    work: F,
    outcome: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
    weight: usize,
    wanted: Option<Wanted>,
}

impl<F, T> WriteJob for Job<F, T>
where
    T: Send + 'static,
    F: AsyncFn(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
{
    fn run<'a>(&'a mut self, tx: &'a Tx<'a>) -> LocalFuture<'a, bool> {
        Box::pin(async move {
            let before = tx.writes();
            let outcome = (self.work)(tx).await;
            // Work that is refused after it has written something must leave nothing behind either.
            let failed = match &outcome {
                Ok(_) => false,
                Err(StoreError::Database(_) | StoreError::Unavailable(_)) => true,
                Err(_) => tx.writes() > before || tx.defers(),
            };
            self.outcome = Some(outcome);
            failed
        })
    }
    fn refuse(&mut self, error: DbError) {
        self.outcome = Some(Err(error.into()));
    }
    fn finish(self: Box<Self>, failure: Option<StoreError>) {
        let answer = match (failure, self.outcome) {
            (None, Some(outcome)) => outcome,
            (Some(failure), _) => Err(failure),
            (None, None) => Err(StoreError::Closed),
        };
        let _ = self.reply.send(answer);
    }
    fn weight(&self) -> usize {
        self.weight
    }
    fn wanted(&self) -> Option<Wanted> {
        self.wanted
    }
    fn was_in_the_way(&self) -> bool {
        matches!(
            self.outcome,
            Some(Err(StoreError::Database(DbError::Contention(_))))
        )
    }
}

struct Writer {
    jobs: Receiver<Box<dyn WriteJob>>,
    opener: Opener,
    first_seq: AtomicI64,
    clock: Arc<dyn Clock>,
    waits: Waits,
    hints: Hints,
    sealer: Arc<Sealer>,
    queued: watch::Sender<u64>,
    counters: Arc<Counters>,
}

/// Why a group was not committed.
enum Failure {
    /// Before anything was done: the group can be tried again on a new connection.
    Begin(DbError),
    /// One piece failed: each has to be tried alone.
    Work,
    /// At the commit: whether it happened may be unknown.
    Commit(DbError),
}

impl Writer {
    fn run(self) {
        on_runtime(async {
            let mut conn = None;
            let mut held = None;
            while let Some(first) = held.take().or_else(|| self.jobs.recv().ok()) {
                let mut weight = first.weight();
                let mut group = vec![first];
                while let Ok(job) = self.jobs.try_recv() {
                    weight += job.weight();
                    if weight > GROUP_WEIGHT {
                        held = Some(job);
                        break;
                    }
                    group.push(job);
                }
                self.serve(&mut conn, group).await;
            }
        });
    }

    /// Commits a group; piece by piece where it can't be done at once.
    async fn serve(&self, conn: &mut Option<Conn>, mut group: Vec<Box<dyn WriteJob>>) {
        let started = Instant::now();
        let size = group.len() as u64;
        match self.attempt(conn, &mut group).await {
            Ok(()) => finish(group, || None),
            Err(Failure::Work) => {
                self.counters.retried_groups.fetch_add(1, Ordering::Relaxed);
                for job in group {
                    self.serve_alone(conn, job).await;
                }
            }
            Err(Failure::Begin(error) | Failure::Commit(error)) => {
                let error = Arc::new(error);
                tracing::error!(
                    error = error.reasons(),
                    "a group of writes was not committed"
                );
                finish(group, || Some(StoreError::Unavailable(Arc::clone(&error))));
            }
        }
        self.counters.groups.fetch_add(1, Ordering::Relaxed);
        self.counters.jobs.fetch_add(size, Ordering::Relaxed);
        let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.counters
            .busy_micros
            .fetch_add(micros, Ordering::Relaxed);
    }

    async fn serve_alone(&self, conn: &mut Option<Conn>, job: Box<dyn WriteJob>) {
        let mut group = vec![job];
        let mut outcome = self.attempt(conn, &mut group).await;
        for _ in 0..CONTENTION_TRIES {
            if !matches!(outcome, Err(Failure::Work))
                || !group.iter().any(|job| job.was_in_the_way())
            {
                break;
            }
            outcome = self.attempt(conn, &mut group).await;
        }
        match outcome {
            Ok(()) | Err(Failure::Work) => finish(group, || None),
            Err(Failure::Begin(error) | Failure::Commit(error)) => {
                let error = Arc::new(error);
                finish(group, || Some(StoreError::Unavailable(Arc::clone(&error))));
            }
        }
    }

    async fn attempt(
        &self,
        slot: &mut Option<Conn>,
        group: &mut [Box<dyn WriteJob>],
    ) -> Result<(), Failure> {
        // A connection that broke while nobody used it is only noticed by using it: try once more.
        match self.transact(slot, group).await {
            Err(Failure::Begin(_)) => {
                *slot = None;
                self.transact(slot, group).await
            }
            outcome => outcome,
        }
    }

    async fn transact(
        &self,
        slot: &mut Option<Conn>,
        group: &mut [Box<dyn WriteJob>],
    ) -> Result<(), Failure> {
        if slot.as_ref().is_none_or(Conn::is_closed) {
            *slot = Some(
                self.opener
                    .open(true, &self.first_seq)
                    .await
                    .map_err(Failure::Begin)?,
            );
        }
        let Some(conn) = slot.as_ref() else {
            return Ok(());
        };
        conn.begin().await.map_err(Failure::Begin)?;
        let mut tx = Tx {
            conn,
            next_seq: Cell::new(None),
            tallies: Tallies::default(),
            now: self.clock.now(),
            waits: self.waits,
            prefetched: Prefetched::default(),
            sealer: Arc::clone(&self.sealer),
            queues: Cell::new(false),
        };
        if work(&mut tx, group).await {
            if let Err(error) = conn.rollback().await {
                tracing::error!(%error, "a transaction was not rolled back");
                *slot = None;
            }
            return Err(Failure::Work);
        }
        let next_seq = tx.next_seq.get();
        let queues = tx.queues.get();
        if let Err(error) = conn.script("COMMIT").await {
            // Best effort: the connection is dropped in any case.
            let _ = conn.rollback().await;
            *slot = None;
            return Err(Failure::Commit(error));
        }
        if queues {
            self.queued.send_modify(|count| *count += 1);
        }
        if let Some(next) = next_seq {
            conn.used_seq(next);
            self.first_seq.fetch_max(next, Ordering::AcqRel);
            self.hints.committed(next);
        }
        Ok(())
    }
}

/// Does all that a group has to do before its commit; says whether the transaction must be rolled back.
async fn work(tx: &mut Tx<'_>, group: &mut [Box<dyn WriteJob>]) -> bool {
    if tx.is_remote() && group.len() > 1 {
        let wanted = group.iter().filter_map(|job| job.wanted());
        match Prefetched::read(tx, wanted).await {
            Ok(prefetched) => tx.prefetched = prefetched,
            Err(_) => return true,
        }
    }
    let tx = &*tx;
    for job in group.iter_mut() {
        if job.run(tx).await {
            return true;
        }
    }
    let written = match tx.tallies.flush(tx) {
        Ok(()) => tx.flush().await,
        Err(error) => Err(error),
    };
    let Err(error) = written else { return false };
    // Whose row it was that could not be written shows when each is tried alone.
    if let [job] = group {
        job.refuse(error);
    }
    true
}

fn finish(group: Vec<Box<dyn WriteJob>>, failure: impl Fn() -> Option<StoreError>) {
    for job in group {
        job.finish(failure());
    }
}
