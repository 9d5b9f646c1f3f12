//! Deployments and their schedules: what they refer to exists, and so do they for what refers to them.

super::hold! {
    next "create the deployment again under its name, which mends what it refers to, or delete it";
    FLOWS, "deployment-flows", "a deployment's flow exists in its workspace",
        "SELECT d.id FROM deployment d WHERE NOT EXISTS
            (SELECT 1 FROM flow f WHERE f.id = d.flow_id AND f.workspace_id = d.workspace_id)";
    QUEUES, "deployment-queues", "the queue that a deployment's runs go to exists",
        "SELECT d.id FROM deployment d WHERE d.work_queue_id IS NOT NULL AND NOT EXISTS
            (SELECT 1 FROM work_queue q WHERE q.id = d.work_queue_id AND q.workspace_id = d.workspace_id)";
    LIMITS, "deployment-limits", "the limit of a deployment exists",
        "SELECT d.id FROM deployment d WHERE d.concurrency_limit_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM concurrency_limit l WHERE l.id = d.concurrency_limit_id)";
    STATUS, "deployment-status", "a deployment is ready or not",
        "SELECT d.id FROM deployment d WHERE d.status NOT IN ('READY', 'NOT_READY')";
    SCHEDULES, "schedules", "a schedule belongs to a deployment",
        "SELECT s.id FROM deployment_schedule s WHERE NOT EXISTS
            (SELECT 1 FROM deployment d WHERE d.id = s.deployment_id AND d.workspace_id = s.workspace_id)";
    SCHEDULED, "scheduled-runs", "a run that a schedule has planned belongs to a deployment",
        "SELECT r.id FROM flow_run r WHERE r.auto_scheduled AND r.state_type = 'SCHEDULED'
        AND NOT EXISTS (SELECT 1 FROM deployment d WHERE d.id = r.deployment_id)";
    PLANNED, "scheduled-keys", "a run that a schedule has planned is known by its schedule and date",
        "SELECT r.id FROM flow_run r WHERE r.auto_scheduled AND r.state_type = 'SCHEDULED'
        AND (r.idempotency_key IS NULL OR r.expected_start_time IS NULL)";
    OWN_LIMITS, "deployment-slots", "the limit that was made for a deployment is one that a deployment has",
        // Anybody may call a limit `deployment:…`, but not with an id behind it.
        "SELECT l.id FROM concurrency_limit l WHERE SUBSTR(l.name, 1, 11) = 'deployment:' AND LENGTH(l.name) = 47
        AND NOT EXISTS (SELECT 1 FROM deployment d WHERE d.concurrency_limit_id = l.id)";
}
