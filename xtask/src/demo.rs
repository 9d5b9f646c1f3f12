//! `cargo xtask demo`: from nothing to a real flow on a real page, in one command.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::net;
use crate::setup::{self, Need, Wheel};
use crate::shell::{Run, Running};
use crate::tree;

const EXAMPLE: &str = "examples/python/flights_etl.py";
const PORT: u16 = 4200;
const START_TIMEOUT: Duration = Duration::from_secs(20);

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let options = Options::parse(arguments)?;
    setup::require(&[Need::Python, Need::Ui])?;
    setup::prepare_python()?;
    setup::build_ui()?;
    setup::install_wheel(Wheel::Release)?;

    let port = net::free_port(PORT)?;
    let server = start_server(port, &options.home)?;
    println!("\nrunning {EXAMPLE}\n");
    Run::new(setup::python_program("python"))
        .arg(EXAMPLE)
        .env("MILLIWAYS_HOME", &options.home)
        .env("MILLIWAYS_API_URL", format!("http://127.0.0.1:{port}/api"))
        .loud()?;
    println!("\n{}", summary(port)?);
    if options.waits {
        println!(
            "the server goes on until ctrl-c; its data is in {}",
            options.home.display()
        );
        return server.wait();
    }
    server.stop()
}

struct Options {
    waits: bool,
    home: PathBuf,
}

impl Options {
    fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self {
            waits: true,
            home: tree::target().join("demo-home"),
        };
        let mut is_fresh = true;
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "--no-wait" => options.waits = false,
                "--home" => {
                    let home = rest
                        .next()
                        .context("--home needs a folder\nhint: --home DIR")?;
                    options.home = std::path::absolute(home)?;
                    is_fresh = false;
                }
                other => bail!(
                    "unknown argument `{other}`\nhint: understood here: --no-wait, --home DIR"
                ),
            }
        }
        // Our own folder starts empty each time; one that was named is the user's.
        if is_fresh && options.home.exists() {
            fs::remove_dir_all(&options.home)
                .with_context(|| format!("emptying {}", options.home.display()))?;
        }
        Ok(options)
    }
}

fn start_server(port: u16, home: &Path) -> Result<Running> {
    let mut server = Run::new(setup::python_program("milliways"))
        .args(["server", "start", "--port", &port.to_string()])
        .env("MILLIWAYS_HOME", home)
        .start()?;
    let start = Instant::now();
    while net::request(port, "GET", "/api/health", "").is_err() {
        if server.has_ended() {
            bail!("the server ended before it answered\nhint: its message stands above");
        }
        if start.elapsed() > START_TIMEOUT {
            bail!(
                "the server did not answer within {} s",
                START_TIMEOUT.as_secs()
            );
        }
        thread::sleep(Duration::from_millis(10));
    }
    Ok(server)
}

/// What the server recorded of the latest run that has no parent, and where to look at it.
fn summary(port: u16) -> Result<String> {
    let filter = r#"{"sort": "START_TIME_DESC", "limit": 1, "flow_runs": {"parent_task_run_id": {"is_null_": true}}}"#;
    let runs: Value = serde_json::from_str(&net::request(
        port,
        "POST",
        "/api/flow_runs/filter",
        filter,
    )?)?;
    let run = runs.get(0).context("the server has no record of the run")?;
    let text = |name: &str| run.get(name).and_then(Value::as_str).unwrap_or_default();
    let id = text("id");
    let tasks = format!(r#"{{"flow_runs": {{"id": {{"any_": ["{id}"]}}}}}}"#);
    let count = net::request(port, "POST", "/api/task_runs/count", &tasks)?;
    let seconds = run
        .get("total_run_time")
        .and_then(Value::as_f64)
        .unwrap_or_default();
    Ok(format!(
        "run    {}: {}, {} task runs, {seconds:.1} s\npage   http://127.0.0.1:{port}/runs/{id}\n",
        text("name"),
        text("state_name"),
        count.trim(),
    ))
}
