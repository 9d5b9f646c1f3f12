//! The step `run_shell_script`: each line of a script as a command.

use serde_json::{Map, Value};

use super::command::{Call, Surroundings};
use super::{Error, flag, optional, required};
use crate::run_log::RunLog;

const STEP: &str = "run_shell_script";

/// Gives what the commands have written, as `stdout` and `stderr`.
pub(super) async fn run(
    at: &Surroundings,
    arguments: &Map<String, Value>,
    log: &RunLog,
) -> Result<Map<String, Value>, Error> {
    let script = required(STEP, arguments, "script")?;
    let directory = optional(STEP, arguments, "directory")?;
    let is_shown = flag(STEP, arguments, "stream_output", true)?;
    let is_expanded = flag(STEP, arguments, "expand_env_vars", false)?;
    let is_shell = flag(STEP, arguments, "shell", false)?;
    let environment = environment(arguments)?;
    let (mut stdout, mut stderr) = (String::new(), String::new());
    for line in script.lines() {
        let line = if is_expanded {
            expand(line, |name| variable(at, &environment, name))
        } else {
            line.to_owned()
        };
        let words = words(&line, is_shell)?;
        if words.is_empty() {
            continue;
        }
        let call = Call {
            words,
            environment: environment.clone(),
            directory: directory.map(|path| at.directory.join(path)),
            ..Call::new(STEP, &[])
        };
        let written = call.run(at).await?;
        stdout.push_str(&written.stdout);
        stderr.push_str(&written.stderr);
    }
    let (stdout, stderr) = (stdout.trim(), stderr.trim());
    if is_shown {
        for text in [stdout, stderr] {
            if !text.is_empty() {
                log.info(text).await;
            }
        }
    }
    Ok(Map::from_iter([
        ("stdout".to_owned(), stdout.into()),
        ("stderr".to_owned(), stderr.into()),
    ]))
}

fn words(line: &str, is_shell: bool) -> Result<Vec<String>, Error> {
    if is_shell {
        let line = line.trim();
        let words = ["/bin/sh", "-c", line].map(str::to_owned);
        return Ok(if line.is_empty() {
            Vec::new()
        } else {
            words.into()
        });
    }
    shlex::split(line).ok_or_else(|| Error::Argument {
        step: STEP,
        argument: "script",
        problem: format!("has a line whose quotes don't end: {line}"),
    })
}

fn environment(arguments: &Map<String, Value>) -> Result<Vec<(String, String)>, Error> {
    let wrong = || Error::Argument {
        step: STEP,
        argument: "env",
        problem: "is not an object of texts".to_owned(),
    };
    match arguments.get("env") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Object(given)) => {
            let pairs = given.iter().map(|(name, value)| {
                let text = value.as_str().map(str::to_owned);
                Ok((name.clone(), text.ok_or_else(wrong)?))
            });
            pairs.collect()
        }
        Some(_) => Err(wrong()),
    }
}

fn variable(at: &Surroundings, own: &[(String, String)], name: &str) -> Option<String> {
    let own = own.iter().find(|(given, _)| given == name);
    own.map(|(_, value)| value.clone())
        .or_else(|| at.environment.get(name).cloned())
        .or_else(|| Some(std::env::var_os(name)?.to_string_lossy().into_owned()))
}

/// Puts values in the place of `$name` and `${name}`; `$$` is a dollar, and names without a value stay as they are.
pub(super) fn expand(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        expanded.push_str(&rest[..at]);
        let tail = &rest[at + 1..];
        if let Some(tail) = tail.strip_prefix('$') {
            expanded.push('$');
            rest = tail;
            continue;
        }
        let (name, after) = match tail.strip_prefix('{') {
            Some(inner) => inner.split_once('}').unwrap_or(("", tail)),
            None => tail.split_at(tail.find(|c| !is_word(c)).unwrap_or(tail.len())),
        };
        let is_name = !name.is_empty()
            && name.chars().all(is_word)
            && !name.starts_with(|c: char| c.is_ascii_digit());
        if is_name && let Some(value) = value(name) {
            expanded.push_str(&value);
            rest = after;
        } else {
            expanded.push('$');
            rest = tail;
        }
    }
    expanded + rest
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}
