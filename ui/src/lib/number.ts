/** Counts in words. */

const GROUPED = new Intl.NumberFormat('en-US');

/** `10,000`. */
export const formatCount = (value: number): string => GROUPED.format(value);

/** `12.4k`, `3.1M` where space is short; exact below 10,000. */
export function formatCompact(value: number): string {
  if (value < 10_000) return formatCount(value);
  if (value < 999_950) return `${trim(value / 1000)}k`;
  return `${trim(value / 1_000_000)}M`;
}

/** `1 run`, `2 runs`. */
export const plural = (count: number, noun: string): string =>
  `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;

const trim = (value: number): string => value.toFixed(value < 100 ? 1 : 0).replace(/\.0$/, '');
