-- Automations, and the resources that they are about or belong to.

CREATE TABLE automation (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    tags TEXT NOT NULL,
    -- The trigger and the three lists of actions.
    definition TEXT NOT NULL
);

CREATE INDEX automation_name ON automation (workspace_id, name, id);
CREATE INDEX automation_created ON automation (workspace_id, created, id);
CREATE INDEX automation_updated ON automation (workspace_id, updated, id);

CREATE TABLE automation_resource (
    workspace_id UUID NOT NULL,
    resource_id TEXT NOT NULL,
    automation_id UUID NOT NULL,
    -- Whether the automation is deleted with the resource.
    is_owner BOOLEAN NOT NULL,
    PRIMARY KEY (workspace_id, resource_id, automation_id)
);

CREATE INDEX automation_resource_automation ON automation_resource (automation_id);

-- How many rows there are, by the spans of time in which they fall: see src/tally.rs.
-- A row changes in place while its page has room for another version of it.
CREATE TABLE tally (
    workspace_id UUID NOT NULL,
    -- 1: flow runs, 2: task runs, 3: events, 4 and 5: the runs by when they were expected to start.
    about BIGINT NOT NULL,
    -- The span: its length and its beginning, in microseconds.
    width BIGINT NOT NULL,
    start BIGINT NOT NULL,
    -- The type and the name of the state, or the event's name.
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    -- Who counts: writers that share a database each have rows of their own.
    shard BIGINT NOT NULL,
    count BIGINT NOT NULL,
    -- Sums over runs, in microseconds: how late they started, how long they ran; of RUNNING ones since when, of those
    -- that wait how many they are and since when, both from the beginning of the hour on.
    lateness BIGINT NOT NULL,
    run_time BIGINT NOT NULL,
    running_since BIGINT NOT NULL,
    waiting BIGINT NOT NULL,
    waiting_since BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, about, width, start, kind, name, shard)
) WITH (fillfactor = 50);

-- How many flow runs each flow and each deployment has, by state: see src/tally/owners.rs.
CREATE TABLE flow_run_count (
    workspace_id UUID NOT NULL,
    -- The flow or the deployment.
    owner_id UUID NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    shard BIGINT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, owner_id, kind, name, shard)
) WITH (fillfactor = 50);

-- What events that have a body are about: their resources, with the role of related ones.
CREATE TABLE subject (
    workspace_id UUID NOT NULL,
    resource_id TEXT COLLATE "C" NOT NULL,
    occurred BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (workspace_id, resource_id, occurred, seq, role)
);

-- A primary resource is found through `subject`, and the names of events by the time at which they occurred.
DROP INDEX event_resource;
DROP INDEX event_occurred;
CREATE INDEX event_occurred ON event (workspace_id, occurred, seq) INCLUDE (name);

-- What counts look at where a span of time begins or ends within a few minutes, orders of lists, runs that have not started.
CREATE INDEX task_run_start ON task_run (workspace_id, start_time, state_type, state_name) WHERE start_time IS NOT NULL;
CREATE INDEX flow_run_name ON flow_run (workspace_id, name, id);
CREATE INDEX flow_run_newest ON flow_run (workspace_id, id);
CREATE INDEX task_run_newest ON task_run (workspace_id, id);
CREATE INDEX flow_run_waiting ON flow_run (workspace_id, expected_start_time) WHERE start_time IS NULL;

-- Lists are ordered latest first, with what has no time at the end: an index serves that only if it is in that order.
DROP INDEX flow_run_started;
DROP INDEX flow_run_expected;
DROP INDEX flow_run_end;
DROP INDEX task_run_expected;
CREATE INDEX flow_run_started ON flow_run (workspace_id, started DESC NULLS LAST, id DESC);
CREATE INDEX flow_run_expected ON flow_run (workspace_id, expected_start_time DESC NULLS LAST, id DESC);
CREATE INDEX flow_run_end ON flow_run (workspace_id, end_time DESC NULLS LAST, id DESC);
CREATE INDEX task_run_expected ON task_run (workspace_id, expected_start_time DESC NULLS LAST, id DESC);
