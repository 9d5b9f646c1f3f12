/** Places the nodes of a dependency graph, left to right. Runs in a worker: see `dependency.worker.ts`. */
import { Graph, layout } from '@dagrejs/dagre';

export const NODE_WIDTH = 176;
export const NODE_HEIGHT = 36;

export type LayoutRequest = { ids: string[]; edges: [string, string][] };
export type Point = { x: number; y: number };
export type Placed = {
  /** The centre of each node. */
  nodes: Record<string, Point>;
  edges: Point[][];
  width: number;
  height: number;
};

export function placeNodes({ ids, edges }: LayoutRequest): Placed {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 14, ranksep: 64, edgesep: 8, marginx: 24, marginy: 24 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const id of ids) graph.setNode(id, { width: NODE_WIDTH, height: NODE_HEIGHT });
  for (const [from, to] of edges) graph.setEdge(from, to);
  layout(graph);
  const size = graph.graph() as { width?: number; height?: number };
  return {
    nodes: Object.fromEntries(ids.map((id) => [id, pointOf(graph.node(id))])),
    edges: edges.map(([from, to]) => {
      const [start, end] = [pointOf(graph.node(from)), pointOf(graph.node(to))];
      const bends = (graph.edge(from, to)?.points ?? []).slice(1, -1).map(pointOf);
      // Every edge leaves at the right and arrives at the left, as it is read.
      return [
        { x: start.x + NODE_WIDTH / 2, y: start.y },
        ...(bends.length > 0 ? bends : [{ x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 }]),
        { x: end.x - NODE_WIDTH / 2, y: end.y },
      ];
    }),
    width: size.width ?? 0,
    height: size.height ?? 0,
  };
}

const pointOf = (place: unknown): Point => {
  const { x, y } = place as Point;
  return { x, y };
};
