/** The marks of the time axis: round steps, counted from the start of the run. */

const STEPS_MS = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3,
  1e4, 1.5e4, 3e4, 6e4, 1.2e5, 3e5, 6e5, 9e5, 1.8e6, 3.6e6, 7.2e6, 1.08e7, 2.16e7, 4.32e7, 8.64e7, 1.728e8,
  6.048e8,
];

export type Tick = { at: number; label: string };

/** Marks between two times, at least `minGap` milliseconds apart. */
export function ticksBetween(from: number, to: number, minGap: number): Tick[] {
  const step = STEPS_MS.find((candidate) => candidate >= minGap) ?? Math.ceil(minGap / 6.048e8) * 6.048e8;
  const ticks: Tick[] = [];
  for (let index = Math.ceil(Math.max(0, from) / step); index * step <= to; index++) {
    ticks.push({ at: index * step, label: formatElapsed(index * step, step) });
  }
  return ticks;
}

/** Elapsed time as exact as the step between two marks. */
export function formatElapsed(millis: number, step: number): string {
  if (millis === 0) return '0';
  if (step < 1) return `${fixed(millis, step)} ms`;
  if (millis < 1000 && step < 1000) return `${Math.round(millis)} ms`;
  if (step < 1000) return `${fixed(millis / 1000, step / 1000)} s`;
  const seconds = Math.round(millis / 1000);
  const [days, hours, minutes, rest] = [
    Math.floor(seconds / 86_400),
    Math.floor((seconds % 86_400) / 3600),
    Math.floor((seconds % 3600) / 60),
    seconds % 60,
  ];
  const parts = [days && `${days}d`, hours && `${hours}h`, minutes && `${minutes}m`, rest && `${rest}s`];
  return parts.filter(Boolean).join(' ');
}

const fixed = (value: number, step: number): string =>
  value.toFixed(Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)));
