-- Automations, and the resources that they are about or belong to.

CREATE TABLE automation (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    tags TEXT NOT NULL,
    -- The trigger and the three lists of actions.
    definition TEXT NOT NULL
);

CREATE INDEX automation_name ON automation (workspace_id, name, id);
CREATE INDEX automation_created ON automation (workspace_id, created, id);
CREATE INDEX automation_updated ON automation (workspace_id, updated, id);

CREATE TABLE automation_resource (
    workspace_id BLOB NOT NULL,
    resource_id TEXT NOT NULL,
    automation_id BLOB NOT NULL,
    -- Whether the automation is deleted with the resource.
    is_owner INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, resource_id, automation_id)
) WITHOUT ROWID;

CREATE INDEX automation_resource_automation ON automation_resource (automation_id);

-- How many rows there are, by the spans of time in which they fall: see src/tally.rs.
CREATE TABLE tally (
    workspace_id BLOB NOT NULL,
    -- 1: flow runs, 2: task runs, 3: events, 4 and 5: the runs by when they were expected to start.
    about INTEGER NOT NULL,
    -- The span: its length and its beginning, in microseconds.
    width INTEGER NOT NULL,
    start INTEGER NOT NULL,
    -- The type and the name of the state, or the event's name.
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    -- Who counts: writers that share a database each have rows of their own.
    shard INTEGER NOT NULL,
    count INTEGER NOT NULL,
    -- Sums over runs, in microseconds: how late they started, how long they ran; of RUNNING ones since when, of those
    -- that wait how many they are and since when, both from the beginning of the hour on.
    lateness INTEGER NOT NULL,
    run_time INTEGER NOT NULL,
    running_since INTEGER NOT NULL,
    waiting INTEGER NOT NULL,
    waiting_since INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, about, width, start, kind, name, shard)
) WITHOUT ROWID;

-- How many flow runs each flow and each deployment has, by state: see src/tally/owners.rs.
CREATE TABLE flow_run_count (
    workspace_id BLOB NOT NULL,
    -- The flow or the deployment.
    owner_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    shard INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, owner_id, kind, name, shard)
) WITHOUT ROWID;

-- What events that have a body are about: their resources, with the role of related ones.
CREATE TABLE subject (
    workspace_id BLOB NOT NULL,
    resource_id TEXT NOT NULL,
    occurred INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (workspace_id, resource_id, occurred, seq, role)
) WITHOUT ROWID;

-- A primary resource is found through `subject`, and the names of events by the time at which they occurred.
DROP INDEX event_resource;
DROP INDEX event_occurred;
CREATE INDEX event_occurred ON event (workspace_id, occurred, seq, name);

-- What counts look at where a span of time begins or ends within a few minutes, orders of lists, runs that have not started.
CREATE INDEX task_run_start ON task_run (workspace_id, start_time, state_type, state_name) WHERE start_time IS NOT NULL;
CREATE INDEX flow_run_name ON flow_run (workspace_id, name, id);
CREATE INDEX flow_run_newest ON flow_run (workspace_id, id);
CREATE INDEX task_run_newest ON task_run (workspace_id, id);
CREATE INDEX flow_run_waiting ON flow_run (workspace_id, expected_start_time) WHERE start_time IS NULL;

DELETE FROM sqlite_stat1 WHERE idx IN ('event_resource', 'event_occurred');
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('automation', 'sqlite_autoindex_automation_1', '1000 1'),
    ('automation', 'automation_name', '1000 1000 1 1'),
    ('automation', 'automation_created', '1000 1000 1 1'),
    ('automation', 'automation_updated', '1000 1000 1 1'),
    ('automation_resource', 'sqlite_autoindex_automation_resource_1', '1000 1000 2 1'),
    ('automation_resource', 'automation_resource_automation', '1000 2'),
    ('tally', 'sqlite_autoindex_tally_1', '1000000 1000000 300000 200000 10 2 1 1'),
    ('subject', 'sqlite_autoindex_subject_1', '10000000 10000000 50 1 1 1'),
    ('event', 'event_occurred', '30000000 30000000 1 1 1'),
    ('task_run', 'task_run_start', '10000000 10000000 1 1 1'),
    ('flow_run', 'flow_run_waiting', '1000 1000 1'),
    ('flow_run', 'flow_run_name', '1000000 1000000 10 1'),
    ('flow_run', 'flow_run_newest', '1000000 1000000 1'),
    ('task_run', 'task_run_newest', '10000000 10000000 1');
ANALYZE sqlite_schema;
