/** From the server's history to bars and sums. */
import type { HistoryInterval } from '@/api/flow-runs';
import type { Bar } from '@/components/StackedBars';
import type { StateType } from '@/lib/state';

export type StateSums = Partial<Record<StateType, number>>;

/** One bar for each interval. The server splits by name too; bars show types. */
export function toBars(intervals: HistoryInterval[]): Bar[] {
  return intervals.map((interval) => ({
    start: Date.parse(interval.interval_start),
    end: Date.parse(interval.interval_end),
    counts: sum([interval]),
  }));
}

export const sumStates = (intervals: HistoryInterval[]): StateSums => sum(intervals);

function sum(intervals: HistoryInterval[]): StateSums {
  const sums: StateSums = {};
  for (const { states } of intervals) {
    for (const state of states) sums[state.state_type] = (sums[state.state_type] ?? 0) + state.count_runs;
  }
  return sums;
}
