/** The part of the timeline that is seen: pure arithmetic of zooming and panning. */

export type Viewport = {
  /** The first and the last visible time, in milliseconds of the model. */
  from: number;
  to: number;
  /** How far the blocks are scrolled up, in pixels. */
  scroll: number;
};

/** What a viewport must stay within. */
export type Bounds = { end: number; contentHeight: number; viewHeight: number };

/** Nothing shorter than 20 µs is looked at. */
const SHORTEST_SPAN_MS = 0.02;
/** Room beside the first and the last bar, as a share of the whole. */
const MARGIN = 0.02;

export const timePerPixel = (view: Viewport, width: number): number =>
  (view.to - view.from) / Math.max(1, width);

/** The viewport that shows everything. */
export function fit(end: number): Viewport {
  const span = Math.max(end, SHORTEST_SPAN_MS * 10);
  return { from: -span * MARGIN, to: span * (1 + MARGIN), scroll: 0 };
}

/** Zooms by `factor` (above one: closer) around a place between 0 (left edge) and 1 (right edge). */
export function zoom(view: Viewport, factor: number, place: number, bounds: Bounds): Viewport {
  const span = view.to - view.from;
  const whole = fit(bounds.end);
  const next = Math.min(Math.max(span / factor, SHORTEST_SPAN_MS), whole.to - whole.from);
  const anchor = view.from + span * place;
  return clamp({ ...view, from: anchor - next * place, to: anchor + next * (1 - place) }, bounds);
}

/** Moves the view by a share of its width and by pixels of height. */
export function pan(view: Viewport, share: number, pixels: number, bounds: Bounds): Viewport {
  const shift = (view.to - view.from) * share;
  return clamp({ from: view.from + shift, to: view.to + shift, scroll: view.scroll + pixels }, bounds);
}

export function clamp(view: Viewport, bounds: Bounds): Viewport {
  const whole = fit(bounds.end);
  const span = Math.min(view.to - view.from, whole.to - whole.from);
  const from = Math.min(Math.max(view.from, whole.from), whole.to - span);
  const most = Math.max(0, bounds.contentHeight - bounds.viewHeight);
  return { from, to: from + span, scroll: Math.min(Math.max(view.scroll, 0), most) };
}
