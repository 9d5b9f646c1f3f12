//! Concurrency limits: every slot has a limit and a lease, and no lease outlives its holder.

super::hold! {
    next "give the slots back: delete the limit and make it anew, or end the run that holds them";
    SLOT_LIMITS, "slot-limits", "a slot that is taken belongs to a limit",
        "SELECT s.limit_id FROM concurrency_slot s WHERE s.slots < 1
        OR NOT EXISTS (SELECT 1 FROM concurrency_limit l WHERE l.id = s.limit_id)";
    SLOT_LEASES, "slot-leases", "a slot that is taken is held by a lease",
        "SELECT s.lease_id FROM concurrency_slot s
        WHERE NOT EXISTS (SELECT 1 FROM concurrency_lease l WHERE l.id = s.lease_id)";
    HOLDERS, "lease-holders", "a lease without an end belongs to a flow run that has not ended, if to one at all",
        "SELECT l.id FROM concurrency_lease l LEFT JOIN flow_run r ON r.id = l.holder_id
        WHERE l.holder_type = 'flow_run' AND l.expires IS NULL
        AND (r.id IS NULL OR r.state_type IN ('COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED'))";
    LIMITS, "limits", "a limit's slots, level and decay are not negative",
        "SELECT l.id FROM concurrency_limit l WHERE l.slots < 0 OR l.level < 0 OR l.slot_decay_per_second < 0";
    ROOM, "limit-room", "no slot was taken of a limit that had none left",
        // Where a limit was lowered since, more may be taken than it has; what was taken later was not.
        "SELECT l.id FROM concurrency_limit l WHERE l.slot_decay_per_second = 0 AND
            (SELECT SUM(s.slots) FROM concurrency_slot s WHERE s.limit_id = l.id) > l.slots AND
            (SELECT MAX(e.created) FROM concurrency_slot s JOIN concurrency_lease e ON e.id = s.lease_id
            WHERE s.limit_id = l.id) > l.updated + 60000000";
    TASKS, "lease-tasks", "a lease without an end belongs to a task run that has not ended, if to one that exists",
        "SELECT l.id FROM concurrency_lease l JOIN task_run t ON t.id = l.holder_id
        WHERE l.holder_type = 'task_run' AND l.expires IS NULL
        AND t.state_type IN ('COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED')";
    EMPTY, "empty-leases", "a lease that never ends holds a slot",
        "SELECT l.id FROM concurrency_lease l WHERE l.expires IS NULL
        AND NOT EXISTS (SELECT 1 FROM concurrency_slot s WHERE s.lease_id = l.id)";
}
