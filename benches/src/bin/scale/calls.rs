//! What pages ask for: ours, and Prefect's.

use milliways_model::time::{Clock, SystemClock};
use milliways_model::{StateType, Timestamp};
use serde_json::{Value, json};

use crate::objects::{Objects, POOL};

/// A call of a page.
pub(crate) struct Call {
    pub(crate) what: &'static str,
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
}

pub(crate) fn post(what: &'static str, path: &str, body: Value) -> Call {
    Call {
        what,
        method: "POST",
        path: format!("/api{path}"),
        body: Some(body),
    }
}

fn get(what: &'static str, path: &str) -> Call {
    Call {
        what,
        method: "GET",
        path: format!("/api{path}"),
        body: None,
    }
}

/// A moment so many hours ago.
pub(crate) fn ago(hours: i64) -> Timestamp {
    Timestamp::from_micros(SystemClock.now().as_micros() - hours * 3_600_000_000)
}

/// Where a history begins and ends.
#[derive(Clone, Copy)]
enum Ending {
    /// With the span of its length in which the present moment lies.
    Whole,
    /// Some time within the last five minutes, at the same place in its five minutes whenever it is asked: what it
    /// takes is a matter of where that is, and here it is far from all that is counted.
    JustNow,
}

fn history(hours: i64, interval: i64, ending: Ending) -> Value {
    let length = hours * 3_600_000_000;
    let (span, place) = match ending {
        Ending::Whole => (interval * 1_000_000, 0),
        Ending::JustNow => (300_000_000, 137_400_000),
    };
    let now = SystemClock.now().as_micros() - place;
    let begun = now.div_euclid(span) * span + place;
    let end = match ending {
        Ending::Whole => begun + span,
        Ending::JustNow => begun,
    };
    let [start, end] = [end - length, end].map(Timestamp::from_micros);
    json!({"history_start": start, "history_end": end, "history_interval_seconds": interval})
}

/// All of them.
pub(crate) fn all(objects: &Objects) -> Vec<Call> {
    let mut calls = dashboard();
    calls.extend(runs(objects));
    calls.extend(one_run(objects.run.as_deref().unwrap_or_default()));
    calls.extend(task_runs());
    calls.extend(flows_and_deployments(objects));
    calls.extend(pools());
    calls.extend(events(objects));
    calls.extend(crate::prefect::all(objects));
    calls
}

pub(crate) fn states(kinds: &[StateType]) -> Value {
    json!({"type": {"any_": kinds}})
}

pub(crate) const FAILED: &[StateType] = &[StateType::Failed, StateType::Crashed];

