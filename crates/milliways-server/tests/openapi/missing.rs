//! Operations of Prefect's that do not exist here yet. Whoever adds one takes its line out.

/// Method and path, one a line.
pub(super) const MISSING: &[&str] = &[
    "GET /deployments/{id}/work_queue_check",
    "POST /deployments/get_scheduled_flow_runs",
    "POST /deployments/{id}/create_flow_run",
    "POST /deployments/{id}/create_flow_run/bulk",
    "POST /deployments/{id}/schedule",
];
