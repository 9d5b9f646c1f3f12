//! Starting the server in the background: this program once more, without a terminal, with a log.

use std::fs::OpenOptions;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use milliways_settings::{Paths, Settings};

use crate::failure::Failure;
use crate::home_server::{HomeServer, private_folder};
use crate::output;

const PATIENCE: Duration = Duration::from_mins(1);
const INTERVAL: Duration = Duration::from_millis(10);
/// How much of the log is shown when the server did not start.
const SHOWN_LINES: usize = 20;

/// Starts the same command without `--background`, and waits until it answers.
pub(super) fn start(settings: &Settings) -> Result<()> {
    let paths = settings.paths();
    let mut child = spawn(paths)?;
    let process = i32::try_from(child.id()).unwrap_or_default();
    let start = Instant::now();
    loop {
        match HomeServer::running(paths)? {
            Some(server) if server.process == process => return announce(&server, paths),
            _ => {}
        }
        if child.try_wait()?.is_some() {
            let why = format!("the server did not start\n{}", end_of_log(paths));
            return Err(Failure::new(why).into());
        }
        if start.elapsed() > PATIENCE {
            let why = format!("the server (process {process}) does not answer");
            let hint = format!("its log is in {}", paths.server_log().display());
            return Err(Failure::new(why).hint(hint).into());
        }
        thread::sleep(INTERVAL);
    }
}

fn spawn(paths: &Paths) -> Result<Child> {
    private_folder(paths.home())?;
    let path = paths.server_log();
    let folder = path.parent().unwrap_or(paths.home());
    std::fs::create_dir_all(folder)
        .with_context(|| format!("making the folder {}", folder.display()))?;
    let open = |path| {
        OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(true)
            .open(path)
    };
    let log = open(&path).with_context(|| format!("opening {}", path.display()))?;
    let arguments = std::env::args_os()
        .skip(1)
        .filter(|argument| argument != "--background" && argument != "-b");
    Command::new(std::env::current_exe().context("finding this program")?)
        .args(arguments)
        .arg("--detach")
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
        .context("starting the server")
}

fn announce(server: &HomeServer, paths: &Paths) -> Result<()> {
    let url = server.url.as_deref().unwrap_or("its socket");
    output::line(format!(
        "server started at {url} (process {})",
        server.process
    ))?;
    output::note(format!(
        "its log is in {}; `milliways server stop` ends it",
        paths.server_log().display()
    ));
    Ok(())
}

fn end_of_log(paths: &Paths) -> String {
    let text = std::fs::read_to_string(paths.server_log()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n")
}
