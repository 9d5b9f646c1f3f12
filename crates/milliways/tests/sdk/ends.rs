//! How runs end other than well, and what their callers get.

use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use milliways::{Error, Result, StateType, TaskRun, flow, task};

use tokio::sync::Notify;

use crate::scenario::{block_on, play};

#[task(retries = 2, retry_delay = exponential("1ms"), retry_if = |error| error.is::<io::Error>())]
async fn flaky() -> io::Result<u32> {
    tokio::task::yield_now().await;
    let count = TaskRun::current().expect("a task run").run_count();
    if count < 3 {
        return Err(io::Error::other(format!("attempt {count}")));
    }
    Ok(count)
}

#[task(retries = 5, retry_if = |error| error.is::<io::Error>())]
fn hopeless() -> Result<(), String> {
    Err("not worth it".to_owned())
}

#[task(timeout = "20ms")]
async fn endless() {
    std::future::pending::<()>().await;
}

#[task]
fn panics() {
    panic!("so long");
}

#[task]
fn unreached() {}

static STARTED: Notify = Notify::const_new();

#[task]
async fn cancelled() {
    STARTED.notify_one();
    std::future::pending::<()>().await;
}

#[flow(retries = 1)]
async fn all() -> Result<()> {
    static ATTEMPTS: AtomicU32 = AtomicU32::new(0);
    if ATTEMPTS.fetch_add(1, Ordering::Relaxed) == 0 {
        return Err(endless().await.expect_err("it takes for ever"));
    }
    assert_eq!(flaky().await?, 3);
    let failed = hopeless().outcome().await?;
    assert_eq!(failed.state.kind, StateType::Failed);
    assert_eq!(
        failed.state.message.as_deref(),
        Some("task run failed: not worth it")
    );
    let panicking = panics().submit();
    let blocked = unreached().after(&panicking).submit();
    assert!(matches!(panicking.await, Err(Error::Panicked { .. })));
    assert!(matches!(blocked.await, Err(Error::NotReady { .. })));
    let cancelled = cancelled().submit();
    STARTED.notified().await;
    cancelled.cancel();
    assert!(matches!(cancelled.await, Err(Error::Cancelled { .. })));
    Err(hopeless().await.expect_err("it fails"))
}

#[test]
fn every_end_is_recorded_and_told() {
    let mut recorded = play("ends::every_end_is_recorded_and_told", || {
        let error = block_on(async { all().await }).expect_err("it fails");
        assert_eq!(error.to_string(), "flow `all` failed");
        assert!(matches!(
            error.downcast_ref::<Error>(),
            Some(Error::Failed {
                name: "hopeless",
                ..
            })
        ));
    });
    let flow_run = recorded.flow_runs().remove(0);
    assert_eq!(
        recorded.states(&flow_run),
        ["Pending", "Running", "AwaitingRetry", "Retrying", "Failed"]
    );
    let mut ends = Vec::new();
    for run in recorded.task_runs() {
        let name = run["name"].as_str().unwrap_or_default().to_owned();
        ends.push((name, recorded.states(&run).join(" ")));
    }
    ends.sort();
    let expected = [
        ("cancelled-0", "Pending Running Cancelled"),
        ("endless-0", "Pending Running TimedOut"),
        (
            "flaky-0",
            "Pending Running AwaitingRetry Retrying AwaitingRetry Retrying Completed",
        ),
        ("hopeless-0", "Pending Running Failed"),
        ("hopeless-1", "Pending Running Failed"),
        ("panics-0", "Pending Running Crashed"),
        ("unreached-0", "Pending NotReady"),
    ];
    let expected = expected.map(|(name, states)| (name.to_owned(), states.to_owned()));
    assert_eq!(ends, expected);
}

#[task]
async fn long() {
    tokio::time::sleep(Duration::from_hours(1)).await;
}

#[flow]
async fn leaves_work_behind() -> Result<(), &'static str> {
    tokio::task::yield_now().await;
    drop(long().submit());
    Err("no more")
}

#[flow]
async fn dropped() -> Result<()> {
    long().await
}

#[test]
fn what_is_dropped_or_left_behind_is_cancelled() {
    let mut recorded = play("ends::what_is_dropped_or_left_behind_is_cancelled", || {
        block_on(async {
            leaves_work_behind().await.expect_err("it fails");
            let call = dropped().into_future();
            let soon = tokio::time::timeout(Duration::from_millis(20), call).await;
            soon.expect_err("it takes an hour");
        });
    });
    let mut ends = Vec::new();
    for run in recorded.flow_runs().into_iter().chain(recorded.task_runs()) {
        ends.push(recorded.states(&run).pop().unwrap_or_default());
    }
    assert_eq!(ends, ["Failed", "Cancelled", "Cancelled", "Cancelled"]);
}
