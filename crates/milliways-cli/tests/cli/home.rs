//! A user with an empty home folder, at a terminal.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A home folder, and commands run in it.
pub(crate) struct Home {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            environment: Vec::new(),
        }
    }

    /// The same user with one more environment variable.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A command in an environment that holds nothing else: no settings of whoever runs the tests.
    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_milliways"));
        command
            .env_clear()
            .env("HOME", self.path())
            .env("PATH", "/usr/bin:/bin")
            .env("COLUMNS", "100");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
            .args(line.split_whitespace())
            .current_dir(self.path())
            .stdin(Stdio::null());
        command
    }

    /// What a command prints and how it ends, as one text.
    pub(crate) fn run(&self, line: &str) -> String {
        self.transcript(&self.output(line))
    }

    /// What a person sees who types these commands one after the other.
    pub(crate) fn session(&self, lines: &[&str]) -> String {
        let typed = |line: &&str| format!("$ milliways {line}\n{}", self.run(line));
        lines.iter().map(typed).collect::<Vec<_>>().join("\n")
    }

    pub(crate) fn output(&self, line: &str) -> Output {
        self.command(line).output().expect("the executable runs")
    }

    /// Exit code, standard output and standard error, with the folder's name replaced.
    fn transcript(&self, output: &Output) -> String {
        let text = |bytes: &[u8]| {
            ageless(
                &String::from_utf8_lossy(bytes).replace(&self.path().display().to_string(), "~"),
            )
        };
        let errors = match text(&output.stderr) {
            errors if errors.is_empty() => errors,
            errors => format!("--- stderr\n{errors}"),
        };
        let ending = match output.status.code() {
            Some(0) => String::new(),
            code => format!("--- exit code {code:?}\n"),
        };
        format!("{}{errors}{ending}", text(&output.stdout))
    }
}

/// How long ago something was grows by the day: the number is left out.
fn ageless(text: &str) -> String {
    let parts: Vec<&str> = text.split(" d ago").collect();
    let (last, aged) = parts.split_last().unwrap_or((&"", &[]));
    let is_digit = |c: char| c.is_ascii_digit();
    let aged = aged
        .iter()
        .map(|part| format!("{}N d ago", part.trim_end_matches(is_digit)));
    aged.collect::<String>() + last
}
