/** Tests of ANSI escapes and search matches. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAnsi, stripAnsi } from './ansi';
import { splitMatches } from './highlight';

test('colours and weight become spans, everything else is dropped', () => {
  expect(parseAnsi('\u001b[1;31mbad\u001b[0m and \u001b[38;5;208modd\u001b[92m good')).toEqual([
    { text: 'bad', isBold: true, color: 'red' },
    { text: ' and ' },
    { text: 'odd' },
    { text: ' good', color: 'green' },
  ]);
  expect(stripAnsi('\u001b]8;;http://x\u0007link\u001b]8;;\u0007 \u001b[2Kdone')).toBe('link done');
});

test('no text gets lost or invented', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(
        parseAnsi(text)
          .map((span) => span.text)
          .join(''),
      ).toBe(stripAnsi(text));
    }),
  );
  fc.assert(
    fc.property(fc.string(), fc.string({ maxLength: 3 }), (text, query) => {
      expect(
        splitMatches(text, query)
          .map((part) => part.text)
          .join(''),
      ).toBe(text);
    }),
  );
});

test('matches are found without regard to case', () => {
  expect(splitMatches('Dead deadlock', 'DEAD').map((part) => part.isMatch)).toEqual([
    true,
    false,
    true,
    false,
  ]);
});
