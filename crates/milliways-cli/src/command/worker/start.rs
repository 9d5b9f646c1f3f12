//! `milliways worker start`: a worker in the foreground, until it is told to end.

use std::net::{SocketAddr, ToSocketAddrs};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::{ArgAction, Args};
use milliways_client::{Client, Config, Target};
use milliways_engine::ids;
use milliways_model::JsonObject;
use milliways_settings::{LogLevel, Settings, defs};
use milliways_worker::{NewPool, Options, Stopper, Tally, Wish, Worker, default_name};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::context::Context;
use crate::failure::Failure;
use crate::ignored;
use crate::output;

/// The type of pool that is made where none is told.
const USUAL_TYPE: &str = "process";

/// Start a worker: it takes runs of a work pool and starts a process for each
///
/// SIGTERM or SIGINT asks it to end: it takes no more runs, and waits for those that are under way, at most as long as
/// the setting `worker.drain_seconds` says. A second signal ends them: their processes get SIGTERM, after
/// `worker.grace_seconds` SIGKILL, and the runs are reported as crashed.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(crate) struct Arguments {
    /// Work pool whose runs it takes
    #[arg(short, long, value_name = "NAME")]
    pool: String,

    /// Name of the worker; its type, machine and some digits by default
    #[arg(short, long)]
    name: Option<String>,

    /// Take runs of this queue only; may be given several times
    #[arg(short = 'q', long = "work-queue", value_name = "NAME", action = ArgAction::Append)]
    queues: Vec<String>,

    /// Type of the pool if it has to be made; this worker serves pools of type `process`
    #[arg(short = 't', long = "type", value_name = "TYPE")]
    kind: Option<String>,

    /// Most runs under way at a time; any number by default
    #[arg(short, long, value_name = "COUNT")]
    limit: Option<NonZeroUsize>,

    /// Take runs this long before their time, to have them ready; `worker.prefetch_seconds` by default
    #[arg(long, value_name = "SECONDS")]
    prefetch_seconds: Option<u32>,

    /// Look once, run what is there, and end
    #[arg(long, overrides_with = "no_run_once")]
    run_once: bool,
    #[arg(long, hide = true)]
    no_run_once: bool,

    /// Answer health checks where `worker.webserver.host` and `worker.webserver.port` say: /health is 200, and 503 once
    /// the server was not reached for long
    #[arg(long, overrides_with = "no_with_healthcheck")]
    with_healthcheck: bool,
    #[arg(long, hide = true)]
    no_with_healthcheck: bool,

    /// JSON file with the base job template of the pool if it has to be made
    #[arg(long, value_name = "FILE")]
    base_job_template: Option<PathBuf>,

    /// Fail if there is no such pool, rather than make it
    #[arg(long, overrides_with = "create_pool_if_not_found")]
    no_create_pool_if_not_found: bool,
    #[arg(long, hide = true)]
    create_pool_if_not_found: bool,

    /// Use this profile rather than the active one
    // The one that every command has, without its `-p`, which means the pool here as it does with Prefect. It is read
    // where the others read it.
    #[arg(long, value_name = "NAME", help_heading = "Global options")]
    profile: Option<String>,

    /// Accepted for Prefect's sake: nothing has to be installed
    #[arg(long, hide = true, value_name = "POLICY")]
    install_policy: Option<String>,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let settings = context.settings()?;
    let options = arguments.options(&settings)?;
    let level = if settings.get(defs::worker::DEBUG_MODE)? {
        LogLevel::Debug
    } else {
        settings.get(defs::logging::LEVEL)?
    };
    milliways_server::log::init(settings.get(defs::server::LOG_FORMAT)?, level);
    ignored::name_in_log(&settings);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("making a runtime")?;
    let tally = runtime.block_on(work(&settings, options))?;
    // What is left of requests is of no use to anybody.
    runtime.shutdown_timeout(Duration::from_millis(100));
    let runs = if tally.served == 1 { "run" } else { "runs" };
    output::line(format!("worker ended after {} {runs}", tally.served))
}

async fn work(settings: &Settings, options: Options) -> Result<Tally> {
    let mut terminate = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("listening for SIGINT")?;
    let mut client = Config::from_settings(settings)?;
    if let Target::Local(local) = &mut client.target {
        local.executable = std::env::current_exe().ok();
    }
    let engine = milliways_engine::Config {
        client: client.clone(),
        ..milliways_engine::Config::from_settings(settings)?
    };
    let (pool, name) = (options.pool.clone(), options.name.clone());
    let worker = tokio::select! {
        worker = Worker::start(Client::new(client)?, engine, options) => worker?,
        () = either(&mut terminate, &mut interrupt) => return Ok(Tally::default()),
    };
    output::line(format!("worker {name} takes runs of work pool {pool}"))?;
    if let Some(address) = worker.health_address() {
        output::line(format!(
            "health checks are answered at http://{address}/health"
        ))?;
    }
    let stopper = worker.stopper();
    let ends = tokio::spawn(listen(stopper, terminate, interrupt));
    let tally = worker.run().await;
    ends.abort();
    Ok(tally)
}

/// The first signal asks for an end, and the second one for the end of what is under way.
async fn listen(stopper: Stopper, mut terminate: Signal, mut interrupt: Signal) {
    either(&mut terminate, &mut interrupt).await;
    stopper.wish(Wish::Drain);
    output::note("no more runs are taken; a second signal ends those that are under way");
    either(&mut terminate, &mut interrupt).await;
    stopper.wish(Wish::End);
}

async fn either(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

impl Arguments {
    fn options(&self, settings: &Settings) -> Result<Options> {
        let kind = self.kind.as_deref().unwrap_or(USUAL_TYPE);
        let name = match &self.name {
            Some(name) => name.clone(),
            None => default_name(kind, ids::random()),
        };
        let mut options = Options::from_settings(settings, self.pool.clone(), name)?;
        options.queues.clone_from(&self.queues);
        options.limit = self.limit;
        options.run_once = self.run_once;
        if let Some(seconds) = self.prefetch_seconds {
            options.prefetch = Duration::from_secs(seconds.into());
        }
        if !self.no_create_pool_if_not_found {
            options.new_pool = Some(NewPool {
                kind: kind.to_owned(),
                template: self
                    .base_job_template
                    .as_deref()
                    .map(template)
                    .transpose()?,
            });
        }
        if self.with_healthcheck {
            options.health = Some(health_address(settings)?);
        }
        Ok(options)
    }
}

fn template(file: &Path) -> Result<JsonObject> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    JsonObject::from_text(text).with_context(|| format!("{} is not a JSON object", file.display()))
}

fn health_address(settings: &Settings) -> Result<SocketAddr> {
    let host = settings.get(defs::worker::WEBSERVER_HOST)?;
    let port = settings.get(defs::worker::WEBSERVER_PORT)?;
    let mut found = (&*host, port)
        .to_socket_addrs()
        .with_context(|| format!("looking up worker.webserver.host, {host}"))?;
    found
        .next()
        .ok_or_else(|| Failure::new(format!("{host} has no address")).into())
}
