/** Properties of lane packing, culling and density. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstEndingAfter, firstStartingAfter, itemAt, visitVisible } from './cull';
import { measureDensity } from './density';
import { packLanes } from './lanes';
import { endOf, type Item } from './model';

const NOW = 2_000;

/** Items sorted by start, some of them running, some without length, many alike. */
const items = fc
  .array(
    fc.record({
      start: fc.integer({ min: 0, max: 1_000 }),
      length: fc.integer({ min: 0, max: 200 }),
      isRunning: fc.integer({ min: 0, max: 19 }).map((draw) => draw === 0),
    }),
    { maxLength: 120 },
  )
  .map((list) =>
    list
      .map(
        ({ start, length, isRunning }, index): Item => ({
          id: `i${index}`,
          kind: 'task-run',
          label: `task-${index}`,
          group: 'task',
          state: isRunning ? 'RUNNING' : 'COMPLETED',
          start,
          end: isRunning ? null : start + length,
          parents: [],
        }),
      )
      .sort((a, b) => a.start - b.start),
  );

test('no two items of a lane overlap, and none is lost', () => {
  fc.assert(
    fc.property(items, (list) => {
      const lanes = packLanes(list);
      for (const lane of lanes) {
        for (let at = 1; at < lane.length; at++) {
          const [before, item] = [lane[at - 1] as Item, lane[at] as Item];
          expect(before.end ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(item.start);
        }
      }
      expect(
        lanes
          .flat()
          .map((item) => item.id)
          .sort(),
      ).toEqual(list.map((item) => item.id).sort());
    }),
  );
});

test('there are no more lanes than items that run at once', () => {
  fc.assert(
    fc.property(items, (list) => {
      const runningAt = (time: number) =>
        list.filter((item) => item.start <= time && (item.end ?? Number.POSITIVE_INFINITY) > time).length;
      // An item without length takes a lane for itself at its instant.
      const most = Math.max(0, ...list.map((item) => runningAt(item.start)));
      const instant = list.some((item) => item.end === item.start) ? 1 : 0;
      expect(packLanes(list).length).toBeLessThanOrEqual(most + instant);
      expect(packLanes(list).length).toBeGreaterThanOrEqual(most);
    }),
  );
});

test('culling finds what looking at everything finds', () => {
  fc.assert(
    fc.property(
      items,
      fc.integer({ min: -50, max: 1_300 }),
      fc.integer({ min: 0, max: 400 }),
      (list, from, span) => {
        for (const lane of packLanes(list)) {
          const seen: string[] = [];
          visitVisible(lane, from, from + span, NOW, 0, (item) => seen.push(item.id));
          const wanted = lane.filter((item) => endOf(item, NOW) >= from && item.start <= from + span);
          expect(seen).toEqual(wanted.map((item) => item.id));
          expect(firstEndingAfter(lane, from, NOW)).toBe(
            lane.filter((item) => endOf(item, NOW) < from).length,
          );
          expect(firstStartingAfter(lane, from)).toBe(lane.filter((item) => item.start <= from).length);
        }
      },
    ),
  );
});

test('however many items there are, one pixel draws few of them', () => {
  fc.assert(
    fc.property(items, fc.integer({ min: 5, max: 100 }), (list, resolution) => {
      for (const lane of packLanes(list)) {
        let visited = 0;
        visitVisible(lane, 0, 1_000, NOW, resolution, () => visited++);
        expect(visited).toBeLessThanOrEqual(2 * Math.ceil(1_000 / resolution) + 2);
      }
    }),
  );
});

test('pointing finds the bar below the pointer', () => {
  fc.assert(
    fc.property(items, (list) => {
      for (const lane of packLanes(list)) {
        for (const item of lane) {
          const middle = (item.start + endOf(item, NOW)) / 2;
          const found = itemAt(lane, middle, 0, NOW);
          expect(found && found.start <= middle && endOf(found, NOW) >= middle).toBe(true);
        }
      }
    }),
  );
});

test('the density of a column is the number of items that touch it', () => {
  fc.assert(
    fc.property(items, (list) => {
      const columns = 50;
      const density = measureDensity(list, 0, 1_000, columns, NOW);
      for (let column = 0; column < columns; column++) {
        const wanted = list.filter(
          (item) =>
            Math.floor(item.start / 20) <= column &&
            Math.floor(endOf(item, NOW) / 20) >= column &&
            item.start <= 1_000,
        ).length;
        const counted = density.counts.reduce((sum, row) => sum + (row[column] ?? 0), 0);
        expect(counted).toBe(wanted);
        expect(counted).toBeLessThanOrEqual(density.peak);
      }
    }),
  );
});
