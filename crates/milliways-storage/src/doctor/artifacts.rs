//! Artifacts: the newest one of each key is the one that is shown for it.

super::hold! {
    next "create an artifact of that key, or delete the newest one: either way its key is looked at anew";
    LATEST, "artifact-latest", "what is shown for a key is an artifact of it, and as it is",
        "SELECT c.id FROM artifact_collection c LEFT JOIN artifact a ON a.id = c.latest_id
        WHERE a.workspace_id IS DISTINCT FROM c.workspace_id OR a.key IS DISTINCT FROM c.key
        OR a.data IS DISTINCT FROM c.data OR a.type IS DISTINCT FROM c.type";
    NEWEST, "artifact-newest", "no artifact of a key is newer than the one that is shown for it",
        "SELECT c.id FROM artifact_collection c JOIN artifact a ON a.id = c.latest_id WHERE EXISTS
            (SELECT 1 FROM artifact b WHERE b.workspace_id = c.workspace_id AND b.key = c.key AND b.created > a.created)";
    SHOWN, "artifact-keys", "for the key of an artifact one is shown",
        "SELECT a.id FROM artifact a WHERE a.key IS NOT NULL AND NOT EXISTS
            (SELECT 1 FROM artifact_collection c WHERE c.workspace_id = a.workspace_id AND c.key = a.key)";
}
