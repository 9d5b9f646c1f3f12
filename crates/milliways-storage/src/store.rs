//! The store: opening it, closing it, and what several parts of it share.

use std::sync::Arc;

use milliways_model::WorkspaceId;
use milliways_model::time::Clock;
use milliways_orchestration::Waits;
use tokio::sync::watch;

use crate::db::{
    Conn, DbError, Durability, FileLock, Hints, LaneOptions, Lanes, Location, Session, Statistics,
    drop_all, migrate, missing_migrations, params, statements,
};
use crate::error::StoreError;
use crate::scope::Scope;
use crate::seal::{Sealer, SecretsKey};
use crate::tables::block_document;
use crate::tables::task_queue::QueueLimits;

statements! {
    WORKSPACE = "SELECT id FROM workspace WHERE account = ?1 AND name = ?2";
    LAST_EVENT = "SELECT MAX(seq) FROM event";
    LAST_LOG = "SELECT MAX(seq) FROM log";
}

/// How a store is opened.
#[derive(Clone)]
pub struct Options {
    /// Where the data is.
    pub location: Location,
    /// What an acknowledged write survives; default: the loss of power.
    pub durability: Durability,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where the key is that seals secrets; default: beside an embedded database, and nowhere for PostgreSQL.
    pub secrets: SecretsKey,
    /// How connections are made, and how long what they do may take.
    pub session: Session,
    /// Whether the tables are brought up to date; default: yes. Otherwise a database that is behind is refused.
    pub migrates: bool,
    /// How long slots are waited for and held.
    pub waits: Waits,
    /// How many background tasks may wait.
    pub queue_limits: QueueLimits,
    /// Whether task runs are recorded that clients report by events; default: yes.
    pub records_reports: bool,
    /// Connections that read; default: 4, and where the database works on the processors of this machine no more than
    /// there are of those, but 2.
    pub readers: Option<usize>,
    /// Connections that write; default 1 on SQLite, which has no more, and 3 on PostgreSQL.
    pub writers: Option<usize>,
}

impl Options {
    /// The defaults, for a place.
    pub fn new(location: Location, clock: Arc<dyn Clock>) -> Self {
        let secrets = match &location {
            Location::File(path) => SecretsKey::File(path.with_file_name("secrets.key")),
            Location::Server(_) => SecretsKey::Nowhere,
        };
        Self {
            location,
            durability: Durability::default(),
            secrets,
            clock,
            session: Session::default(),
            migrates: true,
            waits: Waits::default(),
            queue_limits: QueueLimits::default(),
            records_reports: true,
            readers: None,
            writers: None,
        }
    }
}

/// Four, for each of an embedded database keeps a cache. Where what they ask is worked on by the processors of this machine
/// there are no more of them than of those: each answer would only take longer, and some much longer than others. Two at
/// least, so that a long question does not keep all others waiting.
fn readers(location: &Location) -> usize {
    if location.is_elsewhere() {
        return 4;
    }
    std::thread::available_parallelism().map_or(2, |number| number.get().clamp(2, 4))
}

/// A store. Cloning it is cheap; [`Store::close`] ends it for all clones.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    open: std::sync::Mutex<Option<Open>>,
    clock: Arc<dyn Clock>,
    waits: Waits,
    queue_limits: QueueLimits,
    records_reports: bool,
    changes: watch::Receiver<i64>,
    task_runs: watch::Receiver<u64>,
    location: Location,
    sealer: Arc<Sealer>,
}

/// What closing ends: first the threads, then the right to the file.
struct Open {
    lanes: Arc<Lanes>,
    lock: Option<FileLock>,
}

impl Store {
    /// Opens the database: takes the right to its file, migrates it, starts the threads.
    pub async fn open(options: Options) -> Result<Self, StoreError> {
        // Opening blocks (a file lock, migrations), and a connection stays on its thread.
        tokio::task::spawn_blocking(move || Self::open_blocking(options))
            .await
            .map_err(|error| StoreError::Open {
                what: format!("opening the database was interrupted: {error}"),
                hint: "try again".to_owned(),
            })?
    }

