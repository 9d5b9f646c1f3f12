//! What a worker is told: by the command line, and by settings.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use milliways_client::{Address, Config, Target};
use milliways_model::JsonObject;
use milliways_settings::{Settings, defs};

use crate::Result;

/// What a worker does, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// The pool whose runs it takes.
    pub pool: String,
    /// Of these queues only; of all of them where there are none.
    pub queues: Vec<String>,
    /// What people see; unique in its pool.
    pub name: String,
    /// The pool that is made where there is none. `None`: it is an error then.
    pub new_pool: Option<NewPool>,
    /// The most runs at a time; any number by default.
    pub limit: Option<NonZeroUsize>,
    /// How long before its time a run is taken and made ready.
    pub prefetch: Duration,
    /// The longest time between two looks at the pool.
    pub query: Duration,
    /// How often it says that it lives.
    pub heartbeat: Duration,
    /// The longest time between two looks whether a run is cancelled; ten seconds or less.
    pub cancellation_poll: Duration,
    /// What a process has between SIGTERM and SIGKILL.
    pub grace: Duration,
    /// How long runs may go on once the worker is asked to stop; as long as they take by default.
    pub drain: Option<Duration>,
    /// Look once, run what is there, and end.
    pub run_once: bool,
    /// Where it answers health checks.
    pub health: Option<SocketAddr>,
    /// What processes are started with.
    pub launch: Launch,
}

/// A pool that is to be made.
#[derive(Clone, Debug)]
pub struct NewPool {
    /// Its type.
    pub kind: String,
    /// Its base job template; the server's own for that type by default.
    pub template: Option<JsonObject>,
}

/// What every process is started with.
#[derive(Clone, Debug, Default)]
pub struct Launch {
    /// The interpreter of runs whose pool names no command.
    pub python: PathBuf,
    /// Variables beside the worker's own.
    pub environment: Vec<(String, String)>,
}

impl Options {
    /// What the settings say about a worker of this pool.
    ///
    /// # Errors
    /// When one of them has no valid value.
    pub fn from_settings(settings: &Settings, pool: String, name: String) -> Result<Self> {
        Ok(Self {
            pool,
            queues: Vec::new(),
            name,
            new_pool: None,
            limit: None,
            prefetch: settings.get(defs::worker::PREFETCH)?,
            query: settings.get(defs::worker::QUERY)?,
            heartbeat: settings.get(defs::worker::HEARTBEAT)?,
            cancellation_poll: settings.get(defs::worker::CANCELLATION_POLL)?,
            grace: settings.get(defs::worker::GRACE)?,
            drain: settings.get(defs::worker::DRAIN)?,
            run_once: false,
            health: None,
            launch: Launch::from_settings(settings)?,
        })
    }
}

impl Launch {
    /// What the settings say: which interpreter, and how a process finds this worker's server.
    ///
    /// # Errors
    /// When one of them has no valid value.
    pub fn from_settings(settings: &Settings) -> Result<Self> {
        let python = settings.get(defs::worker::PYTHON)?;
        let client = Config::from_settings(settings)?;
        let home = settings.paths().home();
        let mut environment = vec![("MILLIWAYS_HOME".to_owned(), home.display().to_string())];
        let mut both = |name: &str, value: String| {
            environment.push((format!("PREFECT_{name}"), value.clone()));
            environment.push((format!("MILLIWAYS_{name}"), value));
        };
        if let Target::Address(address @ Address::Url { .. }) = &client.target {
            both("API_URL", address.to_string());
        }
        if let Some(secret) = &client.auth_string {
            both("API_AUTH_STRING", secret.expose().to_owned());
        }
        if let Some(secret) = &client.api_key {
            both("API_KEY", secret.expose().to_owned());
        }
        Ok(Self {
            python: python.unwrap_or_else(interpreter),
            environment,
        })
    }
}

/// The interpreter that is installed with this program, else the first on `PATH`.
fn interpreter() -> PathBuf {
    let executable = std::env::current_exe().unwrap_or_default();
    let beside = executable.parent().map(|folder| folder.join("python"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path)
        .flat_map(|folder| [folder.join("python"), folder.join("python3")]);
    let mut found = beside.into_iter().chain(on_path);
    found
        .find(|file| file.is_file())
        .unwrap_or_else(|| "python3".into())
}

/// A worker's name where nobody gives it one: its type, its machine, and some digits of `random`.
pub fn default_name(kind: &str, random: u64) -> String {
    let machine = rustix::system::uname();
    let machine = machine.nodename().to_string_lossy();
    format!("{kind}-{machine}-{:06x}", random & 0x00ff_ffff)
}
