-- Variables, saved searches, artifacts, blocks.

CREATE TABLE variable (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    tags TEXT NOT NULL,
    UNIQUE (workspace_id, name)
);

CREATE TABLE saved_search (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    name TEXT NOT NULL,
    filters TEXT NOT NULL,
    UNIQUE (workspace_id, name)
);

CREATE TABLE artifact (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    key TEXT,
    type TEXT,
    description TEXT,
    data TEXT,
    metadata TEXT,
    flow_run_id UUID,
    task_run_id UUID
);

CREATE INDEX artifact_key ON artifact (workspace_id, key, created) WHERE key IS NOT NULL;
CREATE INDEX artifact_created ON artifact (workspace_id, created);
CREATE INDEX artifact_updated ON artifact (workspace_id, updated);
CREATE INDEX artifact_flow_run ON artifact (flow_run_id) WHERE flow_run_id IS NOT NULL;
CREATE INDEX artifact_task_run ON artifact (task_run_id) WHERE task_run_id IS NOT NULL;

-- The newest artifact of each key, kept as artifacts come and go.
CREATE TABLE artifact_collection (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    key TEXT NOT NULL,
    latest_id UUID NOT NULL,
    type TEXT,
    description TEXT,
    data TEXT,
    metadata TEXT,
    flow_run_id UUID,
    task_run_id UUID,
    UNIQUE (workspace_id, key)
);

CREATE UNIQUE INDEX artifact_collection_latest ON artifact_collection (latest_id);
CREATE INDEX artifact_collection_flow_run ON artifact_collection (flow_run_id) WHERE flow_run_id IS NOT NULL;

CREATE TABLE block_type (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    logo_url TEXT,
    documentation_url TEXT,
    description TEXT,
    code_example TEXT,
    is_protected BOOLEAN NOT NULL,
    UNIQUE (workspace_id, slug)
);

CREATE INDEX block_type_name ON block_type (workspace_id, name);

-- `fields` without the definitions of nested blocks: those are put together when it is read.
CREATE TABLE block_schema (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    checksum TEXT NOT NULL,
    fields TEXT NOT NULL,
    block_type_id UUID NOT NULL REFERENCES block_type (id) ON DELETE CASCADE,
    capabilities TEXT NOT NULL,
    version TEXT NOT NULL,
    UNIQUE (workspace_id, checksum, version)
);

CREATE INDEX block_schema_type ON block_schema (block_type_id, created);
CREATE INDEX block_schema_created ON block_schema (workspace_id, created);

CREATE TABLE block_schema_reference (
    parent_id UUID NOT NULL REFERENCES block_schema (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    reference_id UUID NOT NULL REFERENCES block_schema (id) ON DELETE CASCADE,
    PRIMARY KEY (parent_id, name, reference_id)
);

CREATE INDEX block_schema_reference_reference ON block_schema_reference (reference_id);

-- `data` is sealed with a key that is not in the database; nested blocks are not in it.
CREATE TABLE block_document (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    name TEXT NOT NULL,
    data TEXT NOT NULL,
    block_schema_id UUID NOT NULL REFERENCES block_schema (id) ON DELETE CASCADE,
    block_type_id UUID NOT NULL REFERENCES block_type (id) ON DELETE CASCADE,
    is_anonymous BOOLEAN NOT NULL,
    UNIQUE (workspace_id, block_type_id, name)
);

CREATE INDEX block_document_name ON block_document (workspace_id, name);
CREATE INDEX block_document_schema ON block_document (block_schema_id);
CREATE INDEX block_document_type ON block_document (block_type_id);

CREATE TABLE block_document_reference (
    parent_id UUID NOT NULL REFERENCES block_document (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    reference_id UUID NOT NULL REFERENCES block_document (id) ON DELETE CASCADE,
    PRIMARY KEY (parent_id, name)
);

CREATE INDEX block_document_reference_reference ON block_document_reference (reference_id);
