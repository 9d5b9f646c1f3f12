/** Paints what surrounds the bars: axis, states of the run, labels at the left, now, and dependencies. */
import { formatCount } from '@/lib/number';
import { type Block, visibleBlocks } from './blocks';
import type { Item } from './model';
import { fitText, textFont } from './paint';
import { ticksBetween } from './ticks';
import { AXIS_HEIGHT, barOf, blockTop, type Frame, plotWidth, timeToX } from './timeline-frame';
import { timePerPixel } from './viewport';

const TICK_GAP_PX = 96;

export function paintGrid(frame: Frame): void {
  const { context, palette, view } = frame;
  context.fillStyle = palette.surface;
  context.fillRect(0, 0, frame.width, frame.height);
  context.strokeStyle = palette.line;
  context.lineWidth = 1;
  context.beginPath();
  for (const tick of ticksOf(frame)) {
    const x = Math.round(timeToX(frame, tick.at)) + 0.5;
    if (x < frame.gutter) continue;
    context.moveTo(x, AXIS_HEIGHT);
    context.lineTo(x, frame.height);
  }
  context.stroke();
  for (const block of visibleBlocks(frame.layout, view.scroll, view.scroll + frame.height)) {
    if (frame.hoveredBlock !== block) continue;
    context.fillStyle = palette.raised;
    context.fillRect(0, blockTop(frame, block) - 2, frame.width, block.height + 4);
  }
}

export function paintAxis(frame: Frame): void {
  const { context, palette } = frame;
  context.fillStyle = palette.surface;
  context.fillRect(0, 0, frame.width, AXIS_HEIGHT);
  context.font = textFont(palette, 11);
  context.fillStyle = palette.muted;
  context.textBaseline = 'middle';
  for (const tick of ticksOf(frame)) {
    const x = timeToX(frame, tick.at);
    if (x >= frame.gutter - 1 && x < frame.width - 30) context.fillText(tick.label, x + 4, 10);
  }
  paintBands(frame);
  context.strokeStyle = palette.line;
  context.beginPath();
  context.moveTo(0, AXIS_HEIGHT - 0.5);
  context.lineTo(frame.width, AXIS_HEIGHT - 0.5);
  context.stroke();
}

const ticksOf = (frame: Frame) =>
  ticksBetween(frame.view.from, frame.view.to, timePerPixel(frame.view, plotWidth(frame)) * TICK_GAP_PX);

/** The states the run itself went through, as a thin band under the axis. */
function paintBands(frame: Frame): void {
  const { context, palette, model } = frame;
  model.bands.forEach((band, index) => {
    const until = model.bands[index + 1]?.start ?? model.end ?? frame.now;
    const x = Math.max(timeToX(frame, band.start), frame.gutter);
    const right = Math.min(timeToX(frame, Math.max(until, band.start)), frame.width);
    if (right < frame.gutter || x > frame.width) return;
    context.fillStyle = palette.state[band.state];
    context.fillRect(x, AXIS_HEIGHT - 6, Math.max(right - x, 1.5), 3);
  });
}

export function paintGutter(frame: Frame): void {
  if (frame.gutter === 0) return;
  const { context, palette, view } = frame;
  context.fillStyle = palette.surface;
  context.fillRect(0, AXIS_HEIGHT, frame.gutter, frame.height);
  context.save();
  context.beginPath();
  context.rect(0, AXIS_HEIGHT, frame.gutter, frame.height - AXIS_HEIGHT);
  context.clip();
  for (const block of visibleBlocks(frame.layout, view.scroll, view.scroll + frame.height)) {
    paintLabel(frame, block);
  }
  context.restore();
  context.strokeStyle = palette.line;
  context.beginPath();
  context.moveTo(frame.gutter - 0.5, 0);
  context.lineTo(frame.gutter - 0.5, frame.height);
  context.stroke();
}

