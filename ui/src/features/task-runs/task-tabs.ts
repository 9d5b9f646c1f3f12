/** What the page of one task run remembers in its address. */
import { type LogSearch, readLogSearch } from '@/features/logs';
import { readOneOf } from '@/lib/search';

export const TASK_TABS = ['logs', 'inputs', 'states', 'details'] as const;
export type TaskTab = (typeof TASK_TABS)[number];
export type TaskPageSearch = LogSearch & { tab?: TaskTab };

export const readTaskPageSearch = (raw: Record<string, unknown>): TaskPageSearch => ({
  ...readLogSearch(raw),
  tab: readOneOf(raw.tab, TASK_TABS),
});
