/** The query string of a page: plain `key=value` pairs, a list being the key repeated. */

export type RawSearch = Record<string, string | string[]>;

export function parseSearch(text: string): RawSearch {
  const result: RawSearch = {};
  for (const [key, value] of new URLSearchParams(text)) {
    const known = Object.hasOwn(result, key) ? result[key] : undefined;
    if (known === undefined) result[key] = value;
    else result[key] = Array.isArray(known) ? [...known, value] : [known, value];
  }
  return result;
}

export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    const values = Array.isArray(value) ? value : [value];
    for (const item of values) {
      if (item !== undefined && item !== null && item !== '') params.append(key, String(item));
    }
  }
  const text = params.toString();
  return text ? `?${text}` : '';
}

/** One text of a raw value; the first one of a list. */
export function readText(value: unknown): string | undefined {
  const first = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' && first !== '' ? first : undefined;
}

/** A list of texts without repeats; undefined when empty, so that it leaves the URL. */
export function readList(value: unknown): string[] | undefined {
  const list = (Array.isArray(value) ? value : [value]).filter(
    (item): item is string => typeof item === 'string' && item !== '',
  );
  return list.length > 0 ? [...new Set(list)] : undefined;
}

/** The value if it is one of the allowed ones. */
export function readOneOf<T extends string>(value: unknown, allowed: readonly T[]): T | undefined {
  const text = readText(value);
  return allowed.find((item) => item === text);
}
