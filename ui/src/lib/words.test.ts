/** Tests of durations, times and counts. */
import { expect, test } from 'vitest';
import { formatDuration, formatTicking } from './duration';
import { formatCompact, plural } from './number';
import { formatAbsolute, formatRelative } from './time';

test.each([
  [Number.NaN, '–'],
  [-3, '0 s'],
  [0.0004, '<1 ms'],
  [0.24, '240 ms'],
  [0.9999, '1.0 s'],
  [4.23, '4.2 s'],
  [9.96, '10 s'],
  [59.6, '1m 00s'],
  [187, '3m 07s'],
  [7500, '2h 05m'],
  [270_000, '3d 3h'],
])('%f seconds are %s', (seconds, words) => {
  expect(formatDuration(seconds)).toBe(words);
});

test('a ticking clock shows whole seconds', () => {
  expect([formatTicking(0.9), formatTicking(61.9)]).toEqual(['0 s', '1m 01s']);
});

test.each([
  [0, 'just now'],
  [-42, '42 s ago'],
  [-300, '5 min ago'],
  [-7200, '2 h ago'],
  [-200_000, '2 d ago'],
  [90, 'in 1 min'],
])('%i seconds from now are %s', (seconds, words) => {
  const now = Date.parse('2026-11-20T12:00:00Z');
  expect(formatRelative(now + seconds * 1000, now)).toBe(words);
});

test('an absolute time names its zone', () => {
  expect(formatAbsolute(Date.parse('2026-11-20T12:00:00Z'), 'UTC')).toContain('UTC');
});

test('counts', () => {
  expect([
    formatCompact(9_999),
    formatCompact(12_430),
    formatCompact(999_960),
    formatCompact(3_100_000),
  ]).toEqual(['9,999', '12.4k', '1M', '3.1M']);
  expect([plural(1, 'run'), plural(10_000, 'run')]).toEqual(['1 run', '10,000 runs']);
});
