//! Work pools, queues, workers and automations: what they refer to exists.

super::hold! {
    next "delete the pool or queue and create it again; its workers and deployments find it by its name";
    QUEUES, "queue-pools", "a queue belongs to a pool, and a worker too",
        "SELECT q.id FROM work_queue q WHERE NOT EXISTS (SELECT 1 FROM work_pool p WHERE p.id = q.work_pool_id)
        UNION ALL SELECT w.id FROM worker w WHERE NOT EXISTS (SELECT 1 FROM work_pool p WHERE p.id = w.work_pool_id)";
    DEFAULTS, "pool-defaults", "a pool has a default queue, which is one of its own",
        "SELECT p.id FROM work_pool p WHERE NOT EXISTS
            (SELECT 1 FROM work_queue q WHERE q.id = p.default_queue_id AND q.work_pool_id = p.id
            AND q.workspace_id = p.workspace_id)";
    PRIORITIES, "queue-priorities", "no two queues of a pool have the same priority",
        "SELECT q.work_pool_id FROM work_queue q GROUP BY q.work_pool_id, q.priority HAVING COUNT(*) > 1";
    BOUNDS, "pool-bounds", "priorities begin at one, and limits of pools and queues at none",
        "SELECT q.id FROM work_queue q WHERE q.priority < 1 OR q.concurrency_limit < 0
        UNION ALL SELECT p.id FROM work_pool p WHERE p.concurrency_limit < 0";
    RUNS, "queued-runs", "the queue of a flow run exists",
        "SELECT r.id FROM flow_run r WHERE r.work_queue_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM work_queue q WHERE q.id = r.work_queue_id)";
    OFFERS, "offers", "what was offered to a worker is a flow run, and the pool exists",
        "SELECT o.flow_run_id FROM flow_run_offer o
        WHERE NOT EXISTS (SELECT 1 FROM flow_run r WHERE r.id = o.flow_run_id)
        OR NOT EXISTS (SELECT 1 FROM work_pool p WHERE p.id = o.work_pool_id)";
    AUTOMATIONS, "automation-resources", "what is about an automation belongs to one",
        "SELECT a.automation_id FROM automation_resource a
        WHERE NOT EXISTS (SELECT 1 FROM automation o WHERE o.id = a.automation_id)";
    CLEANUPS, "cleanups", "what is to be cleaned up belongs to a pool, and a worker has what it was handed",
        "SELECT c.id FROM cleanup_message c WHERE c.status NOT IN ('WAITING', 'RESERVED', 'DONE', 'DEAD')
        OR NOT EXISTS (SELECT 1 FROM work_pool p WHERE p.id = c.work_pool_id)
        OR (c.status = 'RESERVED' AND (c.lease_until IS NULL OR c.token IS NULL))";
}
