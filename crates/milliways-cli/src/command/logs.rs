//! Printing the logs of a run, for `flow-run logs` and `task-run logs`.

use std::collections::HashSet;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use milliways_model::{Log, LogId, Timestamp};
use serde_json::{Value, json};

use crate::connection::Connection;
use crate::output::{self, Output, plain};

/// How often new lines are looked for.
const INTERVAL: Duration = Duration::from_millis(250);
/// How far back each look reaches: lines of several tasks may arrive out of order.
const OVERLAP_SECONDS: f64 = 5.0;
/// How many lines are shown where only some are wanted.
const SOME: usize = 20;

/// Which lines, and in which order.
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(crate) struct Lines {
    /// Only the first lines (20, unless -n says otherwise)
    #[arg(short = 'h', long, conflicts_with = "tail")]
    head: bool,

    /// Only the last lines (20, unless -n says otherwise)
    #[arg(short, long)]
    tail: bool,

    /// How many lines
    #[arg(short, long, value_name = "COUNT")]
    num_logs: Option<usize>,

    /// Latest first
    #[arg(short, long)]
    reverse: bool,

    /// Go on with new lines until the run ends
    #[arg(short, long, conflicts_with_all = ["head", "reverse"])]
    follow: bool,

    /// Print help
    #[arg(long, action = clap::ArgAction::Help)]
    help: Option<bool>,

    #[command(flatten)]
    output: Output,
}

impl Lines {
    fn limit(&self) -> usize {
        let some = if self.head || self.tail {
            SOME
        } else {
            usize::MAX
        };
        self.num_logs.unwrap_or(some)
    }

    /// Prints the lines that `criteria` find; `has_ended` says whether to look for more.
    pub(crate) fn show(
        &self,
        connection: &Connection,
        criteria: &Value,
        has_ended: impl Fn() -> Result<bool>,
    ) -> Result<()> {
        let from_end = self.tail || self.reverse;
        let sort = if from_end {
            "TIMESTAMP_DESC"
        } else {
            "TIMESTAMP_ASC"
        };
        let body = json!({"logs": criteria, "sort": sort});
        let mut found = connection.page("/logs/filter", body, self.limit())?;
        if from_end && !self.reverse {
            found.raw.reverse();
        }
        if self.output.is_json() && !self.follow {
            return output::json(&found.raw);
        }
        let mut follower = Follower::default();
        follower.print(self, found.raw)?;
        if self.follow {
            self.follow(connection, criteria, follower, has_ended)?;
        }
        Ok(())
    }

    /// Prints new lines as they come, until the run ends.
    fn follow(
        &self,
        connection: &Connection,
        criteria: &Value,
        mut follower: Follower,
        has_ended: impl Fn() -> Result<bool>,
    ) -> Result<()> {
        loop {
            // Asked before the look: what was written until the end is found by it.
            let is_last = has_ended()?;
            let mut criteria = criteria.clone();
            criteria["timestamp"] = json!({"after_": follower.since()});
            let body = json!({"logs": criteria, "sort": "TIMESTAMP_ASC"});
            follower.print(self, connection.page("/logs/filter", body, usize::MAX)?.raw)?;
            if is_last {
                return Ok(());
            }
            thread::sleep(INTERVAL);
        }
    }
}

/// What was printed already.
#[derive(Default)]
struct Follower {
    seen: HashSet<LogId>,
    latest: Option<Timestamp>,
}

impl Follower {
    fn print(&mut self, lines: &Lines, logs: Vec<Value>) -> Result<()> {
        for raw in logs {
            let log: Log = serde_json::from_value(raw.clone())?;
            if !self.seen.insert(log.id) {
                continue;
            }
            self.latest = self.latest.max(Some(log.timestamp));
            // One object on a line, so that a program can follow too.
            let text = if lines.output.is_json() {
                raw.to_string()
            } else {
                line(&log)
            };
            output::line(text)?;
        }
        Ok(())
    }

    fn since(&self) -> Timestamp {
        self.latest.map_or(Timestamp::EPOCH, |latest| {
            latest.plus_seconds(-OVERLAP_SECONDS)
        })
    }
}

fn line(log: &Log) -> String {
    let level = match log.level {
        ..10 => "TRACE",
        10..20 => "DEBUG",
        20..30 => "INFO",
        30..40 => "WARNING",
        40..50 => "ERROR",
        50.. => "CRITICAL",
    };
    format!(
        "{} | {level:<8} | {} - {}",
        log.timestamp,
        plain(&log.name),
        plain(&log.message)
    )
}
