/** Joins single look-ups made in the same moment into one request. */

type Waiter<V> = { resolve: (value: V | null) => void; reject: (error: unknown) => void };

/**
 * Returns `load(key)`. Keys asked for within one turn of the event loop travel together, at most `limit`
 * in a request; a key the answer lacks resolves to null.
 */
export function createBatcher<V>(
  fetchMany: (keys: string[]) => Promise<V[]>,
  keyOf: (value: V) => string,
  limit = 200,
): (key: string) => Promise<V | null> {
  let queue = new Map<string, Waiter<V>[]>();

  const flush = () => {
    const taken = queue;
    queue = new Map();
    const keys = [...taken.keys()];
    for (let at = 0; at < keys.length; at += limit) void send(keys.slice(at, at + limit), taken);
  };

  const send = async (keys: string[], taken: Map<string, Waiter<V>[]>) => {
    try {
      const found = new Map((await fetchMany(keys)).map((value) => [keyOf(value), value]));
      for (const key of keys)
        for (const waiter of taken.get(key) ?? []) waiter.resolve(found.get(key) ?? null);
    } catch (error) {
      for (const key of keys) for (const waiter of taken.get(key) ?? []) waiter.reject(error);
    }
  };

  return (key) =>
    new Promise((resolve, reject) => {
      if (queue.size === 0) setTimeout(flush, 0);
      queue.set(key, [...(queue.get(key) ?? []), { resolve, reject }]);
    });
}
