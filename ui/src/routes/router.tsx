/** All routes of the page, and how the address is read and written. */
import type { QueryClient } from '@tanstack/react-query';
import { createRouter } from '@tanstack/react-router';
import { SkeletonRows } from '@/components/Skeleton';
import { parseSearch, stringifySearch } from '@/lib/search';
import { dashboardRoute } from './dashboard';
import { flowRoute } from './flow';
import { flowsRoute } from './flows';
import { printedFlowRunRoute, printedTaskRunRoute } from './printed';
import { rootRoute } from './root';
import { runRoute } from './run';
import { runsRoute } from './runs';
import { taskRunRoute } from './task-run';

const routeTree = rootRoute.addChildren([
  dashboardRoute,
  runsRoute,
  runRoute,
  taskRunRoute,
  flowsRoute,
  flowRoute,
  printedFlowRunRoute,
  printedTaskRunRoute,
]);

export const createAppRouter = (queryClient: QueryClient) =>
  createRouter({
    routeTree,
    context: { queryClient },
    parseSearch,
    stringifySearch,
    defaultPendingComponent: () => <SkeletonRows className="px-6 pt-6" />,
    scrollRestoration: true,
  });

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
