/** How many items of each state run at once, per column of the screen: what a condensed block shows. */
import { STATE_TYPES, type StateType } from '@/lib/state';
import { endOf, type Item } from './model';

export type Density = {
  columns: number;
  /** For each state, the count in each column. */
  counts: Float64Array[];
  /** The order of `counts`. */
  states: readonly StateType[];
  peak: number;
};

const STATE_INDEX = new Map(STATE_TYPES.map((state, at) => [state, at]));

/** Counts by difference arrays: one step per item, one per column. */
export function measureDensity(
  items: readonly Item[],
  from: number,
  to: number,
  columns: number,
  now: number,
): Density {
  const counts = STATE_TYPES.map(() => new Float64Array(columns + 1));
  const scale = columns / (to - from);
  for (const item of items) {
    // Items are sorted by start: nothing after this one can be seen.
    if (item.start > to) break;
    const end = endOf(item, now);
    if (end < from) continue;
    const first = Math.max(0, Math.floor((item.start - from) * scale));
    const last = Math.min(columns - 1, Math.floor((end - from) * scale));
    const row = counts[STATE_INDEX.get(item.state) ?? 0] as Float64Array;
    row[first] = (row[first] ?? 0) + 1;
    row[last + 1] = (row[last + 1] ?? 0) - 1;
  }
  return { columns, counts, states: STATE_TYPES, peak: accumulate(counts, columns) };
}

function accumulate(counts: Float64Array[], columns: number): number {
  const totals = new Float64Array(columns);
  let peak = 0;
  for (const row of counts) {
    let sum = 0;
    for (let column = 0; column < columns; column++) {
      sum += row[column] ?? 0;
      row[column] = sum;
      totals[column] = (totals[column] ?? 0) + sum;
      peak = Math.max(peak, totals[column] ?? 0);
    }
  }
  return peak;
}