    /// Deletes everything and leaves an empty database. Refused while a server owns the file; on PostgreSQL
    /// the tables are dropped under the feet of whoever uses them.
    pub async fn erase(options: Options) -> Result<(), StoreError> {
        tokio::task::spawn_blocking(move || Self::erase_blocking(&options))
            .await
            .map_err(|error| StoreError::Open {
                what: format!("erasing the database was interrupted: {error}"),
                hint: "run it again".to_owned(),
            })?
    }

    fn erase_blocking(options: &Options) -> Result<(), StoreError> {
        let Options {
            location,
            durability,
            session,
            ..
        } = options;
        let _lock = match location {
            Location::File(path) => {
                prepare_folder(path)?;
                let lock = FileLock::take(path)?;
                remove_files(path)?;
                Some(lock)
            }
            Location::Server(_) => None,
        };
        Lanes::once(location, *durability, session, async |conn| {
            drop_all(conn).await?;
            migrate(conn).await
        })
        .map_err(|error| open_error(location, &error))?;
        Ok(())
    }

    fn open_blocking(options: Options) -> Result<Self, StoreError> {
        let lock = match &options.location {
            Location::File(path) => {
                prepare_folder(path)?;
                Some(FileLock::take(path)?)
            }
            Location::Server(_) => None,
        };
        let Options {
            location,
            durability,
            session,
            ..
        } = &options;
        let prepared = Lanes::once(location, *durability, session, async |conn| {
            if options.migrates {
                migrate(conn).await?;
            } else if missing_migrations(conn).await? > 0 {
                return Ok(None);
            }
            let any = block_document::any(conn).await?;
            Ok(Some((last_seq(conn).await?, options.clock.now(), any)))
        });
        let prepared = prepared.map_err(|error| open_error(location, &error))?;
        let (last, now, any) = prepared.ok_or_else(|| StoreError::Open {
            what: "the database's tables are older than this program".to_owned(),
            hint:
                "run `milliways server database upgrade`, or set server.database.migrate_on_start"
                    .to_owned(),
        })?;
        let sealer = Sealer::new(options.secrets);
        if let Some(any) = any {
            sealer.check(&any).map_err(unreadable)?;
        }
        // Positions go on above the last one. Rows that were deleted must not have theirs used again, hence
        // the clock: it is far above any count of rows.
        let first_seq = (last + 1).max(now.as_micros());
        let (sender, changes) = watch::channel(last);
        let (queued, task_runs) = watch::channel(0);
        let writers = match options.location {
            Location::File(_) => 1,
            Location::Server(_) => options.writers.unwrap_or(3).max(1),
        };
        let sealer = Arc::new(sealer);
        let lanes = Lanes::start(LaneOptions {
            location: options.location.clone(),
            durability: options.durability,
            session: options.session,
            writers,
            readers: options
                .readers
                .unwrap_or_else(|| readers(&options.location))
                .max(1),
            first_seq,
            clock: Arc::clone(&options.clock),
            waits: options.waits,
            hints: Hints::new(sender),
            sealer: Arc::clone(&sealer),
            queued,
        })?;
        let inner = Inner {
            open: std::sync::Mutex::new(Some(Open {
                lanes: Arc::new(lanes),
                lock,
            })),
            clock: options.clock,
            waits: options.waits,
            queue_limits: options.queue_limits,
            records_reports: options.records_reports,
            changes,
            task_runs,
            location: options.location,
            sealer,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Answers what was accepted and ends the threads. Later calls get [`StoreError::Closed`].
    pub async fn close(&self) {
        let open = self.inner.open.lock().ok().and_then(|mut open| open.take());
        let Some(Open { mut lanes, lock }) = open else {
            return;
        };
        // Calls that hold the lanes end soon: each is one piece of work.
        let lanes = loop {
            match Arc::try_unwrap(lanes) {
                Ok(lanes) => break lanes,
                Err(shared) => {
                    lanes = shared;
                    tokio::task::yield_now().await;
                }
            }
        };
        if tokio::task::spawn_blocking(move || lanes.join())
            .await
            .is_err()
        {
            tracing::error!("the store's threads did not end well");
        }
        drop(lock);
    }

    /// What belongs to a workspace.
    pub fn workspace(&self, id: WorkspaceId) -> Scope {
        Scope::new(self.clone(), id)
    }

    /// The workspace of an account, both as they stand in a URL: a name or an id.
    pub async fn workspace_named(
        &self,
        account: &str,
        workspace: &str,
    ) -> Result<Option<WorkspaceId>, StoreError> {
        let (account, workspace) = (account.to_owned(), workspace.to_owned());
        self.lanes()?
            .read(async move |conn: &Conn| {
                let values = params![account, workspace];
                Ok(conn
                    .query_one(&WORKSPACE, &values, |row| row.take())
                    .await?)
            })
            .await
    }

    /// What the writers have done.
    pub fn statistics(&self) -> Statistics {
        self.lanes()
            .map(|lanes| lanes.statistics())
            .unwrap_or_default()
    }

    /// A hint: the last committed position in the log. It may lag behind other servers' commits.
    pub fn changes(&self) -> watch::Receiver<i64> {
        self.inner.changes.clone()
    }

    /// A hint: this server has queued a task run for task workers. It does not tell of other servers'.
    pub fn queued_task_runs(&self) -> watch::Receiver<u64> {
        self.inner.task_runs.clone()
    }

    /// Whether several servers may use its database, which is PostgreSQL then.
    pub fn is_shared(&self) -> bool {
        matches!(self.inner.location, Location::Server(_))
    }

    /// Where the data is.
    pub fn location(&self) -> &Location {
        &self.inner.location
    }

    /// The store's clock.
    pub fn clock(&self) -> &dyn Clock {
        &*self.inner.clock
    }

    /// Durations that the server's settings give.
    pub fn waits(&self) -> Waits {
        self.inner.waits
    }

    /// How many background tasks may wait.
    pub(crate) fn queue_limits(&self) -> QueueLimits {
        self.inner.queue_limits
    }

    /// Whether task runs are recorded that clients report by events.
    pub(crate) fn records_reports(&self) -> bool {
        self.inner.records_reports
    }

    pub(crate) fn sealer(&self) -> &Arc<Sealer> {
        &self.inner.sealer
    }

    pub(crate) fn lanes(&self) -> Result<Arc<Lanes>, StoreError> {
        let open = self.inner.open.lock().map_err(|_| StoreError::Closed)?;
        open.as_ref()
            .map(|open| Arc::clone(&open.lanes))
            .ok_or(StoreError::Closed)
    }
}

/// A server that can't read what is stored does not start.
fn unreadable(error: StoreError) -> StoreError {
    match error {
        StoreError::Sealed(what) => StoreError::Open {
            what: what.to_owned(),
            hint: "start the server with the key that sealed them, or restore its key file"
                .to_owned(),
        },
        other => other,
    }
}

async fn last_seq(conn: &Conn) -> Result<i64, DbError> {
    let mut last = 0;
    for statement in [&LAST_EVENT, &LAST_LOG] {
        let found: Option<Option<i64>> = conn.query_one(statement, &[], |row| row.take()).await?;
        last = last.max(found.flatten().unwrap_or(0));
    }
    Ok(last)
}

/// A database file goes with what the database keeps beside it.
fn remove_files(path: &std::path::Path) -> Result<(), StoreError> {
    for ending in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        match std::fs::remove_file(&name) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => {
                return Err(StoreError::Open {
                    what: format!(
                        "can't remove {}: {error}",
                        std::path::Path::new(&name).display()
                    ),
                    hint: "check its permissions".to_owned(),
                });
            }
        }
    }
    Ok(())
}

fn prepare_folder(path: &std::path::Path) -> Result<(), StoreError> {
    let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    else {
        return Ok(());
    };
    std::fs::create_dir_all(folder).map_err(|error| StoreError::Open {
        what: format!("can't make the folder {}: {error}", folder.display()),
        hint: "give a path that can be written to".to_owned(),
    })
}

pub(crate) fn open_error(location: &Location, error: &DbError) -> StoreError {
    match location {
        Location::File(path) => StoreError::Open {
            what: format!(
                "can't open the database file {}: {}",
                path.display(),
                error.reasons()
            ),
            hint: "check the file and its permissions".to_owned(),
        },
        Location::Server(_) => StoreError::Open {
            what: format!("can't use the PostgreSQL database: {}", error.reasons()),
            hint: error
                .hint()
                .unwrap_or("check that it runs, and the database URL")
                .to_owned(),
        },
    }
}
