/** `/runs/{id}`: one flow run. */
import { createRoute } from '@tanstack/react-router';
import { lazy } from 'react';
import { flowRunQuery } from '@/api/flow-runs';
import { readRunPageSearch } from '@/features/flow-runs/run-tabs';
import { patterns } from '@/lib/paths';
import { rootRoute } from './root';

const RunPage = lazy(async () => ({ default: (await import('@/features/flow-runs/RunPage')).RunPage }));

export const runRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: patterns.flowRun,
  validateSearch: readRunPageSearch,
  // Asked for while the page's code is still on its way; the page itself shows what became of it.
  loader: ({ context, params }) => void context.queryClient.prefetchQuery(flowRunQuery(params.flowRunId)),
  component: function RunRoute() {
    const { flowRunId } = runRoute.useParams();
    const search = runRoute.useSearch();
    const navigate = runRoute.useNavigate();
    return (
      <RunPage
        key={flowRunId}
        id={flowRunId}
        search={search}
        onSearch={(patch) => void navigate({ search: (before) => ({ ...before, ...patch }), replace: true })}
      />
    );
  },
});
