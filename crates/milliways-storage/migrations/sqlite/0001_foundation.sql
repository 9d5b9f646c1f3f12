-- Workspaces, flows, flow runs, task runs, the event log (states among them), log lines, attempts.
-- Times are microseconds since the epoch, JSON is text that nobody here looks into.

CREATE TABLE workspace (
    id BLOB NOT NULL PRIMARY KEY,
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    created INTEGER NOT NULL,
    UNIQUE (account, name)
);

INSERT INTO workspace (id, account, name, created)
VALUES (X'6d696c6c697761797364656661756c74', 'default', 'default', 0);

CREATE TABLE flow (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    name TEXT NOT NULL,
    tags TEXT NOT NULL,
    labels TEXT NOT NULL,
    UNIQUE (workspace_id, name)
);

CREATE TABLE flow_run (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    name TEXT NOT NULL,
    flow_id BLOB NOT NULL,
    deployment_id BLOB,
    deployment_version TEXT,
    work_queue_id BLOB,
    work_queue_name TEXT,
    flow_version TEXT,
    parameters TEXT NOT NULL,
    idempotency_key TEXT,
    context TEXT NOT NULL,
    empirical_policy TEXT NOT NULL,
    tags TEXT NOT NULL,
    labels TEXT NOT NULL,
    parent_task_run_id BLOB,
    auto_scheduled INTEGER NOT NULL,
    infrastructure_document_id BLOB,
    infrastructure_pid TEXT,
    created_by TEXT,
    job_variables TEXT,
    -- The state that it is in: its row in the log, and what lists and counts ask for.
    state_id BLOB,
    state_type TEXT,
    state_name TEXT,
    state_timestamp INTEGER,
    run_count INTEGER NOT NULL,
    expected_start_time INTEGER,
    next_scheduled_start_time INTEGER,
    start_time INTEGER,
    end_time INTEGER,
    total_run_time REAL NOT NULL,
    -- start_time, or expected_start_time before it has one: stored, so that an index can sort by it.
    started INTEGER
);

