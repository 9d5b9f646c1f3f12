/** Makes the logs of a flow run: what an engine and tasks would write. */
import type { FlowRun } from '@/api/flow-runs';
import type { Log } from '@/api/logs';
import type { TaskRun } from '@/api/task-runs';
import { createRandom, hashText, pick, uuid } from './random';

const LINES = [
  'read 12,480 rows from s3://clicks-eu/2026/11/20/part-00017.parquet',
  'skipped 3 rows without a key',
  'wrote 4,096 rows in 38 ms',
  '\u001b[32mcache hit\u001b[0m for partition \u001b[1m2026-11-20\u001b[0m',
  'connection to warehouse-2 is slow: 812 ms for a ping',
  '{"event": "batch", "size": 512, "lag_s": 1.25}',
];

export function makeLogs(run: FlowRun, tasks: TaskRun[]): Log[] {
  const random = createRandom(hashText(`logs of ${run.id}`));
  const logs: Log[] = [];
  const add = (at: string, level: number, name: string, message: string, task?: TaskRun) => {
    logs.push({
      id: uuid(random),
      created: at,
      updated: at,
      name,
      level,
      message,
      timestamp: at,
      flow_run_id: run.id,
      task_run_id: task?.id ?? null,
    });
  };
  if (run.start_time) add(run.start_time, 20, 'milliways.flow_runs', `Beginning flow run '${run.name}'`);
  for (const task of tasks) {
    const [start, end] = [task.start_time ?? '', task.end_time ?? task.start_time ?? ''];
    if (random() < 0.5)
      add(start, random() < 0.2 ? 10 : 20, 'milliways.task_runs', pick(random, LINES), task);
    if (task.run_count > 1)
      add(
        start,
        30,
        'milliways.task_runs',
        "Task run failed with exception: TimeoutError('read timed out after 1 s'). Retry 1/2 will start 1 second from now",
        task,
      );
    if (task.state_type === 'FAILED')
      add(end, 40, 'milliways.task_runs', task.state?.message ?? 'failed', task);
    else add(end, 20, 'milliways.task_runs', 'Finished in state Completed()', task);
  }
  if (run.end_time) {
    const isGood = run.state_type === 'COMPLETED';
    add(
      run.end_time,
      isGood ? 20 : 40,
      'milliways.flow_runs',
      isGood ? 'Finished in state Completed()' : (run.state?.message ?? 'failed'),
    );
  }
  return logs.sort((a, b) => (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0));
}
