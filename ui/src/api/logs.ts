/** Logs of a run: paged by time in both directions, and merged with what arrives live. */
import { type InfiniteData, infiniteQueryOptions } from '@tanstack/react-query';
import { endpoints } from '@/lib/paths';
import { post } from './client';
import type { components } from './schema.gen';
import type { Served } from './served';

type Schemas = components['schemas'];
export type Log = Served<Schemas['Log']>;
type LogFilter = Schemas['LogFilter'];

export const LOG_PAGE_SIZE = 200;

/** Which logs are wanted. A run is a flow run (with all of its tasks) or one task run. */
export type LogCriteria = { flowRunId?: string; taskRunId?: string; minLevel?: number; text?: string };

/** Reading starts at the first line, or at the last one and goes up. */
export type LogAnchor = 'start' | 'end';

/** Where a page begins: at the edge, or beyond a known line. `ties` lines of that instant are known already. */
type LogCursor = { at: string; ties: number } | null;
type LogPage = { lines: Log[]; isFull: boolean };
export type LogData = InfiniteData<LogPage, LogCursor>;

export const logKeys = {
  all: ['logs'] as const,
  of: (criteria: LogCriteria, anchor: LogAnchor) => ['logs', criteria, anchor] as const,
};

export function toLogFilter(criteria: LogCriteria): LogFilter {
  return {
    ...(criteria.flowRunId ? { flow_run_id: { any_: [criteria.flowRunId] } } : {}),
    ...(criteria.taskRunId ? { task_run_id: { any_: [criteria.taskRunId] } } : {}),
    ...(criteria.minLevel ? { level: { ge_: criteria.minLevel } } : {}),
    ...(criteria.text ? { text: { query: criteria.text } } : {}),
  };
}

/**
 * The lines of a run, oldest first. Pages are cut by time rather than by number, so that lines which arrive
 * meanwhile shift nothing and the thousandth page costs what the first does.
 */
export const logsQuery = (criteria: LogCriteria, anchor: LogAnchor) =>
  infiniteQueryOptions({
    queryKey: logKeys.of(criteria, anchor),
    initialPageParam: null as LogCursor,
    queryFn: ({ pageParam, signal }) => fetchPage(criteria, anchor, pageParam, signal),
    // From the start pages follow each other downwards; from the end they come before each other.
    getNextPageParam: (last, pages) =>
      anchor === 'start' && last.isFull ? cursorAfter(pages.flatMap((page) => page.lines)) : undefined,
    getPreviousPageParam: (first, pages) =>
      anchor === 'end' && first.isFull ? cursorBefore(pages.flatMap((page) => page.lines)) : undefined,
    staleTime: Number.POSITIVE_INFINITY,
    // A page that is come back to reads afresh: what was written meanwhile is not in the cache.
    gcTime: 0,
  });

async function fetchPage(
  criteria: LogCriteria,
  anchor: LogAnchor,
  cursor: LogCursor,
  signal?: AbortSignal,
): Promise<LogPage> {
  const edge = cursor && (anchor === 'start' ? { after_: cursor.at } : { before_: cursor.at });
  const lines = await post(endpoints.logsFilter, {
    body: {
      logs: { ...toLogFilter(criteria), ...(edge ? { timestamp: edge } : {}) },
      sort: anchor === 'start' ? 'TIMESTAMP_ASC' : 'TIMESTAMP_DESC',
      limit: LOG_PAGE_SIZE,
      offset: cursor?.ties ?? 0,
    },
    signal,
  });
  return { lines: anchor === 'start' ? lines : lines.reverse(), isFull: lines.length === LOG_PAGE_SIZE };
}

/** Lines recorded since the last known one: what a socket missed before it was open. */
export async function fetchNewer(criteria: LogCriteria, known: Log[]): Promise<Log[]> {
  const newer: Log[] = [];
  for (;;) {
    const lines = [...known, ...newer];
    const page = await fetchPage(criteria, 'start', cursorAfter(lines));
    newer.push(...page.lines);
    if (!page.isFull) return newer;
  }
}

function cursorAfter(lines: Log[]): LogCursor {
  const last = lines.at(-1);
  if (!last) return null;
  let ties = 0;
  while (lines[lines.length - 1 - ties]?.timestamp === last.timestamp) ties++;
  return { at: last.timestamp, ties };
}

function cursorBefore(lines: Log[]): LogCursor {
  const first = lines[0];
  if (!first) return null;
  let ties = 0;
  while (lines[ties]?.timestamp === first.timestamp) ties++;
  return { at: first.timestamp, ties };
}

/** Sorts new lines into the known ones by time; a line that is known already changes nothing. */
export function mergeLines(known: Log[], added: Log[]): Log[] {
  const ids = new Set(known.map((line) => line.id));
  const fresh = added.filter((line) => !ids.has(line.id) && ids.add(line.id));
  if (fresh.length === 0) return known;
  fresh.sort(byTime);
  const last = known.at(-1);
  const merged = [...known, ...fresh];
  // Live lines nearly always come last; only then is no sorting needed.
  return !last || byTime(last, fresh[0] as Log) <= 0 ? merged : merged.sort(byTime);
}

const byTime = (a: Log, b: Log): number =>
  a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0;
