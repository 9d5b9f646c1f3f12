/** Every URL of the UI and of the API it talks to. Nothing else may spell one. */

export const pages = {
  dashboard: '/',
  flowRuns: '/runs',
  flowRun: (id: string) => `/runs/${encodeURIComponent(id)}`,
  taskRun: (id: string) => `/task-runs/${encodeURIComponent(id)}`,
  flows: '/flows',
  flow: (id: string) => `/flows/${encodeURIComponent(id)}`,
} as const;

/** Route patterns, as the router wants them. */
export const patterns = {
  dashboard: '/',
  flowRuns: '/runs',
  flowRun: '/runs/$flowRunId',
  taskRun: '/task-runs/$taskRunId',
  flows: '/flows',
  flow: '/flows/$flowId',
  /** The addresses that Prefect's clients print; they lead to ours. */
  printedFlowRun: '/runs/flow-run/$flowRunId',
  printedTaskRun: '/runs/task-run/$taskRunId',
} as const;

/** REST endpoints, with `{id}` where the API document has it. */
export const endpoints = {
  health: '/api/health',
  version: '/api/admin/version',
  flowsFilter: '/api/flows/filter',
  flowsCount: '/api/flows/count',
  flow: '/api/flows/{id}',
  flowRunsFilter: '/api/flow_runs/filter',
  flowRunsCount: '/api/flow_runs/count',
  flowRunsHistory: '/api/flow_runs/history',
  flowRun: '/api/flow_runs/{id}',
  flowRunGraph: '/api/flow_runs/{id}/graph-v2',
  flowRunSetState: '/api/flow_runs/{id}/set_state',
  flowRunResume: '/api/flow_runs/{id}/resume',
  flowRunStates: '/api/flow_run_states/',
  taskRunsFilter: '/api/task_runs/filter',
  taskRunsCount: '/api/task_runs/count',
  taskRun: '/api/task_runs/{id}',
  taskRunStates: '/api/task_run_states/',
  logsFilter: '/api/logs/filter',
} as const;

/** WebSocket endpoints on the origin the page came from. */
export const sockets = {
  events: '/api/events/out',
  logs: '/api/logs/out',
} as const;

/** Puts values into `{name}` placeholders; each value stays one path segment. */
export function fillPath(template: string, values: Record<string, string> = {}): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`no value for {${name}} in ${template}`);
    return encodeURIComponent(value);
  });
}

/** The absolute `ws:` or `wss:` address of a socket path, for the page's origin. */
export function socketUrl(path: string, origin: string = window.location.origin): string {
  return new URL(path, origin.replace(/^http/, 'ws')).href;
}
