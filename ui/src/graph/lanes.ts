/** Lane packing: puts intervals into as few rows as can be, none of them overlapping. */
import { MinHeap } from './heap';
import type { Item } from './model';

/** Items of one lane are ordered by start and do not overlap, so their ends are ordered too. */
export type Lane = Item[];

/**
 * Packs items that are sorted by start. Each takes the lowest lane that is free at its start, so the number of
 * lanes is the greatest number of items that run at once. A running item keeps its lane.
 */
export function packLanes(items: readonly Item[]): Lane[] {
  const lanes: Lane[] = [];
  const busy = new MinHeap<{ end: number; lane: number }>((a, b) => a.end - b.end);
  const free = new MinHeap<number>((a, b) => a - b);
  for (const item of items) {
    for (let first = busy.peek(); first && first.end <= item.start; first = busy.peek()) {
      free.push(first.lane);
      busy.pop();
    }
    const lane = free.pop() ?? lanes.push([]) - 1;
    lanes[lane]?.push(item);
    busy.push({ end: item.end ?? Number.POSITIVE_INFINITY, lane });
  }
  return lanes;
}
