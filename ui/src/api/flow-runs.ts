/** Flow runs: keys, queries and changes. */
import {
  keepPreviousData,
  type QueryClient,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import { createBatcher } from '@/lib/batch';
import { endpoints } from '@/lib/paths';
import type { Window } from '@/lib/range';
import type { StateType } from '@/lib/state';
import { get, post, remove } from './client';
import type { components } from './schema.gen';
import type { Served } from './served';

type Schemas = components['schemas'];
export type FlowRun = Served<Schemas['FlowRunResponse']>;
export type RunState = Served<Schemas['State']>;
export type HistoryInterval = Served<Schemas['HistoryResponse']>;
export type FlowRunSort = Schemas['FlowRunSort'];
export type SetStateResult = Served<Schemas['OrchestrationResult']>;
type FlowRunFilter = Schemas['FlowRunFilter'];
type FlowFilter = Schemas['FlowFilter'];

/** Rows of one request of a list that is paged through. */
export const PAGE_SIZE = 100;

/** What a list of flow runs can be narrowed by; every part is optional. */
export type FlowRunCriteria = {
  states?: StateType[];
  flowId?: string;
  name?: string;
  tags?: string[];
  /** Only runs that were expected to start at or after this instant. */
  after?: string;
  /** Only subflow runs of these task runs, or of this flow run. */
  parentFlowRunId?: string;
  ids?: string[];
};

export const flowRunKeys = {
  all: ['flow-runs'] as const,
  lists: ['flow-runs', 'list'] as const,
  one: (id: string) => ['flow-runs', 'one', id] as const,
  graph: (id: string) => ['flow-runs', 'one', id, 'graph'] as const,
  states: (id: string) => ['flow-runs', 'one', id, 'states'] as const,
};

function toFilter(criteria: FlowRunCriteria): { flow_runs?: FlowRunFilter; flows?: FlowFilter } {
  const runs: FlowRunFilter = {};
  if (criteria.states?.length) runs.state = { type: { any_: criteria.states } };
  if (criteria.name) runs.name = { like_: criteria.name };
  if (criteria.tags?.length) runs.tags = { all_: criteria.tags };
  if (criteria.after) runs.expected_start_time = { after_: criteria.after };
  if (criteria.parentFlowRunId) runs.parent_flow_run_id = { any_: [criteria.parentFlowRunId] };
  if (criteria.ids) runs.id = { any_: criteria.ids };
  return {
    ...(Object.keys(runs).length > 0 ? { flow_runs: runs } : {}),
    ...(criteria.flowId ? { flows: { id: { any_: [criteria.flowId] } } } : {}),
  };
}

export const flowRunPageQuery = (
  criteria: FlowRunCriteria,
  sort: FlowRunSort = 'START_TIME_DESC',
  page = 0,
  limit = PAGE_SIZE,
) =>
  queryOptions({
    queryKey: [...flowRunKeys.lists, 'page', criteria, sort, page, limit] as const,
    queryFn: ({ signal }) =>
      post(endpoints.flowRunsFilter, {
        body: { ...toFilter(criteria), sort, limit, offset: page * limit },
        signal,
      }),
  });

export const flowRunCountQuery = (criteria: FlowRunCriteria) =>
  queryOptions({
    queryKey: [...flowRunKeys.lists, 'count', criteria] as const,
    queryFn: ({ signal }) => post(endpoints.flowRunsCount, { body: toFilter(criteria), signal }),
    placeholderData: keepPreviousData,
  });

export const flowRunHistoryQuery = (window: Window, criteria: FlowRunCriteria = {}) =>
  queryOptions({
    queryKey: [...flowRunKeys.lists, 'history', window, criteria] as const,
    queryFn: ({ signal }) =>
      post(endpoints.flowRunsHistory, {
        body: {
          ...toFilter(criteria),
          history_start: window.start,
          history_end: window.end,
          history_interval_seconds: window.intervalSeconds,
        },
        signal,
      }),
    placeholderData: keepPreviousData,
  });

export const flowRunQuery = (id: string) =>
  queryOptions({
    queryKey: flowRunKeys.one(id),
    queryFn: ({ signal }) => get(endpoints.flowRun, { path: { id }, signal }),
  });

const loadMany = createBatcher<FlowRun>(
  (ids) => post(endpoints.flowRunsFilter, { body: { ...toFilter({ ids }), limit: ids.length } }),
  (run) => run.id,
);

/** A flow run by id for a name in a list: many of them travel in one request. Null when it is gone. */
export const flowRunBriefQuery = (id: string) =>
  queryOptions({
    queryKey: ['flow-runs', 'brief', id] as const,
    queryFn: () => loadMany(id),
    staleTime: 60_000,
  });

/** The states a flow run went through, oldest first. */
export const flowRunStatesQuery = (id: string) =>
  queryOptions({
    queryKey: flowRunKeys.states(id),
    queryFn: ({ signal }) => get(endpoints.flowRunStates, { query: { flow_run_id: id }, signal }),
  });

/** Asks the server to cancel. What becomes of it (Cancelling, or Cancelled at once) is the server's rule. */
export function useCancelFlowRun(id: string) {
  return useRunChange(id, () =>
    post(endpoints.flowRunSetState, {
      path: { id },
      body: { state: { type: 'CANCELLING', name: 'Cancelling', message: 'cancelled from the web page' } },
    }),
  );
}

/** Schedules a finished run again under the same id; only runs of a deployment have somebody to run them. */
export function useRetryFlowRun(id: string) {
  return useRunChange(id, () =>
    post(endpoints.flowRunSetState, {
      path: { id },
      body: { state: { type: 'SCHEDULED', name: 'AwaitingRetry', message: 'retried from the web page' } },
    }),
  );
}

export function useResumeFlowRun(id: string) {
  return useRunChange(id, () => post(endpoints.flowRunResume, { path: { id }, body: {} }));
}

export function useDeleteFlowRun(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => remove(endpoints.flowRun, { path: { id } }),
    onSuccess: () => {
      // Not asked for again: it would answer "not found" under the page that is being left.
      client.removeQueries({ queryKey: flowRunKeys.one(id), type: 'inactive' });
      return client.invalidateQueries({ queryKey: flowRunKeys.lists });
    },
  });
}

/** A change by `set_state` answers 2xx even when it was refused: the verdict is in the body. */
export class RefusedError extends Error {}

function useRunChange(id: string, change: () => Promise<SetStateResult>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      const result = await change();
      if (result.status !== 'ACCEPT') throw new RefusedError(refusal(result));
      return result;
    },
    onSettled: () => refreshRun(client, id),
  });
}

function refusal(result: SetStateResult): string {
  const reason = 'reason' in result.details ? result.details.reason : null;
  return reason ?? `the server answered ${result.status.toLowerCase()}`;
}

const refreshRun = (client: QueryClient, id: string) =>
  Promise.all([
    client.invalidateQueries({ queryKey: flowRunKeys.one(id) }),
    client.invalidateQueries({ queryKey: flowRunKeys.lists }),
  ]);
