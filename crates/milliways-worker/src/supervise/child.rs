//! The process of a run: started, waited for, asked to end, and removed with everything that it has started.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, getpid, kill_process, kill_process_group};
use tokio::process::{Child as Process, Command};

use super::nursery::Own;
use super::{Exit, Nursery, Output, WORKER, memory, processes};

/// How long the system may take to remove what was killed, and how often it is asked.
const BURIAL: Duration = Duration::from_secs(5);
const ROUND: Duration = Duration::from_millis(20);

/// What is to be started.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Program and arguments.
    pub(crate) words: Vec<String>,
    /// Beside the worker's own environment.
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) directory: PathBuf,
    /// A variable with a value that no other process has: whoever carries it belongs to the run, wherever it went.
    pub(crate) mark: (&'static str, String),
}

/// A process and what it has started.
#[derive(Debug)]
pub(crate) struct Child {
    process: Process,
    own: Own,
    mark: (&'static str, String),
    kills_before: Option<u64>,
    nursery: Nursery,
}

impl Child {
    pub(crate) fn start(nursery: &Nursery, plan: &Plan, output: &Output) -> io::Result<Self> {
        let (program, arguments) = plan
            .words
            .split_first()
            .ok_or_else(|| io::Error::other("the command is empty"))?;
        let (out, err) = output.streams()?;
        let mut command = Command::new(program);
        command
            .args(arguments)
            .envs(&plan.environment)
            .env(plan.mark.0, &plan.mark.1)
            .env(WORKER, processes::identity(getpid()).unwrap_or_default())
            .current_dir(&plan.directory)
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err);
        let kills_before = memory::kills();
        let (process, own) = nursery.start(&mut command)?;
        Ok(Self {
            process,
            own,
            mark: plan.mark.clone(),
            kills_before,
            nursery: nursery.clone(),
        })
    }

    pub(crate) fn pid(&self) -> Pid {
        self.own.pid
    }

    /// Waits for its end. May be dropped and called again.
    pub(crate) async fn wait(&mut self) -> io::Result<Exit> {
        let status = self.process.wait().await?;
        let is_out_of_memory = match (self.kills_before, memory::kills()) {
            (Some(before), Some(now)) => now > before,
            _ => false,
        };
        Ok(Exit {
            status,
            is_out_of_memory,
        })
    }

    /// Asks the whole group to end, waits for the leader as long as `grace`, and kills what is left.
    pub(crate) async fn end(&mut self, grace: Duration) -> io::Result<Exit> {
        // It may have ended already.
        let _ = kill_process_group(self.own.pid, Signal::TERM);
        if let Ok(ended) = tokio::time::timeout(grace, self.wait()).await {
            return ended;
        }
        let _ = kill_process_group(self.own.pid, Signal::KILL);
        self.wait().await
    }

    /// Kills what the process has left behind: its group, and whatever has left the group but carries the mark. Whether
    /// nothing is left.
    pub(crate) async fn clear(&self) -> bool {
        let deadline = tokio::time::Instant::now() + BURIAL;
        loop {
            let is_grouped = kill_process_group(self.own.pid, Signal::KILL).is_ok();
            let (name, value) = &self.mark;
            let left = processes::marked(name);
            let left: Vec<_> = left
                .iter()
                .filter(|it| it.value(name) == Some(value))
                .collect();
            for process in &left {
                let _ = kill_process(process.pid, Signal::KILL);
            }
            self.nursery.bury();
            if left.is_empty() && !is_grouped {
                return true;
            }
            if tokio::time::Instant::now() >= deadline {
                return false;
            }
            tokio::time::sleep(ROUND).await;
        }
    }
}
