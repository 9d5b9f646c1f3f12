//! Programs that steps run: in groups of their own, with their output kept, and gone when nobody waits for them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;

use super::Error;
use crate::supervise::Nursery;

/// The most that is kept of what a program writes to one stream; what comes after it is read and dropped.
const MOST_OUTPUT: usize = 1 << 20;
/// So much of its errors is told.
const TOLD: usize = 2_000;

/// Where programs run.
#[derive(Clone, Debug)]
pub(crate) struct Surroundings {
    pub(super) nursery: Nursery,
    pub(super) directory: PathBuf,
    pub(super) environment: BTreeMap<String, String>,
    pub(super) python: PathBuf,
}

/// A program with what it is called with.
#[derive(Clone, Debug)]
pub(super) struct Call<'a> {
    pub(super) step: &'static str,
    pub(super) words: Vec<String>,
    /// Beside that of the surroundings.
    pub(super) environment: Vec<(String, String)>,
    /// That of the surroundings by default.
    pub(super) directory: Option<PathBuf>,
    /// Not to be told to anybody.
    pub(super) secret: Option<&'a str>,
}

/// What a program has written.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Call<'_> {
    pub(super) fn new(step: &'static str, words: &[&str]) -> Self {
        Self {
            step,
            words: words.iter().map(|&word| word.to_owned()).collect(),
            environment: Vec::new(),
            directory: None,
            secret: None,
        }
    }

    /// Runs it to its end, which has to be a good one. Dropped before, it is killed with all that it has started.
    pub(super) async fn run(&self, at: &Surroundings) -> Result<Written, Error> {
        let Some((program, arguments)) = self.words.split_first() else {
            return Err(self.failed("can't be run: there is none".to_owned()));
        };
        let mut command = Command::new(program);
        command
            .args(arguments)
            .envs(&at.environment)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(self.directory.as_ref().unwrap_or(&at.directory))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let started = at.nursery.start(&mut command);
        let (mut child, own) =
            started.map_err(|error| self.failed(format!("can't be run: {error}")))?;
        let group = Group(own.pid);
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let (stdout, stderr, status) = tokio::join!(read(out), read(err), child.wait());
        drop(group);
        let status = status.map_err(|error| self.failed(format!("is lost: {error}")))?;
        let written = Written { stdout, stderr };
        if status.success() {
            Ok(written)
        } else {
            Err(self.unsuccessful(status, &written))
        }
    }

    fn unsuccessful(&self, status: ExitStatus, written: &Written) -> Error {
        let errors = self.told(written.stderr.trim());
        let skipped = errors.chars().count().saturating_sub(TOLD);
        let errors: String = errors.chars().skip(skipped).collect();
        let separator = if errors.is_empty() { "" } else { ": " };
        self.failed(format!("failed ({status}){separator}{errors}"))
    }

    fn failed(&self, problem: String) -> Error {
        let program = self.words.first().cloned().unwrap_or_default();
        Error::Program {
            step: self.step,
            program,
            problem,
        }
    }

    /// A text without what is secret.
    fn told(&self, text: &str) -> String {
        match self.secret {
            Some(secret) if !secret.is_empty() => text.replace(secret, "********"),
            _ => text.to_owned(),
        }
    }
}

/// Killed when it is dropped: what has left nothing behind is not there any more.
struct Group(Pid);

impl Drop for Group {
    fn drop(&mut self) {
        let _ = kill_process_group(self.0, Signal::KILL);
    }
}

/// Reads a stream to its end.
async fn read(stream: Option<impl AsyncRead + Unpin>) -> String {
    let mut kept = Vec::new();
    if let Some(mut stream) = stream {
        let mut piece = vec![0; 16 << 10];
        // A stream that breaks has ended.
        while let Ok(count @ 1..) = stream.read(&mut piece).await {
            let room = MOST_OUTPUT.saturating_sub(kept.len());
            kept.extend_from_slice(&piece[..count.min(room)]);
        }
    }
    String::from_utf8_lossy(&kept).into_owned()
}
