/** The server itself: its version, and the watch for its return when it is away. */
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { endpoints } from '@/lib/paths';
import { get } from './client';
import { useConnection } from './connection';

const keys = { version: ['server', 'version'] as const, health: ['server', 'health'] as const };

export const versionQuery = () =>
  queryOptions({
    queryKey: keys.version,
    queryFn: ({ signal }) => get(endpoints.version, { signal }) as Promise<string>,
    staleTime: Number.POSITIVE_INFINITY,
  });

/** True while the server is away. Asks every two seconds, and loads the page's data again on its return. */
export function useServerAway(): boolean {
  const isAway = useConnection() === 'away';
  const client = useQueryClient();
  useQuery({
    queryKey: keys.health,
    queryFn: async ({ signal }) => {
      await get(endpoints.health, { signal });
      void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'server' });
      return true;
    },
    enabled: isAway,
    refetchInterval: 2_000,
    refetchIntervalInBackground: false,
    gcTime: 0,
    staleTime: 0,
  });
  return isAway;
}
