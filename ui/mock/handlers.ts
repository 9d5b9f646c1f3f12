/** The REST routes of the mock. */
import { delay, type HttpHandler, HttpResponse, http, type JsonBodyType } from 'msw';
import type { FlowRun } from '@/api/flow-runs';
import type { components } from '@/api/schema.gen';
import { endpoints } from '@/lib/paths';
import { isTerminal, type StateType } from '@/lib/state';
import {
  filterFlowRuns,
  filterLogs,
  filterTaskRuns,
  type RunBody,
  sortFlowRuns,
  sortTaskRuns,
} from './filter';
import { buildGraph, buildHistory } from './graph';
import { currentScenario } from './scenario';
import type { World } from './world';

type Schemas = components['schemas'];

const MOST = 200;
const at = (path: string) => path.replace(/\{(\w+)\}/g, ':$1');
const notFound = (what: string) => HttpResponse.json({ detail: `${what} not found` }, { status: 404 });
const page = <T>(rows: T[], body: { offset?: number; limit?: number }): T[] =>
  rows.slice(body.offset ?? 0, (body.offset ?? 0) + (body.limit ?? MOST));

export function createHandlers(world: World): HttpHandler[] {
  return [
    ...troubles(),
    ...serverRoutes(),
    ...flowRoutes(world),
    ...flowRunRoutes(world),
    ...changeRoutes(world),
    ...taskRunRoutes(world),
    logRoute(world),
  ];
}

/** What goes wrong on purpose comes before everything else. */
function troubles(): HttpHandler[] {
  return [
    http.all('*/api/*', async () => {
      const scenario = currentScenario();
      if (scenario === 'away') return HttpResponse.error();
      if (scenario === 'error') {
        return HttpResponse.json({ exception_message: 'Internal Server Error' }, { status: 500 });
      }
      if (scenario === 'slow') await delay(60_000);
      return undefined;
    }),
  ];
}

function serverRoutes(): HttpHandler[] {
  return [
    http.get(endpoints.health, () => HttpResponse.json(true)),
    http.get(endpoints.version, () => HttpResponse.json('3.9.1')),
  ];
}

/** A POST that takes a body and answers with JSON. */
function answer<B>(path: string, respond: (body: B) => unknown): HttpHandler {
  return http.post(at(path), async ({ request }) => {
    const body = (await request.json()) as B & { limit?: number };
    if ((body.limit ?? 0) > MOST) {
      return HttpResponse.json(
        { detail: `Invalid limit: must be less than or equal to ${MOST}.` },
        { status: 422 },
      );
    }
    return HttpResponse.json(respond(body) as JsonBodyType);
  });
}

function flowRoutes(world: World): HttpHandler[] {
  type Body = Schemas['Body_read_flows_flows_filter_post'];
  const flows = (body: Pick<Body, 'flows'>) => {
    const { id, name } = body.flows ?? {};
    return [...world.flows.values()]
      .filter((flow) => !id?.any_ || id.any_.includes(flow.id))
      .filter((flow) => flow.name.toLowerCase().includes((name?.like_ ?? '').toLowerCase()))
      .sort((a, b) => a.name.localeCompare(b.name));
  };
  return [
    answer<Body>(endpoints.flowsFilter, (body) => page(flows(body), body)),
    answer<Body>(endpoints.flowsCount, (body) => flows(body).length),
    http.get(at(endpoints.flow), ({ params }) => {
      const flow = world.flows.get(String(params.id));
      return flow ? HttpResponse.json(flow) : notFound('Flow');
    }),
  ];
}

