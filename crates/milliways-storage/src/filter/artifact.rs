//! Which artifacts and which keys of artifacts, as conditions on `x`.

use milliways_model::filter::{
    AnyOf, AnyOrNot, ArtifactCollectionFilter, ArtifactFilter, KeyFilter,
};
use milliways_model::{ArtifactId, FlowRunId, TaskRunId, WorkspaceId};

use super::{
    Conditions, DEPLOYMENT_EXISTS, FLOW_EXISTS, Filters, Query, deployment, finish, flow, flow_run,
    like, nested, scoped, task_run,
};

/// `WHERE` for artifacts, or the newest ones of keys, `x`.
pub(crate) fn artifacts(query: &mut Query, workspace: WorkspaceId, filters: &Filters) {
    let mut all = scoped(query, "x", workspace);
    if let Some(filter) = &filters.artifacts {
        conditions(&mut all, filter);
    }
    if let Some(filter) = &filters.artifact_collections {
        of_collections(&mut all, filter);
    }
    if filters.flows.is_some() || filters.flow_runs.is_some() || filters.deployments.is_some() {
        nested(
            &mut all,
            "EXISTS (SELECT 1 FROM flow_run r WHERE r.id = x.flow_run_id",
            |inner| {
                if let Some(filter) = &filters.flow_runs {
                    flow_run::conditions(inner, filter);
                }
                if let Some(filter) = &filters.flows {
                    nested(inner, FLOW_EXISTS, |inner| flow::conditions(inner, filter));
                }
                if let Some(filter) = &filters.deployments {
                    nested(inner, DEPLOYMENT_EXISTS, |inner| {
                        deployment::conditions(inner, filter);
                    });
                }
            },
        );
    }
    if let Some(filter) = &filters.task_runs {
        nested(
            &mut all,
            "EXISTS (SELECT 1 FROM task_run t WHERE t.id = x.task_run_id",
            |inner| task_run::conditions(inner, filter),
        );
    }
    finish(all);
}

fn conditions(outer: &mut Conditions<'_>, filter: &ArtifactFilter) {
    outer.group(filter.operator, |all| {
        fill(
            all,
            ("x.id", filter.id.as_ref()),
            filter.key.as_ref(),
            filter.flow_run_id.as_ref(),
            filter.task_run_id.as_ref(),
            filter.r#type.as_ref(),
        );
    });
}

fn of_collections(outer: &mut Conditions<'_>, filter: &ArtifactCollectionFilter) {
    outer.group(filter.operator, |all| {
        fill(
            all,
            ("x.latest_id", filter.latest_id.as_ref()),
            filter.key.as_ref(),
            filter.flow_run_id.as_ref(),
            filter.task_run_id.as_ref(),
            filter.r#type.as_ref(),
        );
    });
}

fn fill(
    all: &mut Conditions<'_>,
    (column, id): (&str, Option<&AnyOf<ArtifactId>>),
    key: Option<&KeyFilter>,
    flow_run: Option<&AnyOf<FlowRunId>>,
    task_run: Option<&AnyOf<TaskRunId>>,
    kind: Option<&AnyOrNot<String>>,
) {
    if let Some(id) = id {
        all.any(column, id.any_.as_ref());
    }
    if let Some(key) = key {
        all.any("x.key", key.any_.as_ref());
        if let Some(text) = key.like_.as_ref().filter(|text| !text.is_empty()) {
            all.with("x.key ILIKE {} ESCAPE '\\'", like(text));
        }
        all.null("x.key", key.exists_.map(|exists| !exists));
    }
    if let Some(id) = flow_run {
        all.any("x.flow_run_id", id.any_.as_ref());
    }
    if let Some(id) = task_run {
        all.any("x.task_run_id", id.any_.as_ref());
    }
    if let Some(kind) = kind {
        all.any("x.type", kind.any_.as_ref());
        if let Some(none) = kind.not_any_.as_ref().filter(|none| !none.is_empty()) {
            all.with("x.type <> ALL({})", none.clone());
        }
    }
}
