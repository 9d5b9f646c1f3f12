//! What a flow costs in Rust: no-op tasks beside bare calls and spawns, recorded by a real server meanwhile.
#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

use std::hint::black_box;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use milliways::{Result, flow, map, task};
use milliways_benches::{Measured, best, measure};

/// Set in the process that measures.
const PART: &str = "MILLIWAYS_BENCH_PART";
/// Calls of a task in one run of a flow.
const CALLS: u64 = 50_000;
const SUBMITTED: u64 = 10_000;
/// How often each is measured; the best counts.
const ROUNDS: usize = 5;

#[task]
#[expect(clippy::unused_async, reason = "the least that a task can do")]
async fn no_op(number: u64) -> u64 {
    number
}

#[task]
fn no_op_sync(number: u64) -> u64 {
    number
}

#[expect(clippy::unused_async, reason = "the least that a call can do")]
async fn bare(number: u64) -> u64 {
    number
}

async fn bare_calls() -> Measured {
    let began = Instant::now();
    for number in 0..CALLS {
        black_box(bare(black_box(number)).await);
    }
    measured("bare async calls", CALLS, began)
}

async fn spawns() -> Measured {
    let began = Instant::now();
    for number in 0..SUBMITTED {
        // A task that fails here is a benchmark that is wrong, which its figures show.
        let _ = black_box(tokio::spawn(bare(number)).await);
    }
    measured("tokio::spawn and its result", SUBMITTED, began)
}

#[flow]
async fn awaited() -> Result<Measured> {
    let began = Instant::now();
    for number in 0..CALLS {
        black_box(no_op(number).await?);
    }
    Ok(measured("tasks awaited in a flow", CALLS, began))
}

#[flow]
fn run() -> Result<Measured> {
    let began = Instant::now();
    for number in 0..CALLS {
        black_box(no_op_sync(number).run()?);
    }
    Ok(measured("synchronous tasks run in a flow", CALLS, began))
}

#[flow]
async fn submitted() -> Result<Measured> {
    let began = Instant::now();
    for number in 0..SUBMITTED {
        black_box(no_op(number).submit().await?);
    }
    Ok(measured("task.submit() and its result", SUBMITTED, began))
}

#[flow]
async fn mapped() -> Result<Measured> {
    let began = Instant::now();
    black_box(map(0..SUBMITTED, no_op).await?);
    Ok(measured("map over 10,000", SUBMITTED, began))
}

fn measured(what: &str, count: u64, began: Instant) -> Measured {
    Measured {
        what: what.to_owned(),
        count,
        elapsed: began.elapsed(),
    }
}

async fn best_of<F: Future<Output = Result<Measured>>>(
    mut round: impl FnMut() -> F,
) -> Result<Option<Measured>> {
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push(round().await?);
        // What a round has left to be sent is not to slow the next one down.
        milliways::flush(Duration::from_mins(1));
    }
    Ok(best(rounds))
}

async fn measure_all() -> Result<()> {
    let bare = best_of(async || Ok(bare_calls().await)).await?;
    let in_flow = best_of(async || awaited().await).await?;
    let sync = best_of(async || run().await).await?;
    let rows: Vec<_> = [bare, in_flow, sync].into_iter().flatten().collect();
    print_each("no-op tasks beside bare calls", &rows);

    let spawned = best_of(async || Ok(spawns().await)).await?;
    let submitted = best_of(async || submitted().await).await?;
    let mapped = best_of(async || mapped().await).await?;
    let rows: Vec<_> = [spawned, submitted, mapped].into_iter().flatten().collect();
    print_each("submitted tasks beside spawned ones", &rows);

    awaited().await?;
    let recorded = measure("until all of it is recorded", CALLS, || {
        milliways::flush(Duration::from_mins(1))
    });
    println!(
        "\n{CALLS} tasks are on the server {:.2} s after the flow's end",
        recorded.elapsed.as_secs_f64()
    );
    Ok(())
}

/// Prints rows with what each thing takes, and how many times as long as in the first row.
fn print_each(title: &str, rows: &[Measured]) {
    println!("\n{title}");
    let Some(floor) = rows.first() else { return };
    for row in rows {
        println!(
            "  {:<40} {:>10.0} ns each   {:>8.1} times",
            row.what,
            1e9 / row.rate(),
            floor.rate() / row.rate()
        );
    }
}

/// Plays itself once more, in a home of its own whose server is the one that was built beside it.
fn main() -> ExitCode {
    if std::env::var_os(PART).is_some() {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build();
        let outcome = runtime.map(|runtime| runtime.block_on(measure_all()));
        return match outcome {
            Ok(Ok(())) => ExitCode::SUCCESS,
            failed => {
                println!("{failed:?}");
                ExitCode::FAILURE
            }
        };
    }
    let (Ok(own), Ok(home)) = (std::env::current_exe(), tempfile::tempdir()) else {
        println!("there is no place to measure in");
        return ExitCode::FAILURE;
    };
    let server = own.with_file_name("milliways");
    if !server.is_file() {
        println!("there is no server\nhint: cargo build --release -p milliways-cli");
        return ExitCode::FAILURE;
    }
    let ended = Command::new(own)
        .env(PART, "1")
        .env("MILLIWAYS_HOME", home.path())
        .env("MILLIWAYS_BIN", server)
        .env("MILLIWAYS_SERVER_EPHEMERAL_IDLE_TIMEOUT", "2s")
        .status();
    if ended.is_ok_and(|status| status.success()) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
