/** Tests of the API access against the mock server. */
import { KNOWN } from '@mock/known';
import { mockServer, mockWorld } from '@mock/node';
import { QueryClient } from '@tanstack/react-query';
import { HttpResponse, http } from 'msw';
import { afterAll, afterEach, beforeAll, expect, expectTypeOf, test } from 'vitest';
import { endpoints } from '@/lib/paths';
import type { StateType } from '@/lib/state';
import { get, post } from './client';
import { mergeGraphs, partialSince, type RunGraph } from './flow-run-graph';
import { flowRunCountQuery, flowRunPageQuery } from './flow-runs';
import { pauseFor } from './live';
import { fetchNewer, type Log, type LogCriteria, logsQuery, mergeLines } from './logs';
import { isNotFound, ProblemError, ServerAwayError } from './problem';
import type { components } from './schema.gen';

beforeAll(() => mockServer.listen({ onUnhandledRequest: 'error' }));
afterEach(() => mockServer.resetHandlers());
afterAll(() => mockServer.close());

const client = () => new QueryClient({ defaultOptions: { queries: { retry: false } } });

test("our list of states is the API document's", () => {
  expectTypeOf<components['schemas']['StateType']>().toEqualTypeOf<StateType>();
});

test('answers are typed and filters reach the server', async () => {
  const queries = client();
  const failed = await queries.fetchQuery(flowRunPageQuery({ states: ['FAILED'] }));
  expect(failed.length).toBeGreaterThan(0);
  expect(new Set(failed.map((run) => run.state_type))).toEqual(new Set(['FAILED']));
  expect(await queries.fetchQuery(flowRunCountQuery({}))).toBe(mockWorld.flowRuns.size);
});

test('problems keep their words', async () => {
  const missing = await get(endpoints.flowRun, { path: { id: KNOWN.nobody } }).catch(
    (error: unknown) => error,
  );
  expect(missing).toBeInstanceOf(ProblemError);
  expect(isNotFound(missing)).toBe(true);
  const refused = await post(endpoints.flowRunsFilter, { body: { limit: 201 } }).catch(
    (error: unknown) => error,
  );
  expect((refused as Error).message).toBe('Invalid limit: must be less than or equal to 200.');
  const bad = new ProblemError(422, {
    exception_message: 'Invalid request received.',
    exception_detail: [{ loc: ['path', 'id'], msg: 'not a UUID' }],
  });
  expect(bad.message).toBe('Invalid request received. path.id: not a UUID');
  expect(isNotFound(bad)).toBe(true);
});

test('a broken line and a gateway without a server are the same to the reader', async () => {
  mockServer.use(http.get(endpoints.health, () => HttpResponse.error()));
  await expect(get(endpoints.health)).rejects.toBeInstanceOf(ServerAwayError);
  mockServer.use(http.get(endpoints.health, () => new HttpResponse('Bad Gateway', { status: 502 })));
  await expect(get(endpoints.health)).rejects.toBeInstanceOf(ServerAwayError);
});

/** Puts lines into the world; `ties` of them share each instant. */
function writeLogs(count: number, ties: number): LogCriteria {
  const flowRunId = `0c000000-0000-4000-a000-${String(count * 1000 + ties).padStart(12, '0')}`;
  for (let index = 0; index < count; index++) {
    mockWorld.addLog({
      id: `${flowRunId}-${index}`,
      created: null,
      updated: null,
      name: 'test',
      level: 20,
      message: `line ${index}`,
      timestamp: new Date(1_700_000_000_000 + Math.floor(index / ties)).toISOString(),
      flow_run_id: flowRunId,
      task_run_id: null,
    } as unknown as Log);
  }
  return { flowRunId };
}

test.each([1, 7, 199, 200, 450])(
  'pages of logs join without a gap or a repeat, %i lines to an instant',
  async (ties) => {
    const criteria = writeLogs(1_001, ties);
    for (const anchor of ['start', 'end'] as const) {
      const data = await client().fetchInfiniteQuery({ ...logsQuery(criteria, anchor), pages: 6 });
      const words = data.pages.flatMap((page) => page.lines.map((line) => line.message));
      if (anchor === 'start')
        expect(words).toEqual(Array.from({ length: 1_001 }, (_, index) => `line ${index}`));
      else expect(words.at(-1)).toBe('line 1000');
      expect(new Set(words).size).toBe(words.length);
    }
    const newer = await fetchNewer(criteria, []);
    expect(newer).toHaveLength(1_001);
    expect(await fetchNewer(criteria, newer)).toEqual([]);
  },
);

test('live lines are merged by time, once', () => {
  const line = (id: string, timestamp: string) => ({ id, timestamp }) as Log;
  const known = [line('a', '1'), line('b', '3')];
  expect(mergeLines(known, [line('b', '3'), line('a', '1')])).toBe(known);
  const merged = mergeLines(known, [line('d', '4'), line('c', '2'), line('d', '4')]);
  expect(merged.map((entry) => entry.id)).toEqual(['a', 'c', 'b', 'd']);
});

test('pauses before a reconnect grow to fifteen seconds', () => {
  expect([0, 1, 2, 5, 50].map((attempt) => pauseFor(attempt, () => 0))).toEqual([
    500, 1_000, 2_000, 15_000, 15_000,
  ]);
  expect(pauseFor(0, () => 1)).toBe(375);
});

test('a part of a graph is laid over the known one', () => {
  const graph = (count: number, state: string) =>
    ({
      nodes: Array.from({ length: count }, (_, at) => [
        String(at),
        { id: String(at), state_type: state, end_time: '2026-11-20T12:00:00Z' },
      ]),
      root_node_ids: ['0'],
      wholeAt: 1_000,
    }) as unknown as RunGraph;
  const merged = mergeGraphs(graph(3, 'RUNNING'), { ...graph(1, 'COMPLETED'), wholeAt: 9 });
  expect(merged.nodes.map(([, node]) => node.state_type)).toEqual(['COMPLETED', 'RUNNING', 'RUNNING']);
  expect(merged.wholeAt).toBe(1_000);
  expect(partialSince(graph(10, 'RUNNING'), 2_000)).toBeUndefined();
  expect(partialSince(graph(1_001, 'RUNNING'), 2_000)).toBe('2026-11-20T11:59:00.000Z');
  expect(partialSince(graph(1_001, 'RUNNING'), 60_000)).toBeUndefined();
});