CREATE UNIQUE INDEX flow_run_idempotency ON flow_run (flow_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX flow_run_started ON flow_run (workspace_id, started);
CREATE INDEX flow_run_expected ON flow_run (workspace_id, expected_start_time);
CREATE INDEX flow_run_state ON flow_run (workspace_id, state_type, started);
CREATE INDEX flow_run_flow ON flow_run (flow_id, started);
CREATE INDEX flow_run_parent ON flow_run (parent_task_run_id) WHERE parent_task_run_id IS NOT NULL;
CREATE INDEX flow_run_due ON flow_run (workspace_id, next_scheduled_start_time, id) WHERE state_type = 'SCHEDULED';
CREATE INDEX flow_run_end ON flow_run (workspace_id, end_time);

CREATE TABLE task_run (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    name TEXT NOT NULL,
    flow_run_id BLOB,
    task_key TEXT NOT NULL,
    dynamic_key TEXT NOT NULL,
    cache_key TEXT,
    cache_expiration INTEGER,
    task_version TEXT,
    empirical_policy TEXT NOT NULL,
    tags TEXT NOT NULL,
    labels TEXT NOT NULL,
    task_inputs TEXT NOT NULL,
    state_id BLOB,
    state_type TEXT,
    state_name TEXT,
    state_timestamp INTEGER,
    run_count INTEGER NOT NULL,
    flow_run_run_count INTEGER NOT NULL,
    expected_start_time INTEGER,
    next_scheduled_start_time INTEGER,
    start_time INTEGER,
    end_time INTEGER,
    total_run_time REAL NOT NULL
);

CREATE UNIQUE INDEX task_run_key ON task_run (flow_run_id, task_key, dynamic_key);
CREATE INDEX task_run_expected ON task_run (workspace_id, expected_start_time);

-- The log. A state of a run and the event that tells of it are one row: run_id and state_* are set, and the
-- event is rendered from them. Any other event has a body. `seq` ascends in the order of commits.
CREATE TABLE event (
    seq INTEGER NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    id BLOB NOT NULL UNIQUE,
    occurred INTEGER NOT NULL,
    received INTEGER NOT NULL,
    name TEXT NOT NULL,
    resource_id TEXT,
    follows BLOB,
    body TEXT,
    run_id BLOB,
    is_flow_run INTEGER,
    flow_run_id BLOB,
    state_type TEXT,
    state_name TEXT,
    message TEXT,
    data TEXT,
    details TEXT,
    -- What was proposed, where a rule made another state of it.
    intended_type TEXT
);

CREATE INDEX event_run ON event (run_id, seq) WHERE run_id IS NOT NULL;
CREATE INDEX event_occurred ON event (workspace_id, occurred);
CREATE INDEX event_plain ON event (received) WHERE run_id IS NULL;
CREATE INDEX event_resource ON event (workspace_id, resource_id, occurred) WHERE resource_id IS NOT NULL;

CREATE TABLE log (
    seq INTEGER NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    id BLOB NOT NULL,
    created INTEGER NOT NULL,
    name TEXT NOT NULL,
    level INTEGER NOT NULL,
    message TEXT NOT NULL,
    timestamp INTEGER NOT NULL,
    flow_run_id BLOB,
    task_run_id BLOB
);

CREATE INDEX log_flow_run ON log (flow_run_id, timestamp, seq) WHERE flow_run_id IS NOT NULL;
CREATE INDEX log_task_run ON log (task_run_id, timestamp, seq) WHERE task_run_id IS NOT NULL;

-- The attempt at a run that a process holds: its fencing epoch, how much of its journal is stored, and until
-- when it is taken to be alive (null once it has ended).
CREATE TABLE attempt (
    run_id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    is_flow_run INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    acked_seq INTEGER NOT NULL,
    lease_until INTEGER
);

CREATE INDEX attempt_lease ON attempt (lease_until) WHERE lease_until IS NOT NULL;

CREATE TABLE cached_state (
    workspace_id BLOB NOT NULL,
    cache_key TEXT NOT NULL,
    seq INTEGER NOT NULL,
    expiration INTEGER,
    state_id BLOB NOT NULL,
    PRIMARY KEY (workspace_id, cache_key, seq)
);

-- What the query planner has to know, told once rather than measured: nearly all rows belong to one workspace, so
-- that an index that begins with it finds an order or a span, but never a row. Without this a list of ids would be
-- answered by walking through a whole workspace.
ANALYZE;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('flow', 'sqlite_autoindex_flow_1', '1000 1'),
    ('flow', 'sqlite_autoindex_flow_2', '1000 1000 1'),
    ('flow_run', 'sqlite_autoindex_flow_run_1', '1000000 1'),
    ('flow_run', 'flow_run_idempotency', '100000 1000 1'),
    ('flow_run', 'flow_run_started', '1000000 1000000 1'),
    ('flow_run', 'flow_run_expected', '1000000 1000000 1'),
    ('flow_run', 'flow_run_state', '1000000 1000000 100000 1'),
    ('flow_run', 'flow_run_flow', '1000000 1000 1'),
    ('flow_run', 'flow_run_parent', '100000 1'),
    ('flow_run', 'flow_run_due', '1000 1000 1 1'),
    ('flow_run', 'flow_run_end', '1000000 1000000 1'),
    ('task_run', 'sqlite_autoindex_task_run_1', '10000000 1'),
    ('task_run', 'task_run_key', '10000000 100 20 1'),
    ('task_run', 'task_run_expected', '10000000 10000000 1'),
    ('event', 'sqlite_autoindex_event_1', '30000000 1'),
    ('event', 'event_run', '30000000 3 1'),
    ('event', 'event_occurred', '30000000 30000000 1'),
    ('event', 'event_plain', '1000000 1'),
    ('event', 'event_resource', '1000000 1000000 100 1'),
    ('log', 'log_flow_run', '10000000 1000 1 1'),
    ('log', 'log_task_run', '10000000 10 1 1'),
    ('attempt', 'sqlite_autoindex_attempt_1', '1000000 1'),
    ('attempt', 'attempt_lease', '100 1'),
    ('cached_state', 'sqlite_autoindex_cached_state_1', '100000 100000 2 1');
ANALYZE sqlite_schema;
