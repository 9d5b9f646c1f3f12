-- Work pools, queues and workers; what is cleaned up by workers.

CREATE TABLE work_pool (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    type TEXT NOT NULL,
    base_job_template TEXT NOT NULL,
    is_paused INTEGER NOT NULL,
    concurrency_limit INTEGER,
    status TEXT NOT NULL,
    default_queue_id BLOB,
    storage_configuration TEXT NOT NULL,
    -- The event that told of its status, and when: the next one follows it.
    status_event_id BLOB,
    status_changed INTEGER,
    UNIQUE (workspace_id, name)
);

CREATE TABLE work_queue (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    is_paused INTEGER NOT NULL,
    concurrency_limit INTEGER,
    -- Unique in its pool; not by an index, because a change moves several at once.
    priority INTEGER NOT NULL,
    work_pool_id BLOB NOT NULL,
    filter TEXT,
    last_polled INTEGER,
    status TEXT NOT NULL,
    UNIQUE (workspace_id, work_pool_id, name)
);

CREATE INDEX work_queue_pool ON work_queue (work_pool_id, priority);
CREATE INDEX work_queue_name ON work_queue (workspace_id, name);
CREATE INDEX work_queue_ready ON work_queue (last_polled) WHERE status = 'READY';

CREATE TABLE worker (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    name TEXT NOT NULL,
    work_pool_id BLOB NOT NULL,
    last_heartbeat_time INTEGER NOT NULL,
    heartbeat_interval_seconds INTEGER,
    status TEXT NOT NULL,
    UNIQUE (workspace_id, work_pool_id, name)
);

CREATE INDEX worker_heartbeat ON worker (work_pool_id, last_heartbeat_time);
CREATE INDEX worker_online ON worker (work_pool_id) WHERE status = 'ONLINE';

-- The runs of a queue: those that wait by when they are due, those that hold a slot, and all of them.
CREATE INDEX flow_run_queue ON flow_run (work_queue_id, state_type, next_scheduled_start_time)
    WHERE work_queue_id IS NOT NULL;
-- Runs that name a queue without belonging to one: agents ask for them.
CREATE INDEX flow_run_queue_name ON flow_run (work_queue_name, state_type, next_scheduled_start_time)
    WHERE work_queue_id IS NULL AND work_queue_name IS NOT NULL;

-- Runs that were handed to a worker of a pool or queue with a limit: each counts as under way until it is, or until
-- the offer lapses.
CREATE TABLE flow_run_offer (
    flow_run_id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    work_pool_id BLOB NOT NULL,
    lapses INTEGER NOT NULL
);

CREATE INDEX flow_run_offer_pool ON flow_run_offer (work_pool_id, lapses);

-- What workers are to clean up after runs whose own worker did not: each piece is handed to one worker at a time,
-- which has it until `lease_until`. Those that are done or given up are kept, so that none is asked for twice.
CREATE TABLE cleanup_message (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    created INTEGER NOT NULL,
    idempotency_key TEXT NOT NULL,
    work_pool_id BLOB NOT NULL,
    work_queue_id BLOB,
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    data TEXT NOT NULL,
    -- WAITING, RESERVED, DONE or DEAD.
    status TEXT NOT NULL,
    delivery_count INTEGER NOT NULL,
    token TEXT,
    lease_until INTEGER,
    finished INTEGER,
    reason TEXT,
    UNIQUE (workspace_id, idempotency_key)
);

CREATE INDEX cleanup_message_open ON cleanup_message (work_pool_id, created) WHERE status = 'WAITING';
CREATE INDEX cleanup_message_lease ON cleanup_message (lease_until) WHERE status = 'RESERVED';
CREATE INDEX cleanup_message_finished ON cleanup_message (finished) WHERE finished IS NOT NULL;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('work_pool', 'sqlite_autoindex_work_pool_1', '100 1'),
    ('work_pool', 'sqlite_autoindex_work_pool_2', '100 100 1'),
    ('work_queue', 'sqlite_autoindex_work_queue_1', '1000 1'),
    ('work_queue', 'sqlite_autoindex_work_queue_2', '1000 1000 10 1'),
    ('work_queue', 'work_queue_pool', '1000 10 1'),
    ('work_queue', 'work_queue_name', '1000 1000 10'),
    ('work_queue', 'work_queue_ready', '100 1'),
    ('worker', 'sqlite_autoindex_worker_1', '1000 1'),
    ('worker', 'sqlite_autoindex_worker_2', '1000 1000 10 1'),
    ('worker', 'worker_heartbeat', '1000 10 1'),
    ('worker', 'worker_online', '100 10'),
    ('cleanup_message', 'sqlite_autoindex_cleanup_message_1', '1000 1'),
    ('cleanup_message', 'sqlite_autoindex_cleanup_message_2', '1000 1000 1'),
    ('cleanup_message', 'cleanup_message_open', '100 10 1'),
    ('cleanup_message', 'cleanup_message_lease', '100 1'),
    ('cleanup_message', 'cleanup_message_finished', '1000 1'),
    ('flow_run_offer', 'sqlite_autoindex_flow_run_offer_1', '1000 1'),
    ('flow_run_offer', 'flow_run_offer_pool', '1000 100 1'),
    ('flow_run', 'flow_run_queue_name', '1000 100 10 1'),
    ('flow_run', 'flow_run_queue', '1000000 10000 1000 1');
ANALYZE sqlite_schema;
