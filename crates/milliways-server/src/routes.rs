//! All routes, and the only way to register one.
//!
//! [`Routes`] takes what `utoipa_axum::routes!` makes of handlers, so that every route is in the API document,
//! and puts each below both forms of the API's root, with and without a slash at its end. The edge stands
//! before all of them: there is no route that authentication and limits don't cover.

mod admin;
mod artifacts;
mod automations;
mod block_documents;
mod block_schemas;
mod block_types;
mod collections;
mod concurrency_limits;
mod concurrency_limits_v2;
mod csrf_token;
mod deployments;
mod events;
pub(crate) use events::bounds as events_bounds;
mod flow_run_states;
mod flow_runs;
mod flows;
mod health;
mod journal;
mod logs;
mod observed_states;
mod reply;
mod saved_searches;
mod task_run_states;
mod task_runs;
mod task_workers;
mod templates;
mod ui_flow_runs;
mod ui_flows;
mod ui_schemas;
mod ui_task_runs;
mod variables;
mod version;
mod work_pools;
mod work_queues;

use std::collections::BTreeMap;

use axum::Router;
use axum::http::{Method, StatusCode, Uri};
use axum::routing::{MethodRouter, any, get};
use utoipa::openapi::path::Paths;
use utoipa::openapi::{RefOr, Schema};
use utoipa_axum::router::UtoipaMethodRouter;

use crate::app::Shared;
use crate::problem::Problem;
use crate::{docs, stream, ui};

/// The two forms of the API's root: the default workspace, and a named one.
const ROOTS: [&str; 2] = ["/api", "/api/accounts/{account}/workspaces/{workspace}"];

/// Routes with what the API document says about them.
#[derive(Default)]
pub(crate) struct Routes {
    list: Vec<(String, MethodRouter<Shared>)>,
    pub(crate) paths: Paths,
    pub(crate) schemas: BTreeMap<String, RefOr<Schema>>,
}

impl Routes {
    /// Adds handlers of one path. Paths are spelled as Prefect's document spells them.
    fn add(mut self, (schemas, paths, methods): UtoipaMethodRouter<Shared>) -> Self {
        for path in paths.paths.keys() {
            self.list.push((path.clone(), methods.clone()));
        }
        self.paths.merge(paths);
        self.schemas.extend(schemas);
        self
    }

    fn merge(mut self, other: Self) -> Self {
        self.list.extend(other.list);
        self.paths.merge(other.paths);
        self.schemas.extend(other.schemas);
        self
    }
}

/// Every route of the API.
pub(crate) fn all() -> Routes {
    [
        flows::routes(),
        deployments::routes(),
        flow_runs::routes(),
        task_runs::routes(),
        task_workers::routes(),
        flow_run_states::routes(),
        task_run_states::routes(),
        journal::routes(),
        logs::routes(),
        observed_states::routes(),
        events::routes(),
        automations::routes(),
        templates::routes(),
        variables::routes(),
        saved_searches::routes(),
        artifacts::routes(),
        collections::routes(),
        block_types::routes(),
        block_schemas::routes(),
        block_documents::routes(),
        ui_schemas::routes(),
        ui_flow_runs::routes(),
        ui_flows::routes(),
        ui_task_runs::routes(),
        work_pools::routes(),
        work_queues::routes(),
        health::routes(),
        version::routes(),
        csrf_token::routes(),
        admin::routes(),
        concurrency_limits::routes(),
        concurrency_limits_v2::routes(),
    ]
    .into_iter()
    .fold(Routes::default(), Routes::merge)
}

/// The routes, the WebSockets, the counters, the API document and the web page.
pub(crate) fn router(app: Shared) -> Router {
    let mut router = Router::new()
        .route("/metrics", get(admin::metrics))
        .route("/openapi.json", get(admin::document))
        .route("/docs", get(docs::page))
        .route("/docs/page.js", get(docs::script))
        .route("/docs/page.css", get(docs::style))
        .route("/api/openapi.json", get(admin::document));
    let table = all();
    for root in ROOTS {
        for (path, methods) in &table.list {
            let bare = path.strip_suffix('/').unwrap_or(path);
            for spelling in [bare.to_owned(), format!("{bare}/")] {
                router = router.route(&format!("{root}{spelling}"), methods.clone());
            }
        }
        router = router
            .route(&format!("{root}/events/in"), get(stream::events_in))
            .route(&format!("{root}/events/out"), get(stream::events_out))
            .route(&format!("{root}/logs/out"), get(stream::logs_out))
            .route(
                &format!("{root}/task_runs/subscriptions/scheduled"),
                get(stream::scheduled_task_runs),
            )
            .route(
                &format!("{root}/work_pools/{{work_pool_name}}/workers/connect"),
                get(stream::worker_channel),
            );
    }
    if app.config.local.is_some() {
        router = router.route("/api/admin/local/stop", axum::routing::post(admin::stop));
    }
    router
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(if app.config.ui {
            get(ui::page).fallback(not_found)
        } else {
            any(not_found)
        })
        .with_state(app)
}

async fn not_found(uri: Uri) -> Problem {
    let path: String = uri.path().chars().take(128).collect();
    Problem::detail(StatusCode::NOT_FOUND, "no_such_route", "Not Found")
        .hint(format!("there is nothing at {path}"))
}

async fn method_not_allowed(method: Method) -> Problem {
    Problem::detail(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "Method Not Allowed",
    )
    .hint(format!("the path exists, but not for {method}"))
}

#[cfg(test)]
mod tests;
