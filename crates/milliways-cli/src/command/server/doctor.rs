//! `milliways server doctor`: whether everything in the server's database fits together.

use anyhow::{Context as _, Result};
use clap::Args;
use milliways_storage::{Finding, Options, Store};
use serde::Serialize;

use crate::context::Context;
use crate::failure::Failure;
use crate::output::{self, Output};
use crate::serve;

/// Check that everything in the server's database fits together; the exit code is 1 if something does not
///
/// Nothing is changed, unless --recount asks for it. An embedded database is looked at while no server owns it.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// First count anew what dashboards are told of runs and events; on PostgreSQL servers wait meanwhile
    #[arg(long)]
    recount: bool,
    #[command(flatten)]
    output: Output,
}

#[derive(Serialize)]
struct Report {
    is_healthy: bool,
    database: String,
    invariants: Vec<Invariant>,
}

#[derive(Serialize)]
struct Invariant {
    name: &'static str,
    says: &'static str,
    holds: bool,
    /// What to do where it does not hold.
    next: &'static str,
    /// Rows for which it does not hold, twenty at most.
    broken: Vec<String>,
}

impl From<Finding> for Invariant {
    fn from(finding: Finding) -> Self {
        Self {
            name: finding.name,
            says: finding.says,
            holds: finding.broken.is_empty(),
            next: finding.next,
            broken: finding.broken,
        }
    }
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let settings = context.settings()?;
    let database = settings.database()?;
    let (options, _scratch) = serve::options(&settings, &database)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("making the runtime")?;
    if arguments.recount {
        runtime.block_on(recount(options.clone()))?;
    }
    let findings = runtime.block_on(Store::checkup(options))?;
    let report = Report {
        is_healthy: findings.iter().all(|finding| finding.broken.is_empty()),
        database: database.to_string(),
        invariants: findings.into_iter().map(Invariant::from).collect(),
    };
    if arguments.output.is_json() {
        output::json(&report)?;
    } else {
        tell(&report)?;
    }
    let broken = report.invariants.iter().filter(|one| !one.holds).count();
    if broken > 0 {
        let text = format!(
            "{broken} of {} invariants do not hold",
            report.invariants.len()
        );
        return Err(Failure::new(text)
            .hint("keep a copy of the database before anything else, and tell us which")
            .into());
    }
    Ok(())
}

async fn recount(options: Options) -> Result<()> {
    let store = Store::open(options).await?;
    let counted = store.check_counts().await;
    store.close().await;
    counted.context("counting anew")?;
    Ok(())
}

fn tell(report: &Report) -> Result<()> {
    for one in report.invariants.iter().filter(|one| !one.holds) {
        output::line(format!("broken: {}: {}", one.name, one.says))?;
        for row in &one.broken {
            output::line(format!("  {}", output::plain(row)))?;
        }
        output::line(format!("  hint: {}", one.next))?;
    }
    if report.is_healthy {
        let count = report.invariants.len();
        output::line(format!("{}: all {count} invariants hold", report.database))?;
    }
    Ok(())
}
