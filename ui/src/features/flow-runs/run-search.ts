/** What the runs page remembers in its address. */
import type { FlowRunCriteria, FlowRunSort } from '@/api/flow-runs';
import { RANGES, type Range, rangeWindow } from '@/lib/range';
import { readList, readOneOf, readText } from '@/lib/search';
import { isStateType, type StateType } from '@/lib/state';

export const SORTS = [
  { value: 'START_TIME_DESC', label: 'Newest first' },
  { value: 'START_TIME_ASC', label: 'Oldest first' },
  { value: 'END_TIME_DESC', label: 'Latest end first' },
  { value: 'NAME_ASC', label: 'Name, A to Z' },
  { value: 'NAME_DESC', label: 'Name, Z to A' },
] as const satisfies { value: FlowRunSort; label: string }[];

export type RunSort = (typeof SORTS)[number]['value'];

export type RunSearch = {
  state?: StateType[];
  flow?: string;
  name?: string;
  tag?: string[];
  range?: Range;
  sort?: RunSort;
};

/** Reads the address; what it does not know is left out, so that a mistyped one still shows the page. */
export function readRunSearch(raw: Record<string, unknown>): RunSearch {
  const states = readList(raw.state)?.filter(isStateType);
  return dropUndefined({
    state: states?.length ? states : undefined,
    flow: readText(raw.flow),
    name: readText(raw.name),
    tag: readList(raw.tag),
    range: readOneOf(raw.range, RANGES),
    sort: readOneOf(
      raw.sort,
      SORTS.map((sort) => sort.value),
    ),
  });
}

export const toCriteria = (search: RunSearch, now: number): FlowRunCriteria =>
  dropUndefined({
    states: search.state,
    flowId: search.flow,
    name: search.name,
    tags: search.tag,
    after: search.range && rangeWindow(search.range, now).start,
  });

export const isFiltered = ({ sort: _, ...filters }: RunSearch): boolean =>
  Object.values(filters).some((value) => value !== undefined);

function dropUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as T;
}
