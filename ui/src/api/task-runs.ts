/** Task runs: keys and queries. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { createBatcher } from '@/lib/batch';
import { endpoints } from '@/lib/paths';
import type { StateType } from '@/lib/state';
import { get, post } from './client';
import type { components } from './schema.gen';
import type { Served } from './served';

type Schemas = components['schemas'];
export type TaskRun = Served<Schemas['TaskRun']>;
export type TaskRunSort = Schemas['TaskRunSort'];

export const TASK_PAGE_SIZE = 100;

export type TaskRunCriteria = {
  flowRunId?: string;
  states?: StateType[];
  name?: string;
  /** Only task runs that were expected to start at or after this instant. */
  after?: string;
};

export const taskRunKeys = {
  all: ['task-runs'] as const,
  lists: ['task-runs', 'list'] as const,
  ofFlowRun: (id: string) => ['task-runs', 'list', id] as const,
  one: (id: string) => ['task-runs', 'one', id] as const,
  states: (id: string) => ['task-runs', 'one', id, 'states'] as const,
};

function toFilter(criteria: TaskRunCriteria): { task_runs?: Schemas['TaskRunFilter'] } {
  const filter: Schemas['TaskRunFilter'] = {};
  if (criteria.flowRunId) filter.flow_run_id = { any_: [criteria.flowRunId] };
  if (criteria.states?.length) filter.state = { type: { any_: criteria.states } };
  if (criteria.name) filter.name = { like_: criteria.name };
  if (criteria.after) filter.expected_start_time = { after_: criteria.after };
  return Object.keys(filter).length > 0 ? { task_runs: filter } : {};
}

const listKey = (criteria: TaskRunCriteria) =>
  criteria.flowRunId ? taskRunKeys.ofFlowRun(criteria.flowRunId) : taskRunKeys.lists;

export const taskRunPageQuery = (
  criteria: TaskRunCriteria,
  sort: TaskRunSort = 'EXPECTED_START_TIME_ASC',
  page = 0,
  limit = TASK_PAGE_SIZE,
) =>
  queryOptions({
    queryKey: [...listKey(criteria), 'page', criteria, sort, page, limit] as const,
    queryFn: ({ signal }) =>
      post(endpoints.taskRunsFilter, {
        body: { ...toFilter(criteria), sort, limit, offset: page * limit },
        signal,
      }),
  });

export const taskRunCountQuery = (criteria: TaskRunCriteria) =>
  queryOptions({
    queryKey: [...listKey(criteria), 'count', criteria] as const,
    queryFn: ({ signal }) => post(endpoints.taskRunsCount, { body: toFilter(criteria), signal }),
    placeholderData: keepPreviousData,
  });

export const taskRunQuery = (id: string) =>
  queryOptions({
    queryKey: taskRunKeys.one(id),
    queryFn: ({ signal }) => get(endpoints.taskRun, { path: { id }, signal }),
  });

const loadMany = createBatcher<TaskRun>(
  (ids) => post(endpoints.taskRunsFilter, { body: { task_runs: { id: { any_: ids } }, limit: ids.length } }),
  (run) => run.id,
);

/** A task run by id for a name in a list or log: many of them travel in one request. Null when it is gone. */
export const taskRunBriefQuery = (id: string) =>
  queryOptions({
    queryKey: ['task-runs', 'brief', id] as const,
    queryFn: () => loadMany(id),
    staleTime: 60_000,
  });

/** The states a task run went through, oldest first. */
export const taskRunStatesQuery = (id: string) =>
  queryOptions({
    queryKey: taskRunKeys.states(id),
    queryFn: ({ signal }) => get(endpoints.taskRunStates, { query: { task_run_id: id }, signal }),
  });
