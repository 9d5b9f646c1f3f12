-- How long runs ran, beside the time in which they were expected to start: parts of a history that begin anywhere look at
-- rows. And that time beside names: pages by name ask for a week.
DROP INDEX flow_run_expected;
CREATE INDEX flow_run_expected ON flow_run (workspace_id, expected_start_time, started, state_type, state_name, flow_id,
    deployment_id, work_queue_id, parent_task_run_id, name, id, total_run_time);
DROP INDEX task_run_expected;
CREATE INDEX task_run_expected ON task_run (workspace_id, expected_start_time, start_time, state_type, state_name,
    flow_run_id, id, total_run_time);
DROP INDEX flow_run_name;
CREATE INDEX flow_run_name ON flow_run (workspace_id, name, id, expected_start_time);

DELETE FROM sqlite_stat1 WHERE idx IN ('flow_run_expected', 'task_run_expected', 'flow_run_name');
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('flow_run', 'flow_run_expected', '1000000 1000000 1 1 1 1 1 1 1 1 1 1 1'),
    ('task_run', 'task_run_expected', '10000000 10000000 1 1 1 1 1 1 1'),
    ('flow_run', 'flow_run_name', '1000000 1000000 10 1 1');
ANALYZE sqlite_schema;
