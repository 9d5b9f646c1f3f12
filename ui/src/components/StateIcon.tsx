/** The sign of each state: told apart by shape, so that colour is never the only hint. */
import type { ReactNode } from 'react';
import { classes } from '@/lib/classes';
import { type StateType, stateColor } from '@/lib/state';

const ring = <circle cx="8" cy="8" r="6.2" />;
const disc = <circle cx="8" cy="8" r="7" fill="currentColor" stroke="none" />;

const SHAPES: Record<StateType, ReactNode> = {
  SCHEDULED: (
    <>
      {ring}
      <path d="M8 4.6V8l2.3 1.5" />
    </>
  ),
  PENDING: <circle cx="8" cy="8" r="6.2" strokeDasharray="2.4 2.2" />,
  RUNNING: (
    <g className="spin">
      <circle cx="8" cy="8" r="6.2" opacity="0.25" />
      <path d="M8 1.8A6.2 6.2 0 0 1 14.2 8" strokeWidth={2} />
    </g>
  ),
  PAUSED: (
    <>
      {ring}
      <path d="M6.4 5.8v4.4m3.2-4.4v4.4" />
    </>
  ),
  CANCELLING: (
    <>
      <circle cx="8" cy="8" r="6.2" strokeDasharray="2.4 2.2" />
      <path d="m5.6 10.4 4.8-4.8" />
    </>
  ),
  COMPLETED: (
    <>
      {disc}
      <path d="m5 8.3 2.1 2.1 4-4.5" stroke="var(--surface)" strokeWidth={1.8} />
    </>
  ),
  FAILED: (
    <>
      {disc}
      <path d="m5.5 5.5 5 5m0-5-5 5" stroke="var(--surface)" strokeWidth={1.8} />
    </>
  ),
  CRASHED: (
    <>
      <path d="M8 .9 15.4 14.2H.6Z" fill="currentColor" stroke="none" />
      <path d="M8 5.6v4m0 2.1v.1" stroke="var(--surface)" strokeWidth={1.7} />
    </>
  ),
  CANCELLED: (
    <>
      {ring}
      <path d="m3.7 12.3 8.6-8.6" />
    </>
  ),
};

export function StateIcon({ type, className }: { type: StateType; className?: string }) {
  return (
    <svg
      viewBox="0 0 16 16"
      className={classes('size-3.5 shrink-0', className)}
      style={{ color: stateColor(type) }}
      fill="none"
      stroke="currentColor"
      strokeWidth={1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {SHAPES[type]}
    </svg>
  );
}