fn dashboard() -> Vec<Call> {
    let day = ago(24);
    let since = json!({"flow_runs": {"expected_start_time": {"after_": day}}});
    let started = json!({"flow_runs": {"start_time": {"after_": day}}});
    let by_state = json!({"flow_runs": {"state": states(FAILED), "start_time": {"after_": day}}});
    let running = json!({"flow_runs": {"state": states(&[StateType::Running])}});
    vec![
        post("flow runs: all counted", "/flow_runs/count", json!({})),
        post(
            "flow runs: counted since 24 h",
            "/flow_runs/count",
            started.clone(),
        ),
        post(
            "flow runs: expected since 24 h, counted",
            "/flow_runs/count",
            since,
        ),
        post(
            "flow runs: counted by state, 24 h",
            "/flow_runs/count",
            by_state,
        ),
        post("flow runs: running, counted", "/flow_runs/count", running),
        post(
            "flow runs: history of 24 h in 5 min",
            "/flow_runs/history",
            history(24, 300, Ending::Whole),
        ),
        post(
            "flow runs: history of 24 h in 5 min, ending just now",
            "/flow_runs/history",
            history(24, 300, Ending::JustNow),
        ),
        post(
            "flow runs: history of 1 h in 1 min",
            "/flow_runs/history",
            history(1, 60, Ending::Whole),
        ),
        post(
            "flow runs: history of 7 d in 3 h",
            "/flow_runs/history",
            history(7 * 24, 3 * 3_600, Ending::Whole),
        ),
        post(
            "flow runs: history of 30 d in 12 h",
            "/flow_runs/history",
            history(30 * 24, 12 * 3_600, Ending::Whole),
        ),
        post("flow runs: lateness, 24 h", "/flow_runs/lateness", started),
        post("flow runs: lateness, all", "/flow_runs/lateness", json!({})),
        post(
            "flow runs: last failures",
            "/flow_runs/filter",
            json!({"flow_runs": {"state": states(FAILED), "expected_start_time": {"after_": day}}, "sort": "END_TIME_DESC", "limit": 8}),
        ),
        post(
            "flow runs: running now",
            "/flow_runs/filter",
            json!({"flow_runs": {"state": states(&[StateType::Running])}, "sort": "START_TIME_DESC", "limit": 8}),
        ),
        post(
            "flow runs: late",
            "/flow_runs/filter",
            json!({"flow_runs": {"state": {"name": {"any_": ["Late"]}}}, "sort": "START_TIME_ASC", "limit": 50}),
        ),
        post(
            "flow runs: points of a chart, 24 h",
            "/ui/flow_runs/history",
            json!({"flow_runs": {"expected_start_time": {"after_": day}}, "sort": "EXPECTED_START_TIME_DESC", "limit": 200}),
        ),
    ]
}

fn runs(objects: &Objects) -> Vec<Call> {
    let newest = |limit: i64, offset: i64| json!({"sort": "START_TIME_DESC", "limit": limit, "offset": offset});
    let named =
        |filter: Value| json!({"flow_runs": filter, "sort": "START_TIME_DESC", "limit": 100});
    let of = |name: &str, id: &str| json!({name: {"id": {"any_": [id]}}, "sort": "START_TIME_DESC", "limit": 100});
    let (flow, deployment) = (&objects.flows[0], &objects.deployments[0].0);
    let latest = json!({"flows": {"id": {"any_": [objects.flows[99]]}}, "sort": "START_TIME_DESC", "limit": 24,
        "flow_runs": {"state": states(&[StateType::Running, StateType::Completed, StateType::Failed, StateType::Crashed])}});
    vec![
        post("flow runs: newest 200", "/flow_runs/filter", newest(200, 0)),
        post(
            "flow runs: 100 after 9,900",
            "/flow_runs/filter",
            newest(100, 9_900),
        ),
        post(
            "flow runs: page 1",
            "/flow_runs/paginate",
            json!({"sort": "START_TIME_DESC", "limit": 50, "page": 1}),
        ),
        post(
            "flow runs: page 100",
            "/flow_runs/paginate",
            json!({"sort": "START_TIME_DESC", "limit": 50, "page": 100}),
        ),
        post(
            "flow runs: next ones",
            "/flow_runs/filter",
            json!({"sort": "NEXT_SCHEDULED_START_TIME_ASC", "limit": 50,
            "flow_runs": {"state": states(&[StateType::Scheduled])}}),
        ),
        post(
            "flow runs: by part of a name",
            "/flow_runs/filter",
            named(json!({"name": {"like_": "run-99"}})),
        ),
        post(
            "flow runs: by tag",
            "/flow_runs/filter",
            named(json!({"tags": {"all_": ["team-7"]}})),
        ),
        post(
            "flow runs: of a flow",
            "/flow_runs/filter",
            of("flows", flow),
        ),
        post(
            "flow runs: of a flow, counted",
            "/flow_runs/count",
            json!({"flows": {"id": {"any_": [flow]}}}),
        ),
        post(
            "flow runs: latest of a rare flow",
            "/flow_runs/filter",
            latest,
        ),
        post(
            "flow runs: of a deployment",
            "/flow_runs/filter",
            of("deployments", deployment),
        ),
        post(
            "flow runs: of a deployment, counted",
            "/flow_runs/count",
            json!({"deployments": {"id": {"any_": [deployment]}}}),
        ),
        post(
            "flow runs: of a pool, late",
            "/flow_runs/count",
            json!({"work_pools": {"name": {"any_": [POOL]}}, "flow_runs": {"state": {"name": {"any_": ["Late"]}}}}),
        ),
        post(
            "flow runs: of a pool, running",
            "/flow_runs/filter",
            json!({"work_pools": {"name": {"any_": [POOL]}}, "sort": "START_TIME_DESC", "limit": 50,
                "flow_runs": {"state": states(&[StateType::Running])}}),
        ),
    ]
}