function flowRunRoutes(world: World): HttpHandler[] {
  return [
    answer<RunBody>(endpoints.flowRunsFilter, (body) =>
      page(sortFlowRuns(filterFlowRuns(world, body), body.sort ?? 'ID_DESC'), body),
    ),
    answer<RunBody>(endpoints.flowRunsCount, (body) => filterFlowRuns(world, body).length),
    answer<Schemas['Body_flow_run_history_flow_runs_history_post']>(endpoints.flowRunsHistory, (body) =>
      buildHistory(filterFlowRuns(world, body), body),
    ),
    http.get(at(endpoints.flowRun), ({ params }) => {
      const run = world.flowRuns.get(String(params.id));
      return run ? HttpResponse.json(run as unknown as JsonBodyType) : notFound('Flow run');
    }),
    http.get(at(endpoints.flowRunGraph), ({ params }) => {
      const run = world.flowRuns.get(String(params.id));
      return run ? HttpResponse.json(buildGraph(world, run) as JsonBodyType) : notFound('Flow run');
    }),
    http.get(endpoints.flowRunStates, ({ request }) => {
      const id = new URL(request.url).searchParams.get('flow_run_id') ?? '';
      return HttpResponse.json((world.flowRunStates.get(id) ?? []) as unknown as JsonBodyType);
    }),
  ];
}

function changeRoutes(world: World): HttpHandler[] {
  return [
    http.delete(at(endpoints.flowRun), ({ params }) =>
      world.deleteRun(String(params.id)) ? new HttpResponse(null, { status: 204 }) : notFound('Flow run'),
    ),
    http.post(at(endpoints.flowRunSetState), async ({ params, request }) => {
      const run = world.flowRuns.get(String(params.id));
      const { state } = (await request.json()) as { state: Schemas['StateCreate'] };
      return run
        ? HttpResponse.json(change(world, run, state.type, state.name ?? state.type, state.message ?? null))
        : notFound('Flow run');
    }),
    http.post(at(endpoints.flowRunResume), ({ params }) => {
      const run = world.flowRuns.get(String(params.id));
      return run ? HttpResponse.json(change(world, run, 'RUNNING', 'Running', null)) : notFound('Flow run');
    }),
  ];
}

function change(
  world: World,
  run: FlowRun,
  type: StateType,
  name: string,
  message: string | null,
): JsonBodyType {
  if (type === 'CANCELLING' && isTerminal(run.state_type)) {
    const details = { type: 'abort_details', reason: 'This run has already terminated.' };
    return { state: run.state, status: 'ABORT', details } as unknown as JsonBodyType;
  }
  const isCancel = type === 'CANCELLING';
  const state = world.setFlowRunState(
    run,
    isCancel ? 'CANCELLED' : type,
    isCancel ? 'Cancelled' : name,
    message,
    new Date(),
  );
  return { state, status: 'ACCEPT', details: { type: 'accept_details' } } as unknown as JsonBodyType;
}

function taskRunRoutes(world: World): HttpHandler[] {
  type Body = Schemas['Body_read_task_runs_task_runs_filter_post'];
  return [
    answer<Body>(endpoints.taskRunsFilter, (body) =>
      page(sortTaskRuns(filterTaskRuns(world, body.task_runs), body.sort ?? 'ID_DESC'), body),
    ),
    answer<Body>(endpoints.taskRunsCount, (body) =>
      body.task_runs?.flow_run_id ? filterTaskRuns(world, body.task_runs).length : estimateTasks(world, body),
    ),
    http.get(at(endpoints.taskRun), ({ params }) => {
      const task = world.findTask(String(params.id));
      return task ? HttpResponse.json(task as unknown as JsonBodyType) : notFound('Task run');
    }),
    http.get(endpoints.taskRunStates, ({ request }) => {
      const id = new URL(request.url).searchParams.get('task_run_id') ?? '';
      return HttpResponse.json((world.taskRunStates.get(id) ?? []) as unknown as JsonBodyType);
    }),
  ];
}

/** Task runs are made on demand, so all of them are counted by the runs they belong to. */
const estimateTasks = (world: World, body: Schemas['Body_read_task_runs_task_runs_filter_post']): number =>
  filterFlowRuns(world, { flow_runs: { expected_start_time: body.task_runs?.expected_start_time } }).length *
  31;

function logRoute(world: World): HttpHandler {
  return answer<Schemas['Body_read_logs_logs_filter_post']>(endpoints.logsFilter, (body) => {
    const lines = filterLogs(world, body.logs);
    return page(body.sort === 'TIMESTAMP_DESC' ? lines.reverse() : lines, body);
  });
}
