//! How do I build an ETL flow in Rust? Ten days of temperatures from three stations, page by page, into a CSV file.
//!
//! The flow extracts the pages concurrently from a service that is busy at first, drops what a broken sensor says,
//! summarises each station on a thread of its own, and hands the rest to a subflow that writes the file.
//!
//! Run: `cargo run -p milliways-examples --bin etl [FOLDER]`

use std::io;
use std::path::PathBuf;

use milliways::{Result, TaskRun, flow, map, task};
use serde::{Deserialize, Serialize};
use tracing::{info, warn};

/// What a station measured in an hour.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Reading {
    hour: u32,
    celsius: f64,
}

/// What is known of a station in the end.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Summary {
    station: String,
    readings: usize,
    mean: f64,
    highest: f64,
}

impl Summary {
    fn line(&self) -> String {
        let Self {
            station,
            readings,
            mean,
            highest,
        } = self;
        format!("{station},{readings},{mean:.2},{highest:.1}\n")
    }
}

const STATIONS: [(&str, f64); 3] = [("harbour", 10.0), ("airport", 8.0), ("summit", -12.0)];
const DAYS: u32 = 10;
const BROKEN: f64 = -999.0;

/// Asks a station for the readings of a day.
#[task(run_name = "extract-{station}-{day}", retries = 3, retry_delay = exponential("50ms"), timeout = "10s")]
async fn extract(station: String, day: u32) -> io::Result<Vec<Reading>> {
    tokio::task::yield_now().await;
    let attempt = TaskRun::current().map_or(1, |run| run.run_count());
    if station == "airport" && day == 2 && attempt == 1 {
        return Err(io::Error::other("the weather service is busy"));
    }
    let known = STATIONS.iter().find(|(name, _)| *name == station);
    let Some((_, lowest)) = known else {
        return Err(io::Error::new(
            io::ErrorKind::NotFound,
            format!("there is no station `{station}`"),
        ));
    };
    // Once in a while the sensor on the summit freezes.
    let is_frozen = |hour| station == "summit" && day == 3 && hour == 5;
    let reading = |hour| Reading {
        hour: day * 24 + hour,
        celsius: if is_frozen(hour) {
            BROKEN
        } else {
            lowest + f64::from(hour)
        },
    };
    Ok((0..24).map(reading).collect())
}

/// Keeps what can be true.
#[task]
fn validate(readings: Vec<Reading>) -> Vec<Reading> {
    let before = readings.len();
    let kept: Vec<_> = readings
        .into_iter()
        .filter(|reading| reading.celsius > BROKEN)
        .collect();
    if kept.len() < before {
        warn!(dropped = before - kept.len(), "a sensor was broken");
    }
    kept
}

/// A synchronous function that is submitted runs on a thread of its own, so that it holds nothing up.
#[task(run_name = "summarise-{station}")]
#[expect(
    clippy::cast_precision_loss,
    reason = "a few hundred readings are exact"
)]
fn summarise(station: String, readings: Vec<Reading>) -> Summary {
    let sum: f64 = readings.iter().map(|reading| reading.celsius).sum();
    let highest = readings.iter().map(|reading| reading.celsius);
    Summary {
        station,
        readings: readings.len(),
        mean: sum / readings.len() as f64,
        highest: highest.fold(f64::MIN, f64::max),
    }
}

/// Writes the summaries.
#[flow]
async fn load(folder: PathBuf, summaries: Vec<Summary>) -> io::Result<PathBuf> {
    let file = folder.join("summary.csv");
    let mut lines = vec!["station,readings,mean,highest\n".to_owned()];
    lines.extend(summaries.iter().map(Summary::line));
    tokio::task::spawn_blocking({
        let file = file.clone();
        move || std::fs::write(file, lines.concat())
    })
    .await??;
    Ok(file)
}

#[flow(name = "weather", version = "1", tags = ["example"], retries = 1)]
async fn weather(folder: PathBuf) -> Result<PathBuf> {
    let mut stations = Vec::new();
    for (station, _) in STATIONS {
        let days = map(0..DAYS, |day| extract(station.to_owned(), day));
        stations.push((station, days));
    }
    let mut summaries = Vec::new();
    for (station, days) in stations {
        let readings = days.await?.concat();
        let valid = validate(readings).await?;
        summaries.push(summarise(station.to_owned(), valid).submit());
    }
    let mut summarised = Vec::new();
    for summary in summaries {
        summarised.push(summary.await?);
    }
    info!("{} stations are summarised", summarised.len());
    load(folder, summarised).await
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "the program's result")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    milliways::init_logs();
    let folder = std::env::args_os()
        .nth(1)
        .map_or_else(std::env::temp_dir, PathBuf::from);
    let file = weather(folder).await?;
    print!("{}", std::fs::read_to_string(file)?);
    Ok(())
}
