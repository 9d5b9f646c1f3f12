//! What the process has once for all of its runs: the session and its end, and what settings say.

use std::io::Write as _;
use std::sync::{Once, OnceLock};
use std::time::Duration;

use milliways_engine::Session;
use milliways_settings::{LogLevel, Settings, defs};

use crate::{Result, spec};

/// How long the end of the program may take for what others have left.
const LEFTOVERS_TIMEOUT: Duration = Duration::from_secs(2);

/// The session of this process. What it has recorded is sent before the process ends.
pub(crate) fn session() -> Result<Session> {
    static AT_EXIT: Once = Once::new();
    let session = Session::of_process(|| None)?;
    AT_EXIT.call_once(close_at_exit);
    Ok(session)
}

/// Waits until the server has acknowledged what was recorded so far, for as long as `timeout`. What is not sent by then
/// stays on disk and is sent later; so there is no need to call this at the end of a program.
pub fn flush(timeout: Duration) -> bool {
    session().is_ok_and(|session| session.flush(timeout))
}

#[expect(
    unsafe_code,
    reason = "statics are not dropped, and the C library's hook is what runs after `main`"
)]
fn close_at_exit() {
    // SAFETY: the handler is a function of this program, which is not unloaded before it ends. It unwinds nowhere.
    let failed = unsafe { libc::atexit(close) };
    debug_assert_eq!(failed, 0, "registering only fails without memory");
}

extern "C" fn close() {
    // A panic must not leave a function that C calls. What is not sent stays on disk.
    let _ = std::panic::catch_unwind(|| {
        let Ok(session) = Session::of_process(|| None) else {
            return;
        };
        if session.flush(general().flush_timeout) {
            // What processes before this one could not send; the rest is left to the next one.
            let _ = session.deliver_leftovers(LEFTOVERS_TIMEOUT);
        }
        // Asked before the end: a session that is used after its end is another one.
        let notices = session.take_notices();
        session.close(Duration::ZERO);
        for notice in notices {
            let _ = writeln!(std::io::stderr(), "milliways: {notice}");
        }
    });
}

/// What settings say where an attribute says nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Defaults {
    pub(crate) retries: u32,
    pub(crate) delays: Vec<f64>,
}

/// What settings say for all runs.
#[derive(Clone, Debug)]
pub(crate) struct General {
    flow: Defaults,
    task: Defaults,
    flush_timeout: Duration,
    pub(crate) log_level: LogLevel,
}

pub(crate) fn defaults(kind: &str) -> Defaults {
    let general = general();
    if kind == spec::FLOW {
        general.flow.clone()
    } else {
        general.task.clone()
    }
}

pub(crate) fn general() -> &'static General {
    static GENERAL: OnceLock<General> = OnceLock::new();
    // What is wrong with the settings is said by the session, which is made of the same ones.
    GENERAL.get_or_init(|| load().unwrap_or_default())
}

fn load() -> Result<General, milliways_settings::Error> {
    let settings = Settings::load()?;
    Ok(General {
        flow: Defaults {
            retries: settings.get(defs::flows::DEFAULT_RETRIES)?,
            delays: settings.get(defs::flows::DEFAULT_RETRY_DELAY_SECONDS)?.0,
        },
        task: Defaults {
            retries: settings.get(defs::tasks::DEFAULT_RETRIES)?,
            delays: settings.get(defs::tasks::DEFAULT_RETRY_DELAY_SECONDS)?.0,
        },
        flush_timeout: settings.get(defs::spool::FLUSH_TIMEOUT)?,
        log_level: settings.get(defs::logging::LEVEL)?,
    })
}

impl Default for General {
    fn default() -> Self {
        Self {
            flow: Defaults::default(),
            task: Defaults::default(),
            flush_timeout: Duration::from_secs(10),
            log_level: LogLevel::Info,
        }
    }
}
