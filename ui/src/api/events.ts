/** Live events as hints: a run has changed, so what is shown of it is asked for again. */
import { type QueryKey, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { serverNow } from '@/lib/clock';
import { coalesce } from '@/lib/coalesce';
import { sockets } from '@/lib/paths';
import { type LiveStatus, openLive } from './live';
import type { components } from './schema.gen';

type EventFilter = components['schemas']['EventFilter'];

/** A burst of events leads to at most one refetch per interval. */
const REFETCH_INTERVAL_MS = 1_000;
/** Without a live connection the page asks this often. */
const ASK_INTERVAL_MS = 10_000;
const OPENING_GAP_MS = 3_000;
const YEAR_MS = 365 * 86_400_000;

/** Every change of any flow run. */
export const ALL_FLOW_RUNS: EventFilter = { event: { prefix: ['prefect.flow-run.'] } };

/** Every change of one flow run and of what runs in it. */
export const eventsOfFlowRun = (id: string): EventFilter => ({
  any_resource: { id: [`prefect.flow-run.${id}`] },
});

export const eventsOfTaskRun = (id: string): EventFilter => ({
  any_resource: { id: [`prefect.task-run.${id}`] },
});

/**
 * Refetches the given queries whenever an event passes the filter, and after every reconnect.
 * A null filter listens to nothing.
 */
export function useLiveRefetch(filter: EventFilter | null, queryKeys: QueryKey[]): LiveStatus | null {
  const client = useQueryClient();
  const [status, setStatus] = useState<LiveStatus>('connecting');
  const filterText = filter ? JSON.stringify(filter) : null;
  const keysText = JSON.stringify(queryKeys);

  useEffect(() => {
    if (filterText === null) return;
    const keys = JSON.parse(keysText) as QueryKey[];
    const refetch = coalesce(
      () => Promise.all(keys.map((queryKey) => client.invalidateQueries({ queryKey }))),
      REFETCH_INTERVAL_MS,
    );
    // The stored events since the page asked for its data close the gap until the socket is open.
    const since = new Date(serverNow() - OPENING_GAP_MS).toISOString();
    // Left out, the end is the moment of asking: nothing that is yet to come would pass.
    const until = new Date(serverNow() + YEAR_MS).toISOString();
    let wasLost = false;
    let isLive = false;
    const close = openLive({
      path: sockets.events,
      filter: { ...JSON.parse(filterText), occurred: { since, until } },
      backfill: true,
      onFrame: (frame) => {
        if (frame.type === 'event') refetch();
      },
      onStatus: (next) => {
        setStatus(next);
        isLive = next === 'live';
        if (next === 'lost') wasLost = true;
        if (next === 'live' && wasLost) refetch();
      },
    });
    const asking = setInterval(() => {
      if (!isLive) refetch();
    }, ASK_INTERVAL_MS);
    return () => {
      clearInterval(asking);
      refetch.cancel();
      close();
    };
  }, [client, filterText, keysText]);

  return filter ? status : null;
}
