/** Tests of what graphs are drawn from. */
import { expect, test } from 'vitest';
import { blockAt, layOut } from './blocks';
import { placeNodes } from './dependency-layout';
import { buildDependencies } from './dependency-model';
import { buildModel, type GraphInput, groupName, parseInstant } from './model';

const node = (
  id: string,
  label: string,
  start: string,
  end: string | null,
  parents: string[] = [],
  state = 'COMPLETED',
) =>
  [
    id,
    {
      kind: 'task-run',
      id,
      label,
      state_type: state,
      start_time: `2026-11-20T12:00:${start}Z`,
      end_time: end && `2026-11-20T12:00:${end}Z`,
      parents: parents.map((parent) => ({ id: parent })),
    },
  ] as GraphInput['nodes'][number];

const input: GraphInput = {
  start_time: '2026-11-20T12:00:00.000000Z',
  end_time: null,
  nodes: [
    node('c', 'sum-0', '05.000000', null, ['a', 'b'], 'RUNNING'),
    node('b', 'square-1', '01.000250', '02.000000', [], 'FAILED'),
    node('d', 'square-2', '01.500000', '01.800000'),
    node('a', 'square-0', '01.000000', '00.500000'),
  ],
  states: [{ timestamp: '2026-11-20T12:00:00Z', type: 'RUNNING', name: 'Running' }],
};

test('times count from the start, with microseconds, and never backwards', () => {
  const model = buildModel(input);
  expect(model.items.map((item) => [item.label, item.start, item.end])).toEqual([
    ['square-0', 1_000, 1_000],
    ['square-1', 1_000.25, 2_000],
    ['square-2', 1_500, 1_800],
    ['sum-0', 5_000, null],
  ]);
  expect(parseInstant('2026-11-20T12:00:00.000001Z') - parseInstant('2026-11-20T12:00:00Z')).toBeCloseTo(
    0.001,
    3,
  );
});

test('the runs of one task are one group', () => {
  expect(
    ['load-17', 'load-a3f', 'load_rows', 'my-task'].map((label) => groupName(label, 'task-run')),
  ).toEqual(['load', 'load', 'load_rows', 'my-task']);
  expect(groupName('etl / brave-otter', 'flow-run')).toBe('etl');
});

test('blocks follow each other, and each height belongs to one', () => {
  const layout = layOut(buildModel(input), new Set());
  expect(layout.blocks.map((block) => [block.label, block.lanes.length, block.failures.length])).toEqual([
    ['square', 2, 1],
    ['sum-0', 1, 0],
  ]);
  for (const block of layout.blocks) {
    expect(blockAt(layout, block.y)).toBe(block);
    expect(blockAt(layout, block.y + block.height - 1)).toBe(block);
  }
  expect(blockAt(layout, -1)).toBeUndefined();
  const folded = layOut(buildModel(input), new Set(['task-run:square']));
  expect(folded.blocks[0]?.isCondensed).toBe(true);
});

test('a group keeps its worst state, and each edge once', () => {
  const model = buildModel(input);
  const grouped = buildDependencies(model, true);
  expect(grouped.nodes.map((entry) => [entry.label, entry.state, entry.items.length])).toEqual([
    ['square', 'FAILED', 3],
    ['sum-0', 'RUNNING', 1],
  ]);
  expect(grouped.edges).toHaveLength(1);
  const single = buildDependencies(model, false);
  expect(single.edges).toHaveLength(2);
  const placed = placeNodes({ ids: single.nodes.map((entry) => entry.id), edges: single.edges });
  expect((placed.nodes.c?.x ?? 0) > (placed.nodes.a?.x ?? 0)).toBe(true);
});
