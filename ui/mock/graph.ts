/** The answers that are computed from many rows: graphs and histories. */
import type { FlowRun } from '@/api/flow-runs';
import type { TaskRun } from '@/api/task-runs';
import type { World } from './world';

export function buildGraph(world: World, run: FlowRun) {
  const tasks = world.tasksOf(run.id);
  const subflows = new Map(
    [...world.flowRuns.values()]
      .filter((child) => child.parent_task_run_id)
      .map((child) => [child.parent_task_run_id, child]),
  );
  const nodes = tasks.map((task) => toNode(task, subflows, world));
  return {
    start_time: run.start_time,
    end_time: run.end_time,
    root_node_ids: nodes.filter(([, node]) => node.parents.length === 0).map(([id]) => id),
    nodes,
    artifacts: [],
    states: world.flowRunStates.get(run.id) ?? [],
  };
}

/** A subflow takes the place of the task run that stands for it. */
function toNode(task: TaskRun, subflows: ReadonlyMap<string | null, FlowRun>, world: World) {
  const subflow = subflows.get(task.id);
  const parents = Object.values(task.task_inputs)
    .flat()
    .flatMap((input) => ('id' in input ? [{ id: subflows.get(input.id)?.id ?? input.id }] : []));
  const id = subflow?.id ?? task.id;
  const label = subflow ? `${world.flows.get(subflow.flow_id)?.name} / ${subflow.name}` : task.name;
  return [
    id,
    {
      kind: subflow ? 'flow-run' : 'task-run',
      id,
      label,
      state_type: subflow?.state_type ?? task.state_type,
      start_time: task.start_time,
      end_time: task.end_time,
      parents,
      children: [],
      encapsulating: [],
      artifacts: [],
    },
  ] as const;
}

type HistoryBody = { history_start: string; history_end: string; history_interval_seconds: number };

export function buildHistory(runs: FlowRun[], body: HistoryBody) {
  const [start, end] = [Date.parse(body.history_start), Date.parse(body.history_end)];
  const step = body.history_interval_seconds * 1000;
  const intervals = Array.from({ length: Math.ceil((end - start) / step) }, (_, index) => ({
    interval_start: new Date(start + index * step).toISOString(),
    interval_end: new Date(start + (index + 1) * step).toISOString(),
    counts: new Map<string, number>(),
  }));
  for (const run of runs) {
    const at = Date.parse(run.expected_start_time ?? '');
    const interval = at >= start && at < end ? intervals[Math.floor((at - start) / step)] : undefined;
    const key = `${run.state_type} ${run.state_name}`;
    interval?.counts.set(key, (interval.counts.get(key) ?? 0) + 1);
  }
  return intervals.map(({ counts, ...interval }) => ({
    ...interval,
    states: [...counts].map(([key, count]) => {
      const [type, name] = key.split(' ');
      return {
        state_type: type,
        state_name: name,
        count_runs: count,
        sum_estimated_run_time: 0,
        sum_estimated_lateness: 0,
      };
    }),
  }));
}
