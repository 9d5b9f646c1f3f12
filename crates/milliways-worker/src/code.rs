//! Where the code of a run is: what a deployment's pull steps fetch, else its path.
//!
//! Steps are run by the worker, which knows what a step may do; nothing of a deployment is imported here. A step that
//! the worker does not know ends the run with a message.

mod command;
mod git;
mod pip;
mod script;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use milliways_client::Client;
use milliways_model::Deployment;
use serde_json::{Map, Value};

use crate::job::{self, Found, References, dig, fill};
use crate::run_log::RunLog;
use crate::supervise::Nursery;

pub(crate) use command::Surroundings;

/// Why the code is not there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A pull step of a kind that nobody here knows.
    #[error(
        "pull step `{name}` is not one that this worker can run\nhint: it runs set_working_directory, git_clone, \
         run_shell_script and pip_install_requirements of prefect.deployments.steps"
    )]
    UnknownStep { name: String },
    /// A pull step that is not written as one.
    #[error("pull step {number} is not an object with one name: {found}")]
    NoStep { number: usize, found: String },
    /// An argument of a step that is missing or of the wrong type.
    #[error("pull step `{step}`: `{argument}` {problem}")]
    Argument {
        step: &'static str,
        argument: &'static str,
        problem: String,
    },
    /// A program of a step that did not do what it should.
    #[error("pull step `{step}`: {program} {problem}")]
    Program {
        step: &'static str,
        program: String,
        problem: String,
    },
    /// A folder that is not there.
    #[error("the folder {} can't be used: {problem}", path.display())]
    Folder { path: PathBuf, problem: String },
    #[error(transparent)]
    Job(#[from] job::Error),
}

/// What steps work with.
pub(crate) struct Site<'a> {
    pub(crate) client: &'a Client,
    pub(crate) log: &'a RunLog,
    pub(crate) surroundings: Surroundings,
}

impl<'a> Site<'a> {
    /// Steps begin in `directory`, with `environment` beside the worker's own.
    pub(crate) fn new(
        client: &'a Client,
        log: &'a RunLog,
        nursery: &Nursery,
        directory: PathBuf,
        environment: BTreeMap<String, String>,
        python: PathBuf,
    ) -> Self {
        let surroundings = Surroundings {
            nursery: nursery.clone(),
            directory,
            environment,
            python,
        };
        Self {
            client,
            log,
            surroundings,
        }
    }

    /// Makes the code of a deployment ready: the folder in which its entry point is.
    pub(crate) async fn prepare(
        mut self,
        deployment: Option<&Deployment>,
    ) -> Result<PathBuf, Error> {
        let start = self.surroundings.directory.clone();
        let Some(deployment) = deployment else {
            return Ok(start);
        };
        let steps = deployment.pull_steps.as_deref().unwrap_or_default();
        if steps.is_empty() {
            return match &deployment.path {
                Some(path) if !path.is_empty() => folder(&start, path),
                _ => Ok(start),
            };
        }
        let mut outputs = Map::new();
        for (number, step) in steps.iter().enumerate() {
            let step = step.to_map();
            if !step.is_empty() {
                self.run(number + 1, step, &mut outputs).await?;
            }
        }
        let directory = self.surroundings.directory;
        match outputs.get("directory").and_then(Value::as_str) {
            Some(path) => folder(&directory, path),
            None => Ok(directory),
        }
    }

    /// Runs one step. What it gives is there for the steps after it.
    async fn run(
        &mut self,
        number: usize,
        step: Map<String, Value>,
        outputs: &mut Map<String, Value>,
    ) -> Result<(), Error> {
        let mut named = step.into_iter();
        let (Some((name, arguments)), None) = (named.next(), named.next()) else {
            let found = "it has none, or several".to_owned();
            return Err(Error::NoStep { number, found });
        };
        let Some(kind) = Kind::of(&name) else {
            return Err(Error::UnknownStep { name });
        };
        let mut arguments = self.resolve(arguments, outputs).await?;
        let id = arguments.remove("id");
        // What has to be installed for Prefect's own steps.
        arguments.remove("requires");
        self.log
            .info(format!("runs pull step {number}: {name}"))
            .await;
        let at = &mut self.surroundings;
        let given = match kind {
            Kind::SetWorkingDirectory => set_working_directory(at, &arguments)?,
            Kind::GitClone => git::clone(at, &arguments).await?,
            Kind::RunShellScript => script::run(at, &arguments, self.log).await?,
            Kind::PipInstall => pip::install(at, &arguments).await?,
        };
        if let Some(id) = id.as_ref().and_then(Value::as_str) {
            outputs.insert(id.to_owned(), Value::Object(given.clone()));
        }
        outputs.extend(given);
        Ok(())
    }

