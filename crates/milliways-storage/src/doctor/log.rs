//! The log of events and states: it belongs to what exists, and its positions only grow.

super::hold! {
    STATES, "states", "a state belongs to a run",
        "SELECT e.id FROM event e WHERE e.run_id IS NOT NULL AND
        ((e.is_flow_run AND NOT EXISTS (SELECT 1 FROM flow_run r WHERE r.id = e.run_id))
        OR (NOT e.is_flow_run AND NOT EXISTS (SELECT 1 FROM task_run t WHERE t.id = e.run_id)))";
    WHOLE_STATES, "whole-states", "a state has a type and a name",
        "SELECT e.id FROM event e WHERE e.run_id IS NOT NULL
        AND (e.state_type IS NULL OR e.state_name IS NULL OR e.is_flow_run IS NULL)";
    POSITIONS, "log-positions", "what came later has the higher position, but for a minute of clocks that differ",
        "SELECT e.id FROM (SELECT id, received, LAG(received) OVER (ORDER BY seq) AS before FROM event) e
        WHERE e.before > e.received + 60000000";
    PLAIN, "events", "an event that is no state has a name and its text",
        "SELECT e.id FROM event e WHERE e.run_id IS NULL AND (e.name = '' OR e.body IS NULL)";
    LINES, "log-lines", "a log line says where it belongs: a position above zero, a level above or at zero",
        "SELECT l.id FROM log l WHERE l.seq <= 0 OR l.level < 0";
    CACHED, "cached-states", "a cached state is a state of the log",
        "SELECT c.state_id FROM cached_state c WHERE NOT EXISTS
            (SELECT 1 FROM event e WHERE e.id = c.state_id AND e.workspace_id = c.workspace_id)";
}
