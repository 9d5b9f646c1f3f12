/** Fills the mock's world: flows, ten thousand flow runs, and the few that tests know by id. */
import type { FlowRun } from '@/api/flow-runs';
import { isTerminal, type StateType } from '@/lib/state';
import { BLUEPRINTS, type Blueprint } from './blueprints';
import { makeLogs } from './generate-logs';
import { makeTasks } from './generate-tasks';
import { KNOWN, RUN_COUNT } from './known';
import { between, createRandom, pick, type Random, uuid } from './random';
import { makeState, World } from './world';

const ADJECTIVES = [
  'amber',
  'brisk',
  'calm',
  'deft',
  'eager',
  'fleet',
  'gentle',
  'hardy',
  'idle',
  'jolly',
  'keen',
  'lucid',
  'mellow',
  'nimble',
  'opal',
  'proud',
  'quick',
  'rustic',
  'sturdy',
  'tidy',
  'upbeat',
  'vivid',
  'witty',
  'zesty',
];
const ANIMALS = [
  'badger',
  'crane',
  'dolphin',
  'egret',
  'falcon',
  'gecko',
  'heron',
  'ibex',
  'jackal',
  'kestrel',
  'lemur',
  'marten',
  'newt',
  'otter',
  'puffin',
  'quail',
  'raven',
  'stoat',
  'tapir',
  'urchin',
  'vole',
  'weasel',
  'yak',
  'zebra',
];

const DAY = 86_400_000;

export function createWorld(now: number, runCount: number = RUN_COUNT): World {
  const world = new World(makeTasks, makeLogs);
  const random = createRandom(42);
  BLUEPRINTS.forEach((blueprint, index) => {
    const id = flowIdOf(blueprint);
    const created = new Date(now - (40 - index) * DAY).toISOString();
    world.flows.set(id, {
      id,
      name: blueprint.flow,
      tags: blueprint.tags.slice(0, 1),
      labels: {},
      created,
      updated: created,
    });
  });
  if (runCount === 0) {
    world.flows.clear();
    return world;
  }
  const plain = BLUEPRINTS.slice(0, 6);
  for (let index = 0; index < runCount - 6; index++) {
    // Denser towards now, so that every range has something to show.
    const age = 30 * DAY * random() ** 1.7 + 60_000;
    addRun(world, random, pick(random, plain), now - age, now, {});
  }
  addKnown(world, random, now);
  return world;
}

export const flowIdOf = (blueprint: Blueprint): string =>
  `0a000000-0000-4000-a000-${(BLUEPRINTS.indexOf(blueprint) + 1).toString(16).padStart(12, '0')}`;

type Wish = Partial<{
  id: string;
  name: string;
  outcome: StateType;
  stateName: string;
  seconds: number;
  parentTaskRunId: string;
  tags: string[];
  runCount: number;
}>;

function addRun(
  world: World,
  random: Random,
  blueprint: Blueprint,
  start: number,
  now: number,
  wish: Wish,
): FlowRun {
  const id = wish.id ?? uuid(random);
  const outcome = wish.outcome ?? drawOutcome(random, blueprint);
  // Nothing ends in the future.
  const seconds = Math.min(
    wish.seconds ?? durationOf(blueprint) * between(random, 0.7, 1.5),
    Math.max((now - start) / 1000, 0.1),
  );
  const isStarted = !['SCHEDULED', 'PENDING'].includes(outcome);
  const end = isTerminal(outcome) ? start + seconds * 1000 : null;
  const created = new Date(start - between(random, 50, 3000)).toISOString();
  const run = {
    id,
    created,
    updated: created,
    name: wish.name ?? `${pick(random, ADJECTIVES)}-${pick(random, ANIMALS)}`,
    flow_id: flowIdOf(blueprint),
    state_id: null,
    deployment_id: blueprint.hasDeployment ? `0d${flowIdOf(blueprint).slice(2)}` : null,
    flow_version: 'b3f1c09a',
    parameters: blueprint.parameters,
    context: {},
    empirical_policy: {
      max_retries: 0,
      retry_delay_seconds: 0,
      retries: 2,
      retry_delay: 10,
      pause_keys: [],
      resuming: false,
      retry_type: null,
    },
    tags: wish.tags ?? blueprint.tags,
    labels: {},
    parent_task_run_id: wish.parentTaskRunId ?? null,
    state_type: outcome,
    state_name: wish.stateName ?? null,
    run_count: isStarted ? (wish.runCount ?? (random() < 0.06 ? 2 : 1)) : 0,
    expected_start_time: new Date(start).toISOString(),
    next_scheduled_start_time: null,
    start_time: isStarted ? new Date(start).toISOString() : null,
    end_time: end ? new Date(end).toISOString() : null,
    total_run_time: end ? seconds : 0,
    estimated_run_time: end ? seconds : isStarted ? (now - start) / 1000 : 0,
    estimated_start_time_delta: 0,
    auto_scheduled: blueprint.hasDeployment,
    infrastructure_pid: null,
    work_pool_name: blueprint.hasDeployment ? 'default-process-pool' : null,
    work_queue_name: blueprint.hasDeployment ? 'default' : null,
    created_by: null,
    idempotency_key: null,
    state: null,
  } as unknown as FlowRun;
  addStates(world, run, blueprint, outcome, wish.stateName);
  world.flowRuns.set(id, run);
  return run;
}

