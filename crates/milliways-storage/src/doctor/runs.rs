//! Flow runs and task runs: each is in the state that its log says, and has what its state asks for.

super::hold! {
    next "set the run's state again through the API, or delete the run";
    FLOW_RUN_STATES, "flow-run-states", "a flow run's state exists in the log, and its columns repeat it",
        "SELECT r.id FROM flow_run r LEFT JOIN event s ON s.id = r.state_id
        WHERE r.state_id IS NOT NULL AND (s.run_id IS DISTINCT FROM r.id OR s.state_type IS DISTINCT FROM r.state_type
            OR s.state_name IS DISTINCT FROM r.state_name OR s.occurred IS DISTINCT FROM r.state_timestamp)";
    TASK_RUN_STATES, "task-run-states", "a task run's state exists in the log, and its columns repeat it",
        "SELECT t.id FROM task_run t LEFT JOIN event s ON s.id = t.state_id
        WHERE t.state_id IS NOT NULL AND (s.run_id IS DISTINCT FROM t.id OR s.state_type IS DISTINCT FROM t.state_type
            OR s.state_name IS DISTINCT FROM t.state_name OR s.occurred IS DISTINCT FROM t.state_timestamp)";
    FLOW_RUN_LATEST, "flow-run-latest", "no state of a flow run is later than the one that it is in",
        "SELECT r.id FROM flow_run r WHERE EXISTS (SELECT 1 FROM event e
            WHERE e.run_id = r.id AND e.state_type IS NOT NULL AND e.occurred > COALESCE(r.state_timestamp, 0))";
    TASK_RUN_LATEST, "task-run-latest", "no state of a task run is later than the one that it is in",
        "SELECT t.id FROM task_run t WHERE EXISTS (SELECT 1 FROM event e
            WHERE e.run_id = t.id AND e.state_type IS NOT NULL AND e.occurred > COALESCE(t.state_timestamp, 0))";
    STATELESS, "flow-runs-without-a-state", "a flow run that has entered no state has none of its columns",
        "SELECT r.id FROM flow_run r WHERE r.state_id IS NULL
        AND (r.state_type IS NOT NULL OR r.state_name IS NOT NULL OR r.state_timestamp IS NOT NULL)";
    STARTED, "flow-run-started", "what flow runs are sorted by is their start time, or the expected one before",
        "SELECT r.id FROM flow_run r WHERE r.started IS DISTINCT FROM COALESCE(r.start_time, r.expected_start_time)";
    ENDED, "flow-run-ends", "a flow run has an end time where its state is final, and none elsewhere",
        "SELECT r.id FROM flow_run r WHERE r.state_type IS NOT NULL
        AND (r.state_type IN ('COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED')) <> (r.end_time IS NOT NULL)";
    TIMES, "run-times", "no run has run for less than no time, nor a negative number of times",
        "SELECT r.id FROM flow_run r WHERE r.total_run_time < 0 OR r.run_count < 0
        UNION ALL SELECT t.id FROM task_run t WHERE t.total_run_time < 0 OR t.run_count < 0";
    FLOWS, "flow-run-flows", "a flow run's flow exists in its workspace",
        "SELECT r.id FROM flow_run r WHERE NOT EXISTS
            (SELECT 1 FROM flow f WHERE f.id = r.flow_id AND f.workspace_id = r.workspace_id)";
    INPUTS, "flow-run-inputs", "an input belongs to a flow run",
        "SELECT i.id FROM flow_run_input i WHERE NOT EXISTS (SELECT 1 FROM flow_run r WHERE r.id = i.flow_run_id)";
    ATTEMPTS, "attempts", "an attempt belongs to a run, and counts from one",
        "SELECT a.run_id FROM attempt a WHERE a.epoch < 1 OR a.acked_seq < 0
        OR (a.is_flow_run AND NOT EXISTS (SELECT 1 FROM flow_run r WHERE r.id = a.run_id))
        OR (NOT a.is_flow_run AND NOT EXISTS (SELECT 1 FROM task_run t WHERE t.id = a.run_id))";
    LEASES, "attempt-leases", "what held a run when it ended holds it no longer than it was given it for then",
        "SELECT a.run_id FROM attempt a JOIN flow_run r ON r.id = a.run_id JOIN event s ON s.id = r.state_id
        WHERE a.lease_until > s.received + 60000000
        AND r.state_type IN ('COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED')
        UNION ALL SELECT a.run_id FROM attempt a JOIN task_run t ON t.id = a.run_id JOIN event s ON s.id = t.state_id
        WHERE a.lease_until > s.received + 60000000
        AND t.state_type IN ('COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED')";
    QUEUED, "background-tasks", "what waits for a task worker is a task run",
        "SELECT q.task_run_id FROM task_queue q WHERE NOT EXISTS
            (SELECT 1 FROM task_run t WHERE t.id = q.task_run_id AND t.workspace_id = q.workspace_id)";
    ORPHANS, "task-run-parents", "a task run's flow run exists in its workspace, if it names one",
        "SELECT t.id FROM task_run t WHERE t.flow_run_id IS NOT NULL AND NOT EXISTS
            (SELECT 1 FROM flow_run r WHERE r.id = t.flow_run_id AND r.workspace_id = t.workspace_id)";
    OWNERS, "attempt-owners", "an attempt is of its run's workspace",
        "SELECT a.run_id FROM attempt a JOIN flow_run r ON r.id = a.run_id
            WHERE a.is_flow_run AND a.workspace_id <> r.workspace_id
        UNION ALL SELECT a.run_id FROM attempt a JOIN task_run t ON t.id = a.run_id
            WHERE NOT a.is_flow_run AND a.workspace_id <> t.workspace_id";
}
