/** The ticking clock of the page, in the server's time. */
import { useSyncExternalStore } from 'react';

/** How far the browser's clock may differ before durations are corrected: the Date header has whole seconds. */
const TOLERATED_SKEW_MS = 2000;

let skewMs = 0;

/** Remembers how far the server's clock (its Date header) is from the browser's. */
export function noteServerDate(header: string | null, now: number = Date.now()): void {
  const server = header ? Date.parse(header) : Number.NaN;
  if (!Number.isFinite(server)) return;
  const skew = server - now;
  skewMs = Math.abs(skew) > TOLERATED_SKEW_MS ? skew : 0;
}

export const serverNow = (): number => Date.now() + skewMs;

type Ticker = { get: () => number; subscribe: (listener: () => void) => () => void };
const tickers = new Map<number, Ticker>();

function ticker(intervalMs: number): Ticker {
  const known = tickers.get(intervalMs);
  if (known) return known;
  let now = serverNow();
  let timer: ReturnType<typeof setInterval> | undefined;
  const listeners = new Set<() => void>();
  const tick = () => {
    now = serverNow();
    for (const listener of listeners) listener();
  };
  const created: Ticker = {
    get: () => now,
    subscribe: (listener) => {
      if (listeners.size === 0) {
        now = serverNow();
        timer = setInterval(tick, intervalMs);
      }
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) clearInterval(timer);
      };
    },
  };
  tickers.set(intervalMs, created);
  return created;
}

/** The current time, renewed every `intervalMs`; all components with one interval tick together. */
export function useNow(intervalMs: number): number {
  const source = ticker(intervalMs);
  return useSyncExternalStore(source.subscribe, source.get);
}
