-- Deployments and their schedules.

CREATE TABLE deployment (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    flow_id BLOB NOT NULL,
    name TEXT NOT NULL,
    version TEXT,
    description TEXT,
    paused INTEGER NOT NULL,
    concurrency_limit_id BLOB,
    concurrency_options TEXT,
    job_variables TEXT NOT NULL,
    parameters TEXT NOT NULL,
    parameter_openapi_schema TEXT,
    enforce_parameter_schema INTEGER NOT NULL,
    tags TEXT NOT NULL,
    labels TEXT NOT NULL,
    work_queue_id BLOB,
    work_queue_name TEXT,
    path TEXT,
    entrypoint TEXT,
    pull_steps TEXT,
    storage_document_id BLOB,
    infrastructure_document_id BLOB,
    created_by TEXT,
    updated_by TEXT,
    status TEXT NOT NULL,
    last_polled INTEGER,
    UNIQUE (workspace_id, flow_id, name)
);

CREATE INDEX deployment_name ON deployment (workspace_id, name);
CREATE INDEX deployment_flow ON deployment (flow_id);
CREATE INDEX deployment_queue ON deployment (work_queue_id) WHERE work_queue_id IS NOT NULL;
CREATE INDEX deployment_limit ON deployment (concurrency_limit_id) WHERE concurrency_limit_id IS NOT NULL;
CREATE INDEX deployment_polled ON deployment (last_polled) WHERE status = 'READY';

CREATE TABLE deployment_schedule (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    deployment_id BLOB NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    schedule TEXT NOT NULL,
    active INTEGER NOT NULL,
    max_scheduled_runs INTEGER,
    parameters TEXT NOT NULL,
    slug TEXT,
    -- When the scheduler has to look at it next; null where it never has to again.
    look_at INTEGER
);

CREATE UNIQUE INDEX deployment_schedule_slug ON deployment_schedule (deployment_id, slug) WHERE slug IS NOT NULL;
CREATE INDEX deployment_schedule_deployment ON deployment_schedule (deployment_id, updated);
CREATE INDEX deployment_schedule_look ON deployment_schedule (look_at) WHERE look_at IS NOT NULL;

CREATE INDEX flow_run_deployment ON flow_run (deployment_id, started) WHERE deployment_id IS NOT NULL;
CREATE INDEX flow_run_deployment_due ON flow_run (deployment_id, next_scheduled_start_time)
    WHERE deployment_id IS NOT NULL AND state_type = 'SCHEDULED';

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('deployment', 'sqlite_autoindex_deployment_1', '10000 1'),
    ('deployment', 'sqlite_autoindex_deployment_2', '10000 10000 10 1'),
    ('deployment', 'deployment_name', '10000 10000 2'),
    ('deployment', 'deployment_flow', '10000 10'),
    ('deployment', 'deployment_queue', '10000 100'),
    ('deployment', 'deployment_limit', '1000 2'),
    ('deployment', 'deployment_polled', '1000 1'),
    ('deployment_schedule', 'sqlite_autoindex_deployment_schedule_1', '10000 1'),
    ('deployment_schedule', 'deployment_schedule_slug', '10000 2 1'),
    ('deployment_schedule', 'deployment_schedule_deployment', '10000 2 1'),
    ('deployment_schedule', 'deployment_schedule_look', '10000 1'),
    ('flow_run', 'flow_run_deployment', '1000000 1000 1'),
    ('flow_run', 'flow_run_deployment_due', '10000 10 1');
ANALYZE sqlite_schema;
