/** How long answers are kept, and what is tried again. */
import { QueryClient } from '@tanstack/react-query';
import { ProblemError, ServerAwayError } from './problem';

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        gcTime: 5 * 60_000,
        refetchOnWindowFocus: true,
        // A refused request stays refused; while the server is away the watcher in `server.ts` asks for all.
        retry: (failures, error) =>
          !(error instanceof ProblemError && error.status < 500) &&
          !(error instanceof ServerAwayError) &&
          failures < 2,
        retryDelay: (attempt) => Math.min(250 * 2 ** attempt, 4_000),
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  });
}
