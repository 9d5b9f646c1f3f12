/** `/task-runs/{id}`: one task run. */
import { createRoute } from '@tanstack/react-router';
import { lazy } from 'react';
import { taskRunQuery } from '@/api/task-runs';
import { readTaskPageSearch } from '@/features/task-runs/task-tabs';
import { patterns } from '@/lib/paths';
import { rootRoute } from './root';

const TaskRunPage = lazy(async () => ({
  default: (await import('@/features/task-runs/TaskRunPage')).TaskRunPage,
}));

export const taskRunRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: patterns.taskRun,
  validateSearch: readTaskPageSearch,
  loader: ({ context, params }) => void context.queryClient.prefetchQuery(taskRunQuery(params.taskRunId)),
  component: function TaskRunRoute() {
    const { taskRunId } = taskRunRoute.useParams();
    const search = taskRunRoute.useSearch();
    const navigate = taskRunRoute.useNavigate();
    return (
      <TaskRunPage
        key={taskRunId}
        id={taskRunId}
        search={search}
        onSearch={(patch) => void navigate({ search: (before) => ({ ...before, ...patch }), replace: true })}
      />
    );
  },
});
