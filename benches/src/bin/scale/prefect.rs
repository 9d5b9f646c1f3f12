//! What Prefect's own pages ask for beside what ours do: its dashboard of a day, its lists of runs of a week, as its
//! version 3.9.1 sends them.

use milliways_model::StateType;
use serde_json::{Map, Value, json};

use crate::calls::{Call, FAILED, ago, post, states};
use crate::objects::{Objects, POOL};

const ENDED: &[StateType] = &[StateType::Completed, StateType::Failed, StateType::Crashed];

/// All of them.
pub(crate) fn all(objects: &Objects) -> Vec<Call> {
    let mut calls = dashboard(objects);
    calls.extend(flow_runs(objects));
    calls.extend(task_runs(objects));
    calls
}

fn within(hours: i64) -> Value {
    json!({"after_": ago(hours), "before_": ago(0)})
}

fn and(filter: &Value, more: &Value) -> Value {
    let fields = [filter, more].map(|one| one.as_object().cloned().unwrap_or_default());
    Value::Object(fields.into_iter().flatten().collect::<Map<_, _>>())
}

/// Runs that no other run has started.
fn top_level() -> Value {
    json!({"parent_task_run_id": {"is_null_": true}})
}

fn dashboard(objects: &Objects) -> Vec<Call> {
    let expected = json!({"expected_start_time": within(24)});
    let hidden = and(&expected, &top_level());
    let failed = and(&expected, &json!({"state": states(FAILED)}));
    let of_flow = json!({"id": {"any_": [objects.flows[0]]}});
    let of_pool = json!({"name": {"any_": [POOL]}});
    let no_parents = json!({"start_time": within(24), "subflow_runs": {"exists_": false}});
    let task_runs = |kinds: &[StateType]| json!({"task_runs": and(&no_parents, &json!({"state": states(kinds)}))});
    let day =
        json!({"history_start": ago(24), "history_end": ago(0), "history_interval_seconds": 4_320});
    vec![
        post(
            "Prefect's dashboard: top-level flow runs counted",
            "/flow_runs/count",
            json!({"flow_runs": hidden}),
        ),
        post(
            "Prefect's dashboard: top-level flow runs",
            "/flow_runs/filter",
            json!({"flow_runs": hidden, "sort": "EXPECTED_START_TIME_DESC"}),
        ),
        post(
            "Prefect's dashboard: history of top-level flow runs",
            "/flow_runs/history",
            and(&day, &json!({"flow_runs": top_level()})),
        ),
        post(
            "Prefect's dashboard: failures of a flow counted",
            "/flow_runs/count",
            json!({"flow_runs": failed, "flows": of_flow}),
        ),
        post(
            "Prefect's dashboard: last failure of a flow",
            "/flow_runs/filter",
            json!({"flow_runs": failed, "flows": of_flow, "sort": "EXPECTED_START_TIME_DESC", "limit": 1}),
        ),
        post(
            "Prefect's dashboard: task runs counted",
            "/task_runs/count",
            task_runs(&[
                StateType::Completed,
                StateType::Failed,
                StateType::Crashed,
                StateType::Running,
            ]),
        ),
        post(
            "Prefect's dashboard: failed task runs counted",
            "/task_runs/count",
            task_runs(FAILED),
        ),
        post(
            "Prefect's dashboard: history of task runs",
            "/task_runs/history",
            and(
                &day,
                &json!({"flow_runs": {"operator": "and_"}, "task_runs": {"start_time": within(24)}}),
            ),
        ),
        post(
            "Prefect's dashboard: flow runs of a pool",
            "/flow_runs/filter",
            json!({"flow_runs": expected, "work_pools": of_pool, "sort": "EXPECTED_START_TIME_DESC", "limit": 24}),
        ),
        post(
            "Prefect's dashboard: flow runs of a pool counted",
            "/flow_runs/count",
            json!({"flow_runs": and(&expected, &json!({"state": states(ENDED)})), "work_pools": of_pool}),
        ),
        post(
            "Prefect's dashboard: lateness of a pool",
            "/flow_runs/lateness",
            json!({"flow_runs": expected, "work_pools": of_pool}),
        ),
    ]
}

/// A page of a week's flow runs.
fn page(what: &'static str, flow_runs: &Value, belonging_to: &Value, sort: &str) -> Call {
    let week = json!({"expected_start_time": within(7 * 24)});
    let body = json!({"flow_runs": and(&week, flow_runs), "sort": sort, "limit": 100, "page": 1});
    post(what, "/flow_runs/paginate", and(&body, belonging_to))
}

fn flow_runs(objects: &Objects) -> Vec<Call> {
    let any = json!({});
    let newest = "START_TIME_DESC";
    let of_flow = json!({"flows": {"id": {"any_": [objects.flows[0]]}}});
    let of_deployment = json!({"deployments": {"id": {"any_": [objects.deployments[0].0]}}});
    let of_pool = json!({"work_pools": {"name": {"any_": [POOL]}}});
    let failed = json!({"state": states(FAILED)});
    let chart = json!({"flow_runs": {"expected_start_time": within(7 * 24)}, "sort": "EXPECTED_START_TIME_DESC",
        "limit": 1_000});
    vec![
        page("Prefect's runs: week", &any, &any, newest),
        page(
            "Prefect's runs: week, oldest first",
            &any,
            &any,
            "START_TIME_ASC",
        ),
        page("Prefect's runs: week, by name", &any, &any, "NAME_ASC"),
        page(
            "Prefect's runs: week, top-level",
            &top_level(),
            &any,
            newest,
        ),
        page("Prefect's runs: week, failed", &failed, &any, newest),
        page("Prefect's runs: week, of a flow", &any, &of_flow, newest),
        page(
            "Prefect's runs: week, failed ones of a flow",
            &failed,
            &of_flow,
            newest,
        ),
        page(
            "Prefect's runs: week, of a deployment",
            &any,
            &of_deployment,
            newest,
        ),
        page("Prefect's runs: week, of a pool", &any, &of_pool, newest),
        post(
            "Prefect's runs: points of a chart, week",
            "/ui/flow_runs/history",
            chart.clone(),
        ),
        post(
            "Prefect's runs: points of a chart, week, of a flow",
            "/ui/flow_runs/history",
            and(&chart, &of_flow),
        ),
        post(
            "Prefect's work pool: its runs",
            "/flow_runs/paginate",
            and(&of_pool, &json!({"sort": newest, "limit": 10, "page": 1})),
        ),
    ]
}

fn task_runs(objects: &Objects) -> Vec<Call> {
    let page = json!({"sort": "EXPECTED_START_TIME_DESC", "limit": 100, "page": 1});
    let expected = |hours: i64| json!({"expected_start_time": within(hours)});
    let of_flow = json!({"flows": {"id": {"any_": [objects.flows[0]]}}});
    vec![
        post(
            "Prefect's runs: task runs, week",
            "/task_runs/paginate",
            and(&page, &json!({"task_runs": expected(7 * 24)})),
        ),
        post(
            "Prefect's runs: task runs of flow runs, day",
            "/task_runs/paginate",
            and(&page, &json!({"flow_runs": expected(24)})),
        ),
        post(
            "Prefect's runs: task runs of a flow, day",
            "/task_runs/paginate",
            and(&and(&page, &of_flow), &json!({"task_runs": expected(24)})),
        ),
    ]
}
