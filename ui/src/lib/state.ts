/** The nine state types: their order, words, and which of them end a run. */

export const STATE_TYPES = [
  'SCHEDULED',
  'PENDING',
  'RUNNING',
  'PAUSED',
  'CANCELLING',
  'COMPLETED',
  'FAILED',
  'CRASHED',
  'CANCELLED',
] as const;

export type StateType = (typeof STATE_TYPES)[number];

const LABELS: Record<StateType, string> = {
  SCHEDULED: 'Scheduled',
  PENDING: 'Pending',
  RUNNING: 'Running',
  PAUSED: 'Paused',
  CANCELLING: 'Cancelling',
  COMPLETED: 'Completed',
  FAILED: 'Failed',
  CRASHED: 'Crashed',
  CANCELLED: 'Cancelled',
};

const TERMINAL: ReadonlySet<string> = new Set(['COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED']);

export const stateLabel = (type: StateType): string => LABELS[type];

/** True once a run in this state will not move by itself any more. */
export const isTerminal = (type: string | null | undefined): boolean => type != null && TERMINAL.has(type);

/** True while the run's clock ticks. */
export const isTicking = (type: string | null | undefined): boolean =>
  type === 'RUNNING' || type === 'CANCELLING';

export const isStateType = (value: string): value is StateType =>
  (STATE_TYPES as readonly string[]).includes(value);

/** The CSS custom property that holds the colour of a state (see `index.css`). */
export const stateColor = (type: StateType): string => `var(--state-${type.toLowerCase()})`;
