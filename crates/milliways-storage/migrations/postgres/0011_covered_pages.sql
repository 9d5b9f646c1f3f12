-- The time in which runs were expected to start, beside names: pages by name ask for a week.
DROP INDEX flow_run_name;
CREATE INDEX flow_run_name ON flow_run (workspace_id, name, id) INCLUDE (expected_start_time);
