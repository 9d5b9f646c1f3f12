/** Flows: keys and queries. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { createBatcher } from '@/lib/batch';
import { endpoints } from '@/lib/paths';
import { get, post } from './client';
import type { components } from './schema.gen';
import type { Served } from './served';

type Schemas = components['schemas'];
export type Flow = Served<Schemas['Flow']>;
export type FlowSort = Schemas['FlowSort'];

export const FLOW_PAGE_SIZE = 50;

export const flowKeys = {
  all: ['flows'] as const,
  lists: ['flows', 'list'] as const,
  one: (id: string) => ['flows', 'one', id] as const,
};

const nameFilter = (name: string | undefined) => (name ? { flows: { name: { like_: name } } } : {});

export const flowPageQuery = (name?: string, sort: FlowSort = 'NAME_ASC', page = 0, limit = FLOW_PAGE_SIZE) =>
  queryOptions({
    queryKey: [...flowKeys.lists, 'page', name ?? '', sort, page, limit] as const,
    queryFn: ({ signal }) =>
      post(endpoints.flowsFilter, {
        body: { ...nameFilter(name), sort, limit, offset: page * limit },
        signal,
      }),
    placeholderData: keepPreviousData,
  });

export const flowCountQuery = (name?: string) =>
  queryOptions({
    queryKey: [...flowKeys.lists, 'count', name ?? ''] as const,
    queryFn: ({ signal }) => post(endpoints.flowsCount, { body: nameFilter(name), signal }),
    placeholderData: keepPreviousData,
  });

const loadMany = createBatcher<Flow>(
  (ids) => post(endpoints.flowsFilter, { body: { flows: { id: { any_: ids } }, limit: ids.length } }),
  (flow) => flow.id,
);

/** A flow by id for a name in a list: many of them travel in one request. Null when it is gone. */
export const flowBriefQuery = (id: string) =>
  queryOptions({
    queryKey: ['flows', 'brief', id] as const,
    queryFn: () => loadMany(id),
    staleTime: 5 * 60_000,
  });

export const flowQuery = (id: string) =>
  queryOptions({
    queryKey: flowKeys.one(id),
    queryFn: ({ signal }) => get(endpoints.flow, { path: { id }, signal }),
  });
