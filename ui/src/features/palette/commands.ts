/** What the palette offers: pages and settings by name, flows and runs as the server finds them. */
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { flowRunPageQuery } from '@/api/flow-runs';
import { flowPageQuery } from '@/api/flows';
import { pages } from '@/lib/paths';
import type { StateType } from '@/lib/state';
import { setThemeChoice } from '@/lib/theme';

export type Command = {
  id: string;
  group: 'Go to' | 'Runs' | 'Flows' | 'Settings';
  label: string;
  state?: StateType | null;
  action: { to: string; search?: Record<string, unknown> } | { run: () => void };
};

const FIXED: Command[] = [
  { id: 'dashboard', group: 'Go to', label: 'Dashboard', action: { to: pages.dashboard } },
  { id: 'runs', group: 'Go to', label: 'Runs', action: { to: pages.flowRuns } },
  {
    id: 'failed',
    group: 'Go to',
    label: 'Failed runs',
    action: { to: pages.flowRuns, search: { state: ['FAILED', 'CRASHED'] } },
  },
  {
    id: 'running',
    group: 'Go to',
    label: 'Running now',
    action: { to: pages.flowRuns, search: { state: ['RUNNING'] } },
  },
  { id: 'flows', group: 'Go to', label: 'Flows', action: { to: pages.flows } },
  {
    id: 'light',
    group: 'Settings',
    label: 'Use the light theme',
    action: { run: () => setThemeChoice('light') },
  },
  {
    id: 'dark',
    group: 'Settings',
    label: 'Use the dark theme',
    action: { run: () => setThemeChoice('dark') },
  },
  {
    id: 'system',
    group: 'Settings',
    label: 'Use the system theme',
    action: { run: () => setThemeChoice('system') },
  },
];

const MOST_FOUND = 8;

/** Commands that match the text; runs and flows are asked for while the palette is open. */
export function useCommands(text: string, isOpen: boolean): { commands: Command[]; isSearching: boolean } {
  // What is listed matches what is typed at every moment, or Enter would run what was meant a letter ago: only the
  // questions to the server may lag.
  const query = text.trim();
  const asked = useDeferredValue(query);
  const name = asked || undefined;
  const runs = useQuery({ ...flowRunPageQuery({ name }, 'START_TIME_DESC', 0, MOST_FOUND), enabled: isOpen });
  const flows = useQuery({
    ...flowPageQuery(name, 'NAME_ASC', 0, MOST_FOUND),
    enabled: isOpen && asked !== '',
  });

  const fixed = FIXED.filter((command) => matches(command.label, query));
  const found: Command[] = (runs.data ?? []).filter(isNamed(query)).map((run) => ({
    id: run.id,
    group: 'Runs',
    label: run.name,
    state: run.state_type,
    action: { to: pages.flowRun(run.id) },
  }));
  const foundFlows: Command[] = (query ? (flows.data ?? []) : []).filter(isNamed(query)).map((flow) => ({
    id: flow.id,
    group: 'Flows',
    label: flow.name,
    action: { to: pages.flow(flow.id) },
  }));
  const goTo = fixed.filter((command) => command.group === 'Go to');
  const settings = fixed.filter((command) => command.group === 'Settings' && query !== '');
  return {
    commands: [...goTo, ...foundFlows, ...found, ...settings],
    isSearching: asked !== query || runs.isFetching || flows.isFetching,
  };
}

/** Whether the server would still find it by the query: what it found for an earlier text may not fit any more. */
const isNamed =
  (query: string) =>
  ({ name }: { name: string }): boolean =>
    name.toLowerCase().includes(query.toLowerCase());

/** Every word of the query begins a word of the label. */
export function matches(label: string, query: string): boolean {
  const words = label.toLowerCase().split(/\s+/);
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((part) => words.some((word) => word.startsWith(part)));
}
