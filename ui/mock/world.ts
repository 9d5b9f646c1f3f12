/** The mock's database: everything a server would have stored, and who listens to changes. */
import type { FlowRun, RunState } from '@/api/flow-runs';
import type { Flow } from '@/api/flows';
import type { Log } from '@/api/logs';
import type { TaskRun } from '@/api/task-runs';
import type { StateType } from '@/lib/state';

export type LiveEvent = {
  id: string;
  event: string;
  occurred: string;
  resource: Record<string, string>;
  related: Record<string, string>[];
  payload: Record<string, unknown>;
};

export class World {
  readonly flows = new Map<string, Flow>();
  readonly flowRuns = new Map<string, FlowRun>();
  /** Task runs of a flow run are made when they are first asked for. */
  private readonly taskRuns = new Map<string, TaskRun[]>();
  private readonly logs = new Map<string, Log[]>();
  readonly flowRunStates = new Map<string, RunState[]>();
  readonly taskRunStates = new Map<string, RunState[]>();
  private readonly eventListeners = new Set<(event: LiveEvent) => void>();
  private readonly logListeners = new Set<(log: Log) => void>();
  private readonly makeTasks: (run: FlowRun, world: World) => TaskRun[];
  private readonly makeLogs: (run: FlowRun, tasks: TaskRun[]) => Log[];

  constructor(
    makeTasks: (run: FlowRun, world: World) => TaskRun[],
    makeLogs: (run: FlowRun, tasks: TaskRun[]) => Log[],
  ) {
    this.makeTasks = makeTasks;
    this.makeLogs = makeLogs;
  }

  tasksOf(flowRunId: string): TaskRun[] {
    const known = this.taskRuns.get(flowRunId);
    if (known) return known;
    const run = this.flowRuns.get(flowRunId);
    const made = run ? this.makeTasks(run, this) : [];
    this.taskRuns.set(flowRunId, made);
    return made;
  }

  logsOf(flowRunId: string): Log[] {
    const known = this.logs.get(flowRunId);
    if (known) return known;
    const run = this.flowRuns.get(flowRunId);
    const made = run ? this.makeLogs(run, this.tasksOf(flowRunId)) : [];
    this.logs.set(flowRunId, made);
    return made;
  }

  findTask(id: string): TaskRun | undefined {
    for (const tasks of this.taskRuns.values()) {
      const found = tasks.find((task) => task.id === id);
      if (found) return found;
    }
    return undefined;
  }

  loadedTasks(): TaskRun[] {
    return [...this.taskRuns.values()].flat();
  }

  deleteRun(id: string): boolean {
    this.taskRuns.delete(id);
    this.logs.delete(id);
    return this.flowRuns.delete(id);
  }

  /** Moves a flow run to a state, as the server's transition does. */
  setFlowRunState(run: FlowRun, type: StateType, name: string, message: string | null, at: Date): RunState {
    const state = makeState(type, name, message, at.toISOString(), { flow_run_id: run.id });
    const now = at.toISOString();
    Object.assign(run, { state, state_id: state.id, state_type: type, state_name: name, updated: now });
    if (type === 'RUNNING') {
      run.start_time ??= now;
      run.run_count += 1;
    }
    if (['COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED'].includes(type)) {
      run.end_time = now;
      run.total_run_time = run.start_time ? (at.getTime() - Date.parse(run.start_time)) / 1000 : 0;
    }
    if (type === 'SCHEDULED') run.end_time = null;
    this.flowRunStates.set(run.id, [...(this.flowRunStates.get(run.id) ?? []), state]);
    this.emit({
      id: state.id,
      event: `prefect.flow-run.${name}`,
      occurred: now,
      resource: { 'prefect.resource.id': `prefect.flow-run.${run.id}`, 'prefect.resource.name': run.name },
      related: [{ 'prefect.resource.id': `prefect.flow.${run.flow_id}`, 'prefect.resource.role': 'flow' }],
      payload: {},
    });
    return state;
  }

  emit(event: LiveEvent): void {
    for (const listener of this.eventListeners) listener(event);
  }

  addLog(log: Log): void {
    this.logsOf(log.flow_run_id ?? '').push(log);
    for (const listener of this.logListeners) listener(log);
  }

  onEvent(listener: (event: LiveEvent) => void): () => void {
    this.eventListeners.add(listener);
    return () => this.eventListeners.delete(listener);
  }

  onLog(listener: (log: Log) => void): () => void {
    this.logListeners.add(listener);
    return () => this.logListeners.delete(listener);
  }
}

let stateCount = 0;

export function makeState(
  type: StateType,
  name: string,
  message: string | null,
  timestamp: string,
  details: { flow_run_id?: string; task_run_id?: string },
): RunState {
  const id = `0f000000-0000-7000-a000-${(stateCount++).toString(16).padStart(12, '0')}`;
  return {
    id,
    type,
    name,
    timestamp,
    message,
    data: null,
    state_details: { flow_run_id: null, task_run_id: null, ...details },
  } as unknown as RunState;
}
