/** The icons of the UI: one stroke weight, drawn on a grid of 16. */
import type { ReactNode } from 'react';
import { classes } from '@/lib/classes';

type IconProps = { className?: string };

const icon = (name: string, children: ReactNode) => {
  const Icon = ({ className }: IconProps) => (
    <svg
      viewBox="0 0 16 16"
      className={classes('size-4 shrink-0', className)}
      fill="none"
      stroke="currentColor"
      strokeWidth={1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
  Icon.displayName = `Icon(${name})`;
  return Icon;
};

export const DashboardIcon = icon('dashboard', <path d="M2.5 13.5v-5m3.7 5v-9m3.6 9V7m3.7 6.5v-11" />);
export const RunsIcon = icon('runs', <path d="M2.5 4h6m-2 4h7m-9 4h5" />);
export const FlowsIcon = icon(
  'flows',
  <>
    <circle cx="3.7" cy="8" r="1.7" />
    <circle cx="12.3" cy="3.7" r="1.7" />
    <circle cx="12.3" cy="12.3" r="1.7" />
    <path d="M5.3 7.3 10.7 4.5M5.3 8.7l5.4 2.8" />
  </>,
);
export const SearchIcon = icon(
  'search',
  <>
    <circle cx="7" cy="7" r="4.3" />
    <path d="m10.3 10.3 3.2 3.2" />
  </>,
);
export const CloseIcon = icon('close', <path d="m4 4 8 8m0-8-8 8" />);
export const CheckIcon = icon('check', <path d="m3 8.5 3.2 3.2L13 4.8" />);
export const ChevronDownIcon = icon('chevron-down', <path d="m4 6 4 4 4-4" />);
export const ChevronRightIcon = icon('chevron-right', <path d="m6 4 4 4-4 4" />);
export const CopyIcon = icon(
  'copy',
  <>
    <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
    <path d="M10.5 3v-.5h-8v8H3" />
  </>,
);
export const DownloadIcon = icon('download', <path d="M8 2.5v7.3m-3-3 3 3 3-3m-8.5 6.7h11" />);
export const MoreIcon = icon(
  'more',
  <g fill="currentColor" stroke="none">
    <circle cx="3.2" cy="8" r="1.3" />
    <circle cx="8" cy="8" r="1.3" />
    <circle cx="12.8" cy="8" r="1.3" />
  </g>,
);
export const SunIcon = icon(
  'sun',
  <>
    <circle cx="8" cy="8" r="2.8" />
    <path d="M8 1.5v1m0 11v1M1.5 8h1m11 0h1M3.4 3.4l.7.7m7.8 7.8.7.7m0-9.2-.7.7m-7.8 7.8-.7.7" />
  </>,
);
export const MoonIcon = icon('moon', <path d="M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8Z" />);
export const SystemIcon = icon(
  'system',
  <>
    <rect x="2" y="3" width="12" height="8" rx="1.5" />
    <path d="M5.5 13.5h5" />
  </>,
);
export const RetryIcon = icon('retry', <path d="M13 8a5 5 0 1 1-1.6-3.7M13.2 2v3h-3" />);
export const StopIcon = icon('stop', <rect x="4" y="4" width="8" height="8" rx="1.2" />);
export const PlayIcon = icon('play', <path d="M5 3.2v9.6l7.5-4.8Z" />);
export const TrashIcon = icon('trash', <path d="M2.8 4.3h10.4M6.3 4V2.5h3.4V4m-5.5.3.7 9.2h6.2l.7-9.2" />);
export const FitIcon = icon('fit', <path d="M2.5 6V2.5H6m4 0h3.5V6m0 4v3.5H10m-4 0H2.5V10" />);
export const PlusIcon = icon('plus', <path d="M8 3v10M3 8h10" />);
export const MinusIcon = icon('minus', <path d="M3 8h10" />);
export const ArrowDownIcon = icon('arrow-down', <path d="M8 2.5v10m-4-4 4 4 4-4" />);
export const ExternalIcon = icon('external', <path d="M6.5 3.5h-3v9h9v-3m-4-6.5h4.5V7.5m0-4.5L7.5 8.5" />);
export const WarningIcon = icon('warning', <path d="M8 2.2 14.2 13H1.8ZM8 6.5v3m0 1.9v.1" />);
export const UnplugIcon = icon(
  'unplug',
  <path d="m2 14 2.3-2.3m7.4-7.4L14 2M4.2 8.2 3.4 9a2.3 2.3 0 0 0 3.3 3.3l.8-.8-3.3-3.3Zm7.6-.4.8-.8a2.3 2.3 0 0 0-3.3-3.3l-.8.8 3.3 3.3ZM6 7.5 7.3 6m1.4 4L10 8.6" />,
);
