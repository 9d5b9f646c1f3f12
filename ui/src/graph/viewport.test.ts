/** Tests of zooming, panning and the axis. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatElapsed, ticksBetween } from './ticks';
import { fit, pan, zoom } from './viewport';

const bounds = { end: 10_000, contentHeight: 800, viewHeight: 300 };

test('the place under the pointer stays where it is', () => {
  const before = fit(bounds.end);
  const after = zoom(before, 4, 0.3, bounds);
  const place = (view: typeof before) => view.from + (view.to - view.from) * 0.3;
  expect(place(after)).toBeCloseTo(place(before));
  expect(after.to - after.from).toBeCloseTo((before.to - before.from) / 4);
});

test('no zooming and panning leads out of the run', () => {
  const step = fc.tuple(
    fc.double({ min: 0.1, max: 10, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: -2, max: 2, noNaN: true }),
    fc.integer({ min: -900, max: 900 }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const whole = fit(bounds.end);
      let view = whole;
      for (const [factor, place, share, pixels] of steps) {
        view = pan(zoom(view, factor, place, bounds), share, pixels, bounds);
        expect(view.from).toBeGreaterThanOrEqual(whole.from - 1e-6);
        expect(view.to).toBeLessThanOrEqual(whole.to + 1e-6);
        expect(view.to).toBeGreaterThan(view.from);
        expect(view.scroll).toBeGreaterThanOrEqual(0);
        expect(view.scroll).toBeLessThanOrEqual(500);
      }
    }),
  );
});

test('marks are round and as exact as needed', () => {
  expect(
    ticksBetween(0, 10_000, 900)
      .map((tick) => tick.label)
      .slice(0, 4),
  ).toEqual(['0', '1s', '2s', '3s']);
  expect(ticksBetween(-5, 3, 0.4).map((tick) => tick.label)).toEqual([
    '0',
    '0.5 ms',
    '1.0 ms',
    '1.5 ms',
    '2.0 ms',
    '2.5 ms',
    '3.0 ms',
  ]);
  expect(formatElapsed(1_500, 500)).toBe('1.5 s');
  expect(formatElapsed(3_725_000, 1_000)).toBe('1h 2m 5s');
  expect(ticksBetween(0, 40 * 86_400_000, 9e8).length).toBeGreaterThan(1);
});
