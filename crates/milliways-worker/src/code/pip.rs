//! The step `pip_install_requirements`: installs what a file lists into the environment of the run's interpreter.

use serde_json::{Map, Value};

use super::command::{Call, Surroundings};
use super::{Error, flag, optional};

const STEP: &str = "pip_install_requirements";

/// Gives what pip has written, as `stdout` and `stderr`.
pub(super) async fn install(
    at: &Surroundings,
    arguments: &Map<String, Value>,
) -> Result<Map<String, Value>, Error> {
    let file = optional(STEP, arguments, "requirements_file")?.unwrap_or("requirements.txt");
    let directory = optional(STEP, arguments, "directory")?;
    let python = at.python.display().to_string();
    let mut call = Call::new(STEP, &[&python, "-m", "pip", "install", "-r", file]);
    call.directory = directory.map(|path| at.directory.join(path));
    // Said the other way round in what Prefect offers: `stream_output` is for people who look on.
    let _ = flag(STEP, arguments, "stream_output", true)?;
    let written = call.run(at).await?;
    Ok(Map::from_iter([
        ("stdout".to_owned(), written.stdout.trim().into()),
        ("stderr".to_owned(), written.stderr.trim().into()),
    ]))
}
