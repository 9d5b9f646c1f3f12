/** What the page of one run remembers in its address. */
import { type LogSearch, readLogSearch } from '@/features/logs';
import { readList, readOneOf } from '@/lib/search';
import { isStateType, type StateType } from '@/lib/state';
import type { GraphMode } from './GraphToolbar';

export const RUN_TABS = ['logs', 'tasks', 'subflows', 'parameters', 'states', 'details'] as const;
export type RunTab = (typeof RUN_TABS)[number];

export type RunPageSearch = LogSearch & { tab?: RunTab; graph?: GraphMode; state?: StateType[] };

export function readRunPageSearch(raw: Record<string, unknown>): RunPageSearch {
  const states = readList(raw.state)?.filter(isStateType);
  return {
    ...readLogSearch(raw),
    tab: readOneOf(raw.tab, RUN_TABS),
    graph: readOneOf(raw.graph, ['timeline', 'dependencies'] as const),
    state: states?.length ? states : undefined,
  };
}
