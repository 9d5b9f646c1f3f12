-- Concurrency limits, leases and slots; inputs of runs; queues of background tasks.

-- `level` is how much is in the bucket of a limit whose slots come back by themselves, at `updated`. What others
-- have taken is counted in `concurrency_slot`.
CREATE TABLE concurrency_limit (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    name TEXT NOT NULL,
    active INTEGER NOT NULL,
    slots INTEGER NOT NULL,
    level REAL NOT NULL,
    denied_slots REAL NOT NULL,
    slot_decay_per_second REAL NOT NULL,
    avg_slot_occupancy_seconds REAL NOT NULL,
    UNIQUE (workspace_id, name)
);

-- The right to hold slots, until `expires` (null: until it is given back). `duration` is how long it was made or
-- renewed for, in seconds.
CREATE TABLE concurrency_lease (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER,
    duration REAL NOT NULL,
    holder_type TEXT,
    holder_id BLOB
);

CREATE INDEX concurrency_lease_end ON concurrency_lease (expires) WHERE expires IS NOT NULL;
CREATE INDEX concurrency_lease_holder ON concurrency_lease (holder_id) WHERE holder_id IS NOT NULL;

CREATE TABLE concurrency_slot (
    limit_id BLOB NOT NULL,
    lease_id BLOB NOT NULL,
    slots INTEGER NOT NULL,
    PRIMARY KEY (limit_id, lease_id)
) WITHOUT ROWID;

CREATE INDEX concurrency_slot_lease ON concurrency_slot (lease_id);

CREATE TABLE flow_run_input (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    created INTEGER NOT NULL,
    flow_run_id BLOB NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    sender TEXT,
    UNIQUE (workspace_id, flow_run_id, key)
);

-- Deferred task runs that wait for a worker of their task. Those that are tried again are served first.
-- `claimed` is who was offered one that is not acknowledged yet, and until when. One that is `taken` was acknowledged,
-- and is kept where it is to be offered again if it has not begun by then.
CREATE TABLE task_queue (
    task_run_id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    task_key TEXT NOT NULL,
    is_retry INTEGER NOT NULL,
    queued INTEGER NOT NULL,
    claimed_by BLOB,
    claimed_until INTEGER,
    taken INTEGER NOT NULL DEFAULT 0
);

CREATE INDEX task_queue_next ON task_queue (workspace_id, task_key, taken, is_retry DESC, queued, task_run_id);
CREATE INDEX task_queue_taken ON task_queue (claimed_until) WHERE taken = TRUE;

-- Processes that serve background tasks, as long as they are connected to some server.
CREATE TABLE task_worker (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    identifier TEXT NOT NULL,
    task_keys TEXT NOT NULL,
    seen INTEGER NOT NULL,
    until INTEGER NOT NULL
);

CREATE INDEX task_worker_until ON task_worker (until);

-- The next run of a flow.
CREATE INDEX flow_run_next ON flow_run (flow_id, next_scheduled_start_time) WHERE state_type = 'SCHEDULED';

-- What an administrator has set for a whole workspace.
CREATE TABLE workspace_default (
    workspace_id BLOB NOT NULL PRIMARY KEY,
    result_storage_block_id BLOB
);

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('concurrency_limit', 'sqlite_autoindex_concurrency_limit_1', '10000 1'),
    ('concurrency_limit', 'sqlite_autoindex_concurrency_limit_2', '10000 10000 1'),
    ('concurrency_lease', 'sqlite_autoindex_concurrency_lease_1', '10000 1'),
    ('concurrency_lease', 'concurrency_lease_end', '10000 1'),
    ('concurrency_lease', 'concurrency_lease_holder', '10000 1'),
    ('concurrency_slot', 'concurrency_slot', '10000 10 1'),
    ('concurrency_slot', 'concurrency_slot_lease', '10000 1'),
    ('flow_run', 'flow_run_next', '1000 100 1'),
    ('flow_run_input', 'sqlite_autoindex_flow_run_input_1', '100000 1'),
    ('flow_run_input', 'sqlite_autoindex_flow_run_input_2', '100000 100000 5 1'),
    ('task_queue', 'sqlite_autoindex_task_queue_1', '100000 1'),
    ('task_queue', 'task_queue_next', '100000 100000 1000 1000 500 1 1');
ANALYZE sqlite_schema;
