-- Events are also counted together, whatever they are named (`about` is 6): a chart of all of them has not to add up the
-- counts of each name. What was counted by name so far says how many there are.
INSERT INTO tally (workspace_id, about, width, start, kind, name, shard, count, lateness, run_time, running_since, waiting,
    waiting_since)
SELECT workspace_id, 6, width, start, '', '', shard, SUM(count), 0, 0, 0, 0, 0
FROM tally WHERE about = 3 GROUP BY workspace_id, width, start, shard;
