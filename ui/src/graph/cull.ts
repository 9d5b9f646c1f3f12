/** Time-indexed culling: which items of a lane are worth drawing, found by bisection. */

import type { Lane } from './lanes';
import { endOf, type Item } from './model';

/** The index of the first item that ends at or after `time`. */
export function firstEndingAfter(lane: Lane, time: number, now: number): number {
  let [low, high] = [0, lane.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (endOf(lane[middle] as Item, now) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The index of the first item that starts after `time`. */
export function firstStartingAfter(lane: Lane, time: number): number {
  let [low, high] = [0, lane.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lane[middle] as Item).start <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Visits the items of a lane that touch [from, to], at most about one for each step of `resolution`: what
 * follows within one step of an item already visited is passed over by bisection, however much it is.
 */
export function visitVisible(
  lane: Lane,
  from: number,
  to: number,
  now: number,
  resolution: number,
  visit: (item: Item) => void,
): void {
  let at = firstEndingAfter(lane, from, now);
  while (at < lane.length) {
    const item = lane[at] as Item;
    if (item.start > to) return;
    visit(item);
    const edge = Math.max(item.start, from) + resolution;
    const isShort = endOf(item, now) < edge;
    at = isShort ? Math.max(at + 1, firstEndingAfter(lane, edge, now)) : at + 1;
  }
}

/** The item of a lane that lies at `time`, give or take `slack`. */
export function itemAt(lane: Lane, time: number, slack: number, now: number): Item | undefined {
  const item = lane[firstEndingAfter(lane, time - slack, now)];
  return item && item.start <= time + slack ? item : undefined;
}
