/** ANSI escapes of log messages: colours and weight become spans, everything else is dropped. */

export type Span = { text: string; color?: AnsiColor; isBold?: boolean; isDim?: boolean };
export type AnsiColor = 'black' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'white';

const COLORS: AnsiColor[] = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
// CSI sequences, OSC sequences (links, titles) up to their end, and two-character escapes.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
const ESCAPE = /\u001b\[([0-9;:?]*)([@-~])|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[@-Z\\-_]/g;

export const hasAnsi = (text: string): boolean => text.includes('\u001b');

export const stripAnsi = (text: string): string => (hasAnsi(text) ? text.replace(ESCAPE, '') : text);

/** Splits a text into spans of one style each. */
export function parseAnsi(text: string): Span[] {
  if (!hasAnsi(text)) return [{ text }];
  const spans: Span[] = [];
  let style: Omit<Span, 'text'> = {};
  let from = 0;
  const push = (until: number) => {
    if (until > from) spans.push({ text: text.slice(from, until), ...style });
  };
  for (const match of text.matchAll(ESCAPE)) {
    push(match.index);
    from = match.index + match[0].length;
    if (match[2] === 'm') style = applyCodes(style, match[1] ?? '');
  }
  push(text.length);
  return spans;
}

function applyCodes(style: Omit<Span, 'text'>, codes: string): Omit<Span, 'text'> {
  let next = { ...style };
  const numbers = codes.split(/[;:]/).map(Number);
  for (let at = 0; at < numbers.length; at++) {
    const code = numbers[at] ?? 0;
    if (code === 0) next = {};
    else if (code === 1) next.isBold = true;
    else if (code === 2) next.isDim = true;
    else if (code === 22) next = { ...next, isBold: undefined, isDim: undefined };
    else if (code === 39) next.color = undefined;
    else if (code >= 30 && code <= 37) next.color = COLORS[code - 30];
    else if (code >= 90 && code <= 97) next.color = COLORS[code - 90];
    // Colours of the big palettes are skipped with their arguments: 38;5;n and 38;2;r;g;b.
    else if (code === 38 || code === 48) at += numbers[at + 1] === 5 ? 2 : numbers[at + 1] === 2 ? 4 : 1;
  }
  return next;
}
