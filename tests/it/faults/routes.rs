//! What of the API is written to while servers are killed: every route that could write, and which writer does it. A
//! new route without a writer fails here.

use std::collections::BTreeSet;

use milliways_tests::process::Home;

use super::writers::STORIES;

/// Who writes to a route.
enum By {
    /// The story of that name, in one of its steps.
    Story(&'static str),
    /// That writer, which is a program of its own rather than a story.
    Writer(&'static str),
    /// Nobody: it asks, and changes nothing.
    Asks,
}

use By::{Asks, Story, Writer};

/// Every route with a method that may write.
const ROUTES: &[(&str, &str, By)] = &[
    ("PUT", "/admin/storage", Story("result storage")),
    ("DELETE", "/admin/storage", Story("result storage")),
    ("POST", "/artifacts/", Story("artifacts")),
    ("POST", "/artifacts/count", Asks),
    ("POST", "/artifacts/filter", Asks),
    ("POST", "/artifacts/latest/count", Asks),
    ("POST", "/artifacts/latest/filter", Asks),
    ("DELETE", "/artifacts/{id}", Story("artifacts")),
    ("PATCH", "/artifacts/{id}", Story("artifacts")),
    ("POST", "/automations/", Story("automations")),
    ("POST", "/automations/count", Asks),
    ("POST", "/automations/filter", Asks),
    (
        "DELETE",
        "/automations/owned-by/{resource_id}",
        Story("owned automations"),
    ),
    ("POST", "/automations/templates/validate", Asks),
    ("PUT", "/automations/{id}", Story("automations")),
    ("DELETE", "/automations/{id}", Story("automations")),
    ("PATCH", "/automations/{id}", Story("automations")),
    ("POST", "/block_documents/", Story("blocks")),
    ("POST", "/block_documents/count", Asks),
    ("POST", "/block_documents/filter", Asks),
    ("DELETE", "/block_documents/{id}", Story("blocks")),
    ("PATCH", "/block_documents/{id}", Story("blocks")),
    ("POST", "/block_schemas/", Story("blocks")),
    ("POST", "/block_schemas/filter", Asks),
    ("DELETE", "/block_schemas/{id}", Story("blocks")),
    ("POST", "/block_types/", Story("blocks")),
    ("POST", "/block_types/filter", Asks),
    (
        "POST",
        "/block_types/install_system_block_types",
        Story("blocks"),
    ),
    ("DELETE", "/block_types/{id}", Story("blocks")),
    ("PATCH", "/block_types/{id}", Story("blocks")),
    ("POST", "/concurrency_limits/", Story("tag limits")),
    ("POST", "/concurrency_limits/decrement", Story("tag limits")),
    ("POST", "/concurrency_limits/filter", Asks),
    ("POST", "/concurrency_limits/increment", Story("tag limits")),
    (
        "DELETE",
        "/concurrency_limits/tag/{tag}",
        Story("tag limits"),
    ),
    (
        "POST",
        "/concurrency_limits/tag/{tag}/reset",
        Story("tag limits"),
    ),
    ("DELETE", "/concurrency_limits/{id}", Story("tag limits")),
    ("POST", "/deployments/", Story("deployments")),
    ("POST", "/deployments/bulk_delete", Story("scheduled work")),
    ("POST", "/deployments/count", Asks),
    ("POST", "/deployments/filter", Asks),
    (
        "POST",
        "/deployments/get_scheduled_flow_runs",
        Story("deployments"),
    ),
    ("POST", "/deployments/paginate", Asks),
    ("DELETE", "/deployments/{id}", Story("deployments")),
    ("PATCH", "/deployments/{id}", Story("deployments")),
    (
        "POST",
        "/deployments/{id}/create_flow_run",
        Story("deployments"),
    ),
    (
        "POST",
        "/deployments/{id}/create_flow_run/bulk",
        Story("deployments"),
    ),
    (
        "POST",
        "/deployments/{id}/pause_deployment",
        Story("deployments"),
    ),
    (
        "POST",
        "/deployments/{id}/resume_deployment",
        Story("deployments"),
    ),
    ("POST", "/deployments/{id}/schedule", Story("deployments")),
    ("POST", "/deployments/{id}/schedules", Story("deployments")),
    (
        "DELETE",
        "/deployments/{id}/schedules/{schedule_id}",
        Story("deployments"),
    ),
    (
        "PATCH",
        "/deployments/{id}/schedules/{schedule_id}",
        Story("deployments"),
    ),
    ("POST", "/events", Writer("events")),
    ("POST", "/events/count-by/{countable}", Asks),
    ("POST", "/events/filter", Asks),
    ("POST", "/flow_runs/", Story("flow runs")),
    ("POST", "/flow_runs/bulk_delete", Story("many flow runs")),
    ("POST", "/flow_runs/bulk_set_state", Story("many flow runs")),
    ("POST", "/flow_runs/count", Asks),
    ("POST", "/flow_runs/filter", Asks),
    ("POST", "/flow_runs/history", Asks),
    ("POST", "/flow_runs/lateness", Asks),
    ("POST", "/flow_runs/paginate", Asks),
    ("DELETE", "/flow_runs/{id}", Story("flow runs")),
    ("PATCH", "/flow_runs/{id}", Story("flow runs")),
    ("POST", "/flow_runs/{id}/attempts", Story("scheduled work")),
    ("POST", "/flow_runs/{id}/input", Story("flow runs")),
    ("POST", "/flow_runs/{id}/input/filter", Asks),
    ("DELETE", "/flow_runs/{id}/input/{key}", Story("flow runs")),
    ("POST", "/flow_runs/{id}/journal", Writer("journal")),
    ("PATCH", "/flow_runs/{id}/labels", Story("flow runs")),
    ("POST", "/flow_runs/{id}/resume", Story("flow runs")),
    ("POST", "/flow_runs/{id}/set_state", Story("flow runs")),
    ("POST", "/flows/", Story("deployments")),
    ("POST", "/flows/bulk_delete", Story("many flow runs")),
    ("POST", "/flows/count", Asks),
    ("POST", "/flows/filter", Asks),
    ("POST", "/flows/paginate", Asks),
    ("DELETE", "/flows/{id}", Story("deployments")),
    ("PATCH", "/flows/{id}", Story("deployments")),
    ("POST", "/logs/", Writer("logs")),
    ("POST", "/logs/filter", Asks),
    ("PUT", "/saved_searches/", Story("saved searches")),
    ("POST", "/saved_searches/filter", Asks),
    ("DELETE", "/saved_searches/{id}", Story("saved searches")),
    ("POST", "/task_runs/", Story("flow runs")),
    ("POST", "/task_runs/count", Asks),
    ("POST", "/task_runs/filter", Asks),
    ("POST", "/task_runs/history", Asks),
    ("POST", "/task_runs/paginate", Asks),
    ("DELETE", "/task_runs/{id}", Story("flow runs")),
    ("PATCH", "/task_runs/{id}", Story("flow runs")),
    (
        "POST",
        "/task_runs/{id}/journal",
        Story("tasks outside flows"),
    ),
    ("POST", "/task_runs/{id}/set_state", Story("scheduled work")),
    ("POST", "/task_workers/filter", Asks),
    ("POST", "/templates/validate", Asks),
    ("POST", "/ui/flow_runs/count-task-runs", Asks),
    ("POST", "/ui/flow_runs/history", Asks),
    ("POST", "/ui/flows/count-deployments", Asks),
    ("POST", "/ui/flows/next-runs", Asks),
    ("POST", "/ui/schemas/validate", Asks),
    ("POST", "/ui/task_runs/count", Asks),
    ("POST", "/ui/task_runs/dashboard/counts", Asks),
    ("POST", "/v2/concurrency_limits/", Story("limits")),
    ("POST", "/v2/concurrency_limits/decrement", Story("limits")),
    (
        "POST",
        "/v2/concurrency_limits/decrement-with-lease",
        Story("limits"),
    ),
    ("POST", "/v2/concurrency_limits/filter", Asks),
    ("POST", "/v2/concurrency_limits/increment", Story("limits")),
    (
        "POST",
        "/v2/concurrency_limits/increment-with-lease",
        Story("limits"),
    ),
    (
        "POST",
        "/v2/concurrency_limits/leases/{lease_id}/renew",
        Story("limits"),
    ),
    (
        "DELETE",
        "/v2/concurrency_limits/{id_or_name}",
        Story("limits"),
    ),
    (
        "PATCH",
        "/v2/concurrency_limits/{id_or_name}",
        Story("limits"),
    ),
    ("POST", "/variables/", Story("variables")),
    ("POST", "/variables/count", Asks),
    ("POST", "/variables/filter", Asks),
    ("DELETE", "/variables/name/{name}", Story("variables")),
    ("PATCH", "/variables/name/{name}", Story("variables")),
    ("DELETE", "/variables/{id}", Story("variables")),
    ("PATCH", "/variables/{id}", Story("variables")),
    ("POST", "/work_pools/", Story("pools")),
    ("POST", "/work_pools/count", Asks),
    ("POST", "/work_pools/filter", Asks),
    ("DELETE", "/work_pools/{name}", Story("pools")),
    ("PATCH", "/work_pools/{name}", Story("pools")),
    ("POST", "/work_pools/{name}/concurrency_status", Asks),
    (
        "POST",
        "/work_pools/{name}/get_scheduled_flow_runs",
        Story("scheduled work"),
    ),
    (
        "POST",
        "/work_pools/{work_pool_name}/queues",
        Story("pools"),
    ),
    ("POST", "/work_pools/{work_pool_name}/queues/filter", Asks),
    (
        "DELETE",
        "/work_pools/{work_pool_name}/queues/{name}",
        Story("pools"),
    ),
    (
        "PATCH",
        "/work_pools/{work_pool_name}/queues/{name}",
        Story("pools"),
    ),
    ("POST", "/work_pools/{work_pool_name}/workers/filter", Asks),
    (
        "POST",
        "/work_pools/{work_pool_name}/workers/heartbeat",
        Story("pools"),
    ),
    (
        "DELETE",
        "/work_pools/{work_pool_name}/workers/{name}",
        Story("pools"),
    ),
    ("POST", "/work_queues/", Story("queues of agents")),
    ("POST", "/work_queues/filter", Asks),
    ("DELETE", "/work_queues/{id}", Story("queues of agents")),
    ("PATCH", "/work_queues/{id}", Story("queues of agents")),
    ("POST", "/work_queues/{id}/concurrency_status", Asks),
    (
        "POST",
        "/work_queues/{id}/get_runs",
        Story("queues of agents"),
    ),
    // WebSockets are in no API document: `sockets`, `workers` and `background` write over those that write,
    // /events/in, /work_pools/{work_pool_name}/workers/connect and /task_runs/subscriptions/scheduled.
];

/// The writers that tell no story, by their files.
const WRITERS: [&str; 7] = [
    "background",
    "events",
    "journal",
    "logs",
    "sockets",
    "states",
    "workers",
];

#[test]
fn every_route_that_writes_is_written_to_while_servers_are_killed() {
    let home = Home::sqlite();
    let server = home.start();
    let document = server.connect().get("/api/openapi.json").unwrap().json();
    let mut routes = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let methods = methods.as_object().unwrap().keys();
        let methods = methods.map(|method| method.to_uppercase());
        let writing =
            methods.filter(|method| ["POST", "PUT", "PATCH", "DELETE"].contains(&method.as_str()));
        let path = path.strip_prefix("/api").unwrap();
        routes.extend(writing.map(|method| format!("{method} {path}")));
    }
    let listed: BTreeSet<String> = ROUTES
        .iter()
        .map(|(method, path, _)| format!("{method} {path}"))
        .collect();
    assert_eq!(listed.len(), ROUTES.len(), "a route twice");
    let new: Vec<_> = routes.difference(&listed).collect();
    assert!(new.is_empty(), "nobody writes to {new:?}");
    let gone: Vec<_> = listed.difference(&routes).collect();
    assert!(gone.is_empty(), "there is no {gone:?}");
    for (method, path, by) in ROUTES {
        match by {
            Story(title) => {
                let (_, story) = STORIES.iter().find(|(known, _)| known == title).unwrap();
                let steps = story();
                assert!(
                    steps.iter().any(|step| step.goes_to(method, path)),
                    "{title}: no {method} {path}"
                );
            }
            Writer(name) => assert!(WRITERS.contains(name), "{name}"),
            Asks => {
                // What a story does to a route is more than asking.
                let told = STORIES.iter().find(|(_, story)| {
                    let steps = story();
                    steps.iter().any(|step| step.goes_to(method, path))
                });
                assert!(told.is_none(), "{:?}: {method} {path}", told.map(|it| it.0));
            }
        }
    }
}
