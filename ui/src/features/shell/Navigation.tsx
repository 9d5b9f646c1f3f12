/** The way around: a bar at the side, or at the top where the page is narrow. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { versionQuery } from '@/api/server';
import { DashboardIcon, FlowsIcon, RunsIcon, SearchIcon } from '@/components/icons';
import { Mark } from '@/components/Mark';
import { openPalette } from '@/features/palette';
import { pages } from '@/lib/paths';
import { ThemeMenu } from './ThemeMenu';

const ENTRIES = [
  { to: pages.dashboard, label: 'Dashboard', icon: <DashboardIcon />, isExact: true },
  { to: pages.flowRuns, label: 'Runs', icon: <RunsIcon />, isExact: false },
  { to: pages.flows, label: 'Flows', icon: <FlowsIcon />, isExact: false },
];

const modifier = /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘' : 'Ctrl ';

export function Navigation() {
  return (
    <nav
      aria-label="Main"
      className="flex shrink-0 items-center gap-1 border-line bg-page px-2 py-1.5 max-md:border-b md:w-48 md:flex-col md:items-stretch md:border-r md:p-3"
    >
      <Link
        to={pages.dashboard}
        className="flex items-center gap-2 px-1 font-semibold tracking-tight md:mb-3 md:px-1.5 md:py-1"
        aria-label="Milliways, to the dashboard"
      >
        <Mark className="size-6" />
        <span className="text-[15px] max-md:hidden">Milliways</span>
      </Link>
      <button
        type="button"
        onClick={openPalette}
        aria-keyshortcuts="Control+K Meta+K"
        className="flex h-8 items-center gap-2 rounded-md border border-line bg-surface px-2 text-muted hover:border-line-strong max-md:order-last max-md:border-transparent max-md:bg-transparent md:mb-3"
      >
        <SearchIcon />
        <span className="flex-1 text-left max-md:sr-only">Go to…</span>
        <kbd className="font-mono text-2xs max-md:hidden">{modifier}K</kbd>
      </button>
      {ENTRIES.map((entry) => (
        <Entry key={entry.to} {...entry} />
      ))}
      <div className="flex items-center gap-2 max-md:ml-auto md:mt-auto">
        <Version />
        <ThemeMenu />
      </div>
    </nav>
  );
}

function Entry({
  to,
  label,
  icon,
  isExact,
}: {
  to: string;
  label: string;
  icon: ReactNode;
  isExact: boolean;
}) {
  return (
    <Link
      to={to}
      activeOptions={{ exact: isExact, includeSearch: false }}
      className="flex h-8 items-center gap-2.5 rounded-md px-2 font-medium text-muted hover:bg-raised hover:text-text aria-[current=page]:bg-raised aria-[current=page]:text-text"
    >
      {icon}
      <span>{label}</span>
    </Link>
  );
}

function Version() {
  const version = useQuery(versionQuery());
  return (
    <span className="flex-1 truncate px-1.5 text-2xs text-muted max-md:hidden">
      {version.data ? `API ${version.data}` : ''}
    </span>
  );
}
