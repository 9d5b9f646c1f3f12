-- How many flow runs each flow, each deployment and each work queue has, by state: all of them, and those expected in each
-- hour, with how late they started. See src/tally/owners.rs.
DROP TABLE flow_run_count;
CREATE TABLE flow_run_count (
    workspace_id BLOB NOT NULL,
    -- The flow, the deployment or the queue.
    owner_id BLOB NOT NULL,
    -- The beginning of the hour, or the smallest number for all of them.
    start INTEGER NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    shard INTEGER NOT NULL,
    count INTEGER NOT NULL,
    -- Microseconds, as in tally.
    lateness INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, owner_id, start, kind, name, shard)
) WITHOUT ROWID;

INSERT INTO flow_run_count (workspace_id, owner_id, start, kind, name, shard, count, lateness)
SELECT q.workspace_id, q.owner_id, q.start, q.kind, q.name, 0, COUNT(*), CAST(SUM(q.lateness) AS BIGINT) FROM (
    SELECT r.workspace_id,
        CASE o.owner WHEN 1 THEN r.flow_id WHEN 2 THEN r.deployment_id ELSE r.work_queue_id END AS owner_id,
        CASE o.hourly WHEN 0 THEN CAST(-9223372036854775807 - 1 AS BIGINT) ELSE r.expected_start_time
            - (((r.expected_start_time % 3600000000) + 3600000000) % 3600000000) END AS start,
        COALESCE(r.state_type, '') AS kind, COALESCE(r.state_name, '') AS name,
        CASE WHEN r.start_time - r.expected_start_time > 100000000000000 THEN 100000000000000
            WHEN r.start_time > r.expected_start_time THEN r.start_time - r.expected_start_time ELSE 0 END AS lateness
    FROM flow_run r CROSS JOIN (SELECT 1 AS owner, 0 AS hourly UNION ALL SELECT 1, 1 UNION ALL SELECT 2, 0
        UNION ALL SELECT 2, 1 UNION ALL SELECT 3, 0 UNION ALL SELECT 3, 1) o) q
WHERE q.owner_id IS NOT NULL AND q.start IS NOT NULL GROUP BY 1, 2, 3, 4, 5;
