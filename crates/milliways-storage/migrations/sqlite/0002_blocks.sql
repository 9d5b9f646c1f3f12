-- Variables, saved searches, artifacts, blocks.

CREATE TABLE variable (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    tags TEXT NOT NULL,
    UNIQUE (workspace_id, name)
);

CREATE TABLE saved_search (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    name TEXT NOT NULL,
    filters TEXT NOT NULL,
    UNIQUE (workspace_id, name)
);

CREATE TABLE artifact (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    key TEXT,
    type TEXT,
    description TEXT,
    data TEXT,
    metadata TEXT,
    flow_run_id BLOB,
    task_run_id BLOB
);

CREATE INDEX artifact_key ON artifact (workspace_id, key, created) WHERE key IS NOT NULL;
CREATE INDEX artifact_created ON artifact (workspace_id, created);
CREATE INDEX artifact_updated ON artifact (workspace_id, updated);
CREATE INDEX artifact_flow_run ON artifact (flow_run_id) WHERE flow_run_id IS NOT NULL;
CREATE INDEX artifact_task_run ON artifact (task_run_id) WHERE task_run_id IS NOT NULL;

-- The newest artifact of each key, kept as artifacts come and go.
CREATE TABLE artifact_collection (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    key TEXT NOT NULL,
    latest_id BLOB NOT NULL,
    type TEXT,
    description TEXT,
    data TEXT,
    metadata TEXT,
    flow_run_id BLOB,
    task_run_id BLOB,
    UNIQUE (workspace_id, key)
);

CREATE UNIQUE INDEX artifact_collection_latest ON artifact_collection (latest_id);
CREATE INDEX artifact_collection_flow_run ON artifact_collection (flow_run_id) WHERE flow_run_id IS NOT NULL;

CREATE TABLE block_type (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    logo_url TEXT,
    documentation_url TEXT,
    description TEXT,
    code_example TEXT,
    is_protected INTEGER NOT NULL,
    UNIQUE (workspace_id, slug)
);

CREATE INDEX block_type_name ON block_type (workspace_id, name);

-- `fields` without the definitions of nested blocks: those are put together when it is read.
CREATE TABLE block_schema (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    checksum TEXT NOT NULL,
    fields TEXT NOT NULL,
    block_type_id BLOB NOT NULL REFERENCES block_type (id) ON DELETE CASCADE,
    capabilities TEXT NOT NULL,
    version TEXT NOT NULL,
    UNIQUE (workspace_id, checksum, version)
);

CREATE INDEX block_schema_type ON block_schema (block_type_id, created);
CREATE INDEX block_schema_created ON block_schema (workspace_id, created);

CREATE TABLE block_schema_reference (
    parent_id BLOB NOT NULL REFERENCES block_schema (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    reference_id BLOB NOT NULL REFERENCES block_schema (id) ON DELETE CASCADE,
    PRIMARY KEY (parent_id, name, reference_id)
);

CREATE INDEX block_schema_reference_reference ON block_schema_reference (reference_id);

-- `data` is sealed with a key that is not in the database; nested blocks are not in it.
CREATE TABLE block_document (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    name TEXT NOT NULL,
    data TEXT NOT NULL,
    block_schema_id BLOB NOT NULL REFERENCES block_schema (id) ON DELETE CASCADE,
    block_type_id BLOB NOT NULL REFERENCES block_type (id) ON DELETE CASCADE,
    is_anonymous INTEGER NOT NULL,
    UNIQUE (workspace_id, block_type_id, name)
);

CREATE INDEX block_document_name ON block_document (workspace_id, name);
CREATE INDEX block_document_schema ON block_document (block_schema_id);
CREATE INDEX block_document_type ON block_document (block_type_id);

CREATE TABLE block_document_reference (
    parent_id BLOB NOT NULL REFERENCES block_document (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    reference_id BLOB NOT NULL REFERENCES block_document (id) ON DELETE CASCADE,
    PRIMARY KEY (parent_id, name)
);

CREATE INDEX block_document_reference_reference ON block_document_reference (reference_id);

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('variable', 'sqlite_autoindex_variable_1', '1000 1'),
    ('variable', 'sqlite_autoindex_variable_2', '1000 1000 1'),
    ('artifact', 'sqlite_autoindex_artifact_1', '1000000 1'),
    ('artifact', 'artifact_key', '100000 100000 100 1'),
    ('artifact', 'artifact_created', '1000000 1000000 1'),
    ('artifact', 'artifact_updated', '1000000 1000000 1'),
    ('artifact', 'artifact_flow_run', '1000000 10'),
    ('artifact', 'artifact_task_run', '1000000 1'),
    ('artifact_collection', 'sqlite_autoindex_artifact_collection_1', '1000 1'),
    ('artifact_collection', 'sqlite_autoindex_artifact_collection_2', '1000 1000 1'),
    ('artifact_collection', 'artifact_collection_latest', '1000 1'),
    ('artifact_collection', 'artifact_collection_flow_run', '1000 10'),
    ('block_type', 'sqlite_autoindex_block_type_1', '1000 1'),
    ('block_type', 'sqlite_autoindex_block_type_2', '1000 1000 1'),
    ('block_type', 'block_type_name', '1000 1000 1'),
    ('block_schema', 'sqlite_autoindex_block_schema_1', '1000 1'),
    ('block_schema', 'sqlite_autoindex_block_schema_2', '1000 1000 2 1'),
    ('block_schema', 'block_schema_type', '1000 10 1'),
    ('block_schema', 'block_schema_created', '1000 1000 1'),
    ('block_document', 'sqlite_autoindex_block_document_1', '1000 1'),
    ('block_document', 'sqlite_autoindex_block_document_2', '1000 1000 100 1'),
    ('block_document', 'block_document_name', '1000 1000 1');
ANALYZE sqlite_schema;
