/** The root of all routes: the frame, and what stands where no page is. */
import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext } from '@tanstack/react-router';
import { NotFound } from '@/components/NotFound';
import { Problem } from '@/components/QueryState';
import { AppShell } from '@/features/shell';

export type RouterContext = { queryClient: QueryClient };

export const rootRoute = createRootRouteWithContext<RouterContext>()({
  component: AppShell,
  notFoundComponent: () => <NotFound />,
  errorComponent: ({ error, reset }) => (
    <Problem error={error instanceof Error ? error : new Error(String(error))} onRetry={reset} />
  ),
});