function paintLabel(frame: Frame, block: Block): void {
  const { context, palette } = frame;
  const top = blockTop(frame, block);
  // The label of a tall block stays in sight while any part of the block is.
  const y = Math.min(Math.max(top, AXIS_HEIGHT), top + block.height - 20) + 10;
  if (frame.hoveredBlock === block) {
    context.fillStyle = palette.raised;
    context.fillRect(0, top - 2, frame.gutter, block.height + 4);
  }
  if (block.isFoldable) paintChevron(frame, y, !block.isCondensed);
  context.textBaseline = 'middle';
  context.font = textFont(palette, 11);
  const count = block.items.length > 1 ? `×${formatCount(block.items.length)}` : '';
  const countWidth = count ? context.measureText(count).width + 8 : 0;
  context.font = textFont(palette, 12, 500);
  const failed = block.failures.length;
  context.fillStyle = palette.text;
  context.fillText(fitText(context, block.label, frame.gutter - 34 - countWidth), 24, y + 0.5);
  context.font = textFont(palette, 11);
  context.fillStyle = palette.muted;
  if (count) context.fillText(count, frame.gutter - countWidth, y + 0.5);
  if (failed > 0 && block.items.length > 1 && block.height >= 36) {
    context.fillStyle = palette.state.FAILED;
    context.fillText(`${formatCount(failed)} failed`, 24, y + 16.5);
  }
}

function paintChevron(frame: Frame, y: number, isOpen: boolean): void {
  const { context, palette } = frame;
  context.strokeStyle = palette.muted;
  context.lineWidth = 1.5;
  context.beginPath();
  if (isOpen) {
    context.moveTo(8, y - 2);
    context.lineTo(12, y + 2);
    context.lineTo(16, y - 2);
  } else {
    context.moveTo(10, y - 4);
    context.lineTo(14, y);
    context.lineTo(10, y + 4);
  }
  context.stroke();
}

/** Where one is in a graph that is higher than its window. */
export function paintScrollbar(frame: Frame): void {
  const room = frame.height - AXIS_HEIGHT;
  if (frame.layout.height <= room) return;
  const { context, palette, view } = frame;
  const share = room / frame.layout.height;
  context.fillStyle = palette.muted;
  context.globalAlpha = 0.45;
  context.beginPath();
  context.roundRect(
    frame.width - 6,
    AXIS_HEIGHT + view.scroll * share + 2,
    4,
    Math.max(16, room * share - 4),
    2,
  );
  context.fill();
  context.globalAlpha = 1;
}

export function paintNow(frame: Frame): void {
  if (frame.model.end !== null) return;
  const x = Math.round(timeToX(frame, frame.now)) + 0.5;
  if (x < frame.gutter || x > frame.width) return;
  const { context, palette } = frame;
  context.strokeStyle = palette.accent;
  context.lineWidth = 1;
  context.setLineDash([3, 3]);
  context.beginPath();
  context.moveTo(x, AXIS_HEIGHT);
  context.lineTo(x, frame.height);
  context.stroke();
  context.setLineDash([]);
}

/** The outline of the selected bar, and curves to what it waited for and what waited for it. */
export function paintFocus(frame: Frame, children: readonly Item[]): void {
  const { context, palette } = frame;
  context.save();
  context.beginPath();
  context.rect(frame.gutter, AXIS_HEIGHT, plotWidth(frame), frame.height);
  context.clip();
  const focus = frame.selected ?? frame.hovered;
  if (focus) {
    context.strokeStyle = palette.text;
    context.lineWidth = 1.25;
    for (const id of focus.parents) paintDependency(frame, frame.model.byId.get(id), focus);
    for (const child of children) paintDependency(frame, focus, child);
  }
  for (const item of [frame.hovered, frame.selected]) {
    const bar = item && barOf(frame, item);
    if (!bar) continue;
    context.strokeStyle = item === frame.selected ? palette.accent : palette.text;
    context.lineWidth = item === frame.selected ? 2 : 1;
    context.beginPath();
    context.roundRect(bar.x - 1, bar.y, bar.width + 2, bar.height, 4);
    context.stroke();
  }
  context.restore();
}

function paintDependency(frame: Frame, parent: Item | undefined, child: Item): void {
  const from = parent && barOf(frame, parent);
  const to = barOf(frame, child);
  if (!from || !to) return;
  const { context } = frame;
  const start = { x: from.x + from.width, y: from.y + from.height / 2 };
  const end = { x: to.x, y: to.y + to.height / 2 };
  const bend = Math.max(16, Math.abs(end.x - start.x) / 2);
  context.globalAlpha = 0.7;
  context.beginPath();
  context.moveTo(start.x, start.y);
  context.bezierCurveTo(start.x + bend, start.y, end.x - bend, end.y, end.x, end.y);
  context.stroke();
  context.globalAlpha = 1;
}
