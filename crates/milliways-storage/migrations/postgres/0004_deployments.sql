-- Deployments and their schedules.

CREATE TABLE deployment (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    flow_id UUID NOT NULL,
    name TEXT NOT NULL,
    version TEXT,
    description TEXT,
    paused BOOLEAN NOT NULL,
    concurrency_limit_id UUID,
    concurrency_options TEXT,
    job_variables TEXT NOT NULL,
    parameters TEXT NOT NULL,
    parameter_openapi_schema TEXT,
    enforce_parameter_schema BOOLEAN NOT NULL,
    tags TEXT NOT NULL,
    labels TEXT NOT NULL,
    work_queue_id UUID,
    work_queue_name TEXT,
    path TEXT,
    entrypoint TEXT,
    pull_steps TEXT,
    storage_document_id UUID,
    infrastructure_document_id UUID,
    created_by TEXT,
    updated_by TEXT,
    status TEXT NOT NULL,
    last_polled BIGINT,
    UNIQUE (workspace_id, flow_id, name)
);

CREATE INDEX deployment_name ON deployment (workspace_id, name);
CREATE INDEX deployment_flow ON deployment (flow_id);
CREATE INDEX deployment_queue ON deployment (work_queue_id) WHERE work_queue_id IS NOT NULL;
CREATE INDEX deployment_limit ON deployment (concurrency_limit_id) WHERE concurrency_limit_id IS NOT NULL;
CREATE INDEX deployment_polled ON deployment (last_polled) WHERE status = 'READY';

CREATE TABLE deployment_schedule (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    deployment_id UUID NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    schedule TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    max_scheduled_runs BIGINT,
    parameters TEXT NOT NULL,
    slug TEXT,
    -- When the scheduler has to look at it next; null where it never has to again.
    look_at BIGINT
);

CREATE UNIQUE INDEX deployment_schedule_slug ON deployment_schedule (deployment_id, slug) WHERE slug IS NOT NULL;
CREATE INDEX deployment_schedule_deployment ON deployment_schedule (deployment_id, updated);
CREATE INDEX deployment_schedule_look ON deployment_schedule (look_at) WHERE look_at IS NOT NULL;

CREATE INDEX flow_run_deployment ON flow_run (deployment_id, started DESC NULLS LAST, id DESC) WHERE deployment_id IS NOT NULL;
CREATE INDEX flow_run_deployment_due ON flow_run (deployment_id, next_scheduled_start_time)
    WHERE deployment_id IS NOT NULL AND state_type = 'SCHEDULED';
