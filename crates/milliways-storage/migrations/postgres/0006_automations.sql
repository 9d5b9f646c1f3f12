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
