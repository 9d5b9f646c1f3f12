//! Running other programs: what is shown of them, and what is said when they fail.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail};

use crate::tree;

/// How many of the last lines of a silent program are shown when it fails.
const SHOWN_LINES: usize = 60;

/// A program to run, in the root of the tree unless told otherwise.
pub(crate) struct Run {
    command: Command,
    shown: String,
    hint: Option<String>,
}

impl Run {
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let program = program.as_ref();
        let mut command = Command::new(program);
        command.current_dir(tree::root()).stdin(Stdio::null());
        let name = Path::new(program).file_name().unwrap_or(program);
        Self {
            command,
            shown: name.to_string_lossy().into_owned(),
            hint: None,
        }
    }

    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        let argument = argument.as_ref();
        let _ = write!(self.shown, " {}", argument.to_string_lossy());
        self.command.arg(argument);
        self
    }

    pub(crate) fn args<I: IntoIterator<Item: AsRef<OsStr>>>(self, arguments: I) -> Self {
        arguments.into_iter().fold(self, Self::arg)
    }

    pub(crate) fn dir(mut self, folder: impl AsRef<Path>) -> Self {
        self.command.current_dir(tree::root().join(folder));
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// What to try when it fails.
    pub(crate) fn hint(mut self, hint: &str) -> Self {
        self.hint = Some(hint.to_owned());
        self
    }

    /// Runs it with its output shown as it comes.
    pub(crate) fn loud(mut self) -> Result<()> {
        let status = self
            .command
            .status()
            .map_err(|error| self.not_started(&error))?;
        if status.success() {
            Ok(())
        } else {
            Err(self.failed(""))
        }
    }

    /// Runs it as one line, `what … 1.2 s`; its output is shown only if it fails.
    pub(crate) fn quiet(mut self, what: &str) -> Result<()> {
        eprint!("{what} … ");
        let start = Instant::now();
        let output = self
            .command
            .output()
            .map_err(|error| self.not_started(&error))?;
        if output.status.success() {
            eprintln!("{:.1} s", start.elapsed().as_secs_f64());
            return Ok(());
        }
        eprintln!("failed");
        let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.push_str(&String::from_utf8_lossy(&output.stderr));
        Err(self.failed(&last_lines(&text)))
    }

    /// Runs it and gives back what it prints, if it succeeds.
    pub(crate) fn read(mut self) -> Result<String> {
        let output = self
            .command
            .output()
            .map_err(|error| self.not_started(&error))?;
        if !output.status.success() {
            return Err(self.failed(&last_lines(&String::from_utf8_lossy(&output.stderr))));
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Runs it with its output shown as it comes, and gives that back as well: for what ends in a line of counts.
    /// A failure of the program is no error here; the second value says whether it succeeded.
    pub(crate) fn watched(mut self) -> Result<(String, bool)> {
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self
            .command
            .spawn()
            .map_err(|error| self.not_started(&error))?;
        let seen = Arc::new(Mutex::new(String::new()));
        let out = child
            .stdout
            .take()
            .map(|pipe| pass_on(pipe, Arc::clone(&seen)));
        let err = child
            .stderr
            .take()
            .map(|pipe| pass_on(pipe, Arc::clone(&seen)));
        let status = child
            .wait()
            .with_context(|| format!("waiting for `{}`", self.shown))?;
        for reader in [out, err].into_iter().flatten() {
            reader
                .join()
                .map_err(|_| anyhow!("reading from `{}` failed", self.shown))?;
        }
        let seen = seen
            .lock()
            .map_err(|_| anyhow!("reading from `{}` failed", self.shown))?;
        Ok((seen.clone(), status.success()))
    }

    /// Starts it and leaves it running; it is ended when the handle goes.
    pub(crate) fn start(mut self) -> Result<Running> {
        let child = self
            .command
            .spawn()
            .map_err(|error| self.not_started(&error))?;
        Ok(Running {
            child,
            shown: self.shown,
        })
    }

    pub(crate) fn silent(mut self) -> Self {
        self.command.stdout(Stdio::null()).stderr(Stdio::null());
        self
    }

    fn not_started(&self, error: &std::io::Error) -> anyhow::Error {
        self.with_hint(format!("cannot start `{}`: {error}", self.shown))
    }

    fn failed(&self, output: &str) -> anyhow::Error {
        let separator = if output.is_empty() { "" } else { "\n" };
        self.with_hint(format!("{output}{separator}`{}` failed", self.shown))
    }

    fn with_hint(&self, text: String) -> anyhow::Error {
        match &self.hint {
            Some(hint) => anyhow!("{text}\nhint: {hint}"),
            None => anyhow!(text),
        }
    }
}

/// A program that runs beside us.
pub(crate) struct Running {
    child: Child,
    shown: String,
}

impl Running {
    /// Whether it has ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Waits until it ends by itself.
    pub(crate) fn wait(mut self) -> Result<()> {
        let status = self
            .child
            .wait()
            .with_context(|| format!("waiting for `{}`", self.shown))?;
        if status.success() {
            Ok(())
        } else {
            bail!("`{}` failed: {status}", self.shown)
        }
    }

    /// Asks it to end and waits until it has, so that it can say goodbye to its clients.
    pub(crate) fn stop(mut self) -> Result<()> {
        terminate(&self.child);
        let status = self
            .child
            .wait()
            .with_context(|| format!("waiting for `{}`", self.shown))?;
        if status.success() {
            Ok(())
        } else {
            bail!("`{}` did not end well: {status}", self.shown)
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.has_ended() {
            terminate(&self.child);
            let _ = self.child.wait();
        }
    }
}

fn terminate(child: &Child) {
    let _ = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status();
}

fn pass_on(pipe: impl Read + Send + 'static, seen: Arc<Mutex<String>>) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            println!("{line}");
            if let Ok(mut seen) = seen.lock() {
                seen.push_str(&line);
                seen.push('\n');
            }
        }
    })
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n")
}

/// Where a program lies, if it is on the path.
pub(crate) fn on_path(program: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}
