/** Turns a burst of signals into few calls: at once for the first, then one at a time, spaced. */

export type Coalesced = { (): void; cancel: () => void };

/**
 * Calls `run` now and, if signalled again meanwhile, once more when that call has finished and `intervalMs`
 * have passed. No signal is lost, and a slow call is never overtaken by the next.
 */
export function coalesce(run: () => unknown, intervalMs: number): Coalesced {
  let generation = 0;
  let isBusy = false;
  let isWaiting = false;

  const fire = async () => {
    const mine = generation;
    isBusy = true;
    const pause = new Promise((resolve) => setTimeout(resolve, intervalMs));
    await Promise.allSettled([run(), pause]);
    if (mine !== generation) return;
    isBusy = false;
    if (!isWaiting) return;
    isWaiting = false;
    void fire();
  };
  const signal = () => {
    if (isBusy) isWaiting = true;
    else void fire();
  };
  return Object.assign(signal, {
    cancel: () => {
      generation++;
      isBusy = false;
      isWaiting = false;
    },
  });
}