fn one_run(run: &str) -> Vec<Call> {
    let of = json!({"flow_run_id": {"any_": [run]}});
    vec![
        get("a run", &format!("/flow_runs/{run}")),
        get("a run: graph", &format!("/flow_runs/{run}/graph-v2")),
        get(
            "a run: states",
            &format!("/flow_run_states/?flow_run_id={run}"),
        ),
        post(
            "a run: task runs",
            "/task_runs/filter",
            json!({"task_runs": of, "sort": "EXPECTED_START_TIME_ASC", "limit": 100}),
        ),
        post(
            "a run: task runs counted",
            "/task_runs/count",
            json!({"task_runs": of}),
        ),
        post(
            "a run: subflow runs counted",
            "/flow_runs/count",
            json!({"flow_runs": {"parent_flow_run_id": {"any_": [run]}}}),
        ),
        post(
            "a run: logs",
            "/logs/filter",
            json!({"logs": of, "sort": "TIMESTAMP_ASC", "limit": 200}),
        ),
        post(
            "a run: task runs for its row",
            "/ui/flow_runs/count-task-runs",
            json!({"flow_run_ids": [run]}),
        ),
    ]
}

fn task_runs() -> Vec<Call> {
    let day = ago(24);
    let started = json!({"task_runs": {"start_time": {"after_": day, "before_": ago(0)}}});
    let failed = json!({"task_runs": {"start_time": {"after_": day}, "state": states(FAILED)}});
    vec![
        post("task runs: all counted", "/task_runs/count", json!({})),
        post(
            "task runs: counted since 24 h",
            "/task_runs/count",
            started.clone(),
        ),
        post(
            "task runs: expected since 24 h, counted",
            "/task_runs/count",
            json!({"task_runs": {"expected_start_time": {"after_": day}}}),
        ),
        post(
            "task runs: failed since 24 h, counted",
            "/task_runs/count",
            failed,
        ),
        post(
            "task runs: history of 24 h in 5 min",
            "/task_runs/history",
            history(24, 300, Ending::Whole),
        ),
        post(
            "task runs: history of 24 h in 5 min, ending just now",
            "/task_runs/history",
            history(24, 300, Ending::JustNow),
        ),
        post(
            "task runs: history of 30 d in 12 h",
            "/task_runs/history",
            history(30 * 24, 12 * 3_600, Ending::Whole),
        ),
        post(
            "task runs: dashboard's twenty counts, 24 h",
            "/ui/task_runs/dashboard/counts",
            started.clone(),
        ),
        post(
            "task runs: counted by state, 24 h",
            "/ui/task_runs/count",
            started,
        ),
        post(
            "task runs: newest 100",
            "/task_runs/filter",
            json!({"sort": "EXPECTED_START_TIME_DESC", "limit": 100}),
        ),
        post(
            "task runs: page 10",
            "/task_runs/paginate",
            json!({"sort": "EXPECTED_START_TIME_DESC", "limit": 50, "page": 10}),
        ),
        post(
            "task runs: by part of a name",
            "/task_runs/filter",
            json!({"task_runs": {"name": {"like_": "transform"}}, "sort": "EXPECTED_START_TIME_DESC", "limit": 100}),
        ),
    ]
}

