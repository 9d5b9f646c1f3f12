/** Tests of batching and coalescing. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createBatcher } from './batch';
import { coalesce } from './coalesce';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('look-ups of one moment travel together, in parts of the limit', async () => {
  const fetchMany = vi.fn(async (keys: string[]) =>
    keys.filter((key) => key !== 'gone').map((id) => ({ id })),
  );
  const load = createBatcher(fetchMany, (value) => value.id, 2);
  const all = Promise.all(['a', 'b', 'gone', 'a'].map(load));
  await vi.runAllTimersAsync();
  expect(await all).toEqual([{ id: 'a' }, { id: 'b' }, null, { id: 'a' }]);
  expect(fetchMany.mock.calls).toEqual([[['a', 'b']], [['gone']]]);
});

test('a failed request fails everybody who waits for it, and the next one starts afresh', async () => {
  const fetchMany = vi
    .fn()
    .mockRejectedValueOnce(new Error('away'))
    .mockResolvedValue([{ id: 'a' }]);
  const load = createBatcher<{ id: string }>(fetchMany, (value) => value.id);
  const [first, second] = [load('a'), load('b')];
  const outcome = Promise.allSettled([first, second]);
  await vi.runAllTimersAsync();
  expect((await outcome).map((entry) => entry.status)).toEqual(['rejected', 'rejected']);
  const again = load('a');
  await vi.runAllTimersAsync();
  expect(await again).toEqual({ id: 'a' });
});

test('a burst is one call now and one later', async () => {
  const run = vi.fn();
  const signal = coalesce(run, 1000);
  for (let count = 0; count < 50; count++) signal();
  expect(run).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1000);
  expect(run).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(5000);
  expect(run).toHaveBeenCalledTimes(2);
  signal();
  expect(run).toHaveBeenCalledTimes(3);
});

test('a slow call is not overtaken, and the signal meanwhile is not lost', async () => {
  let finish = () => {};
  const run = vi.fn(() => new Promise<void>((resolve) => (finish = resolve)));
  const signal = coalesce(run, 100);
  signal();
  signal();
  await vi.advanceTimersByTimeAsync(5000);
  expect(run).toHaveBeenCalledTimes(1);
  finish();
  await vi.advanceTimersByTimeAsync(0);
  expect(run).toHaveBeenCalledTimes(2);
});

test('after cancel nothing is called any more', async () => {
  const run = vi.fn();
  const signal = coalesce(run, 100);
  signal();
  signal();
  signal.cancel();
  await vi.advanceTimersByTimeAsync(1000);
  expect(run).toHaveBeenCalledTimes(1);
});
