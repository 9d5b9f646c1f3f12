/** The time ranges a page can look back over, and how each is cut into intervals. */

export const RANGES = ['1h', '24h', '7d', '30d'] as const;
export type Range = (typeof RANGES)[number];

const SPEC: Record<Range, { label: string; words: string; seconds: number; interval: number }> = {
  '1h': { label: '1 h', words: 'last hour', seconds: 3600, interval: 60 },
  '24h': { label: '24 h', words: 'last 24 hours', seconds: 86_400, interval: 1800 },
  '7d': { label: '7 d', words: 'last 7 days', seconds: 7 * 86_400, interval: 3 * 3600 },
  '30d': { label: '30 d', words: 'last 30 days', seconds: 30 * 86_400, interval: 12 * 3600 },
};

export const rangeLabel = (range: Range): string => SPEC[range].label;
export const rangeWords = (range: Range): string => SPEC[range].words;
export const isRange = (value: unknown): value is Range => RANGES.includes(value as Range);

export type Window = { start: string; end: string; intervalSeconds: number };

/**
 * The window of a range that ends with the interval `now` falls into. Its edges lie on multiples of the
 * interval, so that a refetch a second later asks for the same bars.
 */
export function rangeWindow(range: Range, now: number): Window {
  const { seconds, interval } = SPEC[range];
  const step = interval * 1000;
  const end = Math.floor(now / step) * step + step;
  return {
    start: new Date(end - seconds * 1000).toISOString(),
    end: new Date(end).toISOString(),
    intervalSeconds: interval,
  };
}
