-- Work pools, queues and workers; what is cleaned up by workers.

CREATE TABLE work_pool (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    type TEXT NOT NULL,
    base_job_template TEXT NOT NULL,
    is_paused BOOLEAN NOT NULL,
    concurrency_limit BIGINT,
    status TEXT NOT NULL,
    default_queue_id UUID,
    storage_configuration TEXT NOT NULL,
    -- The event that told of its status, and when: the next one follows it.
    status_event_id UUID,
    status_changed BIGINT,
    UNIQUE (workspace_id, name)
);

CREATE TABLE work_queue (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    is_paused BOOLEAN NOT NULL,
    concurrency_limit BIGINT,
    -- Unique in its pool; not by an index, because a change moves several at once.
    priority BIGINT NOT NULL,
    work_pool_id UUID NOT NULL,
    filter TEXT,
    last_polled BIGINT,
    status TEXT NOT NULL,
    UNIQUE (workspace_id, work_pool_id, name)
);

CREATE INDEX work_queue_pool ON work_queue (work_pool_id, priority);
CREATE INDEX work_queue_name ON work_queue (workspace_id, name);
CREATE INDEX work_queue_ready ON work_queue (last_polled) WHERE status = 'READY';

CREATE TABLE worker (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    name TEXT NOT NULL,
    work_pool_id UUID NOT NULL,
    last_heartbeat_time BIGINT NOT NULL,
    heartbeat_interval_seconds BIGINT,
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
    flow_run_id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    work_pool_id UUID NOT NULL,
    lapses BIGINT NOT NULL
);

CREATE INDEX flow_run_offer_pool ON flow_run_offer (work_pool_id, lapses);

-- What workers are to clean up after runs whose own worker did not: each piece is handed to one worker at a time,
-- which has it until `lease_until`. Those that are done or given up are kept, so that none is asked for twice.
CREATE TABLE cleanup_message (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    created BIGINT NOT NULL,
    idempotency_key TEXT NOT NULL,
    work_pool_id UUID NOT NULL,
    work_queue_id UUID,
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    data TEXT NOT NULL,
    -- WAITING, RESERVED, DONE or DEAD.
    status TEXT NOT NULL,
    delivery_count BIGINT NOT NULL,
    token TEXT,
    lease_until BIGINT,
    finished BIGINT,
    reason TEXT,
    UNIQUE (workspace_id, idempotency_key)
);

CREATE INDEX cleanup_message_open ON cleanup_message (work_pool_id, created) WHERE status = 'WAITING';
CREATE INDEX cleanup_message_lease ON cleanup_message (lease_until) WHERE status = 'RESERVED';
CREATE INDEX cleanup_message_finished ON cleanup_message (finished) WHERE finished IS NOT NULL;