function addStates(
  world: World,
  run: FlowRun,
  blueprint: Blueprint,
  outcome: StateType,
  name?: string,
): void {
  const start = Date.parse(run.expected_start_time ?? run.created ?? '');
  const at = (millis: number) => new Date(millis).toISOString();
  const details = { flow_run_id: run.id };
  const states = [];
  if (run.deployment_id)
    states.push(
      makeState(
        'SCHEDULED',
        outcome === 'SCHEDULED' ? (name ?? 'Scheduled') : 'Scheduled',
        null,
        at(start - 2400),
        details,
      ),
    );
  if (outcome !== 'SCHEDULED') states.push(makeState('PENDING', 'Pending', null, at(start - 320), details));
  if (run.start_time) {
    states.push(makeState('RUNNING', 'Running', null, at(start), details));
    if (run.run_count > 1) {
      states.push(
        makeState(
          'SCHEDULED',
          'AwaitingRetry',
          blueprint.error.split('\n')[0] ?? null,
          at(start + 400),
          details,
        ),
      );
      states.push(makeState('RUNNING', 'Retrying', null, at(start + 1400), details));
    }
  }
  const last = {
    FAILED: ['Failed', blueprint.error],
    CRASHED: ['Crashed', 'Flow run process exited with status 137: out of memory'],
    COMPLETED: ['Completed', null],
    CANCELLED: ['Cancelled', 'cancelled by the operator'],
    PAUSED: ['Paused', 'waits for approval'],
  }[outcome as 'FAILED'];
  if (last)
    states.push(
      makeState(
        outcome,
        name ?? (last[0] as string),
        last[1] as string | null,
        run.end_time ?? at(start + 4000),
        details,
      ),
    );
  world.flowRunStates.set(run.id, states);
  const current = states.at(-1) ?? null;
  Object.assign(run, { state: current, state_id: current?.id ?? null, state_name: current?.name ?? null });
}

function drawOutcome(random: Random, blueprint: Blueprint): StateType {
  const draw = random();
  if (draw < blueprint.failureRate) return 'FAILED';
  if (draw < blueprint.failureRate * 1.25) return 'CRASHED';
  return draw > 0.99 ? 'CANCELLED' : 'COMPLETED';
}

/** The length of a run: its stages follow each other, each in as many waves as its concurrency asks for. */
export const durationOf = (blueprint: Blueprint): number =>
  blueprint.stages.reduce(
    (sum, stage) => sum + Math.ceil(stage.count / (stage.concurrency ?? 1)) * stage.seconds * 1.15 + 0.1,
    0.2,
  );

function addKnown(world: World, random: Random, now: number): void {
  const [flights, warehouse, clicks, train, , , index] = BLUEPRINTS as [
    Blueprint,
    Blueprint,
    Blueprint,
    Blueprint,
    Blueprint,
    Blueprint,
    Blueprint,
  ];
  addRun(world, random, index, now - 3 * 3_600_000, now, {
    id: KNOWN.bigRun,
    name: 'ten-thousand',
    outcome: 'COMPLETED',
    seconds: durationOf(index),
    runCount: 1,
  });
  addRun(world, random, warehouse, now - 11 * 60_000, now, {
    id: KNOWN.failedRun,
    name: 'rustic-raven',
    outcome: 'FAILED',
    seconds: 74,
    runCount: 2,
  });
  addRun(world, random, train, now - 25 * 60_000, now, {
    id: KNOWN.pausedRun,
    name: 'calm-crane',
    outcome: 'PAUSED',
    runCount: 1,
  });
  const parent = addRun(world, random, flights, now - 6 * 60_000, now, {
    id: KNOWN.flightsRun,
    name: 'gentle-otter',
    outcome: 'COMPLETED',
    seconds: durationOf(flights),
    runCount: 1,
  });
  const standIn = world.tasksOf(parent.id).find((task) => task.name.startsWith('publish-parquet'));
  const child = addRun(world, random, flights, Date.parse(standIn?.start_time ?? ''), now, {
    id: KNOWN.subflowRun,
    name: 'nimble-newt',
    outcome: 'COMPLETED',
    seconds: 0.2,
    runCount: 1,
    parentTaskRunId: standIn?.id,
  });
  child.tags = ['etl'];
  addRun(world, random, clicks, now - 500, now, {
    id: KNOWN.liveRun,
    name: 'vivid-falcon',
    outcome: 'RUNNING',
    runCount: 1,
  });
}
