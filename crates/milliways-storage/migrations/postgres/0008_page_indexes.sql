-- What pages of runs and their counts ask beside the time in which runs were expected to start: with it in the index,
-- the rows of a week have not to be read for the few that match. Names are not in it: an entry of an index has 2,704
-- bytes at most, and a run's name and that of its state may each take a good part of them.
DROP INDEX flow_run_expected;
CREATE INDEX flow_run_expected ON flow_run (workspace_id, expected_start_time DESC NULLS LAST, id DESC)
    INCLUDE (started, state_type, flow_id, deployment_id, work_queue_id, parent_task_run_id);
DROP INDEX task_run_expected;
CREATE INDEX task_run_expected ON task_run (workspace_id, expected_start_time DESC NULLS LAST, id DESC)
    INCLUDE (start_time, state_type, flow_run_id);

-- Flow runs that were started by other ones, by the task run that stands for each: pages that leave them out count them,
-- and take that from what is counted of all.
CREATE INDEX flow_run_subflow ON flow_run (workspace_id, expected_start_time, started, state_type, state_name)
    WHERE parent_task_run_id IS NOT NULL;

-- How many flow runs each work queue has, beside those of flows and deployments.
INSERT INTO flow_run_count (workspace_id, owner_id, kind, name, shard, count)
SELECT workspace_id, work_queue_id, COALESCE(state_type, ''), COALESCE(state_name, ''), 0, COUNT(*)
FROM flow_run WHERE work_queue_id IS NOT NULL GROUP BY 1, 2, 3, 4;
