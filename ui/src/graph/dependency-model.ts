/** The dependency graph: items or groups of them as nodes, with each edge once. */
import type { StateType } from '@/lib/state';
import type { GraphModel, Item } from './model';

export type DependencyNode = {
  id: string;
  label: string;
  kind: Item['kind'];
  /** The worst state of its items: a failure is not hidden by a thousand successes. */
  state: StateType;
  items: Item[];
};

export type DependencyModel = { nodes: DependencyNode[]; edges: [string, string][] };

/** More nodes than this are not laid out. */
export const MOST_NODES = 2_000;

const SEVERITY: StateType[] = [
  'COMPLETED',
  'SCHEDULED',
  'PENDING',
  'PAUSED',
  'CANCELLED',
  'CANCELLING',
  'RUNNING',
  'CRASHED',
  'FAILED',
];

/** Builds the graph; with `isGrouped` the runs of one task are one node. */
export function buildDependencies(model: GraphModel, isGrouped: boolean): DependencyModel {
  const nodes = new Map<string, DependencyNode>();
  const nodeIdOf = (item: Item) => (isGrouped ? `${item.kind}:${item.group}` : item.id);
  for (const item of model.items) {
    const id = nodeIdOf(item);
    const known = nodes.get(id);
    if (!known) {
      nodes.set(id, { id, label: item.label, kind: item.kind, state: item.state, items: [item] });
      continue;
    }
    known.items.push(item);
    known.label = item.group;
    if (SEVERITY.indexOf(item.state) > SEVERITY.indexOf(known.state)) known.state = item.state;
  }
  return { nodes: [...nodes.values()], edges: edgesOf(model, nodeIdOf) };
}

function edgesOf(model: GraphModel, nodeIdOf: (item: Item) => string): [string, string][] {
  const edges = new Map<string, [string, string]>();
  for (const item of model.items) {
    for (const parentId of item.parents) {
      const parent = model.byId.get(parentId);
      if (!parent) continue;
      const [from, to] = [nodeIdOf(parent), nodeIdOf(item)];
      if (from !== to) edges.set(`${from}\n${to}`, [from, to]);
    }
  }
  return [...edges.values()];
}
