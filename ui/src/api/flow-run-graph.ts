/** The graph of a flow run, fetched whole once and by what changed afterwards while it runs. */
import { queryOptions } from '@tanstack/react-query';
import { endpoints } from '@/lib/paths';
import { get } from './client';
import { flowRunKeys } from './flow-runs';
import type { components } from './schema.gen';
import type { Served } from './served';

type GraphAnswer = Served<components['schemas']['Graph']>;
export type GraphNode = Extract<GraphAnswer['nodes'][number][number], { kind: unknown }>;

/** The answer with its pairs typed as pairs, and when the whole of it was last fetched. */
export type RunGraph = Omit<GraphAnswer, 'nodes'> & { nodes: [string, GraphNode][]; wholeAt: number };

/** Below this a whole graph is as cheap as a part. */
const WHOLE_UP_TO = 1_000;
/** How far behind the newest end a change may arrive and still be seen by the next partial fetch. */
const MARGIN_MS = 60_000;
/** A partial fetch cannot see what was recorded late, so the whole is asked for now and then. */
const WHOLE_EVERY_MS = 30_000;

/** The graph of a run. The key tells a finished run from a running one, so that the last fetch is a whole one. */
export const flowRunGraphQuery = (id: string, isFinished: boolean) => {
  const queryKey = [...flowRunKeys.graph(id), isFinished ? 'finished' : 'running'] as const;
  return queryOptions({
    queryKey,
    queryFn: async ({ client, signal }): Promise<RunGraph> => {
      const known = client.getQueryData<RunGraph>(queryKey);
      const since = isFinished ? undefined : partialSince(known, Date.now());
      const query = since ? { since } : undefined;
      const answer = (await get(endpoints.flowRunGraph, { path: { id }, query, signal })) as GraphAnswer;
      const graph = { ...answer, nodes: answer.nodes as [string, GraphNode][], wholeAt: Date.now() };
      return since && known ? mergeGraphs(known, graph) : graph;
    },
    staleTime: isFinished ? 60_000 : 0,
    // Comparing ten thousand nodes with the former ones would cost more than drawing them.
    structuralSharing: false,
  });
};

/** The instant to ask from, or undefined when the whole is wanted. */
export function partialSince(known: RunGraph | undefined, now: number): string | undefined {
  if (!known || known.nodes.length <= WHOLE_UP_TO) return undefined;
  if (now - known.wholeAt > WHOLE_EVERY_MS) return undefined;
  let newest = Number.NEGATIVE_INFINITY;
  for (const [, node] of known.nodes) {
    const end = node.end_time ? Date.parse(node.end_time) : Number.NEGATIVE_INFINITY;
    if (end > newest) newest = end;
  }
  return Number.isFinite(newest) ? new Date(newest - MARGIN_MS).toISOString() : undefined;
}

/** Puts the nodes of a partial answer over the known ones; the rest of the answer is always whole. */
export function mergeGraphs(known: RunGraph, newer: RunGraph): RunGraph {
  const nodes = new Map(known.nodes);
  for (const [id, node] of newer.nodes) nodes.set(id, node);
  const roots = new Set([...known.root_node_ids, ...newer.root_node_ids]);
  return { ...newer, nodes: [...nodes], root_node_ids: [...roots], wholeAt: known.wholeAt };
}
