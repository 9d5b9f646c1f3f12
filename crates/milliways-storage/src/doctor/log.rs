//! The log of events and states: it belongs to what exists, and its positions only grow.

super::hold! {
    next "restore a backup from before it broke; what is listed can't be relied on until then";
    STATES, "states", "a state belongs to a run",
        "SELECT e.id FROM event e WHERE e.run_id IS NOT NULL AND
        ((e.is_flow_run AND NOT EXISTS (SELECT 1 FROM flow_run r WHERE r.id = e.run_id))
        OR (NOT e.is_flow_run AND NOT EXISTS (SELECT 1 FROM task_run t WHERE t.id = e.run_id)))";
    WHOLE_STATES, "whole-states", "a state has a type and a name",
        "SELECT e.id FROM event e WHERE e.run_id IS NOT NULL
        AND (e.state_type IS NULL OR e.state_name IS NULL OR e.is_flow_run IS NULL)";
    POSITIONS, "log-positions", "what came later has the higher position, but for a minute of clocks that differ",
        "SELECT e.id FROM event e WHERE e.received + 60000000 <
            (SELECT b.received FROM event b WHERE b.seq < e.seq ORDER BY b.seq DESC LIMIT 1)";
    PLAIN, "events", "an event that is no state has a name and its text",
        "SELECT e.id FROM event e WHERE e.run_id IS NULL AND (e.name = '' OR e.body IS NULL)";
    LINES, "log-lines", "a log line says where it belongs: a position above zero, a level above or at zero",
        "SELECT l.id FROM log l WHERE l.seq <= 0 OR l.level < 0";
    CACHED, "cached-states", "a cached state is a state of the log",
        "SELECT c.state_id FROM cached_state c WHERE NOT EXISTS
            (SELECT 1 FROM event e WHERE e.id = c.state_id AND e.workspace_id = c.workspace_id)";
    FOUND, "event-resources", "an event that is no state is found by the resource that it happened to",
        "SELECT e.id FROM event e WHERE e.run_id IS NULL AND NOT EXISTS (SELECT 1 FROM subject s
            WHERE s.workspace_id = e.workspace_id AND s.resource_id = e.resource_id AND s.occurred = e.occurred
            AND s.seq = e.seq AND s.role = '')";
    SUBJECTS, "event-subjects", "what is said to be about an event is about one",
        "SELECT s.workspace_id FROM subject s WHERE NOT EXISTS
            (SELECT 1 FROM event e WHERE e.seq = s.seq AND e.workspace_id = s.workspace_id)";
}