    /// Fills in what earlier steps gave, what the API knows, and the environment.
    async fn resolve(
        &self,
        arguments: Value,
        outputs: &Map<String, Value>,
    ) -> Result<Map<String, Value>, Error> {
        let filled = fill(&arguments, &mut |name| {
            dig(outputs, name).map_or(Found::Later, |value| Found::Value(value.clone()))
        });
        let template = filled.unwrap_or_default();
        let references = References::of(self.client, &template).await?;
        let value = references.resolve(&template);
        Ok(value.as_object().cloned().unwrap_or_default())
    }
}

enum Kind {
    SetWorkingDirectory,
    GitClone,
    RunShellScript,
    PipInstall,
}

impl Kind {
    /// By the last word of a name of ours or of Prefect's: the modules before it were others in its older releases.
    fn of(name: &str) -> Option<Self> {
        let (module, function) = name.rsplit_once('.')?;
        let package = module.split('.').next()?;
        if package != "prefect" && package != "milliways" {
            return None;
        }
        Some(match function {
            "set_working_directory" => Self::SetWorkingDirectory,
            "git_clone" | "git_clone_project" => Self::GitClone,
            "run_shell_script" => Self::RunShellScript,
            "pip_install_requirements" => Self::PipInstall,
            _ => return None,
        })
    }
}

/// Later steps, and the run, begin in `directory`.
fn set_working_directory(
    at: &mut Surroundings,
    arguments: &Map<String, Value>,
) -> Result<Map<String, Value>, Error> {
    const STEP: &str = "set_working_directory";
    let path = required(STEP, arguments, "directory")?;
    at.directory = folder(&at.directory, path)?;
    Ok(one("directory", at.directory.display().to_string()))
}

/// A folder that is there; `path` from `from` on.
fn folder(from: &Path, path: &str) -> Result<PathBuf, Error> {
    let path = from.join(path);
    let failed = |problem: String| Error::Folder {
        path: path.clone(),
        problem,
    };
    let found = path.metadata().map_err(|error| failed(error.to_string()))?;
    if !found.is_dir() {
        return Err(failed("it is no folder".to_owned()));
    }
    path.canonicalize()
        .map_err(|error| failed(error.to_string()))
}

fn one(name: &str, value: impl Into<Value>) -> Map<String, Value> {
    Map::from_iter([(name.to_owned(), value.into())])
}

fn required<'a>(
    step: &'static str,
    arguments: &'a Map<String, Value>,
    argument: &'static str,
) -> Result<&'a str, Error> {
    optional(step, arguments, argument)?.ok_or_else(|| Error::Argument {
        step,
        argument,
        problem: "is missing".to_owned(),
    })
}

fn optional<'a>(
    step: &'static str,
    arguments: &'a Map<String, Value>,
    argument: &'static str,
) -> Result<Option<&'a str>, Error> {
    match arguments.get(argument) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Error::Argument {
            step,
            argument,
            problem: "is not a text".to_owned(),
        }),
    }
}

fn flag(
    step: &'static str,
    arguments: &Map<String, Value>,
    argument: &'static str,
    usual: bool,
) -> Result<bool, Error> {
    match arguments.get(argument) {
        None | Some(Value::Null) => Ok(usual),
        Some(Value::Bool(given)) => Ok(*given),
        Some(_) => Err(Error::Argument {
            step,
            argument,
            problem: "is neither true nor false".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests;
