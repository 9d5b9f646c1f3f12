/**
 * Plays the live run of the mock: tasks start, log and end while one looks on; then it goes through its stages again,
 * so that whoever looks later, or more slowly, sees it run too.
 */
import type { FlowRun } from '@/api/flow-runs';
import type { TaskRun } from '@/api/task-runs';
import type { StateType } from '@/lib/state';
import { BLUEPRINTS, type Blueprint } from './blueprints';
import { makeTask } from './generate-tasks';
import { KNOWN } from './known';
import { between, createRandom, pick, type Random, uuid } from './random';
import { makeState, type World } from './world';

const TICK_MS = 250;
/** Some twenty minutes, after which the run ends: a page that stays open must not gather tasks for ever. */
const ROUNDS = 100;
const WORDS = [
  'read 12,480 rows',
  'wrote 4,096 rows in 38 ms',
  'skipped 3 rows without a key',
  'sessions: 1,204',
];

type Job = { task: TaskRun; until: number };

export class LiveEngine {
  private readonly world: World;
  private readonly run: FlowRun;
  private readonly blueprint: Blueprint;
  private readonly random: Random;
  private stage = 0;
  private round = 0;
  private started = 0;
  private former: TaskRun[] = [];
  private current: TaskRun[] = [];
  private jobs: Job[] = [];

  constructor(world: World, run: FlowRun) {
    this.world = world;
    this.run = run;
    this.blueprint = BLUEPRINTS[2] as Blueprint;
    this.random = createRandom(7);
  }

  /** Moves the run forward to `now`; false once it has ended. */
  tick(now: number): boolean {
    if (this.run.state_type !== 'RUNNING') return false;
    this.endJobs(now);
    const stage = this.blueprint.stages[this.stage];
    if (!stage || this.round === ROUNDS) {
      this.world.setFlowRunState(this.run, 'COMPLETED', 'Completed', null, new Date(now));
      return false;
    }
    while (this.jobs.length < (stage.concurrency ?? 1) && this.started < stage.count) this.startJob(now);
    if (this.started === stage.count && this.jobs.length === 0) this.nextStage();
    return true;
  }

  private startJob(now: number): void {
    const stage = this.blueprint.stages[this.stage];
    if (!stage) return;
    const place = this.started++;
    const index = this.round * stage.count + place;
    const twin = this.former[place];
    const upstream = stage.isPairwise && twin ? [twin] : this.former.slice(0, 40);
    const task = makeTask({
      id: uuid(this.random),
      run: this.run,
      stage,
      index,
      from: now,
      until: null,
      state: 'RUNNING',
      upstream,
      runCount: 1,
    });
    this.world.tasksOf(this.run.id).push(task);
    this.current.push(task);
    this.jobs.push({ task, until: now + stage.seconds * 1000 * between(this.random, 0.5, 2.2) });
    this.record(task, 'RUNNING', 'Running', now);
    this.log(task, now, pick(this.random, WORDS));
  }

  private endJobs(now: number): void {
    for (const { task } of this.jobs.filter((job) => job.until <= now)) {
      task.end_time = new Date(now).toISOString();
      task.total_run_time = (now - Date.parse(task.start_time ?? '')) / 1000;
      this.record(task, 'COMPLETED', 'Completed', now);
      this.log(task, now, 'Finished in state Completed()');
    }
    this.jobs = this.jobs.filter((job) => job.until > now);
  }

  private nextStage(): void {
    this.stage = (this.stage + 1) % this.blueprint.stages.length;
    if (this.stage === 0) this.round++;
    this.started = 0;
    this.former = this.current;
    this.current = [];
  }

  private record(task: TaskRun, type: StateType, name: string, now: number): void {
    const state = makeState(type, name, null, new Date(now).toISOString(), { task_run_id: task.id });
    Object.assign(task, { state, state_id: state.id, state_type: type, state_name: name });
    this.world.taskRunStates.set(task.id, [...(this.world.taskRunStates.get(task.id) ?? []), state]);
    this.world.emit({
      id: state.id,
      event: `prefect.task-run.${name}`,
      occurred: state.timestamp,
      resource: { 'prefect.resource.id': `prefect.task-run.${task.id}` },
      related: [
        { 'prefect.resource.id': `prefect.flow-run.${this.run.id}`, 'prefect.resource.role': 'flow-run' },
      ],
      payload: {},
    });
  }

  private log(task: TaskRun, now: number, message: string): void {
    const at = new Date(now).toISOString();
    this.world.addLog({
      id: uuid(this.random),
      created: at,
      updated: at,
      name: 'milliways.task_runs',
      level: 20,
      message,
      timestamp: at,
      flow_run_id: this.run.id,
      task_run_id: task.id,
    });
  }
}

/** Plays the live run in real time. */
export function playLiveRun(world: World): () => void {
  const run = world.flowRuns.get(KNOWN.liveRun);
  if (!run) return () => {};
  const engine = new LiveEngine(world, run);
  const timer = setInterval(() => {
    if (!engine.tick(Date.now())) clearInterval(timer);
  }, TICK_MS);
  return () => clearInterval(timer);
}
