//! Finds the server of a home folder, or starts it: the first of many processes starts one, the others wait for it.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use crate::stream::Stream;
use crate::{Address, Error, Local, Result};

/// How long is waited between two looks at the socket of a server that starts.
const LOOK_INTERVAL: Duration = Duration::from_millis(1);
/// So much of the end of the server's log is shown when it did not start.
const SHOWN_LOG: u64 = 2_000;

/// The server of a home folder, as one client sees it.
#[derive(Debug)]
pub(crate) struct LocalServer {
    local: Local,
    address: Address,
    /// Kept so that it is no zombie for ever once it has ended.
    child: Mutex<Option<Child>>,
}

impl LocalServer {
    pub(crate) fn new(local: Local) -> Self {
        Self {
            address: Address::Socket(local.socket.clone()),
            local,
            child: Mutex::new(None),
        }
    }

    /// A connection to the server, which is started where nobody answers.
    pub(crate) async fn connect(&self) -> Result<Stream> {
        let deadline = Instant::now() + self.local.startup_timeout;
        let mut right_to_start = None;
        loop {
            match Stream::connect(&self.address, || Err(Error::NoServer)).await {
                Err(Error::Connect { source, .. }) if nobody_answers(&source) => {}
                connected => return connected,
            }
            if let Some(status) = self.ended() {
                return Err(self.failed(format!(
                    "it ended at once ({status}): {}",
                    self.end_of_log()
                )));
            }
            if right_to_start.is_none() {
                // Once this process has the right to start one, the others wait for its socket.
                right_to_start = self.claim()?;
                if right_to_start.is_some() {
                    // Somebody may have started one since the look above.
                    if let Ok(stream) =
                        Stream::connect(&self.address, || Err(Error::NoServer)).await
                    {
                        return Ok(stream);
                    }
                    self.spawn()?;
                }
            }
            if Instant::now() >= deadline {
                let waited = self.local.startup_timeout;
                return Err(self.failed(format!(
                    "it does not answer within {waited:?}: {}",
                    self.end_of_log()
                )));
            }
            tokio::time::sleep(LOOK_INTERVAL).await;
        }
    }

    /// The lock of the home folder for starting a server. `None`: another process has it.
    fn claim(&self) -> Result<Option<File>> {
        let path = self.local.home.join("server.start.lock");
        let failed = |source| Error::File {
            path: path.clone(),
            source,
        };
        std::fs::create_dir_all(&self.local.home).map_err(failed)?;
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(failed)?;
        // Unlike those of `fcntl`, these locks keep two clients of one process apart.
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(_) => Ok(None),
        }
    }

    fn spawn(&self) -> Result<()> {
        let executable = self.executable()?;
        let log = self.open_log()?;
        let errors = log.try_clone().map_err(|source| Error::File {
            path: self.log(),
            source,
        })?;
        let child = Command::new(&executable)
            .args(["server", "start", "--local"])
            .env("MILLIWAYS_HOME", &self.local.home)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors)
            // Ctrl-C in the terminal of a flow must not end the server of all the others.
            .process_group(0)
            .spawn()
            .map_err(|error| self.failed(format!("{}: {error}", executable.display())))?;
        *self.child.lock().unwrap_or_else(PoisonError::into_inner) = Some(child);
        Ok(())
    }

    fn executable(&self) -> Result<PathBuf> {
        const NAME: &str = "milliways";
        if let Some(path) = self.local.executable.as_ref().filter(|path| path.is_file()) {
            return Ok(path.clone());
        }
        let on_path = std::env::var_os("PATH").and_then(|path| {
            std::env::split_paths(&path)
                .map(|folder| folder.join(NAME))
                .find(|file| file.is_file())
        });
        on_path.ok_or_else(|| self.failed(format!("there is no executable `{NAME}` on PATH")))
    }

    /// How the server that this client has started ended, once.
    fn ended(&self) -> Option<ExitStatus> {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let status = child.as_mut()?.try_wait().ok()??;
        *child = None;
        // It ends by itself when nobody needs it; only a start that failed is worth telling.
        (!status.success()).then_some(status)
    }

    fn log(&self) -> PathBuf {
        self.local.home.join("logs").join("local-server.log")
    }

    fn open_log(&self) -> Result<File> {
        let path = self.log();
        let failed = |source| Error::File {
            path: path.clone(),
            source,
        };
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).map_err(failed)?;
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(failed)
    }

    fn end_of_log(&self) -> String {
        let read = || -> io::Result<String> {
            let mut file = File::open(self.log())?;
            let size = file.metadata()?.len();
            file.seek(SeekFrom::Start(size.saturating_sub(SHOWN_LOG)))?;
            let mut end = Vec::new();
            file.take(SHOWN_LOG).read_to_end(&mut end)?;
            Ok(String::from_utf8_lossy(&end).trim().to_owned())
        };
        read().unwrap_or_default()
    }

    fn failed(&self, reason: String) -> Error {
        let hint = format!(
            "see {}, or set MILLIWAYS_API_URL to a server that runs",
            self.log().display()
        );
        Error::LocalServer { reason, hint }
    }
}

/// There is no socket, or one that a server has left behind.
fn nobody_answers(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
    )
}