fn flows_and_deployments(objects: &Objects) -> Vec<Call> {
    let (flows, deployments) = (&objects.flows[..50], &objects.deployments[..50]);
    let deployments: Vec<&String> = deployments.iter().map(|(id, _)| id).collect();
    vec![
        post(
            "flows: page 1",
            "/flows/paginate",
            json!({"sort": "NAME_ASC", "limit": 50, "page": 1}),
        ),
        post("flows: counted", "/flows/count", json!({})),
        post(
            "flows: next runs",
            "/ui/flows/next-runs",
            json!({"flow_ids": flows}),
        ),
        post(
            "flows: deployments counted",
            "/ui/flows/count-deployments",
            json!({"flow_ids": flows}),
        ),
        post(
            "deployments: page 1",
            "/deployments/paginate",
            json!({"sort": "NAME_ASC", "limit": 50, "page": 1}),
        ),
        post(
            "deployments: newest",
            "/deployments/filter",
            json!({"sort": "CREATED_DESC", "limit": 50}),
        ),
        post(
            "deployments: runs of 50, newest",
            "/flow_runs/filter",
            json!({"deployments": {"id": {"any_": deployments}}, "sort": "START_TIME_DESC", "limit": 50}),
        ),
    ]
}

fn pools() -> Vec<Call> {
    vec![
        post(
            "work pools: all",
            "/work_pools/filter",
            json!({"limit": 50}),
        ),
        get("a work pool", &format!("/work_pools/{POOL}")),
        post(
            "a work pool: concurrency status",
            &format!("/work_pools/{POOL}/concurrency_status"),
            json!({}),
        ),
        post(
            "a work pool: queues",
            &format!("/work_pools/{POOL}/queues/filter"),
            json!({}),
        ),
        post(
            "a work pool: workers",
            &format!("/work_pools/{POOL}/workers/filter"),
            json!({}),
        ),
        post(
            "work queues: all",
            "/work_queues/filter",
            json!({"limit": 50}),
        ),
        post(
            "a work pool: deployments",
            "/deployments/paginate",
            json!({"work_pools": {"name": {"any_": [POOL]}}, "limit": 50, "page": 1}),
        ),
        post(
            "a work pool: next runs",
            "/flow_runs/filter",
            json!({"work_pools": {"name": {"any_": [POOL]}}, "sort": "NEXT_SCHEDULED_START_TIME_ASC", "limit": 50,
                "flow_runs": {"state": states(&[StateType::Scheduled])}}),
        ),
        get("states that were seen", "/observed-states"),
    ]
}

fn events(objects: &Objects) -> Vec<Call> {
    let day = json!({"since": ago(24), "until": ago(0)});
    let week = json!({"since": ago(7 * 24), "until": ago(0)});
    let run = objects.run.clone().unwrap_or_default();
    let filter = |filter: Value| json!({"filter": filter, "limit": 50});
    let count = |unit: &str, interval: f64, span: &Value| json!({"filter": {"occurred": span}, "time_unit": unit, "time_interval": interval});
    vec![
        post("events: newest 50", "/events/filter", filter(json!({}))),
        post(
            "events: of 24 h",
            "/events/filter",
            filter(json!({"occurred": day})),
        ),
        post(
            "events: by name",
            "/events/filter",
            filter(json!({"event": {"prefix": ["order."]}, "occurred": week})),
        ),
        post(
            "events: of a run",
            "/events/filter",
            filter(json!({"resource": {"id": [format!("prefect.flow-run.{run}")]}})),
        ),
        post(
            "events: counted by time, 24 h in 5 min",
            "/events/count-by/time",
            count("minute", 5.0, &day),
        ),
        post(
            "events: counted by time, 7 d in 1 h",
            "/events/count-by/time",
            count("hour", 1.0, &week),
        ),
        post(
            "events: counted by day, 7 d",
            "/events/count-by/day",
            count("day", 1.0, &week),
        ),
        post(
            "events: counted by name, 24 h",
            "/events/count-by/event",
            count("day", 1.0, &day),
        ),
    ]
}
