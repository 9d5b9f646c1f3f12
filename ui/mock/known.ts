/** Ids that tests may rely on. */
export const KNOWN = {
  /** A finished run of 10,000 tasks. */
  bigRun: '0b000000-0000-4000-a000-000000010000',
  /** A failed run with a traceback. */
  failedRun: '0b000000-0000-4000-a000-0000000000fa',
  /** A run that runs while the page is open. */
  liveRun: '0b000000-0000-4000-a000-00000000011e',
  /** A finished run of a script, with a subflow. */
  flightsRun: '0b000000-0000-4000-a000-000000000f11',
  subflowRun: '0b000000-0000-4000-a000-000000000f12',
  pausedRun: '0b000000-0000-4000-a000-00000000009a',
  nobody: '0b000000-0000-4000-a000-0000000fffff',
} as const;

/** How many flow runs the mock starts with. */
export const RUN_COUNT = 10_000;
