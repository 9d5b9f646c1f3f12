//! What is recorded of flows and tasks that go well.

use std::sync::atomic::{AtomicU32, Ordering};

use milliways::{FlowRun, Result, TaskRun, flow, map, task};
use serde_json::json;

use crate::scenario::{block_on, play};

#[task(run_name = "double-{number}")]
fn double(number: u32) -> u32 {
    tracing::warn!(number, "doubling");
    number * 2
}

#[task(tags = ["slow"])]
async fn add(one: u32, other: u32) -> u32 {
    tokio::task::yield_now().await;
    one + other
}

#[flow(
    name = "sums",
    run_name = "sums-of-{limit}",
    version = "7",
    tags = ["math"],
    skip(secret)
)]
async fn sums(limit: u32, label: String, secret: Opaque) -> Result<u32> {
    drop((label, secret));
    let mut sum = 0;
    for doubled in map(0..limit, double).await? {
        sum = add(sum, doubled).await?;
    }
    Ok(sum)
}

#[derive(Clone)]
struct Opaque;

#[test]
fn a_flow_is_recorded_with_its_arguments_and_tasks() {
    let mut recorded = play(
        "runs::a_flow_is_recorded_with_its_arguments_and_tasks",
        || {
            milliways::init_logs();
            let sum = block_on(async { sums(3, "odd".to_owned(), Opaque).await });
            assert_eq!(sum.expect("a sum"), 6);
        },
    );
    let flow_run = recorded.flow_runs().remove(0);
    assert_eq!(flow_run["name"], "sums-of-3");
    assert_eq!(flow_run["flow_version"], "7");
    assert_eq!(flow_run["tags"], json!(["math"]));
    assert_eq!(flow_run["parameters"], json!({"limit": 3, "label": "odd"}));
    assert_eq!(
        recorded.states(&flow_run),
        ["Pending", "Running", "Completed"]
    );
    let task_runs = recorded.task_runs();
    let names: Vec<_> = task_runs
        .iter()
        .map(|run| run["name"].as_str().unwrap_or_default())
        .collect();
    assert_eq!(
        names,
        [
            "double-0", "double-1", "double-2", "add-0", "add-1", "add-2"
        ]
    );
    assert_eq!(task_runs[5]["tags"], json!(["slow"]));
    for task_run in &task_runs {
        assert_eq!(
            recorded.states(task_run),
            ["Pending", "Running", "Completed"]
        );
        assert_eq!(task_run["flow_run_id"], flow_run["id"]);
    }
    let logs = recorded.logs();
    let doubling = logs
        .iter()
        .filter(|(_, message)| message.starts_with("doubling number="));
    assert_eq!(doubling.count(), 3);
    assert!(
        logs.iter()
            .any(|(logger, _)| logger == "milliways.flow_runs")
    );
}

static CALLS: AtomicU32 = AtomicU32::new(0);

#[task(cache)]
fn expensive(number: u32) -> Result<u32> {
    CALLS.fetch_add(1, Ordering::Relaxed);
    inner(number + 1).named("inside").run()
}

#[task]
fn inner(number: u32) -> u32 {
    let (flow, task) = (FlowRun::current(), TaskRun::current());
    assert_eq!(flow.expect("a flow run").name(), "the child");
    assert_ne!(task.expect("a task run").name(), "expensive-0");
    number
}

#[flow]
fn child() -> Result<u32> {
    let kept = expensive(1).run()? + expensive(1).run()?;
    let first = inner(kept).named("first").submit();
    let second = inner(0).named("second").after(&first).submit();
    Ok(first.wait()? + second.wait()?)
}

#[flow]
fn parent() -> Result<u32> {
    child().named("the child").run()
}

#[test]
fn synchronous_code_has_subflows_caching_and_order() {
    let mut recorded = play(
        "runs::synchronous_code_has_subflows_caching_and_order",
        || {
            assert_eq!(parent().run().expect("a sum"), 4);
            assert_eq!(CALLS.load(Ordering::Relaxed), 1);
        },
    );
    let runs = recorded.flow_runs();
    assert_eq!(runs[1]["name"], "the child");
    let tasks = recorded.task_runs();
    let task = |name: &str| {
        let found = tasks.iter().find(|task| task["name"] == name);
        found.cloned().unwrap_or_default()
    };
    assert_eq!(runs[1]["parent_task_run_id"], task("child-0")["id"]);
    assert_eq!(
        recorded.states(&task("child-0")).last().map(String::as_str),
        Some("Completed")
    );
    assert_eq!(recorded.states(&task("expensive-1")), ["Pending", "Cached"]);
    let input = |task: serde_json::Value| json!([{"input_type": "task_run", "id": task["id"]}]);
    assert_eq!(
        task("inside")["task_inputs"]["__parents__"],
        input(task("expensive-0"))
    );
    assert_eq!(
        task("second")["task_inputs"]["wait_for"],
        input(task("first"))
    );
}
