/** Tests of the address and of time ranges. */
import { expect, test } from 'vitest';
import { isRange, rangeWindow } from './range';
import { parseSearch, readList, readOneOf, readText, stringifySearch } from './search';

test('what is written is read again, commas and repeats included', () => {
  const search = { state: ['FAILED', 'CRASHED'], name: 'a b&c', tag: ['x,y'] };
  const text = stringifySearch({ ...search, flow: undefined, empty: '' });
  expect(text).toBe('?state=FAILED&state=CRASHED&name=a+b%26c&tag=x%2Cy');
  expect(parseSearch(text)).toEqual({ state: ['FAILED', 'CRASHED'], name: 'a b&c', tag: 'x,y' });
  expect(parseSearch('?__proto__=1&toString=2')).toMatchObject({ toString: '2' });
});

test('what makes no sense is left out', () => {
  expect([readText(['a', 'b']), readText(''), readText(3)]).toEqual(['a', undefined, undefined]);
  expect([readList('a'), readList(['a', 'a', '']), readList(undefined)]).toEqual([['a'], ['a'], undefined]);
  expect([readOneOf('7d', ['1h', '7d']), readOneOf('9d', ['1h', '7d'])]).toEqual(['7d', undefined]);
  expect([isRange('24h'), isRange('2h')]).toEqual([true, false]);
});

test('a window keeps its edges within one interval', () => {
  const at = Date.parse('2026-11-20T12:00:10Z');
  const window = rangeWindow('1h', at);
  expect(window).toEqual({
    start: '2026-11-20T11:01:00.000Z',
    end: '2026-11-20T12:01:00.000Z',
    intervalSeconds: 60,
  });
  expect(rangeWindow('1h', at + 40_000)).toEqual(window);
  expect(rangeWindow('1h', at + 60_000)).not.toEqual(window);
});
