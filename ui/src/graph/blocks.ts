/** The vertical layout of the timeline: one block for each group, of lanes or condensed into a density strip. */
import { type Lane, packLanes } from './lanes';
import type { GraphModel, Item } from './model';

export type Block = {
  key: string;
  label: string;
  items: Item[];
  /** Failed and crashed items: drawn on top, and never lost between pixels. */
  failures: Item[];
  lanes: Lane[];
  isCondensed: boolean;
  /** A block that can be condensed and opened by its label. */
  isFoldable: boolean;
  laneHeight: number;
  y: number;
  height: number;
};

export type Layout = { blocks: Block[]; height: number; blockOf: ReadonlyMap<string, Block> };

/** With more groups than this the small ones share a block. */
const MOST_BLOCKS = 400;
const CONDENSED_HEIGHT = 48;
const CONDENSE_FROM_LANES = 12;
const BLOCK_GAP = 6;
const SHARED = 'other tasks';

/** Lays out the model. `flipped` holds the keys of blocks that are not in their default fold. */
export function layOut(model: GraphModel, flipped: ReadonlySet<string>): Layout {
  const blocks: Block[] = [];
  const blockOf = new Map<string, Block>();
  let y = BLOCK_GAP;
  for (const [key, items] of groups(model)) {
    const block = layOutBlock(key, items, flipped.has(key), y);
    blocks.push(block);
    for (const item of items) blockOf.set(item.id, block);
    y += block.height + BLOCK_GAP;
  }
  return { blocks, height: y, blockOf };
}

function groups(model: GraphModel): Map<string, Item[]> {
  const byGroup = new Map<string, Item[]>();
  for (const item of model.items) {
    const key = `${item.kind}:${item.group}`;
    const known = byGroup.get(key);
    if (known) known.push(item);
    else byGroup.set(key, [item]);
  }
  if (byGroup.size <= MOST_BLOCKS) return byGroup;
  const result = new Map<string, Item[]>();
  const shared: Item[] = [];
  for (const [key, items] of byGroup) {
    if (items.length > 1) result.set(key, items);
    else shared.push(...items);
  }
  return result.set(
    `shared:${SHARED}`,
    shared.sort((a, b) => a.start - b.start),
  );
}

function layOutBlock(key: string, items: Item[], isFlipped: boolean, y: number): Block {
  const lanes = packLanes(items);
  const isFoldable = lanes.length > 1;
  const isCondensed = isFoldable && lanes.length > CONDENSE_FROM_LANES !== isFlipped;
  const laneHeight = laneHeightFor(lanes.length);
  return {
    key,
    label: items.length === 1 ? (items[0]?.label ?? '') : key.slice(key.indexOf(':') + 1),
    items,
    failures: items.filter((item) => item.state === 'FAILED' || item.state === 'CRASHED'),
    lanes,
    isCondensed,
    isFoldable,
    laneHeight,
    y,
    height: isCondensed ? CONDENSED_HEIGHT : Math.max(lanes.length * laneHeight, 20),
  };
}

/** Many lanes are thin ones. */
function laneHeightFor(lanes: number): number {
  if (lanes <= 6) return 20;
  if (lanes <= 24) return 13;
  return lanes <= 100 ? 9 : 6;
}

/** The block at a height, or undefined in a gap. */
export function blockAt(layout: Layout, y: number): Block | undefined {
  let [low, high] = [0, layout.blocks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const block = layout.blocks[middle] as Block;
    if (block.y + block.height <= y) low = middle + 1;
    else high = middle;
  }
  const block = layout.blocks[low];
  return block && block.y <= y ? block : undefined;
}

/** The first and the last block that touch the given heights, as a slice. */
export function visibleBlocks(layout: Layout, top: number, bottom: number): Block[] {
  return layout.blocks.filter((block) => block.y < bottom && block.y + block.height > top);
}
