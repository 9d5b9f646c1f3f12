-- Workspaces, flows, flow runs, task runs, the event log (states among them), log lines, attempts.
-- Times are microseconds since the epoch, JSON is text that nobody here looks into.

CREATE TABLE workspace (
    id UUID NOT NULL PRIMARY KEY,
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    created BIGINT NOT NULL,
    UNIQUE (account, name)
);

INSERT INTO workspace (id, account, name, created)
VALUES ('6d696c6c-6977-6179-7364-656661756c74', 'default', 'default', 0);

CREATE TABLE flow (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    name TEXT NOT NULL,
    tags TEXT NOT NULL,
    labels TEXT NOT NULL,
    UNIQUE (workspace_id, name)
);

CREATE TABLE flow_run (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    name TEXT NOT NULL,
    flow_id UUID NOT NULL,
    deployment_id UUID,
    deployment_version TEXT,
    work_queue_id UUID,
    work_queue_name TEXT,
    flow_version TEXT,
    parameters TEXT NOT NULL,
    idempotency_key TEXT,
    context TEXT NOT NULL,
    empirical_policy TEXT NOT NULL,
    tags TEXT NOT NULL,
    labels TEXT NOT NULL,
    parent_task_run_id UUID,
    auto_scheduled BOOLEAN NOT NULL,
    infrastructure_document_id UUID,
    infrastructure_pid TEXT,
    created_by TEXT,
    job_variables TEXT,
    -- The state that it is in: its row in the log, and what lists and counts ask for.
    state_id UUID,
    state_type TEXT,
    state_name TEXT,
    state_timestamp BIGINT,
    run_count BIGINT NOT NULL,
    expected_start_time BIGINT,
    next_scheduled_start_time BIGINT,
    start_time BIGINT,
    end_time BIGINT,
    total_run_time DOUBLE PRECISION NOT NULL,
    -- start_time, or expected_start_time before it has one: stored, so that an index can sort by it.
    started BIGINT
);

CREATE UNIQUE INDEX flow_run_idempotency ON flow_run (flow_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX flow_run_started ON flow_run (workspace_id, started);
CREATE INDEX flow_run_expected ON flow_run (workspace_id, expected_start_time);
CREATE INDEX flow_run_state ON flow_run (workspace_id, state_type, started);
CREATE INDEX flow_run_flow ON flow_run (flow_id, started DESC NULLS LAST, id DESC);
CREATE INDEX flow_run_parent ON flow_run (parent_task_run_id) WHERE parent_task_run_id IS NOT NULL;
CREATE INDEX flow_run_due ON flow_run (workspace_id, next_scheduled_start_time, id) WHERE state_type = 'SCHEDULED';
CREATE INDEX flow_run_end ON flow_run (workspace_id, end_time);

CREATE TABLE task_run (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    name TEXT NOT NULL,
    flow_run_id UUID,
    task_key TEXT NOT NULL,
    dynamic_key TEXT NOT NULL,
    cache_key TEXT,
    cache_expiration BIGINT,
    task_version TEXT,
    empirical_policy TEXT NOT NULL,
    tags TEXT NOT NULL,
    labels TEXT NOT NULL,
    task_inputs TEXT NOT NULL,
    state_id UUID,
    state_type TEXT,
    state_name TEXT,
    state_timestamp BIGINT,
    run_count BIGINT NOT NULL,
    flow_run_run_count BIGINT NOT NULL,
    expected_start_time BIGINT,
    next_scheduled_start_time BIGINT,
    start_time BIGINT,
    end_time BIGINT,
    total_run_time DOUBLE PRECISION NOT NULL
);

CREATE UNIQUE INDEX task_run_key ON task_run (flow_run_id, task_key, dynamic_key);
CREATE INDEX task_run_expected ON task_run (workspace_id, expected_start_time);

-- The log. A state of a run and the event that tells of it are one row: run_id and state_* are set, and the
-- event is rendered from them. Any other event has a body. `seq` ascends in the order of commits.
CREATE TABLE event (
    seq BIGINT NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    id UUID NOT NULL UNIQUE,
    occurred BIGINT NOT NULL,
    received BIGINT NOT NULL,
    name TEXT NOT NULL,
    resource_id TEXT,
    follows UUID,
    body TEXT,
    run_id UUID,
    is_flow_run BOOLEAN,
    flow_run_id UUID,
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
    seq BIGINT NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    created BIGINT NOT NULL,
    name TEXT NOT NULL,
    level BIGINT NOT NULL,
    message TEXT NOT NULL,
    timestamp BIGINT NOT NULL,
    flow_run_id UUID,
    task_run_id UUID
);

CREATE INDEX log_flow_run ON log (flow_run_id, timestamp, seq) WHERE flow_run_id IS NOT NULL;
CREATE INDEX log_task_run ON log (task_run_id, timestamp, seq) WHERE task_run_id IS NOT NULL;

-- The attempt at a run that a process holds: its fencing epoch, how much of its journal is stored, and until
-- when it is taken to be alive (null once it has ended).
CREATE TABLE attempt (
    run_id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    is_flow_run BOOLEAN NOT NULL,
    epoch BIGINT NOT NULL,
    acked_seq BIGINT NOT NULL,
    lease_until BIGINT
);

CREATE INDEX attempt_lease ON attempt (lease_until) WHERE lease_until IS NOT NULL;

CREATE TABLE cached_state (
    workspace_id UUID NOT NULL,
    cache_key TEXT NOT NULL,
    seq BIGINT NOT NULL,
    expiration BIGINT,
    state_id UUID NOT NULL,
    PRIMARY KEY (workspace_id, cache_key, seq)
);

-- Lists in JSON text are read alike on both databases: json_each(text) with a column `value`.
-- Where a text of the list has a NUL, which no text may here, the sign for what can't be shown stands in its place.
CREATE FUNCTION json_each(text) RETURNS TABLE (value TEXT)
LANGUAGE SQL IMMUTABLE AS 'SELECT jsonb_array_elements_text(replace($1, ''\u0000'', ''\ufffd'')::jsonb)';

-- A part of such a list that is a list itself, alike too: json_extract(value, '$[0]').
CREATE FUNCTION json_extract(text, text) RETURNS TEXT
LANGUAGE SQL IMMUTABLE AS 'SELECT jsonb_path_query_first($1::jsonb, $2::jsonpath) #>> ''{}''';
