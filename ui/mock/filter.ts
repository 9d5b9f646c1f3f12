/** The filters of the API, as far as the UI uses them. */
import type { FlowRun } from '@/api/flow-runs';
import type { Log } from '@/api/logs';
import type { components } from '@/api/schema.gen';
import type { TaskRun } from '@/api/task-runs';
import type { World } from './world';

type Schemas = components['schemas'];
export type RunBody = Schemas['Body_read_flow_runs_flow_runs_filter_post'];

const isLike = (text: string, part: string | null | undefined): boolean =>
  !part || text.toLowerCase().includes(part.toLowerCase());
const isAny = (value: string | null, list: readonly string[] | null | undefined): boolean =>
  !list || (value !== null && list.includes(value));

export function filterFlowRuns(world: World, body: Pick<RunBody, 'flow_runs' | 'flows'>): FlowRun[] {
  const filter = body.flow_runs;
  const parentRuns = filter?.parent_flow_run_id?.any_;
  const parentTasks = parentRuns
    ? new Set(parentRuns.flatMap((id) => world.tasksOf(id).map((task) => task.id)))
    : null;
  const flows = body.flows;
  return [...world.flowRuns.values()].filter((run) => {
    if (parentTasks && !(run.parent_task_run_id && parentTasks.has(run.parent_task_run_id))) return false;
    if (!isAny(run.id, filter?.id?.any_) || !isAny(run.state_type, filter?.state?.type?.any_)) return false;
    if (!isLike(run.name, filter?.name?.like_)) return false;
    if (filter?.tags?.all_ && !filter.tags.all_.every((tag) => run.tags.includes(tag))) return false;
    if (
      filter?.expected_start_time?.after_ &&
      (run.expected_start_time ?? '') < filter.expected_start_time.after_
    )
      return false;
    return (
      isAny(run.flow_id, flows?.id?.any_) &&
      isLike(world.flows.get(run.flow_id)?.name ?? '', flows?.name?.like_)
    );
  });
}

const startOf = (run: { start_time: string | null; expected_start_time: string | null }): string =>
  run.start_time ?? run.expected_start_time ?? '';

type Compare<T> = (a: T, b: T) => number;
const by =
  <T>(key: (value: T) => string | number): Compare<T> =>
  (a, b) =>
    key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;
const down =
  <T>(compare: Compare<T>): Compare<T> =>
  (a, b) =>
    compare(b, a);

export function sortFlowRuns(runs: FlowRun[], sort: string): FlowRun[] {
  const orders: Record<string, Compare<FlowRun>> = {
    START_TIME_ASC: by(startOf),
    START_TIME_DESC: down(by(startOf)),
    END_TIME_DESC: down(by((run) => run.end_time ?? '')),
    NAME_ASC: by((run) => run.name),
    NAME_DESC: down(by((run) => run.name)),
    ID_DESC: down(by((run) => run.id)),
  };
  const order = orders[sort] ?? orders.ID_DESC;
  return runs.sort((a, b) => order?.(a, b) || (a.id < b.id ? 1 : -1));
}

export function filterTaskRuns(world: World, filter: Schemas['TaskRunFilter'] | null | undefined): TaskRun[] {
  const of = filter?.flow_run_id?.any_;
  const tasks = of ? of.flatMap((id) => world.tasksOf(id)) : world.loadedTasks();
  return tasks.filter(
    (task) =>
      isAny(task.id, filter?.id?.any_) &&
      isAny(task.state_type, filter?.state?.type?.any_) &&
      isLike(task.name, filter?.name?.like_) &&
      !(
        filter?.expected_start_time?.after_ &&
        (task.expected_start_time ?? '') < filter.expected_start_time.after_
      ),
  );
}

export function sortTaskRuns(tasks: TaskRun[], sort: string): TaskRun[] {
  const orders: Record<string, Compare<TaskRun>> = {
    EXPECTED_START_TIME_ASC: by((task) => task.expected_start_time ?? ''),
    EXPECTED_START_TIME_DESC: down(by((task) => task.expected_start_time ?? '')),
    DURATION_DESC: down(by((task) => task.total_run_time)),
    NAME_ASC: by((task) => task.name),
  };
  return [...tasks].sort(orders[sort] ?? by((task) => task.id));
}

export function filterLogs(world: World, filter: Schemas['LogFilter'] | null | undefined): Log[] {
  const runs = filter?.flow_run_id?.any_;
  const taskIds = filter?.task_run_id?.any_;
  const lines = runs
    ? runs.flatMap((id) => world.logsOf(id))
    : (taskIds ?? []).flatMap((id) => world.logsOf(world.findTask(id)?.flow_run_id ?? ''));
  return lines.filter((line) => matchesLog(line, filter));
}

export function matchesLog(line: Log, filter: Schemas['LogFilter'] | null | undefined): boolean {
  const time = filter?.timestamp;
  return (
    isAny(line.flow_run_id, filter?.flow_run_id?.any_) &&
    isAny(line.task_run_id, filter?.task_run_id?.any_) &&
    line.level >= (filter?.level?.ge_ ?? 0) &&
    isLike(line.message, filter?.text?.query) &&
    !(time?.after_ && line.timestamp < time.after_) &&
    !(time?.before_ && line.timestamp > time.before_)
  );
}
