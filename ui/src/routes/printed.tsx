/** `/runs/flow-run/{id}` and `/runs/task-run/{id}`: addresses that Prefect's clients print, led to our pages. */
import { createRoute, redirect } from '@tanstack/react-router';
import { pages, patterns } from '@/lib/paths';
import { rootRoute } from './root';

export const printedFlowRunRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: patterns.printedFlowRun,
  beforeLoad: ({ params }) => {
    throw redirect({ to: pages.flowRun(params.flowRunId), replace: true });
  },
});

export const printedTaskRunRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: patterns.printedTaskRun,
  beforeLoad: ({ params }) => {
    throw redirect({ to: pages.taskRun(params.taskRunId), replace: true });
  },
});
