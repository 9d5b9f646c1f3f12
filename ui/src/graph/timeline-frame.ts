/** One frame of the timeline: everything a painter of it needs to know. */
import type { Block, Layout } from './blocks';
import type { GraphModel, Item } from './model';
import type { Palette } from './palette';
import type { Viewport } from './viewport';

export const AXIS_HEIGHT = 26;

export type Frame = {
  context: CanvasRenderingContext2D;
  palette: Palette;
  model: GraphModel;
  layout: Layout;
  view: Viewport;
  width: number;
  height: number;
  /** The width of the labels at the left. */
  gutter: number;
  /** Now, in milliseconds of the model. */
  now: number;
  hovered: Item | null;
  hoveredBlock: Block | null;
  selected: Item | null;
};

export const plotWidth = (frame: Pick<Frame, 'width' | 'gutter'>): number =>
  Math.max(1, frame.width - frame.gutter);

export const timeToX = (frame: Frame, time: number): number =>
  frame.gutter + ((time - frame.view.from) / (frame.view.to - frame.view.from)) * plotWidth(frame);

/** The upper edge of a block on the screen. */
export const blockTop = (frame: Frame, block: Block): number => AXIS_HEIGHT + block.y - frame.view.scroll;

/** Where the bar of an item lies on the screen; a condensed block gives its whole height. */
export function barOf(
  frame: Frame,
  item: Item,
): { x: number; y: number; width: number; height: number } | null {
  const block = frame.layout.blockOf.get(item.id);
  if (!block) return null;
  const lane = block.isCondensed ? -1 : laneIndex(block, item);
  const x = timeToX(frame, item.start);
  const width = Math.max(2, timeToX(frame, item.end ?? frame.now) - x);
  const top = blockTop(frame, block);
  return lane < 0
    ? { x, y: top, width, height: block.height }
    : { x, y: top + lane * block.laneHeight, width, height: block.laneHeight };
}

const laneIndexes = new WeakMap<Block, Map<string, number>>();

/** The lane of an item within its block, looked up in an index made once for each layout. */
export function laneIndex(block: Block, item: Item): number {
  let known = laneIndexes.get(block);
  if (!known) {
    known = new Map();
    for (const [index, lane] of block.lanes.entries()) for (const entry of lane) known.set(entry.id, index);
    laneIndexes.set(block, known);
  }
  return known.get(item.id) ?? 0;
}
