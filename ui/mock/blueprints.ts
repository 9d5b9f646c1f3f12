/** The flows of the mock: which tasks they run, how often, how long, and how they fail. */

export type Stage = {
  task: string;
  /** How many runs of the task there are. */
  count: number;
  /** Seconds of one run, about. */
  seconds: number;
  /** How many of them run at once. */
  concurrency?: number;
  isSubflow?: boolean;
  /** Depends on the run of the former stage with the same index, rather than on all of them. */
  isPairwise?: boolean;
};

export type Blueprint = {
  flow: string;
  tags: string[];
  stages: Stage[];
  /** How often a run fails or crashes, of one. */
  failureRate: number;
  error: string;
  hasDeployment: boolean;
  parameters: Record<string, unknown>;
};

const TRACEBACK = `Finished in state Failed('Task run encountered an exception DatabaseError: deadlock detected')
Traceback (most recent call last):
  File "/srv/flows/warehouse.py", line 88, in load_rows
    cursor.executemany(INSERT_ROW, rows)
psycopg.errors.DeadlockDetected: deadlock detected
DETAIL:  Process 4711 waits for ShareLock on transaction 90210; blocked by process 4714.`;

export const BLUEPRINTS: Blueprint[] = [
  {
    flow: 'flights-etl',
    tags: ['etl', 'prod'],
    stages: [
      { task: 'extract_tables', count: 5, seconds: 1.4, concurrency: 5 },
      { task: 'validate', count: 5, seconds: 0.5, concurrency: 5, isPairwise: true },
      { task: 'join', count: 1, seconds: 2.2 },
      { task: 'month_summary', count: 12, seconds: 1.1, concurrency: 6 },
      { task: 'publish-parquet', count: 1, seconds: 0.2, isSubflow: true },
      { task: 'load_sqlite', count: 1, seconds: 1.8 },
    ],
    failureRate: 0.03,
    error: "Flow run encountered an exception: ValueError: 8255 rows have no 'dep_time'",
    hasDeployment: false,
    parameters: {
      year: 2013,
      carriers: ['AA', 'B6', 'DL', 'UA'],
      target: { kind: 'sqlite', path: 'flights.db' },
    },
  },
  {
    flow: 'nightly-warehouse-load',
    tags: ['warehouse', 'prod', 'nightly'],
    stages: [
      { task: 'open_batch', count: 1, seconds: 0.4 },
      { task: 'load_rows', count: 30, seconds: 8, concurrency: 8 },
      { task: 'vacuum', count: 1, seconds: 12 },
      { task: 'report', count: 1, seconds: 0.8 },
    ],
    failureRate: 0.09,
    error: TRACEBACK,
    hasDeployment: true,
    parameters: { batch: '2026-11-20', dry_run: false },
  },
  {
    flow: 'ingest-clickstream',
    tags: ['streaming', 'hourly'],
    stages: [
      { task: 'list_objects', count: 1, seconds: 0.9 },
      { task: 'read_object', count: 48, seconds: 1.6, concurrency: 16 },
      { task: 'sessionise', count: 48, seconds: 0.7, concurrency: 16, isPairwise: true },
      { task: 'write_partition', count: 8, seconds: 1.3, concurrency: 8 },
    ],
    failureRate: 0.02,
    error: 'Flow run process exited with status 137: out of memory',
    hasDeployment: true,
    parameters: { hour: 14, bucket: 'clicks-eu', compression: 'zstd' },
  },
  {
    flow: 'train-churn-model',
    tags: ['ml', 'gpu'],
    stages: [
      { task: 'load_features', count: 1, seconds: 20 },
      { task: 'split', count: 1, seconds: 3 },
      { task: 'fit_fold', count: 5, seconds: 140, concurrency: 2 },
      { task: 'evaluate', count: 5, seconds: 12, concurrency: 5, isPairwise: true },
      { task: 'register_model', count: 1, seconds: 2 },
    ],
    failureRate: 0.06,
    error: 'Flow run encountered an exception: RuntimeError: CUDA error: device-side assert triggered',
    hasDeployment: true,
    parameters: { folds: 5, learning_rate: 0.003, layers: [256, 128, 64], early_stopping: true, seed: null },
  },
  {
    flow: 'sync-crm-contacts',
    tags: ['crm'],
    stages: [
      { task: 'fetch_page', count: 9, seconds: 0.7, concurrency: 3 },
      { task: 'upsert_contacts', count: 9, seconds: 0.4, concurrency: 3, isPairwise: true },
    ],
    failureRate: 0.05,
    error:
      'Flow run encountered an exception: HTTPError: 429 Too Many Requests for https://crm.example.com/v3/contacts?cursor=9f',
    hasDeployment: true,
    parameters: { since: '2026-11-20T00:00:00Z', page_size: 500 },
  },
  {
    flow: 'data-quality-checks',
    tags: ['quality'],
    stages: [
      { task: 'check_freshness', count: 6, seconds: 0.3, concurrency: 6 },
      { task: 'check_nulls', count: 6, seconds: 0.5, concurrency: 6 },
      { task: 'notify', count: 1, seconds: 0.2 },
    ],
    failureRate: 0.04,
    error: 'Flow run encountered an exception: AssertionError: table orders is 6 h behind',
    hasDeployment: true,
    parameters: {},
  },
  {
    flow: 'rebuild-search-index',
    tags: ['search', 'weekly'],
    stages: [
      { task: 'list_partitions', count: 1, seconds: 4 },
      { task: 'fetch', count: 4000, seconds: 2.4, concurrency: 64 },
      { task: 'embed', count: 4000, seconds: 3.1, concurrency: 64, isPairwise: true },
      { task: 'write_shard', count: 1990, seconds: 1.2, concurrency: 24 },
      { task: 'swap_alias', count: 8, seconds: 6, concurrency: 2 },
      { task: 'report', count: 1, seconds: 2 },
    ],
    failureRate: 0,
    error: '',
    hasDeployment: true,
    parameters: { shards: 1990, model: 'small', batch: Array.from({ length: 240 }, (_, at) => at * 7) },
  },
];
