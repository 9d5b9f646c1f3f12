/** The timeline: keeps the view, answers the pointer, and paints frames. Knows nothing of React. */
import { type Block, blockAt, type Layout, layOut } from './blocks';
import { itemAt } from './cull';
import type { GraphModel, Item } from './model';
import type { Palette } from './palette';
import type { Scene } from './surface';
import { paintBlocks } from './timeline-bars';
import { paintAxis, paintFocus, paintGrid, paintGutter, paintNow, paintScrollbar } from './timeline-chrome';
import { AXIS_HEIGHT, type Frame } from './timeline-frame';
import { type Bounds, clamp, fit, pan, timePerPixel, type Viewport, zoom } from './viewport';

export type Hover = { item: Item; x: number; y: number } | null;

export type TimelineEvents = {
  onHover: (hover: Hover) => void;
  onSelect: (item: Item | null) => void;
  onOpen: (item: Item) => void;
};

/** Dependencies beyond this many would be a grey sheet. */
const MOST_CURVES = 200;

export class TimelineScene implements Scene {
  palette: Palette;
  selected: Item | null = null;
  private model: GraphModel;
  private layout: Layout;
  private view: Viewport;
  private isFitted = true;
  private readonly flipped = new Set<string>();
  private readonly events: TimelineEvents;
  private readonly clock: () => number;
  private hovered: Item | null = null;
  private hoveredBlock: Block | null = null;
  private children = new Map<string, Item[]>();
  private width = 1;
  private height = 1;

  /** `clock` gives the server's time in milliseconds since 1970. */
  constructor(model: GraphModel, palette: Palette, clock: () => number, events: TimelineEvents) {
    this.model = model;
    this.palette = palette;
    this.clock = clock;
    this.events = events;
    this.layout = layOut(model, this.flipped);
    this.view = fit(this.end());
    this.indexChildren();
  }

  /** Takes a newer state of the run and keeps the view, unless the whole was shown: then the whole stays shown. */
  update(model: GraphModel): void {
    const shift = this.model.origin - model.origin;
    this.model = model;
    this.layout = layOut(model, this.flipped);
    this.indexChildren();
    this.selected = this.selected ? (model.byId.get(this.selected.id) ?? null) : null;
    this.hovered = this.hovered ? (model.byId.get(this.hovered.id) ?? null) : null;
    this.hoveredBlock = this.hovered ? (this.layout.blockOf.get(this.hovered.id) ?? null) : null;
    if (this.isFitted) this.fit();
    else
      this.view = clamp(
        { ...this.view, from: this.view.from + shift, to: this.view.to + shift },
        this.bounds(),
      );
  }

  fit(): void {
    this.view = { ...fit(this.end()), scroll: this.view.scroll };
    this.isFitted = true;
  }

  get isRunning(): boolean {
    return this.model.end === null;
  }

  get contentHeight(): number {
    return this.layout.height + AXIS_HEIGHT;
  }

  draw(context: CanvasRenderingContext2D, width: number, height: number): void {
    this.width = width;
    this.height = height;
    if (this.isFitted && this.isRunning) this.fit();
    this.view = clamp(this.view, this.bounds());
    const frame = this.frame(context);
    paintGrid(frame);
    paintBlocks(frame);
    paintNow(frame);
    const focus = this.selected ?? this.hovered;
    paintFocus(frame, focus ? (this.children.get(focus.id) ?? []).slice(0, MOST_CURVES) : []);
    paintGutter(frame);
    paintAxis(frame);
    paintScrollbar(frame);
  }

  zoom(factor: number, x: number): void {
    const place = Math.min(1, Math.max(0, (x - this.gutter()) / this.plotWidth()));
    this.view = zoom(this.view, factor, place, this.bounds());
    const whole = fit(this.end());
    this.isFitted = this.view.to - this.view.from >= (whole.to - whole.from) * 0.9999;
  }

  pan(dx: number, dy: number): void {
    const before = this.view.from;
    this.view = pan(this.view, -dx / this.plotWidth(), -dy, this.bounds());
    if (this.view.from !== before) this.isFitted = false;
  }

  hover(x: number, y: number): void {
    const block = y > AXIS_HEIGHT ? blockAt(this.layout, y - AXIS_HEIGHT + this.view.scroll) : undefined;
    const item = block && x > this.gutter() ? this.hit(block, x, y) : null;
    this.hoveredBlock = block ?? null;
    this.hovered = item;
    this.events.onHover(item ? { item, x, y } : null);
  }

  leave(): void {
    this.hovered = null;
    this.hoveredBlock = null;
    this.events.onHover(null);
  }

  click(x: number, y: number): void {
    this.hover(x, y);
    if (
      this.hoveredBlock?.isFoldable &&
      (x <= this.gutter() || (this.hoveredBlock.isCondensed && !this.hovered))
    ) {
      this.toggle(this.hoveredBlock);
      return;
    }
    this.selected = this.hovered;
    this.events.onSelect(this.hovered);
  }

  open(x: number, y: number): void {
    this.hover(x, y);
    if (this.hovered) this.events.onOpen(this.hovered);
  }

  cursor(x: number): string {
    if (this.hovered || (x <= this.gutter() && this.hoveredBlock?.isFoldable)) return 'pointer';
    return x <= this.gutter() ? 'default' : 'grab';
  }

  private toggle(block: Block): void {
    if (!this.flipped.delete(block.key)) this.flipped.add(block.key);
    this.layout = layOut(this.model, this.flipped);
    this.hovered = null;
    this.hoveredBlock = null;
    this.events.onHover(null);
  }

  private hit(block: Block, x: number, y: number): Item | null {
    const perPixel = timePerPixel(this.view, this.plotWidth());
    const time = this.view.from + (x - this.gutter()) * perPixel;
    const within = y - AXIS_HEIGHT + this.view.scroll - block.y;
    if (block.isCondensed) {
      // The strip marks failures at its upper edge; only those can be told apart there.
      if (within > 9) return null;
      return block.failures.find((item) => Math.abs(item.start - time) < perPixel * 5) ?? null;
    }
    const lane = block.lanes[Math.floor(within / block.laneHeight)];
    return (lane && itemAt(lane, time, perPixel * 2, this.now())) ?? null;
  }

  private indexChildren(): void {
    this.children = new Map();
    for (const item of this.model.items) {
      for (const parent of item.parents) {
        const known = this.children.get(parent);
        if (known) known.push(item);
        else this.children.set(parent, [item]);
      }
    }
  }

  private now(): number {
    return this.model.end ?? this.clock() - this.model.origin;
  }

  private end(): number {
    const last = this.model.items.reduce((most, item) => Math.max(most, item.end ?? 0), this.model.end ?? 0);
    return this.model.end === null ? Math.max(last, this.now()) : last;
  }

  private gutter(): number {
    return this.width < 640 ? 96 : 200;
  }

  private plotWidth(): number {
    return Math.max(1, this.width - this.gutter());
  }

  private bounds(): Bounds {
    return { end: this.end(), contentHeight: this.layout.height, viewHeight: this.height - AXIS_HEIGHT };
  }

  private frame(context: CanvasRenderingContext2D): Frame {
    return {
      context,
      palette: this.palette,
      model: this.model,
      layout: this.layout,
      view: this.view,
      width: this.width,
      height: this.height,
      gutter: this.gutter(),
      now: this.now(),
      hovered: this.hovered,
      hoveredBlock: this.hoveredBlock,
      selected: this.selected,
    };
  }
}
