-- Concurrency limits, leases and slots; inputs of runs; queues of background tasks.

-- `level` is how much is in the bucket of a limit whose slots come back by themselves, at `updated`. What others
-- have taken is counted in `concurrency_slot`.
CREATE TABLE concurrency_limit (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    name TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    slots BIGINT NOT NULL,
    level DOUBLE PRECISION NOT NULL,
    denied_slots DOUBLE PRECISION NOT NULL,
    slot_decay_per_second DOUBLE PRECISION NOT NULL,
    avg_slot_occupancy_seconds DOUBLE PRECISION NOT NULL,
    UNIQUE (workspace_id, name)
);

-- The right to hold slots, until `expires` (null: until it is given back). `duration` is how long it was made or
-- renewed for, in seconds.
CREATE TABLE concurrency_lease (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT,
    duration DOUBLE PRECISION NOT NULL,
    holder_type TEXT,
    holder_id UUID
);

CREATE INDEX concurrency_lease_end ON concurrency_lease (expires) WHERE expires IS NOT NULL;
CREATE INDEX concurrency_lease_holder ON concurrency_lease (holder_id) WHERE holder_id IS NOT NULL;

CREATE TABLE concurrency_slot (
    limit_id UUID NOT NULL,
    lease_id UUID NOT NULL,
    slots BIGINT NOT NULL,
    PRIMARY KEY (limit_id, lease_id) INCLUDE (slots)
);

CREATE INDEX concurrency_slot_lease ON concurrency_slot (lease_id);

CREATE TABLE flow_run_input (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    created BIGINT NOT NULL,
    flow_run_id UUID NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    sender TEXT,
    UNIQUE (workspace_id, flow_run_id, key)
);

-- Deferred task runs that wait for a worker of their task. Those that are tried again are served first.
-- `claimed` is who was offered one that is not acknowledged yet, and until when. One that is `taken` was acknowledged,
-- and is kept where it is to be offered again if it has not begun by then.
CREATE TABLE task_queue (
    task_run_id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    task_key TEXT NOT NULL,
    is_retry BOOLEAN NOT NULL,
    queued BIGINT NOT NULL,
    claimed_by UUID,
    claimed_until BIGINT,
    taken BOOLEAN NOT NULL DEFAULT FALSE
);

CREATE INDEX task_queue_next ON task_queue (workspace_id, task_key, taken, is_retry DESC, queued, task_run_id);
CREATE INDEX task_queue_taken ON task_queue (claimed_until) WHERE taken = TRUE;

-- Processes that serve background tasks, as long as they are connected to some server.
CREATE TABLE task_worker (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    identifier TEXT NOT NULL,
    task_keys TEXT NOT NULL,
    seen BIGINT NOT NULL,
    until BIGINT NOT NULL
);

CREATE INDEX task_worker_until ON task_worker (until);

-- The next run of a flow.
CREATE INDEX flow_run_next ON flow_run (flow_id, next_scheduled_start_time) WHERE state_type = 'SCHEDULED';

-- What an administrator has set for a whole workspace.
CREATE TABLE workspace_default (
    workspace_id UUID NOT NULL PRIMARY KEY,
    result_storage_block_id UUID
);
