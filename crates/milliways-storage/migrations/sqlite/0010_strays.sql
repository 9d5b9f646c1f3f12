-- Runs that did not start about when they were expected to, and task runs of no flow run: see src/filter/stray.rs.
CREATE INDEX flow_run_stray ON flow_run (workspace_id, expected_start_time, started)
    WHERE started < expected_start_time OR started > expected_start_time + 3600000000;
CREATE INDEX task_run_stray ON task_run (workspace_id, expected_start_time, start_time)
    WHERE start_time IS NULL OR start_time < expected_start_time
    OR start_time > expected_start_time + 900000000 OR flow_run_id IS NULL;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('flow_run', 'flow_run_stray', '10000 10000 1 1'),
    ('task_run', 'task_run_stray', '10000 10000 1 1');
ANALYZE sqlite_schema;
