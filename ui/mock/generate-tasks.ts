/** Makes the task runs of a flow run from its flow's blueprint; the same each time. */
import type { FlowRun } from '@/api/flow-runs';
import type { TaskRun } from '@/api/task-runs';
import type { StateType } from '@/lib/state';
import { BLUEPRINTS, type Blueprint, type Stage } from './blueprints';
import { flowIdOf } from './generate';
import { KNOWN } from './known';
import { between, createRandom, hashText, type Random, uuid } from './random';
import { makeState, type World } from './world';

export const blueprintOf = (run: FlowRun): Blueprint | undefined =>
  BLUEPRINTS.find((blueprint) => flowIdOf(blueprint) === run.flow_id);

export function makeTasks(run: FlowRun, world: World): TaskRun[] {
  const blueprint = blueprintOf(run);
  // The live run's tasks are made by the engine, as time goes by.
  if (!blueprint || !run.start_time || run.id === KNOWN.liveRun || run.parent_task_run_id) return [];
  const random = createRandom(hashText(run.id));
  const tasks: TaskRun[] = [];
  const failsAt = run.state_type === 'FAILED' ? Math.min(1, blueprint.stages.length - 1) : -1;
  let clock = Date.parse(run.start_time) + 40;
  let former: TaskRun[] = [];
  for (const [index, stage] of blueprint.stages.entries()) {
    if (run.state_type === 'PAUSED' && index > 1) break;
    const made = makeStage(run, stage, clock, former, random);
    if (index === failsAt) failSome(made, blueprint, random);
    tasks.push(...made);
    for (const task of made) world.taskRunStates.set(task.id, statesOf(task));
    clock = Math.max(...made.map((task) => Date.parse(task.end_time ?? ''))) + between(random, 5, 40);
    former = made;
    if (index === failsAt) break;
  }
  return tasks;
}

function makeStage(run: FlowRun, stage: Stage, start: number, former: TaskRun[], random: Random): TaskRun[] {
  const lanes = new Array<number>(stage.concurrency ?? 1).fill(start);
  return Array.from({ length: stage.count }, (_, index) => {
    const lane = lanes.indexOf(Math.min(...lanes));
    const from = lanes[lane] ?? start;
    const until = from + stage.seconds * 1000 * between(random, 0.4, 1.6);
    lanes[lane] = until + between(random, 1, 12);
    const twin = former[index];
    const upstream = stage.isPairwise && twin ? [twin] : former.slice(0, 40);
    return makeTask({
      id: uuid(random),
      run,
      stage,
      index,
      from,
      until,
      state: 'COMPLETED',
      upstream,
      runCount: random() < 0.015 ? 2 : 1,
    });
  });
}

type TaskSpec = {
  id: string;
  run: FlowRun;
  stage: Stage;
  index: number;
  from: number;
  until: number | null;
  state: StateType;
  upstream: TaskRun[];
  runCount: number;
};

export function makeTask(spec: TaskSpec): TaskRun {
  const { id, run, stage, index, from, until, state, upstream } = spec;
  // Python's clock has microseconds.
  const at = (millis: number) =>
    `${new Date(millis).toISOString().slice(0, -1)}${String(Math.floor((millis % 1) * 1000)).padStart(3, '0')}Z`;
  const names = {
    COMPLETED: 'Completed',
    RUNNING: 'Running',
    PENDING: 'Pending',
    FAILED: 'Failed',
  } as Record<string, string>;
  const current = makeState(state, names[state] ?? state, null, at(until ?? from), {
    task_run_id: id,
    flow_run_id: run.id,
  });
  return {
    id,
    created: at(from - 2),
    updated: at(until ?? from),
    name: `${stage.task}-${index}`,
    flow_run_id: run.id,
    task_key: `${stage.task}-${(hashText(stage.task) >>> 0).toString(16).padStart(8, '0')}`,
    dynamic_key: String(index),
    cache_key: null,
    cache_expiration: null,
    task_version: null,
    empirical_policy: {
      max_retries: 0,
      retry_delay_seconds: 0,
      retries: 2,
      retry_delay: [1, 10],
      retry_jitter_factor: null,
    },
    tags: stage.isSubflow ? ['subflow'] : [],
    labels: {},
    state_id: current.id,
    task_inputs: {
      rows: upstream.map((task) => ({ input_type: 'task_run', id: task.id })),
      ...(index === 0 ? { target: [{ input_type: 'parameter', name: 'target' }] } : {}),
    },
    state_type: state,
    state_name: current.name,
    run_count: spec.runCount,
    flow_run_run_count: 1,
    expected_start_time: at(from),
    next_scheduled_start_time: null,
    start_time: at(from),
    end_time: until === null ? null : at(until),
    total_run_time: until === null ? 0 : (until - from) / 1000,
    estimated_run_time: until === null ? 0 : (until - from) / 1000,
    estimated_start_time_delta: 0,
    state: current,
  } as unknown as TaskRun;
}

function failSome(tasks: TaskRun[], blueprint: Blueprint, random: Random): void {
  for (const task of tasks) {
    if (task !== tasks.at(-1) && random() > 0.12) continue;
    const state = makeState('FAILED', 'Failed', blueprint.error, task.end_time ?? '', {
      task_run_id: task.id,
    });
    Object.assign(task, {
      state,
      state_id: state.id,
      state_type: 'FAILED',
      state_name: 'Failed',
      run_count: 3,
    });
  }
}

function statesOf(task: TaskRun) {
  const details = { task_run_id: task.id };
  const start = Date.parse(task.start_time ?? '');
  const at = (millis: number) => new Date(millis).toISOString();
  const states = [
    makeState('PENDING', 'Pending', null, at(start - 8), details),
    makeState('RUNNING', 'Running', null, at(start), details),
  ];
  if (task.run_count > 1) {
    states.push(
      makeState(
        'SCHEDULED',
        'AwaitingRetry',
        'TimeoutError: read timed out after 1 s',
        at(start + 90),
        details,
      ),
    );
    states.push(makeState('RUNNING', 'Retrying', null, at(start + 190), details));
  }
  return task.state ? [...states, task.state] : states;
}
