/** Paints the blocks of the timeline: bars in lanes, or a density strip where there are too many. */
import { formatDuration } from '@/lib/duration';
import { type Block, visibleBlocks } from './blocks';
import { visitVisible } from './cull';
import { measureDensity } from './density';
import { endOf, type Item } from './model';
import { hatch, roundedBar, textFont } from './paint';
import { AXIS_HEIGHT, blockTop, type Frame, laneIndex, plotWidth, timeToX } from './timeline-frame';
import { timePerPixel } from './viewport';

/** Bars closer than this are drawn as one. */
const RESOLUTION_PX = 1;
const COLUMN_PX = 2;

export function paintBlocks(frame: Frame): void {
  const { context, view } = frame;
  context.save();
  context.beginPath();
  context.rect(frame.gutter, AXIS_HEIGHT, plotWidth(frame), frame.height - AXIS_HEIGHT);
  context.clip();
  for (const block of visibleBlocks(frame.layout, view.scroll, view.scroll + frame.height - AXIS_HEIGHT)) {
    if (block.isCondensed) paintDensity(frame, block);
    else paintLanes(frame, block);
  }
  context.restore();
}

function paintLanes(frame: Frame, block: Block): void {
  const { view, now } = frame;
  const top = blockTop(frame, block);
  const resolution = timePerPixel(view, plotWidth(frame)) * RESOLUTION_PX;
  block.lanes.forEach((lane, index) => {
    const y = top + index * block.laneHeight;
    if (y > frame.height || y + block.laneHeight < AXIS_HEIGHT) return;
    visitVisible(lane, view.from, view.to, now, resolution, (item) =>
      paintBar(frame, item, y, block.laneHeight),
    );
  });
  // Culling may have passed over a failure that lies within one pixel of another bar.
  if (block.failures.length > 0) paintFailures(frame, block, top);
}

function paintBar(frame: Frame, item: Item, y: number, laneHeight: number): void {
  const { context, palette } = frame;
  const left = Math.max(timeToX(frame, item.start), frame.gutter - 8);
  const right = Math.min(timeToX(frame, endOf(item, frame.now)), frame.width + 8);
  const width = Math.max(right - left, 1.5);
  const gap = laneHeight >= 12 ? 2 : 1;
  const height = laneHeight - gap;
  const isDimmed = frame.hovered !== null && frame.hovered.group !== item.group;
  context.globalAlpha = isDimmed ? 0.45 : 1;
  context.fillStyle = palette.state[item.state];
  if (width < 4) context.fillRect(left, y + gap / 2, width, height);
  else {
    roundedBar(context, left, y + gap / 2, width, height, laneHeight >= 12 ? 4 : 2);
    context.fill();
    if (item.end === null) paintOpenEnd(frame, left, y + gap / 2, width, height);
    if (item.kind === 'flow-run') paintSubflowEdge(frame, left, y + gap / 2, width, height);
  }
  if (laneHeight >= 18 && width > 34) paintBarText(frame, item, left, y, width, laneHeight);
  context.globalAlpha = 1;
}

/** A running bar has no end yet: its right edge fades. */
function paintOpenEnd(frame: Frame, x: number, y: number, width: number, height: number): void {
  const { context, palette } = frame;
  const fade = Math.min(24, width);
  const gradient = context.createLinearGradient(x + width - fade, 0, x + width, 0);
  gradient.addColorStop(0, 'transparent');
  gradient.addColorStop(1, palette.surface);
  context.globalAlpha *= 0.55;
  context.fillStyle = gradient;
  context.fillRect(x + width - fade, y, fade, height);
  context.globalAlpha = 1;
}

/** A subflow is a box within the box. */
function paintSubflowEdge(frame: Frame, x: number, y: number, width: number, height: number): void {
  if (width < 8 || height < 8) return;
  const { context, palette } = frame;
  context.strokeStyle = palette.onState;
  context.globalAlpha *= 0.7;
  context.lineWidth = 1;
  roundedBar(context, x + 2.5, y + 2.5, width - 5, height - 5, 2.5);
  context.stroke();
  context.globalAlpha = 1;
}

function paintBarText(
  frame: Frame,
  item: Item,
  x: number,
  y: number,
  width: number,
  laneHeight: number,
): void {
  const { context, palette } = frame;
  const from = Math.max(x, frame.gutter);
  const until = Math.min(x + width, frame.width);
  const duration = formatDuration((endOf(item, frame.now) - item.start) / 1000);
  const block = frame.layout.blockOf.get(item.id);
  context.font = textFont(palette, 11, 500);
  context.fillStyle = palette.onState;
  context.textBaseline = 'middle';
  // A label cut to two letters says nothing: what does not fit is left to the tooltip.
  const candidates = block && block.items.length > 1 ? [`${item.label}  ${duration}`, duration] : [duration];
  const shown = candidates.find((words) => context.measureText(words).width <= until - from - 14);
  if (shown) context.fillText(shown, from + 7, y + laneHeight / 2 + 0.5);
}

function paintFailures(frame: Frame, block: Block, top: number): void {
  const { context, palette, view, now } = frame;
  for (const item of block.failures) {
    if (endOf(item, now) < view.from || item.start > view.to) continue;
    const x = Math.max(timeToX(frame, item.start), frame.gutter - 8);
    const width = Math.max(Math.min(timeToX(frame, endOf(item, now)), frame.width + 8) - x, 2.5);
    const lane = block.isCondensed ? 0 : laneIndex(block, item);
    const y = block.isCondensed ? top : top + lane * block.laneHeight + 1;
    const height = block.isCondensed ? 5 : block.laneHeight - 2;
    if (!block.isCondensed && width >= 6) {
      context.save();
      roundedBar(context, x, y, width, height, block.laneHeight >= 12 ? 4 : 2);
      context.clip();
      context.globalAlpha = 0.28;
      context.fillStyle = hatch(context, palette.onState);
      context.fillRect(x, y, width, height);
      context.restore();
    } else {
      context.fillStyle = palette.state[item.state];
      context.fillRect(x, y, width, height);
    }
  }
}

function paintDensity(frame: Frame, block: Block): void {
  const { context, palette, view, now } = frame;
  const top = blockTop(frame, block);
  const columns = Math.max(1, Math.ceil(plotWidth(frame) / COLUMN_PX));
  const density = measureDensity(block.items, view.from, view.to, columns, now);
  const scale = (block.height - 8) / Math.max(density.peak, 1);
  const bottom = top + block.height;
  context.globalAlpha = frame.hovered !== null && frame.hoveredBlock !== block ? 0.45 : 1;
  const base = new Float64Array(columns);
  density.states.forEach((state, row) => {
    const counts = density.counts[row] as Float64Array;
    context.fillStyle = palette.state[state];
    for (let column = 0; column < columns; column++) {
      const count = counts[column] ?? 0;
      if (count <= 0) continue;
      const height = Math.max(count * scale, 1);
      const offset = base[column] ?? 0;
      context.fillRect(frame.gutter + column * COLUMN_PX, bottom - offset - height, COLUMN_PX, height);
      base[column] = offset + height;
    }
  });
  context.globalAlpha = 1;
  if (block.failures.length > 0) paintFailures(frame, block, top);
}
