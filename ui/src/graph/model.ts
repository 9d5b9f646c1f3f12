/** What the graph of a run is drawn from: items with times, states and dependencies. */
import type { StateType } from '@/lib/state';

/** The part of the API's graph that is drawn. */
export type GraphInput = {
  start_time: string | null;
  end_time: string | null;
  nodes: [
    string,
    {
      kind: 'flow-run' | 'task-run';
      id: string;
      label: string;
      state_type: StateType;
      start_time: string;
      end_time: string | null;
      parents: { id: string }[];
    },
  ][];
  states: { timestamp: string; type: StateType; name: string }[];
};

export type Item = {
  id: string;
  kind: 'flow-run' | 'task-run';
  label: string;
  /** Items of one group are the runs of one task (a map), or of one subflow. */
  group: string;
  state: StateType;
  /** Milliseconds since the origin of the model, with the microseconds as fraction. */
  start: number;
  /** Null while it runs. */
  end: number | null;
  parents: string[];
};

export type Band = { state: StateType; name: string; start: number };

export type GraphModel = {
  /** The instant (milliseconds since 1970) that all times of the model count from. */
  origin: number;
  /** The end of the run, or null while it runs. */
  end: number | null;
  items: Item[];
  byId: ReadonlyMap<string, Item>;
  /** The states of the run itself, by time. */
  bands: Band[];
};

export function buildModel(input: GraphInput): GraphModel {
  const starts = input.nodes.map(([, node]) => parseInstant(node.start_time));
  const runStart = input.start_time ? parseInstant(input.start_time) : Number.POSITIVE_INFINITY;
  const earliest = starts.reduce((least, start) => Math.min(least, start), runStart);
  const origin = Number.isFinite(earliest) ? earliest : 0;
  const items = input.nodes.map(([, node], at): Item => {
    const start = (starts[at] ?? origin) - origin;
    return {
      id: node.id,
      kind: node.kind,
      label: node.label,
      group: groupName(node.label, node.kind),
      state: node.state_type,
      start,
      // A clock that was set back must not turn a bar inside out.
      end: node.end_time ? Math.max(start, parseInstant(node.end_time) - origin) : null,
      parents: node.parents.map((parent) => parent.id),
    };
  });
  items.sort((a, b) => a.start - b.start || compareLabels(a.label, b.label));
  const bands = input.states
    .map((state) => ({ state: state.type, name: state.name, start: parseInstant(state.timestamp) - origin }))
    .sort((a, b) => a.start - b.start);
  return {
    origin,
    end: input.end_time ? parseInstant(input.end_time) - origin : null,
    items,
    byId: new Map(items.map((item) => [item.id, item])),
    bands,
  };
}

const { compare: compareLabels } = new Intl.Collator('en', { numeric: true });

/** The name that the runs of one task share: `clean-17` and `clean-a3f` belong to `clean`. */
export function groupName(label: string, kind: Item['kind']): string {
  if (kind === 'flow-run') return label.split(' / ')[0] ?? label;
  return label.replace(/-(?:\d+|[0-9a-f]{3})$/, '');
}

/** Milliseconds since 1970 with microseconds as fraction; `Date.parse` alone would cut them off. */
export function parseInstant(iso: string): number {
  const millis = Date.parse(iso);
  const fraction = /\.\d{3}(\d{1,3})/.exec(iso)?.[1];
  return fraction ? millis + Number(`0.${fraction}`) : millis;
}

/** Where the bar of an item ends; a running one reaches to now. */
export const endOf = (item: Item, now: number): number => item.end ?? Math.max(item.start, now);
