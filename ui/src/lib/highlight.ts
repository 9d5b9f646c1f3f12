/** Where a search text occurs in a line. */

export type Part = { text: string; isMatch: boolean };

/** Splits `text` at every occurrence of `query`, without regard to case. */
export function splitMatches(text: string, query: string): Part[] {
  const needle = query.trim().toLowerCase();
  if (needle === '') return [{ text, isMatch: false }];
  const haystack = text.toLowerCase();
  // Lower-casing may change the length of exotic text; positions would then lie.
  if (haystack.length !== text.length) return [{ text, isMatch: false }];
  const parts: Part[] = [];
  let from = 0;
  for (let at = haystack.indexOf(needle); at >= 0; at = haystack.indexOf(needle, from)) {
    if (at > from) parts.push({ text: text.slice(from, at), isMatch: false });
    parts.push({ text: text.slice(at, at + needle.length), isMatch: true });
    from = at + needle.length;
  }
  if (from < text.length) parts.push({ text: text.slice(from), isMatch: false });
  return parts;
}
